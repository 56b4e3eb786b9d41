/*
 * test/unit/test_tiles.c
 *		Cells, and polygons cut to cells: every cut must answer as the whole polygon does, and that as the textbook.
 */
#include "core/tiles.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define MAX_POINTS 40000
#define MAX_RINGS 64

/* Not as good as the library's, but the same everywhere. */
static uint64_t seed = 1;

static double
random_double(void)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (double) (seed >> 11) / 9007199254740992.0;
}

/* ---- a polygon in plain arrays ---- */

static double points[MAX_POINTS][2];
static int npoints;
static struct
{
	int first;
	int count;
	bool is_hole;
} rings[MAX_RINGS];
static int nrings;

static void
new_ring(bool is_hole)
{
	rings[nrings].first = npoints;
	rings[nrings].count = 0;
	rings[nrings++].is_hole = is_hole;
}

static void
new_point(double x, double y)
{
	points[npoints][0] = x;
	points[npoints++][1] = y;
	rings[nrings - 1].count++;
}

static void
close_ring(void)
{
	new_point(points[rings[nrings - 1].first][0], points[rings[nrings - 1].first][1]);
}

/* A ring around a place, with teeth. */
static void
star(bool is_hole, double x, double y, double radius, int corners, double roughness)
{
	new_ring(is_hole);
	for (int i = 0; i < corners; i++)
	{
		double angle = 6.283185307179586 * i / corners;
		double reach = radius * (1 - roughness * random_double());

		new_point(x + reach * cos(angle), y + reach * sin(angle));
	}
	close_ring();
}

static uint8_t wkb[MAX_POINTS * 16 + MAX_RINGS * 16];

static size_t
put_u32(size_t at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		wkb[at + (size_t) i] = (uint8_t) (value >> 8 * i);
	return at + 4;
}

static size_t
put_type(size_t at, uint32_t type)
{
	wkb[at] = 1;
	return put_u32(at + 1, type);
}

static size_t
as_wkb(void)
{
	uint32_t npolygons = 0;
	size_t at;

	for (int i = 0; i < nrings; i++)
		npolygons += !rings[i].is_hole;
	at = put_u32(put_type(0, 6), npolygons);
	for (int i = 0; i < nrings; i++)
	{
		if (!rings[i].is_hole)
		{
			uint32_t count = 1;

			while (i + (int) count < nrings && rings[i + (int) count].is_hole)
				count++;
			at = put_u32(put_type(at, 3), count);
		}
		at = put_u32(at, (uint32_t) rings[i].count);
		for (int j = rings[i].first; j < rings[i].first + rings[i].count; j++)
		{
			uint64_t bits[2];

			memcpy(bits, points[j], 16);
			for (int k = 0; k < 16; k++)
				wkb[at++] = (uint8_t) (bits[k / 8] >> 8 * (k % 8));
		}
	}
	return at;
}

/* -1 outside, 0 on the ring, 1 inside: the winding number, from all edges. */
static int
textbook_ring(int n, double x, double y)
{
	int winding = 0;

	for (int i = rings[n].first; i < rings[n].first + rings[n].count - 1; i++)
	{
		double x1 = points[i][0];
		double y1 = points[i][1];
		double x2 = points[i + 1][0];
		double y2 = points[i + 1][1];
		double side = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1);

		if (side == 0 && x >= fmin(x1, x2) && x <= fmax(x1, x2) && y >= fmin(y1, y2) &&
			y <= fmax(y1, y2))
			return 0;
		if (y1 <= y && y < y2 && side > 0)
			winding++;
		else if (y2 <= y && y < y1 && side < 0)
			winding--;
	}
	return winding == 0 ? -1 : 1;
}

static bool
textbook(double x, double y)
{
	for (int i = 0; i < nrings; i++)
	{
		int place;
		bool hole = false;

		if (rings[i].is_hole)
			continue;
		place = textbook_ring(i, x, y);
		if (place == 0)
			return true;
		if (place < 0)
			continue;
		for (int j = i + 1; j < nrings && rings[j].is_hole && !hole; j++)
		{
			place = textbook_ring(j, x, y);
			if (place == 0)
				return true;
			hole = place > 0;
		}
		if (!hole)
			return true;
	}
	return false;
}

/* ---- the polygon cut to cells ---- */

typedef struct Piece
{
	uint64_t cell;
	size_t length;
	uint32_t nrings;
	uint8_t *bytes;
} Piece;

static Piece pieces[200000];
static int npieces;
static int failures;

static void
keep_piece(uint64_t cell, const uint8_t *bytes, size_t length, uint32_t n)
{
	pieces[npieces].cell = cell;
	pieces[npieces].length = length;
	pieces[npieces].nrings = n;
	pieces[npieces].bytes = malloc(length);
	memcpy(pieces[npieces++].bytes, bytes, length);
}

static void
cut(uint64_t cell, const uint8_t *bytes, size_t length, uint32_t n, size_t enough)
{
	if (civic_cell_level(cell) == CIVIC_MAX_LEVEL ||
		civic_rings_vertices(bytes, length, n) <= enough)
	{
		keep_piece(cell, bytes, length, n);
		return;
	}
	for (int i = 0; i < 4; i++)
	{
		uint64_t child = civic_cell_child(cell, i);
		uint8_t *room = malloc(CIVIC_RINGS_BOUND(length));
		uint32_t left = n;
		CivicBox box;
		size_t size;

		civic_cell_box(child, &box);
		size = civic_rings_clip(bytes, length, &left, &box, room, CIVIC_RINGS_BOUND(length));
		if (size > 0)
			cut(child, room, size, left, enough);
		else
			failures += left != 0;
		free(room);
	}
}

static int
compare_pieces(const void *a, const void *b)
{
	uint64_t left = ((const Piece *) a)->cell;
	uint64_t right = ((const Piece *) b)->cell;

	return (left > right) - (left < right);
}

static bool
pieces_cover(double x, double y)
{
	uint64_t cell = civic_cell(x, y, CIVIC_MAX_LEVEL);
	int low = 0;
	int high = npieces;

	while (low < high)
	{
		int middle = (low + high) / 2;

		if (pieces[middle].cell <= cell)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || civic_cell_last(pieces[low - 1].cell) < cell)
		return false;
	return civic_rings_cover(pieces[low - 1].bytes, pieces[low - 1].length, pieces[low - 1].nrings,
							 x, y) == CIVIC_COVERED;
}

static int differences;
static int asked;

static void
ask(const uint8_t *bytes, size_t length, uint32_t n, double x, double y)
{
	bool expected;

	if (!(x >= -180 && x <= 180 && y >= -90 && y <= 90))
		return;
	expected = textbook(x, y);
	asked++;
	if ((civic_rings_cover(bytes, length, n, x, y) == CIVIC_COVERED) != expected ||
		pieces_cover(x, y) != expected)
	{
		if (differences++ < 3)
			printf("# %.17g %.17g: textbook %d, whole %d, pieces %d\n", x, y, expected,
				   civic_rings_cover(bytes, length, n, x, y), pieces_cover(x, y));
	}
}

/* Asks about random points, vertices, points on edges and points a rounding away from them. */
static void
compare(size_t enough, const char *name)
{
	static uint8_t bytes[sizeof(wkb) * 4];
	size_t size = as_wkb();
	uint32_t n;
	size_t length = civic_rings_from_wkb(wkb, size, bytes, sizeof(bytes), &n);
	CivicBox extent;

	npieces = failures = differences = asked = 0;
	if (!ok(length > 0 && (int) n == nrings && civic_rings_extent(bytes, length, n, &extent),
			"%s: the binary is read", name))
		return;
	cut(civic_cell(0, 0, 0), bytes, length, n, enough);
	qsort(pieces, (size_t) npieces, sizeof(Piece), compare_pieces);
	for (int i = 0; i < 4000; i++)
		ask(bytes, length, n,
			extent.west + (extent.east - extent.west) * (random_double() * 1.02 - 0.01),
			extent.south + (extent.north - extent.south) * (random_double() * 1.02 - 0.01));
	for (int i = 0; i < nrings; i++)
	{
		for (int j = rings[i].first; j < rings[i].first + rings[i].count - 1; j++)
		{
			double t = random_double();
			double x = points[j][0] + t * (points[j + 1][0] - points[j][0]);
			double y = points[j][1] + t * (points[j + 1][1] - points[j][1]);

			ask(bytes, length, n, points[j][0], points[j][1]);
			ask(bytes, length, n, (points[j][0] + points[j + 1][0]) / 2,
				(points[j][1] + points[j + 1][1]) / 2);
			ask(bytes, length, n, x, y);
			ask(bytes, length, n, nextafter(x, 200), nextafter(y, -200));
			ask(bytes, length, n, points[j][0], y);
			ask(bytes, length, n, nextafter(points[j][0], -200), points[j][1]);
		}
	}
	ok(differences == 0 && failures == 0, "%s: %d pieces agree with the textbook on %d points",
	   name, npieces, asked);
	for (int i = 0; i < npieces; i++)
		free(pieces[i].bytes);
	npieces = 0;
}

static void
start(void)
{
	npoints = nrings = 0;
}

static void
test_polygons(void)
{
	start();
	star(false, 77.2, 28.6, 0.05, 400, 0.5);
	compare(32, "a rough star");
	compare(4, "a rough star in tiny pieces");

	start();
	star(false, -90.2, 38.6, 0.05, 300, 0.2);
	star(true, -90.21, 38.61, 0.01, 50, 0.3);
	star(true, -90.18, 38.59, 0.01, 60, 0.3);
	star(false, -90.21, 38.61, 0.005, 50, 0.1);
	star(false, -90.0, 38.5, 0.02, 100, 0.5);
	compare(16, "holes, an island in a hole, another part");

	start();
	new_ring(false);
	for (int i = 0; i <= 200; i++)
		new_point(10 + i * 0.001, 50 + 1e-9 * random_double());
	for (int i = 200; i >= 0; i--)
		new_point(10 + i * 0.001, 50 + 2e-9 + 1e-9 * random_double());
	close_ring();
	compare(16, "a sliver of a fraction of a millimetre");

	start();
	new_ring(false);
	for (int i = 0; i < 300; i++)
		new_point(5 + 0.0001 * i + 0.03 * (i % 2), 7 + 0.0001 * i);
	new_point(5.1, 6.9);
	close_ring();
	compare(8, "a comb");

	start();
	new_ring(false);
	new_point(-180, -90);
	new_point(180, -90);
	new_point(180, 90);
	new_point(-180, 90);
	close_ring();
	star(true, 179.5, 89.5, 0.4, 40, 0.3);
	star(true, -179.5, -89.5, 0.4, 40, 0.3);
	compare(8, "the whole Earth with holes near its corners");

	start();
	new_ring(false);
	/* Corners on borders of cells of many levels. */
	new_point(0, 0);
	new_point(45, 0);
	new_point(45, 22.5);
	new_point(22.5, 45);
	new_point(0, 45);
	new_point(0, 22.5);
	new_point(0, 22.5 + 1e-13);
	close_ring();
	compare(3, "borders along borders of cells, a very short edge");

	start();
	for (int i = 0; i < 12; i++)
	{
		new_ring(false);
		new_point(30, 40);
		new_point(30 + cos(i * 0.5235), 40 + sin(i * 0.5235));
		new_point(30 + cos(i * 0.5235 + 0.3), 40 + sin(i * 0.5235 + 0.3));
		close_ring();
	}
	compare(12, "parts that meet in a point");
}

static void
test_cells(void)
{
	int wrong = 0;

	for (int i = 0; i < 20000; i++)
	{
		double x = random_double() * 360 - 180;
		double y = random_double() * 180 - 90;
		uint64_t place = civic_cell(x, y, CIVIC_MAX_LEVEL);
		int level = (int) (random_double() * (CIVIC_MAX_LEVEL + 1));
		uint64_t cell = civic_cell(x, y, level);
		CivicBox box;

		civic_cell_box(cell, &box);
		wrong += !(box.west <= x && x <= box.east && box.south <= y && y <= box.north);
		wrong += cell != civic_cell_ancestor(place, level) || civic_cell_level(cell) != level;
		wrong += !(cell <= place && place <= civic_cell_last(cell));
		if (level < CIVIC_MAX_LEVEL)
		{
			int parents = 0;

			for (int j = 0; j < 4; j++)
			{
				uint64_t child = civic_cell_child(cell, j);

				parents += child == civic_cell(x, y, level + 1);
				wrong += !(cell < child && child <= civic_cell_last(cell));
				wrong += civic_cell_ancestor(child, level) != cell;
			}
			wrong += parents != 1;
		}
	}
	ok(wrong == 0, "20000 random cells hold their points, and their children share them out");
	ok(civic_cell(200, 100, 3) == civic_cell(180, 90, 3) &&
		   civic_cell((double) NAN, (double) NAN, 3) == civic_cell(-180, -90, 3),
	   "what is out of range counts to the outermost cell");
}

static void
test_sorting(void)
{
	static CivicPlaced places[20000];
	static CivicPlaced scratch[20000];
	static bool seen[20000];
	int wrong = 0;

	for (uint32_t i = 0; i < 20000; i++)
	{
		bool near = random_double() < 0.9;

		places[i].cell = civic_cell(near ? 77 + random_double() / 100 : 360 * random_double() - 180,
									near ? 28 + random_double() / 100 : 0, CIVIC_MAX_LEVEL);
		places[i].point = i;
	}
	civic_sort_places(places, scratch, 20000);
	for (uint32_t i = 0; i < 20000; i++)
	{
		wrong += seen[places[i].point] || (i > 0 && places[i].cell < places[i - 1].cell);
		seen[places[i].point] = true;
	}
	ok(wrong == 0, "20000 places, most of them in a city, are sorted and all there");
	civic_sort_places(places, scratch, 0);
	civic_sort_places(places, scratch, 1);
	ok(places[0].cell <= places[1].cell, "none and one are sorted already");
}

static void
test_malformed(void)
{
	uint8_t out[64];
	uint8_t tile[CIVIC_TILE_HEADER];
	uint32_t n = 1;
	CivicTileReader reader;
	CivicTileArea area;
	const uint8_t *found;
	const uint8_t line[] = {1, 2, 0, 0, 0, 0, 0, 0, 0};
	const uint8_t big_endian[] = {0, 0, 0, 0, 3, 0, 0, 0, 0};
	const uint8_t greedy[] = {1, 3, 0, 0, 0, 1, 0, 0, 0, 255, 255, 255, 255, 0};

	ok(civic_rings_from_wkb(line, sizeof(line), out, sizeof(out), &n) == 0, "a line is no area");
	ok(civic_rings_from_wkb(big_endian, sizeof(big_endian), out, sizeof(out), &n) == 0,
	   "the binary is little-endian");
	ok(civic_rings_from_wkb(greedy, sizeof(greedy), out, sizeof(out), &n) == 0,
	   "a ring does not have more points than there are bytes");
	ok(civic_rings_cover(out, 3, 1, 0, 0) == CIVIC_RINGS_MALFORMED, "half a ring is malformed");
	civic_tile_header(tile, 1);
	ok(civic_tile_open(&reader, tile, sizeof(tile)) &&
		   civic_tile_next(&reader, &area, &found) == CIVIC_TILE_MALFORMED,
	   "a tile that lacks its area is malformed");
	tile[0]++;
	ok(!civic_tile_open(&reader, tile, sizeof(tile)) && !civic_tile_open(&reader, tile, 3),
	   "other bytes are no tile");
}

void
test_tiles(void)
{
	test_cells();
	test_sorting();
	test_polygons();
	test_malformed();
}
