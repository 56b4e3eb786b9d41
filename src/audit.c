/*
 * src/audit.c
 *		Recording changes of rows, and what people did that changed none.
 */
#include "audit_rules.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

CIVIC_FUNCTION(civic_record_change);
CIVIC_FUNCTION(civic_record_rows);
CIVIC_FUNCTION(civic_write_event);
CIVIC_FUNCTION(civic_current_rows);
CIVIC_FUNCTION(civic_erase_entries);

/* One row with its columns apart: heap_getattr() would walk over the row again for each. */
typedef struct Row
{
	Datum *values;
	bool *nulls;
} Row;

static Row
take_apart(HeapTuple tuple, TupleDesc desc)
{
	Row row = {palloc(sizeof(Datum) * desc->natts), palloc(sizeof(bool) * desc->natts)};

	heap_deform_tuple(tuple, desc, row.values, row.nulls);
	return row;
}

static void
start_bytes(StringInfo out)
{
	initStringInfo(out);
	appendStringInfoSpaces(out, VARHDRSZ);
}

static Datum
finish_bytes(StringInfo out)
{
	if (out->len == VARHDRSZ)
		return (Datum) 0;
	SET_VARSIZE(out->data, out->len);
	return PointerGetDatum(out->data);
}

static inline bool
column_changed(const CivicAuditColumn *column, const Row *before, const Row *after)
{
	int at = column->attribute - 1;

	if (before->nulls[at] || after->nulls[at])
		return before->nulls[at] != after->nulls[at];
	return !civic_same_value(column, before->values[at], after->values[at]);
}

static bool
value_is(TupleDesc desc, const Row *row, int attribute, const char *wanted)
{
	Oid type = TupleDescAttr(desc, attribute - 1)->atttypid;
	Oid function;
	bool varlena;

	if (row->nulls[attribute - 1])
		return wanted[0] == '\0';
	if (getBaseType(type) == BOOLOID)
		return strcmp(DatumGetBool(row->values[attribute - 1]) ? "true" : "false", wanted) == 0;
	getTypeOutputInfo(type, &function, &varlena);
	return strcmp(OidOutputFunctionCall(function, row->values[attribute - 1]), wanted) == 0;
}

/* What the change means in the words of civic.audit_labels; NULL for no more than that it was one. */
static const CivicAuditAction *
find_action(const CivicAuditRules *rules, TupleDesc desc, char operation, const Row *before,
			const Row *after, const bool *changed)
{
	for (int i = 0; i < rules->nactions; i++)
	{
		const CivicAuditAction *action = &rules->actions[i];

		if (action->operation != pg_tolower((unsigned char) operation))
			continue;
		if (action->column != 0 && changed != NULL && !changed[action->column - 1])
			continue;
		if (action->value != NULL &&
			!value_is(desc, after ? after : before, action->column, action->value))
			continue;
		return action;
	}
	return NULL;
}

static void
append_reason(StringInfo out, TupleDesc desc, const Row *row, int attribute)
{
	const char *setting = civic_reason_setting();

	if (setting[0] != '\0')
		civic_append_item(out, CIVIC_KIND_REASON, setting, strlen(setting));
	else if (attribute > 0 && !row->nulls[attribute - 1] &&
			 getBaseType(TupleDescAttr(desc, attribute - 1)->atttypid) == TEXTOID)
	{
		text *reason = DatumGetTextPP(row->values[attribute - 1]);

		civic_append_item(out, CIVIC_KIND_REASON, VARDATA_ANY(reason), VARSIZE_ANY_EXHDR(reason));
	}
}

static void
append_session_role(StringInfo out)
{
	const char *role = civic_session_role_note();

	if (role[0] != '\0')
		civic_append_item(out, CIVIC_KIND_SESSION_ROLE, role, strlen(role));
}

static void
set_organization(CivicEntry *entry, const CivicAuditRules *rules, const Row *row)
{
	memset(&entry->organization, 0, sizeof(pg_uuid_t));
	if (rules->organization > 0 && !row->nulls[rules->organization - 1])
		entry->organization = *DatumGetUUIDP(row->values[rules->organization - 1]);
}

static Datum
entity_key(const CivicAuditRules *rules, TupleDesc desc, const Row *row)
{
	StringInfoData key;

	if (rules->nkeys == 0)
		return (Datum) 0;
	start_bytes(&key);
	for (int i = 0; i < rules->nkeys; i++)
	{
		int at = rules->keys[i] - 1;

		if (i > 0)
			appendStringInfoChar(&key, '/');
		if (!row->nulls[at])
			civic_append_key(&key, TupleDescAttr(desc, at), row->values[at], rules->nkeys > 1);
	}
	SET_VARSIZE(key.data, key.len);
	return PointerGetDatum(key.data);
}

/* A null in a row that came or went says nothing, and the entry has organization and key besides. */
static bool
is_recorded(const CivicAuditColumn *column, const Row *before, const Row *after, bool *changed)
{
	int at = column->attribute - 1;

	if (before != NULL && after != NULL)
		return changed[at] = column_changed(column, before, after);
	return !column->implied && !(after ? after : before)->nulls[at];
}

/* What is recorded of a row; false where nothing of that has changed. */
static bool
append_row(const CivicAuditRules *rules, TupleDesc desc, const Row *before, const Row *after,
		   bool *changed, CivicEntry *entry)
{
	bool any = changed == NULL;
	StringInfoData columns;
	StringInfoData personal = {0};

	start_bytes(&columns);
	if (rules->has_personal)
		start_bytes(&personal);
	for (int i = 0; i < rules->ncolumns; i++)
	{
		const CivicAuditColumn *column = &rules->columns[i];
		StringInfo out = column->personal ? &personal : &columns;
		int at = column->attribute - 1;

		if (!is_recorded(column, before, after, changed))
			continue;
		any = true;
		appendBinaryStringInfoNT(out, (char *) column->prefix, column->prefix_length);
		if (before != NULL)
			civic_append_value(out, column, before->values[at], before->nulls[at]);
		if (after != NULL)
			civic_append_value(out, column, after->values[at], after->nulls[at]);
	}
	if (!any)
		return false;
	entry->action_rule = entry->operation == '\0'
							 ? NULL
							 : find_action(rules, desc, entry->operation, before, after, changed);
	if (entry->operation != '\0')
	{
		append_reason(&columns, desc, after ? after : before,
					  entry->action_rule == NULL ? 0 : entry->action_rule->reason);
		append_session_role(&columns);
	}
	entry->columns = finish_bytes(&columns);
	entry->personal = rules->has_personal ? finish_bytes(&personal) : (Datum) 0;
	return true;
}

/*
 * record_row
 *		Writes the entry of a row that came (before NULL), went (after NULL) or changed.
 */
static void
record_row(const CivicAuditRules *rules, TupleDesc desc, char operation, const Row *before,
		   const Row *after)
{
	const Row *row = after ? after : before;
	CivicEntry entry = {.operation = operation, .schema = rules->schema, .table = rules->table};
	bool *changed = before && after ? palloc0(sizeof(bool) * desc->natts) : NULL;

	if (!append_row(rules, desc, before, after, changed, &entry))
		return;
	if (entry.action_rule != NULL)
		entry.action = entry.action_rule->action;
	set_organization(&entry, rules, row);
	entry.key = entity_key(rules, desc, row);
	if (entry.personal != (Datum) 0 && rules->person > 0 && !row->nulls[rules->person - 1])
		entry.person = row->values[rules->person - 1];
	civic_write_entry(&entry);
}

static void
record_truncation(const CivicAuditRules *rules, TupleDesc desc)
{
	CivicEntry entry = {.operation = 'T', .schema = rules->schema, .table = rules->table};
	const CivicAuditAction *action = find_action(rules, desc, 'T', NULL, NULL, NULL);
	StringInfoData columns;

	start_bytes(&columns);
	append_reason(&columns, NULL, NULL, 0);
	append_session_role(&columns);
	if (action != NULL)
		entry.action = action->action;
	entry.columns = finish_bytes(&columns);
	civic_write_entry(&entry);
}

/*
 * civic_record_change
 *		AFTER trigger, for each row and for TRUNCATE. Arguments: organization=, person=, personal= and skipped= with
 *		names of columns.
 */
Datum
civic_record_change(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	bool truncate;
	CivicAuditRules *rules;
	TupleDesc desc;
	Row first;
	Row second;

	truncate = CALLED_AS_TRIGGER(fcinfo) && TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event);
	civic_check_trigger(fcinfo, "record_change", TRIGGER_EVENT_AFTER, !truncate);
	/* For superusers only, and what they change by it is found by civic.reconcile(). */
	if (civic_restoring)
		return PointerGetDatum(NULL);
	rules = civic_audit_rules(trigger->tg_relation, trigger->tg_trigger);
	desc = RelationGetDescr(trigger->tg_relation);
	if (truncate)
	{
		record_truncation(rules, desc);
		return PointerGetDatum(NULL);
	}
	first = take_apart(trigger->tg_trigtuple, desc);
	if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event))
		record_row(rules, desc, 'I', NULL, &first);
	else if (TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		record_row(rules, desc, 'D', &first, NULL);
	else
	{
		second = take_apart(trigger->tg_newtuple, desc);
		record_row(rules, desc, 'U', &first, &second);
	}
	return PointerGetDatum(NULL);
}

static const Trigger *
audit_trigger(Relation relation)
{
	const TriggerDesc *triggers = relation->trigdesc;

	for (int i = 0; triggers != NULL && i < triggers->numtriggers; i++)
	{
		if (strcmp(triggers->triggers[i].tgname, CIVIC_AUDIT_TRIGGER) == 0)
			return &triggers->triggers[i];
	}
	return NULL;
}

static void
refuse_unaudited(Relation relation)
{
	ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT),
					errmsg("table \"%s\" is not audited", RelationGetRelationName(relation)),
					errhint("Call civic.audit_table() first.")));
}

/*
 * civic_record_rows
 *		The rows that a table has when its audit begins, each as an entry of operation S. Returns how many.
 */
Datum
civic_record_rows(PG_FUNCTION_ARGS)
{
	Relation relation = table_open(PG_GETARG_OID(0), ShareLock);
	const Trigger *trigger = audit_trigger(relation);
	MemoryContext scratch;
	MemoryContext caller;
	TableScanDesc scan;
	TupleTableSlot *slot;
	Snapshot snapshot;
	int64 count = 0;

	if (trigger == NULL)
		refuse_unaudited(relation);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	slot = table_slot_create(relation, NULL);
	scan = table_beginscan(relation, snapshot, 0, NULL);
	scratch = AllocSetContextCreate(CurrentMemoryContext, "civic audit", ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(scratch);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		Row row;

		CHECK_FOR_INTERRUPTS();
		slot_getallattrs(slot);
		row.values = slot->tts_values;
		row.nulls = slot->tts_isnull;
		record_row(civic_audit_rules(relation, trigger), RelationGetDescr(relation), 'S', NULL,
				   &row);
		MemoryContextReset(scratch);
		count++;
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(scratch);
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	UnregisterSnapshot(snapshot);
	table_close(relation, NoLock);
	PG_RETURN_INT64(count);
}

/*
 * civic_current_rows
 *		Rows of an audited table as entries of operation S would hold them.
 */
Datum
civic_current_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result;
	Relation relation;
	const Trigger *trigger;
	CivicAuditRules *rules;
	TableScanDesc scan;
	TupleTableSlot *slot;
	TupleDesc desc;
	MemoryContext scratch;
	MemoryContext caller;

	InitMaterializedSRF(fcinfo, 0);
	result = (ReturnSetInfo *) fcinfo->resultinfo;
	relation = table_open(PG_GETARG_OID(0), AccessShareLock);
	trigger = audit_trigger(relation);
	if (trigger == NULL)
		refuse_unaudited(relation);
	rules = civic_audit_rules(relation, trigger);
	desc = RelationGetDescr(relation);
	slot = table_slot_create(relation, NULL);
	scan = table_beginscan(relation, GetActiveSnapshot(), 0, NULL);
	scratch = AllocSetContextCreate(CurrentMemoryContext, "civic audit", ALLOCSET_DEFAULT_SIZES);
	caller = MemoryContextSwitchTo(scratch);
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		Row row;
		CivicEntry entry = {0};
		Datum values[4];
		bool nulls[4];

		CHECK_FOR_INTERRUPTS();
		slot_getallattrs(slot);
		row.values = slot->tts_values;
		row.nulls = slot->tts_isnull;
		(void) append_row(rules, desc, NULL, &row, NULL, &entry);
		set_organization(&entry, rules, &row);
		values[0] = UUIDPGetDatum(&entry.organization);
		values[1] = entity_key(rules, desc, &row);
		values[2] = entry.columns;
		values[3] = entry.personal == (Datum) 0 ? (Datum) 0 : civic_unsalted(entry.personal);
		for (int i = 0; i < 4; i++)
			nulls[i] = values[i] == (Datum) 0;
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		MemoryContextReset(scratch);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(scratch);
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(relation, NoLock);
	return (Datum) 0;
}

/*
 * civic_erase_entries
 *		Arguments: organization, person.
 */
Datum
civic_erase_entries(PG_FUNCTION_ARGS)
{
	Oid types[2] = {UUIDOID, UUIDOID};
	Datum values[2] = {PG_GETARG_DATUM(0), PG_GETARG_DATUM(1)};
	uint64 count = 0;

	civic_audit_erasing = true;
	PG_TRY();
	{
		count =
			civic_run("UPDATE civic.audit_entries AS e SET"
					  " personal = CASE WHEN e.person_id = $2 AND get_byte(e.personal, 0) = 1"
					  "  THEN '\\x00'::bytea || sha256(convert_to(E'civic-personal/1\\n', 'UTF8')"
					  "   || substr(e.personal, 2)) ELSE e.personal END,"
					  " request = CASE WHEN e.user_id = $2 AND get_byte(e.request, 0) = 1"
					  "  THEN '\\x00'::bytea || sha256(convert_to(E'civic-personal/1\\n', 'UTF8')"
					  "   || substr(e.request, 2)) ELSE e.request END"
					  " WHERE e.organization_id IN ($1, '00000000-0000-0000-0000-000000000000')"
					  " AND (e.person_id = $2 AND get_byte(e.personal, 0) = 1"
					  "  OR e.user_id = $2 AND get_byte(e.request, 0) = 1)",
					  2, types, values, NULL);
		/* Changed rows may lie anywhere now. */
		(void) civic_run("UPDATE civic_private.audit_segments SET scan_from = 0, mark_pages = NULL,"
						 " mark_xid = NULL WHERE closed_at IS NULL AND dropped_at IS NULL",
						 0, NULL, NULL, NULL);
	}
	PG_FINALLY();
	{
		civic_audit_erasing = false;
	}
	PG_END_TRY();
	PG_RETURN_INT64((int64) count);
}

static void
append_json(StringInfo out, CivicValueKind kind, Datum value)
{
	Jsonb *json = DatumGetJsonbP(value);
	char *text = JsonbToCString(NULL, &json->root, VARSIZE(json));

	civic_append_item(out, kind, text, strlen(text));
}

/*
 * civic_write_event
 *		An entry that tells of no change of a row. Arguments: organization, operation, action, outcome, person who did
 *		it (NULL: whoever asks), person it is about, schema, table, key, details, personal details.
 */
Datum
civic_write_event(PG_FUNCTION_ARGS)
{
	CivicEntry entry = {0};
	StringInfoData columns;
	StringInfoData personal;

	if (!PG_ARGISNULL(0))
		entry.organization = *PG_GETARG_UUID_P(0);
	entry.operation = PG_GETARG_CHAR(1);
	entry.action = PG_GETARG_DATUM(2);
	entry.as_user = !PG_ARGISNULL(4);
	entry.user = entry.as_user ? PG_GETARG_DATUM(4) : (Datum) 0;
	entry.person = PG_ARGISNULL(5) ? (Datum) 0 : PG_GETARG_DATUM(5);
	entry.schema = PG_ARGISNULL(6) ? (Datum) 0 : PG_GETARG_DATUM(6);
	entry.table = PG_ARGISNULL(7) ? (Datum) 0 : PG_GETARG_DATUM(7);
	entry.key = PG_ARGISNULL(8) ? (Datum) 0 : PG_GETARG_DATUM(8);
	start_bytes(&columns);
	if (!PG_ARGISNULL(3))
	{
		text *outcome = PG_GETARG_TEXT_PP(3);

		civic_append_item(&columns, CIVIC_KIND_OUTCOME, VARDATA_ANY(outcome),
						  VARSIZE_ANY_EXHDR(outcome));
	}
	append_reason(&columns, NULL, NULL, 0);
	append_session_role(&columns);
	if (!PG_ARGISNULL(9))
		append_json(&columns, CIVIC_KIND_DETAILS, PG_GETARG_DATUM(9));
	entry.columns = finish_bytes(&columns);
	if (!PG_ARGISNULL(10))
	{
		start_bytes(&personal);
		append_json(&personal, CIVIC_KIND_DETAILS, PG_GETARG_DATUM(10));
		entry.personal = finish_bytes(&personal);
	}
	civic_write_entry(&entry);
	PG_RETURN_VOID();
}
