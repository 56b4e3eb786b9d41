/*
 * test/fuzz/fuzz_leaf.c
 *		Entries have one encoding: what is read is written back byte for byte, and what is written is read back.
 */
#include "core/leaf.h"

#include <stdlib.h>

#include "../unit/sha2.h"

static void
expect(bool holds)
{
	if (!holds)
		abort();
}

/* Some of the input as a field, at most "most" bytes. */
static CivicBytes
take(CivicBytes *input, size_t most)
{
	size_t length = input->length == 0 ? 0 : *input->data % (most + 1);
	CivicBytes field;

	if (input->length > 0)
		*input = civic_bytes(input->data + 1, input->length - 1);
	length = length > input->length ? input->length : length;
	field = civic_bytes(input->data, length);
	*input = civic_bytes(input->data + length, input->length - length);
	return field;
}

static void
check_built(CivicBytes input)
{
	static uint8_t columns[CIVIC_LEAF_INLINE_MAX + 300];
	static uint8_t bytes[CIVIC_LEAF_MAX];
	static uint8_t again[CIVIC_LEAF_MAX];
	CivicLeaf leaf = {.epoch = (uint32_t) input.length,
					  .xid = civic_get_number(input.data, 8),
					  .counter = input.data[8],
					  .time = (int64_t) civic_get_number(input.data + 9, 8),
					  .operation = (char) input.data[17],
					  .has_commitment = input.data[18] & 1};
	size_t extra = input.data[18] >> 1;
	CivicLeaf read;
	size_t length;

	input = civic_bytes(input.data + 19, input.length - 19);
	leaf.action = take(&input, 20);
	leaf.user = take(&input, 16);
	leaf.role = take(&input, 20);
	leaf.database_role = take(&input, 20);
	leaf.schema = take(&input, 20);
	leaf.table = take(&input, 20);
	leaf.key = take(&input, 20);
	leaf.columns = take(&input, 200);
	/* Around the length from which on there is a digest. */
	if (extra > 100)
		leaf.columns = civic_bytes(columns, CIVIC_LEAF_INLINE_MAX - 10 + extra % 20);
	length = civic_leaf_build(&sha256, &leaf, bytes, sizeof(bytes));
	if (length == 0)
		return;
	expect(civic_leaf_parse(bytes, length, &read));
	expect(civic_leaf_build(&sha256, &read, again, sizeof(again)) == length &&
		   memcmp(bytes, again, length) == 0 && read.columns.length == leaf.columns.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t bytes[1024];
	CivicLeaf leaf;
	CivicForestLeaf head;

	if (civic_leaf_parse(data, size, &leaf))
		expect(civic_leaf_build(&sha256, &leaf, bytes, size) == size &&
			   memcmp(bytes, data, size) == 0);
	if (civic_forest_leaf_parse(data, size, &head))
	{
		civic_forest_leaf_build(&head, bytes);
		expect(size == CIVIC_FOREST_LEAF_SIZE && memcmp(bytes, data, size) == 0);
	}
	if (size >= 19)
		check_built(civic_bytes(data, size));
	return 0;
}
