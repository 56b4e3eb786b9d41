/*
 * src/audit_hash.c
 *		The leaf that a stored entry is, and the server's SHA-512, which signatures are made of.
 */
#include "audit_tree.h"
#include "compat.h"

#include "common/cryptohash.h"
#include "common/sha2.h"
#include "datatype/timestamp.h"
#include "utils/timestamp.h"

static void
run_sha512(void *state, const CivicBytes *pieces, int npieces, uint8_t *out)
{
	pg_cryptohash_ctx *context = state;
	bool good = pg_cryptohash_init(context) >= 0;

	for (int i = 0; i < npieces && good; i++)
		good = pieces[i].length == 0 ||
			   pg_cryptohash_update(context, pieces[i].data, pieces[i].length) >= 0;
	if (!good || pg_cryptohash_final(context, out, PG_SHA512_DIGEST_LENGTH) < 0)
		ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR),
						errmsg("could not hash: %s", pg_cryptohash_error(context))));
}

void
civic_begin_sha512(CivicDigest *digest)
{
	*digest = (CivicDigest){.digest = run_sha512, .state = pg_cryptohash_create(PG_SHA512)};
	if (digest->state == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
}

void
civic_end_sha512(CivicDigest *digest)
{
	pg_cryptohash_free(digest->state);
	digest->state = NULL;
}

int64
civic_unix_time(TimestampTz time)
{
	return time + (int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;
}

static CivicBytes
bytes_of(Datum value, bool isnull)
{
	struct varlena *bytes;

	if (isnull)
		return civic_bytes(NULL, 0);
	bytes = PG_DETOAST_DATUM_PACKED(value);
	return civic_bytes(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
}

/*
 * The commitment to one part of what is personal: what it was made of, or what an erasure has left of it. False where
 * the bytes are neither.
 */
static bool
part_commitment(CivicBytes part, CivicHash *commitment)
{
	CivicBytes content;

	if (part.length == 1 + CIVIC_SHA256_SIZE && part.data[0] == CIVIC_PERSONAL_ERASED)
	{
		memcpy(commitment->bytes, part.data + 1, CIVIC_SHA256_SIZE);
		return true;
	}
	if (part.length <= 1 + CIVIC_SALT_SIZE || part.data[0] != CIVIC_PERSONAL_LIVE)
		return false;
	content = civic_bytes(part.data + 1 + CIVIC_SALT_SIZE, part.length - 1 - CIVIC_SALT_SIZE);
	civic_personal_commitment(&civic_sha256, part.data + 1, &content, commitment);
	return true;
}

/* Both parts can be erased, each for its own person: then the commitment is one to both commitments. */
static bool
entry_commitment(CivicBytes personal, CivicBytes request, CivicLeaf *leaf)
{
	CivicHash both[2];
	CivicBytes rest = {both[0].bytes + CIVIC_SALT_SIZE, sizeof(both) - CIVIC_SALT_SIZE};

	leaf->has_commitment = personal.data != NULL || request.data != NULL;
	if (!leaf->has_commitment)
		return true;
	if (request.data == NULL)
		return part_commitment(personal, &leaf->commitment);
	if (personal.data == NULL)
		return part_commitment(request, &leaf->commitment);
	if (!part_commitment(personal, &both[0]) || !part_commitment(request, &both[1]))
		return false;
	civic_personal_commitment(&civic_sha256, both[0].bytes, &rest, &leaf->commitment);
	return true;
}

bool
civic_entry_leaf(const pg_uuid_t *log_id, Datum *values, bool *nulls, CivicLeaf *leaf)
{
	memset(leaf, 0, offsetof(CivicLeaf, columns_digest));
	memcpy(leaf->log_id, log_id->data, UUID_LEN);
	memcpy(leaf->organization, DatumGetUUIDP(values[CIVIC_ENTRY_ORGANIZATION])->data, UUID_LEN);
	leaf->epoch = (uint32) DatumGetInt32(values[CIVIC_ENTRY_EPOCH]);
	leaf->xid = DatumGetUInt64(values[CIVIC_ENTRY_XID]);
	leaf->counter = (uint32) DatumGetInt32(values[CIVIC_ENTRY_COUNTER]);
	leaf->time = civic_unix_time(DatumGetTimestampTz(values[CIVIC_ENTRY_AT]));
	leaf->operation = DatumGetChar(values[CIVIC_ENTRY_OPERATION]);
	leaf->action = bytes_of(values[CIVIC_ENTRY_ACTION], nulls[CIVIC_ENTRY_ACTION]);
	if (!nulls[CIVIC_ENTRY_USER])
		leaf->user = civic_bytes(DatumGetUUIDP(values[CIVIC_ENTRY_USER])->data, UUID_LEN);
	leaf->role = bytes_of(values[CIVIC_ENTRY_ROLE], nulls[CIVIC_ENTRY_ROLE]);
	leaf->database_role =
		bytes_of(values[CIVIC_ENTRY_DATABASE_ROLE], nulls[CIVIC_ENTRY_DATABASE_ROLE]);
	leaf->schema = bytes_of(values[CIVIC_ENTRY_SCHEMA], nulls[CIVIC_ENTRY_SCHEMA]);
	leaf->table = bytes_of(values[CIVIC_ENTRY_TABLE], nulls[CIVIC_ENTRY_TABLE]);
	leaf->key = bytes_of(values[CIVIC_ENTRY_KEY], nulls[CIVIC_ENTRY_KEY]);
	leaf->columns = bytes_of(values[CIVIC_ENTRY_COLUMNS], nulls[CIVIC_ENTRY_COLUMNS]);
	return entry_commitment(bytes_of(values[CIVIC_ENTRY_PERSONAL], nulls[CIVIC_ENTRY_PERSONAL]),
							bytes_of(values[CIVIC_ENTRY_REQUEST], nulls[CIVIC_ENTRY_REQUEST]),
							leaf);
}
