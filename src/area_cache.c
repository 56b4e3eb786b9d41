/*
 * src/area_cache.c
 *		Tiles of civic_private.area_tiles in the memory of one backend.
 *
 * The areas of one kind of one organization are a layer. Each change of a layer gives it another stamp, so that
 * tiles are kept as long as their layer has the stamp under which they were read. They lie in segments, which are
 * given up as a whole, the longest unused first: that keeps the memory below civic.area_cache_mb to the byte.
 */
#include "area_scan.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "catalog/pg_enum.h"
#include "port/pg_bitutils.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#define SEGMENT_SIZE (256 * 1024)
#define MAX_SEGMENTS 4096
#define MAX_ORGANIZATIONS 1024

/* What a snapshot sees, as far as it can be told in so many transactions. */
#define MARKED_XIDS 64

typedef struct SnapshotMark
{
	TransactionId xmin;
	TransactionId xmax;
	CommandId curcid;
	uint32 xcnt;
	int32 subxcnt;
	bool suboverflowed;
	TransactionId xids[MARKED_XIDS];
} SnapshotMark;

typedef struct OrganizationEntry
{
	pg_uuid_t id;
	uint64 version; /* of the area cache, 0 while it is being read */
	bool settled;   /* the newest snapshot sees the same layers */
	SnapshotMark mark;
	int nlayers;
	CivicLayer *layers;
} OrganizationEntry;

typedef struct TileKey
{
	uint64 cell;
	uint64 layer;
} TileKey;

typedef struct TileEntry
{
	TileKey key;
	uint32 segment;
	uint32 offset;
	uint32 status;
} TileEntry;

/* What tells a cell from its neighbors is anywhere above the free bits of its level. */
static inline uint32
hash_tile(TileKey key)
{
	uint64 bits = key.cell ^ key.layer << 32;

	bits ^= bits >> 32;
	return (uint32) (bits * UINT64CONST(0x9E3779B97F4A7C15) >> 32);
}

#define SH_PREFIX tilehash
#define SH_ELEMENT_TYPE TileEntry
#define SH_KEY_TYPE TileKey
#define SH_KEY key
#define SH_HASH_KEY(table, key) hash_tile(key)
#define SH_EQUAL(table, a, b) ((a).cell == (b).cell && (a).layer == (b).layer)
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* What stands before the bytes of a tile in its segment. */
typedef struct TileHeader
{
	TileKey key;
	uint64 length;
} TileHeader;

typedef struct Segment
{
	char *bytes;
	uint32 used;
	uint64 last_use;
} Segment;

static int cache_mb = 16;
static bool cache_shrunk = false;

static MemoryContext cache_context = NULL;
static MemoryContext large_context = NULL; /* the tile last read, where it is not kept */
static HTAB *organizations = NULL;
static tilehash_hash *tiles = NULL;
static Segment segments[MAX_SEGMENTS];
static int segment_count = 0;
static int filling = -1; /* segment that new tiles go to */
static uint64 uses = 0;
static uint64 evictions = 0;
static uint64 layer_numbers = 0;
static uint32 cached_levels = 0; /* of cells, one bit for each of which a tile was kept */

static void
cache_mb_assigned(int value, void *extra)
{
	cache_shrunk = cache_shrunk || value < cache_mb;
}

void
civic_init_areas(void)
{
	DefineCustomIntVariable("civic.area_cache_mb",
							"Memory of a session for parts of the map it has looked at.",
							"Finding the areas of a place is slower without.", &cache_mb, 16, 0,
							1024, PGC_USERSET, GUC_UNIT_MB, NULL, cache_mb_assigned, NULL);
}

/* ---- layers ---- */

static void
restart_cache(void)
{
	HASHCTL control = {.keysize = sizeof(pg_uuid_t), .entrysize = sizeof(OrganizationEntry)};

	organizations = NULL;
	tiles = NULL;
	segment_count = 0;
	filling = -1;
	cached_levels = 0;
	cache_shrunk = false;
	evictions++;
	if (cache_context == NULL)
		cache_context =
			AllocSetContextCreate(CacheMemoryContext, "civic areas", ALLOCSET_DEFAULT_SIZES);
	MemoryContextReset(cache_context);
	large_context = AllocSetContextCreate(cache_context, "civic large tile", ALLOCSET_SMALL_SIZES);
	tiles = tilehash_create(cache_context, 256, NULL);
	control.hcxt = cache_context;
	organizations =
		hash_create("civic map layers", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

static void
mark_snapshot(SnapshotMark *mark, Snapshot snapshot)
{
	memset(mark, 0, sizeof(*mark));
	/* No snapshot has this xmin. */
	if (snapshot->xcnt + snapshot->subxcnt > MARKED_XIDS)
		return;
	mark->xmin = snapshot->xmin;
	mark->xmax = snapshot->xmax;
	mark->curcid = snapshot->curcid;
	mark->xcnt = snapshot->xcnt;
	mark->subxcnt = snapshot->subxcnt;
	mark->suboverflowed = snapshot->suboverflowed;
	if (snapshot->xcnt > 0)
		memcpy(mark->xids, snapshot->xip, snapshot->xcnt * sizeof(TransactionId));
	if (snapshot->subxcnt > 0)
		memcpy(mark->xids + snapshot->xcnt, snapshot->subxip,
			   snapshot->subxcnt * sizeof(TransactionId));
}

static bool
is_marked(const SnapshotMark *mark, Snapshot snapshot)
{
	SnapshotMark now;

	mark_snapshot(&now, snapshot);
	return now.xmin != InvalidTransactionId && memcmp(mark, &now, sizeof(now)) == 0;
}

static float4
label_position(Oid label)
{
	HeapTuple tuple = SearchSysCache1(ENUMOID, ObjectIdGetDatum(label));
	float4 position = 0;

	if (HeapTupleIsValid(tuple))
	{
		position = ((Form_pg_enum) GETSTRUCT(tuple))->enumsortorder;
		ReleaseSysCache(tuple);
	}
	return position;
}

/* An organization's layers as a snapshot sees them, in the current memory context. */
static int
read_layers(const pg_uuid_t *organization, Snapshot snapshot, CivicLayer **layers)
{
	ScanKeyData key;
	CivicScan scan;
	int count = 0;
	int room = 8;

	*layers = palloc(room * sizeof(CivicLayer));
	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_UUID_EQ, UUIDPGetDatum(organization));
	civic_begin_scan(&scan, "area_layers", snapshot, 1);
	index_rescan(scan.scan, &key, 1, NULL, 0);
	while (index_getnext_slot(scan.scan, ForwardScanDirection, scan.slot))
	{
		CivicLayer *layer;
		bool isnull;

		if (count == room)
		{
			room *= 2;
			*layers = repalloc(*layers, room * sizeof(CivicLayer));
		}
		layer = &(*layers)[count++];
		memset(layer, 0, sizeof(*layer));
		layer->kind = DatumGetObjectId(slot_getattr(scan.slot, 2, &isnull));
		layer->stamp = *DatumGetUUIDP(slot_getattr(scan.slot, 3, &isnull));
		layer->position = label_position(layer->kind);
	}
	civic_end_scan(&scan);
	return count;
}

static bool
are_same_layers(const CivicLayer *a, int na, const CivicLayer *b, int nb)
{
	if (na != nb)
		return false;
	for (int i = 0; i < na; i++)
	{
		if (a[i].kind != b[i].kind || memcmp(&a[i].stamp, &b[i].stamp, sizeof(pg_uuid_t)) != 0)
			return false;
	}
	return true;
}

/*
 * Reads the layers anew. What the active snapshot sees is what counts; it is settled when the newest sees the same,
 * because then any later change sends a signal. Otherwise it counts for this snapshot alone.
 */
static void
refresh(OrganizationEntry *entry, uint64 version)
{
	Snapshot active = GetActiveSnapshot();
	CivicLayer *layers;
	CivicLayer *newest;
	int count;
	bool settled = IsParallelWorker(); /* which lives with one snapshot */

	entry->version = 0;
	count = read_layers(&entry->id, active, &layers);
	if (!IsInParallelMode())
	{
		int newest_count;

		PushActiveSnapshot(GetLatestSnapshot());
		newest_count = read_layers(&entry->id, GetActiveSnapshot(), &newest);
		PopActiveSnapshot();
		settled = are_same_layers(layers, count, newest, newest_count);
		pfree(newest);
	}
	if (!are_same_layers(layers, count, entry->layers, entry->nlayers))
	{
		CivicLayer *kept = MemoryContextAlloc(cache_context, Max(count, 1) * sizeof(CivicLayer));

		for (int i = 0; i < count; i++)
		{
			CivicLayer *known = NULL;

			for (int j = 0; j < entry->nlayers && known == NULL; j++)
			{
				if (are_same_layers(&layers[i], 1, &entry->layers[j], 1))
					known = &entry->layers[j];
			}
			kept[i] = known != NULL ? *known : layers[i];
			if (known == NULL)
			{
				kept[i].organization = entry->id;
				kept[i].number = ++layer_numbers;
			}
		}
		if (entry->layers != NULL)
			pfree(entry->layers);
		entry->layers = kept;
		entry->nlayers = count;
	}
	pfree(layers);
	entry->settled = settled;
	mark_snapshot(&entry->mark, active);
	entry->version = version;
}

/*
 * civic_layers
 *		The layers of an organization that the active snapshot sees; good until the next call.
 */
int
civic_layers(const pg_uuid_t *organization, CivicLayer **layers)
{
	uint64 version = civic_cache_version(CIVIC_CACHE_AREAS);
	OrganizationEntry *entry;
	bool found;

	if (organizations == NULL || cache_shrunk ||
		hash_get_num_entries(organizations) >= MAX_ORGANIZATIONS)
		restart_cache();
	entry = hash_search(organizations, organization, HASH_ENTER, &found);
	if (!found)
	{
		entry->version = 0;
		entry->nlayers = 0;
		entry->layers = NULL;
	}
	if (entry->version != version ||
		(!entry->settled && !is_marked(&entry->mark, GetActiveSnapshot())))
		refresh(entry, version);
	for (int i = 0; i < entry->nlayers; i++)
		entry->layers[i].settled = entry->settled;
	*layers = entry->layers;
	return entry->nlayers;
}

/* ---- tiles ---- */

static inline TileHeader *
header_at(uint32 segment, uint32 offset)
{
	return (TileHeader *) (segments[segment].bytes + offset);
}

static void
empty_segment(int segment)
{
	uint32 offset = 0;

	while (offset < segments[segment].used)
	{
		TileHeader *header = header_at(segment, offset);
		TileEntry *entry = tilehash_lookup(tiles, header->key);

		if (entry != NULL && entry->segment == segment)
			(void) tilehash_delete(tiles, header->key);
		offset += sizeof(TileHeader) + MAXALIGN(header->length);
	}
	segments[segment].used = 0;
	evictions++;
}

/* A segment with so much room, or -1 where the setting leaves none. */
static int
segment_with_room(Size size)
{
	Size limit = (Size) cache_mb * 1024 * 1024;
	int oldest = 0;

	if (size > SEGMENT_SIZE)
		return -1;
	if (filling >= 0 && segments[filling].used + size <= SEGMENT_SIZE)
		return filling;
	if (segment_count < MAX_SEGMENTS &&
		MemoryContextMemAllocated(cache_context, true) + SEGMENT_SIZE + 65536 <= limit)
	{
		segments[segment_count].bytes = MemoryContextAlloc(cache_context, SEGMENT_SIZE);
		segments[segment_count].used = 0;
		filling = segment_count++;
	}
	else if (segment_count == 0)
		return -1;
	else
	{
		for (int i = 1; i < segment_count; i++)
		{
			if (segments[i].last_use < segments[oldest].last_use)
				oldest = i;
		}
		empty_segment(oldest);
		filling = oldest;
	}
	segments[filling].last_use = ++uses;
	return filling;
}

/* Points the layer to the tile it used last, which neighbors in a sorted list of points are likely to need. */
static void
use_tile(CivicLayer *layer, uint64 cell, const uint8 *bytes, size_t length)
{
	layer->last_cell = cell;
	layer->last_end = civic_cell_last(cell);
	layer->last_bytes = bytes;
	layer->last_length = length;
	layer->last_evictions = evictions;
}

static void
keep_tile(CivicLayer *layer, uint64 cell, const uint8 *bytes, size_t length)
{
	TileHeader header = {.key = {.cell = cell, .layer = layer->number}, .length = length};
	int segment = segment_with_room(sizeof(TileHeader) + MAXALIGN(length));
	uint8 *copy;

	if (segment < 0)
	{
		MemoryContextReset(large_context);
		evictions++;
		copy = MemoryContextAlloc(large_context, length);
	}
	else
	{
		bool known;
		TileEntry *entry = tilehash_insert(tiles, header.key, &known);

		entry->segment = segment;
		entry->offset = segments[segment].used;
		memcpy(header_at(segment, entry->offset), &header, sizeof(header));
		copy = (uint8 *) header_at(segment, entry->offset) + sizeof(TileHeader);
		segments[segment].used += sizeof(TileHeader) + MAXALIGN(length);
		cached_levels |= 1U << civic_cell_level(cell);
	}
	memcpy(copy, bytes, length);
	use_tile(layer, cell, copy, length);
}

/* Reads the tile that holds a place; false where nothing does. */
static bool
read_tile(CivicLayer *layer, uint64 place)
{
	CivicScan scan;
	/* An index scan looks at all of a page that is within its range; most tiles are about as large as the last. */
	int level = layer->last_bytes != NULL ? Max(civic_cell_level(layer->last_cell) - 2, 0) : 0;
	bool found = false;

	PushActiveSnapshot(civic_layer_snapshot(layer));
	civic_begin_scan(&scan, "area_tiles", GetActiveSnapshot(), 4);
	for (;;)
	{
		civic_seek_tiles(&scan, layer, civic_cell_ancestor(place, level), place);
		found = index_getnext_slot(scan.scan, BackwardScanDirection, scan.slot);
		if (found || level == 0)
			break;
		level = 0;
	}
	found = found && place <= civic_cell_last(civic_slot_cell(scan.slot));
	if (found)
	{
		bool isnull;
		Datum value = slot_getattr(scan.slot, 4, &isnull);
		bytea *bytes = DatumGetByteaPP(value);

		keep_tile(layer, civic_slot_cell(scan.slot), (const uint8 *) VARDATA_ANY(bytes),
				  VARSIZE_ANY_EXHDR(bytes));
		if ((Pointer) bytes != DatumGetPointer(value))
			pfree(bytes);
	}
	civic_end_scan(&scan);
	PopActiveSnapshot();
	return found;
}

/*
 * civic_layer_tile
 *		The tile that holds a place, a cell of the deepest level; false where the layer has nothing there. The bytes
 *		are good until the next call for any layer.
 */
bool
civic_layer_tile(CivicLayer *layer, uint64 place, const uint8 **bytes, size_t *length)
{
	bool known = layer->last_evictions == evictions && layer->last_bytes != NULL &&
				 layer->last_cell <= place && place <= layer->last_end;

	for (uint32 levels = known ? 0 : cached_levels; levels != 0; levels &= levels - 1)
	{
		TileKey key = {.layer = layer->number};
		TileEntry *entry;

		key.cell = civic_cell_ancestor(place, pg_rightmost_one_pos32(levels));
		entry = tilehash_lookup(tiles, key);
		if (entry != NULL)
		{
			TileHeader *header = header_at(entry->segment, entry->offset);

			segments[entry->segment].last_use = ++uses;
			use_tile(layer, key.cell, (const uint8 *) header + sizeof(TileHeader), header->length);
			known = true;
			break;
		}
	}
	if (!known && !read_tile(layer, place))
		return false;
	*bytes = layer->last_bytes;
	*length = layer->last_length;
	return true;
}
