/*
 * test/unit/test_grid.c
 *		Discs on the grid, everywhere on earth: no point within the radius is lost, squares of near points meet.
 */
#include "core/grid.h"

#include <math.h>

#include "tap.h"

#define RADIAN (3.14159265358979323846 / 180.0)
#define MAX_RANGES 4096

/* Marsaglia's xorshift: the same everywhere. */
static uint32_t
random_bits(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static double
random_unit(uint32_t *seed)
{
	return random_bits(seed) / 4294967296.0;
}

/* A point so many metres away on a sphere of the mean radius. */
static void
walk(double latitude, double longitude, double metres, double bearing, double *to_latitude,
	 double *to_longitude)
{
	double angle = metres / 6371008.8;
	double sine =
		sin(latitude * RADIAN) * cos(angle) + cos(latitude * RADIAN) * sin(angle) * cos(bearing);

	*to_latitude = asin(fmax(-1, fmin(1, sine))) / RADIAN;
	*to_longitude =
		longitude + atan2(sin(bearing) * sin(angle) * cos(latitude * RADIAN),
						  cos(angle) - sin(latitude * RADIAN) * sin(*to_latitude * RADIAN)) /
						RADIAN;
	if (*to_longitude > 180)
		*to_longitude -= 360;
	if (*to_longitude < -180)
		*to_longitude += 360;
}

static double
random_latitude(uint32_t *seed)
{
	switch (random_bits(seed) % 5)
	{
		case 0:
			return (random_bits(seed) % 2 ? 90 : -90) + (random_unit(seed) - 0.5) * 1e-9;
		case 1:
			return 89.9 + 0.1 * random_unit(seed);
		case 2:
			return -85 - 5 * random_unit(seed);
		default:
			return -90 + 180 * random_unit(seed);
	}
}

static double
random_longitude(uint32_t *seed)
{
	if (random_bits(seed) % 4 == 0)
		return (random_bits(seed) % 2 ? 180 : -180) + (random_unit(seed) - 0.5) * 0.002;
	return -180 + 360 * random_unit(seed);
}

static double
within(double value, double bound)
{
	return fmax(-bound, fmin(bound, value));
}

static void
test_discs(void)
{
	uint32_t seed = 42;
	CivicCellRange ranges[MAX_RANGES];
	int lost = 0;
	int too_many = 0;
	int longest = 0;
	int meeting = 0;

	for (int i = 0; i < 200000; i++)
	{
		double latitude = within(random_latitude(&seed), 90);
		double longitude = within(random_longitude(&seed), 180);
		double metres = pow(10, 3.7 * random_unit(&seed));
		double to_latitude;
		double to_longitude;
		int64_t cell;
		int most = civic_disc_max_ranges(metres);
		int count =
			civic_disc_ranges(latitude, longitude, metres, ranges, most < MAX_RANGES ? most : 0);
		bool found = false;

		/* On the ellipsoid a point as far by the sphere is at most 0.6 per cent farther. */
		walk(latitude, longitude, metres * 0.994 * sqrt(random_unit(&seed)),
			 360 * RADIAN * random_unit(&seed), &to_latitude, &to_longitude);
		cell = civic_grid_number(within(to_latitude, 90), within(to_longitude, 180));
		for (int j = 0; j < count; j++)
			found = found || (cell >= ranges[j].first && cell <= ranges[j].last);
		lost += !found;
		too_many += most >= MAX_RANGES;
		for (int j = 1; j < count; j++)
			meeting += ranges[j].first <= ranges[j - 1].last + 1;
		longest = count > longest ? count : longest;
	}
	ok(lost == 0, "200000 points within random discs, in the room that is asked for: %d lost",
	   lost);
	ok(too_many == 0 && longest < MAX_RANGES, "the room that is asked for is not too much");
	ok(meeting == 0, "ranges are sorted and apart from each other");
	ok(civic_disc_ranges(10, 20.005, 100, ranges, MAX_RANGES) <= 3 &&
		   ranges[0].last - ranges[0].first < 200,
	   "a hundred metres are few cells");
}

static void
test_squares(void)
{
	uint32_t seed = 43;
	int apart = 0;
	int full = 0;
	int met = 0;

	for (int i = 0; i < 100000; i++)
	{
		double latitude = within(random_latitude(&seed), 90);
		double longitude = within(random_longitude(&seed), 180);
		double range = 20 + 480 * random_unit(&seed);
		double other_latitude;
		double other_longitude;
		uint64_t ours[CIVIC_MAX_SQUARES];
		uint64_t theirs[CIVIC_MAX_SQUARES];
		int our_count = civic_disc_squares(latitude, longitude, range / 2, ours);
		int their_count;
		bool meet = false;
		bool far = i % 2 == 0;

		walk(latitude, longitude, far ? 1000 : range * 0.994, 360 * RADIAN * random_unit(&seed),
			 &other_latitude, &other_longitude);
		their_count = civic_disc_squares(within(other_latitude, 90), within(other_longitude, 180),
										 range / 2, theirs);
		for (int a = 0; a < our_count; a++)
		{
			for (int b = 0; b < their_count; b++)
				meet = meet || ours[a] == theirs[b];
		}
		apart += !far && !meet;
		/* Around the poles a whole row is one square. */
		met += far && meet && fabs(latitude) < 89.8;
		full += our_count == CIVIC_MAX_SQUARES;
	}
	ok(apart == 0, "reports within the range of each other have a square in common: %d have not",
	   apart);
	ok(met == 0, "reports a kilometre apart have none: %d have", met);
	ok(full == 0, "there is room for all squares of a disc");
}

static void
test_near(void)
{
	CivicNear here;

	civic_near_init(&here, 0, 0);
	ok(fabs(civic_near_distance(&here, 0, 0.01) - 1113.194908) < 0.001,
	   "a hundredth of a degree east");
	ok(fabs(civic_near_distance(&here, 0.01, 0) - 1105.742727) < 0.02, "and north, on the equator");
	civic_near_init(&here, 60, 180);
	ok(fabs(civic_near_distance(&here, 60, -179.99) - 558.0) < 1, "over the 180th meridian");
	ok(here.usable, "at 60 degrees it is good");
	civic_near_init(&here, -86, 0);
	ok(!here.usable, "near a pole it is not");
}

static void
test_positions(void)
{
	ok(civic_is_position(90, -180) && civic_is_position(-90, 180), "the corners are on earth");
	ok(!civic_is_position(90.1, 0) && !civic_is_position(0, 180.1) && !civic_is_position(NAN, 0) &&
		   !civic_is_position(0, NAN) && !civic_is_position(INFINITY, 0),
	   "what is not is not");
}

void
test_grid(void)
{
	test_discs();
	test_squares();
	test_near();
	test_positions();
}
