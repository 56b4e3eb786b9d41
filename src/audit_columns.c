/*
 * src/audit_columns.c
 *		Values of rows as the bytes that the audit log keeps: the same for the same value, whatever a session has set.
 */
#include "audit.h"
#include "compat.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/datum.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

static CivicValueKind
kind_of(Oid base)
{
	switch (base)
	{
		case BOOLOID:
			return CIVIC_KIND_BOOL;
		case INT2OID:
			return CIVIC_KIND_INT2;
		case INT4OID:
			return CIVIC_KIND_INT4;
		case INT8OID:
			return CIVIC_KIND_INT8;
		case FLOAT4OID:
			return CIVIC_KIND_FLOAT4;
		case FLOAT8OID:
			return CIVIC_KIND_FLOAT8;
		case NUMERICOID:
			return CIVIC_KIND_NUMERIC;
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
			return CIVIC_KIND_TEXT;
		case UUIDOID:
			return CIVIC_KIND_UUID;
		case TIMESTAMPTZOID:
			return CIVIC_KIND_TIMESTAMP;
		case DATEOID:
			return CIVIC_KIND_DATE;
		case JSONOID:
		case JSONBOID:
			return CIVIC_KIND_JSON;
		case BYTEAOID:
			return CIVIC_KIND_BYTES;
		default:
			return get_typtype(base) == TYPTYPE_ENUM ? CIVIC_KIND_ENUM : CIVIC_KIND_SENT;
	}
}

static void
append_name(StringInfo out, const char *name)
{
	size_t length = Min(strlen(name), 255);

	appendStringInfoCharMacro(out, (char) length);
	appendBinaryStringInfo(out, name, length);
}

/*
 * civic_describe_column
 *		Finds out once how a column's values become bytes.
 */
void
civic_describe_column(Form_pg_attribute form, CivicAuditColumn *column, MemoryContext context)
{
	Oid base = getBaseType(form->atttypid);
	StringInfoData prefix;
	Oid function;
	bool varlena;

	column->attribute = form->attnum;
	column->length = form->attlen;
	column->by_value = form->attbyval;
	column->kind = kind_of(base);
	if (base == JSONBOID || base == NUMERICOID)
		getTypeOutputInfo(base, &function, &varlena);
	else if (column->kind == CIVIC_KIND_SENT)
	{

		/* Pseudo-types and the like have no function to send them. */
		function = InvalidOid;
		if (OidIsValid(base))
		{
			HeapTuple type = SearchSysCache1(TYPEOID, ObjectIdGetDatum(base));

			if (HeapTupleIsValid(type))
			{
				function = ((Form_pg_type) GETSTRUCT(type))->typsend;
				ReleaseSysCache(type);
			}
		}
		if (!OidIsValid(function))
		{
			column->kind = CIVIC_KIND_SHOWN;
			getTypeOutputInfo(base, &function, &varlena);
		}
	}
	else
		function = InvalidOid;
	if (OidIsValid(function))
		fmgr_info_cxt(function, &column->output, context);

	initStringInfo(&prefix);
	appendStringInfoCharMacro(&prefix, (char) column->kind);
	append_name(&prefix, NameStr(form->attname));
	if (column->kind == CIVIC_KIND_SENT || column->kind == CIVIC_KIND_SHOWN)
		append_name(&prefix, format_type_extended(base, -1, FORMAT_TYPE_FORCE_QUALIFY));
	column->prefix = MemoryContextAlloc(context, prefix.len);
	memcpy(column->prefix, prefix.data, prefix.len);
	column->prefix_length = prefix.len;
	pfree(prefix.data);
}

/* Functions that send text convert it to what the client reads; the log must not depend on the client. */
static bytea *
send_value(const CivicAuditColumn *column, Datum value)
{
	int client = pg_get_client_encoding();
	bytea *volatile sent = NULL;

	if (client == GetDatabaseEncoding())
		return SendFunctionCall((FmgrInfo *) &column->output, value);
	if (SetClientEncoding(GetDatabaseEncoding()) < 0)
		elog(ERROR, "could not set the encoding of the database");
	PG_TRY();
	{
		sent = SendFunctionCall((FmgrInfo *) &column->output, value);
	}
	PG_FINALLY();
	{
		(void) SetClientEncoding(client);
	}
	PG_END_TRY();
	return sent;
}

static inline void
append_bytes(StringInfo out, const char *data, int length)
{
	pq_sendint32(out, (uint32) length);
	appendBinaryStringInfoNT(out, data, length);
}

/*
 * civic_append_value
 *		Length and bytes of one value.
 */
void
civic_append_value(StringInfo out, const CivicAuditColumn *column, Datum value, bool isnull)
{
	if (isnull)
	{
		pq_sendint32(out, (uint32) -1);
		return;
	}
	switch (column->kind)
	{
		case CIVIC_KIND_BOOL:
			pq_sendint32(out, 1);
			pq_sendint8(out, DatumGetBool(value) ? 1 : 0);
			break;
		case CIVIC_KIND_INT2:
			pq_sendint32(out, 2);
			pq_sendint16(out, (uint16) DatumGetInt16(value));
			break;
		case CIVIC_KIND_INT4:
		case CIVIC_KIND_DATE:
			pq_sendint32(out, 4);
			pq_sendint32(out, (uint32) DatumGetInt32(value));
			break;
		case CIVIC_KIND_INT8:
		case CIVIC_KIND_TIMESTAMP:
			pq_sendint32(out, 8);
			pq_sendint64(out, (uint64) DatumGetInt64(value));
			break;
		case CIVIC_KIND_FLOAT4:
			pq_sendint32(out, 4);
			pq_sendfloat4(out, DatumGetFloat4(value));
			break;
		case CIVIC_KIND_FLOAT8:
			pq_sendint32(out, 8);
			pq_sendfloat8(out, DatumGetFloat8(value));
			break;
		case CIVIC_KIND_UUID:
			append_bytes(out, (char *) DatumGetUUIDP(value)->data, UUID_LEN);
			break;
		case CIVIC_KIND_TEXT:
		case CIVIC_KIND_BYTES:
		{
			struct varlena *bytes = PG_DETOAST_DATUM_PACKED(value);

			append_bytes(out, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
			break;
		}
		case CIVIC_KIND_JSON:
			/* json is kept as it was written, jsonb has one text for each value. */
			if (column->output.fn_oid == InvalidOid)
			{
				struct varlena *bytes = PG_DETOAST_DATUM_PACKED(value);

				append_bytes(out, VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));
				break;
			}
			/* FALLTHROUGH */
		case CIVIC_KIND_NUMERIC:
		case CIVIC_KIND_SHOWN:
		{
			char *text = OutputFunctionCall((FmgrInfo *) &column->output, value);

			append_bytes(out, text, strlen(text));
			break;
		}
		case CIVIC_KIND_ENUM:
		{
			char *label = civic_status_label(DatumGetObjectId(value));

			append_bytes(out, label, strlen(label));
			break;
		}
		default:
		{
			bytea *sent = send_value(column, value);

			append_bytes(out, VARDATA_ANY(sent), VARSIZE_ANY_EXHDR(sent));
			break;
		}
	}
}

void
civic_append_item(StringInfo out, CivicValueKind kind, const char *data, int length)
{
	pq_sendint8(out, (uint8) kind);
	pq_sendint8(out, 0);
	append_bytes(out, data, length);
}

/*
 * civic_same_value
 *		Whether two values that are not null are the same, without fetching what is stored once for both rows.
 */
bool
civic_same_value(const CivicAuditColumn *column, Datum a, Datum b)
{
	if (column->length == -1)
	{
		struct varlena *left = (struct varlena *) DatumGetPointer(a);
		struct varlena *right = (struct varlena *) DatumGetPointer(b);

		if (VARSIZE_ANY(left) == VARSIZE_ANY(right) && memcmp(left, right, VARSIZE_ANY(left)) == 0)
			return true;
	}
	return datum_image_eq(a, b, column->by_value, column->length);
}

/*
 * civic_append_key
 *		One component of the identifier of an entity, as text. Where it has several, "/" stands between them.
 */
void
civic_append_key(StringInfo out, Form_pg_attribute form, Datum value, bool several)
{
	char buffer[MAXDATELEN + 1];
	Oid base = getBaseType(form->atttypid);
	const char *text;
	Oid function;
	bool varlena;

	switch (base)
	{
		case UUIDOID:
		{
			static const char digits[] = "0123456789abcdef";
			const unsigned char *bytes = DatumGetUUIDP(value)->data;

			for (int i = 0; i < UUID_LEN; i++)
			{
				if (i >= 4 && i <= 10 && i % 2 == 0)
					appendStringInfoCharMacro(out, '-');
				appendStringInfoCharMacro(out, digits[bytes[i] >> 4]);
				appendStringInfoCharMacro(out, digits[bytes[i] & 15]);
			}
			return;
		}
		case DATEOID:
		case TIMESTAMPOID:
		{
			(void) JsonEncodeDateTime(buffer, value, base, NULL);
			text = buffer;
			break;
		}
		case TIMESTAMPTZOID:
		{
			int utc = 0;

			(void) JsonEncodeDateTime(buffer, value, base, &utc);
			text = buffer;
			break;
		}
		default:
			getTypeOutputInfo(base, &function, &varlena);
			text = OidOutputFunctionCall(function, value);
	}
	for (; *text != '\0'; text++)
	{
		if (several && (*text == '/' || *text == '%'))
			appendStringInfo(out, "%%%02X", (unsigned char) *text);
		else
			appendStringInfoCharMacro(out, *text);
	}
}
