/*
 * src/core/note.c
 *		Signed notes, their keys, and what is written in them: checkpoints and proofs.
 */
#include "core/note.h"

#include <stdio.h>

#define KEY_ID_SIZE 4
#define TIME_SIZE 8

/* ---- base64 ---- */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t
civic_base64_encode(const uint8_t *bytes, size_t length, char *out)
{
	char *at = out;

	for (size_t i = 0; i < length; i += 3)
	{
		size_t rest = length - i;
		uint32_t group = (uint32_t) bytes[i] << 16;

		if (rest > 1)
			group |= (uint32_t) bytes[i + 1] << 8;
		if (rest > 2)
			group |= bytes[i + 2];
		*at++ = alphabet[group >> 18];
		*at++ = alphabet[group >> 12 & 63];
		*at++ = rest > 1 ? alphabet[group >> 6 & 63] : '=';
		*at++ = rest > 2 ? alphabet[group & 63] : '=';
	}
	return (size_t) (at - out);
}

static int
base64_value(uint8_t byte)
{
	const char *found = byte == '\0' ? NULL : strchr(alphabet, byte);

	return found == NULL ? -1 : (int) (found - alphabet);
}

bool
civic_base64_decode(CivicBytes text, uint8_t *out, size_t capacity, size_t *length)
{
	size_t padding = 0;

	if (text.length % 4 != 0)
		return false;
	while (padding < 2 && padding < text.length && text.data[text.length - 1 - padding] == '=')
		padding++;
	*length = text.length / 4 * 3 - padding;
	if (out != NULL && *length > capacity)
		return false;
	for (size_t i = 0; i < text.length; i += 4)
	{
		size_t bytes = i + 4 == text.length ? 3 - padding : 3;
		uint32_t group = 0;

		for (size_t j = 0; j < 4; j++)
		{
			int value = j <= bytes ? base64_value(text.data[i + j]) : 0;

			if (value < 0)
				return false;
			group = group << 6 | (uint32_t) value;
		}
		if ((group & ((1U << 8 * (3 - bytes)) - 1)) != 0)
			return false;
		for (size_t j = 0; j < bytes && out != NULL; j++)
			*out++ = (uint8_t) (group >> (16 - 8 * j));
	}
	return true;
}

/* ---- pieces of text ---- */

/* Takes a line without its end off the input; false where no line ends. */
static bool
take_line(CivicBytes *input, CivicBytes *line)
{
	const uint8_t *end = input->length == 0 ? NULL : memchr(input->data, '\n', input->length);

	if (end == NULL)
		return false;
	*line = civic_bytes(input->data, (size_t) (end - input->data));
	*input = civic_bytes(end + 1, input->length - line->length - 1);
	return true;
}

static bool
take_prefix(CivicBytes *input, const char *prefix)
{
	size_t length = strlen(prefix);

	if (input->length < length || memcmp(input->data, prefix, length) != 0)
		return false;
	*input = civic_bytes(input->data + length, input->length - length);
	return true;
}

/* Takes what stands before a separator, and the separator. */
static bool
take_until(CivicBytes *input, char separator, CivicBytes *piece)
{
	const uint8_t *end = input->length == 0 ? NULL : memchr(input->data, separator, input->length);

	if (end == NULL)
		return false;
	*piece = civic_bytes(input->data, (size_t) (end - input->data));
	*input = civic_bytes(end + 1, input->length - piece->length - 1);
	return true;
}

static bool
parse_decimal(CivicBytes text, uint64_t *number)
{
	*number = 0;
	if (text.length == 0 || text.length > 19 || (text.length > 1 && text.data[0] == '0'))
		return false;
	for (size_t i = 0; i < text.length; i++)
	{
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		*number = *number * 10 + (uint64_t) (text.data[i] - '0');
	}
	return *number <= CIVIC_MAX_LEAVES;
}

static bool
parse_hash(CivicBytes text, CivicHash *hash)
{
	size_t length;

	return text.length == CIVIC_BASE64_LENGTH(CIVIC_SHA256_SIZE) &&
		   civic_base64_decode(text, hash->bytes, CIVIC_SHA256_SIZE, &length) &&
		   length == CIVIC_SHA256_SIZE;
}

/* The next character of UTF-8, or -1 for what is none: no longer form than needed, no surrogates, none above 10ffff. */
static int32_t
take_character(CivicBytes *text)
{
	static const int32_t smallest[] = {0, 0x80, 0x800, 0x10000};
	uint8_t first = text->data[0];
	size_t more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
	int32_t character = more == 0 ? first : first & (0x3f >> more);

	if ((first >= 0x80 && first < 0xc2) || first > 0xf4 || text->length <= more)
		return -1;
	for (size_t i = 1; i <= more; i++)
	{
		if ((text->data[i] & 0xc0) != 0x80)
			return -1;
		character = character << 6 | (text->data[i] & 0x3f);
	}
	if (character < smallest[more] || (character >= 0xd800 && character < 0xe000) ||
		character > 0x10ffff)
		return -1;
	*text = civic_bytes(text->data + more + 1, text->length - more - 1);
	return character;
}

/* Valid UTF-8 whose only control characters are ends of lines, where these are wanted. */
static bool
is_clean(CivicBytes text, bool lines)
{
	while (text.length > 0)
	{
		int32_t character = take_character(&text);

		if (character < 0x20 && !(lines && character == '\n'))
			return false;
	}
	return true;
}

/* White space as Unicode has it. */
static bool
is_space(int32_t character)
{
	return character == ' ' || (character >= 0x09 && character <= 0x0d) || character == 0x85 ||
		   character == 0xa0 || character == 0x1680 ||
		   (character >= 0x2000 && character <= 0x200a) || character == 0x2028 ||
		   character == 0x2029 || character == 0x202f || character == 0x205f || character == 0x3000;
}

bool
civic_note_is_name(CivicBytes name)
{
	if (name.length == 0 || !is_clean(name, false))
		return false;
	while (name.length > 0)
	{
		int32_t character = take_character(&name);

		if (is_space(character) || character == '+')
			return false;
	}
	return true;
}

/* ---- keys ---- */

uint32_t
civic_note_key_id(const CivicDigest *sha256, CivicBytes name, uint8_t type,
				  const uint8_t key[CIVIC_ED25519_KEY_SIZE])
{
	CivicBytes pieces[] = {name, civic_text("\n"), {&type, 1}, {key, CIVIC_ED25519_KEY_SIZE}};
	uint8_t digest[CIVIC_SHA256_SIZE];

	sha256->digest(sha256->state, pieces, 4, digest);
	return (uint32_t) civic_get_number(digest, KEY_ID_SIZE);
}

bool
civic_note_parse_key(const CivicDigest *sha256, CivicBytes text, CivicNoteKey *key)
{
	uint8_t bytes[1 + CIVIC_ED25519_KEY_SIZE];
	char id[9];
	CivicBytes given;
	size_t length;

	if (!take_until(&text, '+', &key->name) || !civic_note_is_name(key->name) ||
		!take_until(&text, '+', &given) || given.length != 8 ||
		!civic_base64_decode(text, bytes, sizeof(bytes), &length) || length != sizeof(bytes))
		return false;
	key->type = bytes[0];
	memcpy(key->key, bytes + 1, sizeof(key->key));
	key->id = civic_note_key_id(sha256, key->name, key->type, key->key);
	snprintf(id, sizeof(id), "%08x", (unsigned) key->id);
	return memcmp(given.data, id, 8) == 0 &&
		   (key->type == CIVIC_NOTE_ED25519 || key->type == CIVIC_NOTE_COSIGNATURE) &&
		   civic_ed25519_is_key(key->key);
}

/* ---- notes ---- */

bool
civic_note_next(CivicBytes *signatures, CivicNoteSignature *signature)
{
	uint8_t start[6];
	CivicBytes line;
	size_t length;

	/* The prefix is an em dash and a space. */
	if (!take_line(signatures, &line) || !take_prefix(&line, "\xe2\x80\x94 ") ||
		!take_until(&line, ' ', &signature->name) || !civic_note_is_name(signature->name) ||
		!civic_base64_decode(line, NULL, 0, &length) || length <= KEY_ID_SIZE ||
		!civic_base64_decode(civic_bytes(line.data, 8), start, sizeof(start), &length))
		return false;
	signature->key_id = (uint32_t) civic_get_number(start, KEY_ID_SIZE);
	signature->base64 = line;
	return true;
}

bool
civic_note_parse(CivicBytes input, CivicNote *note)
{
	CivicBytes rest;
	CivicNoteSignature signature;
	size_t split = 0;

	if (input.length > CIVIC_NOTE_MAX_LENGTH || !is_clean(input, true))
		return false;
	for (size_t i = 0; i + 1 < input.length; i++)
		if (input.data[i] == '\n' && input.data[i + 1] == '\n')
			split = i + 1;
	if (split == 0)
		return false;
	note->text = civic_bytes(input.data, split);
	note->signatures = civic_bytes(input.data + split + 1, input.length - split - 1);
	note->nsignatures = 0;
	rest = note->signatures;
	while (rest.length > 0)
		if (!civic_note_next(&rest, &signature) || ++note->nsignatures > CIVIC_NOTE_MAX_SIGNATURES)
			return false;
	return note->nsignatures > 0;
}

static bool
is_signed(const CivicDigest *sha512, CivicBytes text, const CivicNoteKey *key,
		  const CivicNoteSignature *line, uint64_t *time)
{
	size_t time_size = key->type == CIVIC_NOTE_COSIGNATURE ? TIME_SIZE : 0;
	uint8_t bytes[KEY_ID_SIZE + TIME_SIZE + CIVIC_ED25519_SIGNATURE_SIZE];
	const uint8_t *signature = bytes + KEY_ID_SIZE + time_size;
	char head[64] = "";
	CivicBytes message[2];
	size_t length;

	if (!civic_base64_decode(line->base64, bytes, sizeof(bytes), &length) ||
		length != KEY_ID_SIZE + time_size + CIVIC_ED25519_SIGNATURE_SIZE)
		return false;
	*time = civic_get_number(bytes + KEY_ID_SIZE, (int) time_size);
	if (*time > INT64_MAX)
		return false;
	if (key->type == CIVIC_NOTE_COSIGNATURE)
		snprintf(head, sizeof(head), "cosignature/v1\ntime %llu\n", (unsigned long long) *time);
	message[0] = civic_text(head);
	message[1] = text;
	return civic_ed25519_verify(sha512, key->key, signature, message, 2);
}

CivicNoteVerdict
civic_note_verify(const CivicDigest *sha512, const CivicNote *note, const CivicNoteKey *key,
				  uint64_t *time)
{
	CivicBytes lines = note->signatures;
	CivicNoteSignature signature;
	CivicNoteVerdict verdict = CIVIC_NOTE_NOT_SIGNED;

	*time = 0;
	while (civic_note_next(&lines, &signature))
	{
		if (signature.key_id != key->id || signature.name.length != key->name.length ||
			memcmp(signature.name.data, key->name.data, key->name.length) != 0)
			continue;
		if (!is_signed(sha512, note->text, key, &signature, time))
			return CIVIC_NOTE_WRONG_SIGNATURE;
		verdict = CIVIC_NOTE_VERIFIED;
	}
	return verdict;
}

/* ---- checkpoints ---- */

/* What is written so far; used stands above capacity where something did not fit. */
typedef struct Writer
{
	char *out;
	size_t capacity;
	size_t used;
} Writer;

static void
write_bytes(Writer *writer, CivicBytes bytes)
{
	if (writer->used <= writer->capacity && bytes.length <= writer->capacity - writer->used)
	{
		if (bytes.length > 0)
			memcpy(writer->out + writer->used, bytes.data, bytes.length);
		writer->used += bytes.length;
	}
	else
		writer->used = writer->capacity + 1;
}

static void
write_number(Writer *writer, uint64_t number)
{
	char digits[21];

	snprintf(digits, sizeof(digits), "%llu", (unsigned long long) number);
	write_bytes(writer, civic_text(digits));
}

static void
write_hash(Writer *writer, const CivicHash *hash)
{
	char base64[CIVIC_BASE64_LENGTH(CIVIC_SHA256_SIZE)];

	write_bytes(writer,
				civic_bytes(base64, civic_base64_encode(hash->bytes, CIVIC_SHA256_SIZE, base64)));
	write_bytes(writer, civic_text("\n"));
}

static size_t
written(const Writer *writer)
{
	return writer->used <= writer->capacity ? writer->used : 0;
}

/* Lines that all have something in them and an end. */
static bool
are_extensions(CivicBytes lines)
{
	CivicBytes line;

	while (lines.length > 0)
		if (!take_line(&lines, &line) || line.length == 0)
			return false;
	return true;
}

static bool
is_checkpoint(const CivicCheckpoint *checkpoint)
{
	return checkpoint->origin.length > 0 && checkpoint->origin.length <= CIVIC_ORIGIN_MAX &&
		   is_clean(checkpoint->origin, false) && checkpoint->size <= CIVIC_MAX_LEAVES &&
		   is_clean(checkpoint->extensions, true) && are_extensions(checkpoint->extensions);
}

size_t
civic_checkpoint_build(const CivicCheckpoint *checkpoint, char *out, size_t capacity)
{
	Writer writer = {out, capacity, 0};

	if (!is_checkpoint(checkpoint))
		return 0;
	write_bytes(&writer, checkpoint->origin);
	write_bytes(&writer, civic_text("\n"));
	write_number(&writer, checkpoint->size);
	write_bytes(&writer, civic_text("\n"));
	write_hash(&writer, &checkpoint->root);
	write_bytes(&writer, checkpoint->extensions);
	return written(&writer);
}

bool
civic_checkpoint_parse(CivicBytes text, CivicCheckpoint *checkpoint)
{
	CivicBytes size;
	CivicBytes root;

	if (!take_line(&text, &checkpoint->origin) || !take_line(&text, &size) ||
		!parse_decimal(size, &checkpoint->size) || !take_line(&text, &root) ||
		!parse_hash(root, &checkpoint->root))
		return false;
	checkpoint->extensions = text;
	return is_checkpoint(checkpoint);
}

/* ---- proofs in one file ---- */

#define PROOF_HEADER "c2sp.org/tlog-proof@v1\n"

/* The note is a checkpoint of a tree that has the entry. */
static bool
is_note_of(CivicBytes input, uint64_t index)
{
	CivicNote note;
	CivicCheckpoint checkpoint;

	return civic_note_parse(input, &note) && civic_checkpoint_parse(note.text, &checkpoint) &&
		   index < checkpoint.size;
}

size_t
civic_log_proof_build(const CivicLogProof *proof, char *out, size_t capacity)
{
	Writer writer = {out, capacity, 0};

	if (proof->nhashes < 0 || proof->nhashes > CIVIC_PROOF_HASHES ||
		!is_note_of(proof->note, proof->index))
		return 0;
	write_bytes(&writer, civic_text(PROOF_HEADER));
	if (proof->has_extra)
	{
		size_t length = CIVIC_BASE64_LENGTH(proof->extra.length);

		write_bytes(&writer, civic_text("extra "));
		if (writer.used > capacity || length > capacity - writer.used)
			return 0;
		writer.used +=
			civic_base64_encode(proof->extra.data, proof->extra.length, out + writer.used);
		write_bytes(&writer, civic_text("\n"));
	}
	write_bytes(&writer, civic_text("index "));
	write_number(&writer, proof->index);
	write_bytes(&writer, civic_text("\n"));
	for (int i = 0; i < proof->nhashes; i++)
		write_hash(&writer, &proof->hashes[i]);
	write_bytes(&writer, civic_text("\n"));
	write_bytes(&writer, proof->note);
	return written(&writer);
}

bool
civic_log_proof_parse(CivicBytes text, CivicLogProof *proof)
{
	CivicBytes line;
	size_t length;

	proof->nhashes = 0;
	if (!take_prefix(&text, PROOF_HEADER) || !take_line(&text, &line))
		return false;
	proof->has_extra = take_prefix(&line, "extra ");
	if (proof->has_extra)
	{
		proof->extra = line;
		if (!civic_base64_decode(line, NULL, 0, &length) || !take_line(&text, &line))
			return false;
	}
	if (!take_prefix(&line, "index ") || !parse_decimal(line, &proof->index))
		return false;
	while (take_line(&text, &line) && line.length > 0)
		if (proof->nhashes == CIVIC_PROOF_HASHES ||
			!parse_hash(line, &proof->hashes[proof->nhashes++]))
			return false;
	proof->note = text;
	return is_note_of(text, proof->index);
}
