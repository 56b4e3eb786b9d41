/*
 * src/secrets.c
 *		What signing in needs of cryptography: keyed hashes and random bytes, both the server's own.
 *
 * SQL has neither without pgcrypto, which a city that uses no passwords need not install.
 */
#include "civic.h"

#include "common/cryptohash.h"
#include "common/hmac.h"
#include "common/sha1.h"
#include "common/sha2.h"
#include "utils/builtins.h"

#define MAX_RANDOM_BYTES 1024

CIVIC_FUNCTION(civic_hmac);
CIVIC_FUNCTION(civic_random_bytes);

static pg_cryptohash_type
hash_by_name(const char *name, int *length)
{
	if (strcmp(name, "sha1") == 0)
	{
		*length = SHA1_DIGEST_LENGTH;
		return PG_SHA1;
	}
	if (strcmp(name, "sha256") == 0)
	{
		*length = PG_SHA256_DIGEST_LENGTH;
		return PG_SHA256;
	}
	if (strcmp(name, "sha512") == 0)
	{
		*length = PG_SHA512_DIGEST_LENGTH;
		return PG_SHA512;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("hash \"%s\" is not known", name),
			 errhint("Known are sha1, sha256 and sha512.")));
}

/*
 * civic_hmac
 *		HMAC of RFC 2104.
 */
Datum
civic_hmac(PG_FUNCTION_ARGS)
{
	bytea *key = PG_GETARG_BYTEA_PP(0);
	bytea *message = PG_GETARG_BYTEA_PP(1);
	int length;
	pg_cryptohash_type type = hash_by_name(text_to_cstring(PG_GETARG_TEXT_PP(2)), &length);
	pg_hmac_ctx *context = pg_hmac_create(type);
	bytea *result = palloc(VARHDRSZ + length);
	bool done =
		context != NULL &&
		pg_hmac_init(context, (uint8 *) VARDATA_ANY(key), VARSIZE_ANY_EXHDR(key)) >= 0 &&
		pg_hmac_update(context, (uint8 *) VARDATA_ANY(message), VARSIZE_ANY_EXHDR(message)) >= 0 &&
		pg_hmac_final(context, (uint8 *) VARDATA(result), length) >= 0;

	pg_hmac_free(context);
	/* As where the cryptography of the machine forbids SHA-1. */
	if (!done)
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not compute a keyed hash")));
	SET_VARSIZE(result, VARHDRSZ + length);
	PG_RETURN_BYTEA_P(result);
}

Datum
civic_random_bytes(PG_FUNCTION_ARGS)
{
	int32 length = PG_GETARG_INT32(0);
	bytea *result;

	if (length < 1 || length > MAX_RANDOM_BYTES)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("number of random bytes must be between 1 and %d", MAX_RANDOM_BYTES)));
	result = palloc(VARHDRSZ + length);
	SET_VARSIZE(result, VARHDRSZ + length);
	if (!pg_strong_random(VARDATA(result), length))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate random values")));
	PG_RETURN_BYTEA_P(result);
}
