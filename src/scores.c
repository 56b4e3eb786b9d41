/*
 * src/scores.c
 *		What people contributed, counted when they file reports.
 *
 * Reports are counted row by row and added up for the statement, so that an import writes a score once.
 */
#include "civic.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "utils/memutils.h"
#include "utils/rel.h"

CIVIC_FUNCTION(civic_count_reports);

#define POINTS_A_REPORT 5

typedef struct ReportCount
{
	pg_uuid_t organization;
	pg_uuid_t user;
	SubTransactionId made_in;
	int count;
	struct ReportCount *next;
} ReportCount;

/* In the memory of the transaction. */
static ReportCount *counted = NULL; /* newest first */

static void
forget_all(XactEvent event, void *argument)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		counted = NULL;
}

/* A statement that failed before its last trigger leaves counts behind. */
static void
forget_undone(SubXactEvent event, SubTransactionId sub, SubTransactionId parent, void *argument)
{
	if (event != SUBXACT_EVENT_ABORT_SUB)
		return;
	while (counted != NULL && counted->made_in >= sub)
		counted = counted->next;
}

void
civic_init_scores(void)
{
	RegisterXactCallback(forget_all, NULL);
	RegisterSubXactCallback(forget_undone, NULL);
}

static void
count_report(TriggerData *trigger)
{
	TupleDesc desc = RelationGetDescr(trigger->tg_relation);
	HeapTuple row = trigger->tg_trigtuple;
	bool isnull;
	pg_uuid_t *organization = DatumGetUUIDP(
		heap_getattr(row, civic_attribute(desc, "reports", "organization_id"), desc, &isnull));
	pg_uuid_t *user = DatumGetUUIDP(
		heap_getattr(row, civic_attribute(desc, "reports", "user_id"), desc, &isnull));
	SubTransactionId sub = GetCurrentSubTransactionId();
	ReportCount *entry;

	/* An import has one person, everybody else few rows: only the newest entry is worth a look. */
	if (counted == NULL || counted->made_in != sub ||
		memcmp(&counted->organization, organization, sizeof(pg_uuid_t)) != 0 ||
		memcmp(&counted->user, user, sizeof(pg_uuid_t)) != 0)
	{
		entry = MemoryContextAllocZero(TopTransactionContext, sizeof(ReportCount));
		entry->organization = *organization;
		entry->user = *user;
		entry->made_in = sub;
		entry->next = counted;
		counted = entry;
	}
	counted->count++;
}

/* The first contribution of a person, as most reports are. */
static bool
add_score(const ReportCount *entry)
{
	static const char *const columns[] = {"organization_id", "user_id", "total_reports",
										  "reputation_score"};
	Datum values[] = {UUIDPGetDatum(&entry->organization), UUIDPGetDatum(&entry->user),
					  Int32GetDatum(entry->count), Int32GetDatum(POINTS_A_REPORT * entry->count)};
	CivicStore *store =
		civic_begin_store(civic_relation("user_scores"), columns, lengthof(columns), true);
	bool added = civic_store_row(store, values, NULL);

	civic_end_store(store);
	return added;
}

static void
raise_score(const ReportCount *entry)
{
	Oid types[] = {UUIDOID, UUIDOID, INT4OID, INT4OID};
	Datum values[] = {UUIDPGetDatum(&entry->organization), UUIDPGetDatum(&entry->user),
					  Int32GetDatum(entry->count), Int32GetDatum(POINTS_A_REPORT * entry->count)};

	civic_run("INSERT INTO civic.user_scores AS s"
			  " (organization_id, user_id, total_reports, reputation_score)"
			  " VALUES ($1, $2, $3, $4)"
			  " ON CONFLICT (organization_id, user_id) DO UPDATE SET"
			  "  total_reports = s.total_reports + excluded.total_reports,"
			  "  reputation_score = s.reputation_score + excluded.reputation_score",
			  lengthof(types), types, values, NULL);
}

static void
add_to_scores(void)
{
	while (counted != NULL)
	{
		ReportCount *entry = counted;

		counted = entry->next;
		if (!add_score(entry))
			raise_score(entry);
	}
}

/*
 * civic_count_reports
 *		AFTER INSERT trigger, for each row and for the statement.
 */
Datum
civic_count_reports(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	civic_check_trigger(fcinfo, "count_reports", TRIGGER_EVENT_AFTER,
						CALLED_AS_TRIGGER(fcinfo) && TRIGGER_FIRED_FOR_ROW(trigger->tg_event));
	if (TRIGGER_FIRED_FOR_ROW(trigger->tg_event))
		count_report(trigger);
	else
	{
		add_to_scores();
		civic_forget_unsaved();
	}
	return PointerGetDatum(NULL);
}
