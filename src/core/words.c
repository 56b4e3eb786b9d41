/*
 * src/core/words.c
 *		Words of plain texts.
 */
#include "words.h"

#include <string.h>

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_letter_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c);
}

static inline bool
is_plain_sign(char c)
{
	return c == ' ' || (c != '\0' && strchr(",.-/_:;!?()'\"\n\r\t@#$%*=[]", c) != NULL);
}

bool
civic_is_plain_text(const char *text, size_t length)
{
	size_t word = 0;
	size_t digits = 0; /* that the word begins with */

	for (size_t i = 0; i < length; i++)
	{
		char c = text[i];

		if (is_letter_or_digit(c))
		{
			/* 1e5: a number, which may end within the word. */
			if (digits > 0 && word == digits + 1 && is_digit(c) &&
				(text[i - 1] == 'e' || text[i - 1] == 'E'))
				return false;
			if (word == digits && is_digit(c))
				digits++;
			if (++word > CIVIC_MAX_PLAIN_WORD)
				return false;
		}
		else if (is_plain_sign(c))
			word = digits = 0;
		else
			return false;
	}
	return true;
}

bool
civic_next_word(const char **at, const char *end, const char **word, size_t *length)
{
	const char *from = *at;
	const char *to;

	while (from < end && !is_letter_or_digit(*from))
		from++;
	to = from;
	while (to < end && is_letter_or_digit(*to))
		to++;
	*at = to;
	*word = from;
	*length = (size_t) (to - from);
	return to > from;
}
