/*
 * test/unit/test_routes.c
 *		The order of routing rules without a server.
 */
#include "core/routes.h"

#include <string.h>

#include "tap.h"

static const CivicRoute everywhere = {.sub_category = CIVIC_ROUTE_NONE,
									  .area = CIVIC_ROUTE_NONE,
									  .priority = 100,
									  .valid_from = INT32_MIN,
									  .valid_until = INT32_MAX,
									  .is_active = true,
									  .department_is_active = true};

static CivicRoute
rule(bool is_override, CivicRouteScope scope, int subject, int area, uint8_t id)
{
	CivicRoute route = everywhere;

	route.scope = scope;
	route.subject = subject;
	route.area = area;
	route.level = civic_route_level(is_override, scope, area != CIVIC_ROUTE_NONE);
	route.id[15] = id;
	return route;
}

static int
chosen(CivicRoute *routes, size_t count, const CivicRouteQuestion *question)
{
	int place;
	const CivicRoute *found;

	civic_routes_sort(routes, count);
	found = civic_routes_find(routes, count, question, &place);
	return found == NULL ? -1 : found->id[15];
}

/* Each level beats the next: the rules come one by one, worst first, and each new one is chosen. */
static void
test_levels(void)
{
	const int areas[] = {7};
	const double sizes[] = {1000};
	const CivicRouteQuestion question = {1, 2, 3, 100, 1, areas, sizes};
	const CivicRoute rules[] = {
		rule(false, CIVIC_SCOPE_ANY, 0, 7, 1),
		rule(false, CIVIC_SCOPE_GROUP, 2, CIVIC_ROUTE_NONE, 2),
		rule(false, CIVIC_SCOPE_CATEGORY, 1, CIVIC_ROUTE_NONE, 3),
		rule(false, CIVIC_SCOPE_GROUP, 2, 7, 4),
		rule(false, CIVIC_SCOPE_CATEGORY, 1, 7, 5),
		rule(true, CIVIC_SCOPE_ANY, 0, CIVIC_ROUTE_NONE, 6),
	};
	CivicRoute routes[6];

	ok(chosen(routes, 0, &question) == -1, "no rules, no route");
	for (int count = 1; count <= 6; count++)
	{
		memcpy(routes, rules, sizeof(routes));
		ok(chosen(routes, count, &question) == count, "rule %d comes before those of lower levels",
		   count);
	}
}

static void
test_ties(void)
{
	const int areas[] = {7, 8, 7};
	const double sizes[] = {1000, 500, 400};
	const CivicRouteQuestion question = {1,    CIVIC_ROUTE_NONE, CIVIC_ROUTE_NONE, 100, 2, areas,
										 sizes};
	CivicRouteQuestion overlapping = question;
	CivicRoute routes[2];

	routes[0] = rule(false, CIVIC_SCOPE_CATEGORY, 1, 7, 1);
	routes[1] = rule(false, CIVIC_SCOPE_CATEGORY, 1, 8, 2);
	ok(chosen(routes, 2, &question) == 2, "the smaller area comes first");
	overlapping.nareas = 3;
	ok(chosen(routes, 2, &overlapping) == 1, "of two versions of an area the smaller counts");
	routes[0] = rule(false, CIVIC_SCOPE_CATEGORY, 1, 7, 1);
	routes[0].priority = 99;
	routes[1] = rule(false, CIVIC_SCOPE_CATEGORY, 1, 8, 2);
	ok(chosen(routes, 2, &question) == 1,
	   "the lower priority number comes before the smaller area");
	routes[0] = rule(false, CIVIC_SCOPE_CATEGORY, 1, 8, 4);
	routes[1] = rule(false, CIVIC_SCOPE_CATEGORY, 1, 8, 3);
	ok(chosen(routes, 2, &question) == 3, "the lower id comes first");
	routes[0] = rule(true, CIVIC_SCOPE_ANY, 0, CIVIC_ROUTE_NONE, 1);
	routes[1] = rule(true, CIVIC_SCOPE_ANY, 0, 7, 2);
	ok(chosen(routes, 2, &question) == 2,
	   "an override for an area comes before one for everywhere");
}

static void
test_conditions(void)
{
	const CivicRouteQuestion question = {1, 2, 3, 100, 0, NULL, NULL};
	struct
	{
		const char *name;
		CivicRouteVerdict verdict;
		CivicRoute route;
	} cases[] = {
		{"fits", CIVIC_ROUTE_FITS, rule(false, CIVIC_SCOPE_CATEGORY, 1, CIVIC_ROUTE_NONE, 1)},
		{"another category", CIVIC_ROUTE_OTHER_CATEGORY,
		 rule(false, CIVIC_SCOPE_CATEGORY, 2, CIVIC_ROUTE_NONE, 1)},
		{"no category", CIVIC_ROUTE_OTHER_CATEGORY,
		 rule(false, CIVIC_SCOPE_CATEGORY, CIVIC_ROUTE_NONE, CIVIC_ROUTE_NONE, 1)},
		{"another group", CIVIC_ROUTE_OTHER_GROUP,
		 rule(false, CIVIC_SCOPE_GROUP, 1, CIVIC_ROUTE_NONE, 1)},
		{"another area", CIVIC_ROUTE_OUTSIDE, rule(false, CIVIC_SCOPE_CATEGORY, 1, 7, 1)},
		{"the sub-category", CIVIC_ROUTE_FITS,
		 rule(true, CIVIC_SCOPE_CATEGORY, 1, CIVIC_ROUTE_NONE, 1)},
		{"another sub-category", CIVIC_ROUTE_OTHER_SUB_CATEGORY,
		 rule(true, CIVIC_SCOPE_CATEGORY, 1, CIVIC_ROUTE_NONE, 1)},
		{"from today", CIVIC_ROUTE_FITS, rule(true, CIVIC_SCOPE_ANY, 0, CIVIC_ROUTE_NONE, 1)},
		{"from tomorrow", CIVIC_ROUTE_NOT_YET, rule(true, CIVIC_SCOPE_ANY, 0, CIVIC_ROUTE_NONE, 1)},
		{"until tomorrow", CIVIC_ROUTE_FITS, rule(true, CIVIC_SCOPE_ANY, 0, CIVIC_ROUTE_NONE, 1)},
		{"until today", CIVIC_ROUTE_NO_LONGER, rule(true, CIVIC_SCOPE_ANY, 0, CIVIC_ROUTE_NONE, 1)},
		{"switched off", CIVIC_ROUTE_INACTIVE, rule(true, CIVIC_SCOPE_ANY, 0, CIVIC_ROUTE_NONE, 1)},
		{"inactive department", CIVIC_ROUTE_DEPARTMENT_INACTIVE,
		 rule(true, CIVIC_SCOPE_ANY, 0, CIVIC_ROUTE_NONE, 1)},
	};
	double size;

	cases[5].route.sub_category = 3;
	cases[6].route.sub_category = 4;
	cases[7].route.valid_from = 100;
	cases[8].route.valid_from = 101;
	cases[9].route.valid_until = 101;
	cases[10].route.valid_until = 100;
	cases[11].route.is_active = false;
	cases[12].route.department_is_active = false;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		bool fits = cases[i].verdict == CIVIC_ROUTE_FITS;

		ok(civic_route_test(&cases[i].route, &question, &size) == cases[i].verdict, "%s",
		   cases[i].name);
		ok(chosen(&cases[i].route, 1, &question) == (fits ? 1 : -1), "%s: %s", cases[i].name,
		   fits ? "found" : "not found");
	}
}

void
test_routes(void)
{
	test_levels();
	test_ties();
	test_conditions();
}
