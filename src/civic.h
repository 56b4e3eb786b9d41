/*
 * src/civic.h
 *		What civic's C files share.
 */
#ifndef CIVIC_H
#define CIVIC_H

#include "postgres.h"

#include "access/htup.h"
#include "fmgr.h"
#include "pgtime.h"
#include "utils/date.h"
#include "utils/guc.h"
#include "utils/relcache.h"
#include "utils/uuid.h"

#include "core/civic_core.h"
#include "core/routes.h"
#include "core/tiles.h"
#include "errors.h"

#define CIVIC_FUNCTION(name)                                                                       \
	PGDLLEXPORT Datum name(PG_FUNCTION_ARGS);                                                      \
	PG_FUNCTION_INFO_V1(name)

/* ---- caches.c: what one backend learns of changes made by another ---- */

typedef enum CivicCache
{
	CIVIC_CACHE_ACCESS,     /* users, roles, permissions */
	CIVIC_CACHE_WORKFLOW,   /* transition rules */
	CIVIC_CACHE_AREAS,      /* boundaries of areas */
	CIVIC_CACHE_ROUTING,    /* rules of routing, categories, departments, names of areas */
	CIVIC_CACHE_DUPLICATES, /* duplicate policies, categories */
	CIVIC_CACHE_CALENDAR,   /* business calendars and their holidays */
	CIVIC_CACHE_AUDIT,      /* segments of the audit log, names of actions */
	CIVIC_CACHES
} CivicCache;

extern void civic_init_caches(void);

/* Changes whenever cached rows may be out of date; civic_cache_version() first takes in what others committed. */
extern uint64 civic_cache_versions[CIVIC_CACHES];
extern uint64 civic_cache_version(CivicCache cache);

extern void civic_watch_relation(Oid relation);
extern Oid civic_relation(const char *name);
extern Oid civic_private_relation(const char *name);

/* Switches to the role that owns the data model, which row policies do not bind. */
typedef struct CivicOwnerScope
{
	Oid user;
	int security_context;
} CivicOwnerScope;
extern void civic_enter_owner(CivicOwnerScope *scope);
extern void civic_leave_owner(const CivicOwnerScope *scope);

/* With the caller's path, the caller's operators would run with the owner's rights. */
extern int civic_pin_path(void);
extern void civic_unpin_path(int nest_level);

/* Runs a query that sees what is committed now, whatever snapshot the caller reads with. */
extern void civic_query_now(const char *query, int nargs, Oid *types, Datum *values,
							const char *nulls);
/* Runs a statement that writes, and returns how many rows it wrote. */
extern uint64 civic_run(const char *query, int nargs, Oid *types, Datum *values, const char *nulls);

/* ---- versions.c: library, extension and tables are of one version ---- */

extern void civic_init_versions(void);
extern bool civic_versions_agree;
extern void civic_check_versions(void);

/* ---- uuid.c ---- */

extern pg_uuid_t civic_new_id(void);

/* ---- rows.c: rows stored as INSERT does, without planning one ---- */

extern void civic_init_rows(void);
typedef struct CivicStore CivicStore;
extern CivicStore *civic_begin_store(Oid relation, const char *const *columns, int ncolumns,
									 bool unless_there);
extern CivicStore *civic_begin_caller_store(Oid relation, const char *const *columns, int ncolumns);
extern bool civic_store_row(CivicStore *store, const Datum *values, const bool *nulls);
extern Datum civic_stored_row(CivicStore *store);
extern void civic_end_store(CivicStore *store);

/* ---- identity.c: who is asking ---- */

typedef struct CivicIdentity
{
	bool has_organization;
	bool has_user;
	pg_uuid_t organization;
	pg_uuid_t user;
} CivicIdentity;

extern void civic_init_identity(void);
extern bool civic_adopt_setting(const char *name, const char *summary, const char *details,
								char **value, GucStringAssignHook assigned);
extern bool civic_restoring;

/* What the settings or the claims say, checked for form only. */
extern const CivicIdentity *civic_claimed_identity(void);

/* Changes whenever the settings, the claims or the database role may have changed. */
extern uint64 civic_identity_version(void);

/* ---- people.c: the rights of people ---- */

#define CIVIC_PERMISSION_WORDS 8

typedef struct CivicScope CivicScope;

typedef struct CivicAccess
{
	bool has_organization;
	bool has_user; /* known, active, and of that organisation */
	bool has_department;
	pg_uuid_t organization;
	pg_uuid_t user;
	pg_uuid_t department;
	int level;               /* highest level among the roles of the civic ladder */
	const CivicScope *scope; /* areas a moderator is limited to; NULL for none */
	uint64 permissions[CIVIC_PERMISSION_WORDS];
} CivicAccess;

/* Good until changes of access rights are next looked for. */
typedef struct CivicOrganization
{
	pg_uuid_t id;
	bool is_active;
	char code[NAMEDATALEN];
	char time_zone[TZ_STRLEN_MAX + 1];
} CivicOrganization;
extern const CivicOrganization *civic_organization(const pg_uuid_t *id);

extern bool civic_load_access(const CivicIdentity *claimed, bool auditor, bool in_default,
							  uint64 version, CivicAccess *access);

/* Number of a permission in CivicAccess, or -1 for one the catalogue does not have. */
extern int civic_permission_number(const char *code);
extern const char *civic_permission_code(int number);

/* ---- permissions.c: what the asker may do ---- */

extern const CivicAccess *civic_access(void);
extern const CivicAccess *civic_access_for_call(bool first);
extern uint64 civic_access_stamp(void);
extern uint64 civic_current_stamp(void);
extern bool civic_has_permission_number(int number);

extern bool civic_session_is_system(void);
extern bool civic_acts_as_system(void);

/* ---- moderation.c: the areas of a moderator ---- */

/* Where a report lies: what its row says of it; 0 for a name that is null. */
typedef struct CivicPlace
{
	Datum ward_number;
	Datum district;
	bool is_known; /* there are coordinates */
	double latitude;
	double longitude;
} CivicPlace;

extern const CivicScope *civic_load_scope(const pg_uuid_t *organization, const pg_uuid_t *user,
										  MemoryContext context);
extern bool civic_scope_holds(const CivicScope *scope, const pg_uuid_t *organization,
							  const CivicPlace *place);
extern void civic_place_argument(FunctionCallInfo fcinfo, int first, CivicPlace *place);

/* ---- visibility.c ---- */

extern bool civic_sees_report(bool is_public, bool is_sensitive, const pg_uuid_t *reporter,
							  const pg_uuid_t *assignee, const pg_uuid_t *department,
							  const CivicPlace *place);

/* ---- columns.c ---- */

extern void civic_check_trigger(FunctionCallInfo fcinfo, const char *function, uint32 timing,
								bool row);
extern int civic_find_attribute(TupleDesc desc, const char *column);
extern int civic_attribute(TupleDesc desc, const char *relation, const char *column);
extern bool civic_column_changed(HeapTuple old_row, HeapTuple new_row, TupleDesc desc,
								 int attribute);
extern char *civic_status_label(Oid value);
extern Oid civic_enum_label(Oid type, const char *name);

/* ---- workflow_rules.c: compiled rules ---- */

typedef struct CivicColumnList
{
	int count;
	int16 *attributes;
} CivicColumnList;

/* Column lists of one rule, kept in CivicTransition.extra. */
typedef struct CivicRule
{
	CivicColumnList required; /* must not be null after the move */
	CivicColumnList changed;  /* must get another value in the move */
	CivicColumnList cleared;  /* set to null by the move */
} CivicRule;

typedef struct CivicMachine
{
	Oid relation;
	pg_uuid_t organization;
	int16 status; /* attribute numbers; 0 where there is none */
	int16 assignee;
	int16 creator;
	char workflow[NAMEDATALEN];
	CivicWorkflow rules;
} CivicMachine;

/* The guard trigger's own arguments say which columns play which part; civic_guard_arguments() reads them. */
typedef struct CivicGuardArguments
{
	const char *workflow;
	const char *status;
	const char *assignee; /* '' where there is none */
	const char *creator;
} CivicGuardArguments;

extern const CivicMachine *civic_machine(Relation relation, const CivicGuardArguments *arguments,
										 const pg_uuid_t *organization);

/* ---- intake_moves.c ---- */

#define CIVIC_MAX_INTAKE_MOVES 8

extern void civic_init_intake_moves(void);
extern int civic_take_intake_moves(const pg_uuid_t *organization, const pg_uuid_t *report,
								   Oid *statuses);

/* ---- scores.c ---- */

extern void civic_init_scores(void);

/* ---- duplicate_intake.c ---- */

extern void civic_init_duplicate_intake(void);
extern void civic_forget_unsaved(void);

/* ---- area_cache.c: the map in the memory of a backend ---- */

/* The areas of one kind of one organization, as one snapshot sees them. */
typedef struct CivicLayer
{
	pg_uuid_t organization;
	Oid kind;
	float4 position;  /* of the kind among the kinds */
	pg_uuid_t stamp;  /* another after each change */
	uint64 number;    /* of this layer with this stamp, in this backend */
	bool settled;     /* no snapshot to come sees another stamp without a signal */
	uint64 last_cell; /* tile used last, and up to which number of a cell it goes */
	uint64 last_end;
	const uint8 *last_bytes;
	size_t last_length;
	uint64 last_evictions;
} CivicLayer;

extern void civic_init_areas(void);
extern int civic_layers(const pg_uuid_t *organization, CivicLayer **layers);
extern bool civic_layer_tile(CivicLayer *layer, uint64 place, const uint8 **bytes, size_t *length);

/* ---- area_scan.c: many tiles in the order of their cells ---- */

typedef struct CivicTileScan CivicTileScan;
extern CivicTileScan *civic_begin_tiles(const CivicLayer *layer);
extern bool civic_seek_tile(CivicTileScan *tiles_scan, uint64 place, const uint8 **bytes,
							size_t *length);
extern void civic_end_tiles(CivicTileScan *tiles_scan);

/* ---- area_lookup.c: which areas cover a point ---- */

/* An area that covers a point, its border included. */
typedef struct CivicAreaHit
{
	pg_uuid_t area;
	Oid kind;        /* label of civic.area_kind */
	float4 position; /* of the label among the kinds */
	double size_m2;
	DateADT valid_from;
	DateADT valid_until; /* first day on which it no longer holds */
} CivicAreaHit;

/* Raises an error for what is not a place on Earth: not a number, or out of range. */
extern void civic_check_place(double latitude, double longitude);

/*
 * The areas of an organization that cover a point on a day, by kind, size and identifier. Writes up to max_hits of
 * them and returns how many there are. kind InvalidOid means all kinds. The places must have been checked.
 */
extern int civic_areas_covering(const pg_uuid_t *organization, double longitude, double latitude,
								Oid kind, DateADT day, CivicAreaHit *hits, int max_hits);

/* Called once for each point, in no particular order; the hits are good during the call only. */
typedef void (*CivicAreaVisitor)(void *state, int point, const CivicAreaHit *hits, int nhits);

/* The same for many points at once: it sorts them, so that no part of the map is read twice. */
extern void civic_areas_of_points(const pg_uuid_t *organization, int npoints,
								  const double *longitudes, const double *latitudes, Oid kind,
								  DateADT day, CivicAreaVisitor visit, void *state);

/* ---- routing_rules.c: compiled rules of routing ---- */

/* Sorted; a name's place is its number in compiled rules. */
typedef struct CivicNames
{
	int count;
	char **names;
} CivicNames;

/* Returns CIVIC_ROUTE_NONE for a name that is not among them, or NULL. */
extern int civic_name_number(const CivicNames *names, const char *name);

typedef struct CivicCategory
{
	int group; /* or CIVIC_ROUTE_NONE */
} CivicCategory;

/* What a rule says in words; CivicRoute.row is its place. */
typedef struct CivicRouteRow
{
	bool is_default; /* the department of a category, no row of civic.routing_rules */
	pg_uuid_t department;
	char *name;
	char *department_name;
	char *area_name; /* NULL for everywhere */
} CivicRouteRow;

typedef struct CivicDepartment
{
	pg_uuid_t id;
	bool is_active;
	bool auto_assign; /* an officer is chosen for each report */
} CivicDepartment;

typedef struct CivicRouter
{
	pg_uuid_t organization;
	struct pg_tz *time_zone;
	CivicNames category_codes;
	CivicCategory *categories;
	int ndepartments;
	CivicDepartment *departments; /* sorted by id */
	CivicNames groups;
	CivicNames sub_categories; /* those that rules name */
	struct HTAB *areas; /* number of each version of an area that a rule names; NULL without */
	size_t nroutes;
	CivicRoute *routes;
	CivicRouteRow *rows;
} CivicRouter;

extern const CivicRouter *civic_router(const pg_uuid_t *organization);
extern int civic_router_area(const CivicRouter *router, const pg_uuid_t *area);
/* NULL for one the organization does not have. */
extern const CivicDepartment *civic_department(const pg_uuid_t *organization,
											   const pg_uuid_t *department);

/* ---- route.c ---- */

typedef struct CivicRouteDecision
{
	CivicRouteLevel level;
	bool has_department; /* none in triage */
	bool has_rule;       /* none where the department is that of the category */
	bool has_area;
	pg_uuid_t department;
	pg_uuid_t rule;
	pg_uuid_t area;
} CivicRouteDecision;

extern void civic_find_route(const pg_uuid_t *organization, const char *category,
							 const char *sub_category, double latitude, double longitude,
							 TimestampTz moment, CivicRouteDecision *decision);
extern Oid civic_route_level_label(Oid type, CivicRouteLevel level);

/* ---- audit_store.c ---- */

extern void civic_init_audit(void);

/* ---- workflow.c ---- */

extern bool civic_projecting;

struct Trigger;
extern CivicGuardArguments civic_guard_arguments(const struct Trigger *trigger);

#endif
