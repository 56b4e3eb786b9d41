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
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

CIVIC_FUNCTION(civic_verify_batches);

typedef struct Found
{
	pg_uuid_t organization;
	CivicEntryId id;
	bool usable;
	CivicHash hash;
} Found;

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
	size_t count;
	size_t capacity;
	Found *found;
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

static int
compare_found(const void *a, const void *b)
{
	const Found *left = a;
	const Found *right = b;
	int order = memcmp(&left->organization, &right->organization, UUID_LEN);

	return order != 0 ? order : civic_compare_entry_ids(&left->id, &right->id);
}

static void
collect(Verification *check, TupleTableSlot *slot, MemoryContext scratch)
{
	bool isnull;
	Found *found;
	CivicLeaf leaf;
	CivicEntryId id;
	MemoryContext caller;

	id.xid = DatumGetUInt64(slot_getattr(slot, CIVIC_ENTRY_XID + 1, &isnull));
	id.epoch = (uint32) DatumGetInt32(slot_getattr(slot, CIVIC_ENTRY_EPOCH + 1, &isnull));
	id.counter = (uint32) DatumGetInt32(slot_getattr(slot, CIVIC_ENTRY_COUNTER + 1, &isnull));
	if (civic_compare_entry_ids(&id, &check->from) < 0 ||
		civic_compare_entry_ids(&id, &check->until) >= 0)
		return;
	if (check->count == check->capacity)
	{
		check->capacity = Max(1024, check->capacity * 2);
		check->found = check->found == NULL
						   ? MemoryContextAllocHuge(check->memory, sizeof(Found) * check->capacity)
						   : repalloc_huge(check->found, sizeof(Found) * check->capacity);
	}
	slot_getallattrs(slot);
	found = &check->found[check->count++];
	found->organization = *DatumGetUUIDP(slot->tts_values[CIVIC_ENTRY_ORGANIZATION]);
	found->id = id;
	caller = MemoryContextSwitchTo(scratch);
	found->usable = civic_entry_leaf(&check->log_id, slot->tts_values, slot->tts_isnull, &leaf) &&
					civic_leaf_entry_hash(&civic_sha256, &leaf, &found->hash);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(scratch);
}

static void
read_segments(Verification *check)
{
	MemoryContext scratch =
		AllocSetContextCreate(check->memory, "civic verify", ALLOCSET_DEFAULT_SIZES);
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
		TupleTableSlot *slot = table_slot_create(relation, NULL);
		TableScanDesc scan = table_beginscan(relation, snapshot, 0, NULL);

		while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
		{
			CHECK_FOR_INTERRUPTS();
			collect(check, slot, scratch);
		}
		table_endscan(scan);
		ExecDropSingleTupleTableSlot(slot);
		table_close(relation, NoLock);
	}
	UnregisterSnapshot(snapshot);
	qsort(check->found, check->count, sizeof(Found), compare_found);
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

static bool
read_leaf(Verification *check, LeafReader *reader, uint64 leaf, CivicHash *hash, CivicEntryId *id)
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
		return false;
	*hash = reader->hashes[place];
	civic_get_entry_id(reader->entries + place * CIVIC_ENTRY_ID_SIZE, id);
	return true;
}

static void
report_added(Verification *check, const Found *found)
{
	report(check, &found->organization, &found->id, -1, "entry_added",
		   "The entry stands among sealed ones and was not sealed with them.");
}

/* Leaves and entries are in the same order: what one has and the other has not is missing or added. */
static size_t
compare_leaves(Verification *check, LeafReader *reader, const Head *head, size_t at)
{
	reader->follows = head->size - head->first < CIVIC_LOG_TILE_WIDTH;
	if (reader->follows && reader->range.end != head->first)
		civic_load_range(&head->organization, head->first, &reader->range);
	for (uint64 leaf = head->first; leaf < head->size; leaf++)
	{
		CivicHash hash;
		CivicEntryId id;
		int order = 1;

		if (!read_leaf(check, reader, leaf, &hash, &id))
		{
			report(check, &head->organization, NULL, (int64) leaf, "leaf_missing",
				   "The tree has no hash for this leaf.");
			return at;
		}
		if (reader->follows)
			civic_range_push(&civic_sha256, &reader->range, &hash, NULL, NULL);
		while (at < check->count &&
			   memcmp(&check->found[at].organization, &head->organization, UUID_LEN) == 0 &&
			   (order = civic_compare_entry_ids(&check->found[at].id, &id)) < 0)
		{
			report_added(check, &check->found[at++]);
			order = 1;
		}
		if (at < check->count &&
			memcmp(&check->found[at].organization, &head->organization, UUID_LEN) == 0 &&
			order == 0)
		{
			if (!check->found[at].usable || !civic_hash_equal(&check->found[at].hash, &hash))
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
	CivicHash stored;
	CivicEntryId none;

	if (reader->range.end != head->size)
		civic_load_range(&head->organization, head->size, &reader->range);
	(void) civic_range_root(&civic_sha256, &reader->range, &root);
	if (!head->has_root || !civic_hash_equal(&root, &head->root))
		report(check, &head->organization, NULL, (int64) head->size, "head_changed",
			   "The tree does not have the root that was sealed.");
	memcpy(leaf.log_id, check->log_id.data, UUID_LEN);
	memcpy(leaf.organization, head->organization.data, UUID_LEN);
	leaf.size = head->size;
	leaf.root = head->root;
	leaf.time = civic_unix_time(head->sealed_at);
	civic_forest_leaf_build(&leaf, bytes);
	civic_leaf_hash(&civic_sha256, bytes, sizeof(bytes), &hash);
	if (!read_leaf(check, forest, head->forest_index, &stored, &none) ||
		!civic_hash_equal(&hash, &stored))
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
	size_t at = 0;

	InitMaterializedSRF(fcinfo, 0);
	check.result = (ReturnSetInfo *) fcinfo->resultinfo;
	SPI_connect();
	check.memory = CurrentMemoryContext;
	read_range(&check, first, last);
	read_segments(&check);
	heads = read_heads(&check, first, last, &nheads);
	forest->tree = civic_forest_id;
	forest->count = -1;
	forest->above_count = 0;
	for (int i = 0; i < nheads; i++)
	{
		if (i == 0 || memcmp(&heads[i].organization, &heads[i - 1].organization, UUID_LEN) != 0)
		{
			/* Entries of organizations that nothing was sealed of. */
			while (at < check.count &&
				   memcmp(&check.found[at].organization, &heads[i].organization, UUID_LEN) < 0)
				report_added(&check, &check.found[at++]);
			reader->tree = heads[i].organization;
			reader->count = -1;
			reader->above_count = 0;
			civic_range_init(&reader->range, 0);
		}
		at = compare_leaves(&check, reader, &heads[i], at);
		if (i == nheads - 1 ||
			memcmp(&heads[i].organization, &heads[i + 1].organization, UUID_LEN) != 0)
		{
			while (at < check.count &&
				   memcmp(&check.found[at].organization, &heads[i].organization, UUID_LEN) == 0)
				report_added(&check, &check.found[at++]);
		}
		compare_head(&check, reader, forest, &heads[i]);
	}
	while (at < check.count)
		report_added(&check, &check.found[at++]);
	SPI_finish();
	return (Datum) 0;
}
