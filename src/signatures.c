/*
 * src/signatures.c
 *		What is kept of a report to compare it with others: trigrams of its text, its street, its cell of the grid.
 */
#include "compat.h"
#include "duplicates.h"

#include "catalog/pg_collation.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/formatting.h"

#include "core/address.h"
#include "core/grid.h"

CIVIC_FUNCTION(civic_trigram_signature);
CIVIC_FUNCTION(civic_trigram_similarity);
CIVIC_FUNCTION(civic_grid_cell);
CIVIC_FUNCTION(civic_street_of);
CIVIC_FUNCTION(civic_category_key);

/*
 * The lower-case form of each ASCII letter and digit, 0 for other characters. Which they are is for the locale of the
 * database to say, as it is for pg_trgm; a letter whose lower-case form is longer, as I in Turkish, goes the long way.
 */
#define OTHER_CHARACTER 0
#define LONG_WAY 1
static char ascii_forms[128];
static bool ascii_known = false;

static int
character_length(const char *p, const char *end)
{
	int length;

	if (!IS_HIGHBIT_SET(*p))
		return 1;
	length = pg_encoding_mblen(GetDatabaseEncoding(), p);
	return Min(length, end - p);
}

static bool
is_word_character(const char *p, int length)
{
	char character[MAX_MULTIBYTE_CHAR_LEN + 1];

	memcpy(character, p, length);
	character[length] = '\0';
	return t_isalnum(character);
}

static void
learn_ascii(void)
{
	for (int c = 1; c < 128; c++)
	{
		char character = (char) c;
		char *lower;

		ascii_forms[c] = OTHER_CHARACTER;
		if (!is_word_character(&character, 1))
			continue;
		lower = lowerstr_with_len(&character, 1);
		ascii_forms[c] = strlen(lower) == 1 && !IS_HIGHBIT_SET(*lower) ? *lower : LONG_WAY;
		pfree(lower);
	}
	ascii_known = true;
}

/* A word that is not all plain ASCII; characters are counted before the letters become small, as pg_trgm does. */
static void
add_long_way(CivicTrigrams *set, const char *word, int bytes, int characters)
{
	char *lower = lowerstr_with_len(word, bytes);
	int length = strlen(lower);
	char *padded = palloc(length + 4);

	memcpy(padded, "  ", 2);
	memcpy(padded + 2, lower, length);
	padded[length + 2] = ' ';
	civic_trigrams_add(set, padded, length + 3, characters + 3, character_length);
	pfree(padded);
	pfree(lower);
}

/*
 * civic_extract_trigrams
 *		The trigrams pg_trgm finds in a text, allocated in the current memory context.
 */
CivicTrigrams *
civic_extract_trigrams(const char *content, int bytes)
{
	CivicTrigrams *set = palloc(sizeof(CivicTrigrams));
	char *padded = palloc((Size) bytes + 4);
	const char *p = content;
	const char *end = content + bytes;

	if (!ascii_known)
		learn_ascii();
	civic_trigrams_init(set, palloc_extended(((Size) bytes + 1) * sizeof(uint32), MCXT_ALLOC_HUGE));
	memcpy(padded, "  ", 2);
	while (p < end)
	{
		const char *word = p;
		int characters = 0;
		bool plain = true;

		CHECK_FOR_INTERRUPTS();
		while (p < end)
		{
			int length;

			if (!IS_HIGHBIT_SET(*p) && ascii_forms[(int) *p] != LONG_WAY)
			{
				char form = ascii_forms[(int) *p];

				if (form == OTHER_CHARACTER)
					break;
				padded[2 + characters] = form;
				length = 1;
			}
			else
			{
				length = character_length(p, end);
				if (!is_word_character(p, length))
					break;
				plain = false;
			}
			p += length;
			characters++;
		}
		if (characters > 0 && plain)
		{
			padded[2 + characters] = ' ';
			civic_trigrams_add(set, padded, characters + 3, characters + 3, character_length);
		}
		else if (characters > 0)
			add_long_way(set, word, p - word, characters);
		if (p < end)
			p += character_length(p, end);
	}
	pfree(padded);
	civic_trigrams_finish(set);
	return set;
}

bytea *
civic_pack_trigrams(const CivicTrigrams *set)
{
	Size size = civic_trigrams_size(set);
	bytea *result = palloc(VARHDRSZ + size);

	SET_VARSIZE(result, VARHDRSZ + size);
	civic_trigrams_write(set, (uint8 *) VARDATA(result));
	return result;
}

Datum
civic_trigram_signature(PG_FUNCTION_ARGS)
{
	text *content = PG_GETARG_TEXT_PP(0);

	PG_RETURN_BYTEA_P(civic_pack_trigrams(
		civic_extract_trigrams(VARDATA_ANY(content), VARSIZE_ANY_EXHDR(content))));
}

/*
 * civic_trigram_similarity
 *		Of a text and a signature, as similarity() of pg_trgm of the two texts.
 */
Datum
civic_trigram_similarity(PG_FUNCTION_ARGS)
{
	text *content = PG_GETARG_TEXT_PP(0);
	bytea *signature = PG_GETARG_BYTEA_PP(1);

	PG_RETURN_FLOAT4(civic_signature_similarity(
		civic_extract_trigrams(VARDATA_ANY(content), VARSIZE_ANY_EXHDR(content)),
		(const uint8 *) VARDATA_ANY(signature), VARSIZE_ANY_EXHDR(signature)));
}

Datum
civic_grid_cell(PG_FUNCTION_ARGS)
{
	double latitude = PG_GETARG_FLOAT8(0);
	double longitude = PG_GETARG_FLOAT8(1);

	if (!civic_is_position(latitude, longitude))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("there is no such place"),
				 errdetail("Latitude is %g, longitude %g.", latitude, longitude)));
	PG_RETURN_INT64(civic_grid_number(latitude, longitude));
}

/* Only the letters of ASCII and of what core/address.c knows become small there; this does the rest. */
CivicAddress
civic_read_address(const text *address)
{
	int length = Min((int) VARSIZE_ANY_EXHDR(address), CIVIC_ADDRESS_BYTES);
	char *lower;
	CivicAddress result;

	length = pg_mbcliplen(VARDATA_ANY(address), length, length);
	lower = str_tolower(VARDATA_ANY(address), length, DEFAULT_COLLATION_OID);
	result = civic_parse_address(lower, strlen(lower));
	pfree(lower);
	return result;
}

Datum
civic_street_of(PG_FUNCTION_ARGS)
{
	CivicAddress address = {0};
	TupleDesc desc;
	Datum values[2];
	bool nulls[2] = {false, false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	if (!PG_ARGISNULL(0))
		address = civic_read_address(PG_GETARG_TEXT_PP(0));
	values[0] = Int64GetDatum((int64) address.street);
	values[1] = Int32GetDatum(address.number);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/*
 * civic_key_of_category
 *		A number in place of the code, so that the index of signatures is narrow; whoever finds a report by it looks
 *		at the code as well.
 */
int32
civic_key_of_category(const char *code, int length)
{
	uint64 hash = civic_hash(code, length);
	int32 key = (int32) (uint32) (hash ^ hash >> 32);

	return key == CIVIC_UNCLASSIFIED ? 1 : key;
}

Datum
civic_category_key(PG_FUNCTION_ARGS)
{
	text *code;

	if (PG_ARGISNULL(0))
		PG_RETURN_INT32(CIVIC_UNCLASSIFIED);
	code = PG_GETARG_TEXT_PP(0);
	PG_RETURN_INT32(civic_key_of_category(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code)));
}
