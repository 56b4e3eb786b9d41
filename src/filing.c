/*
 * src/filing.c
 *		Filing a report, and what is asked of it before anything else: whether this person may file it like this and
 *		now, and its number.
 */
#include "civic.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "executor/spi.h"
#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#define MAX_REPORTS 3
#define MAX_REPORTS_MINUTES 5

/* The first half of the advisory locks that let one person's reports be counted. */
#define FILING_LOCK 1667855729

CIVIC_FUNCTION(civic_prepare_report);
CIVIC_FUNCTION(civic_file_report);

/* A column that was left to its default: null, false, zero or, where it is required, the time of the transaction. */
static bool
is_left_alone(HeapTuple row, TupleDesc desc, int attribute)
{
	bool isnull;
	Datum value = heap_getattr(row, attribute, desc, &isnull);

	if (isnull)
		return true;
	switch (TupleDescAttr(desc, attribute - 1)->atttypid)
	{
		case BOOLOID:
			return !DatumGetBool(value);
		case INT4OID:
			return DatumGetInt32(value) == 0;
		case TIMESTAMPTZOID:
			return TupleDescAttr(desc, attribute - 1)->attnotnull &&
				   DatumGetTimestampTz(value) == GetCurrentTransactionStartTimestamp();
		default:
			return false;
	}
}

static void
refuse_columns(const Trigger *trigger, HeapTuple row, Relation relation)
{
	TupleDesc desc = RelationGetDescr(relation);

	for (int i = 0; i < trigger->tgnargs; i++)
	{
		int attribute = civic_attribute(desc, "reports", trigger->tgargs[i]);

		if (!is_left_alone(row, desc, attribute))
			ereport(ERROR,
					(errcode(ERRCODE_CIVIC_COLUMN_PROTECTED),
					 errmsg("a new report cannot set columns of the administration"),
					 errdetail("Column \"%s\" is given by civic and by staff.",
							   trigger->tgargs[i]),
					 errhint("Send title, description, category, severity, position and address."),
					 errtablecol(relation, attribute)));
	}
}

/* One lock a person, so that reports sent at once are counted as well. */
static void
refuse_flood(HeapTuple row, Relation relation)
{
	TupleDesc desc = RelationGetDescr(relation);
	bool isnull;
	Datum organization =
		heap_getattr(row, civic_attribute(desc, "reports", "organization_id"), desc, &isnull);
	Datum user = heap_getattr(row, civic_attribute(desc, "reports", "user_id"), desc, &isnull);
	TimestampTz since;
	ScanKeyData keys[3];
	Snapshot snapshot;
	SysScanDesc scan;
	int count = 0;

	if (isnull)
		return; /* NOT NULL says it better */
	DirectFunctionCall2(pg_advisory_xact_lock_int4, Int32GetDatum(FILING_LOCK),
						DirectFunctionCall1(uuid_hash, user));
	since = GetCurrentTransactionStartTimestamp() -
			MAX_REPORTS_MINUTES * SECS_PER_MINUTE * USECS_PER_SEC;
	ScanKeyInit(&keys[0], civic_attribute(desc, "reports", "organization_id"),
				BTEqualStrategyNumber, F_UUID_EQ, organization);
	ScanKeyInit(&keys[1], civic_attribute(desc, "reports", "user_id"), BTEqualStrategyNumber,
				F_UUID_EQ, user);
	ScanKeyInit(&keys[2], civic_attribute(desc, "reports", "created_at"), BTGreaterStrategyNumber,
				F_TIMESTAMPTZ_GT, TimestampTzGetDatum(since));
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	scan = systable_beginscan(relation, civic_relation("reports_by_user"), true, snapshot, 3, keys);
	while (count < MAX_REPORTS && HeapTupleIsValid(systable_getnext(scan)))
		count++;
	systable_endscan(scan);
	UnregisterSnapshot(snapshot);
	if (count >= MAX_REPORTS)
		ereport(ERROR,
				(errcode(ERRCODE_CIVIC_TOO_MANY_REPORTS),
				 errmsg("too many reports in a short time"),
				 errdetail("A person may file %d reports in %d minutes.", MAX_REPORTS,
						   MAX_REPORTS_MINUTES),
				 errhint("Wait a few minutes, then send the report again."), errtable(relation)));
}

/* CL-2026-CITY-00042: the year is the city's. */
static Datum
next_number(HeapTuple row, TupleDesc desc)
{
	bool isnull;
	Datum organization =
		heap_getattr(row, civic_attribute(desc, "reports", "organization_id"), desc, &isnull);
	const CivicOrganization *place = civic_organization(DatumGetUUIDP(organization));
	TimestampTz created = DatumGetTimestampTz(
		heap_getattr(row, civic_attribute(desc, "reports", "created_at"), desc, &isnull));
	pg_tz *zone = place == NULL ? NULL : pg_tzset(place->time_zone);
	struct pg_tm tm;
	fsec_t fsec;
	int offset;

	if (place == NULL || zone == NULL || isnull || TIMESTAMP_NOT_FINITE(created) ||
		timestamp2tm(created, &offset, &tm, &fsec, NULL, zone) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the report cannot be given a number"),
				 errdetail("The number needs the time of the report, and code and time zone of its "
						   "organization.")));
	return CStringGetTextDatum(
		psprintf("CL-%04d-%s-%05lld", tm.tm_year, place->code,
				 (long long) nextval_internal(civic_relation("report_number_seq"), false)));
}

/*
 * civic_prepare_report
 *		BEFORE INSERT row trigger; its arguments are the columns a resident may not set.
 */
Datum
civic_prepare_report(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	HeapTuple row;
	TupleDesc desc;
	int number;
	Datum value;
	bool isnull;

	civic_check_trigger(fcinfo, "prepare_report", TRIGGER_EVENT_BEFORE, true);
	row = trigger->tg_trigtuple;
	desc = RelationGetDescr(trigger->tg_relation);
	(void) heap_getattr(row, civic_attribute(desc, "reports", "organization_id"), desc, &isnull);
	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NOT_NULL_VIOLATION), errmsg("the report belongs to no organization"),
				 errhint("Set civic.organization_id, or sign in as a person of an organization."),
				 errtable(trigger->tg_relation)));
	(void) civic_access_stamp();
	if (!civic_has_permission_number(civic_permission_number("import:data")) &&
		!civic_session_is_system())
	{
		refuse_columns(trigger->tg_trigger, row, trigger->tg_relation);
		refuse_flood(row, trigger->tg_relation);
	}
	number = civic_attribute(desc, "reports", "report_number");
	(void) heap_getattr(row, number, desc, &isnull);
	if (!isnull)
		return PointerGetDatum(row);
	value = next_number(row, desc);
	isnull = false;
	return PointerGetDatum(heap_modify_tuple_by_cols(row, desc, 1, &number, &value, &isnull));
}

/* Arguments of civic_helpers.file_report(), in this order. */
static const char *const filed_columns[] = {
	"title",    "description",  "latitude",    "longitude", "category", "severity", "address",
	"landmark", "sub_category", "ward_number", "district",  "state",    "pincode",  "is_public"};

/* The report as it is now; the row as it was stored where it is gone. */
static Datum
read_again(Datum stored, const pg_uuid_t *organization, const pg_uuid_t *id)
{
	Oid types[] = {UUIDOID, UUIDOID};
	Datum values[] = {UUIDPGetDatum(organization), UUIDPGetDatum(id)};
	bool isnull;
	Datum row = stored;

	CommandCounterIncrement();
	SPI_connect();
	civic_query_now("SELECT r FROM civic.reports AS r WHERE r.organization_id = $1 AND r.id = $2",
					lengthof(types), types, values, NULL);
	if (SPI_processed == 1)
	{
		row = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
		row = SPI_datumTransfer(row, false, -1);
	}
	SPI_finish();
	return row;
}

/*
 * civic_file_report
 *		Files a report as INSERT does, and returns it as the intake left it.
 */
Datum
civic_file_report(PG_FUNCTION_ARGS)
{
	Datum values[lengthof(filed_columns)];
	bool nulls[lengthof(filed_columns)];
	CivicStore *store;
	bool stored;
	Datum row = (Datum) 0;
	HeapTupleHeader report;
	const pg_uuid_t *organization;
	const CivicDepartment *department;
	Datum value;
	bool isnull;

	(void) civic_access_stamp();
	if (!civic_access()->has_user)
		ereport(ERROR, (errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
						errmsg("a report needs somebody who files it"),
						errdetail("The session names no active person of the organization."),
						errhint("Sign in, or set civic.user_id.")));
	for (int i = 0; i < lengthof(filed_columns); i++)
	{
		values[i] = PG_GETARG_DATUM(i);
		nulls[i] = PG_ARGISNULL(i);
	}
	store =
		civic_begin_caller_store(civic_relation("reports"), filed_columns, lengthof(filed_columns));
	stored = civic_store_row(store, values, nulls);
	if (stored)
		row = civic_stored_row(store);
	civic_end_store(store);
	/* A trigger of somebody else's may have kept it out. */
	if (!stored)
		PG_RETURN_NULL();

	report = DatumGetHeapTupleHeader(row);
	organization = DatumGetUUIDP(GetAttributeByName(report, "organization_id", &isnull));
	value = GetAttributeByName(report, "department_id", &isnull);
	department = isnull ? NULL : civic_department(organization, DatumGetUUIDP(value));
	if (department == NULL || !department->auto_assign)
		PG_RETURN_DATUM(row);
	/* An officer was chosen since, which writes the report once more. */
	value = GetAttributeByName(report, "id", &isnull);
	PG_RETURN_DATUM(read_again(row, organization, DatumGetUUIDP(value)));
}
