/*
 * src/audit_entries.c
 *		Reads entries from segments of the audit log: which they are and the hash that each makes, by organization.
 *
 * Sealing and verification do little else, so it is made for speed: leaves are hashed two at a time, and an organization
 * is looked up only where it changes. Entries come nearly in order, those of each backend in theirs.
 */
#include "audit_tree.h"

#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "core/runs.h"

/* A leaf that waits for another to be hashed with. */
typedef struct PendingLeaf
{
	CivicOrganizationEntries *organization;
	size_t entry;
	size_t length;
	uint8 bytes[1 + CIVIC_LEAF_MAX]; /* after the prefix of leaves */
} PendingLeaf;

struct CivicEntryReader
{
	MemoryContext memory;
	MemoryContext scratch; /* of one entry */
	pg_uuid_t log_id;
	CivicEntryFilter is_wanted;
	void *state;
	size_t count;
	HTAB *organizations;
	CivicOrganizationEntries *last;
	int npending;
	PendingLeaf pending[2];
};

CivicEntryReader *
civic_begin_entries(const pg_uuid_t *log_id, CivicEntryFilter is_wanted, void *state)
{
	CivicEntryReader *reader = palloc(sizeof(CivicEntryReader));
	HASHCTL control = {.keysize = UUID_LEN, .entrysize = sizeof(CivicOrganizationEntries)};

	reader->memory = CurrentMemoryContext;
	reader->scratch =
		AllocSetContextCreate(CurrentMemoryContext, "civic entry", ALLOCSET_DEFAULT_SIZES);
	reader->log_id = *log_id;
	reader->is_wanted = is_wanted;
	reader->state = state;
	reader->count = 0;
	control.hcxt = CurrentMemoryContext;
	reader->organizations =
		hash_create("civic entries", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	reader->last = NULL;
	reader->npending = 0;
	return reader;
}

size_t
civic_count_entries(const CivicEntryReader *reader)
{
	return reader->count;
}

static void
hash_pending(CivicEntryReader *reader)
{
	CivicBytes leaves[2];
	uint8 *hashes[2];

	for (int i = 0; i < reader->npending; i++)
	{
		PendingLeaf *leaf = &reader->pending[i];

		leaves[i] = civic_bytes(leaf->bytes, leaf->length);
		hashes[i] = leaf->organization->entries[leaf->entry].hash.bytes;
	}
	if (reader->npending == 2)
		civic_digest_two(&civic_sha256, leaves, hashes);
	else if (reader->npending == 1)
		civic_sha256.digest(civic_sha256.state, leaves, 1, hashes[0]);
	reader->npending = 0;
}

static CivicHashedEntry *
add_entry(CivicEntryReader *reader, const pg_uuid_t *id)
{
	CivicOrganizationEntries *organization = reader->last;

	if (organization == NULL || memcmp(&organization->id, id, UUID_LEN) != 0)
	{
		bool is_known;

		organization = hash_search(reader->organizations, id, HASH_ENTER, &is_known);
		if (!is_known)
		{
			organization->count = 0;
			organization->capacity = 16;
			organization->entries = MemoryContextAlloc(reader->memory, sizeof(CivicHashedEntry) *
																		   organization->capacity);
		}
		reader->last = organization;
	}
	if (organization->count == organization->capacity)
	{
		organization->capacity *= 2;
		organization->entries =
			repalloc_huge(organization->entries, sizeof(CivicHashedEntry) * organization->capacity);
	}
	reader->count++;
	return &organization->entries[organization->count++];
}

static void
read_entry(CivicEntryReader *reader, TupleTableSlot *slot)
{
	CivicEntryId id;
	CivicHashedEntry *entry;
	CivicLeaf leaf;
	PendingLeaf *pending;
	MemoryContext caller;

	slot_getsomeattrs(slot, CIVIC_ENTRY_COUNTER + 1);
	id.epoch = (uint32) DatumGetInt32(slot->tts_values[CIVIC_ENTRY_EPOCH]);
	id.xid = DatumGetUInt64(slot->tts_values[CIVIC_ENTRY_XID]);
	id.counter = (uint32) DatumGetInt32(slot->tts_values[CIVIC_ENTRY_COUNTER]);
	if (!reader->is_wanted(reader->state, &id))
		return;
	slot_getallattrs(slot);
	entry = add_entry(reader, DatumGetUUIDP(slot->tts_values[CIVIC_ENTRY_ORGANIZATION]));
	entry->id = id;
	pending = &reader->pending[reader->npending];
	pending->length = 0;
	caller = MemoryContextSwitchTo(reader->scratch);
	if (civic_entry_leaf(&reader->log_id, slot->tts_values, slot->tts_isnull, &leaf))
		pending->length =
			civic_leaf_build(&civic_sha256, &leaf, pending->bytes + 1, CIVIC_LEAF_MAX);
	MemoryContextSwitchTo(caller);
	MemoryContextReset(reader->scratch);
	entry->is_usable = pending->length > 0;
	if (!entry->is_usable)
		return;
	pending->bytes[0] = CIVIC_LEAF_PREFIX;
	pending->length++;
	pending->organization = reader->last;
	pending->entry = reader->last->count - 1;
	if (++reader->npending == 2)
		hash_pending(reader);
}

/*
 * Has the next row brought near while this one is hashed. Its first bytes are there already: a scan looks at all rows of
 * a page to see which are visible. (Not inlined, this would be taken for a function without effects and left out.)
 */
static pg_attribute_always_inline void
prefetch_next(TableScanDesc scan)
{
	HeapScanDesc heap = (HeapScanDesc) scan;

	if (heap->rs_cindex + 1 < heap->rs_ntuples)
	{
		ItemId item =
			PageGetItemId(BufferGetPage(heap->rs_cbuf), heap->rs_vistuples[heap->rs_cindex + 1]);
		const char *row = (const char *) PageGetItem(BufferGetPage(heap->rs_cbuf), item);

		for (int at = 64; at < ItemIdGetLength(item); at += 64)
			__builtin_prefetch(row + at);
	}
}

void
civic_read_entries(CivicEntryReader *reader, Relation segment, Snapshot snapshot, BlockNumber from,
				   BlockNumber count)
{
	TupleTableSlot *slot = table_slot_create(segment, NULL);
	/* From that page on, not from where another scan of the table is. */
	TableScanDesc scan = table_beginscan_strat(segment, snapshot, 0, NULL, true, false);

	heap_setscanlimits(scan, from, count);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		CHECK_FOR_INTERRUPTS();
		prefetch_next(scan);
		read_entry(reader, slot);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	hash_pending(reader);
}

static int
compare_organizations(const void *a, const void *b)
{
	return memcmp(&(*(CivicOrganizationEntries *const *) a)->id,
				  &(*(CivicOrganizationEntries *const *) b)->id, UUID_LEN);
}

static int
compare_entries(const void *a, const void *b)
{
	return civic_compare_entry_ids(&((const CivicHashedEntry *) a)->id,
								   &((const CivicHashedEntry *) b)->id);
}

static int
compare_xids(const void *a, const void *b)
{
	uint64 left = *(const uint64 *) a;
	uint64 right = *(const uint64 *) b;

	return left < right ? -1 : left > right;
}

uint64
civic_limit_entries(CivicEntryReader *reader, size_t limit)
{
	uint64 *xids = MemoryContextAllocHuge(reader->memory, sizeof(uint64) * reader->count);
	HASH_SEQ_STATUS sequence;
	CivicOrganizationEntries *organization;
	size_t count = 0;
	uint64 until;

	hash_pending(reader);
	hash_seq_init(&sequence, reader->organizations);
	while ((organization = hash_seq_search(&sequence)) != NULL)
	{
		for (size_t i = 0; i < organization->count; i++)
			xids[count++] = organization->entries[i].id.xid;
	}
	qsort(xids, count, sizeof(uint64), compare_xids);
	until = xids[limit - 1] + 1;
	pfree(xids);

	reader->count = 0;
	hash_seq_init(&sequence, reader->organizations);
	while ((organization = hash_seq_search(&sequence)) != NULL)
	{
		size_t kept = 0;

		for (size_t i = 0; i < organization->count; i++)
		{
			if (organization->entries[i].id.xid < until)
				organization->entries[kept++] = organization->entries[i];
		}
		organization->count = kept;
		reader->count += kept;
	}
	return reader->count < count ? until : PG_UINT64_MAX;
}

CivicOrganizationEntries **
civic_sort_entries(CivicEntryReader *reader, size_t *count)
{
	CivicOrganizationEntries **result =
		palloc_array(CivicOrganizationEntries *, hash_get_num_entries(reader->organizations));
	HASH_SEQ_STATUS sequence;
	CivicOrganizationEntries *organization;
	size_t most = 0;
	CivicHashedEntry *room;

	*count = 0;
	hash_seq_init(&sequence, reader->organizations);
	while ((organization = hash_seq_search(&sequence)) != NULL)
	{
		if (organization->count > 0)
			result[(*count)++] = organization;
		most = Max(most, organization->count);
	}
	qsort(result, *count, sizeof(*result), compare_organizations);
	room = MemoryContextAllocHuge(reader->memory, sizeof(CivicHashedEntry) * Max(most / 2, 1));
	for (size_t i = 0; i < *count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		civic_sort_runs(result[i]->entries, result[i]->count, sizeof(CivicHashedEntry),
						compare_entries, room);
	}
	pfree(room);
	return result;
}
