/*
 * src/core/form.h
 *		Bodies of HTML forms and query strings (application/x-www-form-urlencoded), a field at a time.
 */
#ifndef CIVIC_FORM_H
#define CIVIC_FORM_H

#include <stdbool.h>
#include <stddef.h>

typedef enum CivicFormResult
{
	CIVIC_FORM_FIELD,
	CIVIC_FORM_END,
	CIVIC_FORM_BAD_ESCAPE, /* a percent sign without two hexadecimal digits */
	CIVIC_FORM_NUL,
	CIVIC_FORM_NOT_UTF8
} CivicFormResult;

/* "name[key][]=value"; all decoded, none ended by a zero byte. */
typedef struct CivicFormField
{
	const char *name;
	size_t name_length;
	const char *key; /* NULL without brackets, or with nothing between them */
	size_t key_length;
	bool is_list; /* the name ended with [] */
	const char *value;
	size_t value_length;
} CivicFormField;

/*
 * Reads the field at *at and steps over it; decodes it into out, which has room for what is between *at and end. On an
 * error *at is the start of the field.
 */
extern CivicFormResult civic_form_next(const char **at, const char *end, char *out,
									   CivicFormField *field);

extern bool civic_is_utf8(const char *text, size_t length);

#endif
