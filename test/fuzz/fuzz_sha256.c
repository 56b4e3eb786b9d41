/*
 * test/fuzz/fuzz_sha256.c
 *		However bytes are cut into pieces, with or without the processor's instructions, alone or beside another message,
 *		the digest is the same.
 */
#include "core/sha256.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CivicBytes whole = {data, size};
	CivicBytes pieces[8];
	int npieces = 0;
	size_t at = 0;
	uint8_t expected[CIVIC_SHA256_SIZE];
	uint8_t got[CIVIC_SHA256_SIZE];
	uint8_t expected_end[CIVIC_SHA256_SIZE];
	uint8_t got_end[CIVIC_SHA256_SIZE];
	uint8_t *const outs[2] = {got, got_end};
	CivicBytes two[2];

	while (at < size && npieces < 7)
	{
		size_t length = data[at] % 70;

		if (length > size - at)
			length = size - at;
		pieces[npieces++] = civic_bytes(data + at, length);
		at += length;
		if (length == 0)
			break;
	}
	pieces[npieces++] = civic_bytes(data + at, size - at);

	civic_sha256_portable.digest(civic_sha256_portable.state, &whole, 1, expected);
	civic_sha256_portable.digest(civic_sha256_portable.state, pieces, npieces, got);
	if (memcmp(expected, got, sizeof(got)) != 0)
		abort();
	civic_sha256.digest(civic_sha256.state, &whole, 1, got);
	if (memcmp(expected, got, sizeof(got)) != 0)
		abort();
	civic_sha256.digest(civic_sha256.state, pieces, npieces, got);
	if (memcmp(expected, got, sizeof(got)) != 0)
		abort();

	two[0] = whole;
	two[1] = pieces[npieces - 1];
	civic_sha256_portable.digest(civic_sha256_portable.state, &two[1], 1, expected_end);
	civic_digest_two(&civic_sha256, two, outs);
	if (memcmp(expected, got, sizeof(got)) != 0 || memcmp(expected_end, got_end, sizeof(got)) != 0)
		abort();
	return 0;
}
