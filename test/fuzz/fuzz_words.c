/*
 * test/fuzz/fuzz_words.c
 *		Words lie in the text one after the other, hold letters and digits only, and nothing between them holds any.
 */
#include "core/words.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static bool
is_of_words(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *) data;
	const char *end = at + size;
	const char *behind = at;
	const char *word;
	size_t length;
	size_t longest = 0;
	bool plain = civic_is_plain_text(at, size);

	while (civic_next_word(&at, end, &word, &length))
	{
		check(word >= behind && at == word + length && at <= end && length > 0);
		for (const char *c = behind; c < word; c++)
			check(!is_of_words(*c));
		for (const char *c = word; c < at; c++)
			check(is_of_words(*c));
		behind = at;
		if (length > longest)
			longest = length;
	}
	check(at == end);
	if (plain)
	{
		check(longest <= CIVIC_MAX_PLAIN_WORD);
		for (size_t i = 0; i < size; i++)
			check(data[i] < 0x7f && data[i] != '<' && data[i] != '&' && data[i] != '+');
	}
	return 0;
}
