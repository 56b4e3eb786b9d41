/*
 * test/unit/test_words.c
 *		Which texts are plain, and what words they have.
 */
#include "core/words.h"

#include <string.h>

#include "tap.h"

static bool
is_plain(const char *text)
{
	return civic_is_plain_text(text, strlen(text));
}

/* The words, each followed by a bar. */
static const char *
words_of(const char *text)
{
	static char out[200];
	const char *at = text;
	const char *end = text + strlen(text);
	const char *word;
	size_t length;

	out[0] = '\0';
	while (civic_next_word(&at, end, &word, &length))
	{
		strncat(out, word, length);
		strcat(out, "|");
	}
	return out;
}

void
test_words(void)
{
	static const char *const other[] = {"a+5",
										"<b>",
										"&amp;",
										"~",
										"Stra\xc3\x9f"
										"e",
										"a\\b",
										"\x01",
										"`"};
	char text[CIVIC_MAX_PLAIN_WORD + 2];

	ok(is_plain(""), "an empty text is plain");
	ok(is_plain("12ex 1ee5 a1e5 e5 5e 5 e5"), "so are words that only look like numbers");
	ok(is_plain("Deep pothole, 3.5 m - at 12/14 MG Road (#2)!"), "so is what most people write");
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		ok(!is_plain(other[i]), "\"%s\" is not", other[i]);
	ok(!civic_is_plain_text("a\0b", 3), "nor is a zero byte");
	memset(text, 'x', sizeof(text));
	ok(civic_is_plain_text(text, CIVIC_MAX_PLAIN_WORD), "a word of 255 letters is plain");
	ok(!civic_is_plain_text(text, CIVIC_MAX_PLAIN_WORD + 1), "one of 256 is not");
	ok(strcmp(words_of("  Deep pothole, 3.5 m"), "Deep|pothole|3|5|m|") == 0, "words are runs");
	ok(strcmp(words_of("a"), "a|") == 0, "one word");
	ok(strcmp(words_of(" ,. "), "") == 0, "no word");
}
