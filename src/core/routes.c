/*
 * src/core/routes.c
 *		Which of an organization's rules of routing holds for a report.
 *
 * Sorted by area and subject, the rules that can fit are a few short runs found by binary search, and the first of a
 * run that fits is the run's best.
 */
#include "core/routes.h"

#include <stdlib.h>
#include <string.h>

CivicRouteLevel
civic_route_level(bool is_override, CivicRouteScope scope, bool has_area)
{
	if (is_override)
		return CIVIC_ROUTE_OVERRIDE;
	switch (scope)
	{
		case CIVIC_SCOPE_CATEGORY:
			return has_area ? CIVIC_ROUTE_CATEGORY_AREA : CIVIC_ROUTE_CATEGORY;
		case CIVIC_SCOPE_GROUP:
			return has_area ? CIVIC_ROUTE_GROUP_AREA : CIVIC_ROUTE_GROUP;
		default:
			return has_area ? CIVIC_ROUTE_AREA : CIVIC_ROUTE_TRIAGE;
	}
}

/* What does not depend on where the report is and what it is about. */
static CivicRouteVerdict
test_state(const CivicRoute *route, const CivicRouteQuestion *question)
{
	if (route->sub_category != CIVIC_ROUTE_NONE && route->sub_category != question->sub_category)
		return CIVIC_ROUTE_OTHER_SUB_CATEGORY;
	if (question->day < route->valid_from)
		return CIVIC_ROUTE_NOT_YET;
	if (question->day >= route->valid_until)
		return CIVIC_ROUTE_NO_LONGER;
	if (!route->department_is_active)
		return CIVIC_ROUTE_DEPARTMENT_INACTIVE;
	return CIVIC_ROUTE_FITS;
}

CivicRouteVerdict
civic_route_test(const CivicRoute *route, const CivicRouteQuestion *question, double *size)
{
	bool inside = false;

	*size = 0;
	if (!route->is_active)
		return CIVIC_ROUTE_INACTIVE;
	if (route->scope == CIVIC_SCOPE_CATEGORY &&
		(route->subject == CIVIC_ROUTE_NONE || route->subject != question->category))
		return CIVIC_ROUTE_OTHER_CATEGORY;
	if (route->scope == CIVIC_SCOPE_GROUP &&
		(route->subject == CIVIC_ROUTE_NONE || route->subject != question->group))
		return CIVIC_ROUTE_OTHER_GROUP;
	if (route->area != CIVIC_ROUTE_NONE)
	{
		for (int i = 0; i < question->nareas; i++)
		{
			if (question->areas[i] == route->area && (!inside || question->sizes[i] < *size))
			{
				inside = true;
				*size = question->sizes[i];
			}
		}
		if (!inside)
			return CIVIC_ROUTE_OUTSIDE;
	}
	return test_state(route, question);
}

int
civic_route_order(const CivicRoute *a, double size_a, const CivicRoute *b, double size_b,
				  CivicRouteCriterion *criterion)
{
	*criterion = CIVIC_ROUTE_BY_LEVEL;
	if (a->level != b->level)
		return a->level < b->level ? -1 : 1;
	*criterion = CIVIC_ROUTE_BY_PRIORITY;
	if (a->priority != b->priority)
		return a->priority < b->priority ? -1 : 1;
	/* Only overrides are compared with and without an area: that of an area is the narrower one. */
	*criterion = CIVIC_ROUTE_BY_SIZE;
	if ((a->area == CIVIC_ROUTE_NONE) != (b->area == CIVIC_ROUTE_NONE))
		return b->area == CIVIC_ROUTE_NONE ? -1 : 1;
	if (size_a < size_b || size_a > size_b)
		return size_a < size_b ? -1 : 1;
	*criterion = CIVIC_ROUTE_BY_ID;
	return memcmp(a->id, b->id, sizeof(a->id));
}

static int
compare_keys(const CivicRoute *route, int area, CivicRouteScope scope, int subject)
{
	if (route->area != area)
		return route->area < area ? -1 : 1;
	if (route->scope != scope)
		return route->scope < scope ? -1 : 1;
	if (scope == CIVIC_SCOPE_ANY)
		return 0;
	return (route->subject > subject) - (route->subject < subject);
}

static int
compare_routes(const void *left, const void *right)
{
	const CivicRoute *a = left;
	const CivicRoute *b = right;
	CivicRouteCriterion criterion;
	int order = compare_keys(a, b->area, b->scope, b->subject);

	return order != 0 ? order : civic_route_order(a, 0, b, 0, &criterion);
}

void
civic_routes_sort(CivicRoute *routes, size_t count)
{
	if (count > 1)
		qsort(routes, count, sizeof(CivicRoute), compare_routes);
}

/* The first rule that fits of those for an area and subject; all of them fit the place. */
static const CivicRoute *
first_of_run(const CivicRoute *routes, size_t count, int area, CivicRouteScope scope, int subject,
			 const CivicRouteQuestion *question)
{
	size_t low = 0;
	size_t high = count;

	while (low < high)
	{
		size_t middle = low + (high - low) / 2;

		if (compare_keys(&routes[middle], area, scope, subject) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < count && compare_keys(&routes[low], area, scope, subject) == 0; low++)
	{
		if (routes[low].is_active && test_state(&routes[low], question) == CIVIC_ROUTE_FITS)
			return &routes[low];
	}
	return NULL;
}

const CivicRoute *
civic_routes_find(const CivicRoute *routes, size_t count, const CivicRouteQuestion *question,
				  int *place)
{
	const int subjects[] = {CIVIC_ROUTE_NONE, question->category, question->group};
	const CivicRoute *best = NULL;
	double best_size = 0;

	*place = CIVIC_ROUTE_NONE;
	for (int i = -1; i < question->nareas; i++)
	{
		int area = i < 0 ? CIVIC_ROUTE_NONE : question->areas[i];
		double size = i < 0 ? 0 : question->sizes[i];

		if (i >= 0 && area == CIVIC_ROUTE_NONE)
			continue;
		for (int scope = CIVIC_SCOPE_ANY; scope <= CIVIC_SCOPE_GROUP; scope++)
		{
			const CivicRoute *found;
			CivicRouteCriterion criterion;

			if (scope != CIVIC_SCOPE_ANY && subjects[scope] == CIVIC_ROUTE_NONE)
				continue;
			found = first_of_run(routes, count, area, (CivicRouteScope) scope, subjects[scope],
								 question);
			if (found != NULL &&
				(best == NULL || civic_route_order(found, size, best, best_size, &criterion) < 0))
			{
				best = found;
				best_size = size;
				*place = i < 0 ? CIVIC_ROUTE_NONE : i;
			}
		}
	}
	return best;
}
