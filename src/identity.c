/*
 * src/identity.c
 *		Who is asking: settings first, then the claims PostgREST passes on.
 *
 * The settings are only parsed here, once per change of value; whether that person exists is permissions.c's
 * concern.
 */
#include "civic.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/rls.h"
#include "utils/timestamp.h"

#include "core/hex.h"

#define CLAIMS_SETTING "request.jwt.claims"

bool civic_restoring = false;

static char *organization_setting = NULL;
static char *user_setting = NULL;
static char *claims_setting = NULL;

/* False when another library has defined the claims setting, which then must be compared on each use. */
static bool claims_are_ours = true;

static uint64 setting_version = 1;

static struct
{
	uint64 version; /* of the settings it was parsed from */
	char *claims;   /* only where the claims setting is not ours */
	CivicIdentity identity;
	TimestampTz expires; /* DT_NOEND for never */
} parsed;

static void
text_assigned(const char *value, void *extra)
{
	setting_version++;
}

/*
 * civic_adopt_setting
 *		Makes a setting that the web server sends a variable, which is read faster than looked up. False where another
 *		extension has done so.
 */
bool
civic_adopt_setting(const char *name, const char *summary, const char *details, char **value,
					GucStringAssignHook assigned)
{
	if (GetConfigOption(name, true, false) != NULL &&
		(GetConfigOptionFlags(name, true) & GUC_CUSTOM_PLACEHOLDER) == 0)
		return false;
	DefineCustomStringVariable(name, summary, details, value, "", PGC_USERSET, GUC_NO_SHOW_ALL,
							   NULL, assigned, NULL);
	return true;
}

void
civic_init_identity(void)
{
	DefineCustomStringVariable(
		"civic.organization_id", "Organization the session works for, as a uuid.",
		"Empty means unset: then the claim organization_id of request.jwt.claims "
		"counts, and the default organization for a known user.",
		&organization_setting, "", PGC_USERSET, 0, NULL, text_assigned, NULL);
	DefineCustomStringVariable(
		"civic.user_id", "Person the session works for, as a uuid.",
		"Empty means unset: then the claim sub of request.jwt.claims counts.", &user_setting, "",
		PGC_USERSET, 0, NULL, text_assigned, NULL);
	DefineCustomBoolVariable(
		"civic.restoring",
		"CREATE EXTENSION civic installs the engine only, for a restore that brings "
		"the tables itself.",
		"Also implied by row_security = off, which every dump sets.", &civic_restoring, false,
		PGC_SUSET, 0, NULL, NULL, NULL);

	claims_are_ours = civic_adopt_setting(
		CLAIMS_SETTING, "Claims of the caller's JSON Web Token, as PostgREST sets them.",
		"Read: sub (user), organization_id, exp.", &claims_setting, text_assigned);
}

/* Sixteen pairs of hexadecimal digits, with a hyphen allowed after 4, 6, 8 and 10 bytes. */
static void
parse_uuid(const char *text, const char *origin, pg_uuid_t *result)
{
	const char *at = text;

	for (int i = 0; i < UUID_LEN; i++)
	{
		int high;
		int low;

		if (i >= 4 && i <= 10 && i % 2 == 0 && *at == '-')
			at++;
		high = civic_hex_digit(at[0]);
		low = high < 0 ? -1 : civic_hex_digit(at[1]);
		if (low < 0)
			break;
		result->data[i] = (unsigned char) (high << 4 | low);
		at += 2;
		if (i == UUID_LEN - 1 && *at == '\0')
			return;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid identity in %s: \"%s\"", origin, text),
			 errdetail("An identity is a uuid, such as 0190163d-8694-739b-aea5-966c26f8ad91."),
			 errhint("Set it to the id of a row, or to an empty string for none.")));
}

/* The claim as a string in the current context, or NULL where it is missing, null or empty. */
static char *
text_claim(Jsonb *claims, const char *name)
{
	JsonbValue *value = getKeyJsonValueFromContainer(&claims->root, name, strlen(name), NULL);

	if (value == NULL || value->type == jbvNull)
		return NULL;
	if (value->type != jbvString)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("claim \"%s\" of %s is not a string", name, CLAIMS_SETTING)));
	if (value->val.string.len == 0)
		return NULL;
	return pnstrdup(value->val.string.val, value->val.string.len);
}

static TimestampTz
expiry_claim(Jsonb *claims)
{
	JsonbValue *value = getKeyJsonValueFromContainer(&claims->root, "exp", 3, NULL);
	float8 seconds;

	if (value == NULL || value->type == jbvNull)
		return DT_NOEND;
	if (value->type != jbvNumeric)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("claim \"exp\" of %s is not a number", CLAIMS_SETTING)));
	seconds =
		DatumGetFloat8(DirectFunctionCall1(numeric_float8, NumericGetDatum(value->val.numeric)));
	/* The year 5000 is never; a token from before 1970 has expired. */
	if (seconds > 95617584000.0)
		return DT_NOEND;
	return time_t_to_timestamptz(seconds < 0 ? 0 : (pg_time_t) seconds);
}

static void
claims_context(void *argument)
{
	errcontext("setting \"%s\"", CLAIMS_SETTING);
}

static void
parse_claims(const char *text, CivicIdentity *identity, TimestampTz *expires)
{
	ErrorContextCallback callback = {error_context_stack, claims_context, NULL};
	Jsonb *claims;
	char *value;

	error_context_stack = &callback;
	claims = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));
	if (!JB_ROOT_IS_OBJECT(claims))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is not a JSON object", CLAIMS_SETTING)));
	*expires = expiry_claim(claims);
	if (!identity->has_organization && (value = text_claim(claims, "organization_id")) != NULL)
	{
		parse_uuid(value, "claim organization_id of " CLAIMS_SETTING, &identity->organization);
		identity->has_organization = true;
	}
	if (!identity->has_user && (value = text_claim(claims, "sub")) != NULL)
	{
		parse_uuid(value, "claim sub of " CLAIMS_SETTING, &identity->user);
		identity->has_user = true;
	}
	error_context_stack = callback.previous;
}

static const char *
current_claims(void)
{
	if (claims_are_ours)
		return claims_setting ? claims_setting : "";
	else
	{
		const char *value = GetConfigOption(CLAIMS_SETTING, true, false);

		return value ? value : "";
	}
}

uint64
civic_identity_version(void)
{
	if (!claims_are_ours && strcmp(current_claims(), parsed.claims ? parsed.claims : "") != 0)
		setting_version++;
	return setting_version;
}

const CivicIdentity *
civic_claimed_identity(void)
{
	uint64 version = civic_identity_version();

	if (parsed.version != version)
	{
		CivicIdentity identity = {0};
		TimestampTz expires = DT_NOEND;
		const char *claims = current_claims();
		MemoryContext scratch =
			AllocSetContextCreate(CurrentMemoryContext, "civic identity", ALLOCSET_SMALL_SIZES);
		MemoryContext caller = MemoryContextSwitchTo(scratch);

		if (organization_setting && organization_setting[0] != '\0')
		{
			parse_uuid(organization_setting, "setting civic.organization_id",
					   &identity.organization);
			identity.has_organization = true;
		}
		if (user_setting && user_setting[0] != '\0')
		{
			parse_uuid(user_setting, "setting civic.user_id", &identity.user);
			identity.has_user = true;
		}
		if (claims[0] != '\0')
			parse_claims(claims, &identity, &expires);
		MemoryContextSwitchTo(caller);
		MemoryContextDelete(scratch);

		if (!claims_are_ours)
		{
			char *copy = MemoryContextStrdup(TopMemoryContext, claims);

			if (parsed.claims)
				pfree(parsed.claims);
			parsed.claims = copy;
		}
		parsed.identity = identity;
		parsed.expires = expires;
		parsed.version = version;
	}
	if (parsed.expires != DT_NOEND && parsed.expires <= GetCurrentTransactionStartTimestamp())
		ereport(ERROR,
				(errcode(ERRCODE_CIVIC_IDENTITY_EXPIRED),
				 errmsg("the caller's identity has expired"),
				 errdetail("Claim \"exp\" of %s is %s.", CLAIMS_SETTING,
						   timestamptz_to_str(parsed.expires)),
				 errhint("Sign in again to get a new token.")));
	return &parsed.identity;
}

CIVIC_FUNCTION(civic_is_restoring);

Datum
civic_is_restoring(PG_FUNCTION_ARGS)
{
	/* Every dump sets row_security off before it creates the extension, and nobody does to install one. */
	PG_RETURN_BOOL(civic_restoring || !row_security);
}
