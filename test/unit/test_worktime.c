/*
 * test/unit/test_worktime.c
 *		Working time: cases worked out by hand, then random ones against the model.
 */
#include "tap.h"
#include "worktime_model.h"

#define CASES 100000
#define HOUR (60 * CIVIC_MINUTE_US)

static Model model;

static void
set_day(CivicWorkday *day, CivicWindow *windows, int count)
{
	day->windows = windows;
	day->count = count;
}

/* Monday to Friday 08:00 to 12:00 and 13:00 to 17:00. */
static void
office(ModelZone zone)
{
	memset(&model, 0, sizeof(model));
	model.slot = 30 * CIVIC_MINUTE_US;
	for (int i = 0; i < 5; i++)
	{
		model.windows[i][0] = (CivicWindow){8 * 60, 12 * 60};
		model.windows[i][1] = (CivicWindow){13 * 60, 17 * 60};
		set_day(&model.calendar.week[i], model.windows[i], 2);
	}
	model.calendar.holidays = model.holidays;
	model_set_zone(&model, zone);
}

static void
around_the_clock(ModelZone zone)
{
	memset(&model, 0, sizeof(model));
	model.slot = 30 * CIVIC_MINUTE_US;
	for (int i = 0; i < 7; i++)
	{
		model.windows[i][0] = (CivicWindow){0, 1440};
		set_day(&model.calendar.week[i], model.windows[i], 1);
	}
	model_set_zone(&model, zone);
}

static void
holiday(int day, int opens, int closes)
{
	int n = model.calendar.nholidays++;

	memset(&model.holidays[n], 0, sizeof(CivicHoliday));
	model.holidays[n].day = day;
	model.windows[7 + n][0] = (CivicWindow){(int16_t) opens, (int16_t) closes};
	set_day(&model.holidays[n].hours, model.windows[7 + n], closes > 0 ? 1 : 0);
}

/* UTC of a local time. */
static int64_t
at(int year, int month, int day, int hour, int minute)
{
	return model_day(year, month, day) * CIVIC_DAY_US + hour * HOUR + minute * CIVIC_MINUTE_US;
}

static int64_t
add(int64_t start, int64_t worked)
{
	int64_t end;
	CivicWorkResult result = civic_work_add(&model.calendar, start, worked, &end);

	return result == CIVIC_WORK_OK ? end : INT64_MAX;
}

static int64_t
between(int64_t from, int64_t until)
{
	int64_t worked;

	return civic_work_between(&model.calendar, from, until, &worked) == CIVIC_WORK_OK ? worked
																					  : INT64_MAX;
}

static void
test_edges(void)
{
	office(ZONE_UTC);
	ok(civic_calendar_compile(&model.calendar) == CIVIC_WORK_OK, "an office week");
	/* 2026-03-02 is a Monday. */
	ok(add(at(2026, 3, 2, 8, 0), 4 * HOUR) == at(2026, 3, 2, 12, 0),
	   "four hours from opening end at lunch, not after it");
	ok(add(at(2026, 3, 2, 8, 0), 4 * HOUR + 1) == at(2026, 3, 2, 13, 0) + 1,
	   "a microsecond more ends after lunch");
	ok(add(at(2026, 3, 2, 7, 0), HOUR) == at(2026, 3, 2, 9, 0), "a start before opening waits");
	ok(add(at(2026, 3, 2, 17, 0), HOUR) == at(2026, 3, 3, 9, 0), "a start at closing waits");
	ok(add(at(2026, 3, 6, 16, 0), 2 * HOUR) == at(2026, 3, 9, 9, 0), "the weekend is skipped");
	ok(add(at(2026, 3, 2, 20, 0), 0) == at(2026, 3, 2, 20, 0), "nothing takes no time");
	ok(add(at(2026, 3, 2, 8, 0), 40 * HOUR) == at(2026, 3, 6, 17, 0),
	   "a whole week ends on Friday evening");
	ok(add(at(2026, 3, 2, 8, 0), 400 * HOUR) == at(2026, 5, 8, 17, 0), "ten whole weeks");
	ok(between(at(2026, 3, 2, 17, 0), at(2026, 3, 3, 8, 0)) == 0, "a night is no work");
	ok(between(at(2026, 3, 2, 0, 0), at(2026, 3, 9, 0, 0)) == 40 * HOUR, "a week is 40 hours");
	ok(between(at(2026, 3, 9, 0, 0), at(2026, 3, 2, 0, 0)) == -40 * HOUR, "and backwards minus 40");
	ok(between(-12 * CIVIC_DAY_US, 0) == 80 * HOUR, "weeks before 2000 count alike");

	office(ZONE_UTC);
	holiday(model_day(2026, 3, 3), 0, 0);
	holiday(model_day(2026, 3, 4), 10 * 60, 11 * 60);
	holiday(model_day(2026, 3, 7), 9 * 60, 10 * 60);
	(void) civic_calendar_compile(&model.calendar);
	ok(add(at(2026, 3, 2, 16, 0), HOUR + 1) == at(2026, 3, 4, 10, 0) + 1, "a holiday is skipped");
	ok(add(at(2026, 3, 2, 16, 0), 2 * HOUR) == at(2026, 3, 4, 11, 0), "a short day is short");
	ok(add(at(2026, 3, 2, 16, 0), 2 * HOUR + 1) == at(2026, 3, 5, 8, 0) + 1, "and then over");
	ok(add(at(2026, 3, 6, 17, 0), HOUR) == at(2026, 3, 7, 10, 0), "a special day adds work");
	ok(between(at(2026, 3, 2, 0, 0), at(2026, 3, 9, 0, 0)) == 26 * HOUR, "all of them in a week");
}

static void
test_clock_changes(void)
{
	around_the_clock(ZONE_BERLIN);
	ok(civic_calendar_compile(&model.calendar) == CIVIC_WORK_OK, "around the clock in Berlin");
	ok(between(at(2026, 3, 28, 23, 0), at(2026, 3, 29, 22, 0)) == 23 * HOUR,
	   "the day the clocks go forward has 23 hours");
	ok(between(at(2026, 10, 24, 22, 0), at(2026, 10, 25, 23, 0)) == 25 * HOUR,
	   "the day they go back has 25");

	around_the_clock(ZONE_BERLIN);
	for (int i = 0; i < 7; i++)
		model.windows[i][0] = (CivicWindow){60, 4 * 60};
	(void) civic_calendar_compile(&model.calendar);
	/* 01:00 to 04:00 is 00:00 to 03:00 UTC in winter, 23:00 to 02:00 UTC in summer. */
	ok(between(at(2026, 3, 28, 22, 0), at(2026, 3, 29, 12, 0)) == 2 * HOUR,
	   "a window with the skipped hour is an hour shorter");
	ok(between(at(2026, 10, 24, 12, 0), at(2026, 10, 25, 12, 0)) == 4 * HOUR,
	   "a window with the repeated hour is an hour longer");
	ok(add(at(2026, 3, 29, 0, 0), HOUR + HOUR / 2) == at(2026, 3, 29, 1, 30),
	   "adding goes over the skipped hour");
	ok(add(at(2026, 10, 24, 23, 0), 4 * HOUR) == at(2026, 10, 25, 3, 0), "and over the repeated");

	around_the_clock(ZONE_LORD_HOWE);
	for (int i = 0; i < 7; i++)
		model.windows[i][0] = (CivicWindow){60, 3 * 60};
	(void) civic_calendar_compile(&model.calendar);
	ok(between(at(2026, 10, 3, 12, 0), at(2026, 10, 4, 12, 0)) == HOUR + HOUR / 2,
	   "where the clocks go forward by half an hour, half an hour is missing");
	ok(between(at(2026, 4, 4, 12, 0), at(2026, 4, 5, 12, 0)) == 2 * HOUR + HOUR / 2,
	   "and comes back");
}

static void
test_refusals(void)
{
	int64_t value;
	CivicAllowance hour = {HOUR, 0};
	CivicAllowance days = {0, 3};
	CivicPause pause = {at(2026, 3, 2, 9, 0), INT64_MAX};

	memset(&model, 0, sizeof(model));
	model_set_zone(&model, ZONE_UTC);
	ok(civic_calendar_compile(&model.calendar) == CIVIC_WORK_NO_HOURS, "no hours at all");
	office(ZONE_UTC);
	model.windows[0][0].closes = 8 * 60;
	ok(civic_calendar_compile(&model.calendar) == CIVIC_WORK_BAD_WINDOW, "a window of no length");
	office(ZONE_UTC);
	model.windows[0][1].opens = 11 * 60;
	ok(civic_calendar_compile(&model.calendar) == CIVIC_WORK_BAD_WINDOW, "windows that overlap");
	office(ZONE_UTC);
	model.windows[4][1].closes = 1441;
	ok(civic_calendar_compile(&model.calendar) == CIVIC_WORK_BAD_WINDOW, "a day of 24:01");
	office(ZONE_UTC);
	holiday(100, 0, 0);
	holiday(100, 0, 0);
	ok(civic_calendar_compile(&model.calendar) == CIVIC_WORK_BAD_ORDER, "a holiday twice");
	office(ZONE_UTC);
	model.calendar.noffsets = 0;
	ok(civic_calendar_compile(&model.calendar) == CIVIC_WORK_BAD_ZONE, "no zone");
	office(ZONE_UTC);
	model.offsets[0].offset = CIVIC_DAY_US;
	ok(civic_calendar_compile(&model.calendar) == CIVIC_WORK_BAD_ZONE, "a zone of a day");

	office(ZONE_UTC);
	(void) civic_calendar_compile(&model.calendar);
	ok(civic_work_add(&model.calendar, CIVIC_WORK_LAST, 1, &value) == CIVIC_WORK_RANGE &&
		   civic_work_add(&model.calendar, INT64_MIN, 1, &value) == CIVIC_WORK_RANGE &&
		   civic_work_add(&model.calendar, INT64_MAX, 1, &value) == CIVIC_WORK_RANGE &&
		   civic_work_between(&model.calendar, 0, INT64_MAX, &value) == CIVIC_WORK_RANGE &&
		   civic_work_between(&model.calendar, INT64_MIN, 0, &value) == CIVIC_WORK_RANGE,
	   "instants that are not known");
	ok(civic_work_add(&model.calendar, 0, -1, &value) == CIVIC_WORK_RANGE, "less than nothing");
	ok(civic_work_add(&model.calendar, 0, INT64_MAX, &value) == CIVIC_WORK_NEVER, "more than ever");
	ok(civic_work_deadline(&model.calendar, at(2026, 3, 2, 8, 0), &hour, &pause, 1, &value) ==
			   CIVIC_WORK_OK &&
		   value == at(2026, 3, 2, 9, 0),
	   "a deadline at the moment the clock stops stands");
	pause.from--;
	ok(civic_work_deadline(&model.calendar, at(2026, 3, 2, 8, 0), &hour, &pause, 1, &value) ==
		   CIVIC_WORK_PAUSED,
	   "one that the clock stops before is open");
	ok(civic_work_deadline(&model.calendar, at(2026, 3, 2, 8, 0), &days, &pause, 1, &value) ==
		   CIVIC_WORK_PAUSED,
	   "so are working days");
	ok(civic_work_deadline(&model.calendar, at(2026, 3, 2, 8, 0), &days, NULL, 0, &value) ==
			   CIVIC_WORK_OK &&
		   value == at(2026, 3, 5, 17, 0),
	   "three working days end at the close of the third day after");
}

static void
test_merge(void)
{
	CivicPause pauses[] = {{50, 60}, {10, 20}, {20, 30}, {5, 6}, {55, 70}, {80, 80}, {12, 14}};

	ok(civic_pauses_merge(pauses, 7) == 3 && pauses[0].from == 5 && pauses[0].until == 6 &&
		   pauses[1].from == 10 && pauses[1].until == 30 && pauses[2].from == 50 &&
		   pauses[2].until == 70,
	   "pauses are sorted, those that touch become one, empty ones go");
	ok(civic_pauses_merge(pauses, 0) == 0, "no pauses");
}

static uint64_t random_state = 0x9E3779B97F4A7C15;

/* xorshift64*, so that every run asks the same. */
static int64_t
draw(int64_t below)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (int64_t) (((random_state * UINT64_C(0x2545F4914F6CDD1D)) >> 1) % (uint64_t) below);
}

static int
random_windows(CivicWindow *windows, int slots)
{
	int slot = 1440 / slots;
	int count = 0;
	int free = 0;

	for (int n = (int) draw(MODEL_MAX_WINDOWS); n > 0 && free < slots; n--)
	{
		int opens = free + (int) draw(slots - free);
		int closes = opens + 1 + (int) draw(slots - opens);

		windows[count++] = (CivicWindow){(int16_t) (opens * slot), (int16_t) (closes * slot)};
		/* Sometimes the next window touches this one. */
		free = closes + (int) draw(2);
	}
	return count;
}

static void
random_calendar(void)
{
	int slots = draw(60) == 0 ? 1440 : 48;
	int day = model_day(2024, 1, 1);

	memset(&model, 0, sizeof(model));
	model.slot = 1440 / slots * CIVIC_MINUTE_US;
	do
	{
		for (int i = 0; i < 7; i++)
			set_day(&model.calendar.week[i], model.windows[i],
					draw(3) == 0 ? 0 : random_windows(model.windows[i], slots));
		model_set_zone(&model, (ModelZone) draw(ZONES));
	} while (civic_calendar_compile(&model.calendar) == CIVIC_WORK_NO_HOURS);
	model.calendar.holidays = model.holidays;
	for (int n = (int) draw(MODEL_MAX_HOLIDAYS); n > 0; n--)
	{
		int i = model.calendar.nholidays++;

		day += 1 + (int) draw(draw(2) == 0 ? 3 : 60);
		model.holidays[i].day = day;
		set_day(&model.holidays[i].hours, model.windows[7 + i],
				draw(2) == 0 ? 0 : random_windows(model.windows[7 + i], slots));
	}
	if (civic_calendar_compile(&model.calendar) != CIVIC_WORK_OK)
		abort();
}

/* Often on or next to an edge, where mistakes are. */
static int64_t
random_instant(void)
{
	int64_t instant = model_day(2024, 1, 1) * CIVIC_DAY_US + draw(1200) * CIVIC_DAY_US;
	int kind = (int) draw(4);

	if (kind == 0 && model.calendar.noffsets > 1)
		instant = model.offsets[1 + draw(model.calendar.noffsets - 1)].from +
				  (draw(97) - 48) * model.slot;
	else if (kind == 1 && model.calendar.nholidays > 0)
		instant = model.holidays[draw(model.calendar.nholidays)].day * CIVIC_DAY_US +
				  (draw(97) - 48) * model.slot;
	else
		instant += draw(1440) * CIVIC_MINUTE_US;
	return instant + (draw(3) == 0 ? draw(CIVIC_MINUTE_US) : draw(3) - 1);
}

static bool
complain(int number, const char *what, int64_t have, int64_t want)
{
	printf("# case %d: %s: have %lld, want %lld\n", number, what, (long long) have,
		   (long long) want);
	return false;
}

static bool
random_case(int number)
{
	CivicPause pauses[4];
	int npauses = 0;
	int64_t start = random_instant();
	int64_t span = draw(8) == 0 ? draw(30 * CIVIC_DAY_US) : draw(3 * CIVIC_DAY_US);
	int64_t limit = start + 200 * CIVIC_DAY_US;
	int64_t want = model_between(&model, start, start + span, NULL, 0);
	CivicAllowance allowed = {0, 0};
	int64_t end;
	int64_t value;
	CivicWorkResult result;

	if (between(start, start + span) != want)
		return complain(number, "between", between(start, start + span), want);

	/* The inverse, also of a time that ends exactly at an edge. */
	allowed.time = draw(3) == 0 ? want : draw(draw(8) == 0 ? 100 * HOUR : 12 * HOUR);
	want = model_add(&model, start, allowed.time, NULL, 0, limit);
	end = add(start, allowed.time);
	if (want < limit && end != want)
		return complain(number, "add", end, want);
	if (end != INT64_MAX && between(start, end) != allowed.time)
		return complain(number, "between(add)", between(start, end), allowed.time);
	if (end != INT64_MAX && end > start && between(start, end - 1) != allowed.time - 1)
		return complain(number, "add is not the earliest", between(start, end - 1),
						allowed.time - 1);

	/* Pauses over nights and weekends, overlapping, perhaps one that has not ended. */
	for (int n = (int) draw(4); n > 0; n--)
	{
		pauses[npauses].from = start + draw(6 * CIVIC_DAY_US) - CIVIC_DAY_US;
		pauses[npauses].until = draw(10) == 0 ? INT64_MAX : pauses[npauses].from + draw(90 * HOUR);
		npauses++;
	}
	npauses = civic_pauses_merge(pauses, npauses);
	want = model_between(&model, start, start + span, pauses, npauses);
	if (civic_work_unpaused(&model.calendar, start, start + span, pauses, npauses, &value) !=
			CIVIC_WORK_OK ||
		value != want)
		return complain(number, "unpaused", value, want);
	want = model_add(&model, start, allowed.time, pauses, npauses, limit);
	result = civic_work_deadline(&model.calendar, start, &allowed, pauses, npauses, &end);
	if (npauses > 0 && pauses[npauses - 1].until == INT64_MAX && want == INT64_MAX)
	{
		if (result != CIVIC_WORK_PAUSED)
			return complain(number, "deadline of a stopped clock", result, CIVIC_WORK_PAUSED);
	}
	else if (want < limit && (result != CIVIC_WORK_OK || end != want))
		return complain(number, "deadline", end, want);

	if (draw(16) == 0)
	{
		allowed.days = 1 + (int) draw(6);
		want =
			model_add_days(&model, start, allowed.days, pauses, npauses, start + 60 * CIVIC_DAY_US);
		result = civic_work_deadline(&model.calendar, start, &allowed, pauses, npauses, &end);
		if (want != INT64_MAX && (result != CIVIC_WORK_OK || end != want))
			return complain(number, "working days", end, want);
	}
	return true;
}

static void
test_random(void)
{
	int failed = 0;

	for (int i = 0; i < CASES && failed < 5; i++)
	{
		if (i % 20 == 0)
			random_calendar();
		failed += !random_case(i);
	}
	ok(failed == 0, "%d random cases agree with walking through time", CASES);
}

void
test_worktime(void)
{
	test_edges();
	test_clock_changes();
	test_refusals();
	test_merge();
	test_random();
}
