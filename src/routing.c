/*
 * src/routing.c
 *		Which areas cover a point.
 */
#include "civic.h"

#include "catalog/pg_enum.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/syscache.h"

#include <math.h>

void
civic_check_place(double latitude, double longitude)
{
	if (!(latitude >= -90 && latitude <= 90) || !(longitude >= -180 && longitude <= 180))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("there is no place at latitude %g and longitude %g", latitude, longitude),
				 errhint("Latitude is -90 to 90 degrees north, longitude -180 to 180 degrees east.")));
}

static float4
label_position(Oid label)
{
	HeapTuple tuple = SearchSysCache1(ENUMOID, ObjectIdGetDatum(label));
	float4 position = ((Form_pg_enum) GETSTRUCT(tuple))->enumsortorder;

	ReleaseSysCache(tuple);
	return position;
}

int
civic_areas_covering(const pg_uuid_t *organization, double longitude, double latitude, Oid kind,
					 DateADT day, CivicAreaHit *hits, int max_hits)
{
	Oid types[4] = {UUIDOID, FLOAT8OID, FLOAT8OID, DATEOID};
	Datum values[4] = {UUIDPGetDatum(organization), Float8GetDatum(latitude),
					   Float8GetDatum(longitude), DateADTGetDatum(day)};
	int found = 0;

	SPI_connect();
	civic_query_now("SELECT a.id, a.kind, civic_private.size_of(a.boundary), a.valid_from, a.valid_until"
					" FROM civic.areas AS a"
					" WHERE a.organization_id = $1 AND civic_private.covers(a.boundary, $2, $3)"
					" AND $4 >= a.valid_from AND $4 < a.valid_until ORDER BY 2, 3, 1",
					4, types, values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple row = SPI_tuptable->vals[i];
		TupleDesc desc = SPI_tuptable->tupdesc;
		bool isnull;
		CivicAreaHit hit;

		hit.area = *DatumGetUUIDP(SPI_getbinval(row, desc, 1, &isnull));
		hit.kind = DatumGetObjectId(SPI_getbinval(row, desc, 2, &isnull));
		hit.position = label_position(hit.kind);
		hit.size_m2 = DatumGetFloat8(SPI_getbinval(row, desc, 3, &isnull));
		hit.valid_from = DatumGetDateADT(SPI_getbinval(row, desc, 4, &isnull));
		hit.valid_until = DatumGetDateADT(SPI_getbinval(row, desc, 5, &isnull));
		if (OidIsValid(kind) && hit.kind != kind)
			continue;
		if (found < max_hits)
			hits[found] = hit;
		found++;
	}
	SPI_finish();
	return found;
}

void
civic_areas_of_points(const pg_uuid_t *organization, int npoints, const double *longitudes,
					  const double *latitudes, Oid kind, DateADT day, CivicAreaVisitor visit,
					  void *state)
{
	CivicAreaHit hits[64];

	for (int i = 0; i < npoints; i++)
	{
		int found = civic_areas_covering(organization, longitudes[i], latitudes[i], kind, day, hits,
										 lengthof(hits));

		visit(state, i, hits, Min(found, (int) lengthof(hits)));
	}
}
