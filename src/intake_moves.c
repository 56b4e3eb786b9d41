/*
 * src/intake_moves.c
 *		The moves a new report makes before it is stored, for the history that is written once it is there.
 *
 * Each step of the intake is a move by the system: it needs a rule of the workflow.
 */
#include "intake.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/rel.h"

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

/* In the memory of the transaction. A statement makes all its moves before the first is asked for. */
static HTAB *waiting = NULL;

static void
forget_all(XactEvent event, void *argument)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		waiting = NULL;
}

/* A statement that failed after its BEFORE triggers leaves moves behind; a later one may use the same identifier. */
static void
forget_undone(SubXactEvent event, SubTransactionId sub, SubTransactionId parent, void *argument)
{
	HASH_SEQ_STATUS scan;
	IntakeMoves *moves;

	if (event != SUBXACT_EVENT_ABORT_SUB)
		return;
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
civic_init_intake_moves(void)
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
 * civic_make_intake_moves
 *		Sends a report about to be stored along a path of statuses. Returns the last one that the rules let the system
 *		reach, and keeps the way there for the history.
 */
Oid
civic_make_intake_moves(Relation relation, HeapTuple row, const pg_uuid_t *organization,
						const pg_uuid_t *report, Oid status, const Oid *path, int length)
{
	const CivicGuardArguments arguments = {"report", "status", "assigned_to", "user_id"};
	const CivicMachine *machine = civic_machine(relation, &arguments, organization);
	IntakeMoves moves = {.key = {.organization = *organization, .report = *report},
						 .made_in = GetCurrentSubTransactionId()};

	moves.statuses[moves.count++] = status;
	for (int i = 0; i < length && moves.count < CIVIC_MAX_INTAKE_MOVES; i++)
	{
		int from = civic_workflow_label(&machine->rules, status);
		int to = civic_workflow_label(&machine->rules, path[i]);

		if (from == CIVIC_NO_LABEL || to == CIVIC_NO_LABEL ||
			!open_to_system(civic_workflow_find(&machine->rules, from, to), row,
							RelationGetDescr(relation)))
			break;
		status = path[i];
		moves.statuses[moves.count++] = status;
	}
	if (moves.count > 1)
		leave_moves(&moves);
	return status;
}
