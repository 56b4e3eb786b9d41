/*
 * src/audit.h
 *		What the files of the audit log share.
 */
#ifndef CIVIC_AUDIT_H
#define CIVIC_AUDIT_H

#include "civic.h"

#include "access/transam.h"
#include "lib/stringinfo.h"
#include "nodes/bitmapset.h"

#include "core/leaf.h"

/* ---- audit_columns.c: values as bytes ---- */

/*
 * Columns of an entry: a list of items, each
 *
 *	1	kind
 *	1	length of the name, then the name
 *	1	only of CIVIC_KIND_SENT and CIVIC_KIND_SHOWN: length of the type's name, then schema.name of the type
 *	    values, as many as the operation has (U: old and new; others: one), each
 *	4	length, big-endian, or -1 for null; then as many bytes
 *
 * What the bytes of a value are depends on the kind alone, never on settings of a session.
 */
typedef enum CivicValueKind
{
	CIVIC_KIND_BOOL = 'b',      /* 1 byte */
	CIVIC_KIND_INT2 = 'h',      /* big-endian */
	CIVIC_KIND_INT4 = 'i',      /* big-endian */
	CIVIC_KIND_INT8 = 'l',      /* big-endian */
	CIVIC_KIND_FLOAT4 = 'f',    /* IEEE 754, big-endian */
	CIVIC_KIND_FLOAT8 = 'd',    /* IEEE 754, big-endian */
	CIVIC_KIND_NUMERIC = 'n',   /* text */
	CIVIC_KIND_TEXT = 't',      /* in the encoding of the database */
	CIVIC_KIND_UUID = 'u',      /* 16 bytes */
	CIVIC_KIND_TIMESTAMP = 'z', /* microseconds since 2000-01-01 UTC, big-endian */
	CIVIC_KIND_DATE = 'a',      /* days since 2000-01-01, big-endian */
	CIVIC_KIND_JSON = 'j',      /* text */
	CIVIC_KIND_ENUM = 'e',      /* label */
	CIVIC_KIND_BYTES = 'y',     /* as they are */
	CIVIC_KIND_SENT = 'x',      /* what the type sends */
	CIVIC_KIND_SHOWN = 's',     /* text of a type that cannot be sent */
	/* Items that are no columns of the row; one value whatever the operation, no name. */
	CIVIC_KIND_REASON = 'R',
	CIVIC_KIND_OUTCOME = 'O',
	CIVIC_KIND_SESSION_ROLE = 'S',
	CIVIC_KIND_DETAILS = 'J'
} CivicValueKind;

typedef struct CivicAuditColumn
{
	int16 attribute;
	int16 length; /* of the type, as in pg_attribute */
	bool by_value;
	bool personal;
	bool implied; /* the value says organization_id or entity_id already */
	CivicValueKind kind;
	int prefix_length;
	uint8 *prefix; /* kind, name and, where needed, type */
	FmgrInfo output;
	int naction; /* actions that a change of this column may mean */
	int *actions;
} CivicAuditColumn;

extern void civic_describe_column(Form_pg_attribute form, CivicAuditColumn *column,
								  MemoryContext context);
extern void civic_append_value(StringInfo out, const CivicAuditColumn *column, Datum value,
							   bool isnull);
extern void civic_append_item(StringInfo out, CivicValueKind kind, const char *data, int length);
extern bool civic_same_value(const CivicAuditColumn *column, Datum a, Datum b);
/* A component of an entity's identifier. */
extern void civic_append_key(StringInfo out, Form_pg_attribute form, Datum value, bool several);

/* ---- audit_store.c: where entries are written ---- */

/* Columns of civic.audit_entries. */
enum
{
	CIVIC_ENTRY_ORGANIZATION,
	CIVIC_ENTRY_XID,
	CIVIC_ENTRY_AT,
	CIVIC_ENTRY_EPOCH,
	CIVIC_ENTRY_COUNTER,
	CIVIC_ENTRY_OPERATION,
	CIVIC_ENTRY_ACTION,
	CIVIC_ENTRY_USER,
	CIVIC_ENTRY_ROLE,
	CIVIC_ENTRY_DATABASE_ROLE,
	CIVIC_ENTRY_SCHEMA,
	CIVIC_ENTRY_TABLE,
	CIVIC_ENTRY_KEY,
	CIVIC_ENTRY_PERSON,
	CIVIC_ENTRY_COLUMNS,
	CIVIC_ENTRY_PERSONAL,
	CIVIC_ENTRY_REQUEST,
	CIVIC_ENTRY_ATTRIBUTES
};

/* What differs from entry to entry; the rest is of the session and the transaction. NULL datums are left out. */
typedef struct CivicEntry
{
	pg_uuid_t organization;
	char operation;
	const struct CivicAuditAction *action_rule; /* of a change of a row */
	Datum action;
	Datum schema;
	Datum table;
	Datum key;
	Datum person;
	Datum columns;
	Datum personal; /* without the salt */
	bool as_user;   /* the user below instead of the session's */
	Datum user;
} CivicEntry;

/* No transaction begins to write into a page that has more pages than these after it. */
#define CIVIC_AUDIT_TAIL_BLOCKS 64

extern void civic_init_audit_rules(void);
extern void civic_write_entry(CivicEntry *entry);
/* As it would be stored, but for the salt. */
extern Datum civic_unsalted(Datum personal);
extern const char *civic_session_role_note(void);
/* Setting civic.reason; never NULL. */
extern const char *civic_reason_setting(void);

/* Fires after the triggers that project and count, whose rows have entries of their own. */
#define CIVIC_AUDIT_TRIGGER "t99_audit"

/* True while civic.erase_person() takes personal data out of entries. */
extern bool civic_audit_erasing;

/* Bytes before the content of a bytea that are there once and no more after an erasure: see audit_store.c. */
#define CIVIC_PERSONAL_LIVE 1
#define CIVIC_PERSONAL_ERASED 0

#define CIVIC_NO_ORGANIZATION "00000000-0000-0000-0000-000000000000"

#endif
