/*
 * src/core/words.h
 *		Words of plain texts: ASCII letters and digits, with spaces and the commonest signs between them.
 *
 * In such texts the default parser of the server's text search finds nothing but runs of letters and digits.
 */
#ifndef CIVIC_WORDS_H
#define CIVIC_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#define CIVIC_MAX_PLAIN_WORD 255

/* Nothing that the parser may see more in: a sign or an exponent of a number, the start of a tag, a very long word. */
extern bool civic_is_plain_text(const char *text, size_t length);

/* The word after *at, as it is written, and *at behind it; false where there is none before the end. */
extern bool civic_next_word(const char **at, const char *end, const char **word, size_t *length);

#endif
