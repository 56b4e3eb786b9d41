/*
 * src/departments.c
 *		What a report gets or may not have because of its department.
 */
#include "civic.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "utils/rel.h"

/* Confidence in the category, from which an officer is chosen without a person. */
#define ASSIGNED_CONFIDENCE 0.70

CIVIC_FUNCTION(civic_check_department);
CIVIC_FUNCTION(civic_give_new_report);

static Datum
get(const TriggerData *trigger, HeapTuple row, const char *column, bool *isnull)
{
	TupleDesc desc = RelationGetDescr(trigger->tg_relation);

	return heap_getattr(row, civic_attribute(desc, "reports", column), desc, isnull);
}

static bool
is_status(const TriggerData *trigger, Datum status, const char *label)
{
	TupleDesc desc = RelationGetDescr(trigger->tg_relation);
	Oid type = TupleDescAttr(desc, civic_attribute(desc, "reports", "status") - 1)->atttypid;

	return DatumGetObjectId(status) == civic_enum_label(type, label);
}

static const CivicDepartment *
department_of(const TriggerData *trigger, HeapTuple row)
{
	bool no_organization;
	bool no_department;
	Datum organization = get(trigger, row, "organization_id", &no_organization);
	Datum department = get(trigger, row, "department_id", &no_department);

	if (no_organization || no_department)
		return NULL;
	return civic_department(DatumGetUUIDP(organization), DatumGetUUIDP(department));
}

/* Whether a report comes to its department with the change of the row. */
static bool
is_given(const TriggerData *trigger, HeapTuple row)
{
	bool isnull;
	bool was_null;
	Datum status = get(trigger, row, "status", &isnull);
	Datum department;
	Datum old;

	if (isnull || !(is_status(trigger, status, "assigned_to_department") ||
					is_status(trigger, status, "assigned_to_officer")))
		return false;
	department = get(trigger, row, "department_id", &isnull);
	if (isnull)
		return false; /* a constraint says it better */
	if (!TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		return true;
	if (get(trigger, trigger->tg_trigtuple, "status", &was_null) != status)
		return true;
	old = get(trigger, trigger->tg_trigtuple, "department_id", &was_null);
	return was_null ||
		   memcmp(DatumGetUUIDP(old), DatumGetUUIDP(department), sizeof(pg_uuid_t)) != 0;
}

/*
 * civic_check_department
 *		BEFORE INSERT OR UPDATE row trigger on civic.reports.
 */
Datum
civic_check_department(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	HeapTuple row;

	civic_check_trigger(fcinfo, "check_department", TRIGGER_EVENT_BEFORE, true);
	row = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	if (is_given(trigger, row))
	{
		const CivicDepartment *department = department_of(trigger, row);

		if (department == NULL || !department->is_active)
			ereport(ERROR,
					(errcode(ERRCODE_CIVIC_ASSIGNEE_NOT_ELIGIBLE),
					 errmsg("the department takes no reports"),
					 errdetail("It does not exist in the organization, or is not active."),
					 errhint("Choose an active department of civic.departments."),
					 errtablecol(trigger->tg_relation,
								 civic_attribute(RelationGetDescr(trigger->tg_relation), "reports",
												 "department_id"))));
	}
	return PointerGetDatum(row);
}

/*
 * civic_give_new_report
 *		AFTER INSERT row trigger on civic.reports. Row by row, so that each choice counts for the next.
 */
Datum
civic_give_new_report(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	HeapTuple row;
	bool isnull;
	const CivicDepartment *department;
	double confidence;

	civic_check_trigger(fcinfo, "give_new_report", TRIGGER_EVENT_AFTER, true);
	row = trigger->tg_trigtuple;
	/* Most departments choose by hand. */
	department = department_of(trigger, row);
	if (department == NULL || !department->auto_assign ||
		!is_status(trigger, get(trigger, row, "status", &isnull), "assigned_to_department"))
		return PointerGetDatum(NULL);
	(void) get(trigger, row, "routing_level", &isnull);
	if (isnull)
		return PointerGetDatum(NULL);
	confidence = DatumGetFloat8(get(trigger, row, "ai_confidence", &isnull));
	if (isnull || confidence >= ASSIGNED_CONFIDENCE)
	{
		Oid types[2] = {UUIDOID, UUIDOID};
		Datum values[2] = {get(trigger, row, "organization_id", &isnull),
						   get(trigger, row, "id", &isnull)};

		civic_run("SELECT civic_private.give_to_officer($1, $2)", 2, types, values, NULL);
	}
	return PointerGetDatum(NULL);
}
