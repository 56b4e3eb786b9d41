/*
 * src/core/runs.h
 *		Sorting what comes nearly in order.
 */
#ifndef CIVIC_RUNS_H
#define CIVIC_RUNS_H

#include <stddef.h>

/*
 * Stable merge sort of the runs that the items have already: items in order are looked at once, any others take
 * O(n log n). Where runs overlap little, little is moved. There must be room for half of the items.
 */
extern void civic_sort_runs(void *items, size_t count, size_t size,
							int (*compare)(const void *a, const void *b), void *room);

#endif
