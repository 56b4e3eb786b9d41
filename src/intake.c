/*
 * src/intake.c
 *		What becomes of a report as it is filed: classified, made a duplicate, or given to a department.
 *
 * All is decided before the report is stored, so that it is written once. What people were not sure of goes before a
 * person (needs_review).
 */
#include "intake.h"
#include "duplicates.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/rel.h"

CIVIC_FUNCTION(civic_intake_report);

/* Confidence in a category, from which a report goes on without a person. */
#define CLASSIFIED_CONFIDENCE 0.50
#define ROUTED_CONFIDENCE 0.60
#define CLASSIFIER "keywords-1"

/* More than the intake sets. */
#define MOST_CHANGES 16

typedef struct Intake
{
	Relation relation;
	TupleDesc desc;
	HeapTuple row;
	pg_uuid_t organization;
	CivicReport report;
	CivicRouteDecision route;
	/* What is to be set in the row. */
	int count;
	int attributes[MOST_CHANGES];
	Datum values[MOST_CHANGES];
	bool nulls[MOST_CHANGES];
} Intake;

static int
attribute(const Intake *intake, const char *column)
{
	return civic_attribute(intake->desc, "reports", column);
}

static Datum
get(const Intake *intake, const char *column, bool *isnull)
{
	return heap_getattr(intake->row, attribute(intake, column), intake->desc, isnull);
}

static void
set(Intake *intake, const char *column, Datum value, bool isnull)
{
	Assert(intake->count < MOST_CHANGES);
	intake->attributes[intake->count] = attribute(intake, column);
	intake->values[intake->count] = value;
	intake->nulls[intake->count++] = isnull;
}

static void
write_changes(Intake *intake)
{
	if (intake->count > 0)
		intake->row = heap_modify_tuple_by_cols(intake->row, intake->desc, intake->count,
												intake->attributes, intake->values, intake->nulls);
	intake->count = 0;
}

static Oid
status_label(const Intake *intake, const char *name)
{
	return civic_enum_label(TupleDescAttr(intake->desc, attribute(intake, "status") - 1)->atttypid,
							name);
}

/* Category and severity by the words of the report. */
static void
guess_category(Intake *intake, Datum *severity, bool *no_severity)
{
	Oid types[2] = {TEXTOID, InvalidOid};
	Datum values[2];
	bool isnull;
	MemoryContext context = CurrentMemoryContext;
	MemoryContext spi;
	HeapTuple found;
	TupleDesc desc;
	Datum category;
	Datum confidence;

	values[0] = CStringGetTextDatum(psprintf("%s. %s", TextDatumGetCString(intake->report.title),
											 TextDatumGetCString(intake->report.description)));
	types[1] = TupleDescAttr(intake->desc, attribute(intake, "severity") - 1)->atttypid;
	values[1] = get(intake, "severity", &isnull);
	SPI_connect();
	civic_query_now("SELECT c.category, c.confidence::double precision, greatest($2, c.severity)"
					" FROM civic.classify_text($1) AS c",
					2, types, values, isnull ? " n" : NULL);
	if (SPI_processed != 1)
		elog(ERROR, "civic.classify_text() returned no row");
	found = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	category = SPI_getbinval(found, desc, 1, &isnull);
	spi = MemoryContextSwitchTo(context);
	intake->report.ai_category =
		isnull ? (Datum) 0 : PointerGetDatum(PG_DETOAST_DATUM_COPY(category));
	confidence = Float8GetDatum(DatumGetFloat8(SPI_getbinval(found, desc, 2, &isnull)));
	*severity = SPI_getbinval(found, desc, 3, no_severity);
	MemoryContextSwitchTo(spi);
	SPI_finish();
	set(intake, "ai_category", intake->report.ai_category, intake->report.ai_category == (Datum) 0);
	set(intake, "ai_confidence", confidence, isnull);
	set(intake, "ai_processed_at", TimestampTzGetDatum(GetCurrentTransactionStartTimestamp()),
		false);
	set(intake, "ai_model_version", CStringGetTextDatum(CLASSIFIER), false);
	write_changes(intake);
}

/* False where a person has to say what the report is about. Who may import may also bring what a model found. */
static bool
classify(Intake *intake)
{
	Datum severity = (Datum) 0;
	bool no_severity = true;
	bool no_confidence;
	double confidence;

	(void) get(intake, "ai_confidence", &no_confidence);
	if (no_confidence)
		guess_category(intake, &severity, &no_severity);
	confidence = DatumGetFloat8(get(intake, "ai_confidence", &no_confidence));
	if (no_confidence || confidence < CLASSIFIED_CONFIDENCE ||
		intake->report.ai_category == (Datum) 0 ||
		strcmp(TextDatumGetCString(intake->report.ai_category), "other") == 0)
		return false;
	intake->report.category = intake->report.ai_category;
	set(intake, "category", intake->report.category, false);
	if (!no_severity)
		set(intake, "severity", severity, false);
	write_changes(intake);
	return true;
}

static void
find_department(Intake *intake)
{
	CivicRouteDecision *route = &intake->route;
	bool isnull;
	Datum sub_category = get(intake, "sub_category", &isnull);
	Oid levels = TupleDescAttr(intake->desc, attribute(intake, "routing_level") - 1)->atttypid;

	civic_find_route(&intake->organization, TextDatumGetCString(intake->report.category),
					 isnull ? NULL : TextDatumGetCString(sub_category), intake->report.latitude,
					 intake->report.longitude, intake->report.created_at, route);
	intake->report.has_department = route->has_department;
	set(intake, "department_id", UUIDPGetDatum(&route->department), !route->has_department);
	set(intake, "routed_by_rule_id", UUIDPGetDatum(&route->rule), !route->has_rule);
	set(intake, "routing_level", ObjectIdGetDatum(civic_route_level_label(levels, route->level)),
		false);
}

/* What was decided of a report that the rules stop earlier is not so, and a person goes on. */
static void
undo(Intake *intake, HeapTuple undecided)
{
	static const char *const decided[] = {"duplicate_of_report_id", "duplicate_score",
										  "duplicate_reason",       "department_id",
										  "routed_by_rule_id",      "routing_level"};

	intake->row = undecided;
	for (int i = 0; i < lengthof(decided); i++)
		set(intake, decided[i], (Datum) 0, true);
	set(intake, "needs_review", BoolGetDatum(true), false);
}

/* A report whose category is known. */
static void
decide(Intake *intake)
{
	HeapTuple undecided = intake->row;
	Oid path[2] = {status_label(intake, "classified")};
	int length = 1;
	CivicProbe probe = {0};
	bool links;
	const CivicMatch *match =
		civic_match_new_report(&probe, &intake->organization, &intake->report, true, &links);
	bool isnull;
	bool needs_review = DatumGetBool(get(intake, "needs_review", &isnull));
	double confidence = DatumGetFloat8(get(intake, "ai_confidence", &isnull));
	Oid status;

	if (links)
	{
		set(intake, "duplicate_of_report_id", UUIDPGetDatum(&match->candidate.report), false);
		set(intake, "duplicate_score", Float8GetDatum(match->candidate.score), false);
		set(intake, "duplicate_reason", CStringGetTextDatum(civic_match_reason(&probe, match)),
			false);
		path[length++] = status_label(intake, "duplicate");
	}
	else if (isnull || confidence >= ROUTED_CONFIDENCE)
	{
		/* An import may bring the department. */
		if (!intake->report.has_department)
			find_department(intake);
		if (intake->report.has_department)
			path[length++] = status_label(intake, "assigned_to_department");
		needs_review = needs_review || !intake->report.has_department;
	}
	set(intake, "needs_review", BoolGetDatum(needs_review || (match != NULL && !links)), false);
	/* The rules ask for columns that were decided here. */
	write_changes(intake);
	status = civic_make_intake_moves(intake->relation, intake->row, &intake->organization,
									 &intake->report.id, intake->report.status, path, length);
	if (status != path[length - 1])
		undo(intake, undecided);
	set(intake, "status", ObjectIdGetDatum(status), false);
	write_changes(intake);
}

/*
 * civic_intake_report
 *		BEFORE INSERT row trigger on civic.reports.
 */
Datum
civic_intake_report(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Intake intake = {0};
	Oid pending;

	civic_check_trigger(fcinfo, "intake_report", TRIGGER_EVENT_BEFORE, true);
	intake.relation = trigger->tg_relation;
	intake.desc = RelationGetDescr(trigger->tg_relation);
	intake.row = trigger->tg_trigtuple;
	/* NOT NULL says better what is missing. A report with a past was decided elsewhere. */
	if (!civic_read_row(intake.relation, intake.row, &intake.organization, &intake.report) ||
		intake.report.status != status_label(&intake, "received"))
		return PointerGetDatum(intake.row);
	if (intake.report.category != (Datum) 0 || classify(&intake))
		decide(&intake);
	else
	{
		pending = status_label(&intake, "pending_classification");
		set(&intake, "needs_review", BoolGetDatum(true), false);
		set(&intake, "status",
			ObjectIdGetDatum(civic_make_intake_moves(intake.relation, intake.row,
													 &intake.organization, &intake.report.id,
													 intake.report.status, &pending, 1)),
			false);
		write_changes(&intake);
	}
	return PointerGetDatum(intake.row);
}
