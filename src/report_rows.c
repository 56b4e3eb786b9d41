/*
 * src/report_rows.c
 *		Rows of civic.reports by primary key, without SQL: whoever reads them asks who may see them.
 */
#include "compat.h"
#include "duplicates.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/namespace.h"
#include "catalog/pg_enum.h"
#include "executor/tuptable.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

/* Columns that are read, in the order of column_names. */
enum
{
	ID,
	USER_ID,
	ASSIGNED_TO,
	DEPARTMENT_ID,
	IS_PUBLIC,
	IS_SENSITIVE,
	STATUS,
	CREATED_AT,
	WARD_NUMBER,
	DISTRICT,
	LATITUDE,
	LONGITUDE,
	LOCATION,
	REPORT_NUMBER,
	TITLE,
	DESCRIPTION,
	ADDRESS,
	CATEGORY,
	AI_CATEGORY,
	MANUAL_CATEGORY,
	COLUMNS
};

static const char *const column_names[COLUMNS] = {
	"id",           "user_id",   "assigned_to", "department_id", "is_public",
	"is_sensitive", "status",    "created_at",  "ward_number",   "district",
	"latitude",     "longitude", "location",    "report_number", "title",
	"description",  "address",   "category",    "ai_category",   "manual_category"};

static struct
{
	uint64 version;
	Oid relation;
	Oid index;
	int attributes[COLUMNS];
	int last; /* the highest of them */
	Oid duplicate;
	Oid rejected;
	Oid closed;
	Oid resolved;
	Oid pending;
} known;

struct CivicReportReader
{
	Relation relation;
	Relation index;
	IndexScanDesc scan;
	TupleTableSlot *slot;
	ScanKeyData keys[2];
};

static void
learn_reports(void)
{
	uint64 version = civic_cache_version(CIVIC_CACHE_DUPLICATES);
	Relation relation;
	TupleDesc desc;
	Oid type;

	if (known.version == version)
		return;
	known.version = 0;
	known.relation = get_relname_relid("reports", get_namespace_oid("civic", false));
	relation = table_open(known.relation, AccessShareLock);
	civic_watch_relation(known.relation);
	desc = RelationGetDescr(relation);
	known.last = 0;
	for (int i = 0; i < COLUMNS; i++)
	{
		known.attributes[i] =
			civic_attribute(desc, RelationGetRelationName(relation), column_names[i]);
		known.last = Max(known.last, known.attributes[i]);
	}
	known.index = RelationGetPrimaryKeyIndex(relation, false);
	type = TupleDescAttr(desc, known.attributes[STATUS] - 1)->atttypid;
	table_close(relation, AccessShareLock);
	if (!OidIsValid(known.index))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("table civic.reports has no primary key"),
				 errhint("Make it again as the extension does.")));
	known.duplicate = civic_enum_label(type, "duplicate");
	known.rejected = civic_enum_label(type, "rejected");
	known.closed = civic_enum_label(type, "closed");
	known.resolved = civic_enum_label(type, "resolved");
	known.pending = civic_enum_label(type, "pending_classification");
	known.version = version;
}

CivicReportReader *
civic_open_reports(Snapshot snapshot)
{
	CivicReportReader *reader = palloc(sizeof(CivicReportReader));

	learn_reports();
	reader->relation = table_open(known.relation, AccessShareLock);
	reader->index = index_open(known.index, AccessShareLock);
	reader->slot = table_slot_create(reader->relation, NULL);
	reader->scan = index_beginscan(reader->relation, reader->index, snapshot, NULL, 2, 0);
	/* PRIMARY KEY (organization_id, id) */
	ScanKeyInit(&reader->keys[0], 1, BTEqualStrategyNumber, F_UUID_EQ, (Datum) 0);
	ScanKeyInit(&reader->keys[1], 2, BTEqualStrategyNumber, F_UUID_EQ, (Datum) 0);
	return reader;
}

void
civic_close_reports(CivicReportReader *reader)
{
	index_endscan(reader->scan);
	ExecDropSingleTupleTableSlot(reader->slot);
	index_close(reader->index, AccessShareLock);
	table_close(reader->relation, AccessShareLock);
	pfree(reader);
}

static inline Datum
value_of(TupleTableSlot *slot, int column)
{
	int attribute = known.attributes[column] - 1;

	return slot->tts_isnull[attribute] ? (Datum) 0 : slot->tts_values[attribute];
}

static inline bool
read_uuid(TupleTableSlot *slot, int column, pg_uuid_t *id)
{
	Datum value = value_of(slot, column);

	if (value == (Datum) 0)
		return false;
	*id = *DatumGetUUIDP(value);
	return true;
}

static void
read_slot(TupleTableSlot *slot, CivicReport *report)
{
	slot_getsomeattrs(slot, known.last);
	memset(report, 0, sizeof(*report));
	(void) read_uuid(slot, ID, &report->id);
	(void) read_uuid(slot, USER_ID, &report->reporter);
	report->has_assignee = read_uuid(slot, ASSIGNED_TO, &report->assignee);
	report->has_department = read_uuid(slot, DEPARTMENT_ID, &report->department);
	report->is_public = DatumGetBool(value_of(slot, IS_PUBLIC));
	report->is_sensitive = DatumGetBool(value_of(slot, IS_SENSITIVE));
	report->status = DatumGetObjectId(value_of(slot, STATUS));
	report->created_at = DatumGetTimestampTz(value_of(slot, CREATED_AT));
	report->ward_number = value_of(slot, WARD_NUMBER);
	report->district = value_of(slot, DISTRICT);
	report->latitude = DatumGetFloat8(value_of(slot, LATITUDE));
	report->longitude = DatumGetFloat8(value_of(slot, LONGITUDE));
	report->location = value_of(slot, LOCATION);
	report->number = value_of(slot, REPORT_NUMBER);
	report->title = value_of(slot, TITLE);
	report->description = value_of(slot, DESCRIPTION);
	report->address = value_of(slot, ADDRESS);
	report->category = value_of(slot, CATEGORY);
	report->ai_category = value_of(slot, AI_CATEGORY);
	report->manual_category = value_of(slot, MANUAL_CATEGORY);
}

bool
civic_read_report(CivicReportReader *reader, const pg_uuid_t *organization, const pg_uuid_t *id,
				  CivicReport *report)
{
	TupleTableSlot *slot = reader->slot;

	reader->keys[0].sk_argument = UUIDPGetDatum(organization);
	reader->keys[1].sk_argument = UUIDPGetDatum(id);
	index_rescan(reader->scan, reader->keys, 2, NULL, 0);
	if (!index_getnext_slot(reader->scan, ForwardScanDirection, slot))
		return false;
	read_slot(slot, report);
	/* No report is without them, unless somebody took the constraints away. */
	return report->location != (Datum) 0 && report->number != (Datum) 0 &&
		   report->title != (Datum) 0 && report->description != (Datum) 0;
}

/*
 * civic_read_row
 *		A row of civic.reports as a trigger has it: before it is stored what is generated is missing, and what is
 *		required may be. False for one that cannot be stored as it is. The report points into the row.
 */
bool
civic_read_row(Relation relation, HeapTuple row, pg_uuid_t *organization, CivicReport *report)
{
	static const int required[] = {ID,         USER_ID,  IS_PUBLIC, IS_SENSITIVE, STATUS,
								   CREATED_AT, LATITUDE, LONGITUDE, TITLE,        DESCRIPTION};
	TupleDesc desc = RelationGetDescr(relation);
	TupleTableSlot *slot;
	Datum value;
	bool isnull;
	bool complete;

	learn_reports();
	if (RelationGetRelid(relation) != known.relation)
		elog(ERROR, "a row of civic.reports was expected");
	slot = MakeSingleTupleTableSlot(desc, &TTSOpsVirtual);
	heap_deform_tuple(row, desc, slot->tts_values, slot->tts_isnull);
	ExecStoreVirtualTuple(slot);
	value = slot_getattr(slot, civic_attribute(desc, "reports", "organization_id"), &isnull);
	complete = !isnull;
	if (complete)
		*organization = *DatumGetUUIDP(value);
	for (int i = 0; i < lengthof(required) && complete; i++)
		complete = !slot->tts_isnull[known.attributes[required[i]] - 1];
	if (complete)
		read_slot(slot, report);
	ExecDropSingleTupleTableSlot(slot);
	return complete;
}

const char *
civic_compared_category(const CivicReport *report)
{
	Datum code = report->manual_category;

	if (code == (Datum) 0 && report->status != known.pending)
		code = report->ai_category != (Datum) 0 ? report->ai_category : report->category;
	return code == (Datum) 0 ? NULL : TextDatumGetCString(code);
}

/* As civic_private.signature_state(). */
int16
civic_signature_state(Oid status)
{
	if (status == known.duplicate || status == known.rejected)
		return 2;
	return status == known.closed ? 1 : 0;
}

bool
civic_is_candidate_status(Oid status, bool include_closed)
{
	return civic_signature_state(status) <= (include_closed ? 1 : 0);
}

bool
civic_is_finished_status(Oid status)
{
	return status == known.closed || status == known.resolved;
}
