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

#include "access/htup_details.h"
#include "access/table.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

CIVIC_FUNCTION(civic_seal_batch);
CIVIC_FUNCTION(civic_next_transaction);

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
	CivicEntryReader *entries;
	size_t limit;
	size_t cut_at; /* when so many have been read, the later ones are left to the next seal */
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

/* Leaves the later transactions to the next seal. One transaction is sealed as a whole, however long it is. */
static void
cut_off(Seal *seal)
{
	uint64 until = civic_limit_entries(seal->entries, seal->limit);

	seal->until = Min(seal->until, until);
}

static bool
is_sealable(void *state, const CivicEntryId *id)
{
	Seal *seal = state;

	if (id->epoch != seal->epoch || id->xid < seal->from || id->xid >= seal->until)
		return false;
	if (civic_count_entries(seal->entries) < seal->cut_at)
		return true;
	cut_off(seal);
	seal->cut_at = 2 * Max(seal->limit, civic_count_entries(seal->entries));
	return id->xid < seal->until;
}

static void
scan_segment(Seal *seal, OpenSegment *segment, Snapshot snapshot)
{
	Relation relation = table_open(segment->relation, AccessShareLock);

	/* Pages before transactions: see the head of this file. */
	segment->pages_now = RelationGetNumberOfBlocks(relation);
	segment->next_now = U64FromFullTransactionId(ReadNextFullTransactionId());
	if (segment->from < segment->pages_now)
		civic_read_entries(seal->entries, relation, snapshot, segment->from,
						   segment->pages_now - segment->from);
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
add_head(Seal *seal, CivicTreeWriter *forest, const CivicOrganizationEntries *sealed,
		 const CivicTreeWriter *tree, const CivicHash *root)
{
	Oid types[10] = {UUIDOID, INT8OID, BYTEAOID, INT8OID, INT8OID,
					 INT8OID, INT4OID, INT8OID,  INT8OID, TIMESTAMPTZOID};
	Datum values[10];
	CivicForestLeaf leaf;
	uint8 bytes[CIVIC_FOREST_LEAF_SIZE];
	CivicHashedEntry head = {0};
	bytea *stored = palloc(VARHDRSZ + sizeof(CivicHash));

	memcpy(leaf.log_id, seal->log_id.data, UUID_LEN);
	memcpy(leaf.organization, tree->id.data, UUID_LEN);
	leaf.size = tree->range.end;
	leaf.root = *root;
	leaf.time = civic_unix_time(seal->time);
	civic_forest_leaf_build(&leaf, bytes);
	civic_leaf_hash(&civic_sha256, bytes, sizeof(bytes), &head.hash);

	SET_VARSIZE(stored, VARHDRSZ + sizeof(CivicHash));
	memcpy(VARDATA(stored), root, sizeof(CivicHash));
	values[0] = UUIDPGetDatum(&tree->id);
	values[1] = Int64GetDatum((int64) tree->range.end);
	values[2] = PointerGetDatum(stored);
	values[3] = Int64GetDatum((int64) forest->range.end);
	values[4] = Int64GetDatum(seal->batch);
	values[5] = Int64GetDatum((int64) (tree->range.end - sealed->count));
	values[6] = Int32GetDatum((int32) seal->epoch);
	values[7] = UInt64GetDatum(sealed->entries[0].id.xid);
	values[8] = UInt64GetDatum(sealed->entries[sealed->count - 1].id.xid);
	values[9] = TimestampTzGetDatum(seal->time);
	types[7] = types[8] = XID8OID;
	civic_run("INSERT INTO civic_private.audit_heads (organization_id, size, root, forest_index,"
			  " batch, first_leaf, epoch, xid_from, xid_to, sealed_at)"
			  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
			  10, types, values, NULL);
	civic_grow_tree(forest, &head, 1);
}

static void
refuse_unusable(const CivicOrganizationEntries *organization)
{
	for (size_t i = 0; i < organization->count; i++)
	{
		const CivicEntryId *id = &organization->entries[i].id;

		if (!organization->entries[i].is_usable)
			ereport(ERROR, (errcode(ERRCODE_CIVIC_AUDIT_DAMAGED),
							errmsg("entry %u." UINT64_FORMAT ".%u of the audit log cannot be sealed",
								   id->epoch, id->xid, id->counter),
							errdetail("It is not as civic writes entries.")));
	}
}

static void
grow_trees(Seal *seal)
{
	CivicTreeWriter *tree = palloc(sizeof(CivicTreeWriter));
	CivicTreeWriter *forest = palloc(sizeof(CivicTreeWriter));
	CivicOrganizationEntries **organizations;
	size_t count;
	CivicHash root;

	civic_load_tree(forest, &civic_forest_id);
	organizations = civic_sort_entries(seal->entries, &count);
	for (size_t i = 0; i < count; i++)
	{
		refuse_unusable(organizations[i]);
		civic_load_tree(tree, &organizations[i]->id);
		civic_grow_tree(tree, organizations[i]->entries, organizations[i]->count);
		CHECK_FOR_INTERRUPTS();
		civic_save_tree(tree, &root);
		add_head(seal, forest, organizations[i], tree, &root);
	}
	civic_save_tree(forest, &root);
}

static void
update(const char *query, int nargs, Oid *types, Datum *values, const char *nulls)
{
	(void) civic_run(query, nargs, types, values, nulls);
}

static void
save_state(Seal *seal, int64 count)
{
	if (count > 0)
	{
		Oid state_types[1] = {XID8OID};
		Datum state_values[1] = {UInt64GetDatum(seal->until)};
		Oid types[5] = {INT8OID, TIMESTAMPTZOID, INT4OID, XID8OID, INT8OID};
		Datum values[5] = {Int64GetDatum(seal->batch), TimestampTzGetDatum(seal->time),
						   Int32GetDatum((int32) seal->epoch), UInt64GetDatum(seal->until),
						   Int64GetDatum(count)};

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
	size_t count;

	seal.limit = Max(PG_GETARG_INT32(0), 1);
	seal.cut_at = 2 * seal.limit;
	seal.time = GetCurrentTimestamp();
	SPI_connect();
	read_state(&seal);
	read_segments(&seal);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	seal.until = seal.leaves_epoch ? PG_UINT64_MAX : full_xmin(snapshot);
	seal.entries = civic_begin_entries(&seal.log_id, is_sealable, &seal);
	for (int i = 0; i < seal.nsegments; i++)
		scan_segment(&seal, &seal.segments[i], snapshot);
	if (civic_count_entries(seal.entries) > seal.limit)
		cut_off(&seal);
	count = civic_count_entries(seal.entries);
	if (count > 0)
		grow_trees(&seal);
	save_state(&seal, (int64) count);
	UnregisterSnapshot(snapshot);
	SPI_finish();
	PG_RETURN_INT64((int64) count);
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
