/*
 * src/caches.c
 *		Invalidation of backend-local caches, and reading the rows they are built from.
 *
 * Rows of a table send no invalidation when they change. A statement trigger therefore invalidates the relcache
 * entry of an empty signal table, which reaches every backend when the change commits; every backend's callback
 * only counts. The signal table stands in for the real ones so that their cached plans survive.
 */
#include "civic.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

static const char *const signal_tables[CIVIC_CACHES] = {
	"access_signal",     "workflow_signal", "area_signal", "routing_signal",
	"duplicates_signal", "calendar_signal", "audit_signal"};

static Oid signal_relations[CIVIC_CACHES];
uint64 civic_cache_versions[CIVIC_CACHES];
static Oid owner_role = InvalidOid;

/* Tables whose columns compiled rules refer to by number; past the last place, any table counts as one. */
#define MAX_WATCHED_RELATIONS 32
static Oid watched_relations[MAX_WATCHED_RELATIONS];
static int watched_count = 0;

CIVIC_FUNCTION(civic_signal_change);

/* No catalogue access is allowed here, so it only counts. */
static void
relation_changed(Datum argument, Oid relation)
{
	for (int i = 0; i < CIVIC_CACHES; i++)
	{
		if (relation == InvalidOid || relation == signal_relations[i])
			civic_cache_versions[i]++;
	}
	for (int i = 0; i < watched_count; i++)
	{
		if (relation == watched_relations[i] || watched_count == MAX_WATCHED_RELATIONS)
		{
			civic_cache_versions[CIVIC_CACHE_WORKFLOW]++;
			civic_cache_versions[CIVIC_CACHE_DUPLICATES]++;
			break;
		}
	}
}

/* An enum got a label or a label another name. */
static void
labels_changed(Datum argument, int cache, uint32 hash)
{
	civic_cache_versions[CIVIC_CACHE_WORKFLOW]++;
}

/* Roles were made, dropped or regranted: the asker's rights and the owner's OID may be others now. */
static void
roles_changed(Datum argument, int cache, uint32 hash)
{
	owner_role = InvalidOid;
	civic_cache_versions[CIVIC_CACHE_ACCESS]++;
}

/* A schema was dropped or made: after DROP SCHEMA civic CASCADE the signal tables are others. */
static void
schemas_changed(Datum argument, int cache, uint32 hash)
{
	for (int i = 0; i < CIVIC_CACHES; i++)
	{
		signal_relations[i] = InvalidOid;
		civic_cache_versions[i]++;
	}
}

void
civic_init_caches(void)
{
	/* Caches start at version 0, which is out of date. */
	for (int i = 0; i < CIVIC_CACHES; i++)
		civic_cache_versions[i] = 1;
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, roles_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(ENUMOID, labels_changed, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, schemas_changed, (Datum) 0);
}

/* Resolving the signal table comes before its rows are read, so that no change in between is missed. */
static Oid
signal_relation(CivicCache cache)
{
	if (!OidIsValid(signal_relations[cache]))
	{
		Oid schema = get_namespace_oid("civic_private", true);

		if (OidIsValid(schema))
			signal_relations[cache] = get_relname_relid(signal_tables[cache], schema);
	}
	return signal_relations[cache];
}

/*
 * civic_cache_version
 *		Takes in what other backends have committed so far: a statement that holds its locks already would
 *		otherwise not look.
 */
uint64
civic_cache_version(CivicCache cache)
{
	AcceptInvalidationMessages();
	if (!OidIsValid(signal_relation(cache)))
		ereport(ERROR,
				(errcode(ERRCODE_CIVIC_DATA_MODEL_MISSING),
				 errmsg("the tables of civic do not exist in this database"),
				 errhint("Run SELECT civic.create_data_model() as a superuser.")));
	if (!civic_versions_agree)
		civic_check_versions();
	return civic_cache_versions[cache];
}

/*
 * civic_watch_relation
 *		Counts a change of this table's definition as a change of the rules.
 */
void
civic_watch_relation(Oid relation)
{
	for (int i = 0; i < watched_count; i++)
	{
		if (watched_relations[i] == relation)
			return;
	}
	if (watched_count < MAX_WATCHED_RELATIONS)
		watched_relations[watched_count++] = relation;
}

/*
 * civic_signal_change
 *		Statement trigger; its argument is the number of the cache.
 */
Datum
civic_signal_change(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("civic.signal_change() can only be called as a trigger")));
	for (int i = 0; i < CIVIC_CACHES; i++)
	{
		if (trigger->tg_trigger->tgnargs == 1 &&
			strcmp(trigger->tg_trigger->tgargs[0], signal_tables[i]) == 0)
		{
			Oid relation = signal_relation((CivicCache) i);

			if (OidIsValid(relation))
				CacheInvalidateRelcacheByRelid(relation);
			return PointerGetDatum(NULL);
		}
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("civic.signal_change() needs the name of a signal table as its argument")));
}

static Oid
find_relation(const char *schema, const char *name)
{
	Oid namespace = get_namespace_oid(schema, true);
	Oid relation = OidIsValid(namespace) ? get_relname_relid(name, namespace) : InvalidOid;

	if (!OidIsValid(relation))
		ereport(ERROR,
				(errcode(ERRCODE_CIVIC_DATA_MODEL_MISSING),
				 errmsg("relation \"%s.%s\" does not exist", schema, name),
				 errhint("Restore it, or run SELECT civic.create_data_model() as a superuser where "
						 "all are missing.")));
	return relation;
}

/*
 * civic_relation
 *		A table or index of schema civic by its name.
 */
Oid
civic_relation(const char *name)
{
	return find_relation("civic", name);
}

Oid
civic_private_relation(const char *name)
{
	return find_relation("civic_private", name);
}

void
civic_enter_owner(CivicOwnerScope *scope)
{
	if (!OidIsValid(owner_role))
		owner_role = get_role_oid("civic_owner", false);
	GetUserIdAndSecContext(&scope->user, &scope->security_context);
	SetUserIdAndSecContext(owner_role, scope->security_context | SECURITY_LOCAL_USERID_CHANGE);
}

void
civic_leave_owner(const CivicOwnerScope *scope)
{
	SetUserIdAndSecContext(scope->user, scope->security_context);
}

#define PINNED_PATH "pg_catalog, pg_temp"
#define PINNED_ALREADY 0

/*
 * civic_pin_path
 *		Until civic_unpin_path() names are looked up among the server's own. Functions of civic have set the path to that
 *		before most triggers run, and setting it again costs a look at every setting of the server when it ends.
 */
int
civic_pin_path(void)
{
	int nest_level;

	if (strcmp(namespace_search_path, PINNED_PATH) == 0)
		return PINNED_ALREADY;
	nest_level = NewGUCNestLevel();
	(void) set_config_option("search_path", PINNED_PATH, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	return nest_level;
}

void
civic_unpin_path(int nest_level)
{
	if (nest_level != PINNED_ALREADY)
		AtEOXact_GUC(true, nest_level);
}

/* Plans of the queries of the library, by their text: they are run far more often than they are new. */
#define MAX_KEPT_QUERIES 64
typedef struct KeptQuery
{
	const char *text;
	SPIPlanPtr plan;
} KeptQuery;
static KeptQuery kept_queries[MAX_KEPT_QUERIES];
static int kept_query_count = 0;

static SPIPlanPtr
kept_plan(const char *query, int nargs, Oid *types)
{
	SPIPlanPtr plan;

	for (int i = 0; i < kept_query_count; i++)
	{
		if (strcmp(kept_queries[i].text, query) == 0)
			return kept_queries[i].plan;
	}
	plan = SPI_prepare(query, nargs, types);
	if (plan == NULL)
		elog(ERROR, "could not prepare a query of civic: %s", SPI_result_code_string(SPI_result));
	if (kept_query_count < MAX_KEPT_QUERIES)
	{
		char *text = MemoryContextStrdup(CacheMemoryContext, query);

		if (SPI_keepplan(plan) != 0)
			elog(ERROR, "could not keep a query of civic");
		kept_queries[kept_query_count].text = text;
		kept_queries[kept_query_count++].plan = plan;
	}
	return plan;
}

static int
run_as_owner(const char *query, int nargs, Oid *types, Datum *values, const char *nulls,
			 bool read_only)
{
	CivicOwnerScope scope;
	int nest_level = civic_pin_path();
	int result;

	civic_enter_owner(&scope);
	result = SPI_execute_plan(kept_plan(query, nargs, types), values, nulls, read_only, 0);
	civic_leave_owner(&scope);
	civic_unpin_path(nest_level);
	return result;
}

/*
 * civic_query_now
 *		Runs a query of fixed text as the owner, inside the caller's SPI connection; results are in SPI_tuptable.
 *
 * The caller's snapshot may be older than the change that made it read again; caching what it sees would keep the
 * old state for ever. In a parallel plan only the shared snapshot may be used, and civic_access() therefore keeps
 * nothing of what it read there.
 */
void
civic_query_now(const char *query, int nargs, Oid *types, Datum *values, const char *nulls)
{
	bool own_snapshot = !IsInParallelMode();
	int result;

	if (own_snapshot)
		PushActiveSnapshot(GetLatestSnapshot());
	result = run_as_owner(query, nargs, types, values, nulls, true);
	if (own_snapshot)
		PopActiveSnapshot();
	if (result != SPI_OK_SELECT)
		elog(ERROR, "unexpected result %d of a civic cache query", result);
}

/*
 * civic_run
 *		Runs a statement of fixed text that writes, as the owner; returns how many rows it wrote.
 */
uint64
civic_run(const char *query, int nargs, Oid *types, Datum *values, const char *nulls)
{
	int result;
	uint64 count;

	SPI_connect();
	result = run_as_owner(query, nargs, types, values, nulls, false);
	count = SPI_processed;
	SPI_finish();
	if (result < SPI_OK_SELECT)
		elog(ERROR, "unexpected result %d of a statement of civic", result);
	return count;
}
