#include "civic.h"

CIVIC_FUNCTION(civic_example_number);

Datum
civic_example_number(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT32(42);
}
