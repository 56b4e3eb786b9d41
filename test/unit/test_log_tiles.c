/*
 * test/unit/test_log_tiles.c
 *		Coordinates, paths and bundles of c2sp.org/tlog-tiles.
 */
#include "merkle_model.h"
#include "tap.h"

void
test_log_tiles(void)
{
	static const struct
	{
		const char *path;
		CivicLogTile tile;
	} paths[] = {{"tile/0/000", {0, 0, 256}},
				 {"tile/0/x001/x234/067", {0, 1234067, 256}},
				 {"tile/7/999", {7, 999, 256}},
				 {"tile/3/x001/000.p/1", {3, 1000, 1}},
				 {"tile/entries/x123/456.p/255", {CIVIC_LOG_TILE_ENTRIES, 123456, 255}},
				 {"tile/0/x036/x028/x797/x018/x963/967", {0, CIVIC_MAX_LEAVES >> 8, 256}}};
	static const char *const refused[] = {"",
										  "tile/0/",
										  "tile/0/0",
										  "tile/0/67",
										  "tile/0/0067",
										  "tile/00/067",
										  "tile/8/067",
										  "tile/-1/067",
										  "tile/0/x000/067",
										  "tile/0/x0/x1/01",
										  "tile/0/001/067",
										  "tile/0/x001/x067",
										  "tile/0/x001/",
										  "tile/0/067.p/0",
										  "tile/0/067.p/256",
										  "tile/0/067.p/01",
										  "tile/0/067.p/",
										  "tile/0/067.p/1/",
										  "tile/0/067.p",
										  "tile/0/067 ",
										  "/tile/0/067",
										  "tile/entry/067",
										  "tile/entries/",
										  "tile/0/x036/x028/x797/x018/x963/968",
										  "tile/0/x999/x999/x999/x999/x999/x999/999"};
	char path[CIVIC_LOG_TILE_PATH_SIZE];
	CivicLogTile tile;
	static CivicHash hashes[4 * CIVIC_LOG_TILE_WIDTH];
	CivicRange range;
	CivicHash root;
	int offset;
	int count;
	int wrong = 0;
	uint8_t room[16];
	CivicBytes bundle;
	CivicBytes entry;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
	{
		ok(civic_log_tile_path(&paths[i].tile, path) == (int) strlen(paths[i].path) &&
			   strcmp(path, paths[i].path) == 0,
		   "path %s", path);
		ok(civic_log_tile_parse_path(path, strlen(path), &tile) &&
			   tile.level == paths[i].tile.level && tile.index == paths[i].tile.index &&
			   tile.width == paths[i].tile.width,
		   "and back");
	}
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		ok(!civic_log_tile_parse_path(refused[i], strlen(refused[i]), &tile), "not a path: \"%s\"",
		   refused[i]);

	ok(civic_log_tile_width(0, 272, 70000) == 256 && civic_log_tile_width(0, 273, 70000) == 112 &&
		   civic_log_tile_width(0, 274, 70000) == 0 && civic_log_tile_width(1, 0, 70000) == 256 &&
		   civic_log_tile_width(1, 1, 70000) == 17 && civic_log_tile_width(2, 0, 70000) == 1 &&
		   civic_log_tile_width(3, 0, 70000) == 0,
	   "tiles of 70,000 leaves");
	ok(civic_log_tile_width(0, 0, 256) == 256 && civic_log_tile_width(0, 1, 256) == 0 &&
		   civic_log_tile_width(1, 0, 256) == 1 && civic_log_tile_width(-1, 0, 255) == 255,
	   "tiles of 256 leaves");

	civic_range_init(&range, 0);
	for (int i = 0; i < 4 * CIVIC_LOG_TILE_WIDTH; i++)
	{
		civic_put_number(hashes[i].bytes, (uint64_t) i, 8);
		civic_range_push(&sha256, &range, &hashes[i], NULL, NULL);
	}
	for (int level = 0; level < 8; level++)
		for (uint64_t index = 0; index < UINT64_C(1024) >> level; index++)
		{
			CivicHash expected = reference_root(hashes + (index << level), (size_t) 1 << level);

			civic_log_tile_of_node((CivicNode){level, index}, &tile, &offset, &count);
			civic_log_tile_root(&sha256, hashes + tile.index * 256 + offset, count, &root);
			wrong += tile.level != 0 || offset + count > 256 || !civic_hash_equal(&root, &expected);
		}
	ok(wrong == 0, "nodes from the hashes of their tile");
	civic_log_tile_of_node((CivicNode){19, 5}, &tile, &offset, &count);
	ok(tile.level == 2 && tile.index == 0 && offset == 40 && count == 8, "a node of a higher tile");

	ok(civic_bundle_put((const uint8_t *) "abc", 3, room, 5) == 5 &&
		   memcmp(room, "\0\3abc", 5) == 0,
	   "an entry in a bundle");
	ok(civic_bundle_put((const uint8_t *) "", 0, room + 5, 11) == 2, "an empty entry");
	ok(civic_bundle_put((const uint8_t *) "abc", 3, room, 4) == 0, "an entry that does not fit");
	ok(civic_bundle_put(room, CIVIC_BUNDLE_ENTRY_MAX + 1, room, SIZE_MAX) == 0,
	   "an entry that is too long");
	bundle = civic_bytes(room, 7);
	ok(civic_bundle_next(&bundle, &entry) && entry.length == 3 &&
		   civic_bundle_next(&bundle, &entry) && entry.length == 0 &&
		   !civic_bundle_next(&bundle, &entry) && bundle.length == 0,
	   "a bundle read to its end");
	bundle = civic_bytes(room, 4);
	ok(!civic_bundle_next(&bundle, &entry) && bundle.length == 4, "a bundle that is cut off");
}
