/*
 * test/fuzz/fuzz_tiles.c
 *		Any bytes as a tile, as rings or as well-known binary must do no harm; rings that are rings must, cut to any
 *		cell, say of each of its points what they said before.
 */
#include "core/tiles.h"

#include <math.h>
#include <stdlib.h>

#define MAX_BYTES 512

static void
check(bool holds)
{
	if (!holds)
		abort();
}

typedef struct Input
{
	const uint8_t *data;
	size_t size;
} Input;

static uint8_t
next_byte(Input *input)
{
	if (input->size == 0)
		return 0;
	input->size--;
	return *input->data++;
}

static double
next_double(Input *input)
{
	uint8_t bytes[8];
	double value;

	for (int i = 0; i < 8; i++)
		bytes[i] = next_byte(input);
	memcpy(&value, bytes, 8);
	return value;
}

static uint64_t
next_cell(Input *input, double x, double y)
{
	return civic_cell(x, y, next_byte(input) % (CIVIC_MAX_LEVEL + 3) - 1);
}

static void
read_tile(Input *input)
{
	double x = next_double(input);
	double y = next_double(input);
	uint8_t tile[CIVIC_TILE_HEADER + MAX_BYTES];
	CivicTileReader reader;
	CivicTileArea area;
	const uint8_t *rings;

	civic_tile_header(tile, next_byte(input));
	memcpy(tile + CIVIC_TILE_HEADER, input->data, input->size);
	(void) civic_tile_open(&reader, input->data, input->size);
	check(civic_tile_open(&reader, tile, CIVIC_TILE_HEADER + input->size));
	while (civic_tile_next(&reader, &area, &rings) == CIVIC_TILE_AREA)
		(void) civic_rings_cover(rings, area.length, area.nrings, x, y);
}

static void
use_rings(Input *input, const uint8_t *rings, size_t length, uint32_t nrings)
{
	double x = next_double(input);
	double y = next_double(input);
	CivicBox box;
	CivicCorners corners = {0};
	size_t room = CIVIC_RINGS_BOUND(length);
	uint8_t *cut = malloc(room);
	size_t size;

	civic_cell_box(next_cell(input, x, y), &box);
	(void) civic_rings_extent(rings, length, nrings, &box);
	(void) civic_rings_vertices(rings, length, nrings);
	civic_rings_corners(rings, length, nrings, &box, &corners);
	(void) civic_rings_cover(rings, length, nrings, x, y);
	size = civic_rings_clip(rings, length, &nrings, &box, cut, room);
	check(size <= room);
	if (size > 0)
		(void) civic_rings_cover(cut, size, nrings, x, y);
	free(cut);
}

static void
use_binary(Input *input)
{
	uint8_t out[CIVIC_RINGS_BOUND(MAX_BYTES)];
	uint8_t skip = next_byte(input);
	uint32_t nrings;
	size_t size = civic_rings_from_wkb(input->data, input->size, out, sizeof(out), &nrings);

	check(size <= sizeof(out));
	(void) civic_rings_from_wkb(input->data, input->size, out, skip, &nrings);
	size = civic_rings_from_wkb(input->data, input->size, out, sizeof(out), &nrings);
	if (size > 0)
		use_rings(input, out, size, nrings);
}

/* Rings of corners on a grid, whose lines are borders of cells as well. */
static void
cut_rings(Input *input)
{
	static uint8_t rings[16 * MAX_BYTES];
	static uint8_t cut[CIVIC_RINGS_BOUND(sizeof(rings))];
	static uint8_t again[CIVIC_RINGS_BOUND(sizeof(cut))];
	size_t length = 0;
	uint32_t nrings = 1 + next_byte(input) % 4;
	uint32_t left = nrings;
	uint32_t few;
	uint64_t cell;
	uint64_t child;
	CivicBox box;
	CivicBox smaller;
	size_t size;
	size_t little = 0;

	for (uint32_t n = 0; n < nrings; n++)
	{
		CivicTileRing ring = {.nvertices = 2 + next_byte(input) % 20,
							  .is_hole = next_byte(input) & 1};
		uint8_t *y = rings + length + sizeof(ring);
		uint8_t *x = y + ring.nvertices * sizeof(double);

		memcpy(rings + length, &ring, sizeof(ring));
		for (uint32_t i = 0; i < ring.nvertices; i++)
		{
			double coordinates[2] = {(next_byte(input) - 128) * 0.703125,
									 (next_byte(input) - 128) * 1.40625};

			if (i == ring.nvertices - 1)
			{
				memcpy(&coordinates[0], y, sizeof(double));
				memcpy(&coordinates[1], x, sizeof(double));
			}
			memcpy(y + i * sizeof(double), &coordinates[0], sizeof(double));
			memcpy(x + i * sizeof(double), &coordinates[1], sizeof(double));
		}
		length += sizeof(ring) + ring.nvertices * 16;
	}
	cell = civic_cell((next_byte(input) - 128) * 1.4, (next_byte(input) - 128) * 0.7,
					  next_byte(input) % 9);
	child = civic_cell_child(cell, next_byte(input));
	civic_cell_box(cell, &box);
	civic_cell_box(child, &smaller);
	size = civic_rings_clip(rings, length, &left, &box, cut, sizeof(cut));
	check(size > 0 || left == 0);
	few = left;
	if (size > 0)
		little = civic_rings_clip(cut, size, &few, &smaller, again, sizeof(again));
	check(little > 0 || few == 0);
	for (int i = 0; i < 17 * 17; i++)
	{
		double x = smaller.west + (smaller.east - smaller.west) / 16 * (i % 17);
		double y = smaller.south + (smaller.north - smaller.south) / 16 * (i / 17);
		CivicCover expected = civic_rings_cover(rings, length, nrings, x, y);

		check(civic_rings_cover(cut, size, left, x, y) == expected);
		check(civic_rings_cover(again, little, few, x, y) == expected);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input input = {data, size};

	if (size > MAX_BYTES)
		return 0;
	switch (next_byte(&input) % 4)
	{
		case 0:
			read_tile(&input);
			break;
		case 1:
			use_rings(&input, input.data, input.size, next_byte(&input));
			break;
		case 2:
			use_binary(&input);
			break;
		default:
			cut_rings(&input);
	}
	return 0;
}
