/*
 * src/signature_rows.c
 *		The trigger that keeps a row of report_signatures for each report.
 */
#include "duplicates.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "utils/builtins.h"
#include "utils/rel.h"

CIVIC_FUNCTION(civic_write_signature);

#define COLUMNS 11

static Datum
column(Relation relation, HeapTuple row, const char *name, bool *isnull)
{
	TupleDesc desc = RelationGetDescr(relation);

	return heap_getattr(row, civic_attribute(desc, "reports", name), desc, isnull);
}

/* As civic_private.compared_category(). */
static int32
category_key(Relation relation, HeapTuple row, const char *status)
{
	static const char *const sources[] = {"manual_category", "ai_category", "category"};
	int count = strcmp(status, "pending_classification") == 0 ? 1 : lengthof(sources);

	for (int i = 0; i < count; i++)
	{
		bool isnull;
		Datum value = column(relation, row, sources[i], &isnull);

		if (!isnull)
		{
			text *code = DatumGetTextPP(value);

			return civic_key_of_category(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code));
		}
	}
	return CIVIC_UNCLASSIFIED;
}

/* As civic_private.signature_state(). */
static int16
state_of(const char *status)
{
	if (strcmp(status, "duplicate") == 0 || strcmp(status, "rejected") == 0)
		return 2;
	return strcmp(status, "closed") == 0 ? 1 : 0;
}

/*
 * civic_write_signature
 *		AFTER INSERT OR UPDATE row trigger on civic.reports.
 */
Datum
civic_write_signature(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Oid types[COLUMNS] = {UUIDOID, UUIDOID, TIMESTAMPTZOID, FLOAT8OID, FLOAT8OID, INT8OID,
						  INT8OID, INT4OID, INT4OID,        INT2OID,   BYTEAOID};
	Datum values[COLUMNS];
	Relation relation;
	HeapTuple row;
	CivicAddress address = {0};
	CivicTrigrams *trigrams;
	char *status;
	char *words;
	bool isnull;

	civic_check_trigger(fcinfo, "write_signature", TRIGGER_EVENT_AFTER, true);
	relation = trigger->tg_relation;
	row = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	status = civic_status_label(DatumGetObjectId(column(relation, row, "status", &isnull)));

	values[0] = column(relation, row, "organization_id", &isnull);
	values[1] = column(relation, row, "id", &isnull);
	values[2] = column(relation, row, "created_at", &isnull);
	values[3] = column(relation, row, "latitude", &isnull);
	values[4] = column(relation, row, "longitude", &isnull);
	values[5] =
		Int64GetDatum(civic_grid_number(DatumGetFloat8(values[3]), DatumGetFloat8(values[4])));
	values[6] = column(relation, row, "address", &isnull);
	if (!isnull)
		address = civic_read_address(DatumGetTextPP(values[6]));
	values[6] = Int64GetDatum((int64) address.street);
	values[7] = Int32GetDatum(category_key(relation, row, status));
	values[8] = Int32GetDatum(address.number);
	values[9] = Int16GetDatum(state_of(status));
	words = psprintf("%s. %s", TextDatumGetCString(column(relation, row, "title", &isnull)),
					 TextDatumGetCString(column(relation, row, "description", &isnull)));
	trigrams = civic_extract_trigrams(words, strlen(words));
	values[10] = PointerGetDatum(civic_pack_trigrams(trigrams));

	civic_insert("INSERT INTO civic_private.report_signatures AS s"
				 " (organization_id, report_id, created_at, latitude, longitude, cell, street,"
				 "  category_key, house_number, state, trigrams)"
				 " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
				 " ON CONFLICT (organization_id, report_id) DO UPDATE SET"
				 "  created_at = excluded.created_at, latitude = excluded.latitude,"
				 "  longitude = excluded.longitude, cell = excluded.cell, street = excluded.street,"
				 "  category_key = excluded.category_key, house_number = excluded.house_number,"
				 "  state = excluded.state, trigrams = excluded.trigrams",
				 COLUMNS, types, values, NULL);
	return PointerGetDatum(NULL);
}
