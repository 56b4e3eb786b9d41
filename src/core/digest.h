/*
 * src/core/digest.h
 *		Hashing as the pure parts ask for it: the caller brings the implementation and keeps one context for all calls.
 */
#ifndef CIVIC_DIGEST_H
#define CIVIC_DIGEST_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define CIVIC_SHA256_SIZE 32
#define CIVIC_SHA512_SIZE 64

/* Some bytes that somebody else owns. */
typedef struct CivicBytes
{
	const uint8_t *data;
	size_t length;
} CivicBytes;

static inline CivicBytes
civic_bytes(const void *data, size_t length)
{
	CivicBytes bytes = {(const uint8_t *) data, length};

	return bytes;
}

static inline CivicBytes
civic_text(const char *text)
{
	return civic_bytes(text, strlen(text));
}

/*
 * Writes the digest of the pieces, one after the other, to out. It may leave by longjmp: nothing here holds what would
 * have to be given back.
 */
typedef struct CivicDigest
{
	void (*digest)(void *state, const CivicBytes *pieces, int npieces, uint8_t *out);
	void *state;
} CivicDigest;

/* Big-endian numbers, as all formats of the log have them. */

static inline uint8_t *
civic_put_number(uint8_t *out, uint64_t number, int size)
{
	for (int i = size - 1; i >= 0; i--)
		*out++ = (uint8_t) (number >> (8 * i));
	return out;
}

static inline uint64_t
civic_get_number(const uint8_t *at, int size)
{
	uint64_t number = 0;

	for (int i = 0; i < size; i++)
		number = number << 8 | at[i];
	return number;
}

#endif
