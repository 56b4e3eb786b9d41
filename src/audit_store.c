/*
 * src/audit_store.c
 *		Where entries of the audit log go: segments, and what the session and the transaction add to each entry.
 *
 * An entry is one insert into a table without an index; nothing is looked up, counted, hashed or locked that another
 * writer would have to wait for. Entries are in order by epoch, top-level transaction and a counter of the backend.
 *
 * A segment holds the entries of transactions from audit_segments.xid_from up to that of the next. Whoever opens the
 * next one holds a lock that conflicts with writing into the last, and takes for xid_from the next transaction to
 * come; so a writer that has locked the newest segment it knows, and has looked for news since, knows where it belongs.
 *
 * The sealer reads only the tail of a segment. It may, because nothing is ever written into an old page: free space
 * there is not looked for, and a page that a backend has kept from long ago is not written to any more. See
 * src/audit_seal.c.
 */
#include "audit.h"

#include "access/htup_details.h"
#include "access/relation.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "access/xlogrecovery.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

CIVIC_FUNCTION(civic_cluster_identity);
CIVIC_FUNCTION(civic_current_timeline);

#define HEADERS_SETTING "request.headers"
#define MAX_ADDRESS 100
#define MAX_USER_AGENT 500

typedef struct Segment
{
	Oid relation;
	uint32 epoch;
	uint64 xid_from;
} Segment;

/* The newest two segments, newest first, as of a version of the cache. */
static struct
{
	uint64 version;
	uint32 epoch;
	int count;
	Segment segments[2];
} store;

/* Of the transaction. */
static struct
{
	uint64 xid; /* 0 before the first entry */
	uint32 counter;
	Oid segment;
	Datum
		request; /* bytea in TopTransactionContext; 0 where nothing is known of where it comes from */
} current;

/* Of the session, and good until somebody else asks. */
static struct
{
	uint64 stamp;
	Oid role_oid;
	uint64 access_version;
	Datum role;
	Datum database_role;
	char session_role[NAMEDATALEN]; /* empty where it is the same */
} asker;

/* Random bytes, fetched for many salts at once. */
static uint8 salts[64 * CIVIC_SALT_SIZE];
static int salts_used = sizeof(salts);

static void
forget_transaction(XactEvent event, void *argument)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE)
		memset(&current, 0, sizeof(current));
}

bool civic_audit_erasing = false;

static char *reason_setting = NULL;
static char *headers_setting = NULL;
static bool headers_are_ours;

const char *
civic_reason_setting(void)
{
	return reason_setting ? reason_setting : "";
}

void
civic_init_audit(void)
{
	DefineCustomStringVariable("civic.reason",
							   "Why the changes of this session or transaction are made.",
							   "Kept in the audit log with each of them; empty for none.",
							   &reason_setting, "", PGC_USERSET, 0, NULL, NULL, NULL);
	headers_are_ours = civic_adopt_setting(
		HEADERS_SETTING, "Headers of the request, as PostgREST sets them.",
		"Read: x-forwarded-for, x-real-ip, user-agent.", &headers_setting, NULL);
	RegisterXactCallback(forget_transaction, NULL);
	civic_init_audit_rules();
}

/* Which database of which cluster this is: transaction numbers mean nothing in another. */
static char *
cluster_identity(void)
{
	return psprintf(UINT64_FORMAT "/%u", GetSystemIdentifier(), MyDatabaseId);
}

Datum
civic_cluster_identity(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(cluster_identity()));
}

Datum
civic_current_timeline(PG_FUNCTION_ARGS)
{
	TimeLineID timeline;

	if (RecoveryInProgress())
		(void) GetXLogReplayRecPtr(&timeline);
	else
		timeline = GetWALInsertionTimeLine();
	PG_RETURN_INT32((int32) timeline);
}

static void
missing_segment(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_CIVIC_AUDIT_UNUSABLE), errmsg("the audit log has no segment to write to"),
			 errdetail("A change that cannot be audited is not made."),
			 errhint("Restore the rows of civic_private.audit_segments and the tables they name.")));
}

static void
learn_store(uint64 version)
{
	bool isnull;

	store.version = 0;
	SPI_connect();
	civic_query_now("SELECT s.table_name, s.epoch, s.xid_from::text, a.epoch, a.cluster"
					" FROM civic_private.audit_state AS a, civic_private.audit_segments AS s"
					" WHERE s.dropped_at IS NULL ORDER BY s.number DESC LIMIT 2",
					0, NULL, NULL, NULL);
	if (SPI_processed == 0)
		missing_segment();
	store.count = (int) SPI_processed;
	for (int i = 0; i < store.count; i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];
		TupleDesc desc = SPI_tuptable->tupdesc;
		Segment *segment = &store.segments[i];

		segment->relation = get_relname_relid(SPI_getvalue(row, desc, 1),
											  get_namespace_oid("civic_private", false));
		if (!OidIsValid(segment->relation))
			missing_segment();
		segment->epoch = DatumGetInt32(SPI_getbinval(row, desc, 2, &isnull));
		segment->xid_from = strtou64(SPI_getvalue(row, desc, 3), NULL, 10);
		if (i == 0)
		{
			store.epoch = DatumGetInt32(SPI_getbinval(row, desc, 4, &isnull));
			/* Restored elsewhere: the next epoch, which the sealer will write down. */
			if (strcmp(SPI_getvalue(row, desc, 5), cluster_identity()) != 0)
				store.epoch++;
		}
	}
	SPI_finish();
	store.version = version;
}

/* The segment that entries of this transaction belong to, locked. */
static Relation
open_segment(uint64 xid)
{
	for (;;)
	{
		uint64 version = civic_cache_version(CIVIC_CACHE_AUDIT);
		Relation relation;
		int place = 0;

		if (store.version != version)
			learn_store(version);
		relation = table_open(store.segments[0].relation, RowExclusiveLock);
		if (store.version != civic_cache_versions[CIVIC_CACHE_AUDIT])
		{
			table_close(relation, RowExclusiveLock);
			continue;
		}
		if (store.count > 1 && store.segments[0].epoch == store.epoch &&
			xid < store.segments[0].xid_from)
			place = 1;
		if (place == 1)
		{
			table_close(relation, NoLock);
			relation = table_open(store.segments[1].relation, RowExclusiveLock);
		}
		current.segment = RelationGetRelid(relation);
		return relation;
	}
}

static text *
session_text(const char *value)
{
	MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);
	text *result = cstring_to_text(value);

	MemoryContextSwitchTo(caller);
	return result;
}

/* The roles of the civic ladder by their levels. */
static const char *
role_name(const CivicAccess *access)
{
	static const char *const ladder[] = {"member",        "citizen", "contributor", "moderator",
										 "nodal_officer", "auditor", "admin",       "super_admin"};

	if (!access->has_user)
		return civic_session_is_system() ? "system" : "anonymous";
	return ladder[access->level >= 0 && access->level < lengthof(ladder) ? access->level : 0];
}

static void
learn_asker(const CivicAccess *access)
{
	Oid role = GetOuterUserId();
	uint64 version = civic_cache_versions[CIVIC_CACHE_ACCESS];
	char *name;

	if (asker.role != (Datum) 0 && asker.stamp == civic_current_stamp() && asker.role_oid == role &&
		asker.access_version == version)
		return;
	if (asker.role != (Datum) 0)
		pfree(DatumGetPointer(asker.role));
	asker.role = (Datum) 0;
	if (asker.database_role != (Datum) 0)
		pfree(DatumGetPointer(asker.database_role));
	asker.database_role = (Datum) 0;
	name = GetUserNameFromId(role, true);
	asker.database_role = PointerGetDatum(session_text(name ? name : "?"));
	asker.session_role[0] = '\0';
	if (role != GetSessionUserId())
	{
		name = GetUserNameFromId(GetSessionUserId(), true);
		strlcpy(asker.session_role, name ? name : "?", NAMEDATALEN);
	}
	asker.role = PointerGetDatum(session_text(role_name(access)));
	asker.role_oid = role;
	asker.access_version = version;
	asker.stamp = civic_current_stamp();
}

/*
 * civic_session_role_note
 *		Name of the role that logged in where it is another than the one that acts; else an empty string.
 */
const char *
civic_session_role_note(void)
{
	learn_asker(civic_access());
	return asker.session_role;
}

/* A salt, so that nobody can find out by trying what stood in what has been erased. */
static Datum
salted(const char *data, size_t length, MemoryContext context)
{
	bytea *result = MemoryContextAlloc(context, VARHDRSZ + 1 + CIVIC_SALT_SIZE + length);
	uint8 *at = (uint8 *) VARDATA(result);

	if (salts_used == sizeof(salts))
	{
		if (!pg_strong_random(salts, sizeof(salts)))
			ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR),
							errmsg("could not generate a random salt for the audit log")));
		salts_used = 0;
	}
	*at++ = CIVIC_PERSONAL_LIVE;
	memcpy(at, salts + salts_used, CIVIC_SALT_SIZE);
	explicit_bzero(salts + salts_used, CIVIC_SALT_SIZE);
	salts_used += CIVIC_SALT_SIZE;
	memcpy(at + CIVIC_SALT_SIZE, data, length);
	SET_VARSIZE(result, VARHDRSZ + 1 + CIVIC_SALT_SIZE + length);
	return PointerGetDatum(result);
}

Datum
civic_unsalted(Datum personal)
{
	bytea *content = DatumGetByteaPP(personal);
	bytea *result = palloc0(VARHDRSZ + 1 + CIVIC_SALT_SIZE + VARSIZE_ANY_EXHDR(content));

	SET_VARSIZE(result, VARHDRSZ + 1 + CIVIC_SALT_SIZE + VARSIZE_ANY_EXHDR(content));
	VARDATA(result)[0] = CIVIC_PERSONAL_LIVE;
	memcpy(VARDATA(result) + 1 + CIVIC_SALT_SIZE, VARDATA_ANY(content), VARSIZE_ANY_EXHDR(content));
	return PointerGetDatum(result);
}

static char *
header(Jsonb *headers, const char *name)
{
	JsonbValue *value = getKeyJsonValueFromContainer(&headers->root, name, strlen(name), NULL);

	if (value == NULL || value->type != jbvString || value->val.string.len == 0)
		return NULL;
	return pnstrdup(value->val.string.val, value->val.string.len);
}

/* What the caller sends may be anything. */
static Jsonb *
read_headers(const char *text)
{
	MemoryContext context = CurrentMemoryContext;
	Jsonb *result = NULL;

	PG_TRY();
	{
		result = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));
	}
	PG_CATCH();
	{
		ErrorData *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		if (error->sqlerrcode != ERRCODE_INVALID_TEXT_REPRESENTATION &&
			error->sqlerrcode != ERRCODE_UNTRANSLATABLE_CHARACTER)
			PG_RE_THROW();
		FlushErrorState();
		FreeErrorData(error);
	}
	PG_END_TRY();
	return result != NULL && JB_ROOT_IS_OBJECT(result) ? result : NULL;
}

/* The other end of the connection, which stays the same; NULL where it is on this machine. */
static const char *
client_address(void)
{
	static bool known = false;
	static char *address = NULL;
	LOCAL_FCINFO(call, 0);
	Datum found;

	if (known)
		return address;
	InitFunctionCallInfoData(*call, NULL, 0, InvalidOid, NULL, NULL);
	found = inet_client_addr(call);
	if (!call->isnull)
		address = MemoryContextStrdup(TopMemoryContext,
									  DatumGetCString(DirectFunctionCall1(inet_out, found)));
	known = true;
	return address;
}

/*
 * Address and browser of whoever asks: what the web server passes on, else the other end of the connection. Bytes:
 * address and a zero, then the browser.
 */
static void
learn_request(void)
{
	const char *setting =
		headers_are_ours ? headers_setting : GetConfigOption(HEADERS_SETTING, true, false);
	const char *address = NULL;
	char *agent = NULL;
	MemoryContext scratch;
	MemoryContext caller;
	Jsonb *headers;

	if ((setting == NULL || setting[0] == '\0') && client_address() == NULL)
		return;
	scratch = AllocSetContextCreate(CurrentMemoryContext, "civic request", ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(scratch);
	if (setting != NULL && setting[0] != '\0' && (headers = read_headers(setting)) != NULL)
	{
		char *forwarded = header(headers, "x-forwarded-for");

		if (forwarded != NULL && strchr(forwarded, ',') != NULL)
			*strchr(forwarded, ',') = '\0';
		address = forwarded != NULL ? forwarded : header(headers, "x-real-ip");
		agent = header(headers, "user-agent");
	}
	if (address == NULL)
		address = client_address();
	if (address != NULL || agent != NULL)
	{
		StringInfoData bytes;

		initStringInfo(&bytes);
		if (address != NULL)
			appendBinaryStringInfo(&bytes, address, Min(strlen(address), MAX_ADDRESS));
		appendStringInfoCharMacro(&bytes, '\0');
		if (agent != NULL)
			appendBinaryStringInfo(&bytes, agent,
								   pg_mbcliplen(agent, strlen(agent), MAX_USER_AGENT));
		current.request = salted(bytes.data, bytes.len, TopTransactionContext);
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(scratch);
}

/* Writes only where the sealer will look: see the head of this file. */
static void
avoid_old_pages(Relation relation)
{
	BlockNumber target = RelationGetTargetBlock(relation);

	if (target != InvalidBlockNumber &&
		target + CIVIC_AUDIT_TAIL_BLOCKS < RelationGetNumberOfBlocks(relation))
		RelationSetTargetBlock(relation, InvalidBlockNumber);
}

static void
insert_entry(Relation relation, Datum *values, bool *nulls)
{
	TupleDesc desc = RelationGetDescr(relation);
	TupleTableSlot *slot;

	/* A dump and ALTER TABLE keep the order; somebody who changes it must hear of it. */
	if (desc->natts != CIVIC_ENTRY_ATTRIBUTES)
		ereport(ERROR, (errcode(ERRCODE_CIVIC_AUDIT_UNUSABLE),
						errmsg("table \"%s\" does not have the columns of the audit log",
							   RelationGetRelationName(relation)),
						errhint("Undo the change of its columns, or restore the table.")));
	slot = MakeSingleTupleTableSlot(desc, &TTSOpsVirtual);
	memcpy(slot->tts_values, values, sizeof(Datum) * CIVIC_ENTRY_ATTRIBUTES);
	memcpy(slot->tts_isnull, nulls, sizeof(bool) * CIVIC_ENTRY_ATTRIBUTES);
	ExecStoreVirtualTuple(slot);
	table_tuple_insert(relation, slot, GetCurrentCommandId(true), TABLE_INSERT_SKIP_FSM, NULL);
	ExecDropSingleTupleTableSlot(slot);
}

/*
 * civic_write_entry
 *		Writes an entry, in the transaction of what it tells of. Raises where that is not possible.
 */
void
civic_write_entry(CivicEntry *entry)
{
	const CivicAccess *access = civic_access();
	Datum values[CIVIC_ENTRY_ATTRIBUTES] = {0};
	bool nulls[CIVIC_ENTRY_ATTRIBUTES] = {0};
	Relation relation;
	Datum personal = (Datum) 0;

	learn_asker(access);
	if (current.xid == 0)
	{
		uint64 xid = U64FromFullTransactionId(GetTopFullTransactionId());

		relation = open_segment(xid);
		avoid_old_pages(relation);
		learn_request();
		current.xid = xid;
	}
	else
		relation = table_open(current.segment, RowExclusiveLock);

	if (entry->personal != (Datum) 0)
		personal =
			salted(VARDATA_ANY(DatumGetPointer(entry->personal)),
				   VARSIZE_ANY_EXHDR(DatumGetPointer(entry->personal)), CurrentMemoryContext);

	values[CIVIC_ENTRY_ORGANIZATION] = UUIDPGetDatum(&entry->organization);
	values[CIVIC_ENTRY_EPOCH] = Int32GetDatum(store.epoch);
	values[CIVIC_ENTRY_XID] = UInt64GetDatum(current.xid);
	values[CIVIC_ENTRY_COUNTER] = Int32GetDatum((int32) current.counter++);
	values[CIVIC_ENTRY_AT] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[CIVIC_ENTRY_OPERATION] = CharGetDatum(entry->operation);
	values[CIVIC_ENTRY_ACTION] = entry->action;
	if (entry->as_user)
		values[CIVIC_ENTRY_USER] = entry->user;
	else if (access->has_user)
		values[CIVIC_ENTRY_USER] = UUIDPGetDatum(&access->user);
	values[CIVIC_ENTRY_ROLE] = asker.role;
	values[CIVIC_ENTRY_DATABASE_ROLE] = asker.database_role;
	values[CIVIC_ENTRY_SCHEMA] = entry->schema;
	values[CIVIC_ENTRY_TABLE] = entry->table;
	values[CIVIC_ENTRY_KEY] = entry->key;
	values[CIVIC_ENTRY_PERSON] = entry->person;
	values[CIVIC_ENTRY_COLUMNS] = entry->columns;
	values[CIVIC_ENTRY_PERSONAL] = personal;
	values[CIVIC_ENTRY_REQUEST] = current.request;
	for (int i = CIVIC_ENTRY_ACTION; i < CIVIC_ENTRY_ATTRIBUTES; i++)
		nulls[i] = values[i] == (Datum) 0;
	insert_entry(relation, values, nulls);
	table_close(relation, NoLock);
}
