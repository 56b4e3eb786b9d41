/*
 * test/unit/test_template.c
 *		Templates are cut into words and variables.
 */
#include "core/template.h"

#include <stdio.h>
#include <string.h>

#include "tap.h"

/* The parts, each ended by '|', variables in angle brackets. */
static bool
cut(const char *template, const char *expected)
{
	char out[200] = "";
	const char *at = template;
	CivicTemplatePart part;

	while (civic_template_next(&at, template + strlen(template), &part))
		sprintf(out + strlen(out), part.is_variable ? "<%.*s>|" : "%.*s|", (int) part.length,
				part.text);
	if (strcmp(out, expected) == 0)
		return true;
	printf("# have %s\n# want %s\n", out, expected);
	return false;
}

void
test_template(void)
{
	ok(cut("", ""), "template: nothing");
	ok(cut("plain", "plain|"), "template: no variable");
	ok(cut("{a}", "<a>|"), "template: a variable alone");
	ok(cut("x {a}{b} y", "x |<a>|<b>| y|"), "template: words and variables");
	ok(cut("{}", "<>|"), "template: no name");
	ok(cut("{a", "{a|"), "template: never closed");
	ok(cut("a}{", "a}{|"), "template: closed before it is opened");
	ok(cut("{{a}}", "{|<a>|}|"), "template: the inner braces count");
	ok(cut("{a{b", "{a{b|"), "template: opened twice, never closed");
}
