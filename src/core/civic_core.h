/*
 * src/core/civic_core.h
 *		Pure algorithms of civic: no server headers, no allocation, no errors thrown.
 */
#ifndef CIVIC_CORE_H
#define CIVIC_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- transitions.c: one workflow compiled for constant-time look-up ---- */

/* A status column is an enum; 64 labels let a set of targets be one word. */
#define CIVIC_MAX_LABELS 64
#define CIVIC_MAX_TRANSITIONS 512
#define CIVIC_NO_LABEL (-1)

/* What a caller may be to a row; a rule names the kinds it admits. */
#define CIVIC_ACTOR_ANYONE 0x1
#define CIVIC_ACTOR_ASSIGNEE 0x2
#define CIVIC_ACTOR_CREATOR 0x4
#define CIVIC_ACTOR_SYSTEM 0x8

typedef enum CivicVerdict
{
	CIVIC_ALLOWED,
	CIVIC_NO_RULE,
	CIVIC_ACTOR_REFUSED,
	CIVIC_REASON_MISSING,
	CIVIC_REASON_TOO_SHORT,
	CIVIC_REASON_TOO_LONG
} CivicVerdict;

typedef struct CivicTransition
{
	int from; /* label, or CIVIC_NO_LABEL for the initial status */
	int to;
	uint32_t actors;
	int permission;    /* index in the caller's permission list, or -1 */
	int reason_column; /* attribute number, or 0 */
	int reason_min;    /* characters */
	int reason_max;
	void *extra; /* the caller's: column lists */
} CivicTransition;

typedef struct CivicWorkflow
{
	int nlabels;
	uint32_t keys[CIVIC_MAX_LABELS]; /* the caller's name of each label, such as an OID */
	int ntransitions;
	CivicTransition transitions[CIVIC_MAX_TRANSITIONS];
	/* Index into transitions plus one; row 0 is the initial status. */
	uint16_t edge[CIVIC_MAX_LABELS + 1][CIVIC_MAX_LABELS];
} CivicWorkflow;

extern void civic_workflow_init(CivicWorkflow *workflow);
extern int civic_workflow_add_label(CivicWorkflow *workflow, uint32_t key);
extern int civic_workflow_label(const CivicWorkflow *workflow, uint32_t key);
extern bool civic_workflow_put(CivicWorkflow *workflow, const CivicTransition *transition);
extern bool civic_workflow_remove(CivicWorkflow *workflow, int from, int to);
extern const CivicTransition *civic_workflow_find(const CivicWorkflow *workflow, int from, int to);
extern CivicVerdict civic_transition_actor(const CivicTransition *transition, uint32_t actor,
										   bool has_permission);
extern CivicVerdict civic_transition_reason(const CivicTransition *transition, bool is_null,
											size_t characters);

/* ---- uuid7.c: time-ordered identifiers of RFC 9562 ---- */

typedef struct CivicUuid7State
{
	uint64_t last_ms;
	uint32_t counter; /* 12 bits, above the random part */
} CivicUuid7State;

extern void civic_uuid7(CivicUuid7State *state, uint64_t unix_ms, const uint8_t random[10],
						uint8_t out[16]);

#endif
