/*
 * src/intake.c
 *		What the triggers of a new report leave to those that fire later: the moves it made before it was stored,
 *		and whose it is.
 *
 * The intake decides in a BEFORE trigger, so that a report is written once. Each step is nevertheless a move by the
 * system: it needs a rule of the workflow, and a row of the history, which is written once the report is there.
 * Reports are counted row by row and added up for the statement, so that an import writes a score once.
 */
#include "civic.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/typcache.h"

CIVIC_FUNCTION(civic_intake_moves);
CIVIC_FUNCTION(civic_count_reports);

#define POINTS_A_REPORT 5

typedef struct ReportKey
{
	pg_uuid_t organization;
	pg_uuid_t report;
} ReportKey;

typedef struct IntakeMoves
{
	ReportKey key;
	SubTransactionId made_in;
	int count;
	Oid statuses[CIVIC_MAX_INTAKE_MOVES];
} IntakeMoves;

typedef struct ReportCount
{
	pg_uuid_t organization;
	pg_uuid_t user;
	SubTransactionId made_in;
	int count;
	struct ReportCount *next;
} ReportCount;

/* In the memory of the transaction. A statement makes all its moves before the first is asked for. */
static HTAB *waiting = NULL;
static ReportCount *counted = NULL; /* newest first */

static void
forget_all(XactEvent event, void *argument)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
	{
		waiting = NULL;
		counted = NULL;
	}
}

/* A statement that failed after its BEFORE triggers leaves moves behind; a later one may use the same identifier. */
static void
forget_undone(SubXactEvent event, SubTransactionId sub, SubTransactionId parent, void *argument)
{
	HASH_SEQ_STATUS scan;
	IntakeMoves *moves;

	if (event != SUBXACT_EVENT_ABORT_SUB)
		return;
	while (counted != NULL && counted->made_in >= sub)
		counted = counted->next;
	if (waiting == NULL || hash_get_num_entries(waiting) == 0)
		return;
	hash_seq_init(&scan, waiting);
	while ((moves = hash_seq_search(&scan)) != NULL)
	{
		if (moves->made_in >= sub)
			(void) hash_search(waiting, &moves->key, HASH_REMOVE, NULL);
	}
}

void
civic_init_intake(void)
{
	RegisterXactCallback(forget_all, NULL);
	RegisterSubXactCallback(forget_undone, NULL);
}

/*
 * civic_take_intake_moves
 *		The statuses a new report went through, first and last included; none where it did not move. Each answer is
 *		given once.
 */
int
civic_take_intake_moves(const pg_uuid_t *organization, const pg_uuid_t *report, Oid *statuses)
{
	ReportKey key = {.organization = *organization, .report = *report};
	const IntakeMoves *moves = waiting == NULL ? NULL : hash_search(waiting, &key, HASH_FIND, NULL);
	int count;

	if (moves == NULL)
		return 0;
	count = moves->count;
	memcpy(statuses, moves->statuses, sizeof(Oid) * count);
	(void) hash_search(waiting, &key, HASH_REMOVE, NULL);
	return count;
}

static void
leave_moves(const IntakeMoves *made)
{
	IntakeMoves *moves;

	if (waiting == NULL)
	{
		HASHCTL control = {.keysize = sizeof(ReportKey),
						   .entrysize = sizeof(IntakeMoves),
						   .hcxt = TopTransactionContext};

		waiting = hash_create("civic intake", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	moves = hash_search(waiting, &made->key, HASH_ENTER, NULL);
	*moves = *made;
}

static bool
open_to_system(const CivicTransition *transition, HeapTuple row, TupleDesc desc)
{
	const CivicRule *rule;
	bool isnull;

	if (transition == NULL || (transition->actors & CIVIC_ACTOR_SYSTEM) == 0)
		return false;
	if (transition->reason_column != 0)
		return false;
	rule = transition->extra;
	for (int i = 0; i < rule->required.count; i++)
	{
		(void) heap_getattr(row, rule->required.attributes[i], desc, &isnull);
		if (isnull)
			return false;
	}
	return true;
}

/*
 * civic_intake_moves
 *		Arguments: a report about to be stored, and the statuses it shall go through. Returns the last one that the
 *		rules let the system reach, and keeps the way there for the history.
 */
Datum
civic_intake_moves(PG_FUNCTION_ARGS)
{
	const CivicGuardArguments arguments = {"report", "status", "assigned_to", "user_id"};
	HeapTupleHeader header = PG_GETARG_HEAPTUPLEHEADER(0);
	ArrayType *wanted = PG_GETARG_ARRAYTYPE_P(1);
	HeapTupleData row;
	Relation relation;
	TupleDesc desc;
	const CivicMachine *machine;
	IntakeMoves moves = {0};
	Datum *statuses;
	int count;
	bool no_organization;
	bool no_id;
	bool isnull;
	Datum organization;
	Datum id;
	Datum status;

	row.t_len = HeapTupleHeaderGetDatumLength(header);
	row.t_data = header;
	row.t_tableOid = InvalidOid;
	ItemPointerSetInvalid(&row.t_self);
	relation = relation_open(get_typ_typrelid(HeapTupleHeaderGetTypeId(header)), AccessShareLock);
	desc = RelationGetDescr(relation);
	organization = heap_getattr(&row, civic_attribute(desc, "reports", "organization_id"), desc,
								&no_organization);
	id = heap_getattr(&row, civic_attribute(desc, "reports", "id"), desc, &no_id);
	if (no_organization || no_id)
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("a report needs an organization and an identifier"),
				 errhint("Leave the columns out; they are given."), errtable(relation)));
	moves.key.organization = *DatumGetUUIDP(organization);
	moves.key.report = *DatumGetUUIDP(id);
	moves.made_in = GetCurrentSubTransactionId();
	machine = civic_machine(relation, &arguments, &moves.key.organization);
	status = heap_getattr(&row, machine->status, desc, &isnull);
	moves.statuses[moves.count++] = DatumGetObjectId(status);
	deconstruct_array(wanted, ARR_ELEMTYPE(wanted), sizeof(Oid), true, TYPALIGN_INT, &statuses,
					  NULL, &count);
	for (int i = 0; i < count && moves.count < CIVIC_MAX_INTAKE_MOVES; i++)
	{
		int from = civic_workflow_label(&machine->rules, DatumGetObjectId(status));
		int to = civic_workflow_label(&machine->rules, DatumGetObjectId(statuses[i]));

		if (from == CIVIC_NO_LABEL || to == CIVIC_NO_LABEL ||
			!open_to_system(civic_workflow_find(&machine->rules, from, to), &row, desc))
			break;
		status = statuses[i];
		moves.statuses[moves.count++] = DatumGetObjectId(status);
	}
	if (moves.count > 1)
		leave_moves(&moves);
	relation_close(relation, AccessShareLock);
	PG_RETURN_DATUM(status);
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
					  Int32GetDatum(entry->count),
					  Int32GetDatum(POINTS_A_REPORT * entry->count)};
	CivicStore *store =
		civic_begin_store(civic_relation("user_scores"), columns, lengthof(columns));
	bool added = civic_store_row(store, values, NULL, true);

	civic_end_store(store);
	return added;
}

static void
raise_score(const ReportCount *entry)
{
	Oid types[] = {UUIDOID, UUIDOID, INT4OID, INT4OID};
	Datum values[] = {UUIDPGetDatum(&entry->organization), UUIDPGetDatum(&entry->user),
					  Int32GetDatum(entry->count),
					  Int32GetDatum(POINTS_A_REPORT * entry->count)};

	civic_insert("INSERT INTO civic.user_scores AS s"
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
	else if (counted != NULL)
		add_to_scores();
	return PointerGetDatum(NULL);
}
