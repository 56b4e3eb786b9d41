/*
 * src/civic.h
 *		What civic's C files share.
 */
#ifndef CIVIC_H
#define CIVIC_H

#include "postgres.h"

#include "fmgr.h"
#include "utils/relcache.h"
#include "utils/uuid.h"

#include "core/civic_core.h"
#include "errors.h"

#define CIVIC_FUNCTION(name)                                                                       \
	PGDLLEXPORT Datum name(PG_FUNCTION_ARGS);                                                      \
	PG_FUNCTION_INFO_V1(name)

/* ---- caches.c: what one backend learns of changes made by another ---- */

typedef enum CivicCache
{
	CIVIC_CACHE_ACCESS,     /* users, roles, permissions */
	CIVIC_CACHE_WORKFLOW,   /* transition rules */
	CIVIC_CACHE_DUPLICATES, /* duplicate policies, categories */
	CIVIC_CACHES
} CivicCache;

extern void civic_init_caches(void);

/* Changes whenever cached rows may be out of date; civic_cache_version() first takes in what others committed. */
extern uint64 civic_cache_versions[CIVIC_CACHES];
extern uint64 civic_cache_version(CivicCache cache);

extern void civic_watch_relation(Oid relation);

/* Switches to the role that owns the data model, which row policies do not bind. */
typedef struct CivicOwnerScope
{
	Oid user;
	int security_context;
} CivicOwnerScope;
extern void civic_enter_owner(CivicOwnerScope *scope);
extern void civic_leave_owner(const CivicOwnerScope *scope);

/* Runs a query that sees what is committed now, whatever snapshot the caller reads with. */
extern void civic_query_now(const char *query, int nargs, Oid *types, Datum *values,
							const char *nulls);

/* ---- identity.c: who is asking ---- */

typedef struct CivicIdentity
{
	bool has_organization;
	bool has_user;
	pg_uuid_t organization;
	pg_uuid_t user;
} CivicIdentity;

extern void civic_init_identity(void);
extern bool civic_restoring;

/* What the settings or the claims say, checked for form only. */
extern const CivicIdentity *civic_claimed_identity(void);

/* Changes whenever the settings, the claims or the database role may have changed. */
extern uint64 civic_identity_version(void);

/* ---- permissions.c: what the asker may do ---- */

#define CIVIC_PERMISSION_WORDS 8

typedef struct CivicAccess
{
	bool has_organization;
	bool has_user; /* known, active, and of that organisation */
	bool has_department;
	pg_uuid_t organization;
	pg_uuid_t user;
	pg_uuid_t department;
	int level; /* highest level among the roles of the civic ladder */
	uint64 permissions[CIVIC_PERMISSION_WORDS];
} CivicAccess;

extern const CivicAccess *civic_access(void);
extern const CivicAccess *civic_access_for_call(bool first);
extern uint64 civic_access_stamp(void);
extern uint64 civic_current_stamp(void);

/* Number of a permission in CivicAccess, or -1 for one the catalogue does not have. */
extern int civic_permission_number(const char *code);
extern const char *civic_permission_code(int number);
extern bool civic_has_permission_number(int number);

extern bool civic_session_is_system(void);
extern bool civic_acts_as_system(void);

/* ---- visibility.c ---- */

extern bool civic_sees_report(bool is_public, bool is_sensitive, const pg_uuid_t *reporter,
							  const pg_uuid_t *assignee, const pg_uuid_t *department);

/* ---- columns.c ---- */

extern void civic_check_trigger(FunctionCallInfo fcinfo, const char *function, uint32 timing,
								bool row);
extern int civic_attribute(TupleDesc tupdesc, const char *relation, const char *column);
extern char *civic_status_label(Oid value);

/* ---- workflow_rules.c: compiled rules ---- */

typedef struct CivicColumnList
{
	int count;
	int16 *attributes;
} CivicColumnList;

/* Column lists of one rule, kept in CivicTransition.extra. */
typedef struct CivicRule
{
	CivicColumnList required; /* must not be null after the move */
	CivicColumnList changed;  /* must get another value in the move */
	CivicColumnList cleared;  /* set to null by the move */
} CivicRule;

typedef struct CivicMachine
{
	Oid relation;
	pg_uuid_t organization;
	int16 status; /* attribute numbers; 0 where there is none */
	int16 assignee;
	int16 creator;
	char workflow[NAMEDATALEN];
	CivicWorkflow rules;
} CivicMachine;

/* The guard trigger's own arguments say which columns play which part; civic_guard_arguments() reads them. */
typedef struct CivicGuardArguments
{
	const char *workflow;
	const char *status;
	const char *assignee; /* '' where there is none */
	const char *creator;
} CivicGuardArguments;

extern const CivicMachine *civic_machine(Relation relation, const CivicGuardArguments *arguments,
										 const pg_uuid_t *organization);

/* ---- workflow.c ---- */

extern bool civic_projecting;

struct Trigger;
extern CivicGuardArguments civic_guard_arguments(const struct Trigger *trigger);

#endif
