/*
 * src/workflow.c
 *		The guard of a status column, and the same answer asked in advance.
 */
#include "civic.h"
#include "compat.h"

#include <ctype.h>

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#define IMPORT_PERMISSION "import:data"

CIVIC_FUNCTION(civic_guard_status);
CIVIC_FUNCTION(civic_allowed_transitions);
CIVIC_FUNCTION(civic_project_report);
CIVIC_FUNCTION(civic_is_projecting);

/*
 * True while a report writes its task. The task's own guard then stands aside: the report was guarded, and the
 * task says the same in other words.
 */
bool civic_projecting = false;

CivicGuardArguments
civic_guard_arguments(const struct Trigger *trigger)
{
	CivicGuardArguments arguments;

	if (trigger->tgnargs != 4)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("trigger \"%s\" needs four arguments: workflow, status column, assignee column, "
						"creator column",
						trigger->tgname)));
	arguments.workflow = trigger->tgargs[0];
	arguments.status = trigger->tgargs[1];
	arguments.assignee = trigger->tgargs[2];
	arguments.creator = trigger->tgargs[3];
	return arguments;
}

/* The status column's number, remembered from the last row of the same table. */
static int
status_attribute(Relation relation, const char *column)
{
	static Oid last_relation = InvalidOid;
	static int last_attribute = 0;
	TupleDesc desc = RelationGetDescr(relation);

	if (last_relation != RelationGetRelid(relation) || last_attribute > desc->natts ||
		strcmp(NameStr(TupleDescAttr(desc, last_attribute - 1)->attname), column) != 0)
	{
		last_attribute = civic_attribute(desc, RelationGetRelationName(relation), column);
		last_relation = RelationGetRelid(relation);
	}
	return last_attribute;
}

static bool
same_person(HeapTuple row, TupleDesc desc, int attribute, const pg_uuid_t *person)
{
	bool isnull;
	Datum value;

	if (attribute == 0)
		return false;
	value = heap_getattr(row, attribute, desc, &isnull);
	return !isnull && memcmp(DatumGetUUIDP(value), person, sizeof(pg_uuid_t)) == 0;
}

/* What the asker is to a row, as it stood before the change. */
static uint32
actor_kinds(const CivicMachine *machine, HeapTuple row, TupleDesc desc)
{
	const CivicAccess *access = civic_access();
	uint32 kinds = 0;

	if (access->has_user)
	{
		if (same_person(row, desc, machine->assignee, &access->user))
			kinds |= CIVIC_ACTOR_ASSIGNEE;
		if (same_person(row, desc, machine->creator, &access->user))
			kinds |= CIVIC_ACTOR_CREATOR;
	}
	return kinds;
}

/* Whether the session is the system's is asked last: it takes a look at database roles. */
static CivicVerdict
actor_verdict(const CivicTransition *transition, uint32 kinds)
{
	CivicVerdict verdict = civic_transition_actor(
		transition, kinds,
		transition != NULL && civic_has_permission_number(transition->permission));

	if (verdict == CIVIC_ACTOR_REFUSED && (transition->actors & CIVIC_ACTOR_SYSTEM) != 0 &&
		civic_acts_as_system())
		return CIVIC_ALLOWED;
	return verdict;
}

/* The labels the asker may move to, separated by commas; empty where there are none. */
static char *
open_moves(const CivicMachine *machine, int from, uint32 kinds)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int to = 0; to < machine->rules.nlabels; to++)
	{
		if (actor_verdict(civic_workflow_find(&machine->rules, from, to), kinds) != CIVIC_ALLOWED)
			continue;
		if (list.len > 0)
			appendStringInfoString(&list, ", ");
		appendStringInfoString(&list, civic_status_label(machine->rules.keys[to]));
	}
	return list.data;
}

static int
hint_moves(const CivicMachine *machine, int from, uint32 kinds)
{
	char *label = civic_status_label(machine->rules.keys[from]);
	char *moves = open_moves(machine, from, kinds);

	if (moves[0] == '\0')
		return errhint("No move from \"%s\" is open to you.", label);
	return errhint("Moves open to you from \"%s\": %s.", label, moves);
}

/* "the assignee, the system or holders of permission ..." */
static char *
describe_actors(const CivicTransition *transition)
{
	static const struct
	{
		uint32 kind;
		const char *name;
	} kinds[] = {{CIVIC_ACTOR_ASSIGNEE, "the assignee"},
				 {CIVIC_ACTOR_CREATOR, "the creator"},
				 {CIVIC_ACTOR_SYSTEM, "the system"}};
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < lengthof(kinds); i++)
	{
		if ((transition->actors & kinds[i].kind) == 0)
			continue;
		appendStringInfo(&list, "%s%s", list.len > 0 ? ", " : "", kinds[i].name);
	}
	if (transition->permission >= 0)
		appendStringInfo(&list, "%sholders of permission \"%s\"", list.len > 0 ? " or " : "",
						 civic_permission_code(transition->permission));
	if (list.len == 0)
		appendStringInfoString(&list, "nobody");
	return list.data;
}

pg_noreturn static void
refuse_move(const CivicMachine *machine, Relation relation, int from, int to, Oid old_status,
			Oid new_status, uint32 kinds)
{
	const CivicTransition *transition = civic_workflow_find(&machine->rules, from, to);

	if (transition == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_CIVIC_TRANSITION_NOT_ALLOWED),
				 errmsg("%s cannot go from \"%s\" to \"%s\"", machine->workflow,
						civic_status_label(old_status), civic_status_label(new_status)),
				 errdetail("No rule of workflow \"%s\" allows this move.", machine->workflow),
				 hint_moves(machine, from, kinds), errtablecol(relation, machine->status)));
	ereport(ERROR,
			(errcode(ERRCODE_CIVIC_ACTOR_NOT_ALLOWED),
			 errmsg("you may not move the %s from \"%s\" to \"%s\"", machine->workflow,
					civic_status_label(old_status), civic_status_label(new_status)),
			 errdetail("The move is open to %s.", describe_actors(transition)),
			 hint_moves(machine, from, kinds), errtablecol(relation, machine->status)));
}

pg_noreturn static void
refuse_incomplete(const CivicMachine *machine, Relation relation, Oid old_status, Oid new_status,
				  int attribute, const char *detail)
{
	const char *column = NameStr(TupleDescAttr(RelationGetDescr(relation), attribute - 1)->attname);

	ereport(ERROR,
			(errcode(ERRCODE_CIVIC_TRANSITION_INCOMPLETE),
			 errmsg("%s cannot go from \"%s\" to \"%s\" without \"%s\"", machine->workflow,
					civic_status_label(old_status), civic_status_label(new_status), column),
			 errdetail_internal("%s", detail),
			 errhint("Set column \"%s\" in the same update.", column),
			 errtablecol(relation, attribute)));
}

static bool
is_blank(HeapTuple row, TupleDesc desc, int attribute)
{
	bool isnull;

	(void) heap_getattr(row, attribute, desc, &isnull);
	return isnull;
}

static void
check_columns(const CivicMachine *machine, const CivicTransition *transition, Relation relation,
			  HeapTuple old_row, HeapTuple new_row, Oid old_status, Oid new_status)
{
	const CivicRule *rule = transition->extra;
	TupleDesc desc = RelationGetDescr(relation);

	for (int i = 0; i < rule->required.count; i++)
	{
		if (is_blank(new_row, desc, rule->required.attributes[i]))
			refuse_incomplete(machine, relation, old_status, new_status,
							  rule->required.attributes[i], "The column is null.");
	}
	for (int i = 0; i < rule->changed.count; i++)
	{
		int attribute = rule->changed.attributes[i];
		bool old_null;
		bool new_null;
		Datum old_value = heap_getattr(old_row, attribute, desc, &old_null);
		Datum new_value = heap_getattr(new_row, attribute, desc, &new_null);
		Form_pg_attribute form = TupleDescAttr(desc, attribute - 1);

		if (new_null ||
			(!old_null && datum_image_eq(old_value, new_value, form->attbyval, form->attlen)))
			refuse_incomplete(machine, relation, old_status, new_status, attribute,
							  "The move needs another value in this column.");
	}
}

static void
check_reason(const CivicMachine *machine, const CivicTransition *transition, Relation relation,
			 HeapTuple new_row, Oid old_status, Oid new_status)
{
	bool isnull;
	Datum value;
	size_t characters = 0;
	CivicVerdict verdict;

	if (transition->reason_column == 0)
		return;
	value = heap_getattr(new_row, transition->reason_column, RelationGetDescr(relation), &isnull);
	if (!isnull)
	{
		text *reason = DatumGetTextPP(value);
		const char *start = VARDATA_ANY(reason);
		const char *end = start + VARSIZE_ANY_EXHDR(reason);

		while (start < end && isspace((unsigned char) *start))
			start++;
		while (end > start && isspace((unsigned char) end[-1]))
			end--;
		characters = pg_mbstrlen_with_len(start, end - start);
	}
	verdict = civic_transition_reason(transition, isnull, characters);
	if (verdict != CIVIC_ALLOWED)
		refuse_incomplete(machine, relation, old_status, new_status, transition->reason_column,
						  psprintf("The reason must have %d to %d characters; it has %zu.",
								   transition->reason_min, transition->reason_max, characters));
}

/* Takes away what belonged to the status left. */
static HeapTuple
clear_columns(const CivicTransition *transition, Relation relation, HeapTuple row)
{
	const CivicRule *rule = transition->extra;
	int count = rule->cleared.count;
	int *columns;
	Datum *values;
	bool *nulls;

	if (count == 0)
		return row;
	columns = palloc(sizeof(int) * count);
	values = palloc0(sizeof(Datum) * count);
	nulls = palloc(sizeof(bool) * count);
	for (int i = 0; i < count; i++)
	{
		columns[i] = rule->cleared.attributes[i];
		nulls[i] = true;
	}
	return heap_modify_tuple_by_cols(row, RelationGetDescr(relation), count, columns, values,
									 nulls);
}

static const CivicMachine *
machine_of_row(Relation relation, const CivicGuardArguments *arguments, HeapTuple row)
{
	TupleDesc desc = RelationGetDescr(relation);
	bool isnull;
	Datum organization;

	organization = heap_getattr(
		row, civic_attribute(desc, RelationGetRelationName(relation), "organization_id"), desc,
		&isnull);
	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("the row belongs to no organization"),
				 errhint("Set civic.organization_id, or sign in as a person of an organization.")));
	return civic_machine(relation, arguments, DatumGetUUIDP(organization));
}

/* A row may come in at its first status; one with a past needs the right to import. */
static void
guard_insert(const CivicMachine *machine, Relation relation, HeapTuple row)
{
	bool isnull;
	Datum status = heap_getattr(row, machine->status, RelationGetDescr(relation), &isnull);
	int to;
	const CivicTransition *transition;

	if (isnull)
		return; /* NOT NULL says it better */
	to = civic_workflow_label(&machine->rules, DatumGetObjectId(status));
	transition = civic_workflow_find(&machine->rules, CIVIC_NO_LABEL, to);
	if (transition != NULL &&
		actor_verdict(transition, actor_kinds(machine, row, RelationGetDescr(relation))) ==
			CIVIC_ALLOWED)
		return;
	if (civic_has_permission_number(civic_permission_number(IMPORT_PERMISSION)) ||
		civic_acts_as_system())
		return;
	ereport(ERROR,
			(errcode(ERRCODE_CIVIC_ACTOR_NOT_ALLOWED),
			 errmsg("you may not create a %s in status \"%s\"", machine->workflow,
					civic_status_label(DatumGetObjectId(status))),
			 errdetail("Creating one that is not at its first status needs permission \"%s\".",
					   IMPORT_PERMISSION),
			 errhint("Leave the status out, and move it afterwards."),
			 errtablecol(relation, machine->status)));
}

static HeapTuple
guard_update(const CivicMachine *machine, Relation relation, HeapTuple old_row, HeapTuple new_row,
			 Oid old_status, Oid new_status)
{
	int from = civic_workflow_label(&machine->rules, old_status);
	int to = civic_workflow_label(&machine->rules, new_status);
	uint32 kinds = actor_kinds(machine, old_row, RelationGetDescr(relation));
	const CivicTransition *transition;

	if (from == CIVIC_NO_LABEL || to == CIVIC_NO_LABEL)
		elog(ERROR, "status of workflow \"%s\" is not a label of its enum", machine->workflow);
	transition = civic_workflow_find(&machine->rules, from, to);
	if (actor_verdict(transition, kinds) != CIVIC_ALLOWED)
		refuse_move(machine, relation, from, to, old_status, new_status, kinds);
	check_columns(machine, transition, relation, old_row, new_row, old_status, new_status);
	check_reason(machine, transition, relation, new_row, old_status, new_status);
	return clear_columns(transition, relation, new_row);
}

/*
 * civic_guard_status
 *		BEFORE INSERT OR UPDATE row trigger on a table with a status column of an enum type.
 */
Datum
civic_guard_status(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Relation relation;
	TupleDesc desc;
	CivicGuardArguments arguments;
	int status;
	bool old_null;
	bool new_null;
	Datum old_status;
	Datum new_status;

	civic_check_trigger(fcinfo, "guard_status", TRIGGER_EVENT_BEFORE, true);
	relation = trigger->tg_relation;
	desc = RelationGetDescr(relation);
	arguments = civic_guard_arguments(trigger->tg_trigger);
	if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
	{
		if (!civic_projecting)
			guard_insert(machine_of_row(relation, &arguments, trigger->tg_trigtuple), relation,
						 trigger->tg_trigtuple);
		return PointerGetDatum(trigger->tg_trigtuple);
	}
	if (!TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		return PointerGetDatum(trigger->tg_trigtuple);

	status = status_attribute(relation, arguments.status);
	old_status = heap_getattr(trigger->tg_trigtuple, status, desc, &old_null);
	new_status = heap_getattr(trigger->tg_newtuple, status, desc, &new_null);
	if (old_null || new_null || old_status == new_status || civic_projecting)
		return PointerGetDatum(trigger->tg_newtuple);
	return PointerGetDatum(guard_update(machine_of_row(relation, &arguments, trigger->tg_trigtuple),
										relation, trigger->tg_trigtuple, trigger->tg_newtuple,
										DatumGetObjectId(old_status),
										DatumGetObjectId(new_status)));
}

/* The table a workflow guards, found by the guard trigger on it. */
static Oid
guarded_table(const char *workflow, CivicGuardArguments *arguments)
{
	Oid types[1] = {TEXTOID};
	Datum values[1] = {CStringGetTextDatum(workflow)};
	const char *parts[4];
	char *raw;
	char *end;
	bool isnull;
	bytea *packed;

	civic_query_now("SELECT t.tgrelid, t.tgargs FROM pg_trigger t"
					" WHERE t.tgfoid = 'civic.guard_status()'::regprocedure AND NOT t.tgisinternal"
					"   AND split_part(encode(t.tgargs, 'escape'), '\\000', 1) = $1",
					1, types, values, NULL);
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("workflow \"%s\" does not exist", workflow),
				 errdetail("No table has a guard_status trigger for it.")));
	packed =
		DatumGetByteaPP(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull));
	raw = VARDATA_ANY(packed);
	end = raw + VARSIZE_ANY_EXHDR(packed);
	for (int i = 0; i < lengthof(parts); i++)
	{
		parts[i] = raw < end ? pnstrdup(raw, end - raw) : "";
		raw += strlen(parts[i]) + 1;
	}
	arguments->workflow = parts[0];
	arguments->status = parts[1];
	arguments->assignee = parts[2];
	arguments->creator = parts[3];
	return DatumGetObjectId(
		SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* Names of a rule's columns as a text array. */
static Datum
column_names(TupleDesc desc, const CivicColumnList *list)
{
	Datum *names = palloc(sizeof(Datum) * Max(list->count, 1));

	for (int i = 0; i < list->count; i++)
		names[i] =
			CStringGetTextDatum(NameStr(TupleDescAttr(desc, list->attributes[i] - 1)->attname));
	return PointerGetDatum(construct_array(names, list->count, TEXTOID, -1, false, TYPALIGN_INT));
}

static void
put_move(ReturnSetInfo *result, const CivicTransition *transition, const CivicMachine *machine,
		 TupleDesc desc)
{
	const CivicRule *rule = transition->extra;
	Datum values[6] = {0};
	bool nulls[6] = {false};

	values[0] = CStringGetTextDatum(civic_status_label(machine->rules.keys[transition->to]));
	if (transition->reason_column == 0)
		nulls[1] = nulls[2] = nulls[3] = true;
	else
	{
		values[1] = CStringGetTextDatum(
			NameStr(TupleDescAttr(desc, transition->reason_column - 1)->attname));
		values[2] = Int32GetDatum(transition->reason_min);
		values[3] = Int32GetDatum(transition->reason_max);
	}
	values[4] = column_names(desc, &rule->required);
	values[5] = column_names(desc, &rule->changed);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * civic_allowed_transitions
 *		The moves the guard would let the asker make with one row the asker can see, and what each needs.
 */
Datum
civic_allowed_transitions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	char *workflow = text_to_cstring(PG_GETARG_TEXT_PP(0));
	Oid types[2] = {UUIDOID, UUIDOID};
	Datum values[2] = {PG_GETARG_DATUM(1), 0};
	CivicGuardArguments arguments;
	const CivicAccess *access;
	StringInfoData query;
	Relation relation;

	InitMaterializedSRF(fcinfo, 0);
	(void) civic_access_stamp();
	access = civic_access();
	if (!access->has_organization)
		return (Datum) 0;
	values[1] = UUIDPGetDatum(&access->organization);
	SPI_connect();
	relation = table_open(guarded_table(workflow, &arguments), AccessShareLock);
	initStringInfo(&query);
	/* As the caller, under the caller's policies. */
	appendStringInfo(&query,
					 "SELECT t FROM ONLY %s AS t WHERE t.id OPERATOR(pg_catalog.=) $1"
					 " AND t.organization_id OPERATOR(pg_catalog.=) $2",
					 quote_qualified_identifier(get_namespace_name(RelationGetNamespace(relation)),
												RelationGetRelationName(relation)));
	if (SPI_execute_with_args(query.data, 2, types, values, NULL, true, 1) != SPI_OK_SELECT)
		elog(ERROR, "could not read the row of workflow \"%s\"", workflow);
	if (SPI_processed == 1)
	{
		TupleDesc desc = RelationGetDescr(relation);
		bool isnull;
		HeapTupleHeader composite = DatumGetHeapTupleHeader(
			SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
		HeapTupleData row = {.t_len = HeapTupleHeaderGetDatumLength(composite),
							 .t_data = composite};
		const CivicMachine *machine = machine_of_row(relation, &arguments, &row);
		uint32 kinds = actor_kinds(machine, &row, desc);
		int from = civic_workflow_label(
			&machine->rules, DatumGetObjectId(heap_getattr(&row, machine->status, desc, &isnull)));

		for (int to = 0; to < machine->rules.nlabels; to++)
		{
			const CivicTransition *transition = civic_workflow_find(&machine->rules, from, to);

			if (actor_verdict(transition, kinds) == CIVIC_ALLOWED)
				put_move(result, transition, machine, desc);
		}
	}
	table_close(relation, AccessShareLock);
	SPI_finish();
	return (Datum) 0;
}

/*
 * civic_project_report
 *		AFTER UPDATE row trigger: brings the task of a report into the state the report's status means.
 */
Datum
civic_project_report(PG_FUNCTION_ARGS)
{
	static SPIPlanPtr plan = NULL;
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	TupleDesc desc;
	Datum values[2];
	bool isnull;
	CivicOwnerScope scope;
	bool outer_projecting = civic_projecting;

	civic_check_trigger(fcinfo, "project_report", TRIGGER_EVENT_AFTER, true);
	desc = RelationGetDescr(trigger->tg_relation);
	values[0] = heap_getattr(TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple
																		: trigger->tg_trigtuple,
							 civic_attribute(desc, "reports", "organization_id"), desc, &isnull);
	values[1] = heap_getattr(TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple
																		: trigger->tg_trigtuple,
							 civic_attribute(desc, "reports", "id"), desc, &isnull);
	SPI_connect();
	civic_enter_owner(&scope);
	if (plan == NULL)
	{
		Oid types[2] = {UUIDOID, UUIDOID};
		SPIPlanPtr prepared =
			SPI_prepare("SELECT civic_private.apply_task_state($1, $2)", 2, types);

		if (prepared == NULL || SPI_keepplan(prepared) != 0)
			elog(ERROR, "could not prepare the projection of a report");
		plan = prepared;
	}
	PG_TRY();
	{
		civic_projecting = true;
		if (SPI_execute_plan(plan, values, NULL, false, 0) != SPI_OK_SELECT)
			elog(ERROR, "could not project a report to its task");
	}
	PG_FINALLY();
	{
		civic_projecting = outer_projecting;
	}
	PG_END_TRY();
	civic_leave_owner(&scope);
	SPI_finish();
	return PointerGetDatum(NULL);
}

Datum
civic_is_projecting(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(civic_projecting);
}
