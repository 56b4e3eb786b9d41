/*
 * src/core/sha256.c
 *		SHA-256, with the SHA extensions of x86 where the processor has them.
 */
#include "core/sha256.h"

#include <stdbool.h>

#if defined(__x86_64__) && defined(__GNUC__)
#define HAVE_SHA_EXTENSIONS
#include <cpuid.h>
#include <immintrin.h>
#endif

#define BLOCK 64

typedef void (*Compress)(uint32_t state[8], const uint8_t *blocks, size_t count);

/* Fractions of the square roots and cube roots of the first primes. */
static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
								  0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static const uint32_t rounds[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static inline uint32_t
rotate(uint32_t word, int by)
{
	return word >> by | word << (32 - by);
}

static void
compress_portable(uint32_t state[8], const uint8_t *blocks, size_t count)
{
	for (; count > 0; count--, blocks += BLOCK)
	{
		uint32_t w[64];
		uint32_t v[8];

		for (int i = 0; i < 16; i++)
			w[i] = (uint32_t) civic_get_number(blocks + 4 * i, 4);
		for (int i = 16; i < 64; i++)
			w[i] = w[i - 16] + w[i - 7] +
				   (rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3) +
				   (rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10);
		memcpy(v, state, sizeof(v));
		for (int i = 0; i < 64; i++)
		{
			uint32_t t = v[7] + rounds[i] + w[i] + ((v[4] & v[5]) ^ (~v[4] & v[6])) +
						 (rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25));
			uint32_t u = ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2])) +
						 (rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22));

			memmove(v + 1, v, 7 * sizeof(v[0]));
			v[4] += t;
			v[0] = t + u;
		}
		for (int i = 0; i < 8; i++)
			state[i] += v[i];
	}
}

#ifdef HAVE_SHA_EXTENSIONS

#define WITH_EXTENSIONS __attribute__((target("sha,sse4.1")))

/* The words 16 after those of the first vector, out of the last four vectors. */
static inline WITH_EXTENSIONS __m128i
schedule(__m128i w0, __m128i w1, __m128i w2, __m128i w3)
{
	__m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));

	return _mm_sha256msg2_epu32(sum, w3);
}

/* Four rounds; the processor wants the state as A, B, E, F and C, D, G, H. */
static inline WITH_EXTENSIONS void
four_rounds(__m128i *abef, __m128i *cdgh, __m128i w, int round)
{
	__m128i k = _mm_loadu_si128((const __m128i *) (rounds + round));
	__m128i sum = _mm_add_epi32(w, k);

	*cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, sum);
	*abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_shuffle_epi32(sum, 0x0e));
}

/* One message on its way through the rounds. */
typedef struct Lane
{
	__m128i abef;
	__m128i cdgh;
	__m128i before[2];
	__m128i w[4];
} Lane;

static inline WITH_EXTENSIONS void
load_state(Lane *lane, const uint32_t state[8])
{
	__m128i abcd = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *) state), 0xb1);
	__m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *) (state + 4)), 0x1b);

	lane->abef = _mm_alignr_epi8(abcd, efgh, 8);
	lane->cdgh = _mm_blend_epi16(efgh, abcd, 0xf0);
}

static inline WITH_EXTENSIONS void
store_state(const Lane *lane, uint32_t state[8])
{
	__m128i abcd = _mm_shuffle_epi32(lane->abef, 0x1b);
	__m128i efgh = _mm_shuffle_epi32(lane->cdgh, 0xb1);

	_mm_storeu_si128((__m128i *) state, _mm_blend_epi16(abcd, efgh, 0xf0));
	_mm_storeu_si128((__m128i *) (state + 4), _mm_alignr_epi8(efgh, abcd, 8));
}

static inline WITH_EXTENSIONS void
begin_block(Lane *lane, const uint8_t *block)
{
	const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	const __m128i *words = (const __m128i *) block;

	lane->before[0] = lane->abef;
	lane->before[1] = lane->cdgh;
	lane->w[0] = _mm_shuffle_epi8(_mm_loadu_si128(words), big_endian);
	lane->w[1] = _mm_shuffle_epi8(_mm_loadu_si128(words + 1), big_endian);
	lane->w[2] = _mm_shuffle_epi8(_mm_loadu_si128(words + 2), big_endian);
	lane->w[3] = _mm_shuffle_epi8(_mm_loadu_si128(words + 3), big_endian);
}

static inline WITH_EXTENSIONS void
end_block(Lane *lane)
{
	lane->abef = _mm_add_epi32(lane->abef, lane->before[0]);
	lane->cdgh = _mm_add_epi32(lane->cdgh, lane->before[1]);
}

/* Four rounds, and the words that take the place of theirs. */
static inline WITH_EXTENSIONS void
advance(Lane *lane, int i, int round)
{
	four_rounds(&lane->abef, &lane->cdgh, lane->w[i], round + 4 * i);
	lane->w[i] =
		schedule(lane->w[i], lane->w[(i + 1) % 4], lane->w[(i + 2) % 4], lane->w[(i + 3) % 4]);
}

static inline WITH_EXTENSIONS void
finish(Lane *lane, int i)
{
	four_rounds(&lane->abef, &lane->cdgh, lane->w[i], 48 + 4 * i);
}

static WITH_EXTENSIONS void
compress_extensions(uint32_t state[8], const uint8_t *blocks, size_t count)
{
	Lane lane;

	load_state(&lane, state);
	for (; count > 0; count--, blocks += BLOCK)
	{
		begin_block(&lane, blocks);
		for (int round = 0; round < 48; round += 16)
		{
			advance(&lane, 0, round);
			advance(&lane, 1, round);
			advance(&lane, 2, round);
			advance(&lane, 3, round);
		}
		finish(&lane, 0);
		finish(&lane, 1);
		finish(&lane, 2);
		finish(&lane, 3);
		end_block(&lane);
	}
	store_state(&lane, state);
}

/* Each round waits for the one before: meanwhile the processor has time for those of another message. */
static WITH_EXTENSIONS void
compress_two(uint32_t state_a[8], const uint8_t *a, uint32_t state_b[8], const uint8_t *b,
			 size_t count)
{
	Lane x;
	Lane y;

	load_state(&x, state_a);
	load_state(&y, state_b);
	for (; count > 0; count--, a += BLOCK, b += BLOCK)
	{
		begin_block(&x, a);
		begin_block(&y, b);
		for (int round = 0; round < 48; round += 16)
		{
			advance(&x, 0, round);
			advance(&y, 0, round);
			advance(&x, 1, round);
			advance(&y, 1, round);
			advance(&x, 2, round);
			advance(&y, 2, round);
			advance(&x, 3, round);
			advance(&y, 3, round);
		}
		finish(&x, 0);
		finish(&y, 0);
		finish(&x, 1);
		finish(&y, 1);
		finish(&x, 2);
		finish(&y, 2);
		finish(&x, 3);
		finish(&y, 3);
		end_block(&x);
		end_block(&y);
	}
	store_state(&x, state_a);
	store_state(&y, state_b);
}

static bool
has_extensions(void)
{
	unsigned a;
	unsigned b;
	unsigned c;
	unsigned d;

	return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSE4_1) != 0 && (c & bit_SSSE3) != 0 &&
		   __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA) != 0;
}

#endif

/* What a message ends with, its last bytes among it; returns how many blocks that is. */
static size_t
pad(uint8_t block[2 * BLOCK], size_t fill, uint64_t total)
{
	size_t padded = fill < BLOCK - 8 ? BLOCK : 2 * BLOCK;

	block[fill] = 0x80;
	memset(block + fill + 1, 0, padded - fill - 1);
	civic_put_number(block + padded - 8, 8 * total, 8);
	return padded / BLOCK;
}

static void
put_state(const uint32_t state[8], uint8_t *out)
{
	for (int i = 0; i < 8; i++)
		out = civic_put_number(out, state[i], 4);
}

static void
hash_pieces(Compress compress, const CivicBytes *pieces, int npieces, uint8_t *out)
{
	uint32_t state[8];
	uint8_t block[2 * BLOCK];
	uint64_t total = 0;
	size_t fill = 0;

	memcpy(state, start, sizeof(state));
	for (int i = 0; i < npieces; i++)
	{
		const uint8_t *data = pieces[i].data;
		size_t length = pieces[i].length;

		if (length == 0)
			continue;
		total += length;
		if (fill > 0)
		{
			size_t part = length < BLOCK - fill ? length : BLOCK - fill;

			memcpy(block + fill, data, part);
			fill += part;
			data += part;
			length -= part;
			if (fill < BLOCK)
				continue;
			compress(state, block, 1);
			fill = 0;
		}
		if (length >= BLOCK)
		{
			compress(state, data, length / BLOCK);
			data += length / BLOCK * BLOCK;
			length %= BLOCK;
		}
		if (length > 0)
			memcpy(block, data, length);
		fill = length;
	}
	compress(state, block, pad(block, fill, total));
	put_state(state, out);
}

static void
digest_portable(void *state, const CivicBytes *pieces, int npieces, uint8_t *out)
{
	(void) state;
	hash_pieces(compress_portable, pieces, npieces, out);
}

static Compress
fastest(void)
{
	static Compress compress = NULL;

	if (compress == NULL)
	{
		compress = compress_portable;
#ifdef HAVE_SHA_EXTENSIONS
		if (has_extensions())
			compress = compress_extensions;
#endif
	}
	return compress;
}

static void
digest(void *state, const CivicBytes *pieces, int npieces, uint8_t *out)
{
	(void) state;
	hash_pieces(fastest(), pieces, npieces, out);
}

#ifdef HAVE_SHA_EXTENSIONS

/* A message as whole blocks: those in its own place, then its padded end. */
typedef struct Stream
{
	uint32_t state[8];
	const uint8_t *next;
	size_t count; /* blocks at "next" */
	size_t nends; /* blocks at "end" that come after them */
	uint8_t end[2 * BLOCK];
} Stream;

static void
take_blocks(Stream *stream, size_t count)
{
	stream->next += count * BLOCK;
	stream->count -= count;
	if (stream->count == 0)
	{
		stream->next = stream->end;
		stream->count = stream->nends;
		stream->nends = 0;
	}
}

static void
begin_stream(Stream *stream, CivicBytes message)
{
	size_t fill = message.length % BLOCK;

	memcpy(stream->state, start, sizeof(start));
	stream->next = message.data;
	stream->count = message.length / BLOCK;
	if (fill > 0)
		memcpy(stream->end, message.data + message.length - fill, fill);
	stream->nends = pad(stream->end, fill, message.length);
	take_blocks(stream, 0);
}

static void
digest_two(void *state, const CivicBytes messages[2], uint8_t *const out[2])
{
	Stream streams[2];

	if (fastest() != compress_extensions)
	{
		digest(state, &messages[0], 1, out[0]);
		digest(state, &messages[1], 1, out[1]);
		return;
	}
	begin_stream(&streams[0], messages[0]);
	begin_stream(&streams[1], messages[1]);
	while (streams[0].count > 0 && streams[1].count > 0)
	{
		size_t count = streams[0].count < streams[1].count ? streams[0].count : streams[1].count;

		compress_two(streams[0].state, streams[0].next, streams[1].state, streams[1].next, count);
		take_blocks(&streams[0], count);
		take_blocks(&streams[1], count);
	}
	for (int i = 0; i < 2; i++)
	{
		while (streams[i].count > 0)
		{
			compress_extensions(streams[i].state, streams[i].next, streams[i].count);
			take_blocks(&streams[i], streams[i].count);
		}
		put_state(streams[i].state, out[i]);
	}
}

#else
#define digest_two NULL
#endif

const CivicDigest civic_sha256 = {.digest = digest, .digest_two = digest_two};
const CivicDigest civic_sha256_portable = {.digest = digest_portable};
