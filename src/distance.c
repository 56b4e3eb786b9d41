/*
 * src/distance.c
 *		Distances by PostGIS, through call sites that are kept.
 *
 * The functions are found where PostGIS has put its types, and looked for again after any function has changed.
 */
#include "duplicates.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "parser/parse_func.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"

static FmgrInfo point_function;     /* st_makepoint(double precision, double precision) */
static FmgrInfo geography_function; /* geography(geometry) */
static FmgrInfo distance_function;  /* st_distance(geography, geography, boolean) */
static FmgrInfo within_function; /* st_dwithin(geography, geography, double precision, boolean) */
static MemoryContext functions_context = NULL;
static uint64 changes = 1;
static uint64 found_at = 0; /* value of changes the functions were found at */

/* No catalogue access is allowed here. */
static void
functions_changed(Datum argument, int cache, uint32 hash)
{
	changes++;
}

static void
find_function(FmgrInfo *function, const char *schema, const char *name, int nargs, const Oid *types)
{
	List *qualified = list_make2(makeString(pstrdup(schema)), makeString(pstrdup(name)));

	fmgr_info_cxt(LookupFuncName(qualified, nargs, types, false), function, functions_context);
}

static void
find_functions(void)
{
	uint64 version = changes;
	Oid reports = get_relname_relid("reports", get_namespace_oid("civic", false));
	AttrNumber location = get_attnum(reports, "location");
	Oid geography = get_atttype(reports, location);
	HeapTuple type = SearchSysCache1(TYPEOID, ObjectIdGetDatum(geography));
	Oid schema_oid;
	char *schema;

	if (!HeapTupleIsValid(type))
		ereport(
			ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("column \"%s\" of relation \"%s\" does not exist", "location", "reports")));
	schema_oid = ((Form_pg_type) GETSTRUCT(type))->typnamespace;
	ReleaseSysCache(type);
	schema = get_namespace_name(schema_oid);

	found_at = 0;
	if (functions_context == NULL)
	{
		CacheRegisterSyscacheCallback(PROCOID, functions_changed, (Datum) 0);
		functions_context =
			AllocSetContextCreate(CacheMemoryContext, "civic distances", ALLOCSET_SMALL_SIZES);
	}
	MemoryContextReset(functions_context);
	{
		Oid geometry = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("geometry"),
									   ObjectIdGetDatum(schema_oid));
		Oid numbers[2] = {FLOAT8OID, FLOAT8OID};
		Oid places[3] = {geography, geography, BOOLOID};
		Oid places_and_metres[4] = {geography, geography, FLOAT8OID, BOOLOID};

		find_function(&point_function, schema, "st_makepoint", 2, numbers);
		find_function(&geography_function, schema, "geography", 1, &geometry);
		find_function(&distance_function, schema, "st_distance", 3, places);
		find_function(&within_function, schema, "st_dwithin", 4, places_and_metres);
	}
	found_at = version;
}

Datum
civic_place(double latitude, double longitude)
{
	if (found_at != changes)
		find_functions();
	return FunctionCall1(
		&geography_function,
		FunctionCall2(&point_function, Float8GetDatum(longitude), Float8GetDatum(latitude)));
}

double
civic_distance(Datum a, Datum b)
{
	if (found_at != changes)
		find_functions();
	return DatumGetFloat8(FunctionCall3(&distance_function, a, b, BoolGetDatum(true)));
}

bool
civic_is_within_metres(Datum a, Datum b, double metres)
{
	if (found_at != changes)
		find_functions();
	return DatumGetBool(
		FunctionCall4(&within_function, a, b, Float8GetDatum(metres), BoolGetDatum(true)));
}
