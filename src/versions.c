/*
 * src/versions.c
 *		The library, the extension and the tables must be of one version; and how the tables come to the next.
 *
 * They can differ: new files are installed before ALTER EXTENSION civic UPDATE, a session keeps the library it has
 * loaded, and a dump of an older version is restored next to a newer extension.
 */
#include "civic.h"

#include "access/genam.h"
#include "access/parallel.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/namespace.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_proc.h"
#include "commands/extension.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

bool civic_versions_agree = false;

/* Hash value of civic.data_model_version() in the catalogue of functions, 0 until it was looked up. */
static uint32 version_function_hash = 0;

/* The tables are being brought to another version, by this session. */
static bool is_changing = false;

CIVIC_FUNCTION(civic_engine_version);
CIVIC_FUNCTION(civic_run_detached);

/* Every update replaces civic.data_model_version(), so that sessions with the library of before notice. */
static void
function_changed(Datum argument, int cache, uint32 hash)
{
	if (hash == 0 || hash == version_function_hash)
		civic_versions_agree = false;
}

void
civic_init_versions(void)
{
	CacheRegisterSyscacheCallback(PROCOID, function_changed, (Datum) 0);
}

/* Like strcmp(), number by number. */
static int
compare_versions(const char *a, const char *b)
{
	for (;;)
	{
		char *a_end;
		char *b_end;
		long a_number = strtol(a, &a_end, 10);
		long b_number = strtol(b, &b_end, 10);

		if (a_number != b_number)
			return a_number < b_number ? -1 : 1;
		if (*a_end != '.' || *b_end != '.')
			return strcmp(a_end, b_end);
		a = a_end + 1;
		b = b_end + 1;
	}
}

/* extversion of pg_extension; NULL when there is no such extension. */
static char *
extension_version(void)
{
	Relation relation = table_open(ExtensionRelationId, AccessShareLock);
	ScanKeyData key;
	SysScanDesc scan;
	HeapTuple row;
	char *version = NULL;

	ScanKeyInit(&key, Anum_pg_extension_extname, BTEqualStrategyNumber, F_NAMEEQ,
				CStringGetDatum("civic"));
	scan = systable_beginscan(relation, ExtensionNameIndexId, true, NULL, 1, &key);
	row = systable_getnext(scan);
	if (HeapTupleIsValid(row))
	{
		bool is_null;
		Datum value =
			heap_getattr(row, Anum_pg_extension_extversion, RelationGetDescr(relation), &is_null);

		version = TextDatumGetCString(value);
	}
	systable_endscan(scan);
	table_close(relation, AccessShareLock);
	return version;
}

/* What civic.data_model_version() says. It is of the data model, so a dump holds it. */
static char *
data_model_version(void)
{
	Oid schema = get_namespace_oid("civic", false);
	Oid function =
		GetSysCacheOid3(PROCNAMEARGSNSP, Anum_pg_proc_oid, CStringGetDatum("data_model_version"),
						PointerGetDatum(buildoidvector(NULL, 0)), ObjectIdGetDatum(schema));
	bool own_snapshot = !IsInParallelMode();
	Datum version;

	if (!OidIsValid(function))
		ereport(ERROR,
				(errcode(ERRCODE_CIVIC_DATA_MODEL_MISSING),
				 errmsg("function civic.data_model_version() does not exist"),
				 errdetail("It says which version the tables of civic are of."),
				 errhint("Restore it from the dump that the tables came from.")));
	version_function_hash = GetSysCacheHashValue1(PROCOID, ObjectIdGetDatum(function));
	if (own_snapshot)
		PushActiveSnapshot(GetLatestSnapshot());
	version = OidFunctionCall0(function);
	if (own_snapshot)
		PopActiveSnapshot();
	return TextDatumGetCString(version);
}

/*
 * civic_check_versions
 *		Raises an error unless library, extension and tables are of one version. Called once per session, and again
 *		after each update.
 */
void
civic_check_versions(void)
{
	char *extension;
	char *model;

	/* Until an update is through they do differ. */
	if (creating_extension || is_changing || civic_restoring)
		return;

	extension = extension_version();
	if (extension != NULL && strcmp(extension, CIVIC_VERSION) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_CIVIC_VERSION_MISMATCH),
				 errmsg("extension civic is of version %s, its library of version %s", extension,
						CIVIC_VERSION),
				 compare_versions(extension, CIVIC_VERSION) < 0
					 ? errdetail("New files were installed, this database was not updated yet.")
					 : errdetail("The database was updated since the library was installed or this "
								 "session loaded it."),
				 compare_versions(extension, CIVIC_VERSION) < 0
					 ? errhint("Run ALTER EXTENSION civic UPDATE in this database as a superuser.")
					 : errhint("Connect again. If that does not help, install civic %s on this server.",
							   extension)));

	model = data_model_version();
	if (strcmp(model, CIVIC_VERSION) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_CIVIC_VERSION_MISMATCH),
				 errmsg("the tables of civic are of version %s, the extension of version %s", model,
						CIVIC_VERSION),
				 errdetail("They come from the dump of a database with another version."),
				 compare_versions(model, CIVIC_VERSION) < 0
					 ? errhint("Run SELECT civic.upgrade_data_model() in this database as a superuser.")
					 : errhint("Install civic %s on this server, then run ALTER EXTENSION civic UPDATE in "
							   "this database.",
							   model)));
	civic_versions_agree = true;
}

/*
 * civic_engine_version
 *		The version the library was built for.
 */
Datum
civic_engine_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(CIVIC_VERSION));
}

/*
 * civic_run_detached
 *		Runs statements as if no extension script were running: what they make does not become a member of the
 *		extension, and what is no member can be replaced.
 */
Datum
civic_run_detached(PG_FUNCTION_ARGS)
{
	char *statements = text_to_cstring(PG_GETARG_TEXT_PP(0));
	bool was_creating = creating_extension;
	bool was_changing = is_changing;
	int result = 0;

	SPI_connect();
	creating_extension = false;
	is_changing = true;
	PG_TRY();
	{
		result = SPI_execute(statements, false, 0);
	}
	PG_FINALLY();
	{
		creating_extension = was_creating;
		is_changing = was_changing;
	}
	PG_END_TRY();
	SPI_finish();
	if (result < 0)
		elog(ERROR, "could not run statements of civic: %s", SPI_result_code_string(result));
	PG_RETURN_VOID();
}
