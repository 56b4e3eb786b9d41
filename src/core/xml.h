/*
 * src/core/xml.h
 *		XML from JSON: members become elements, elements of an array are named by the singular of the array.
 */
#ifndef CIVIC_XML_H
#define CIVIC_XML_H

#include <stdbool.h>
#include <stddef.h>

#define CIVIC_XML_MAX_DEPTH 32

typedef void (*CivicXmlSink)(void *to, const char *text, size_t length);

/* False where the JSON is malformed, too deep, or has a member whose name is none of XML; the output is then useless. */
extern bool civic_xml_write(const char *json, size_t length, const char *root, CivicXmlSink sink,
							void *to);

#endif
