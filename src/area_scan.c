/*
 * src/area_scan.c
 *		Reading the private tables of the map through their primary keys, for one tile or for many in a row.
 *
 * Not through SPI: one tile is read in a few microseconds, which a query would take to start.
 */
#include "area_scan.h"
#include "compat.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

void
civic_begin_scan(CivicScan *scan, const char *name, Snapshot snapshot, int nkeys)
{
	Oid schema = get_namespace_oid("civic_private", false);
	Oid relation = get_relname_relid(name, schema);
	Oid primary = InvalidOid;

	if (OidIsValid(relation))
	{
		scan->table = table_open(relation, AccessShareLock);
		/* Asking for the list fills in the primary key. */
		list_free(RelationGetIndexList(scan->table));
		primary = scan->table->rd_pkindex;
	}
	if (!OidIsValid(primary))
		ereport(ERROR, (errcode(ERRCODE_CIVIC_DATA_MODEL_MISSING),
						errmsg("table civic_private.%s or its primary key is missing", name)));
	scan->index = index_open(primary, AccessShareLock);
	scan->slot = table_slot_create(scan->table, NULL);
	scan->scan = index_beginscan(scan->table, scan->index, snapshot, NULL, nkeys, 0);
}

void
civic_end_scan(CivicScan *scan)
{
	index_endscan(scan->scan);
	ExecDropSingleTupleTableSlot(scan->slot);
	index_close(scan->index, AccessShareLock);
	table_close(scan->table, AccessShareLock);
}

/* Starts over, at the tiles of a layer within a range of cells. */
void
civic_seek_tiles(CivicScan *scan, const CivicLayer *layer, uint64 first, uint64 last)
{
	ScanKeyData keys[4];

	ScanKeyInit(&keys[0], 1, BTEqualStrategyNumber, F_UUID_EQ, UUIDPGetDatum(&layer->organization));
	ScanKeyInit(&keys[1], 2, BTEqualStrategyNumber, F_ENUM_EQ, ObjectIdGetDatum(layer->kind));
	ScanKeyInit(&keys[2], 3, BTGreaterEqualStrategyNumber, F_INT8GE, Int64GetDatum((int64) first));
	ScanKeyInit(&keys[3], 3, BTLessEqualStrategyNumber, F_INT8LE, Int64GetDatum((int64) last));
	index_rescan(scan->scan, keys, lengthof(keys), NULL, 0);
}

uint64
civic_slot_cell(TupleTableSlot *slot)
{
	bool isnull;

	return (uint64) DatumGetInt64(slot_getattr(slot, 3, &isnull));
}

/* A settled layer is kept, so it must not be read with a snapshot older than its stamp. */
Snapshot
civic_layer_snapshot(const CivicLayer *layer)
{
	return layer->settled && !IsInParallelMode() ? GetLatestSnapshot() : GetActiveSnapshot();
}

/* ---- tiles in a row ---- */

/* Tiles that are not needed before it is quicker to search the index again. */
#define MAX_STEPS 16

struct CivicTileScan
{
	CivicLayer layer;
	Snapshot snapshot;
	CivicScan scan;
	uint64 gap;  /* first number after the tile before */
	uint64 cell; /* of the tile at hand; PG_UINT64_MAX for none */
	uint64 end;
	bytea *copy; /* where it lay outside its row */
	const uint8 *bytes;
	size_t length;
};

/*
 * civic_begin_tiles
 *		For many places in the order of their cells: reads the layer's tiles one after another, past the cache.
 */
CivicTileScan *
civic_begin_tiles(const CivicLayer *layer)
{
	CivicTileScan *tiles_scan = palloc0(sizeof(CivicTileScan));

	tiles_scan->layer = *layer;
	tiles_scan->snapshot = RegisterSnapshot(civic_layer_snapshot(layer));
	civic_begin_scan(&tiles_scan->scan, "area_tiles", tiles_scan->snapshot, 4);
	/* Nothing is known yet, not even a gap. */
	tiles_scan->gap = PG_UINT64_MAX;
	return tiles_scan;
}

static void
next_tile(CivicTileScan *tiles_scan)
{
	TupleTableSlot *slot = tiles_scan->scan.slot;
	bool isnull;
	Datum value;
	bytea *bytes;

	if (tiles_scan->copy != NULL)
		pfree(tiles_scan->copy);
	tiles_scan->copy = NULL;
	tiles_scan->gap = tiles_scan->end + 1;
	tiles_scan->cell = tiles_scan->end = PG_UINT64_MAX;
	if (!index_getnext_slot(tiles_scan->scan.scan, ForwardScanDirection, slot))
		return;
	value = slot_getattr(slot, 4, &isnull);
	bytes = DatumGetByteaPP(value);
	if ((Pointer) bytes != DatumGetPointer(value))
		tiles_scan->copy = bytes;
	tiles_scan->bytes = (const uint8 *) VARDATA_ANY(bytes);
	tiles_scan->length = VARSIZE_ANY_EXHDR(bytes);
	tiles_scan->cell = civic_slot_cell(slot);
	tiles_scan->end = civic_cell_last(tiles_scan->cell);
}

/* Goes to the tile that holds a place, or to the first after it. */
static void
search_tile(CivicTileScan *tiles_scan, uint64 place)
{
	CivicScan *scan = &tiles_scan->scan;
	uint64 start = 0;

	civic_seek_tiles(scan, &tiles_scan->layer, 0, place);
	if (index_getnext_slot(scan->scan, BackwardScanDirection, scan->slot))
		start = civic_slot_cell(scan->slot);
	civic_seek_tiles(scan, &tiles_scan->layer, start, PG_INT64_MAX);
	tiles_scan->end = start - 1;
	next_tile(tiles_scan);
	if (tiles_scan->end < place)
		next_tile(tiles_scan);
}

/*
 * civic_seek_tile
 *		As civic_layer_tile(); quick where places rise.
 */
bool
civic_seek_tile(CivicTileScan *tiles_scan, uint64 place, const uint8 **bytes, size_t *length)
{
	if (place < tiles_scan->gap)
		search_tile(tiles_scan, place);
	for (int i = 0; i < MAX_STEPS && place > tiles_scan->end; i++)
		next_tile(tiles_scan);
	if (place > tiles_scan->end)
		search_tile(tiles_scan, place);
	if (place < tiles_scan->cell)
		return false;
	*bytes = tiles_scan->bytes;
	*length = tiles_scan->length;
	return true;
}

void
civic_end_tiles(CivicTileScan *tiles_scan)
{
	civic_end_scan(&tiles_scan->scan);
	UnregisterSnapshot(tiles_scan->snapshot);
	if (tiles_scan->copy != NULL)
		pfree(tiles_scan->copy);
	pfree(tiles_scan);
}
