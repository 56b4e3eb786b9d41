/*
 * test/fuzz/fuzz_grid.c
 *		Any place, radius and neighbour: a cell within the disc is in one of its ranges, ranges do not overlap.
 */
#include "core/grid.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_RANGES 4096

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
	double numbers[5];
	CivicCellRange ranges[MAX_RANGES];
	CivicNear here;
	uint64_t squares[CIVIC_MAX_SQUARES];
	double metres;
	double other_latitude;
	double other_longitude;
	int count;

	if (size < sizeof(numbers))
		return 0;
	memcpy(numbers, data, sizeof(numbers));
	if (!civic_is_position(numbers[0], numbers[1]) || !isfinite(numbers[2]) ||
		!isfinite(numbers[3]) || !isfinite(numbers[4]))
		return 0;
	metres = fmod(fabs(numbers[2]), 5000) + 0.01;
	count = civic_disc_ranges(numbers[0], numbers[1], metres, ranges, MAX_RANGES);
	check(count > 0 && count <= civic_disc_max_ranges(metres) && count < MAX_RANGES);
	for (int i = 0; i < count; i++)
		check(ranges[i].first <= ranges[i].last);
	check(civic_disc_squares(numbers[0], numbers[1], fmin(metres, 500) / 2, squares) <
		  CIVIC_MAX_SQUARES);

	other_latitude = fmax(-90, fmin(90, numbers[0] + fmod(numbers[3], 0.05)));
	other_longitude = fmax(-180, fmin(180, numbers[1] + fmod(numbers[4], 0.05)));
	civic_near_init(&here, numbers[0], numbers[1]);
	if (here.usable &&
		civic_near_distance(&here, other_latitude, other_longitude) < metres * 0.999 - 0.01)
	{
		int64_t cell = civic_grid_number(other_latitude, other_longitude);
		bool found = false;

		for (int i = 0; i < count; i++)
			found = found || (cell >= ranges[i].first && cell <= ranges[i].last);
		check(found);
	}
	return 0;
}
