/*
 * test/fuzz/fuzz_xml.c
 *		What any bytes are written as has balanced tags and no markup but them.
 */
#include "core/xml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct Output
{
	char *text;
	size_t length;
	size_t room;
} Output;

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static void
append(void *to, const char *text, size_t length)
{
	Output *output = to;

	if (output->length + length > output->room)
	{
		output->room = 2 * (output->length + length);
		output->text = realloc(output->text, output->room);
	}
	memcpy(output->text + output->length, text, length);
	output->length += length;
}

static void
check_document(const char *at, const char *end)
{
	const char *names[CIVIC_XML_MAX_DEPTH + 2];
	size_t lengths[CIVIC_XML_MAX_DEPTH + 2];
	int depth = 0;

	for (; at < end; at++)
	{
		const char *close;

		check((unsigned char) *at >= 0x20 || *at == '\n' || *at == '\t');
		if (*at == '>')
			abort();
		if (*at == '&')
			check(strncmp(at, "&amp;", 5) == 0 || strncmp(at, "&lt;", 4) == 0 ||
				  strncmp(at, "&gt;", 4) == 0 || strncmp(at, "&#13;", 5) == 0);
		if (*at != '<')
			continue;
		close = memchr(at, '>', (size_t) (end - at));
		check(close != NULL);
		if (at[1] == '/')
		{
			check(depth > 0);
			depth--;
			check(lengths[depth] == (size_t) (close - at - 2) &&
				  memcmp(names[depth], at + 2, lengths[depth]) == 0);
		}
		else if (close[-1] != '/')
		{
			check(depth < CIVIC_XML_MAX_DEPTH + 2);
			names[depth] = at + 1;
			lengths[depth++] = (size_t) (close - at - 1);
		}
		at = close;
	}
	check(depth == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Output output = {NULL, 0, 0};

	if (civic_xml_write((const char *) data, size, "services", append, &output))
	{
		append(&output, "", 1);
		check_document(output.text, output.text + output.length - 1);
	}
	free(output.text);
	return 0;
}
