/*
 * src/audit_tree.c
 *		Merkle trees in tables: the right edge of each as a compact range, and tiles of 256 hashes.
 */
#include "audit_tree.h"

#include "access/detoast.h"
#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"

const pg_uuid_t civic_forest_id = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
									0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

int
civic_compare_entry_ids(const CivicEntryId *a, const CivicEntryId *b)
{
	if (a->epoch != b->epoch)
		return a->epoch < b->epoch ? -1 : 1;
	if (a->xid != b->xid)
		return a->xid < b->xid ? -1 : 1;
	if (a->counter != b->counter)
		return a->counter < b->counter ? -1 : 1;
	return 0;
}

void
civic_put_entry_id(uint8 *out, const CivicEntryId *id)
{
	out = civic_put_number(out, id->epoch, 4);
	out = civic_put_number(out, id->xid, 8);
	(void) civic_put_number(out, id->counter, 4);
}

void
civic_get_entry_id(const uint8 *at, CivicEntryId *id)
{
	id->epoch = (uint32) civic_get_number(at, 4);
	id->xid = civic_get_number(at + 4, 8);
	id->counter = (uint32) civic_get_number(at + 12, 4);
}

static Datum
make_bytes(const void *data, size_t length)
{
	bytea *result = palloc(VARHDRSZ + length);

	SET_VARSIZE(result, VARHDRSZ + length);
	memcpy(VARDATA(result), data, length);
	return PointerGetDatum(result);
}

static void
damaged_tree(const pg_uuid_t *id)
{
	ereport(ERROR,
			(errcode(ERRCODE_CIVIC_AUDIT_DAMAGED),
			 errmsg("the Merkle tree of the audit log is damaged"),
			 errdetail("Tree of organization %s.",
					   DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(id)))),
			 errhint("civic.verify_audit_log() tells what was changed. Compare with the last checkpoint that "
					 "was signed elsewhere, and restore a backup.")));
}

/* The row of the tree; false where it has not been planted. */
static bool
read_head(const pg_uuid_t *id, uint64 *size, bytea **hashes)
{
	Oid types[1] = {UUIDOID};
	Datum values[1] = {UUIDPGetDatum(id)};
	bool isnull;

	civic_query_now("SELECT t.size, t.hashes FROM civic_private.audit_trees AS t"
					" WHERE t.organization_id = $1",
					1, types, values, NULL);
	if (SPI_processed == 0)
		return false;
	*size = (uint64) DatumGetInt64(
		SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	*hashes =
		DatumGetByteaP(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull));
	return true;
}

uint64
civic_tree_size(const pg_uuid_t *id)
{
	uint64 size;
	bytea *hashes;

	return read_head(id, &size, &hashes) ? size : 0;
}

void
civic_load_tree(CivicTreeWriter *tree, const pg_uuid_t *id)
{
	uint64 size;
	bytea *hashes;

	tree->id = *id;
	for (int level = 0; level <= CIVIC_LOG_TILE_MAX_LEVEL; level++)
	{
		tree->tiles[level].loaded = false;
		tree->tiles[level].changed = false;
	}
	civic_range_init(&tree->range, 0);
	if (!read_head(id, &size, &hashes))
		return;
	if (VARSIZE_ANY_EXHDR(hashes) % CIVIC_SHA256_SIZE != 0 ||
		!civic_range_load(&tree->range, 0, size, (CivicHash *) VARDATA_ANY(hashes),
						  VARSIZE_ANY_EXHDR(hashes) / CIVIC_SHA256_SIZE))
		damaged_tree(id);
}

/* Whoever verifies reads many tiles in one call: nothing may stay behind. */
static void
copy_bytes(Datum value, void *out, Size length)
{
	bytea *bytes = DatumGetByteaPP(value);

	memcpy(out, VARDATA_ANY(bytes), length);
	if ((Pointer) bytes != DatumGetPointer(value))
		pfree(bytes);
}

int
civic_read_tile(const pg_uuid_t *id, int level, uint64 index, CivicHash *hashes, uint8 *entries)
{
	Oid types[3] = {UUIDOID, INT4OID, INT8OID};
	Datum values[3] = {UUIDPGetDatum(id), Int32GetDatum(level), Int64GetDatum((int64) index)};
	bool isnull;
	Datum found;
	Size length;
	int count;

	civic_query_now("SELECT t.hashes, t.entries FROM civic_private.audit_tiles AS t"
					" WHERE t.organization_id = $1 AND t.level = $2 AND t.position = $3",
					3, types, values, NULL);
	if (SPI_processed == 0)
		return 0;
	found = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	/* Known without fetching them. */
	length = toast_raw_datum_size(found) - VARHDRSZ;
	count = (int) (length / CIVIC_SHA256_SIZE);
	if (length > CIVIC_LOG_TILE_WIDTH * CIVIC_SHA256_SIZE || length % CIVIC_SHA256_SIZE != 0)
		return 0;
	if (hashes != NULL)
		copy_bytes(found, hashes, length);
	if (entries != NULL)
	{
		found = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull);
		length = count * CIVIC_ENTRY_ID_SIZE;
		if (isnull || toast_raw_datum_size(found) - VARHDRSZ != length)
			return 0;
		copy_bytes(found, entries, length);
	}
	SPI_freetuptable(SPI_tuptable);
	return count;
}

static void
save_tile(CivicTreeWriter *tree, int level)
{
	CivicTileBuffer *tile = &tree->tiles[level];
	Oid types[5] = {UUIDOID, INT4OID, INT8OID, BYTEAOID, BYTEAOID};
	char nulls[6] = "     ";
	Datum values[5] = {UUIDPGetDatum(&tree->id), Int32GetDatum(level),
					   Int64GetDatum((int64) tile->index),
					   make_bytes(tile->hashes, tile->count * sizeof(CivicHash)), (Datum) 0};

	if (level == 0)
		values[4] = make_bytes(tree->entries, tile->count * CIVIC_ENTRY_ID_SIZE);
	else
		nulls[4] = 'n';
	civic_run("INSERT INTO civic_private.audit_tiles AS t"
			  " (organization_id, level, position, hashes, entries) VALUES ($1, $2, $3, $4, $5)"
			  " ON CONFLICT (organization_id, level, position)"
			  " DO UPDATE SET hashes = excluded.hashes, entries = excluded.entries",
			  5, types, values, nulls);
	pfree(DatumGetPointer(values[3]));
	if (level == 0)
		pfree(DatumGetPointer(values[4]));
	tile->changed = false;
}

static void
visit_node(void *state, CivicNode node, const CivicHash *hash)
{
	CivicTreeWriter *tree = state;
	int level = node.level / CIVIC_LOG_TILE_HEIGHT;
	CivicTileBuffer *tile;
	uint64 index = node.index / CIVIC_LOG_TILE_WIDTH;

	if (node.level % CIVIC_LOG_TILE_HEIGHT != 0)
		return;
	tile = &tree->tiles[level];
	if (!tile->loaded || tile->index != index)
	{
		int expected = (int) (node.index % CIVIC_LOG_TILE_WIDTH);

		tile->index = index;
		tile->count = 0;
		if (expected > 0)
			tile->count = civic_read_tile(&tree->id, level, index, tile->hashes,
										  level == 0 ? tree->entries : NULL);
		if (tile->count != expected)
			damaged_tree(&tree->id);
		tile->loaded = true;
	}
	tile->hashes[tile->count] = *hash;
	if (level == 0)
		civic_put_entry_id(tree->entries + tile->count * CIVIC_ENTRY_ID_SIZE, &tree->next);
	tile->count++;
	tile->changed = true;
	if (tile->count == CIVIC_LOG_TILE_WIDTH)
		save_tile(tree, level);
}

/* As visit_node() for each of them, but their hashes are joined level by level. */
static void
add_whole_tile(CivicTreeWriter *tree, const CivicHashedEntry *entries)
{
	CivicTileBuffer *tile = &tree->tiles[0];
	CivicHash root;

	tile->loaded = true;
	tile->index = tree->range.end / CIVIC_LOG_TILE_WIDTH;
	tile->count = CIVIC_LOG_TILE_WIDTH;
	for (int i = 0; i < CIVIC_LOG_TILE_WIDTH; i++)
	{
		tile->hashes[i] = entries[i].hash;
		civic_put_entry_id(tree->entries + i * CIVIC_ENTRY_ID_SIZE, &entries[i].id);
	}
	save_tile(tree, 0);
	civic_log_tile_root(&civic_sha256, tile->hashes, CIVIC_LOG_TILE_WIDTH, &root);
	visit_node(tree, (CivicNode){CIVIC_LOG_TILE_HEIGHT, tile->index}, &root);
	(void) civic_range_push_node(&civic_sha256, &tree->range, CIVIC_LOG_TILE_HEIGHT, &root,
								 visit_node, tree);
}

void
civic_grow_tree(CivicTreeWriter *tree, const CivicHashedEntry *entries, size_t count)
{
	while (count > 0)
	{
		size_t added = 1;

		if (tree->range.end % CIVIC_LOG_TILE_WIDTH == 0 && count >= CIVIC_LOG_TILE_WIDTH)
		{
			CHECK_FOR_INTERRUPTS();
			add_whole_tile(tree, entries);
			added = CIVIC_LOG_TILE_WIDTH;
		}
		else
		{
			tree->next = entries->id;
			civic_range_push(&civic_sha256, &tree->range, &entries->hash, visit_node, tree);
		}
		entries += added;
		count -= added;
	}
}

void
civic_save_tree(CivicTreeWriter *tree, CivicHash *root)
{
	Oid types[4] = {UUIDOID, INT8OID, BYTEAOID, BYTEAOID};
	Datum values[4];

	for (int level = 0; level <= CIVIC_LOG_TILE_MAX_LEVEL; level++)
	{
		if (tree->tiles[level].changed)
			save_tile(tree, level);
	}
	if (!civic_range_root(&civic_sha256, &tree->range, root))
		damaged_tree(&tree->id);
	values[0] = UUIDPGetDatum(&tree->id);
	values[1] = Int64GetDatum((int64) tree->range.end);
	values[2] = make_bytes(tree->range.hashes, tree->range.nhashes * sizeof(CivicHash));
	values[3] = make_bytes(root, sizeof(CivicHash));
	civic_run("INSERT INTO civic_private.audit_trees AS t (organization_id, size, hashes, root)"
			  " VALUES ($1, $2, $3, $4) ON CONFLICT (organization_id)"
			  " DO UPDATE SET size = excluded.size, hashes = excluded.hashes, root = excluded.root",
			  4, types, values, NULL);
}
