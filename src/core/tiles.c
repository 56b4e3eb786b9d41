/*
 * src/core/tiles.c
 *		Cells, and the areas of a tile that cover a point.
 *
 * Whether a ring holds a point is decided as PostGIS decides it for ST_Covers: by the winding number, from the sign
 * of one determinant of the original coordinates for each edge that passes the latitude of the point. Its rounding is
 * thus the same, provided that the compiler does not fuse multiplication and addition (-ffp-contract=off). PostGIS
 * leaves out edges shorter than 1e-12 degrees when it sees a polygon for the second time; here they always count.
 */
#include "tiles.h"

#include <math.h>
#include <string.h>

#define TILE_MAGIC 0x31544343u
#define LEVEL_BITS 5
#define LEVEL_MASK ((1u << LEVEL_BITS) - 1)

/* ---- cells ---- */

/* 28 bits, each followed by a free one. */
static uint64_t
spread(uint32_t value)
{
	uint64_t bits = value;

	bits = (bits | bits << 16) & UINT64_C(0x0000FFFF0000FFFF);
	bits = (bits | bits << 8) & UINT64_C(0x00FF00FF00FF00FF);
	bits = (bits | bits << 4) & UINT64_C(0x0F0F0F0F0F0F0F0F);
	bits = (bits | bits << 2) & UINT64_C(0x3333333333333333);
	bits = (bits | bits << 1) & UINT64_C(0x5555555555555555);
	return bits;
}

static uint32_t
gather(uint64_t bits)
{
	bits &= UINT64_C(0x5555555555555555);
	bits = (bits | bits >> 1) & UINT64_C(0x3333333333333333);
	bits = (bits | bits >> 2) & UINT64_C(0x0F0F0F0F0F0F0F0F);
	bits = (bits | bits >> 4) & UINT64_C(0x00FF00FF00FF00FF);
	bits = (bits | bits >> 8) & UINT64_C(0x0000FFFF0000FFFF);
	bits = (bits | bits >> 16);
	return (uint32_t) bits;
}

/* Number of the column or row; what is out of range counts to the outermost. */
static uint32_t
step(double value, double range)
{
	double steps = (value / range + 0.5) * (1 << CIVIC_MAX_LEVEL);

	if (!(steps >= 0))
		return 0;
	if (steps >= (1 << CIVIC_MAX_LEVEL))
		return (1 << CIVIC_MAX_LEVEL) - 1;
	return (uint32_t) steps;
}

uint64_t
civic_cell(double x, double y, int level)
{
	uint64_t place = spread(step(x, 360)) | spread(step(y, 180)) << 1;

	return civic_cell_ancestor(place << LEVEL_BITS | CIVIC_MAX_LEVEL, level);
}

int
civic_cell_level(uint64_t cell)
{
	return (int) (cell & LEVEL_MASK);
}

/* Bits of the number below those of a corner at this level. */
static int
free_bits(int level)
{
	return LEVEL_BITS + 2 * (CIVIC_MAX_LEVEL - level);
}

uint64_t
civic_cell_ancestor(uint64_t cell, int level)
{
	if (level < 0)
		level = 0;
	if (level > CIVIC_MAX_LEVEL)
		level = CIVIC_MAX_LEVEL;
	return (cell >> free_bits(level)) << free_bits(level) | (uint64_t) level;
}

uint64_t
civic_cell_child(uint64_t cell, int place)
{
	int level = civic_cell_level(cell);

	if (level >= CIVIC_MAX_LEVEL)
		return cell;
	return (cell + 1) | (uint64_t) (place & 3) << free_bits(level + 1);
}

/* The greatest number of the cell and its descendants. */
uint64_t
civic_cell_last(uint64_t cell)
{
	int level = civic_cell_level(cell);

	if (level > CIVIC_MAX_LEVEL)
		return cell;
	return cell | ((UINT64_C(1) << free_bits(level)) - 1);
}

void
civic_cell_box(uint64_t cell, CivicBox *box)
{
	int level = civic_cell_level(cell);
	double width = ldexp(1, -level);
	double west = gather(cell >> LEVEL_BITS) * ldexp(1, -CIVIC_MAX_LEVEL) - 0.5;
	double south = gather(cell >> (LEVEL_BITS + 1)) * ldexp(1, -CIVIC_MAX_LEVEL) - 0.5;

	box->west = west * 360;
	box->east = (west + width) * 360;
	box->south = south * 180;
	box->north = (south + width) * 180;
}

#define DIGIT_BITS 11

/* By the bits in which the cells differ, least digit first. */
void
civic_sort_places(CivicPlaced *places, CivicPlaced *scratch, size_t count)
{
	CivicPlaced *from = places;
	CivicPlaced *to = scratch;
	uint64_t differing = 0;

	for (size_t i = 1; i < count; i++)
		differing |= places[i].cell ^ places[0].cell;
	for (int shift = LEVEL_BITS; shift < 64 && differing >> shift != 0; shift += DIGIT_BITS)
	{
		size_t starts[(1 << DIGIT_BITS) + 1] = {0};
		CivicPlaced *sorted = to;

		if ((differing >> shift & ((1 << DIGIT_BITS) - 1)) == 0)
			continue;
		for (size_t i = 0; i < count; i++)
			starts[(from[i].cell >> shift & ((1 << DIGIT_BITS) - 1)) + 1]++;
		for (int i = 1; i <= 1 << DIGIT_BITS; i++)
			starts[i] += starts[i - 1];
		for (size_t i = 0; i < count; i++)
			to[starts[from[i].cell >> shift & ((1 << DIGIT_BITS) - 1)]++] = from[i];
		to = from;
		from = sorted;
	}
	if (from != places)
		memcpy(places, from, count * sizeof(CivicPlaced));
}

/* ---- tiles ---- */

void
civic_tile_header(uint8_t out[CIVIC_TILE_HEADER], uint32_t nareas)
{
	uint32_t header[2] = {TILE_MAGIC, nareas};

	memcpy(out, header, CIVIC_TILE_HEADER);
}

bool
civic_tile_open(CivicTileReader *reader, const uint8_t *tile, size_t length)
{
	uint32_t header[2];

	if (length < CIVIC_TILE_HEADER)
		return false;
	memcpy(header, tile, CIVIC_TILE_HEADER);
	reader->at = tile + CIVIC_TILE_HEADER;
	reader->end = tile + length;
	reader->remaining = header[1];
	return header[0] == TILE_MAGIC;
}

CivicTileStep
civic_tile_next(CivicTileReader *reader, CivicTileArea *area, const uint8_t **rings)
{
	if (reader->remaining == 0)
		return CIVIC_TILE_END;
	if ((size_t) (reader->end - reader->at) < sizeof(*area))
		return CIVIC_TILE_MALFORMED;
	memcpy(area, reader->at, sizeof(*area));
	reader->at += sizeof(*area);
	if ((size_t) (reader->end - reader->at) < area->length)
		return CIVIC_TILE_MALFORMED;
	*rings = reader->at;
	reader->at += area->length;
	reader->remaining--;
	return CIVIC_TILE_AREA;
}

void
civic_rings_open(CivicRingReader *reader, const uint8_t *rings, size_t length, uint32_t nrings)
{
	reader->at = rings;
	reader->end = rings + length;
	reader->remaining = nrings;
}

CivicTileStep
civic_rings_next(CivicRingReader *reader)
{
	uint64_t size;

	if (reader->remaining == 0)
		return CIVIC_TILE_END;
	if ((size_t) (reader->end - reader->at) < sizeof(CivicTileRing))
		return CIVIC_TILE_MALFORMED;
	memcpy(&reader->ring, reader->at, sizeof(CivicTileRing));
	reader->at += sizeof(CivicTileRing);
	size = ((uint64_t) reader->ring.nconnectors + reader->ring.nvertices) * 16;
	if ((uint64_t) (reader->end - reader->at) < size)
		return CIVIC_TILE_MALFORMED;
	reader->y = reader->at;
	reader->x = reader->y + (size_t) reader->ring.nvertices * sizeof(double);
	reader->connectors = reader->x + (size_t) reader->ring.nvertices * sizeof(double);
	reader->at += size;
	reader->remaining--;
	return CIVIC_TILE_AREA;
}

/* ---- points ---- */

static inline bool
is_between(double value, double a, double b)
{
	return a < b ? a <= value && value <= b : b <= value && value <= a;
}

typedef enum Place
{
	OUTSIDE,
	INSIDE,
	ON_BORDER
} Place;

/* Vertices looked at together. */
#define BLOCK 8

/* Two numbers at once, where the machine can. */
typedef double Pair __attribute__((vector_size(16)));
typedef int64_t PairOfFlags __attribute__((vector_size(16)));

/* Whether a run of vertices is all north or all south of a latitude. */
static inline bool
is_aside(const uint8_t *latitudes, double y)
{
	Pair limit = {y, y};
	PairOfFlags south = {-1, -1};
	PairOfFlags north = {-1, -1};

	for (int i = 0; i < BLOCK; i += 2)
	{
		Pair pair;

		memcpy(&pair, latitudes + (size_t) i * sizeof(double), sizeof(pair));
		south &= pair < limit;
		north &= pair > limit;
	}
	return (south[0] & south[1]) != 0 || (north[0] & north[1]) != 0;
}

static Place
place_in_ring(const CivicRingReader *reader, double x, double y)
{
	int64_t winding = reader->ring.base;
	uint32_t nvertices = reader->ring.nvertices;

	for (uint32_t i = 0; i < reader->ring.nconnectors; i++)
	{
		double from_y = civic_number_at(reader->connectors, 2 * (size_t) i);
		double to_y = civic_number_at(reader->connectors, 2 * (size_t) i + 1);

		winding += (from_y <= y && y < to_y) - (to_y <= y && y < from_y);
	}
	for (uint32_t i = 1; i < nvertices; i++)
	{
		double y1;
		double y2;
		double x1;
		double x2;
		double side;

		/* Most edges pass north or south of the point. */
		if (i % (BLOCK - 1) == 1 && nvertices - i >= BLOCK - 1 &&
			is_aside(reader->y + (size_t) (i - 1) * sizeof(double), y))
		{
			i += BLOCK - 2;
			continue;
		}
		y1 = civic_number_at(reader->y, i - 1);
		y2 = civic_number_at(reader->y, i);
		if ((y1 < y && y2 < y) || (y1 > y && y2 > y))
			continue;
		x1 = civic_number_at(reader->x, i - 1);
		x2 = civic_number_at(reader->x, i);
		side = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1);
		if (side == 0 && is_between(x, x1, x2) && is_between(y, y1, y2))
			return ON_BORDER;
		winding += (side > 0 && y1 <= y && y < y2) - (side < 0 && y2 <= y && y < y1);
	}
	return winding == 0 ? OUTSIDE : INSIDE;
}

/*
 * civic_rings_cover
 *		Whether the area covers a point, its border included: inside the shell of some polygon and in none of its
 *		holes.
 */
CivicCover
civic_rings_cover(const uint8_t *rings, size_t length, uint32_t nrings, double x, double y)
{
	CivicRingReader reader;
	CivicTileStep next;
	bool inside = false;

	civic_rings_open(&reader, rings, length, nrings);
	while ((next = civic_rings_next(&reader)) == CIVIC_TILE_AREA)
	{
		Place place;

		if (reader.ring.is_hole)
		{
			if (!inside)
				continue;
			place = place_in_ring(&reader, x, y);
			if (place == INSIDE)
				inside = false;
		}
		else
		{
			if (inside)
				return CIVIC_COVERED;
			place = place_in_ring(&reader, x, y);
			inside = place == INSIDE;
		}
		if (place == ON_BORDER)
			return CIVIC_COVERED;
	}
	if (next == CIVIC_TILE_MALFORMED)
		return CIVIC_RINGS_MALFORMED;
	return inside ? CIVIC_COVERED : CIVIC_OUTSIDE;
}
