/*
 * src/columns.c
 *		Triggers that watch columns: who may change one, and when a row was last changed.
 */
#include "civic.h"

#include "access/htup_details.h"
#include "commands/trigger.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

CIVIC_FUNCTION(civic_guard_columns);
CIVIC_FUNCTION(civic_touch);

/*
 * civic_check_trigger
 *		Raises unless the function runs as the kind of trigger it was written for.
 */
void
civic_check_trigger(FunctionCallInfo fcinfo, const char *function, uint32 timing, bool row)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("civic.%s() can only be called as a trigger", function)));
	if ((trigger->tg_event & TRIGGER_EVENT_TIMINGMASK) != timing ||
		(TRIGGER_FIRED_FOR_ROW(trigger->tg_event) != 0) != row)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger function civic.%s() must be fired %s each %s", function,
						timing == TRIGGER_EVENT_BEFORE ? "before" : "after",
						row ? "row" : "statement")));
}

/* Where a column with such a name was last found, in whatever table; where it is not now, all are looked through. */
#define ATTRIBUTE_HINTS 256
static int16 attribute_hints[ATTRIBUTE_HINTS];

static bool
is_attribute(TupleDesc desc, int attribute, const char *column)
{
	Form_pg_attribute form;

	if (attribute <= 0 || attribute > desc->natts)
		return false;
	form = TupleDescAttr(desc, attribute - 1);
	return strcmp(NameStr(form->attname), column) == 0 && !form->attisdropped;
}

/*
 * civic_find_attribute
 *		Number of a column by its name, or 0.
 */
int
civic_find_attribute(TupleDesc desc, const char *column)
{
	uint32 hash = (uint32) desc->natts;
	int16 *hint;

	for (const char *c = column; *c != '\0'; c++)
		hash = hash * 31 + (unsigned char) *c;
	hint = &attribute_hints[hash % ATTRIBUTE_HINTS];
	if (is_attribute(desc, *hint, column))
		return *hint;
	for (int i = 1; i <= desc->natts; i++)
	{
		if (is_attribute(desc, i, column))
			return *hint = (int16) i;
	}
	return 0;
}

int
civic_attribute(TupleDesc desc, const char *relation, const char *column)
{
	int attribute = civic_find_attribute(desc, column);

	if (attribute == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of relation \"%s\" does not exist", column, relation),
				 errdetail("A trigger or a workflow rule of civic names it.")));
	return attribute;
}

bool
civic_column_changed(HeapTuple old_row, HeapTuple new_row, TupleDesc desc, int attribute)
{
	Form_pg_attribute form = TupleDescAttr(desc, attribute - 1);
	bool old_null;
	bool new_null;
	Datum old_value = heap_getattr(old_row, attribute, desc, &old_null);
	Datum new_value = heap_getattr(new_row, attribute, desc, &new_null);

	if (old_null || new_null)
		return old_null != new_null;
	return !datum_image_eq(old_value, new_value, form->attbyval, form->attlen);
}

/*
 * civic_guard_columns
 *		BEFORE UPDATE row trigger. An argument "column" may never change; "column=permission" may be changed by
 *		who holds the permission and by the system.
 */
Datum
civic_guard_columns(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	const char *relation;
	TupleDesc desc;

	civic_check_trigger(fcinfo, "guard_columns", TRIGGER_EVENT_BEFORE, true);
	if (!TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		return PointerGetDatum(trigger->tg_trigtuple);
	/* What a report writes to its task was guarded on the report. */
	if (civic_projecting)
		return PointerGetDatum(trigger->tg_newtuple);
	relation = RelationGetRelationName(trigger->tg_relation);
	desc = RelationGetDescr(trigger->tg_relation);

	for (int i = 0; i < trigger->tg_trigger->tgnargs; i++)
	{
		char *argument = trigger->tg_trigger->tgargs[i];
		char *separator = strchr(argument, '=');
		char column[NAMEDATALEN];

		strlcpy(column, argument,
				separator ? Min(separator - argument + 1, NAMEDATALEN) : NAMEDATALEN);
		if (!civic_column_changed(trigger->tg_trigtuple, trigger->tg_newtuple, desc,
								  civic_attribute(desc, relation, column)))
			continue;
		if (separator == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_CIVIC_COLUMN_PROTECTED),
					 errmsg("column \"%s\" of \"%s\" cannot be changed", column, relation),
					 errdetail("It is set when the row is created, or by civic itself."),
					 errhint("Leave the column out of the update."),
					 errtablecol(trigger->tg_relation,
								 civic_attribute(desc, relation, column))));
		(void) civic_access_stamp();
		if (!civic_has_permission_number(civic_permission_number(separator + 1)) &&
			!civic_acts_as_system())
			ereport(ERROR,
					(errcode(ERRCODE_CIVIC_COLUMN_PROTECTED),
					 errmsg("column \"%s\" of \"%s\" cannot be changed by you", column, relation),
					 errdetail("Changing it needs permission \"%s\".", separator + 1),
					 errhint("Leave the column out of the update, or ask somebody who holds the "
							 "permission."),
					 errtablecol(trigger->tg_relation,
								 civic_attribute(desc, relation, column))));
	}
	return PointerGetDatum(trigger->tg_newtuple);
}

/*
 * civic_touch
 *		BEFORE UPDATE row trigger: sets the timestamptz column of its first argument to the time of the transaction.
 *		With two more, the column of the third as well where the column of the second changes.
 */
Datum
civic_touch(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	TimestampTz now = GetCurrentTransactionStartTimestamp();
	Datum values[2] = {TimestampTzGetDatum(now), TimestampTzGetDatum(now)};
	bool nulls[2] = {false, false};
	int columns[2];
	int count = 1;
	char **arguments;
	const char *relation;
	TupleDesc desc;

	civic_check_trigger(fcinfo, "touch", TRIGGER_EVENT_BEFORE, true);
	if (trigger->tg_trigger->tgnargs != 1 && trigger->tg_trigger->tgnargs != 3)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("civic.touch() needs one or three names of columns as its arguments")));
	if (!TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		return PointerGetDatum(trigger->tg_trigtuple);
	relation = RelationGetRelationName(trigger->tg_relation);
	desc = RelationGetDescr(trigger->tg_relation);
	arguments = trigger->tg_trigger->tgargs;
	columns[0] = civic_attribute(desc, relation, arguments[0]);
	if (trigger->tg_trigger->tgnargs == 3 &&
		civic_column_changed(trigger->tg_trigtuple, trigger->tg_newtuple, desc,
							 civic_attribute(desc, relation, arguments[1])))
		columns[count++] = civic_attribute(desc, relation, arguments[2]);
	return PointerGetDatum(
		heap_modify_tuple_by_cols(trigger->tg_newtuple, desc, count, columns, values, nulls));
}
