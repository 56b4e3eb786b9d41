/*
 * src/sync_feed.c
 *		Notes for devices that a row has changed.
 */
#include "civic.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "commands/sequence.h"
#include "commands/trigger.h"
#include "utils/rel.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"

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
	FEED_WARD,
	FEED_DISTRICT,
	FEED_LATITUDE,
	FEED_LONGITUDE,
	FEED_ARGUMENTS
} FeedArgument;

/* Columns of civic_private.sync_feed, all of them, so that no default is read. */
enum
{
	ORGANIZATION,
	XID,
	PLACE,
	WRITTEN_AT,
	ENTITY,
	ENTITY_ID,
	OLD_PUBLIC,
	OLD_USER,
	OLD_ASSIGNEE,
	OLD_DEPARTMENT,
	OLD_WARD,
	OLD_DISTRICT,
	OLD_LATITUDE,
	OLD_LONGITUDE,
	COLUMNS
};

static const char *const columns[COLUMNS] = {
	"organization_id", "xid",          "place",        "written_at",   "entity",
	"entity_id",       "old_public",   "old_user",     "old_assignee", "old_department",
	"old_ward",        "old_district", "old_latitude", "old_longitude"};

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
	Datum values[COLUMNS] = {0};
	bool nulls[COLUMNS];
	CivicStore *store;
	TupleDesc desc;
	HeapTuple row;

	civic_check_trigger(fcinfo, "feed_change", TRIGGER_EVENT_AFTER, true);
	if (trigger->tg_trigger->tgnargs != FEED_ARGUMENTS)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("civic_private.feed_change() needs %d arguments", FEED_ARGUMENTS)));
	desc = RelationGetDescr(trigger->tg_relation);
	row = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	memset(nulls, true, sizeof(nulls));
	memset(nulls, false, OLD_PUBLIC * sizeof(bool));
	values[ORGANIZATION] = heap_getattr(
		row,
		civic_attribute(desc, RelationGetRelationName(trigger->tg_relation), "organization_id"),
		desc, &nulls[ORGANIZATION]);
	values[XID] = FullTransactionIdGetDatum(GetTopFullTransactionId());
	values[PLACE] = Int64GetDatum(nextval_internal(civic_private_relation("sync_feed_seq"), false));
	values[WRITTEN_AT] = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());
	values[ENTITY] = CharGetDatum(trigger->tg_trigger->tgargs[FEED_ENTITY][0]);
	values[ENTITY_ID] =
		heap_getattr(row, feed_attribute(trigger, FEED_ID), desc, &nulls[ENTITY_ID]);
	if (TRIGGER_FIRED_BY_DELETE(trigger->tg_event) ||
		(TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) && visibility_changed(trigger)))
	{
		values[OLD_PUBLIC] =
			BoolGetDatum(is_set(trigger, FEED_PUBLIC) && !is_set(trigger, FEED_SENSITIVE));
		nulls[OLD_PUBLIC] = false;
		for (int i = FEED_USER; i < FEED_ARGUMENTS; i++)
		{
			int attribute = feed_attribute(trigger, i);
			int column = OLD_USER + i - FEED_USER;

			if (attribute != 0)
				values[column] =
					heap_getattr(trigger->tg_trigtuple, attribute, desc, &nulls[column]);
		}
	}
	store = civic_begin_store(civic_private_relation("sync_feed"), columns, COLUMNS, false);
	(void) civic_store_row(store, values, nulls);
	civic_end_store(store);
	return PointerGetDatum(NULL);
}
