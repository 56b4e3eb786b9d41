/*
 * src/candidates.c
 *		Reports near a place, found by the index of signatures and scored.
 *
 * Time and place are in the index, so that a row is read only for what is near in both and could reach the least
 * score. The distance is estimated here; whoever shows a candidate asks PostGIS.
 */
#include "compat.h"
#include "duplicates.h"

#include "access/table.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

/* Entries of the index that are read over before it is searched anew. */
#define MOST_BETWEEN 40

/* Columns of report_signatures_search: four that are searched, three that are read. */
enum
{
	KEY_ORGANIZATION = 1,
	KEY_CATEGORY,
	KEY_STATE,
	KEY_CELL,
	KEY_CREATED_AT,
	KEY_LATITUDE,
	KEY_LONGITUDE,
	KEYS = KEY_LONGITUDE
};

/* Columns of report_signatures that are read from its rows. */
typedef struct SignatureColumns
{
	uint64 version;
	Oid relation;
	Oid index;
	int report;
	int street;
	int house_number;
	int trigrams;
	int last; /* the highest of them */
} SignatureColumns;

static SignatureColumns columns;

typedef struct Search
{
	CivicProbe *probe;
	CivicCandidates *candidates;
	TimestampTz from;
	TimestampTz until;
	double surely_out; /* estimated metres past which nothing is within the radius */
	double surely_in;
	IndexScanDesc scan;
	TupleTableSlot *slot;
	ScanKeyData keys[5];
	MemoryContext scratch; /* of PostGIS, for one candidate */
} Search;

static void
check_index(Relation index, Relation relation)
{
	static const char *const names[KEYS] = {"organization_id", "category_key", "state",    "cell",
											"created_at",      "latitude",     "longitude"};

	for (int i = 0; i < KEYS; i++)
	{
		if (RelationGetNumberOfAttributes(index) < KEYS || !index->rd_index->indisvalid ||
			index->rd_index->indkey.values[i] <= 0 ||
			strcmp(NameStr(TupleDescAttr(RelationGetDescr(relation),
										 index->rd_index->indkey.values[i] - 1)
							   ->attname),
				   names[i]) != 0)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("index \"%s\" is not the one duplicates are searched with",
							RelationGetRelationName(index)),
					 errhint("Make it again as the extension does, or REINDEX it.")));
	}
}

static void
learn_columns(void)
{
	uint64 version = civic_cache_version(CIVIC_CACHE_DUPLICATES);
	Oid schema;
	Relation relation;
	Relation index;
	TupleDesc desc;
	const char *name;

	if (columns.version == version)
		return;
	columns.version = 0;
	schema = get_namespace_oid("civic_private", false);
	columns.relation = get_relname_relid("report_signatures", schema);
	columns.index = get_relname_relid("report_signatures_search", schema);
	if (!OidIsValid(columns.relation) || !OidIsValid(columns.index))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table civic_private.report_signatures or its index "
						"report_signatures_search does not exist"),
				 errhint("Make it again as the extension does.")));
	relation = table_open(columns.relation, AccessShareLock);
	civic_watch_relation(columns.relation);
	index = index_open(columns.index, AccessShareLock);
	check_index(index, relation);
	index_close(index, AccessShareLock);
	desc = RelationGetDescr(relation);
	name = RelationGetRelationName(relation);
	columns.report = civic_attribute(desc, name, "report_id");
	columns.street = civic_attribute(desc, name, "street");
	columns.house_number = civic_attribute(desc, name, "house_number");
	columns.trigrams = civic_attribute(desc, name, "trigrams");
	columns.last =
		Max(Max(columns.report, columns.street), Max(columns.house_number, columns.trigrams));
	table_close(relation, AccessShareLock);
	columns.version = version;
}

Oid
civic_signatures_relation(void)
{
	learn_columns();
	return columns.relation;
}

/* The parts of the score that need no distance are exact, the rest is as good as the distance. */
double
civic_score(const CivicProbe *probe, const CivicCandidate *candidate)
{
	int64 apart = probe->at > candidate->created_at ? probe->at - candidate->created_at
													: candidate->created_at - probe->at;

	return civic_likeness(&probe->category->policy.likeness, candidate->distance,
						  candidate->address, candidate->text, (double) apart / USECS_PER_SEC);
}

double
civic_score_error(const CivicProbe *probe)
{
	if (!probe->near.usable)
		return 0;
	/* The steepest slope of nearness, by its unit of length; by the distance itself it is less steep. */
	return 0.65 * (CIVIC_NEAR_ERROR + CIVIC_NEAR_ERROR_M / CIVIC_HALF_NEAR_M);
}

/* The most a candidate can score whose row has not been read. */
static double
best_score(const CivicProbe *probe, const CivicCandidate *candidate)
{
	CivicCandidate best = *candidate;

	best.address = probe->address.street == 0 ? CIVIC_NO_SIGNAL : 1;
	best.text = civic_trigrams_count(probe->trigrams) == 0 ? CIVIC_NO_SIGNAL : 1;
	return civic_score(probe, &best);
}

static bool
is_near(Search *search, CivicCandidate *candidate, double latitude, double longitude)
{
	CivicProbe *probe = search->probe;
	double radius = probe->category->policy.likeness.radius;
	MemoryContext outside;
	Datum place;
	bool within;

	if (probe->near.usable)
	{
		candidate->distance = civic_near_distance(&probe->near, latitude, longitude);
		if (candidate->distance > search->surely_out)
			return false;
		if (candidate->distance < search->surely_in)
			return true;
	}
	if (probe->place == (Datum) 0)
		probe->place = civic_place(probe->latitude, probe->longitude);
	if (search->scratch == NULL)
		search->scratch =
			AllocSetContextCreate(CurrentMemoryContext, "civic candidate", ALLOCSET_SMALL_SIZES);
	outside = MemoryContextSwitchTo(search->scratch);
	place = civic_place(latitude, longitude);
	within = civic_is_within_metres(probe->place, place, radius);
	if (within)
		candidate->distance = civic_distance(probe->place, place);
	MemoryContextSwitchTo(outside);
	MemoryContextReset(search->scratch);
	return within;
}

static bool
is_excluded(const CivicProbe *probe, const pg_uuid_t *report)
{
	if (probe->is_filed && memcmp(report, &probe->report, sizeof(pg_uuid_t)) == 0)
		return true;
	for (int i = 0; i < probe->excluded_count; i++)
	{
		if (memcmp(report, &probe->excluded[i], sizeof(pg_uuid_t)) == 0)
			return true;
	}
	return false;
}

/* What it says of street and text. */
static void
compare(const CivicProbe *probe, CivicCandidate *candidate, const bytea *signature)
{
	const uint8 *bytes = (const uint8 *) VARDATA_ANY(signature);
	Size size = VARSIZE_ANY_EXHDR(signature);

	candidate->address = civic_address_agreement(
		&probe->category->policy.likeness, probe->address.street, probe->address.number,
		candidate->parsed.street, candidate->parsed.number);
	if (civic_trigrams_count(probe->trigrams) > 0 && civic_signature_count(bytes, size) > 0)
		candidate->text = civic_signature_similarity(probe->trigrams, bytes, size);
	else
		candidate->text = CIVIC_NO_SIGNAL;
}

static void
compare_row(const CivicProbe *probe, CivicCandidate *candidate, TupleTableSlot *slot)
{
	bytea *stored = (bytea *) DatumGetPointer(slot->tts_values[columns.trigrams - 1]);
	bytea *signature = pg_detoast_datum_packed(stored);

	candidate->parsed.street = (uint64) DatumGetInt64(slot->tts_values[columns.street - 1]);
	candidate->parsed.number = DatumGetInt32(slot->tts_values[columns.house_number - 1]);
	compare(probe, candidate, signature);
	if (signature != stored)
		pfree(signature);
}

static void
keep(CivicCandidates *candidates, const CivicCandidate *candidate)
{
	if (candidates->count == candidates->space)
	{
		candidates->space = Max(64, 2 * candidates->space);
		candidates->items = candidates->items == NULL
								? palloc(candidates->space * sizeof(CivicCandidate))
								: repalloc_huge(candidates->items,
												(Size) candidates->space * sizeof(CivicCandidate));
	}
	candidates->items[candidates->count++] = *candidate;
}

/* One entry of the index; its row is read last. */
static void
consider(Search *search)
{
	CivicProbe *probe = search->probe;
	TupleDesc desc = search->scan->xs_itupdesc;
	IndexTuple entry = search->scan->xs_itup;
	double least = probe->category->policy.hint_threshold - civic_score_error(probe);
	CivicCandidate candidate = {0};
	double latitude;
	double longitude;
	bool isnull;

	candidate.created_at = DatumGetTimestampTz(index_getattr(entry, KEY_CREATED_AT, desc, &isnull));
	if (candidate.created_at < search->from || candidate.created_at > search->until)
		return;
	latitude = DatumGetFloat8(index_getattr(entry, KEY_LATITUDE, desc, &isnull));
	longitude = DatumGetFloat8(index_getattr(entry, KEY_LONGITUDE, desc, &isnull));
	if (!is_near(search, &candidate, latitude, longitude))
		return;
	if (best_score(probe, &candidate) < least)
		return;
	if (!index_fetch_heap(search->scan, search->slot))
		return;
	slot_getsomeattrs(search->slot, columns.last);
	if (search->slot->tts_isnull[columns.report - 1] ||
		search->slot->tts_isnull[columns.street - 1] ||
		search->slot->tts_isnull[columns.house_number - 1] ||
		search->slot->tts_isnull[columns.trigrams - 1])
		return;
	candidate.report = *DatumGetUUIDP(search->slot->tts_values[columns.report - 1]);
	if (is_excluded(probe, &candidate.report))
		return;
	compare_row(probe, &candidate, search->slot);
	candidate.score = civic_score(probe, &candidate);
	if (candidate.score >= least)
		keep(search->candidates, &candidate);
}

/* What the running statement stored, which is read and tested again when it is shown. */
static void
consider_unsaved(Search *search, const CivicUnsaved *other)
{
	CivicProbe *probe = search->probe;
	const CivicDuplicateCategory *category = civic_find_category(probe->rules, other->category);
	CivicCandidate candidate = {.report = other->report,
								.created_at = other->created_at,
								.parsed = other->address,
								.is_unsaved = true};

	if (memcmp(&other->organization, &probe->rules->organization, sizeof(pg_uuid_t)) != 0 ||
		category == NULL || !civic_are_compared(probe->category, category) ||
		other->created_at < search->from || other->created_at > search->until ||
		!is_near(search, &candidate, other->latitude, other->longitude))
		return;
	compare(probe, &candidate, other->signature);
	candidate.score = civic_score(probe, &candidate);
	if (candidate.score >= probe->category->policy.hint_threshold - civic_score_error(probe))
		keep(search->candidates, &candidate);
}

/*
 * Reads the entries of one category and state in the order of cells. What lies between two ranges is read over as long
 * as it is little, since that costs less than to go down the tree again.
 */
static void
search_ranges(Search *search, const CivicCellRange *ranges, int count)
{
	int range = 0;
	int between = MOST_BETWEEN;

	search->keys[4].sk_argument = Int64GetDatum(ranges[count - 1].last);
	for (;;)
	{
		int64 cell;
		bool isnull;

		if (between >= MOST_BETWEEN)
		{
			search->keys[3].sk_argument = Int64GetDatum(ranges[range].first);
			index_rescan(search->scan, search->keys, 5, NULL, 0);
			between = 0;
		}
		CHECK_FOR_INTERRUPTS();
		if (index_getnext_tid(search->scan, ForwardScanDirection) == NULL)
			return;
		cell = DatumGetInt64(
			index_getattr(search->scan->xs_itup, KEY_CELL, search->scan->xs_itupdesc, &isnull));
		while (cell > ranges[range].last)
			range++;
		if (cell < ranges[range].first)
			between++;
		else
			consider(search);
	}
}

/* Of one category: what is open, and what is closed where that counts. */
static void
search_category(Search *search, int32 key, const CivicCellRange *ranges, int count)
{
	int states = search->probe->category->policy.include_closed ? 2 : 1;

	search->keys[1].sk_argument = Int32GetDatum(key);
	for (int state = 0; state < states; state++)
	{
		search->keys[2].sk_argument = Int16GetDatum((int16) state);
		search_ranges(search, ranges, count);
	}
}

/* now less the window may be before all time. */
static TimestampTz
moved(TimestampTz at, double seconds)
{
	double result = (double) at + seconds * USECS_PER_SEC;

	if (TIMESTAMP_NOT_FINITE(at))
		return at;
	if (result <= (double) MIN_TIMESTAMP)
		return DT_NOBEGIN;
	if (result >= (double) END_TIMESTAMP)
		return DT_NOEND;
	return at + (int64) (seconds * USECS_PER_SEC);
}

/*
 * civic_find_candidates
 *		All that could be shown, in no order, whoever may see them; allocated in the current memory context.
 */
void
civic_find_candidates(CivicProbe *probe, Snapshot snapshot, CivicCandidates *candidates)
{
	const CivicLikeness *rules = &probe->category->policy.likeness;
	Search search = {.probe = probe, .candidates = candidates};
	CivicCellRange *ranges;
	int count;
	Relation relation;
	Relation index;
	ListCell *cell;

	learn_columns();
	search.from = moved(probe->at, -rules->window);
	search.until = moved(probe->at, rules->window);
	search.surely_out = rules->radius * (1 + CIVIC_NEAR_ERROR) + CIVIC_NEAR_ERROR_M;
	search.surely_in = rules->radius * (1 - CIVIC_NEAR_ERROR) - CIVIC_NEAR_ERROR_M;
	count = civic_disc_max_ranges(rules->radius);
	ranges = palloc(count * sizeof(CivicCellRange));
	count = civic_disc_ranges(probe->latitude, probe->longitude, rules->radius, ranges, count);

	relation = table_open(columns.relation, AccessShareLock);
	index = index_open(columns.index, AccessShareLock);
	search.slot = table_slot_create(relation, NULL);
	ScanKeyInit(&search.keys[0], KEY_ORGANIZATION, BTEqualStrategyNumber, F_UUID_EQ,
				UUIDPGetDatum(&probe->rules->organization));
	ScanKeyInit(&search.keys[1], KEY_CATEGORY, BTEqualStrategyNumber, F_INT4EQ, (Datum) 0);
	ScanKeyInit(&search.keys[2], KEY_STATE, BTEqualStrategyNumber, F_INT2EQ, (Datum) 0);
	ScanKeyInit(&search.keys[3], KEY_CELL, BTGreaterEqualStrategyNumber, F_INT8GE, (Datum) 0);
	ScanKeyInit(&search.keys[4], KEY_CELL, BTLessEqualStrategyNumber, F_INT8LE, (Datum) 0);
	search.scan = index_beginscan(relation, index, snapshot, NULL, 5, 0);
	search.scan->xs_want_itup = true;

	search_category(&search, CIVIC_UNCLASSIFIED, ranges, count);
	for (int i = 0; i < probe->rules->count; i++)
	{
		if (civic_are_compared(probe->category, &probe->rules->categories[i]))
			search_category(&search, probe->rules->categories[i].key, ranges, count);
	}

	foreach(cell, probe->unsaved)
	{
		CHECK_FOR_INTERRUPTS();
		consider_unsaved(&search, lfirst(cell));
	}

	if (search.scratch != NULL)
		MemoryContextDelete(search.scratch);
	index_endscan(search.scan);
	ExecDropSingleTupleTableSlot(search.slot);
	index_close(index, AccessShareLock);
	table_close(relation, AccessShareLock);
	pfree(ranges);
}
