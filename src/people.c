/*
 * src/people.c
 *		The rights of people, read from the tables of module identity and kept by the backend.
 *
 * They are keyed by organisation and person together: a pooled connection serves many.
 */
#include "civic.h"
#include "compat.h"

#include "access/parallel.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#define MAX_PERMISSIONS (CIVIC_PERMISSION_WORDS * 64)

/* On the civic ladder; above it, areas say where somebody works and limit nothing. */
#define MODERATOR_LEVEL 3

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
	return systable_beginscan(*table, RelationGetPrimaryKeyIndex(*table, false), true, snapshot, 2,
							  keys);
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

/* Whoever moderates in areas reads private reports there alone; src/visibility.c asks for each. */
static void
limit_to_areas(CivicAccess *access)
{
	int number = civic_permission_number("read:private_report");

	access->scope = civic_load_scope(&access->organization, &access->user, people_context);
	if (access->scope != NULL && number >= 0)
		access->permissions[number / 64] &= ~(UINT64CONST(1) << (number % 64));
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
		if (access->level == MODERATOR_LEVEL)
			limit_to_areas(access);
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

/*
 * civic_load_access
 *		The rights of whom the claims name, as of this version of the tables; the caller is not connected to SPI.
 *		Without an organisation they are those of the default one, where the session may act in it. True when the
 *		answer is good for this statement only.
 */
bool
civic_load_access(const CivicIdentity *claimed, bool auditor, bool in_default, uint64 version,
				  CivicAccess *access)
{
	bool shared_snapshot = IsInParallelMode();
	bool provisional = false;
	PersonKey key = {0};
	PersonEntry *entry;

	memset(access, 0, sizeof(*access));
	SPI_connect();
	if (people == NULL || people_version != version ||
		hash_get_num_entries(people) >= MAX_CACHED_PEOPLE)
	{
		people_version = 0;
		restart_cache();
		people_version = version;
		provisional = shared_snapshot;
	}
	if (claimed->has_organization)
		key.organization = claimed->organization;
	else if (has_default_organization && in_default)
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
		*access = entry->access;
	else
	{
		if (key.kind == ASKER_PERSON)
			load_person(&key, access);
		else
			load_nobody(&key, access);
		/* Nobody tells when an unknown person becomes known, so only the known are kept. */
		if (access->has_organization)
		{
			entry = hash_search(people, &key, HASH_ENTER, NULL);
			entry->access = *access;
		}
		provisional = shared_snapshot;
	}
done:
	SPI_finish();
	/* The snapshot of a parallel plan may be older than the change that made us read. */
	if (provisional)
		people_version = 0;
	return provisional;
}
