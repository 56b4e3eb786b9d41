/*
 * test/unit/test_presence.c
 *		Distances on the sphere, and what they say together with radius and accuracy.
 */
#include "core/presence.h"

#include <math.h>

#include "tap.h"

static bool
is(double value, double expected, double tolerance)
{
	if (fabs(value - expected) <= tolerance || (isnan(value) && isnan(expected)))
		return true;
	printf("# have %.15g, want %.15g\n", value, expected);
	return false;
}

static void
test_distance(void)
{
	double quarter = CIVIC_EARTH_RADIUS_M * 3.14159265358979323846 / 2;

	ok(is(civic_great_circle(52.5, 13.4, 52.5, 13.4), 0, 0), "from a place to itself");
	ok(is(civic_great_circle(0, 0, 90, 0), quarter, 1e-6) &&
		   is(civic_great_circle(90, 123, 0, -77), quarter, 1e-6),
	   "from a pole to the equator is a quarter, whatever the longitude");
	ok(is(civic_great_circle(-90, 0, 90, 0), 2 * quarter, 1e-6) &&
		   is(civic_great_circle(0, -90, 0, 90), 2 * quarter, 1e-6),
	   "to the other side of the earth is half a circle");
	ok(is(civic_great_circle(90, 10, 90, -170), 0, 1e-8), "a pole is one place");
	ok(is(civic_great_circle(10, 180, 10, -180), 0, 1e-8) &&
		   is(civic_great_circle(0, 179.9995, 0, -179.9995), civic_great_circle(0, 0, 0, 0.001),
			  1e-6),
	   "over the 180th meridian");
	/* A kilometre is 1 / 6371.0088 radians. */
	ok(is(civic_great_circle(0, 0, 0.0089932036, 0), 1000, 1e-3), "a kilometre to the north");
	ok(isnan(civic_great_circle(NAN, 0, 0, 0)) && isnan(civic_great_circle(0, 181, 0, 0)) &&
		   isnan(civic_great_circle(0, 0, -90.1, 0)) &&
		   isnan(civic_great_circle(0, 0, 0, INFINITY)),
	   "no place, no distance");
}

/* So many metres north of the place. */
static CivicPresence
at(double metres, double accuracy_m, double radius_m)
{
	double degrees = metres / CIVIC_EARTH_RADIUS_M * 180 / 3.14159265358979323846;

	return civic_presence(degrees, 20, accuracy_m, 0, 20, radius_m);
}

static void
test_verdict(void)
{
	ok(at(50, 10, 100).verdict == CIVIC_PRESENCE_INSIDE &&
		   at(89.99, 10, 100).verdict == CIVIC_PRESENCE_INSIDE,
	   "all of the circle of accuracy is in range");
	ok(at(150, 10, 100).verdict == CIVIC_PRESENCE_OUTSIDE &&
		   at(110.01, 10, 100).verdict == CIVIC_PRESENCE_OUTSIDE,
	   "none of it is");
	ok(at(90.01, 10, 100).verdict == CIVIC_PRESENCE_UNDECIDABLE &&
		   at(109.99, 10, 100).verdict == CIVIC_PRESENCE_UNDECIDABLE &&
		   at(0, 101, 100).verdict == CIVIC_PRESENCE_UNDECIDABLE,
	   "a part of it is");
	ok(at(99.99, 0, 100).verdict == CIVIC_PRESENCE_INSIDE &&
		   at(100.01, 0, 100).verdict == CIVIC_PRESENCE_OUTSIDE,
	   "an exact position is always decided");
	ok(at(0, 0, 0).verdict == CIVIC_PRESENCE_INSIDE &&
		   at(1, 0, 0).verdict == CIVIC_PRESENCE_OUTSIDE &&
		   at(1, 2, 0).verdict == CIVIC_PRESENCE_UNDECIDABLE,
	   "a circle of no radius");
	ok(at(5000000, INFINITY, 100).verdict == CIVIC_PRESENCE_UNDECIDABLE &&
		   at(5000000, 1e9, 100).verdict == CIVIC_PRESENCE_UNDECIDABLE &&
		   at(5000000, 0, INFINITY).verdict == CIVIC_PRESENCE_INSIDE,
	   "huge numbers");
}

static void
test_confidence(void)
{
	ok(is(at(0, 0, 100).confidence, 1, 1e-9) && is(at(50, 0, 100).confidence, 0.5, 1e-9),
	   "falls with the distance");
	ok(is(at(0, 250, 100).confidence, 0.75, 1e-9) && is(at(0, 1000, 100).confidence, 0, 0) &&
		   is(at(0, 5000, 100).confidence, 0, 0),
	   "and with the accuracy");
	ok(is(at(200, 0, 100).confidence, 0, 0) && is(at(1, 0, 0).confidence, 0, 0) &&
		   is(at(0, 0, 0).confidence, 1, 0),
	   "out of range there is none");
}

static void
test_unknown(void)
{
	CivicPresence presence = at(50, NAN, 100);

	ok(presence.verdict == CIVIC_PRESENCE_UNDECIDABLE && is(presence.distance_m, 50, 1e-6) &&
		   isnan(presence.confidence),
	   "an unknown accuracy leaves the distance");
	ok(at(50, -1, 100).verdict == CIVIC_PRESENCE_UNDECIDABLE &&
		   at(50, 1, NAN).verdict == CIVIC_PRESENCE_UNDECIDABLE &&
		   at(50, 1, -1).verdict == CIVIC_PRESENCE_UNDECIDABLE,
	   "no accuracy or radius is below nothing");
	presence = civic_presence(NAN, 20, 1, 0, 20, 100);
	ok(presence.verdict == CIVIC_PRESENCE_UNDECIDABLE && isnan(presence.distance_m) &&
		   isnan(presence.confidence),
	   "an unknown position leaves nothing");
}

void
test_presence(void)
{
	test_distance();
	test_verdict();
	test_confidence();
	test_unknown();
}
