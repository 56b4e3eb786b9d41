/*
 * src/core/trigrams.c
 *		Sets of trigrams as pg_trgm makes them, stored so that two of them are compared quickly.
 *
 * One side of a comparison is a map of bits, so that each trigram of the other costs one look and no branch.
 */
#include "trigrams.h"

#include <stdlib.h>
#include <string.h>

/* The place of a byte in a dense trigram, plus one; 0 for bytes that none has. */
static const uint8_t dense_places[256] = {
	[' '] = 1,  ['0'] = 2,  ['1'] = 3,  ['2'] = 4,  ['3'] = 5,  ['4'] = 6,  ['5'] = 7,  ['6'] = 8,
	['7'] = 9,  ['8'] = 10, ['9'] = 11, ['a'] = 12, ['b'] = 13, ['c'] = 14, ['d'] = 15, ['e'] = 16,
	['f'] = 17, ['g'] = 18, ['h'] = 19, ['i'] = 20, ['j'] = 21, ['k'] = 22, ['l'] = 23, ['m'] = 24,
	['n'] = 25, ['o'] = 26, ['p'] = 27, ['q'] = 28, ['r'] = 29, ['s'] = 30, ['t'] = 31, ['u'] = 32,
	['v'] = 33, ['w'] = 34, ['x'] = 35, ['y'] = 36, ['z'] = 37,
};

/* The checksum pg_trgm makes three bytes of longer trigrams with: PostgreSQL's legacy CRC-32. */
static uint32_t
legacy_crc32(const char *bytes, size_t count)
{
	uint32_t crc = 0xFFFFFFFF;

	for (size_t i = 0; i < count; i++)
	{
		uint32_t entry = (crc >> 24) ^ (uint8_t) bytes[i];

		for (int bit = 0; bit < 8; bit++)
			entry = entry >> 1 ^ ((entry & 1) != 0 ? 0xEDB88320 : 0);
		crc = entry ^ crc << 8;
	}
	return crc ^ 0xFFFFFFFF;
}

void
civic_trigrams_init(CivicTrigrams *set, uint32_t *wide)
{
	memset(set, 0, sizeof(*set));
	set->wide = wide;
}

static inline void
add_code(CivicTrigrams *set, const uint8_t bytes[3])
{
	int first = dense_places[bytes[0]];
	int second = dense_places[bytes[1]];
	int third = dense_places[bytes[2]];

	if (first != 0 && second != 0 && third != 0)
	{
		int code = ((first - 1) * 37 + second - 1) * 37 + third - 1;
		uint64_t bit = UINT64_C(1) << (code & 63);

		set->dense_count += (set->dense[code >> 6] & bit) == 0;
		set->dense[code >> 6] |= bit;
	}
	else
		set->wide[set->wide_count++] =
			(uint32_t) bytes[0] | (uint32_t) bytes[1] << 8 | (uint32_t) bytes[2] << 16;
}

static void
add_characters(CivicTrigrams *set, const char *from, size_t bytes)
{
	uint32_t crc;

	if (bytes == 3)
	{
		add_code(set, (const uint8_t *) from);
		return;
	}
	/* pg_trgm takes the first three bytes of the number as it lies in memory. */
	crc = legacy_crc32(from, bytes);
	add_code(set, (const uint8_t *) &crc);
}

void
civic_trigrams_add(CivicTrigrams *set, const char *padded, size_t bytes, size_t characters,
				   CivicCharacterLength length)
{
	const char *end = padded + bytes;
	const char *first = padded;
	const char *second;
	const char *third;
	const char *after;

	if (characters < 3 || bytes < 3)
		return;
	if (bytes <= characters)
	{
		for (; first + 3 <= end; first++)
			add_code(set, (const uint8_t *) first);
		return;
	}
	second = first + length(first, end);
	third = second < end ? second + length(second, end) : end;
	while (third < end)
	{
		after = third + length(third, end);
		add_characters(set, first, after - first);
		first = second;
		second = third;
		third = after;
	}
}

static int
compare_codes(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *) a;
	uint32_t right = *(const uint32_t *) b;

	return (left > right) - (left < right);
}

void
civic_trigrams_finish(CivicTrigrams *set)
{
	int kept = 0;

	if (set->wide_count == 0)
		return;
	qsort(set->wide, set->wide_count, sizeof(uint32_t), compare_codes);
	for (int i = 1; i < set->wide_count; i++)
	{
		if (set->wide[i] != set->wide[kept])
			set->wide[++kept] = set->wide[i];
	}
	set->wide_count = kept + 1;
}

int
civic_trigrams_count(const CivicTrigrams *set)
{
	return set->dense_count + set->wide_count;
}

size_t
civic_trigrams_size(const CivicTrigrams *set)
{
	return 2 + 2 * (size_t) set->dense_count + 3 * (size_t) set->wide_count;
}

void
civic_trigrams_write(const CivicTrigrams *set, uint8_t *signature)
{
	*signature++ = (uint8_t) set->dense_count;
	*signature++ = (uint8_t) (set->dense_count >> 8);
	for (int word = 0; word < CIVIC_DENSE_WORDS; word++)
	{
		for (uint64_t bits = set->dense[word]; bits != 0; bits &= bits - 1)
		{
			int code = word * 64 + __builtin_ctzll(bits);

			*signature++ = (uint8_t) code;
			*signature++ = (uint8_t) (code >> 8);
		}
	}
	for (int i = 0; i < set->wide_count; i++)
	{
		*signature++ = (uint8_t) set->wide[i];
		*signature++ = (uint8_t) (set->wide[i] >> 8);
		*signature++ = (uint8_t) (set->wide[i] >> 16);
	}
}

static inline uint32_t
two_bytes(const uint8_t *p)
{
	return (uint32_t) p[0] | (uint32_t) p[1] << 8;
}

static inline uint32_t
three_bytes(const uint8_t *p)
{
	return two_bytes(p) | (uint32_t) p[2] << 16;
}

int
civic_signature_count(const uint8_t *signature, size_t size)
{
	size_t dense;

	if (size < 2)
		return -1;
	dense = two_bytes(signature);
	if (size < 2 + 2 * dense || (size - 2 - 2 * dense) % 3 != 0)
		return -1;
	return (int) (dense + (size - 2 - 2 * dense) / 3);
}

int
civic_signature_shared(const CivicTrigrams *set, const uint8_t *signature, size_t size)
{
	int count = civic_signature_count(signature, size);
	int dense;
	int wide;
	int shared = 0;
	int i = 0;
	int j = 0;

	if (count <= 0)
		return 0;
	dense = (int) two_bytes(signature);
	wide = count - dense;
	signature += 2;
	for (int place = 0; place < dense; place++)
	{
		uint32_t code = two_bytes(signature + 2 * place);

		shared += (int) (set->dense[code >> 6] >> (code & 63) & 1);
	}
	signature += 2 * dense;
	/* Random order of the next step would defeat the processor's guess, so there is no branch. */
	while (i < wide && j < set->wide_count)
	{
		uint32_t theirs = three_bytes(signature + 3 * i);
		uint32_t ours = set->wide[j];

		shared += theirs == ours;
		i += theirs <= ours;
		j += ours <= theirs;
	}
	return shared;
}

float
civic_signature_similarity(const CivicTrigrams *set, const uint8_t *signature, size_t size)
{
	int ours = civic_trigrams_count(set);
	int theirs = civic_signature_count(signature, size);
	int shared;

	if (ours <= 0 || theirs <= 0)
		return 0;
	shared = civic_signature_shared(set, signature, size);
	return (float) shared / (float) (ours + theirs - shared);
}
