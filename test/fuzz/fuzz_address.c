/*
 * test/fuzz/fuzz_address.c
 *		Any bytes as an address: nothing is read past them, the answer is the same each time and of the promised form.
 */
#include "core/address.h"

#include <stdlib.h>
#include <string.h>

static void
check(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A copy of its own, so that the sanitizer sees a byte too much. */
	char *address = malloc(size + 1);
	char name[64];
	CivicAddress first;
	CivicAddress again;

	memcpy(address, data, size);
	address = realloc(address, size > 0 ? size : 1);
	first = civic_parse_address(address, size);
	again = civic_parse_address(address, size);
	check(first.street == again.street && first.number == again.number);
	check(first.number >= 0 && first.number <= 99999);
	check(first.street != 0 || first.number == 0);
	check(!civic_is_crossing(first.street) || first.number == 0);
	check(civic_street_name(address, size, name, sizeof(name)) <= sizeof(name));
	free(address);
	return 0;
}
