/*
 * test/unit/test_xml.c
 *		JSON becomes XML; what is malformed is refused.
 */
#include "core/xml.h"

#include <stdio.h>
#include <string.h>

#include "tap.h"

static void
append(void *to, const char *text, size_t length)
{
	strncat((char *) to, text, length);
}

static bool
writes(const char *json, const char *expected)
{
	char out[1000] = "";
	bool done = civic_xml_write(json, strlen(json), "things", append, out);

	if (expected ? done && strcmp(out, expected) == 0 : !done)
		return true;
	printf("# have %s %s\n# want %s\n", done ? "done" : "refused", out,
		   expected ? expected : "refused");
	return false;
}

void
test_xml(void)
{
	char deep[100];
	char out[2000] = "";

	ok(writes("null", "<things/>"), "xml: null");
	ok(writes(" -1.5e+3 ", "<things>-1.5e+3</things>"), "xml: a number");
	ok(writes("{\"b\": true, \"a\" : \"x\"}", "<things><b>true</b><a>x</a></things>"),
	   "xml: members in their order");
	ok(writes("[1, {\"values\": []}]",
			  "<things><thing>1</thing><thing><values></values></thing></things>"),
	   "xml: elements are the singular");
	ok(writes("{\"service_requests\": [1], \"service_request_updates\": [2], \"s\": [3]}",
			  "<things><service_requests><request>1</request></service_requests>"
			  "<service_request_updates><request_update>2</request_update>"
			  "</service_request_updates><s><item>3</item></s></things>"),
	   "xml: singulars that are not regular");
	ok(writes("\"<a href=\\\"x\\\">&amp; ]]>\"",
			  "<things>&lt;a href=\"x\"&gt;&amp;amp; ]]&gt;</things>"),
	   "xml: markup is escaped");
	ok(writes("\"a\\n\\t\\r\\u0001\\u0000b\"", "<things>a\n\t&#13;\xEF\xBF\xBD\xEF\xBF\xBD"
											   "b</things>"),
	   "xml: characters that XML cannot have");
	ok(writes("\"\\u00e4\\u20ac\\ud83d\\ude00\"",
			  "<things>\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80</things>"),
	   "xml: escapes of all lengths");
	ok(writes("\"\\ud83dx\\ude00\\ud83d\\u0041\"", "<things>\xEF\xBF\xBDx\xEF\xBF\xBD\xEF\xBF\xBD"
												   "A</things>"),
	   "xml: lone surrogates");
	ok(writes("\"\\ufffe\xEF\xBF\xBE\xEF\xBF\xBD\"",
			  "<things>\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD</things>"),
	   "xml: no characters");
	ok(writes("{\"a b\": 1}", NULL), "xml: a name with a blank");
	ok(writes("{\"1a\": 1}", NULL), "xml: a name that begins with a digit");
	ok(writes("{\"\": 1}", NULL), "xml: an empty name");
	ok(writes("", NULL) && writes("[1", NULL) && writes("\"a", NULL) && writes("{\"a\"}", NULL) &&
		   writes("1 2", NULL) && writes("\"\\x\"", NULL) && writes("\"\\u12\"", NULL),
	   "xml: malformed");
	memset(deep, '[', CIVIC_XML_MAX_DEPTH);
	memset(deep + CIVIC_XML_MAX_DEPTH, ']', CIVIC_XML_MAX_DEPTH);
	ok(civic_xml_write(deep, 2 * CIVIC_XML_MAX_DEPTH, "x", append, out), "xml: as deep as may be");
	memset(deep, '[', CIVIC_XML_MAX_DEPTH + 1);
	out[0] = '\0';
	ok(!civic_xml_write(deep, sizeof(deep), "x", append, out), "xml: deeper");
}
