/*
 * src/duplicates.h
 *		What the files of the search for duplicates share.
 */
#ifndef CIVIC_DUPLICATES_H
#define CIVIC_DUPLICATES_H

#include "civic.h"

#include "utils/snapshot.h"
#include "utils/timestamp.h"

#include "core/address.h"
#include "core/grid.h"
#include "core/likeness.h"
#include "core/trigrams.h"

/* ---- signatures.c ---- */

#define CIVIC_UNCLASSIFIED 0

extern CivicTrigrams *civic_extract_trigrams(const char *content, int bytes);
extern bytea *civic_pack_trigrams(const CivicTrigrams *set);
extern CivicAddress civic_read_address(const text *address);
extern int32 civic_key_of_category(const char *code, int length);

/* ---- duplicate_policies.c ---- */

typedef struct CivicDuplicatePolicy
{
	CivicLikeness likeness; /* a radius of 0 turns the search off */
	bool include_closed;
	bool automatic_linking;
	double hint_threshold;
	double review_threshold;
	double link_threshold;
	double link_radius;
} CivicDuplicatePolicy;

typedef struct CivicDuplicateCategory
{
	const char *code;  /* NULL for reports without a category */
	const char *group; /* NULL where it stands alone */
	int32 key;
	double group_radius; /* the widest of the categories it is compared with */
	CivicDuplicatePolicy policy;
} CivicDuplicateCategory;

typedef struct CivicDuplicateRules
{
	pg_uuid_t organization;
	int count;
	CivicDuplicateCategory *categories; /* sorted by code */
	CivicDuplicateCategory unclassified;
} CivicDuplicateRules;

extern const CivicDuplicateRules *civic_duplicate_rules(const pg_uuid_t *organization);
extern const CivicDuplicateCategory *civic_find_category(const CivicDuplicateRules *rules,
														 const char *code);
extern bool civic_are_compared(const CivicDuplicateCategory *a, const CivicDuplicateCategory *b);

/* ---- candidates.c ---- */

/* A report of the running statement, which no index has yet. */
typedef struct CivicUnsaved
{
	pg_uuid_t organization;
	pg_uuid_t report;
	char *category;
	TimestampTz created_at;
	double latitude;
	double longitude;
	CivicAddress address;
	bytea *signature;
} CivicUnsaved;

/* The report, filed or about to be, that others are compared with. */
typedef struct CivicProbe
{
	const CivicDuplicateRules *rules;
	const CivicDuplicateCategory *category;
	double latitude;
	double longitude;
	TimestampTz at;
	CivicTrigrams *trigrams;
	CivicAddress address;
	CivicNear near;
	Datum place; /* geography; 0 until it is needed */
	bool is_filed;
	pg_uuid_t report; /* when it is filed */
	bool has_reporter;
	pg_uuid_t reporter;
	List *unsaved;      /* of CivicUnsaved: more to be compared with */
	int excluded_count; /* reports that were said to be another matter */
	pg_uuid_t *excluded;
} CivicProbe;

typedef struct CivicCandidate
{
	pg_uuid_t report;
	TimestampTz created_at;
	double distance; /* estimated while candidates are collected */
	double address;  /* agreement, or CIVIC_NO_SIGNAL */
	double text;     /* similarity, or CIVIC_NO_SIGNAL */
	double score;
	CivicAddress parsed;
	bool is_unsaved; /* stored by the running statement */
} CivicCandidate;

typedef struct CivicCandidates
{
	CivicCandidate *items;
	int count;
	int space;
} CivicCandidates;

/* A score from an estimated distance differs from the true one by less than this. */
extern double civic_score_error(const CivicProbe *probe);
extern double civic_score(const CivicProbe *probe, const CivicCandidate *candidate);
extern Oid civic_signatures_relation(void);
extern void civic_find_candidates(CivicProbe *probe, Snapshot snapshot,
								  CivicCandidates *candidates);

/* ---- distance.c: PostGIS, which alone says what is within a radius ---- */

extern Datum civic_place(double latitude, double longitude);
extern double civic_distance(Datum a, Datum b);
extern bool civic_is_within_metres(Datum a, Datum b, double metres);

/* ---- report_rows.c: rows of civic.reports by primary key, without SQL ---- */

typedef struct CivicReport
{
	pg_uuid_t id;
	pg_uuid_t reporter;
	bool has_assignee;
	pg_uuid_t assignee;
	bool has_department;
	pg_uuid_t department;
	bool is_public;
	bool is_sensitive;
	Oid status;
	TimestampTz created_at;
	double latitude;
	double longitude;
	/* In the row, until the next one is read; 0 for null. */
	Datum ward_number;
	Datum district;
	Datum location;
	Datum number;
	Datum title;
	Datum description;
	Datum address;
	Datum category;
	Datum ai_category;
	Datum manual_category;
} CivicReport;

typedef struct CivicReportReader CivicReportReader;

extern CivicReportReader *civic_open_reports(Snapshot snapshot);
extern bool civic_read_report(CivicReportReader *reader, const pg_uuid_t *organization,
							  const pg_uuid_t *id, CivicReport *report);
extern void civic_close_reports(CivicReportReader *reader);
extern bool civic_read_row(Relation relation, HeapTuple row, pg_uuid_t *organization,
						   CivicReport *report);

/* The category a report is compared in, NULL for none; as civic_private.compared_category(). */
extern const char *civic_compared_category(const CivicReport *report);
/* 0 open, 1 closed, 2 never suggested. */
extern int16 civic_signature_state(Oid status);
/* Whether it may be suggested at all, and whether work on it is over. */
extern bool civic_is_candidate_status(Oid status, bool include_closed);
extern bool civic_is_finished_status(Oid status);

/* ---- duplicates.c ---- */

typedef struct CivicMatch
{
	CivicCandidate candidate; /* with the true distance and score */
	CivicReport report;
	const CivicDuplicateCategory *category;
} CivicMatch;

extern bool civic_probe_report(CivicProbe *probe, const CivicReport *report);
extern int civic_rank_matches(CivicProbe *probe, Snapshot snapshot, bool visible_only, int max,
							  CivicMatch **result);
extern char *civic_match_reason(const CivicProbe *probe, const CivicMatch *match);

/* ---- duplicate_intake.c ---- */

extern const CivicMatch *civic_match_new_report(CivicProbe *probe, const pg_uuid_t *organization,
												const CivicReport *report, bool remember,
												bool *links);

#endif
