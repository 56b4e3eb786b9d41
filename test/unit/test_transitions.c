/*
 * test/unit/test_transitions.c
 *		The matrix of moves without a server.
 */
#include "core/civic_core.h"

#include <stdlib.h>

#include "tap.h"

static CivicTransition
rule(int from, int to)
{
	CivicTransition transition = {.from = from, .to = to, .permission = -1, .reason_max = 1000};

	return transition;
}

static void
test_labels(CivicWorkflow *workflow)
{
	int last = 0;

	civic_workflow_init(workflow);
	ok(workflow->nlabels == 0 && workflow->ntransitions == 0, "a new workflow is empty");
	ok(civic_workflow_label(workflow, 0) == CIVIC_NO_LABEL,
	   "an empty workflow knows no label, not even 0");
	ok(civic_workflow_add_label(workflow, 0) == 0, "0 is a key as good as others");
	ok(civic_workflow_add_label(workflow, UINT32_MAX) == 1, "so is the largest");
	ok(civic_workflow_add_label(workflow, 0) == 0 && workflow->nlabels == 2,
	   "a known key keeps its number");
	for (uint32_t key = 1; key <= CIVIC_MAX_LABELS - 2; key++)
		last = civic_workflow_add_label(workflow, key);
	ok(last == CIVIC_MAX_LABELS - 1, "there is room for %d labels", CIVIC_MAX_LABELS);
	ok(civic_workflow_add_label(workflow, 1000) == CIVIC_NO_LABEL, "one more is refused");
	ok(workflow->nlabels == CIVIC_MAX_LABELS, "a refused label is not counted");
	ok(civic_workflow_add_label(workflow, UINT32_MAX) == 1,
	   "a known key is found when all places are taken");
	ok(civic_workflow_label(workflow, 1000) == CIVIC_NO_LABEL, "a refused label is unknown");
}

static void
test_edges(CivicWorkflow *workflow)
{
	CivicTransition transition;
	const CivicTransition *found;
	int mark = 7;

	civic_workflow_init(workflow);
	for (uint32_t key = 100; key < 103; key++)
		(void) civic_workflow_add_label(workflow, key);

	for (int from = -2; from <= 3; from++)
	{
		for (int to = -2; to <= 3; to++)
		{
			bool possible = from >= CIVIC_NO_LABEL && from < 3 && to >= 0 && to < 3;

			ok(civic_workflow_find(workflow, from, to) == NULL, "no rule from %d to %d yet", from,
			   to);
			ok(!civic_workflow_remove(workflow, from, to), "nothing to remove from %d to %d", from,
			   to);
			transition = rule(from, to);
			transition.reason_min = 10 * from + to;
			ok(civic_workflow_put(workflow, &transition) == possible, "a rule from %d to %d is %s",
			   from, to, possible ? "taken" : "refused");
		}
	}
	ok(workflow->ntransitions == 12, "four rows of three columns");
	for (int from = CIVIC_NO_LABEL; from < 3; from++)
	{
		for (int to = 0; to < 3; to++)
		{
			found = civic_workflow_find(workflow, from, to);
			ok(found != NULL && found->from == from && found->to == to &&
				   found->reason_min == 10 * from + to,
			   "the rule from %d to %d is the one that was put", from, to);
		}
	}

	transition = rule(1, 2);
	transition.extra = &mark;
	ok(civic_workflow_put(workflow, &transition) && workflow->ntransitions == 12,
	   "a rule is replaced in its place");
	found = civic_workflow_find(workflow, 1, 2);
	ok(found != NULL && found->extra == &mark, "the new one is found");
	ok(civic_workflow_remove(workflow, 1, 2), "a rule is removed");
	ok(civic_workflow_find(workflow, 1, 2) == NULL, "and not found again");
	ok(!civic_workflow_remove(workflow, 1, 2), "nor removed again");
	ok(civic_workflow_find(workflow, 2, 1) != NULL &&
		   civic_workflow_find(workflow, CIVIC_NO_LABEL, 2) != NULL,
	   "its neighbours stay");
	ok(civic_workflow_put(workflow, &transition) && civic_workflow_find(workflow, 1, 2) != NULL,
	   "a removed rule can be put again");
	ok(civic_workflow_find(workflow, 0, 3) == NULL && civic_workflow_find(workflow, 3, 0) == NULL,
	   "a label that was not added has no rules");
}

static void
test_full(CivicWorkflow *workflow)
{
	CivicTransition transition;
	int put = 0;
	int wrong = 0;

	civic_workflow_init(workflow);
	for (uint32_t key = 0; key < CIVIC_MAX_LABELS; key++)
		(void) civic_workflow_add_label(workflow, key);
	for (int from = CIVIC_NO_LABEL; from < CIVIC_MAX_LABELS; from++)
	{
		for (int to = 0; to < CIVIC_MAX_LABELS; to++)
		{
			transition = rule(from, to);
			if (civic_workflow_put(workflow, &transition))
				put++;
		}
	}
	ok(put == CIVIC_MAX_TRANSITIONS, "there is room for %d rules", CIVIC_MAX_TRANSITIONS);
	for (int from = CIVIC_NO_LABEL; from < CIVIC_MAX_LABELS; from++)
	{
		for (int to = 0; to < CIVIC_MAX_LABELS; to++)
		{
			int place = (from + 1) * CIVIC_MAX_LABELS + to;
			const CivicTransition *found = civic_workflow_find(workflow, from, to);

			if ((found != NULL) != (place < CIVIC_MAX_TRANSITIONS) ||
				(found != NULL && (found->from != from || found->to != to)))
				wrong++;
		}
	}
	ok(wrong == 0, "what was refused is not found, what was taken is");
	transition = rule(CIVIC_NO_LABEL, 0);
	transition.reason_min = 42;
	ok(civic_workflow_put(workflow, &transition) &&
		   civic_workflow_find(workflow, CIVIC_NO_LABEL, 0)->reason_min == 42,
	   "a full table takes a replacement");
}

static void
test_actors(void)
{
	static const uint32_t kinds[] = {CIVIC_ACTOR_ASSIGNEE, CIVIC_ACTOR_CREATOR, CIVIC_ACTOR_SYSTEM};
	CivicTransition transition = rule(0, 1);

	ok(civic_transition_actor(NULL, ~0U, true) == CIVIC_NO_RULE,
	   "where there is no rule nobody may");
	ok(civic_transition_actor(&transition, ~0U & ~CIVIC_ACTOR_ANYONE, true) == CIVIC_ACTOR_REFUSED,
	   "a rule that names nobody and no permission admits nobody");
	transition.actors = CIVIC_ACTOR_ANYONE;
	ok(civic_transition_actor(&transition, 0, false) == CIVIC_ALLOWED, "anyone is anyone");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
	{
		for (size_t j = 0; j < sizeof(kinds) / sizeof(kinds[0]); j++)
		{
			transition.actors = kinds[i];
			ok((civic_transition_actor(&transition, kinds[j], true) == CIVIC_ALLOWED) == (i == j),
			   "kind %u asks for what is open to kind %u", (unsigned) kinds[j],
			   (unsigned) kinds[i]);
		}
	}
	transition.actors = CIVIC_ACTOR_ASSIGNEE | CIVIC_ACTOR_SYSTEM;
	ok(civic_transition_actor(&transition, CIVIC_ACTOR_SYSTEM | CIVIC_ACTOR_CREATOR, false) ==
		   CIVIC_ALLOWED,
	   "one kind of several is enough");
	transition.permission = 0;
	ok(civic_transition_actor(&transition, 0, true) == CIVIC_ALLOWED,
	   "so is the permission, also number 0");
	ok(civic_transition_actor(&transition, 0, false) == CIVIC_ACTOR_REFUSED,
	   "without either it is refused");
	ok(civic_transition_actor(&transition, CIVIC_ACTOR_ASSIGNEE, false) == CIVIC_ALLOWED,
	   "the kind needs no permission");
}

static void
test_reasons(void)
{
	static const struct
	{
		int column;
		int min;
		int max;
		bool is_null;
		size_t characters;
		CivicVerdict verdict;
	} cases[] = {
		{0, 10, 1000, true, 0, CIVIC_ALLOWED},
		{0, 10, 1000, false, 5000, CIVIC_ALLOWED},
		{3, 10, 1000, true, 0, CIVIC_REASON_MISSING},
		{3, 10, 1000, true, 500, CIVIC_REASON_MISSING},
		{3, 10, 1000, false, 0, CIVIC_REASON_MISSING},
		{3, 10, 1000, false, 1, CIVIC_REASON_TOO_SHORT},
		{3, 10, 1000, false, 9, CIVIC_REASON_TOO_SHORT},
		{3, 10, 1000, false, 10, CIVIC_ALLOWED},
		{3, 10, 1000, false, 1000, CIVIC_ALLOWED},
		{3, 10, 1000, false, 1001, CIVIC_REASON_TOO_LONG},
		{3, 10, 1000, false, SIZE_MAX, CIVIC_REASON_TOO_LONG},
		{3, 1, 1, false, 1, CIVIC_ALLOWED},
		{3, 1, 1, false, 2, CIVIC_REASON_TOO_LONG},
		{3, 0, 0, false, 0, CIVIC_ALLOWED},
		{3, 0, 0, false, 1, CIVIC_REASON_TOO_LONG},
		{3, 0, 10, true, 0, CIVIC_REASON_MISSING},
		{3, 0, INT32_MAX, false, INT32_MAX, CIVIC_ALLOWED},
		{-7, 10, 1000, false, 9, CIVIC_REASON_TOO_SHORT},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		CivicTransition transition = rule(0, 1);

		transition.reason_column = cases[i].column;
		transition.reason_min = cases[i].min;
		transition.reason_max = cases[i].max;
		ok(civic_transition_reason(&transition, cases[i].is_null, cases[i].characters) ==
			   cases[i].verdict,
		   "%s reason of %zu where column %d takes %d to %d", cases[i].is_null ? "null" : "a",
		   cases[i].characters, cases[i].column, cases[i].min, cases[i].max);
	}
}

void
test_transitions(void)
{
	CivicWorkflow *workflow = malloc(sizeof(CivicWorkflow));

	if (!ok(workflow != NULL, "memory for a workflow"))
		return;
	test_labels(workflow);
	test_edges(workflow);
	test_full(workflow);
	test_actors();
	test_reasons();
	free(workflow);
}
