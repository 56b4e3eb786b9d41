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
#include "utils/lsyscache.h"
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
static void
lock_squares(const CivicProbe *probe)
{
	double range = Min(probe->category->group_radius, LINK_RANGE_M);
	uint64 squares[CIVIC_MAX_SQUARES];
	int32 keys[CIVIC_MAX_SQUARES] = {0};
	int count = civic_disc_squares(probe->latitude, probe->longitude, range / 2, squares);

	for (int i = 0; i < count; i++)
		keys[i] = lock_key(probe, squares[i]);
	qsort(keys, count, sizeof(int32), compare_keys);
	for (int i = 0; i < count; i++)
	{
		if (i == 0 || keys[i] != keys[i - 1])
			(void) DirectFunctionCall2(pg_advisory_xact_lock_int4, Int32GetDatum(LOCK_CLASS),
									   Int32GetDatum(keys[i]));
	}
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

	if (!IsolationUsesXactSnapshot())
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

static const CivicMatch *
find_match(CivicProbe *probe, HeapTupleHeader row, bool *links)
{
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(row), .t_data = row};
	Relation relation =
		relation_open(get_typ_typrelid(HeapTupleHeaderGetTypeId(row)), AccessShareLock);
	pg_uuid_t organization;
	CivicReport report;
	CivicMatch *matches;
	Snapshot latest;
	bool complete = civic_read_row(relation, &tuple, &organization, &report);
	int count;

	relation_close(relation, AccessShareLock);
	/* What is longer than a report may be is refused once it is stored, and not worth the work. */
	if (!complete || TIMESTAMP_NOT_FINITE(report.created_at) ||
		toast_raw_datum_size(report.title) + toast_raw_datum_size(report.description) > MOST_BYTES)
		return NULL;
	probe->rules = civic_duplicate_rules(&organization);
	if (!civic_probe_report(probe, &report) || probe->category->code == NULL)
		return NULL;

	lock_squares(probe);
	latest = RegisterSnapshot(GetLatestSnapshot());
	count = civic_rank_matches(probe, latest, false, MOST_MATCHES, &matches);
	UnregisterSnapshot(latest);
	return choose_match(probe, matches, count, links);
}

/*
 * civic_match_report
 *		Argument: a row of civic.reports that is about to be stored.
 */
Datum
civic_match_report(PG_FUNCTION_ARGS)
{
	CivicProbe probe = {0};
	bool links = false;
	const CivicMatch *match;
	TupleDesc desc;
	Datum values[4] = {0};
	bool nulls[4] = {true, true, true, true};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	match = find_match(&probe, PG_GETARG_HEAPTUPLEHEADER(0), &links);
	if (match != NULL)
	{
		if (links)
			check_visible(&probe, match);
		memset(nulls, 0, sizeof(nulls));
		values[0] = UUIDPGetDatum(&match->candidate.report);
		values[1] = BoolGetDatum(links);
		values[2] = Float8GetDatum(match->candidate.score);
		values[3] = CStringGetTextDatum(civic_match_reason(&probe, match));
	}
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}
