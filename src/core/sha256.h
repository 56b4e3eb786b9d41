/*
 * src/core/sha256.h
 *		SHA-256 of FIPS 180-4 as a CivicDigest.
 *
 * The server's way to OpenSSL looks its algorithm up for every hash, which takes longer than hashing the two blocks of a
 * tree's node. A log of millions of entries is mostly such nodes.
 */
#ifndef CIVIC_SHA256_H
#define CIVIC_SHA256_H

#include "core/digest.h"

/* With the instructions that the processor has for it. */
extern const CivicDigest civic_sha256;
/* Without them, the same everywhere; for tests. */
extern const CivicDigest civic_sha256_portable;

#endif
