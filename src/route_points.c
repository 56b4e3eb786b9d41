/*
 * src/route_points.c
 *		Routes of many places at once.
 */
#include "routing.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

CIVIC_FUNCTION(civic_route_points);

/* Answers of civic_route_points() before they are put in the order of the question. */
typedef struct Answer
{
	const CivicRoute *route; /* NULL for triage */
	bool has_area;
	pg_uuid_t area;
} Answer;

typedef struct PointsState
{
	const CivicRouter *router;
	const int *categories;
	DateADT day;
	Answer *answers;
	CivicRoutePlace place;
	int room;
} PointsState;

static void
answer_point(void *argument, int point, const CivicAreaHit *hits, int nhits)
{
	PointsState *state = argument;
	Answer *answer = &state->answers[point];
	CivicRouteQuestion question;
	int hit;

	if (nhits > state->room)
	{
		civic_route_make_room(&state->place, nhits);
		state->room = nhits;
	}
	civic_route_take_hits(state->router, hits, nhits, &state->place);
	civic_route_ask(state->router, state->categories[point], CIVIC_ROUTE_NONE, state->day,
					&state->place, &question);
	answer->route =
		civic_routes_find(state->router->routes, state->router->nroutes, &question, &hit);
	answer->has_area = hit != CIVIC_ROUTE_NONE;
	if (answer->has_area)
		answer->area = state->place.areas[hit];
}

static double *
read_coordinates(ArrayType *array, const char *name, int *count)
{
	if (ARR_NDIM(array) > 1 || array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be a list of numbers", name),
				 errhint("Pass an array of one dimension without nulls.")));
	*count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	return (double *) ARR_DATA_PTR(array);
}

/* Categories as numbers; one that does not exist is none. */
static int *
read_category_numbers(const CivicRouter *router, ArrayType *array, int count)
{
	Datum *elements;
	bool *nulls;
	int given;
	int *numbers = MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int) * Max(count, 1));
	StringInfoData code;

	deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &given);
	if (ARR_NDIM(array) > 1 || given != count)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("latitudes, longitudes and categories are not of the same length"),
				 errhint("Pass one latitude, longitude and category for each point.")));
	initStringInfo(&code);
	for (int i = 0; i < count; i++)
	{
		struct varlena *text;

		numbers[i] = CIVIC_ROUTE_NONE;
		if (nulls[i])
			continue;
		text = PG_DETOAST_DATUM_PACKED(elements[i]);
		resetStringInfo(&code);
		appendBinaryStringInfo(&code, VARDATA_ANY(text), VARSIZE_ANY_EXHDR(text));
		numbers[i] = civic_name_number(&router->category_codes, code.data);
	}
	pfree(code.data);
	return numbers;
}

static void
check_permission(void)
{
	(void) civic_access_stamp();
	if (!civic_has_permission_number(civic_permission_number("route:report")) &&
		!civic_has_permission_number(civic_permission_number("manage:areas")) &&
		!civic_session_is_system())
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("you may not route places"),
				 errdetail("That needs permission \"route:report\" or \"manage:areas\"."),
				 errhint("Ask an administrator.")));
}

/*
 * civic_route_points
 *		Arguments: latitudes, longitudes, categories, day. Returns point, department, rule, area and level, in the
 *		order of the points.
 */
Datum
civic_route_points(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	PointsState state = {0};
	const CivicAccess *access;
	Datum levels[CIVIC_ROUTE_LEVELS];
	double *latitudes;
	double *longitudes;
	int count;
	int other;

	InitMaterializedSRF(fcinfo, 0);
	if (result->setDesc->natts != 5)
		elog(ERROR, "civic_route_points returns 5 columns");
	civic_route_level_labels(TupleDescAttr(result->setDesc, 4)->atttypid, levels);
	check_permission();
	access = civic_access();
	if (!access->has_organization || PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return (Datum) 0;
	state.router = civic_router(&access->organization);
	latitudes = read_coordinates(PG_GETARG_ARRAYTYPE_P(0), "latitudes", &count);
	longitudes = read_coordinates(PG_GETARG_ARRAYTYPE_P(1), "longitudes", &other);
	state.categories =
		read_category_numbers(state.router, PG_GETARG_ARRAYTYPE_P(2), Max(count, other));
	if (count != other)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("latitudes and longitudes are not of the same length")));
	for (int i = 0; i < count; i++)
		civic_check_place(latitudes[i], longitudes[i]);
	state.day = PG_ARGISNULL(3)
					? civic_route_day(state.router, GetCurrentTransactionStartTimestamp())
					: PG_GETARG_DATEADT(3);
	state.answers =
		MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Answer) * (Size) Max(count, 1));
	if (state.router->areas == NULL)
	{
		for (int i = 0; i < count; i++)
			answer_point(&state, i, NULL, 0);
	}
	else
		civic_areas_of_points(&state.router->organization, count, longitudes, latitudes, InvalidOid,
							  state.day, answer_point, &state);

	for (int i = 0; i < count; i++)
	{
		const Answer *answer = &state.answers[i];
		Datum values[5] = {0};
		bool nulls[5] = {false, true, true, true, false};

		CHECK_FOR_INTERRUPTS();
		values[0] = Int32GetDatum(i + 1);
		if (answer->route != NULL)
		{
			const CivicRouteRow *row = &state.router->rows[answer->route->row];

			values[1] = UUIDPGetDatum(&row->department);
			nulls[1] = false;
			values[2] = UUIDPGetDatum(civic_route_id(answer->route));
			nulls[2] = row->is_default;
		}
		values[3] = UUIDPGetDatum(&answer->area);
		nulls[3] = !answer->has_area;
		values[4] = levels[answer->route == NULL ? CIVIC_ROUTE_TRIAGE : answer->route->level];
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
