/*
 * test/unit/test_sha256.c
 *		SHA-256, with the instructions of this processor and without, against the plain one of the tests.
 */
#include "core/sha256.h"

#include "sha2.h"
#include "tap.h"

#define LONGEST 300

static int
differences(const CivicDigest *digest)
{
	uint8_t data[LONGEST];
	uint8_t expected[CIVIC_SHA256_SIZE];
	uint8_t out[CIVIC_SHA256_SIZE];
	int count = 0;

	for (size_t i = 0; i < LONGEST; i++)
		data[i] = (uint8_t) (i * 37 + 11);
	for (size_t length = 0; length <= LONGEST; length++)
	{
		CivicBytes whole = {data, length};

		sha256_digest(NULL, &whole, 1, expected);
		for (size_t cut = 0; cut <= length; cut += 7)
		{
			CivicBytes pieces[] = {
				{data, cut},
				{NULL, 0},
				{data + cut, (length - cut) / 2},
				{data + cut + (length - cut) / 2, length - cut - (length - cut) / 2}};

			digest->digest(digest->state, pieces, 4, out);
			count += memcmp(out, expected, sizeof(out)) != 0;
		}
	}
	return count;
}

/* Two messages of which each may end anywhere in its blocks, one long before the other. */
static int
differences_of_two(const CivicDigest *digest)
{
	static const size_t lengths[] = {0,   1,   54,  55,  56,  57,  63,  64,  65,  118, 119,
									 120, 121, 127, 128, 129, 183, 184, 191, 192, 193, LONGEST};
	static const size_t nlengths = sizeof(lengths) / sizeof(lengths[0]);
	uint8_t data[2][LONGEST];
	uint8_t expected[2][CIVIC_SHA256_SIZE];
	uint8_t out[2][CIVIC_SHA256_SIZE];
	uint8_t *const outs[2] = {out[0], out[1]};
	int count = 0;

	for (size_t i = 0; i < LONGEST; i++)
	{
		data[0][i] = (uint8_t) (i * 37 + 11);
		data[1][i] = (uint8_t) (i * 41 + 5);
	}
	for (size_t i = 0; i < nlengths; i++)
		for (size_t j = 0; j < nlengths; j++)
		{
			CivicBytes messages[2] = {{data[0], lengths[i]}, {data[1], lengths[j]}};

			sha256_digest(NULL, &messages[0], 1, expected[0]);
			sha256_digest(NULL, &messages[1], 1, expected[1]);
			civic_digest_two(digest, messages, outs);
			count += memcmp(out, expected, sizeof(out)) != 0;
		}
	return count;
}

void
test_sha256(void)
{
	static const uint8_t abc[] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
								  0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
								  0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
	CivicBytes message = civic_text("abc");
	uint8_t out[CIVIC_SHA256_SIZE];

	civic_sha256.digest(civic_sha256.state, &message, 1, out);
	ok(memcmp(out, abc, sizeof(out)) == 0, "the example of FIPS 180-4");
	ok(differences(&civic_sha256) == 0, "SHA-256 of any length, in pieces");
	ok(differences(&civic_sha256_portable) == 0, "the same without the processor's instructions");
	ok(differences_of_two(&civic_sha256) == 0, "two messages at once");
	ok(differences_of_two(&civic_sha256_portable) == 0, "two where that is no faster");
}
