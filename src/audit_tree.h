/*
 * src/audit_tree.h
 *		Merkle trees as they are stored: one of each organization, and the forest over their heads.
 */
#ifndef CIVIC_AUDIT_TREE_H
#define CIVIC_AUDIT_TREE_H

#include "audit.h"

#include "core/sha256.h"
#include "storage/block.h"
#include "utils/relcache.h"
#include "utils/snapshot.h"

/* The forest is stored like the tree of an organization that cannot be. */
#define CIVIC_FOREST "ffffffff-ffff-ffff-ffff-ffffffffffff"
extern const pg_uuid_t civic_forest_id;

/* ---- audit_hash.c ---- */

/* One context of the server for all digests of a call; must be ended before the call is. */
extern void civic_begin_sha512(CivicDigest *digest);
extern void civic_end_sha512(CivicDigest *digest);

/* The leaf of a row of civic.audit_entries; false where its parts cannot be one. Its pieces point into the row. */
extern bool civic_entry_leaf(const pg_uuid_t *log_id, Datum *values, bool *nulls, CivicLeaf *leaf);
extern int64 civic_unix_time(TimestampTz time);

/* ---- audit_tree.c ---- */

/* Which entry a leaf is; leaves are in a tree in the order of epoch, xid, counter. Stored big-endian in 16 bytes. */
typedef struct CivicEntryId
{
	uint64 xid;
	uint32 epoch;
	uint32 counter;
} CivicEntryId;

#define CIVIC_ENTRY_ID_SIZE 16

extern int civic_compare_entry_ids(const CivicEntryId *a, const CivicEntryId *b);
extern void civic_put_entry_id(uint8 *out, const CivicEntryId *id);
extern void civic_get_entry_id(const uint8 *at, CivicEntryId *id);

/* An entry as it is sealed and verified. */
typedef struct CivicHashedEntry
{
	CivicEntryId id;
	CivicHash hash; /* of its leaf */
	bool is_usable; /* it can be a leaf */
} CivicHashedEntry;

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
extern void civic_grow_tree(CivicTreeWriter *tree, const CivicHashedEntry *entries, size_t count);
extern void civic_save_tree(CivicTreeWriter *tree, CivicHash *root);

/* Hashes of a tile and its entries, each unless NULL; returns how many it has, 0 where it is missing or none. */
extern int civic_read_tile(const pg_uuid_t *id, int level, uint64 index, CivicHash *hashes,
						   uint8 *entries);
extern uint64 civic_tree_size(const pg_uuid_t *id);

/* ---- audit_entries.c ---- */

/* The entries of one organization, once sorted in the order of leaves. */
typedef struct CivicOrganizationEntries
{
	pg_uuid_t id;
	size_t count;
	size_t capacity;
	CivicHashedEntry *entries;
} CivicOrganizationEntries;

typedef struct CivicEntryReader CivicEntryReader;
typedef bool (*CivicEntryFilter)(void *state, const CivicEntryId *id);

/* All that is read stays in the memory context of this call. */
extern CivicEntryReader *civic_begin_entries(const pg_uuid_t *log_id, CivicEntryFilter is_wanted,
											 void *state);
/* Adds what is wanted of so many pages of a segment; InvalidBlockNumber for all pages. */
extern void civic_read_entries(CivicEntryReader *reader, Relation segment, Snapshot snapshot,
							   BlockNumber from, BlockNumber count);
extern size_t civic_count_entries(const CivicEntryReader *reader);
/*
 * Leaves out the later transactions, so that no more entries remain than the limit and what the last transaction has
 * beyond it; returns the first transaction that may be missing, PG_UINT64_MAX where none is. There must be as many
 * entries as the limit, all of one epoch. The filter may call it.
 */
extern uint64 civic_limit_entries(CivicEntryReader *reader, size_t limit);
/* Organizations that have entries, in the order of their identifiers. */
extern CivicOrganizationEntries **civic_sort_entries(CivicEntryReader *reader, size_t *count);

/* ---- audit_proof.c ---- */

extern bool civic_load_range(const pg_uuid_t *tree, uint64 size, CivicRange *range);

#endif
