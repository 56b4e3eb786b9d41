/*
 * test/fuzz/fuzz_template.c
 *		The parts of any template, put together again, are the template.
 */
#include "core/template.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void
check(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *start = (const char *) data;
	const char *end = start + size;
	const char *at = start;
	const char *before = start;
	CivicTemplatePart part;

	while (civic_template_next(&at, end, &part))
	{
		check(at > before && at <= end);
		if (part.is_variable)
		{
			check(part.text == before + 1 && part.text + part.length == at - 1);
			check(*before == '{' && at[-1] == '}');
			check(part.length == 0 ||
				  (!memchr(part.text, '{', part.length) && !memchr(part.text, '}', part.length)));
		}
		else
			check(part.text == before && part.text + part.length == at && part.length > 0);
		before = at;
	}
	check(before == end);
	return 0;
}
