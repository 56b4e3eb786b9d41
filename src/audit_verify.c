/*
 * src/audit_verify.c
 *		Comparing what is stored with what was sealed: entries with the leaves of the trees, the trees with their heads,
 *		the heads with the forest.
 *
 * Reads only, and gets no transaction number, so that it runs on a standby.
 */
#include "audit_tree.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

CIVIC_FUNCTION(civic_verify_batches);

/* A head as sealed, and the leaves it added. */
typedef struct Head
{
	pg_uuid_t organization;
	uint64 first;
	uint64 size;
	uint64 forest_index;
	TimestampTz sealed_at;
	CivicHash root;
	bool has_root;
} Head;

typedef struct Verification
{
	ReturnSetInfo *result;
	pg_uuid_t log_id;
	CivicEntryId from; /* entries from .. up to before .. */
	CivicEntryId until;
	CivicEntryId kept_from; /* older ones were dropped when their time was over */
	CivicEntryReader *entries;
	MemoryContext memory;
} Verification;

static void
report(Verification *check, const pg_uuid_t *organization, const CivicEntryId *id, int64 leaf,
	   const char *finding, const char *detail)
{
	Datum values[5] = {0};
	bool nulls[5] = {false, id == NULL, leaf < 0, false, detail == NULL};

	values[0] = UUIDPGetDatum(organization);
	if (id != NULL)
		values[1] = CStringGetTextDatum(
			psprintf("%u." UINT64_FORMAT ".%u", id->epoch, id->xid, id->counter));
	values[2] = Int64GetDatum(leaf);
	values[3] = CStringGetTextDatum(finding);
	if (detail != NULL)
		values[4] = CStringGetTextDatum(detail);
	tuplestore_putvalues(check->result->setResult, check->result->setDesc, values, nulls);
}

static bool
is_in_range(void *state, const CivicEntryId *id)
{
	const Verification *check = state;

	return civic_compare_entry_ids(id, &check->from) >= 0 &&
		   civic_compare_entry_ids(id, &check->until) < 0;
}

static void
read_segments(Verification *check)
{
	Oid *relations;
	int count;
	Snapshot snapshot;

	civic_query_now("SELECT c.oid FROM civic_private.audit_segments AS s, pg_catalog.pg_class AS c"
					" WHERE s.dropped_at IS NULL AND c.relname = s.table_name"
					" AND c.relnamespace = 'civic_private'::regnamespace ORDER BY s.number",
					0, NULL, NULL, NULL);
	count = (int) SPI_processed;
	relations = MemoryContextAlloc(check->memory, sizeof(Oid) * Max(count, 1));
	for (int i = 0; i < count; i++)
	{
		bool isnull;

		relations[i] = DatumGetObjectId(
			SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull));
	}
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	for (int i = 0; i < count; i++)
	{
		Relation relation = table_open(relations[i], AccessShareLock);

		civic_read_entries(check->entries, relation, snapshot, 0, InvalidBlockNumber);
		table_close(relation, NoLock);
	}
	UnregisterSnapshot(snapshot);
}

static void
read_range(Verification *check, int64 first, int64 last)
{
	Oid types[2] = {INT8OID, INT8OID};
	Datum values[2] = {Int64GetDatum(first), Int64GetDatum(last)};
	HeapTuple row;
	TupleDesc desc;
	bool isnull;

	civic_query_now(
		"SELECT a.log_id, coalesce(p.epoch, 0), coalesce(p.xid_until, '0'), l.epoch,"
		" l.xid_until, coalesce(d.epoch, 0), coalesce(d.xid_from, '0')"
		" FROM civic_private.audit_state AS a"
		" JOIN civic_private.audit_batches AS l ON l.number = $2"
		" LEFT JOIN civic_private.audit_batches AS p ON p.number = $1 - 1"
		" LEFT JOIN LATERAL (SELECT s.epoch, s.xid_from FROM civic_private.audit_segments"
		"  AS s WHERE s.dropped_at IS NULL ORDER BY s.number LIMIT 1) AS d ON true",
		2, types, values, NULL);
	if (SPI_processed != 1)
		ereport(ERROR, (errcode(ERRCODE_CIVIC_AUDIT_DAMAGED),
						errmsg("there is no seal number " INT64_FORMAT, last)));
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	check->log_id = *DatumGetUUIDP(SPI_getbinval(row, desc, 1, &isnull));
	check->from.epoch = (uint32) DatumGetInt32(SPI_getbinval(row, desc, 2, &isnull));
	check->from.xid = DatumGetUInt64(SPI_getbinval(row, desc, 3, &isnull));
	check->until.epoch = (uint32) DatumGetInt32(SPI_getbinval(row, desc, 4, &isnull));
	check->until.xid = DatumGetUInt64(SPI_getbinval(row, desc, 5, &isnull));
	check->kept_from.epoch = (uint32) DatumGetInt32(SPI_getbinval(row, desc, 6, &isnull));
	check->kept_from.xid = DatumGetUInt64(SPI_getbinval(row, desc, 7, &isnull));
}

static Head *
read_heads(Verification *check, int64 first, int64 last, int *count)
{
	Oid types[2] = {INT8OID, INT8OID};
	Datum values[2] = {Int64GetDatum(first), Int64GetDatum(last)};
	Head *heads;

	civic_query_now("SELECT h.organization_id, h.first_leaf, h.size, h.forest_index, h.sealed_at,"
					" h.root FROM civic_private.audit_heads AS h WHERE h.batch BETWEEN $1 AND $2"
					" ORDER BY h.organization_id, h.size",
					2, types, values, NULL);
	*count = (int) SPI_processed;
	heads = MemoryContextAllocHuge(check->memory, sizeof(Head) * Max(*count, 1));
	for (int i = 0; i < *count; i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];
		TupleDesc desc = SPI_tuptable->tupdesc;
		bool isnull;
		bytea *root;

		heads[i].organization = *DatumGetUUIDP(SPI_getbinval(row, desc, 1, &isnull));
		heads[i].first = (uint64) DatumGetInt64(SPI_getbinval(row, desc, 2, &isnull));
		heads[i].size = (uint64) DatumGetInt64(SPI_getbinval(row, desc, 3, &isnull));
		heads[i].forest_index = (uint64) DatumGetInt64(SPI_getbinval(row, desc, 4, &isnull));
		heads[i].sealed_at = DatumGetTimestampTz(SPI_getbinval(row, desc, 5, &isnull));
		root = DatumGetByteaPP(SPI_getbinval(row, desc, 6, &isnull));
		heads[i].has_root = VARSIZE_ANY_EXHDR(root) == sizeof(CivicHash);
		if (heads[i].has_root)
			memcpy(&heads[i].root, VARDATA_ANY(root), sizeof(CivicHash));
	}
	SPI_freetuptable(SPI_tuptable);
	return heads;
}

/* Reads tiles one after the other. */
typedef struct LeafReader
{
	pg_uuid_t tree;
	uint64 tile;
	int count; /* -1 before the first */
	CivicHash hashes[CIVIC_LOG_TILE_WIDTH];
	uint64 above_tile;
	int above_count;
	CivicHash above[CIVIC_LOG_TILE_WIDTH]; /* roots of whole tiles */
	uint8 entries[CIVIC_LOG_TILE_WIDTH * CIVIC_ENTRY_ID_SIZE];
	/* Follows the leaves where heads are close together; else a root is cheaper from the tiles. */
	bool follows;
	CivicRange range;
} LeafReader;

/* The hash of a leaf, and which entry it is; NULL where the tree has none. */
static const CivicHash *
read_leaf(Verification *check, LeafReader *reader, uint64 leaf, CivicEntryId *id)
{
	uint64 tile = leaf / CIVIC_LOG_TILE_WIDTH;
	int place = (int) (leaf % CIVIC_LOG_TILE_WIDTH);

	if (reader->count < 0 || reader->tile != tile)
	{
		CHECK_FOR_INTERRUPTS();
		reader->tile = tile;
		reader->count = civic_read_tile(&reader->tree, 0, tile, reader->hashes, reader->entries);
		/* Whole tiles are leaves of the level above. */
		if (reader->count == CIVIC_LOG_TILE_WIDTH)
		{
			CivicHash root;
			int at = (int) (tile % CIVIC_LOG_TILE_WIDTH);

			if (at >= reader->above_count || reader->above_tile != tile / CIVIC_LOG_TILE_WIDTH)
			{
				reader->above_tile = tile / CIVIC_LOG_TILE_WIDTH;
				reader->above_count =
					civic_read_tile(&reader->tree, 1, reader->above_tile, reader->above, NULL);
			}
			civic_log_tile_root(&civic_sha256, reader->hashes, CIVIC_LOG_TILE_WIDTH, &root);
			if (at >= reader->above_count || !civic_hash_equal(&root, &reader->above[at]))
				report(check, &reader->tree, NULL, (int64) (tile * CIVIC_LOG_TILE_WIDTH),
					   "tile_changed",
					   "The hashes of 256 leaves do not have the hash that the tile above has.");
		}
	}
	if (place >= reader->count)
		return NULL;
	civic_get_entry_id(reader->entries + place * CIVIC_ENTRY_ID_SIZE, id);
	return &reader->hashes[place];
}

/* The entries from .. up to before .. of an organization. */
static void
report_added(Verification *check, const CivicOrganizationEntries *found, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		report(check, &found->id, &found->entries[i].id, -1, "entry_added",
			   "The entry stands among sealed ones and was not sealed with them.");
}

/*
 * Leaves and entries are in the same order: what one has and the other has not is missing or added. Returns the first
 * entry after these leaves.
 */
static size_t
compare_leaves(Verification *check, LeafReader *reader, const Head *head,
			   const CivicOrganizationEntries *found, size_t at)
{
	reader->follows = head->size - head->first < CIVIC_LOG_TILE_WIDTH;
	if (reader->follows && reader->range.end != head->first)
		reader->follows = civic_load_range(&head->organization, head->first, &reader->range);
	for (uint64 leaf = head->first; leaf < head->size; leaf++)
	{
		CivicEntryId id;
		const CivicHash *hash = read_leaf(check, reader, leaf, &id);
		int order = 1;

		if (hash == NULL)
		{
			report(check, &head->organization, NULL, (int64) leaf, "leaf_missing",
				   "The tree has no hash for this leaf.");
			return at;
		}
		if (reader->follows)
			civic_range_push(&civic_sha256, &reader->range, hash, NULL, NULL);
		while (at < found->count &&
			   (order = civic_compare_entry_ids(&found->entries[at].id, &id)) < 0)
		{
			report_added(check, found, at, at + 1);
			at++;
			order = 1;
		}
		if (order == 0)
		{
			if (!found->entries[at].is_usable || !civic_hash_equal(&found->entries[at].hash, hash))
				report(check, &head->organization, &id, (int64) leaf, "entry_changed",
					   "The entry is not the one that was sealed.");
			at++;
		}
		else if (civic_compare_entry_ids(&id, &check->kept_from) >= 0)
			report(check, &head->organization, &id, (int64) leaf, "entry_missing",
				   "The entry was sealed and is not there any more.");
	}
	return at;
}

static void
compare_head(Verification *check, LeafReader *reader, LeafReader *forest, const Head *head)
{
	CivicHash root;
	CivicForestLeaf leaf;
	uint8 bytes[CIVIC_FOREST_LEAF_SIZE];
	CivicHash hash;
	const CivicHash *stored;
	CivicEntryId none;

	if (reader->range.end != head->size &&
		!civic_load_range(&head->organization, head->size, &reader->range))
		report(check, &head->organization, NULL, (int64) head->size, "tile_missing",
			   "Hashes that the root of the tree is made of are missing.");
	else if (!civic_range_root(&civic_sha256, &reader->range, &root) || !head->has_root ||
			 !civic_hash_equal(&root, &head->root))
		report(check, &head->organization, NULL, (int64) head->size, "head_changed",
			   "The tree does not have the root that was sealed.");
	memcpy(leaf.log_id, check->log_id.data, UUID_LEN);
	memcpy(leaf.organization, head->organization.data, UUID_LEN);
	leaf.size = head->size;
	leaf.root = head->root;
	leaf.time = civic_unix_time(head->sealed_at);
	civic_forest_leaf_build(&leaf, bytes);
	civic_leaf_hash(&civic_sha256, bytes, sizeof(bytes), &hash);
	stored = read_leaf(check, forest, head->forest_index, &none);
	if (stored == NULL || !civic_hash_equal(&hash, stored))
		report(check, &head->organization, NULL, (int64) head->size, "forest_changed",
			   "The head is not the leaf of the forest that it was.");
}

/*
 * civic_verify_batches
 *		Findings about what the seals from .. to .. have sealed.
 */
Datum
civic_verify_batches(PG_FUNCTION_ARGS)
{
	Verification check = {0};
	int64 first = PG_GETARG_INT64(0);
	int64 last = PG_GETARG_INT64(1);
	LeafReader *reader = palloc(sizeof(LeafReader));
	LeafReader *forest = palloc(sizeof(LeafReader));
	Head *heads;
	int nheads;
	CivicOrganizationEntries **organizations;
	size_t norganizations;
	size_t next = 0;
	CivicOrganizationEntries none = {0};
	const CivicOrganizationEntries *found = &none;
	size_t at = 0;

	InitMaterializedSRF(fcinfo, 0);
	check.result = (ReturnSetInfo *) fcinfo->resultinfo;
	SPI_connect();
	check.memory = CurrentMemoryContext;
	read_range(&check, first, last);
	check.entries = civic_begin_entries(&check.log_id, is_in_range, &check);
	read_segments(&check);
	organizations = civic_sort_entries(check.entries, &norganizations);
	heads = read_heads(&check, first, last, &nheads);
	forest->tree = civic_forest_id;
	forest->count = -1;
	forest->above_count = 0;
	for (int i = 0; i < nheads; i++)
	{
		const pg_uuid_t *organization = &heads[i].organization;

		if (i == 0 || memcmp(organization, &heads[i - 1].organization, UUID_LEN) != 0)
		{
			int order = 1;

			/* Entries of organizations that nothing was sealed of. */
			for (; next < norganizations &&
				   (order = memcmp(&organizations[next]->id, organization, UUID_LEN)) < 0;
				 next++)
				report_added(&check, organizations[next], 0, organizations[next]->count);
			found = next < norganizations && order == 0 ? organizations[next++] : &none;
			at = 0;
			reader->tree = *organization;
			reader->count = -1;
			reader->above_count = 0;
			civic_range_init(&reader->range, 0);
		}
		at = compare_leaves(&check, reader, &heads[i], found, at);
		if (i == nheads - 1 || memcmp(organization, &heads[i + 1].organization, UUID_LEN) != 0)
			report_added(&check, found, at, found->count);
		compare_head(&check, reader, forest, &heads[i]);
	}
	for (; next < norganizations; next++)
		report_added(&check, organizations[next], 0, organizations[next]->count);
	SPI_finish();
	return (Datum) 0;
}
