/*
 * test/fuzz/fuzz_sha256.c
 *		However bytes are cut into pieces, and with or without the processor's instructions, the digest is the same.
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
	return 0;
}
