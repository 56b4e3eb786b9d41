/*
 * src/core/address.h
 *		Street and house number from an address as people write it.
 */
#ifndef CIVIC_ADDRESS_H
#define CIVIC_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is read of an address; more than this is not one. */
#define CIVIC_ADDRESS_BYTES 1024

typedef struct CivicAddress
{
	uint64_t
		street; /* hash of the normal form of the name; 0 where none was found; odd for a crossing of streets */
	int number; /* house number, the first of a range; 0 where there is none */
} CivicAddress;

/*
 * Small letters are expected; letters with marks of Latin-1 and Latin Extended-A are taken as those without where the
 * bytes are UTF-8.
 */
extern CivicAddress civic_parse_address(const char *address, size_t bytes);
/* The normal form of the street, for tests and explanations; returns its length, at most size. */
extern size_t civic_street_name(const char *address, size_t bytes, char *name, size_t size);

static inline bool
civic_is_crossing(uint64_t street)
{
	return (street & 1) != 0;
}

/* FNV-1a; the same everywhere, because it is stored. */
static inline uint64_t
civic_hash(const char *bytes, size_t count)
{
	uint64_t hash = UINT64_C(0xCBF29CE484222325);

	for (size_t i = 0; i < count; i++)
		hash = (hash ^ (uint8_t) bytes[i]) * UINT64_C(0x100000001B3);
	return hash;
}

#endif
