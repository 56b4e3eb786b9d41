/*
 * src/init.c
 *		Loading of the library.
 */
#include "civic.h"

#include "utils/guc.h"

PG_MODULE_MAGIC;

extern PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	civic_init_identity();
	civic_init_caches();
	civic_init_versions();
	civic_init_rows();
	civic_init_intake_moves();
	civic_init_scores();
	civic_init_duplicate_intake();
	civic_init_areas();
	civic_init_audit();
	MarkGUCPrefixReserved("civic");
}
