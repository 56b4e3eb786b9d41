/*
 * src/duplicates.c
 *		civic.find_duplicates(): reports that may mean the same thing, best first, each with a reason in words.
 */
#include "duplicates.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "lib/binaryheap.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#define MOST_ROWS 100
#define RESULT_COLUMNS 10

CIVIC_FUNCTION(civic_find_duplicates);
CIVIC_FUNCTION(civic_find_duplicates_of);

/* ---- what is compared ---- */

/*
 * civic_probe_report
 *		The report as its row says; false where others are not compared with it.
 */
bool
civic_probe_report(CivicProbe *probe, const CivicReport *report)
{
	StringInfoData content;

	probe->category = civic_find_category(probe->rules, civic_compared_category(report));
	if (probe->category == NULL || probe->category->policy.likeness.radius <= 0)
		return false;
	probe->is_filed = true;
	probe->report = report->id;
	probe->has_reporter = true;
	probe->reporter = report->reporter;
	probe->latitude = report->latitude;
	probe->longitude = report->longitude;
	probe->at = report->created_at;
	initStringInfo(&content);
	appendStringInfo(&content, "%s. %s", TextDatumGetCString(report->title),
					 TextDatumGetCString(report->description));
	probe->trigrams = civic_extract_trigrams(content.data, content.len);
	if (report->address != (Datum) 0)
		probe->address = civic_read_address(DatumGetTextPP(report->address));
	civic_near_init(&probe->near, probe->latitude, probe->longitude);
	return true;
}

static SPIPlanPtr
exclusions_plan(void)
{
	static SPIPlanPtr plan = NULL;

	if (plan == NULL)
	{
		Oid types[2] = {UUIDOID, UUIDOID};
		SPIPlanPtr prepared = SPI_prepare("SELECT civic_private.never_suggested($1, $2)", 2, types);

		if (prepared == NULL || SPI_keepplan(prepared) != 0)
			elog(ERROR, "could not prepare the exclusions");
		plan = prepared;
	}
	return plan;
}

/* The family of the report, and those that a person said are another matter. */
static void
read_exclusions(CivicProbe *probe)
{
	Datum values[2] = {UUIDPGetDatum(&probe->rules->organization), UUIDPGetDatum(&probe->report)};
	MemoryContext context = CurrentMemoryContext;
	CivicOwnerScope scope;

	SPI_connect();
	civic_enter_owner(&scope);
	if (SPI_execute_plan(exclusions_plan(), values, NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read the exclusions");
	civic_leave_owner(&scope);
	probe->excluded = MemoryContextAlloc(context, (SPI_processed + 1) * sizeof(pg_uuid_t));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		bool isnull;
		Datum id = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &isnull);

		if (!isnull)
			probe->excluded[probe->excluded_count++] = *DatumGetUUIDP(id);
	}
	SPI_finish();
}

/* ---- the best ---- */

static int
compare_estimates(Datum a, Datum b, void *argument)
{
	double left = ((const CivicCandidate *) DatumGetPointer(a))->score;
	double right = ((const CivicCandidate *) DatumGetPointer(b))->score;

	return (left > right) - (left < right);
}

static int
compare_matches(const void *a, const void *b)
{
	const CivicCandidate *left = &((const CivicMatch *) a)->candidate;
	const CivicCandidate *right = &((const CivicMatch *) b)->candidate;

	if (left->score != right->score)
		return left->score > right->score ? -1 : 1;
	if (left->distance != right->distance)
		return left->distance < right->distance ? -1 : 1;
	return memcmp(&left->report, &right->report, sizeof(pg_uuid_t));
}

static Datum
copied(Datum value)
{
	return value == (Datum) 0 ? value : PointerGetDatum(PG_DETOAST_DATUM_COPY(value));
}

static bool
is_seen(const CivicReport *report)
{
	CivicPlace place = {.ward_number = report->ward_number,
						.district = report->district,
						.is_known = true,
						.latitude = report->latitude,
						.longitude = report->longitude};

	return civic_sees_report(report->is_public, report->is_sensitive, &report->reporter,
							 report->has_assignee ? &report->assignee : NULL,
							 report->has_department ? &report->department : NULL, &place);
}

/* Reads the report of a candidate and scores it by its true distance; false where it is not to be shown. */
static bool
read_match(CivicProbe *probe, CivicReportReader *reader, const CivicCandidate *candidate,
		   bool visible_only, CivicMatch *match)
{
	CivicReport *report = &match->report;
	const CivicDuplicatePolicy *policy = &probe->category->policy;

	if (!civic_read_report(reader, &probe->rules->organization, &candidate->report, report) ||
		!civic_is_candidate_status(report->status, policy->include_closed))
		return false;
	if (visible_only && !is_seen(report))
		return false;
	/* Two codes may share the number the index has for them. */
	match->category = civic_find_category(probe->rules, civic_compared_category(report));
	if (match->category == NULL || !civic_are_compared(probe->category, match->category))
		return false;
	match->candidate = *candidate;
	if (probe->place == (Datum) 0)
		probe->place = civic_place(probe->latitude, probe->longitude);
	match->candidate.distance = civic_distance(probe->place, report->location);
	match->candidate.score = civic_score(probe, &match->candidate);
	if (match->candidate.score < policy->hint_threshold)
		return false;
	report->number = copied(report->number);
	report->title = copied(report->title);
	return true;
}

static bool
is_known(const CivicMatch *matches, int count, const pg_uuid_t *report)
{
	for (int i = 0; i < count; i++)
	{
		if (memcmp(&matches[i].candidate.report, report, sizeof(pg_uuid_t)) == 0)
			return true;
	}
	return false;
}

/*
 * civic_rank_matches
 *		The best matches in order, at most max; returns how many. Whatever they hold is in the current memory context.
 *
 * Candidates come in the order of estimated scores. The last ones may have to change places, so as many are read as
 * could, by the error of the estimate, belong to the best.
 */
int
civic_rank_matches(CivicProbe *probe, Snapshot snapshot, bool visible_only, int max,
				   CivicMatch **result)
{
	CivicCandidates candidates = {0};
	CivicReportReader *reader;
	CivicReportReader *own = NULL;
	binaryheap *heap;
	CivicMatch *matches;
	int space = max + 8;
	int count = 0;
	double error = civic_score_error(probe);
	double enough = -1;

	*result = NULL;
	civic_find_candidates(probe, snapshot, &candidates);
	if (candidates.count == 0 || max <= 0)
		return 0;
	heap = binaryheap_allocate(candidates.count, compare_estimates, NULL);
	for (int i = 0; i < candidates.count; i++)
		binaryheap_add_unordered(heap, PointerGetDatum(&candidates.items[i]));
	binaryheap_build(heap);

	matches = palloc(space * sizeof(CivicMatch));
	reader = civic_open_reports(snapshot);
	/* No other snapshot shows what the running statement stored. */
	if (probe->unsaved != NIL)
		own = civic_open_reports(SnapshotSelf);
	while (!binaryheap_empty(heap))
	{
		const CivicCandidate *candidate =
			(const CivicCandidate *) DatumGetPointer(binaryheap_remove_first(heap));

		CHECK_FOR_INTERRUPTS();
		if (candidate->score < enough)
			break;
		if (is_known(matches, count, &candidate->report))
			continue;
		if (count == space)
		{
			space *= 2;
			matches = repalloc(matches, space * sizeof(CivicMatch));
		}
		if (!read_match(probe, candidate->is_unsaved ? own : reader, candidate, visible_only,
						&matches[count]))
			continue;
		if (++count == max)
			enough = candidate->score - 2 * error;
	}
	civic_close_reports(reader);
	if (own != NULL)
		civic_close_reports(own);
	qsort(matches, count, sizeof(CivicMatch), compare_matches);
	*result = matches;
	return Min(count, max);
}

/* ---- the reason ---- */

static void
append_category(StringInfo reason, const CivicProbe *probe, const CivicMatch *match)
{
	if (match->category->code == NULL || probe->category->code == NULL)
		appendStringInfoString(reason, "not classified yet");
	else if (match->category == probe->category)
		appendStringInfoString(reason, "same category");
	else
		appendStringInfo(reason, "category \"%s\" of the same group", match->category->code);
}

static void
append_address(StringInfo reason, const CivicProbe *probe, const CivicCandidate *candidate)
{
	int apart = abs(probe->address.number - candidate->parsed.number);

	if (candidate->address == CIVIC_NO_SIGNAL)
		return;
	if (probe->address.street != candidate->parsed.street)
		appendStringInfoString(reason, ", another street");
	else if (civic_is_crossing(probe->address.street))
		appendStringInfoString(reason, ", same crossing");
	else if (probe->address.number == 0 || candidate->parsed.number == 0)
		appendStringInfoString(reason, ", same street");
	else if (apart == 0)
		appendStringInfoString(reason, ", same address");
	else
		appendStringInfo(reason, ", same street %d house number%s apart", apart,
						 apart == 1 ? "" : "s");
}

/* In the largest unit that fits. */
static void
append_age(StringInfo reason, const CivicProbe *probe, const CivicCandidate *candidate)
{
	bool before = candidate->created_at <= probe->at;
	int64 seconds =
		(before ? probe->at - candidate->created_at : candidate->created_at - probe->at) /
		USECS_PER_SEC;
	int64 n;
	const char *unit;

	if (seconds < 60)
	{
		appendStringInfoString(reason, probe->is_filed ? ", at the same time" : ", just now");
		return;
	}
	if (seconds < SECS_PER_HOUR)
	{
		n = seconds / SECS_PER_MINUTE;
		unit = "minute";
	}
	else if (seconds < SECS_PER_DAY)
	{
		n = seconds / SECS_PER_HOUR;
		unit = "hour";
	}
	else
	{
		n = seconds / SECS_PER_DAY;
		unit = "day";
	}
	appendStringInfo(reason, ", " INT64_FORMAT " %s%s %s", n, unit, n == 1 ? "" : "s",
					 !before           ? "later"
					 : probe->is_filed ? "earlier"
									   : "ago");
}

char *
civic_match_reason(const CivicProbe *probe, const CivicMatch *match)
{
	const CivicCandidate *candidate = &match->candidate;
	StringInfoData reason;

	initStringInfo(&reason);
	append_category(&reason, probe, match);
	if (candidate->distance < 0.5)
		appendStringInfoString(&reason, ", at the same place");
	else
		appendStringInfo(&reason, ", %.0f m away", candidate->distance);
	append_address(&reason, probe, candidate);
	if (candidate->text != CIVIC_NO_SIGNAL)
		appendStringInfo(&reason, ", %s text (%.2f)",
						 candidate->text >= 0.4    ? "similar"
						 : candidate->text >= 0.25 ? "partly similar"
												   : "different",
						 candidate->text);
	append_age(&reason, probe, candidate);
	if (probe->has_reporter &&
		memcmp(&probe->reporter, &match->report.reporter, sizeof(pg_uuid_t)) == 0)
		appendStringInfoString(&reason, ", same reporter");
	return reason.data;
}

/* ---- SQL functions ---- */

static void
put_match(ReturnSetInfo *result, const CivicProbe *probe, const CivicMatch *match)
{
	const CivicCandidate *candidate = &match->candidate;
	Datum values[RESULT_COLUMNS];
	bool nulls[RESULT_COLUMNS] = {false};

	values[0] = UUIDPGetDatum(&candidate->report);
	values[1] = match->report.number;
	values[2] = match->report.title;
	values[3] = ObjectIdGetDatum(match->report.status);
	values[4] = Float8GetDatum(candidate->distance);
	values[5] = DirectFunctionCall2(timestamp_mi, TimestampTzGetDatum(probe->at),
									TimestampTzGetDatum(candidate->created_at));
	values[6] = Float4GetDatum((float4) candidate->text);
	nulls[6] = candidate->text == CIVIC_NO_SIGNAL;
	values[7] = Float4GetDatum((float4) candidate->address);
	nulls[7] = candidate->address == CIVIC_NO_SIGNAL;
	values[8] = Float8GetDatum(candidate->score);
	values[9] = CStringGetTextDatum(civic_match_reason(probe, match));
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

static int
asked_rows(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? 5 : Min(Max(PG_GETARG_INT32(argument), 1), MOST_ROWS);
}

static void
put_matches(FunctionCallInfo fcinfo, CivicProbe *probe, int max)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	CivicMatch *matches;
	int count = civic_rank_matches(probe, GetActiveSnapshot(), true, max, &matches);

	for (int i = 0; i < count; i++)
		put_match(result, probe, &matches[i]);
}

static double
coordinate(FunctionCallInfo fcinfo, int argument, const char *name)
{
	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be null", name),
				 errhint("Pass the place of the issue in degrees (WGS 84).")));
	return PG_GETARG_FLOAT8(argument);
}

static const CivicDuplicateCategory *
category_argument(FunctionCallInfo fcinfo, int argument, const CivicDuplicateRules *rules)
{
	const CivicDuplicateCategory *category;
	char *code;

	if (PG_ARGISNULL(argument))
		return &rules->unclassified;
	code = text_to_cstring(PG_GETARG_TEXT_PP(argument));
	category = civic_find_category(rules, code);
	if (category == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("category \"%.100s\" does not exist", code),
				 errhint("Table civic.categories lists them; pass null where it is not known.")));
	return category;
}

/* Title and description as civic_extract_trigrams() finds them in a report. */
static CivicTrigrams *
text_arguments(FunctionCallInfo fcinfo, int description, int title)
{
	StringInfoData content;

	initStringInfo(&content);
	if (!PG_ARGISNULL(title))
	{
		text *value = PG_GETARG_TEXT_PP(title);

		appendBinaryStringInfo(&content, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
		appendStringInfoString(&content, ". ");
	}
	if (!PG_ARGISNULL(description))
	{
		text *value = PG_GETARG_TEXT_PP(description);

		appendBinaryStringInfo(&content, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
	}
	return civic_extract_trigrams(content.data, content.len);
}

/*
 * civic_find_duplicates
 *		Of a report that is about to be filed: category, description, latitude, longitude, address, title, max_rows.
 */
Datum
civic_find_duplicates(PG_FUNCTION_ARGS)
{
	const CivicAccess *access = civic_access_for_call(true);
	CivicProbe probe = {0};

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	probe.latitude = coordinate(fcinfo, 2, "latitude");
	probe.longitude = coordinate(fcinfo, 3, "longitude");
	if (!civic_is_position(probe.latitude, probe.longitude))
		ereport(ERROR,
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("there is no such place as latitude %g, longitude %g", probe.latitude,
						probe.longitude),
				 errhint("Pass degrees (WGS 84): latitude -90 to 90, longitude -180 to 180.")));
	if (!access->has_organization)
		return (Datum) 0;
	probe.rules = civic_duplicate_rules(&access->organization);
	probe.category = category_argument(fcinfo, 0, probe.rules);
	if (probe.category->policy.likeness.radius <= 0)
		return (Datum) 0;
	probe.has_reporter = access->has_user;
	probe.reporter = access->user;
	probe.at = GetCurrentTransactionStartTimestamp();
	probe.trigrams = text_arguments(fcinfo, 1, 5);
	if (!PG_ARGISNULL(4))
		probe.address = civic_read_address(PG_GETARG_TEXT_PP(4));
	civic_near_init(&probe.near, probe.latitude, probe.longitude);
	put_matches(fcinfo, &probe, asked_rows(fcinfo, 6));
	return (Datum) 0;
}

/*
 * civic_find_duplicates_of
 *		Of a report that is filed: report_id, max_rows.
 */
Datum
civic_find_duplicates_of(PG_FUNCTION_ARGS)
{
	const CivicAccess *access = civic_access_for_call(true);
	CivicProbe probe = {0};
	CivicReportReader *reader;
	CivicReport report;
	bool compared;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	if (!access->has_organization || PG_ARGISNULL(0))
		return (Datum) 0;
	probe.rules = civic_duplicate_rules(&access->organization);
	reader = civic_open_reports(GetActiveSnapshot());
	compared =
		civic_read_report(reader, &probe.rules->organization, PG_GETARG_UUID_P(0), &report) &&
		is_seen(&report) && civic_probe_report(&probe, &report);
	civic_close_reports(reader);
	if (!compared)
		return (Datum) 0;
	read_exclusions(&probe);
	put_matches(fcinfo, &probe, asked_rows(fcinfo, 1));
	return (Datum) 0;
}
