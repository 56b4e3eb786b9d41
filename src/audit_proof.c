/*
 * src/audit_proof.c
 *		Proofs from the stored trees, and their verification from what the caller has.
 */
#include "audit_tree.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "core/note.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/typcache.h"

CIVIC_FUNCTION(civic_tree_inclusion);
CIVIC_FUNCTION(civic_tree_consistency);
CIVIC_FUNCTION(civic_tree_root);
CIVIC_FUNCTION(civic_find_leaf);
CIVIC_FUNCTION(civic_leaf_bytes);
CIVIC_FUNCTION(civic_sha256_leaf);
CIVIC_FUNCTION(civic_tile_of_path);
CIVIC_FUNCTION(civic_log_proof);
CIVIC_FUNCTION(civic_verify_inclusion_proof);
CIVIC_FUNCTION(civic_verify_consistency_proof);
CIVIC_FUNCTION(civic_verify_signed_note);

static void
missing_hashes(void)
{
	ereport(ERROR, (errcode(ERRCODE_CIVIC_AUDIT_DAMAGED),
					errmsg("hashes of the audit log are missing"),
					errhint("Restore civic_private.audit_tiles from a backup.")));
}

/* One tile is asked for again and again. */
typedef struct TileReader
{
	const pg_uuid_t *tree;
	int level;
	uint64 index;
	int count; /* -1 before the first */
	CivicHash hashes[CIVIC_LOG_TILE_WIDTH];
} TileReader;

/* False where its hashes are missing. */
static bool
read_node(TileReader *reader, CivicNode node, CivicHash *hash)
{
	CivicLogTile tile;
	int offset;
	int count;

	civic_log_tile_of_node(node, &tile, &offset, &count);
	if (reader->count < 0 || reader->level != tile.level || reader->index != tile.index)
	{
		reader->level = tile.level;
		reader->index = tile.index;
		reader->count = civic_read_tile(reader->tree, tile.level, tile.index, reader->hashes, NULL);
	}
	if (offset + count > reader->count)
		return false;
	civic_log_tile_root(&civic_sha256, reader->hashes + offset, count, hash);
	return true;
}

static Datum
hash_datum(const CivicHash *hash)
{
	bytea *result = palloc(VARHDRSZ + sizeof(CivicHash));

	SET_VARSIZE(result, VARHDRSZ + sizeof(CivicHash));
	memcpy(VARDATA(result), hash, sizeof(CivicHash));
	return PointerGetDatum(result);
}

static Datum
hashes_datum(const CivicHash *hashes, int count)
{
	Datum *values = palloc(sizeof(Datum) * Max(count, 1));

	for (int i = 0; i < count; i++)
		values[i] = hash_datum(&hashes[i]);
	return PointerGetDatum(construct_array(values, count, BYTEAOID, -1, false, TYPALIGN_INT));
}

static void
refuse_size(const pg_uuid_t *tree, uint64 size)
{
	uint64 now = civic_tree_size(tree);

	if (size > now)
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						errmsg("the tree has only " UINT64_FORMAT " leaves", now),
						errhint("Ask for a size that it has or had.")));
}

static Datum
prove(const pg_uuid_t *tree, const CivicProofPlan *plan)
{
	CivicHash *nodes = palloc(sizeof(CivicHash) * CIVIC_PLAN_NODES);
	CivicHash proof[CIVIC_PROOF_HASHES];
	TileReader *reader = palloc(sizeof(TileReader));
	int count;

	reader->tree = tree;
	reader->count = -1;
	for (int i = 0; i < plan->nnodes; i++)
	{
		if (!read_node(reader, plan->nodes[i], &nodes[i]))
			missing_hashes();
	}
	count = civic_plan_fold(&civic_sha256, plan, nodes, proof);
	return hashes_datum(proof, count);
}

/* The result of a function that used SPI, in the caller's memory. */
static Datum
finish_spi(Datum value, bool varlena)
{
	if (varlena)
		value = SPI_datumTransfer(value, false, -1);
	SPI_finish();
	return value;
}

/*
 * civic_tree_inclusion
 *		Arguments: tree, leaf, size.
 */
Datum
civic_tree_inclusion(PG_FUNCTION_ARGS)
{
	pg_uuid_t *tree = PG_GETARG_UUID_P(0);
	int64 size = PG_GETARG_INT64(2);
	CivicProofPlan plan;

	SPI_connect();
	if (size >= 0)
		refuse_size(tree, (uint64) size);
	if (PG_GETARG_INT64(1) < 0 || size < 0 ||
		!civic_plan_inclusion((uint64) PG_GETARG_INT64(1), (uint64) size, &plan))
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						errmsg("the tree of that size has no such leaf")));
	PG_RETURN_DATUM(finish_spi(prove(tree, &plan), true));
}

/*
 * civic_tree_consistency
 *		Arguments: tree, old size, new size.
 */
Datum
civic_tree_consistency(PG_FUNCTION_ARGS)
{
	pg_uuid_t *tree = PG_GETARG_UUID_P(0);
	int64 old_size = PG_GETARG_INT64(1);
	int64 size = PG_GETARG_INT64(2);
	CivicProofPlan plan;

	SPI_connect();
	if (size >= 0)
		refuse_size(tree, (uint64) size);
	if (old_size < 0 || size < 0 ||
		!civic_plan_consistency((uint64) old_size, (uint64) size, &plan))
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						errmsg("the old size is greater than the new one")));
	PG_RETURN_DATUM(finish_spi(prove(tree, &plan), true));
}

/*
 * civic_load_range
 *		The range of the first leaves of a tree, from its tiles; false and an empty one where hashes are missing.
 */
bool
civic_load_range(const pg_uuid_t *tree, uint64 size, CivicRange *range)
{
	CivicNode nodes[CIVIC_RANGE_NODES];
	CivicHash hashes[CIVIC_RANGE_NODES];
	TileReader *reader = palloc(sizeof(TileReader));
	int count = civic_range_nodes(0, size, nodes);
	bool complete = true;

	reader->tree = tree;
	reader->count = -1;
	for (int i = 0; i < count && complete; i++)
		complete = read_node(reader, nodes[i], &hashes[i]);
	pfree(reader);
	civic_range_init(range, 0);
	return complete && civic_range_load(range, 0, size, hashes, count);
}

/*
 * civic_tree_root
 *		The root that a tree had at a size, from its tiles; NULL where they are missing.
 */
Datum
civic_tree_root(PG_FUNCTION_ARGS)
{
	int64 size = PG_GETARG_INT64(1);
	CivicRange range;
	CivicHash root;
	bool complete;

	if (size < 0)
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						errmsg("a tree has at least 0 leaves")));
	SPI_connect();
	complete = civic_load_range(PG_GETARG_UUID_P(0), (uint64) size, &range);
	SPI_finish();
	if (!complete)
		PG_RETURN_NULL();
	(void) civic_range_root(&civic_sha256, &range, &root);
	PG_RETURN_DATUM(hash_datum(&root));
}

/* Leaves that are still in question, the first and the last of them, and entries at or next to those two. */
typedef struct LeafSearch
{
	uint64 first;
	uint64 last;
	CivicEntryId low;
	CivicEntryId high;
	bool has_high_counter;
	int probes;
} LeafSearch;

#define GUESSES 4

/*
 * A transaction counts its entries one by one, and transactions come at an even pace: the place is guessed from that,
 * which takes two tiles where halving takes ten. Where it does not hold the rest is halved.
 */
static uint64
guess_leaf(LeafSearch *search, const CivicEntryId *wanted)
{
	uint64 most = search->last - search->first;

	if (search->probes++ >= GUESSES)
		return search->first + most / 2;
	if (wanted->xid <= search->low.xid)
		return search->first +
			   Min(wanted->counter - Min(wanted->counter, search->low.counter), most);
	if (wanted->xid < search->high.xid)
		return search->first + (uint64) ((double) most * (double) (wanted->xid - search->low.xid) /
										 (double) (search->high.xid - search->low.xid));
	if (!search->has_high_counter)
		return search->last;
	return search->last -
		   Min(search->high.counter - Min(wanted->counter, search->high.counter), most);
}

/* The seal that has sealed the transaction, if it has one of this tree. */
static bool
find_seal(const pg_uuid_t *tree, const CivicEntryId *wanted, LeafSearch *search)
{
	Oid types[3] = {UUIDOID, INT4OID, XID8OID};
	Datum values[3] = {UUIDPGetDatum(tree), Int32GetDatum((int32) wanted->epoch),
					   UInt64GetDatum(wanted->xid)};
	HeapTuple row;
	TupleDesc desc;
	bool isnull;

	civic_query_now(
		"SELECT h.first_leaf, h.size, h.xid_from, h.xid_to FROM civic_private.audit_heads AS h"
		" WHERE h.organization_id = $1 AND h.epoch = $2 AND h.xid_to >= $3"
		" ORDER BY h.xid_to LIMIT 1",
		3, types, values, NULL);
	if (SPI_processed != 1)
		return false;
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	search->first = (uint64) DatumGetInt64(SPI_getbinval(row, desc, 1, &isnull));
	search->last = (uint64) DatumGetInt64(SPI_getbinval(row, desc, 2, &isnull)) - 1;
	search->low.xid = DatumGetUInt64(SPI_getbinval(row, desc, 3, &isnull));
	search->high.xid = DatumGetUInt64(SPI_getbinval(row, desc, 4, &isnull));
	search->low.counter = 0;
	search->high.counter = 0;
	search->has_high_counter = false;
	search->probes = 0;
	return true;
}

/*
 * civic_find_leaf
 *		Which leaf of a tree an entry is, or NULL. Arguments: tree, epoch, transaction, counter.
 */
Datum
civic_find_leaf(PG_FUNCTION_ARGS)
{
	pg_uuid_t *tree = PG_GETARG_UUID_P(0);
	CivicEntryId wanted = {.epoch = (uint32) PG_GETARG_INT32(1),
						   .xid = DatumGetUInt64(PG_GETARG_DATUM(2)),
						   .counter = (uint32) PG_GETARG_INT32(3)};
	uint8 *entries = palloc(CIVIC_LOG_TILE_WIDTH * CIVIC_ENTRY_ID_SIZE);
	LeafSearch search;
	int64 result = -1;

	SPI_connect();
	if (find_seal(tree, &wanted, &search))
	{
		while (search.first <= search.last && result < 0)
		{
			uint64 tile = guess_leaf(&search, &wanted) / CIVIC_LOG_TILE_WIDTH;
			uint64 base = tile * CIVIC_LOG_TILE_WIDTH;
			int count = civic_read_tile(tree, 0, tile, NULL, entries);
			uint64 from = Max(search.first, base);
			uint64 until = Min(search.last + 1, base + count);
			CivicEntryId id;

			if (from >= until)
				missing_hashes();
			civic_get_entry_id(entries + (from - base) * CIVIC_ENTRY_ID_SIZE, &id);
			if (civic_compare_entry_ids(&wanted, &id) < 0)
			{
				if (from == search.first)
					break;
				search.last = from - 1;
				search.high = id;
				search.has_high_counter = true;
				continue;
			}
			civic_get_entry_id(entries + (until - 1 - base) * CIVIC_ENTRY_ID_SIZE, &id);
			if (civic_compare_entry_ids(&wanted, &id) > 0)
			{
				search.first = until;
				search.low = id;
				continue;
			}
			for (uint64 leaf = from; leaf < until && result < 0; leaf++)
			{
				civic_get_entry_id(entries + (leaf - base) * CIVIC_ENTRY_ID_SIZE, &id);
				if (civic_compare_entry_ids(&wanted, &id) == 0)
					result = (int64) leaf;
			}
			break;
		}
	}
	SPI_finish();
	if (result < 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(result);
}

/*
 * civic_leaf_bytes
 *		The canonical bytes of an entry. Arguments: log, row of civic.audit_entries.
 */
Datum
civic_leaf_bytes(PG_FUNCTION_ARGS)
{
	HeapTupleHeader header = PG_GETARG_HEAPTUPLEHEADER(1);
	TupleDesc desc =
		lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header), HeapTupleHeaderGetTypMod(header));
	HeapTupleData row;
	Datum *values = palloc(sizeof(Datum) * desc->natts);
	bool *nulls = palloc(sizeof(bool) * desc->natts);
	CivicLeaf leaf;
	bytea *result = palloc(VARHDRSZ + CIVIC_LEAF_MAX);
	size_t length = 0;

	if (desc->natts != CIVIC_ENTRY_ATTRIBUTES)
		ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
						errmsg("a row of civic.audit_entries was expected")));
	row.t_len = HeapTupleHeaderGetDatumLength(header);
	row.t_data = header;
	row.t_tableOid = InvalidOid;
	ItemPointerSetInvalid(&row.t_self);
	heap_deform_tuple(&row, desc, values, nulls);
	if (civic_entry_leaf(PG_GETARG_UUID_P(0), values, nulls, &leaf))
		length = civic_leaf_build(&civic_sha256, &leaf, (uint8 *) VARDATA(result), CIVIC_LEAF_MAX);
	ReleaseTupleDesc(desc);
	if (length == 0)
		PG_RETURN_NULL();
	SET_VARSIZE(result, VARHDRSZ + length);
	PG_RETURN_BYTEA_P(result);
}

Datum
civic_sha256_leaf(PG_FUNCTION_ARGS)
{
	bytea *leaf = PG_GETARG_BYTEA_PP(0);
	CivicHash hash;

	civic_leaf_hash(&civic_sha256, (uint8 *) VARDATA_ANY(leaf), VARSIZE_ANY_EXHDR(leaf), &hash);
	PG_RETURN_DATUM(hash_datum(&hash));
}

/*
 * civic_tile_of_path
 *		Level (-1: entries), index and width of a path such as tile/0/x001/234.p/7; NULL for what is none.
 */
Datum
civic_tile_of_path(PG_FUNCTION_ARGS)
{
	text *path = PG_GETARG_TEXT_PP(0);
	CivicLogTile tile;
	Datum values[3];

	if (!civic_log_tile_parse_path(VARDATA_ANY(path), VARSIZE_ANY_EXHDR(path), &tile))
		PG_RETURN_NULL();
	values[0] = Int64GetDatum(tile.level);
	values[1] = Int64GetDatum((int64) tile.index);
	values[2] = Int64GetDatum(tile.width);
	PG_RETURN_ARRAYTYPE_P(construct_array(values, 3, INT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/* Hashes of an array; false for an array that is none of hashes, or has too many. */
static bool
array_hashes(ArrayType *array, CivicHash *hashes, int *count)
{
	Datum *values;
	bool *nulls;

	if (ARR_NDIM(array) > 1)
		return false;
	deconstruct_array(array, BYTEAOID, -1, false, TYPALIGN_INT, &values, &nulls, count);
	if (*count > CIVIC_PROOF_HASHES)
		return false;
	for (int i = 0; i < *count; i++)
	{
		bytea *hash = nulls[i] ? NULL : DatumGetByteaPP(values[i]);

		if (hash == NULL || VARSIZE_ANY_EXHDR(hash) != sizeof(CivicHash))
			return false;
		memcpy(&hashes[i], VARDATA_ANY(hash), sizeof(CivicHash));
	}
	return true;
}

static bool
one_hash(bytea *value, CivicHash *hash)
{
	if (VARSIZE_ANY_EXHDR(value) != sizeof(CivicHash))
		return false;
	memcpy(hash, VARDATA_ANY(value), sizeof(CivicHash));
	return true;
}

/*
 * civic_log_proof
 *		A proof in one file. Arguments: extra, index, hashes, checkpoint.
 */
Datum
civic_log_proof(PG_FUNCTION_ARGS)
{
	bytea *extra = PG_GETARG_BYTEA_PP(0);
	text *note = PG_GETARG_TEXT_PP(3);
	CivicLogProof proof = {.has_extra = true};
	size_t capacity = 8192 + CIVIC_BASE64_LENGTH(VARSIZE_ANY_EXHDR(extra)) +
					  VARSIZE_ANY_EXHDR(note) + CIVIC_PROOF_HASHES * 64;
	char *out = palloc(capacity);
	size_t length = 0;

	proof.extra = civic_bytes(VARDATA_ANY(extra), VARSIZE_ANY_EXHDR(extra));
	proof.index = (uint64) PG_GETARG_INT64(1);
	proof.note = civic_bytes(VARDATA_ANY(note), VARSIZE_ANY_EXHDR(note));
	if (array_hashes(PG_GETARG_ARRAYTYPE_P(2), proof.hashes, &proof.nhashes))
		length = civic_log_proof_build(&proof, out, capacity);
	if (length == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("this cannot be written as a proof")));
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out, (int) length));
}

/*
 * civic_verify_inclusion_proof
 *		Arguments: hash of the leaf, its index, size, hashes, root.
 */
Datum
civic_verify_inclusion_proof(PG_FUNCTION_ARGS)
{
	CivicHash leaf;
	CivicHash root;
	CivicHash hashes[CIVIC_PROOF_HASHES];
	int count;
	CivicProofVerdict verdict;

	if (!one_hash(PG_GETARG_BYTEA_PP(0), &leaf) || !one_hash(PG_GETARG_BYTEA_PP(4), &root) ||
		!array_hashes(PG_GETARG_ARRAYTYPE_P(3), hashes, &count) || PG_GETARG_INT64(1) < 0 ||
		PG_GETARG_INT64(2) < 0)
		PG_RETURN_BOOL(false);
	verdict = civic_verify_inclusion(&civic_sha256, &leaf, (uint64) PG_GETARG_INT64(1),
									 (uint64) PG_GETARG_INT64(2), hashes, count, &root);
	PG_RETURN_BOOL(verdict == CIVIC_PROOF_VALID);
}

/*
 * civic_verify_consistency_proof
 *		Arguments: old size, new size, old root, new root, hashes.
 */
Datum
civic_verify_consistency_proof(PG_FUNCTION_ARGS)
{
	CivicHash old_root;
	CivicHash root;
	CivicHash hashes[CIVIC_PROOF_HASHES];
	int count;
	CivicProofVerdict verdict;

	if (!one_hash(PG_GETARG_BYTEA_PP(2), &old_root) || !one_hash(PG_GETARG_BYTEA_PP(3), &root) ||
		!array_hashes(PG_GETARG_ARRAYTYPE_P(4), hashes, &count) || PG_GETARG_INT64(0) < 0 ||
		PG_GETARG_INT64(1) < 0)
		PG_RETURN_BOOL(false);
	verdict =
		civic_verify_consistency(&civic_sha256, (uint64) PG_GETARG_INT64(0),
								 (uint64) PG_GETARG_INT64(1), &old_root, &root, hashes, count);
	PG_RETURN_BOOL(verdict == CIVIC_PROOF_VALID);
}

/*
 * civic_verify_signed_note
 *		Whether a key has signed a note.
 */
Datum
civic_verify_signed_note(PG_FUNCTION_ARGS)
{
	text *note_text = PG_GETARG_TEXT_PP(0);
	text *key_text = PG_GETARG_TEXT_PP(1);
	CivicDigest sha512;
	CivicNote note;
	CivicNoteKey key;
	bool known;
	uint64 time;
	CivicNoteVerdict verdict = CIVIC_NOTE_NOT_SIGNED;

	known = civic_note_parse_key(
		&civic_sha256, civic_bytes(VARDATA_ANY(key_text), VARSIZE_ANY_EXHDR(key_text)), &key);
	if (!known)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("this is no key of a log or a witness"),
				 errhint("Keys are written name+id+key, as c2sp.org/signed-note has it.")));
	if (civic_note_parse(civic_bytes(VARDATA_ANY(note_text), VARSIZE_ANY_EXHDR(note_text)), &note))
	{
		civic_begin_sha512(&sha512);
		verdict = civic_note_verify(&sha512, &note, &key, &time);
		civic_end_sha512(&sha512);
	}
	PG_RETURN_BOOL(verdict == CIVIC_NOTE_VERIFIED);
}
