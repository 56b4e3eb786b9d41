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
	double radius;      /* metres; at half of it, nearness is a half */
	double window;      /* seconds; at a quarter of it, freshness is a half */
	int street_numbers; /* house numbers apart at which agreement is a half */
} CivicLikeness;

extern double civic_address_agreement(const CivicLikeness *rules, uint64_t street, int number,
									  uint64_t other_street, int other_number);
extern double civic_likeness(const CivicLikeness *rules, double metres, double address, double text,
							 double seconds);

#endif
