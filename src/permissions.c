/*
 * src/permissions.c
 *		What the asker may do.
 *
 * Policies ask for each row, so the answer for the asker of the moment is kept apart from those for others
 * (src/people.c) and costs a few comparisons.
 */
#include "civic.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "nodes/primnodes.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

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

static bool
is_owner(Oid role)
{
	return superuser_arg(role) || has_privs_of_role(role, get_role_oid("civic_owner", false));
}

/* Finds the asker's rights. */
static void
resolve(void)
{
	const CivicIdentity *claimed = civic_claimed_identity();
	uint64 access_version = civic_cache_version(CIVIC_CACHE_ACCESS);
	uint64 identity_version = civic_identity_version();
	Oid role = GetOuterUserId();
	bool auditor = !claimed->has_user && !superuser_arg(role) &&
				   has_privs_of_role(role, get_role_oid("civic_auditor", false));
	bool in_default = claimed->has_user || (!claimed->has_organization && is_owner(role));
	CivicAccess access;

	current.valid = false;
	current.provisional = civic_load_access(claimed, auditor, in_default, access_version, &access);
	current.access = access;
	current.identity_version = identity_version;
	current.access_version = access_version;
	current.outer_role = role;
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
