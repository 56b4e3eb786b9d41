/*
 * src/route.c
 *		Which department a report goes to, and why.
 */
#include "civic.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

CIVIC_FUNCTION(civic_decide_route);
CIVIC_FUNCTION(civic_explain_route);
CIVIC_FUNCTION(civic_route_points);

#define COMMON_HITS 32

/* Areas at a place that rules name. */
typedef struct Place
{
	int count;
	int *numbers;
	double *sizes;
	pg_uuid_t *areas;
} Place;

/* A rule in an explanation. */
typedef struct Considered
{
	const CivicRoute *route;
	double size;
	CivicRouteVerdict verdict;
} Considered;

static const char *const level_labels[] = {"override", "category_area", "group_area", "category",
										   "group",    "area",          "triage"};

static Datum
look_up_level(Oid type, CivicRouteLevel level)
{
	HeapTuple tuple = SearchSysCache2(ENUMTYPOIDNAME, ObjectIdGetDatum(type),
									  CStringGetDatum(level_labels[level]));
	Oid label;

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "type %u has no label \"%s\"", type, level_labels[level]);
	label = ((Form_pg_enum) GETSTRUCT(tuple))->oid;
	ReleaseSysCache(tuple);
	return ObjectIdGetDatum(label);
}

static void
look_up_levels(Oid type, Datum levels[lengthof(level_labels)])
{
	for (int i = 0; i < lengthof(level_labels); i++)
		levels[i] = look_up_level(type, (CivicRouteLevel) i);
}

/* The day a moment is part of where the organisation is. */
static DateADT
day_of(const CivicRouter *router, TimestampTz moment)
{
	struct pg_tm tm;
	fsec_t fraction;
	int offset;

	if (TIMESTAMP_IS_NOBEGIN(moment))
		return PG_INT32_MIN;
	if (TIMESTAMP_IS_NOEND(moment))
		return PG_INT32_MAX - 1;
	if (timestamp2tm(moment, &offset, &tm, &fraction, NULL, router->time_zone) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("timestamp out of range")));
	return date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) - POSTGRES_EPOCH_JDATE;
}

/* Leaves out areas that no rule names. The arrays of the place have room for all hits. */
static void
take_hits(const CivicRouter *router, const CivicAreaHit *hits, int nhits, Place *place)
{
	place->count = 0;
	for (int i = 0; i < nhits; i++)
	{
		int number = civic_router_area(router, &hits[i].area);

		if (number == CIVIC_ROUTE_NONE)
			continue;
		place->numbers[place->count] = number;
		place->sizes[place->count] = hits[i].size_m2;
		place->areas[place->count] = hits[i].area;
		place->count++;
	}
}

static void
make_room(Place *place, int count)
{
	place->count = 0;
	place->numbers = palloc(sizeof(int) * count);
	place->sizes = palloc(sizeof(double) * count);
	place->areas = palloc(sizeof(pg_uuid_t) * count);
}

static void
find_place(const CivicRouter *router, double latitude, double longitude, DateADT day, Place *place)
{
	CivicAreaHit common[COMMON_HITS];
	CivicAreaHit *hits = common;
	int room = COMMON_HITS;
	int found;

	place->count = 0;
	civic_check_place(latitude, longitude);
	if (router->areas == NULL)
		return;
	for (;;)
	{
		found = civic_areas_covering(&router->organization, longitude, latitude, InvalidOid, day,
									 hits, room);
		if (found <= room)
			break;
		room = found;
		hits = palloc(sizeof(CivicAreaHit) * room);
	}
	make_room(place, Max(found, 1));
	take_hits(router, hits, found, place);
}

static void
ask(const CivicRouter *router, int category, int sub_category, DateADT day, const Place *place,
	CivicRouteQuestion *question)
{
	question->category = category;
	question->group =
		category == CIVIC_ROUTE_NONE ? CIVIC_ROUTE_NONE : router->categories[category].group;
	question->sub_category = sub_category;
	question->day = day;
	question->nareas = place->count;
	question->areas = place->numbers;
	question->sizes = place->sizes;
}

/* The arguments that all functions about one report share: organization to moment. */
static const CivicRouter *
read_question(FunctionCallInfo fcinfo, Place *place, CivicRouteQuestion *question)
{
	const CivicRouter *router;
	DateADT day;
	int category = CIVIC_ROUTE_NONE;
	int sub_category = CIVIC_ROUTE_NONE;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(3) || PG_ARGISNULL(4) || PG_ARGISNULL(5))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a route needs an organization, a place and a time")));
	router = civic_router(PG_GETARG_UUID_P(0));
	day = day_of(router, PG_GETARG_TIMESTAMPTZ(5));
	if (!PG_ARGISNULL(1))
		category =
			civic_name_number(&router->category_codes, text_to_cstring(PG_GETARG_TEXT_PP(1)));
	if (!PG_ARGISNULL(2))
		sub_category =
			civic_name_number(&router->sub_categories, text_to_cstring(PG_GETARG_TEXT_PP(2)));
	find_place(router, PG_GETARG_FLOAT8(3), PG_GETARG_FLOAT8(4), day, place);
	ask(router, category, sub_category, day, place, question);
	return router;
}

static inline const pg_uuid_t *
route_id(const CivicRoute *route)
{
	return (const pg_uuid_t *) route->id;
}

/*
 * A transaction that reads with an older snapshot cannot refer to a rule made since, and must not use another that the
 * city has replaced.
 */
static void
check_snapshot(const CivicRouter *router, const CivicRoute *route)
{
	const CivicRouteRow *row = &router->rows[route->row];
	Oid types[4] = {UUIDOID, UUIDOID, UUIDOID, BOOLOID};
	Datum values[4] = {UUIDPGetDatum(&router->organization), UUIDPGetDatum(route_id(route)),
					   UUIDPGetDatum(&row->department), BoolGetDatum(row->is_default)};
	CivicOwnerScope scope;
	int result;

	SPI_connect();
	civic_enter_owner(&scope);
	result = SPI_execute_with_args(
		"SELECT FROM civic.departments AS d WHERE d.organization_id OPERATOR(pg_catalog.=) $1"
		" AND d.id OPERATOR(pg_catalog.=) $3 AND ($4 OR EXISTS (SELECT FROM civic.routing_rules AS r"
		"   WHERE r.organization_id OPERATOR(pg_catalog.=) $1 AND r.id OPERATOR(pg_catalog.=) $2))",
		4, types, values, NULL, true, 1);
	civic_leave_owner(&scope);
	if (result != SPI_OK_SELECT || SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not route the report because the rules have changed since the "
						"transaction began"),
				 errhint("Retry the transaction.")));
	SPI_finish();
}

/*
 * civic_decide_route
 *		Arguments: organization, category, sub-category, latitude, longitude, moment. Returns department, rule, level
 *		and area; the rule is null where the department is that of the category.
 */
Datum
civic_decide_route(PG_FUNCTION_ARGS)
{
	Place place;
	CivicRouteQuestion question;
	const CivicRouter *router = read_question(fcinfo, &place, &question);
	const CivicRoute *route;
	Datum values[4] = {0};
	bool nulls[4] = {true, true, false, true};
	TupleDesc desc;
	int hit;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE || desc->natts != 4)
		elog(ERROR, "civic_decide_route returns a row of four columns");
	route = civic_routes_find(router->routes, router->nroutes, &question, &hit);
	if (route != NULL)
	{
		const CivicRouteRow *row = &router->rows[route->row];

		if (IsolationUsesXactSnapshot())
			check_snapshot(router, route);
		values[0] = UUIDPGetDatum(&row->department);
		nulls[0] = false;
		values[1] = UUIDPGetDatum(route_id(route));
		nulls[1] = row->is_default;
		if (hit != CIVIC_ROUTE_NONE)
		{
			values[3] = UUIDPGetDatum(&place.areas[hit]);
			nulls[3] = false;
		}
	}
	values[2] = look_up_level(TupleDescAttr(desc, 2)->atttypid,
							  route == NULL ? CIVIC_ROUTE_TRIAGE : route->level);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

static int
compare_considered(const void *a, const void *b)
{
	const Considered *left = a;
	const Considered *right = b;
	bool left_fits = left->verdict == CIVIC_ROUTE_FITS;
	CivicRouteCriterion criterion;

	if (left_fits != (right->verdict == CIVIC_ROUTE_FITS))
		return left_fits ? -1 : 1;
	return civic_route_order(left->route, left->size, right->route, right->size, &criterion);
}

static char *
day_in_words(int32_t day)
{
	return DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum(day)));
}

/* Why a rule that fits comes after the chosen one. */
static char *
why_later(const CivicRouter *router, const Considered *chosen, const Considered *other)
{
	CivicRouteCriterion criterion;

	(void) civic_route_order(chosen->route, chosen->size, other->route, other->size, &criterion);
	switch (criterion)
	{
		case CIVIC_ROUTE_BY_LEVEL:
			return psprintf("Fits, but level \"%s\" comes after \"%s\".",
							level_labels[other->route->level], level_labels[chosen->route->level]);
		case CIVIC_ROUTE_BY_PRIORITY:
			if (router->rows[other->route->row].is_default)
				return pstrdup("Fits, but a category's own department comes after every rule for "
							   "the category.");
			return psprintf("Fits, but priority %d comes after %d.", other->route->priority,
							chosen->route->priority);
		case CIVIC_ROUTE_BY_SIZE:
			if (other->route->area == CIVIC_ROUTE_NONE)
				return pstrdup("Fits, but holds everywhere; the chosen rule is for an area.");
			return psprintf("Fits, but its area of %.0f square metres is larger than %.0f.",
							other->size, chosen->size);
		default:
			return pstrdup("Fits as well as the chosen rule, but its id comes later.");
	}
}

/* Why a rule does not fit. */
static char *
why_not(const CivicRouter *router, const Considered *considered)
{
	const CivicRoute *route = considered->route;
	const CivicRouteRow *row = &router->rows[route->row];

	switch (considered->verdict)
	{
		case CIVIC_ROUTE_INACTIVE:
			return pstrdup("It is switched off.");
		case CIVIC_ROUTE_OTHER_CATEGORY:
			return psprintf("It is for category \"%s\".",
							route->subject == CIVIC_ROUTE_NONE
								? ""
								: router->category_codes.names[route->subject]);
		case CIVIC_ROUTE_OTHER_GROUP:
			return psprintf(
				"It is for categories of group \"%s\".",
				route->subject == CIVIC_ROUTE_NONE ? "" : router->groups.names[route->subject]);
		case CIVIC_ROUTE_OTHER_SUB_CATEGORY:
			return psprintf("It is for sub-category \"%s\".",
							router->sub_categories.names[route->sub_category]);
		case CIVIC_ROUTE_OUTSIDE:
			return psprintf("The place is outside of its area, %s.", row->area_name);
		case CIVIC_ROUTE_NOT_YET:
			return psprintf("It holds from %s on.", day_in_words(route->valid_from));
		case CIVIC_ROUTE_NO_LONGER:
			return psprintf("It held until %s.", day_in_words(route->valid_until));
		case CIVIC_ROUTE_DEPARTMENT_INACTIVE:
			return psprintf("Its department, %s, is not active.", row->department_name);
		default:
			return pstrdup("");
	}
}

static void
put_text(Datum *values, bool *nulls, int column, const char *text)
{
	nulls[column] = text == NULL;
	if (text != NULL)
		values[column] = CStringGetTextDatum(text);
}

/* Columns: place, level, rule_id, rule_name, department_id, department, area_id, area, verdict, reason. */
#define EXPLAIN_COLUMNS 10

static void
put_considered(ReturnSetInfo *result, const Datum *levels, const CivicRouter *router,
			   const Place *place, const Considered *considered, int number, char *reason)
{
	const CivicRoute *route = considered->route;
	const CivicRouteRow *row = &router->rows[route->row];
	Datum values[EXPLAIN_COLUMNS] = {0};
	bool nulls[EXPLAIN_COLUMNS] = {false};

	values[0] = Int32GetDatum(number);
	values[1] = levels[route->level];
	values[2] = UUIDPGetDatum(route_id(route));
	nulls[2] = row->is_default;
	put_text(values, nulls, 3,
			 row->is_default ? psprintf("department of category \"%s\"", row->name) : row->name);
	values[4] = UUIDPGetDatum(&row->department);
	put_text(values, nulls, 5, row->department_name);
	nulls[6] = true;
	for (int i = 0; i < place->count && route->area != CIVIC_ROUTE_NONE; i++)
	{
		if (place->numbers[i] == route->area && place->sizes[i] == considered->size)
		{
			values[6] = UUIDPGetDatum(&place->areas[i]);
			nulls[6] = false;
			break;
		}
	}
	put_text(values, nulls, 7, row->area_name);
	put_text(values, nulls, 8,
			 considered->verdict != CIVIC_ROUTE_FITS ? "does not fit"
			 : number == 1                           ? "chosen"
													 : "comes later");
	put_text(values, nulls, 9, reason);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * civic_explain_route
 *		Arguments as of civic_decide_route(); returns every rule, the chosen one first, then those that fit, then the
 *		others, each in the order of the rules.
 */
Datum
civic_explain_route(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Place place;
	CivicRouteQuestion question;
	const CivicRouter *router;
	Considered *all;
	size_t fitting = 0;
	int number = 0;
	Datum levels[lengthof(level_labels)];
	MemoryContext each;

	InitMaterializedSRF(fcinfo, 0);
	if (result->setDesc->natts != EXPLAIN_COLUMNS)
		elog(ERROR, "civic_explain_route returns %d columns", EXPLAIN_COLUMNS);
	look_up_levels(TupleDescAttr(result->setDesc, 1)->atttypid, levels);
	router = read_question(fcinfo, &place, &question);
	all =
		MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Considered) * Max(router->nroutes, 1));
	for (size_t i = 0; i < router->nroutes; i++)
	{
		all[i].route = &router->routes[i];
		all[i].verdict = civic_route_test(all[i].route, &question, &all[i].size);
		fitting += all[i].verdict == CIVIC_ROUTE_FITS;
	}
	qsort(all, router->nroutes, sizeof(Considered), compare_considered);

	if (fitting == 0)
	{
		Datum values[EXPLAIN_COLUMNS] = {0};
		bool nulls[EXPLAIN_COLUMNS] = {false, false, true, true, true, true, true, true};

		values[0] = Int32GetDatum(++number);
		values[1] = levels[CIVIC_ROUTE_TRIAGE];
		put_text(values, nulls, 8, "chosen");
		put_text(values, nulls, 9, "No rule fits; a person decides.");
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	each = AllocSetContextCreate(CurrentMemoryContext, "civic explanation", ALLOCSET_SMALL_SIZES);
	for (size_t i = 0; i < router->nroutes; i++)
	{
		MemoryContext caller = MemoryContextSwitchTo(each);
		char *reason;

		CHECK_FOR_INTERRUPTS();
		if (all[i].verdict != CIVIC_ROUTE_FITS)
			reason = why_not(router, &all[i]);
		else if (i > 0)
			reason = why_later(router, &all[0], &all[i]);
		else if (fitting == 1)
			reason = pstrdup("The only rule that fits.");
		else
			reason = psprintf("First of %zu rules that fit.", fitting);
		put_considered(result, levels, router, &place, &all[i], ++number, reason);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(each);
	}
	MemoryContextDelete(each);
	return (Datum) 0;
}

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
	Place place;
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
		make_room(&state->place, nhits);
		state->room = nhits;
	}
	take_hits(state->router, hits, nhits, &state->place);
	ask(state->router, state->categories[point], CIVIC_ROUTE_NONE, state->day, &state->place,
		&question);
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
	Datum levels[lengthof(level_labels)];
	double *latitudes;
	double *longitudes;
	int count;
	int other;

	InitMaterializedSRF(fcinfo, 0);
	if (result->setDesc->natts != 5)
		elog(ERROR, "civic_route_points returns 5 columns");
	look_up_levels(TupleDescAttr(result->setDesc, 4)->atttypid, levels);
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
	state.day = PG_ARGISNULL(3) ? day_of(state.router, GetCurrentTransactionStartTimestamp())
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
			values[2] = UUIDPGetDatum(route_id(answer->route));
			nulls[2] = row->is_default;
		}
		values[3] = UUIDPGetDatum(&answer->area);
		nulls[3] = !answer->has_area;
		values[4] = levels[answer->route == NULL ? CIVIC_ROUTE_TRIAGE : answer->route->level];
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
