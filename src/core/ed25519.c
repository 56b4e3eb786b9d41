/*
 * src/core/ed25519.c
 *		Verification of Ed25519 signatures. Everything it sees is public, so it takes no care to need the same time for
 *		all inputs.
 */
#include "core/ed25519.h"

/* ---- numbers modulo p = 2^255 - 19 ---- */

/*
 * Ten limbs of alternately 26 and 25 bits. What multiply() and carry() give is reduced: limbs of at most 1.1 * 2^25 and
 * 1.1 * 2^24 in absolute value. Constants and what is read from bytes count as two of such numbers; multiply() takes sums
 * of up to four.
 */
typedef struct Number
{
	int64_t limbs[10];
} Number;

#define BITS(limb) ((limb) % 2 == 0 ? 26 : 25)

static const Number zero = {{0}};
static const Number one = {{1}};
/* -121665 / 121666 */
static const Number curve_d = {{56195235, 13857412, 51736253, 6949390, 114729, 24766616, 60832955,
								30306712, 48412415, 21499315}};
static const Number curve_2d = {{45281625, 27714825, 36363642, 13898781, 229458, 15978800, 54557047,
								 27058993, 29715967, 9444199}};
static const Number root_of_minus_one = {{34513072, 25610706, 9377949, 3500415, 12389472, 33281959,
										  41962654, 31548777, 326685, 11406482}};
/* The base point: y = 4 / 5, x even. */
static const Number base_x = {{52811034, 25909283, 16144682, 17082669, 27570973, 30858332, 40966398,
							   8378388, 20764389, 8758491}};
static const Number base_y = {{40265304, 26843545, 13421772, 20132659, 26843545, 6710886, 53687091,
							   13421772, 40265318, 26843545}};

static Number
add(const Number *a, const Number *b)
{
	Number sum;

	for (int i = 0; i < 10; i++)
		sum.limbs[i] = a->limbs[i] + b->limbs[i];
	return sum;
}

static Number
subtract(const Number *a, const Number *b)
{
	Number difference;

	for (int i = 0; i < 10; i++)
		difference.limbs[i] = a->limbs[i] - b->limbs[i];
	return difference;
}

/* The second round takes in what the first carried around from the highest limb, times 19 since 2^255 = 19. */
static void
carry(Number *a)
{
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 10; i++)
		{
			int64_t unit = INT64_C(1) << BITS(i);
			int64_t over = (a->limbs[i] + unit / 2) >> BITS(i);

			a->limbs[i] -= over * unit;
			if (i < 9)
				a->limbs[i + 1] += over;
			else
				a->limbs[0] += over * 19;
		}
}

/* Two odd limbs stand for half a bit more each than their product has place for, so it counts twice. */
static Number
multiply(const Number *a, const Number *b)
{
	Number product = zero;
	int64_t wrapped[10];

	for (int i = 0; i < 10; i++)
		wrapped[i] = b->limbs[i] * 19;
	for (int i = 0; i < 10; i++)
	{
		int64_t by[2] = {a->limbs[i], i % 2 == 1 ? 2 * a->limbs[i] : a->limbs[i]};

		for (int j = 0; j < 10 - i; j++)
			product.limbs[i + j] += by[j % 2] * b->limbs[j];
		for (int j = 10 - i; j < 10; j++)
			product.limbs[i + j - 10] += by[j % 2] * wrapped[j];
	}
	carry(&product);
	return product;
}

static Number
square_times(const Number *a, int times)
{
	Number square = *a;

	while (times-- > 0)
		square = multiply(&square, &square);
	return square;
}

/* a ^ (2^250 - 1): from an exponent of n ones to one of 2n ones, and to one more where 250 has a bit. */
static Number
power_250_ones(const Number *a)
{
	Number power = *a;
	int ones = 1;

	for (int bit = 6; bit >= 0; bit--)
	{
		Number shifted = square_times(&power, ones);

		power = multiply(&shifted, &power);
		ones *= 2;
		if (250 >> bit & 1)
		{
			shifted = square_times(&power, 1);
			power = multiply(&shifted, a);
			ones++;
		}
	}
	return power;
}

/* a ^ (p - 2), where p - 2 = (2^250 - 1) * 2^5 + 11 */
static Number
invert(const Number *a)
{
	Number power = power_250_ones(a);
	Number eleventh = square_times(a, 2);

	power = square_times(&power, 5);
	eleventh = multiply(&eleventh, a);
	eleventh = square_times(&eleventh, 1);
	eleventh = multiply(&eleventh, a);
	return multiply(&power, &eleventh);
}

/* a ^ ((p - 5) / 8), where (p - 5) / 8 = (2^250 - 1) * 2^2 + 1 */
static Number
power_for_root(const Number *a)
{
	Number power = power_250_ones(a);

	power = square_times(&power, 2);
	return multiply(&power, a);
}

static Number
number_from_bytes(const uint8_t bytes[32])
{
	Number number;
	int place = 0;

	for (int i = 0; i < 10; i++)
	{
		uint64_t word = 0;

		for (int j = 4; j >= 0; j--)
			word = word << 8 | (place / 8 + j < 32 ? bytes[place / 8 + j] : 0);
		number.limbs[i] = (int64_t) (word >> place % 8 & ((UINT64_C(1) << BITS(i)) - 1));
		place += BITS(i);
	}
	return number;
}

static void
number_to_bytes(const Number *number, uint8_t bytes[32])
{
	Number a = *number;
	int64_t over;
	uint64_t word = 0;
	int bits = 0;

	carry(&a);
	/* How often p fits, rounded down: what would be carried out of the highest limb if 19 was added. */
	over = (19 * a.limbs[9] + (INT64_C(1) << 24)) >> 25;
	for (int i = 0; i < 10; i++)
		over = (a.limbs[i] + over) >> BITS(i);
	a.limbs[0] += 19 * over;
	over = 0;
	for (int i = 0; i < 10; i++)
	{
		int64_t unit = INT64_C(1) << BITS(i);

		a.limbs[i] += over;
		over = a.limbs[i] >> BITS(i);
		a.limbs[i] -= over * unit;
		word |= (uint64_t) a.limbs[i] << bits;
		for (bits += BITS(i); bits >= 8; bits -= 8)
		{
			*bytes++ = (uint8_t) word;
			word >>= 8;
		}
	}
	*bytes = (uint8_t) word;
}

static bool
is_equal(const Number *a, const Number *b)
{
	uint8_t bytes[2][32];

	number_to_bytes(a, bytes[0]);
	number_to_bytes(b, bytes[1]);
	return memcmp(bytes[0], bytes[1], 32) == 0;
}

static bool
is_odd(const Number *a)
{
	uint8_t bytes[32];

	number_to_bytes(a, bytes);
	return bytes[0] & 1;
}

/* ---- points of -x^2 + y^2 = 1 + d x^2 y^2 ---- */

/* x = X / Z, y = Y / Z, x y = T / Z */
typedef struct Point
{
	Number x;
	Number y;
	Number z;
	Number t;
} Point;

/* A point as the second one of a sum: Y + X, Y - X, 2 Z, 2 d T. */
typedef struct Addend
{
	Number sum;
	Number difference;
	Number z2;
	Number t2d;
} Addend;

static Addend
addend(const Point *point)
{
	return (Addend){add(&point->y, &point->x), subtract(&point->y, &point->x),
					add(&point->z, &point->z), multiply(&point->t, &curve_2d)};
}

static Point
from_factors(const Number *e, const Number *f, const Number *g, const Number *h)
{
	return (Point){multiply(e, f), multiply(g, h), multiply(f, g), multiply(e, h)};
}

/* Holds for any two points, equal ones and their inverses too, since d is no square. */
static Point
add_points(const Point *p, const Addend *q, bool negate)
{
	Number difference = subtract(&p->y, &p->x);
	Number sum = add(&p->y, &p->x);
	Number a = multiply(&difference, negate ? &q->sum : &q->difference);
	Number b = multiply(&sum, negate ? &q->difference : &q->sum);
	Number c = multiply(&p->t, &q->t2d);
	Number d = multiply(&p->z, &q->z2);
	Number e = subtract(&b, &a);
	Number f = negate ? add(&d, &c) : subtract(&d, &c);
	Number g = negate ? subtract(&d, &c) : add(&d, &c);
	Number h = add(&b, &a);

	return from_factors(&e, &f, &g, &h);
}

static Point
double_point(const Point *p)
{
	Number a = multiply(&p->x, &p->x);
	Number b = multiply(&p->y, &p->y);
	Number z2 = add(&p->z, &p->z);
	Number c = multiply(&p->z, &z2);
	Number sum = add(&p->x, &p->y);
	Number square = multiply(&sum, &sum);
	Number h = add(&a, &b);
	Number e = subtract(&h, &square);
	Number g = subtract(&a, &b);
	Number f = add(&c, &g);

	return from_factors(&e, &f, &g, &h);
}

static void
encode_point(const Point *point, uint8_t bytes[32])
{
	Number inverse = invert(&point->z);
	Number x = multiply(&point->x, &inverse);
	Number y = multiply(&point->y, &inverse);

	number_to_bytes(&y, bytes);
	bytes[31] |= (uint8_t) (is_odd(&x) << 7);
}

/* RFC 8032, 5.1.3; false for what is no point or not the one encoding of it. */
static bool
decode_point(const uint8_t bytes[32], Point *point)
{
	Number y = number_from_bytes(bytes);
	Number y2 = multiply(&y, &y);
	Number u = subtract(&y2, &one);
	Number dy2 = multiply(&curve_d, &y2);
	Number v = add(&dy2, &one);
	Number v2 = multiply(&v, &v);
	Number v3 = multiply(&v2, &v);
	Number v4 = multiply(&v2, &v2);
	Number uv3 = multiply(&u, &v3);
	Number uv7 = multiply(&uv3, &v4);
	Number power = power_for_root(&uv7);
	Number x = multiply(&uv3, &power);
	Number x2 = multiply(&x, &x);
	Number vx2 = multiply(&v, &x2);
	Number minus_u = subtract(&zero, &u);
	bool sign = bytes[31] >> 7;
	uint8_t written[32];

	if (!is_equal(&vx2, &u))
	{
		if (!is_equal(&vx2, &minus_u))
			return false;
		x = multiply(&x, &root_of_minus_one);
	}
	if (is_odd(&x) != sign)
		x = subtract(&zero, &x);
	*point = (Point){x, y, one, multiply(&x, &y)};
	/* Tells a coordinate that is not below p, and a sign on zero. */
	number_to_bytes(&y, written);
	written[31] |= (uint8_t) (is_odd(&x) << 7);
	return memcmp(written, bytes, 32) == 0;
}

/* Whether eight times the point is the neutral one, (0, 1). */
static bool
has_small_order(const Point *point)
{
	Point multiple = *point;

	for (int i = 0; i < 3; i++)
		multiple = double_point(&multiple);
	return is_equal(&multiple.x, &zero) && is_equal(&multiple.y, &multiple.z);
}

/* ---- numbers modulo the order L of the base point ---- */

#define WORDS 8

static const uint32_t order[WORDS] = {0x5cf5d3ed, 0x5812631a, 0xa2f79cd6, 0x14def9de,
									  0x00000000, 0x00000000, 0x00000000, 0x10000000};

static bool
is_below_order(const uint32_t words[WORDS])
{
	for (int i = WORDS - 1; i >= 0; i--)
		if (words[i] != order[i])
			return words[i] < order[i];
	return false;
}

static void
words_from_bytes(const uint8_t bytes[32], uint32_t words[WORDS])
{
	for (int i = 0; i < WORDS; i++)
		words[i] = (uint32_t) bytes[4 * i] | (uint32_t) bytes[4 * i + 1] << 8 |
				   (uint32_t) bytes[4 * i + 2] << 16 | (uint32_t) bytes[4 * i + 3] << 24;
}

/* Long division bit by bit, from the highest on: the remainder stays below L < 2^253, so twice it fits the words. */
static void
reduce_digest(const uint8_t digest[CIVIC_SHA512_SIZE], uint32_t remainder[WORDS])
{
	memset(remainder, 0, WORDS * sizeof(uint32_t));
	for (int bit = 8 * CIVIC_SHA512_SIZE - 1; bit >= 0; bit--)
	{
		uint32_t in = digest[bit / 8] >> bit % 8 & 1;
		uint64_t borrow = 0;

		for (int i = 0; i < WORDS; i++)
		{
			uint32_t out = remainder[i] >> 31;

			remainder[i] = remainder[i] << 1 | in;
			in = out;
		}
		if (is_below_order(remainder))
			continue;
		for (int i = 0; i < WORDS; i++)
		{
			uint64_t difference = (uint64_t) remainder[i] - order[i] - borrow;

			remainder[i] = (uint32_t) difference;
			borrow = difference >> 63;
		}
	}
}

/* ---- verification ---- */

#define WINDOW 5
#define MULTIPLES (1 << (WINDOW - 2))
#define DIGITS 256

/* Odd digits between -15 and 15 with at least four zeros after each: value = sum of digits[i] * 2^i. */
static void
split_in_digits(const uint32_t words[WORDS], int8_t digits[DIGITS])
{
	int carried = 0;

	memset(digits, 0, DIGITS);
	for (int place = 0; place < DIGITS;)
	{
		int digit = carried;

		for (int i = 0; i < WINDOW && place + i < DIGITS; i++)
			digit += (int) (words[(place + i) / 32] >> (place + i) % 32 & 1) << i;
		/* Nothing here, or a carry over a set bit, which goes on as a carry. */
		if (digit % 2 == 0)
		{
			place++;
			continue;
		}
		carried = digit >= 1 << (WINDOW - 1);
		digits[place] = (int8_t) (digit - (carried << WINDOW));
		place += WINDOW;
	}
}

/* The multiples 1, 3, 5, ... of a point. */
static void
odd_multiples(const Point *point, Addend multiples[MULTIPLES])
{
	Point multiple = *point;
	Point twice = double_point(point);
	Addend step = addend(&twice);

	for (int i = 0; i < MULTIPLES; i++)
	{
		multiples[i] = addend(&multiple);
		multiple = add_points(&multiple, &step, false);
	}
}

static Point
add_digit(const Point *sum, const Addend multiples[MULTIPLES], int digit, bool negate)
{
	if (digit == 0)
		return *sum;
	return add_points(sum, &multiples[(digit < 0 ? -digit : digit) / 2], negate != (digit < 0));
}

bool
civic_ed25519_is_key(const uint8_t key[CIVIC_ED25519_KEY_SIZE])
{
	Point point;

	return decode_point(key, &point) && !has_small_order(&point);
}

bool
civic_ed25519_verify(const CivicDigest *sha512, const uint8_t key[CIVIC_ED25519_KEY_SIZE],
					 const uint8_t signature[CIVIC_ED25519_SIGNATURE_SIZE],
					 const CivicBytes *message, int npieces)
{
	CivicBytes pieces[2 + CIVIC_ED25519_MAX_PIECES] = {{signature, 32},
													   {key, CIVIC_ED25519_KEY_SIZE}};
	const Point base = {base_x, base_y, one, multiply(&base_x, &base_y)};
	Point sum = {zero, one, one, zero};
	Point point;
	Addend multiples[2][MULTIPLES];
	int8_t digits[2][DIGITS];
	uint32_t s[WORDS];
	uint32_t k[WORDS];
	uint8_t digest[CIVIC_SHA512_SIZE];
	uint8_t encoded[32];

	words_from_bytes(signature + 32, s);
	if (npieces > CIVIC_ED25519_MAX_PIECES || !is_below_order(s) || !decode_point(key, &point) ||
		has_small_order(&point))
		return false;
	for (int i = 0; i < npieces; i++)
		pieces[2 + i] = message[i];
	sha512->digest(sha512->state, pieces, 2 + npieces, digest);
	reduce_digest(digest, k);

	/* [S]B - [k]A with one run of doublings for both. */
	split_in_digits(s, digits[0]);
	split_in_digits(k, digits[1]);
	odd_multiples(&base, multiples[0]);
	odd_multiples(&point, multiples[1]);
	for (int i = DIGITS - 1; i >= 0; i--)
	{
		sum = double_point(&sum);
		sum = add_digit(&sum, multiples[0], digits[0][i], false);
		sum = add_digit(&sum, multiples[1], digits[1][i], true);
	}
	encode_point(&sum, encoded);
	return memcmp(encoded, signature, 32) == 0;
}
