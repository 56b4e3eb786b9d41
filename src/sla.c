/*
 * src/sla.c
 *		Working time in SQL: adding it, measuring it, and deadlines with pauses.
 */
#include "civic.h"
#include "compat.h"

#include "catalog/pg_type.h"
#include "common/int.h"
#include "sla.h"
#include "utils/array.h"
#include "utils/timestamp.h"

CIVIC_FUNCTION(civic_work_add_interval);
CIVIC_FUNCTION(civic_work_between_times);
CIVIC_FUNCTION(civic_clock_deadline);
CIVIC_FUNCTION(civic_clock_worked);

pg_noreturn static void
refuse(CivicWorkResult result)
{
	if (result == CIVIC_WORK_NEVER)
		ereport(ERROR,
				(errcode(ERRCODE_CIVIC_DURATION_UNUSABLE),
				 errmsg("so much working time ends after the year 2199"),
				 errhint("Check the duration, and the hours and holidays of the calendar.")));
	ereport(ERROR, (errcode(ERRCODE_DATETIME_FIELD_OVERFLOW),
					errmsg("timestamp out of the range of working time"),
					errdetail("Working time is known for the years 1970 to 2199.")));
}

/* Microseconds of a duration; days have 24 hours. */
static int64
duration(const Interval *interval)
{
	int64 days;
	int64 total;

	if (interval->month != 0)
		ereport(ERROR,
				(errcode(ERRCODE_CIVIC_DURATION_UNUSABLE),
				 errmsg("a duration of working time cannot have months or years"),
				 errdetail("They have no fixed length."),
				 errhint("Give hours, or days of 24 hours.")));
	days = interval->day;
	if (pg_mul_s64_overflow(days, USECS_PER_DAY, &days) ||
		pg_add_s64_overflow(days, interval->time, &total))
		refuse(CIVIC_WORK_NEVER);
	if (total < 0)
		ereport(ERROR, (errcode(ERRCODE_CIVIC_DURATION_UNUSABLE),
						errmsg("a duration of working time cannot be negative")));
	return total;
}

static Datum
interval_of(int64 microseconds)
{
	Interval *interval = palloc0(sizeof(Interval));

	interval->time = microseconds;
	return IntervalPGetDatum(interval);
}

/* The calendar of an argument, in the current organization. */
static const CivicCalendar *
calendar_argument(FunctionCallInfo fcinfo)
{
	const CivicAccess *access = civic_access_for_call(fcinfo->flinfo->fn_extra == NULL);
	pg_uuid_t organization;

	fcinfo->flinfo->fn_extra = fcinfo->flinfo;
	if (PG_ARGISNULL(0))
		return civic_calendar(NULL, NULL);
	if (!access->has_organization)
		ereport(ERROR,
				(errcode(ERRCODE_CIVIC_NOT_FOUND), errmsg("the calendar does not exist"),
				 errdetail("The session works for no organization."),
				 errhint("Set civic.organization_id, or sign in as a person of an organization.")));
	organization = access->organization;
	return civic_calendar(&organization, PG_GETARG_UUID_P(0));
}

/*
 * civic_work_add_interval
 *		Arguments: calendar, or null for around the clock; start; duration.
 */
Datum
civic_work_add_interval(PG_FUNCTION_ARGS)
{
	const CivicCalendar *calendar;
	int64 end;
	CivicWorkResult result;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	/* Of two errors the one about the calendar comes first, whatever order a compiler gives arguments. */
	calendar = calendar_argument(fcinfo);
	result =
		civic_work_add(calendar, PG_GETARG_TIMESTAMPTZ(1), duration(PG_GETARG_INTERVAL_P(2)), &end);
	if (result != CIVIC_WORK_OK)
		refuse(result);
	PG_RETURN_TIMESTAMPTZ(end);
}

/*
 * civic_work_between_times
 *		Arguments: calendar, or null for around the clock; from; until.
 */
Datum
civic_work_between_times(PG_FUNCTION_ARGS)
{
	int64 worked;
	CivicWorkResult result;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	result = civic_work_between(calendar_argument(fcinfo), PG_GETARG_TIMESTAMPTZ(1),
								PG_GETARG_TIMESTAMPTZ(2), &worked);
	if (result != CIVIC_WORK_OK)
		refuse(result);
	PG_RETURN_DATUM(interval_of(worked));
}

/* Merged pauses of two arrays of equal length; an end that is null is still to come. */
static CivicPause *
pauses_of(FunctionCallInfo fcinfo, int argument, int *count)
{
	CivicPause *pauses;
	Datum *begins;
	Datum *ends;
	bool *no_begin;
	bool *no_end;
	int nends;

	*count = 0;
	if (PG_ARGISNULL(argument) || PG_ARGISNULL(argument + 1))
		return NULL;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(argument), TIMESTAMPTZOID, sizeof(TimestampTz), true,
					  TYPALIGN_DOUBLE, &begins, &no_begin, count);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(argument + 1), TIMESTAMPTZOID, sizeof(TimestampTz),
					  true, TYPALIGN_DOUBLE, &ends, &no_end, &nends);
	if (nends != *count)
		ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
						errmsg("every pause needs a beginning and an end")));
	pauses = palloc(sizeof(CivicPause) * Max(*count, 1));
	for (int i = 0; i < *count; i++)
	{
		if (no_begin[i])
			ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
							errmsg("the beginning of a pause must not be null")));
		pauses[i].from = DatumGetTimestampTz(begins[i]);
		pauses[i].until = no_end[i] ? INT64_MAX : DatumGetTimestampTz(ends[i]);
	}
	*count = civic_pauses_merge(pauses, *count);
	return pauses;
}

static const CivicCalendar *
clock_calendar(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(1))
		return civic_calendar(NULL, NULL);
	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
						errmsg("a calendar needs its organization")));
	return civic_calendar(PG_GETARG_UUID_P(0), PG_GETARG_UUID_P(1));
}

/*
 * civic_clock_deadline
 *		Arguments: organization, calendar or null, start, time allowed or null, working days or null, beginnings and
 *		ends of pauses. Null while the clock stands, infinity where the calendar ends before so much was worked: one
 *		such promise must not keep civic.tick() from all others.
 */
Datum
civic_clock_deadline(PG_FUNCTION_ARGS)
{
	CivicAllowance allowed = {0, 0};
	CivicPause *pauses;
	int npauses;
	int64 deadline;
	CivicWorkResult result;

	if (PG_ARGISNULL(2) || (PG_ARGISNULL(3) && PG_ARGISNULL(4)))
		PG_RETURN_NULL();
	if (TIMESTAMP_NOT_FINITE(PG_GETARG_TIMESTAMPTZ(2)))
		PG_RETURN_DATUM(PG_GETARG_DATUM(2));
	if (!PG_ARGISNULL(3))
		allowed.time = duration(PG_GETARG_INTERVAL_P(3));
	if (!PG_ARGISNULL(4))
		allowed.days = PG_GETARG_INT32(4);
	pauses = pauses_of(fcinfo, 5, &npauses);
	result = civic_work_deadline(clock_calendar(fcinfo), PG_GETARG_TIMESTAMPTZ(2), &allowed, pauses,
								 npauses, &deadline);
	if (result == CIVIC_WORK_PAUSED)
		PG_RETURN_NULL();
	if (result == CIVIC_WORK_NEVER)
		PG_RETURN_TIMESTAMPTZ(DT_NOEND);
	if (result != CIVIC_WORK_OK)
		refuse(result);
	PG_RETURN_TIMESTAMPTZ(deadline);
}

/*
 * civic_clock_worked
 *		Arguments: organization, calendar or null, from, until, beginnings and ends of pauses.
 */
Datum
civic_clock_worked(PG_FUNCTION_ARGS)
{
	CivicPause *pauses;
	int npauses;
	int64 worked;
	CivicWorkResult result;

	if (PG_ARGISNULL(2) || PG_ARGISNULL(3))
		PG_RETURN_NULL();
	pauses = pauses_of(fcinfo, 4, &npauses);
	result = civic_work_unpaused(clock_calendar(fcinfo), PG_GETARG_TIMESTAMPTZ(2),
								 PG_GETARG_TIMESTAMPTZ(3), pauses, npauses, &worked);
	if (result != CIVIC_WORK_OK)
		refuse(result);
	PG_RETURN_DATUM(interval_of(worked));
}
