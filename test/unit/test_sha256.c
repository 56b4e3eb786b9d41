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
}
