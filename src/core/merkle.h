/*
 * src/core/merkle.h
 *		The Merkle trees of RFC 6962: hashes, compact ranges, proofs and the tiles of c2sp.org/tlog-tiles.
 *
 * A leaf is SHA-256(0x00 | bytes), a node SHA-256(0x01 | left | right), the empty tree SHA-256(""). Node (level, index)
 * is the root of the perfect subtree over the leaves index << level up to (index + 1) << level: nodes never change.
 */
#ifndef CIVIC_MERKLE_H
#define CIVIC_MERKLE_H

#include "core/digest.h"

#include <stdbool.h>

/* Sizes of trees stay below it, so that they are also numbers of bigint. */
#define CIVIC_MAX_LEAVES (UINT64_MAX >> 1)

#define CIVIC_LEAF_PREFIX 0x00

typedef struct CivicHash
{
	uint8_t bytes[CIVIC_SHA256_SIZE];
} CivicHash;

typedef struct CivicNode
{
	int level;
	uint64_t index;
} CivicNode;

extern void civic_empty_root(const CivicDigest *sha256, CivicHash *root);
extern void civic_leaf_hash(const CivicDigest *sha256, const uint8_t *leaf, size_t length,
							CivicHash *hash);
/* The result may be one of the two. */
extern void civic_node_hash(const CivicDigest *sha256, const CivicHash *left,
							const CivicHash *right, CivicHash *hash);

static inline bool
civic_hash_equal(const CivicHash *a, const CivicHash *b)
{
	return memcmp(a->bytes, b->bytes, CIVIC_SHA256_SIZE) == 0;
}

/* ---- compact ranges ---- */

/* One that begins with leaf 0 has as many nodes as its size has bits that are set, which is at most 63. */
#define CIVIC_RANGE_NODES 126

/* The leaves begin .. end - 1 as the fewest nodes that cover them, from left to right. */
typedef struct CivicRange
{
	uint64_t begin;
	uint64_t end;
	int nhashes;
	CivicHash hashes[CIVIC_RANGE_NODES];
} CivicRange;

/* Is told each leaf that is pushed and each node that becomes complete by what is added, in that order. */
typedef void (*CivicNodeVisitor)(void *state, CivicNode node, const CivicHash *hash);

extern void civic_range_init(CivicRange *range, uint64_t begin);

/* The nodes that the range begin .. end has; returns how many. */
extern int civic_range_nodes(uint64_t begin, uint64_t end, CivicNode nodes[CIVIC_RANGE_NODES]);

/* Reads a range back from its stored hashes; false if their number is not the one that it must have. */
extern bool civic_range_load(CivicRange *range, uint64_t begin, uint64_t end,
							 const CivicHash *hashes, int nhashes);

/* Adds the leaf at range->end. The visitor may be NULL. */
extern void civic_range_push(const CivicDigest *sha256, CivicRange *range, const CivicHash *leaf,
							 CivicNodeVisitor visit, void *state);

/* Adds the perfect subtree that begins at range->end; false if none of its level can begin there. */
extern bool civic_range_push_node(const CivicDigest *sha256, CivicRange *range, int level,
								  const CivicHash *hash, CivicNodeVisitor visit, void *state);

/* Adds the range that begins where this one ends; false if it does not. */
extern bool civic_range_merge(const CivicDigest *sha256, CivicRange *range, const CivicRange *right,
							  CivicNodeVisitor visit, void *state);

/* The root of the tree with range->end leaves; false unless the range begins with leaf 0. */
extern bool civic_range_root(const CivicDigest *sha256, const CivicRange *range, CivicHash *root);

/* The hash of a node that is one of the range's own; NULL for others. */
extern const CivicHash *civic_range_find(const CivicRange *range, CivicNode node);

/* ---- proofs ---- */

#define CIVIC_PROOF_HASHES 64
#define CIVIC_PLAN_NODES 128

/*
 * The nodes whose hashes a proof is made of, in its order. Those of fold_begin .. fold_end - 1 become one hash, since
 * together they are the right edge of the tree, which is no node. All of these are nodes of the range 0 .. size, so
 * whoever has that range needs them from nowhere else.
 */
typedef struct CivicProofPlan
{
	int nnodes;
	int fold_begin;
	int fold_end;
	CivicNode nodes[CIVIC_PLAN_NODES];
} CivicProofPlan;

/* False unless index < size. */
extern bool civic_plan_inclusion(uint64_t index, uint64_t size, CivicProofPlan *plan);
/* False unless old_size <= size; old_size 0 needs no proof and gets an empty one. */
extern bool civic_plan_consistency(uint64_t old_size, uint64_t size, CivicProofPlan *plan);
/* The proof from the hashes of plan->nodes; returns how many hashes it has. */
extern int civic_plan_fold(const CivicDigest *sha256, const CivicProofPlan *plan,
						   const CivicHash *hashes, CivicHash proof[CIVIC_PROOF_HASHES]);

typedef enum CivicProofVerdict
{
	CIVIC_PROOF_VALID,
	CIVIC_PROOF_BAD_SIZE,   /* no such index, sizes not in order, or nothing to prove from */
	CIVIC_PROOF_BAD_LENGTH, /* more or fewer hashes than these sizes ask for */
	CIVIC_PROOF_OLD_ROOT_DIFFERS,
	CIVIC_PROOF_ROOT_DIFFERS
} CivicProofVerdict;

/* RFC 9162, 2.1.3.2 */
extern CivicProofVerdict civic_verify_inclusion(const CivicDigest *sha256, const CivicHash *leaf,
												uint64_t index, uint64_t size,
												const CivicHash *proof, int nproof,
												const CivicHash *root);
/* RFC 9162, 2.1.4.2: old_size 0 is refused, for it says nothing about the root. */
extern CivicProofVerdict civic_verify_consistency(const CivicDigest *sha256, uint64_t old_size,
												  uint64_t size, const CivicHash *old_root,
												  const CivicHash *root, const CivicHash *proof,
												  int nproof);

/* ---- tiles ---- */

#define CIVIC_LOG_TILE_WIDTH 256
#define CIVIC_LOG_TILE_HEIGHT 8
#define CIVIC_LOG_TILE_MAX_LEVEL 7 /* of trees with at most CIVIC_MAX_LEAVES leaves */

/* 256 consecutive nodes of tree level 8 * level, or fewer at the right edge. */
typedef struct CivicLogTile
{
	int level; /* CIVIC_LOG_TILE_ENTRIES: the entries themselves */
	uint64_t index;
	int width; /* 1 .. 256 */
} CivicLogTile;

#define CIVIC_LOG_TILE_ENTRIES (-1)

/* The hash of a node is that of the subtree over *count hashes of the tile from *offset on; its width is not told. */
extern void civic_log_tile_of_node(CivicNode node, CivicLogTile *tile, int *offset, int *count);

/* Root of the perfect subtree over count hashes, a power of two and at most CIVIC_LOG_TILE_WIDTH. */
extern void civic_log_tile_root(const CivicDigest *sha256, const CivicHash *hashes, int count,
								CivicHash *root);

/* How many hashes tile (level, index) has in a tree of this size: 0 for none, 256 for a full one. */
extern int civic_log_tile_width(int level, uint64_t index, uint64_t size);

/* Room for "tile/entries/x009/x223/x372/x036/x854/x775/807.p/255" and the terminating zero. */
#define CIVIC_LOG_TILE_PATH_SIZE 64

/* tile/<L>/<N>[.p/<W>]; returns the length. */
extern int civic_log_tile_path(const CivicLogTile *tile, char path[CIVIC_LOG_TILE_PATH_SIZE]);
/* Accepts what civic_log_tile_path() writes, and nothing else. */
extern bool civic_log_tile_parse_path(const char *path, size_t length, CivicLogTile *tile);

/* An entry of a bundle is its length in two bytes, then itself. */
#define CIVIC_BUNDLE_ENTRY_MAX 65535

/* Bytes written, or 0 where the entry is too long or the room too small. */
extern size_t civic_bundle_put(const uint8_t *entry, size_t length, uint8_t *out, size_t capacity);
/* Takes the next entry off the bundle; false at its end and where it is cut off, which leaves bytes in it. */
extern bool civic_bundle_next(CivicBytes *bundle, CivicBytes *entry);

#endif
