/*
 * src/core/address.c
 *		Street and house number from an address as people write it.
 *
 * There is no list of countries: an address is cut at commas, the part that looks like a street is chosen, and a number
 * before or behind the name is the house's. A wrong guess costs a signal, so in doubt there is no number.
 */
#include "address.h"

#include <string.h>

#include "address_words.h"

#define MAX_TOKENS 64
#define MAX_SEGMENTS 16
/* Numbers longer than this are postal codes. */
#define MAX_NUMBER_DIGITS 5

typedef struct Token
{
	uint16_t start; /* in Parser.text */
	uint16_t length;
	int number;   /* leading digits where the token is a house number, else 0 */
	bool digits;  /* nothing but digits */
	bool ordinal; /* 5th, 22nd */
	bool joined;  /* a hyphen or slash stands right before it */
	const Word *word;
	int ending; /* index in endings, or -1 */
} Token;

typedef struct Segment
{
	int first;
	int count;
	bool crossing; /* a sign between streets stands in it */
	int crossed;   /* token the second street starts with */
} Segment;

typedef struct Parser
{
	char text[CIVIC_ADDRESS_BYTES + 1]; /* tokens, one after the other */
	size_t used;
	Token tokens[MAX_TOKENS];
	int token_count;
	Segment segments[MAX_SEGMENTS];
	int segment_count;
} Parser;

/* ---- characters ---- */

static inline bool
is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

/* The next character as letters, digits or bytes of another script in out; 0 for a sign. */
static int
next_character(const unsigned char *p, const unsigned char *end, char out[4], int *taken)
{
	unsigned code;

	*taken = 1;
	if (*p < 0x80)
	{
		if (*p >= 'A' && *p <= 'Z')
			out[0] = (char) (*p + 'a' - 'A');
		else if (is_digit(*p) || (*p >= 'a' && *p <= 'z'))
			out[0] = (char) *p;
		else
			return 0;
		return 1;
	}
	if ((*p & 0xE0) != 0xC0 || p + 1 >= end || (p[1] & 0xC0) != 0x80)
	{
		/* U+2000 to U+207F are spaces, dashes and quotes. */
		if (*p == 0xE2 && p + 2 < end && (p[1] == 0x80 || p[1] == 0x81))
		{
			*taken = 3;
			return 0;
		}
		out[0] = (char) *p;
		return 1;
	}
	*taken = 2;
	code = (*p & 0x1Fu) << 6 | (p[1] & 0x3Fu);
	if (code == 0xDF)
	{
		out[0] = out[1] = 's';
		return 2;
	}
	/* Signs and spaces of Latin-1, among them the numero and ordinal signs. */
	if (code < 0xC0)
		return 0;
	if (code >= 0xC0 && code < 0x180)
	{
		out[0] = folded[code - 0xC0];
		return out[0] == '.' ? 0 : 1;
	}
	out[0] = (char) p[0];
	out[1] = (char) p[1];
	return 2;
}

/* ---- tokens ---- */

static const Word *
find_word(const char *text, size_t length)
{
	size_t low = 0;
	size_t high = sizeof(words) / sizeof(words[0]);

	while (low < high)
	{
		size_t middle = (low + high) / 2;
		int order = strncmp(words[middle].text, text, length);

		if (order == 0 && words[middle].text[length] != '\0')
			order = 1;
		if (order == 0)
			return &words[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static int
find_ending(const char *text, size_t length)
{
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
	{
		size_t size = strlen(endings[i].ending);

		/* The name before it has three letters or more, so that "Astr" is none. */
		if (length >= size + 3 && memcmp(text + length - size, endings[i].ending, size) == 0)
			return (int) i;
	}
	return -1;
}

/* What a token is by itself: 12, 12a, 221b are numbers, 5th is a name. */
static void
classify(Parser *parser, Token *token)
{
	const char *text = parser->text + token->start;
	int digits = 0;
	int value = 0;
	int rest;

	while (digits < token->length && is_digit((unsigned char) text[digits]))
	{
		if (digits < MAX_NUMBER_DIGITS)
			value = value * 10 + (text[digits] - '0');
		digits++;
	}
	rest = token->length - digits;
	token->number = 0;
	token->digits = rest == 0;
	token->word = NULL;
	token->ending = -1;
	token->ordinal = digits > 0 && rest == 2 &&
					 (memcmp(text + digits, "th", 2) == 0 || memcmp(text + digits, "st", 2) == 0 ||
					  memcmp(text + digits, "nd", 2) == 0 || memcmp(text + digits, "rd", 2) == 0);
	if (digits == 0)
	{
		token->word = find_word(text, token->length);
		if (token->word == NULL)
			token->ending = find_ending(text, token->length);
	}
	else if (digits <= MAX_NUMBER_DIGITS && !token->ordinal && rest <= 1)
		token->number = value;
}

static void
end_token(Parser *parser, size_t start, bool *joined)
{
	Token *token;

	if (parser->used == start || parser->token_count == MAX_TOKENS)
	{
		parser->used = start;
		return;
	}
	token = &parser->tokens[parser->token_count++];
	token->start = (uint16_t) start;
	token->length = (uint16_t) (parser->used - start);
	token->joined = *joined;
	*joined = false;
	classify(parser, token);
	parser->segments[parser->segment_count].count++;
}

static void
end_segment(Parser *parser)
{
	Segment *segment = &parser->segments[parser->segment_count];

	if (segment->count > 0 && parser->segment_count < MAX_SEGMENTS - 1)
		segment = &parser->segments[++parser->segment_count];
	else if (segment->count > 0)
		return;
	segment->first = parser->token_count;
	segment->count = 0;
	segment->crossing = false;
	segment->crossed = 0;
}

static void
split(Parser *parser, const char *address, size_t bytes)
{
	const unsigned char *p = (const unsigned char *) address;
	const unsigned char *end = p + bytes;
	size_t start = 0;
	bool joined = false;
	unsigned char before = ' ';

	parser->used = 0;
	parser->token_count = 0;
	parser->segment_count = 0;
	parser->segments[0] = (Segment){0};
	while (p < end)
	{
		char out[4];
		int taken;
		int made = next_character(p, end, out, &taken);
		unsigned char sign = *p;

		if (made > 0 && parser->used + (size_t) made <= CIVIC_ADDRESS_BYTES)
		{
			memcpy(parser->text + parser->used, out, (size_t) made);
			parser->used += (size_t) made;
		}
		if (made == 0 && taken == 3 && p[1] == 0x80)
			sign = p[2] == 0x99 ? '\'' : p[2] >= 0x90 && p[2] <= 0x95 ? '-' : ' ';
		/* An apostrophe is within a word. */
		if (made == 0 && sign != '\'')
		{
			Segment *segment;

			end_token(parser, start, &joined);
			start = parser->used;
			segment = &parser->segments[parser->segment_count];
			if (sign == ',' || sign == ';' || sign == '\n' || sign == '(' || sign == ')' ||
				(sign == '-' && before == ' ' && p + taken < end && p[taken] == ' '))
				end_segment(parser);
			else if (sign == '-' || sign == '/')
				joined = before != ' ';
			if ((sign == '&' || sign == '@' || sign == '+' || (sign == '/' && before == ' ')) &&
				segment->count > 0 && !segment->crossing)
			{
				segment->crossing = true;
				segment->crossed = parser->token_count;
			}
		}
		before = sign;
		p += taken;
	}
	end_token(parser, start, &joined);
	end_segment(parser);
}

static inline Kind
kind_of(const Token *token)
{
	return token->word != NULL ? token->word->kind : WORD;
}

/* "Broadway and 5th": a joint with words on both sides, of which the ones before are no number of a house. */
static void
find_joints(Parser *parser)
{
	for (int s = 0; s < parser->segment_count; s++)
	{
		Segment *segment = &parser->segments[s];

		for (int i = 1; i + 1 < segment->count && !segment->crossing; i++)
		{
			const Token *token = &parser->tokens[segment->first + i];

			if (kind_of(token) == JOINT && parser->tokens[segment->first].number == 0)
			{
				segment->crossing = true;
				segment->crossed = segment->first + i + 1;
			}
		}
	}
}

/* ---- the street ---- */

/* A name is more than a direction and a number, but "North Avenue" and "Street 12" are names as well. */
static bool
has_name(const Parser *parser, int first, int last)
{
	for (int i = first; i < last; i++)
	{
		const Token *token = &parser->tokens[i];
		Kind kind = kind_of(token);

		if ((kind == WORD && token->number == 0 && !token->digits) || token->ending >= 0)
			return true;
	}
	return false;
}

/* How much a segment looks like a street: 2 with a word for one, 1 with a name, else 0. */
static int
street_likeness(const Parser *parser, const Segment *segment)
{
	int last = segment->first + segment->count;
	Kind first_kind = kind_of(&parser->tokens[segment->first]);

	if (first_kind == UNIT && segment->count <= 2)
		return 0;
	for (int i = segment->first; i < last; i++)
	{
		const Token *token = &parser->tokens[i];

		if ((kind_of(token) == TYPE && segment->count > 1) || token->ending >= 0)
			return 2;
	}
	return has_name(parser, segment->first, last) || first_kind == AREA ? 1 : 0;
}

/* A street's tokens without the number: from first up to, not including, last. */
typedef struct Street
{
	int first;
	int last;
	int number;
} Street;

/* Cuts what is inside a house, and the number before or behind the name. */
static Street
read_street(const Parser *parser, int first, int last)
{
	Street street = {first, last, 0};
	const Token *tokens = parser->tokens;
	bool named;

	/* "Flat 4 12 High Street", "12 High Street Flat 4" */
	while (street.last - street.first > 2 && kind_of(&tokens[street.first]) == UNIT)
		street.first += 2;
	for (int i = street.first + 1; i < street.last; i++)
	{
		if (kind_of(&tokens[i]) == UNIT)
			street.last = i;
	}

	/* "12", "12-14", "12/3", "No 12" */
	if (street.last - street.first > 2 && kind_of(&tokens[street.first]) == MARKER &&
		tokens[street.first + 1].number > 0)
		street.first++;
	if (street.last - street.first > 1 && tokens[street.first].number > 0)
	{
		int after = street.first + 1;

		while (after < street.last - 1 && tokens[after].joined)
			after++;
		/* "221 B Baker Street" */
		if (after < street.last - 1 && tokens[after].length == 1 && tokens[after + 1].length > 1 &&
			kind_of(&tokens[after]) == WORD && has_name(parser, after + 1, street.last))
			after++;
		street.number = tokens[street.first].number;
		street.first = after;
		return street;
	}

	/* "Hauptstrasse 7a", "Karl-Marx-Allee 33-35", "Calle 50 # 12-34", but not "Street 12", "Sector 5", "Road No 12" */
	for (int i = street.last - 1; i > street.first; i--)
	{
		int before = i;

		if (tokens[i].number == 0 && !(tokens[i].joined && i - 1 > street.first))
		{
			if (tokens[i].length == 1 && kind_of(&tokens[i]) == WORD && tokens[i - 1].number > 0)
				continue;
			break;
		}
		if (tokens[i].joined && (tokens[i - 1].number > 0 || tokens[i].number == 0))
			continue;
		if (kind_of(&tokens[before - 1]) == MARKER)
			before--;
		named = has_name(parser, street.first, before) ||
				(before - street.first > 1 && tokens[before - 1].digits);
		if (named && kind_of(&tokens[before - 1]) != AREA && before > street.first)
		{
			street.number = tokens[i].number;
			street.last = before;
		}
		break;
	}
	return street;
}

/* Words in their short forms, one after the other; directions only where nothing else is left. */
static size_t
write_name(const Parser *parser, int first, int last, char *name, size_t size)
{
	bool directions = !has_name(parser, first, last);
	size_t used = 0;

	for (int i = first; i < last; i++)
	{
		const Token *token = &parser->tokens[i];
		const char *text = parser->text + token->start;
		size_t length = token->length;
		const char *tail = NULL;

		if ((kind_of(token) == DIRECTION && !directions) || kind_of(token) == JOINT)
			continue;
		if (token->word != NULL && token->word->canonical != NULL)
		{
			text = token->word->canonical;
			length = strlen(text);
		}
		else if (token->ending >= 0)
		{
			length -= strlen(endings[token->ending].ending);
			tail = endings[token->ending].canonical;
		}
		else if (token->ordinal)
			length -= 2;
		if (used + length + (tail != NULL ? strlen(tail) : 0) > size)
			break;
		memcpy(name + used, text, length);
		used += length;
		if (tail != NULL)
		{
			memcpy(name + used, tail, strlen(tail));
			used += strlen(tail);
		}
	}
	return used;
}

/* The segment most like a street; the first of equals. */
static int
choose_segment(const Parser *parser)
{
	int best = -1;
	int most = 0;

	for (int s = 0; s < parser->segment_count; s++)
	{
		int likeness =
			parser->segments[s].crossing ? 2 : street_likeness(parser, &parser->segments[s]);

		if (likeness > most)
		{
			best = s;
			most = likeness;
		}
	}
	return best;
}

/* "12, MG Road" and "Av. Paulista, 1578": a segment that is a number and nothing else. */
static int
lone_number(const Parser *parser, int s)
{
	const Segment *segment;
	const Token *token;

	if (s < 0 || s >= parser->segment_count)
		return 0;
	segment = &parser->segments[s];
	token = &parser->tokens[segment->first + segment->count - 1];
	for (int i = segment->first; i < segment->first + segment->count - 1; i++)
	{
		if (kind_of(&parser->tokens[i]) != MARKER)
			return 0;
	}
	/* Five digits are more often a postal code. */
	return token->length <= 4 + (token->digits ? 0 : 1) ? token->number : 0;
}

static uint64_t
hash_of_name(const char *name, size_t length)
{
	uint64_t hash = civic_hash(name, length) & ~UINT64_C(1);

	return length == 0 ? 0 : hash == 0 ? 2 : hash;
}

static size_t
parse(const char *address, size_t bytes, CivicAddress *result, char *name, size_t size)
{
	Parser parser;
	const Segment *segment;
	Street street;
	size_t length;
	int s;

	*result = (CivicAddress){0};
	split(&parser, address, bytes < CIVIC_ADDRESS_BYTES ? bytes : CIVIC_ADDRESS_BYTES);
	find_joints(&parser);
	s = choose_segment(&parser);
	if (s < 0)
		return 0;
	segment = &parser.segments[s];
	if (segment->crossing)
	{
		uint64_t first;
		uint64_t second;

		length = write_name(&parser, segment->first, segment->crossed, name, size);
		first = hash_of_name(name, length);
		length = write_name(&parser, segment->crossed, segment->first + segment->count, name, size);
		second = hash_of_name(name, length);
		/* The same in either order. */
		if (first != 0 && second != 0)
			result->street = (first ^ second) * UINT64_C(0x9E3779B97F4A7C15) | 1;
		return length;
	}
	street = read_street(&parser, segment->first, segment->first + segment->count);
	length = write_name(&parser, street.first, street.last, name, size);
	result->street = hash_of_name(name, length);
	if (result->street == 0)
		return 0;
	result->number = street.number;
	if (result->number == 0)
		result->number = lone_number(&parser, s - 1);
	if (result->number == 0)
		result->number = lone_number(&parser, s + 1);
	return length;
}

CivicAddress
civic_parse_address(const char *address, size_t bytes)
{
	CivicAddress result;
	char name[CIVIC_ADDRESS_BYTES];

	(void) parse(address, bytes, &result, name, sizeof(name));
	return result;
}

size_t
civic_street_name(const char *address, size_t bytes, char *name, size_t size)
{
	CivicAddress result;

	return parse(address, bytes, &result, name, size);
}
