/*
 * src/core/tiles.h
 *		Maps cut into square cells, so that a point is compared with few edges.
 *
 * The cells are a quadtree over degrees: level 0 is the whole of -180..180 by -90..90, each cell has four children.
 * A tile holds, for one cell, what areas have there: for each ring the edges that touch the cell with their original
 * coordinates, and what the rest of the ring adds to the winding number of any point of the cell. So a tile alone
 * gives the answer that the whole polygon gives, to the last bit, and can be cut further without the polygon.
 *
 * All of it is bytes in the order of the machine, of any alignment, checked as they are read.
 */
#ifndef CIVIC_TILES_H
#define CIVIC_TILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CIVIC_MAX_LEVEL 28 /* about a metre */

typedef struct CivicBox
{
	double west;
	double south;
	double east;
	double north;
} CivicBox;

/* ---- cells ---- */

/*
 * A cell is a number: 56 bits of its south-western corner, east and north taking turns, then five of its level. In
 * the order of these numbers a cell comes before its descendants, and these before the next cell of its level.
 */
extern uint64_t civic_cell(double x, double y, int level);
extern int civic_cell_level(uint64_t cell);
extern uint64_t civic_cell_child(uint64_t cell, int place);
extern uint64_t civic_cell_last(uint64_t cell);
extern uint64_t civic_cell_ancestor(uint64_t cell, int level);
extern void civic_cell_box(uint64_t cell, CivicBox *box);

/* A point of a list and the deepest cell that holds it. */
typedef struct CivicPlaced
{
	uint64_t cell;
	uint32_t point;
} CivicPlaced;

/* Sorts deepest cells; scratch has room for as many. */
extern void civic_sort_places(CivicPlaced *places, CivicPlaced *scratch, size_t count);

/* ---- tiles ---- */

/* One area of a tile; its rings follow in "length" bytes. */
typedef struct CivicTileArea
{
	uint8_t id[16];
	double size; /* of the whole area, square metres */
	int32_t valid_from;
	int32_t valid_until;
	uint32_t length;
	uint32_t nrings; /* shells, each followed by its holes */
} CivicTileArea;

#define CIVIC_TILE_HEADER 8

typedef struct CivicTileReader
{
	const uint8_t *at;
	const uint8_t *end;
	uint32_t remaining;
} CivicTileReader;

typedef enum CivicTileStep
{
	CIVIC_TILE_AREA,
	CIVIC_TILE_END,
	CIVIC_TILE_MALFORMED
} CivicTileStep;

extern void civic_tile_header(uint8_t out[CIVIC_TILE_HEADER], uint32_t nareas);
extern bool civic_tile_open(CivicTileReader *reader, const uint8_t *tile, size_t length);
extern CivicTileStep civic_tile_next(CivicTileReader *reader, CivicTileArea *area,
									 const uint8_t **rings);

typedef enum CivicCover
{
	CIVIC_OUTSIDE,
	CIVIC_COVERED,
	CIVIC_RINGS_MALFORMED
} CivicCover;

extern CivicCover civic_rings_cover(const uint8_t *rings, size_t length, uint32_t nrings, double x,
									double y);

/* ---- cutting (tiling.c) ---- */

/* Upper bound of what the two functions below write for so many bytes of input. */
#define CIVIC_RINGS_BOUND(length) (4 * (length) + 64)

/* Rings of a polygon or multipolygon in well-known binary; bytes written, or 0 for what is none or does not fit. */
extern size_t civic_rings_from_wkb(const uint8_t *wkb, size_t length, uint8_t *out, size_t capacity,
								   uint32_t *nrings);

/* What of the rings concerns a cell; *nrings 0 where they cover none of it. */
extern size_t civic_rings_clip(const uint8_t *rings, size_t length, uint32_t *nrings,
							   const CivicBox *cell, uint8_t *out, size_t capacity);

/* Extent of the edges; false without any. */
extern bool civic_rings_extent(const uint8_t *rings, size_t length, uint32_t nrings,
							   CivicBox *extent);

extern size_t civic_rings_vertices(const uint8_t *rings, size_t length, uint32_t nrings);

#define CIVIC_CORNERS 9

/* Different vertices inside a cell, as far as they are not among those found already; stops at CIVIC_CORNERS. */
typedef struct CivicCorners
{
	int count;
	double x[CIVIC_CORNERS];
	double y[CIVIC_CORNERS];
} CivicCorners;

extern void civic_rings_corners(const uint8_t *rings, size_t length, uint32_t nrings,
								const CivicBox *cell, CivicCorners *corners);

/* ---- for both files ---- */

/* A ring as it lies in memory: header, all y and all x of its vertices, connectors. */
typedef struct CivicTileRing
{
	uint32_t nvertices; /* a vertex that is not a number separates runs of edges */
	uint32_t nconnectors;
	int32_t base; /* winding number around any point of the cell of what is not here */
	uint32_t is_hole;
} CivicTileRing;

/*
 * Stands for edges east of the cell that lead from one latitude to another: like them, it counts for points at
 * latitudes in between, whatever their longitude.
 */
typedef struct CivicConnector
{
	double from_y;
	double to_y;
} CivicConnector;

static inline double
civic_number_at(const uint8_t *numbers, size_t place)
{
	double value;

	memcpy(&value, numbers + place * sizeof(double), sizeof(double));
	return value;
}

typedef struct CivicRingReader
{
	const uint8_t *at;
	const uint8_t *end;
	uint32_t remaining;
	CivicTileRing ring;
	const uint8_t *y;
	const uint8_t *x;
	const uint8_t *connectors;
} CivicRingReader;

extern void civic_rings_open(CivicRingReader *reader, const uint8_t *rings, size_t length,
							 uint32_t nrings);
extern CivicTileStep civic_rings_next(CivicRingReader *reader);

#endif
