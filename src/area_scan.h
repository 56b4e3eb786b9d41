/*
 * src/area_scan.h
 *		Scans of the private tables of the map, for area_cache.c and area_scan.c.
 */
#ifndef CIVIC_AREA_SCAN_H
#define CIVIC_AREA_SCAN_H

#include "civic.h"

#include "access/genam.h"
#include "executor/tuptable.h"
#include "utils/snapshot.h"

typedef struct CivicScan
{
	Relation table;
	Relation index;
	IndexScanDesc scan;
	TupleTableSlot *slot;
} CivicScan;

extern void civic_begin_scan(CivicScan *scan, const char *name, Snapshot snapshot, int nkeys);
extern void civic_end_scan(CivicScan *scan);
extern void civic_seek_tiles(CivicScan *scan, const CivicLayer *layer, uint64 first, uint64 last);
extern uint64 civic_slot_cell(TupleTableSlot *slot);
extern Snapshot civic_layer_snapshot(const CivicLayer *layer);

#endif
