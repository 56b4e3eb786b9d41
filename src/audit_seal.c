/*
 * src/audit_seal.c
 *		The sealer: gives entries their places in the trees.
 *
 * Sealed is what transactions below the xmin of a snapshot wrote: they have ended, and no other will ever have a lower
 * number. So entries get their places in the order of transactions, none is missed however long its transaction ran,
 * and a seal that is stopped has done nothing.
 *
 * Of the open segment only the tail is read. At each seal the sealer notes how many pages the segment has, and then
 * the next transaction to come. Once xmin has passed that transaction, whoever writes has seen at least so many pages,
 * and writes to none that has CIVIC_AUDIT_TAIL_BLOCKS after it; what lies before has been read for the last time.
 * A restore or a rewrite of the table puts rows on other pages, so the marks count for one file only.
 */
#include "audit_tree.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

CIVIC_FUNCTION(civic_seal_batch);
CIVIC_FUNCTION(civic_next_transaction);

typedef struct Sealable
{
	pg_uuid_t organization;
	CivicEntryId id;
	CivicHash hash;
} Sealable;

typedef struct OpenSegment
{
	int number;
	Oid relation;
	Oid file;
	BlockNumber from; /* first page that may hold what is not sealed */
	BlockNumber mark; /* pages it had at an earlier seal */
	bool has_mark;
	uint64 mark_xid;       /* next transaction then */
	BlockNumber pages_now; /* and the same for a later seal */
	uint64 next_now;
} OpenSegment;

typedef struct Seal
{
	pg_uuid_t log_id;
	uint32 epoch;
	bool leaves_epoch; /* the log lives elsewhere now, and this epoch gets no more */
	uint64 from;       /* transactions from .. up to before .. are sealed */
	uint64 until;
	TimestampTz time;
	int64 batch;
	int nsegments;
	OpenSegment *segments;
	size_t limit;
	size_t count;
	size_t capacity;
	Sealable *entries;
} Seal;

static Datum
column(int row, int number, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, number, isnull);
}

static void
read_state(Seal *seal)
{
	bool isnull;

	civic_query_now(
		"SELECT a.log_id, a.epoch, a.cluster = civic_private.cluster_identity(), a.sealed_to,"
		" coalesce((SELECT max(b.number) FROM civic_private.audit_batches AS b), 0) + 1"
		" FROM civic_private.audit_state AS a",
		0, NULL, NULL, NULL);
	if (SPI_processed != 1)
		ereport(ERROR, (errcode(ERRCODE_CIVIC_AUDIT_UNUSABLE),
						errmsg("the state of the audit log is missing"),
						errhint("Restore the row of civic_private.audit_state.")));
	seal->log_id = *DatumGetUUIDP(column(0, 1, &isnull));
	seal->epoch = (uint32) DatumGetInt32(column(0, 2, &isnull));
	seal->leaves_epoch = !DatumGetBool(column(0, 3, &isnull));
	seal->from = DatumGetUInt64(column(0, 4, &isnull));
	seal->batch = DatumGetInt64(column(0, 5, &isnull));
}

static void
read_segments(Seal *seal)
{
	civic_query_now("SELECT s.number, s.table_name, s.scan_from, s.mark_pages, s.mark_xid, s.file"
					" FROM civic_private.audit_segments AS s"
					" WHERE s.closed_at IS NULL AND s.dropped_at IS NULL ORDER BY s.number",
					0, NULL, NULL, NULL);
	seal->nsegments = (int) SPI_processed;
	seal->segments = palloc0(sizeof(OpenSegment) * Max(SPI_processed, 1));
	for (int i = 0; i < seal->nsegments; i++)
	{
		OpenSegment *segment = &seal->segments[i];
		bool isnull;
		char *name = TextDatumGetCString(column(i, 2, &isnull));
		Oid file = DatumGetObjectId(column(i, 6, &isnull));
		bool is_same_file;

		segment->number = DatumGetInt32(column(i, 1, &isnull));
		segment->relation = get_relname_relid(name, get_namespace_oid("civic_private", false));
		if (!OidIsValid(segment->relation))
			ereport(ERROR, (errcode(ERRCODE_CIVIC_AUDIT_DAMAGED),
							errmsg("segment \"%s\" of the audit log is missing", name),
							errhint("Restore it from a backup.")));
		segment->file = DatumGetObjectId(
			DirectFunctionCall1(pg_relation_filenode, ObjectIdGetDatum(segment->relation)));
		is_same_file = !isnull && file == segment->file && !seal->leaves_epoch;
		if (is_same_file)
			segment->from = (BlockNumber) DatumGetInt64(column(i, 3, &isnull));
		segment->mark = (BlockNumber) DatumGetInt64(column(i, 4, &isnull));
		segment->has_mark = !isnull && is_same_file;
		segment->mark_xid = segment->has_mark ? DatumGetUInt64(column(i, 5, &isnull)) : 0;
	}
}

static int
compare_xids(const void *a, const void *b)
{
	return civic_compare_entry_ids(&((const Sealable *) a)->id, &((const Sealable *) b)->id);
}

static int
compare_places(const void *a, const void *b)
{
	int order = memcmp(&((const Sealable *) a)->organization, &((const Sealable *) b)->organization,
					   UUID_LEN);

	return order != 0 ? order : compare_xids(a, b);
}

/* Leaves the later transactions to the next seal. One transaction is sealed as a whole, however long it is. */
static void
cut_off(Seal *seal)
{
	uint64 last;
	size_t keep = seal->limit;

	qsort(seal->entries, seal->count, sizeof(Sealable), compare_xids);
	last = seal->entries[keep - 1].id.xid;
	while (keep < seal->count && seal->entries[keep].id.xid == last)
		keep++;
	if (keep == seal->count)
		return;
	seal->count = keep;
	seal->until = last + 1;
}

static void
collect(Seal *seal, TupleTableSlot *slot, MemoryContext scratch)
{
	bool isnull;
	uint64 xid = DatumGetUInt64(slot_getattr(slot, CIVIC_ENTRY_XID + 1, &isnull));
	uint32 epoch = (uint32) DatumGetInt32(slot_getattr(slot, CIVIC_ENTRY_EPOCH + 1, &isnull));
	CivicLeaf leaf;
	Sealable *entry;
	MemoryContext caller;
	bool good;

	if (epoch != seal->epoch || xid < seal->from || xid >= seal->until)
		return;
	if (seal->count == seal->capacity)
	{
		if (seal->count >= 2 * seal->limit)
		{
			cut_off(seal);
			if (xid >= seal->until)
				return;
		}
		if (seal->count == seal->capacity)
		{
			seal->capacity *= 2;
			seal->entries = repalloc_huge(seal->entries, sizeof(Sealable) * seal->capacity);
		}
	}
	slot_getallattrs(slot);
	entry = &seal->entries[seal->count];
	entry->organization = *DatumGetUUIDP(slot->tts_values[CIVIC_ENTRY_ORGANIZATION]);
	caller = MemoryContextSwitchTo(scratch);
	good = civic_entry_leaf(&seal->log_id, slot->tts_values, slot->tts_isnull, &leaf) &&
		   civic_leaf_entry_hash(&civic_sha256, &leaf, &entry->hash);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(scratch);
	if (!good)
		ereport(ERROR, (errcode(ERRCODE_CIVIC_AUDIT_DAMAGED),
						errmsg("entry %u." UINT64_FORMAT ".%u of the audit log cannot be sealed", epoch,
							   xid, leaf.counter),
						errdetail("It is not as civic writes entries.")));
	entry->id.epoch = epoch;
	entry->id.xid = xid;
	entry->id.counter = leaf.counter;
	seal->count++;
}

static void
scan_segment(Seal *seal, OpenSegment *segment, Snapshot snapshot, MemoryContext scratch)
{
	Relation relation = table_open(segment->relation, AccessShareLock);
	TupleTableSlot *slot = table_slot_create(relation, NULL);
	TableScanDesc scan;
	BlockNumber pages;

	/* Pages before transactions: see the head of this file. */
	segment->pages_now = pages = RelationGetNumberOfBlocks(relation);
	segment->next_now = U64FromFullTransactionId(ReadNextFullTransactionId());
	if (segment->from < pages)
	{
		scan = table_beginscan_strat(relation, snapshot, 0, NULL, true, false);
		heap_setscanlimits(scan, segment->from, pages - segment->from);
		while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
		{
			CHECK_FOR_INTERRUPTS();
			collect(seal, slot, scratch);
		}
		table_endscan(scan);
	}
	ExecDropSingleTupleTableSlot(slot);
	table_close(relation, NoLock);
}

/* Everything below is over and visible. */
static uint64
full_xmin(Snapshot snapshot)
{
	FullTransactionId next = ReadNextFullTransactionId();
	uint32 epoch = EpochFromFullTransactionId(next);

	if (snapshot->xmin > XidFromFullTransactionId(next))
		epoch--;
	return (uint64) epoch << 32 | snapshot->xmin;
}

static void
add_head(Seal *seal, CivicTreeWriter *forest, const Sealable *first, const Sealable *last,
		 const CivicTreeWriter *tree, const CivicHash *root)
{
	Oid types[10] = {UUIDOID, INT8OID, BYTEAOID, INT8OID, INT8OID,
					 INT8OID, INT4OID, INT8OID,  INT8OID, TIMESTAMPTZOID};
	Datum values[10];
	CivicForestLeaf leaf;
	CivicEntryId none = {0};
	uint8 bytes[CIVIC_FOREST_LEAF_SIZE];
	CivicHash hash;
	bytea *stored = palloc(VARHDRSZ + sizeof(CivicHash));

	memcpy(leaf.log_id, seal->log_id.data, UUID_LEN);
	memcpy(leaf.organization, tree->id.data, UUID_LEN);
	leaf.size = tree->range.end;
	leaf.root = *root;
	leaf.time = civic_unix_time(seal->time);
	civic_forest_leaf_build(&leaf, bytes);
	civic_leaf_hash(&civic_sha256, bytes, sizeof(bytes), &hash);

	SET_VARSIZE(stored, VARHDRSZ + sizeof(CivicHash));
	memcpy(VARDATA(stored), root, sizeof(CivicHash));
	values[0] = UUIDPGetDatum(&tree->id);
	values[1] = Int64GetDatum((int64) tree->range.end);
	values[2] = PointerGetDatum(stored);
	values[3] = Int64GetDatum((int64) forest->range.end);
	values[4] = Int64GetDatum(seal->batch);
	values[5] = Int64GetDatum((int64) tree->range.end - (last - first + 1));
	values[6] = Int32GetDatum((int32) seal->epoch);
	values[7] = UInt64GetDatum(first->id.xid);
	values[8] = UInt64GetDatum(last->id.xid);
	values[9] = TimestampTzGetDatum(seal->time);
	types[7] = types[8] = XID8OID;
	civic_run("INSERT INTO civic_private.audit_heads (organization_id, size, root, forest_index,"
			  " batch, first_leaf, epoch, xid_from, xid_to, sealed_at)"
			  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
			  10, types, values, NULL);
	civic_grow_tree(forest, &hash, &none);
}

static void
grow_trees(Seal *seal)
{
	CivicTreeWriter *tree = palloc(sizeof(CivicTreeWriter));
	CivicTreeWriter *forest = palloc(sizeof(CivicTreeWriter));
	CivicHash root;
	size_t at = 0;

	civic_load_tree(forest, &civic_forest_id);
	qsort(seal->entries, seal->count, sizeof(Sealable), compare_places);
	while (at < seal->count)
	{
		size_t first = at;

		civic_load_tree(tree, &seal->entries[at].organization);
		for (;
			 at < seal->count && memcmp(&seal->entries[at].organization, &tree->id, UUID_LEN) == 0;
			 at++)
			civic_grow_tree(tree, &seal->entries[at].hash, &seal->entries[at].id);
		CHECK_FOR_INTERRUPTS();
		civic_save_tree(tree, &root);
		add_head(seal, forest, &seal->entries[first], &seal->entries[at - 1], tree, &root);
	}
	civic_save_tree(forest, &root);
}

static void
update(const char *query, int nargs, Oid *types, Datum *values, const char *nulls)
{
	(void) civic_run(query, nargs, types, values, nulls);
}

static void
save_state(Seal *seal)
{
	if (seal->count > 0)
	{
		Oid state_types[1] = {XID8OID};
		Datum state_values[1] = {UInt64GetDatum(seal->until)};
		Oid types[5] = {INT8OID, TIMESTAMPTZOID, INT4OID, XID8OID, INT8OID};
		Datum values[5] = {Int64GetDatum(seal->batch), TimestampTzGetDatum(seal->time),
						   Int32GetDatum((int32) seal->epoch), UInt64GetDatum(seal->until),
						   Int64GetDatum((int64) seal->count)};

		civic_run("INSERT INTO civic_private.audit_batches"
				  " (number, sealed_at, epoch, xid_until, entries) VALUES ($1, $2, $3, $4, $5)",
				  5, types, values, NULL);
		update("UPDATE civic_private.audit_state SET sealed_to = $1", 1, state_types, state_values,
			   NULL);
	}
	for (int i = 0; i < seal->nsegments; i++)
	{
		OpenSegment *segment = &seal->segments[i];
		Oid types[5] = {INT4OID, INT8OID, INT8OID, XID8OID, OIDOID};
		Datum values[5];

		if (segment->has_mark &&
			(seal->until < segment->mark_xid || segment->pages_now == segment->mark))
			continue;
		if (segment->has_mark && segment->mark > CIVIC_AUDIT_TAIL_BLOCKS)
			segment->from = Max(segment->from, segment->mark - CIVIC_AUDIT_TAIL_BLOCKS);
		values[0] = Int32GetDatum(segment->number);
		values[1] = Int64GetDatum((int64) segment->from);
		values[2] = Int64GetDatum((int64) segment->pages_now);
		values[3] = UInt64GetDatum(segment->next_now);
		values[4] = ObjectIdGetDatum(segment->file);
		update("UPDATE civic_private.audit_segments SET scan_from = $2, mark_pages = $3,"
			   " mark_xid = $4, file = $5 WHERE number = $1",
			   5, types, values, NULL);
	}
}

/*
 * civic_seal_batch
 *		Seals up to about so many entries, all of them of ended transactions; returns how many. The caller holds the
 *		lock of the sealer.
 */
Datum
civic_seal_batch(PG_FUNCTION_ARGS)
{
	Seal seal = {0};
	Snapshot snapshot;
	MemoryContext scratch;

	seal.limit = Max(PG_GETARG_INT32(0), 1);
	seal.capacity = 1024;
	seal.entries = palloc(sizeof(Sealable) * seal.capacity);
	seal.time = GetCurrentTimestamp();
	SPI_connect();
	read_state(&seal);
	read_segments(&seal);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	seal.until = seal.leaves_epoch ? PG_UINT64_MAX : full_xmin(snapshot);
	scratch = AllocSetContextCreate(CurrentMemoryContext, "civic seal", ALLOCSET_DEFAULT_SIZES);
	for (int i = 0; i < seal.nsegments; i++)
		scan_segment(&seal, &seal.segments[i], snapshot, scratch);
	if (seal.count > seal.limit)
		cut_off(&seal);
	if (seal.count > 0)
		grow_trees(&seal);
	save_state(&seal);
	UnregisterSnapshot(snapshot);
	SPI_finish();
	PG_RETURN_INT64((int64) seal.count);
}

/*
 * civic_next_transaction
 *		The number that the next transaction will get.
 */
Datum
civic_next_transaction(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATUM(UInt64GetDatum(U64FromFullTransactionId(ReadNextFullTransactionId())));
}
