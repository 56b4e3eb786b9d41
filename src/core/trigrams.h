/*
 * src/core/trigrams.h
 *		Sets of trigrams as pg_trgm makes them, stored so that two of them are compared quickly.
 */
#ifndef CIVIC_TRIGRAMS_H
#define CIVIC_TRIGRAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A trigram of spaces, digits and small letters has a number below 37 * 37 * 37 and is called dense; any other three
 * bytes are called wide. The bits have room for every 16-bit number, so that a damaged signature reads nothing else.
 */
#define CIVIC_DENSE_TRIGRAMS 50653
#define CIVIC_DENSE_WORDS (65536 / 64)

typedef struct CivicTrigrams
{
	uint64_t dense[CIVIC_DENSE_WORDS]; /* one bit a trigram */
	int dense_count;
	uint32_t *wide; /* sorted and unique once finished; the caller's memory */
	int wide_count;
} CivicTrigrams;

/* Length in bytes of the character at p, at least 1 and never past end. */
typedef int (*CivicCharacterLength)(const char *p, const char *end);

/* wide needs room for one more than the bytes of all words together. */
extern void civic_trigrams_init(CivicTrigrams *set, uint32_t *wide);
/* A lower-case word with two spaces before it and one behind. */
extern void civic_trigrams_add(CivicTrigrams *set, const char *padded, size_t bytes,
							   size_t characters, CivicCharacterLength length);
extern void civic_trigrams_finish(CivicTrigrams *set);
extern int civic_trigrams_count(const CivicTrigrams *set);

/* A signature: number of dense ones in 2 bytes, dense ones in 2 bytes each, wide ones in 3, all low byte first. */
extern size_t civic_trigrams_size(const CivicTrigrams *set);
extern void civic_trigrams_write(const CivicTrigrams *set, uint8_t *signature);

/* Number of trigrams, or -1 where the bytes are no signature. */
extern int civic_signature_count(const uint8_t *signature, size_t size);
extern int civic_signature_shared(const CivicTrigrams *set, const uint8_t *signature, size_t size);
/* As similarity() of pg_trgm, to the bit; 0 where either is empty. */
extern float civic_signature_similarity(const CivicTrigrams *set, const uint8_t *signature,
										size_t size);

#endif
