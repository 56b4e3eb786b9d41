/*
 * src/core/likeness.c
 *		How sure one may be that two reports mean the same thing.
 *
 * Each signal is a number from 0 to 1, and the score is their mean, weighed over the signals that are there.
 */
#include "likeness.h"

#include "address.h"

/* The same street without the number of both, and another street: corners are on two. */
#define STREET_ONLY 0.75
#define OTHER_STREET 0.25
/* Two people who write of the same thing share about half of their trigrams; more says no more. */
#define FULL_SIMILARITY 0.5

/*
 * civic_address_agreement
 *		From 0 to 1, or CIVIC_NO_SIGNAL where one has no street, or one is a crossing and the other is not.
 */
double
civic_address_agreement(const CivicLikeness *rules, uint64_t street, int number,
						uint64_t other_street, int other_number)
{
	double apart;

	if (street == 0 || other_street == 0 ||
		civic_is_crossing(street) != civic_is_crossing(other_street))
		return CIVIC_NO_SIGNAL;
	if (street != other_street)
		return OTHER_STREET;
	if (civic_is_crossing(street))
		return 1;
	if (number <= 0 || other_number <= 0)
		return STREET_ONLY;
	apart = number > other_number ? (double) number - other_number : (double) other_number - number;
	if (rules->street_numbers <= 0)
		return apart == 0 ? 1 : 0;
	return apart >= 2.0 * rules->street_numbers ? 0 : 1 - apart / (2.0 * rules->street_numbers);
}

double
civic_likeness(const CivicLikeness *rules, double metres, double address, double text,
			   double seconds)
{
	double part = metres / CIVIC_HALF_NEAR_M;
	double total = rules->distance_weight + rules->age_weight;
	double sum = rules->distance_weight / (1 + part * part) +
				 rules->age_weight / (1 + seconds / CIVIC_HALF_FRESH_S);

	if (address >= 0)
	{
		total += rules->address_weight;
		sum += rules->address_weight * address;
	}
	if (text >= 0)
	{
		total += rules->text_weight;
		sum += rules->text_weight * (text >= FULL_SIMILARITY ? 1 : text / FULL_SIMILARITY);
	}
	return total > 0 ? sum / total : 0;
}
