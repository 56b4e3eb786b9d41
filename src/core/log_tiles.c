/*
 * src/core/log_tiles.c
 *		Coordinates, paths and entry bundles of c2sp.org/tlog-tiles.
 */
#include "core/merkle.h"

#include <stdio.h>

#define MAX_INDEX (CIVIC_MAX_LEAVES >> CIVIC_LOG_TILE_HEIGHT)

void
civic_log_tile_of_node(CivicNode node, CivicLogTile *tile, int *offset, int *count)
{
	int height = node.level % CIVIC_LOG_TILE_HEIGHT;
	uint64_t first = node.index << height;

	tile->level = node.level / CIVIC_LOG_TILE_HEIGHT;
	tile->index = first / CIVIC_LOG_TILE_WIDTH;
	tile->width = 0;
	*offset = (int) (first % CIVIC_LOG_TILE_WIDTH);
	*count = 1 << height;
}

int
civic_log_tile_width(int level, uint64_t index, uint64_t size)
{
	uint64_t nodes;

	if (level > CIVIC_LOG_TILE_MAX_LEVEL)
		return 0;
	nodes = level == CIVIC_LOG_TILE_ENTRIES ? size : size >> (CIVIC_LOG_TILE_HEIGHT * level);
	if (index < nodes / CIVIC_LOG_TILE_WIDTH)
		return CIVIC_LOG_TILE_WIDTH;
	return index == nodes / CIVIC_LOG_TILE_WIDTH ? (int) (nodes % CIVIC_LOG_TILE_WIDTH) : 0;
}

int
civic_log_tile_path(const CivicLogTile *tile, char path[CIVIC_LOG_TILE_PATH_SIZE])
{
	uint64_t group = 1;
	int length;

	if (tile->level == CIVIC_LOG_TILE_ENTRIES)
		length = snprintf(path, CIVIC_LOG_TILE_PATH_SIZE, "tile/entries/");
	else
		length = snprintf(path, CIVIC_LOG_TILE_PATH_SIZE, "tile/%d/", tile->level);
	while (tile->index / group >= 1000)
		group *= 1000;
	for (; group > 0; group /= 1000)
		length += snprintf(path + length, (size_t) (CIVIC_LOG_TILE_PATH_SIZE - length),
						   group > 1 ? "x%03d/" : "%03d", (int) (tile->index / group % 1000));
	if (tile->width < CIVIC_LOG_TILE_WIDTH)
		length += snprintf(path + length, (size_t) (CIVIC_LOG_TILE_PATH_SIZE - length), ".p/%d",
						   tile->width);
	return length;
}

/* Takes digits off the path; false without any or with more than "most". */
static bool
take_number(const char **at, const char *end, int most, uint64_t *number)
{
	int digits = 0;

	for (*number = 0; *at < end && **at >= '0' && **at <= '9' && digits <= most; digits++)
		*number = *number * 10 + (uint64_t) (*(*at)++ - '0');
	return digits > 0 && digits <= most;
}

static bool
take_text(const char **at, const char *end, const char *text)
{
	size_t length = strlen(text);

	if ((size_t) (end - *at) < length || memcmp(*at, text, length) != 0)
		return false;
	*at += length;
	return true;
}

/* Reads with some tolerance, then takes only what would have been written. */
bool
civic_log_tile_parse_path(const char *path, size_t length, CivicLogTile *tile)
{
	const char *at = path;
	const char *end = path + length;
	char written[CIVIC_LOG_TILE_PATH_SIZE];
	uint64_t number;
	bool is_last;

	if (!take_text(&at, end, "tile/"))
		return false;
	if (take_text(&at, end, "entries/"))
		tile->level = CIVIC_LOG_TILE_ENTRIES;
	else if (take_number(&at, end, 1, &number) && number <= CIVIC_LOG_TILE_MAX_LEVEL &&
			 take_text(&at, end, "/"))
		tile->level = (int) number;
	else
		return false;
	tile->index = 0;
	do
	{
		is_last = !take_text(&at, end, "x");
		if (!take_number(&at, end, 3, &number) || tile->index > MAX_INDEX / 1000 ||
			(!is_last && !take_text(&at, end, "/")))
			return false;
		tile->index = tile->index * 1000 + number;
	} while (!is_last);
	tile->width = CIVIC_LOG_TILE_WIDTH;
	if (take_text(&at, end, ".p/"))
	{
		if (!take_number(&at, end, 3, &number) || number == 0 || number >= CIVIC_LOG_TILE_WIDTH)
			return false;
		tile->width = (int) number;
	}
	return at == end && tile->index <= MAX_INDEX &&
		   civic_log_tile_path(tile, written) == (int) length && memcmp(written, path, length) == 0;
}

size_t
civic_bundle_put(const uint8_t *entry, size_t length, uint8_t *out, size_t capacity)
{
	if (length > CIVIC_BUNDLE_ENTRY_MAX || capacity < length + 2)
		return 0;
	out = civic_put_number(out, length, 2);
	if (length > 0)
		memcpy(out, entry, length);
	return length + 2;
}

bool
civic_bundle_next(CivicBytes *bundle, CivicBytes *entry)
{
	size_t length;

	if (bundle->length < 2)
		return false;
	length = (size_t) civic_get_number(bundle->data, 2);
	if (bundle->length - 2 < length)
		return false;
	*entry = civic_bytes(bundle->data + 2, length);
	*bundle = civic_bytes(bundle->data + 2 + length, bundle->length - 2 - length);
	return true;
}
