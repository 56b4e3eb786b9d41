/*
 * src/core/template.h
 *		Texts with {variables}: cut into what is copied and what is filled in.
 */
#ifndef CIVIC_TEMPLATE_H
#define CIVIC_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct CivicTemplatePart
{
	const char *text; /* within the template: the words, or the name between the braces */
	size_t length;
	bool is_variable;
} CivicTemplatePart;

extern bool civic_template_next(const char **at, const char *end, CivicTemplatePart *part);

#endif
