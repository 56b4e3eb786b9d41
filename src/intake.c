/*
 * src/intake.c
 *		The moves a report makes before it is stored for the first time.
 *
 * The intake decides in a BEFORE trigger, so that a report is written once. Each step is nevertheless a move by the
 * system: it needs a rule of the workflow, and a row of the history, which is written once the report is there.
 */
#include "civic.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/xact.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/typcache.h"

CIVIC_FUNCTION(civic_intake_moves);

typedef struct IntakeMoves
{
	pg_uuid_t organization;
	pg_uuid_t report;
	SubTransactionId made_in;
	int count;
	Oid statuses[CIVIC_MAX_INTAKE_MOVES];
	struct IntakeMoves *next;
} IntakeMoves;

/* Newest first, in the memory of the transaction. */
static IntakeMoves *waiting = NULL;

static void
forget_moves(XactEvent event, void *argument)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		waiting = NULL;
}

/* A statement that failed after its BEFORE triggers leaves moves behind; a later one may use the same identifier. */
static void
forget_undone_moves(SubXactEvent event, SubTransactionId sub, SubTransactionId parent,
					void *argument)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
	{
		while (waiting != NULL && waiting->made_in >= sub)
			waiting = waiting->next;
	}
}

void
civic_init_intake(void)
{
	RegisterXactCallback(forget_moves, NULL);
	RegisterSubXactCallback(forget_undone_moves, NULL);
}

/*
 * civic_take_intake_moves
 *		The statuses a new report went through, first and last included; none where it did not move. Each answer is
 *		given once.
 */
int
civic_take_intake_moves(const pg_uuid_t *organization, const pg_uuid_t *report, Oid *statuses)
{
	for (IntakeMoves **link = &waiting; *link != NULL; link = &(*link)->next)
	{
		IntakeMoves *moves = *link;

		if (memcmp(&moves->report, report, sizeof(pg_uuid_t)) == 0 &&
			memcmp(&moves->organization, organization, sizeof(pg_uuid_t)) == 0)
		{
			*link = moves->next;
			memcpy(statuses, moves->statuses, sizeof(Oid) * moves->count);
			return moves->count;
		}
	}
	return 0;
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
	IntakeMoves *moves;
	Datum *statuses;
	int count;
	bool isnull;
	Datum status;
	Datum value;

	row.t_len = HeapTupleHeaderGetDatumLength(header);
	row.t_data = header;
	row.t_tableOid = InvalidOid;
	ItemPointerSetInvalid(&row.t_self);
	relation = relation_open(get_typ_typrelid(HeapTupleHeaderGetTypeId(header)), AccessShareLock);
	desc = RelationGetDescr(relation);
	value = heap_getattr(&row, civic_attribute(desc, "reports", "organization_id"), desc, &isnull);
	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION),
				 errmsg("the report belongs to no organization")));
	moves = MemoryContextAllocZero(TopTransactionContext, sizeof(IntakeMoves));
	moves->organization = *DatumGetUUIDP(value);
	moves->made_in = GetCurrentSubTransactionId();
	machine = civic_machine(relation, &arguments, &moves->organization);
	status = heap_getattr(&row, machine->status, desc, &isnull);
	value = heap_getattr(&row, civic_attribute(desc, "reports", "id"), desc, &isnull);
	moves->report = *DatumGetUUIDP(value);
	moves->statuses[moves->count++] = DatumGetObjectId(status);
	deconstruct_array(wanted, ARR_ELEMTYPE(wanted), sizeof(Oid), true, TYPALIGN_INT, &statuses,
					  NULL, &count);
	for (int i = 0; i < count && moves->count < CIVIC_MAX_INTAKE_MOVES; i++)
	{
		int from = civic_workflow_label(&machine->rules, DatumGetObjectId(status));
		int to = civic_workflow_label(&machine->rules, DatumGetObjectId(statuses[i]));

		if (from == CIVIC_NO_LABEL || to == CIVIC_NO_LABEL ||
			!open_to_system(civic_workflow_find(&machine->rules, from, to), &row, desc))
			break;
		status = statuses[i];
		moves->statuses[moves->count++] = DatumGetObjectId(status);
	}
	if (moves->count > 1)
	{
		moves->next = waiting;
		waiting = moves;
	}
	relation_close(relation, AccessShareLock);
	PG_RETURN_DATUM(status);
}
