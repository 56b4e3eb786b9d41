/*
 * src/rows.h
 *		What src/rows.c needs of src/references.c.
 */
#ifndef CIVIC_ROWS_H
#define CIVIC_ROWS_H

#include "civic.h"

#include "executor/tuptable.h"
#include "utils/reltrigger.h"

typedef struct CivicReference CivicReference;

extern CivicReference *civic_find_references(Relation relation, TriggerDesc *triggers, int *count);
extern void civic_check_references(CivicReference *references, int count, Relation relation,
								   TupleTableSlot *slot);

#endif
