/*
 * test/fuzz/fuzz_likeness.c
 *		Whatever the weights and signals, a score lies between 0 and 1, and being nearer never makes it less.
 */
#include "core/likeness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void
check(bool holds)
{
	if (!holds)
		abort();
}

/* Weights and signals as policies and searches have them: any number of the range, both ends included. */
static double
take(const uint8_t **data, size_t *size, double least, double most)
{
	uint16_t number = 0;

	if (*size >= sizeof(number))
	{
		memcpy(&number, *data, sizeof(number));
		*data += sizeof(number);
		*size -= sizeof(number);
	}
	return least + (most - least) * number / 65535.0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CivicLikeness rules;
	double metres;
	double address;
	double text;
	double seconds;
	double score;

	rules.distance_weight = take(&data, &size, 0, 1);
	rules.address_weight = take(&data, &size, 0, 1);
	rules.text_weight = take(&data, &size, 0, 1);
	rules.age_weight = take(&data, &size, 0, 1);
	rules.radius = take(&data, &size, 1, 5000);
	rules.window = take(&data, &size, 60, 400.0 * 86400);
	rules.street_numbers = (int) take(&data, &size, 1, 100);
	if (rules.distance_weight + rules.text_weight + rules.age_weight == 0)
		return 0;
	metres = take(&data, &size, 0, rules.radius);
	text = take(&data, &size, 0, 1);
	seconds = take(&data, &size, 0, rules.window);
	address = civic_address_agreement(
		&rules, (uint64_t) take(&data, &size, 0, 3), (int) take(&data, &size, 0, 400),
		(uint64_t) take(&data, &size, 0, 3), (int) take(&data, &size, 0, 400));
	check(address == CIVIC_NO_SIGNAL || (address >= 0 && address <= 1));

	score = civic_likeness(&rules, metres, address, text, seconds);
	check(!isnan(score) && score >= 0 && score <= 1 + 1e-12);
	check(civic_likeness(&rules, metres / 2, address, text, seconds) >= score - 1e-12);
	check(civic_likeness(&rules, metres, address, text, seconds / 2) >= score - 1e-12);
	return 0;
}
