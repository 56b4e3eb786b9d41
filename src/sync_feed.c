/*
 * src/sync_feed.c
 *		Notes for devices that a row has changed.
 */
#include "civic.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "utils/rel.h"

CIVIC_FUNCTION(civic_feed_change);

/* Arguments of the trigger, in this order; the names after the second may be empty. */
typedef enum FeedArgument
{
	FEED_ENTITY,
	FEED_ID,
	FEED_PUBLIC,
	FEED_SENSITIVE,
	FEED_USER,
	FEED_ASSIGNEE,
	FEED_DEPARTMENT,
	FEED_ARGUMENTS
} FeedArgument;

#define FEED_VALUES 7

static int
feed_attribute(TriggerData *trigger, FeedArgument argument)
{
	const char *column = trigger->tg_trigger->tgargs[argument];

	if (column[0] == '\0')
		return 0;
	return civic_attribute(RelationGetDescr(trigger->tg_relation),
						   RelationGetRelationName(trigger->tg_relation), column);
}

static bool
visibility_changed(TriggerData *trigger)
{
	TupleDesc desc = RelationGetDescr(trigger->tg_relation);

	for (int i = FEED_PUBLIC; i < FEED_ARGUMENTS; i++)
	{
		int attribute = feed_attribute(trigger, i);

		if (attribute > 0 &&
			civic_column_changed(trigger->tg_trigtuple, trigger->tg_newtuple, desc, attribute))
			return true;
	}
	return false;
}

static bool
is_set(TriggerData *trigger, FeedArgument argument)
{
	int attribute = feed_attribute(trigger, argument);
	bool isnull = true;
	Datum value = attribute == 0 ? (Datum) 0
								 : heap_getattr(trigger->tg_trigtuple, attribute,
												RelationGetDescr(trigger->tg_relation), &isnull);

	return !isnull && DatumGetBool(value);
}

/*
 * civic_feed_change
 *		AFTER row trigger. The columns that decide who sees the row are kept as they were, but only where that can
 *		make a difference, so that most notes are short.
 */
Datum
civic_feed_change(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Oid types[FEED_VALUES] = {UUIDOID, CHAROID, UUIDOID, BOOLOID, UUIDOID, UUIDOID, UUIDOID};
	Datum values[FEED_VALUES] = {0};
	char nulls[FEED_VALUES + 1] = "   nnnn";
	TupleDesc desc;
	HeapTuple row;
	bool isnull;

	civic_check_trigger(fcinfo, "feed_change", TRIGGER_EVENT_AFTER, true);
	if (trigger->tg_trigger->tgnargs != FEED_ARGUMENTS)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("civic_private.feed_change() needs %d arguments", FEED_ARGUMENTS)));
	desc = RelationGetDescr(trigger->tg_relation);
	row = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	values[0] = heap_getattr(
		row,
		civic_attribute(desc, RelationGetRelationName(trigger->tg_relation), "organization_id"),
		desc, &isnull);
	values[1] = CharGetDatum(trigger->tg_trigger->tgargs[FEED_ENTITY][0]);
	values[2] = heap_getattr(row, feed_attribute(trigger, FEED_ID), desc, &isnull);
	if (TRIGGER_FIRED_BY_DELETE(trigger->tg_event) ||
		(TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) && visibility_changed(trigger)))
	{
		values[3] = BoolGetDatum(is_set(trigger, FEED_PUBLIC) && !is_set(trigger, FEED_SENSITIVE));
		nulls[3] = ' ';
		for (int i = FEED_USER; i <= FEED_DEPARTMENT; i++)
		{
			int attribute = feed_attribute(trigger, i);

			if (attribute == 0)
				continue;
			values[4 + i - FEED_USER] =
				heap_getattr(trigger->tg_trigtuple, attribute, desc, &isnull);
			nulls[4 + i - FEED_USER] = isnull ? 'n' : ' ';
		}
	}
	civic_insert(
		"INSERT INTO civic_private.sync_feed"
		" (organization_id, entity, entity_id, old_public, old_user, old_assignee, old_department)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7)",
		FEED_VALUES, types, values, nulls);
	return PointerGetDatum(NULL);
}
