/*
 * src/audit_tree.h
 *		Merkle trees as they are stored: one of each organization, and the forest over their heads.
 */
#ifndef CIVIC_AUDIT_TREE_H
#define CIVIC_AUDIT_TREE_H

#include "audit.h"

/* The forest is stored like the tree of an organization that cannot be. */
#define CIVIC_FOREST "ffffffff-ffff-ffff-ffff-ffffffffffff"
extern const pg_uuid_t civic_forest_id;

/* ---- audit_hash.c ---- */

/* One context of the server for all digests of a call; must be ended before the call is. */
extern void civic_begin_digest(CivicDigest *digest, bool sha512);
extern void civic_end_digest(CivicDigest *digest);

/* The leaf of a row of civic.audit_entries; false where its parts cannot be one. Its pieces point into the row. */
extern bool civic_entry_leaf(const CivicDigest *sha256, const pg_uuid_t *log_id, Datum *values,
							 bool *nulls, CivicLeaf *leaf);
extern int64 civic_unix_time(TimestampTz time);

/* ---- audit_tree.c ---- */

/* Which entry a leaf is; in this order leaves are in a tree. Stored big-endian in 16 bytes. */
typedef struct CivicEntryId
{
	uint32 epoch;
	uint64 xid;
	uint32 counter;
} CivicEntryId;

#define CIVIC_ENTRY_ID_SIZE 16

extern int civic_compare_entry_ids(const CivicEntryId *a, const CivicEntryId *b);
extern void civic_put_entry_id(uint8 *out, const CivicEntryId *id);
extern void civic_get_entry_id(const uint8 *at, CivicEntryId *id);

/* A tile that is being filled. */
typedef struct CivicTileBuffer
{
	bool loaded;
	bool changed;
	uint64 index;
	int count;
	CivicHash hashes[CIVIC_LOG_TILE_WIDTH];
} CivicTileBuffer;

/* A tree that grows. */
typedef struct CivicTreeWriter
{
	pg_uuid_t id;
	CivicRange range;
	CivicTileBuffer tiles[CIVIC_LOG_TILE_MAX_LEVEL + 1];
	uint8 entries[CIVIC_LOG_TILE_WIDTH * CIVIC_ENTRY_ID_SIZE]; /* of the leaves of tiles[0] */
	CivicEntryId next;                                         /* of the leaf that is pushed */
} CivicTreeWriter;

/* All of these inside the caller's SPI connection. */
extern void civic_load_tree(CivicTreeWriter *tree, const pg_uuid_t *id);
extern void civic_grow_tree(const CivicDigest *sha256, CivicTreeWriter *tree, const CivicHash *leaf,
							const CivicEntryId *entry);
extern void civic_save_tree(const CivicDigest *sha256, CivicTreeWriter *tree, CivicHash *root);

/* Hashes of a tile; returns how many it has, 0 where it is missing. entries may be NULL. */
extern int civic_read_tile(const pg_uuid_t *id, int level, uint64 index,
						   CivicHash hashes[CIVIC_LOG_TILE_WIDTH], uint8 *entries);
extern uint64 civic_tree_size(const pg_uuid_t *id);

#endif
