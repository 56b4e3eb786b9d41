/*
 * src/init.c
 *		Loading of the library.
 */
#include "civic.h"

#include "utils/builtins.h"
#include "utils/guc.h"

PG_MODULE_MAGIC;

extern PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	civic_init_identity();
	civic_init_caches();
	civic_init_intake_moves();
	civic_init_scores();
	civic_init_duplicate_intake();
	civic_init_areas();
	civic_init_audit();
	MarkGUCPrefixReserved("civic");
}

CIVIC_FUNCTION(civic_engine_version);

/*
 * civic_engine_version
 *		The version the library was built for; differs from the extension's between installing the files
 *		and ALTER EXTENSION civic UPDATE.
 */
Datum
civic_engine_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(CIVIC_VERSION));
}
