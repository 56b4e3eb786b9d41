/*
 * test/unit/test_merkle.c
 *		Merkle trees against published vectors and the recursive definitions of RFC 6962.
 */
#include "merkle_model.h"

#include <stdio.h>
#include <stdlib.h>

#include "tap.h"

/* The leaves of the tests in RFC 6962's first implementations. */
static const CivicBytes rfc_leaves[8] = {
	{(const uint8_t *) "", 0},         {(const uint8_t *) "\x00", 1},
	{(const uint8_t *) "\x10", 1},     {(const uint8_t *) "\x20\x21", 2},
	{(const uint8_t *) "\x30\x31", 2}, {(const uint8_t *) "@ABC", 4},
	{(const uint8_t *) "PQRSTUVW", 8}, {(const uint8_t *) "`abcdefghijklmno", 16}};

static bool
is_hex(const CivicHash *hash, const char *hex)
{
	char text[2 * CIVIC_SHA256_SIZE + 1];

	for (int i = 0; i < CIVIC_SHA256_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", hash->bytes[i]);
	return strcmp(text, hex) == 0;
}

/* ---- texts whose hash stands for all that was computed ---- */

typedef struct Lines
{
	char *text;
	size_t length;
	size_t capacity;
} Lines;

static void
append(Lines *lines, const char *text)
{
	size_t length = strlen(text);

	if (lines->capacity - lines->length <= length)
	{
		lines->capacity = 2 * lines->capacity + length + 1;
		lines->text = realloc(lines->text, lines->capacity);
	}
	memcpy(lines->text + lines->length, text, length + 1);
	lines->length += length;
}

static void
append_line(Lines *lines, const char *head, const CivicHash *hashes, int count)
{
	char hex[4];

	append(lines, head);
	for (int i = 0; i < count; i++)
		for (int j = 0; j < CIVIC_SHA256_SIZE; j++)
		{
			snprintf(hex, sizeof(hex), j == 0 ? " %02x" : "%02x", hashes[i].bytes[j]);
			append(lines, hex);
		}
	append(lines, "\n");
}

static bool
are_lines(Lines *lines, const char *hex)
{
	CivicBytes bytes = {(const uint8_t *) lines->text, lines->length};
	CivicHash hash;

	sha256_digest(NULL, &bytes, 1, hash.bytes);
	free(lines->text);
	*lines = (Lines){0};
	return is_hex(&hash, hex);
}

/* ---- tests ---- */

static void
test_known_answers(void)
{
	static const char *const roots[] = {
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
	CivicHash left = {"N123"};
	CivicHash hash;
	CivicHash proof[CIVIC_PROOF_HASHES];
	CivicRange range;
	Tree tree;
	Lines lines = {0};
	char head[64];
	CivicBytes node = civic_bytes("\x01N123N456", 9);

	civic_leaf_hash(&sha256, (const uint8_t *) "L123456", 7, &hash);
	ok(is_hex(&hash, "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"),
	   "known answer of a leaf");
	sha256_digest(NULL, &node, 1, hash.bytes);
	ok(is_hex(&hash, "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"),
	   "known answer of a node");
	memset(left.bytes, 'a', CIVIC_SHA256_SIZE);
	memset(hash.bytes, 'b', CIVIC_SHA256_SIZE);
	civic_node_hash(&sha256, &left, &hash, &hash);
	ok(is_hex(&hash, "8e85fd55f207495e4566faf404cfe7ec0f259f2ca8c6a19ce36040b426819d81"),
	   "the prefix and order of a node's children");

	grow(&tree, &range, rfc_leaves, 8);
	for (size_t size = 0; size <= 8; size++)
	{
		hash = root_of(&tree, size);
		ok(is_hex(&hash, roots[size]), "root of %zu leaves", size);
	}
	for (size_t size = 1; size <= 8; size++)
		for (size_t index = 0; index < size; index++)
		{
			snprintf(head, sizeof(head), "%zu %zu", index, size);
			append_line(&lines, head, proof, inclusion(&tree, index, size, proof));
		}
	ok(are_lines(&lines, "1b500e2b061d9bf5c9e121804be985d4802fde066ce0d7d18f03b17d1bac4365"),
	   "36 inclusion proofs");
	for (size_t size = 1; size <= 8; size++)
		for (size_t old_size = 1; old_size <= size; old_size++)
		{
			snprintf(head, sizeof(head), "%zu %zu", old_size, size);
			append_line(&lines, head, proof, consistency(&tree, old_size, size, proof));
		}
	ok(are_lines(&lines, "954472d64b440c8f26770eb9e6563e5e29cc141978ba343303d6c1aed2f92820"),
	   "36 consistency proofs");
}

/* Hashes over everything that trees of up to 130 leaves have; the last two are those of transparency-dev/merkle. */
static void
test_accumulators(const Tree *tree)
{
	CivicHash proof[CIVIC_PROOF_HASHES];
	CivicHash root;
	Lines lines = {0};
	char head[64];
	static Tree part;

	for (size_t size = 0; size <= MAX_LEAVES; size++)
	{
		root = root_of(tree, size);
		snprintf(head, sizeof(head), "%zu", size);
		append_line(&lines, head, &root, 1);
	}
	ok(are_lines(&lines, "9c67f07f906103b6bf201842a50ff0b8c91fca9b3e211334a6b7aa3133165dec"),
	   "accumulated roots");
	for (size_t size = 1; size <= MAX_LEAVES; size++)
		for (size_t index = 0; index < size; index++)
		{
			snprintf(head, sizeof(head), "%zu %zu", index, size);
			append_line(&lines, head, proof, inclusion(tree, index, size, proof));
		}
	ok(are_lines(&lines, "893ce6eea61adc33c22c0e3a952498b76dfa3c282e78ac659f6fcc0ea44f9983"),
	   "accumulated inclusion proofs");
	for (size_t size = 0; size <= MAX_LEAVES; size++)
		for (size_t old_size = 0; old_size <= size; old_size++)
		{
			snprintf(head, sizeof(head), "%zu %zu", old_size, size);
			append_line(&lines, head, proof, consistency(tree, old_size, size, proof));
		}
	ok(are_lines(&lines, "ab73a7715fa529728307753a8e31acba5ebca4226b2496e6327b502533a59c7c"),
	   "accumulated consistency proofs");

	for (size_t end = 0; end <= MAX_LEAVES; end++)
		for (size_t begin = 0; begin <= end; begin++)
		{
			CivicRange range;

			if (begin < end && begin % (end - begin == 1 ? 1 : 2 * split(end - begin)) != 0)
				continue;
			civic_range_init(&range, 0);
			for (size_t i = begin; i < end; i++)
				civic_range_push(&sha256, &range, &tree->leaves[i], NULL, NULL);
			civic_range_root(&sha256, &range, &root);
			snprintf(head, sizeof(head), "[%zu, %zu)", begin, end);
			append_line(&lines, head, &root, 1);
		}
	ok(are_lines(&lines, "b82806ad4265bb151c1119c0f4db437bb4d1a1f887b3a7fba1cd4ebf552e3e81"),
	   "accumulated roots of subtrees");
	for (size_t end = 1; end <= MAX_LEAVES; end++)
		for (size_t begin = 0; begin < end; begin++)
		{
			CivicRange range;

			if (begin % (end - begin == 1 ? 1 : 2 * split(end - begin)) != 0)
				continue;
			civic_range_init(&range, 0);
			for (size_t i = begin; i < end; i++)
				civic_range_push(&sha256, &range, &tree->leaves[i], remember, &part);
			for (size_t i = begin; i < end; i++)
			{
				snprintf(head, sizeof(head), "%zu [%zu, %zu)", i, begin, end);
				append_line(&lines, head, proof, inclusion(&part, i - begin, end - begin, proof));
			}
		}
	ok(are_lines(&lines, "ac2a8f989e44d99e399db448050ff5f19757df53cfb716aa81015d3955d8163f"),
	   "accumulated inclusion proofs in subtrees");
}

static void
test_definitions(const Tree *tree)
{
	CivicHash proof[CIVIC_PROOF_HASHES];
	CivicHash reference[CIVIC_PROOF_HASHES];
	int wrong_roots = 0;
	int wrong_inclusion = 0;
	int wrong_consistency = 0;

	for (size_t size = 0; size <= 70; size++)
	{
		CivicHash root = root_of(tree, size);
		CivicHash expected = reference_root(tree->leaves, size);

		wrong_roots += !civic_hash_equal(&root, &expected);
		for (size_t index = 0; index < size; index++)
		{
			int length = inclusion(tree, index, size, proof);

			wrong_inclusion +=
				!is_reference(proof, length, reference,
							  reference_path(tree->leaves, index, size, reference)) ||
				civic_verify_inclusion(&sha256, &tree->leaves[index], index, size, proof, length,
									   &root) != CIVIC_PROOF_VALID;
		}
		for (size_t old_size = 1; old_size <= size; old_size++)
		{
			CivicHash old_root = root_of(tree, old_size);
			int length = consistency(tree, old_size, size, proof);

			wrong_consistency +=
				!is_reference(proof, length, reference,
							  reference_proof(tree->leaves, old_size, size, true, reference)) ||
				civic_verify_consistency(&sha256, old_size, size, &old_root, &root, proof,
										 length) != CIVIC_PROOF_VALID;
		}
	}
	ok(wrong_roots == 0, "roots are those of the definition");
	ok(wrong_inclusion == 0, "inclusion proofs are those of the definition, and hold");
	ok(wrong_consistency == 0, "consistency proofs are those of the definition, and hold");
}

/* ---- compact ranges ---- */

static void
test_ranges(const Tree *tree)
{
	int wrong = 0;
	int missing = 0;
	CivicRange whole;
	CivicRange parts[3];
	CivicHash hash = {"hash"};
	CivicHash root;

	for (size_t a = 0; a <= MAX_LEAVES; a += 3)
		for (size_t b = a; b <= MAX_LEAVES; b += 5)
		{
			size_t ends[] = {0, a, b, MAX_LEAVES};
			CivicHash expected = reference_root(tree->leaves, MAX_LEAVES);

			for (int i = 0; i < 3; i++)
			{
				civic_range_init(&parts[i], ends[i]);
				for (size_t j = ends[i]; j < ends[i + 1]; j++)
					civic_range_push(&sha256, &parts[i], &tree->leaves[j], NULL, NULL);
				wrong += !civic_range_load(&whole, ends[i], ends[i + 1], parts[i].hashes,
										   parts[i].nhashes);
			}
			/* From the right, so that ranges that begin anywhere are merged as well. */
			wrong += !civic_range_merge(&sha256, &parts[1], &parts[2], NULL, NULL) ||
					 !civic_range_merge(&sha256, &parts[0], &parts[1], NULL, NULL) ||
					 !civic_range_root(&sha256, &parts[0], &root) ||
					 !civic_hash_equal(&root, &expected) || parts[0].end != MAX_LEAVES;
			for (int level = 0; level < 8; level++)
				for (uint64_t index = 0; index < (uint64_t) MAX_LEAVES >> level; index++)
				{
					const CivicHash *found = civic_range_find(&parts[0], (CivicNode){level, index});
					bool is_own =
						(MAX_LEAVES >> level & 1) && index == (uint64_t) (MAX_LEAVES >> level) - 1;

					missing +=
						(found != NULL) != is_own ||
						(found != NULL && !civic_hash_equal(found, &tree->nodes[level][index]));
				}
		}
	ok(wrong == 0, "ranges merged are the range of all leaves");
	ok(missing == 0, "a range finds its own nodes and no others");

	civic_range_init(&whole, 4);
	ok(!civic_range_root(&sha256, &whole, &root),
	   "a range that does not begin with leaf 0 has no root");
	ok(civic_range_push_node(&sha256, &whole, 2, &hash, NULL, NULL) && whole.end == 8 &&
		   whole.nhashes == 1,
	   "a node is pushed where it can begin");
	ok(!civic_range_push_node(&sha256, &whole, 4, &hash, NULL, NULL) && whole.end == 8,
	   "and not elsewhere");
	ok(!civic_range_merge(&sha256, &whole, &whole, NULL, NULL), "ranges with a gap are not merged");
	ok(!civic_range_load(&whole, 0, 7, parts[0].hashes, 2),
	   "a range with too few hashes is refused");
	ok(!civic_range_load(&whole, 3, 2, parts[0].hashes, 0), "a range that ends first is refused");
	ok(tree->visited == MAX_LEAVES * 2 - 2, "each node is told once");
}

void
test_merkle(void)
{
	static Tree tree;

	test_known_answers();
	grow_bytes(&tree);
	test_definitions(&tree);
	test_accumulators(&tree);
	test_ranges(&tree);
}
