/*
 * src/route_explain.c
 *		Every rule that was considered for a report, and why the others lost.
 */
#include "routing.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

CIVIC_FUNCTION(civic_explain_route);

/* A rule in an explanation. */
typedef struct Considered
{
	const CivicRoute *route;
	double size;
	CivicRouteVerdict verdict;
} Considered;

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
							civic_route_levels[other->route->level],
							civic_route_levels[chosen->route->level]);
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
			   const CivicRoutePlace *place, const Considered *considered, int number, char *reason)
{
	const CivicRoute *route = considered->route;
	const CivicRouteRow *row = &router->rows[route->row];
	Datum values[EXPLAIN_COLUMNS] = {0};
	bool nulls[EXPLAIN_COLUMNS] = {false};

	values[0] = Int32GetDatum(number);
	values[1] = levels[route->level];
	values[2] = UUIDPGetDatum(civic_route_id(route));
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
	CivicRoutePlace place;
	CivicRouteQuestion question;
	const CivicRouter *router;
	Considered *all;
	size_t fitting = 0;
	int number = 0;
	Datum levels[CIVIC_ROUTE_LEVELS];
	MemoryContext each;

	InitMaterializedSRF(fcinfo, 0);
	if (result->setDesc->natts != EXPLAIN_COLUMNS)
		elog(ERROR, "civic_explain_route returns %d columns", EXPLAIN_COLUMNS);
	civic_route_level_labels(TupleDescAttr(result->setDesc, 1)->atttypid, levels);
	router = civic_route_read_question(fcinfo, &place, &question);
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
