/*
 * test/unit/test_address.c
 *		Streets and house numbers out of addresses as people of different countries write them.
 */
#include "core/address.h"

#include <string.h>

#include "tap.h"

static bool
reads(const char *address, const char *street, int number)
{
	char name[256];
	size_t length = civic_street_name(address, strlen(address), name, sizeof(name));
	CivicAddress parsed = civic_parse_address(address, strlen(address));
	bool right = length == strlen(street) && memcmp(name, street, length) == 0 &&
				 parsed.number == number && (parsed.street != 0) == (length > 0);

	if (!right)
		printf("# have %.*s, %d\n", (int) length, name, parsed.number);
	return right;
}

static bool
same_street(const char *a, const char *b)
{
	CivicAddress left = civic_parse_address(a, strlen(a));
	CivicAddress right = civic_parse_address(b, strlen(b));

	return left.street != 0 && left.street == right.street;
}

static void
test_numbers(void)
{
	static const struct
	{
		const char *address;
		const char *street;
		int number;
	} cases[] = {
		{"3530 W GOVERNORS PKWY", "governorspkwy", 3530},
		{"12 rue de la Paix", "ruedelapaix", 12},
		{"Hauptstra\xC3\x9F"
		 "e 7a",
		 "hauptst", 7},
		{"hauptstr. 7 a", "hauptst", 7},
		{"Haupt Strasse 7", "hauptst", 7},
		{"MG Road, Sector 5", "mgrd", 0},
		{"12, MG Road", "mgrd", 12},
		{"12/3 M.G. Road", "mgrd", 12},
		{"H.No. 12, Nehru Nagar", "nehrunagar", 12},
		{"No. 5, Gandhi Street", "gandhist", 5},
		{"Plot 7, Sector 12", "sector12", 7},
		{"Av. Paulista, 1578 - Bela Vista", "avpaulista", 1578},
		{"Rua da Consola\xC3\xA7\xC3\xA3o, 12", "ruadaconsolacao", 12},
		{"221B Baker Street", "bakerst", 221},
		{"221 B Baker Street", "bakerst", 221},
		{"Flat 4, 12 High Street", "highst", 12},
		{"12 High St Apt 4", "highst", 12},
		{"12 High St near the old mill", "highst", 12},
		{"Karl-Marx-Allee 33-35", "karlmarxallee", 33},
		{"K\xC3\xB6nigsallee 1\xE2\x80\x93"
		 "3",
		 "konigsallee", 1},
		{"Calle 50 # 12-34", "calle50", 12},
		{"100 5th Ave", "5av", 100},
		{"West 34th Street", "34st", 0},
		{"Street 12, ward 3", "st12", 0},
		{"Road No 12, Banjara Hills", "rdno12", 0},
		{"Via Roma 12/A", "viaroma", 12},
		{"10115 Berlin, Hauptstra\xC3\x9F"
		 "e 7a",
		 "hauptst", 7},
		{"Hauptstra\xC3\x9F"
		 "e 7a, 10115 Berlin",
		 "hauptst", 7},
		{"North Ave", "northav", 0},
		{"1 Broadway", "broadway", 1},
		{"Sector 5", "sector5", 0},
		{"O\xE2\x80\x99"
		 "Connell Street 5",
		 "oconnellst", 5},
		{"\xE0\xA4\xB0\xE0\xA5\x8B\xE0\xA4\xA1 12", "\xE0\xA4\xB0\xE0\xA5\x8B\xE0\xA4\xA1", 12},
		{"12", "", 0},
		{"", "", 0},
		{" ,;- ", "", 0},
		{"400001", "", 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ok(reads(cases[i].address, cases[i].street, cases[i].number), "%s", cases[i].address);
}

static void
test_streets(void)
{
	ok(same_street("3530 W GOVERNORS PKWY", "Governors Parkway 12"),
	   "short and long forms are one");
	ok(same_street("5th Ave & Broadway", "Broadway / 5th Avenue"), "a crossing in either order");
	ok(same_street("Broadway and 5th Ave", "Broadway @ 5th Ave"), "and with either sign");
	ok(civic_is_crossing(civic_parse_address("Broadway & 5th Ave", 18).street) &&
		   civic_parse_address("Broadway & 5th Ave", 18).number == 0,
	   "it has no number");
	ok(!civic_is_crossing(civic_parse_address("1 Broadway", 10).street), "a street is no crossing");
	ok(!same_street("1 Broadway", "Broadway & 5th Ave"), "nor one of its crossings");
	ok(!same_street("1 Main St", "1 Main Ave"), "a street and an avenue are two");
	ok(!same_street("1 Oak St", "1 Elm St"), "two names are two streets");
}

void
test_address(void)
{
	test_numbers();
	test_streets();
}
