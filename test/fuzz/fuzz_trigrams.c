/*
 * test/fuzz/fuzz_trigrams.c
 *		Any bytes as a signature and as words: what is counted is what a slow comparison counts.
 */
#include "core/trigrams.h"

#include <stdlib.h>
#include <string.h>

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static int
utf8_length(const char *p, const char *end)
{
	unsigned char c = (unsigned char) *p;
	int length = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;

	return length < end - p ? length : (int) (end - p);
}

/* Words are what is between spaces. */
static void
extract(CivicTrigrams *set, const uint8_t *data, size_t size)
{
	char *padded = malloc(size + 3);

	civic_trigrams_init(set, malloc((size + 1) * sizeof(uint32_t)));
	for (size_t at = 0; at < size;)
	{
		size_t bytes = 0;
		size_t characters = 0;
		const char *end;

		while (at + bytes < size && data[at + bytes] != ' ')
			bytes++;
		memcpy(padded, "  ", 2);
		memcpy(padded + 2, data + at, bytes);
		padded[bytes + 2] = ' ';
		end = padded + bytes + 3;
		for (const char *p = padded; p < end; p += utf8_length(p, end))
			characters++;
		if (bytes > 0)
			civic_trigrams_add(set, padded, bytes + 3, characters, utf8_length);
		at += bytes + 1;
	}
	civic_trigrams_finish(set);
	free(padded);
}

static uint8_t *
write_signature(const CivicTrigrams *set, size_t *size)
{
	uint8_t *signature;

	*size = civic_trigrams_size(set);
	signature = malloc(*size);
	civic_trigrams_write(set, signature);
	return signature;
}

/* By looking for each trigram of one in all of the other. */
static int
slow_shared(const uint8_t *a, size_t size_a, const uint8_t *b, size_t size_b)
{
	size_t dense_a = a[0] | (size_t) a[1] << 8;
	size_t dense_b = b[0] | (size_t) b[1] << 8;
	int shared = 0;

	for (size_t i = 0; i < dense_a; i++)
	{
		for (size_t j = 0; j < dense_b; j++)
			shared += memcmp(a + 2 + 2 * i, b + 2 + 2 * j, 2) == 0;
	}
	for (const uint8_t *p = a + 2 + 2 * dense_a; p < a + size_a; p += 3)
	{
		for (const uint8_t *q = b + 2 + 2 * dense_b; q < b + size_b; q += 3)
			shared += memcmp(p, q, 3) == 0;
	}
	return shared;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t half = size / 2;
	static CivicTrigrams left;
	static CivicTrigrams right;
	uint8_t *a;
	uint8_t *b;
	size_t size_a;
	size_t size_b;

	extract(&left, data, half);
	extract(&right, data + half, size - half);
	a = write_signature(&left, &size_a);
	b = write_signature(&right, &size_b);
	check(civic_signature_count(a, size_a) == civic_trigrams_count(&left));
	check(civic_signature_shared(&left, a, size_a) == civic_trigrams_count(&left));
	check(civic_signature_shared(&left, b, size_b) == slow_shared(a, size_a, b, size_b));
	check(civic_signature_shared(&right, a, size_a) == slow_shared(a, size_a, b, size_b));
	/* And the input itself. */
	check(civic_signature_shared(&left, data, size) <= (int) size);
	check(civic_signature_similarity(&left, data, size) >= 0);
	free(a);
	free(b);
	free(left.wide);
	free(right.wide);
	return 0;
}
