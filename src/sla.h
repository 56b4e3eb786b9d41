/*
 * src/sla.h
 *		What the C files of deadlines share.
 */
#ifndef CIVIC_SLA_H
#define CIVIC_SLA_H

#include "utils/uuid.h"

#include "core/worktime.h"

extern const CivicCalendar *civic_calendar(const pg_uuid_t *organization, const pg_uuid_t *id);

#endif
