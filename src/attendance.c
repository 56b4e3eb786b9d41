/*
 * src/attendance.c
 *		Where a person was, as far as their device could tell.
 */
#include "civic.h"

#include <math.h>

#include "core/presence.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

CIVIC_FUNCTION(civic_judge_location);
CIVIC_FUNCTION(civic_great_circle_m);

static double
number_argument(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? NAN : PG_GETARG_FLOAT8(argument);
}

/* What one call site of judge_location() returns: the row type, and its labels. */
typedef struct Judgement
{
	TupleDesc desc;
	Datum labels[3];
} Judgement;

static const Judgement *
judgement_of_call(FunctionCallInfo fcinfo)
{
	static const char *const names[] = {"inside", "outside", "undecidable"};
	Judgement *judgement = fcinfo->flinfo->fn_extra;
	MemoryContext caller;
	TupleDesc desc;

	if (judgement != NULL)
		return judgement;
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
						errmsg("function returning record called in context that cannot accept "
							   "type record")));
	caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	judgement = palloc(sizeof(Judgement));
	judgement->desc = BlessTupleDesc(CreateTupleDescCopy(desc));
	MemoryContextSwitchTo(caller);
	for (int i = 0; i < lengthof(names); i++)
		judgement->labels[i] = DirectFunctionCall2(
			enum_in, CStringGetDatum(names[i]), ObjectIdGetDatum(TupleDescAttr(desc, 0)->atttypid));
	fcinfo->flinfo->fn_extra = judgement;
	return judgement;
}

/*
 * civic_judge_location
 *		Arguments: latitude, longitude, accuracy in metres; latitude, longitude, radius in metres of the place. Null
 *		for what is not known.
 */
Datum
civic_judge_location(PG_FUNCTION_ARGS)
{
	const Judgement *judgement = judgement_of_call(fcinfo);
	CivicPresence presence = civic_presence(number_argument(fcinfo, 0), number_argument(fcinfo, 1),
											number_argument(fcinfo, 2), number_argument(fcinfo, 3),
											number_argument(fcinfo, 4), number_argument(fcinfo, 5));
	Datum values[3] = {judgement->labels[presence.verdict], Float8GetDatum(presence.distance_m),
					   Float8GetDatum(presence.confidence)};
	bool nulls[3] = {false, isnan(presence.distance_m), isnan(presence.confidence)};

	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(judgement->desc, values, nulls)));
}

/*
 * civic_great_circle_m
 *		Arguments: latitude and longitude of one place, and of another. Null where one is no position.
 */
Datum
civic_great_circle_m(PG_FUNCTION_ARGS)
{
	double metres = civic_great_circle(PG_GETARG_FLOAT8(0), PG_GETARG_FLOAT8(1),
									   PG_GETARG_FLOAT8(2), PG_GETARG_FLOAT8(3));

	if (isnan(metres))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(metres);
}
