/*
 * src/audit_rules.h
 *		What is to be recorded of a table.
 */
#ifndef CIVIC_AUDIT_RULES_H
#define CIVIC_AUDIT_RULES_H

#include "audit.h"

#include "utils/reltrigger.h"

typedef struct CivicAuditAction
{
	char operation; /* first letter of insert, update, delete, truncate */
	int16 column;   /* 0: of any change */
	int16 reason;   /* column with the reason, 0 for none */
	char *value;    /* NULL: whatever the value becomes */
	Datum action;   /* text */
} CivicAuditAction;

typedef struct CivicAuditRules
{
	Oid relation; /* key of the hash table */
	uint64 version;
	MemoryContext context;
	int16 organization; /* attribute numbers; 0 where there is none */
	int16 person;
	bool has_personal;
	int ncolumns;
	CivicAuditColumn *columns;
	int nkeys;
	int16 *keys;
	int nactions;
	CivicAuditAction *actions;
	Datum schema; /* text */
	Datum table;  /* text */
} CivicAuditRules;

extern CivicAuditRules *civic_audit_rules(Relation relation, const Trigger *trigger);

#endif
