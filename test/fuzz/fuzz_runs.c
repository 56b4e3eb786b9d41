/*
 * test/fuzz/fuzz_runs.c
 *		However bytes come, sorting their runs leaves them sorted, equal ones in the order they had.
 */
#include "core/runs.h"

#include <stdint.h>
#include <stdlib.h>

typedef struct Item
{
	uint8_t key;
	size_t place;
} Item;

static int
compare_keys(const void *a, const void *b)
{
	return (int) ((const Item *) a)->key - (int) ((const Item *) b)->key;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Item *items = malloc((size + 1) * sizeof(Item));
	/* Not one more than it may need, so that a write past it is found. */
	Item *room = malloc(size / 2 * sizeof(Item) + (size < 2));

	for (size_t i = 0; i < size; i++)
		items[i] = (Item){data[i], i};
	civic_sort_runs(items, size, sizeof(Item), compare_keys, room);
	for (size_t i = 0; i < size; i++)
	{
		if (items[i].key != data[items[i].place] ||
			(i > 0 && (items[i - 1].key > items[i].key ||
					   (items[i - 1].key == items[i].key && items[i - 1].place >= items[i].place))))
			abort();
	}
	free(items);
	free(room);
	return 0;
}
