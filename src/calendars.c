/*
 * src/calendars.c
 *		Business calendars, compiled from their rows and from the time zones of the server, and kept by the backend.
 */
#include "civic.h"

#include "access/parallel.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "pgtime.h"
#include "sla.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

/* A calendar takes some 20 kB; past this the cache starts anew. */
#define MAX_CACHED_CALENDARS 256

typedef struct CalendarKey
{
	pg_uuid_t organization;
	pg_uuid_t calendar;
} CalendarKey;

typedef struct CalendarEntry
{
	CalendarKey key;
	const CivicCalendar *calendar;
} CalendarEntry;

static MemoryContext calendars_context = NULL;
static HTAB *calendars = NULL;
static uint64 calendars_version = 0;
static CalendarEntry last_calendar;

/* No calendar named: every hour of every day. */
static const CivicCalendar *
around_the_clock(void)
{
	static const CivicWindow all_day = {0, 1440};
	static CivicOffset utc = {CIVIC_WORK_FIRST, 0, 0};
	static CivicCalendar calendar;

	if (calendar.week_total == 0)
	{
		for (int i = 0; i < lengthof(calendar.week); i++)
			calendar.week[i] = (CivicWorkday){&all_day, 1, 0};
		calendar.offsets = &utc;
		calendar.noffsets = 1;
		(void) civic_calendar_compile(&calendar);
	}
	return &calendar;
}

static int64
timestamp_of_unix(pg_time_t seconds)
{
	return (seconds - (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY) * USECS_PER_SEC;
}

/* When the zone changes its offset from Greenwich, as far as working time is known. */
static void
read_zone(CivicCalendar *calendar, const char *name)
{
	pg_tz *zone = pg_tzset(name);
	pg_time_t time =
		CIVIC_WORK_FIRST / USECS_PER_SEC + (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY;
	int allocated = 512;
	int64 from = CIVIC_WORK_FIRST;

	if (zone == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("time zone \"%s\" is not known to the server", name),
				 errhint("Correct civic.business_calendars; pg_timezone_names lists the zones.")));
	calendar->offsets = palloc(sizeof(CivicOffset) * allocated);
	for (;;)
	{
		long int before;
		long int after;
		int is_dst;
		pg_time_t boundary;
		int found = pg_next_dst_boundary(&time, &before, &is_dst, &boundary, &after, &is_dst, zone);

		if (found < 0)
			elog(ERROR, "could not read time zone \"%s\"", name);
		if (calendar->noffsets == allocated)
		{
			allocated *= 2;
			calendar->offsets = repalloc(calendar->offsets, sizeof(CivicOffset) * allocated);
		}
		/* A change of name alone is none. */
		if (calendar->noffsets == 0 ||
			calendar->offsets[calendar->noffsets - 1].offset != before * USECS_PER_SEC)
			calendar->offsets[calendar->noffsets++] =
				(CivicOffset){from, before * USECS_PER_SEC, 0};
		if (found == 0 || timestamp_of_unix(boundary) >= CIVIC_WORK_LAST)
			break;
		time = boundary;
		from = timestamp_of_unix(boundary);
	}
}

/*
 * Rows of the query in load_calendar(): day of a holiday or null, weekday or null, opens and closes in minutes or null
 * for a holiday without work; in that order.
 */
static void
read_hours(CivicCalendar *calendar)
{
	CivicWindow *windows = palloc(sizeof(CivicWindow) * Max(SPI_processed, 1));
	int nwindows = 0;

	calendar->holidays = palloc0(sizeof(CivicHoliday) * Max(SPI_processed, 1));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];
		TupleDesc desc = SPI_tuptable->tupdesc;
		CivicWorkday *hours;
		bool weekly;
		bool closed;
		Datum day = SPI_getbinval(row, desc, 2, &weekly);
		int opens = DatumGetInt32(SPI_getbinval(row, desc, 4, &closed));
		int closes = DatumGetInt32(SPI_getbinval(row, desc, 5, &closed));

		if (weekly)
		{
			int weekday = DatumGetInt32(SPI_getbinval(row, desc, 3, &weekly));

			hours = &calendar->week[weekday - 1];
		}
		else
		{
			if (calendar->nholidays == 0 ||
				calendar->holidays[calendar->nholidays - 1].day != DatumGetDateADT(day))
				calendar->holidays[calendar->nholidays++].day = DatumGetDateADT(day);
			hours = &calendar->holidays[calendar->nholidays - 1].hours;
		}
		if (closed)
			continue;
		if (hours->count == 0)
			hours->windows = &windows[nwindows];
		hours->count++;
		windows[nwindows++] = (CivicWindow){(int16_t) opens, (int16_t) closes};
	}
}

static void
compile(CivicCalendar *calendar)
{
	CivicWorkResult result = civic_calendar_compile(calendar);

	if (result == CIVIC_WORK_NO_HOURS)
		ereport(ERROR,
				(errcode(ERRCODE_CIVIC_CALENDAR_UNUSABLE),
				 errmsg("the calendar has no working hours"),
				 errhint("Give at least one weekday hours in column weekly_hours of "
						 "civic.business_calendars.")));
	if (result != CIVIC_WORK_OK)
		ereport(ERROR,
				(errcode(ERRCODE_CIVIC_CALENDAR_UNUSABLE), errmsg("the calendar cannot be used"),
				 errdetail("Its hours overlap, or its time zone has offsets of a day or more.")));
}

static CivicCalendar *
load_calendar(const CalendarKey *key)
{
	Oid types[2] = {UUIDOID, UUIDOID};
	Datum values[2] = {UUIDPGetDatum(&key->organization), UUIDPGetDatum(&key->calendar)};
	MemoryContext context = CurrentMemoryContext;
	CivicCalendar *calendar;
	char *zone;

	SPI_connect();
	civic_query_now("SELECT c.time_zone, NULL::date AS day, w.weekday, w.opens, w.closes"
					" FROM civic.business_calendars AS c"
					" LEFT JOIN LATERAL civic_private.read_week(c.weekly_hours) AS w ON true"
					" WHERE c.organization_id = $1 AND c.id = $2"
					" UNION ALL"
					" SELECT NULL, h.day, NULL, w.opens, w.closes"
					" FROM civic.calendar_holidays AS h"
					" LEFT JOIN LATERAL civic_private.read_hours(h.hours) AS w ON true"
					" WHERE h.organization_id = $1 AND h.calendar_id = $2"
					" ORDER BY 2 NULLS FIRST, 3, 4",
					2, types, values, NULL);
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_CIVIC_NOT_FOUND), errmsg("the calendar does not exist"),
				 errdetail("The organization has no calendar with this id."),
				 errhint("Table civic.business_calendars lists them.")));
	context = MemoryContextSwitchTo(context);
	calendar = palloc0(sizeof(CivicCalendar));
	zone = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	read_hours(calendar);
	read_zone(calendar, zone);
	compile(calendar);
	MemoryContextSwitchTo(context);
	SPI_finish();
	return calendar;
}

static void
restart_cache(void)
{
	HASHCTL control = {.keysize = sizeof(CalendarKey), .entrysize = sizeof(CalendarEntry)};

	last_calendar.calendar = NULL;
	calendars = NULL;
	if (calendars_context == NULL)
		calendars_context =
			AllocSetContextCreate(CacheMemoryContext, "civic calendars", ALLOCSET_DEFAULT_SIZES);
	MemoryContextReset(calendars_context);
	control.hcxt = calendars_context;
	calendars = hash_create("civic calendars", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/*
 * civic_calendar
 *		A calendar as committed when the call looked, good until the next call; around the clock where none is named.
 */
const CivicCalendar *
civic_calendar(const pg_uuid_t *organization, const pg_uuid_t *id)
{
	uint64 version;
	CalendarKey key;
	CalendarEntry *entry;
	MemoryContext context;
	MemoryContext outer;

	if (id == NULL)
		return around_the_clock();
	version = civic_cache_version(CIVIC_CACHE_CALENDAR);
	key.organization = *organization;
	key.calendar = *id;
	if (calendars_version == version && last_calendar.calendar != NULL &&
		memcmp(&last_calendar.key, &key, sizeof(key)) == 0)
		return last_calendar.calendar;
	/* What a parallel plan reads, it reads with a snapshot that may be old: it is not kept. */
	if (IsInParallelMode())
		return load_calendar(&key);

	if (calendars == NULL || calendars_version != version ||
		hash_get_num_entries(calendars) >= MAX_CACHED_CALENDARS)
	{
		calendars_version = 0;
		restart_cache();
		calendars_version = version;
	}
	entry = hash_search(calendars, &key, HASH_FIND, NULL);
	if (entry == NULL)
	{
		const CivicCalendar *calendar;

		/* Memory of the caller until the calendar is complete, so that an error leaves nothing behind. */
		context =
			AllocSetContextCreate(CurrentMemoryContext, "civic calendar", ALLOCSET_DEFAULT_SIZES);
		outer = MemoryContextSwitchTo(context);
		calendar = load_calendar(&key);
		MemoryContextSwitchTo(outer);
		/* Reading the rows may have taken in changes; the next call then reads them again. */
		MemoryContextSetParent(context, calendars_context);
		entry = hash_search(calendars, &key, HASH_ENTER, NULL);
		entry->calendar = calendar;
	}
	last_calendar = *entry;
	return last_calendar.calendar;
}
