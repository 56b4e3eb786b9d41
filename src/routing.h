/*
 * src/routing.h
 *		What the files of routing share.
 */
#ifndef CIVIC_ROUTING_H
#define CIVIC_ROUTING_H

#include "civic.h"

#include "utils/timestamp.h"

#define CIVIC_ROUTE_LEVELS (CIVIC_ROUTE_TRIAGE + 1)

/* Areas at a place that rules name. */
typedef struct CivicRoutePlace
{
	int count;
	int *numbers;
	double *sizes;
	pg_uuid_t *areas;
} CivicRoutePlace;

extern const char *const civic_route_levels[CIVIC_ROUTE_LEVELS];
extern void civic_route_level_labels(Oid type, Datum labels[CIVIC_ROUTE_LEVELS]);

static inline const pg_uuid_t *
civic_route_id(const CivicRoute *route)
{
	return (const pg_uuid_t *) route->id;
}

/* The day a moment is part of where the organization is. */
extern DateADT civic_route_day(const CivicRouter *router, TimestampTz moment);

/* The arrays of a place need room for all hits. */
extern void civic_route_make_room(CivicRoutePlace *place, int count);
extern void civic_route_take_hits(const CivicRouter *router, const CivicAreaHit *hits, int nhits,
								  CivicRoutePlace *place);
extern void civic_route_ask(const CivicRouter *router, int category, int sub_category, DateADT day,
							const CivicRoutePlace *place, CivicRouteQuestion *question);
extern const CivicRouter *civic_route_read_question(FunctionCallInfo fcinfo, CivicRoutePlace *place,
													CivicRouteQuestion *question);

#endif
