/*
 * src/core/runs.c
 *		Natural merge sort.
 */
#include "core/runs.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct Items
{
	uint8_t *at;
	size_t size;
	int (*compare)(const void *a, const void *b);
	uint8_t *room;
} Items;

static uint8_t *
item(const Items *items, size_t i)
{
	return items->at + i * items->size;
}

/* The first of the sorted items from .. to that is greater than the key, or also the first that is equal. */
static size_t
find(const Items *items, size_t from, size_t to, const uint8_t *key, bool or_equal)
{
	while (from < to)
	{
		size_t middle = from + (to - from) / 2;
		int order = items->compare(item(items, middle), key);

		if (order > 0 || (or_equal && order == 0))
			to = middle;
		else
			from = middle + 1;
	}
	return from;
}

/* Merges two runs that follow each other. Only what overlaps is moved, the shorter part of it by way of the room. */
static void
merge(const Items *items, size_t begin, size_t middle, size_t end)
{
	size_t size = items->size;
	uint8_t *out;
	uint8_t *left;
	uint8_t *right;
	size_t nleft;
	size_t nright;

	begin = find(items, begin, middle, item(items, middle), false);
	if (begin == middle)
		return;
	end = find(items, middle, end, item(items, middle - 1), true);
	nleft = middle - begin;
	nright = end - middle;
	if (nleft <= nright)
	{
		memcpy(items->room, item(items, begin), nleft * size);
		left = items->room;
		right = item(items, middle);
		for (out = item(items, begin); nleft > 0; out += size)
		{
			if (nright > 0 && items->compare(right, left) < 0)
			{
				memcpy(out, right, size);
				right += size;
				nright--;
			}
			else
			{
				memcpy(out, left, size);
				left += size;
				nleft--;
			}
		}
		return;
	}
	memcpy(items->room, item(items, middle), nright * size);
	left = item(items, middle);
	right = items->room + nright * size;
	for (out = item(items, end); nright > 0; out -= size)
	{
		if (nleft > 0 && items->compare(right - size, left - size) < 0)
		{
			left -= size;
			memcpy(out - size, left, size);
			nleft--;
		}
		else
		{
			right -= size;
			memcpy(out - size, right, size);
			nright--;
		}
	}
}

void
civic_sort_runs(void *items, size_t count, size_t size,
				int (*compare)(const void *a, const void *b), void *room)
{
	Items all = {items, size, compare, room};
	/* Where runs begin. Each is at least twice as long as the next, so there are never more than bits in a length. */
	size_t begins[8 * sizeof(size_t) + 2];
	int nruns = 0;
	size_t end = 0;

	while (end < count)
	{
		begins[nruns++] = end++;
		while (end < count && compare(item(&all, end - 1), item(&all, end)) <= 0)
			end++;
		while (nruns > 1 && (end == count ||
							 begins[nruns - 1] - begins[nruns - 2] < 2 * (end - begins[nruns - 1])))
		{
			merge(&all, begins[nruns - 2], begins[nruns - 1], end);
			nruns--;
		}
	}
}
