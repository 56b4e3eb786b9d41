/*
 * src/audit_log.c
 *		Entries of the audit log as people read them, and what keeps the tables of the log from being changed.
 */
#include "audit.h"
#include "compat.h"

#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/float.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

CIVIC_FUNCTION(civic_audit_values);
CIVIC_FUNCTION(civic_audit_item);
CIVIC_FUNCTION(civic_audit_request);
CIVIC_FUNCTION(civic_refuse_audit_change);

typedef struct EntryItem
{
	CivicValueKind kind;
	CivicBytes name;
	CivicBytes type;
	bool present[2]; /* old, new */
	bool nulls[2];
	CivicBytes values[2];
} EntryItem;

static void
damaged(void)
{
	ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("an entry of the audit log is damaged"),
					errdetail("Its bytes do not end where they say."),
					errhint("civic.verify_audit_log() tells which entries were changed.")));
}

static CivicBytes
take(CivicBytes *from, size_t length)
{
	CivicBytes result = {from->data, length};

	if (length > from->length)
		damaged();
	from->data += length;
	from->length -= length;
	return result;
}

static CivicBytes
take_name(CivicBytes *from)
{
	return take(from, take(from, 1).data[0]);
}

static void
take_value(CivicBytes *from, EntryItem *item, int side)
{
	uint32 length = (uint32) civic_get_number(take(from, 4).data, 4);

	item->present[side] = true;
	item->nulls[side] = length == (uint32) -1;
	if (!item->nulls[side])
		item->values[side] = take(from, length);
}

static bool
next_item(CivicBytes *from, char operation, EntryItem *item)
{
	if (from->length == 0)
		return false;
	memset(item, 0, sizeof(EntryItem));
	item->kind = (CivicValueKind) take(from, 1).data[0];
	item->name = take_name(from);
	if (item->kind == CIVIC_KIND_SENT || item->kind == CIVIC_KIND_SHOWN)
		item->type = take_name(from);
	if (item->name.length == 0)
	{
		take_value(from, item, 1);
		return true;
	}
	if (operation == 'U' || operation == 'D')
		take_value(from, item, 0);
	if (operation != 'D')
		take_value(from, item, 1);
	return true;
}

static char *
copy_text(CivicBytes bytes)
{
	return pnstrdup((const char *) bytes.data, bytes.length);
}

static void
need_size(CivicBytes value, size_t size)
{
	if (value.length != size)
		damaged();
}

static void
append_number(StringInfo out, const char *text)
{
	/* JSON has no word for them. */
	if (strspn(text, "0123456789+-.eE") != strlen(text))
		escape_json(out, text);
	else
		appendStringInfoString(out, text);
}

static Datum
receive(CivicBytes value, Oid type)
{
	StringInfoData buffer;
	Oid function;
	Oid parameter;
	int client = pg_get_client_encoding();
	volatile Datum result = (Datum) 0;

	getTypeBinaryInputInfo(type, &function, &parameter);
	initStringInfo(&buffer);
	appendBinaryStringInfo(&buffer, (const char *) value.data, value.length);
	/* Written in the encoding of the database: see src/audit_columns.c. */
	if (SetClientEncoding(GetDatabaseEncoding()) < 0)
		elog(ERROR, "could not set the encoding of the database");
	PG_TRY();
	{
		result = OidReceiveFunctionCall(function, &buffer, parameter, -1);
	}
	PG_FINALLY();
	{
		(void) SetClientEncoding(client);
	}
	PG_END_TRY();
	return result;
}

static void
append_hex(StringInfo out, CivicBytes value)
{
	char *hex = palloc(2 * value.length + 1);

	hex[hex_encode((const char *) value.data, value.length, hex)] = '\0';
	appendStringInfo(out, "\"\\\\x%s\"", hex);
}

static void
append_sent(StringInfo out, const EntryItem *item, CivicBytes value)
{
	Oid type = civic_type_named(copy_text(item->type));
	Oid function;
	bool varlena;
	Datum datum;

	if (!OidIsValid(type))
	{
		append_hex(out, value);
		return;
	}
	datum = receive(value, type);
	if (OidIsValid(get_element_type(type)))
	{
		appendStringInfoString(out, TextDatumGetCString(DirectFunctionCall1(array_to_json, datum)));
		return;
	}
	getTypeOutputInfo(type, &function, &varlena);
	escape_json(out, OidOutputFunctionCall(function, datum));
}

static void
append_date_time(StringInfo out, Datum value, Oid type)
{
	char buffer[MAXDATELEN + 1];
	int utc = 0;

	appendStringInfo(out, "\"%s\"", JsonEncodeDateTime(buffer, value, type, &utc));
}

static void
append_json_value(StringInfo out, const EntryItem *item, CivicBytes value)
{
	switch (item->kind)
	{
		case CIVIC_KIND_BOOL:
			need_size(value, 1);
			appendStringInfoString(out, value.data[0] ? "true" : "false");
			break;
		case CIVIC_KIND_INT2:
			need_size(value, 2);
			appendStringInfo(out, "%d", (int16) civic_get_number(value.data, 2));
			break;
		case CIVIC_KIND_INT4:
			need_size(value, 4);
			appendStringInfo(out, "%d", (int32) civic_get_number(value.data, 4));
			break;
		case CIVIC_KIND_INT8:
			need_size(value, 8);
			appendStringInfo(out, INT64_FORMAT, (int64) civic_get_number(value.data, 8));
			break;
		case CIVIC_KIND_FLOAT4:
		{
			uint32 bits;
			float4 number;

			need_size(value, 4);
			bits = (uint32) civic_get_number(value.data, 4);
			memcpy(&number, &bits, sizeof(number));
			append_number(out, psprintf("%.9g", number));
			break;
		}
		case CIVIC_KIND_FLOAT8:
		{
			uint64 bits;
			float8 number;

			need_size(value, 8);
			bits = civic_get_number(value.data, 8);
			memcpy(&number, &bits, sizeof(number));
			append_number(out, float8out_internal(number));
			break;
		}
		case CIVIC_KIND_NUMERIC:
			append_number(out, copy_text(value));
			break;
		case CIVIC_KIND_UUID:
		{
			pg_uuid_t id;

			need_size(value, UUID_LEN);
			memcpy(id.data, value.data, UUID_LEN);
			appendStringInfo(out, "\"%s\"",
							 DatumGetCString(DirectFunctionCall1(uuid_out, UUIDPGetDatum(&id))));
			break;
		}
		case CIVIC_KIND_TIMESTAMP:
			need_size(value, 8);
			append_date_time(out, Int64GetDatum((int64) civic_get_number(value.data, 8)),
							 TIMESTAMPTZOID);
			break;
		case CIVIC_KIND_DATE:
			need_size(value, 4);
			append_date_time(out, Int32GetDatum((int32) civic_get_number(value.data, 4)), DATEOID);
			break;
		case CIVIC_KIND_JSON:
		case CIVIC_KIND_DETAILS:
			appendBinaryStringInfo(out, (const char *) value.data, value.length);
			break;
		case CIVIC_KIND_BYTES:
			append_hex(out, value);
			break;
		case CIVIC_KIND_SENT:
			append_sent(out, item, value);
			break;
		default:
			escape_json(out, copy_text(value));
	}
}

static CivicBytes
bytea_bytes(bytea *value)
{
	return civic_bytes(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
}

/* What is behind the salt; false where it was erased. */
static bool
live_bytes(CivicBytes *bytes)
{
	if (take(bytes, 1).data[0] != CIVIC_PERSONAL_LIVE)
		return false;
	(void) take(bytes, CIVIC_SALT_SIZE);
	return true;
}

/* JSON text of what a JSON item holds, or NULL. */
static const char *
collect(StringInfo out, CivicBytes bytes, char operation, int side)
{
	const char *details = NULL;
	EntryItem item;

	while (next_item(&bytes, operation, &item))
	{
		if (item.name.length == 0)
		{
			if (item.kind == CIVIC_KIND_DETAILS)
				details = copy_text(item.values[1]);
			continue;
		}
		if (!item.present[side])
			continue;
		appendStringInfoString(out, out->len > 1 ? ", " : "");
		escape_json(out, copy_text(item.name));
		appendStringInfoString(out, ": ");
		if (item.nulls[side])
			appendStringInfoString(out, "null");
		else
			append_json_value(out, &item, item.values[side]);
	}
	return details;
}

/*
 * civic_audit_values
 *		Values of an entry as JSON. Arguments: operation, columns, personal columns, whether those after the change.
 *		NULL where there are none.
 */
Datum
civic_audit_values(PG_FUNCTION_ARGS)
{
	char operation;
	int side;
	StringInfoData out;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(3))
		PG_RETURN_NULL();
	operation = PG_GETARG_CHAR(0);
	side = PG_GETARG_BOOL(3) ? 1 : 0;
	initStringInfo(&out);
	appendStringInfoChar(&out, '{');
	if (!PG_ARGISNULL(1))
		(void) collect(&out, bytea_bytes(PG_GETARG_BYTEA_PP(1)), operation, side);
	if (!PG_ARGISNULL(2))
	{
		CivicBytes bytes = bytea_bytes(PG_GETARG_BYTEA_PP(2));

		if (live_bytes(&bytes))
			(void) collect(&out, bytes, operation, side);
	}
	if (out.len == 1)
		PG_RETURN_NULL();
	appendStringInfoChar(&out, '}');
	PG_RETURN_DATUM(DirectFunctionCall1(jsonb_in, CStringGetDatum(out.data)));
}

/*
 * civic_audit_item
 *		What an entry holds besides columns. Arguments: columns, or personal columns, of an entry; kind of item; and
 *		whether they are the personal ones.
 */
Datum
civic_audit_item(PG_FUNCTION_ARGS)
{
	CivicBytes bytes = bytea_bytes(PG_GETARG_BYTEA_PP(0));
	char wanted = PG_GETARG_CHAR(1);
	char operation = PG_GETARG_CHAR(2);
	EntryItem item;

	if (PG_GETARG_BOOL(3) && !live_bytes(&bytes))
		PG_RETURN_NULL();
	while (next_item(&bytes, operation, &item))
	{
		if (item.name.length == 0 && (char) item.kind == wanted)
			PG_RETURN_TEXT_P(cstring_to_text_with_len((const char *) item.values[1].data,
													  item.values[1].length));
	}
	PG_RETURN_NULL();
}

/*
 * civic_audit_request
 *		Address (false) or browser (true) of the request an entry comes from.
 */
Datum
civic_audit_request(PG_FUNCTION_ARGS)
{
	CivicBytes bytes = bytea_bytes(PG_GETARG_BYTEA_PP(0));
	const uint8_t *end;
	CivicBytes part;

	if (!live_bytes(&bytes))
		PG_RETURN_NULL();
	end = memchr(bytes.data, 0, bytes.length);
	if (end == NULL)
		damaged();
	part = PG_GETARG_BOOL(1) ? civic_bytes(end + 1, bytes.length - (end + 1 - bytes.data))
							 : civic_bytes(bytes.data, end - bytes.data);
	if (part.length == 0)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len((const char *) part.data, part.length));
}

/*
 * civic_refuse_audit_change
 *		BEFORE statement trigger on the tables of the log. Entries are written below SQL, so all of it is refused.
 */
Datum
civic_refuse_audit_change(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	civic_check_trigger(fcinfo, "refuse_audit_change", TRIGGER_EVENT_BEFORE, false);
	if (civic_restoring || civic_audit_erasing)
		return PointerGetDatum(NULL);
	ereport(ERROR,
			(errcode(ERRCODE_CIVIC_AUDIT_IMMUTABLE),
			 errmsg("entries of the audit log cannot be written, changed or deleted by SQL"),
			 errdetail("Table \"%s\" belongs to the audit log; nobody may change it, its owner and "
					   "superusers included.",
					   RelationGetRelationName(trigger->tg_relation)),
			 errhint("Corrections are new changes, which get entries of their own. For personal data "
					 "there is civic.erase_person(), for what is older than the retention period "
					 "civic.drop_expired_audit()."),
			 errtable(trigger->tg_relation)));
}
