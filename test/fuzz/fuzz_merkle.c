/*
 * test/fuzz/fuzz_merkle.c
 *		Proofs that are made hold and, with a bit changed, do not; ranges merged are ranges pushed; a path or bundle that is
 *		read is the one that is written.
 */
#include "core/merkle.h"

#include <stdlib.h>

#include "../unit/sha2.h"

#define MAX_SIZE 300

static CivicHash nodes[10][MAX_SIZE];

static void
remember(void *state, CivicNode node, const CivicHash *hash)
{
	(void) state;
	nodes[node.level][node.index] = *hash;
}

static void
expect(bool holds)
{
	if (!holds)
		abort();
}

static int
fold(const CivicProofPlan *plan, CivicHash *proof)
{
	CivicHash hashes[CIVIC_PLAN_NODES];

	for (int i = 0; i < plan->nnodes; i++)
		hashes[i] = nodes[plan->nodes[i].level][plan->nodes[i].index];
	return civic_plan_fold(&sha256, plan, hashes, proof);
}

/* The bit of a claim that the input names. */
static void
flip(CivicHash *first, CivicHash *root, CivicHash *proof, int length, size_t place)
{
	CivicHash *hash = NULL;

	place %= 256 * ((size_t) length + 2);
	hash = place / 256 == 0 ? first : place / 256 == 1 ? root : &proof[place / 256 - 2];
	hash->bytes[place / 8 % 32] ^= (uint8_t) (1 << place % 8);
}

static void
check_tree(uint64_t size, uint64_t place, size_t bit, uint64_t cut)
{
	CivicRange range;
	CivicRange parts[2];
	CivicHash root;
	CivicHash old_root;
	CivicHash merged;
	CivicHash proof[CIVIC_PROOF_HASHES];
	CivicProofPlan plan;
	int length;

	civic_range_init(&range, 0);
	civic_range_init(&parts[0], 0);
	civic_range_init(&parts[1], cut);
	for (uint64_t i = 0; i < size; i++)
	{
		CivicHash leaf = {{(uint8_t) i, (uint8_t) (i >> 8)}};

		if (i == place)
			civic_range_root(&sha256, &range, &old_root);
		civic_range_push(&sha256, &range, &leaf, remember, NULL);
		civic_range_push(&sha256, &parts[i >= cut], &leaf, NULL, NULL);
	}
	civic_range_root(&sha256, &range, &root);
	expect(civic_range_merge(&sha256, &parts[0], &parts[1], NULL, NULL) &&
		   civic_range_root(&sha256, &parts[0], &merged) && civic_hash_equal(&merged, &root));

	expect(civic_plan_inclusion(place, size, &plan));
	length = fold(&plan, proof);
	expect(civic_verify_inclusion(&sha256, &nodes[0][place], place, size, proof, length, &root) ==
		   CIVIC_PROOF_VALID);
	merged = nodes[0][place];
	flip(&merged, &root, proof, length, bit);
	expect(civic_verify_inclusion(&sha256, &merged, place, size, proof, length, &root) ==
		   CIVIC_PROOF_ROOT_DIFFERS);
	civic_range_root(&sha256, &range, &root);

	if (place == 0)
		return;
	expect(civic_plan_consistency(place, size, &plan));
	length = fold(&plan, proof);
	expect(civic_verify_consistency(&sha256, place, size, &old_root, &root, proof, length) ==
		   CIVIC_PROOF_VALID);
	flip(&old_root, &root, proof, length, bit);
	expect(civic_verify_consistency(&sha256, place, size, &old_root, &root, proof, length) >=
		   CIVIC_PROOF_OLD_ROOT_DIFFERS);
}

/* Whatever is asked, and whatever is claimed, nothing goes out of bounds. */
static void
check_anything(const uint8_t *data, size_t size)
{
	CivicHash hashes[12] = {{{0}}};
	uint64_t numbers[2];
	CivicProofPlan plan;
	CivicNode nodes_of_range[CIVIC_RANGE_NODES];
	int count = (int) ((size - 16) / sizeof(CivicHash));

	numbers[0] = civic_get_number(data, 8);
	numbers[1] = civic_get_number(data + 8, 8);
	count = count > 10 ? 10 : count;
	memcpy(hashes, data + 16, (size_t) count * sizeof(CivicHash));
	civic_verify_inclusion(&sha256, &hashes[10], numbers[0], numbers[1], hashes, count,
						   &hashes[11]);
	civic_verify_consistency(&sha256, numbers[0], numbers[1], &hashes[10], &hashes[11], hashes,
							 count);
	civic_plan_inclusion(numbers[0], numbers[1], &plan);
	expect(plan.nnodes <= CIVIC_PLAN_NODES);
	civic_plan_consistency(numbers[0], numbers[1], &plan);
	expect(plan.nnodes <= CIVIC_PLAN_NODES);
	if (numbers[1] <= CIVIC_MAX_LEAVES)
		expect(civic_range_nodes(numbers[0], numbers[1], nodes_of_range) <= CIVIC_RANGE_NODES);
}

static void
check_texts(const uint8_t *data, size_t size)
{
	char path[CIVIC_LOG_TILE_PATH_SIZE];
	CivicLogTile tile;
	CivicBytes bundle = {data, size};
	CivicBytes entry;

	if (civic_log_tile_parse_path((const char *) data, size, &tile))
		expect(civic_log_tile_path(&tile, path) == (int) size && memcmp(path, data, size) == 0);
	while (civic_bundle_next(&bundle, &entry))
	{
		uint8_t room[1024];

		expect(civic_bundle_put(entry.data, entry.length, room, sizeof(room)) == entry.length + 2 &&
			   memcmp(room, entry.data - 2, entry.length + 2) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_texts(data, size);
	if (size >= 16)
		check_anything(data, size);
	if (size >= 8)
	{
		uint64_t leaves = 1 + civic_get_number(data, 2) % (MAX_SIZE - 1);

		check_tree(leaves, civic_get_number(data + 2, 2) % leaves, civic_get_number(data + 4, 2),
				   civic_get_number(data + 6, 2) % (leaves + 1));
	}
	return 0;
}
