/*
 * test/unit/test_runs.c
 *		Sorting what is nearly in order: the result against a plain stable sort, and how often items are compared.
 */
#include "core/runs.h"

#include <stdint.h>
#include <string.h>

#include "tap.h"

#define MOST 600

/* Three bytes: the key, and the place that the item had. */
typedef struct Item
{
	uint8_t key;
	uint8_t place[2];
} Item;

static long compared;

static int
compare_keys(const void *a, const void *b)
{
	compared++;
	return (int) ((const Item *) a)->key - (int) ((const Item *) b)->key;
}

static bool
sorts(Item *items, size_t count)
{
	static Item expected[MOST];
	static Item room[MOST / 2 + 1];

	for (size_t i = 0; i < count; i++)
	{
		size_t at = i;

		items[i].place[0] = (uint8_t) (i >> 8);
		items[i].place[1] = (uint8_t) i;
		for (; at > 0 && expected[at - 1].key > items[i].key; at--)
			expected[at] = expected[at - 1];
		expected[at] = items[i];
	}
	memset(room, 0xee, sizeof(room));
	compared = 0;
	civic_sort_runs(items, count, sizeof(Item), compare_keys, room);
	return memcmp(items, expected, count * sizeof(Item)) == 0 && room[count / 2].key == 0xee;
}

void
test_runs(void)
{
	static Item items[MOST];
	uint32_t random = 1;
	int wrong = 0;
	long most = 0;

	for (size_t count = 0; count <= MOST; count++)
	{
		for (uint8_t keys = 1; keys > 0; keys = (uint8_t) (keys * 3))
		{
			for (size_t i = 0; i < count; i++)
			{
				random = random * 1664525 + 1013904223;
				items[i].key = (uint8_t) (random >> 16) % keys;
			}
			wrong += !sorts(items, count);
			most = compared > most ? compared : most;
			if (keys == 243)
				break;
		}
	}
	ok(wrong == 0, "items in any order, equal ones in theirs");
	ok(most < 600 * 16, "with at most %ld comparisons of 600", most);

	for (size_t i = 0; i < MOST; i++)
		items[i].key = (uint8_t) (i / 3);
	ok(sorts(items, MOST) && compared == MOST - 1, "what is in order is looked at once");
	items[10].key = 255;
	ok(sorts(items, MOST) && compared < 2 * MOST + 40, "one out of its place costs little");
	for (size_t i = 0; i < MOST; i++)
		items[i].key = (uint8_t) (200 - i / 3);
	ok(sorts(items, MOST), "the reverse order");
	for (size_t i = 0; i < MOST; i++)
		items[i].key = (uint8_t) (i / 4 ^ (i / 20 & 1));
	ok(sorts(items, MOST) && compared < 12 * MOST, "runs that overlap a little");
}
