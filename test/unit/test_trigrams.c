/*
 * test/unit/test_trigrams.c
 *		Signatures hold the set of trigrams and nothing else; the server tests compare them with pg_trgm.
 */
#include "core/trigrams.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

static int
utf8_length(const char *p, const char *end)
{
	unsigned char c = (unsigned char) *p;
	int length = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;

	return length < end - p ? length : (int) (end - p);
}

static size_t
count_characters(const char *word)
{
	const char *end = word + strlen(word);
	size_t count = 0;

	for (const char *p = word; p < end; p += utf8_length(p, end))
		count++;
	return count;
}

/* Words of a text that is lower case already, parted by single spaces. */
static void
extract(CivicTrigrams *set, const char *content)
{
	char padded[256];

	civic_trigrams_init(set, malloc((strlen(content) + 1) * sizeof(uint32_t)));
	while (*content != '\0')
	{
		size_t bytes = strcspn(content, " ");

		snprintf(padded, sizeof(padded), "  %.*s ", (int) bytes, content);
		civic_trigrams_add(set, padded, bytes + 3, count_characters(padded), utf8_length);
		content += bytes + (content[bytes] == ' ');
	}
	civic_trigrams_finish(set);
}

static bool
compare(const char *a, const char *b, int count_a, int count_b, int shared)
{
	CivicTrigrams left;
	CivicTrigrams right;
	uint8_t *signature;
	size_t size;
	bool same;
	float similarity = shared == 0 ? 0 : (float) shared / (float) (count_a + count_b - shared);

	extract(&left, a);
	extract(&right, b);
	size = civic_trigrams_size(&right);
	signature = malloc(size);
	civic_trigrams_write(&right, signature);
	same = civic_trigrams_count(&left) == count_a &&
		   civic_signature_count(signature, size) == count_b &&
		   civic_signature_shared(&left, signature, size) == shared &&
		   civic_signature_similarity(&left, signature, size) == similarity;
	if (!same)
		printf("# have %d, %d, %d\n", civic_trigrams_count(&left),
			   civic_signature_count(signature, size),
			   civic_signature_shared(&left, signature, size));
	free(signature);
	free(left.wide);
	free(right.wide);
	return same;
}

void
test_trigrams(void)
{
	CivicTrigrams set;
	const uint8_t damaged[][5] = {
		{0}, {1}, {1, 0}, {0, 0, 1}, {0xFF, 0xFF, 0, 0, 0}, {1, 0, 0xFF, 0xFF, 7}};

	ok(compare("cat", "cat", 4, 4, 4), "equal words share all");
	ok(compare("cat", "car", 4, 4, 2), "what two words share");
	ok(compare("cat cat cat", "cat", 4, 4, 4), "a trigram counts once");
	ok(compare("cat", "", 4, 0, 0) && compare("", "", 0, 0, 0), "nothing is like nothing");
	ok(compare("a b c", "c a", 6, 4, 4), "words of one letter");
	ok(compare("stra\xC3\x9F"
			   "e",
			   "stra\xC3\x9F"
			   "e",
			   7, 7, 7),
	   "longer characters");
	ok(compare("stra\xC3\x9F"
			   "e",
			   "strasse", 7, 8, 4),
	   "and where they differ");
	extract(&set, "pothole");
	ok(civic_signature_count(damaged[0], 0) == -1 && civic_signature_count(damaged[1], 1) == -1 &&
		   civic_signature_count(damaged[2], 2) == -1 &&
		   civic_signature_count(damaged[3], 3) == -1 && civic_signature_count(damaged[4], 5) == -1,
	   "what is no signature is seen");
	ok(civic_signature_shared(&set, damaged[4], 5) == 0 &&
		   civic_signature_shared(&set, damaged[5], 4) == 0,
	   "and shares nothing");
	free(set.wide);
}
