/*
 * src/permissions.c
 *		What the asker may do, from the tables of module identity.
 *
 * A backend keeps the rights of the people it has served, keyed by organisation and person together: a pooled
 * connection serves many. Policies ask for each row, so the answer for the asker of the moment is kept apart and
 * costs a few comparisons.
 */
#include "civic.h"

#include "access/genam.h"
#include "access/parallel.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/primnodes.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#define MAX_PERMISSIONS (CIVIC_PERMISSION_WORDS * 64)

/* A person takes about 150 bytes; past this the cache starts anew. */
#define MAX_CACHED_PEOPLE 8192

typedef enum AskerKind
{
	ASKER_NOBODY,
	ASKER_PERSON,
	ASKER_AUDITOR /* a session of civic_auditor that names nobody */
} AskerKind;

typedef struct PersonKey
{
	pg_uuid_t organization;
	pg_uuid_t user;
	uint32 kind; /* not told by the user: zeroes are an identity too, if one of nobody */
} PersonKey;

typedef struct PersonEntry
{
	PersonKey key;
	CivicAccess access;
} PersonEntry;

/* What each role gives, so that a person is looked up by two rows and not by hundreds. */
typedef struct RoleKey
{
	pg_uuid_t organization;
	pg_uuid_t role;
} RoleKey;

typedef struct RoleEntry
{
	RoleKey key;
	int level; /* in the civic ladder, 0 outside it */
	uint64 permissions[CIVIC_PERMISSION_WORDS];
} RoleEntry;

static MemoryContext people_context = NULL;
static HTAB *people = NULL;
static HTAB *roles = NULL;
static HTAB *organizations = NULL;
static uint64 people_version = 0;
static char **permission_codes = NULL; /* sorted; the index is the number */
static int permission_count = 0;
static bool has_default_organization = false;
static pg_uuid_t default_organization;

static struct
{
	bool valid;
	bool provisional; /* read with a shared snapshot: good for this statement only */
	uint64 identity_version;
	uint64 access_version;
	Oid outer_role;
	TimestampTz statement; /* of the client's, in which changes were last looked for */
	uint64 stamp;
	CivicAccess access;
} current;

CIVIC_FUNCTION(civic_current_organization_id);
CIVIC_FUNCTION(civic_current_user_id);
CIVIC_FUNCTION(civic_current_department_id);
CIVIC_FUNCTION(civic_current_role_level);
CIVIC_FUNCTION(civic_has_permission);
CIVIC_FUNCTION(civic_is_system);

static int
compare_codes(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/* Forgets everybody and reads the permission catalogue and the default organisation. */
static void
restart_cache(void)
{
	HASHCTL people_control = {.keysize = sizeof(PersonKey), .entrysize = sizeof(PersonEntry)};
	HASHCTL role_control = {.keysize = sizeof(RoleKey), .entrysize = sizeof(RoleEntry)};
	HASHCTL organization_control = {.keysize = sizeof(pg_uuid_t),
									.entrysize = sizeof(CivicOrganization)};
	char **codes;
	int count;

	people = NULL;
	roles = NULL;
	organizations = NULL;
	permission_codes = NULL;
	permission_count = 0;
	has_default_organization = false;
	if (people_context == NULL)
		people_context =
			AllocSetContextCreate(CacheMemoryContext, "civic people", ALLOCSET_DEFAULT_SIZES);
	MemoryContextReset(people_context);

	civic_query_now("SELECT code FROM civic.permissions", 0, NULL, NULL, NULL);
	count = (int) SPI_processed;
	if (count > MAX_PERMISSIONS)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("civic.permissions has %d rows, at most %d are possible", count,
						MAX_PERMISSIONS)));
	codes = MemoryContextAlloc(people_context, sizeof(char *) * Max(count, 1));
	for (int i = 0; i < count; i++)
		codes[i] = MemoryContextStrdup(
			people_context, SPI_getvalue(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
	qsort(codes, count, sizeof(char *), compare_codes);

	civic_query_now("SELECT id FROM civic.organizations WHERE is_default AND is_active", 0, NULL,
					NULL, NULL);
	if (SPI_processed > 0)
	{
		bool isnull;
		Datum id = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);

		default_organization = *DatumGetUUIDP(id);
		has_default_organization = true;
	}
	permission_codes = codes;
	permission_count = count;
	people_control.hcxt = people_context;
	role_control.hcxt = people_context;
	organization_control.hcxt = people_context;
	organizations = hash_create("civic organizations", 16, &organization_control,
								HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	roles = hash_create("civic roles", 32, &role_control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	people =
		hash_create("civic people", 64, &people_control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

int
civic_permission_number(const char *code)
{
	char **found;

	if (permission_codes == NULL)
		return -1;
	found = bsearch(&code, permission_codes, permission_count, sizeof(char *), compare_codes);
	return found == NULL ? -1 : (int) (found - permission_codes);
}

const char *
civic_permission_code(int number)
{
	return number >= 0 && number < permission_count ? permission_codes[number] : "";
}

static void
add_permissions(uint64 *permissions, ArrayType *codes)
{
	Datum *elements;
	bool *nulls;
	int count;

	deconstruct_array(codes, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		int number = nulls[i] ? -1 : civic_permission_number(TextDatumGetCString(elements[i]));

		if (number >= 0)
			permissions[number / 64] |= UINT64CONST(1) << (number % 64);
	}
}

static const RoleEntry *
role_rights(const RoleKey *key)
{
	Oid types[2] = {UUIDOID, UUIDOID};
	Datum values[2] = {UUIDPGetDatum(&key->organization), UUIDPGetDatum(&key->role)};
	RoleEntry loaded = {.key = *key};
	RoleEntry *entry = hash_search(roles, key, HASH_FIND, NULL);
	bool isnull;

	if (entry != NULL)
		return entry;
	civic_query_now("SELECT CASE WHEN r.family = 'civic' THEN r.level ELSE 0 END,"
					" ARRAY(SELECT rp.permission_code FROM civic.role_permissions rp"
					"   WHERE rp.organization_id = r.organization_id AND rp.role_id = r.id)"
					" FROM civic.roles r WHERE r.organization_id = $1 AND r.id = $2",
					2, types, values, NULL);
	if (SPI_processed > 0)
	{
		HeapTuple row = SPI_tuptable->vals[0];
		TupleDesc desc = SPI_tuptable->tupdesc;

		loaded.level = DatumGetInt32(SPI_getbinval(row, desc, 1, &isnull));
		add_permissions(loaded.permissions,
						DatumGetArrayTypeP(SPI_getbinval(row, desc, 2, &isnull)));
	}
	entry = hash_search(roles, key, HASH_ENTER, NULL);
	*entry = loaded;
	return entry;
}

/* An organisation, or NULL; inside an SPI connection. */
static const CivicOrganization *
find_organization(const pg_uuid_t *id)
{
	Oid types[1] = {UUIDOID};
	Datum values[1] = {UUIDPGetDatum(id)};
	CivicOrganization *entry = hash_search(organizations, id, HASH_FIND, NULL);
	char *code;
	char *time_zone;
	bool isnull;

	if (entry != NULL)
		return entry;
	civic_query_now("SELECT code, time_zone, is_active FROM civic.organizations WHERE id = $1", 1,
					types, values, NULL);
	/* Nobody tells when an unknown one becomes known. */
	if (SPI_processed == 0)
		return NULL;
	code = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	time_zone = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);
	entry = hash_search(organizations, id, HASH_ENTER, NULL);
	entry->is_active =
		DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 3, &isnull));
	strlcpy(entry->code, code, sizeof(entry->code));
	strlcpy(entry->time_zone, time_zone, sizeof(entry->time_zone));
	return entry;
}

static bool
is_active_organization(const pg_uuid_t *id)
{
	const CivicOrganization *found = find_organization(id);

	return found != NULL && found->is_active;
}

/*
 * civic_organization
 *		The organization of that identifier; NULL for one that is unknown.
 */
const CivicOrganization *
civic_organization(const pg_uuid_t *id)
{
	const CivicOrganization *found;

	(void) civic_access();
	found = hash_search(organizations, id, HASH_FIND, NULL);
	if (found == NULL)
	{
		SPI_connect();
		found = find_organization(id);
		SPI_finish();
	}
	return found;
}

/* Rows of a person, by the primary key that starts with organization and person; no plan, no executor. */
static SysScanDesc
scan_person(Relation *table, const char *name, const char *column, const PersonKey *key,
			Snapshot snapshot, ScanKeyData *keys)
{
	*table = table_open(civic_relation(name), AccessShareLock);
	ScanKeyInit(&keys[0], civic_attribute(RelationGetDescr(*table), name, "organization_id"),
				BTEqualStrategyNumber, F_UUID_EQ, UUIDPGetDatum(&key->organization));
	ScanKeyInit(&keys[1], civic_attribute(RelationGetDescr(*table), name, column),
				BTEqualStrategyNumber, F_UUID_EQ, UUIDPGetDatum(&key->user));
	return systable_beginscan(*table, RelationGetPrimaryKeyIndex(*table), true, snapshot, 2, keys);
}

static Datum
person_value(Relation table, HeapTuple row, const char *column, bool *isnull)
{
	TupleDesc desc = RelationGetDescr(table);

	return heap_getattr(row, civic_attribute(desc, RelationGetRelationName(table), column), desc,
						isnull);
}

static void
add_roles(const PersonKey *key, CivicAccess *access, Snapshot snapshot)
{
	Relation table;
	ScanKeyData keys[2];
	SysScanDesc scan = scan_person(&table, "user_roles", "user_id", key, snapshot, keys);
	HeapTuple row;
	bool isnull;

	while (HeapTupleIsValid(row = systable_getnext(scan)))
	{
		RoleKey role = {.organization = *DatumGetUUIDP(
							person_value(table, row, "role_organization_id", &isnull)),
						.role = *DatumGetUUIDP(person_value(table, row, "role_id", &isnull))};
		const RoleEntry *entry = role_rights(&role);

		access->level = Max(access->level, entry->level);
		for (int word = 0; word < CIVIC_PERMISSION_WORDS; word++)
			access->permissions[word] |= entry->permissions[word];
	}
	systable_endscan(scan);
	table_close(table, AccessShareLock);
}

/* A person who is unknown, inactive or of an inactive organisation has no identity at all. */
static void
load_person(const PersonKey *key, CivicAccess *access)
{
	/* As in civic_query_now(): a parallel plan has one snapshot. */
	Snapshot snapshot =
		RegisterSnapshot(IsInParallelMode() ? GetActiveSnapshot() : GetLatestSnapshot());
	Relation table;
	ScanKeyData keys[2];
	SysScanDesc scan = scan_person(&table, "users", "id", key, snapshot, keys);
	HeapTuple row = systable_getnext(scan);
	Datum department;
	bool isnull;

	if (HeapTupleIsValid(row) && DatumGetBool(person_value(table, row, "is_active", &isnull)) &&
		!isnull && is_active_organization(&key->organization))
	{
		access->has_organization = true;
		access->organization = key->organization;
		access->has_user = true;
		access->user = key->user;
		department = person_value(table, row, "department_id", &isnull);
		if (!isnull)
		{
			access->has_department = true;
			access->department = *DatumGetUUIDP(department);
		}
		add_roles(key, access, snapshot);
	}
	systable_endscan(scan);
	table_close(table, AccessShareLock);
	UnregisterSnapshot(snapshot);
}

static void
load_nobody(const PersonKey *key, CivicAccess *access)
{
	Datum codes;
	bool isnull;

	access->has_organization = is_active_organization(&key->organization);
	access->organization = key->organization;
	if (key->kind != ASKER_AUDITOR || !access->has_organization)
		return;
	civic_query_now("SELECT array_agg(rp.permission_code) FROM civic.roles r"
					" JOIN civic.role_permissions rp ON rp.organization_id = r.organization_id"
					"   AND rp.role_id = r.id"
					" WHERE r.is_system AND r.code = 'auditor'",
					0, NULL, NULL, NULL);
	codes = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	if (!isnull)
		add_permissions(access->permissions, DatumGetArrayTypeP(codes));
}

static bool
is_owner(Oid role)
{
	return superuser_arg(role) || has_privs_of_role(role, get_role_oid("civic_owner", false));
}

/* Finds the asker's rights; the caller is not connected to SPI. */
static void
resolve(void)
{
	const CivicIdentity *claimed = civic_claimed_identity();
	uint64 access_version = civic_cache_version(CIVIC_CACHE_ACCESS);
	uint64 identity_version = civic_identity_version();
	bool shared_snapshot = IsInParallelMode();
	bool provisional = false;
	bool auditor = !claimed->has_user && !superuser_arg(GetOuterUserId()) &&
				   has_privs_of_role(GetOuterUserId(), get_role_oid("civic_auditor", false));
	CivicAccess access = {0};
	PersonKey key = {0};
	PersonEntry *entry;

	current.valid = false;
	SPI_connect();
	if (people == NULL || people_version != access_version ||
		hash_get_num_entries(people) >= MAX_CACHED_PEOPLE)
	{
		people_version = 0;
		restart_cache();
		people_version = access_version;
		provisional = shared_snapshot;
	}
	if (claimed->has_organization)
		key.organization = claimed->organization;
	else if (has_default_organization && (claimed->has_user || is_owner(GetOuterUserId())))
		key.organization = default_organization;
	else
		goto done;
	if (claimed->has_user)
	{
		key.kind = ASKER_PERSON;
		key.user = claimed->user;
	}
	else if (auditor)
		key.kind = ASKER_AUDITOR;

	entry = hash_search(people, &key, HASH_FIND, NULL);
	if (entry != NULL)
		access = entry->access;
	else
	{
		if (key.kind == ASKER_PERSON)
			load_person(&key, &access);
		else
			load_nobody(&key, &access);
		/* Nobody tells when an unknown person becomes known, so only the known are kept. */
		if (access.has_organization)
		{
			entry = hash_search(people, &key, HASH_ENTER, NULL);
			entry->access = access;
		}
		provisional = shared_snapshot;
	}
done:
	SPI_finish();
	/* The snapshot of a parallel plan may be older than the change that made us read. */
	if (provisional)
		people_version = 0;
	current.access = access;
	current.identity_version = identity_version;
	current.access_version = access_version;
	current.outer_role = GetOuterUserId();
	current.provisional = provisional;
	current.stamp++;
	current.valid = true;
}

/* Takes in changes by other backends first; once per statement is enough. */
static const CivicAccess *
fresh_access(void)
{
	if (current.valid &&
		(current.provisional || current.access_version != civic_cache_version(CIVIC_CACHE_ACCESS)))
		current.valid = false;
	(void) civic_claimed_identity(); /* raises when it has expired */
	current.statement = GetCurrentStatementStartTimestamp();
	return civic_access();
}

static inline bool
is_current(void)
{
	return current.valid && current.identity_version == civic_identity_version() &&
		   current.access_version == civic_cache_versions[CIVIC_CACHE_ACCESS] &&
		   current.outer_role == GetOuterUserId();
}

/* PL/pgSQL keeps call sites over the statements of a transaction, so these also look at the clock. */
static inline bool
is_checked(void)
{
	return is_current() && current.statement == GetCurrentStatementStartTimestamp();
}

const CivicAccess *
civic_access(void)
{
	if (!is_current())
		resolve();
	return &current.access;
}

/*
 * civic_access_for_call
 *		The rights a call site of a query works with. Its first call looks for changes by others, as does the first
 *		in a statement of the client; the rest only compare.
 */
const CivicAccess *
civic_access_for_call(bool first)
{
	if (first || !is_checked())
		return fresh_access();
	return &current.access;
}

static inline const CivicAccess *
access_for_call(FunctionCallInfo fcinfo)
{
	const CivicAccess *access = civic_access_for_call(fcinfo->flinfo->fn_extra == NULL);

	fcinfo->flinfo->fn_extra = &current;
	return access;
}

/* Differs whenever the rights may; as of the last look. */
uint64
civic_current_stamp(void)
{
	return current.stamp;
}

uint64
civic_access_stamp(void)
{
	(void) fresh_access();
	return current.stamp;
}

bool
civic_has_permission_number(int number)
{
	const CivicAccess *access = civic_access();

	return number >= 0 && (access->permissions[number / 64] >> (number % 64) & 1) != 0;
}

/*
 * civic_session_is_system
 *		No person is named, and the database role is one that jobs and administrators use.
 */
bool
civic_session_is_system(void)
{
	Oid role = GetOuterUserId();

	/* A person who is named but unknown or inactive is nobody, not the system. */
	if (civic_claimed_identity()->has_user)
		return false;
	return is_owner(role) || has_privs_of_role(role, get_role_oid("civic_service", false));
}

/*
 * civic_acts_as_system
 *		Also true inside a function that runs with the owner's rights on somebody's behalf, such as the intake of
 *		a report. It must not decide what such a function lets its caller do: has_permission() does.
 */
bool
civic_acts_as_system(void)
{
	Oid role = GetUserId();

	if (role != GetOuterUserId() && is_owner(role))
		return true;
	return civic_session_is_system();
}

/* A copy: the original changes with the identity, perhaps while a scan still holds the key. */
static Datum
copy_uuid(const pg_uuid_t *id)
{
	pg_uuid_t *copy = palloc(sizeof(pg_uuid_t));

	*copy = *id;
	return UUIDPGetDatum(copy);
}

Datum
civic_current_organization_id(PG_FUNCTION_ARGS)
{
	const CivicAccess *access = access_for_call(fcinfo);

	if (!access->has_organization)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(copy_uuid(&access->organization));
}

Datum
civic_current_user_id(PG_FUNCTION_ARGS)
{
	const CivicAccess *access = access_for_call(fcinfo);

	if (!access->has_user)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(copy_uuid(&access->user));
}

Datum
civic_current_department_id(PG_FUNCTION_ARGS)
{
	const CivicAccess *access = access_for_call(fcinfo);

	if (!access->has_department)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(copy_uuid(&access->department));
}

Datum
civic_current_role_level(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(access_for_call(fcinfo)->level);
}

Datum
civic_is_system(PG_FUNCTION_ARGS)
{
	(void) fresh_access();
	PG_RETURN_BOOL(civic_session_is_system());
}

/* A constant question of one call site, with its answer. */
typedef struct PermissionCall
{
	uint64 stamp;
	bool constant;
	bool answer;
} PermissionCall;

/* Not a parameter: PL/pgSQL evaluates one expression with many values of it. */
static bool
asks_constant(Node *expression)
{
	return expression != NULL && IsA(expression, FuncExpr) &&
		   IsA(linitial(((FuncExpr *) expression)->args), Const);
}

static bool
answer_permission(text *code)
{
	char *name = text_to_cstring(code);
	int number;

	(void) civic_access();
	number = civic_permission_number(name);
	if (number < 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("permission \"%s\" does not exist", name),
				 errhint("Table civic.permissions lists them.")));
	pfree(name);
	return civic_has_permission_number(number) || civic_session_is_system();
}

Datum
civic_has_permission(PG_FUNCTION_ARGS)
{
	PermissionCall *call = fcinfo->flinfo->fn_extra;

	if (call == NULL)
	{
		call = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(PermissionCall));
		call->constant = asks_constant(fcinfo->flinfo->fn_expr);
		(void) fresh_access();
		fcinfo->flinfo->fn_extra = call;
	}
	if (!is_checked())
		(void) fresh_access();
	if (call->constant && call->stamp == current.stamp)
		PG_RETURN_BOOL(call->answer);

	call->answer = answer_permission(PG_GETARG_TEXT_PP(0));
	call->stamp = current.stamp;
	PG_RETURN_BOOL(call->answer);
}
