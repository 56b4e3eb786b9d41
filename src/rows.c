/*
 * src/rows.c
 *		Rows written many times a second: what INSERT does, without planning and starting one.
 *
 * Everything a table demands holds: defaults, generated columns, constraints, indexes, foreign keys, and the triggers of
 * whoever added some. Rows of triggers are written as the owner of the tables, whom row policies do not bind; rows of
 * the caller need the caller's privilege and satisfy the policies for INSERT.
 *
 * What INSERT reads anew each time (expressions, descriptions of indexes and triggers) is prepared once and kept until
 * the table, one of its indexes, a function or a type changes.
 */
#include "rows.h"
#include "compat.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_authid.h"
#include "commands/trigger.h"
#include "executor/nodeModifyTable.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "rewrite/rewriteHandler.h"
#include "rewrite/rowsecurity.h"
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/rls.h"
#include "utils/syscache.h"

/* A table as one user writes one set of columns. */
typedef struct Target
{
	Oid relation;
	Oid user;
	const char *const *columns;
	bool unless_there;
	bool valid;
	bool in_use;
	SubTransactionId used_in;
	EState *estate; /* its memory is the target's */
	ResultRelInfo *info;
	int index_count;
	Oid *indexes;
	int *attributes;
	Oid *domains; /* of the columns that are given; InvalidOid where the type is none */
	void **domain_checks;
	ExprState **defaults; /* of the columns that are not given; NULL for null */
	bool has_policies;
	ExprState *policies;
	int reference_count;
	CivicReference *references;
} Target;

#define MAX_KEPT_TARGETS 16
static Target *kept_targets[MAX_KEPT_TARGETS];
static int next_place = 0;
static uint64 changes = 0; /* that could have been of any target */

struct CivicStore
{
	Target *target;
	bool is_kept; /* for others */
	Relation relation;
	TupleTableSlot *slot;
	TransitionCaptureState *capture;
	int ncolumns;
	bool as_owner;
	CivicOwnerScope scope;
	int nest_level;
};

/* An index tells of itself only, as when it is ready for rows while it is built beside them. */
static bool
is_of_target(const Target *target, Oid relation)
{
	if (relation == InvalidOid || relation == target->relation)
		return true;
	for (int i = 0; i < target->index_count; i++)
	{
		if (relation == target->indexes[i])
			return true;
	}
	return false;
}

static void
relation_changed(Datum argument, Oid relation)
{
	changes++;
	for (int i = 0; i < MAX_KEPT_TARGETS; i++)
	{
		if (kept_targets[i] != NULL && is_of_target(kept_targets[i], relation))
			kept_targets[i]->valid = false;
	}
}

/* A function, type, constraint, operator or role that something may have been prepared with. */
static void
object_changed(Datum argument, int cache, uint32 hash)
{
	relation_changed(argument, InvalidOid);
}

/* What an error left in use is not finished, and never will be. */
static void
forget_unfinished(SubTransactionId sub)
{
	for (int i = 0; i < MAX_KEPT_TARGETS; i++)
	{
		if (kept_targets[i] != NULL && kept_targets[i]->in_use && kept_targets[i]->used_in >= sub)
		{
			kept_targets[i]->valid = false;
			kept_targets[i]->in_use = false;
		}
	}
}

static void
transaction_ended(XactEvent event, void *argument)
{
	if (event == XACT_EVENT_ABORT)
		forget_unfinished(InvalidSubTransactionId);
}

static void
subtransaction_ended(SubXactEvent event, SubTransactionId sub, SubTransactionId parent,
					 void *argument)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		forget_unfinished(sub);
}

void
civic_init_rows(void)
{
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(PROCOID, object_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(TYPEOID, object_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(CONSTROID, object_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(OPEROID, object_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHMEMROLEMEM, object_changed, (Datum) 0);
	RegisterXactCallback(transaction_ended, NULL);
	RegisterSubXactCallback(subtransaction_ended, NULL);
}

/* ---- preparing a table ---- */

static void
find_defaults(Target *target, Relation relation, int ncolumns)
{
	TupleDesc desc = RelationGetDescr(relation);

	target->defaults = palloc0(sizeof(ExprState *) * desc->natts);
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute column = TupleDescAttr(desc, i);
		bool given = column->attisdropped || column->attgenerated;
		Expr *value;

		for (int j = 0; j < ncolumns && !given; j++)
			given = target->attributes[j] == i + 1;
		if (given)
			continue;
		value = (Expr *) build_column_default(relation, i + 1);
		if (value != NULL)
			target->defaults[i] = ExecInitExpr(expression_planner(value), NULL);
	}
}

static bool
applies(const RowSecurityPolicy *policy, Oid user)
{
	const Oid *roles = (const Oid *) ARR_DATA_PTR(policy->roles);

	if (policy->polcmd != ACL_INSERT_CHR && policy->polcmd != '*')
		return false;
	for (int i = 0; i < ARR_DIMS(policy->roles)[0]; i++)
	{
		if (roles[i] == ACL_ID_PUBLIC || has_privs_of_role(user, roles[i]))
			return true;
	}
	return false;
}

/* One of the permissive policies lets a new row in, all restrictive ones do. */
static void
find_policies(Target *target, Relation relation)
{
	List *permissive = NIL;
	List *all = NIL;
	ListCell *cell;

	foreach(cell, relation->rd_rsdesc->policies)
	{
		const RowSecurityPolicy *policy = lfirst(cell);
		Expr *check = policy->with_check_qual != NULL ? policy->with_check_qual : policy->qual;

		if (check == NULL || !applies(policy, target->user))
			continue;
		if (policy->hassublinks)
			ereport(ERROR,
					(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
					 errmsg("policy \"%s\" of table \"%s\" has a subquery", policy->policy_name,
							RelationGetRelationName(relation)),
					 errdetail("Rows of this table are stored without planning a statement."),
					 errhint("Put the subquery into a function that the policy calls.")));
		if (policy->permissive)
			permissive = lappend(permissive, copyObject(check));
		else
			all = lappend(all, copyObject(check));
	}
	/* Without a permissive one nobody writes: an OR of nothing is false. */
	all = lappend(all, permissive == NIL ? (Expr *) makeBoolConst(false, false)
										 : make_orclause(permissive));
	target->policies = ExecPrepareQual(all, target->estate);
}

static void
find_columns(Target *target, Relation relation, int ncolumns)
{
	TupleDesc desc = RelationGetDescr(relation);

	target->attributes = palloc(sizeof(int) * ncolumns);
	target->domains = palloc(sizeof(Oid) * ncolumns);
	target->domain_checks = palloc0(sizeof(void *) * ncolumns);
	for (int i = 0; i < ncolumns; i++)
	{
		int attribute =
			civic_attribute(desc, RelationGetRelationName(relation), target->columns[i]);
		Oid type = TupleDescAttr(desc, attribute - 1)->atttypid;

		target->attributes[i] = attribute;
		target->domains[i] = get_typtype(type) == TYPTYPE_DOMAIN ? type : InvalidOid;
	}
}

static Target *
prepare(Relation relation, const char *const *columns, int ncolumns, bool unless_there,
		bool has_policies)
{
	EState *estate = CreateExecutorState();
	MemoryContext caller = MemoryContextSwitchTo(estate->es_query_cxt);
	Target *target = palloc0(sizeof(Target));

	target->relation = RelationGetRelid(relation);
	target->user = GetUserId();
	target->columns = columns;
	target->unless_there = unless_there;
	target->estate = estate;
	find_columns(target, relation, ncolumns);
	find_defaults(target, relation, ncolumns);
	target->has_policies = has_policies;
	if (has_policies)
		find_policies(target, relation);

	target->info = makeNode(ResultRelInfo);
	InitResultRelInfo(target->info, relation, 0, NULL, 0);
	target->references =
		civic_find_references(relation, target->info->ri_TrigDesc, &target->reference_count);
	ExecOpenIndices(target->info, unless_there);
	target->index_count = target->info->ri_NumIndices;
	target->indexes = palloc(sizeof(Oid) * Max(1, target->index_count));
	for (int i = 0; i < target->index_count; i++)
		target->indexes[i] = RelationGetRelid(target->info->ri_IndexRelationDescs[i]);
	ExecCloseIndices(target->info);
	estate->es_opened_result_relations = list_make1(target->info);
	MemoryContextSwitchTo(caller);
	return target;
}

static void
destroy(Target *target)
{
	/* The target lies in the memory of its executor. */
	FreeExecutorState(target->estate);
}

static bool
is_wanted(const Target *target, Relation relation, const char *const *columns, bool unless_there,
		  bool has_policies)
{
	return target->relation == RelationGetRelid(relation) && target->user == GetUserId() &&
		   target->columns == columns && target->unless_there == unless_there &&
		   target->has_policies == has_policies;
}

/* Kept, unless it is in use: a trigger may store rows of the table whose rows are being stored. */
static Target *
find_target(Relation relation, const char *const *columns, int ncolumns, bool unless_there,
			bool has_policies, bool *is_kept)
{
	Target **place = NULL;
	Target *target;
	uint64 before;

	for (int i = 0; i < MAX_KEPT_TARGETS; i++)
	{
		target = kept_targets[i];
		if (target != NULL && !target->in_use && !target->valid)
		{
			kept_targets[i] = NULL;
			destroy(target);
			target = NULL;
		}
		if (target == NULL)
		{
			if (place == NULL)
				place = &kept_targets[i];
		}
		else if (!target->in_use &&
				 is_wanted(target, relation, columns, unless_there, has_policies))
		{
			*is_kept = true;
			return target;
		}
	}
	if (place == NULL)
	{
		next_place = (next_place + 1) % MAX_KEPT_TARGETS;
		if (!kept_targets[next_place]->in_use)
		{
			place = &kept_targets[next_place];
			target = *place;
			*place = NULL;
			destroy(target);
		}
	}
	before = changes;
	target = prepare(relation, columns, ncolumns, unless_there, has_policies);
	/* What changed meanwhile found nothing to tell: for these rows only. */
	target->valid = changes == before;
	*is_kept = place != NULL;
	if (*is_kept)
	{
		/* Only now that nothing can fail. */
		MemoryContextSetParent(target->estate->es_query_cxt, CacheMemoryContext);
		*place = target;
	}
	return target;
}

/* ---- storing rows ---- */

static void
open_target(CivicStore *store)
{
	Target *target = store->target;
	ResultRelInfo *info = target->info;
	const TriggerDesc *triggers = info->ri_TrigDesc;

	info->ri_RelationDesc = store->relation;
	for (int i = 0; i < target->index_count; i++)
	{
		IndexInfo *index = info->ri_IndexRelationInfo[i];

		info->ri_IndexRelationDescs[i] = index_open(target->indexes[i], RowExclusiveLock);
		/* What an index keeps between two rows of a statement. */
		index->ii_AmCache = NULL;
		index->ii_Context = CurrentMemoryContext;
	}
	if (triggers != NULL)
		info->ri_TrigFunctions = palloc0(sizeof(FmgrInfo) * triggers->numtriggers);
	target->estate->es_output_cid = GetCurrentCommandId(true);
	target->used_in = GetCurrentSubTransactionId();
	target->in_use = true;
}

static CivicStore *
begin_store(Oid relation, const char *const *columns, int ncolumns, bool unless_there,
			bool as_owner)
{
	CivicStore *store = palloc0(sizeof(CivicStore));
	bool has_policies;

	/* With the caller's path, the operators of a default would be the caller's. */
	store->nest_level = civic_pin_path();
	store->as_owner = as_owner;
	if (as_owner)
		civic_enter_owner(&store->scope);
	store->ncolumns = ncolumns;
	store->relation = table_open(relation, RowExclusiveLock);
	has_policies = !as_owner && check_enable_rls(relation, InvalidOid, false) == RLS_ENABLED;
	store->target = find_target(store->relation, columns, ncolumns, unless_there, has_policies,
								&store->is_kept);
	open_target(store);
	store->slot = table_slot_create(store->relation, NULL);
	AfterTriggerBeginQuery();
	store->capture = MakeTransitionCaptureState(store->relation->trigdesc, relation, CMD_INSERT);
	ExecBSInsertTriggers(store->target->estate, store->target->info);
	return store;
}

/*
 * civic_begin_store
 *		Rows of a table are about to come, with values for these columns; with unless_there, only those whose key no other
 *		row has are stored. Until civic_end_store() the owner acts. The names of the columns are static.
 */
CivicStore *
civic_begin_store(Oid relation, const char *const *columns, int ncolumns, bool unless_there)
{
	return begin_store(relation, columns, ncolumns, unless_there, true);
}

/*
 * civic_begin_caller_store
 *		The same as INSERT by the caller.
 */
CivicStore *
civic_begin_caller_store(Oid relation, const char *const *columns, int ncolumns)
{
	AclResult allowed = pg_class_aclcheck(relation, GetUserId(), ACL_INSERT);

	PreventCommandIfReadOnly("INSERT");
	if (allowed != ACLCHECK_OK)
		aclcheck_error(allowed, OBJECT_TABLE, get_rel_name(relation));
	return begin_store(relation, columns, ncolumns, false, false);
}

static void
fill_slot(CivicStore *store, const Datum *values, const bool *nulls)
{
	const Target *target = store->target;
	TupleTableSlot *slot = store->slot;
	ExprContext *context = GetPerTupleExprContext(target->estate);
	int natts = slot->tts_tupleDescriptor->natts;

	ResetPerTupleExprContext(target->estate);
	ExecClearTuple(slot);
	memset(slot->tts_isnull, true, natts * sizeof(bool));
	for (int i = 0; i < store->ncolumns; i++)
	{
		bool isnull = nulls != NULL && nulls[i];

		slot->tts_values[target->attributes[i] - 1] = values[i];
		slot->tts_isnull[target->attributes[i] - 1] = isnull;
		if (OidIsValid(target->domains[i]))
			domain_check(values[i], isnull, target->domains[i], &target->domain_checks[i],
						 target->estate->es_query_cxt);
	}
	for (int i = 0; i < natts; i++)
	{
		if (target->defaults[i] != NULL)
			slot->tts_values[i] =
				ExecEvalExprSwitchContext(target->defaults[i], context, &slot->tts_isnull[i]);
	}
	ExecStoreVirtualTuple(slot);
}

/* With the words of the server, which callers and the tests of policies know. */
static void
check_policies(const CivicStore *store)
{
	ExprContext *context = GetPerTupleExprContext(store->target->estate);

	if (!store->target->has_policies)
		return;
	context->ecxt_scantuple = store->slot;
	if (!ExecQual(store->target->policies, context))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("new row violates row-level security policy for table \"%s\"",
						RelationGetRelationName(store->relation))));
}

/* False where another row has the key, also one that a transaction stored at the same moment. */
static bool
insert_unless_there(CivicStore *store)
{
	EState *estate = store->target->estate;
	ResultRelInfo *info = store->target->info;
	TupleTableSlot *slot = store->slot;
	ItemPointerData nowhere;
	ItemPointerData other;
	bool conflict = false;
	uint32 token;

	ItemPointerSetInvalid(&nowhere);
	if (!ExecCheckIndexConstraints(info, slot, estate, &other, &nowhere, NIL))
		return false;
	token = SpeculativeInsertionLockAcquire(GetCurrentTransactionId());
	table_tuple_insert_speculative(store->relation, slot, estate->es_output_cid, 0, NULL, token);
	(void) ExecInsertIndexTuples(info, slot, estate, false, true, &conflict, NIL, false);
	table_tuple_complete_speculative(store->relation, slot, token, !conflict);
	SpeculativeInsertionLockRelease(GetCurrentTransactionId());
	return !conflict;
}

static void
insert(CivicStore *store)
{
	EState *estate = store->target->estate;

	table_tuple_insert(store->relation, store->slot, estate->es_output_cid, 0, NULL);
	(void) ExecInsertIndexTuples(store->target->info, store->slot, estate, false, false, NULL, NIL,
								 false);
}

/*
 * civic_store_row
 *		Values in the order of the columns; nulls may be NULL where there are none. False for a row that was not stored,
 *		because of its key or of a trigger.
 */
bool
civic_store_row(CivicStore *store, const Datum *values, const bool *nulls)
{
	EState *estate = store->target->estate;
	ResultRelInfo *info = store->target->info;
	const TriggerDesc *triggers = store->relation->trigdesc;
	const TupleConstr *constraints = RelationGetDescr(store->relation)->constr;

	fill_slot(store, values, nulls);
	if (triggers != NULL && triggers->trig_insert_before_row &&
		!ExecBRInsertTriggers(estate, info, store->slot))
		return false;
	if (constraints != NULL && constraints->has_generated_stored)
		ExecComputeStoredGenerated(info, estate, store->slot, CMD_INSERT);
	check_policies(store);
	if (constraints != NULL)
		ExecConstraints(info, store->slot, estate);
	if (!store->target->unless_there)
		insert(store);
	else if (!insert_unless_there(store))
		return false;
	civic_check_references(store->target->references, store->target->reference_count,
						   store->relation, store->slot);
	ExecARInsertTriggers(estate, info, store->slot, NIL, store->capture);
	return true;
}

/*
 * civic_stored_row
 *		The row that was stored last, as a datum of the type of the table.
 */
Datum
civic_stored_row(CivicStore *store)
{
	bool own;
	HeapTuple row = ExecFetchSlotHeapTuple(store->slot, false, &own);
	Datum datum = heap_copy_tuple_as_datum(row, RelationGetDescr(store->relation));

	if (own)
		heap_freetuple(row);
	return datum;
}

void
civic_end_store(CivicStore *store)
{
	Target *target = store->target;
	EState *estate = target->estate;

	ExecASInsertTriggers(estate, target->info, store->capture);
	AfterTriggerEndQuery(estate);
	ExecDropSingleTupleTableSlot(store->slot);
	ExecCloseIndices(target->info);
	/* Slots of triggers hold on to the description of the table. */
	ExecResetTupleTable(estate->es_tupleTable, true);
	estate->es_tupleTable = NIL;
	target->info->ri_TrigOldSlot = NULL;
	target->info->ri_TrigNewSlot = NULL;
	target->info->ri_TrigFunctions = NULL;
	ResetPerTupleExprContext(estate);
	target->in_use = false;
	if (!store->is_kept)
		destroy(target);
	table_close(store->relation, NoLock);
	if (store->as_owner)
		civic_leave_owner(&store->scope);
	civic_unpin_path(store->nest_level);
	pfree(store);
}
