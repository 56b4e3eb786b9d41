/*
 * src/core/uuid7.c
 *		Version 7 identifiers: 48 bits of milliseconds, a 12-bit counter, 62 random bits.
 */
#include "civic_core.h"

#include <string.h>

#define COUNTER_MAX 0xFFFU

/*
 * Values of one state never go back, also when the clock does: the last time is kept, and a counter that
 * overflows within a millisecond borrows the next one (RFC 9562, section 6.2, method 1).
 */
void
civic_uuid7(CivicUuid7State *state, uint64_t unix_ms, const uint8_t random[10], uint8_t out[16])
{
	if (unix_ms > state->last_ms)
	{
		state->last_ms = unix_ms;
		/* The counter starts in the lower half, so that it seldom overflows. */
		state->counter = (((uint32_t) random[0] << 8) | random[1]) & (COUNTER_MAX >> 1);
	}
	else if (state->counter == COUNTER_MAX)
	{
		state->last_ms++;
		state->counter = 0;
	}
	else
		state->counter++;

	for (int i = 0; i < 6; i++)
		out[i] = (uint8_t) (state->last_ms >> (8 * (5 - i)));
	out[6] = (uint8_t) (0x70 | (state->counter >> 8));
	out[7] = (uint8_t) (state->counter & 0xFF);
	memcpy(out + 8, random + 2, 8);
	out[8] = (uint8_t) ((out[8] & 0x3F) | 0x80);
}
