/*
 * src/core/presence.h
 *		Whether a measured position is within the circle of a place.
 */
#ifndef CIVIC_PRESENCE_H
#define CIVIC_PRESENCE_H

/* Mean radius of the earth, (2a + b) / 3 of WGS 84. */
#define CIVIC_EARTH_RADIUS_M 6371008.8

/* An accuracy of so much says nothing about presence: confidence is 0 from here on. */
#define CIVIC_WORST_ACCURACY_M 1000.0

typedef enum CivicPresenceVerdict
{
	CIVIC_PRESENCE_INSIDE,
	CIVIC_PRESENCE_OUTSIDE,
	CIVIC_PRESENCE_UNDECIDABLE
} CivicPresenceVerdict;

/* NaN stands for what is not known. */
typedef struct CivicPresence
{
	CivicPresenceVerdict verdict;
	double distance_m;
	double confidence; /* 0 to 1 */
} CivicPresence;

extern double civic_great_circle(double latitude, double longitude, double other_latitude,
								 double other_longitude);
extern CivicPresence civic_presence(double latitude, double longitude, double accuracy_m,
									double place_latitude, double place_longitude, double radius_m);

#endif
