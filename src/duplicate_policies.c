/*
 * src/duplicate_policies.c
 *		Categories of an organization and the policies by which their reports are compared, kept by the session.
 */
#include "duplicates.h"

#include "access/parallel.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

typedef struct RulesEntry
{
	pg_uuid_t organization;
	CivicDuplicateRules *rules;
} RulesEntry;

#define MAX_CACHED_RULES 1024

static MemoryContext rules_context = NULL;
static HTAB *known_rules = NULL;
static uint64 rules_version = 0;

static double
number_of(HeapTuple row, TupleDesc desc, int column)
{
	bool isnull;

	return DatumGetFloat8(SPI_getbinval(row, desc, column, &isnull));
}

static bool
flag_of(HeapTuple row, TupleDesc desc, int column)
{
	bool isnull;

	return DatumGetBool(SPI_getbinval(row, desc, column, &isnull));
}

static const char *
kept_text(HeapTuple row, TupleDesc desc, int column)
{
	char *value = SPI_getvalue(row, desc, column);

	return value == NULL ? NULL : MemoryContextStrdup(rules_context, value);
}

static void
read_category(CivicCategory *category, HeapTuple row, TupleDesc desc)
{
	CivicDuplicatePolicy *policy = &category->policy;

	category->code = kept_text(row, desc, 1);
	category->group = kept_text(row, desc, 2);
	category->key = category->code == NULL
						? CIVIC_UNCLASSIFIED
						: civic_key_of_category(category->code, strlen(category->code));
	policy->likeness.radius = number_of(row, desc, 3);
	policy->likeness.window = number_of(row, desc, 4);
	policy->likeness.distance_weight = number_of(row, desc, 5);
	policy->likeness.address_weight = number_of(row, desc, 6);
	policy->likeness.text_weight = number_of(row, desc, 7);
	policy->likeness.age_weight = number_of(row, desc, 8);
	policy->likeness.street_numbers = (int) number_of(row, desc, 9);
	policy->hint_threshold = number_of(row, desc, 10);
	policy->review_threshold = number_of(row, desc, 11);
	policy->link_threshold = number_of(row, desc, 12);
	policy->link_radius = number_of(row, desc, 13);
	policy->include_closed = flag_of(row, desc, 14);
	policy->automatic_linking = flag_of(row, desc, 15);
}

/*
 * civic_are_compared
 *		Reports of one category, of one group, and those without a category with all.
 */
bool
civic_are_compared(const CivicCategory *a, const CivicCategory *b)
{
	if (a == b || a->code == NULL || b->code == NULL)
		return true;
	return a->group != NULL && b->group != NULL && strcmp(a->group, b->group) == 0;
}

static int
compare_categories(const void *a, const void *b)
{
	return strcmp(((const CivicCategory *) a)->code, ((const CivicCategory *) b)->code);
}

static CivicDuplicateRules *
read_rules(const pg_uuid_t *organization)
{
	Oid types[1] = {UUIDOID};
	Datum values[1] = {UUIDPGetDatum(organization)};
	CivicDuplicateRules *rules = MemoryContextAllocZero(rules_context, sizeof(CivicDuplicateRules));

	rules->organization = *organization;
	SPI_connect();
	civic_query_now(
		"SELECT p.category, c.category_group, p.hint_radius_m, p.window_days * 86400.0::float8,"
		" p.distance_weight, p.address_weight, p.text_weight, p.age_weight,"
		" p.street_numbers::float8, p.hint_threshold, p.review_threshold,"
		" p.link_threshold, p.link_radius_m, p.include_closed, p.automatic_linking"
		" FROM civic_private.effective_policies($1) AS p"
		" LEFT JOIN civic.categories AS c"
		"   ON c.organization_id = $1 AND c.code = p.category",
		1, types, values, NULL);
	rules->categories =
		MemoryContextAllocZero(rules_context, sizeof(CivicCategory) * (SPI_processed + 1));
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		CivicCategory *category = &rules->categories[rules->count];

		read_category(category, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
		if (category->code == NULL)
			rules->unclassified = *category;
		else
			rules->count++;
	}
	SPI_finish();
	qsort(rules->categories, rules->count, sizeof(CivicCategory), compare_categories);
	for (int i = 0; i < rules->count; i++)
	{
		CivicCategory *category = &rules->categories[i];

		for (int j = 0; j < rules->count; j++)
		{
			if (civic_are_compared(category, &rules->categories[j]))
				category->group_radius =
					Max(category->group_radius, rules->categories[j].policy.likeness.radius);
		}
	}
	return rules;
}

static void
restart_cache(void)
{
	HASHCTL control = {.keysize = sizeof(pg_uuid_t), .entrysize = sizeof(RulesEntry)};

	known_rules = NULL;
	if (rules_context == NULL)
		rules_context = AllocSetContextCreate(CacheMemoryContext, "civic duplicate policies",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContextReset(rules_context);
	control.hcxt = rules_context;
	known_rules = hash_create("civic duplicate policies", 16, &control,
							  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/*
 * civic_duplicate_rules
 *		As committed when the statement looked; good until the next call.
 */
const CivicDuplicateRules *
civic_duplicate_rules(const pg_uuid_t *organization)
{
	uint64 version = civic_cache_version(CIVIC_CACHE_DUPLICATES);
	pg_uuid_t key = *organization; /* which may lie where reading the rules writes */
	CivicDuplicateRules *rules;
	RulesEntry *entry;

	if (known_rules == NULL || rules_version != version ||
		hash_get_num_entries(known_rules) >= MAX_CACHED_RULES)
	{
		rules_version = 0;
		restart_cache();
		rules_version = version;
	}
	entry = hash_search(known_rules, &key, HASH_FIND, NULL);
	if (entry != NULL)
		return entry->rules;
	rules = read_rules(&key);
	/* In a parallel plan they are read with a snapshot that may be older than the last change. */
	if (IsInParallelMode())
		rules_version = 0;
	entry = hash_search(known_rules, &key, HASH_ENTER, NULL);
	entry->rules = rules;
	return rules;
}

const CivicCategory *
civic_find_category(const CivicDuplicateRules *rules, const char *code)
{
	CivicCategory wanted = {.code = code};

	if (code == NULL)
		return &rules->unclassified;
	return bsearch(&wanted, rules->categories, rules->count, sizeof(CivicCategory),
				   compare_categories);
}
