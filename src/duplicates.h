/*
 * src/duplicates.h
 *		What the files of the search for duplicates share.
 */
#ifndef CIVIC_DUPLICATES_H
#define CIVIC_DUPLICATES_H

#include "civic.h"

#include "utils/timestamp.h"

#include "core/address.h"
#include "core/likeness.h"
#include "core/trigrams.h"

/* ---- signatures.c ---- */

#define CIVIC_UNCLASSIFIED 0

extern CivicTrigrams *civic_extract_trigrams(const char *content, int bytes);
extern bytea *civic_pack_trigrams(const CivicTrigrams *set);
extern CivicAddress civic_read_address(const text *address);
extern int32 civic_key_of_category(const char *code, int length);

#endif
