/*
 * src/core/leaf.c
 *		Builds and reads the bytes of audit entries and of the forest; see leaf.h for each of them.
 */
#include "core/leaf.h"

#define ENTRY_TAG "civic-entry/1\n"
#define FOREST_TAG "civic-forest/1\n"
#define PERSONAL_TAG "civic-personal/1\n"
#define USER_SIZE 16

enum
{
	COLUMNS_NONE,
	COLUMNS_INLINE,
	COLUMNS_DIGEST
};

static uint8_t *
put_bytes(uint8_t *out, const void *bytes, size_t length)
{
	if (length > 0)
		memcpy(out, bytes, length);
	return out + length;
}

static uint8_t *
put_string(uint8_t *out, CivicBytes string)
{
	return put_bytes(civic_put_number(out, string.length, 2), string.data, string.length);
}

/* Room that the leaf takes up to its public columns; 0 where it may not be built. */
static size_t
head_size(const CivicLeaf *leaf)
{
	const CivicBytes *texts[] = {&leaf->action, &leaf->role, &leaf->database_role, &leaf->schema,
								 &leaf->table};
	size_t size = strlen(ENTRY_TAG) + 16 + 16 + 4 + 8 + 4 + 8 + 1 + 2 + leaf->user.length + 2 +
				  leaf->key.length + 1 + 1;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
	{
		if (texts[i]->length > CIVIC_LEAF_TEXT_MAX)
			return 0;
		size += 2 + texts[i]->length;
	}
	if (leaf->operation == '\0' || strchr(CIVIC_OPERATIONS, leaf->operation) == NULL ||
		(leaf->user.length != 0 && leaf->user.length != USER_SIZE) ||
		(leaf->schema.length == 0) != (leaf->table.length == 0) ||
		leaf->key.length > CIVIC_LEAF_KEY_MAX)
		return 0;
	if (leaf->has_commitment)
		size += CIVIC_SHA256_SIZE;
	if (leaf->columns.length > CIVIC_LEAF_INLINE_MAX)
		size += 8 + CIVIC_SHA256_SIZE;
	else if (leaf->columns.length > 0)
		size += 4;
	return size;
}

/* All but public columns that stand in the leaf. */
static size_t
build_head(const CivicDigest *sha256, const CivicLeaf *leaf, uint8_t *out, size_t capacity)
{
	size_t size = head_size(leaf);

	if (size == 0 || size > capacity)
		return 0;
	out = put_bytes(out, ENTRY_TAG, strlen(ENTRY_TAG));
	out = put_bytes(out, leaf->log_id, sizeof(leaf->log_id));
	out = put_bytes(out, leaf->organization, sizeof(leaf->organization));
	out = civic_put_number(out, leaf->epoch, 4);
	out = civic_put_number(out, leaf->xid, 8);
	out = civic_put_number(out, leaf->counter, 4);
	out = civic_put_number(out, (uint64_t) leaf->time, 8);
	*out++ = (uint8_t) leaf->operation;
	out = put_string(out, leaf->action);
	out = put_string(out, leaf->user);
	out = put_string(out, leaf->role);
	out = put_string(out, leaf->database_role);
	out = put_string(out, leaf->schema);
	out = put_string(out, leaf->table);
	out = put_string(out, leaf->key);
	*out++ = leaf->has_commitment;
	if (leaf->has_commitment)
		out = put_bytes(out, leaf->commitment.bytes, CIVIC_SHA256_SIZE);
	if (leaf->columns.length == 0)
		*out++ = COLUMNS_NONE;
	else if (leaf->columns.length <= CIVIC_LEAF_INLINE_MAX)
	{
		*out++ = COLUMNS_INLINE;
		civic_put_number(out, leaf->columns.length, 4);
	}
	else
	{
		*out++ = COLUMNS_DIGEST;
		out = civic_put_number(out, leaf->columns.length, 8);
		if (leaf->columns.data != NULL)
			sha256->digest(sha256->state, &leaf->columns, 1, out);
		else
			put_bytes(out, leaf->columns_digest.bytes, CIVIC_SHA256_SIZE);
	}
	return size;
}

size_t
civic_leaf_build(const CivicDigest *sha256, const CivicLeaf *leaf, uint8_t *out, size_t capacity)
{
	size_t size = build_head(sha256, leaf, out, capacity);

	if (size == 0 || leaf->columns.length > CIVIC_LEAF_INLINE_MAX)
		return size;
	if (capacity - size < leaf->columns.length)
		return 0;
	put_bytes(out + size, leaf->columns.data, leaf->columns.length);
	return size + leaf->columns.length;
}

/* ---- reading ---- */

static bool
take(CivicBytes *input, size_t length, CivicBytes *piece)
{
	if (input->length < length)
		return false;
	*piece = civic_bytes(input->data, length);
	*input = civic_bytes(input->data + length, input->length - length);
	return true;
}

static bool
take_number(CivicBytes *input, int size, uint64_t *number)
{
	CivicBytes piece;

	if (!take(input, (size_t) size, &piece))
		return false;
	*number = civic_get_number(piece.data, size);
	return true;
}

static bool
take_string(CivicBytes *input, CivicBytes *string)
{
	uint64_t length;

	return take_number(input, 2, &length) && take(input, (size_t) length, string);
}

static bool
take_fixed(CivicBytes *input, void *to, size_t length)
{
	CivicBytes piece;

	if (!take(input, length, &piece))
		return false;
	memcpy(to, piece.data, length);
	return true;
}

static bool
take_tag(CivicBytes *input, const char *tag)
{
	CivicBytes piece;

	return take(input, strlen(tag), &piece) && memcmp(piece.data, tag, strlen(tag)) == 0;
}

static bool
take_columns(CivicBytes *input, CivicLeaf *leaf)
{
	uint64_t kind;
	uint64_t length = 0;

	if (!take_number(input, 1, &kind))
		return false;
	leaf->columns = civic_bytes(NULL, 0);
	switch (kind)
	{
		case COLUMNS_NONE:
			return true;
		case COLUMNS_INLINE:
			return take_number(input, 4, &length) && length > 0 &&
				   length <= CIVIC_LEAF_INLINE_MAX && take(input, (size_t) length, &leaf->columns);
		case COLUMNS_DIGEST:
			if (!take_number(input, 8, &length) || length <= CIVIC_LEAF_INLINE_MAX ||
				length > SIZE_MAX)
				return false;
			leaf->columns.length = (size_t) length;
			return take_fixed(input, leaf->columns_digest.bytes, CIVIC_SHA256_SIZE);
		default:
			return false;
	}
}

bool
civic_leaf_parse(const uint8_t *bytes, size_t length, CivicLeaf *leaf)
{
	CivicBytes input = {bytes, length};
	uint64_t number[6] = {0};

	memset(leaf, 0, sizeof(*leaf));
	if (!take_tag(&input, ENTRY_TAG) || !take_fixed(&input, leaf->log_id, sizeof(leaf->log_id)) ||
		!take_fixed(&input, leaf->organization, sizeof(leaf->organization)) ||
		!take_number(&input, 4, &number[0]) || !take_number(&input, 8, &number[1]) ||
		!take_number(&input, 4, &number[2]) || !take_number(&input, 8, &number[3]) ||
		!take_number(&input, 1, &number[4]) || !take_string(&input, &leaf->action) ||
		!take_string(&input, &leaf->user) || !take_string(&input, &leaf->role) ||
		!take_string(&input, &leaf->database_role) || !take_string(&input, &leaf->schema) ||
		!take_string(&input, &leaf->table) || !take_string(&input, &leaf->key) ||
		!take_number(&input, 1, &number[5]) || number[5] > 1)
		return false;
	leaf->epoch = (uint32_t) number[0];
	leaf->xid = number[1];
	leaf->counter = (uint32_t) number[2];
	leaf->time = (int64_t) number[3];
	leaf->operation = (char) number[4];
	leaf->has_commitment = number[5] == 1;
	if (leaf->has_commitment && !take_fixed(&input, leaf->commitment.bytes, CIVIC_SHA256_SIZE))
		return false;
	return take_columns(&input, leaf) && input.length == 0 && head_size(leaf) != 0;
}

void
civic_personal_commitment(const CivicDigest *sha256, const uint8_t salt[CIVIC_SALT_SIZE],
						  const CivicBytes *columns, CivicHash *commitment)
{
	CivicBytes pieces[] = {civic_text(PERSONAL_TAG), civic_bytes(salt, CIVIC_SALT_SIZE), *columns};

	sha256->digest(sha256->state, pieces, 3, commitment->bytes);
}

/* ---- forest ---- */

void
civic_forest_leaf_build(const CivicForestLeaf *leaf, uint8_t out[CIVIC_FOREST_LEAF_SIZE])
{
	out = put_bytes(out, FOREST_TAG, strlen(FOREST_TAG));
	out = put_bytes(out, leaf->log_id, sizeof(leaf->log_id));
	out = put_bytes(out, leaf->organization, sizeof(leaf->organization));
	out = civic_put_number(out, leaf->size, 8);
	out = put_bytes(out, leaf->root.bytes, CIVIC_SHA256_SIZE);
	civic_put_number(out, (uint64_t) leaf->time, 8);
}

bool
civic_forest_leaf_parse(const uint8_t *bytes, size_t length, CivicForestLeaf *leaf)
{
	CivicBytes input = {bytes, length};
	uint64_t time;

	if (length != CIVIC_FOREST_LEAF_SIZE || !take_tag(&input, FOREST_TAG) ||
		!take_fixed(&input, leaf->log_id, sizeof(leaf->log_id)) ||
		!take_fixed(&input, leaf->organization, sizeof(leaf->organization)) ||
		!take_number(&input, 8, &leaf->size) ||
		!take_fixed(&input, leaf->root.bytes, CIVIC_SHA256_SIZE) || !take_number(&input, 8, &time))
		return false;
	leaf->time = (int64_t) time;
	return true;
}
