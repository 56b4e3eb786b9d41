/*
 * src/history.c
 *		One row of civic.status_history for each change of a guarded status.
 */
#include "civic.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "commands/trigger.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

CIVIC_FUNCTION(civic_record_status);

/* Shown to whom the row itself is shown: its own visibility columns decide, where it has them. */
static bool
row_is_public(HeapTuple row, TupleDesc desc)
{
	int is_public = civic_find_attribute(desc, "is_public");
	int is_sensitive = civic_find_attribute(desc, "is_sensitive");
	bool isnull;

	if (is_public == 0 || !DatumGetBool(heap_getattr(row, is_public, desc, &isnull)))
		return false;
	return is_sensitive == 0 || !DatumGetBool(heap_getattr(row, is_sensitive, desc, &isnull));
}

/* Columns of civic.status_history, in the order of the values below. */
enum
{
	ORGANIZATION,
	ID,
	WORKFLOW,
	ENTITY,
	OLD_STATUS,
	NEW_STATUS,
	CHANGED_BY,
	BY_SYSTEM,
	REASON,
	IS_PUBLIC,
	CHANGED_AT,
	COLUMNS
};

static const char *const columns[COLUMNS] = {
	"organization_id", "id",        "workflow", "entity_id", "old_status", "new_status",
	"changed_by",      "by_system", "reason",   "is_public", "changed_at"};

static Datum
label_datum(Oid status)
{
	return CStringGetTextDatum(civic_status_label(status));
}

/*
 * civic_record_status
 *		AFTER INSERT OR UPDATE row trigger with the arguments of the guard on the same table.
 */
Datum
civic_record_status(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	bool update = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event);
	Relation relation;
	TupleDesc desc;
	HeapTuple row;
	CivicGuardArguments arguments;
	const CivicMachine *machine;
	const CivicTransition *transition = NULL;
	Oid statuses[CIVIC_MAX_INTAKE_MOVES];
	int count = 0;
	Datum values[COLUMNS] = {0};
	bool nulls[COLUMNS] = {false};
	CivicStore *store;
	bool isnull;
	Datum status;
	pg_uuid_t actor;
	pg_uuid_t id;
	bool system;

	civic_check_trigger(fcinfo, "record_status", TRIGGER_EVENT_AFTER, true);
	relation = trigger->tg_relation;
	desc = RelationGetDescr(relation);
	arguments = civic_guard_arguments(trigger->tg_trigger);
	row = update ? trigger->tg_newtuple : trigger->tg_trigtuple;

	values[ORGANIZATION] = heap_getattr(
		row, civic_attribute(desc, arguments.workflow, "organization_id"), desc, &isnull);
	values[ENTITY] =
		heap_getattr(row, civic_attribute(desc, arguments.workflow, "id"), desc, &isnull);
	machine = civic_machine(relation, &arguments, DatumGetUUIDP(values[ORGANIZATION]));
	status = heap_getattr(row, machine->status, desc, &isnull);
	if (update)
	{
		Datum old_status = heap_getattr(trigger->tg_trigtuple, machine->status, desc, &isnull);

		if (old_status == status)
			return PointerGetDatum(NULL);
		transition = civic_workflow_find(
			&machine->rules, civic_workflow_label(&machine->rules, DatumGetObjectId(old_status)),
			civic_workflow_label(&machine->rules, DatumGetObjectId(status)));
		values[OLD_STATUS] = label_datum(DatumGetObjectId(old_status));
	}
	else
	{
		nulls[OLD_STATUS] = true;
		count = civic_take_intake_moves(DatumGetUUIDP(values[ORGANIZATION]),
										DatumGetUUIDP(values[ENTITY]), statuses);
	}
	if (count == 0)
		statuses[count++] = DatumGetObjectId(status);

	values[WORKFLOW] = CStringGetTextDatum(arguments.workflow);
	/* A person who files a report sets off moves by the system; those are not the person's. */
	system = civic_acts_as_system();
	nulls[CHANGED_BY] = system || !civic_access()->has_user;
	if (!nulls[CHANGED_BY])
	{
		actor = civic_access()->user;
		values[CHANGED_BY] = UUIDPGetDatum(&actor);
	}
	values[BY_SYSTEM] = BoolGetDatum(system);
	nulls[REASON] = true;
	if (transition != NULL && transition->reason_column != 0)
		values[REASON] = heap_getattr(row, transition->reason_column, desc, &nulls[REASON]);
	values[IS_PUBLIC] = BoolGetDatum(row_is_public(row, desc));
	values[CHANGED_AT] = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());

	store = civic_begin_store(civic_relation("status_history"), columns, COLUMNS, false);
	for (int i = 0; i < count; i++)
	{
		id = civic_new_id();
		values[ID] = UUIDPGetDatum(&id);
		values[NEW_STATUS] = label_datum(statuses[i]);
		(void) civic_store_row(store, values, nulls);
		/* All but the first of several moves are the system's: see src/intake.c. */
		values[OLD_STATUS] = values[NEW_STATUS];
		nulls[OLD_STATUS] = false;
		nulls[CHANGED_BY] = true;
		values[BY_SYSTEM] = BoolGetDatum(true);
	}
	civic_end_store(store);
	return PointerGetDatum(NULL);
}
