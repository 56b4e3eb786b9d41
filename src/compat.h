/*
 * src/compat.h
 *		What differs between the servers civic is built for, PostgreSQL 15 to 18. The code is written for the newest;
 *		here older ones are made to look like it.
 */
#ifndef CIVIC_COMPAT_H
#define CIVIC_COMPAT_H

#include "postgres.h"

#include "access/genam.h"
#include "executor/executor.h"
#include "parser/parse_type.h"
#include "utils/formatting.h"
#include "utils/relcache.h"

#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#include "varatt.h"
#else
#define ExecInsertIndexTuples(target, slot, estate, update, no_duplicates, conflict, arbiters,     \
							  only_summarizing)                                                    \
	ExecInsertIndexTuples(target, slot, estate, update, no_duplicates, conflict, arbiters)
#endif

/* InvalidOid where there is no such type. */
static inline Oid
civic_type_named(const char *name)
{
	Oid type = InvalidOid;
	int32 modifier;

#if PG_VERSION_NUM >= 160000
	ErrorSaveContext missing = {.type = T_ErrorSaveContext};

	(void) parseTypeString(name, &type, &modifier, (Node *) &missing);
#else
	parseTypeString(name, &type, &modifier, true);
#endif
	return type;
}

#if PG_VERSION_NUM < 180000
#define pg_noreturn pg_attribute_noreturn()
#define RelationGetPrimaryKeyIndex(relation, deferrable_ok) RelationGetPrimaryKeyIndex(relation)
#define index_beginscan(table, index, snapshot, instrumentation, nkeys, norderbys)                 \
	index_beginscan(table, index, snapshot, nkeys, norderbys)
#define ExecCheckIndexConstraints(target, slot, estate, conflict, self, arbiters)                  \
	ExecCheckIndexConstraints(target, slot, estate, conflict, arbiters)
#endif

/* What a word is made of, as pg_trgm has it. Not from tsearch/ts_locale.h, which needs the headers of ICU. */
#if PG_VERSION_NUM >= 180000
#include "catalog/pg_collation_d.h"
extern int t_isalnum(const char *ptr);
#define lowerstr_with_len(word, length) str_tolower(word, length, DEFAULT_COLLATION_OID)
#else
extern int t_isalpha(const char *ptr);
extern int t_isdigit(const char *ptr);
extern char *lowerstr_with_len(const char *str, int len);
#define t_isalnum(character) (t_isalpha(character) || t_isdigit(character))
#endif

#endif
