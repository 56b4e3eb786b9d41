-- The workflow guard: every move of reports and tasks by every kind of actor, refusals, side effects, other ways to
-- write, rules of one organization, and the agreement of report and task.
BEGIN;
SET LOCAL client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS civic CASCADE;
CREATE EXTENSION IF NOT EXISTS pgtap;
SET LOCAL civic.user_id = '';
SET LOCAL civic.organization_id = '00000000-0000-0000-0000-000000000001';
SELECT * FROM no_plan();

------------------------------------------------------------------------------------------------------------------------
-- People, departments and reports
------------------------------------------------------------------------------------------------------------------------

CREATE TEMPORARY TABLE actors (
    name text PRIMARY KEY,
    id uuid, -- null for the system
    role text,
    department text,
    sees boolean NOT NULL, -- a public report
    updates boolean NOT NULL -- the row policies let the actor try
);
INSERT INTO actors (name, id, role, department, sees, updates)
VALUES
    ('owner', '50000000-0000-0000-0000-000000000001', 'citizen', NULL, true, true),
    ('resident', '50000000-0000-0000-0000-000000000002', 'citizen', NULL, true, false),
    ('officer', '50000000-0000-0000-0000-000000000003', 'nodal_officer', 'PWD', true, true),
    ('colleague', '50000000-0000-0000-0000-000000000004', 'nodal_officer', 'PWD', true, true),
    ('moderator', '50000000-0000-0000-0000-000000000005', 'moderator', NULL, true, true),
    ('admin', '50000000-0000-0000-0000-000000000006', 'admin', NULL, true, true),
    ('super_admin', '50000000-0000-0000-0000-000000000007', 'super_admin', NULL, true, true),
    ('auditor', '50000000-0000-0000-0000-000000000008', 'auditor', NULL, true, false),
    ('outsider', '50000000-0000-0000-0000-000000000009', 'nodal_officer', 'WSD', true, false),
    ('inactive', '50000000-0000-0000-0000-00000000000a', 'admin', 'PWD', false, false),
    ('system', NULL, NULL, NULL, true, true);

INSERT INTO civic.users (id, email, full_name, department_id, status)
SELECT a.id, a.name || '@example.org', a.name, d.id,
    CASE a.name WHEN 'inactive' THEN 'inactive' ELSE 'active' END::civic.user_status
FROM actors AS a
LEFT JOIN civic.departments AS d ON d.code = a.department AND d.organization_id = civic.current_organization_id()
WHERE a.id IS NOT NULL;
INSERT INTO civic.user_roles (user_id, role_id)
SELECT a.id, r.id FROM actors AS a JOIN civic.roles AS r ON r.code = a.role AND r.is_system;
INSERT INTO civic.departments (code, name, is_active) VALUES ('OLD', 'Closed Department', false);

-- For people by name, such as id_of('officer').
CREATE FUNCTION pg_temp.id_of(name text) RETURNS uuid
    LANGUAGE sql STABLE
RETURN (SELECT a.id FROM actors AS a WHERE a.name = $1);

CREATE FUNCTION pg_temp.department(code text) RETURNS uuid
    LANGUAGE sql STABLE
RETURN (
    SELECT d.id FROM civic.departments AS d
    WHERE d.organization_id = civic.current_organization_id() AND d.code = $1
);

-- A report in any status, with every column filled that a rule could ask for; with_officer says whether it has one.
CREATE FUNCTION pg_temp.new_report(status civic.report_status, with_officer boolean DEFAULT true) RETURNS uuid
    LANGUAGE plpgsql
AS $$
DECLARE
    made uuid := civic.uuid_v7();
    root uuid := '60000000-0000-0000-0000-000000000000';
BEGIN
    INSERT INTO civic.reports (id, user_id, title, description, category, severity, latitude, longitude, status,
        department_id, assigned_to, duplicate_of_report_id, status_updated_at, rejection_reason, hold_reason,
        rework_reason, assignment_rejection_reason, resolution_notes)
    VALUES (made, pg_temp.id_of('owner'), 'Report ' || $1, 'Something is broken here.', 'roads', 'medium', 10, 20,
        CASE $1 WHEN 'received' THEN 'duplicate' ELSE $1 END, pg_temp.department('PWD'),
        CASE WHEN with_officer THEN pg_temp.id_of('officer') END,
        CASE WHEN $1 IN ('received', 'duplicate') THEN root END, '2020-01-01', 'rejected for a test',
        'held for a test', 'sent back for a test', 'refused for a test', 'mended for a test');
    -- The intake moves a received report on at once, so that one has to come from elsewhere.
    IF $1 = 'received' THEN
        UPDATE civic.reports AS r SET status = 'received' WHERE r.id = made;
        UPDATE civic.reports AS r SET department_id = pg_temp.department('PWD'),
            assigned_to = CASE WHEN with_officer THEN pg_temp.id_of('officer') END
        WHERE r.id = made;
    END IF;
    RETURN made;
END
$$;

INSERT INTO civic.reports (id, user_id, title, description, category, latitude, longitude, status)
VALUES ('60000000-0000-0000-0000-000000000000', pg_temp.id_of('resident'), 'The first report',
    'The others say the same.', 'roads', 10, 20, 'classified');

CREATE TEMPORARY TABLE subjects AS
SELECT s.status, pg_temp.new_report(s.status) AS id
FROM unnest(enum_range(NULL::civic.report_status)) AS s (status);

-- Runs a command as somebody and undoes it: 'ok', 'no row' or the SQLSTATE. A person works as civic_user under row
-- security, or, to ask the triggers alone, as the superuser who only names them.
CREATE FUNCTION pg_temp.attempt(actor text, under_policies boolean, command text) RETURNS text
    LANGUAGE plpgsql
AS $$
DECLARE
    person uuid := pg_temp.id_of(actor);
    affected bigint;
BEGIN
    PERFORM set_config('civic.user_id', coalesce(person::text, ''), true);
    IF under_policies THEN
        PERFORM set_config('role', CASE WHEN person IS NULL THEN 'civic_service' ELSE 'civic_user' END, true);
    END IF;
    EXECUTE command;
    GET DIAGNOSTICS affected = ROW_COUNT;
    RAISE EXCEPTION USING ERRCODE = 'ZZ999', MESSAGE = CASE affected WHEN 0 THEN 'no row' ELSE 'ok' END;
EXCEPTION WHEN OTHERS THEN
    RETURN CASE SQLSTATE WHEN 'ZZ999' THEN SQLERRM ELSE SQLSTATE END;
END
$$;

-- As attempt(), and all that the refusal says.
CREATE FUNCTION pg_temp.refusal(
    actor text, command text, OUT code text, OUT message text, OUT detail text, OUT hint text, OUT place text
)
    LANGUAGE plpgsql
AS $$
DECLARE
    in_schema text;
    in_table text;
    in_column text;
BEGIN
    PERFORM set_config('civic.user_id', coalesce(pg_temp.id_of(actor)::text, ''), true);
    EXECUTE command;
    RAISE EXCEPTION USING ERRCODE = 'ZZ999', MESSAGE = 'not refused';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
        hint = PG_EXCEPTION_HINT, in_schema = SCHEMA_NAME, in_table = TABLE_NAME, in_column = COLUMN_NAME;
    place := in_schema || '.' || in_table || '.' || in_column;
END
$$;

-- From here on the session is somebody, until the next call; 'system' for nobody.
CREATE FUNCTION pg_temp.act_as(actor text) RETURNS void
    LANGUAGE sql
AS $$
    SELECT set_config('civic.user_id', coalesce(pg_temp.id_of(actor)::text, ''), true)
$$;

------------------------------------------------------------------------------------------------------------------------
-- The map of reports, written down here once more
------------------------------------------------------------------------------------------------------------------------

CREATE TEMPORARY TABLE expected_moves (
    workflow text,
    from_status text,
    to_status text,
    who text, -- kinds of actors; admin stands for super_admin as well
    reason text, -- column, minimum and maximum
    required text, -- columns that must not be null, where the map names them
    PRIMARY KEY (workflow, from_status, to_status)
);
INSERT INTO expected_moves (workflow, from_status, to_status, who, reason, required)
VALUES
    ('report', 'received', 'pending_classification', 'system admin', NULL, NULL),
    ('report', 'received', 'classified', 'system admin', NULL, 'category severity'),
    ('report', 'received', 'assigned_to_department', 'system admin', NULL, 'department_id'),
    ('report', 'received', 'rejected', 'admin', 'rejection_reason 1 1000', NULL),
    ('report', 'received', 'duplicate', 'moderator admin system', NULL, 'duplicate_of_report_id'),
    ('report', 'pending_classification', 'classified', 'system admin', NULL, 'category severity'),
    ('report', 'pending_classification', 'assigned_to_department', 'system admin', NULL, 'department_id'),
    ('report', 'pending_classification', 'rejected', 'admin', 'rejection_reason 1 1000', NULL),
    ('report', 'pending_classification', 'duplicate', 'moderator admin system', NULL, 'duplicate_of_report_id'),
    ('report', 'classified', 'assigned_to_department', 'system admin', NULL, 'department_id'),
    ('report', 'classified', 'rejected', 'admin', 'rejection_reason 1 1000', NULL),
    ('report', 'classified', 'duplicate', 'moderator admin system', NULL, 'duplicate_of_report_id'),
    ('report', 'assigned_to_department', 'assigned_to_officer', 'system admin', NULL, 'assigned_to'),
    ('report', 'assigned_to_department', 'on_hold', 'admin', 'hold_reason 10 1000', NULL),
    ('report', 'assigned_to_department', 'rejected', 'admin', 'rejection_reason 1 1000', NULL),
    ('report', 'assigned_to_department', 'duplicate', 'moderator admin system', NULL, 'duplicate_of_report_id'),
    ('report', 'assigned_to_department', 'classified', 'system', NULL, 'category severity'),
    ('report', 'assigned_to_officer', 'assigned_to_department', 'system', NULL, 'department_id'),
    ('report', 'assigned_to_officer', 'classified', 'system', NULL, 'category severity'),
    ('report', 'assigned_to_officer', 'acknowledged', 'officer', NULL, NULL),
    ('report', 'assigned_to_officer', 'assignment_rejected', 'officer', 'assignment_rejection_reason 10 1000', NULL),
    ('report', 'assigned_to_officer', 'on_hold', 'admin', 'hold_reason 10 1000', NULL),
    ('report', 'assigned_to_officer', 'duplicate', 'moderator admin system', NULL, 'duplicate_of_report_id'),
    ('report', 'assignment_rejected', 'assigned_to_officer', 'admin system', NULL, 'assigned_to'),
    ('report', 'assignment_rejected', 'classified', 'admin system', NULL, 'category severity'),
    ('report', 'assignment_rejected', 'assigned_to_department', 'system', NULL, 'department_id'),
    ('report', 'acknowledged', 'assigned_to_department', 'system', NULL, 'department_id'),
    ('report', 'acknowledged', 'classified', 'system', NULL, 'category severity'),
    ('report', 'assignment_rejected', 'rejected', 'admin', 'rejection_reason 1 1000', NULL),
    ('report', 'assignment_rejected', 'duplicate', 'moderator admin system', NULL, 'duplicate_of_report_id'),
    ('report', 'acknowledged', 'in_progress', 'officer', NULL, NULL),
    ('report', 'acknowledged', 'on_hold', 'admin', 'hold_reason 10 1000', NULL),
    ('report', 'acknowledged', 'assigned_to_officer', 'admin', NULL, NULL),
    ('report', 'acknowledged', 'duplicate', 'moderator admin system', NULL, 'duplicate_of_report_id'),
    ('report', 'in_progress', 'pending_verification', 'officer', NULL, 'resolution_notes'),
    ('report', 'in_progress', 'assigned_to_department', 'system', NULL, 'department_id'),
    ('report', 'in_progress', 'on_hold', 'officer admin', 'hold_reason 10 1000', NULL),
    ('report', 'in_progress', 'assigned_to_officer', 'admin', NULL, NULL),
    ('report', 'in_progress', 'duplicate', 'moderator admin system', NULL, 'duplicate_of_report_id'),
    ('report', 'pending_verification', 'resolved', 'admin', NULL, NULL),
    ('report', 'pending_verification', 'in_progress', 'admin', 'rework_reason 1 1000', NULL),
    ('report', 'pending_verification', 'on_hold', 'admin', 'hold_reason 10 1000', NULL),
    ('report', 'pending_verification', 'assigned_to_officer', 'admin', NULL, NULL),
    ('report', 'pending_verification', 'duplicate', 'moderator admin system', NULL, 'duplicate_of_report_id'),
    ('report', 'on_hold', 'assigned_to_department', 'admin', NULL, 'department_id'),
    ('report', 'on_hold', 'assigned_to_officer', 'admin', NULL, 'assigned_to'),
    ('report', 'on_hold', 'in_progress', 'officer admin', NULL, NULL),
    ('report', 'on_hold', 'duplicate', 'moderator admin system', NULL, 'duplicate_of_report_id'),
    ('report', 'resolved', 'closed', 'system admin', NULL, NULL),
    ('report', 'resolved', 'reopened', 'admin system', NULL, NULL),
    ('report', 'resolved', 'duplicate', 'moderator admin system', NULL, 'duplicate_of_report_id'),
    ('report', 'closed', 'reopened', 'admin system', NULL, NULL),
    ('report', 'closed', 'duplicate', 'moderator admin system', NULL, 'duplicate_of_report_id'),
    ('report', 'reopened', 'in_progress', 'officer admin', NULL, NULL),
    ('report', 'reopened', 'assigned_to_department', 'system', NULL, 'department_id'),
    ('report', 'reopened', 'assigned_to_officer', 'admin', NULL, 'assigned_to'),
    ('report', 'rejected', 'pending_classification', 'system', NULL, NULL),
    ('report', 'reopened', 'duplicate', 'moderator admin system', NULL, 'duplicate_of_report_id'),
    ('report', 'duplicate', 'received', 'system', NULL, NULL),
    ('report', 'duplicate', 'pending_classification', 'system', NULL, NULL),
    ('report', 'duplicate', 'classified', 'system', NULL, NULL),
    ('report', 'duplicate', 'assigned_to_department', 'system', NULL, NULL),
    ('report', 'duplicate', 'assigned_to_officer', 'system', NULL, NULL),
    ('report', 'duplicate', 'assignment_rejected', 'system', NULL, NULL),
    ('report', 'duplicate', 'acknowledged', 'system', NULL, NULL),
    ('report', 'duplicate', 'in_progress', 'system', NULL, NULL),
    ('report', 'duplicate', 'pending_verification', 'system', NULL, NULL),
    ('report', 'duplicate', 'on_hold', 'system', NULL, NULL),
    ('report', 'duplicate', 'resolved', 'system', NULL, NULL),
    ('report', 'duplicate', 'closed', 'system', NULL, NULL),
    ('report', 'duplicate', 'reopened', 'system', NULL, NULL),
    ('task', 'assigned', 'acknowledged', 'officer', NULL, NULL),
    ('task', 'assigned', 'rejected', 'officer', 'rejection_reason 10 1000', NULL),
    ('task', 'acknowledged', 'in_progress', 'officer', NULL, NULL),
    ('task', 'acknowledged', 'assigned', 'admin', NULL, NULL),
    ('task', 'in_progress', 'pending_verification', 'officer', NULL, 'resolution_notes'),
    ('task', 'in_progress', 'on_hold', 'officer admin', 'notes 10 1000', NULL),
    ('task', 'in_progress', 'assigned', 'admin', NULL, NULL),
    ('task', 'pending_verification', 'resolved', 'admin', NULL, NULL),
    ('task', 'pending_verification', 'in_progress', 'admin', 'rejection_reason 1 1000', NULL),
    ('task', 'pending_verification', 'assigned', 'admin', NULL, NULL),
    ('task', 'on_hold', 'in_progress', 'officer admin', NULL, NULL),
    ('task', 'on_hold', 'assigned', 'admin', NULL, NULL),
    ('task', 'resolved', 'in_progress', 'admin system', NULL, NULL),
    ('task', 'rejected', 'assigned', 'admin', NULL, NULL);

CREATE FUNCTION pg_temp.may(workflow text, from_status text, to_status text, actor text) RETURNS boolean
    LANGUAGE sql STABLE
RETURN coalesce((
    SELECT CASE actor WHEN 'super_admin' THEN 'admin' ELSE actor END = ANY (string_to_array(m.who, ' '))
    FROM expected_moves AS m
    WHERE (m.workflow, m.from_status, m.to_status) = ($1, $2, $3)
), false);

-- What the guard is expected to say to an update that supplies everything.
CREATE FUNCTION pg_temp.expectation(workflow text, from_status text, to_status text, actor text) RETURNS text
    LANGUAGE sql STABLE
RETURN CASE
    WHEN from_status = to_status OR pg_temp.may($1, $2, $3, $4) THEN 'ok'
    WHEN EXISTS (
        SELECT FROM expected_moves AS m WHERE (m.workflow, m.from_status, m.to_status) = ($1, $2, $3)
    ) THEN 'ZC003'
    ELSE 'ZC001'
END;

-- The status alone first; what the guard finds incomplete is tried again with all that it could miss, so that columns
-- which the actor may not write do not hide its answer.
CREATE FUNCTION pg_temp.try_report(actor text, under_policies boolean, report uuid, target text) RETURNS text
    LANGUAGE plpgsql
AS $$
DECLARE
    verdict text;
BEGIN
    verdict := pg_temp.attempt(actor, under_policies,
        format('UPDATE civic.reports SET status = %L WHERE id = %L', target, report));
    IF verdict = 'ZC002' THEN
        verdict := pg_temp.attempt(actor, under_policies, format(
            'UPDATE civic.reports SET status = %L%s WHERE id = %L', target,
            CASE target
                WHEN 'duplicate' THEN ', duplicate_of_report_id = ''60000000-0000-0000-0000-000000000000'''
                WHEN 'assigned_to_officer' THEN format(', assigned_to = %L', pg_temp.id_of('colleague'))
                ELSE ''
            END, report));
    END IF;
    RETURN verdict;
END
$$;

CREATE FUNCTION pg_temp.try_task(actor text, under_policies boolean, report uuid, target text) RETURNS text
    LANGUAGE plpgsql
AS $$
DECLARE
    verdict text;
BEGIN
    verdict := pg_temp.attempt(actor, under_policies,
        format('UPDATE civic.tasks SET status = %L WHERE report_id = %L', target, report));
    IF verdict = 'ZC002' THEN
        verdict := pg_temp.attempt(actor, under_policies, format(
            'UPDATE civic.tasks SET status = %L%s WHERE report_id = %L', target,
            CASE target
                WHEN 'assigned' THEN format(', assigned_to = %L', pg_temp.id_of('colleague'))
                ELSE ', notes = ''nothing to be done now'', rejection_reason = ''it is not mine'''
            END, report));
    END IF;
    RETURN verdict;
END
$$;

-- Moves that civic.allowed_transitions() lists for somebody.
CREATE FUNCTION pg_temp.listed(actor text, workflow text, entity uuid) RETURNS text
    LANGUAGE plpgsql
AS $$
DECLARE
    person uuid := pg_temp.id_of(actor);
    moves text;
BEGIN
    PERFORM set_config('civic.user_id', coalesce(person::text, ''), true);
    PERFORM set_config('role', CASE WHEN person IS NULL THEN 'civic_service' ELSE 'civic_user' END, true);
    SELECT coalesce(string_agg(t.to_status, ' ' ORDER BY t.to_status), '') INTO moves
    FROM civic.allowed_transitions($2, entity) AS t;
    PERFORM set_config('role', 'none', true);
    PERFORM set_config('civic.user_id', '', true);
    RETURN moves;
END
$$;

SELECT is(
    (
        SELECT string_agg(s.status || '=' || pg_temp.try_report(a.name, false, f.id, s.status::text), ' '
            ORDER BY s.status)
        FROM unnest(enum_range(NULL::civic.report_status)) AS s (status)
    ),
    (
        SELECT string_agg(s.status || '=' || pg_temp.expectation('report', f.status::text, s.status::text, a.name), ' '
            ORDER BY s.status)
        FROM unnest(enum_range(NULL::civic.report_status)) AS s (status)
    ),
    format('report in %s: what the guard says to %s', f.status, a.name)
)
FROM subjects AS f, actors AS a ORDER BY f.status, a.name;

-- Under row policies a refusal may come from a policy before the guard is asked.
SELECT is(
    (
        SELECT string_agg(s.status::text, ' ' ORDER BY s.status)
        FROM unnest(enum_range(NULL::civic.report_status)) AS s (status)
        WHERE pg_temp.try_report(a.name, true, f.id, s.status::text) = 'ok'
    ),
    (
        SELECT string_agg(s.status::text, ' ' ORDER BY s.status)
        FROM unnest(enum_range(NULL::civic.report_status)) AS s (status)
        WHERE a.updates AND pg_temp.expectation('report', f.status::text, s.status::text, a.name) = 'ok'
    ),
    format('report in %s: moves by %s under row security', f.status, a.name)
)
FROM subjects AS f, actors AS a ORDER BY f.status, a.name;

SELECT is(
    pg_temp.listed(a.name, 'report', f.id),
    (
        SELECT coalesce(string_agg(s.status::text, ' ' ORDER BY s.status::text), '')
        FROM unnest(enum_range(NULL::civic.report_status)) AS s (status)
        WHERE a.sees AND pg_temp.may('report', f.status::text, s.status::text, a.name)
    ),
    format('report in %s: allowed_transitions() for %s', f.status, a.name)
)
FROM subjects AS f, actors AS a ORDER BY f.status, a.name;

-- Six task states come from the report of the same meaning; the seventh is an assignment the officer refused.
CREATE TEMPORARY TABLE task_subjects AS
SELECT t.status, f.id AS report_id, t.id
FROM subjects AS f JOIN civic.tasks AS t ON t.report_id = f.id
WHERE f.status IN ('assigned_to_officer', 'acknowledged', 'in_progress', 'pending_verification', 'on_hold', 'resolved',
    'assignment_rejected');

SELECT is(array_agg(t.status ORDER BY t.status), enum_range(NULL::civic.task_status), 'a task in every status')
FROM task_subjects AS t;

SELECT is(
    (
        SELECT string_agg(s.status || '=' || pg_temp.try_task(a.name, false, f.report_id, s.status::text), ' '
            ORDER BY s.status)
        FROM unnest(enum_range(NULL::civic.task_status)) AS s (status)
    ),
    (
        SELECT string_agg(s.status || '=' || pg_temp.expectation('task', f.status::text, s.status::text, a.name), ' '
            ORDER BY s.status)
        FROM unnest(enum_range(NULL::civic.task_status)) AS s (status)
    ),
    format('task in %s: what the guard says to %s', f.status, a.name)
)
FROM task_subjects AS f, actors AS a ORDER BY f.status, a.name;

SELECT is(
    (
        SELECT string_agg(s.status::text, ' ' ORDER BY s.status)
        FROM unnest(enum_range(NULL::civic.task_status)) AS s (status)
        WHERE s.status <> f.status AND pg_temp.try_task(a.name, true, f.report_id, s.status::text) = 'ok'
    ),
    (
        SELECT string_agg(s.status::text, ' ' ORDER BY s.status)
        FROM unnest(enum_range(NULL::civic.task_status)) AS s (status)
        WHERE pg_temp.may('task', f.status::text, s.status::text, a.name)
    ),
    format('task in %s: moves by %s under row security', f.status, a.name)
)
FROM task_subjects AS f, actors AS a ORDER BY f.status, a.name;

SELECT is(
    pg_temp.listed(a.name, 'task', f.id),
    (
        SELECT coalesce(string_agg(s.status::text, ' ' ORDER BY s.status::text), '')
        FROM unnest(enum_range(NULL::civic.task_status)) AS s (status)
        WHERE pg_temp.may('task', f.status::text, s.status::text, a.name)
    ),
    format('task in %s: allowed_transitions() for %s', f.status, a.name)
)
FROM task_subjects AS f, actors AS a ORDER BY f.status, a.name;

-- What allowed_transitions() says one move needs; null where it does not list the move.
CREATE FUNCTION pg_temp.needs(
    actor text, workflow text, entity uuid, target text, OUT reason text, OUT required text[], OUT changed text[]
)
    LANGUAGE plpgsql
AS $$
BEGIN
    PERFORM pg_temp.act_as(actor);
    SELECT concat_ws(' ', t.reason_column, t.reason_min, t.reason_max), t.required_columns, t.changed_columns
    INTO reason, required, changed
    FROM civic.allowed_transitions(needs.workflow, entity) AS t WHERE t.to_status = target;
    PERFORM pg_temp.act_as('system');
END
$$;

CREATE TEMPORARY TABLE moves AS
SELECT m.*, s.id, a.name AS by_whom
FROM expected_moves AS m
JOIN (
    SELECT 'report' AS workflow, f.status::text, f.id FROM subjects AS f
    UNION ALL SELECT 'task', f.status::text, f.id FROM task_subjects AS f
) AS s ON (s.workflow, s.status) = (m.workflow, m.from_status)
JOIN actors AS a ON a.name = (string_to_array(m.who, ' '))[1];

SELECT is(n.reason, coalesce(m.reason, ''),
    format('%s from %s to %s: the reason allowed_transitions() names', m.workflow, m.from_status, m.to_status))
FROM moves AS m, pg_temp.needs(m.by_whom, m.workflow, m.id, m.to_status) AS n
ORDER BY m.workflow, m.from_status, m.to_status;

SELECT ok(n.required @> string_to_array(m.required, ' '),
    format('%s from %s to %s: allowed_transitions() requires %s', m.workflow, m.from_status, m.to_status, m.required))
FROM moves AS m, pg_temp.needs(m.by_whom, m.workflow, m.id, m.to_status) AS n
WHERE m.required IS NOT NULL
ORDER BY m.workflow, m.from_status, m.to_status;

SELECT is(n.changed, CASE
    WHEN m.from_status IN ('acknowledged', 'in_progress', 'pending_verification', 'reopened')
    AND m.to_status IN ('assigned_to_officer', 'assigned') THEN '{assigned_to}'::text[] ELSE '{}' END,
    format('%s from %s to %s: columns that must change', m.workflow, m.from_status, m.to_status))
FROM moves AS m, pg_temp.needs(m.by_whom, m.workflow, m.id, m.to_status) AS n
ORDER BY m.workflow, m.from_status, m.to_status;

-- A report that is not shown has no moves, for whoever does not see it.
SAVEPOINT private;
UPDATE civic.reports SET is_public = false WHERE id = (SELECT f.id FROM subjects AS f WHERE f.status = 'in_progress');
SELECT is(pg_temp.listed(a.name, 'report', f.id), CASE a.name
    WHEN 'officer' THEN 'on_hold pending_verification'
    WHEN 'moderator' THEN 'duplicate'
    WHEN 'admin' THEN 'assigned_to_officer duplicate on_hold'
    WHEN 'super_admin' THEN 'assigned_to_officer duplicate on_hold'
    WHEN 'system' THEN 'assigned_to_department duplicate'
    ELSE '' END, format('private report: allowed_transitions() for %s', a.name))
FROM subjects AS f, actors AS a WHERE f.status = 'in_progress' ORDER BY a.name;
ROLLBACK TO SAVEPOINT private;
SELECT throws_ok($$SELECT * FROM civic.allowed_transitions('nothing', civic.uuid_v7())$$, '42704', NULL,
    'a workflow that guards no table');
SELECT is_empty($$SELECT * FROM civic.allowed_transitions('report', civic.uuid_v7())$$, 'a report that does not exist');

------------------------------------------------------------------------------------------------------------------------
-- What a refusal says
------------------------------------------------------------------------------------------------------------------------

CREATE FUNCTION pg_temp.subject(status civic.report_status) RETURNS uuid
    LANGUAGE sql STABLE
RETURN (SELECT f.id FROM subjects AS f WHERE f.status = $1);

SELECT results_eq(
    format('SELECT * FROM pg_temp.refusal(%L, %L)', r.actor, format('UPDATE civic.%s SET %s WHERE %s = %L',
        r.target, r.change, CASE r.target WHEN 'tasks' THEN 'report_id' ELSE 'id' END,
        pg_temp.subject(r.status::civic.report_status))),
    format('VALUES (%L::text, %L::text, %L::text, %L::text, %L::text)', r.code, r.message, r.detail, r.hint,
        'civic.' || r.target || '.' || r.place),
    format('%s of %s in %s: %s', r.code, r.target, r.status, r.change)
)
FROM (
    VALUES
        ('officer', 'reports', 'assigned_to_officer', 'status = ''resolved''', 'ZC001',
            'report cannot go from "assigned_to_officer" to "resolved"',
            'No rule of workflow "report" allows this move.',
            'Moves open to you from "assigned_to_officer": assignment_rejected, acknowledged.', 'status'),
        ('admin', 'reports', 'rejected', 'status = ''received''', 'ZC001',
            'report cannot go from "rejected" to "received"', 'No rule of workflow "report" allows this move.',
            'No move from "rejected" is open to you.', 'status'),
        ('owner', 'reports', 'acknowledged', 'status = ''in_progress''', 'ZC003',
            'you may not move the report from "acknowledged" to "in_progress"',
            'The move is open to the assignee.', 'No move from "acknowledged" is open to you.', 'status'),
        ('colleague', 'reports', 'in_progress', 'status = ''on_hold''', 'ZC003',
            'you may not move the report from "in_progress" to "on_hold"',
            'The move is open to the assignee or holders of permission "hold:any_report".',
            'No move from "in_progress" is open to you.', 'status'),
        ('officer', 'reports', 'pending_verification', 'status = ''resolved''', 'ZC003',
            'you may not move the report from "pending_verification" to "resolved"',
            'The move is open to holders of permission "approve:task_completion".',
            'No move from "pending_verification" is open to you.', 'status'),
        ('moderator', 'reports', 'duplicate', 'status = ''received''', 'ZC003',
            'you may not move the report from "duplicate" to "received"', 'The move is open to the system.',
            'No move from "duplicate" is open to you.', 'status'),
        ('admin', 'reports', 'pending_classification', 'status = ''classified'', category = NULL', 'ZC002',
            'report cannot go from "pending_classification" to "classified" without "category"',
            'The column is null.', 'Set column "category" in the same update.', 'category'),
        ('admin', 'reports', 'acknowledged', 'status = ''assigned_to_officer''', 'ZC002',
            'report cannot go from "acknowledged" to "assigned_to_officer" without "assigned_to"',
            'The move needs another value in this column.', 'Set column "assigned_to" in the same update.',
            'assigned_to'),
        ('admin', 'reports', 'acknowledged', 'status = ''on_hold'', hold_reason = ''too short''', 'ZC002',
            'report cannot go from "acknowledged" to "on_hold" without "hold_reason"',
            'The reason must have 10 to 1000 characters; it has 9.', 'Set column "hold_reason" in the same update.',
            'hold_reason'),
        ('officer', 'tasks', 'assigned_to_officer', 'status = ''resolved''', 'ZC001',
            'task cannot go from "assigned" to "resolved"', 'No rule of workflow "task" allows this move.',
            'Moves open to you from "assigned": acknowledged, rejected.', 'status'),
        ('officer', 'tasks', 'pending_verification', 'status = ''resolved''', 'ZC003',
            'you may not move the task from "pending_verification" to "resolved"',
            'The move is open to holders of permission "approve:task_completion".',
            'No move from "pending_verification" is open to you.', 'status'),
        ('officer', 'tasks', 'assigned_to_officer', 'status = ''rejected'', rejection_reason = NULL', 'ZC002',
            'task cannot go from "assigned" to "rejected" without "rejection_reason"',
            'The reason must have 10 to 1000 characters; it has 0.',
            'Set column "rejection_reason" in the same update.', 'rejection_reason')
) AS r (actor, target, status, change, code, message, detail, hint, place);

------------------------------------------------------------------------------------------------------------------------
-- Reasons and required columns
------------------------------------------------------------------------------------------------------------------------

-- Runs the move with an expression for one of its columns.
CREATE FUNCTION pg_temp.try_with(move moves, column_name text, expression text) RETURNS text
    LANGUAGE sql
AS $$
    SELECT pg_temp.attempt(move.by_whom, false, format('UPDATE civic.%ss SET status = %L, %I = %s WHERE id = %L',
        move.workflow, move.to_status, column_name, expression, move.id))
$$;

SELECT is(
    pg_temp.try_with(m, r.parts[1], t.reason),
    CASE WHEN t.characters BETWEEN r.parts[2]::integer AND r.parts[3]::integer THEN 'ok' ELSE 'ZC002' END,
    format('%s from %s to %s: %s', m.workflow, m.from_status, m.to_status, t.reason)
)
FROM moves AS m
CROSS JOIN string_to_array(m.reason, ' ') AS r (parts)
CROSS JOIN (
    VALUES
        ('NULL', 0), ('''''', 0), ('repeat('' '', 20)', 0), ('repeat(''x'', 9)', 9), ('repeat(''x'', 10)', 10),
        ('repeat(''x'', 1000)', 1000), ('repeat(''x'', 1001)', 1001), ('repeat(''ж'', 9)', 9),
        ('repeat(''ж'', 10)', 10), ('repeat(''ж'', 1000)', 1000), ('''   '' || repeat(''x'', 9) || ''   ''', 9),
        ('''   '' || repeat(''x'', 1000) || ''   ''', 1000), ('repeat(E''\t\n'', 10)', 0)
) AS t (reason, characters)
WHERE m.reason IS NOT NULL
ORDER BY m.workflow, m.from_status, m.to_status, t.characters, t.reason;

SELECT is(pg_temp.try_with(m, c.name, 'NULL'), 'ZC002',
    format('%s from %s to %s needs %s', m.workflow, m.from_status, m.to_status, c.name))
FROM moves AS m CROSS JOIN string_to_table(m.required, ' ') AS c (name)
ORDER BY m.workflow, m.from_status, m.to_status, c.name;

CREATE FUNCTION pg_temp.try_officer(report uuid, officer uuid) RETURNS text
    LANGUAGE sql
AS $$
    SELECT pg_temp.attempt('admin', false, format('UPDATE civic.reports SET status = ''assigned_to_officer'','
        ' assigned_to = %L WHERE id = %L', officer, report))
$$;
SELECT is(
    array[
        pg_temp.try_officer(f.id, pg_temp.id_of('officer')), pg_temp.try_officer(f.id, NULL),
        pg_temp.try_officer(f.id, pg_temp.id_of('colleague'))
    ],
    '{ZC002,ZC002,ok}', format('reassignment from %s needs another officer', f.status))
FROM subjects AS f WHERE f.status IN ('acknowledged', 'in_progress', 'pending_verification') ORDER BY f.status;

------------------------------------------------------------------------------------------------------------------------
-- Who and what may take a report
------------------------------------------------------------------------------------------------------------------------

-- Runs the first command for good and then the second as somebody; afterwards both are undone.
CREATE FUNCTION pg_temp.attempt_after(preparation text, actor text, command text) RETURNS text
    LANGUAGE plpgsql
AS $$
DECLARE
    verdict text;
BEGIN
    EXECUTE preparation;
    verdict := pg_temp.attempt(actor, false, command);
    RAISE EXCEPTION USING ERRCODE = 'ZZ998', MESSAGE = verdict;
EXCEPTION WHEN SQLSTATE 'ZZ998' THEN
    RETURN SQLERRM;
END
$$;

SELECT is(
    pg_temp.attempt('admin', false, format('UPDATE civic.reports SET status = %L, department_id = %L WHERE id = %L',
        'assigned_to_department', pg_temp.department('OLD'), f.id)), 'ZC006',
    format('from %s to a department that is not active', f.status))
FROM subjects AS f WHERE f.status IN ('received', 'pending_classification', 'classified', 'on_hold') ORDER BY f.status;

-- The department was set before, when it was active: what counts is the move.
SELECT is(
    pg_temp.attempt_after('UPDATE civic.departments SET is_active = false WHERE code = ''PWD''', 'admin',
        format('UPDATE civic.reports SET status = %L WHERE id = %L', 'assigned_to_department', f.id)), 'ZC006',
    format('from %s to the department it has, no longer active', f.status))
FROM subjects AS f WHERE f.status IN ('received', 'pending_classification', 'classified', 'on_hold') ORDER BY f.status;

CREATE TEMPORARY TABLE bare AS SELECT pg_temp.new_report('assigned_to_department', false) AS id;
SELECT is(pg_temp.try_officer(b.id, a.id), CASE WHEN a.name IN ('officer', 'colleague') THEN 'ok' ELSE 'ZC006' END,
    format('a report for %s', a.name))
FROM bare AS b, actors AS a WHERE a.id IS NOT NULL ORDER BY a.name;
SELECT is(
    pg_temp.attempt_after(format('UPDATE civic.users SET department_id = %L', pg_temp.department('PWD')), 'admin',
        format('UPDATE civic.reports SET status = ''assigned_to_officer'', assigned_to = %L WHERE id = %L', a.id,
            b.id)),
    CASE WHEN a.role IN ('nodal_officer', 'admin') AND a.name <> 'inactive' THEN 'ok' ELSE 'ZC006' END,
    format('a report for %s of the department', a.name))
FROM bare AS b, actors AS a WHERE a.id IS NOT NULL ORDER BY a.name;

-- The officer was set before, and has left or moved since.
SELECT is(
    pg_temp.attempt_after(c.preparation, 'admin', format('UPDATE civic.reports SET status = %L WHERE id = %L',
        m.to_status, pg_temp.subject(m.from_status::civic.report_status))), 'ZC006',
    format('from %s to %s with the officer it has, %s', m.from_status, m.to_status, c.what))
FROM (
    VALUES ('assigned_to_department', 'assigned_to_officer'), ('assignment_rejected', 'assigned_to_officer'),
        ('on_hold', 'assigned_to_officer')
) AS m (from_status, to_status), (
    VALUES
        ('no longer active',
            'UPDATE civic.users SET status = ''inactive'' WHERE id = pg_temp.id_of(''officer'')'),
        ('now of another department',
            'UPDATE civic.users SET department_id = pg_temp.department(''WSD'') WHERE id = pg_temp.id_of(''officer'')')
) AS c (what, preparation);

SELECT is(pg_temp.attempt('admin', false, format('UPDATE civic.reports SET status = ''duplicate'','
    ' duplicate_of_report_id = id WHERE id = %L', pg_temp.subject('classified'))), 'ZC010', 'a duplicate of itself');
SELECT is(pg_temp.attempt_after(format('SELECT civic.mark_duplicate(%L, %L)', pg_temp.subject('classified'),
    pg_temp.subject('acknowledged')), 'admin', format('SELECT civic.mark_duplicate(%L, %L)',
    pg_temp.subject('acknowledged'), pg_temp.subject('classified'))), 'ZC010', 'a duplicate of its own duplicate');
SELECT is(pg_temp.attempt(a.name, true, format('SELECT civic.unmark_duplicate(%L)', pg_temp.subject('duplicate'))),
    CASE WHEN a.name IN ('moderator', 'admin', 'super_admin', 'system') THEN 'ok' ELSE 'ZC003' END,
    'unmark_duplicate() by ' || a.name)
FROM actors AS a ORDER BY a.name;
SELECT is(pg_temp.attempt('moderator', true, format('SELECT civic.unmark_duplicate(%L)', f.id)), 'ZC001',
    format('unmark_duplicate() of a report in %s', f.status))
FROM subjects AS f WHERE f.status NOT IN ('duplicate', 'received') ORDER BY f.status;

------------------------------------------------------------------------------------------------------------------------
-- Nothing moves where the status stays
------------------------------------------------------------------------------------------------------------------------

CREATE FUNCTION pg_temp.history(entity uuid) RETURNS text
    LANGUAGE sql STABLE
RETURN (
    SELECT string_agg(format('%s>%s', h.old_status, h.new_status), ' ' ORDER BY h.id) FROM civic.status_history AS h
    WHERE h.organization_id = civic.current_organization_id() AND h.entity_id = entity
);

CREATE TEMPORARY TABLE before AS
SELECT f.id, r.status, to_jsonb(r) - 'updated_at' AS line, pg_temp.history(f.id) AS history
FROM civic.reports AS r JOIN subjects AS f USING (id);

SAVEPOINT same;
UPDATE civic.reports SET status = status;
SELECT is(to_jsonb(r) - 'updated_at', b.line, format('report in %s: set to the same status', b.status))
FROM before AS b JOIN civic.reports AS r USING (id) ORDER BY b.status;
SELECT is(pg_temp.history(b.id), b.history, format('report in %s: no history of the same status', b.status))
FROM before AS b ORDER BY b.status;
ROLLBACK TO SAVEPOINT same;
UPDATE civic.tasks SET status = status;
SELECT is(to_jsonb(r) - 'updated_at', b.line, format('report in %s: its task set to the same status', b.status))
FROM before AS b JOIN civic.reports AS r USING (id) ORDER BY b.status;
SELECT is(pg_temp.history(b.id), b.history, format('report in %s: no history of the same status of the task', b.status))
FROM before AS b ORDER BY b.status;
ROLLBACK TO SAVEPOINT same;

------------------------------------------------------------------------------------------------------------------------
-- History
------------------------------------------------------------------------------------------------------------------------

-- Every move of the map for good, each on a report of its own, which has an officer where one has been assigned.
CREATE TEMPORARY TABLE moved AS
SELECT m.from_status, m.to_status, m.reason, a.name AS by_whom, a.id AS by_id,
    pg_temp.new_report(m.from_status::civic.report_status, m.from_status NOT IN ('received', 'pending_classification',
        'classified', 'assigned_to_department')) AS id
FROM expected_moves AS m JOIN actors AS a ON a.name = (string_to_array(m.who, ' '))[1]
WHERE m.workflow = 'report';
UPDATE civic.reports SET estimated_resume_date = current_date + 7, hold_approved_by_user_id = pg_temp.id_of('admin')
WHERE status = 'on_hold';
ALTER TABLE moved ADD COLUMN line jsonb;
UPDATE moved SET line = to_jsonb(r) FROM civic.reports AS r WHERE r.id = moved.id;

CREATE FUNCTION pg_temp.move_all() RETURNS void
    LANGUAGE plpgsql
AS $$
DECLARE
    m record;
BEGIN
    FOR m IN SELECT * FROM moved ORDER BY moved.from_status, moved.to_status LOOP
        PERFORM pg_temp.act_as(m.by_whom);
        EXECUTE format('UPDATE civic.reports SET status = %L%s WHERE id = %L', m.to_status, CASE
            WHEN m.to_status = 'duplicate' THEN ', duplicate_of_report_id = ''60000000-0000-0000-0000-000000000000'''
            WHEN m.to_status = 'assigned_to_officer' THEN format(', assigned_to = %L', pg_temp.id_of('colleague'))
            ELSE '' END, m.id);
    END LOOP;
    PERFORM pg_temp.act_as('system');
END
$$;
CREATE TEMPORARY TABLE recorded AS SELECT h.id FROM civic.status_history AS h;
SELECT lives_ok('SELECT pg_temp.move_all()', 'every move of the map');

SELECT results_eq(
    format('SELECT h.workflow, h.old_status, h.new_status, h.changed_by, h.by_system, h.reason, h.is_public,'
        ' h.changed_at FROM civic.status_history AS h LEFT JOIN recorded AS e USING (id)'
        ' WHERE h.entity_id = %L AND e.id IS NULL', m.id),
    format('VALUES (''report'', %L::text, %L::text, %L::uuid, %L::boolean, %L::text, true, now())', m.from_status,
        m.to_status, m.by_id, m.by_whom = 'system', CASE split_part(m.reason, ' ', 1)
            WHEN 'hold_reason' THEN 'held for a test'
            WHEN 'rejection_reason' THEN 'rejected for a test'
            WHEN 'rework_reason' THEN 'sent back for a test'
            WHEN 'assignment_rejection_reason' THEN 'refused for a test' END),
    format('from %s to %s by %s: one row of history', m.from_status, m.to_status, m.by_whom))
FROM moved AS m ORDER BY m.from_status, m.to_status;

SELECT ok(r.status_updated_at = now(), format('from %s to %s: status_updated_at', m.from_status, m.to_status))
FROM moved AS m JOIN civic.reports AS r USING (id) ORDER BY m.from_status, m.to_status;

SAVEPOINT step;
SELECT pg_temp.act_as('officer');
UPDATE civic.reports SET status = 'acknowledged' WHERE id = pg_temp.subject('assigned_to_officer');
SELECT is(pg_temp.history(f.id), '>assigned_to_officer assigned_to_officer>acknowledged',
    'history within the transaction')
FROM subjects AS f WHERE f.status = 'assigned_to_officer';
ROLLBACK TO SAVEPOINT step;
SELECT is(pg_temp.history(f.id), '>assigned_to_officer', 'no history of what was undone')
FROM subjects AS f WHERE f.status = 'assigned_to_officer';

SELECT throws_ok('UPDATE civic.status_history SET new_status = ''closed''', 'ZC004', NULL, 'history is not changed');
SELECT throws_ok('DELETE FROM civic.status_history', 'ZC004', NULL, 'history is not deleted');
SELECT throws_ok('TRUNCATE civic.status_history', 'ZC004', NULL, 'history is not truncated');

------------------------------------------------------------------------------------------------------------------------
-- Side effects
------------------------------------------------------------------------------------------------------------------------

-- Columns that are null afterwards and were not before.
SELECT is(
    (
        SELECT string_agg(c.key, ' ' ORDER BY c.key) FROM jsonb_each(to_jsonb(r)) AS c
        WHERE c.value = 'null' AND m.line -> c.key <> 'null'
    ),
    CASE
        WHEN m.from_status = 'assignment_rejected' AND m.to_status = 'classified'
            THEN 'assigned_to assignment_rejected_at assignment_rejection_reason department_id'
        WHEN m.from_status = 'assignment_rejected' AND m.to_status = 'assigned_to_department'
            THEN 'assigned_to assignment_rejected_at assignment_rejection_reason'
        WHEN m.from_status = 'assigned_to_department' AND m.to_status = 'classified' THEN 'department_id'
        WHEN m.from_status IN ('assigned_to_officer', 'acknowledged') AND m.to_status = 'classified'
            THEN 'assigned_to department_id'
        WHEN m.from_status = 'rejected' THEN 'assigned_to department_id rejection_reason'
        WHEN m.from_status IN ('assigned_to_officer', 'acknowledged', 'in_progress', 'reopened')
            AND m.to_status = 'assigned_to_department'
            THEN 'assigned_to'
        WHEN m.from_status = 'assignment_rejected' AND m.to_status <> 'duplicate'
            THEN 'assignment_rejected_at assignment_rejection_reason'
        WHEN m.from_status = 'duplicate' AND m.to_status = 'received'
            THEN 'assigned_to department_id duplicate_of_report_id'
        WHEN m.from_status = 'duplicate' THEN 'duplicate_of_report_id'
        WHEN m.to_status = 'pending_verification' THEN 'rework_reason'
        WHEN m.from_status = 'on_hold' AND m.to_status = 'assigned_to_department'
            THEN 'assigned_to estimated_resume_date hold_approved_by_user_id hold_reason'
        WHEN m.from_status = 'on_hold' AND m.to_status <> 'duplicate'
            THEN 'estimated_resume_date hold_approved_by_user_id hold_reason'
    END, format('from %s to %s: cleared columns', m.from_status, m.to_status))
FROM moved AS m JOIN civic.reports AS r USING (id) ORDER BY m.from_status, m.to_status;

SELECT is((r.assignment_rejected_at, r.assignment_rejected_by_user_id), (now(), pg_temp.id_of('officer')),
    'when and by whom an assignment was refused')
FROM moved AS m JOIN civic.reports AS r USING (id) WHERE m.to_status = 'assignment_rejected';

-- What the task says after the move.
SELECT is(
    (
        SELECT format('%s of %s%s%s%s%s', t.status, a.name,
            CASE WHEN t.acknowledged_at IS NOT NULL THEN ' acknowledged' END,
            CASE WHEN t.started_at IS NOT NULL THEN ' started' END,
            CASE WHEN t.rejected_at IS NOT NULL THEN ' rejected' END,
            CASE WHEN t.resolved_at IS NOT NULL THEN ' resolved' END)
        FROM civic.tasks AS t JOIN actors AS a ON a.id = t.assigned_to WHERE t.report_id = m.id
    ),
    CASE
        WHEN m.to_status = 'assigned_to_officer' THEN 'assigned of colleague'
        WHEN m.line ->> 'assigned_to' IS NULL THEN NULL
        WHEN m.to_status = 'acknowledged' THEN 'acknowledged of officer acknowledged'
        WHEN m.to_status IN ('in_progress', 'reopened') THEN 'in_progress of officer started'
        WHEN m.to_status = 'pending_verification' THEN 'pending_verification of officer resolved'
        WHEN m.to_status = 'on_hold' THEN 'on_hold of officer'
        WHEN m.to_status IN ('resolved', 'closed') THEN 'resolved of officer resolved'
        WHEN m.to_status IN ('assignment_rejected', 'rejected', 'duplicate') THEN 'rejected of officer rejected'
    END, format('from %s to %s: the task', m.from_status, m.to_status))
FROM moved AS m ORDER BY m.from_status, m.to_status;

-- One report through its life.
SELECT pg_temp.act_as('admin');
SELECT lives_ok(format('SELECT civic.assign_officer(%L, %L, 9, ''as soon as possible'')', b.id,
    pg_temp.id_of('officer')), 'assigned') FROM bare AS b;
SELECT pg_temp.act_as('officer');
SELECT lives_ok(format('SELECT civic.acknowledge_report(%L)', b.id), 'acknowledged') FROM bare AS b;
SELECT lives_ok(format('SELECT civic.start_work(%L)', b.id), 'started') FROM bare AS b;
SELECT lives_ok(format('SELECT civic.finish_work(%L, ''filled the hole'')', b.id), 'finished') FROM bare AS b;
SELECT pg_temp.act_as('admin');
SELECT lives_ok(format('SELECT civic.approve_work(%L)', b.id), 'approved') FROM bare AS b;
SELECT results_eq(
    'SELECT t.status::text, t.priority, t.notes, t.resolution_notes, t.assigned_by, t.acknowledged_at, t.started_at,'
    ' t.resolved_at, t.rejected_at, t.sla_deadline FROM civic.tasks AS t JOIN bare AS b ON b.id = t.report_id',
    format('VALUES (''resolved'', 9, ''as soon as possible'', ''filled the hole'', %L::uuid, now(), now(), now(),'
        ' NULL::timestamptz, now() + interval ''168 hours'')', pg_temp.id_of('admin')),
    'the task of a resolved report');
SELECT pg_temp.act_as('system');
SELECT is(pg_temp.history(b.id), '>assigned_to_department assigned_to_department>assigned_to_officer'
    ' assigned_to_officer>acknowledged acknowledged>in_progress in_progress>pending_verification'
    ' pending_verification>resolved', 'the history of a resolved report')
FROM bare AS b;

------------------------------------------------------------------------------------------------------------------------
-- New rows
------------------------------------------------------------------------------------------------------------------------

CREATE FUNCTION pg_temp.try_insert(actor text, under_policies boolean, status text) RETURNS text
    LANGUAGE sql
AS $$
    SELECT pg_temp.attempt(actor, under_policies, format('INSERT INTO civic.reports (user_id, title, description,'
        ' latitude, longitude, status, rejection_reason) VALUES (%L, ''A new report'', ''With a past of its own.'', 1,'
        ' 2, %L, NULL)', pg_temp.id_of(coalesce(nullif(actor, 'system'), 'resident')), status))
$$;

SELECT is(
    array[pg_temp.try_insert('resident', false, s.status::text), pg_temp.try_insert('resident', true, s.status::text),
        pg_temp.try_insert('officer', true, s.status::text), pg_temp.try_insert('moderator', true, s.status::text)],
    CASE s.status WHEN 'received' THEN '{ok,ok,ok,ok}' ELSE '{ZC003,ZC003,ZC003,ZC003}' END::text[],
    format('new reports in %s', s.status))
FROM unnest(enum_range(NULL::civic.report_status)) AS s (status);
SELECT is(
    array[pg_temp.try_insert('admin', true, s.status::text), pg_temp.try_insert('super_admin', true, s.status::text),
        pg_temp.try_insert('system', true, s.status::text), pg_temp.try_insert('system', false, s.status::text)],
    '{ok,ok,ok,ok}', format('imported reports in %s', s.status))
FROM unnest('{received,pending_classification,classified,rejected,on_hold}'::civic.report_status[]) AS s (status);
SELECT results_eq(
    format('SELECT * FROM pg_temp.refusal(''resident'', %L)', 'INSERT INTO civic.reports (title, description, latitude,'
        ' longitude, status) VALUES (''A new report'', ''With a past of its own.'', 1, 2, ''closed'')'),
    $$VALUES ('ZC003', 'you may not create a report in status "closed"',
        'Creating one that is not at its first status needs permission "import:data".',
        'Leave the status out, and move it afterwards.', 'civic.reports.status')$$,
    'what the refusal of a new report says');

CREATE TEMPORARY TABLE waiting AS SELECT pg_temp.new_report('assigned_to_department', false) AS id;
SELECT is(
    (
        SELECT string_agg(s.status || '=' || pg_temp.attempt(t.actor, true, format('INSERT INTO civic.tasks (report_id,'
            ' assigned_to, status) VALUES (%L, %L, %L)', w.id, pg_temp.id_of('officer'), s.status)), ' '
            ORDER BY s.status)
        FROM unnest(enum_range(NULL::civic.task_status)) AS s (status)
    ), t.verdicts, 'new tasks by ' || t.actor)
FROM waiting AS w, (
    VALUES
        ('officer', 'assigned=ZC003 acknowledged=ZC003 in_progress=ZC003 pending_verification=ZC003 on_hold=ZC003'
            ' resolved=ZC003 rejected=ZC003'),
        ('admin', 'assigned=ok acknowledged=ZC001 in_progress=ZC001 pending_verification=ZC001 on_hold=ZC002'
            ' resolved=ZC001 rejected=ZC001'),
        ('system', 'assigned=ok acknowledged=ZC001 in_progress=ZC001 pending_verification=ZC001 on_hold=ZC003'
            ' resolved=ZC001 rejected=ZC001')
) AS t (actor, verdicts);

------------------------------------------------------------------------------------------------------------------------
-- Other ways to write
------------------------------------------------------------------------------------------------------------------------

CREATE VIEW pg_temp.report_view AS SELECT * FROM civic.reports;
CREATE FUNCTION pg_temp.write_status(report uuid, status civic.report_status) RETURNS void
    LANGUAGE sql
AS $$
    UPDATE civic.reports SET status = $2 WHERE id = $1
$$;
PREPARE prepared_move (uuid, civic.report_status) AS
UPDATE civic.reports SET status = $2 WHERE id = $1;

-- A move that no rule has, one that is open to others, and one that is open to the actor; some commands count no rows.
CREATE FUNCTION pg_temp.three_moves(actor text, command text, VARIADIC moves text[]) RETURNS text[]
    LANGUAGE sql
AS $$
    SELECT array_agg(replace(pg_temp.attempt(actor, false, format(command,
        pg_temp.subject(split_part(m, '>', 1)::civic.report_status), split_part(m, '>', 2))), 'no row', 'ok')
        ORDER BY n)
    FROM unnest(moves) WITH ORDINALITY AS u (m, n)
$$;

SELECT is(
    pg_temp.three_moves('officer', w.command, 'acknowledged>closed', 'pending_verification>resolved',
        'acknowledged>in_progress'),
    '{ZC001,ZC003,ok}', 'guarded: ' || w.way)
FROM (
    VALUES
        ('UPDATE', 'UPDATE civic.reports SET status = %2$L WHERE id = %1$L'),
        ('UPDATE ONLY, several columns',
            'UPDATE ONLY civic.reports SET (title, status) = (title, %2$L) WHERE id = %1$L'),
        ('UPDATE FROM', 'UPDATE civic.reports AS r SET status = v.s FROM (VALUES (%1$L::uuid,'
            ' %2$L::civic.report_status)) AS v (i, s) WHERE r.id = v.i'),
        ('UPDATE of all rows', 'UPDATE civic.reports SET status = CASE WHEN id = %1$L THEN %2$L ELSE status'
            ' END::civic.report_status'),
        ('writable WITH', 'WITH u AS (UPDATE civic.reports SET status = %2$L WHERE id = %1$L) SELECT 1'),
        ('UPDATE through a view', 'UPDATE pg_temp.report_view SET status = %2$L WHERE id = %1$L'),
        ('function', 'SELECT pg_temp.write_status(%1$L, %2$L)'),
        ('prepared statement', 'EXECUTE prepared_move(%1$L, %2$L)'),
        ('MERGE', 'MERGE INTO civic.reports AS r USING (SELECT %1$L::uuid AS id) AS s ON r.id = s.id'
            ' WHEN MATCHED THEN UPDATE SET status = %2$L'),
        ('transition()', 'SELECT civic.transition(''report'', %1$L, %2$L)')
) AS w (way, command);

-- INSERT ... ON CONFLICT also offers a new row, in a status that is for administrators alone.
SELECT is(
    pg_temp.three_moves('admin', 'INSERT INTO civic.reports (id, title, description, latitude, longitude, status,'
        ' department_id, assigned_to) SELECT r.id, r.title, r.description, 1, 2, %2$L, r.department_id, r.assigned_to'
        ' FROM civic.reports AS r WHERE r.id = %1$L ON CONFLICT (organization_id, id) DO UPDATE SET status ='
        ' excluded.status', 'acknowledged>closed', 'acknowledged>in_progress', 'resolved>closed'),
    '{ZC001,ZC003,ok}', 'guarded: INSERT ... ON CONFLICT DO UPDATE SET status = excluded.status');
SELECT is(
    pg_temp.three_moves('officer', 'INSERT INTO civic.reports (id, title, description, latitude, longitude)'
        ' VALUES (%1$L, ''A new report'', ''Which there is already.'', 1, 2) ON CONFLICT (organization_id, id)'
        ' DO UPDATE SET status = %2$L', 'acknowledged>closed', 'pending_verification>resolved',
        'acknowledged>in_progress'),
    '{ZC001,ZC003,ok}', 'guarded: INSERT ... ON CONFLICT DO UPDATE');

SELECT is(pg_temp.attempt('resident', false, format('COPY civic.reports (title, description, latitude, longitude,'
    ' status) FROM PROGRAM %L WITH (FORMAT csv)',
    'echo "A new report,With a past of its own.,1,2,' || s.status || '"')), s.verdict,
    'COPY of a report in ' || s.status)
FROM (VALUES ('received', 'ok'), ('closed', 'ZC003'), ('on_hold', 'ZC003')) AS s (status, verdict);
SELECT is(pg_temp.attempt('resident', false, 'MERGE INTO civic.reports AS r USING (SELECT civic.uuid_v7() AS id) AS s'
    ' ON r.id = s.id WHEN NOT MATCHED THEN INSERT (id, title, description, latitude, longitude, status)'
    ' VALUES (s.id, ''A new report'', ''With a past of its own.'', 1, 2, ''closed'')'), 'ZC003',
    'MERGE of a new report');

-- One row that may not move stops all of them.
SELECT is(
    pg_temp.attempt('officer', false, format('UPDATE civic.reports SET status = ''in_progress'' WHERE id IN (%L, %L)',
        pg_temp.subject('acknowledged'), pg_temp.subject(s.status::civic.report_status))), s.verdict,
    'two rows, one of them in ' || s.status)
FROM (VALUES ('reopened', 'ok'), ('pending_verification', 'ZC003'), ('closed', 'ZC001')) AS s (status, verdict);

------------------------------------------------------------------------------------------------------------------------
-- Rules of one organization
------------------------------------------------------------------------------------------------------------------------

CREATE TEMPORARY TABLE cities AS
SELECT 'city' AS name, civic.current_organization_id() AS id
UNION ALL SELECT 'north', civic.create_organization('NORTH', 'Northern City');
CREATE FUNCTION pg_temp.go_to(city text) RETURNS uuid
    LANGUAGE sql
AS $$
    SELECT set_config('civic.organization_id', c.id::text, true)::uuid FROM cities AS c WHERE c.name = city
$$;

-- The same people and reports, by their ids, in both.
SELECT pg_temp.go_to('north') AS north \gset
INSERT INTO civic.users (organization_id, id, email, full_name, department_id)
SELECT :'north', a.id, a.name || '@example.org', a.name, d.id
FROM actors AS a LEFT JOIN civic.departments AS d ON d.code = a.department AND d.organization_id = :'north'
WHERE a.id IS NOT NULL;
INSERT INTO civic.user_roles (organization_id, user_id, role_id)
SELECT :'north', a.id, r.id FROM actors AS a JOIN civic.roles AS r ON r.code = a.role AND r.is_system;
INSERT INTO civic.reports (organization_id, id, user_id, title, description, category, latitude, longitude, status,
    department_id, assigned_to)
SELECT :'north', f.id, pg_temp.id_of('owner'), 'Report in the north', 'Something is broken here.', 'roads', 50, 20,
    f.status, pg_temp.department('PWD'), pg_temp.id_of('officer')
FROM subjects AS f WHERE f.status IN ('acknowledged', 'resolved');

-- Verdicts in the north and in the city on a move by the officer.
CREATE FUNCTION pg_temp.both(status civic.report_status, target civic.report_status) RETURNS text[]
    LANGUAGE plpgsql
AS $$
DECLARE
    command text := format('UPDATE civic.reports SET status = %L WHERE id = %L', target, pg_temp.subject(status));
    verdicts text[];
BEGIN
    PERFORM pg_temp.go_to('north');
    verdicts := ARRAY[pg_temp.attempt('officer', true, command)];
    PERFORM pg_temp.go_to('city');
    RETURN verdicts || pg_temp.attempt('officer', true, command);
END
$$;

SELECT is(pg_temp.both('acknowledged', 'in_progress'), '{ok,ok}', 'the same rules in both organizations');
INSERT INTO civic.workflow_transitions (organization_id, workflow, from_status, to_status, actors, is_enabled)
VALUES (:'north', 'report', 'acknowledged', 'in_progress', '{assignee}', false);
SELECT is(pg_temp.both('acknowledged', 'in_progress'), '{ZC001,ok}', 'an organization takes a move away, for itself');
UPDATE civic.workflow_transitions SET is_enabled = true, actors = '{}', permission_code = 'approve:task_completion'
WHERE organization_id = :'north';
SELECT is(pg_temp.both('acknowledged', 'in_progress'), '{ZC003,ok}', 'an organization gives a move to others');
UPDATE civic.workflow_transitions SET permission_code = 'acknowledge:task' WHERE organization_id = :'north';
SELECT is(pg_temp.both('acknowledged', 'in_progress'), '{ok,ok}', 'an organization opens a move to a permission');
UPDATE civic.workflow_transitions SET reason_column = 'area_type', reason_min = 5 WHERE organization_id = :'north';
SELECT is(pg_temp.both('acknowledged', 'in_progress'), '{ZC002,ok}', 'an organization asks for a reason');
UPDATE civic.workflow_transitions SET reason_column = NULL, required_columns = '{landmark}'
WHERE organization_id = :'north';
SELECT is(pg_temp.both('acknowledged', 'in_progress'), '{ZC002,ok}', 'an organization asks for a column');
DELETE FROM civic.workflow_transitions WHERE organization_id = :'north';
SELECT is(pg_temp.both('acknowledged', 'in_progress'), '{ok,ok}', 'the built-in rule counts again');

SAVEPOINT own_rule;
SELECT is(pg_temp.both('resolved', 'acknowledged'), '{ZC001,ZC001}', 'a move that is not built in');
INSERT INTO civic.workflow_transitions (organization_id, workflow, from_status, to_status, actors)
VALUES (:'north', 'report', 'resolved', 'acknowledged', '{assignee}');
SELECT is(pg_temp.both('resolved', 'acknowledged'), '{ok,ZC001}', 'an organization adds a move');
SELECT is(pg_temp.go_to('north'), :'north', 'in the north');
SELECT set_eq($$SELECT e.to_status FROM civic.effective_transitions('report') AS e WHERE e.from_status = 'resolved'$$,
    '{acknowledged,closed,duplicate,reopened}'::text[], 'effective_transitions() of the organization');
SELECT is(pg_temp.listed('officer', 'report', pg_temp.subject('resolved')), 'acknowledged',
    'allowed_transitions() in the organization');
ROLLBACK TO SAVEPOINT own_rule;
SELECT is(pg_temp.both('resolved', 'acknowledged'), '{ZC001,ZC001}', 'a rule that was undone does not count');

SELECT is(pg_temp.attempt('admin', true, c.command), c.verdict, c.what)
FROM pg_temp.go_to('north'), (
    VALUES
        ('a built-in rule', 'no row', 'UPDATE civic.workflow_transitions SET is_enabled = false'
            ' WHERE organization_id = ''00000000-0000-0000-0000-000000000000'''),
        ('a rule of another organization', '42501', 'INSERT INTO civic.workflow_transitions (organization_id, workflow,'
            ' from_status, to_status) VALUES (''00000000-0000-0000-0000-000000000001'', ''report'', ''closed'','
            ' ''received'')'),
        ('a rule of the own organization', 'ok', 'INSERT INTO civic.workflow_transitions (workflow, from_status,'
            ' to_status) VALUES (''report'', ''closed'', ''received'')')
) AS c (what, verdict, command);
SELECT is(pg_temp.attempt('officer', true, 'INSERT INTO civic.workflow_transitions (workflow, from_status, to_status)'
    ' VALUES (''report'', ''closed'', ''received'')'), '42501', 'an officer writes no rule');

------------------------------------------------------------------------------------------------------------------------
-- A report of the same id in two organizations
------------------------------------------------------------------------------------------------------------------------

SELECT pg_temp.go_to('north');
SELECT pg_temp.act_as('officer');
SELECT lives_ok(format('SELECT civic.start_work(%L)', pg_temp.subject('acknowledged')), 'work starts in the north');
SELECT is(pg_temp.history(pg_temp.subject('acknowledged')), '>acknowledged acknowledged>in_progress',
    'history in the north');
SELECT is(pg_temp.listed('officer', 'report', pg_temp.subject('acknowledged')), 'on_hold pending_verification',
    'moves in the north');
SELECT pg_temp.go_to('city');
SELECT is(pg_temp.history(pg_temp.subject('acknowledged')), '>acknowledged', 'history in the city');
SELECT is(pg_temp.listed('officer', 'report', pg_temp.subject('acknowledged')), 'in_progress', 'moves in the city');
SELECT results_eq(
    format('SELECT c.name, r.status::text, t.status::text FROM civic.reports AS r'
        ' JOIN cities AS c ON c.id = r.organization_id'
        ' JOIN civic.tasks AS t ON t.organization_id = r.organization_id AND t.report_id = r.id'
        ' WHERE r.id = %L ORDER BY c.name', pg_temp.subject('acknowledged')),
    $$VALUES ('city', 'acknowledged', 'acknowledged'), ('north', 'in_progress', 'in_progress')$$,
    'report and task moved in the north alone');
SELECT is(pg_temp.attempt('officer', true, format('UPDATE civic.reports SET organization_id = %L WHERE id = %L',
    :'north', pg_temp.subject('in_progress'))), 'ZC004', 'a report stays in its organization');

------------------------------------------------------------------------------------------------------------------------
-- Report and task never drift
------------------------------------------------------------------------------------------------------------------------

-- Reports whose task says something else; what a task must say is written by hand once more.
CREATE FUNCTION pg_temp.drift() RETURNS SETOF text
    LANGUAGE sql
AS $$
    SELECT format('%s of %s, task %s of %s', r.status, r.assigned_to, t.status, t.assigned_to)
    FROM civic.reports AS r
    LEFT JOIN civic.tasks AS t ON t.organization_id = r.organization_id AND t.report_id = r.id
    CROSS JOIN LATERAL (
        SELECT CASE r.status
            WHEN 'assigned_to_officer' THEN 'assigned'
            WHEN 'acknowledged' THEN 'acknowledged'
            WHEN 'in_progress' THEN 'in_progress'
            WHEN 'reopened' THEN 'in_progress'
            WHEN 'pending_verification' THEN 'pending_verification'
            WHEN 'on_hold' THEN 'on_hold'
            WHEN 'resolved' THEN 'resolved'
            WHEN 'closed' THEN 'resolved'
            WHEN 'rejected' THEN 'rejected'
            WHEN 'assignment_rejected' THEN 'rejected'
            WHEN 'duplicate' THEN 'rejected'
        END
    ) AS want (status)
    WHERE (want.status IS NULL OR r.assigned_to IS NULL) <> (t.id IS NULL)
        OR t.id IS NOT NULL AND (t.status::text, t.assigned_to, t.department_id, t.resolution_notes)
            IS DISTINCT FROM (want.status, r.assigned_to, r.department_id, r.resolution_notes)
$$;
SELECT is_empty('SELECT * FROM pg_temp.drift()', 'no drift after all that');

-- What differs after a command, which is undone; nothing, where it is refused.
CREATE FUNCTION pg_temp.drift_after(actor text, command text) RETURNS text
    LANGUAGE plpgsql
AS $$
DECLARE
    found text;
BEGIN
    PERFORM pg_temp.act_as(actor);
    EXECUTE command;
    SELECT string_agg(d, '; ') INTO found FROM pg_temp.drift() AS d;
    RAISE EXCEPTION USING ERRCODE = 'ZZ999', MESSAGE = coalesce(found, '');
EXCEPTION
    WHEN SQLSTATE 'ZZ999' THEN
        RETURN nullif(SQLERRM, '');
    WHEN OTHERS THEN
        RETURN NULL;
END
$$;

SELECT is(
    (
        SELECT string_agg(format('%s to %s: %s', a.name, s.status, d.found), '; ')
        FROM actors AS a, unnest(enum_range(NULL::civic.task_status)) AS s (status), pg_temp.drift_after(a.name,
            format('UPDATE civic.tasks SET status = %L, assigned_to = %L, notes = %L, rejection_reason = %L,'
                ' resolution_notes = %L WHERE report_id = %L', s.status, pg_temp.id_of(o.name), 'for another reason',
                'for another reason', 'done', f.id)) AS d (found)
        WHERE a.name IN ('officer', 'admin', 'system') AND d.found IS NOT NULL
    ), NULL, format('report in %s: no drift by writing the task, its officer %s', f.status, o.name))
FROM subjects AS f, actors AS o WHERE o.name IN ('officer', 'colleague') ORDER BY f.status, o.name;

SELECT is(
    (
        SELECT string_agg(format('%s to %s: %s', a.name, s.status, d.found), '; ')
        FROM actors AS a, unnest(enum_range(NULL::civic.report_status)) AS s (status), pg_temp.drift_after(a.name,
            format('UPDATE civic.reports SET status = %L, assigned_to = %L, resolution_notes = %L%s WHERE id = %L',
                s.status, pg_temp.id_of(o.name), 'done', CASE s.status WHEN 'duplicate'
                    THEN ', duplicate_of_report_id = ''60000000-0000-0000-0000-000000000000''' ELSE '' END, f.id))
                AS d (found)
        WHERE a.name IN ('officer', 'admin', 'system') AND d.found IS NOT NULL
    ), NULL, format('report in %s: no drift by writing the report, its officer %s', f.status,
        coalesce(o.name, 'nobody')))
FROM subjects AS f, unnest('{officer,colleague,NULL}'::text[]) AS o (name) ORDER BY f.status, o.name;

-- Columns that both sides have.
SELECT is(
    (
        SELECT string_agg(f.status || ': ' || d.found, '; ' ORDER BY f.status)
        FROM subjects AS f, pg_temp.drift_after('admin', format('UPDATE civic.%s SET %s WHERE %s = %L', w.target,
            w.change, CASE w.target WHEN 'tasks' THEN 'report_id' ELSE 'id' END, f.id)) AS d (found)
        WHERE d.found IS NOT NULL
    ), NULL, format('no drift by writing %s: %s', w.target, w.change))
FROM (
    VALUES
        ('reports', 'assigned_to = pg_temp.id_of(''colleague'')'),
        ('reports', 'assigned_to = NULL'),
        ('reports', 'department_id = pg_temp.department(''WSD''), assigned_to = pg_temp.id_of(''outsider'')'),
        ('reports', 'department_id = NULL, assigned_to = NULL'),
        ('reports', 'resolution_notes = ''otherwise'''),
        ('tasks', 'assigned_to = pg_temp.id_of(''colleague'')'),
        ('tasks', 'department_id = pg_temp.department(''WSD'')'),
        ('tasks', 'resolution_notes = ''otherwise'''),
        ('tasks', 'resolution_notes = NULL')
) AS w (target, change);

SELECT is(pg_temp.attempt(a.name, true, format('DELETE FROM civic.tasks WHERE report_id = %L',
    pg_temp.subject('in_progress'))), '42501', format('%s deletes no task', a.name))
FROM actors AS a WHERE a.name IN ('officer', 'admin', 'system') ORDER BY a.name;
SELECT is(pg_temp.attempt('system', false, format('DELETE FROM civic.tasks WHERE report_id = %L', f.id)), 'ZC004',
    format('the task of a report in %s is not deleted', f.status))
FROM subjects AS f JOIN civic.tasks AS t ON t.report_id = f.id AND t.organization_id = civic.current_organization_id()
ORDER BY f.status;
SELECT is(pg_temp.attempt('system', false, format('DELETE FROM civic.reports WHERE id = %L',
    pg_temp.subject('in_progress'))), 'ok', 'a report is deleted, and its task with it');
SELECT is_empty('SELECT * FROM pg_temp.drift()', 'no drift in the end');

SELECT * FROM finish();
ROLLBACK;
