/*
 * test/fuzz/fuzz_routes.c
 *		The search for a rule of routing finds what looking at every rule finds.
 */
#include "core/routes.h"

#include <stdlib.h>
#include <string.h>

#define MAX_ROUTES 64
#define MAX_AREAS 8

typedef struct Input
{
	const uint8_t *data;
	size_t size;
} Input;

static int
next(Input *input, int range)
{
	if (input->size == 0)
		return 0;
	input->size--;
	return *input->data++ % range;
}

static CivicRoute
next_route(Input *input, int number)
{
	CivicRoute route;
	int flags = next(input, 256);

	memset(&route, 0, sizeof(route));
	route.scope = (CivicRouteScope) (flags % 3);
	route.subject = next(input, 4) - 1;
	route.area = next(input, 5) - 1;
	route.level = civic_route_level(flags & 64, route.scope, route.area != CIVIC_ROUTE_NONE);
	route.sub_category = flags & 128 ? next(input, 3) - 1 : CIVIC_ROUTE_NONE;
	route.priority = next(input, 3);
	route.valid_from = next(input, 8) == 0 ? 6 : INT32_MIN;
	route.valid_until = next(input, 8) == 0 ? 6 : INT32_MAX;
	route.is_active = next(input, 8) != 0;
	route.department_is_active = next(input, 8) != 0;
	route.id[0] = (uint8_t) next(input, 2);
	route.id[15] = (uint8_t) number;
	return route;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input input = {data, size};
	CivicRoute routes[MAX_ROUTES];
	int areas[MAX_AREAS];
	double sizes[MAX_AREAS];
	CivicRouteQuestion question = {0};
	const CivicRoute *best = NULL;
	double best_size = 0;
	const CivicRoute *found;
	int count = next(&input, MAX_ROUTES + 1);
	int place;

	question.category = next(&input, 4) - 1;
	question.group = next(&input, 4) - 1;
	question.sub_category = next(&input, 3) - 1;
	question.day = 5 + next(&input, 2);
	question.nareas = next(&input, MAX_AREAS + 1);
	question.areas = areas;
	question.sizes = sizes;
	for (int i = 0; i < question.nareas; i++)
	{
		areas[i] = next(&input, 6) - 1;
		sizes[i] = next(&input, 4) + 1;
	}
	for (int i = 0; i < count; i++)
		routes[i] = next_route(&input, i);
	civic_routes_sort(routes, (size_t) count);

	for (int i = 0; i < count; i++)
	{
		double own;
		CivicRouteCriterion criterion;

		if (civic_route_test(&routes[i], &question, &own) == CIVIC_ROUTE_FITS &&
			(best == NULL || civic_route_order(&routes[i], own, best, best_size, &criterion) < 0))
		{
			best = &routes[i];
			best_size = own;
		}
	}
	found = civic_routes_find(routes, (size_t) count, &question, &place);
	if (found != best)
		abort();
	if (found != NULL && (place == CIVIC_ROUTE_NONE) != (found->area == CIVIC_ROUTE_NONE))
		abort();
	if (place != CIVIC_ROUTE_NONE && (areas[place] != found->area || sizes[place] != best_size))
		abort();
	return 0;
}
