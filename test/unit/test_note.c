/*
 * test/unit/test_note.c
 *		Signed notes, checkpoints, cosignatures and proofs in one file. The note by PeterNeumann is the published example of
 *		golang.org/x/mod/sumdb/note; the others are signed with the secret keys SHA-256("civic test log"), "civic test
 *		witness 1" and "civic test witness 2".
 */
#include "core/note.h"

#include "sha2.h"
#include "tap.h"

#define DASH "\xe2\x80\x94 "

static const char neumann_key[] =
	"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char neumann_note[] =
	"If you think cryptography is the answer to your problem,\n"
	"then you don't know what your problem is.\n\n" DASH
	"PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

#define LOG_KEY "audit.city.example+be3eb7ca+AVFczwDSOs3Sq1t9UDmJfFYGymJLw1nhCwZeAuDYnvt+"
#define WITNESS_1_KEY "witness.example/1+446cc47e+BNWu1PzwfGZPcsJi308L5qMLCgiLAvshr815Dc2wTrGv"
#define WITNESS_2_KEY "witness.example/2+faf0f3cf+BJksGbwccPlTHx3WCQ1rzQ7RpBsWJKwJHdmqlgNH8Ijj"
#define TEXT "audit.city.example\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n"
#define LOG_LINE                                                                                   \
	DASH "audit.city.example "                                                                     \
		 "vj63ygNLliE6wevj5JXoZeO7a779VMVP2oGIYPn0J7+"                                             \
		 "EYfNHZg+vPt8NTNg15ywFPJSeW7UZ+Gh6FZN+9M903o8FOgQ=\n"
#define WITNESS_1_LINE                                                                             \
	DASH                                                                                           \
		"witness.example/1 "                                                                       \
		"RGzEfgAAAABqsTuA0xlP0vPUhAPdqXHZ9nk2+IOAOhX8jCqDgOQR5+dFpgeXuy2m6YWv6RjH07uwmaHc/yutl5gb" \
		"HZjbpE2rd45yDQ==\n"
#define WITNESS_2_LINE                                                                             \
	DASH                                                                                           \
		"witness.example/2 "                                                                       \
		"+vDzzwAAAABqsTuBqXbLhIGuP+ftOWTti1c2yr0RdfsZ6EmcT2DMIa70EXMU1jlbmR9ZHs4OCg2SBWyV9AWeZQSI" \
		"dPtEKdvreJxYDQ==\n"
#define UNKNOWN_LINE DASH "someone.example AAAAAAAA\n"

/* What a key says of a note. */
static CivicNoteVerdict
verdict(const char *text, const char *key_text, uint64_t *time)
{
	CivicNote note;
	CivicNoteKey key;

	if (!civic_note_parse(civic_text(text), &note) ||
		!civic_note_parse_key(&sha256, civic_text(key_text), &key))
		return (CivicNoteVerdict) -1;
	return civic_note_verify(&sha512, &note, &key, time);
}

static void
test_signatures(void)
{
	uint64_t time;
	char swapped[] = TEXT "\n" LOG_LINE;
	CivicNote note;
	CivicNoteKey key;

	ok(verdict(neumann_note, neumann_key, &time) == CIVIC_NOTE_VERIFIED, "a published note");
	ok(verdict(TEXT "\n" LOG_LINE, LOG_KEY, &time) == CIVIC_NOTE_VERIFIED && time == 0,
	   "a checkpoint");
	ok(verdict(TEXT "\n" UNKNOWN_LINE WITNESS_2_LINE WITNESS_1_LINE LOG_LINE, LOG_KEY, &time) ==
		   CIVIC_NOTE_VERIFIED,
	   "other signatures do not matter");
	ok(verdict(TEXT "\n" WITNESS_1_LINE LOG_LINE WITNESS_2_LINE, WITNESS_1_KEY, &time) ==
			   CIVIC_NOTE_VERIFIED &&
		   time == 1790000000,
	   "a cosignature and its time");
	ok(verdict(TEXT "\n" WITNESS_1_LINE LOG_LINE WITNESS_2_LINE, WITNESS_2_KEY, &time) ==
			   CIVIC_NOTE_VERIFIED &&
		   time == 1790000001,
	   "another one");
	ok(verdict(TEXT "\n" WITNESS_1_LINE, LOG_KEY, &time) == CIVIC_NOTE_NOT_SIGNED,
	   "a note signed by others only");
	ok(verdict(TEXT "\n" WITNESS_1_LINE, WITNESS_2_KEY, &time) == CIVIC_NOTE_NOT_SIGNED,
	   "a note signed by another witness");

	/* Text changed, or a signature of the known key that is another's. */
	swapped[19] = '9';
	ok(verdict(swapped, LOG_KEY, &time) == CIVIC_NOTE_WRONG_SIGNATURE, "another text");
	ok(verdict(TEXT "more\n\n" LOG_LINE, LOG_KEY, &time) == CIVIC_NOTE_WRONG_SIGNATURE,
	   "an extension line that was not signed");
	ok(verdict(TEXT "\n" LOG_LINE DASH "audit.city.example "
					"vj63ygNLliE6wevj5JXoZeO7a779VMVP2oGIYPn0J7+"
					"EYfNHZg+vPt8NTNg15ywFPJSeW7UZ+Gh6FZN+9M903o8FOgA=\n",
			   LOG_KEY, &time) == CIVIC_NOTE_WRONG_SIGNATURE,
	   "a right signature does not make up for a wrong one");
	ok(verdict(TEXT "\n" DASH "audit.city.example vj63ygA=\n", LOG_KEY, &time) ==
		   CIVIC_NOTE_WRONG_SIGNATURE,
	   "a signature that is too short");
	ok(verdict(TEXT
			   "\n" DASH "audit.city.example "
			   "RGzEfgAAAABqsTuA0xlP0vPUhAPdqXHZ9nk2+IOAOhX8jCqDgOQR5+dFpgeXuy2m6YWv6RjH07uwmaHc/"
			   "yutl5gbHZjbpE2rd45yDQ==\n",
			   LOG_KEY, &time) == CIVIC_NOTE_NOT_SIGNED,
	   "the name of a key with the id of another");
	ok(verdict(TEXT "\n" DASH "audit.city.exampl "
					"vj63ygNLliE6wevj5JXoZeO7a779VMVP2oGIYPn0J7+"
					"EYfNHZg+vPt8NTNg15ywFPJSeW7UZ+Gh6FZN+9M903o8FOgQ=\n",
			   LOG_KEY, &time) == CIVIC_NOTE_NOT_SIGNED,
	   "the id of a key with the name of another");
	ok(verdict(TEXT
			   "\n" DASH "witness.example/1 "
			   "RGzEfgAAAABqsTuB0xlP0vPUhAPdqXHZ9nk2+IOAOhX8jCqDgOQR5+dFpgeXuy2m6YWv6RjH07uwmaHc/"
			   "yutl5gbHZjbpE2rd45yDQ==\n",
			   WITNESS_1_KEY, &time) == CIVIC_NOTE_WRONG_SIGNATURE,
	   "a cosignature of another time");

	/* Key identifiers are short: two keys may share one, and then only the right key verifies. */
	civic_note_parse(civic_text(TEXT "\n" LOG_LINE), &note);
	civic_note_parse_key(&sha256, civic_text(LOG_KEY), &key);
	key.key[0] ^= 1;
	ok(civic_note_verify(&sha512, &note, &key, &time) == CIVIC_NOTE_WRONG_SIGNATURE,
	   "a key whose identifier collides");
}

static void
test_forms(void)
{
	static const struct
	{
		const char *what;
		const char *text;
	} refused[] = {
		{"nothing", ""},
		{"no signature", TEXT "\n"},
		{"no empty line", TEXT LOG_LINE},
		{"no end of line", TEXT "\n" DASH "a AAAAAAAA"},
		{"no dash", TEXT "\n- a AAAAAAAA\n"},
		{"no space after the dash", TEXT "\n\xe2\x80\x94"
										 "a AAAAAAAA\n"},
		{"two spaces", TEXT "\n" DASH "a  AAAAAAAA\n"},
		{"a space at the end", TEXT "\n" DASH "a AAAAAAAA \n"},
		{"no name", TEXT "\n" DASH " AAAAAAAA\n"},
		{"a plus in a name", TEXT "\n" DASH "a+b AAAAAAAA\n"},
		{"a no-break space in a name", TEXT "\n" DASH "a\xc2\xa0"
											"b AAAAAAAA\n"},
		{"an ideographic space in a name", TEXT "\n" DASH "a\xe3\x80\x80"
												"b AAAAAAAA\n"},
		{"no base64", TEXT "\n" DASH "a AAAA*AAA\n"},
		{"base64 without padding", TEXT "\n" DASH "a AAAAAAA\n"},
		{"base64 with bits left over", TEXT "\n" DASH "a AAAAAAB=\n"},
		{"padding inside", TEXT "\n" DASH "a AAA=AAAA\n"},
		{"a key identifier without a signature", TEXT "\n" DASH "a AAAAAA==\n"},
		{"a control character", "a\tb\n\n" DASH "a AAAAAAAA\n"},
		{"a carriage return", "a\r\n\n" DASH "a AAAAAAAA\n"},
		{"half a character", "a\xc3\n\n" DASH "a AAAAAAAA\n"},
		{"a long form", "a\xc0\x80\n\n" DASH "a AAAAAAAA\n"},
		{"a long form of three bytes", "a\xe0\x81\x81\n\n" DASH "a AAAAAAAA\n"},
		{"a surrogate", "a\xed\xa0\x80\n\n" DASH "a AAAAAAAA\n"},
		{"above Unicode", "a\xf4\x90\x80\x80\n\n" DASH "a AAAAAAAA\n"},
		{"a line between signatures", TEXT "\n" DASH "a AAAAAAAA\nb\n" DASH "a AAAAAAAA\n"}};
	static const char *const keys[] = {
		"", "a", "audit.city.example+be3eb7ca", "audit.city.example+be3eb7ca+",
		"audit.city.example+be3eb7cb+AVFczwDSOs3Sq1t9UDmJfFYGymJLw1nhCwZeAuDYnvt+",
		"audit.city.example+BE3EB7CA+AVFczwDSOs3Sq1t9UDmJfFYGymJLw1nhCwZeAuDYnvt+",
		"audit.city.example+be3eb7ca+BFFczwDSOs3Sq1t9UDmJfFYGymJLw1nhCwZeAuDYnvt+",
		"audit.city.example+be3eb7ca+AVFczwDSOs3Sq1t9UDmJfFYGymJLw1nhCwZeAuDYnvt+ ",
		"audit.city.exampl+be3eb7ca+AVFczwDSOs3Sq1t9UDmJfFYGymJLw1nhCwZeAuDYnvt+",
		"+be3eb7ca+AVFczwDSOs3Sq1t9UDmJfFYGymJLw1nhCwZeAuDYnvt+",
		/* Of another type, and of small order, both with the id that is theirs. */
		"key.example+a797b643+AlFczwDSOs3Sq1t9UDmJfFYGymJLw1nhCwZeAuDYnvt+",
		"key.example+e986ece6+AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
	static char many[8000];
	CivicNote note;
	CivicNoteKey key;
	CivicNoteSignature signature;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		ok(!civic_note_parse(civic_text(refused[i].text), &note), "no note: %s", refused[i].what);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		ok(!civic_note_parse_key(&sha256, civic_text(keys[i]), &key), "no key: \"%s\"", keys[i]);
	ok(civic_note_parse_key(&sha256, civic_text(LOG_KEY), &key) && key.id == 0xbe3eb7ca &&
		   key.type == CIVIC_NOTE_ED25519 && key.name.length == 18,
	   "a key");

	ok(civic_note_parse(civic_text("\n\n" DASH "a AAAAAAAA\n"), &note) && note.text.length == 1,
	   "the shortest text");
	ok(civic_note_parse(civic_text("a\n\nb\n\n" DASH "a AAAAAAAA\n"), &note) &&
		   note.text.length == 5 && note.nsignatures == 1,
	   "a text with an empty line");
	ok(civic_note_next(&note.signatures, &signature) && signature.key_id == 0 &&
		   signature.base64.length == 8 && signature.name.length == 1 &&
		   !civic_note_next(&note.signatures, &signature),
	   "the lines of a note");
	strcpy(many, TEXT "\n");
	for (int i = 0; i < CIVIC_NOTE_MAX_SIGNATURES; i++)
		strcat(many, UNKNOWN_LINE);
	ok(civic_note_parse(civic_text(many), &note) && note.nsignatures == CIVIC_NOTE_MAX_SIGNATURES,
	   "as many signatures as may be");
	strcat(many, UNKNOWN_LINE);
	ok(!civic_note_parse(civic_text(many), &note), "and one more");
}

static void
test_checkpoints(void)
{
	static const char *const refused[] = {
		"",
		"a\n",
		"a\n8\n",
		"a\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=",
		"\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
		"a\n08\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
		"a\n\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
		"a\n-8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
		"a\n+8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
		"a\n8 \nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
		"a\n0x8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
		"a\n9223372036854775808\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
		"a\n18446744073709551616\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
		"a\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQy==\n",
		"a\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyh=\n",
		"a\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyhh\n",
		"a\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n\n",
		"a\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\nb",
		"a\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\nb\n\nc\n",
		"a\t\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n"};
	static const char *const accepted[] = {
		TEXT, TEXT "extension\n", TEXT "one\ntwo\n",
		"a b\n0\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n",
		"a\n9223372036854775807\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n"};
	static uint8_t origin[CIVIC_ORIGIN_MAX + 1];
	CivicCheckpoint checkpoint;
	char out[512];

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		ok(!civic_checkpoint_parse(civic_text(refused[i]), &checkpoint), "no checkpoint: %zu", i);
	for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++)
	{
		size_t length = strlen(accepted[i]);

		ok(civic_checkpoint_parse(civic_text(accepted[i]), &checkpoint) &&
			   civic_checkpoint_build(&checkpoint, out, length) == length &&
			   memcmp(out, accepted[i], length) == 0 &&
			   civic_checkpoint_build(&checkpoint, out, length - 1) == 0,
		   "a checkpoint read and written back: %zu", i);
	}
	civic_checkpoint_parse(civic_text(TEXT), &checkpoint);
	ok(checkpoint.size == 8 && checkpoint.root.bytes[0] == 0x5d &&
		   checkpoint.root.bytes[31] == 0x28 && checkpoint.extensions.length == 0,
	   "what a checkpoint says");
	memset(origin, 'a', sizeof(origin));
	checkpoint.origin = civic_bytes(origin, CIVIC_ORIGIN_MAX);
	ok(civic_checkpoint_build(&checkpoint, out, sizeof(out)) > 0, "a long origin");
	checkpoint.origin.length++;
	ok(civic_checkpoint_build(&checkpoint, out, sizeof(out)) == 0, "one that is too long");
	checkpoint.origin = civic_text("a\nb");
	ok(civic_checkpoint_build(&checkpoint, out, sizeof(out)) == 0, "an origin of two lines");
	checkpoint.origin = civic_text("a");
	checkpoint.extensions = civic_text("b");
	ok(civic_checkpoint_build(&checkpoint, out, sizeof(out)) == 0, "an extension without its end");
	checkpoint.extensions = civic_text("");
	checkpoint.size = CIVIC_MAX_LEAVES + 1;
	ok(civic_checkpoint_build(&checkpoint, out, sizeof(out)) == 0, "a size that is too large");
}

#define HEADER "c2sp.org/tlog-proof@v1\n"
#define HASH "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n"
#define NOTE TEXT "\n" LOG_LINE

static void
test_proof_files(void)
{
	static const char *const refused[] = {HEADER "index 8\n" HASH "\n" NOTE,
										  HEADER "index 07\n" HASH "\n" NOTE,
										  HEADER "index 7\n" HASH NOTE,
										  HEADER "index 7 \n" HASH "\n" NOTE,
										  HEADER "Index 7\n" HASH "\n" NOTE,
										  HEADER HASH "\n" NOTE,
										  HEADER "index 7\n" HASH "AAAA\n\n" NOTE,
										  HEADER "index 7\n" HASH "\n" TEXT,
										  HEADER "index 7\n" HASH,
										  HEADER "index 7\n" HASH "\n",
										  HEADER "index 7\nextra AAAA\n" HASH "\n" NOTE,
										  HEADER "extra AAA\nindex 7\n" HASH "\n" NOTE,
										  HEADER "extra AAAA\nextra AAAA\nindex 7\n\n" NOTE,
										  "c2sp.org/tlog-proof@v2\nindex 7\n" HASH "\n" NOTE,
										  "index 7\n" HASH "\n" NOTE,
										  ""};
	static const char *const accepted[] = {
		HEADER "index 0\n\n" NOTE, HEADER "index 7\n" HASH HASH HASH "\n" NOTE,
		HEADER "extra AAEC\nindex 7\n" HASH "\n" NOTE, HEADER "extra \nindex 7\n" HASH "\n" NOTE};
	CivicLogProof proof;
	char out[1024];
	uint8_t extra[8];

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		ok(!civic_log_proof_parse(civic_text(refused[i]), &proof), "no proof: %zu", i);
	for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++)
	{
		size_t length = strlen(accepted[i]);
		bool is_read = civic_log_proof_parse(civic_text(accepted[i]), &proof);
		size_t size = 0;
		int shorter = 0;

		if (proof.has_extra)
		{
			is_read &= civic_base64_decode(proof.extra, extra, sizeof(extra), &size);
			proof.extra = civic_bytes(extra, size);
		}
		ok(is_read && civic_log_proof_build(&proof, out, length) == length &&
			   memcmp(out, accepted[i], length) == 0,
		   "a proof read and written back: %zu", i);
		for (size_t room = 0; room < length; room++)
			shorter += civic_log_proof_build(&proof, out, room) != 0;
		ok(shorter == 0, "and not where there is no room");
	}
	ok(civic_log_proof_parse(civic_text(accepted[1]), &proof) && proof.nhashes == 3 &&
		   proof.index == 7 && proof.hashes[2].bytes[0] == 0x5d && !proof.has_extra &&
		   proof.note.length == strlen(NOTE),
	   "what a proof says");
}

static void
test_base64(void)
{
	static const char *const texts[] = {"", "f", "fo", "foo", "foob", "fooba", "foobar"};
	static const char *const encoded[] = {"",         "Zg==",     "Zm8=",    "Zm9v",
										  "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
	uint8_t bytes[8];
	char out[16];
	size_t length;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
	{
		size_t size = civic_base64_encode((const uint8_t *) texts[i], strlen(texts[i]), out);

		ok(size == strlen(encoded[i]) && memcmp(out, encoded[i], size) == 0, "\"%s\" in base64",
		   texts[i]);
		ok(civic_base64_decode(civic_text(encoded[i]), bytes, i, &length) && length == i &&
			   memcmp(bytes, texts[i], i) == 0,
		   "and back");
		ok(i == 0 || !civic_base64_decode(civic_text(encoded[i]), bytes, i - 1, &length),
		   "and not into less room");
	}
	ok(!civic_base64_decode(civic_text("===="), bytes, sizeof(bytes), &length) &&
		   !civic_base64_decode(civic_text("Z==="), bytes, sizeof(bytes), &length) &&
		   !civic_base64_decode(civic_text("Zh=="), bytes, sizeof(bytes), &length) &&
		   !civic_base64_decode(civic_text("Zm9v\n"), bytes, sizeof(bytes), &length) &&
		   !civic_base64_decode(civic_text("Zm-_"), bytes, sizeof(bytes), &length),
	   "no base64");
}

void
test_note(void)
{
	test_base64();
	test_signatures();
	test_forms();
	test_checkpoints();
	test_proof_files();
}
