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

/* Adds what covers the point in one tile to the hits found. */
static int
search_tile(const CivicLayer *layer, const uint8 *tile, size_t length, double x, double y,
			DateADT day, CivicAreaHit *hits, int max_hits, int found)
{
	CivicTileReader reader;
	CivicTileArea area;
	const uint8 *rings;
	CivicTileStep next;

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
		const uint8 *tile;
		size_t length;

		if ((!OidIsValid(kind) || layers[i].kind == kind) &&
			civic_layer_tile(&layers[i], place, &tile, &length))
			found = search_tile(&layers[i], tile, length, longitude, latitude, day, hits, max_hits,
								found);
	}
	return found;
}

/* ---- many points ---- */

/* Points by which coordinates are asked for before they are needed. */
#define AHEAD 16

#ifdef __GNUC__
#define prefetch(address) __builtin_prefetch(address)
#else
#define prefetch(address) ((void) 0)
#endif

void
civic_areas_of_points(const pg_uuid_t *organization, int npoints, const double *longitudes,
					  const double *latitudes, Oid kind, DateADT day, CivicAreaVisitor visit,
					  void *state)
{
	Size size = (Size) npoints * sizeof(CivicPlaced);
	CivicPlaced *places;
	CivicPlaced *scratch;
	CivicLayer *layers;
	int nlayers = civic_layers(organization, &layers);
	CivicLayer *chosen = palloc((nlayers + 1) * sizeof(CivicLayer));
	CivicTileScan **scans = palloc((nlayers + 1) * sizeof(CivicTileScan *));
	int nscans = 0;
	CivicAreaHit *hits = palloc(MAX_HITS * sizeof(CivicAreaHit));

	/* Copies, because the visitor may look at the map as well. */
	for (int i = 0; i < nlayers; i++)
	{
		if (!OidIsValid(kind) || layers[i].kind == kind)
			chosen[nscans++] = layers[i];
	}
	for (int i = 0; i < nscans; i++)
		scans[i] = civic_begin_tiles(&chosen[i]);
	places = MemoryContextAllocHuge(CurrentMemoryContext, size + 1);
	scratch = MemoryContextAllocHuge(CurrentMemoryContext, size + 1);
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
		/* In the order of cells, coordinates are all over the memory. */
		if (i + AHEAD < npoints)
		{
			prefetch(&longitudes[places[i + AHEAD].point]);
			prefetch(&latitudes[places[i + AHEAD].point]);
		}
		for (int j = 0; j < nscans; j++)
		{
			const uint8 *tile;
			size_t length;

			if (civic_seek_tile(scans[j], places[i].cell, &tile, &length))
				found = search_tile(&chosen[j], tile, length, longitudes[point], latitudes[point],
									day, hits, MAX_HITS, found);
		}
		visit(state, point, hits, Min(found, MAX_HITS));
	}
	for (int i = 0; i < nscans; i++)
		civic_end_tiles(scans[i]);
	pfree(places);
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
		found =
			civic_areas_covering(&access->organization, PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(0),
								 InvalidOid, day_argument(fcinfo, 2), hits, MAX_HITS);
	found = Min(found, MAX_HITS);
	for (int i = 0; i < found; i++)
		ids[i] = UUIDPGetDatum(&hits[i].area);
	PG_RETURN_ARRAYTYPE_P(construct_array(ids, found, UUIDOID, UUID_LEN, false, TYPALIGN_CHAR));
}

typedef struct PlacesResult
{
	Tuplestorestate *store;
	TupleDesc desc;
	const int *numbers; /* of the points in the arrays, from 1; NULL where all are there */
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

	put_row(result, result->numbers != NULL ? result->numbers[point] : point + 1,
			nhits > 0 ? &hits[0].area : NULL);
}

/* The numbers of an array of one dimension, and its nulls as a bitmap or NULL. */
static const double *
array_numbers(ArrayType *array, const char *name, int *count, const bits8 **nulls)
{
	if (ARR_NDIM(array) > 1)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("the %s are an array of %d dimensions", name, ARR_NDIM(array)),
						errhint("Pass arrays of one dimension, such as array_agg() makes.")));
	*count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	*nulls = ARR_NULLBITMAP(array);
	return (const double *) ARR_DATA_PTR(array);
}

static inline bool
is_null(const bits8 *nulls, int place)
{
	return nulls != NULL && (nulls[place / 8] & 1 << place % 8) == 0;
}

/* A report without a place is in no area; the others move together, and keep their numbers. */
static int
leave_out_nulls(PlacesResult *result, int count, const bits8 *const nulls[2],
				const double **latitudes, const double **longitudes)
{
	double *kept = MemoryContextAllocHuge(CurrentMemoryContext, 2 * (Size) count * sizeof(double));
	int *numbers = MemoryContextAllocHuge(CurrentMemoryContext, (Size) count * sizeof(int));
	/* An array does not store its nulls. */
	const double *next[2] = {*latitudes, *longitudes};
	int left = 0;

	for (int i = 0; i < count; i++)
	{
		bool unknown = is_null(nulls[0], i) || is_null(nulls[1], i);

		kept[left] = is_null(nulls[0], i) ? 0 : *next[0]++;
		kept[count + left] = is_null(nulls[1], i) ? 0 : *next[1]++;
		if (unknown)
			put_row(result, i + 1, NULL);
		else
			numbers[left++] = i + 1;
	}
	*latitudes = kept;
	*longitudes = kept + count;
	result->numbers = numbers;
	return left;
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
	PlacesResult result = {0};
	const double *latitudes;
	const double *longitudes;
	const bits8 *nulls[2];
	int counts[2];
	int count = 0;

	InitMaterializedSRF(fcinfo, 0);
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	result.store = ((ReturnSetInfo *) fcinfo->resultinfo)->setResult;
	result.desc = ((ReturnSetInfo *) fcinfo->resultinfo)->setDesc;
	latitudes = array_numbers(PG_GETARG_ARRAYTYPE_P(0), "latitudes", &counts[0], &nulls[0]);
	longitudes = array_numbers(PG_GETARG_ARRAYTYPE_P(1), "longitudes", &counts[1], &nulls[1]);
	if (counts[0] != counts[1])
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("there are %d latitudes and %d longitudes", counts[0], counts[1]),
						errhint("Pass two arrays of the same length.")));
	count = counts[0];
	if (nulls[0] != NULL || nulls[1] != NULL)
		count = leave_out_nulls(&result, counts[0], nulls, &latitudes, &longitudes);
	for (int i = 0; i < count; i++)
		civic_check_place(latitudes[i], longitudes[i]);
	if (count > 0 && access->has_organization)
		civic_areas_of_points(&access->organization, count, longitudes, latitudes, PG_GETARG_OID(2),
							  day_argument(fcinfo, 3), put_point, &result);
	for (int i = 0; i < count && !access->has_organization; i++)
		put_point(&result, i, NULL, 0);
	PG_RETURN_NULL();
}
