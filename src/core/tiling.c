/*
 * src/core/tiling.c
 *		Rings of polygons, and cutting them to cells.
 *
 * A ring cut to a cell keeps the edges that touch it. An edge that does not is north or south of every point of the
 * cell and never counts, or west and never counts, or east and counts by latitude alone: such a connector keeps the
 * two latitudes, and becomes part of the ring's base where it passes the whole cell.
 */
#include "tiles.h"

#include <math.h>
#include <string.h>

/*
 * Degrees by which a cell is taken to be larger. An edge that keeps this distance from a point is on the side where
 * the determinant says it is: rounding can move a line by some 1e-13 degrees at most.
 */
#define MARGIN 1e-9

static inline void
put_number(uint8_t *numbers, size_t place, double value)
{
	memcpy(numbers + place * sizeof(double), &value, sizeof(double));
}

/* ---- well-known binary ---- */

typedef struct Wkb
{
	const uint8_t *at;
	const uint8_t *end;
} Wkb;

static bool
read_count(Wkb *wkb, uint32_t *value)
{
	if (wkb->end - wkb->at < 4)
		return false;
	*value = (uint32_t) wkb->at[0] | (uint32_t) wkb->at[1] << 8 | (uint32_t) wkb->at[2] << 16 |
			 (uint32_t) wkb->at[3] << 24;
	wkb->at += 4;
	return true;
}

static double
read_number(const uint8_t *at)
{
	uint64_t bits = 0;
	double value;

	for (int i = 7; i >= 0; i--)
		bits = bits << 8 | at[i];
	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* Byte order little-endian, then the type. */
static bool
read_type(Wkb *wkb, uint32_t *type)
{
	if (wkb->end - wkb->at < 1 || *wkb->at++ != 1)
		return false;
	return read_count(wkb, type);
}

/* Where rings are written; no room left once at is NULL. */
typedef struct Output
{
	uint8_t *start;
	uint8_t *at;
	uint8_t *end;
} Output;

static uint8_t *
take(Output *out, uint64_t size)
{
	uint8_t *room = out->at;

	if (room == NULL || (uint64_t) (out->end - room) < size)
		out->at = NULL;
	else
		out->at += size;
	return out->at == NULL ? NULL : room;
}

static bool
wkb_ring(Wkb *wkb, Output *out, bool is_hole)
{
	CivicTileRing ring = {.is_hole = is_hole};
	uint8_t *room;

	if (!read_count(wkb, &ring.nvertices) ||
		(uint64_t) (wkb->end - wkb->at) < (uint64_t) ring.nvertices * 16)
		return false;
	room = take(out, sizeof(ring) + (uint64_t) ring.nvertices * 16);
	if (room == NULL)
		return false;
	memcpy(room, &ring, sizeof(ring));
	room += sizeof(ring);
	for (uint32_t i = 0; i < ring.nvertices; i++)
	{
		put_number(room, (size_t) ring.nvertices + i, read_number(wkb->at));
		put_number(room, i, read_number(wkb->at + 8));
		wkb->at += 16;
	}
	return true;
}

size_t
civic_rings_from_wkb(const uint8_t *wkb, size_t length, uint8_t *out, size_t capacity,
					 uint32_t *nrings)
{
	Wkb input = {wkb, wkb + length};
	Output output = {out, out, out + capacity};
	uint32_t type;
	uint32_t npolygons = 1;

	*nrings = 0;
	if (!read_type(&input, &type) || (type != 3 && type != 6))
		return 0;
	if (type == 6 && !read_count(&input, &npolygons))
		return 0;
	for (uint32_t i = 0; i < npolygons; i++)
	{
		uint32_t count;
		uint32_t part;

		if ((type == 6 && (!read_type(&input, &part) || part != 3)) || !read_count(&input, &count))
			return 0;
		for (uint32_t j = 0; j < count; j++)
		{
			if (!wkb_ring(&input, &output, j > 0))
				return 0;
			(*nrings)++;
		}
	}
	return (size_t) (output.at - output.start);
}

/* ---- cutting ---- */

typedef enum Side
{
	BESIDE, /* never counts for points of the cell */
	EAST,   /* counts by latitude */
	TOUCHING
} Side;

static inline double
side_of(double x1, double y1, double x2, double y2, double x, double y)
{
	return (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1);
}

static Side
side_of_cell(double x1, double y1, double x2, double y2, const CivicBox *cell)
{
	double corners[4];
	int left = 0;
	int right = 0;

	if ((y1 < cell->south && y2 < cell->south) || (y1 > cell->north && y2 > cell->north) ||
		(x1 < cell->west && x2 < cell->west))
		return BESIDE;
	if (x1 > cell->east && x2 > cell->east)
		return EAST;
	if (y1 == y2)
		return TOUCHING;
	corners[0] = side_of(x1, y1, x2, y2, cell->west, cell->south);
	corners[1] = side_of(x1, y1, x2, y2, cell->east, cell->south);
	corners[2] = side_of(x1, y1, x2, y2, cell->west, cell->north);
	corners[3] = side_of(x1, y1, x2, y2, cell->east, cell->north);
	for (int i = 0; i < 4; i++)
	{
		left += y1 < y2 ? corners[i] > 0 : corners[i] < 0;
		right += y1 < y2 ? corners[i] < 0 : corners[i] > 0;
	}
	return left == 4 ? EAST : right == 4 ? BESIDE : TOUCHING;
}

/* A ring being cut: its vertices are counted first, then all of it is written. */
typedef struct Cut
{
	const CivicBox *cell;
	Output *out; /* NULL while counting */
	uint8_t *y;
	uint8_t *x;
	uint8_t *connectors;
	CivicTileRing ring;
	int64_t base;
} Cut;

static void
add_vertex(Cut *cut, double x, double y)
{
	if (cut->out != NULL)
	{
		put_number(cut->y, cut->ring.nvertices, y);
		put_number(cut->x, cut->ring.nvertices, x);
	}
	cut->ring.nvertices++;
}

/* Takes the connector that starts, or ends, at a latitude out of those written; false where there is none. */
static bool
take_connector(Cut *cut, double y, bool starts, double *other)
{
	for (uint32_t i = 0; i < cut->ring.nconnectors; i++)
	{
		uint8_t *at = cut->connectors + (size_t) i * sizeof(CivicConnector);

		if (civic_number_at(at, starts ? 0 : 1) != y)
			continue;
		*other = civic_number_at(at, starts ? 1 : 0);
		cut->ring.nconnectors--;
		memmove(at, cut->connectors + (size_t) cut->ring.nconnectors * sizeof(CivicConnector),
				sizeof(CivicConnector));
		cut->out->at -= sizeof(CivicConnector);
		return true;
	}
	return false;
}

/*
 * Connectors that meet become one, so that a ring which is all east of the cell comes to nothing wherever it starts.
 */
static bool
add_connector(Cut *cut, double from_y, double to_y)
{
	const CivicBox *cell = cut->cell;
	uint8_t *room;
	bool from_below;
	bool to_below;
	bool from_above;
	bool to_above;

	if (cut->out == NULL)
		return true;
	(void) take_connector(cut, from_y, false, &from_y);
	(void) take_connector(cut, to_y, true, &to_y);
	from_below = from_y <= cell->south;
	to_below = to_y <= cell->south;
	from_above = from_y > cell->north;
	to_above = to_y > cell->north;
	if ((from_below && to_below) || (from_above && to_above) || from_y == to_y)
		return true;
	if ((from_below && to_above) || (from_above && to_below))
	{
		cut->base += from_below ? 1 : -1;
		return true;
	}
	room = take(cut->out, sizeof(CivicConnector));
	if (room == NULL)
		return false;
	put_number(room, 0, from_y);
	put_number(room, 1, to_y);
	cut->ring.nconnectors++;
	return true;
}

/* False where there is no room. */
static bool
walk_ring(const CivicRingReader *reader, Cut *cut)
{
	Side before = BESIDE;
	double from_y = 0;
	double x1 = 0;
	double y1 = 0;

	for (uint32_t i = 0; i < reader->ring.nconnectors; i++)
	{
		if (!add_connector(cut, civic_number_at(reader->connectors, 2 * (size_t) i),
						   civic_number_at(reader->connectors, 2 * (size_t) i + 1)))
			return false;
	}
	for (uint32_t i = 0; i < reader->ring.nvertices; i++)
	{
		double x2 = civic_number_at(reader->x, i);
		double y2 = civic_number_at(reader->y, i);
		Side side = BESIDE;

		if (i > 0 && !isnan(x1) && !isnan(y1) && !isnan(x2) && !isnan(y2))
			side = side_of_cell(x1, y1, x2, y2, cut->cell);
		if (before == EAST && side != EAST && !add_connector(cut, from_y, y1))
			return false;
		if (side == EAST && before != EAST)
			from_y = y1;
		if (side == TOUCHING)
		{
			if (before != TOUCHING)
			{
				if (cut->ring.nvertices > 0)
					add_vertex(cut, (double) NAN, (double) NAN);
				add_vertex(cut, x1, y1);
			}
			add_vertex(cut, x2, y2);
		}
		before = side;
		x1 = x2;
		y1 = y2;
	}
	return before != EAST || add_connector(cut, from_y, y1);
}

/* Writes what of the ring concerns the cell, if anything does; false for lack of room. */
static bool
cut_ring(const CivicRingReader *reader, const CivicBox *cell, Output *out, CivicTileRing *ring)
{
	Cut cut = {.cell = cell};
	uint8_t *room;

	(void) walk_ring(reader, &cut);
	room = take(out, sizeof(CivicTileRing) + (uint64_t) cut.ring.nvertices * 16);
	if (room == NULL)
		return false;
	cut.out = out;
	cut.y = room + sizeof(CivicTileRing);
	cut.x = cut.y + (size_t) cut.ring.nvertices * sizeof(double);
	cut.connectors = cut.x + (size_t) cut.ring.nvertices * sizeof(double);
	cut.ring = (CivicTileRing){.is_hole = reader->ring.is_hole};
	cut.base = reader->ring.base;
	/* Rings do not wind around anything that often; the bytes may be anything. */
	if (!walk_ring(reader, &cut) || cut.base > INT32_MAX || cut.base < INT32_MIN)
		return false;
	cut.ring.base = (int32_t) cut.base;
	*ring = cut.ring;
	if (ring->nvertices == 0 && ring->nconnectors == 0 && ring->base == 0)
		out->at = room;
	else
		memcpy(room, ring, sizeof(CivicTileRing));
	return true;
}

static inline bool
has_edges(const CivicTileRing *ring)
{
	return ring->nvertices > 0 || ring->nconnectors > 0;
}

/*
 * civic_rings_clip
 *		Bytes written, 0 with *nrings set to 0 where the area covers nothing of the cell, or 0 with *nrings as it
 *		was for malformed input and for lack of room.
 */
size_t
civic_rings_clip(const uint8_t *rings, size_t length, uint32_t *nrings, const CivicBox *cell,
				 uint8_t *out, size_t capacity)
{
	CivicBox wide = {cell->west - MARGIN, cell->south - MARGIN, cell->east + MARGIN,
					 cell->north + MARGIN};
	CivicRingReader reader;
	CivicTileStep next;
	Output output = {out, out, out + capacity};
	uint32_t kept = 0;
	/* The polygon at hand: where it starts, whether anything of it is left, whether it has an edge. */
	uint8_t *start = out;
	uint32_t kept_before = 0;
	bool open = false;
	bool edges = false;

	civic_rings_open(&reader, rings, length, *nrings);
	for (;;)
	{
		CivicTileRing ring;

		next = civic_rings_next(&reader);
		if (next == CIVIC_TILE_MALFORMED)
			return 0;
		if (next == CIVIC_TILE_END || !reader.ring.is_hole)
		{
			if (open && !edges)
			{
				/* A polygon covers all of the cell, and the others add nothing. */
				CivicTileRing whole = {.base = 1};

				output.at = out;
				start = take(&output, sizeof(whole));
				if (start == NULL)
					return 0;
				memcpy(start, &whole, sizeof(whole));
				*nrings = 1;
				return sizeof(whole);
			}
			if (next == CIVIC_TILE_END)
				break;
			start = output.at;
			kept_before = kept;
			open = true;
			edges = false;
		}
		if (!open)
			continue;
		if (!cut_ring(&reader, &wide, &output, &ring))
			return 0;
		if (has_edges(&ring) || ring.base != 0)
			kept++;
		if (has_edges(&ring))
			edges = true;
		else if (!edges && (ring.base != 0) == (ring.is_hole != 0))
		{
			/* All of the cell is outside the shell or inside a hole, and no border of the polygon passes it. */
			output.at = start;
			kept = kept_before;
			open = false;
		}
	}
	*nrings = kept;
	return (size_t) (output.at - output.start);
}

/* ---- measures ---- */

bool
civic_rings_extent(const uint8_t *rings, size_t length, uint32_t nrings, CivicBox *extent)
{
	CivicRingReader reader;
	bool found = false;

	civic_rings_open(&reader, rings, length, nrings);
	while (civic_rings_next(&reader) == CIVIC_TILE_AREA)
	{
		for (uint32_t i = 0; i < reader.ring.nvertices; i++)
		{
			double x = civic_number_at(reader.x, i);
			double y = civic_number_at(reader.y, i);

			if (isnan(x) || isnan(y))
				continue;
			if (!found)
				*extent = (CivicBox){x, y, x, y};
			found = true;
			extent->west = fmin(extent->west, x);
			extent->south = fmin(extent->south, y);
			extent->east = fmax(extent->east, x);
			extent->north = fmax(extent->north, y);
		}
	}
	return found;
}

size_t
civic_rings_vertices(const uint8_t *rings, size_t length, uint32_t nrings)
{
	CivicRingReader reader;
	size_t count = 0;

	civic_rings_open(&reader, rings, length, nrings);
	while (civic_rings_next(&reader) == CIVIC_TILE_AREA)
		count += reader.ring.nvertices;
	return count;
}

void
civic_rings_corners(const uint8_t *rings, size_t length, uint32_t nrings, const CivicBox *cell,
					CivicCorners *corners)
{
	CivicRingReader reader;

	civic_rings_open(&reader, rings, length, nrings);
	while (civic_rings_next(&reader) == CIVIC_TILE_AREA)
	{
		for (uint32_t i = 0; i < reader.ring.nvertices && corners->count < CIVIC_CORNERS; i++)
		{
			double x = civic_number_at(reader.x, i);
			double y = civic_number_at(reader.y, i);
			bool known =
				!(x >= cell->west && x <= cell->east && y >= cell->south && y <= cell->north);

			for (int j = 0; j < corners->count && !known; j++)
				known = corners->x[j] == x && corners->y[j] == y;
			if (!known)
			{
				corners->x[corners->count] = x;
				corners->y[corners->count++] = y;
			}
		}
	}
}
