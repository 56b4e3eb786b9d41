/*
 * test/fuzz/fuzz_note.c
 *		Notes, keys, checkpoints and proofs have one form: what is read is written back byte for byte.
 */
#include "core/note.h"

#include <stdlib.h>

#include "../unit/sha2.h"

static void
expect(bool holds)
{
	if (!holds)
		abort();
}

static void
check_note(CivicBytes input)
{
	CivicNote note;
	CivicBytes lines;
	CivicNoteSignature signature;
	CivicNoteKey key;
	uint64_t time;
	int count = 0;

	if (!civic_note_parse(input, &note))
		return;
	expect(note.text.data == input.data && note.text.data[note.text.length - 1] == '\n' &&
		   note.text.length + 1 + note.signatures.length == input.length);
	lines = note.signatures;
	while (civic_note_next(&lines, &signature))
	{
		count++;
		expect(civic_note_is_name(signature.name));
		/* A key that is none signed nothing, however it is called. */
		key = (CivicNoteKey){
			.name = signature.name, .id = signature.key_id, .type = CIVIC_NOTE_ED25519};
		expect(civic_note_verify(&sha512, &note, &key, &time) == CIVIC_NOTE_WRONG_SIGNATURE);
	}
	expect(count == note.nsignatures && lines.length == 0);
}

static void
check_texts(CivicBytes input)
{
	CivicCheckpoint checkpoint;
	CivicLogProof proof;
	CivicNoteKey key;
	char out[1024];
	uint8_t bytes[512];
	size_t length;

	if (civic_checkpoint_parse(input, &checkpoint))
		expect(civic_checkpoint_build(&checkpoint, out, input.length) == input.length &&
			   memcmp(out, input.data, input.length) == 0);
	if (civic_log_proof_parse(input, &proof))
	{
		if (proof.has_extra)
		{
			expect(civic_base64_decode(proof.extra, bytes, sizeof(bytes), &length));
			proof.extra = civic_bytes(bytes, length);
		}
		expect(civic_log_proof_build(&proof, out, input.length) == input.length &&
			   memcmp(out, input.data, input.length) == 0);
	}
	if (civic_note_parse_key(&sha256, input, &key))
		expect(civic_note_key_id(&sha256, key.name, key.type, key.key) == key.id);
	if (civic_base64_decode(input, bytes, sizeof(bytes), &length))
		expect(civic_base64_encode(bytes, length, out) == input.length &&
			   memcmp(out, input.data, input.length) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char text[] =
		"audit.city.example\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n";
	static const char head[] = "c2sp.org/tlog-proof@v1\n";
	char whole[2048];
	size_t length = sizeof(text) - 1;

	if (size > 512)
		return 0;
	check_note(civic_bytes(data, size));
	check_texts(civic_bytes(data, size));
	/* After a right text, so that lines of signatures and extensions are reached. */
	memcpy(whole, text, length);
	memcpy(whole + length, data, size);
	check_note(civic_bytes(whole, length + size));
	check_texts(civic_bytes(whole, length + size));
	/* Before a right note. */
	length = sizeof(head) - 1;
	memcpy(whole, head, length);
	memcpy(whole + length, data, size);
	length += size;
	memcpy(whole + length, text, sizeof(text) - 1);
	length += sizeof(text) - 1;
	memcpy(whole + length, "\n\xe2\x80\x94 a AAAAAAAA\n", 16);
	check_texts(civic_bytes(whole, length + 16));
	return 0;
}
