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
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

static const char *const signal_tables[CIVIC_CACHES] = {"access_signal", "workflow_signal",
														"duplicates_signal"};

static Oid signal_relations[CIVIC_CACHES];
uint64 civic_cache_versions[CIVIC_CACHES] = {1, 1, 1};
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

/*
 * civic_query_now
 *		Runs a query as the owner, inside the caller's SPI connection; results are in SPI_tuptable.
 *
 * The caller's snapshot may be older than the change that made it read again; caching what it sees would keep the
 * old state for ever. In a parallel plan only the shared snapshot may be used, and civic_access() therefore keeps
 * nothing of what it read there.
 */
void
civic_query_now(const char *query, int nargs, Oid *types, Datum *values, const char *nulls)
{
	CivicOwnerScope scope;
	bool own_snapshot = !IsInParallelMode();
	int nest_level = NewGUCNestLevel();
	int result;

	if (own_snapshot)
		PushActiveSnapshot(GetLatestSnapshot());
	/* With the caller's path, the caller's operators would run with the owner's rights. */
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	civic_enter_owner(&scope);
	result = SPI_execute_with_args(query, nargs, types, values, nulls, true, 0);
	civic_leave_owner(&scope);
	AtEOXact_GUC(true, nest_level);
	if (own_snapshot)
		PopActiveSnapshot();
	if (result != SPI_OK_SELECT)
		elog(ERROR, "unexpected result %d of a civic cache query", result);
}
