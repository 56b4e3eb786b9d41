/*
 * test/fuzz/fuzz_form.c
 *		Fields of any bytes are UTF-8 without zero bytes, no longer than what they were read from; an error is at the
 *		start of a field.
 */
#include "core/form.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void
check(bool holds)
{
	if (!holds)
		abort();
}

static void
check_text(const char *text, size_t length)
{
	check(civic_is_utf8(text, length));
	check(length == 0 || memchr(text, 0, length) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *) data;
	const char *end = at + size;
	char *out = malloc(size + 1);
	CivicFormField field;

	for (;;)
	{
		const char *before = at;
		CivicFormResult result = civic_form_next(&at, end, out, &field);

		check(at >= before && at <= end);
		if (result == CIVIC_FORM_END)
			check(at == end);
		if (result != CIVIC_FORM_FIELD)
			break;
		check(at > before && field.name_length + field.value_length <= (size_t) (at - before));
		check_text(field.name, field.name_length);
		check_text(field.value, field.value_length);
		if (field.key)
		{
			check(field.key_length > 0);
			check_text(field.key, field.key_length);
		}
	}
	free(out);
	return 0;
}
