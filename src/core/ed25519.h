/*
 * src/core/ed25519.h
 *		Verification of Ed25519 signatures (RFC 8032, 5.1.7); nothing here signs.
 */
#ifndef CIVIC_ED25519_H
#define CIVIC_ED25519_H

#include "core/digest.h"

#include <stdbool.h>

#define CIVIC_ED25519_KEY_SIZE 32
#define CIVIC_ED25519_SIGNATURE_SIZE 64
#define CIVIC_ED25519_MAX_PIECES 6

/*
 * Of all readings of the RFC the strictest one, so that nobody can make two signatures of one:
 *
 * - Key, R and S have one encoding each: coordinates below the prime, S below the order of the base point, no sign on
 *	 a zero.
 * - A key of small order is refused, since with one a signature holds for any message.
 * - [S]B = R + [k]A holds without multiplying by the cofactor, R compared byte by byte. R of small order needs no
 *	 rule of its own: only the holder of the key can make one.
 *
 * The message is the pieces one after the other, at most CIVIC_ED25519_MAX_PIECES.
 */
extern bool civic_ed25519_verify(const CivicDigest *sha512,
								 const uint8_t key[CIVIC_ED25519_KEY_SIZE],
								 const uint8_t signature[CIVIC_ED25519_SIGNATURE_SIZE],
								 const CivicBytes *message, int npieces);

/* Whether this is a key that civic_ed25519_verify() would use. */
extern bool civic_ed25519_is_key(const uint8_t key[CIVIC_ED25519_KEY_SIZE]);

#endif
