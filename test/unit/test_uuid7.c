/*
 * test/unit/test_uuid7.c
 *		Time-ordered identifiers under clocks that stand, jump and go back.
 */
#include "core/civic_core.h"

#include <string.h>

#include "tap.h"

static const uint8_t zeroes[10];
static const uint8_t ones[10] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

static bool
is(const uint8_t value[16], const char *expected)
{
	char text[33];

	for (int i = 0; i < 16; i++)
		snprintf(text + 2 * i, 3, "%02x", (unsigned) value[i]);
	if (strcmp(text, expected) == 0)
		return true;
	printf("# have %s\n# want %s\n", text, expected);
	return false;
}

static uint64_t
milliseconds(const uint8_t value[16])
{
	uint64_t result = 0;

	for (int i = 0; i < 6; i++)
		result = result << 8 | value[i];
	return result;
}

static void
test_layout(void)
{
	CivicUuid7State state = {0};
	uint8_t value[16];
	const uint8_t bytes[10] = {0x0F, 0xFF, 0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF};

	civic_uuid7(&state, 0x017F22E279B0, zeroes, value);
	ok(is(value, "017f22e279b070008000000000000000"), "all random bits off");
	memset(&state, 0, sizeof(state));
	civic_uuid7(&state, 0x017F22E279B0, ones, value);
	ok(is(value, "017f22e279b077ffbfffffffffffffff"),
	   "all random bits on: the counter starts in its lower half");
	memset(&state, 0, sizeof(state));
	civic_uuid7(&state, 0x017F22E279B0, bytes, value);
	ok(is(value, "017f22e279b077ff8123456789abcdef"), "every byte in its place");
	memset(&state, 0, sizeof(state));
	civic_uuid7(&state, 0xFFFFFFFFFFFF, zeroes, value);
	ok(is(value, "ffffffffffff70008000000000000000"), "the last millisecond there is");
}

static void
test_order(void)
{
	CivicUuid7State state = {0};
	uint8_t before[16];
	uint8_t value[16];
	int descents = 0;

	civic_uuid7(&state, 1000, zeroes, before);
	for (int i = 0; i < 10000; i++)
	{
		civic_uuid7(&state, 1000, i % 2 ? ones : zeroes, value);
		descents += memcmp(before, value, 8) >= 0;
		memcpy(before, value, 16);
	}
	ok(descents == 0, "ten thousand within a millisecond rise, whatever the random bits");
	ok(milliseconds(value) == 1002,
	   "they borrow two milliseconds: 4096 each, from a counter of 0 to 10000");
	civic_uuid7(&state, 1002, zeroes, value);
	ok(memcmp(before, value, 8) < 0 && milliseconds(value) == 1002,
	   "a clock that reaches the borrowed time goes on");
	memcpy(before, value, 16);
	civic_uuid7(&state, 500, ones, value);
	ok(memcmp(before, value, 8) < 0 && milliseconds(value) == 1002,
	   "a clock that goes back does not take them along");
	civic_uuid7(&state, 0, zeroes, value);
	ok(memcmp(before, value, 8) < 0, "nor one that starts anew");
	civic_uuid7(&state, 1003, ones, value);
	ok(milliseconds(value) == 1003 && value[6] == 0x77 && value[7] == 0xFF,
	   "a new millisecond draws a new counter");
}

static void
test_overflow(void)
{
	CivicUuid7State state = {.last_ms = 41, .counter = 0xFFE};
	uint8_t value[16];

	civic_uuid7(&state, 41, zeroes, value);
	ok(is(value, "0000000000297fff8000000000000000"), "the last place of a millisecond");
	civic_uuid7(&state, 41, zeroes, value);
	ok(is(value, "00000000002a70008000000000000000"), "after it the next millisecond is borrowed");
	civic_uuid7(&state, 42, ones, value);
	ok(is(value, "00000000002a7001bfffffffffffffff"),
	   "whose own time goes on behind what was borrowed");
}

void
test_uuid7(void)
{
	test_layout();
	test_order();
	test_overflow();
}
