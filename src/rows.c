/*
 * src/rows.c
 *		Rows written by triggers many times a second: what INSERT does, without planning and starting one.
 *
 * Everything a table demands holds: defaults, generated columns, constraints, indexes, foreign keys, and the triggers of
 * whoever added some. Row policies do not bind the owner of the tables, as whom the rows are written.
 */
#include "civic.h"
#include "compat.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "commands/trigger.h"
#include "executor/nodeModifyTable.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "storage/lmgr.h"
#include "utils/guc.h"
#include "utils/rel.h"

struct CivicStore
{
	Relation relation;
	EState *estate;
	ResultRelInfo *target;
	TupleTableSlot *slot;
	TransitionCaptureState *capture;
	bool unless_there;
	int ncolumns;
	int *attributes;
	ExprState **defaults; /* of the columns that are not given; NULL for null */
	CivicOwnerScope scope;
	int nest_level;
};

static void
find_defaults(CivicStore *store)
{
	TupleDesc desc = RelationGetDescr(store->relation);

	store->defaults = palloc0(sizeof(ExprState *) * desc->natts);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(desc, i);
		bool given = column->attisdropped || column->attgenerated;
		Expr *value;

		for (int j = 0; j < store->ncolumns && !given; j++)
			given = store->attributes[j] == i + 1;
		if (given)
			continue;
		value = (Expr *) build_column_default(store->relation, i + 1);
		if (value != NULL)
			store->defaults[i] = ExecInitExpr(expression_planner(value), NULL);
	}
}

/*
 * civic_begin_store
 *		Rows of a table are about to come, with values for these columns; with unless_there, only those whose key no other
 *		row has are stored. Until civic_end_store() the owner acts.
 */
CivicStore *
civic_begin_store(Oid relation, const char *const *columns, int ncolumns, bool unless_there)
{
	CivicStore *store = palloc0(sizeof(CivicStore));
	TupleDesc desc;

	/* With the caller's path, the operators of a default would be the caller's. */
	store->nest_level = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	civic_enter_owner(&store->scope);
	store->relation = table_open(relation, RowExclusiveLock);
	desc = RelationGetDescr(store->relation);
	store->unless_there = unless_there;
	store->ncolumns = ncolumns;
	store->attributes = palloc(sizeof(int) * ncolumns);
	for (int i = 0; i < ncolumns; i++)
		store->attributes[i] =
			civic_attribute(desc, RelationGetRelationName(store->relation), columns[i]);
	find_defaults(store);

	store->estate = CreateExecutorState();
	store->estate->es_output_cid = GetCurrentCommandId(true);
	store->target = makeNode(ResultRelInfo);
	InitResultRelInfo(store->target, store->relation, 0, NULL, 0);
	ExecOpenIndices(store->target, unless_there);
	store->estate->es_opened_result_relations = list_make1(store->target);
	store->slot = table_slot_create(store->relation, NULL);
	AfterTriggerBeginQuery();
	store->capture = MakeTransitionCaptureState(store->relation->trigdesc, relation, CMD_INSERT);
	ExecBSInsertTriggers(store->estate, store->target);
	return store;
}

static void
fill_slot(CivicStore *store, const Datum *values, const bool *nulls)
{
	TupleTableSlot *slot = store->slot;
	ExprContext *context = GetPerTupleExprContext(store->estate);
	int natts = slot->tts_tupleDescriptor->natts;

	ResetPerTupleExprContext(store->estate);
	ExecClearTuple(slot);
	memset(slot->tts_isnull, true, natts * sizeof(bool));
	for (int i = 0; i < store->ncolumns; i++)
	{
		slot->tts_values[store->attributes[i] - 1] = values[i];
		slot->tts_isnull[store->attributes[i] - 1] = nulls != NULL && nulls[i];
	}
	for (int i = 0; i < natts; i++)
	{
		if (store->defaults[i] != NULL)
			slot->tts_values[i] =
				ExecEvalExprSwitchContext(store->defaults[i], context, &slot->tts_isnull[i]);
	}
	ExecStoreVirtualTuple(slot);
}

/* False where another row has the key, also one that a transaction stored at the same moment. */
static bool
insert_unless_there(CivicStore *store)
{
	TupleTableSlot *slot = store->slot;
	CommandId command = store->estate->es_output_cid;
	ItemPointerData nowhere;
	ItemPointerData other;
	bool conflict = false;
	uint32 token;

	ItemPointerSetInvalid(&nowhere);
	if (!ExecCheckIndexConstraints(store->target, slot, store->estate, &other, &nowhere, NIL))
		return false;
	token = SpeculativeInsertionLockAcquire(GetCurrentTransactionId());
	table_tuple_insert_speculative(store->relation, slot, command, 0, NULL, token);
	(void) ExecInsertIndexTuples(store->target, slot, store->estate, false, true, &conflict, NIL,
								 false);
	table_tuple_complete_speculative(store->relation, slot, token, !conflict);
	SpeculativeInsertionLockRelease(GetCurrentTransactionId());
	return !conflict;
}

static void
insert(CivicStore *store)
{
	table_tuple_insert(store->relation, store->slot, store->estate->es_output_cid, 0, NULL);
	(void) ExecInsertIndexTuples(store->target, store->slot, store->estate, false, false, NULL, NIL,
								 false);
}

/*
 * civic_store_row
 *		Values in the order of the columns; nulls may be NULL where there are none. False for a row that was not stored
 *		because of its key.
 */
bool
civic_store_row(CivicStore *store, const Datum *values, const bool *nulls)
{
	const TriggerDesc *triggers = store->relation->trigdesc;
	const TupleConstr *constraints = RelationGetDescr(store->relation)->constr;

	fill_slot(store, values, nulls);
	if (triggers != NULL && triggers->trig_insert_before_row &&
		!ExecBRInsertTriggers(store->estate, store->target, store->slot))
		return true;
	if (constraints != NULL && constraints->has_generated_stored)
		ExecComputeStoredGenerated(store->target, store->estate, store->slot, CMD_INSERT);
	if (constraints != NULL)
		ExecConstraints(store->target, store->slot, store->estate);
	if (!store->unless_there)
		insert(store);
	else if (!insert_unless_there(store))
		return false;
	ExecARInsertTriggers(store->estate, store->target, store->slot, NIL, store->capture);
	return true;
}

void
civic_end_store(CivicStore *store)
{
	ExecASInsertTriggers(store->estate, store->target, store->capture);
	AfterTriggerEndQuery(store->estate);
	ExecDropSingleTupleTableSlot(store->slot);
	ExecCloseResultRelations(store->estate);
	ExecResetTupleTable(store->estate->es_tupleTable, false);
	FreeExecutorState(store->estate);
	table_close(store->relation, NoLock);
	civic_leave_owner(&store->scope);
	AtEOXact_GUC(true, store->nest_level);
	pfree(store);
}
