/*
 * src/visibility.c
 *		Who is shown a report, a deal or a case: one function each, because a policy made of many costs a point read
 *		more to prepare than to run.
 */
#include "civic.h"

CIVIC_FUNCTION(civic_is_report_visible);
CIVIC_FUNCTION(civic_is_deal_visible);
CIVIC_FUNCTION(civic_is_case_visible);

static inline bool
same_uuid(const pg_uuid_t *a, const pg_uuid_t *b)
{
	return memcmp(a, b, sizeof(pg_uuid_t)) == 0;
}

/* What the asker may see beyond what is public, for one call site of a query. */
typedef struct Visibility
{
	uint64 stamp;
	bool all;
	bool department;
} Visibility;

static void
learn_visibility(Visibility *known, const CivicAccess *access)
{
	bool system = civic_session_is_system();

	known->all =
		system || civic_has_permission_number(civic_permission_number("read:private_report"));
	known->department =
		access->has_department &&
		(system || civic_has_permission_number(civic_permission_number("view:department_data")));
	known->stamp = civic_current_stamp();
}

static const CivicAccess *
visibility_of_asker(FunctionCallInfo fcinfo, Visibility **visibility)
{
	Visibility *known = fcinfo->flinfo->fn_extra;
	const CivicAccess *access = civic_access_for_call(known == NULL);

	if (known == NULL)
		known = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(Visibility));
	if (known->stamp != civic_current_stamp())
		learn_visibility(known, access);
	fcinfo->flinfo->fn_extra = known;
	*visibility = known;
	return access;
}

static bool
is_shown(const Visibility *visibility, const CivicAccess *access, const pg_uuid_t *reporter,
		 const pg_uuid_t *assignee, const pg_uuid_t *department)
{
	if (visibility->all)
		return true;
	if (access->has_user && ((reporter != NULL && same_uuid(reporter, &access->user)) ||
							 (assignee != NULL && same_uuid(assignee, &access->user))))
		return true;
	return visibility->department && department != NULL &&
		   same_uuid(department, &access->department);
}

static bool
is_moderated(const CivicAccess *access, const CivicPlace *place)
{
	return access->scope != NULL && civic_scope_holds(access->scope, &access->organization, place);
}

/*
 * civic_sees_report
 *		The same for C code; NULL where the report has none of it.
 */
bool
civic_sees_report(bool is_public, bool is_sensitive, const pg_uuid_t *reporter,
				  const pg_uuid_t *assignee, const pg_uuid_t *department, const CivicPlace *place)
{
	Visibility visibility;
	const CivicAccess *access;

	if (is_public && !is_sensitive)
		return true;
	access = civic_access();
	learn_visibility(&visibility, access);
	return is_shown(&visibility, access, reporter, assignee, department) ||
		   is_moderated(access, place);
}

static inline const pg_uuid_t *
optional_uuid(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? NULL : PG_GETARG_UUID_P(argument);
}

/*
 * civic_is_report_visible
 *		Arguments: is_public, is_sensitive, user_id, assigned_to, department_id, ward_number, district, latitude,
 *		longitude of a report of the current organization.
 */
Datum
civic_is_report_visible(PG_FUNCTION_ARGS)
{
	Visibility *visibility;
	const CivicAccess *access;
	CivicPlace place;

	if (!PG_ARGISNULL(0) && PG_GETARG_BOOL(0) && !PG_ARGISNULL(1) && !PG_GETARG_BOOL(1))
		PG_RETURN_BOOL(true);
	access = visibility_of_asker(fcinfo, &visibility);
	if (is_shown(visibility, access, optional_uuid(fcinfo, 2), optional_uuid(fcinfo, 3),
				 optional_uuid(fcinfo, 4)))
		PG_RETURN_BOOL(true);
	if (access->scope == NULL)
		PG_RETURN_BOOL(false);
	civic_place_argument(fcinfo, 5, &place);
	PG_RETURN_BOOL(is_moderated(access, &place));
}

/* What the asker may see of deals or of cases, for one call site of a query. */
typedef struct Sight
{
	uint64 stamp;
	bool all;
	bool own;
} Sight;

/* Looks again only when the rights may be others. */
static const Sight *
sight_of_asker(FunctionCallInfo fcinfo, const CivicAccess **access,
			   void (*learn)(const CivicAccess *access, bool *all, bool *own))
{
	Sight *known = fcinfo->flinfo->fn_extra;

	*access = civic_access_for_call(known == NULL);
	if (known == NULL)
		known = fcinfo->flinfo->fn_extra =
			MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(Sight));
	if (known->stamp != civic_current_stamp())
	{
		learn(*access, &known->all, &known->own);
		known->stamp = civic_current_stamp();
	}
	return known;
}

static inline bool
is_asker(FunctionCallInfo fcinfo, int argument, const CivicAccess *access)
{
	return !PG_ARGISNULL(argument) && same_uuid(PG_GETARG_UUID_P(argument), &access->user);
}

/* Whether the asker sees all deals of the current organization, and whether those they made. */
static void
sees_deals(const CivicAccess *access, bool *all, bool *own)
{
	*all = civic_session_is_system() ||
		   civic_has_permission_number(civic_permission_number("view_all_deals")) ||
		   civic_has_permission_number(civic_permission_number("access_verification_queue"));
	*own =
		access->has_user && civic_has_permission_number(civic_permission_number("view_own_deals"));
}

/*
 * civic_is_deal_visible
 *		Argument: the person who made a deal of the current organization.
 */
Datum
civic_is_deal_visible(PG_FUNCTION_ARGS)
{
	const CivicAccess *access;
	const Sight *sight = sight_of_asker(fcinfo, &access, sees_deals);

	PG_RETURN_BOOL(sight->all || (sight->own && is_asker(fcinfo, 0, access)));
}

/* Whether the asker sees all cases of the current organization, and whether those they opened or work on. */
static void
sees_cases(const CivicAccess *access, bool *all, bool *own)
{
	*all = civic_session_is_system() ||
		   civic_has_permission_number(civic_permission_number("view:all_cases"));
	*own = access->has_user;
}

/*
 * civic_is_case_visible
 *		Arguments: who opened a case of the current organization, and who is in charge of it.
 */
Datum
civic_is_case_visible(PG_FUNCTION_ARGS)
{
	const CivicAccess *access;
	const Sight *sight = sight_of_asker(fcinfo, &access, sees_cases);

	PG_RETURN_BOOL(sight->all ||
				   (sight->own && (is_asker(fcinfo, 0, access) || is_asker(fcinfo, 1, access))));
}
