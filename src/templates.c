/*
 * src/templates.c
 *		The words of a message from its template.
 */
#include "civic.h"

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "core/template.h"

CIVIC_FUNCTION(civic_fill_template);

static void
append_value(StringInfo out, const JsonbValue *value)
{
	switch (value->type)
	{
		case jbvString:
			appendBinaryStringInfo(out, value->val.string.val, value->val.string.len);
			break;
		case jbvNumeric:
			appendStringInfoString(out, DatumGetCString(DirectFunctionCall1(
											numeric_out, NumericGetDatum(value->val.numeric))));
			break;
		case jbvBool:
			appendStringInfoString(out, value->val.boolean ? "true" : "false");
			break;
		case jbvBinary:
			JsonbToCString(out, value->val.binary.data, value->val.binary.len);
			break;
		default:
			break;
	}
}

Datum
civic_fill_template(PG_FUNCTION_ARGS)
{
	text *template = PG_GETARG_TEXT_PP(0);
	Jsonb *variables = PG_GETARG_JSONB_P(1);
	const char *at = VARDATA_ANY(template);
	const char *end = at + VARSIZE_ANY_EXHDR(template);
	CivicTemplatePart part;
	StringInfoData out;

	initStringInfo(&out);
	while (civic_template_next(&at, end, &part))
	{
		JsonbValue value;

		/* What stands in a variable is not looked at again: a title with braces in it stays as it is. */
		if (!part.is_variable)
			appendBinaryStringInfo(&out, part.text, part.length);
		else if (JB_ROOT_IS_OBJECT(variables) &&
				 getKeyJsonValueFromContainer(&variables->root, part.text, part.length, &value))
			append_value(&out, &value);
	}
	PG_RETURN_TEXT_P(cstring_to_text_with_len(out.data, out.len));
}
