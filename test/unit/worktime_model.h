/*
 * test/unit/worktime_model.h
 *		Working time too simple to be wrong: it walks through time slot by slot and looks at the clock on the wall.
 */
#ifndef WORKTIME_MODEL_H
#define WORKTIME_MODEL_H

#include "core/worktime.h"

#include <stdlib.h>
#include <string.h>

#define MODEL_MAX_WINDOWS 4
#define MODEL_MAX_HOLIDAYS 16
#define MODEL_MAX_OFFSETS 64

typedef struct Model
{
	CivicCalendar calendar;
	CivicWindow windows[7 + MODEL_MAX_HOLIDAYS][MODEL_MAX_WINDOWS];
	CivicHoliday holidays[MODEL_MAX_HOLIDAYS];
	CivicOffset offsets[MODEL_MAX_OFFSETS];
	int64_t slot; /* windows, offsets and their changes are multiples of it */
} Model;

/* Days since 2000-01-01 of a date, counted year by year and month by month. */
static inline int
model_day(int year, int month, int day_of_month)
{
	static const int lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int day = 0;

	for (int y = 2000; y < year; y++)
		day += y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) ? 366 : 365;
	for (int m = 1; m < month; m++)
		day += lengths[m - 1] +
			   (m == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 1 : 0);
	return day + day_of_month - 1;
}

/* 2000-01-01 was a Saturday; 0 for Monday. */
static inline int
model_weekday(int64_t day)
{
	return (int) (((day + 5) % 7 + 7) % 7);
}

/* The nth Sunday of a month, or the last for n = 5. */
static inline int
model_sunday(int year, int month, int n)
{
	int day = n < 5 ? model_day(year, month, 1 + 7 * (n - 1))
					: model_day(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1) - 7;

	while (model_weekday(day) != 6)
		day++;
	return day;
}

typedef enum ModelZone
{
	ZONE_UTC,
	ZONE_KOLKATA,
	ZONE_BERLIN,
	ZONE_CHICAGO,
	ZONE_LORD_HOWE,
	ZONE_SAO_PAULO, /* as it was: the clocks changed at midnight */
	ZONES
} ModelZone;

static inline void
model_add_offset(Model *model, int64_t from, int minutes)
{
	CivicOffset *offset = &model->offsets[model->calendar.noffsets++];

	memset(offset, 0, sizeof(*offset));
	offset->from = from;
	offset->offset = minutes * CIVIC_MINUTE_US;
}

/* Offsets of the years 2023 to 2028 by the rule of the zone. */
static inline void
model_set_zone(Model *model, ModelZone zone)
{
	static const struct
	{
		int standard; /* minutes east of Greenwich */
		int saving;	  /* minutes the clocks go forward */
		int month[2]; /* forward, back; on the nth Sunday at so many minutes of standard time */
		int nth[2];
		int minute[2];
	} rules[ZONES] = {
		[ZONE_UTC] = {0, 0, {0, 0}, {0, 0}, {0, 0}},
		[ZONE_KOLKATA] = {330, 0, {0, 0}, {0, 0}, {0, 0}},
		[ZONE_BERLIN] = {60, 60, {3, 10}, {5, 5}, {120, 120}},
		[ZONE_CHICAGO] = {-360, 60, {3, 11}, {2, 1}, {120, 60}},
		[ZONE_LORD_HOWE] = {630, 30, {10, 4}, {1, 1}, {120, 90}},
		[ZONE_SAO_PAULO] = {-180, 60, {11, 2}, {1, 3}, {0, -60}},
	};
	int standard = rules[zone].standard;
	int first = rules[zone].month[0] < rules[zone].month[1] ? 0 : 1;

	model->calendar.offsets = model->offsets;
	model->calendar.noffsets = 0;
	model_add_offset(model, CIVIC_WORK_FIRST, standard + (first == 1 ? rules[zone].saving : 0));
	if (rules[zone].saving == 0)
		return;
	for (int year = 2023; year <= 2028; year++)
	{
		for (int i = 0; i < 2; i++)
		{
			int change = first == 0 ? i : 1 - i;
			int day = model_sunday(year, rules[zone].month[change], rules[zone].nth[change]);

			model_add_offset(
				model, day * CIVIC_DAY_US + (rules[zone].minute[change] - standard) * CIVIC_MINUTE_US,
				standard + (change == 0 ? rules[zone].saving : 0));
		}
	}
}

static inline int64_t
model_local(const Model *model, int64_t instant)
{
	int i = 0;

	while (i + 1 < model->calendar.noffsets && model->calendar.offsets[i + 1].from <= instant)
		i++;
	return instant + model->calendar.offsets[i].offset;
}

static inline int64_t
model_floor(int64_t value, int64_t unit)
{
	int64_t rest = value % unit;

	return value - (rest < 0 ? rest + unit : rest);
}

static inline bool
model_is_open(const Model *model, int64_t instant)
{
	int64_t local = model_local(model, instant);
	int64_t day = model_floor(local, CIVIC_DAY_US) / CIVIC_DAY_US;
	int minute = (int) ((local - day * CIVIC_DAY_US) / CIVIC_MINUTE_US);
	const CivicWorkday *hours = &model->calendar.week[model_weekday(day)];

	for (int i = 0; i < model->calendar.nholidays; i++)
	{
		if (model->calendar.holidays[i].day == day)
			hours = &model->calendar.holidays[i].hours;
	}
	for (int i = 0; i < hours->count; i++)
	{
		if (minute >= hours->windows[i].opens && minute < hours->windows[i].closes)
			return true;
	}
	return false;
}

static inline bool
model_is_paused(const CivicPause *pauses, int npauses, int64_t instant)
{
	for (int i = 0; i < npauses; i++)
	{
		if (instant >= pauses[i].from && instant < pauses[i].until)
			return true;
	}
	return false;
}

/* From one edge of a slot or a pause to the next, so that the state is the same all the way. */
static inline int64_t
model_step(const Model *model, const CivicPause *pauses, int npauses, int64_t instant)
{
	int64_t next = model_floor(instant, model->slot) + model->slot;

	for (int i = 0; i < npauses; i++)
	{
		if (pauses[i].from > instant && pauses[i].from < next)
			next = pauses[i].from;
		if (pauses[i].until > instant && pauses[i].until < next)
			next = pauses[i].until;
	}
	return next;
}

static inline int64_t
model_between(const Model *model, int64_t from, int64_t until, const CivicPause *pauses,
			  int npauses)
{
	int64_t worked = 0;

	while (from < until)
	{
		int64_t next = model_step(model, pauses, npauses, from);

		if (next > until)
			next = until;
		if (model_is_open(model, from) && !model_is_paused(pauses, npauses, from))
			worked += next - from;
		from = next;
	}
	return worked;
}

/* The earliest instant at which so much has been worked, or INT64_MAX where that is not before the limit. */
static inline int64_t
model_add(const Model *model, int64_t start, int64_t worked, const CivicPause *pauses, int npauses,
		  int64_t limit)
{
	while (worked > 0)
	{
		int64_t next = model_step(model, pauses, npauses, start);

		if (start >= limit)
			return INT64_MAX;
		if (model_is_open(model, start) && !model_is_paused(pauses, npauses, start))
		{
			if (worked <= next - start)
				return start + worked;
			worked -= next - start;
		}
		start = next;
	}
	return start;
}

/* The close of the nth later day on which some work is not paused. */
static inline int64_t
model_add_days(const Model *model, int64_t start, int days, const CivicPause *pauses, int npauses,
			   int64_t limit)
{
	int64_t today = model_floor(model_local(model, start), CIVIC_DAY_US);
	int64_t close = INT64_MAX;
	bool counted = false;

	for (int64_t day = today; start < limit;)
	{
		int64_t next = model_step(model, pauses, npauses, start);
		int64_t local = model_floor(model_local(model, start), CIVIC_DAY_US);

		/* Clocks that go back over midnight show the day before again; the day has begun all the same. */
		if (local > day)
		{
			if (counted && --days == 0)
				return close;
			counted = false;
			day = local;
		}
		if (day > today && model_is_open(model, start))
		{
			close = next;
			counted = counted || !model_is_paused(pauses, npauses, start);
		}
		start = next;
	}
	return INT64_MAX;
}

#endif
