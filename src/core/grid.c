/*
 * src/core/grid.c
 *		Places on the earth: cells of a grid, what of it a disc touches, and short distances.
 *
 * The smallest radius of curvature of WGS 84 stands for all of them where a disc must not lose a point: distances on
 * the ellipsoid are at least those on a sphere that small with the same latitudes and longitudes.
 */
#include "grid.h"

#include <math.h>
#include <stdlib.h>

#define RADIAN (3.14159265358979323846 / 180.0)
#define SEMI_MAJOR_M 6378137.0
#define ECCENTRICITY_2 0.00669437999014131699614
#define SMALLEST_RADIUS_M (SEMI_MAJOR_M * (1 - ECCENTRICITY_2))
#define CELLS_PER_BAND ((int64_t) (180 * CIVIC_ROWS_PER_DEGREE + 1) * CIVIC_COLUMNS_PER_BAND)
#define FIRST_POLAR_CELL ((int64_t) 1 << 48)
#define SQUARES_PER_DEGREE 444.0 /* rows of 250 metres */

/* What a disc covers of a band of latitudes; west may be below -180 and east above 180. */
typedef struct Span
{
	double west;
	double east;
	bool all;
} Span;

bool
civic_is_position(double latitude, double longitude)
{
	/* Comparisons with NaN are false. */
	return latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 180;
}

static int64_t
row_of(double latitude)
{
	return (int64_t) floor((latitude + 90) * CIVIC_ROWS_PER_DEGREE);
}

static int64_t
column_of(double longitude)
{
	return (int64_t) floor((longitude + 180) * CIVIC_COLUMNS_PER_DEGREE);
}

static bool
is_banded(int64_t row)
{
	return row >= (90 - CIVIC_BANDED_DEGREES) * CIVIC_ROWS_PER_DEGREE &&
		   row < (90 + CIVIC_BANDED_DEGREES) * CIVIC_ROWS_PER_DEGREE;
}

static int64_t
cell_of(int64_t row, int64_t column)
{
	if (!is_banded(row))
		return FIRST_POLAR_CELL + (row << 32 | column);
	return column / CIVIC_COLUMNS_PER_BAND * CELLS_PER_BAND + row * CIVIC_COLUMNS_PER_BAND +
		   column % CIVIC_COLUMNS_PER_BAND;
}

int64_t
civic_grid_number(double latitude, double longitude)
{
	return cell_of(row_of(latitude), column_of(longitude));
}

/*
 * The longitudes a disc reaches between two latitudes. On a sphere sin^2(angle / 2) = sin^2(dlat / 2) +
 * cos(lat) cos(lat0) sin^2(dlon / 2); the greatest dlon is where sin(lat) = sin(lat0) / cos(angle).
 */
static Span
disc_span(double latitude, double longitude, double angle, double south, double north)
{
	Span span = {-180, 180, true};
	double center = latitude * RADIAN;
	double widest;
	double at;
	double across;
	double along;
	double half;

	if (fabs(center) + angle >= 90 * RADIAN)
		return span;
	widest = asin(sin(center) / cos(angle));
	at = fmin(fmax(widest, south * RADIAN), north * RADIAN);
	across = sin(angle / 2);
	along = sin((at - center) / 2);
	half = across * across - along * along;
	half = half > 0 ? half / (cos(center) * cos(at)) : 0;
	if (half >= 1)
		return span;
	/* A thousandth of a millimetre against rounding. */
	half = 2 * asin(sqrt(half)) / RADIAN + 1e-11;
	if (half >= 180)
		return span;
	span.west = longitude - half;
	span.east = longitude + half;
	span.all = false;
	return span;
}

static inline double
angle_of(double metres)
{
	return metres / SMALLEST_RADIUS_M * (1 + 1e-9) + 1e-12;
}

int
civic_disc_max_ranges(double metres)
{
	double degrees = angle_of(metres) / RADIAN;
	/* The widest it is in rows that are cut into bands; of a disc over the 180th meridian both parts may end in one. */
	double across = degrees / cos(fmin(CIVIC_BANDED_DEGREES + degrees, 89) * RADIAN);
	double columns = fmin(360, 2 * across) * CIVIC_COLUMNS_PER_DEGREE;
	int bands = (int) (columns / CIVIC_COLUMNS_PER_BAND);

	return ((int) ceil(2 * degrees * CIVIC_ROWS_PER_DEGREE) + 2) * (bands + 4);
}

static int
add_range(CivicCellRange *ranges, int count, int max, int64_t row, double west, double east)
{
	int64_t column = column_of(fmax(west, -180));
	int64_t last = column_of(fmin(east, 180));

	while (column <= last && count < max)
	{
		int64_t end = last;

		if (is_banded(row))
			end = column - column % CIVIC_COLUMNS_PER_BAND + CIVIC_COLUMNS_PER_BAND - 1;
		end = end < last ? end : last;
		ranges[count].first = cell_of(row, column);
		ranges[count].last = cell_of(row, end);
		count++;
		column = end + 1;
	}
	return count;
}

static int
compare_ranges(const void *a, const void *b)
{
	int64_t left = ((const CivicCellRange *) a)->first;
	int64_t right = ((const CivicCellRange *) b)->first;

	return (left > right) - (left < right);
}

/* Sorts them, and makes one of what meets. */
static int
join_ranges(CivicCellRange *ranges, int count)
{
	int kept = 0;

	qsort(ranges, (size_t) count, sizeof(CivicCellRange), compare_ranges);
	for (int i = 0; i < count; i++)
	{
		if (kept > 0 && ranges[i].first <= ranges[kept - 1].last + 1)
		{
			if (ranges[i].last > ranges[kept - 1].last)
				ranges[kept - 1].last = ranges[i].last;
		}
		else
			ranges[kept++] = ranges[i];
	}
	return kept;
}

int
civic_disc_ranges(double latitude, double longitude, double metres, CivicCellRange *ranges, int max)
{
	double angle = angle_of(metres);
	int64_t first = row_of(fmax(latitude - angle / RADIAN, -90));
	int64_t last = row_of(fmin(latitude + angle / RADIAN, 90));
	int count = 0;

	for (int64_t row = first; row <= last; row++)
	{
		double south = (double) row / CIVIC_ROWS_PER_DEGREE - 90;
		Span span = disc_span(latitude, longitude, angle, south - 1e-9,
							  south + 1.0 / CIVIC_ROWS_PER_DEGREE + 1e-9);

		if (span.all)
			count = add_range(ranges, count, max, row, -180, 180);
		else
		{
			count = add_range(ranges, count, max, row, span.west, span.east);
			if (span.west <= -180)
				count = add_range(ranges, count, max, row, span.west + 360, 180);
			if (span.east >= 180)
				count = add_range(ranges, count, max, row, -180, span.east - 360);
		}
	}
	return join_ranges(ranges, count);
}

/* Squares of one row are as wide as they are high at its middle; the last one of a row may be cut. */
static int
add_squares(uint64_t *squares, int count, int64_t row, double a_degree, double west, double east)
{
	int64_t first = (int64_t) floor((fmax(west, -180) + 180) * a_degree);
	int64_t last = (int64_t) floor((fmin(east, 180) + 180) * a_degree);

	for (int64_t column = first; column <= last && count < CIVIC_MAX_SQUARES; column++)
		squares[count++] = (uint64_t) row << 32 | (uint64_t) column;
	return count;
}

int
civic_disc_squares(double latitude, double longitude, double metres,
				   uint64_t squares[CIVIC_MAX_SQUARES])
{
	double angle = angle_of(metres);
	double south = fmax(latitude - angle / RADIAN, -90);
	double north = fmin(latitude + angle / RADIAN, 90);
	int64_t last = (int64_t) floor((north + 90) * SQUARES_PER_DEGREE);
	int count = 0;

	for (int64_t row = (int64_t) floor((south + 90) * SQUARES_PER_DEGREE); row <= last; row++)
	{
		double middle = (row + 0.5) / SQUARES_PER_DEGREE - 90;
		double a_degree = SQUARES_PER_DEGREE * cos(middle * RADIAN);
		Span span;

		/* Around a pole a whole row is one square. */
		if (fabs(middle) > 89.9)
		{
			count = add_squares(squares, count, row, 0, 0, 0);
			continue;
		}
		span = disc_span(latitude, longitude, angle, row / SQUARES_PER_DEGREE - 90 - 1e-9,
						 (row + 1) / SQUARES_PER_DEGREE - 90 + 1e-9);
		count = add_squares(squares, count, row, a_degree, span.west, span.east);
		if (span.west <= -180 && !span.all)
			count = add_squares(squares, count, row, a_degree, span.west + 360, 180);
		if (span.east >= 180 && !span.all)
			count = add_squares(squares, count, row, a_degree, -180, span.east - 360);
	}
	return count;
}

void
civic_near_init(CivicNear *here, double latitude, double longitude)
{
	double w;

	here->latitude = latitude;
	here->longitude = longitude;
	here->sine = sin(latitude * RADIAN);
	here->cosine = cos(latitude * RADIAN);
	w = 1 - ECCENTRICITY_2 * here->sine * here->sine;
	here->east = SEMI_MAJOR_M / sqrt(w) * RADIAN;
	here->north = here->east * (1 - ECCENTRICITY_2) / w;
	here->usable = fabs(latitude) <= 85;
}

double
civic_near_distance(const CivicNear *here, double latitude, double longitude)
{
	double up = latitude - here->latitude;
	double right = longitude - here->longitude;
	double half = up * (RADIAN / 2);
	double x;
	double y = up * here->north;

	if (right > 180)
		right -= 360;
	else if (right < -180)
		right += 360;
	/* The cosine halfway between the two latitudes. */
	x = right * here->east * (here->cosine * (1 - half * half / 2) - here->sine * half);
	return sqrt(x * x + y * y);
}
