/*
 * src/core/xml.c
 *		XML from JSON, as GeoReport v2 relates the two.
 */
#include "core/xml.h"

#include <stdint.h>
#include <string.h>

#include "core/hex.h"

typedef struct Writer
{
	const char *at;
	const char *end;
	CivicXmlSink sink;
	void *to;
	int depth;
} Writer;

typedef struct Name
{
	const char *text;
	size_t length;
} Name;

static void
emit(Writer *writer, const char *text)
{
	writer->sink(writer->to, text, strlen(text));
}

static void
emit_tag(Writer *writer, const char *before, Name name, const char *after)
{
	emit(writer, before);
	writer->sink(writer->to, name.text, name.length);
	emit(writer, after);
}

static bool
is(Name name, const char *text)
{
	return name.length == strlen(text) && memcmp(name.text, text, name.length) == 0;
}

static Name
singular(Name name)
{
	if (is(name, "service_requests"))
		return (Name){"request", 7};
	if (is(name, "service_request_updates"))
		return (Name){"request_update", 14};
	if (name.length > 1 && name.text[name.length - 1] == 's')
		return (Name){name.text, name.length - 1};
	return (Name){"item", 4};
}

static bool
is_name(Name name)
{
	for (size_t i = 0; i < name.length; i++)
	{
		char c = name.text[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_')
			continue;
		if (i == 0 || !((c >= '0' && c <= '9') || c == '-' || c == '.'))
			return false;
	}
	return name.length > 0;
}

static void
skip_blanks(Writer *writer)
{
	while (writer->at < writer->end && strchr(" \t\r\n", *writer->at) != NULL && *writer->at)
		writer->at++;
}

static bool
accept(Writer *writer, char c)
{
	skip_blanks(writer);
	if (writer->at == writer->end || *writer->at != c)
		return false;
	writer->at++;
	return true;
}

/* A character; those that XML does not have become U+FFFD. */
static void
emit_character(Writer *writer, uint32_t c)
{
	char bytes[4];

	if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0xD800 && c <= 0xDFFF) ||
		c == 0xFFFE || c == 0xFFFF)
		c = 0xFFFD;
	if (c == '&')
		emit(writer, "&amp;");
	else if (c == '<')
		emit(writer, "&lt;");
	else if (c == '>')
		emit(writer, "&gt;");
	else if (c == '\r')
		emit(writer, "&#13;"); /* a parser makes a line feed of a bare one */
	else if (c < 0x80)
	{
		bytes[0] = (char) c;
		writer->sink(writer->to, bytes, 1);
	}
	else if (c < 0x800)
	{
		bytes[0] = (char) (0xC0 | c >> 6);
		bytes[1] = (char) (0x80 | (c & 0x3F));
		writer->sink(writer->to, bytes, 2);
	}
	else if (c < 0x10000)
	{
		bytes[0] = (char) (0xE0 | c >> 12);
		bytes[1] = (char) (0x80 | (c >> 6 & 0x3F));
		bytes[2] = (char) (0x80 | (c & 0x3F));
		writer->sink(writer->to, bytes, 3);
	}
	else
	{
		bytes[0] = (char) (0xF0 | c >> 18);
		bytes[1] = (char) (0x80 | (c >> 12 & 0x3F));
		bytes[2] = (char) (0x80 | (c >> 6 & 0x3F));
		bytes[3] = (char) (0x80 | (c & 0x3F));
		writer->sink(writer->to, bytes, 4);
	}
}

/* Four hexadecimal digits. */
static bool
read_hex(Writer *writer, uint32_t *value)
{
	*value = 0;
	if (writer->end - writer->at < 4)
		return false;
	for (int i = 0; i < 4; i++)
	{
		int digit = civic_hex_digit(*writer->at++);

		if (digit < 0)
			return false;
		*value = *value << 4 | (uint32_t) digit;
	}
	return true;
}

static bool
write_escape(Writer *writer)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meant[] = "\"\\/\b\f\n\r\t";
	const char *found;
	uint32_t c;
	uint32_t low;

	if (writer->at == writer->end)
		return false;
	if (*writer->at != 'u')
	{
		found = *writer->at ? strchr(letters, *writer->at) : NULL;
		if (found == NULL)
			return false;
		writer->at++;
		emit_character(writer, (unsigned char) meant[found - letters]);
		return true;
	}
	writer->at++;
	if (!read_hex(writer, &c))
		return false;
	if (c >= 0xD800 && c <= 0xDBFF && writer->end - writer->at >= 6 && writer->at[0] == '\\' &&
		writer->at[1] == 'u')
	{
		Writer ahead = *writer;

		ahead.at += 2;
		if (read_hex(&ahead, &low) && low >= 0xDC00 && low <= 0xDFFF)
		{
			writer->at = ahead.at;
			c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
		}
	}
	emit_character(writer, c);
	return true;
}

/* After the opening quote. */
static bool
write_string(Writer *writer)
{
	while (writer->at < writer->end)
	{
		const char *start = writer->at;

		/* Whatever needs no escape goes out in one piece; only U+FFFE and U+FFFF begin with EF BF and are not text. */
		while (writer->at < writer->end && (unsigned char) *writer->at >= 0x20 &&
			   strchr("\"\\&<>", *writer->at) == NULL &&
			   !((unsigned char) *writer->at == 0xEF && writer->end - writer->at > 2 &&
				 (unsigned char) writer->at[1] == 0xBF && (unsigned char) writer->at[2] >= 0xBE))
			writer->at++;
		if (writer->at > start)
			writer->sink(writer->to, start, (size_t) (writer->at - start));
		if (writer->at == writer->end)
			return false;
		if (*writer->at == '"')
		{
			writer->at++;
			return true;
		}
		if ((unsigned char) *writer->at == 0xEF)
		{
			emit_character(writer, 0xFFFE);
			writer->at += 3;
		}
		else if (*writer->at == '\\')
		{
			writer->at++;
			if (!write_escape(writer))
				return false;
		}
		else
			emit_character(writer, (unsigned char) *writer->at++);
	}
	return false;
}

static bool
read_name(Writer *writer, Name *name)
{
	if (!accept(writer, '"'))
		return false;
	name->text = writer->at;
	while (writer->at < writer->end && *writer->at != '"')
		writer->at++;
	name->length = (size_t) (writer->at - name->text);
	return accept(writer, '"') && is_name(*name);
}

static bool write_element(Writer *writer, Name name);

/* After the opening brace or bracket. */
static bool
write_members(Writer *writer, Name name, bool is_array)
{
	char close = is_array ? ']' : '}';
	Name member = singular(name);

	if (accept(writer, close))
		return true;
	do
	{
		if (!is_array && !(read_name(writer, &member) && accept(writer, ':')))
			return false;
		if (!write_element(writer, member))
			return false;
	} while (accept(writer, ','));
	return accept(writer, close);
}

static bool
write_element(Writer *writer, Name name)
{
	const char *start;
	bool done;

	skip_blanks(writer);
	start = writer->at;
	if (start == writer->end)
		return false;
	if (*start == '{' || *start == '[' || *start == '"')
	{
		if (writer->depth++ == CIVIC_XML_MAX_DEPTH)
			return false;
		writer->at++;
		emit_tag(writer, "<", name, ">");
		done = *start == '"' ? write_string(writer) : write_members(writer, name, *start == '[');
		emit_tag(writer, "</", name, ">");
		writer->depth--;
		return done;
	}
	while (writer->at < writer->end &&
		   ((*writer->at >= '0' && *writer->at <= '9') ||
			(*writer->at >= 'a' && *writer->at <= 'z') || *writer->at == 'E' ||
			*writer->at == '+' || *writer->at == '-' || *writer->at == '.'))
		writer->at++;
	if (writer->at == start)
		return false;
	if (writer->at - start == 4 && memcmp(start, "null", 4) == 0)
	{
		emit_tag(writer, "<", name, "/>");
		return true;
	}
	emit_tag(writer, "<", name, ">");
	writer->sink(writer->to, start, (size_t) (writer->at - start));
	emit_tag(writer, "</", name, ">");
	return true;
}

bool
civic_xml_write(const char *json, size_t length, const char *root, CivicXmlSink sink, void *to)
{
	Writer writer = {json, json + length, sink, to, 0};
	Name name = {root, strlen(root)};

	if (!is_name(name) || !write_element(&writer, name))
		return false;
	skip_blanks(&writer);
	return writer.at == writer.end;
}
