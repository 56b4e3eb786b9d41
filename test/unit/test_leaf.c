/*
 * test/unit/test_leaf.c
 *		Entries of the audit log as bytes: what is written is what is read, and nothing else is read.
 */
#include "core/leaf.h"

#include "sha2.h"
#include "tap.h"

static CivicLeaf
example(void)
{
	CivicLeaf leaf = {.epoch = 1,
					  .xid = UINT64_C(0x0102030405060708),
					  .counter = 9,
					  .time = INT64_C(1790000000000000),
					  .operation = 'U',
					  .action = civic_text("report_resolved"),
					  .user = civic_text("0123456789abcdef"),
					  .role = civic_text("nodal_officer"),
					  .database_role = civic_text("civic_user"),
					  .schema = civic_text("civic"),
					  .table = civic_text("reports"),
					  .key = civic_text("key"),
					  .has_commitment = true,
					  .columns = civic_text("columns")};

	memset(leaf.log_id, 'l', sizeof(leaf.log_id));
	memset(leaf.organization, 'o', sizeof(leaf.organization));
	memset(leaf.commitment.bytes, 'c', sizeof(leaf.commitment.bytes));
	return leaf;
}

static bool
same_bytes(CivicBytes a, CivicBytes b)
{
	return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

static void
test_example(void)
{
	static const char expected[] = "civic-entry/1\n"
								   "llllllllllllllll"
								   "oooooooooooooooo"
								   "\0\0\0\1"
								   "\1\2\3\4\5\6\7\x08"
								   "\0\0\0\x09"
								   "\0\x06\x5b\xfe\xda\x25\xe0\0"
								   "U"
								   "\0\x0freport_resolved"
								   "\0\x10"
								   "0123456789abcdef"
								   "\0\x0dnodal_officer"
								   "\0\x0a"
								   "civic_user"
								   "\0\5civic"
								   "\0\7reports"
								   "\0\3key"
								   "\1cccccccccccccccccccccccccccccccc"
								   "\1\0\0\0\7columns";
	uint8_t bytes[CIVIC_LEAF_MAX];
	CivicLeaf leaf = example();
	CivicLeaf read;
	size_t length = civic_leaf_build(&sha256, &leaf, bytes, sizeof(bytes));

	ok(length == sizeof(expected) - 1 && memcmp(bytes, expected, length) == 0, "an entry's bytes");
	ok(civic_leaf_parse(bytes, length, &read) && read.epoch == 1 && read.xid == leaf.xid &&
		   read.counter == 9 && read.time == leaf.time && read.operation == 'U' &&
		   same_bytes(read.action, leaf.action) && same_bytes(read.user, leaf.user) &&
		   same_bytes(read.role, leaf.role) && same_bytes(read.database_role, leaf.database_role) &&
		   same_bytes(read.schema, leaf.schema) && same_bytes(read.table, leaf.table) &&
		   same_bytes(read.key, leaf.key) && same_bytes(read.columns, leaf.columns) &&
		   read.has_commitment && civic_hash_equal(&read.commitment, &leaf.commitment) &&
		   memcmp(read.log_id, leaf.log_id, 16) == 0 &&
		   memcmp(read.organization, leaf.organization, 16) == 0,
	   "and what is read from them");
	ok(civic_leaf_build(&sha256, &leaf, bytes, length) == length &&
		   civic_leaf_build(&sha256, &leaf, bytes, length - 1) == 0 &&
		   civic_leaf_build(&sha256, &leaf, bytes, length - 8) == 0 &&
		   civic_leaf_build(&sha256, &leaf, bytes, 0) == 0,
	   "no more room is used than there is");
	leaf.time = -1;
	length = civic_leaf_build(&sha256, &leaf, bytes, sizeof(bytes));
	ok(civic_leaf_parse(bytes, length, &read) && read.time == -1, "a time before 1970");
}

/* Cut anywhere or with anything after it, an entry is none; with any byte changed it is none or another. */
static void
test_other_bytes(void)
{
	uint8_t bytes[1024];
	uint8_t again[1024];
	CivicLeaf leaf = example();
	CivicLeaf read;
	size_t length = civic_leaf_build(&sha256, &leaf, bytes, sizeof(bytes));
	int accepted = 0;
	int different = 0;

	for (size_t i = 0; i < length; i++)
		accepted += civic_leaf_parse(bytes, i, &read);
	bytes[length] = 0;
	ok(accepted == 0, "no beginning of an entry is one");
	ok(!civic_leaf_parse(bytes, length + 1, &read), "nothing may follow an entry");
	for (size_t i = 0; i < length; i++)
		for (int bit = 0; bit < 8; bit++)
		{
			bytes[i] ^= (uint8_t) (1 << bit);
			if (civic_leaf_parse(bytes, length, &read))
				different += civic_leaf_build(&sha256, &read, again, sizeof(again)) != length ||
							 memcmp(bytes, again, length) != 0;
			bytes[i] ^= (uint8_t) (1 << bit);
		}
	ok(different == 0, "what is read is written back byte for byte");
}

static void
test_limits(void)
{
	static uint8_t big[100000];
	static uint8_t bytes[CIVIC_LEAF_MAX];
	CivicLeaf leaf;
	CivicLeaf read;
	CivicHash digest;
	size_t length;

#define REFUSED(change, what)                                                                      \
	leaf = example();                                                                              \
	change;                                                                                        \
	ok(civic_leaf_build(&sha256, &leaf, bytes, sizeof(bytes)) == 0, "%s is refused", what)

	REFUSED(leaf.operation = 'X', "an unknown operation");
	REFUSED(leaf.operation = '\0', "no operation");
	REFUSED(leaf.user.length = 15, "a user that is no identifier");
	REFUSED(leaf.schema.length = 0, "a table without a schema");
	REFUSED(leaf.table.length = 0, "a schema without a table");
	REFUSED(leaf.action = civic_bytes(big, 256), "a long action");
	REFUSED(leaf.role = civic_bytes(big, 256), "a long role");
	REFUSED(leaf.database_role = civic_bytes(big, 256), "a long database role");
	REFUSED(leaf.schema = civic_bytes(big, 256), "a long schema");
	REFUSED(leaf.table = civic_bytes(big, 256), "a long table");
	REFUSED(leaf.key = civic_bytes(big, CIVIC_LEAF_KEY_MAX + 1), "a long key");

	leaf = example();
	leaf.action = leaf.role = leaf.database_role = leaf.schema = leaf.table =
		civic_bytes(big, CIVIC_LEAF_TEXT_MAX);
	leaf.key = civic_bytes(big, CIVIC_LEAF_KEY_MAX);
	leaf.columns = civic_bytes(big, CIVIC_LEAF_INLINE_MAX);
	length = civic_leaf_build(&sha256, &leaf, bytes, sizeof(bytes));
	ok(length > 50000 && civic_leaf_parse(bytes, length, &read) &&
		   read.columns.length == CIVIC_LEAF_INLINE_MAX && read.columns.data != NULL,
	   "the largest entry has %zu bytes", length);
	leaf.columns.length++;
	length = civic_leaf_build(&sha256, &leaf, bytes, sizeof(bytes));
	sha256_digest(NULL, &leaf.columns, 1, digest.bytes);
	ok(length > 0 && civic_leaf_parse(bytes, length, &read) &&
		   read.columns.length == CIVIC_LEAF_INLINE_MAX + 1 && read.columns.data == NULL &&
		   civic_hash_equal(&read.columns_digest, &digest),
	   "of more columns there is the digest");

	/* The last 41 bytes are kind, length and digest. */
	bytes[length - 33]--;
	ok(!civic_leaf_parse(bytes, length, &read), "no digest where the columns would have had room");
	bytes[length - 33]++;
	bytes[length - 41] = 3;
	ok(!civic_leaf_parse(bytes, length, &read), "no other kind of columns");

	leaf = example();
	leaf.columns.length = 0;
	leaf.has_commitment = false;
	length = civic_leaf_build(&sha256, &leaf, bytes, sizeof(bytes));
	ok(length > 0 && civic_leaf_parse(bytes, length, &read) && read.columns.length == 0 &&
		   !read.has_commitment,
	   "an entry without columns");
	bytes[length - 1] = 1;
	memset(bytes + length, 0, 4);
	ok(!civic_leaf_parse(bytes, length + 4, &read), "no columns have one encoding");
	bytes[length - 1] = 0;
	bytes[length - 2] = 2;
	ok(!civic_leaf_parse(bytes, length, &read), "no other kind of commitment");
#undef REFUSED
}

static void
test_forest(void)
{
	static const char expected[] = "civic-forest/1\nllllllllllllllll"
								   "oooooooooooooooo\0\0\0\0\0\0\1\2"
								   "rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr"
								   "\xff\xff\xff\xff\xff\xff\xff\xfe";
	CivicForestLeaf leaf = {.size = 258, .time = -2};
	CivicForestLeaf read;
	uint8_t bytes[CIVIC_FOREST_LEAF_SIZE + 1] = {0};
	CivicBytes personal = civic_text("name");
	CivicBytes pieces[] = {civic_text("civic-personal/1\n0123456789abcdefname")};
	CivicHash commitment;
	CivicHash digest;

	memset(leaf.log_id, 'l', sizeof(leaf.log_id));
	memset(leaf.organization, 'o', sizeof(leaf.organization));
	memset(leaf.root.bytes, 'r', sizeof(leaf.root.bytes));
	civic_forest_leaf_build(&leaf, bytes);
	ok(sizeof(expected) - 1 == CIVIC_FOREST_LEAF_SIZE &&
		   memcmp(bytes, expected, CIVIC_FOREST_LEAF_SIZE) == 0,
	   "a leaf of the forest");
	ok(civic_forest_leaf_parse(bytes, CIVIC_FOREST_LEAF_SIZE, &read) &&
		   memcmp(&read, &leaf, sizeof(leaf)) == 0,
	   "and what is read from it");
	ok(!civic_forest_leaf_parse(bytes, CIVIC_FOREST_LEAF_SIZE - 1, &read) &&
		   !civic_forest_leaf_parse(bytes, CIVIC_FOREST_LEAF_SIZE + 1, &read),
	   "nothing shorter or longer");
	bytes[3] ^= 1;
	ok(!civic_forest_leaf_parse(bytes, CIVIC_FOREST_LEAF_SIZE, &read), "nothing of another kind");

	civic_personal_commitment(&sha256, (const uint8_t *) "0123456789abcdef", &personal,
							  &commitment);
	sha256_digest(NULL, pieces, 1, digest.bytes);
	ok(civic_hash_equal(&commitment, &digest), "the commitment to personal columns");
}

void
test_leaf(void)
{
	test_example();
	test_other_bytes();
	test_limits();
	test_forest();
}
