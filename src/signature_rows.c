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

static const char *const columns[COLUMNS] = {
	"organization_id", "report_id",    "created_at",   "latitude", "longitude", "cell",
	"street",          "category_key", "house_number", "state",    "trigrams"};

static void
replace_signature(Datum *values)
{
	Oid types[COLUMNS] = {UUIDOID, UUIDOID, TIMESTAMPTZOID, FLOAT8OID, FLOAT8OID, INT8OID,
						  INT8OID, INT4OID, INT4OID,        INT2OID,   BYTEAOID};

	civic_run("INSERT INTO civic_private.report_signatures AS s"
			  " (organization_id, report_id, created_at, latitude, longitude, cell, street,"
			  "  category_key, house_number, state, trigrams)"
			  " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
			  " ON CONFLICT (organization_id, report_id) DO UPDATE SET"
			  "  created_at = excluded.created_at, latitude = excluded.latitude,"
			  "  longitude = excluded.longitude, cell = excluded.cell, street = excluded.street,"
			  "  category_key = excluded.category_key, house_number = excluded.house_number,"
			  "  state = excluded.state, trigrams = excluded.trigrams",
			  COLUMNS, types, values, NULL);
}

static bool
add_signature(const Datum *values)
{
	CivicStore *store = civic_begin_store(civic_signatures_relation(), columns, COLUMNS, true);
	bool added = civic_store_row(store, values, NULL);

	civic_end_store(store);
	return added;
}

static void
remove_signature(HeapTuple row, TupleDesc desc)
{
	Oid types[] = {UUIDOID, UUIDOID};
	Datum values[2];
	bool isnull;

	values[0] =
		heap_getattr(row, civic_attribute(desc, "reports", "organization_id"), desc, &isnull);
	values[1] = heap_getattr(row, civic_attribute(desc, "reports", "id"), desc, &isnull);
	(void) civic_run("DELETE FROM civic_private.report_signatures AS s"
					 " WHERE s.organization_id = $1 AND s.report_id = $2",
					 lengthof(types), types, values, NULL);
}

/*
 * civic_write_signature
 *		AFTER row trigger on civic.reports. What it writes is what civic_private.rebuild_signatures() would.
 */
Datum
civic_write_signature(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Datum values[COLUMNS];
	pg_uuid_t organization;
	CivicReport report;
	CivicAddress address = {0};
	const char *category;
	char *words;

	civic_check_trigger(fcinfo, "write_signature", TRIGGER_EVENT_AFTER, true);
	if (TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
	{
		remove_signature(trigger->tg_trigtuple, RelationGetDescr(trigger->tg_relation));
		return PointerGetDatum(NULL);
	}
	if (!civic_read_row(trigger->tg_relation,
						TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple
																   : trigger->tg_trigtuple,
						&organization, &report))
		return PointerGetDatum(NULL);
	if (report.address != (Datum) 0)
		address = civic_read_address(DatumGetTextPP(report.address));
	category = civic_compared_category(&report);
	words = psprintf("%s. %s", TextDatumGetCString(report.title),
					 TextDatumGetCString(report.description));

	values[0] = UUIDPGetDatum(&organization);
	values[1] = UUIDPGetDatum(&report.id);
	values[2] = TimestampTzGetDatum(report.created_at);
	values[3] = Float8GetDatum(report.latitude);
	values[4] = Float8GetDatum(report.longitude);
	values[5] = Int64GetDatum(civic_grid_number(report.latitude, report.longitude));
	values[6] = Int64GetDatum((int64) address.street);
	values[7] = Int32GetDatum(category == NULL ? CIVIC_UNCLASSIFIED
											   : civic_key_of_category(category, strlen(category)));
	values[8] = Int32GetDatum(address.number);
	values[9] = Int16GetDatum(civic_signature_state(report.status));
	values[10] = PointerGetDatum(civic_pack_trigrams(civic_extract_trigrams(words, strlen(words))));
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) || !add_signature(values))
		replace_signature(values);
	return PointerGetDatum(NULL);
}
