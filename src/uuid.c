/*
 * src/uuid.c
 *		Time-ordered keys.
 */
#include "civic.h"

#include <sys/time.h>

static CivicUuid7State uuid_state;

CIVIC_FUNCTION(civic_uuid_v7);

Datum
civic_uuid_v7(PG_FUNCTION_ARGS)
{
	pg_uuid_t *result = palloc(sizeof(pg_uuid_t));
	uint8 random[10];
	struct timeval now;

	if (!pg_strong_random(random, sizeof(random)))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate random values")));
	gettimeofday(&now, NULL);
	civic_uuid7(&uuid_state, (uint64) now.tv_sec * 1000 + now.tv_usec / 1000, random, result->data);
	PG_RETURN_UUID_P(result);
}
