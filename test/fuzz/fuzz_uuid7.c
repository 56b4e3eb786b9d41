/*
 * test/fuzz/fuzz_uuid7.c
 *		Identifiers under any clock and any random bytes: they rise, and have the form of RFC 9562.
 *
 * The clock stays within the 48 bits that an identifier has for it, less what a run can borrow.
 */
#include "core/civic_core.h"

#include <stdlib.h>
#include <string.h>

#define LAST_CLOCK (UINT64_C(0xFFFFFFFFFFFF) - 0xFFFF)

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static uint64_t
milliseconds(const uint8_t value[16])
{
	uint64_t result = 0;

	for (int i = 0; i < 6; i++)
		result = result << 8 | value[i];
	return result;
}

/* The time before and the two bytes that change it: it stands, steps either way, or jumps anywhere. */
static uint64_t
next_clock(uint64_t clock, const uint8_t *bytes)
{
	uint64_t step = bytes[1];

	switch (bytes[0] % 4)
	{
		case 0:
			break;
		case 1:
			clock += step;
			break;
		case 2:
			clock = clock > step ? clock - step : 0;
			break;
		default:
			clock = step << (bytes[0] >> 2) % 41;
	}
	return clock > LAST_CLOCK ? LAST_CLOCK : clock;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CivicUuid7State state = {0};
	uint64_t clock = 0;
	uint64_t before_ms = 0;
	uint8_t before[16] = {0};
	uint8_t random[10] = {0};

	/* The counter may be near its end, as after thousands of calls. */
	if (size >= 2)
		state.counter = (data[0] << 8 | data[1]) & 0xFFF;
	for (size_t at = 2; at + 3 <= size; at += 3)
	{
		CivicUuid7State twin;
		uint8_t value[16];
		uint8_t again[16];

		clock = next_clock(clock, data + at);
		memmove(random, random + 1, sizeof(random) - 1);
		random[sizeof(random) - 1] = data[at + 2];

		twin = state;
		civic_uuid7(&state, clock, random, value);
		civic_uuid7(&twin, clock, random, again);
		check(memcmp(value, again, 16) == 0);

		check(value[6] >> 4 == 7);
		check(value[8] >> 6 == 2);
		check((value[8] & 0x3F) == (random[2] & 0x3F) && memcmp(value + 9, random + 3, 7) == 0);
		/* Time, version and counter: what comes after them is random. */
		check(at == 2 || memcmp(before, value, 8) < 0);
		check(milliseconds(value) >= clock);
		check(milliseconds(value) == clock || milliseconds(value) == before_ms ||
			  milliseconds(value) == before_ms + 1);
		/* A new millisecond starts in the lower half of the counter. */
		check(clock <= before_ms || (value[6] & 0x08) == 0);
		check(state.counter <= 0xFFF && state.last_ms == milliseconds(value));
		before_ms = milliseconds(value);
		memcpy(before, value, 16);
	}
	return 0;
}
