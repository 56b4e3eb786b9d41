/*
 * src/core/merkle.c
 *		Merkle trees of RFC 6962: hashes, compact ranges, proofs.
 */
#include "core/merkle.h"

#define NODE_PREFIX 0x01

void
civic_empty_root(const CivicDigest *sha256, CivicHash *root)
{
	sha256->digest(sha256->state, NULL, 0, root->bytes);
}

void
civic_leaf_hash(const CivicDigest *sha256, const uint8_t *leaf, size_t length, CivicHash *hash)
{
	uint8_t prefix = CIVIC_LEAF_PREFIX;
	CivicBytes pieces[] = {{&prefix, 1}, {leaf, length}};

	sha256->digest(sha256->state, pieces, 2, hash->bytes);
}

void
civic_node_hash(const CivicDigest *sha256, const CivicHash *left, const CivicHash *right,
				CivicHash *hash)
{
	uint8_t node[1 + 2 * CIVIC_SHA256_SIZE];
	CivicBytes piece = {node, sizeof(node)};

	node[0] = NODE_PREFIX;
	memcpy(node + 1, left->bytes, CIVIC_SHA256_SIZE);
	memcpy(node + 1 + CIVIC_SHA256_SIZE, right->bytes, CIVIC_SHA256_SIZE);
	sha256->digest(sha256->state, &piece, 1, hash->bytes);
}

/* The parents of hashes, two of them at a time; they may take the place of their children. */
static void
join_pairs(const CivicDigest *sha256, const CivicHash *children, int nparents, CivicHash *parents)
{
	uint8_t nodes[2][1 + 2 * CIVIC_SHA256_SIZE];
	const CivicBytes messages[2] = {{nodes[0], sizeof(nodes[0])}, {nodes[1], sizeof(nodes[1])}};
	int i = 0;

	nodes[0][0] = nodes[1][0] = NODE_PREFIX;
	for (; i + 1 < nparents; i += 2)
	{
		uint8_t *const out[2] = {parents[i].bytes, parents[i + 1].bytes};

		memcpy(nodes[0] + 1, &children[2 * i], 2 * CIVIC_SHA256_SIZE);
		memcpy(nodes[1] + 1, &children[2 * i + 2], 2 * CIVIC_SHA256_SIZE);
		civic_digest_two(sha256, messages, out);
	}
	if (i < nparents)
		civic_node_hash(sha256, &children[2 * i], &children[2 * i + 1], &parents[i]);
}

void
civic_log_tile_root(const CivicDigest *sha256, const CivicHash *hashes, int count, CivicHash *root)
{
	CivicHash level[CIVIC_LOG_TILE_WIDTH / 2];

	for (; count > 1; count /= 2)
	{
		join_pairs(sha256, hashes, count / 2, level);
		hashes = level;
	}
	*root = *hashes;
}

/* ---- compact ranges ---- */

/* Level of the largest node that begins at "begin" and ends no later than "end". */
static int
largest_level(uint64_t begin, uint64_t end)
{
	int level = 63 - __builtin_clzll(end - begin);

	if (begin != 0 && __builtin_ctzll(begin) < level)
		level = __builtin_ctzll(begin);
	return level;
}

int
civic_range_nodes(uint64_t begin, uint64_t end, CivicNode nodes[CIVIC_RANGE_NODES])
{
	int count = 0;

	while (begin < end)
	{
		int level = largest_level(begin, end);

		nodes[count++] = (CivicNode){level, begin >> level};
		begin += UINT64_C(1) << level;
	}
	return count;
}

void
civic_range_init(CivicRange *range, uint64_t begin)
{
	range->begin = begin;
	range->end = begin;
	range->nhashes = 0;
}

bool
civic_range_load(CivicRange *range, uint64_t begin, uint64_t end, const CivicHash *hashes,
				 int nhashes)
{
	CivicNode nodes[CIVIC_RANGE_NODES];

	if (begin > end || end > CIVIC_MAX_LEAVES || civic_range_nodes(begin, end, nodes) != nhashes)
		return false;
	range->begin = begin;
	range->end = end;
	range->nhashes = nhashes;
	if (nhashes > 0)
		memcpy(range->hashes, hashes, (size_t) nhashes * sizeof(CivicHash));
	return true;
}

/* The new node makes its parent complete as long as it is a right child whose sibling is in the range, the last of it. */
bool
civic_range_push_node(const CivicDigest *sha256, CivicRange *range, int level,
					  const CivicHash *hash, CivicNodeVisitor visit, void *state)
{
	CivicNode node;
	CivicHash joined = *hash;

	if (level < 0 || level > 62 || CIVIC_MAX_LEAVES - range->end < UINT64_C(1) << level ||
		(range->end & ((UINT64_C(1) << level) - 1)) != 0)
		return false;
	node = (CivicNode){level, range->end >> level};
	range->end += UINT64_C(1) << level;
	while (node.index % 2 == 1 && (node.index - 1) << node.level >= range->begin)
	{
		civic_node_hash(sha256, &range->hashes[--range->nhashes], &joined, &joined);
		node.level++;
		node.index /= 2;
		if (visit != NULL)
			visit(state, node, &joined);
	}
	range->hashes[range->nhashes++] = joined;
	return true;
}

void
civic_range_push(const CivicDigest *sha256, CivicRange *range, const CivicHash *leaf,
				 CivicNodeVisitor visit, void *state)
{
	if (visit != NULL)
		visit(state, (CivicNode){0, range->end}, leaf);
	civic_range_push_node(sha256, range, 0, leaf, visit, state);
}

bool
civic_range_merge(const CivicDigest *sha256, CivicRange *range, const CivicRange *right,
				  CivicNodeVisitor visit, void *state)
{
	CivicNode nodes[CIVIC_RANGE_NODES];
	int count;

	if (range->end != right->begin)
		return false;
	count = civic_range_nodes(right->begin, right->end, nodes);
	for (int i = 0; i < count; i++)
		civic_range_push_node(sha256, range, nodes[i].level, &right->hashes[i], visit, state);
	return true;
}

bool
civic_range_root(const CivicDigest *sha256, const CivicRange *range, CivicHash *root)
{
	if (range->begin != 0)
		return false;
	if (range->nhashes == 0)
	{
		civic_empty_root(sha256, root);
		return true;
	}
	*root = range->hashes[range->nhashes - 1];
	for (int i = range->nhashes - 2; i >= 0; i--)
		civic_node_hash(sha256, &range->hashes[i], root, root);
	return true;
}

const CivicHash *
civic_range_find(const CivicRange *range, CivicNode node)
{
	uint64_t begin = range->begin;

	for (int i = 0; i < range->nhashes; i++)
	{
		int level = largest_level(begin, range->end);

		if (level == node.level && begin >> level == node.index)
			return &range->hashes[i];
		begin += UINT64_C(1) << level;
	}
	return NULL;
}

/* ---- proofs ---- */

/*
 * Adds what leads from a node to the root: its siblings and those of its ancestors while they are complete, then the
 * rest of the tree to the right as one hash, then what is to the left of the last ancestor, from right to left.
 */
static void
plan_from(CivicNode node, uint64_t size, CivicProofPlan *plan)
{
	CivicNode nodes[CIVIC_RANGE_NODES];
	int count;

	while (((node.index ^ 1) + 1) << node.level <= size)
	{
		plan->nodes[plan->nnodes++] = (CivicNode){node.level, node.index ^ 1};
		node.level++;
		node.index /= 2;
	}
	plan->fold_begin = plan->nnodes;
	count = civic_range_nodes((node.index + 1) << node.level, size, nodes);
	while (count > 0)
		plan->nodes[plan->nnodes++] = nodes[--count];
	plan->fold_end = plan->nnodes;
	count = civic_range_nodes(0, node.index << node.level, nodes);
	while (count > 0)
		plan->nodes[plan->nnodes++] = nodes[--count];
}

bool
civic_plan_inclusion(uint64_t index, uint64_t size, CivicProofPlan *plan)
{
	plan->nnodes = plan->fold_begin = plan->fold_end = 0;
	if (size > CIVIC_MAX_LEAVES || index >= size)
		return false;
	plan_from((CivicNode){0, index}, size, plan);
	return true;
}

/* The proof leads from the smallest node of the old tree's right edge; the old root, where that is one, is known. */
bool
civic_plan_consistency(uint64_t old_size, uint64_t size, CivicProofPlan *plan)
{
	CivicNode node;

	plan->nnodes = plan->fold_begin = plan->fold_end = 0;
	if (size > CIVIC_MAX_LEAVES || old_size > size)
		return false;
	if (old_size == 0 || old_size == size)
		return true;
	node.level = __builtin_ctzll(old_size);
	node.index = (old_size - 1) >> node.level;
	if (node.index != 0)
		plan->nodes[plan->nnodes++] = node;
	plan_from(node, size, plan);
	return true;
}

int
civic_plan_fold(const CivicDigest *sha256, const CivicProofPlan *plan, const CivicHash *hashes,
				CivicHash proof[CIVIC_PROOF_HASHES])
{
	int count = 0;

	for (int i = 0; i < plan->nnodes; i++)
	{
		if (i > plan->fold_begin && i < plan->fold_end)
			civic_node_hash(sha256, &hashes[i], &proof[count - 1], &proof[count - 1]);
		else
			proof[count++] = hashes[i];
	}
	return count;
}

CivicProofVerdict
civic_verify_inclusion(const CivicDigest *sha256, const CivicHash *leaf, uint64_t index,
					   uint64_t size, const CivicHash *proof, int nproof, const CivicHash *root)
{
	uint64_t node = index;
	uint64_t last;
	CivicHash hash = *leaf;

	if (size > CIVIC_MAX_LEAVES || index >= size)
		return CIVIC_PROOF_BAD_SIZE;
	last = size - 1;
	for (int i = 0; i < nproof; i++)
	{
		if (last == 0)
			return CIVIC_PROOF_BAD_LENGTH;
		if (node % 2 == 1 || node == last)
		{
			civic_node_hash(sha256, &proof[i], &hash, &hash);
			while (node % 2 == 0 && node != 0)
			{
				node /= 2;
				last /= 2;
			}
		}
		else
			civic_node_hash(sha256, &hash, &proof[i], &hash);
		node /= 2;
		last /= 2;
	}
	if (last != 0)
		return CIVIC_PROOF_BAD_LENGTH;
	return civic_hash_equal(&hash, root) ? CIVIC_PROOF_VALID : CIVIC_PROOF_ROOT_DIFFERS;
}

CivicProofVerdict
civic_verify_consistency(const CivicDigest *sha256, uint64_t old_size, uint64_t size,
						 const CivicHash *old_root, const CivicHash *root, const CivicHash *proof,
						 int nproof)
{
	uint64_t node;
	uint64_t last;
	CivicHash old_hash;
	CivicHash hash;
	int next = 0;

	if (old_size == 0 || old_size > size || size > CIVIC_MAX_LEAVES)
		return CIVIC_PROOF_BAD_SIZE;
	if (old_size == size)
	{
		if (nproof != 0)
			return CIVIC_PROOF_BAD_LENGTH;
		return civic_hash_equal(old_root, root) ? CIVIC_PROOF_VALID : CIVIC_PROOF_ROOT_DIFFERS;
	}
	/* A tree whose size is a power of two is a node of the new one, and the proof leaves it out. */
	if ((old_size & (old_size - 1)) == 0)
		old_hash = *old_root;
	else if (nproof > 0)
		old_hash = proof[next++];
	else
		return CIVIC_PROOF_BAD_LENGTH;
	hash = old_hash;
	node = old_size - 1;
	last = size - 1;
	while (node % 2 == 1)
	{
		node /= 2;
		last /= 2;
	}
	for (; next < nproof; next++)
	{
		if (last == 0)
			return CIVIC_PROOF_BAD_LENGTH;
		if (node % 2 == 1 || node == last)
		{
			civic_node_hash(sha256, &proof[next], &old_hash, &old_hash);
			civic_node_hash(sha256, &proof[next], &hash, &hash);
			while (node % 2 == 0 && node != 0)
			{
				node /= 2;
				last /= 2;
			}
		}
		else
			civic_node_hash(sha256, &hash, &proof[next], &hash);
		node /= 2;
		last /= 2;
	}
	if (last != 0)
		return CIVIC_PROOF_BAD_LENGTH;
	if (!civic_hash_equal(&old_hash, old_root))
		return CIVIC_PROOF_OLD_ROOT_DIFFERS;
	return civic_hash_equal(&hash, root) ? CIVIC_PROOF_VALID : CIVIC_PROOF_ROOT_DIFFERS;
}
