/*
 * src/core/likeness.h
 *		How sure one may be that two reports mean the same thing.
 */
#ifndef CIVIC_LIKENESS_H
#define CIVIC_LIKENESS_H

#include <stdbool.h>
#include <stdint.h>

/* A signal that is missing on one side speaks neither for nor against. */
#define CIVIC_NO_SIGNAL (-1.0)

typedef struct CivicLikeness
{
	double distance_weight;
	double address_weight;
	double text_weight;
	double age_weight;
	double radius;      /* metres, of the search */
	double window;      /* seconds, of the search */
	int street_numbers; /* house numbers apart at which agreement is a half */
} CivicLikeness;

/* Where nearness and freshness are a half: what lies farther apart is seldom the same, however wide the search is. */
#define CIVIC_HALF_NEAR_M 30.0
#define CIVIC_HALF_FRESH_S 86400.0

extern double civic_address_agreement(const CivicLikeness *rules, uint64_t street, int number,
									  uint64_t other_street, int other_number);
extern double civic_likeness(const CivicLikeness *rules, double metres, double address, double text,
							 double seconds);

#endif
