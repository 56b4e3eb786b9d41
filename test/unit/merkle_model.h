/*
 * test/unit/merkle_model.h
 *		Merkle trees by the recursive definitions of RFC 6962, and trees whose nodes are all known.
 */
#ifndef MERKLE_MODEL_H
#define MERKLE_MODEL_H

#include "core/merkle.h"

#include "sha2.h"

#define MAX_LEAVES 130

/* ---- the definitions of RFC 6962, section 2.1 ---- */

static inline size_t
split(size_t count)
{
	size_t k = 1;

	while (2 * k < count)
		k *= 2;
	return k;
}

static inline CivicHash
reference_root(const CivicHash *leaves, size_t count)
{
	CivicHash left;
	CivicHash right;

	if (count == 0)
		civic_empty_root(&sha256, &left);
	else if (count == 1)
		left = leaves[0];
	else
	{
		left = reference_root(leaves, split(count));
		right = reference_root(leaves + split(count), count - split(count));
		civic_node_hash(&sha256, &left, &right, &left);
	}
	return left;
}

static inline int
reference_path(const CivicHash *leaves, size_t index, size_t count, CivicHash *path)
{
	size_t k = split(count);
	int length;

	if (count == 1)
		return 0;
	if (index < k)
	{
		length = reference_path(leaves, index, k, path);
		path[length] = reference_root(leaves + k, count - k);
	}
	else
	{
		length = reference_path(leaves + k, index - k, count - k, path);
		path[length] = reference_root(leaves, k);
	}
	return length + 1;
}

static inline int
reference_proof(const CivicHash *leaves, size_t old_size, size_t count, bool is_known,
				CivicHash *proof)
{
	size_t k = split(count);
	int length;

	if (old_size == count)
	{
		if (!is_known)
			proof[0] = reference_root(leaves, count);
		return is_known ? 0 : 1;
	}
	if (old_size <= k)
	{
		length = reference_proof(leaves, old_size, k, is_known, proof);
		proof[length] = reference_root(leaves + k, count - k);
	}
	else
	{
		length = reference_proof(leaves + k, old_size - k, count - k, false, proof);
		proof[length] = reference_root(leaves, k);
	}
	return length + 1;
}

/* ---- trees that the tests ask ---- */

typedef struct Tree
{
	size_t size;
	CivicHash leaves[MAX_LEAVES];
	CivicHash nodes[9][MAX_LEAVES];
	int visited;
} Tree;

static inline void
remember(void *state, CivicNode node, const CivicHash *hash)
{
	Tree *tree = state;

	tree->nodes[node.level][node.index] = *hash;
	tree->visited++;
}

static inline void
grow(Tree *tree, CivicRange *range, const CivicBytes *leaves, size_t count)
{
	tree->size = count;
	tree->visited = 0;
	civic_range_init(range, 0);
	for (size_t i = 0; i < count; i++)
	{
		civic_leaf_hash(&sha256, leaves[i].data, leaves[i].length, &tree->leaves[i]);
		civic_range_push(&sha256, range, &tree->leaves[i], remember, tree);
	}
}

static inline int
fold(const Tree *tree, const CivicProofPlan *plan, CivicHash *proof)
{
	CivicHash hashes[CIVIC_PLAN_NODES];

	for (int i = 0; i < plan->nnodes; i++)
		hashes[i] = tree->nodes[plan->nodes[i].level][plan->nodes[i].index];
	return civic_plan_fold(&sha256, plan, hashes, proof);
}

static inline int
inclusion(const Tree *tree, size_t index, size_t size, CivicHash *proof)
{
	CivicProofPlan plan;

	return civic_plan_inclusion(index, size, &plan) ? fold(tree, &plan, proof) : -1;
}

static inline int
consistency(const Tree *tree, size_t old_size, size_t size, CivicHash *proof)
{
	CivicProofPlan plan;

	return civic_plan_consistency(old_size, size, &plan) ? fold(tree, &plan, proof) : -1;
}

static inline CivicHash
root_of(const Tree *tree, size_t size)
{
	CivicRange range;
	CivicNode nodes[CIVIC_RANGE_NODES];
	CivicHash hashes[CIVIC_RANGE_NODES];
	CivicHash root;
	int count = civic_range_nodes(0, size, nodes);

	for (int i = 0; i < count; i++)
		hashes[i] = tree->nodes[nodes[i].level][nodes[i].index];
	civic_range_load(&range, 0, size, hashes, count);
	civic_range_root(&sha256, &range, &root);
	return root;
}

static inline bool
is_reference(const CivicHash *proof, int length, const CivicHash *reference, int reference_length)
{
	return length == reference_length &&
		   (length == 0 || memcmp(proof, reference, (size_t) length * sizeof(CivicHash)) == 0);
}

/* A tree of MAX_LEAVES leaves, each one byte that is its index. */
static inline void
grow_bytes(Tree *tree)
{
	CivicBytes leaves[MAX_LEAVES];
	uint8_t bytes[MAX_LEAVES];
	CivicRange range;

	for (int i = 0; i < MAX_LEAVES; i++)
	{
		bytes[i] = (uint8_t) i;
		leaves[i] = civic_bytes(&bytes[i], 1);
	}
	grow(tree, &range, leaves, MAX_LEAVES);
}

#endif
