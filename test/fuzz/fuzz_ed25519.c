/*
 * test/fuzz/fuzz_ed25519.c
 *		Signatures that are made hold and, with a bit changed, do not. To make them it takes the arithmetic out of the file
 *		that is under test.
 */
#define civic_ed25519_verify fuzz_verify
#define civic_ed25519_is_key fuzz_is_key
#include "../../src/core/ed25519.c"

#include <stdlib.h>

#include "../unit/sha2.h"

static void
expect(bool holds)
{
	if (!holds)
		abort();
}

/* A number below the order that depends on the input and on a letter. */
static void
derive(const uint8_t *data, size_t size, const char *letter, uint32_t words[WORDS])
{
	CivicBytes pieces[] = {civic_text(letter), {data, size}};
	uint8_t digest[CIVIC_SHA512_SIZE];

	sha512_digest(NULL, pieces, 2, digest);
	reduce_digest(digest, words);
}

static void
encode_multiple(const uint32_t words[WORDS], uint8_t encoded[32])
{
	const Point base = {base_x, base_y, one, multiply(&base_x, &base_y)};
	Addend step = addend(&base);
	Point sum = {zero, one, one, zero};

	for (int bit = 255; bit >= 0; bit--)
	{
		sum = double_point(&sum);
		if (words[bit / 32] >> bit % 32 & 1)
			sum = add_points(&sum, &step, false);
	}
	encode_point(&sum, encoded);
}

/* a * b + c modulo the order */
static void
multiply_and_add(const uint32_t a[WORDS], const uint32_t b[WORDS], const uint32_t c[WORDS],
				 uint32_t result[WORDS])
{
	uint32_t product[2 * WORDS] = {0};
	uint8_t bytes[8 * WORDS];

	memcpy(product, c, WORDS * sizeof(uint32_t));
	for (int i = 0; i < WORDS; i++)
	{
		uint64_t over = 0;

		for (int j = 0; i + j < 2 * WORDS; j++)
		{
			over += product[i + j] + (j < WORDS ? (uint64_t) a[i] * b[j] : 0);
			product[i + j] = (uint32_t) over;
			over >>= 32;
		}
	}
	for (int i = 0; i < 8 * WORDS; i++)
		bytes[i] = (uint8_t) (product[i / 4] >> 8 * (i % 4));
	reduce_digest(bytes, result);
}

static void
check_numbers(const uint8_t *data)
{
	Number a = number_from_bytes(data);
	Number b = number_from_bytes(data + 32);
	Number sum = add(&a, &b);
	Number product = multiply(&sum, &b);
	Number parts[2] = {multiply(&a, &b), multiply(&b, &b)};
	Number inverse = invert(&a);
	uint8_t bytes[32];

	parts[0] = add(&parts[0], &parts[1]);
	expect(is_equal(&product, &parts[0]));
	inverse = multiply(&inverse, &a);
	expect(is_equal(&inverse, is_equal(&a, &zero) ? &zero : &one));
	number_to_bytes(&a, bytes);
	parts[0] = number_from_bytes(bytes);
	expect(is_equal(&parts[0], &a));
	sum = subtract(&sum, &b);
	expect(is_equal(&sum, &a));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t bytes[96]; /* R, S, key */
	uint32_t secret[WORDS];
	uint32_t nonce[WORDS];
	uint32_t k[WORDS];
	uint32_t s[WORDS];
	CivicBytes message = {data, size};
	CivicBytes pieces[3];
	uint8_t digest[CIVIC_SHA512_SIZE];
	size_t bit;

	if (size >= 64)
		check_numbers(data);
	if (size >= 96)
		fuzz_verify(&sha512, data, data + 32, &message, 1);
	if (size < 2)
		return 0;
	derive(data, size, "a", secret);
	derive(data, size, "r", nonce);
	encode_multiple(secret, bytes + 64);
	encode_multiple(nonce, bytes);
	pieces[0] = civic_bytes(bytes, 32);
	pieces[1] = civic_bytes(bytes + 64, 32);
	pieces[2] = message;
	sha512_digest(NULL, pieces, 3, digest);
	reduce_digest(digest, k);
	multiply_and_add(k, secret, nonce, s);
	for (int i = 0; i < 32; i++)
		bytes[32 + i] = (uint8_t) (s[i / 4] >> 8 * (i % 4));
	expect(fuzz_is_key(bytes + 64) && fuzz_verify(&sha512, bytes + 64, bytes, &message, 1));
	bit = civic_get_number(data, 2) % (8 * sizeof(bytes));
	bytes[bit / 8] ^= (uint8_t) (1 << bit % 8);
	expect(!fuzz_verify(&sha512, bytes + 64, bytes, &message, 1));
	return 0;
}
