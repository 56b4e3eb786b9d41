/*
 * src/references.c
 *		Foreign keys of rows that src/rows.c stores: what is referenced is looked up and locked at once.
 *
 * The server starts a query for each key of each row, FOR KEY SHARE. The same lookup in the primary key takes a third of
 * the instructions. Whatever it does not find as it should be is left to the server, which finds it or says what is
 * missing.
 */
#include "compat.h"
#include "rows.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_am.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

/* (organization_id, id), and one more. */
#define MAX_KEYS 3

struct CivicReference
{
	Trigger trigger; /* of the server, which would check it */
	Oid referenced;
	int nkeys;
	/* In the order of the primary key. */
	int columns[MAX_KEYS];
	int referenced_columns[MAX_KEYS];
	ScanKeyData keys[MAX_KEYS];
};

/* A key that is compared by the operators of the index of the other table's primary key. */
static bool
describe_keys(CivicReference *reference, Relation relation, const ForeignKeyCacheInfo *foreign)
{
	Relation other = table_open(foreign->confrelid, AccessShareLock);
	Oid primary_key = RelationGetPrimaryKeyIndex(other, false);
	Relation index = OidIsValid(primary_key) ? index_open(primary_key, AccessShareLock) : NULL;
	bool fits = index != NULL && other->rd_rel->relkind == RELKIND_RELATION &&
				index->rd_rel->relam == BTREE_AM_OID &&
				index->rd_index->indnkeyatts == foreign->nkeys && foreign->nkeys <= MAX_KEYS;

	for (int i = 0; fits && i < foreign->nkeys; i++)
	{
		int attribute = index->rd_index->indkey.values[i];
		int k = 0;
		Oid type;
		Oid equality;

		while (k < foreign->nkeys && foreign->confkey[k] != attribute)
			k++;
		if (k == foreign->nkeys)
		{
			fits = false;
			break;
		}
		type = TupleDescAttr(RelationGetDescr(other), attribute - 1)->atttypid;
		equality = get_opfamily_member(index->rd_opfamily[i], index->rd_opcintype[i],
									   index->rd_opcintype[i], BTEqualStrategyNumber);
		fits = equality == foreign->conpfeqop[k] &&
			   type == TupleDescAttr(RelationGetDescr(relation), foreign->conkey[k] - 1)->atttypid;
		if (!fits)
			break;
		reference->columns[i] = foreign->conkey[k];
		reference->referenced_columns[i] = attribute;
		ScanKeyEntryInitialize(&reference->keys[i], 0, i + 1, BTEqualStrategyNumber, InvalidOid,
							   index->rd_indcollation[i], get_opcode(equality), (Datum) 0);
	}
	reference->referenced = foreign->confrelid;
	reference->nkeys = foreign->nkeys;
	if (index != NULL)
		index_close(index, AccessShareLock);
	table_close(other, AccessShareLock);
	return fits;
}

static bool
is_simple(Oid constraint)
{
	HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
	bool simple;

	if (!HeapTupleIsValid(tuple))
		return false;
	simple = ((Form_pg_constraint) GETSTRUCT(tuple))->confmatchtype == FKCONSTR_MATCH_SIMPLE;
	ReleaseSysCache(tuple);
	return simple;
}

static bool
is_looked_up(const Trigger *trigger, Relation relation, CivicReference *reference)
{
	ListCell *cell;

	/* A row may refer to one that the same statement stores later. */
	if (trigger->tgfoid != F_RI_FKEY_CHECK_INS || trigger->tgenabled != TRIGGER_FIRES_ON_ORIGIN ||
		trigger->tgdeferrable || trigger->tgconstrrelid == RelationGetRelid(relation) ||
		!is_simple(trigger->tgconstraint))
		return false;
	foreach(cell, RelationGetFKeyList(relation))
	{
		const ForeignKeyCacheInfo *foreign = lfirst(cell);

		if (foreign->conoid == trigger->tgconstraint)
		{
			reference->trigger = *trigger;
			return describe_keys(reference, relation, foreign);
		}
	}
	return false;
}

/*
 * civic_find_references
 *		Takes the triggers of keys that can be looked up out of a copy of the triggers of a table. Allocates in the
 *		current memory context.
 */
CivicReference *
civic_find_references(Relation relation, TriggerDesc *triggers, int *count)
{
	CivicReference *references;
	int kept = 0;

	*count = 0;
	if (triggers == NULL)
		return NULL;
	references = palloc0(sizeof(CivicReference) * triggers->numtriggers);
	for (int i = 0; i < triggers->numtriggers; i++)
	{
		if (is_looked_up(&triggers->triggers[i], relation, &references[*count]))
			(*count)++;
		else
			triggers->triggers[kept++] = triggers->triggers[i];
	}
	triggers->numtriggers = kept;
	return references;
}

/* The other table may have got another primary key since, if the foreign key does not need the one it had. */
static bool
is_of_columns(const CivicReference *reference, Relation index)
{
	if (index->rd_index->indnkeyatts != reference->nkeys)
		return false;
	for (int i = 0; i < reference->nkeys; i++)
	{
		if (index->rd_index->indkey.values[i] != reference->referenced_columns[i])
			return false;
	}
	return true;
}

/* False also where the row has just got another version: the server knows what to make of that. */
static bool
find_and_lock(CivicReference *reference, Relation relation, Relation index)
{
	TupleTableSlot *slot = table_slot_create(relation, NULL);
	Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
	IndexScanDesc scan = index_beginscan(relation, index, snapshot, NULL, reference->nkeys, 0);
	TM_FailureData failure;
	bool found;

	index_rescan(scan, reference->keys, reference->nkeys, NULL, 0);
	found = index_getnext_slot(scan, ForwardScanDirection, slot) &&
			table_tuple_lock(relation, &slot->tts_tid, snapshot, slot, GetCurrentCommandId(false),
							 LockTupleKeyShare, LockWaitBlock,
							 TUPLE_LOCK_FLAG_LOCK_UPDATE_IN_PROGRESS |
								 TUPLE_LOCK_FLAG_FIND_LAST_VERSION,
							 &failure) == TM_Ok &&
			!failure.traversed;
	index_endscan(scan);
	UnregisterSnapshot(snapshot);
	ExecDropSingleTupleTableSlot(slot);
	return found;
}

static bool
is_there(CivicReference *reference)
{
	Relation relation = table_open(reference->referenced, RowShareLock);
	Oid primary_key = RelationGetPrimaryKeyIndex(relation, false);
	bool found = false;

	if (OidIsValid(primary_key))
	{
		Relation index = index_open(primary_key, AccessShareLock);

		found = is_of_columns(reference, index) && find_and_lock(reference, relation, index);
		index_close(index, AccessShareLock);
	}
	table_close(relation, NoLock);
	return found;
}

/* As if the trigger were fired now: it wants the row from the table. */
static void
ask_server(CivicReference *reference, Relation relation, ItemPointer place)
{
	LOCAL_FCINFO(fcinfo, 0);
	FmgrInfo function;
	TupleTableSlot *slot = table_slot_create(relation, NULL);
	TriggerData data = {.type = T_TriggerData,
						.tg_event = TRIGGER_EVENT_INSERT | TRIGGER_EVENT_ROW | TRIGGER_EVENT_AFTER,
						.tg_relation = relation,
						.tg_trigger = &reference->trigger,
						.tg_trigslot = slot};

	if (!table_tuple_fetch_row_version(relation, place, SnapshotAny, slot))
		elog(ERROR, "a row that was stored is not there");
	data.tg_trigtuple = ExecFetchSlotHeapTuple(slot, false, NULL);
	fmgr_info(reference->trigger.tgfoid, &function);
	InitFunctionCallInfoData(*fcinfo, &function, 0, InvalidOid, (Node *) &data, NULL);
	(void) FunctionCallInvoke(fcinfo);
	ExecDropSingleTupleTableSlot(slot);
}

/*
 * civic_check_references
 *		What a row that was just stored refers to is there, and stays until the transaction ends.
 */
void
civic_check_references(CivicReference *references, int count, Relation relation,
					   TupleTableSlot *slot)
{
	if (SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA)
		return;
	for (int i = 0; i < count; i++)
	{
		CivicReference *reference = &references[i];
		bool isnull = false;

		for (int k = 0; k < reference->nkeys && !isnull; k++)
			reference->keys[k].sk_argument = slot_getattr(slot, reference->columns[k], &isnull);
		if (isnull)
			continue;
		/* A transaction with one snapshot is told when it does not fit together with others. */
		if (IsolationUsesXactSnapshot() || !is_there(reference))
			ask_server(reference, relation, &slot->tts_tid);
	}
}
