/*
 * test/unit/test_proofs.c
 *		Proofs of Merkle trees that are not what they claim are refused; those of huge trees hold.
 *
 * The size of a tree is no part of what is hashed, so that some proofs hold for a neighbouring size as well: it is the
 * checkpoint that ties a size to its root. Such mutations are not among those below.
 */
#include "merkle_model.h"
#include "tap.h"

typedef struct Claim
{
	bool is_inclusion;
	uint64_t place; /* index, or old size */
	uint64_t size;
	CivicHash first; /* leaf hash, or old root */
	CivicHash root;
	int length;
	CivicHash proof[CIVIC_PROOF_HASHES + 4];
} Claim;

static CivicProofVerdict
verdict(const Claim *claim)
{
	if (claim->is_inclusion)
		return civic_verify_inclusion(&sha256, &claim->first, claim->place, claim->size,
									  claim->proof, claim->length, &claim->root);
	return civic_verify_consistency(&sha256, claim->place, claim->size, &claim->first, &claim->root,
									claim->proof, claim->length);
}

enum
{
	PLACE_PLUS_1,
	PLACE_MINUS_1,
	PLACE_XOR_2,
	SIZE_DOUBLED,
	SIZE_HALVED,
	OTHER_FIRST,
	EMPTY_FIRST,
	OTHER_ROOT,
	EMPTY_ROOT,
	ROOTS_SWAPPED,
	SIZES_SWAPPED,
	EQUAL_SIZES,
	PLACE_ZERO,
	BEYOND_ALL,
	TRUNCATED,
	FIRST_REMOVED,
	MIDDLE_REMOVED,
	EMPTIED,
	LEADING_GARBAGE,
	LEADING_ROOT,
	LEADING_FIRST,
	TRAILING_GARBAGE,
	TRAILING_ROOT,
	DOUBLED_COMPONENT,
	NEIGHBOURS_SWAPPED,
	MUTATIONS
};

static void
insert(Claim *claim, int at, CivicHash hash)
{
	memmove(&claim->proof[at + 1], &claim->proof[at],
			(size_t) (claim->length - at) * sizeof(CivicHash));
	claim->proof[at] = hash;
	claim->length++;
}

static void
cut(Claim *claim, int at)
{
	if (claim->length == 0)
		return;
	claim->length--;
	memmove(&claim->proof[at], &claim->proof[at + 1],
			(size_t) (claim->length - at) * sizeof(CivicHash));
}

static Claim
mutate(Claim claim, int mutation)
{
	CivicHash garbage = {"garbage"};
	CivicHash empty;
	CivicHash swapped = claim.first;
	uint64_t place = claim.place;

	civic_empty_root(&sha256, &empty);
	switch (mutation)
	{
		case PLACE_PLUS_1:
			claim.place++;
			break;
		case PLACE_MINUS_1:
			claim.place--;
			break;
		case PLACE_XOR_2:
			claim.place ^= 2;
			break;
		case SIZE_DOUBLED:
			claim.size *= 2;
			break;
		case SIZE_HALVED:
			claim.size /= 2;
			break;
		case OTHER_FIRST:
			claim.first = garbage;
			break;
		case EMPTY_FIRST:
			claim.first = empty;
			break;
		case OTHER_ROOT:
			claim.root = garbage;
			break;
		case EMPTY_ROOT:
			claim.root = empty;
			break;
		case ROOTS_SWAPPED:
			claim.first = claim.root;
			claim.root = swapped;
			break;
		case SIZES_SWAPPED:
			claim.place = claim.size;
			claim.size = place;
			break;
		case EQUAL_SIZES:
			claim.place = claim.size;
			claim.first = claim.root;
			break;
		case PLACE_ZERO:
			claim.place = 0;
			break;
		case BEYOND_ALL:
			claim.size += CIVIC_MAX_LEAVES;
			break;
		case TRUNCATED:
			cut(&claim, claim.length - 1);
			break;
		case FIRST_REMOVED:
			cut(&claim, 0);
			break;
		case MIDDLE_REMOVED:
			cut(&claim, claim.length / 2);
			break;
		case EMPTIED:
			claim.length = 0;
			break;
		case LEADING_GARBAGE:
			insert(&claim, 0, garbage);
			break;
		case LEADING_ROOT:
			insert(&claim, 0, claim.root);
			break;
		case LEADING_FIRST:
			insert(&claim, 0, claim.first);
			break;
		case TRAILING_GARBAGE:
			insert(&claim, claim.length, garbage);
			break;
		case TRAILING_ROOT:
			insert(&claim, claim.length, claim.root);
			break;
		case DOUBLED_COMPONENT:
			insert(&claim, claim.length / 2,
				   claim.length > 0 ? claim.proof[claim.length / 2] : garbage);
			break;
		case NEIGHBOURS_SWAPPED:
			if (claim.length > 1)
			{
				insert(&claim, 0, claim.proof[1]);
				cut(&claim, 2);
			}
			break;
	}
	return claim;
}

static bool
is_same(const Claim *a, const Claim *b)
{
	return a->place == b->place && a->size == b->size && civic_hash_equal(&a->first, &b->first) &&
		   civic_hash_equal(&a->root, &b->root) &&
		   is_reference(a->proof, a->length, b->proof, b->length);
}

static void
test_mutations(const Tree *tree)
{
	int accepted[MUTATIONS] = {0};
	int flipped = 0;
	int old_zero = 0;

	for (size_t size = 1; size <= 28; size++)
		for (size_t place = 0; place <= size; place++)
			for (int kind = 0; kind < 2; kind++)
			{
				Claim claim = {.is_inclusion = kind == 0, .place = place, .size = size};

				if (kind == 0 ? place == size : place == 0)
					continue;
				claim.root = root_of(tree, size);
				claim.first = kind == 0 ? tree->leaves[place] : root_of(tree, place);
				claim.length = kind == 0 ? inclusion(tree, place, size, claim.proof)
										 : consistency(tree, place, size, claim.proof);
				for (int mutation = 0; mutation < MUTATIONS; mutation++)
				{
					Claim mutant = mutate(claim, mutation);

					if (is_same(&mutant, &claim) || verdict(&mutant) != CIVIC_PROOF_VALID)
						continue;
					/* Equal sizes with equal roots and nothing to prove are true. */
					if (mutation == EQUAL_SIZES && mutant.length == 0 && kind == 1)
						continue;
					accepted[mutation]++;
				}
				for (int i = 0; i < claim.length; i++)
					for (int bit = 0; bit < 256; bit += 37)
					{
						Claim mutant = claim;

						mutant.proof[i].bytes[bit / 8] ^= (uint8_t) (1 << bit % 8);
						flipped += verdict(&mutant) == CIVIC_PROOF_VALID;
					}
				if (kind == 1)
				{
					Claim mutant = mutate(claim, PLACE_ZERO);

					mutant.length = 0;
					civic_empty_root(&sha256, &mutant.first);
					old_zero += verdict(&mutant) != CIVIC_PROOF_BAD_SIZE;
				}
			}
	for (int mutation = 0; mutation < MUTATIONS; mutation++)
		ok(accepted[mutation] == 0, "mutation %d is refused, %d were not", mutation,
		   accepted[mutation]);
	ok(flipped == 0, "a flipped bit of a proof is refused");
	ok(old_zero == 0, "a proof from size 0 is refused");
}

/* With all nodes of a level equal, a tree of any size is known. */
static void
test_huge_trees(void)
{
	CivicHash levels[64] = {{{"level 0"}}};
	uint64_t state = 1;
	int wrong = 0;
	int longest = 0;

	for (int level = 1; level < 64; level++)
		civic_node_hash(&sha256, &levels[level - 1], &levels[level - 1], &levels[level]);
	for (int i = 0; i < 300; i++)
	{
		uint64_t random[2];
		uint64_t size;
		uint64_t place;
		CivicProofPlan plan;
		CivicRange range[2];
		CivicHash roots[2];
		CivicHash hashes[CIVIC_PLAN_NODES];
		CivicHash proof[CIVIC_PROOF_HASHES];
		int length;

		for (int j = 0; j < 2; j++)
		{
			state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			random[j] = state ^ state >> 33;
		}
		size = i == 0 ? CIVIC_MAX_LEAVES : (random[0] >> (1 + i % 60)) + 1;
		place = i % 7 == 0 ? size - 1 : random[1] % size;
		for (int j = 0; j < 2; j++)
		{
			CivicNode nodes[CIVIC_RANGE_NODES];
			uint64_t end = j == 0 ? place + 1 : size;
			int count = civic_range_nodes(0, end, nodes);

			for (int k = 0; k < count; k++)
				hashes[k] = levels[nodes[k].level];
			wrong += !civic_range_load(&range[j], 0, end, hashes, count);
			civic_range_root(&sha256, &range[j], &roots[j]);
		}
		wrong += !civic_plan_inclusion(place, size, &plan);
		for (int k = 0; k < plan.nnodes; k++)
		{
			hashes[k] = levels[plan.nodes[k].level];
			/* What is folded, and what is left of the fork, is in the range of the tree. */
			wrong += k >= plan.fold_begin && civic_range_find(&range[1], plan.nodes[k]) == NULL;
		}
		length = civic_plan_fold(&sha256, &plan, hashes, proof);
		longest = length > longest ? length : longest;
		wrong += civic_verify_inclusion(&sha256, &levels[0], place, size, proof, length,
										&roots[1]) != CIVIC_PROOF_VALID;
		wrong += !civic_plan_consistency(place + 1, size, &plan);
		for (int k = 0; k < plan.nnodes; k++)
			hashes[k] = levels[plan.nodes[k].level];
		length = civic_plan_fold(&sha256, &plan, hashes, proof);
		longest = length > longest ? length : longest;
		wrong += civic_verify_consistency(&sha256, place + 1, size, &roots[0], &roots[1], proof,
										  length) != CIVIC_PROOF_VALID;
	}
	ok(wrong == 0, "proofs in trees of up to 2^63 - 1 leaves hold");
	ok(longest >= 63 && longest < CIVIC_PROOF_HASHES, "the longest has %d hashes", longest);
}

void
test_proofs(void)
{
	static Tree tree;

	grow_bytes(&tree);
	test_mutations(&tree);
	test_huge_trees();
}
