/*
 * src/core/template.c
 *		Texts with {variables}.
 */
#include "template.h"

#include <string.h>

/*
 * civic_template_next
 *		The next part from *at on; false at the end.  A brace that opens and does not close before the next one
 *		opens is a brace.  Braces are ASCII, which no other character of UTF-8 contains.
 */
bool
civic_template_next(const char **at, const char *end, CivicTemplatePart *part)
{
	const char *start = *at;
	const char *open = start;

	if (start >= end)
		return false;
	while ((open = memchr(open, '{', end - open)) != NULL)
	{
		const char *stop = open + 1;

		while (stop < end && *stop != '{' && *stop != '}')
			stop++;
		if (stop < end && *stop == '}')
		{
			part->is_variable = open == start;
			part->text = part->is_variable ? open + 1 : start;
			part->length = part->is_variable ? stop - open - 1 : open - start;
			*at = part->is_variable ? stop + 1 : open;
			return true;
		}
		open = stop;
	}
	part->is_variable = false;
	part->text = start;
	part->length = end - start;
	*at = end;
	return true;
}
