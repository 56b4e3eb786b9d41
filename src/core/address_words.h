/*
 * src/core/address_words.h
 *		Words of addresses and their short forms; for address.c alone.
 */
#ifndef CIVIC_ADDRESS_WORDS_H
#define CIVIC_ADDRESS_WORDS_H

#include <stddef.h>

typedef enum Kind
{
	WORD,
	TYPE,      /* street, avenue, ... */
	DIRECTION, /* north, sw, ... */
	AREA,      /* sector 5, ward 3: their number is no house's */
	UNIT,      /* flat 4, near the mill: what is inside a house or beside it */
	MARKER,    /* no., nr: a house number follows */
	JOINT      /* and, at: two streets meet */
} Kind;

typedef struct Word
{
	const char *text;
	Kind kind;
	const char *canonical; /* NULL: as it stands */
} Word;

/* In the order of strcmp(), for bisection. */
static const Word words[] = {
	{"and", JOINT, NULL},
	{"apartment", UNIT, NULL},
	{"apt", UNIT, NULL},
	{"at", JOINT, NULL},
	{"av", TYPE, "av"},
	{"avda", TYPE, "av"},
	{"ave", TYPE, "av"},
	{"avenida", TYPE, "av"},
	{"avenue", TYPE, "av"},
	{"bd", TYPE, "bd"},
	{"behind", UNIT, NULL},
	{"block", AREA, NULL},
	{"blvd", TYPE, "bd"},
	{"boul", TYPE, "bd"},
	{"boulevard", TYPE, "bd"},
	{"calle", TYPE, "calle"},
	{"cir", TYPE, "cir"},
	{"circle", TYPE, "cir"},
	{"corner", JOINT, NULL},
	{"court", TYPE, "ct"},
	{"ct", TYPE, "ct"},
	{"dr", TYPE, "dr"},
	{"drive", TYPE, "dr"},
	{"e", DIRECTION, NULL},
	{"east", DIRECTION, NULL},
	{"esq", JOINT, NULL},
	{"flat", UNIT, NULL},
	{"floor", UNIT, NULL},
	{"freeway", TYPE, "fwy"},
	{"fwy", TYPE, "fwy"},
	{"h", MARKER, NULL},
	{"highway", TYPE, "hwy"},
	{"hno", MARKER, NULL},
	{"house", MARKER, NULL},
	{"hwy", TYPE, "hwy"},
	{"lane", TYPE, "ln"},
	{"ln", TYPE, "ln"},
	{"n", DIRECTION, NULL},
	{"ne", DIRECTION, NULL},
	{"near", UNIT, NULL},
	{"no", MARKER, NULL},
	{"north", DIRECTION, NULL},
	{"northeast", DIRECTION, NULL},
	{"northwest", DIRECTION, NULL},
	{"nr", MARKER, NULL},
	{"number", MARKER, NULL},
	{"nw", DIRECTION, NULL},
	{"opp", UNIT, NULL},
	{"opposite", UNIT, NULL},
	{"parkway", TYPE, "pkwy"},
	{"phase", AREA, NULL},
	{"pkwy", TYPE, "pkwy"},
	{"pky", TYPE, "pkwy"},
	{"pl", TYPE, "pl"},
	{"place", TYPE, "pl"},
	{"plaza", TYPE, "plz"},
	{"plot", MARKER, NULL},
	{"plz", TYPE, "plz"},
	{"rd", TYPE, "rd"},
	{"road", TYPE, "rd"},
	{"room", UNIT, NULL},
	{"route", TYPE, "route"},
	{"rt", TYPE, "route"},
	{"rte", TYPE, "route"},
	{"rua", TYPE, "rua"},
	{"rue", TYPE, "rue"},
	{"s", DIRECTION, NULL},
	{"se", DIRECTION, NULL},
	{"sec", AREA, "sector"},
	{"sector", AREA, NULL},
	{"shop", UNIT, NULL},
	{"south", DIRECTION, NULL},
	{"southeast", DIRECTION, NULL},
	{"southwest", DIRECTION, NULL},
	{"sq", TYPE, "sq"},
	{"square", TYPE, "sq"},
	{"st", TYPE, "st"},
	{"ste", UNIT, NULL},
	{"str", TYPE, "st"},
	{"straat", TYPE, "st"},
	{"strada", TYPE, "strada"},
	{"strasse", TYPE, "st"},
	{"street", TYPE, "st"},
	{"suite", UNIT, NULL},
	{"sw", DIRECTION, NULL},
	{"ter", TYPE, "ter"},
	{"terrace", TYPE, "ter"},
	{"trail", TYPE, "trl"},
	{"trl", TYPE, "trl"},
	{"unit", UNIT, NULL},
	{"via", TYPE, "via"},
	{"w", DIRECTION, NULL},
	{"ward", AREA, NULL},
	{"way", TYPE, "wy"},
	{"west", DIRECTION, NULL},
	{"wy", TYPE, "wy"},
	{"zone", AREA, NULL},
};

/* Endings of words that are streets by themselves, and what they are written as. */
static const struct
{
	const char *ending;
	const char *canonical;
} endings[] = {
	{"strasse", "st"},  {"straat", "st"},   {"str", "st"},      {"gasse", "gasse"},
	{"weg", "weg"},     {"platz", "platz"}, {"allee", "allee"}, {"gatan", "gatan"},
	{"vagen", "vagen"}, {"laan", "laan"},
};

/* Letters with marks, U+00C0 to U+017F, without them; '.' for signs. */
static const char folded[] =
	/* U+00C0 */ "aaaaaaaceeeeiiiidnooooo.ouuuuyts"
				 /* U+00E0 */ "aaaaaaaceeeeiiiidnooooo.ouuuuyty"
				 /* U+0100 */ "aaaaaaccccccccddddeeeeeeeeeegggg"
				 /* U+0120 */ "gggghhhhiiiiiiiiiiiijjkkklllllll"
				 /* U+0140 */ "lllnnnnnnnnnoooooooorrrrrrssssss"
				 /* U+0160 */ "ssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

#endif
