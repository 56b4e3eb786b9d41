/*
 * src/uuid.c
 *		Time-ordered keys.
 */
#include "civic.h"

#include <sys/time.h>

/* Random bytes cost a call each, many or few. A backend is never forked, so none is given out twice. */
#define RANDOM_BATCH 32
static uint8 random_bytes[RANDOM_BATCH][10];
static int random_left = 0;

static CivicUuid7State uuid_state;

CIVIC_FUNCTION(civic_uuid_v7);

/*
 * civic_new_id
 *		Later than every other that this backend made.
 */
pg_uuid_t
civic_new_id(void)
{
	pg_uuid_t result = {0};
	struct timeval now;

	if (random_left == 0)
	{
		if (!pg_strong_random(random_bytes, sizeof(random_bytes)))
			ereport(ERROR,
					(errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate random values")));
		random_left = RANDOM_BATCH;
	}
	gettimeofday(&now, NULL);
	civic_uuid7(&uuid_state, (uint64) now.tv_sec * 1000 + now.tv_usec / 1000,
				random_bytes[--random_left], result.data);
	return result;
}

Datum
civic_uuid_v7(PG_FUNCTION_ARGS)
{
	pg_uuid_t *result = palloc(sizeof(pg_uuid_t));

	*result = civic_new_id();
	PG_RETURN_UUID_P(result);
}
