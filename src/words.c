/*
 * src/words.c
 *		What the search knows of a report, and the trigger that keeps it.
 *
 * Words are those of the text search configuration "simple".
 */
#include "core/words.h"
#include "civic.h"
#include "compat.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "common/md5.h"
#include "executor/spi.h"
#include "nodes/value.h"
#include "tsearch/ts_type.h"
#include "tsearch/ts_utils.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#define MD5_HEX_LENGTH 32
#define WORD_DIGITS 10
#define MAX_DAYS 1000

CIVIC_FUNCTION(civic_words_of);
CIVIC_FUNCTION(civic_organization_word);
CIVIC_FUNCTION(civic_day_words);
CIVIC_FUNCTION(civic_search_words);
CIVIC_FUNCTION(civic_write_words);

/* What the parser and the dictionary of the server make of a plain text. */
static Datum
plain_words(const char *content, size_t length)
{
	ParsedText parsed = {.lenwords = 32};
	const char *at = content;
	const char *written;
	size_t written_length;

	parsed.words = palloc(sizeof(ParsedWord) * parsed.lenwords);
	while (civic_next_word(&at, content + length, &written, &written_length))
	{
		ParsedWord *word;

		if (parsed.curwords == parsed.lenwords)
		{
			parsed.lenwords *= 2;
			parsed.words = repalloc(parsed.words, sizeof(ParsedWord) * parsed.lenwords);
		}
		word = &parsed.words[parsed.curwords++];
		memset(word, 0, sizeof(ParsedWord));
		word->len = (uint16) written_length;
		word->word = palloc(written_length);
		for (size_t i = 0; i < written_length; i++)
			word->word[i] = (char) pg_ascii_tolower((unsigned char) written[i]);
		parsed.pos++;
		word->pos.pos = LIMITPOS(parsed.pos);
	}
	return TSVectorGetDatum(make_tsvector(&parsed));
}

/* Not where small letters are others than elsewhere, as in Turkish. */
static bool
has_plain_letters(void)
{
	static int known = -1;

	if (known < 0)
	{
		char *lower = lowerstr_with_len("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 26);

		known = strcmp(lower, "abcdefghijklmnopqrstuvwxyz") == 0;
		pfree(lower);
	}
	return known > 0;
}

static Datum
words_of(char *content, size_t length)
{
	static Oid simple = InvalidOid;

	if (civic_is_plain_text(content, length) && has_plain_letters())
		return plain_words(content, length);
	if (!OidIsValid(simple))
		simple =
			get_ts_config_oid(list_make2(makeString("pg_catalog"), makeString("simple")), false);
	/* The parser would take them for parts of addresses, numbers and names of files. */
	for (size_t i = 0; i < length; i++)
	{
		if (strchr("-_/.@", content[i]) != NULL)
			content[i] = ' ';
	}
	return DirectFunctionCall2(to_tsvector_byid, ObjectIdGetDatum(simple),
							   PointerGetDatum(cstring_to_text_with_len(content, (int) length)));
}

static char *
organization_word(const pg_uuid_t *organization)
{
	char hex[MD5_HEX_LENGTH + 1];
	char *name = DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(organization)));
	const char *failure = NULL;

	if (!pg_md5_hash(name, strlen(name), hex, &failure))
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR),
						errmsg("could not compute MD5 hash: %s", failure)));
	return psprintf("zc%.*s", WORD_DIGITS, hex);
}

static int64
day_of(TimestampTz moment)
{
	return moment / USECS_PER_DAY - (moment % USECS_PER_DAY < 0 ? 1 : 0);
}

static char *
day_word(const char *organization, TimestampTz moment)
{
	if (TIMESTAMP_NOT_FINITE(moment))
		ereport(ERROR, (errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
						errmsg("a report cannot be found by a day that is infinite")));
	return psprintf("%sd" INT64_FORMAT, organization, day_of(moment));
}

static Datum
search_words(const pg_uuid_t *organization, TimestampTz filed_at, const text *number,
			 const text *title, const text *description, const text *address)
{
	StringInfoData heading;
	const char *word = organization_word(organization);
	Datum marks[2] = {CStringGetTextDatum(word), CStringGetTextDatum(day_word(word, filed_at))};
	Datum words;

	initStringInfo(&heading);
	appendBinaryStringInfo(&heading, VARDATA_ANY(number), VARSIZE_ANY_EXHDR(number));
	appendStringInfoChar(&heading, ' ');
	appendBinaryStringInfo(&heading, VARDATA_ANY(title), VARSIZE_ANY_EXHDR(title));
	if (address != NULL)
	{
		appendStringInfoChar(&heading, ' ');
		appendBinaryStringInfo(&heading, VARDATA_ANY(address), VARSIZE_ANY_EXHDR(address));
	}
	words = DirectFunctionCall2(tsvector_setweight, words_of(heading.data, heading.len),
								CharGetDatum('A'));
	words =
		DirectFunctionCall2(tsvector_concat, words,
							words_of(text_to_cstring(description), VARSIZE_ANY_EXHDR(description)));
	return DirectFunctionCall2(
		tsvector_concat, words,
		DirectFunctionCall1(array_to_tsvector,
							PointerGetDatum(construct_array(marks, 2, TEXTOID, -1, false, 'i'))));
}

Datum
civic_words_of(PG_FUNCTION_ARGS)
{
	text *content = PG_GETARG_TEXT_PP(0);

	PG_RETURN_DATUM(words_of(text_to_cstring(content), VARSIZE_ANY_EXHDR(content)));
}

Datum
civic_organization_word(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(organization_word(PG_GETARG_UUID_P(0))));
}

Datum
civic_day_words(PG_FUNCTION_ARGS)
{
	const char *organization = organization_word(PG_GETARG_UUID_P(0));
	TimestampTz first = PG_GETARG_TIMESTAMPTZ(1);
	TimestampTz last = PG_GETARG_TIMESTAMPTZ(2);
	StringInfoData words;

	if (TIMESTAMP_NOT_FINITE(first) || TIMESTAMP_NOT_FINITE(last) || last < first ||
		day_of(last) - day_of(first) > MAX_DAYS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("days must follow each other, and be at most %d", MAX_DAYS)));
	initStringInfo(&words);
	for (int64 day = day_of(first); day <= day_of(last); day++)
		appendStringInfo(&words, "%s%sd" INT64_FORMAT, words.len == 0 ? "" : "|", organization,
						 day);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(words.data, words.len));
}

/*
 * civic_search_words
 *		Arguments: organization, time of filing, number, title, description, address. Only the last may be null.
 */
Datum
civic_search_words(PG_FUNCTION_ARGS)
{
	for (int i = 0; i < 5; i++)
	{
		if (PG_ARGISNULL(i))
			PG_RETURN_NULL();
	}
	PG_RETURN_DATUM(search_words(PG_GETARG_UUID_P(0), PG_GETARG_TIMESTAMPTZ(1),
								 PG_GETARG_TEXT_PP(2), PG_GETARG_TEXT_PP(3), PG_GETARG_TEXT_PP(4),
								 PG_ARGISNULL(5) ? NULL : PG_GETARG_TEXT_PP(5)));
}

/* Columns of civic.reports that are read; the first three are the key of the words. */
enum
{
	ORGANIZATION,
	CREATED_AT,
	ID,
	NUMBER,
	TITLE,
	DESCRIPTION,
	ADDRESS,
	COLUMNS
};
#define KEY_COLUMNS 3

static void
read_columns(HeapTuple row, TupleDesc desc, int count, Datum *values, bool *nulls)
{
	static const char *const names[COLUMNS] = {
		"organization_id", "created_at", "id", "report_number", "title", "description", "address"};

	for (int i = 0; i < count; i++)
		values[i] = heap_getattr(row, civic_attribute(desc, "reports", names[i]), desc, &nulls[i]);
}

static void
remove_words(HeapTuple row, TupleDesc desc)
{
	Oid types[KEY_COLUMNS] = {UUIDOID, TIMESTAMPTZOID, UUIDOID};
	Datum values[KEY_COLUMNS];
	bool nulls[KEY_COLUMNS];

	read_columns(row, desc, KEY_COLUMNS, values, nulls);
	(void) civic_run("DELETE FROM civic_private.report_words AS w"
					 " WHERE w.organization_id = $1 AND w.created_at = $2 AND w.report_id = $3",
					 KEY_COLUMNS, types, values, NULL);
}

static void
add_words(HeapTuple row, TupleDesc desc)
{
	static const char *const names[] = {"organization_id", "created_at", "report_id", "words"};
	Datum read[COLUMNS];
	bool nulls[COLUMNS];
	Datum values[KEY_COLUMNS + 1];
	CivicStore *store;

	read_columns(row, desc, COLUMNS, read, nulls);
	memcpy(values, read, sizeof(Datum) * KEY_COLUMNS);
	values[KEY_COLUMNS] = search_words(
		DatumGetUUIDP(read[ORGANIZATION]), DatumGetTimestampTz(read[CREATED_AT]),
		DatumGetTextPP(read[NUMBER]), DatumGetTextPP(read[TITLE]),
		DatumGetTextPP(read[DESCRIPTION]), nulls[ADDRESS] ? NULL : DatumGetTextPP(read[ADDRESS]));
	store =
		civic_begin_store(civic_private_relation("report_words"), names, lengthof(names), false);
	(void) civic_store_row(store, values, NULL);
	civic_end_store(store);
}

/*
 * civic_write_words
 *		AFTER row trigger on civic.reports that are new, gone, or have another text.
 */
Datum
civic_write_words(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	TupleDesc desc;

	civic_check_trigger(fcinfo, "write_words", TRIGGER_EVENT_AFTER, true);
	desc = RelationGetDescr(trigger->tg_relation);
	if (!TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
		remove_words(trigger->tg_trigtuple, desc);
	if (!TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		add_words(TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple
															 : trigger->tg_trigtuple,
				  desc);
	return PointerGetDatum(NULL);
}
