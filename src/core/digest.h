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
	/* Of two messages, where that is faster than one after the other; else NULL. */
	void (*digest_two)(void *state, const CivicBytes messages[2], uint8_t *const out[2]);
} CivicDigest;

static inline void
civic_digest_two(const CivicDigest *digest, const CivicBytes messages[2], uint8_t *const out[2])
{
	if (digest->digest_two != NULL)
		digest->digest_two(digest->state, messages, out);
	else
	{
		digest->digest(digest->state, &messages[0], 1, out[0]);
		digest->digest(digest->state, &messages[1], 1, out[1]);
	}
}

/* Big-endian numbers of 1 to 8 bytes, as all formats of the log have them. */

static inline uint64_t
civic_swap_on_little_endian(uint64_t number)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return __builtin_bswap64(number);
#else
	return number;
#endif
}

static inline uint8_t *
civic_put_number(uint8_t *out, uint64_t number, int size)
{
	number = civic_swap_on_little_endian(number << (64 - 8 * size));
	memcpy(out, &number, (size_t) size);
	return out + size;
}

static inline uint64_t
civic_get_number(const uint8_t *at, int size)
{
	uint64_t number = 0;

	memcpy((uint8_t *) &number + 8 - size, at, (size_t) size);
	return civic_swap_on_little_endian(number);
}

#endif
