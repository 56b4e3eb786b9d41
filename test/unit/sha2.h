/*
 * test/unit/sha2.h
 *		SHA-256 and SHA-512 of FIPS 180-4 for tests, plain and slow. The constants of SHA-256 are the upper halves of those of
 *		SHA-512: the first bits of the square and cube roots of primes.
 */
#ifndef SHA2_H
#define SHA2_H

#include "core/digest.h"

/* It is called a million times, and what is under test is something else. */
#define SHA2_PLAIN __attribute__((always_inline, no_sanitize("address", "undefined")))

static const uint64_t sha2_start[8] = {UINT64_C(0x6a09e667f3bcc908), UINT64_C(0xbb67ae8584caa73b),
									   UINT64_C(0x3c6ef372fe94f82b), UINT64_C(0xa54ff53a5f1d36f1),
									   UINT64_C(0x510e527fade682d1), UINT64_C(0x9b05688c2b3e6c1f),
									   UINT64_C(0x1f83d9abfb41bd6b), UINT64_C(0x5be0cd19137e2179)};

static const uint64_t sha2_rounds[80] = {
	UINT64_C(0x428a2f98d728ae22), UINT64_C(0x7137449123ef65cd), UINT64_C(0xb5c0fbcfec4d3b2f),
	UINT64_C(0xe9b5dba58189dbbc), UINT64_C(0x3956c25bf348b538), UINT64_C(0x59f111f1b605d019),
	UINT64_C(0x923f82a4af194f9b), UINT64_C(0xab1c5ed5da6d8118), UINT64_C(0xd807aa98a3030242),
	UINT64_C(0x12835b0145706fbe), UINT64_C(0x243185be4ee4b28c), UINT64_C(0x550c7dc3d5ffb4e2),
	UINT64_C(0x72be5d74f27b896f), UINT64_C(0x80deb1fe3b1696b1), UINT64_C(0x9bdc06a725c71235),
	UINT64_C(0xc19bf174cf692694), UINT64_C(0xe49b69c19ef14ad2), UINT64_C(0xefbe4786384f25e3),
	UINT64_C(0x0fc19dc68b8cd5b5), UINT64_C(0x240ca1cc77ac9c65), UINT64_C(0x2de92c6f592b0275),
	UINT64_C(0x4a7484aa6ea6e483), UINT64_C(0x5cb0a9dcbd41fbd4), UINT64_C(0x76f988da831153b5),
	UINT64_C(0x983e5152ee66dfab), UINT64_C(0xa831c66d2db43210), UINT64_C(0xb00327c898fb213f),
	UINT64_C(0xbf597fc7beef0ee4), UINT64_C(0xc6e00bf33da88fc2), UINT64_C(0xd5a79147930aa725),
	UINT64_C(0x06ca6351e003826f), UINT64_C(0x142929670a0e6e70), UINT64_C(0x27b70a8546d22ffc),
	UINT64_C(0x2e1b21385c26c926), UINT64_C(0x4d2c6dfc5ac42aed), UINT64_C(0x53380d139d95b3df),
	UINT64_C(0x650a73548baf63de), UINT64_C(0x766a0abb3c77b2a8), UINT64_C(0x81c2c92e47edaee6),
	UINT64_C(0x92722c851482353b), UINT64_C(0xa2bfe8a14cf10364), UINT64_C(0xa81a664bbc423001),
	UINT64_C(0xc24b8b70d0f89791), UINT64_C(0xc76c51a30654be30), UINT64_C(0xd192e819d6ef5218),
	UINT64_C(0xd69906245565a910), UINT64_C(0xf40e35855771202a), UINT64_C(0x106aa07032bbd1b8),
	UINT64_C(0x19a4c116b8d2d0c8), UINT64_C(0x1e376c085141ab53), UINT64_C(0x2748774cdf8eeb99),
	UINT64_C(0x34b0bcb5e19b48a8), UINT64_C(0x391c0cb3c5c95a63), UINT64_C(0x4ed8aa4ae3418acb),
	UINT64_C(0x5b9cca4f7763e373), UINT64_C(0x682e6ff3d6b2b8a3), UINT64_C(0x748f82ee5defb2fc),
	UINT64_C(0x78a5636f43172f60), UINT64_C(0x84c87814a1f0ab72), UINT64_C(0x8cc702081a6439ec),
	UINT64_C(0x90befffa23631e28), UINT64_C(0xa4506cebde82bde9), UINT64_C(0xbef9a3f7b2c67915),
	UINT64_C(0xc67178f2e372532b), UINT64_C(0xca273eceea26619c), UINT64_C(0xd186b8c721c0c207),
	UINT64_C(0xeada7dd6cde0eb1e), UINT64_C(0xf57d4f7fee6ed178), UINT64_C(0x06f067aa72176fba),
	UINT64_C(0x0a637dc5a2c898a6), UINT64_C(0x113f9804bef90dae), UINT64_C(0x1b710b35131c471b),
	UINT64_C(0x28db77f523047d84), UINT64_C(0x32caab7b40c72493), UINT64_C(0x3c9ebe0a15c9bebc),
	UINT64_C(0x431d67c49c100d4c), UINT64_C(0x4cc5d4becb3e42b6), UINT64_C(0x597f299cfc657e2a),
	UINT64_C(0x5fcb6fab3ad6faec), UINT64_C(0x6c44198c4a475817)};

static inline SHA2_PLAIN uint64_t
sha2_rotate(uint64_t word, int bits, int by)
{
	return bits == 64 ? word >> by | word << (64 - by)
					  : (word >> by | word << (32 - by)) & 0xffffffff;
}

#define SHA2_BITS(of_256, of_512) (bits == 64 ? (of_512) : (of_256))

/* One block of 16 words of 32 or 64 bits. */
static inline SHA2_PLAIN void
sha2_block(int bits, const uint8_t *block, uint64_t state[8])
{
	uint64_t mask = bits == 64 ? UINT64_MAX : 0xffffffff;
	int rounds = bits == 64 ? 80 : 64;
	uint64_t w[80];
	uint64_t v[8];

	for (int i = 0; i < 16; i++)
		w[i] = civic_get_number(block + i * bits / 8, bits / 8);
	for (int i = 16; i < rounds; i++)
	{
		uint64_t a = w[i - 15];
		uint64_t b = w[i - 2];

		a = sha2_rotate(a, bits, SHA2_BITS(7, 1)) ^ sha2_rotate(a, bits, SHA2_BITS(18, 8)) ^
			a >> SHA2_BITS(3, 7);
		b = sha2_rotate(b, bits, SHA2_BITS(17, 19)) ^ sha2_rotate(b, bits, SHA2_BITS(19, 61)) ^
			b >> SHA2_BITS(10, 6);
		w[i] = (w[i - 16] + a + w[i - 7] + b) & mask;
	}
	memcpy(v, state, sizeof(v));
	for (int i = 0; i < rounds; i++)
	{
		uint64_t e = sha2_rotate(v[4], bits, SHA2_BITS(6, 14)) ^
					 sha2_rotate(v[4], bits, SHA2_BITS(11, 18)) ^
					 sha2_rotate(v[4], bits, SHA2_BITS(25, 41));
		uint64_t a = sha2_rotate(v[0], bits, SHA2_BITS(2, 28)) ^
					 sha2_rotate(v[0], bits, SHA2_BITS(13, 34)) ^
					 sha2_rotate(v[0], bits, SHA2_BITS(22, 39));
		uint64_t t1 = v[7] + e + ((v[4] & v[5]) ^ (~v[4] & v[6])) + w[i] +
					  (bits == 64 ? sha2_rounds[i] : sha2_rounds[i] >> 32);
		uint64_t t2 = a + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));

		for (int j = 7; j > 0; j--)
			v[j] = v[j - 1];
		v[4] = (v[4] + t1) & mask;
		v[0] = (t1 + t2) & mask;
	}
	for (int i = 0; i < 8; i++)
		state[i] = (state[i] + v[i]) & mask;
}

static inline SHA2_PLAIN void
sha2_digest(int bits, const CivicBytes *pieces, int npieces, uint8_t *out)
{
	size_t size = (size_t) bits * 2;
	uint8_t block[128] = {0};
	uint64_t state[8];
	uint64_t total = 0;
	size_t fill = 0;

	for (int i = 0; i < 8; i++)
		state[i] = bits == 64 ? sha2_start[i] : sha2_start[i] >> 32;
	for (int i = 0; i < npieces; i++)
		for (size_t j = 0; j < pieces[i].length; j++)
		{
			block[fill++] = pieces[i].data[j];
			total++;
			if (fill == size)
			{
				sha2_block(bits, block, state);
				fill = 0;
			}
		}
	block[fill++] = 0x80;
	memset(block + fill, 0, size - fill);
	if (fill > size - size / 8)
	{
		sha2_block(bits, block, state);
		memset(block, 0, size);
	}
	civic_put_number(block + size - 8, total * 8, 8);
	sha2_block(bits, block, state);
	for (int i = 0; i < 8; i++)
		out = civic_put_number(out, state[i], bits / 8);
}

static __attribute__((no_sanitize("address", "undefined"))) void
sha256_digest(void *state, const CivicBytes *pieces, int npieces, uint8_t *out)
{
	(void) state;
	sha2_digest(32, pieces, npieces, out);
}

static __attribute__((no_sanitize("address", "undefined"))) void
sha512_digest(void *state, const CivicBytes *pieces, int npieces, uint8_t *out)
{
	(void) state;
	sha2_digest(64, pieces, npieces, out);
}

static const CivicDigest sha256 = {.digest = sha256_digest};
static const CivicDigest sha512 = {.digest = sha512_digest};

#endif
