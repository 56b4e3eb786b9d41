/*
 * src/audit_rules.c
 *		What is to be recorded of a table, compiled from its trigger, its columns and civic.audit_actions.
 */
#include "audit_rules.h"
#include "compat.h"

#include "access/htup_details.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

static HTAB *rules_by_relation = NULL;

/* No catalogue access is allowed here. */
static void
relation_changed(Datum argument, Oid relation)
{
	CivicAuditRules *rules;
	HASH_SEQ_STATUS scan;

	if (rules_by_relation == NULL)
		return;
	if (OidIsValid(relation))
	{
		rules = hash_search(rules_by_relation, &relation, HASH_FIND, NULL);
		if (rules != NULL)
			rules->version = 0;
		return;
	}
	hash_seq_init(&scan, rules_by_relation);
	while ((rules = hash_seq_search(&scan)) != NULL)
		rules->version = 0;
}

void
civic_init_audit_rules(void)
{
	CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
}

/* The value of an argument "name=value" of the trigger. */
static const char *
argument_value(const char *argument, const char *name)
{
	size_t length = strlen(name);

	return strncmp(argument, name, length) == 0 && argument[length] == '=' ? argument + length + 1
																		   : NULL;
}

static bool
is_named(const Trigger *trigger, const char *list, const char *column)
{
	for (int i = 0; i < trigger->tgnargs; i++)
	{
		const char *value = argument_value(trigger->tgargs[i], list);

		if (value != NULL && strcmp(value, column) == 0)
			return true;
	}
	return false;
}

static int16
named_attribute(const Trigger *trigger, Relation relation, const char *part)
{
	for (int i = 0; i < trigger->tgnargs; i++)
	{
		const char *value = argument_value(trigger->tgargs[i], part);

		if (value != NULL)
		{
			int attribute = civic_attribute(RelationGetDescr(relation),
											RelationGetRelationName(relation), value);

			if (getBaseType(TupleDescAttr(RelationGetDescr(relation), attribute - 1)->atttypid) !=
				UUIDOID)
				ereport(ERROR,
						(errcode(ERRCODE_DATATYPE_MISMATCH),
						 errmsg("column \"%s\" of \"%s\" is not a uuid", value,
								RelationGetRelationName(relation)),
						 errdetail("The audit log takes the %s from it.", part)));
			return attribute;
		}
	}
	return 0;
}

static void
learn_key(CivicAuditRules *rules, Relation relation)
{
	Oid key = RelationGetPrimaryKeyIndex(relation, false);
	Relation index;

	rules->nkeys = 0;
	if (!OidIsValid(key))
		return;
	index = index_open(key, AccessShareLock);
	for (int i = 0; i < index->rd_index->indnkeyatts; i++)
	{
		int16 attribute = index->rd_index->indkey.values[i];

		if (attribute != rules->organization || index->rd_index->indnkeyatts == 1)
			rules->keys[rules->nkeys++] = attribute;
	}
	index_close(index, AccessShareLock);
}

/* Only a uuid can be told from the text of a key alone. */
static bool
is_implied(const CivicAuditRules *rules, Form_pg_attribute form)
{
	return form->attnum == rules->organization ||
		   (rules->nkeys == 1 && form->attnum == rules->keys[0] &&
			getBaseType(form->atttypid) == UUIDOID);
}

static char *
kept_value(HeapTuple row, TupleDesc desc, int column, MemoryContext context)
{
	char *value = SPI_getvalue(row, desc, column);

	return value == NULL ? NULL : MemoryContextStrdup(context, value);
}

static void
learn_actions(CivicAuditRules *rules, Relation relation)
{
	TupleDesc desc = RelationGetDescr(relation);
	Oid types[1] = {TEXTOID};
	char *name = psprintf("%s.%s", get_namespace_name(RelationGetNamespace(relation)),
						  RelationGetRelationName(relation));
	Datum values[1] = {CStringGetTextDatum(name)};

	SPI_connect();
	/* The first that fits counts: a value says more than a column, a column more than the operation. */
	civic_query_now("SELECT a.operation, a.column_name, a.value, a.action, a.reason_column"
					" FROM civic.audit_actions AS a WHERE a.relation = $1"
					" ORDER BY a.column_name IS NULL, a.value IS NULL, a.column_name, a.value",
					1, types, values, NULL);
	rules->actions =
		MemoryContextAllocZero(rules->context, sizeof(CivicAuditAction) * Max(SPI_processed, 1));
	rules->nactions = 0;
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];
		TupleDesc shape = SPI_tuptable->tupdesc;
		CivicAuditAction *action = &rules->actions[rules->nactions];
		char *column = SPI_getvalue(row, shape, 2);
		char *reason = SPI_getvalue(row, shape, 5);
		MemoryContext caller;

		action->column = column == NULL ? 0 : civic_find_attribute(desc, column);
		/* A rule for a column that was renamed or dropped has nothing to fit to. */
		if (column != NULL && action->column <= 0)
			continue;
		action->reason = reason == NULL ? 0 : civic_find_attribute(desc, reason);
		action->operation = SPI_getvalue(row, shape, 1)[0];
		action->value = kept_value(row, shape, 3, rules->context);
		caller = MemoryContextSwitchTo(rules->context);
		action->action = CStringGetTextDatum(SPI_getvalue(row, shape, 4));
		MemoryContextSwitchTo(caller);
		rules->nactions++;
	}
	SPI_finish();
}

/*
 * civic_audit_rules
 *		The rules for a table with an audit trigger; good until changes are next looked for.
 */
CivicAuditRules *
civic_audit_rules(Relation relation, const Trigger *trigger)
{
	uint64 version = civic_cache_version(CIVIC_CACHE_AUDIT);
	Oid oid = RelationGetRelid(relation);
	TupleDesc desc = RelationGetDescr(relation);
	CivicAuditRules *rules;
	MemoryContext caller;
	bool found;

	if (rules_by_relation == NULL)
	{
		HASHCTL control = {.keysize = sizeof(Oid),
						   .entrysize = sizeof(CivicAuditRules),
						   .hcxt = CacheMemoryContext};

		rules_by_relation =
			hash_create("civic audit rules", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	rules = hash_search(rules_by_relation, &oid, HASH_ENTER, &found);
	if (!found)
	{
		rules->version = 0;
		rules->context = NULL;
	}
	if (rules->version == version)
		return rules;

	if (rules->context != NULL)
		MemoryContextDelete(rules->context);
	rules->version = 0;
	rules->context = AllocSetContextCreate(CacheMemoryContext, "civic audit rules of a table",
										   ALLOCSET_SMALL_SIZES);
	/* Set first: what is learned below may tell of a change that calls for learning again. */
	rules->version = version;
	rules->organization = named_attribute(trigger, relation, "organization");
	rules->person = named_attribute(trigger, relation, "person");
	rules->keys = MemoryContextAlloc(rules->context, sizeof(int16) * INDEX_MAX_KEYS);
	learn_key(rules, relation);
	rules->columns =
		MemoryContextAllocZero(rules->context, sizeof(CivicAuditColumn) * Max(desc->natts, 1));
	rules->ncolumns = 0;
	rules->has_personal = false;
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute form = TupleDescAttr(desc, i);
		CivicAuditColumn *column = &rules->columns[rules->ncolumns];

		/* What is generated follows from the rest. */
		if (form->attisdropped || form->attgenerated != '\0' ||
			is_named(trigger, "skipped", NameStr(form->attname)))
			continue;
		civic_describe_column(form, column, rules->context);
		column->personal = is_named(trigger, "personal", NameStr(form->attname));
		column->implied = !column->personal && is_implied(rules, form);
		rules->has_personal |= column->personal;
		rules->ncolumns++;
	}
	learn_actions(rules, relation);
	caller = MemoryContextSwitchTo(rules->context);
	rules->schema = CStringGetTextDatum(get_namespace_name(RelationGetNamespace(relation)));
	rules->table = CStringGetTextDatum(RelationGetRelationName(relation));
	MemoryContextSwitchTo(caller);
	return rules;
}
