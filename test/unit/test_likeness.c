/*
 * test/unit/test_likeness.c
 *		The score of two reports from the signals there are.
 */
#include "core/likeness.h"

#include <math.h>

#include "tap.h"

static const CivicLikeness rules = {.distance_weight = 0.4,
									.address_weight = 0.2,
									.text_weight = 0.25,
									.age_weight = 0.15,
									.radius = 200,
									.window = 30 * 86400.0,
									.street_numbers = 50};

static bool
is(double value, double expected)
{
	if (fabs(value - expected) < 1e-12)
		return true;
	printf("# have %.15g, want %.15g\n", value, expected);
	return false;
}

static void
test_score(void)
{
	ok(is(civic_likeness(&rules, 0, 1, 1, 0), 1), "all signals full");
	ok(is(civic_likeness(&rules, 0, CIVIC_NO_SIGNAL, CIVIC_NO_SIGNAL, 0), 1),
	   "what is missing does not count against");
	ok(is(civic_likeness(&rules, 30, CIVIC_NO_SIGNAL, CIVIC_NO_SIGNAL, 86400), 0.5),
	   "thirty metres and a day are a half each");
	ok(is(civic_likeness(&rules, 0, CIVIC_NO_SIGNAL, 0, 0), 0.55 / 0.8),
	   "another text counts against");
	ok(is(civic_likeness(&rules, 0, CIVIC_NO_SIGNAL, 0.5, 0), 1) &&
		   is(civic_likeness(&rules, 0, CIVIC_NO_SIGNAL, 0.25, 0), 0.675 / 0.8),
	   "half of the trigrams are as good as all");
	ok(civic_likeness(&rules, 10, 1, 1, 0) > civic_likeness(&rules, 20, 1, 1, 0) &&
		   civic_likeness(&rules, 10, 1, 1, 0) > civic_likeness(&rules, 10, 1, 1, 60),
	   "nearer and later is better");
}

static void
test_agreement(void)
{
	CivicLikeness exact = rules;

	exact.street_numbers = 0;
	ok(is(civic_address_agreement(&rules, 2, 10, 2, 10), 1), "the same address");
	ok(is(civic_address_agreement(&rules, 2, 10, 2, 60), 0.5) &&
		   is(civic_address_agreement(&rules, 2, 60, 2, 10), 0.5),
	   "fifty numbers apart is a half");
	ok(is(civic_address_agreement(&rules, 2, 10, 2, 500), 0), "far down the street");
	ok(is(civic_address_agreement(&rules, 2, 0, 2, 500), 0.75), "the street alone");
	ok(is(civic_address_agreement(&rules, 2, 10, 4, 10), 0.25), "another street");
	ok(is(civic_address_agreement(&rules, 0, 0, 4, 10), CIVIC_NO_SIGNAL) &&
		   is(civic_address_agreement(&rules, 4, 10, 0, 0), CIVIC_NO_SIGNAL),
	   "no street on one side says nothing");
	ok(is(civic_address_agreement(&rules, 3, 0, 3, 0), 1) &&
		   is(civic_address_agreement(&rules, 3, 0, 5, 0), 0.25),
	   "crossings");
	ok(is(civic_address_agreement(&rules, 3, 0, 2, 7), CIVIC_NO_SIGNAL),
	   "a crossing and a house say nothing of each other");
	ok(is(civic_address_agreement(&exact, 2, 10, 2, 10), 1) &&
		   is(civic_address_agreement(&exact, 2, 10, 2, 11), 0),
	   "no tolerance for numbers");
}

void
test_likeness(void)
{
	test_score();
	test_agreement();
}
