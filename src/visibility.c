/*
 * src/visibility.c
 *		Who is shown a report: one function, because a policy made of many costs a point read more to prepare than
 *		to run.
 */
#include "civic.h"

CIVIC_FUNCTION(civic_is_report_visible);

/* What the asker may see beyond what is public, for one call site of a query. */
typedef struct Visibility
{
	uint64 stamp;
	bool all;
	bool department;
} Visibility;

static const CivicAccess *
visibility_of_asker(FunctionCallInfo fcinfo, Visibility **visibility)
{
	Visibility *known = fcinfo->flinfo->fn_extra;
	const CivicAccess *access = civic_access_for_call(known == NULL);

	if (known == NULL)
		known = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(Visibility));
	if (known->stamp != civic_current_stamp())
	{
		bool system = civic_session_is_system();

		known->all =
			system || civic_has_permission_number(civic_permission_number("read:private_report"));
		known->department = access->has_department &&
							(system || civic_has_permission_number(
										   civic_permission_number("view:department_data")));
		known->stamp = civic_current_stamp();
	}
	fcinfo->flinfo->fn_extra = known;
	*visibility = known;
	return access;
}

static inline bool
same_uuid(FunctionCallInfo fcinfo, int argument, const pg_uuid_t *id)
{
	return !PG_ARGISNULL(argument) &&
		   memcmp(PG_GETARG_UUID_P(argument), id, sizeof(pg_uuid_t)) == 0;
}

/*
 * civic_is_report_visible
 *		Arguments: is_public, is_sensitive, user_id, assigned_to, department_id of a report of the current
 *		organization.
 */
Datum
civic_is_report_visible(PG_FUNCTION_ARGS)
{
	Visibility *visibility;
	const CivicAccess *access;

	if (!PG_ARGISNULL(0) && PG_GETARG_BOOL(0) && !PG_ARGISNULL(1) && !PG_GETARG_BOOL(1))
		PG_RETURN_BOOL(true);
	access = visibility_of_asker(fcinfo, &visibility);
	if (visibility->all)
		PG_RETURN_BOOL(true);
	if (access->has_user &&
		(same_uuid(fcinfo, 2, &access->user) || same_uuid(fcinfo, 3, &access->user)))
		PG_RETURN_BOOL(true);
	PG_RETURN_BOOL(visibility->department && same_uuid(fcinfo, 4, &access->department));
}
