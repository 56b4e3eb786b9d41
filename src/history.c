/*
 * src/history.c
 *		One row of civic.status_history for each change of a guarded status.
 */
#include "civic.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/rel.h"

CIVIC_FUNCTION(civic_record_status);

/* Shown to whom the row itself is shown: its own visibility columns decide, where it has them. */
static bool
row_is_public(HeapTuple row, TupleDesc desc)
{
	int is_public = SPI_fnumber(desc, "is_public");
	int is_sensitive = SPI_fnumber(desc, "is_sensitive");
	bool isnull;

	if (is_public <= 0 || !DatumGetBool(heap_getattr(row, is_public, desc, &isnull)))
		return false;
	return is_sensitive <= 0 || !DatumGetBool(heap_getattr(row, is_sensitive, desc, &isnull));
}

static SPIPlanPtr
history_plan(void)
{
	static SPIPlanPtr plan = NULL;

	if (plan == NULL)
	{
		Oid types[9] = {UUIDOID, TEXTOID, UUIDOID, TEXTOID, TEXTOID,
						UUIDOID, BOOLOID, TEXTOID, BOOLOID};
		SPIPlanPtr prepared = SPI_prepare("INSERT INTO civic.status_history"
										  " (organization_id, workflow, entity_id, old_status,"
										  "  new_status, changed_by, by_system, reason, is_public)"
										  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
										  9, types);

		if (prepared == NULL || SPI_keepplan(prepared) != 0)
			elog(ERROR, "could not prepare the status history");
		plan = prepared;
	}
	return plan;
}

/*
 * civic_record_status
 *		AFTER INSERT OR UPDATE row trigger with the arguments of the guard on the same table.
 */
Datum
civic_record_status(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Relation relation;
	TupleDesc desc;
	HeapTuple row;
	CivicGuardArguments arguments;
	const CivicMachine *machine;
	const CivicTransition *transition = NULL;
	Datum values[9];
	char nulls[10] = "         ";
	bool isnull;
	Datum status;
	Datum old_status = (Datum) 0;
	pg_uuid_t actor;
	bool system;
	CivicOwnerScope scope;

	civic_check_trigger(fcinfo, "record_status", TRIGGER_EVENT_AFTER, true);
	relation = trigger->tg_relation;
	desc = RelationGetDescr(relation);
	arguments = civic_guard_arguments(trigger->tg_trigger);
	row = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;

	values[0] = heap_getattr(row, civic_attribute(desc, arguments.workflow, "organization_id"),
							 desc, &isnull);
	machine = civic_machine(relation, &arguments, DatumGetUUIDP(values[0]));
	status = heap_getattr(row, machine->status, desc, &isnull);
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
	{
		old_status = heap_getattr(trigger->tg_trigtuple, machine->status, desc, &isnull);
		if (old_status == status)
			return PointerGetDatum(NULL);
		transition = civic_workflow_find(
			&machine->rules, civic_workflow_label(&machine->rules, DatumGetObjectId(old_status)),
			civic_workflow_label(&machine->rules, DatumGetObjectId(status)));
	}
	values[1] = CStringGetTextDatum(arguments.workflow);
	values[2] = heap_getattr(row, civic_attribute(desc, arguments.workflow, "id"), desc, &isnull);
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		values[3] = CStringGetTextDatum(civic_status_label(DatumGetObjectId(old_status)));
	else
		nulls[3] = 'n';
	values[4] = CStringGetTextDatum(civic_status_label(DatumGetObjectId(status)));

	/* A person who files a report sets off moves by the system; those are not the person's. */
	system = civic_acts_as_system();
	if (!system && civic_access()->has_user)
	{
		actor = civic_access()->user;
		values[5] = UUIDPGetDatum(&actor);
	}
	else
		nulls[5] = 'n';
	values[6] = BoolGetDatum(system);
	values[7] = (Datum) 0;
	nulls[7] = 'n';
	if (transition != NULL && transition->reason_column != 0)
	{
		values[7] = heap_getattr(row, transition->reason_column, desc, &isnull);
		nulls[7] = isnull ? 'n' : ' ';
	}
	values[8] = BoolGetDatum(row_is_public(row, desc));

	SPI_connect();
	civic_enter_owner(&scope);
	if (SPI_execute_plan(history_plan(), values, nulls, false, 0) != SPI_OK_INSERT)
		elog(ERROR, "could not write the status history");
	civic_leave_owner(&scope);
	SPI_finish();
	return PointerGetDatum(NULL);
}
