/*
 * src/core/leaf.h
 *		The bytes of an audit entry that its leaf hash is made of, and those of an organization in the forest.
 *
 * An entry has exactly one encoding: whatever civic_leaf_parse() accepts, civic_leaf_build() writes back byte for byte.
 * Numbers are big-endian. "string" is two bytes of length, then as many bytes; texts are UTF-8.
 *
 *	  14   "civic-entry/1\n"
 *	  16   identifier of the log
 *	  16   organization; zeros for what belongs to none
 *	   4   epoch
 *	   8   transaction: top-level xid of 64 bits
 *	   4   counter of the entry within its backend
 *	   8   time in microseconds since 1970-01-01 UTC, signed
 *	   1   operation, one letter of CIVIC_OPERATIONS
 *	       string  action, such as report_resolved; may be empty
 *	       string  user: 16 bytes, or empty where nobody was signed in
 *	       string  role of the user; may be empty
 *	       string  role of the database
 *	       string  schema; empty where no table is concerned
 *	       string  table; empty like schema
 *	       string  primary key; up to CIVIC_LEAF_KEY_MAX bytes; may be empty
 *	   1   0: nothing personal; 1: 32 bytes follow, the salted commitment to the personal columns
 *	   1   what follows is 0: nothing; 1: the public columns themselves; 2: their digest
 *	  1:   4 length, 1 .. CIVIC_LEAF_INLINE_MAX; then as many bytes
 *	  2:   8 length, more than CIVIC_LEAF_INLINE_MAX; then 32 bytes, SHA-256 of the columns
 *
 * So a leaf never has more than 64 KiB. The commitment is SHA-256("civic-personal/1\n" | salt of 16 bytes | columns):
 * with the salt and the columns gone, nobody can find out by trying what they were.
 *
 * The forest has one leaf for each tree head that an organization's tree had when it was sealed:
 *
 *	  15   "civic-forest/1\n"
 *	  16   identifier of the log
 *	  16   organization
 *	   8   size of its tree
 *	  32   root of its tree
 *	   8   time of sealing in microseconds since 1970-01-01 UTC, signed
 */
#ifndef CIVIC_LEAF_H
#define CIVIC_LEAF_H

#include "core/merkle.h"

/* Insert, update, delete, truncate; a row as it stood when its recording began; an action that changed no row; erasure
 * of a person's data; removal of old entries; what concerns the log itself, such as a new epoch. */
#define CIVIC_OPERATIONS "IUDTSAERL"

#define CIVIC_LEAF_TEXT_MAX 255
#define CIVIC_LEAF_KEY_MAX 16383
#define CIVIC_LEAF_INLINE_MAX 32768
#define CIVIC_LEAF_MAX 65535
#define CIVIC_SALT_SIZE 16
#define CIVIC_FOREST_LEAF_SIZE 95

typedef struct CivicLeaf
{
	uint8_t log_id[16];
	uint8_t organization[16];
	uint32_t epoch;
	uint64_t xid;
	uint32_t counter;
	int64_t time;
	char operation;
	CivicBytes action;
	CivicBytes user;
	CivicBytes role;
	CivicBytes database_role;
	CivicBytes schema;
	CivicBytes table;
	CivicBytes key;
	bool has_commitment;
	CivicHash commitment;
	/*
	 * Public columns. To build, data and length of what there is, whatever its size. A parsed leaf has data only up to
	 * CIVIC_LEAF_INLINE_MAX bytes; above it has their length and digest. The same holds for building without the data:
	 * NULL with a length takes the digest as it is.
	 */
	CivicBytes columns;
	CivicHash columns_digest;
} CivicLeaf;

/* Bytes written, or 0 where a field is not as described above or capacity does not suffice. */
extern size_t civic_leaf_build(const CivicDigest *sha256, const CivicLeaf *leaf, uint8_t *out,
							   size_t capacity);
/* Its pieces point into the bytes. */
extern bool civic_leaf_parse(const uint8_t *bytes, size_t length, CivicLeaf *leaf);

extern void civic_personal_commitment(const CivicDigest *sha256,
									  const uint8_t salt[CIVIC_SALT_SIZE],
									  const CivicBytes *columns, CivicHash *commitment);

typedef struct CivicForestLeaf
{
	uint8_t log_id[16];
	uint8_t organization[16];
	uint64_t size;
	CivicHash root;
	int64_t time;
} CivicForestLeaf;

extern void civic_forest_leaf_build(const CivicForestLeaf *leaf,
									uint8_t out[CIVIC_FOREST_LEAF_SIZE]);
extern bool civic_forest_leaf_parse(const uint8_t *bytes, size_t length, CivicForestLeaf *leaf);

#endif
