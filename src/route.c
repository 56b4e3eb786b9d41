/*
 * src/route.c
 *		Which department a report goes to.
 */
#include "routing.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/datetime.h"

CIVIC_FUNCTION(civic_decide_route);

#define COMMON_HITS 32

const char *const civic_route_levels[CIVIC_ROUTE_LEVELS] = {
	"override", "category_area", "group_area", "category", "group", "area", "triage"};

void
civic_route_level_labels(Oid type, Datum labels[CIVIC_ROUTE_LEVELS])
{
	for (int i = 0; i < CIVIC_ROUTE_LEVELS; i++)
		labels[i] = ObjectIdGetDatum(civic_enum_label(type, civic_route_levels[i]));
}

DateADT
civic_route_day(const CivicRouter *router, TimestampTz moment)
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

/* Leaves out areas that no rule names. */
void
civic_route_take_hits(const CivicRouter *router, const CivicAreaHit *hits, int nhits,
					  CivicRoutePlace *place)
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

void
civic_route_make_room(CivicRoutePlace *place, int count)
{
	place->count = 0;
	place->numbers = palloc(sizeof(int) * count);
	place->sizes = palloc(sizeof(double) * count);
	place->areas = palloc(sizeof(pg_uuid_t) * count);
}

static void
find_place(const CivicRouter *router, double latitude, double longitude, DateADT day,
		   CivicRoutePlace *place)
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
	civic_route_make_room(place, Max(found, 1));
	civic_route_take_hits(router, hits, found, place);
}

void
civic_route_ask(const CivicRouter *router, int category, int sub_category, DateADT day,
				const CivicRoutePlace *place, CivicRouteQuestion *question)
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

/* Areas that cover a place, and the category and sub-category by their names; NULL for none. */
static void
ask_about(const CivicRouter *router, const char *category, const char *sub_category,
		  double latitude, double longitude, TimestampTz moment, CivicRoutePlace *place,
		  CivicRouteQuestion *question)
{
	DateADT day = civic_route_day(router, moment);

	find_place(router, latitude, longitude, day, place);
	civic_route_ask(router, civic_name_number(&router->category_codes, category),
					civic_name_number(&router->sub_categories, sub_category), day, place, question);
}

/*
 * civic_route_read_question
 *		The arguments that all functions about one report share: organization to moment.
 */
const CivicRouter *
civic_route_read_question(FunctionCallInfo fcinfo, CivicRoutePlace *place,
						  CivicRouteQuestion *question)
{
	const CivicRouter *router;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(3) || PG_ARGISNULL(4) || PG_ARGISNULL(5))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a route needs an organization, a place and a time")));
	router = civic_router(PG_GETARG_UUID_P(0));
	ask_about(router, PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1)),
			  PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2)), PG_GETARG_FLOAT8(3),
			  PG_GETARG_FLOAT8(4), PG_GETARG_TIMESTAMPTZ(5), place, question);
	return router;
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
	Datum values[4] = {UUIDPGetDatum(&router->organization), UUIDPGetDatum(civic_route_id(route)),
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

static void
decide(const CivicRouter *router, const CivicRoutePlace *place, const CivicRouteQuestion *question,
	   CivicRouteDecision *decision)
{
	int hit;
	const CivicRoute *route = civic_routes_find(router->routes, router->nroutes, question, &hit);
	const CivicRouteRow *row;

	memset(decision, 0, sizeof(*decision));
	decision->level = CIVIC_ROUTE_TRIAGE;
	if (route == NULL)
		return;
	if (IsolationUsesXactSnapshot())
		check_snapshot(router, route);
	row = &router->rows[route->row];
	decision->level = route->level;
	decision->has_department = true;
	decision->department = row->department;
	decision->has_rule = !row->is_default;
	decision->rule = *civic_route_id(route);
	decision->has_area = hit != CIVIC_ROUTE_NONE;
	if (decision->has_area)
		decision->area = place->areas[hit];
}

/*
 * civic_find_route
 *		Category and sub-category may be NULL.
 */
void
civic_find_route(const pg_uuid_t *organization, const char *category, const char *sub_category,
				 double latitude, double longitude, TimestampTz moment,
				 CivicRouteDecision *decision)
{
	const CivicRouter *router = civic_router(organization);
	CivicRoutePlace place;
	CivicRouteQuestion question;

	ask_about(router, category, sub_category, latitude, longitude, moment, &place, &question);
	decide(router, &place, &question, decision);
}

Oid
civic_route_level_label(Oid type, CivicRouteLevel level)
{
	return civic_enum_label(type, civic_route_levels[level]);
}

/*
 * civic_decide_route
 *		Arguments: organization, category, sub-category, latitude, longitude, moment. Returns department, rule, level
 *		and area; the rule is null where the department is that of the category.
 */
Datum
civic_decide_route(PG_FUNCTION_ARGS)
{
	CivicRoutePlace place;
	CivicRouteQuestion question;
	const CivicRouter *router = civic_route_read_question(fcinfo, &place, &question);
	CivicRouteDecision decision;
	Datum values[4];
	bool nulls[4] = {false};
	TupleDesc desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE || desc->natts != 4)
		elog(ERROR, "civic_decide_route returns a row of four columns");
	decide(router, &place, &question, &decision);
	values[0] = UUIDPGetDatum(&decision.department);
	nulls[0] = !decision.has_department;
	values[1] = UUIDPGetDatum(&decision.rule);
	nulls[1] = !decision.has_rule;
	values[2] =
		ObjectIdGetDatum(civic_route_level_label(TupleDescAttr(desc, 2)->atttypid, decision.level));
	values[3] = UUIDPGetDatum(&decision.area);
	nulls[3] = !decision.has_area;
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}
