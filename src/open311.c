/*
 * src/open311.c
 *		What the Open311 interface reads and writes besides JSON: form bodies and XML.
 */
#include "civic.h"

#include "funcapi.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "core/form.h"
#include "core/xml.h"

#define MAX_FORM_BYTES (1024 * 1024)
#define MAX_FORM_FIELDS 1000

CIVIC_FUNCTION(civic_form_fields);
CIVIC_FUNCTION(civic_json_to_xml);

static Datum
decoded_text(const char *value, size_t length)
{
	char *copy = pnstrdup(value, length);
	char *converted = pg_any_to_server(copy, (int) length, PG_UTF8);

	return CStringGetTextDatum(converted);
}

static void
refuse_field(CivicFormResult result, int number)
{
	ereport(
		ERROR,
		(errcode(ERRCODE_CIVIC_FORM_UNREADABLE), errmsg("the form cannot be read"),
		 result == CIVIC_FORM_BAD_ESCAPE
			 ? errdetail("In field %d a percent sign is not followed by two hexadecimal digits.",
						 number)
		 : result == CIVIC_FORM_NUL ? errdetail("Field %d contains a zero byte.", number)
									: errdetail("Field %d is not UTF-8.", number),
		 errhint("Encode the fields as UTF-8 and then as application/x-www-form-urlencoded.")));
}

/*
 * civic_form_fields
 *		Argument: the body of a form. Rows of name, key, is_list and value.
 */
Datum
civic_form_fields(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	text *form = PG_GETARG_TEXT_PP(0);
	const char *at = VARDATA_ANY(form);
	const char *end = at + VARSIZE_ANY_EXHDR(form);
	CivicFormField field;
	CivicFormResult outcome;
	char *decoded;
	int number = 0;

	if (end - at > MAX_FORM_BYTES)
		ereport(ERROR, (errcode(ERRCODE_CIVIC_FORM_TOO_LARGE), errmsg("the form is too large"),
						errdetail("It has %zu bytes; at most %d are read.", (size_t) (end - at),
								  MAX_FORM_BYTES),
						errhint("Send files by reference, as media_url.")));
	InitMaterializedSRF(fcinfo, 0);
	decoded = palloc(end - at + 1);
	while ((outcome = civic_form_next(&at, end, decoded, &field)) != CIVIC_FORM_END)
	{
		Datum values[4];
		bool nulls[4] = {false, field.key == NULL, false, false};

		CHECK_FOR_INTERRUPTS();
		if (outcome != CIVIC_FORM_FIELD)
			refuse_field(outcome, number + 1);
		if (++number > MAX_FORM_FIELDS)
			ereport(ERROR,
					(errcode(ERRCODE_CIVIC_FORM_TOO_LARGE), errmsg("the form is too large"),
					 errdetail("It has more than %d fields.", MAX_FORM_FIELDS),
					 errhint("Send fewer fields.")));
		values[0] = decoded_text(field.name, field.name_length);
		values[1] = field.key ? decoded_text(field.key, field.key_length) : (Datum) 0;
		values[2] = BoolGetDatum(field.is_list);
		values[3] = decoded_text(field.value, field.value_length);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

static void
append_to(void *to, const char *bytes, size_t length)
{
	appendBinaryStringInfo((StringInfo) to, bytes, (int) length);
}

/*
 * civic_json_to_xml
 *		Arguments: a value as json, and the name of the outermost element.
 */
Datum
civic_json_to_xml(PG_FUNCTION_ARGS)
{
	text *json = PG_GETARG_TEXT_PP(0);
	char *root = text_to_cstring(PG_GETARG_TEXT_PP(1));
	char *source = text_to_cstring(json);
	char *utf8 = pg_server_to_any(source, VARSIZE_ANY_EXHDR(json), PG_UTF8);
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfoString(&out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
	if (!civic_xml_write(utf8, strlen(utf8), root, append_to, &out))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the value has no form in XML"),
				 errdetail("A member has a name that elements cannot have, or it is nested in "
						   "more than %d levels.",
						   CIVIC_XML_MAX_DEPTH)));
	PG_RETURN_TEXT_P(cstring_to_text(pg_any_to_server(out.data, out.len, PG_UTF8)));
}
