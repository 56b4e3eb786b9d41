/*
 * test/t/make_receipts.c
 *		A small log of two organizations, made with src/core alone, and receipts of all its entries, one per line.
 */
#include "core/leaf.h"
#include "core/note.h"

#include <stdio.h>
#include <stdlib.h>

#include "../unit/sha2.h"

#define ENTRIES 13
#define HEADS 6
#define OLDER 4 /* heads in the forest of the older checkpoint */
#define LONG_COLUMNS 40000
#define LONG_ENTRY 7
#define PERSONAL_ENTRY 5

/* All nodes of a tree, as the tiles of a log have them. */
typedef struct Tree
{
	CivicRange range;
	CivicHash nodes[8][ENTRIES + HEADS];
} Tree;

static const CivicBytes salt = {(const uint8_t *) "0123456789abcdef", CIVIC_SALT_SIZE};
static uint8_t long_columns[LONG_COLUMNS];

static void
remember(void *state, CivicNode node, const CivicHash *hash)
{
	((Tree *) state)->nodes[node.level][node.index] = *hash;
}

static void
push(Tree *tree, const uint8_t *leaf, size_t length)
{
	CivicHash hash;

	civic_leaf_hash(&sha256, leaf, length, &hash);
	civic_range_push(&sha256, &tree->range, &hash, remember, tree);
}

static void
print_hex(const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		printf("%02x", bytes[i]);
}

static void
print_proof(const Tree *tree, const CivicProofPlan *plan)
{
	CivicHash hashes[CIVIC_PLAN_NODES];
	CivicHash proof[CIVIC_PROOF_HASHES];
	int count;

	for (int i = 0; i < plan->nnodes; i++)
		hashes[i] = tree->nodes[plan->nodes[i].level][plan->nodes[i].index];
	count = civic_plan_fold(&sha256, plan, hashes, proof);
	printf("[");
	for (int i = 0; i < count; i++)
	{
		printf(i > 0 ? ", \"" : "\"");
		print_hex(proof[i].bytes, CIVIC_SHA256_SIZE);
		printf("\"");
	}
	printf("]");
}

static void
print_checkpoint(const CivicRange *forest)
{
	CivicCheckpoint checkpoint = {.origin = civic_text("audit.city.example"), .size = forest->end};
	char text[256];
	size_t length;

	civic_range_root(&sha256, forest, &checkpoint.root);
	length = civic_checkpoint_build(&checkpoint, text, sizeof(text));
	printf("\"");
	for (size_t i = 0; i < length; i++)
		printf(text[i] == '\n' ? "\\n" : "%c", text[i]);
	printf("\"");
}

/* "column" of type text with an old and a new value, as civic writes the columns of an update. */
static CivicBytes personal_columns = {(const uint8_t *) "t\x04name\0\0\0\3Ann\xff\xff\xff\xff", 17};

static size_t
make_entry(int organization, int number, uint8_t out[CIVIC_LEAF_MAX])
{
	CivicLeaf leaf = {.epoch = 1,
					  .xid = (uint64_t) (1000 + number),
					  .counter = (uint32_t) number,
					  .time = INT64_C(1790000000000000) + number,
					  .operation = 'U',
					  .action = civic_text("report_resolved"),
					  .user = civic_text("0123456789abcdef"),
					  .role = civic_text("nodal_officer"),
					  .database_role = civic_text("civic_user"),
					  .schema = civic_text("civic"),
					  .table = civic_text("reports"),
					  .key = civic_text("7"),
					  .columns = civic_bytes("e\6status\0\0\0\6closed\0\0\0\x04open", 26)};

	memset(leaf.log_id, 'l', sizeof(leaf.log_id));
	memset(leaf.organization, 'a' + organization, sizeof(leaf.organization));
	if (number == LONG_ENTRY)
		leaf.columns = civic_bytes(long_columns, LONG_COLUMNS);
	leaf.has_commitment = number == PERSONAL_ENTRY;
	civic_personal_commitment(&sha256, salt.data, &personal_columns, &leaf.commitment);
	return civic_leaf_build(&sha256, &leaf, out, CIVIC_LEAF_MAX);
}

/* How many entries each of the two has when the n-th head is made of them. */
static const struct
{
	int organization;
	int entries;
} sealed[HEADS] = {{0, 5}, {1, 1}, {0, 6}, {1, 2}, {0, ENTRIES}, {1, ENTRIES - 2}};

int
main(void)
{
	static Tree trees[2];
	static Tree forest;
	static uint8_t entry[CIVIC_LEAF_MAX];
	uint8_t heads[HEADS][CIVIC_FOREST_LEAF_SIZE];
	CivicRange older;
	CivicProofPlan plan;

	for (int i = 0; i < LONG_COLUMNS; i++)
		long_columns[i] = (uint8_t) i;
	for (int i = 0; i < HEADS; i++)
	{
		Tree *tree = &trees[sealed[i].organization];
		CivicForestLeaf head = {.time = INT64_C(1790000001000000) + i};

		while (tree->range.end < (uint64_t) sealed[i].entries)
			push(tree, entry, make_entry(sealed[i].organization, (int) tree->range.end, entry));
		memset(head.log_id, 'l', sizeof(head.log_id));
		memset(head.organization, 'a' + sealed[i].organization, sizeof(head.organization));
		head.size = tree->range.end;
		civic_range_root(&sha256, &tree->range, &head.root);
		civic_forest_leaf_build(&head, heads[i]);
		push(&forest, heads[i], CIVIC_FOREST_LEAF_SIZE);
		if (i + 1 == OLDER)
			older = forest.range;
	}
	for (int organization = 0; organization < 2; organization++)
		for (uint64_t i = 0; i < trees[organization].range.end; i++)
		{
			int head = HEADS - 2 + organization;

			printf("{\"format\": \"civic-receipt/1\", \"entry\": \"");
			print_hex(entry, make_entry(organization, (int) i, entry));
			printf("\", \"index\": %d, \"proof\": ", (int) i);
			civic_plan_inclusion(i, trees[organization].range.end, &plan);
			print_proof(&trees[organization], &plan);
			printf(", \"forest\": {\"leaf\": \"");
			print_hex(heads[head], CIVIC_FOREST_LEAF_SIZE);
			printf("\", \"index\": %d, \"proof\": ", head);
			civic_plan_inclusion((uint64_t) head, forest.range.end, &plan);
			print_proof(&forest, &plan);
			printf("}, \"checkpoint\": ");
			print_checkpoint(&forest.range);
			printf(", \"older\": {\"checkpoint\": ");
			print_checkpoint(&older);
			printf(", \"proof\": ");
			civic_plan_consistency(OLDER, forest.range.end, &plan);
			print_proof(&forest, &plan);
			printf("}");
			if (i == LONG_ENTRY)
			{
				printf(", \"columns\": \"");
				print_hex(long_columns, LONG_COLUMNS);
				printf("\"");
			}
			if (i == PERSONAL_ENTRY)
			{
				printf(", \"personal\": [{\"salt\": \"");
				print_hex(salt.data, salt.length);
				printf("\", \"columns\": \"");
				print_hex(personal_columns.data, personal_columns.length);
				printf("\"}]");
			}
			printf("}\n");
		}
	return 0;
}
