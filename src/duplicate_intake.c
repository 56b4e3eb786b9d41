/*
 * src/duplicate_intake.c
 *		What a report that is being filed is a duplicate of, also when its like is filed at the same moment.
 */
#include "duplicates.h"

#include "access/detoast.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "access/xact.h"
#include "funcapi.h"
#include "storage/lock.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

/* First key of the advisory locks; the second is a hash of organization, group and square. */
#define LOCK_CLASS 1667855730
/* What lies farther apart is never linked by itself, so that reports a kilometre apart never wait for each other. */
#define LINK_RANGE_M 500.0
/* Matches that are looked at for one that may be linked. */
#define MOST_MATCHES 10
/* Of title and description, whose limits of 255 and 2000 characters the table checks later. */
#define MOST_BYTES 16384

CIVIC_FUNCTION(civic_match_report);

/* Of a statement; what is filed later is compared with the newer ones. */
#define MOST_UNSAVED 50000

/* Reports of the running statement by the locks they share with what they are compared with. */
typedef struct UnsavedKey
{
	int32 key;
	List *reports; /* of CivicUnsaved */
} UnsavedKey;

static MemoryContext unsaved_context = NULL;
static HTAB *unsaved = NULL;
static int unsaved_count = 0;

/*
 * civic_forget_unsaved
 *		At the end of a statement its reports are found by their signatures.
 */
void
civic_forget_unsaved(void)
{
	if (unsaved_context != NULL)
		MemoryContextDelete(unsaved_context);
	unsaved_context = NULL;
	unsaved = NULL;
	unsaved_count = 0;
}

/* The memory goes with the transaction's. */
static void
forget_all(XactEvent event, void *argument)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
	{
		unsaved_context = NULL;
		unsaved = NULL;
		unsaved_count = 0;
	}
}

void
civic_init_duplicate_intake(void)
{
	RegisterXactCallback(forget_all, NULL);
}

static void
add_unsaved(const CivicProbe *probe, const int32 *keys, int count)
{
	MemoryContext outside;
	CivicUnsaved *report;

	if (unsaved_count == MOST_UNSAVED)
		civic_forget_unsaved();
	if (unsaved == NULL)
	{
		HASHCTL control = {.keysize = sizeof(int32), .entrysize = sizeof(UnsavedKey)};

		unsaved_context = AllocSetContextCreate(TopTransactionContext, "civic unsaved reports",
												ALLOCSET_DEFAULT_SIZES);
		control.hcxt = unsaved_context;
		unsaved = hash_create("civic unsaved reports", 16, &control,
							  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	outside = MemoryContextSwitchTo(unsaved_context);
	report = palloc0(sizeof(CivicUnsaved));
	report->organization = probe->rules->organization;
	report->report = probe->report;
	report->category = pstrdup(probe->category->code);
	report->created_at = probe->at;
	report->latitude = probe->latitude;
	report->longitude = probe->longitude;
	report->address = probe->address;
	report->signature = civic_pack_trigrams(probe->trigrams);
	for (int i = 0; i < count; i++)
	{
		bool found;
		UnsavedKey *entry = hash_search(unsaved, &keys[i], HASH_ENTER, &found);

		if (!found)
			entry->reports = NIL;
		entry->reports = lappend(entry->reports, report);
	}
	unsaved_count++;
	MemoryContextSwitchTo(outside);
}

static void
take_unsaved(CivicProbe *probe, const int32 *keys, int count)
{
	for (int i = 0; i < count && unsaved != NULL; i++)
	{
		const UnsavedKey *entry = hash_search(unsaved, &keys[i], HASH_FIND, NULL);

		if (entry != NULL)
			probe->unsaved = list_concat_unique_ptr(probe->unsaved, entry->reports);
	}
}

static int
compare_keys(const void *a, const void *b)
{
	int32 left = *(const int32 *) a;
	int32 right = *(const int32 *) b;

	return (left > right) - (left < right);
}

static int32
lock_key(const CivicProbe *probe, uint64 square)
{
	const char *group =
		probe->category->group != NULL ? probe->category->group : probe->category->code;
	StringInfoData name;
	uint64 hash;

	initStringInfo(&name);
	appendBinaryStringInfo(&name, (const char *) &probe->rules->organization, sizeof(pg_uuid_t));
	appendBinaryStringInfo(&name, (const char *) &square, sizeof(square));
	/* A group and a category may have one name. */
	appendStringInfoChar(&name, probe->category->group != NULL ? 'g' : 'c');
	appendStringInfoString(&name, group);
	hash = civic_hash(name.data, name.len);
	pfree(name.data);
	return (int32) (uint32) (hash ^ hash >> 32);
}

/*
 * Takes the squares that a disc of half the range touches: discs of two reports within the range of each other have a
 * point in common, and so a square. Everybody takes them in the order of their numbers.
 */
static int
lock_squares(const CivicProbe *probe, int32 keys[CIVIC_MAX_SQUARES])
{
	double range = Min(probe->category->group_radius, LINK_RANGE_M);
	uint64 squares[CIVIC_MAX_SQUARES];
	int distinct = 0;
	int count = civic_disc_squares(probe->latitude, probe->longitude, range / 2, squares);

	for (int i = 0; i < count; i++)
		keys[i] = lock_key(probe, squares[i]);
	qsort(keys, count, sizeof(int32), compare_keys);
	for (int i = 0; i < count; i++)
	{
		if (i > 0 && keys[i] == keys[distinct - 1])
			continue;
		keys[distinct++] = keys[i];
		(void) DirectFunctionCall2(pg_advisory_xact_lock_int4, Int32GetDatum(LOCK_CLASS),
								   Int32GetDatum(keys[distinct - 1]));
	}
	return distinct;
}

/* Near enough, by place or by address, that no person has to look. */
static bool
is_close(const CivicProbe *probe, const CivicCandidate *candidate)
{
	const CivicDuplicatePolicy *policy = &probe->category->policy;

	if (candidate->distance > LINK_RANGE_M)
		return false;
	if (candidate->distance <= policy->link_radius)
		return true;
	return probe->address.street != 0 && probe->address.street == candidate->parsed.street &&
		   !civic_is_crossing(probe->address.street) && probe->address.number > 0 &&
		   candidate->parsed.number > 0 &&
		   abs(probe->address.number - candidate->parsed.number) <= policy->likeness.street_numbers;
}

/*
 * Strong evidence, of a matter that work is still done on, and nothing the reporter may not know of: who is told of the
 * duplicate is told of its root.
 */
static bool
is_linked(const CivicProbe *probe, const CivicMatch *match)
{
	const CivicDuplicatePolicy *policy = &probe->category->policy;
	const CivicReport *report = &match->report;

	return policy->automatic_linking && match->category->code != NULL &&
		   match->candidate.score >= policy->link_threshold && is_close(probe, &match->candidate) &&
		   !civic_is_finished_status(report->status) &&
		   ((report->is_public && !report->is_sensitive) ||
			memcmp(&report->reporter, &probe->reporter, sizeof(pg_uuid_t)) == 0);
}

/* A transaction with an older snapshot could write the link, but neither see nor lock what it links to. */
static void
check_visible(const CivicProbe *probe, const CivicMatch *match)
{
	CivicReportReader *reader;
	CivicReport report;
	bool visible;

	if (!IsolationUsesXactSnapshot() || match->candidate.is_unsaved)
		return;
	reader = civic_open_reports(GetActiveSnapshot());
	visible =
		civic_read_report(reader, &probe->rules->organization, &match->candidate.report, &report);
	civic_close_reports(reader);
	if (!visible)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access: the same was reported since the transaction began"),
				 errhint("Try the transaction again; the report will then join the other one.")));
}

/* The best match that may be linked, else the best that a person should see, else NULL. */
static const CivicMatch *
choose_match(const CivicProbe *probe, const CivicMatch *matches, int count, bool *links)
{
	for (int i = 0; i < count; i++)
	{
		if (is_linked(probe, &matches[i]))
		{
			*links = true;
			return &matches[i];
		}
	}
	*links = false;
	if (count > 0 && matches[0].candidate.score >= probe->category->policy.review_threshold)
		return &matches[0];
	return NULL;
}

/*
 * civic_match_new_report
 *		What a report about to be stored is a duplicate of (links), or perhaps is; NULL for nothing. Those that the
 *		statement brings later are compared with it where that is wanted.
 */
const CivicMatch *
civic_match_new_report(CivicProbe *probe, const pg_uuid_t *organization, const CivicReport *report,
					   bool remember, bool *links)
{
	int32 keys[CIVIC_MAX_SQUARES];
	int count;
	int found;
	CivicMatch *matches;
	const CivicMatch *match;
	Snapshot latest;

	*links = false;
	/* What is longer than a report may be is refused once it is stored, and not worth the work. */
	if (TIMESTAMP_NOT_FINITE(report->created_at) ||
		toast_raw_datum_size(report->title) + toast_raw_datum_size(report->description) >
			MOST_BYTES)
		return NULL;
	probe->rules = civic_duplicate_rules(organization);
	if (!civic_probe_report(probe, report) || probe->category->code == NULL)
		return NULL;

	count = lock_squares(probe, keys);
	take_unsaved(probe, keys, count);
	latest = RegisterSnapshot(GetLatestSnapshot());
	found = civic_rank_matches(probe, latest, false, MOST_MATCHES, &matches);
	UnregisterSnapshot(latest);
	match = choose_match(probe, matches, found, links);
	if (*links)
		check_visible(probe, match);
	if (remember)
		add_unsaved(probe, keys, count);
	return match;
}

/*
 * civic_match_report
 *		Argument: a row of civic.reports that is about to be stored.
 */
Datum
civic_match_report(PG_FUNCTION_ARGS)
{
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(0);
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(row), .t_data = row};
	Relation relation =
		relation_open(get_typ_typrelid(HeapTupleHeaderGetTypeId(row)), AccessShareLock);
	pg_uuid_t organization;
	CivicReport report;
	CivicProbe probe = {0};
	bool links = false;
	const CivicMatch *match = NULL;
	TupleDesc desc;
	Datum values[4] = {0};
	bool nulls[4] = {true, true, true, true};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	if (civic_read_row(relation, &tuple, &organization, &report))
		match = civic_match_new_report(&probe, &organization, &report, false, &links);
	relation_close(relation, AccessShareLock);
	if (match != NULL)
	{
		memset(nulls, 0, sizeof(nulls));
		values[0] = UUIDPGetDatum(&match->candidate.report);
		values[1] = BoolGetDatum(links);
		values[2] = Float8GetDatum(match->candidate.score);
		values[3] = CStringGetTextDatum(civic_match_reason(&probe, match));
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}
