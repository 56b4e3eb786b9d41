/*
 * src/core/presence.c
 *		Whether a measured position is within the circle of a place.
 *
 * Distances are those on a sphere: at most 0.56 percent off the ellipsoid, which for the radius of a meeting is less than
 * any receiver's accuracy, and anybody can compute the same number again from the record, years later, without PostGIS.
 */
#include "presence.h"

#include <math.h>

#include "grid.h"

#define RADIAN (3.14159265358979323846 / 180.0)

/*
 * civic_great_circle
 *		Metres by the haversine formula; NaN where one is no position.
 */
double
civic_great_circle(double latitude, double longitude, double other_latitude, double other_longitude)
{
	double along;
	double across;
	double half;

	if (!civic_is_position(latitude, longitude) ||
		!civic_is_position(other_latitude, other_longitude))
		return NAN;
	along = sin((other_latitude - latitude) * RADIAN / 2);
	across = sin((other_longitude - longitude) * RADIAN / 2);
	half = along * along + cos(latitude * RADIAN) * cos(other_latitude * RADIAN) * across * across;
	return 2 * CIVIC_EARTH_RADIUS_M * asin(sqrt(fmin(half, 1)));
}

/*
 * civic_presence
 *		The true position lies within accuracy_m of the measured one. Inside: all of that circle is in the place's.
 *		Outside: none of it is. Anything else, and anything unknown, cannot be decided.
 */
CivicPresence
civic_presence(double latitude, double longitude, double accuracy_m, double place_latitude,
			   double place_longitude, double radius_m)
{
	CivicPresence presence = {CIVIC_PRESENCE_UNDECIDABLE, NAN, NAN};
	double part;

	presence.distance_m = civic_great_circle(latitude, longitude, place_latitude, place_longitude);
	/* Comparisons with NaN are false. */
	if (!(presence.distance_m >= 0) || !(radius_m >= 0) || !(accuracy_m >= 0))
		return presence;
	if (presence.distance_m + accuracy_m <= radius_m)
		presence.verdict = CIVIC_PRESENCE_INSIDE;
	else if (presence.distance_m - accuracy_m > radius_m)
		presence.verdict = CIVIC_PRESENCE_OUTSIDE;
	part = radius_m > 0 ? fmin(presence.distance_m / radius_m, 1) : presence.distance_m > 0;
	presence.confidence = (1 - part) * fmax(0, 1 - accuracy_m / CIVIC_WORST_ACCURACY_M);
	return presence;
}
