/*
 * src/core/transitions.c
 *		A workflow as a matrix: which move exists, and who may make it.
 */
#include "civic_core.h"

#include <string.h>

void
civic_workflow_init(CivicWorkflow *workflow)
{
	memset(workflow, 0, sizeof(*workflow));
}

/* Returns the label's number, the existing one when the key is known, or CIVIC_NO_LABEL when full. */
int
civic_workflow_add_label(CivicWorkflow *workflow, uint32_t key)
{
	int label = civic_workflow_label(workflow, key);

	if (label != CIVIC_NO_LABEL)
		return label;
	if (workflow->nlabels >= CIVIC_MAX_LABELS)
		return CIVIC_NO_LABEL;
	workflow->keys[workflow->nlabels] = key;
	return workflow->nlabels++;
}

int
civic_workflow_label(const CivicWorkflow *workflow, uint32_t key)
{
	for (int i = 0; i < workflow->nlabels; i++)
	{
		if (workflow->keys[i] == key)
			return i;
	}
	return CIVIC_NO_LABEL;
}

static bool
valid_edge(const CivicWorkflow *workflow, int from, int to)
{
	return from >= CIVIC_NO_LABEL && from < workflow->nlabels && to >= 0 && to < workflow->nlabels;
}

/* Adds a rule or replaces the one for the same move; false when a label is unknown or the table full. */
bool
civic_workflow_put(CivicWorkflow *workflow, const CivicTransition *transition)
{
	uint16_t *slot;

	if (!valid_edge(workflow, transition->from, transition->to))
		return false;
	slot = &workflow->edge[transition->from + 1][transition->to];
	if (*slot == 0)
	{
		if (workflow->ntransitions >= CIVIC_MAX_TRANSITIONS)
			return false;
		*slot = (uint16_t) ++workflow->ntransitions;
	}
	workflow->transitions[*slot - 1] = *transition;
	return true;
}

/* Takes a move away; its rule keeps its place unreferenced. */
bool
civic_workflow_remove(CivicWorkflow *workflow, int from, int to)
{
	if (!valid_edge(workflow, from, to) || workflow->edge[from + 1][to] == 0)
		return false;
	workflow->edge[from + 1][to] = 0;
	return true;
}

const CivicTransition *
civic_workflow_find(const CivicWorkflow *workflow, int from, int to)
{
	uint16_t slot;

	if (!valid_edge(workflow, from, to))
		return NULL;
	slot = workflow->edge[from + 1][to];
	return slot == 0 ? NULL : &workflow->transitions[slot - 1];
}

/* The actor is admitted by any one of: being a kind the rule names, or holding its permission. */
CivicVerdict
civic_transition_actor(const CivicTransition *transition, uint32_t actor, bool has_permission)
{
	if (transition == NULL)
		return CIVIC_NO_RULE;
	if ((transition->actors & (actor | CIVIC_ACTOR_ANYONE)) != 0)
		return CIVIC_ALLOWED;
	if (transition->permission >= 0 && has_permission)
		return CIVIC_ALLOWED;
	return CIVIC_ACTOR_REFUSED;
}

CivicVerdict
civic_transition_reason(const CivicTransition *transition, bool is_null, size_t characters)
{
	if (transition->reason_column == 0)
		return CIVIC_ALLOWED;
	if (is_null || (characters == 0 && transition->reason_min > 0))
		return CIVIC_REASON_MISSING;
	if (characters < (size_t) transition->reason_min)
		return CIVIC_REASON_TOO_SHORT;
	if (characters > (size_t) transition->reason_max)
		return CIVIC_REASON_TOO_LONG;
	return CIVIC_ALLOWED;
}
