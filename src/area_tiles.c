/*
 * src/area_tiles.c
 *		Keeps civic_private.area_tiles in step with civic.areas.
 *
 * The cells with tiles never overlap; where nothing is, there is no tile. An area that comes or goes changes the
 * tiles its extent touches, and a tile that gets too many edges is cut into four. Writers of one layer take turns
 * on its row in civic_private.area_layers.
 */
#include "civic.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/memutils.h"

CIVIC_FUNCTION(civic_update_area_tiles);

/*
 * A tile with more vertices is cut, if it holds enough different ones for that to help: many edges that pass a cell
 * on the same line, such as borders that several versions share, would be as many in its quarters.
 */
#define ENOUGH_VERTICES 128

/* Areas taken on at a time, which bounds the memory. */
#define BATCH 256

/* An area, or what a cell has of it. */
typedef struct Piece
{
	CivicTileArea head;
	const uint8 *rings;
	CivicBox extent; /* of a whole area */
	bool is_whole;
} Piece;

typedef struct Pieces
{
	int count;
	int room;
	Piece *items;
} Pieces;

typedef struct Update
{
	Datum organization;
	Datum kind;
	Oid kind_type;
	const pg_uuid_t *removed; /* sorted */
	int nremoved;
	const CivicBox *extents; /* of what is removed */
	int nextents;
} Update;

/* ---- statements ---- */

typedef enum Statement
{
	LOCK_LAYER,
	READ_AREAS,
	FIND_TILE,
	INSERT_TILE,
	UPDATE_TILE,
	DELETE_TILE,
	STATEMENTS
} Statement;

#define OF_LAYER " WHERE organization_id = $1 AND kind = $2"

static const char *const statement_texts[STATEMENTS] = {
	"INSERT INTO civic_private.area_layers AS l (organization_id, kind) VALUES ($1, $2)"
	" ON CONFLICT (organization_id, kind) DO UPDATE SET stamp = civic.uuid_v7()",
	"SELECT id, valid_from, valid_until, civic_private.size_of(boundary),"
	" civic_private.binary_of(boundary) FROM civic.areas" OF_LAYER
	" AND id = ANY ($3) ORDER BY boundary", /* along a curve, so that neighbors share a batch */
	"SELECT cell, tile FROM civic_private.area_tiles" OF_LAYER
	" AND cell BETWEEN $3 AND $4 ORDER BY cell LIMIT 1",
	"INSERT INTO civic_private.area_tiles (organization_id, kind, cell, tile)"
	" VALUES ($1, $2, $3, $4)",
	"UPDATE civic_private.area_tiles SET tile = $4" OF_LAYER " AND cell = $3",
	"DELETE FROM civic_private.area_tiles" OF_LAYER " AND cell = $3"};

static const int statement_arguments[STATEMENTS] = {2, 3, 4, 4, 4, 3};

static SPIPlanPtr
plan_of(const Update *update, Statement statement)
{
	static SPIPlanPtr plans[STATEMENTS];
	static Oid kind_type = InvalidOid;
	Oid types[4] = {UUIDOID, update->kind_type, INT8OID, BYTEAOID};

	/* After DROP SCHEMA civic the enum is another. */
	if (kind_type != update->kind_type)
	{
		for (int i = 0; i < STATEMENTS; i++)
		{
			if (plans[i] != NULL)
				SPI_freeplan(plans[i]);
			plans[i] = NULL;
		}
		kind_type = update->kind_type;
	}
	if (plans[statement] == NULL)
	{
		SPIPlanPtr prepared;

		if (statement == READ_AREAS)
			types[2] = UUIDARRAYOID;
		if (statement == FIND_TILE)
			types[3] = INT8OID;
		prepared = SPI_prepare(statement_texts[statement], statement_arguments[statement], types);
		if (prepared == NULL || SPI_keepplan(prepared) != 0)
			elog(ERROR, "could not prepare the statements of the map");
		plans[statement] = prepared;
	}
	return plans[statement];
}

/* Stays in the caller's memory context, which SPI does not. */
static void
execute(const Update *update, Statement statement, Datum third, Datum fourth, int expected)
{
	Datum values[4] = {update->organization, update->kind, third, fourth};
	MemoryContext caller = CurrentMemoryContext;
	int result = SPI_execute_plan(plan_of(update, statement), values, NULL, false, 0);

	if (result != expected)
		elog(ERROR, "unexpected result %d of a statement of the map", result);
	MemoryContextSwitchTo(caller);
}

/* ---- pieces ---- */

static void
add_piece(Pieces *pieces, const Piece *piece)
{
	if (pieces->count == pieces->room)
	{
		pieces->room = Max(8, 2 * pieces->room);
		pieces->items = pieces->items == NULL
							? palloc(pieces->room * sizeof(Piece))
							: repalloc(pieces->items, pieces->room * sizeof(Piece));
	}
	pieces->items[pieces->count++] = *piece;
}

static void
damaged(void)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED),
					errmsg("the map of the areas in civic_private.area_tiles is damaged"),
					errhint("Run SELECT civic.rebuild_area_tiles().")));
}

/* What a cell has of the pieces, in the current memory context. */
static Pieces
clip_pieces(const Pieces *pieces, uint64 cell)
{
	Pieces result = {0};
	CivicBox box;

	civic_cell_box(cell, &box);
	for (int i = 0; i < pieces->count; i++)
	{
		Piece piece = pieces->items[i];
		size_t bound = CIVIC_RINGS_BOUND((size_t) piece.head.length);
		uint8 *room;

		CHECK_FOR_INTERRUPTS();
		if (piece.is_whole)
		{
			if (piece.extent.east < box.west || piece.extent.west > box.east ||
				piece.extent.north < box.south || piece.extent.south > box.north)
				continue;
			if (piece.extent.west >= box.west && piece.extent.east <= box.east &&
				piece.extent.south >= box.south && piece.extent.north <= box.north)
			{
				add_piece(&result, &piece);
				continue;
			}
		}
		room = MemoryContextAllocHuge(CurrentMemoryContext, bound);
		piece.head.length = (uint32) civic_rings_clip(piece.rings, piece.head.length,
													  &piece.head.nrings, &box, room, bound);
		if (piece.head.length == 0)
		{
			if (piece.head.nrings != 0)
				damaged();
			pfree(room);
			continue;
		}
		piece.rings = room;
		piece.is_whole = false;
		add_piece(&result, &piece);
	}
	return result;
}

static bool
is_divisible(const Pieces *pieces, uint64 cell)
{
	CivicCorners corners = {0};
	size_t vertices = 0;
	CivicBox box;

	for (int i = 0; i < pieces->count; i++)
	{
		const Piece *piece = &pieces->items[i];

		vertices += civic_rings_vertices(piece->rings, piece->head.length, piece->head.nrings);
	}
	if (vertices <= ENOUGH_VERTICES || civic_cell_level(cell) >= CIVIC_MAX_LEVEL)
		return false;
	civic_cell_box(cell, &box);
	for (int i = 0; i < pieces->count && corners.count < CIVIC_CORNERS; i++)
	{
		const Piece *piece = &pieces->items[i];

		civic_rings_corners(piece->rings, piece->head.length, piece->head.nrings, &box, &corners);
	}
	return corners.count == CIVIC_CORNERS;
}

static bytea *
tile_of(const Pieces *pieces)
{
	Size size = VARHDRSZ + CIVIC_TILE_HEADER;
	bytea *tile;
	char *at;

	for (int i = 0; i < pieces->count; i++)
		size = add_size(size, sizeof(CivicTileArea) + pieces->items[i].head.length);
	if (!AllocSizeIsValid(size))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("too many areas in one place")));
	tile = palloc(size);
	SET_VARSIZE(tile, size);
	civic_tile_header((uint8 *) VARDATA(tile), pieces->count);
	at = VARDATA(tile) + CIVIC_TILE_HEADER;
	for (int i = 0; i < pieces->count; i++)
	{
		const Piece *piece = &pieces->items[i];

		memcpy(at, &piece->head, sizeof(CivicTileArea));
		at += sizeof(CivicTileArea);
		memcpy(at, piece->rings, piece->head.length);
		at += piece->head.length;
	}
	return tile;
}

/* ---- the quadtree ---- */

static MemoryContext
enter_context(MemoryContext *before)
{
	MemoryContext context =
		AllocSetContextCreate(CurrentMemoryContext, "civic map cell", ALLOCSET_SMALL_SIZES);

	*before = MemoryContextSwitchTo(context);
	return context;
}

/* Writes tiles where there are none but perhaps one for the cell itself. */
static void
build(const Update *update, uint64 cell, const Pieces *pieces, bool replace)
{
	Datum number = Int64GetDatum((int64) cell);

	check_stack_depth();
	if (pieces->count > 0 && !is_divisible(pieces, cell))
	{
		bytea *tile = tile_of(pieces);

		execute(update, replace ? UPDATE_TILE : INSERT_TILE, number, PointerGetDatum(tile),
				replace ? SPI_OK_UPDATE : SPI_OK_INSERT);
		pfree(tile);
		return;
	}
	if (replace)
		execute(update, DELETE_TILE, number, (Datum) 0, SPI_OK_DELETE);
	for (int i = 0; i < 4 && pieces->count > 0; i++)
	{
		uint64 child = civic_cell_child(cell, i);
		MemoryContext before;
		MemoryContext context = enter_context(&before);
		Pieces clipped = clip_pieces(pieces, child);

		if (clipped.count > 0)
			build(update, child, &clipped, false);
		MemoryContextSwitchTo(before);
		MemoryContextDelete(context);
	}
}

static int
compare_ids(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(pg_uuid_t));
}

/* The tile of a cell without what is removed and with what is added. */
static void
change_tile(const Update *update, uint64 cell, bytea *tile, const Pieces *added)
{
	CivicTileReader reader;
	CivicTileStep next;
	Pieces pieces = {0};
	Piece piece = {0};
	bool changed = added->count > 0;

	if (!civic_tile_open(&reader, (const uint8 *) VARDATA_ANY(tile), VARSIZE_ANY_EXHDR(tile)))
		damaged();
	while ((next = civic_tile_next(&reader, &piece.head, &piece.rings)) == CIVIC_TILE_AREA)
	{
		if (bsearch(piece.head.id, update->removed, update->nremoved, sizeof(pg_uuid_t),
					compare_ids) != NULL)
			changed = true;
		else
			add_piece(&pieces, &piece);
	}
	if (next == CIVIC_TILE_MALFORMED)
		damaged();
	for (int i = 0; i < added->count; i++)
		add_piece(&pieces, &added->items[i]);
	if (changed)
		build(update, cell, &pieces, true);
}

static bool
is_touched(const Update *update, uint64 cell)
{
	CivicBox box;

	civic_cell_box(cell, &box);
	for (int i = 0; i < update->nextents; i++)
	{
		const CivicBox *extent = &update->extents[i];

		if (extent->east >= box.west && extent->west <= box.east && extent->north >= box.south &&
			extent->south <= box.north)
			return true;
	}
	return false;
}

/* Brings the tiles of a cell and its descendants up to date. */
static void
visit(const Update *update, uint64 cell, const Pieces *added)
{
	SPITupleTable *found;
	bool isnull;

	check_stack_depth();
	if (added->count == 0 && !is_touched(update, cell))
		return;
	execute(update, FIND_TILE, Int64GetDatum((int64) cell),
			Int64GetDatum((int64) civic_cell_last(cell)), SPI_OK_SELECT);
	found = SPI_tuptable;
	if (SPI_processed == 0)
		build(update, cell, added, false);
	else if ((uint64) DatumGetInt64(SPI_getbinval(found->vals[0], found->tupdesc, 1, &isnull)) ==
			 cell)
		change_tile(update, cell,
					DatumGetByteaPP(SPI_getbinval(found->vals[0], found->tupdesc, 2, &isnull)),
					added);
	else
	{
		for (int i = 0; i < 4; i++)
		{
			uint64 child = civic_cell_child(cell, i);
			MemoryContext before;
			MemoryContext context = enter_context(&before);
			Pieces clipped = clip_pieces(added, child);

			visit(update, child, &clipped);
			MemoryContextSwitchTo(before);
			MemoryContextDelete(context);
		}
	}
	SPI_freetuptable(found);
}

/* ---- what is to be done ---- */

static void
add_area(Pieces *pieces, HeapTuple row, TupleDesc desc)
{
	Piece piece = {0};
	bool isnull;
	bytea *binary = DatumGetByteaPP(SPI_getbinval(row, desc, 5, &isnull));
	Size length = VARSIZE_ANY_EXHDR(binary);
	size_t bound = CIVIC_RINGS_BOUND(length);
	uint8 *rings = MemoryContextAllocHuge(CurrentMemoryContext, bound);
	size_t size = civic_rings_from_wkb((const uint8 *) VARDATA_ANY(binary), length, rings, bound,
									   &piece.head.nrings);
	pg_uuid_t *id = DatumGetUUIDP(SPI_getbinval(row, desc, 1, &isnull));

	if (size == 0 || size > UINT32_MAX ||
		!civic_rings_extent(rings, size, piece.head.nrings, &piece.extent))
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("the boundary of an area is no polygon"),
						errdetail("It is that of area %s.",
								  DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(id))))));
	memcpy(piece.head.id, id, sizeof(pg_uuid_t));
	piece.head.valid_from = DatumGetDateADT(SPI_getbinval(row, desc, 2, &isnull));
	piece.head.valid_until = DatumGetDateADT(SPI_getbinval(row, desc, 3, &isnull));
	piece.head.size = DatumGetFloat8(SPI_getbinval(row, desc, 4, &isnull));
	piece.head.length = (uint32) size;
	piece.rings = rings;
	piece.is_whole = true;
	add_piece(pieces, &piece);
}

static void
apply(Update *update, Datum ids)
{
	Datum values[3] = {update->organization, update->kind, ids};
	Portal portal;
	uint64 root = civic_cell(0, 0, 0);
	bool first = true;

	execute(update, LOCK_LAYER, (Datum) 0, (Datum) 0, SPI_OK_INSERT);
	portal = SPI_cursor_open(NULL, plan_of(update, READ_AREAS), values, NULL, false);
	for (;;)
	{
		Pieces pieces = {0};
		MemoryContext before;
		MemoryContext context = enter_context(&before);
		SPITupleTable *rows;

		SPI_cursor_fetch(portal, true, BATCH);
		MemoryContextSwitchTo(context);
		rows = SPI_tuptable;
		for (uint64 i = 0; i < SPI_processed; i++)
			add_area(&pieces, rows->vals[i], rows->tupdesc);
		SPI_freetuptable(rows);
		if (pieces.count > 0 || first)
			visit(update, root, &pieces);
		MemoryContextSwitchTo(before);
		MemoryContextDelete(context);
		if (pieces.count == 0)
			break;
		/* What was to be removed is. */
		first = false;
		update->nextents = 0;
		update->nremoved = 0;
	}
	SPI_cursor_close(portal);
}

/*
 * civic_update_area_tiles
 *		Arguments: organization, kind, identifiers of areas, and the extents they had (west, south, east, north).
 *		Takes the areas out of the tiles there, and those that exist in again.
 */
Datum
civic_update_area_tiles(PG_FUNCTION_ARGS)
{
	Update update = {.organization = PG_GETARG_DATUM(0), .kind = PG_GETARG_DATUM(1)};
	Datum *elements;
	pg_uuid_t *ids;
	int count;

	update.kind_type = get_fn_expr_argtype(fcinfo->flinfo, 1);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(3), FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &elements, NULL, &count);
	update.nextents = count / 4;
	update.extents = palloc(Max(count, 1) * sizeof(double));
	for (int i = 0; i < update.nextents; i++)
	{
		CivicBox *extent = (CivicBox *) &update.extents[i];

		extent->west = DatumGetFloat8(elements[4 * i]);
		extent->south = DatumGetFloat8(elements[4 * i + 1]);
		extent->east = DatumGetFloat8(elements[4 * i + 2]);
		extent->north = DatumGetFloat8(elements[4 * i + 3]);
	}
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(2), UUIDOID, UUID_LEN, false, TYPALIGN_CHAR, &elements,
					  NULL, &count);
	ids = palloc(Max(count, 1) * sizeof(pg_uuid_t));
	for (int i = 0; i < count; i++)
		ids[i] = *DatumGetUUIDP(elements[i]);
	qsort(ids, count, sizeof(pg_uuid_t), compare_ids);
	update.removed = ids;
	update.nremoved = count;
	SPI_connect();
	apply(&update, PG_GETARG_DATUM(2));
	SPI_finish();
	PG_RETURN_VOID();
}
