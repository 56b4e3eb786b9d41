/*
 * src/core/form.c
 *		Bodies of HTML forms: percent and plus decoding, names with brackets, UTF-8.
 */
#include "core/form.h"

#include <string.h>

#include "core/hex.h"

/* Well-formed as of RFC 3629: shortest form, no surrogates, nothing above U+10FFFF. */
bool
civic_is_utf8(const char *text, size_t length)
{
	const unsigned char *at = (const unsigned char *) text;
	const unsigned char *end = at + length;

	while (at < end)
	{
		unsigned char first = *at++;
		unsigned char low = 0x80;
		unsigned char high = 0xBF;
		int more;

		if (first < 0x80)
			continue;
		if (first >= 0xC2 && first <= 0xDF)
			more = 1;
		else if (first >= 0xE0 && first <= 0xEF)
			more = 2;
		else if (first >= 0xF0 && first <= 0xF4)
			more = 3;
		else
			return false;
		if (first == 0xE0)
			low = 0xA0;
		else if (first == 0xED)
			high = 0x9F;
		else if (first == 0xF0)
			low = 0x90;
		else if (first == 0xF4)
			high = 0x8F;
		for (; more > 0; more--)
		{
			if (at == end || *at < low || *at > high)
				return false;
			at++;
			low = 0x80;
			high = 0xBF;
		}
	}
	return true;
}

static CivicFormResult
decode(const char *text, const char *end, char *out, size_t *length)
{
	char *start = out;

	for (; text < end; text++)
	{
		char c = *text;

		if (c == '+')
			c = ' ';
		else if (c == '%')
		{
			int high = end - text > 2 ? civic_hex_digit(text[1]) : -1;
			int low = high < 0 ? -1 : civic_hex_digit(text[2]);

			if (low < 0)
				return CIVIC_FORM_BAD_ESCAPE;
			c = (char) (high << 4 | low);
			text += 2;
		}
		if (c == '\0')
			return CIVIC_FORM_NUL;
		*out++ = c;
	}
	*length = (size_t) (out - start);
	return civic_is_utf8(start, *length) ? CIVIC_FORM_FIELD : CIVIC_FORM_NOT_UTF8;
}

/* "name", "name[]", "name[key]" or "name[key][]"; anything else is a name as it stands. */
static void
split_name(CivicFormField *field)
{
	const char *end = field->name + field->name_length;
	const char *bracket = memchr(field->name, '[', field->name_length);
	const char *close = bracket ? memchr(bracket, ']', (size_t) (end - bracket)) : NULL;
	size_t rest;

	if (close == NULL)
		return;
	rest = (size_t) (end - close - 1);
	if (rest == 0 && close == bracket + 1)
		field->is_list = true;
	else if (close > bracket + 1 && (rest == 0 || (rest == 2 && memcmp(close + 1, "[]", 2) == 0)))
	{
		field->key = bracket + 1;
		field->key_length = (size_t) (close - bracket - 1);
		field->is_list = rest == 2;
	}
	else
		return;
	field->name_length = (size_t) (bracket - field->name);
}

CivicFormResult
civic_form_next(const char **at, const char *end, char *out, CivicFormField *field)
{
	const char *stop;
	const char *equals;
	CivicFormResult result;

	while (*at < end && **at == '&')
		(*at)++;
	if (*at == end)
		return CIVIC_FORM_END;
	stop = memchr(*at, '&', (size_t) (end - *at));
	if (stop == NULL)
		stop = end;
	equals = memchr(*at, '=', (size_t) (stop - *at));
	memset(field, 0, sizeof(*field));
	field->name = out;
	result = decode(*at, equals ? equals : stop, out, &field->name_length);
	if (result != CIVIC_FORM_FIELD)
		return result;
	field->value = out + field->name_length;
	if (equals)
	{
		result = decode(equals + 1, stop, out + field->name_length, &field->value_length);
		if (result != CIVIC_FORM_FIELD)
			return result;
	}
	split_name(field);
	*at = stop;
	return CIVIC_FORM_FIELD;
}
