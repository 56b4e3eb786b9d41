/*
 * src/lists.c
 *		Pages of the deals and of the cases that the asker can see, newest first.
 *
 * The pages that are asked for all day are read straight from the index that has them in order: planning one costs
 * more than reading it, and a plan that serves every asker and every filter at its best does not exist. All other
 * mixes of filters are left to the planner, each with only the conditions that were given.
 *
 * The functions return rows of tables and therefore belong to the data model, which a dump of another version may have
 * brought: asking for the rights, which comes first, refuses where versions do not agree.
 */
#include "civic.h"

#include "access/genam.h"
#include "access/relscan.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_am.h"
#include "catalog/pg_class.h"
#include "catalog/pg_index.h"
#include "catalog/pg_type.h"
#include "compat.h"
#include "executor/spi.h"
#include "executor/tstoreReceiver.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

CIVIC_FUNCTION(civic_list_deals);
CIVIC_FUNCTION(civic_list_cases);

#define MAX_FILTERS 8
#define MAX_STREAMS 8
#define DEFAULT_ROWS 50
#define MOST_ROWS 1000

/*
 * A table and the filters of its list: the first arguments of the function. Then come time and id of the last row of
 * the page before, and the number of rows. Conditions name the filters as $2 and so on; $1 is the organization.
 */
typedef struct Listing
{
	const char *table;
	int nfilters;
	const char *conditions[MAX_FILTERS];
} Listing;

enum
{
	DEAL_VERIFICATION,
	DEAL_PAYMENT,
	DEAL_CREATED_BY,
	DEAL_CLIENT
};

static const Listing deals = {
	"deals",
	8,
	{" AND l.verification_status = ANY ($2)", " AND l.payment_status = ANY ($3)",
	 " AND l.created_by = $4", " AND l.client_id = $5", " AND l.project_id = $6",
	 " AND l.deal_date >= $7", " AND l.deal_date <= $8",
	 " AND (strpos(lower(l.deal_name), lower($9)) > 0 OR strpos(lower(l.deal_no), lower($9)) > 0"
	 " OR l.client_id IN (SELECT c.id FROM civic.clients AS c"
	 " WHERE c.organization_id = $1 AND strpos(lower(c.name), lower($9)) > 0))"}};

enum
{
	CASE_STATUS,
	CASE_PRIORITY,
	CASE_ASSIGNED_TO,
	CASE_CREATED_BY
};

static const Listing cases = {
	"cases",
	5,
	{" AND l.status = ANY ($2)", " AND l.priority = ANY ($3)", " AND l.assigned_to = $4",
	 " AND l.created_by = $5",
	 " AND strpos(lower(l.title || E'\\n' || l.description), lower($6)) > 0"}};

/* Rows of an index in the order of the page: those of one value of its second column, or of all. */
typedef struct Stream
{
	const char *index;
	const char *column; /* NULL where the order comes next to the organization */
	Oid equals;
	Datum value;
	bool partial; /* the index has only rows of this value, or all that have one */
	Relation relation;
	IndexScanDesc scan;
	ScanDirection direction;
	TupleTableSlot *slot;
	ScanKeyData keys[3];
	ScanKeyData before[2];
	bool has_row;
	TimestampTz created_at;
	pg_uuid_t id;
} Stream;

typedef struct ListPage
{
	const Listing *list;
	FunctionCallInfo fcinfo;
	ReturnSetInfo *result;
	pg_uuid_t organization;
	pg_uuid_t user;
	uint32 given; /* filters, by number */
	Datum values[MAX_FILTERS];
	const char *visible; /* condition of who sees what, where no filter says it */
	bool has_before;
	TimestampTz before_time;
	pg_uuid_t before_id;
	int rows;
	Relation table;
	AttrNumber created_at;
	AttrNumber id;
	int nstreams;
	Stream streams[MAX_STREAMS];
} ListPage;

static inline uint32
bit(int filter)
{
	return (uint32) 1 << filter;
}

static bool
is_user(const ListPage *page, int filter)
{
	return memcmp(DatumGetUUIDP(page->values[filter]), &page->user, sizeof(pg_uuid_t)) == 0;
}

/* False where there is no organization, thus no row. */
static bool
begin_page(ListPage *page, const Listing *list, FunctionCallInfo fcinfo, const CivicAccess *access)
{
	int before = list->nfilters;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	if (!access->has_organization)
		return false;
	page->list = list;
	page->fcinfo = fcinfo;
	page->result = (ReturnSetInfo *) fcinfo->resultinfo;
	page->organization = access->organization;
	page->user = access->user;
	page->given = 0;
	page->visible = "";
	page->nstreams = 0;
	for (int i = 0; i < list->nfilters; i++)
	{
		if (!PG_ARGISNULL(i))
			page->given |= bit(i);
		page->values[i] = PG_GETARG_DATUM(i);
	}
	page->has_before = !PG_ARGISNULL(before);
	page->before_time = 0;
	memset(&page->before_id, 0, sizeof(pg_uuid_t));
	if (page->has_before)
	{
		page->before_time = PG_GETARG_TIMESTAMPTZ(before);
		if (!PG_ARGISNULL(before + 1))
			page->before_id = *PG_GETARG_UUID_P(before + 1);
	}
	page->rows = PG_ARGISNULL(before + 2) ? DEFAULT_ROWS
										  : Min(Max(PG_GETARG_INT32(before + 2), 1), MOST_ROWS);
	return true;
}

static Stream *
add_stream(ListPage *page, const char *index, const char *column, Oid equals, Datum value)
{
	Stream *stream = &page->streams[page->nstreams++];

	memset(stream, 0, sizeof(Stream));
	stream->index = index;
	stream->column = column;
	stream->equals = equals;
	stream->value = value;
	return stream;
}

/* The labels an array of an enum has, each once; -1 where they are more than streams. */
static int
labels_of(ArrayType *array, Datum *labels)
{
	Datum *values;
	bool *nulls;
	int nvalues;
	int count = 0;

	deconstruct_array(array, ARR_ELEMTYPE(array), sizeof(Oid), true, TYPALIGN_INT, &values, &nulls,
					  &nvalues);
	for (int i = 0; i < nvalues; i++)
	{
		bool known = nulls[i];

		for (int j = 0; j < count && !known; j++)
			known = labels[j] == values[i];
		if (known)
			continue;
		if (count == MAX_STREAMS)
			return -1;
		labels[count++] = values[i];
	}
	return count;
}

/* ---- reading an index ---- */

/* Whether the index has the columns and the order that its name promises, and shows every row to this snapshot. */
static bool
is_fit(const ListPage *page, const Stream *stream)
{
	const char *wanted[4];
	Form_pg_index form = stream->relation->rd_index;
	const int16 *options = stream->relation->rd_indoption;
	int count = 0;

	wanted[count++] = "organization_id";
	if (stream->column != NULL)
		wanted[count++] = stream->column;
	wanted[count++] = "created_at";
	wanted[count++] = "id";
	if (form->indrelid != RelationGetRelid(page->table) || !form->indisvalid ||
		stream->relation->rd_rel->relam != BTREE_AM_OID || form->indnkeyatts != count ||
		(!stream->partial &&
		 !heap_attisnull(stream->relation->rd_indextuple, Anum_pg_index_indpred, NULL)) ||
		(form->indcheckxmin &&
		 !TransactionIdPrecedes(HeapTupleHeaderGetXmin(stream->relation->rd_indextuple->t_data),
								TransactionXmin)))
		return false;
	for (int i = 0; i < count; i++)
	{
		AttrNumber attribute = form->indkey.values[i];

		if (attribute <= 0 ||
			strcmp(NameStr(TupleDescAttr(page->table->rd_att, attribute - 1)->attname), wanted[i]))
			return false;
	}
	return options[count - 2] == options[count - 1];
}

static bool
open_stream(ListPage *page, Stream *stream)
{
	Oid index = get_relname_relid(stream->index, RelationGetNamespace(page->table));
	int count = 0;

	if (!OidIsValid(index) || get_rel_relkind(index) != RELKIND_INDEX)
		return false;
	stream->relation = index_open(index, AccessShareLock);
	if (!is_fit(page, stream))
		return false;
	ScanKeyInit(&stream->keys[count++], 1, BTEqualStrategyNumber, F_UUID_EQ,
				UUIDPGetDatum(&page->organization));
	if (stream->column != NULL)
		ScanKeyInit(&stream->keys[count++], 2, BTEqualStrategyNumber, stream->equals,
					stream->value);
	page->created_at = stream->relation->rd_index->indkey.values[count];
	page->id = stream->relation->rd_index->indkey.values[count + 1];
	stream->direction = stream->relation->rd_indoption[count] & INDOPTION_DESC
							? ForwardScanDirection
							: BackwardScanDirection;
	if (page->has_before)
	{
		/* (created_at, id) < (before_time, before_id) */
		ScanKey header = &stream->keys[count];

		ScanKeyEntryInitialize(&stream->before[0], SK_ROW_MEMBER, count + 1, BTLessStrategyNumber,
							   TIMESTAMPTZOID, InvalidOid, F_TIMESTAMPTZ_CMP,
							   TimestampTzGetDatum(page->before_time));
		ScanKeyEntryInitialize(&stream->before[1], SK_ROW_MEMBER | SK_ROW_END, count + 2,
							   BTLessStrategyNumber, UUIDOID, InvalidOid, F_UUID_CMP,
							   UUIDPGetDatum(&page->before_id));
		memset(header, 0, sizeof(ScanKeyData));
		header->sk_flags = SK_ROW_HEADER;
		header->sk_attno = count + 1;
		header->sk_strategy = BTLessStrategyNumber;
		header->sk_argument = PointerGetDatum(stream->before);
		count++;
	}
	stream->slot = table_slot_create(page->table, NULL);
	stream->scan =
		index_beginscan(page->table, stream->relation, GetActiveSnapshot(), NULL, count, 0);
	index_rescan(stream->scan, stream->keys, count, NULL, 0);
	return true;
}

static void
close_stream(Stream *stream)
{
	if (stream->scan != NULL)
	{
		index_endscan(stream->scan);
		ExecDropSingleTupleTableSlot(stream->slot);
	}
	if (stream->relation != NULL)
		index_close(stream->relation, NoLock);
}

static void
advance(const ListPage *page, Stream *stream)
{
	bool isnull;

	CHECK_FOR_INTERRUPTS();
	stream->has_row = index_getnext_slot(stream->scan, stream->direction, stream->slot);
	if (stream->has_row && page->nstreams > 1)
	{
		stream->created_at =
			DatumGetTimestampTz(slot_getattr(stream->slot, page->created_at, &isnull));
		stream->id = *DatumGetUUIDP(slot_getattr(stream->slot, page->id, &isnull));
	}
}

static bool
is_newer(const Stream *a, const Stream *b)
{
	if (a->created_at != b->created_at)
		return a->created_at > b->created_at;
	return memcmp(&a->id, &b->id, sizeof(pg_uuid_t)) > 0;
}

/* A row that two streams have comes from both at once; the first of them gives it. */
static void
merge_streams(const ListPage *page, Stream *streams)
{
	for (int i = 0; i < page->nstreams; i++)
		advance(page, &streams[i]);
	for (int rows = 0; rows < page->rows; rows++)
	{
		Stream *next = NULL;

		for (int i = 0; i < page->nstreams; i++)
		{
			if (streams[i].has_row && (next == NULL || is_newer(&streams[i], next)))
				next = &streams[i];
		}
		if (next == NULL)
			break;
		tuplestore_puttupleslot(page->result->setResult, next->slot);
		for (Stream *other = next + 1; other < streams + page->nstreams; other++)
		{
			if (other->has_row && !is_newer(next, other))
				advance(page, other);
		}
		advance(page, next);
	}
}

/* Rows from before a column was added with a default do not have it; a tuplestore would show them without. */
static bool
has_missing_values(TupleDesc desc)
{
	for (int i = 0; i < desc->natts; i++)
	{
		if (TupleDescAttr(desc, i)->atthasmissing)
			return true;
	}
	return false;
}

/* False where an index cannot be used. */
static bool
read_streams(ListPage *page)
{
	bool fit;

	page->table = table_open(civic_relation(page->list->table), AccessShareLock);
	fit = !has_missing_values(page->table->rd_att);
	for (int i = 0; fit && i < page->nstreams; i++)
		fit = open_stream(page, &page->streams[i]);
	if (fit)
		merge_streams(page, page->streams);
	for (int i = 0; i < page->nstreams; i++)
		close_stream(&page->streams[i]);
	table_close(page->table, NoLock);
	return fit;
}

/* ---- any mix of filters ---- */

static void
set_parameter(ParamListInfo parameters, int number, Oid type, Datum value, bool isnull)
{
	ParamExternData *parameter = &parameters->params[number - 1];

	parameter->value = value;
	parameter->isnull = isnull;
	parameter->pflags = PARAM_FLAG_CONST;
	parameter->ptype = type;
}

/* Planned for the values that were given. */
static void
plan_page(ListPage *page)
{
	int nfilters = page->list->nfilters;
	ParamListInfo parameters = makeParamList(nfilters + 5);
	SPIExecuteOptions options = {.params = parameters, .read_only = true};
	CivicOwnerScope scope;
	StringInfoData text;
	Oid *types;
	int ntypes;
	int nest_level;
	int result;

	initStringInfo(&text);
	appendStringInfo(&text, "SELECT l.* FROM civic.%s AS l WHERE l.organization_id = $1%s",
					 page->list->table, page->visible);
	(void) get_func_signature(page->fcinfo->flinfo->fn_oid, &types, &ntypes);
	set_parameter(parameters, 1, UUIDOID, UUIDPGetDatum(&page->organization), false);
	for (int i = 0; i < nfilters; i++)
	{
		if (page->given & bit(i))
			appendStringInfoString(&text, page->list->conditions[i]);
		set_parameter(parameters, i + 2, types[i], page->values[i], (page->given & bit(i)) == 0);
	}
	set_parameter(parameters, nfilters + 2, TIMESTAMPTZOID, TimestampTzGetDatum(page->before_time),
				  !page->has_before);
	set_parameter(parameters, nfilters + 3, UUIDOID, UUIDPGetDatum(&page->before_id), false);
	set_parameter(parameters, nfilters + 4, INT4OID, Int32GetDatum(page->rows), false);
	set_parameter(parameters, nfilters + 5, UUIDOID, UUIDPGetDatum(&page->user), false);
	if (page->has_before)
		appendStringInfo(&text, " AND (l.created_at, l.id) < ($%d, $%d)", nfilters + 2,
						 nfilters + 3);
	appendStringInfo(&text, " ORDER BY l.created_at DESC, l.id DESC LIMIT $%d", nfilters + 4);

	SPI_connect();
	options.dest = CreateDestReceiver(DestTuplestore);
	SetTuplestoreDestReceiverParams(options.dest, page->result->setResult,
									page->result->econtext->ecxt_per_query_memory, false, NULL,
									NULL);
	/* As in a function with the owner's rights. */
	nest_level = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	civic_enter_owner(&scope);
	result = SPI_execute_extended(text.data, &options);
	civic_leave_owner(&scope);
	AtEOXact_GUC(true, nest_level);
	if (result != SPI_OK_SELECT)
		elog(ERROR, "unexpected result %d of a list of civic", result);
	SPI_finish();
}

static void
put_page(ListPage *page)
{
	if (page->nstreams == 0 || !read_streams(page))
		plan_page(page);
}

/*
 * civic_list_deals
 *		Arguments: verification_statuses, payment_statuses, created_by, client_id, project_id, deal_from, deal_until,
 *		search, before_time, before_id, max_rows.
 */
Datum
civic_list_deals(PG_FUNCTION_ARGS)
{
	const CivicAccess *access = civic_access_for_call(true);
	bool all;
	bool own;
	ListPage page;

	if (!begin_page(&page, &deals, fcinfo, access))
		return (Datum) 0;
	civic_sees_deals(access, &all, &own);
	if (!all)
	{
		if (!own || ((page.given & bit(DEAL_CREATED_BY)) && !is_user(&page, DEAL_CREATED_BY)))
			return (Datum) 0;
		page.values[DEAL_CREATED_BY] = UUIDPGetDatum(&page.user);
		page.given |= bit(DEAL_CREATED_BY);
	}
	if (page.given == 0)
		add_stream(&page, "deals_newest", NULL, InvalidOid, (Datum) 0);
	else if (page.given == bit(DEAL_CREATED_BY))
		add_stream(&page, "deals_by_seller", "created_by", F_UUID_EQ, page.values[DEAL_CREATED_BY]);
	else if (page.given == bit(DEAL_CLIENT))
		add_stream(&page, "deals_by_client", "client_id", F_UUID_EQ, page.values[DEAL_CLIENT]);
	else if (page.given == bit(DEAL_VERIFICATION))
	{
		ArrayType *statuses = PG_GETARG_ARRAYTYPE_P(DEAL_VERIFICATION);
		Datum labels[MAX_STREAMS];

		if (labels_of(statuses, labels) == 1 &&
			DatumGetObjectId(labels[0]) == civic_enum_label(ARR_ELEMTYPE(statuses), "pending"))
			add_stream(&page, "deals_pending", NULL, InvalidOid, (Datum) 0)->partial = true;
	}
	put_page(&page);
	return (Datum) 0;
}

static void
add_created_by(ListPage *page, Datum person)
{
	add_stream(page, "cases_created_by", "created_by", F_UUID_EQ, person);
}

static void
add_assigned_to(ListPage *page, Datum person)
{
	add_stream(page, "cases_assigned_to", "assigned_to", F_UUID_EQ, person)->partial = true;
}

/*
 * civic_list_cases
 *		Arguments: statuses, priorities, assigned_to, created_by, query, before_time, before_id, max_rows.
 */
Datum
civic_list_cases(PG_FUNCTION_ARGS)
{
	const CivicAccess *access = civic_access_for_call(true);
	bool all;
	bool own;
	ListPage page;

	if (!begin_page(&page, &cases, fcinfo, access))
		return (Datum) 0;
	civic_sees_cases(access, &all, &own);
	if (!all)
	{
		if (!own)
			return (Datum) 0;
		page.visible = " AND $10 IN (l.created_by, l.assigned_to)";
	}
	if (page.given == 0 && all)
		add_stream(&page, "cases_created_at", NULL, InvalidOid, (Datum) 0);
	else if (page.given == 0)
	{
		add_created_by(&page, UUIDPGetDatum(&page.user));
		add_assigned_to(&page, UUIDPGetDatum(&page.user));
	}
	else if (page.given == bit(CASE_STATUS) && all)
	{
		Datum labels[MAX_STREAMS];
		int count = labels_of(PG_GETARG_ARRAYTYPE_P(CASE_STATUS), labels);

		for (int i = 0; i < count; i++)
			add_stream(&page, "cases_status_created", "status", F_ENUM_EQ, labels[i]);
	}
	else if (page.given == bit(CASE_CREATED_BY) && (all || is_user(&page, CASE_CREATED_BY)))
		add_created_by(&page, page.values[CASE_CREATED_BY]);
	else if (page.given == bit(CASE_ASSIGNED_TO) && (all || is_user(&page, CASE_ASSIGNED_TO)))
		add_assigned_to(&page, page.values[CASE_ASSIGNED_TO]);
	put_page(&page);
	return (Datum) 0;
}
