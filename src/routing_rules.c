/*
 * src/routing_rules.c
 *		Rules of routing of one organisation, compiled.
 *
 * Rules that are switched off or not valid are kept as well: an explanation names them.
 */
#include "civic.h"

#include "access/parallel.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

/* Past this the cache starts anew. */
#define MAX_CACHED_ROUTERS 64

/* The department of a category comes after every rule for it; no rule can have this priority. */
#define DEFAULT_PRIORITY PG_INT32_MAX

typedef struct RouterEntry
{
	pg_uuid_t organization;
	const CivicRouter *router;
} RouterEntry;

typedef struct AreaEntry
{
	pg_uuid_t area;
	int number;
} AreaEntry;

static MemoryContext routers_context = NULL;
static HTAB *routers = NULL;
static uint64 routers_version = 0;

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *) a, *(const char *const *) b);
}

int
civic_name_number(const CivicNames *names, const char *name)
{
	char **found = NULL;

	if (name != NULL && names->count > 0)
		found = bsearch(&name, names->names, names->count, sizeof(char *), compare_names);
	return found == NULL ? CIVIC_ROUTE_NONE : (int) (found - names->names);
}

/* The number that all versions of an area share, or CIVIC_ROUTE_NONE for one that no rule names. */
int
civic_router_area(const CivicRouter *router, const pg_uuid_t *area)
{
	AreaEntry *entry = NULL;

	if (router->areas != NULL)
		entry = hash_search(router->areas, area, HASH_FIND, NULL);
	return entry == NULL ? CIVIC_ROUTE_NONE : entry->number;
}

static void
query_rows(const char *query, const pg_uuid_t *organization)
{
	Oid types[1] = {UUIDOID};
	Datum values[1] = {UUIDPGetDatum(organization)};

	civic_query_now(query, 1, types, values, NULL);
}

/* A column of the current result as a string in the cache's memory, NULL for null. */
static char *
text_column(uint64 row, int column)
{
	char *value = SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);

	return value == NULL ? NULL : MemoryContextStrdup(routers_context, value);
}

static Datum
column(uint64 row, int number, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, number, isnull);
}

static pg_uuid_t
uuid_column(uint64 row, int number)
{
	bool isnull;
	Datum value = column(row, number, &isnull);
	pg_uuid_t nothing = {{0}};

	return isnull ? nothing : *DatumGetUUIDP(value);
}

static bool
bool_column(uint64 row, int number)
{
	bool isnull;
	Datum value = column(row, number, &isnull);

	return !isnull && DatumGetBool(value);
}

/* The names come sorted by their bytes. */
static CivicNames
read_names(void)
{
	CivicNames names;

	names.count = (int) SPI_processed;
	names.names = MemoryContextAllocHuge(routers_context, sizeof(char *) * Max(SPI_processed, 1));
	for (uint64 i = 0; i < SPI_processed; i++)
		names.names[i] = text_column(i, 1);
	return names;
}

static CivicRoute *
new_route(CivicRouter *router, const pg_uuid_t *id)
{
	CivicRoute *route = &router->routes[router->nroutes];

	memset(route, 0, sizeof(CivicRoute));
	memcpy(route->id, id->data, sizeof(route->id));
	route->row = (int) router->nroutes++;
	return route;
}

/* Categories, and their departments as rules. The names of the groups are known already. */
static void
read_categories(CivicRouter *router)
{
	query_rows("SELECT c.code COLLATE \"C\", c.category_group, c.department_id, d.name, d.is_active"
			   " FROM civic.categories AS c"
			   " LEFT JOIN civic.departments AS d"
			   "   ON d.organization_id = c.organization_id AND d.id = c.department_id"
			   " WHERE c.organization_id = $1 ORDER BY 1",
			   &router->organization);
	router->category_codes = read_names();
	router->categories =
		MemoryContextAllocHuge(routers_context, sizeof(CivicCategory) * Max(SPI_processed, 1));
	router->routes =
		MemoryContextAllocHuge(routers_context, sizeof(CivicRoute) * Max(SPI_processed, 1));
	router->rows =
		MemoryContextAllocHuge(routers_context, sizeof(CivicRouteRow) * Max(SPI_processed, 1));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		const pg_uuid_t nobody = {{0}};
		CivicRoute *route;
		CivicRouteRow *row;
		bool isnull;

		router->categories[i].group = civic_name_number(
			&router->groups, SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2));
		(void) column(i, 3, &isnull);
		if (isnull)
			continue;
		route = new_route(router, &nobody);
		route->level = CIVIC_ROUTE_CATEGORY;
		route->scope = CIVIC_SCOPE_CATEGORY;
		route->subject = (int) i;
		route->sub_category = CIVIC_ROUTE_NONE;
		route->area = CIVIC_ROUTE_NONE;
		route->priority = DEFAULT_PRIORITY;
		route->valid_from = PG_INT32_MIN;
		route->valid_until = PG_INT32_MAX;
		route->is_active = true;
		route->department_is_active = bool_column(i, 5);
		row = &router->rows[route->row];
		row->is_default = true;
		row->department = uuid_column(i, 3);
		row->name = router->category_codes.names[i];
		row->department_name = text_column(i, 4);
		row->area_name = NULL;
	}
}

static int
compare_departments(const void *a, const void *b)
{
	return memcmp(&((const CivicDepartment *) a)->id, &((const CivicDepartment *) b)->id,
				  sizeof(pg_uuid_t));
}

static void
read_departments(CivicRouter *router)
{
	query_rows("SELECT d.id, d.is_active, d.auto_assign FROM civic.departments AS d"
			   " WHERE d.organization_id = $1",
			   &router->organization);
	router->ndepartments = (int) SPI_processed;
	router->departments =
		MemoryContextAllocHuge(routers_context, sizeof(CivicDepartment) * Max(SPI_processed, 1));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		router->departments[i].id = uuid_column(i, 1);
		router->departments[i].is_active = bool_column(i, 2);
		router->departments[i].auto_assign = bool_column(i, 3);
	}
	qsort(router->departments, router->ndepartments, sizeof(CivicDepartment), compare_departments);
}

static void
read_areas(CivicRouter *router)
{
	HASHCTL control = {
		.keysize = sizeof(pg_uuid_t), .entrysize = sizeof(AreaEntry), .hcxt = routers_context};

	query_rows(
		"SELECT v.id, k.number"
		" FROM ("
		"   SELECT DISTINCT a.kind, a.code, dense_rank() OVER (ORDER BY a.kind, a.code) AS number"
		"   FROM civic.routing_rules AS r"
		"   JOIN civic.areas AS a ON a.organization_id = r.organization_id AND a.id = r.area_id"
		"   WHERE r.organization_id = $1"
		" ) AS k"
		" JOIN civic.areas AS v ON v.organization_id = $1 AND v.kind = k.kind AND v.code = k.code",
		&router->organization);
	if (SPI_processed == 0)
		return;
	router->areas = hash_create("civic areas of rules", (long) SPI_processed, &control,
								HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		pg_uuid_t area = uuid_column(i, 1);
		bool isnull;
		bool found;
		AreaEntry *entry = hash_search(router->areas, &area, HASH_ENTER, &found);

		entry->number = (int) DatumGetInt64(column(i, 2, &isnull));
	}
}

/* After the names it refers to. */
static void
read_rules(CivicRouter *router)
{
	query_rows("SELECT r.id, r.name, r.category, r.category_group, r.sub_category, r.is_override,"
			   " r.priority, r.valid_from, r.valid_until, r.is_active, r.department_id, d.name,"
			   " d.is_active, r.area_id, a.name"
			   " FROM civic.routing_rules AS r"
			   " JOIN civic.departments AS d"
			   "   ON d.organization_id = r.organization_id AND d.id = r.department_id"
			   " LEFT JOIN civic.areas AS a"
			   "   ON a.organization_id = r.organization_id AND a.id = r.area_id"
			   " WHERE r.organization_id = $1",
			   &router->organization);
	if (SPI_processed > 0)
	{
		uint64 total = router->nroutes + SPI_processed;

		router->routes = repalloc_huge(router->routes, sizeof(CivicRoute) * total);
		router->rows = repalloc_huge(router->rows, sizeof(CivicRouteRow) * total);
	}
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple tuple = SPI_tuptable->vals[i];
		TupleDesc desc = SPI_tuptable->tupdesc;
		pg_uuid_t id = uuid_column(i, 1);
		CivicRoute *route = new_route(router, &id);
		CivicRouteRow *row = &router->rows[route->row];
		char *category = SPI_getvalue(tuple, desc, 3);
		char *group = SPI_getvalue(tuple, desc, 4);
		pg_uuid_t area = uuid_column(i, 14);
		bool isnull;

		route->scope = category != NULL ? CIVIC_SCOPE_CATEGORY
					   : group != NULL  ? CIVIC_SCOPE_GROUP
										: CIVIC_SCOPE_ANY;
		route->subject = category != NULL ? civic_name_number(&router->category_codes, category)
										  : civic_name_number(&router->groups, group);
		route->sub_category =
			civic_name_number(&router->sub_categories, SPI_getvalue(tuple, desc, 5));
		route->priority = DatumGetInt32(column(i, 7, &isnull));
		route->valid_from = DatumGetDateADT(column(i, 8, &isnull));
		route->valid_until = DatumGetDateADT(column(i, 9, &isnull));
		route->is_active = bool_column(i, 10);
		route->department_is_active = bool_column(i, 13);
		(void) column(i, 14, &isnull);
		route->area = isnull ? CIVIC_ROUTE_NONE : civic_router_area(router, &area);
		route->level = civic_route_level(bool_column(i, 6), route->scope, !isnull);
		row->is_default = false;
		row->name = text_column(i, 2);
		row->department = uuid_column(i, 11);
		row->department_name = text_column(i, 12);
		row->area_name = text_column(i, 15);
	}
}

static const CivicRouter *
compile(const pg_uuid_t *organization)
{
	CivicRouter *router = MemoryContextAllocZero(routers_context, sizeof(CivicRouter));
	char *zone = NULL;

	router->organization = *organization;
	SPI_connect();
	query_rows("SELECT o.time_zone FROM civic.organizations AS o WHERE o.id = $1", organization);
	if (SPI_processed > 0)
		zone = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	router->time_zone = zone == NULL ? NULL : pg_tzset(zone);
	if (router->time_zone == NULL)
		router->time_zone = pg_tzset("GMT");
	query_rows("SELECT c.category_group COLLATE \"C\" FROM civic.categories AS c"
			   " WHERE c.organization_id = $1 AND c.category_group IS NOT NULL"
			   " UNION SELECT r.category_group COLLATE \"C\" FROM civic.routing_rules AS r"
			   " WHERE r.organization_id = $1 AND r.category_group IS NOT NULL ORDER BY 1",
			   organization);
	router->groups = read_names();
	query_rows("SELECT DISTINCT r.sub_category COLLATE \"C\" FROM civic.routing_rules AS r"
			   " WHERE r.organization_id = $1 AND r.sub_category IS NOT NULL ORDER BY 1",
			   organization);
	router->sub_categories = read_names();
	read_departments(router);
	read_areas(router);
	read_categories(router);
	read_rules(router);
	SPI_finish();
	civic_routes_sort(router->routes, router->nroutes);
	return router;
}

static void
restart_cache(void)
{
	HASHCTL control = {.keysize = sizeof(pg_uuid_t), .entrysize = sizeof(RouterEntry)};

	routers = NULL;
	if (routers_context == NULL)
		routers_context =
			AllocSetContextCreate(CacheMemoryContext, "civic routing", ALLOCSET_DEFAULT_SIZES);
	MemoryContextReset(routers_context);
	control.hcxt = routers_context;
	routers = hash_create("civic routing", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/*
 * civic_router
 *		The rules of an organisation as committed when the statement looked; good until the next call.
 */
const CivicRouter *
civic_router(const pg_uuid_t *organization)
{
	uint64 version = civic_cache_version(CIVIC_CACHE_ROUTING);
	RouterEntry *entry = NULL;
	const CivicRouter *router;
	bool found;

	if (routers != NULL && routers_version == version)
		entry = hash_search(routers, organization, HASH_FIND, NULL);
	if (entry != NULL)
		return entry->router;
	if (routers == NULL || routers_version != version ||
		hash_get_num_entries(routers) >= MAX_CACHED_ROUTERS)
	{
		routers_version = 0;
		restart_cache();
	}
	router = compile(organization);
	entry = hash_search(routers, organization, HASH_ENTER, &found);
	entry->router = router;
	/* What a parallel plan's snapshot shows may be older than the change. */
	routers_version = IsInParallelMode() ? 0 : version;
	return router;
}

const CivicDepartment *
civic_department(const pg_uuid_t *organization, const pg_uuid_t *department)
{
	const CivicRouter *router = civic_router(organization);
	CivicDepartment wanted = {.id = *department};

	if (router->ndepartments == 0)
		return NULL;
	return bsearch(&wanted, router->departments, router->ndepartments, sizeof(CivicDepartment),
				   compare_departments);
}
