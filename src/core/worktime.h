/*
 * src/core/worktime.h
 *		Working time: what of a span of time lies within the working hours of a calendar.
 *
 * Times are microseconds of UTC since 2000-01-01, as in PostgreSQL; days are counted from the same date. An instant is
 * working time when the wall clock of the calendar's zone shows an hour of work then. So a window that holds an hour
 * which the clocks skip is shorter by it, and one that holds an hour which they repeat is longer.
 */
#ifndef CIVIC_WORKTIME_H
#define CIVIC_WORKTIME_H

#include <stdbool.h>
#include <stdint.h>

#define CIVIC_MINUTE_US INT64_C(60000000)
#define CIVIC_DAY_US INT64_C(86400000000)

/* Working time is known from 1970 to 2199; a deadline beyond is a mistake. */
#define CIVIC_WORK_FIRST (-10957 * CIVIC_DAY_US)
#define CIVIC_WORK_LAST (73049 * CIVIC_DAY_US)

typedef enum CivicWorkResult
{
	CIVIC_WORK_OK,
	CIVIC_WORK_NO_HOURS,   /* no weekday has a window */
	CIVIC_WORK_BAD_WINDOW, /* closes before it opens, or overlaps the one before */
	CIVIC_WORK_BAD_ORDER,  /* holidays or offsets are not in ascending order */
	CIVIC_WORK_BAD_ZONE,   /* no offset holds from the beginning, or one is a day or more */
	CIVIC_WORK_RANGE,      /* an instant lies outside what is known */
	CIVIC_WORK_NEVER,      /* the calendar ends before so much has been worked */
	CIVIC_WORK_PAUSED      /* the clock stands, and nobody knows until when */
} CivicWorkResult;

/* Minutes of the local day, 0 <= opens < closes <= 1440. */
typedef struct CivicWindow
{
	int16_t opens;
	int16_t closes;
} CivicWindow;

typedef struct CivicWorkday
{
	const CivicWindow *windows;
	int count;
	int64_t total; /* computed */
} CivicWorkday;

typedef struct CivicHoliday
{
	int32_t day;
	CivicWorkday hours;
	int64_t change; /* computed: by how much all holidays before this one change the time worked */
} CivicHoliday;

typedef struct CivicOffset
{
	int64_t from;   /* UTC */
	int64_t offset; /* local time minus UTC */
	int64_t worked; /* computed: time worked from the beginning until then */
} CivicOffset;

/* The caller fills in and owns what the pointers point to; civic_calendar_compile() computes the rest. */
typedef struct CivicCalendar
{
	CivicWorkday week[7]; /* Monday first */
	CivicHoliday *holidays;
	int nholidays;
	CivicOffset *offsets; /* the first holds from CIVIC_WORK_FIRST or before */
	int noffsets;
	int64_t week_total;
	int64_t week_before[7];
	int64_t worked_last; /* until CIVIC_WORK_LAST */
} CivicCalendar;

typedef struct CivicPause
{
	int64_t from;
	int64_t until; /* INT64_MAX: it goes on */
} CivicPause;

/* What is allowed: so much working time or, where days > 0, until the close of so many working days. */
typedef struct CivicAllowance
{
	int64_t time;
	int days;
} CivicAllowance;

extern CivicWorkResult civic_calendar_compile(CivicCalendar *calendar);
extern CivicWorkResult civic_work_between(const CivicCalendar *calendar, int64_t from,
										  int64_t until, int64_t *worked);
extern CivicWorkResult civic_work_add(const CivicCalendar *calendar, int64_t start, int64_t worked,
									  int64_t *end);
extern int civic_pauses_merge(CivicPause *pauses, int count);
extern CivicWorkResult civic_work_unpaused(const CivicCalendar *calendar, int64_t from,
										   int64_t until, const CivicPause *pauses, int npauses,
										   int64_t *worked);
extern CivicWorkResult civic_work_deadline(const CivicCalendar *calendar, int64_t start,
										   const CivicAllowance *allowed, const CivicPause *pauses,
										   int npauses, int64_t *deadline);

#endif
