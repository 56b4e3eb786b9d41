/*
 * src/workflow_rules.c
 *		Rules of civic.workflow_transitions, compiled for one status column and one organisation.
 */
#include "civic.h"

#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

/* A machine takes some 30 kB; past this the cache starts anew. */
#define MAX_CACHED_MACHINES 256

/* A table may have several guarded columns, each with a workflow of its own. */
typedef struct MachineKey
{
	Oid relation;
	pg_uuid_t organization;
	char workflow[NAMEDATALEN];
} MachineKey;

typedef struct MachineEntry
{
	MachineKey key;
	CivicMachine *machine;
} MachineEntry;

static MemoryContext machines_context = NULL;
static HTAB *machines = NULL;
static uint64 machines_version = 0;

static const CivicMachine *last_machine = NULL;

char *
civic_status_label(Oid value)
{
	HeapTuple tuple = SearchSysCache1(ENUMOID, ObjectIdGetDatum(value));
	char *label;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid internal value for enum: %u", value)));
	label = pstrdup(NameStr(((Form_pg_enum) GETSTRUCT(tuple))->enumlabel));
	ReleaseSysCache(tuple);
	return label;
}

/* The value of an enum by its name. */
Oid
civic_enum_label(Oid type, const char *name)
{
	Oid label = GetSysCacheOid2(ENUMTYPOIDNAME, Anum_pg_enum_oid, ObjectIdGetDatum(type),
								CStringGetDatum(name));

	if (!OidIsValid(label))
		elog(ERROR, "type %u has no label \"%s\"", type, name);
	return label;
}

typedef struct SortedLabel
{
	float4 position;
	Oid oid;
} SortedLabel;

static int
compare_labels(const void *a, const void *b)
{
	float4 left = ((const SortedLabel *) a)->position;
	float4 right = ((const SortedLabel *) b)->position;

	return (left > right) - (left < right);
}

/* Every label of the enum gets a number, in the order of the enum; the catalogue cache knows them by name. */
static void
add_labels(CivicWorkflow *rules, Oid type, const char *column)
{
	SortedLabel labels[CIVIC_MAX_LABELS];
	CatCList *list;
	int count;

	if (get_typtype(type) != TYPTYPE_ENUM)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("status column \"%s\" is not of an enum type", column)));
	list = SearchSysCacheList1(ENUMTYPOIDNAME, ObjectIdGetDatum(type));
	count = list->n_members;
	for (int i = 0; i < Min(count, CIVIC_MAX_LABELS); i++)
	{
		Form_pg_enum form = (Form_pg_enum) GETSTRUCT(&list->members[i]->tuple);

		labels[i].position = form->enumsortorder;
		labels[i].oid = form->oid;
	}
	ReleaseSysCacheList(list);
	if (count > CIVIC_MAX_LABELS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("enum type %s has more than %d labels", format_type_be(type),
						CIVIC_MAX_LABELS)));
	qsort(labels, count, sizeof(SortedLabel), compare_labels);
	for (int i = 0; i < count; i++)
		(void) civic_workflow_add_label(rules, labels[i].oid);
}

/* The label's number; a rule for a label the enum does not have can never be met and is an error of the rule. */
static int
label_number(const CivicWorkflow *rules, Oid type, const char *label)
{
	HeapTuple tuple =
		SearchSysCache2(ENUMTYPOIDNAME, ObjectIdGetDatum(type), CStringGetDatum(label));
	Oid oid;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a rule of civic.workflow_transitions names status \"%s\", which %s does not have",
						label, format_type_be(type)),
				 errhint("Correct or delete the rule.")));
	oid = ((Form_pg_enum) GETSTRUCT(tuple))->oid;
	ReleaseSysCache(tuple);
	return civic_workflow_label(rules, oid);
}

/* A text array of column names as attribute numbers, in the cache's memory. */
static CivicColumnList
column_list(Relation relation, Datum names, bool isnull)
{
	CivicColumnList list = {0};
	Datum *elements;
	bool *nulls;

	if (isnull)
		return list;
	deconstruct_array(DatumGetArrayTypeP(names), TEXTOID, -1, false, TYPALIGN_INT, &elements,
					  &nulls, &list.count);
	list.attributes = MemoryContextAlloc(machines_context, sizeof(int16) * Max(list.count, 1));
	for (int i = 0; i < list.count; i++)
		list.attributes[i] =
			civic_attribute(RelationGetDescr(relation), RelationGetRelationName(relation),
							nulls[i] ? "" : TextDatumGetCString(elements[i]));
	return list;
}

static int
optional_attribute(Relation relation, const char *column)
{
	if (column == NULL || column[0] == '\0')
		return 0;
	return civic_attribute(RelationGetDescr(relation), RelationGetRelationName(relation), column);
}

static int
permission_of_rule(const char *code)
{
	int number;

	if (code == NULL)
		return -1;
	number = civic_permission_number(code);
	if (number < 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("permission \"%s\" does not exist", code),
				 errdetail("A rule of civic.workflow_transitions names it.")));
	return number;
}

/* One row of the query in read_rules() into the matrix. */
static void
add_rule(CivicMachine *machine, Relation relation, Oid type, HeapTuple row, TupleDesc desc)
{
	CivicTransition transition = {0};
	CivicRule *rule;
	char *from = SPI_getvalue(row, desc, 1);
	bool isnull;
	Datum value;

	transition.from = from ? label_number(&machine->rules, type, from) : CIVIC_NO_LABEL;
	transition.to = label_number(&machine->rules, type, SPI_getvalue(row, desc, 2));
	if (!DatumGetBool(SPI_getbinval(row, desc, 3, &isnull)))
	{
		(void) civic_workflow_remove(&machine->rules, transition.from, transition.to);
		return;
	}
	transition.actors = (uint32_t) DatumGetInt32(SPI_getbinval(row, desc, 4, &isnull));
	transition.permission = permission_of_rule(SPI_getvalue(row, desc, 5));
	transition.reason_column = optional_attribute(relation, SPI_getvalue(row, desc, 6));
	transition.reason_min = DatumGetInt32(SPI_getbinval(row, desc, 7, &isnull));
	transition.reason_max = DatumGetInt32(SPI_getbinval(row, desc, 8, &isnull));
	rule = MemoryContextAllocZero(machines_context, sizeof(CivicRule));
	value = SPI_getbinval(row, desc, 9, &isnull);
	rule->required = column_list(relation, value, isnull);
	value = SPI_getbinval(row, desc, 10, &isnull);
	rule->changed = column_list(relation, value, isnull);
	value = SPI_getbinval(row, desc, 11, &isnull);
	rule->cleared = column_list(relation, value, isnull);
	transition.extra = rule;
	if (!civic_workflow_put(&machine->rules, &transition))
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("workflow \"%s\" has more than %d rules", machine->workflow,
						CIVIC_MAX_TRANSITIONS)));
}

/* The built-in rules first, so that the organisation's own replace them move by move. */
static void
read_rules(CivicMachine *machine, Relation relation)
{
	Oid types[2] = {TEXTOID, UUIDOID};
	Datum values[2] = {CStringGetTextDatum(machine->workflow),
					   UUIDPGetDatum(&machine->organization)};
	Oid type = TupleDescAttr(RelationGetDescr(relation), machine->status - 1)->atttypid;

	add_labels(&machine->rules, type,
			   NameStr(TupleDescAttr(RelationGetDescr(relation), machine->status - 1)->attname));
	civic_query_now("SELECT from_status, to_status, is_enabled, civic_private.actor_bits(actors),"
					" permission_code, reason_column, reason_min, reason_max, required_columns,"
					" changed_columns, cleared_columns"
					" FROM civic.workflow_transitions"
					" WHERE workflow = $1"
					"   AND organization_id IN ($2, '00000000-0000-0000-0000-000000000000')"
					" ORDER BY organization_id <> '00000000-0000-0000-0000-000000000000',"
					"   from_status, to_status",
					2, types, values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
		add_rule(machine, relation, type, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
}

static void
restart_cache(void)
{
	HASHCTL control = {.keysize = sizeof(MachineKey), .entrysize = sizeof(MachineEntry)};

	last_machine = NULL;
	machines = NULL;
	if (machines_context == NULL)
		machines_context =
			AllocSetContextCreate(CacheMemoryContext, "civic workflows", ALLOCSET_DEFAULT_SIZES);
	MemoryContextReset(machines_context);
	control.hcxt = machines_context;
	machines = hash_create("civic workflows", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/*
 * civic_machine
 *		The rules that hold for one status column and organisation, as committed when the statement looked.
 *
 * A move is decided by rules that are current at that moment, so this looks for changes on every call; where there
 * are none that is a comparison. The result is good until the next call.
 */
const CivicMachine *
civic_machine(Relation relation, const CivicGuardArguments *arguments,
			  const pg_uuid_t *organization)
{
	uint64 version;
	MachineKey key = {.relation = RelationGetRelid(relation), .organization = *organization};
	MachineEntry *entry;
	CivicMachine *machine;
	bool found;

	/* Rules hold numbers of permissions, so those come first; a change of either is signalled for both. */
	(void) civic_access_stamp();
	version = civic_cache_version(CIVIC_CACHE_WORKFLOW);
	if (machines != NULL && machines_version == version && last_machine != NULL &&
		last_machine->relation == key.relation &&
		memcmp(&last_machine->organization, organization, sizeof(pg_uuid_t)) == 0 &&
		strcmp(last_machine->workflow, arguments->workflow) == 0)
		return last_machine;

	if (machines == NULL || machines_version != version ||
		hash_get_num_entries(machines) >= MAX_CACHED_MACHINES)
	{
		machines_version = 0;
		restart_cache();
		machines_version = version;
	}
	strlcpy(key.workflow, arguments->workflow, NAMEDATALEN);
	entry = hash_search(machines, &key, HASH_FIND, NULL);
	if (entry == NULL)
	{
		civic_watch_relation(key.relation);
		machine = MemoryContextAllocZero(machines_context, sizeof(CivicMachine));
		machine->relation = key.relation;
		machine->organization = *organization;
		strlcpy(machine->workflow, arguments->workflow, NAMEDATALEN);
		machine->status = optional_attribute(relation, arguments->status);
		machine->assignee = optional_attribute(relation, arguments->assignee);
		machine->creator = optional_attribute(relation, arguments->creator);
		civic_workflow_init(&machine->rules);
		SPI_connect();
		read_rules(machine, relation);
		SPI_finish();
		entry = hash_search(machines, &key, HASH_ENTER, &found);
		entry->machine = machine;
	}
	last_machine = entry->machine;
	return last_machine;
}
