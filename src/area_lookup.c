/*
 * src/area_lookup.c
 *		Which areas cover a point, for one point and for many.
 */
#include "civic.h"

#include "catalog/pg_type.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include <math.h>

CIVIC_FUNCTION(civic_area_at);
CIVIC_FUNCTION(civic_area_ids_at);
CIVIC_FUNCTION(civic_areas_of_places);

/* As many areas at one place as are told apart; the largest of the last kinds are left out beyond. */
#define MAX_HITS 256

void
civic_check_place(double latitude, double longitude)
{
	if (latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 180)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("there is no place at latitude %g and longitude %g", latitude, longitude),
			 errdetail("Latitude is -90 to 90 degrees north, longitude -180 to 180 degrees east."),
			 errhint("Check that the two are not exchanged.")));
}

/* ---- one point ---- */

static int
compare_hits(const CivicAreaHit *a, const CivicAreaHit *b)
{
	if (a->position != b->position)
		return a->position < b->position ? -1 : 1;
	if (a->size_m2 != b->size_m2)
		return a->size_m2 < b->size_m2 ? -1 : 1;
	return memcmp(&a->area, &b->area, sizeof(pg_uuid_t));
}

/* Puts a hit in its place among those found; the last falls out where there is no room. */
static void
add_hit(CivicAreaHit *hits, int max_hits, int found, const CivicAreaHit *hit)
{
	int place = Min(found, max_hits);

	while (place > 0 && compare_hits(hit, &hits[place - 1]) < 0)
	{
		if (place < max_hits)
			hits[place] = hits[place - 1];
		place--;
	}
	if (place < max_hits)
		hits[place] = *hit;
}

static void
report_damage(void)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
					errmsg("the map of the areas in civic_private.area_tiles is damaged"),
					errhint("Run SELECT civic.rebuild_area_tiles().")));
}

/* Adds what covers the point in one layer to the hits found. */
static int
search_layer(CivicLayer *layer, uint64 place, double x, double y, DateADT day, CivicAreaHit *hits,
			 int max_hits, int found)
{
	const uint8 *tile;
	size_t length;
	CivicTileReader reader;
	CivicTileArea area;
	const uint8 *rings;
	CivicTileStep next;

	if (!civic_layer_tile(layer, place, &tile, &length))
		return found;
	if (!civic_tile_open(&reader, tile, length))
		report_damage();
	while ((next = civic_tile_next(&reader, &area, &rings)) == CIVIC_TILE_AREA)
	{
		CivicAreaHit hit;
		CivicCover cover;

		if (day < area.valid_from || day >= area.valid_until)
			continue;
		cover = civic_rings_cover(rings, area.length, area.nrings, x, y);
		if (cover == CIVIC_OUTSIDE)
			continue;
		if (cover == CIVIC_RINGS_MALFORMED)
			report_damage();
		memcpy(&hit.area, area.id, sizeof(pg_uuid_t));
		hit.kind = layer->kind;
		hit.position = layer->position;
		hit.size_m2 = area.size;
		hit.valid_from = area.valid_from;
		hit.valid_until = area.valid_until;
		add_hit(hits, max_hits, found++, &hit);
	}
	if (next == CIVIC_TILE_MALFORMED)
		report_damage();
	return found;
}

int
civic_areas_covering(const pg_uuid_t *organization, double longitude, double latitude, Oid kind,
					 DateADT day, CivicAreaHit *hits, int max_hits)
{
	uint64 place = civic_cell(longitude, latitude, CIVIC_MAX_LEVEL);
	CivicLayer *layers;
	int nlayers = civic_layers(organization, &layers);
	int found = 0;

	for (int i = 0; i < nlayers; i++)
	{
		if (!OidIsValid(kind) || layers[i].kind == kind)
			found = search_layer(&layers[i], place, longitude, latitude, day, hits, max_hits, found);
	}
	return found;
}

/* ---- many points ---- */

void
civic_areas_of_points(const pg_uuid_t *organization, int npoints, const double *longitudes,
					  const double *latitudes, Oid kind, DateADT day, CivicAreaVisitor visit,
					  void *state)
{
	CivicPlaced *places;
	CivicPlaced *scratch;
	CivicLayer *layers;
	CivicLayer *own;
	int nlayers = civic_layers(organization, &layers);
	int chosen = 0;
	CivicAreaHit *hits = palloc(MAX_HITS * sizeof(CivicAreaHit));

	/* Copies, because the visitor may look at the map as well. */
	own = palloc(Max(nlayers, 1) * sizeof(CivicLayer));
	for (int i = 0; i < nlayers; i++)
	{
		if (!OidIsValid(kind) || layers[i].kind == kind)
			own[chosen++] = layers[i];
	}
	places = MemoryContextAllocHuge(CurrentMemoryContext, npoints * sizeof(CivicPlaced) + 1);
	scratch = MemoryContextAllocHuge(CurrentMemoryContext, npoints * sizeof(CivicPlaced) + 1);
	for (int i = 0; i < npoints; i++)
	{
		places[i].cell = civic_cell(longitudes[i], latitudes[i], CIVIC_MAX_LEVEL);
		places[i].point = (uint32) i;
	}
	civic_sort_places(places, scratch, npoints);
	pfree(scratch);
	for (int i = 0; i < npoints; i++)
	{
		int point = (int) places[i].point;
		int found = 0;

		if ((i & 1023) == 0)
			CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < chosen; j++)
			found = search_layer(&own[j], places[i].cell, longitudes[point], latitudes[point], day,
								 hits, MAX_HITS, found);
		visit(state, point, hits, Min(found, MAX_HITS));
	}
	pfree(places);
	pfree(own);
	pfree(hits);
}

/* ---- SQL ---- */

static DateADT
day_argument(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? GetSQLCurrentDate() : PG_GETARG_DATEADT(argument);
}

static const CivicAccess *
access_for_call(FunctionCallInfo fcinfo)
{
	const CivicAccess *access = civic_access_for_call(fcinfo->flinfo->fn_extra == NULL);

	fcinfo->flinfo->fn_extra = fcinfo;
	return access;
}

/*
 * civic_area_at
 *		Arguments: latitude, longitude, kind, day. The smallest area of the kind that covers the place.
 */
Datum
civic_area_at(PG_FUNCTION_ARGS)
{
	const CivicAccess *access = access_for_call(fcinfo);
	double latitude;
	double longitude;
	CivicAreaHit hit;
	pg_uuid_t *id;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	latitude = PG_GETARG_FLOAT8(0);
	longitude = PG_GETARG_FLOAT8(1);
	civic_check_place(latitude, longitude);
	if (!access->has_organization ||
		civic_areas_covering(&access->organization, longitude, latitude, PG_GETARG_OID(2),
							 day_argument(fcinfo, 3), &hit, 1) == 0)
		PG_RETURN_NULL();
	id = palloc(sizeof(pg_uuid_t));
	*id = hit.area;
	PG_RETURN_UUID_P(id);
}

/*
 * civic_area_ids_at
 *		Arguments: latitude, longitude, day. All areas that cover the place.
 */
Datum
civic_area_ids_at(PG_FUNCTION_ARGS)
{
	const CivicAccess *access = access_for_call(fcinfo);
	CivicAreaHit *hits;
	Datum *ids;
	int found = 0;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	civic_check_place(PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(1));
	hits = palloc(MAX_HITS * sizeof(CivicAreaHit));
	ids = palloc(MAX_HITS * sizeof(Datum));
	if (access->has_organization)
		found = civic_areas_covering(&access->organization, PG_GETARG_FLOAT8(1),
									 PG_GETARG_FLOAT8(0), InvalidOid, day_argument(fcinfo, 2), hits,
									 MAX_HITS);
	found = Min(found, MAX_HITS);
	for (int i = 0; i < found; i++)
		ids[i] = UUIDPGetDatum(&hits[i].area);
	PG_RETURN_ARRAYTYPE_P(construct_array(ids, found, UUIDOID, UUID_LEN, false, TYPALIGN_CHAR));
}

typedef struct PlacesResult
{
	Tuplestorestate *store;
	TupleDesc desc;
	const int *numbers; /* of the points in the arrays, from 1 */
} PlacesResult;

static void
put_row(PlacesResult *result, int number, const pg_uuid_t *area)
{
	Datum values[2] = {Int32GetDatum(number), (Datum) 0};
	bool nulls[2] = {false, area == NULL};

	if (area != NULL)
		values[1] = UUIDPGetDatum(area);
	tuplestore_putvalues(result->store, result->desc, values, nulls);
}

static void
put_point(void *state, int point, const CivicAreaHit *hits, int nhits)
{
	PlacesResult *result = state;

	put_row(result, result->numbers[point], nhits > 0 ? &hits[0].area : NULL);
}

static int
array_numbers(ArrayType *array, const char *name, Datum **values, bool **nulls)
{
	int count;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("the %s are an array of %d dimensions", name, ARR_NDIM(array)),
						errhint("Pass arrays of one dimension, such as array_agg() makes.")));
	deconstruct_array(array, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, values,
					  nulls, &count);
	return count;
}

/*
 * civic_areas_of_places
 *		Arguments: latitudes, longitudes, kind, day. A row for each place: its number, and the smallest area of
 *		the kind that covers it or null.
 */
Datum
civic_areas_of_places(PG_FUNCTION_ARGS)
{
	const CivicAccess *access = civic_access_for_call(true);
	PlacesResult result;
	Datum *values[2];
	bool *nulls[2];
	int counts[2];
	double *latitudes;
	double *longitudes;
	int *numbers;
	int count = 0;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	result.store = ((ReturnSetInfo *) fcinfo->resultinfo)->setResult;
	result.desc = ((ReturnSetInfo *) fcinfo->resultinfo)->setDesc;
	counts[0] = array_numbers(PG_GETARG_ARRAYTYPE_P(0), "latitudes", &values[0], &nulls[0]);
	counts[1] = array_numbers(PG_GETARG_ARRAYTYPE_P(1), "longitudes", &values[1], &nulls[1]);
	if (counts[0] != counts[1])
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("there are %d latitudes and %d longitudes", counts[0], counts[1]),
						errhint("Pass two arrays of the same length.")));
	latitudes = palloc_extended(counts[0] * sizeof(double) + 1, MCXT_ALLOC_HUGE);
	longitudes = palloc_extended(counts[0] * sizeof(double) + 1, MCXT_ALLOC_HUGE);
	numbers = palloc_extended(counts[0] * sizeof(int) + 1, MCXT_ALLOC_HUGE);
	for (int i = 0; i < counts[0]; i++)
	{
		/* A report without a place is in no area. */
		if (nulls[0][i] || nulls[1][i] || !access->has_organization)
		{
			put_row(&result, i + 1, NULL);
			continue;
		}
		latitudes[count] = DatumGetFloat8(values[0][i]);
		longitudes[count] = DatumGetFloat8(values[1][i]);
		civic_check_place(latitudes[count], longitudes[count]);
		numbers[count++] = i + 1;
	}
	result.numbers = numbers;
	if (count > 0)
		civic_areas_of_points(&access->organization, count, longitudes, latitudes, PG_GETARG_OID(2),
							  day_argument(fcinfo, 3), put_point, &result);
	PG_RETURN_NULL();
}
