/*
 * src/core/note.h
 *		The texts of transparency logs: signed notes, checkpoints, cosignatures and single-file proofs as
 *		c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature and tlog-proof have them. Read strictly: what is written
 *		here and read back is the same text, and there is no second one for it.
 */
#ifndef CIVIC_NOTE_H
#define CIVIC_NOTE_H

#include "core/ed25519.h"
#include "core/merkle.h"

/* ---- base64 of RFC 4648, section 4, padded and without bits left over ---- */

#define CIVIC_BASE64_LENGTH(bytes) (((bytes) + 2) / 3 * 4)

/* Returns the length, CIVIC_BASE64_LENGTH(length); no terminating zero. */
extern size_t civic_base64_encode(const uint8_t *bytes, size_t length, char *out);
/* False for what is no base64 or does not fit; out may be NULL to ask for the length only. */
extern bool civic_base64_decode(CivicBytes text, uint8_t *out, size_t capacity, size_t *length);

/* ---- keys ---- */

/* Types of signatures. */
#define CIVIC_NOTE_ED25519 0x01
#define CIVIC_NOTE_COSIGNATURE 0x04

typedef struct CivicNoteKey
{
	CivicBytes name;
	uint32_t id;
	uint8_t type;
	uint8_t key[CIVIC_ED25519_KEY_SIZE];
} CivicNoteKey;

/* Non-empty UTF-8 without spaces, control characters or a plus. */
extern bool civic_note_is_name(CivicBytes name);
extern uint32_t civic_note_key_id(const CivicDigest *sha256, CivicBytes name, uint8_t type,
								  const uint8_t key[CIVIC_ED25519_KEY_SIZE]);
/* <name>+<id>+<base64 of type and key>; false too where the id is not that of the key, or the key none. */
extern bool civic_note_parse_key(const CivicDigest *sha256, CivicBytes text, CivicNoteKey *key);

/* ---- notes ---- */

#define CIVIC_NOTE_MAX_SIGNATURES 64
#define CIVIC_NOTE_MAX_LENGTH (1024 * 1024)

typedef struct CivicNote
{
	CivicBytes text;       /* up to and with its last line's end */
	CivicBytes signatures; /* the lines after the empty one */
	int nsignatures;
} CivicNote;

extern bool civic_note_parse(CivicBytes input, CivicNote *note);

typedef struct CivicNoteSignature
{
	CivicBytes name;
	uint32_t key_id;
	CivicBytes base64; /* of key identifier and signature */
} CivicNoteSignature;

/* Takes the next signature off the lines of a note; false at their end. */
extern bool civic_note_next(CivicBytes *signatures, CivicNoteSignature *signature);

typedef enum CivicNoteVerdict
{
	CIVIC_NOTE_VERIFIED,
	CIVIC_NOTE_NOT_SIGNED, /* by none of the keys; what other keys signed does not count */
	CIVIC_NOTE_WRONG_SIGNATURE
} CivicNoteVerdict;

/* What one key says; *time becomes that of a cosignature, and 0 for other types. */
extern CivicNoteVerdict civic_note_verify(const CivicDigest *sha512, const CivicNote *note,
										  const CivicNoteKey *key, uint64_t *time);

/* ---- checkpoints ---- */

#define CIVIC_ORIGIN_MAX 255

typedef struct CivicCheckpoint
{
	CivicBytes origin;
	uint64_t size;
	CivicHash root;
	CivicBytes extensions; /* lines with their ends */
} CivicCheckpoint;

/* Bytes written, or 0 where something is not as it must be or does not fit. */
extern size_t civic_checkpoint_build(const CivicCheckpoint *checkpoint, char *out, size_t capacity);
/* Reads the text of a note. */
extern bool civic_checkpoint_parse(CivicBytes text, CivicCheckpoint *checkpoint);

/* ---- proofs in one file ---- */

typedef struct CivicLogProof
{
	bool has_extra;
	CivicBytes extra; /* to build: bytes; parsed: their base64 */
	uint64_t index;
	int nhashes;
	CivicHash hashes[CIVIC_PROOF_HASHES];
	CivicBytes note; /* the checkpoint with its signatures */
} CivicLogProof;

extern size_t civic_log_proof_build(const CivicLogProof *proof, char *out, size_t capacity);
extern bool civic_log_proof_parse(CivicBytes text, CivicLogProof *proof);

#endif
