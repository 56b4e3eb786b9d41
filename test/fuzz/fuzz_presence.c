/*
 * test/fuzz/fuzz_presence.c
 *		Any numbers at all: distances are those of a sphere, and a verdict is kept by every position it speaks of.
 */
#include "core/presence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/grid.h"

#define HALF_WAY_M (CIVIC_EARTH_RADIUS_M * 3.14159265358979323846)

static void
check(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	double n[8];
	bool placed;
	CivicPresence presence;

	if (size < sizeof(n) + 1)
		return 0;
	memcpy(n, data, sizeof(n));
	/* Mostly three places near each other, and metres of their order; else whatever the bytes say. */
	if (data[sizeof(n)] % 4 != 0)
	{
		n[0] = fmod(n[0], 90);
		n[1] = fmod(n[1], 180);
		n[2] = fmod(fabs(n[2]), 3000);
		n[3] = fmax(-90, fmin(90, n[0] + fmod(n[3], 0.02)));
		n[4] = n[1] + fmod(n[4], 0.02);
		n[4] -= n[4] > 180 ? 360 : n[4] < -180 ? -360 : 0;
		n[5] = fmod(fabs(n[5]), 3000);
		n[6] = fmax(-90, fmin(90, n[0] + fmod(n[6], 0.02)));
		n[7] = n[1] + fmod(n[7], 0.02);
		n[7] -= n[7] > 180 ? 360 : n[7] < -180 ? -360 : 0;
	}
	placed = civic_is_position(n[0], n[1]) && civic_is_position(n[3], n[4]);
	presence = civic_presence(n[0], n[1], n[2], n[3], n[4], n[5]);
	check(isnan(presence.distance_m) == !placed);
	check(isnan(presence.confidence) == !(placed && n[2] >= 0 && n[5] >= 0));
	if (isnan(presence.confidence))
		check(presence.verdict == CIVIC_PRESENCE_UNDECIDABLE);
	else
		check(presence.confidence >= 0 && presence.confidence <= 1);
	if (!placed)
		return 0;
	check(presence.distance_m >= 0 && presence.distance_m <= HALF_WAY_M * (1 + 1e-12));
	check(civic_great_circle(n[3], n[4], n[0], n[1]) == presence.distance_m);
	/* Less accuracy decides less. */
	if (n[2] >= 0 && n[5] >= 0 && isfinite(n[2]))
	{
		CivicPresence worse = civic_presence(n[0], n[1], n[2] + fabs(n[2]) + 1, n[3], n[4], n[5]);

		check(worse.verdict == presence.verdict || worse.verdict == CIVIC_PRESENCE_UNDECIDABLE);
		check(worse.confidence <= presence.confidence);
	}
	/* Another position within the accuracy is on the side that the verdict says. */
	if (civic_is_position(n[6], n[7]) &&
		civic_great_circle(n[0], n[1], n[6], n[7]) < n[2] * (1 - 1e-9) - 1e-3)
	{
		double other = civic_great_circle(n[6], n[7], n[3], n[4]);

		check(presence.verdict != CIVIC_PRESENCE_INSIDE || other <= n[5] + 1e-3 + 1e-8 * other);
		check(presence.verdict != CIVIC_PRESENCE_OUTSIDE || other > n[5] - 1e-3 - 1e-8 * other);
	}
	return 0;
}
