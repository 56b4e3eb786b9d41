/*
 * src/core/routes.h
 *		Which of an organization's rules of routing holds for a report: a total order.
 */
#ifndef CIVIC_ROUTES_H
#define CIVIC_ROUTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the order in which they are asked; the same as the labels of civic.routing_level. */
typedef enum CivicRouteLevel
{
	CIVIC_ROUTE_OVERRIDE,
	CIVIC_ROUTE_CATEGORY_AREA,
	CIVIC_ROUTE_GROUP_AREA,
	CIVIC_ROUTE_CATEGORY,
	CIVIC_ROUTE_GROUP,
	CIVIC_ROUTE_AREA,
	CIVIC_ROUTE_TRIAGE
} CivicRouteLevel;

typedef enum CivicRouteScope
{
	CIVIC_SCOPE_ANY,
	CIVIC_SCOPE_CATEGORY,
	CIVIC_SCOPE_GROUP
} CivicRouteScope;

/* Categories, groups, sub-categories and areas are numbers of the caller; this is none of them. */
#define CIVIC_ROUTE_NONE (-1)

typedef struct CivicRoute
{
	CivicRouteLevel level;
	CivicRouteScope scope;
	int subject;      /* the category or group, by scope */
	int sub_category; /* or CIVIC_ROUTE_NONE for all */
	int area;         /* or CIVIC_ROUTE_NONE for everywhere */
	int priority;     /* lower first */
	int32_t valid_from;
	int32_t valid_until; /* first day on which it no longer holds */
	bool is_active;
	bool department_is_active;
	uint8_t id[16];
	int row; /* the caller's */
} CivicRoute;

typedef struct CivicRouteQuestion
{
	int category;
	int group;
	int sub_category;
	int32_t day;
	int nareas; /* areas that cover the place, in any order */
	const int *areas;
	const double *sizes; /* square metres */
} CivicRouteQuestion;

typedef enum CivicRouteVerdict
{
	CIVIC_ROUTE_FITS,
	CIVIC_ROUTE_INACTIVE,
	CIVIC_ROUTE_OTHER_CATEGORY,
	CIVIC_ROUTE_OTHER_GROUP,
	CIVIC_ROUTE_OTHER_SUB_CATEGORY,
	CIVIC_ROUTE_OUTSIDE,
	CIVIC_ROUTE_NOT_YET,
	CIVIC_ROUTE_NO_LONGER,
	CIVIC_ROUTE_DEPARTMENT_INACTIVE
} CivicRouteVerdict;

/* What told two rules that both fit apart. */
typedef enum CivicRouteCriterion
{
	CIVIC_ROUTE_BY_LEVEL,
	CIVIC_ROUTE_BY_PRIORITY,
	CIVIC_ROUTE_BY_SIZE,
	CIVIC_ROUTE_BY_ID
} CivicRouteCriterion;

extern CivicRouteLevel civic_route_level(bool is_override, CivicRouteScope scope, bool has_area);

/* Whether a rule fits; *size becomes that of its area at the place, 0 for a rule that holds everywhere. */
extern CivicRouteVerdict civic_route_test(const CivicRoute *route,
										  const CivicRouteQuestion *question, double *size);

/* Negative where the first comes first; never 0 for rules with different identifiers. */
extern int civic_route_order(const CivicRoute *a, double size_a, const CivicRoute *b, double size_b,
							 CivicRouteCriterion *criterion);

/* Sorts rules for civic_routes_find(). */
extern void civic_routes_sort(CivicRoute *routes, size_t count);

/* The first of all that fit, or NULL; *place becomes its area's place in the question, or CIVIC_ROUTE_NONE. */
extern const CivicRoute *civic_routes_find(const CivicRoute *routes, size_t count,
										   const CivicRouteQuestion *question, int *place);

#endif
