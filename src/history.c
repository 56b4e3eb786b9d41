/*
 * src/history.c
 *		One row of civic.status_history for each change of a guarded status.
 */
#include "civic.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "utils/array.h"
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

static Datum
label_datum(Oid status)
{
	return CStringGetTextDatum(civic_status_label(status));
}

static Datum
label_array(Datum *labels, bool *nulls, int count)
{
	int lower = 1;

	return PointerGetDatum(
		construct_md_array(labels, nulls, 1, &count, &lower, TEXTOID, -1, false, TYPALIGN_INT));
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
	Datum labels[CIVIC_MAX_INTAKE_MOVES + 1] = {0};
	bool no_label[CIVIC_MAX_INTAKE_MOVES + 1] = {0};
	int count = 0;
	Datum values[9];
	Oid types[9] = {UUIDOID, TEXTOID, UUIDOID, TEXTARRAYOID, TEXTARRAYOID,
					UUIDOID, BOOLOID, TEXTOID, BOOLOID};
	char nulls[10] = "         ";
	bool isnull;
	Datum status;
	pg_uuid_t actor;
	bool system;

	civic_check_trigger(fcinfo, "record_status", TRIGGER_EVENT_AFTER, true);
	relation = trigger->tg_relation;
	desc = RelationGetDescr(relation);
	arguments = civic_guard_arguments(trigger->tg_trigger);
	row = update ? trigger->tg_newtuple : trigger->tg_trigtuple;

	values[0] = heap_getattr(row, civic_attribute(desc, arguments.workflow, "organization_id"),
							 desc, &isnull);
	values[2] = heap_getattr(row, civic_attribute(desc, arguments.workflow, "id"), desc, &isnull);
	machine = civic_machine(relation, &arguments, DatumGetUUIDP(values[0]));
	status = heap_getattr(row, machine->status, desc, &isnull);
	if (update)
	{
		Datum old_status = heap_getattr(trigger->tg_trigtuple, machine->status, desc, &isnull);

		if (old_status == status)
			return PointerGetDatum(NULL);
		transition = civic_workflow_find(
			&machine->rules, civic_workflow_label(&machine->rules, DatumGetObjectId(old_status)),
			civic_workflow_label(&machine->rules, DatumGetObjectId(status)));
		labels[0] = label_datum(DatumGetObjectId(old_status));
	}
	else
	{
		no_label[0] = true;
		count =
			civic_take_intake_moves(DatumGetUUIDP(values[0]), DatumGetUUIDP(values[2]), statuses);
	}
	if (count == 0)
		statuses[count++] = DatumGetObjectId(status);
	for (int i = 0; i < count; i++)
		labels[i + 1] = label_datum(statuses[i]);

	values[1] = CStringGetTextDatum(arguments.workflow);
	values[3] = label_array(labels, no_label, count);
	values[4] = label_array(labels + 1, no_label + 1, count);
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

	/* All but the first of several moves are the system's: see src/intake.c. */
	civic_insert("INSERT INTO civic.status_history"
				 " (organization_id, workflow, entity_id, old_status, new_status, changed_by,"
				 "  by_system, reason, is_public)"
				 " SELECT $1, $2, $3, m.old_status, m.new_status,"
				 "  CASE WHEN m.place = 1 THEN $6 END, m.place > 1 OR $7, $8, $9"
				 " FROM ROWS FROM (unnest($4), unnest($5))"
				 "  WITH ORDINALITY AS m (old_status, new_status, place)",
				 9, types, values, nulls);
	return PointerGetDatum(NULL);
}
