/*
 * src/core/worktime.c
 *		Working time by arithmetic on whole weeks, with holidays and changes of the clock found by bisection.
 *
 * The time worked since the beginning of the calendar never falls, so both questions are answered by it: "how much
 * between" is a difference of two of its values, "when will so much have been worked" its smallest inverse. Where the
 * offset of the zone stands, it is a function of local time: whole weeks, days of the week, and what holidays change.
 */
#include "worktime.h"

#include <limits.h>
#include <stddef.h>

/* 1999-12-27, a Monday, is day -5. */
#define FIRST_MONDAY (-5)

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

/* 0 for Monday. */
static int
weekday(int64_t day)
{
	int64_t shifted = day - FIRST_MONDAY;

	return (int) (shifted - 7 * floor_div(shifted, 7));
}

static CivicWorkResult
compile_day(CivicWorkday *day)
{
	int closed = 0;

	day->total = 0;
	for (int i = 0; i < day->count; i++)
	{
		const CivicWindow *window = &day->windows[i];

		if (window->opens < closed || window->closes <= window->opens || window->closes > 1440)
			return CIVIC_WORK_BAD_WINDOW;
		closed = window->closes;
		day->total += (window->closes - window->opens) * CIVIC_MINUTE_US;
	}
	return CIVIC_WORK_OK;
}

/* Time worked of the first so many microseconds of a day. */
static int64_t
worked_of_day(const CivicWorkday *day, int64_t time)
{
	int64_t worked = 0;

	for (int i = 0; i < day->count; i++)
	{
		int64_t opens = day->windows[i].opens * CIVIC_MINUTE_US;
		int64_t closes = day->windows[i].closes * CIVIC_MINUTE_US;

		if (time <= opens)
			break;
		worked += (time < closes ? time : closes) - opens;
	}
	return worked;
}

/* The time of day at which so much has been worked, 0 < worked <= total. */
static int64_t
time_of_day(const CivicWorkday *day, int64_t worked)
{
	int i = 0;

	for (;; i++)
	{
		int64_t length = (day->windows[i].closes - day->windows[i].opens) * CIVIC_MINUTE_US;

		if (worked <= length)
			return day->windows[i].opens * CIVIC_MINUTE_US + worked;
		worked -= length;
	}
}

/* Number of holidays before a day. */
static int
holidays_before(const CivicCalendar *calendar, int64_t day)
{
	int low = 0;
	int high = calendar->nholidays;

	while (low < high)
	{
		int middle = low + (high - low) / 2;

		if (calendar->holidays[middle].day < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Time worked by the weekly hours before a day. */
static int64_t
regular_before(const CivicCalendar *calendar, int64_t day)
{
	return floor_div(day - FIRST_MONDAY, 7) * calendar->week_total +
		   calendar->week_before[weekday(day)];
}

static int64_t
change_before(const CivicCalendar *calendar, int holidays)
{
	const CivicHoliday *last;

	if (holidays == 0)
		return 0;
	last = &calendar->holidays[holidays - 1];
	return last->change + last->hours.total - calendar->week[weekday(last->day)].total;
}

/* Time worked up to a local time, counted from a fixed Monday. */
static int64_t
worked_local(const CivicCalendar *calendar, int64_t local)
{
	int64_t day = floor_div(local, CIVIC_DAY_US);
	int holidays = holidays_before(calendar, day);
	const CivicWorkday *hours = &calendar->week[weekday(day)];

	if (holidays < calendar->nholidays && calendar->holidays[holidays].day == day)
		hours = &calendar->holidays[holidays].hours;
	return regular_before(calendar, day) + change_before(calendar, holidays) +
		   worked_of_day(hours, local - day * CIVIC_DAY_US);
}

/* The earliest local time up to which so much has been worked. */
static int64_t
local_of_worked(const CivicCalendar *calendar, int64_t worked)
{
	int low = 0;
	int high = calendar->nholidays;
	int64_t rest;
	int64_t week;
	int day;

	/* The holidays that begin before the time sought. */
	while (low < high)
	{
		int middle = low + (high - low) / 2;

		if (regular_before(calendar, calendar->holidays[middle].day) +
				calendar->holidays[middle].change <
			worked)
			low = middle + 1;
		else
			high = middle;
	}
	if (low > 0)
	{
		const CivicHoliday *holiday = &calendar->holidays[low - 1];

		rest = worked - regular_before(calendar, holiday->day) - holiday->change;
		if (rest <= holiday->hours.total)
			return holiday->day * CIVIC_DAY_US + time_of_day(&holiday->hours, rest);
	}
	rest = worked - change_before(calendar, low);
	/* Down to the week in which some of it is left, so that the end of a week's work belongs to that week. */
	week = floor_div(rest - 1, calendar->week_total);
	rest -= week * calendar->week_total;
	for (day = 6; calendar->week_before[day] >= rest; day--)
		;
	return (FIRST_MONDAY + 7 * week + day) * CIVIC_DAY_US +
		   time_of_day(&calendar->week[day], rest - calendar->week_before[day]);
}

/* The offset that holds at an instant. */
static int
offset_at(const CivicCalendar *calendar, int64_t instant)
{
	int low = 0;
	int high = calendar->noffsets - 1;

	while (low < high)
	{
		int middle = high - (high - low) / 2;

		if (calendar->offsets[middle].from <= instant)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

/* Time worked from the beginning until an instant. */
static int64_t
worked_until(const CivicCalendar *calendar, int64_t instant)
{
	const CivicOffset *offset = &calendar->offsets[offset_at(calendar, instant)];

	return offset->worked + worked_local(calendar, instant + offset->offset) -
		   worked_local(calendar, offset->from + offset->offset);
}

static bool
is_known(int64_t instant)
{
	return instant >= CIVIC_WORK_FIRST && instant < CIVIC_WORK_LAST;
}

/*
 * civic_calendar_compile
 *		Checks a calendar and computes what the questions below need.
 */
CivicWorkResult
civic_calendar_compile(CivicCalendar *calendar)
{
	int64_t change = 0;

	calendar->week_total = 0;
	for (int i = 0; i < 7; i++)
	{
		CivicWorkResult result = compile_day(&calendar->week[i]);

		if (result != CIVIC_WORK_OK)
			return result;
		calendar->week_before[i] = calendar->week_total;
		calendar->week_total += calendar->week[i].total;
	}
	if (calendar->week_total == 0)
		return CIVIC_WORK_NO_HOURS;
	for (int i = 0; i < calendar->nholidays; i++)
	{
		CivicHoliday *holiday = &calendar->holidays[i];
		CivicWorkResult result = compile_day(&holiday->hours);

		if (result != CIVIC_WORK_OK)
			return result;
		if (i > 0 && holiday->day <= calendar->holidays[i - 1].day)
			return CIVIC_WORK_BAD_ORDER;
		if (holiday->day < CIVIC_WORK_FIRST / CIVIC_DAY_US ||
			holiday->day >= CIVIC_WORK_LAST / CIVIC_DAY_US)
			return CIVIC_WORK_RANGE;
		holiday->change = change;
		change += holiday->hours.total - calendar->week[weekday(holiday->day)].total;
	}
	if (calendar->noffsets == 0 || calendar->offsets[0].from > CIVIC_WORK_FIRST)
		return CIVIC_WORK_BAD_ZONE;
	calendar->offsets[0].from = CIVIC_WORK_FIRST;
	calendar->offsets[0].worked = 0;
	for (int i = 0; i < calendar->noffsets; i++)
	{
		CivicOffset *offset = &calendar->offsets[i];

		if (offset->offset <= -CIVIC_DAY_US || offset->offset >= CIVIC_DAY_US)
			return CIVIC_WORK_BAD_ZONE;
		if (i == 0)
			continue;
		if (offset->from <= offset[-1].from || offset->from >= CIVIC_WORK_LAST)
			return CIVIC_WORK_BAD_ORDER;
		offset->worked = offset[-1].worked +
						 worked_local(calendar, offset->from + offset[-1].offset) -
						 worked_local(calendar, offset[-1].from + offset[-1].offset);
	}
	calendar->worked_last = worked_until(calendar, CIVIC_WORK_LAST);
	return CIVIC_WORK_OK;
}

/*
 * civic_work_between
 *		Working time from one instant until another; negative where the other comes first.
 */
CivicWorkResult
civic_work_between(const CivicCalendar *calendar, int64_t from, int64_t until, int64_t *worked)
{
	if (!is_known(from) || !is_known(until))
		return CIVIC_WORK_RANGE;
	*worked = worked_until(calendar, until) - worked_until(calendar, from);
	return CIVIC_WORK_OK;
}

/*
 * civic_work_add
 *		The earliest instant, from start on, until which so much has been worked; worked is not negative.
 */
CivicWorkResult
civic_work_add(const CivicCalendar *calendar, int64_t start, int64_t worked, int64_t *end)
{
	int64_t target;
	int low = 0;
	int high = calendar->noffsets - 1;
	const CivicOffset *offset;

	if (!is_known(start) || worked < 0)
		return CIVIC_WORK_RANGE;
	if (worked == 0)
	{
		*end = start;
		return CIVIC_WORK_OK;
	}
	target = worked_until(calendar, start);
	if (worked > calendar->worked_last - target)
		return CIVIC_WORK_NEVER;
	target += worked;
	/* The last offset before which the target is not reached. */
	while (low < high)
	{
		int middle = high - (high - low) / 2;

		if (calendar->offsets[middle].worked < target)
			low = middle;
		else
			high = middle - 1;
	}
	offset = &calendar->offsets[low];
	*end = local_of_worked(calendar, worked_local(calendar, offset->from + offset->offset) +
										 target - offset->worked) -
		   offset->offset;
	return *end < CIVIC_WORK_LAST ? CIVIC_WORK_OK : CIVIC_WORK_NEVER;
}

/*
 * civic_pauses_merge
 *		Sorts pauses and joins those that touch; returns how many are left.
 */
int
civic_pauses_merge(CivicPause *pauses, int count)
{
	int merged = 0;

	for (int i = 1; i < count; i++)
	{
		CivicPause pause = pauses[i];
		int j = i;

		for (; j > 0 && pauses[j - 1].from > pause.from; j--)
			pauses[j] = pauses[j - 1];
		pauses[j] = pause;
	}
	for (int i = 0; i < count; i++)
	{
		if (pauses[i].until <= pauses[i].from)
			continue;
		if (merged > 0 && pauses[i].from <= pauses[merged - 1].until)
		{
			if (pauses[i].until > pauses[merged - 1].until)
				pauses[merged - 1].until = pauses[i].until;
		}
		else
			pauses[merged++] = pauses[i];
	}
	return merged;
}

/*
 * civic_work_unpaused
 *		Working time from one instant until a later one outside of merged pauses.
 */
CivicWorkResult
civic_work_unpaused(const CivicCalendar *calendar, int64_t from, int64_t until,
					const CivicPause *pauses, int npauses, int64_t *worked)
{
	CivicWorkResult result = civic_work_between(calendar, from, until, worked);

	for (int i = 0; i < npauses && result == CIVIC_WORK_OK; i++)
	{
		int64_t begin = pauses[i].from > from ? pauses[i].from : from;
		int64_t end = pauses[i].until < until ? pauses[i].until : until;
		int64_t paused;

		if (begin >= end)
			continue;
		result = civic_work_between(calendar, begin, end, &paused);
		if (result == CIVIC_WORK_OK)
			*worked -= paused;
	}
	return result;
}

/* The first instant of a local day, not before the beginning. */
static int64_t
start_of_day(const CivicCalendar *calendar, int64_t day)
{
	for (int i = offset_at(calendar, (day - 2) * CIVIC_DAY_US);; i++)
	{
		const CivicOffset *offset = &calendar->offsets[i];
		int64_t instant = day * CIVIC_DAY_US - offset->offset;

		if (i == calendar->noffsets - 1 || instant < calendar->offsets[i + 1].from)
			return instant > offset->from ? instant : offset->from;
	}
}

/* The close of the nth working day after the day of the start; a day counts when not all of its work is paused. */
static CivicWorkResult
close_of_day(const CivicCalendar *calendar, int64_t start, int days, const CivicPause *pauses,
			 int npauses, int64_t *deadline)
{
	int64_t day =
		floor_div(start + calendar->offsets[offset_at(calendar, start)].offset, CIVIC_DAY_US);

	while (days > 0)
	{
		int64_t begin = start_of_day(calendar, ++day);
		int64_t end = start_of_day(calendar, day + 1);
		int64_t worked = 0;
		int64_t unpaused;

		if (!is_known(end))
			return npauses > 0 && pauses[npauses - 1].until == INT64_MAX ? CIVIC_WORK_PAUSED
																		 : CIVIC_WORK_NEVER;
		if (npauses > 0 && pauses[npauses - 1].from <= begin &&
			pauses[npauses - 1].until == INT64_MAX)
			return CIVIC_WORK_PAUSED;
		(void) civic_work_between(calendar, begin, end, &worked);
		(void) civic_work_unpaused(calendar, begin, end, pauses, npauses, &unpaused);
		if (unpaused > 0 && --days == 0)
			return civic_work_add(calendar, begin, worked, deadline);
	}
	return CIVIC_WORK_RANGE;
}

/*
 * civic_work_deadline
 *		The earliest instant until which so much has been worked outside of merged pauses.
 */
CivicWorkResult
civic_work_deadline(const CivicCalendar *calendar, int64_t start, const CivicAllowance *allowed,
					const CivicPause *pauses, int npauses, int64_t *deadline)
{
	int64_t rest = allowed->time;

	if (!is_known(start))
		return CIVIC_WORK_RANGE;
	if (allowed->days > 0)
		return close_of_day(calendar, start, allowed->days, pauses, npauses, deadline);
	for (int i = 0; i < npauses && rest > 0; i++)
	{
		int64_t worked;
		CivicWorkResult result;

		if (pauses[i].until <= start)
			continue;
		if (pauses[i].from > start)
		{
			if (!is_known(pauses[i].from))
				break;
			result = civic_work_between(calendar, start, pauses[i].from, &worked);
			if (result != CIVIC_WORK_OK)
				return result;
			if (worked >= rest)
				break;
			rest -= worked;
		}
		if (pauses[i].until == INT64_MAX)
			return CIVIC_WORK_PAUSED;
		if (!is_known(pauses[i].until))
			return CIVIC_WORK_RANGE;
		start = pauses[i].until;
	}
	return civic_work_add(calendar, start, rest, deadline);
}
