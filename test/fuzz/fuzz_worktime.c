/*
 * test/fuzz/fuzz_worktime.c
 *		Any calendar, any question: no answer may contradict another, and nothing may run on for ever.
 */
#include "../unit/worktime_model.h"

typedef struct Input
{
	const uint8_t *data;
	size_t size;
} Input;

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static uint8_t
next_byte(Input *input)
{
	if (input->size == 0)
		return 0;
	input->size--;
	return *input->data++;
}

static uint64_t
next_number(Input *input, int bytes)
{
	uint64_t number = 0;

	while (bytes-- > 0)
		number = number << 8 | next_byte(input);
	return number;
}

/* Mostly times of this century, sometimes anything. */
static int64_t
next_instant(Input *input)
{
	uint8_t kind = next_byte(input);

	if (kind == 0)
		return (int64_t) next_number(input, 8);
	return (int64_t) next_number(input, 3) * CIVIC_MINUTE_US * 4 + (int64_t) (kind % 3) - 1;
}

static void
next_day(Input *input, CivicWorkday *day, CivicWindow *windows)
{
	int minute = 0;

	memset(day, 0, sizeof(*day));
	day->windows = windows;
	day->count = next_byte(input) % (MODEL_MAX_WINDOWS + 1);
	for (int i = 0; i < day->count; i++)
	{
		uint8_t kind = next_byte(input);

		if (kind == 0xFF) /* not a window at all */
			windows[i] =
				(CivicWindow){(int16_t) next_number(input, 2), (int16_t) next_number(input, 2)};
		else
		{
			windows[i].opens = (int16_t) (minute + kind);
			minute += kind + 1 + next_byte(input);
			windows[i].closes = (int16_t) minute;
		}
	}
}

static void
ask(const Model *model, Input *input)
{
	const CivicCalendar *calendar = &model->calendar;
	CivicPause pauses[4];
	int npauses = next_byte(input) % 5;
	int64_t start = next_instant(input);
	int64_t other = next_instant(input);
	CivicAllowance allowed = {0, 0};
	int64_t there;
	int64_t back;
	int64_t end;
	int64_t worked;

	if (civic_work_between(calendar, start, other, &there) == CIVIC_WORK_OK)
	{
		check(civic_work_between(calendar, other, start, &back) == CIVIC_WORK_OK && back == -there);
		check((there < 0 ? -there : there) <= (start < other ? other - start : start - other));
		if (there >= 0)
		{
			check(civic_work_add(calendar, start, there, &end) == CIVIC_WORK_OK);
			check(end >= start && (there == 0 || end <= other));
		}
	}
	allowed.time = (int64_t) next_number(input, next_byte(input) % 8 + 1);
	if (civic_work_add(calendar, start, allowed.time, &end) == CIVIC_WORK_OK)
	{
		check(civic_work_between(calendar, start, end, &worked) == CIVIC_WORK_OK &&
			  worked == allowed.time);
		if (end > start)
			check(civic_work_between(calendar, start, end - 1, &worked) == CIVIC_WORK_OK &&
				  worked == allowed.time - 1);
	}
	for (int i = 0; i < npauses; i++)
	{
		pauses[i].from = next_instant(input);
		pauses[i].until = next_byte(input) % 4 == 0 ? INT64_MAX : next_instant(input);
	}
	npauses = civic_pauses_merge(pauses, npauses);
	allowed.time &= INT64_MAX;
	if (civic_work_deadline(calendar, start, &allowed, pauses, npauses, &end) == CIVIC_WORK_OK)
	{
		CivicWorkResult result =
			civic_work_unpaused(calendar, start, end, pauses, npauses, &worked);

		check(end >= start && result == CIVIC_WORK_OK && worked == allowed.time);
	}
	allowed.days = next_byte(input);
	if (allowed.days > 0 &&
		civic_work_deadline(calendar, start, &allowed, pauses, npauses, &end) == CIVIC_WORK_OK)
		check(end > start && civic_work_between(calendar, end - 1, end, &worked) == CIVIC_WORK_OK &&
			  worked == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static Model model;
	Input input = {data, size};
	CivicCalendar *calendar = &model.calendar;
	int day = 0;
	int64_t from = CIVIC_WORK_FIRST;

	memset(&model, 0, sizeof(model));
	for (int i = 0; i < 7; i++)
		next_day(&input, &calendar->week[i], model.windows[i]);
	calendar->holidays = model.holidays;
	calendar->nholidays = next_byte(&input) % (MODEL_MAX_HOLIDAYS + 1);
	for (int i = 0; i < calendar->nholidays; i++)
	{
		uint8_t gap = next_byte(&input);

		day = gap == 0xFF ? (int) next_number(&input, 4) : (int) ((int64_t) day + gap * gap);
		model.holidays[i].day = day;
		next_day(&input, &model.holidays[i].hours, model.windows[7 + i]);
	}
	calendar->offsets = model.offsets;
	calendar->noffsets = next_byte(&input) % (MODEL_MAX_OFFSETS + 1);
	for (int i = 0; i < calendar->noffsets; i++)
	{
		model.offsets[i].from = from;
		model.offsets[i].offset = ((int64_t) next_number(&input, 2) - 32768) * CIVIC_MINUTE_US / 20;
		from += (int64_t) next_number(&input, 3) * CIVIC_MINUTE_US;
	}
	if (civic_calendar_compile(calendar) == CIVIC_WORK_OK)
	{
		while (input.size > 0)
			ask(&model, &input);
	}
	return 0;
}
