/*
 * test/fuzz/fuzz_transitions.c
 *		Random operations on a workflow and on a model too simple to be wrong; they must always agree.
 */
#include "core/civic_core.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define ROWS (CIVIC_MAX_LABELS + 1)

/* What a workflow is, without any index. */
typedef struct Model
{
	int nlabels;
	uint32_t keys[CIVIC_MAX_LABELS];
	int used; /* places in the table, also those of rules since removed */
	bool present[ROWS][CIVIC_MAX_LABELS];
	CivicTransition rules[ROWS][CIVIC_MAX_LABELS];
} Model;

typedef struct Input
{
	const uint8_t *data;
	size_t size;
} Input;

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static uint8_t
next_byte(Input *input)
{
	if (input->size == 0)
		return 0;
	input->size--;
	return *input->data++;
}

/* Mostly labels that may exist, sometimes anything. */
static int
next_label(Input *input)
{
	uint8_t byte = next_byte(input);

	switch (byte)
	{
		case 0xFF:
			return INT_MAX;
		case 0xFE:
			return INT_MIN;
		case 0xFD:
			return -2;
		default:
			return byte % (CIVIC_MAX_LABELS + 2) - 1;
	}
}

static uint32_t
next_key(Input *input)
{
	uint32_t key = next_byte(input);

	return key & 1 ? key * 0x01010101U : key;
}

static int
model_label(const Model *model, uint32_t key)
{
	for (int i = 0; i < model->nlabels; i++)
	{
		if (model->keys[i] == key)
			return i;
	}
	return CIVIC_NO_LABEL;
}

static bool
model_edge(const Model *model, int from, int to)
{
	return from >= -1 && from < model->nlabels && to >= 0 && to < model->nlabels;
}

static void
compare_edge(const CivicWorkflow *workflow, const Model *model, int from, int to)
{
	const CivicTransition *found = civic_workflow_find(workflow, from, to);

	if (!model_edge(model, from, to) || !model->present[from + 1][to])
		check(found == NULL);
	else
		check(found != NULL && memcmp(found, &model->rules[from + 1][to], sizeof(*found)) == 0);
}

static void
add_label(CivicWorkflow *workflow, Model *model, uint32_t key)
{
	int expected = model_label(model, key);

	check(civic_workflow_label(workflow, key) == expected);
	if (expected == CIVIC_NO_LABEL && model->nlabels < CIVIC_MAX_LABELS)
	{
		expected = model->nlabels;
		model->keys[model->nlabels++] = key;
	}
	check(civic_workflow_add_label(workflow, key) == expected);
	check(civic_workflow_label(workflow, key) == expected);
}

static void
put(CivicWorkflow *workflow, Model *model, Input *input)
{
	CivicTransition transition;
	int from = next_label(input);
	int to = next_label(input);
	bool expected = model_edge(model, from, to);

	memset(&transition, 0, sizeof(transition));
	transition.from = from;
	transition.to = to;
	transition.actors = next_byte(input);
	transition.permission = next_byte(input) % 4 - 1;
	transition.reason_column = next_byte(input) % 3;
	transition.reason_min = next_byte(input);
	transition.reason_max = transition.reason_min + next_byte(input);
	if (expected && !model->present[from + 1][to])
		expected = model->used < CIVIC_MAX_TRANSITIONS;
	check(civic_workflow_put(workflow, &transition) == expected);
	if (expected)
	{
		model->used += !model->present[from + 1][to];
		model->present[from + 1][to] = true;
		model->rules[from + 1][to] = transition;
	}
	compare_edge(workflow, model, from, to);
}

static void
take_away(CivicWorkflow *workflow, Model *model, Input *input)
{
	int from = next_label(input);
	int to = next_label(input);
	bool expected = model_edge(model, from, to) && model->present[from + 1][to];

	check(civic_workflow_remove(workflow, from, to) == expected);
	if (expected)
		model->present[from + 1][to] = false;
	compare_edge(workflow, model, from, to);
}

static void
ask_actor(const CivicWorkflow *workflow, const Model *model, Input *input)
{
	int from = next_label(input);
	int to = next_label(input);
	uint32_t actor = next_byte(input) & ~CIVIC_ACTOR_ANYONE;
	bool has_permission = next_byte(input) & 1;
	CivicVerdict verdict =
		civic_transition_actor(civic_workflow_find(workflow, from, to), actor, has_permission);
	const CivicTransition *rule;
	bool allowed = false;

	if (!model_edge(model, from, to) || !model->present[from + 1][to])
	{
		check(verdict == CIVIC_NO_RULE);
		return;
	}
	rule = &model->rules[from + 1][to];
	for (int bit = 0; bit < 32; bit++)
	{
		if ((rule->actors >> bit & 1) && (bit == 0 || (actor >> bit & 1)))
			allowed = true;
	}
	if (rule->permission != -1 && has_permission)
		allowed = true;
	check(verdict == (allowed ? CIVIC_ALLOWED : CIVIC_ACTOR_REFUSED));
}

static void
ask_reason(const CivicWorkflow *workflow, const Model *model, Input *input)
{
	int from = next_label(input);
	int to = next_label(input);
	const CivicTransition *rule = civic_workflow_find(workflow, from, to);
	uint8_t choice = next_byte(input);
	bool is_null = choice & 1;
	const CivicTransition *known;
	long characters;
	CivicVerdict verdict;
	CivicVerdict expected = CIVIC_ALLOWED;

	if (rule == NULL)
		return;
	known = &model->rules[from + 1][to];
	/* About the limits, where mistakes are. */
	characters = (choice & 2 ? known->reason_min : known->reason_max) + (choice >> 2) % 5 - 2;
	if (characters < 0)
		characters = 0;
	verdict = civic_transition_reason(rule, is_null, (size_t) characters);
	if (known->reason_column != 0)
	{
		if (is_null || (characters == 0 && known->reason_min > 0))
			expected = CIVIC_REASON_MISSING;
		else if (characters < known->reason_min)
			expected = CIVIC_REASON_TOO_SHORT;
		else if (characters > known->reason_max)
			expected = CIVIC_REASON_TOO_LONG;
	}
	check(verdict == expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static CivicWorkflow workflow;
	static Model model;
	Input input = {data, size};

	civic_workflow_init(&workflow);
	memset(&model, 0, sizeof(model));
	/* Labels are needed for anything else, so a first byte asks for many at once. */
	for (int n = next_byte(&input) % 80; n > 0; n--)
		add_label(&workflow, &model, (uint32_t) (1000 + n));
	while (input.size > 0)
	{
		uint8_t operation = next_byte(&input);

		switch (operation % 8)
		{
			case 0:
				add_label(&workflow, &model, next_key(&input));
				break;
			case 1:
			case 2:
			case 3:
				put(&workflow, &model, &input);
				break;
			case 4:
				take_away(&workflow, &model, &input);
				break;
			case 5:
				ask_actor(&workflow, &model, &input);
				break;
			case 6:
				ask_reason(&workflow, &model, &input);
				break;
			default:
				/* Many rules from one byte, so that short inputs fill the table. */
				for (int n = 0; n < operation * 4 && model.nlabels > 0; n++)
				{
					uint8_t bytes[8] = {(uint8_t) (n / model.nlabels),
										(uint8_t) (n % model.nlabels + 1)};
					Input one = {bytes, sizeof(bytes)};

					put(&workflow, &model, &one);
				}
		}
		check(workflow.nlabels == model.nlabels && workflow.ntransitions == model.used);
	}
	for (int from = -1; from < CIVIC_MAX_LABELS; from++)
	{
		for (int to = 0; to < CIVIC_MAX_LABELS; to++)
			compare_edge(&workflow, &model, from, to);
	}
	return 0;
}
