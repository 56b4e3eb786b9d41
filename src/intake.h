/*
 * src/intake.h
 *		What the files of the intake of reports share.
 */
#ifndef CIVIC_INTAKE_H
#define CIVIC_INTAKE_H

#include "civic.h"

#include "access/htup.h"

/* ---- intake_moves.c ---- */

extern Oid civic_make_intake_moves(Relation relation, HeapTuple row, const pg_uuid_t *organization,
								   const pg_uuid_t *report, Oid status, const Oid *path,
								   int length);

#endif
