/*
 * src/core/grid.h
 *		Places on the earth: cells of a grid, what of it a disc touches, and short distances.
 */
#ifndef CIVIC_GRID_H
#define CIVIC_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Columns are about a metre wide, since a range of them costs only what lies in it. Rows are as high as a usual search
 * radius, and the cells of a band of a thousand columns are numbered row by row, so that what is near is near in an
 * index as well and is read in one go. Beyond 80 degrees, where columns are narrow, rows are not cut into bands.
 */
#define CIVIC_ROWS_PER_DEGREE 500
#define CIVIC_COLUMNS_PER_DEGREE 100000
#define CIVIC_COLUMNS_PER_BAND 1000
#define CIVIC_BANDED_DEGREES 80

/* Cells that a disc covers, in whole numbers of columns. */
typedef struct CivicCellRange
{
	int64_t first;
	int64_t last;
} CivicCellRange;

extern bool civic_is_position(double latitude, double longitude);
extern int64_t civic_grid_number(double latitude, double longitude);
/*
 * Ranges of cells that hold every point within metres, sorted and apart from each other; returns how many. There has to
 * be room for civic_disc_max_ranges() of them.
 */
extern int civic_disc_ranges(double latitude, double longitude, double metres,
							 CivicCellRange *ranges, int max);
extern int civic_disc_max_ranges(double metres);

/* Names of squares of about 250 metres, for locks: all that a disc of up to 500 metres touches. */
#define CIVIC_MAX_SQUARES 64
extern int civic_disc_squares(double latitude, double longitude, double metres,
							  uint64_t squares[CIVIC_MAX_SQUARES]);

/* The ellipsoid near one point, for distances up to some kilometres. */
typedef struct CivicNear
{
	double latitude;
	double longitude;
	double north; /* metres a degree of latitude */
	double east;  /* metres a degree of longitude at the equator of the same circle of curvature */
	double cosine;
	double sine;
	bool usable; /* false near the poles */
} CivicNear;

/* The estimate is off by less than this part of the distance and so many metres, up to 5 kilometres. */
#define CIVIC_NEAR_ERROR 1e-5
#define CIVIC_NEAR_ERROR_M 0.001

extern void civic_near_init(CivicNear *here, double latitude, double longitude);
extern double civic_near_distance(const CivicNear *here, double latitude, double longitude);

#endif
