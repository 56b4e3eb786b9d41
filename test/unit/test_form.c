/*
 * test/unit/test_form.c
 *		Forms are cut into fields and decoded; what is malformed is refused.
 */
#include "core/form.h"

#include <stdio.h>
#include <string.h>

#include "tap.h"

/* Each field as name[key]*=value and a '|'; '*' for a list; in the end why it stopped. */
static bool
reads_bytes(const char *form, size_t length, const char *expected)
{
	static const char *const ends[] = {"", "", "escape", "nul", "utf8"};
	char out[300] = "";
	char decoded[300];
	const char *at = form;
	CivicFormField field;
	CivicFormResult result;

	while ((result = civic_form_next(&at, form + length, decoded, &field)) == CIVIC_FORM_FIELD)
		sprintf(out + strlen(out), "%.*s%s%.*s%s%s=%.*s|", (int) field.name_length, field.name,
				field.key ? "[" : "", (int) field.key_length, field.key ? field.key : "",
				field.key ? "]" : "", field.is_list ? "*" : "", (int) field.value_length,
				field.value);
	strcat(out, ends[result]);
	if (strcmp(out, expected) == 0)
		return true;
	printf("# have %s\n# want %s\n", out, expected);
	return false;
}

static bool
reads(const char *form, const char *expected)
{
	return reads_bytes(form, strlen(form), expected);
}

void
test_form(void)
{
	ok(reads("", ""), "form: nothing");
	ok(reads("&&", ""), "form: separators alone");
	ok(reads("a=1&b=2", "a=1|b=2|"), "form: two fields");
	ok(reads("a", "a=|"), "form: no equals sign");
	ok(reads("=x", "=x|"), "form: no name");
	ok(reads("a=b=c", "a=b=c|"), "form: the first equals sign counts");
	ok(reads("a+b=c+%2B%20d", "a b=c + d|"), "form: plus and percent");
	ok(reads("a=%c3%A4", "a=\xC3\xA4|"), "form: two bytes, either case");
	ok(reads("attribute[X]=1", "attribute[X]=1|"), "form: a key");
	ok(reads("attribute%5BX%5D%5b%5d=1", "attribute[X]*=1|"), "form: a key of a list, encoded");
	ok(reads("media[]=1", "media*=1|"), "form: a list without a key");
	ok(reads("a[=1&a]=2&a[x=3&a[x]y=4&a[][]=5&[k]=6", "a[=1|a]=2|a[x=3|a[x]y=4|a[][]=5|[k]=6|"),
	   "form: brackets that mean nothing");
	ok(reads("a=%26%3D", "a=&=|"), "form: encoded separators do not separate");
	ok(reads("a=1&b=%2", "a=1|escape"), "form: half an escape");
	ok(reads("a=%", "escape"), "form: a percent sign alone");
	ok(reads("a=%zz", "escape"), "form: no hexadecimal digits");
	ok(reads("%g1=1", "escape"), "form: in a name");
	ok(reads("a=%00", "nul"), "form: a zero byte");
	ok(reads_bytes("a=\0b", 4, "nul"), "form: a zero byte as it is");
	ok(reads("a=%FF", "utf8"), "form: no UTF-8");
	ok(reads("a=%C3", "utf8"), "form: half a character");
	ok(reads("%C3=%A4", "utf8"), "form: a character across name and value");
	ok(reads("a=%ED%A0%80", "utf8"), "form: a surrogate");
	ok(reads("a=%C0%AF", "utf8"), "form: two bytes that are too long");
	ok(reads("a=%E0%80%AF", "utf8"), "form: three bytes that are too long");
	ok(reads("a=%F0%80%80%AF", "utf8"), "form: four bytes that are too long");
	ok(reads("a=%F4%90%80%80", "utf8"), "form: above the last character");
	ok(reads("a=%F0%9F%98%80", "a=\xF0\x9F\x98\x80|"), "form: four bytes");
}
