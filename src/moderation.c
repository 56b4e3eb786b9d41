/*
 * src/moderation.c
 *		The places a moderator is limited to: what civic.area_assignments says, made ready to be asked for each row.
 *
 * civic_private.works_at() says the same of officers in PL/pgSQL.
 */
#include "duplicates.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"

CIVIC_FUNCTION(civic_can_moderate_at);

/* As many areas at one place as are told apart. */
#define MAX_HITS 64

/* A little less than the shortest degree of latitude and the radius of the earth at the poles, in metres. */
#define METRES_OF_DEGREE 110000.0
#define LEAST_RADIUS 6330000.0

/* A circle or a polygon, and a box that holds it. */
typedef struct CivicShape
{
	CivicBox box;
	Datum center; /* geography; 0 for a polygon */
	double metres;
	uint8 *rings;
	size_t length;
	uint32 nrings;
} CivicShape;

struct CivicScope
{
	int nwards;
	text **wards;
	int ndistricts;
	text **districts;
	int nareas; /* wards and districts on the map, of any time */
	pg_uuid_t *areas;
	int nshapes;
	CivicShape *shapes;
};

static void *
grow(MemoryContext context, void *list, int count, size_t size)
{
	if (list == NULL)
		return MemoryContextAlloc(context, size);
	return repalloc(list, (count + 1) * size);
}

static void
add_name(MemoryContext context, text ***names, int *count, Datum name)
{
	text *copy = DatumGetTextPP(name);
	size_t size = VARSIZE_ANY(copy);

	*names = grow(context, *names, *count, sizeof(text *));
	(*names)[*count] = MemoryContextAlloc(context, size);
	memcpy((*names)[(*count)++], copy, size);
}

static void
add_areas(MemoryContext context, CivicScope *scope, ArrayType *ids)
{
	Datum *elements;
	int count;

	deconstruct_array(ids, UUIDOID, UUID_LEN, false, TYPALIGN_CHAR, &elements, NULL, &count);
	for (int i = 0; i < count; i++)
	{
		scope->areas = grow(context, scope->areas, scope->nareas, sizeof(pg_uuid_t));
		scope->areas[scope->nareas++] = *DatumGetUUIDP(elements[i]);
	}
}

static CivicShape *
add_shape(MemoryContext context, CivicScope *scope)
{
	CivicShape *shape;

	scope->shapes = grow(context, scope->shapes, scope->nshapes, sizeof(CivicShape));
	shape = &scope->shapes[scope->nshapes++];
	memset(shape, 0, sizeof(*shape));
	return shape;
}

/* The box leaves out nothing of the circle; near a pole or the date line it holds all longitudes. */
static void
add_circle(MemoryContext context, CivicScope *scope, double latitude, double longitude,
		   double kilometres)
{
	CivicShape *shape;
	MemoryContext old;
	double degrees;
	double reach = 180;

	if (!(latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 180 &&
		  kilometres >= 0))
		return;
	shape = add_shape(context, scope);
	shape->metres = 1000 * kilometres;
	old = MemoryContextSwitchTo(context);
	shape->center = civic_place(latitude, longitude);
	MemoryContextSwitchTo(old);
	degrees = shape->metres / METRES_OF_DEGREE;
	if (fabs(latitude) + degrees < 89)
	{
		double part = sin(shape->metres / LEAST_RADIUS) / cos(latitude * M_PI / 180);

		if (part < 1)
			reach = 1.01 * asin(part) * 180 / M_PI;
	}
	shape->box.south = latitude - degrees;
	shape->box.north = latitude + degrees;
	shape->box.west = longitude - reach;
	shape->box.east = longitude + reach;
	if (shape->box.west < -180 || shape->box.east > 180)
	{
		shape->box.west = -180;
		shape->box.east = 180;
	}
}

static void
add_polygon(MemoryContext context, CivicScope *scope, bytea *wkb)
{
	size_t length = VARSIZE_ANY_EXHDR(wkb);
	size_t capacity = CIVIC_RINGS_BOUND(length);
	uint8 *rings = MemoryContextAlloc(context, capacity);
	uint32_t nrings = 0;
	size_t used =
		civic_rings_from_wkb((uint8 *) VARDATA_ANY(wkb), length, rings, capacity, &nrings);
	CivicBox extent;
	CivicShape *shape;

	if (used == 0 || !civic_rings_extent(rings, used, nrings, &extent))
	{
		pfree(rings);
		return;
	}
	shape = add_shape(context, scope);
	shape->rings = rings;
	shape->length = used;
	shape->nrings = nrings;
	shape->box = extent;
}

static void
add_assignment(MemoryContext context, CivicScope *scope, HeapTuple row, TupleDesc desc)
{
	bool isnull;
	bool nulls[3];
	Datum numbers[3];
	char *kind = SPI_getvalue(row, desc, 1);
	Datum value;

	if (strcmp(kind, "ward") == 0 || strcmp(kind, "district") == 0)
	{
		value = SPI_getbinval(row, desc, 2, &isnull);
		if (isnull)
			return;
		if (kind[0] == 'w')
			add_name(context, &scope->wards, &scope->nwards, value);
		else
			add_name(context, &scope->districts, &scope->ndistricts, value);
		value = SPI_getbinval(row, desc, 3, &isnull);
		if (!isnull)
			add_areas(context, scope, DatumGetArrayTypeP(value));
	}
	else if (strcmp(kind, "polygon") == 0)
	{
		value = SPI_getbinval(row, desc, 7, &isnull);
		if (!isnull)
			add_polygon(context, scope, DatumGetByteaPP(value));
	}
	else
	{
		for (int i = 0; i < 3; i++)
			numbers[i] = SPI_getbinval(row, desc, 4 + i, &nulls[i]);
		if (!nulls[0] && !nulls[1] && !nulls[2])
			add_circle(context, scope, DatumGetFloat8(numbers[0]), DatumGetFloat8(numbers[1]),
					   DatumGetFloat8(numbers[2]));
	}
}

/*
 * civic_load_scope
 *		The areas of a person, in that context; NULL for one who has none and is not limited. Inside an SPI
 *		connection. What is malformed in an assignment covers nothing.
 */
const CivicScope *
civic_load_scope(const pg_uuid_t *organization, const pg_uuid_t *user, MemoryContext context)
{
	Oid types[2] = {UUIDOID, UUIDOID};
	Datum values[2] = {UUIDPGetDatum(organization), UUIDPGetDatum(user)};
	CivicScope *scope;
	SPITupleTable *rows;
	uint64 count;

	civic_query_now(
		"SELECT a.area_type::text, n.name,"
		" ARRAY(SELECT v.id FROM civic.areas AS v WHERE v.organization_id = a.organization_id"
		"   AND v.kind::text = a.area_type::text"
		"   AND (v.code = n.name OR (v.kind::text = 'district' AND v.name = n.name))),"
		" CASE WHEN n.has_center THEN (a.area_data ->> 'center_lat')::float8 END,"
		" CASE WHEN n.has_center THEN (a.area_data ->> 'center_lon')::float8 END,"
		" CASE WHEN n.has_center THEN (a.area_data ->> 'radius_km')::float8 END,"
		" CASE WHEN a.area_type::text = 'polygon' THEN"
		"   civic_private.binary_of(civic_private.polygon_of(a.area_data -> 'coordinates')) END"
		" FROM civic.area_assignments AS a CROSS JOIN LATERAL (SELECT a.area_data ->>"
		"   CASE a.area_type::text WHEN 'ward' THEN 'ward_number' WHEN 'district' THEN 'name' END,"
		"   jsonb_typeof(a.area_data -> 'center_lat') = 'number'"
		"   AND jsonb_typeof(a.area_data -> 'center_lon') = 'number'"
		"   AND jsonb_typeof(a.area_data -> 'radius_km') = 'number') AS n (name, has_center)"
		" WHERE a.organization_id = $1 AND a.user_id = $2 AND a.is_active",
		2, types, values, NULL);
	rows = SPI_tuptable;
	count = SPI_processed;
	if (count == 0)
		return NULL;
	scope = MemoryContextAllocZero(context, sizeof(CivicScope));
	for (uint64 i = 0; i < count; i++)
		add_assignment(context, scope, rows->vals[i], rows->tupdesc);
	return scope;
}

static bool
is_named(text *const *names, int count, Datum name)
{
	text *wanted;
	bool found = false;

	if (count == 0 || name == (Datum) 0)
		return false;
	wanted = DatumGetTextPP(name);
	for (int i = 0; i < count && !found; i++)
		found = VARSIZE_ANY_EXHDR(names[i]) == VARSIZE_ANY_EXHDR(wanted) &&
				memcmp(VARDATA_ANY(names[i]), VARDATA_ANY(wanted), VARSIZE_ANY_EXHDR(wanted)) == 0;
	return found;
}

static bool
is_in_shape(const CivicShape *shape, const CivicPlace *place)
{
	if (place->latitude < shape->box.south || place->latitude > shape->box.north ||
		place->longitude < shape->box.west || place->longitude > shape->box.east)
		return false;
	if (shape->rings != NULL)
		return civic_rings_cover(shape->rings, shape->length, shape->nrings, place->longitude,
								 place->latitude) == CIVIC_COVERED;
	return civic_is_within_metres(civic_place(place->latitude, place->longitude), shape->center,
								  shape->metres);
}

/*
 * civic_scope_holds
 *		Whether a place is in one of the areas; wards and districts by their name in the report, or on the map today.
 */
bool
civic_scope_holds(const CivicScope *scope, const pg_uuid_t *organization, const CivicPlace *place)
{
	CivicAreaHit hits[MAX_HITS];
	int found;

	if (is_named(scope->wards, scope->nwards, place->ward_number) ||
		is_named(scope->districts, scope->ndistricts, place->district))
		return true;
	if (!place->is_known)
		return false;
	for (int i = 0; i < scope->nshapes; i++)
	{
		if (is_in_shape(&scope->shapes[i], place))
			return true;
	}
	if (scope->nareas == 0)
		return false;
	civic_check_place(place->latitude, place->longitude);
	found = civic_areas_covering(organization, place->longitude, place->latitude, InvalidOid,
								 GetSQLCurrentDate(), hits, MAX_HITS);
	for (int i = 0; i < Min(found, MAX_HITS); i++)
	{
		for (int area = 0; area < scope->nareas; area++)
		{
			if (memcmp(&hits[i].area, &scope->areas[area], sizeof(pg_uuid_t)) == 0)
				return true;
		}
	}
	return false;
}

/*
 * civic_place_argument
 *		The place in four arguments of a function: ward number, district, latitude, longitude.
 */
void
civic_place_argument(FunctionCallInfo fcinfo, int first, CivicPlace *place)
{
	place->ward_number = PG_ARGISNULL(first) ? (Datum) 0 : PG_GETARG_DATUM(first);
	place->district = PG_ARGISNULL(first + 1) ? (Datum) 0 : PG_GETARG_DATUM(first + 1);
	place->is_known = !PG_ARGISNULL(first + 2) && !PG_ARGISNULL(first + 3);
	place->latitude = place->is_known ? PG_GETARG_FLOAT8(first + 2) : 0;
	place->longitude = place->is_known ? PG_GETARG_FLOAT8(first + 3) : 0;
}

/*
 * civic_can_moderate_at
 *		Arguments: ward number, district, latitude, longitude of a report of the current organization.
 */
Datum
civic_can_moderate_at(PG_FUNCTION_ARGS)
{
	const CivicAccess *access = civic_access_for_call(fcinfo->flinfo->fn_extra == NULL);
	CivicPlace place;

	fcinfo->flinfo->fn_extra = fcinfo->flinfo;
	if (civic_session_is_system() ||
		civic_has_permission_number(civic_permission_number("read:private_report")))
		PG_RETURN_BOOL(true);
	if (access->scope == NULL)
		PG_RETURN_BOOL(false);
	civic_place_argument(fcinfo, 0, &place);
	PG_RETURN_BOOL(civic_scope_holds(access->scope, &access->organization, &place));
}
