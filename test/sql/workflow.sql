-- The map of the workflows, and moving along it by the functions that know any workflow.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS civic CASCADE;
\set ON_ERROR_ROLLBACK on
\set SHOW_CONTEXT never
BEGIN;
\pset format unaligned
\pset tuples_only on
SELECT format('%s: %s > %s', t.workflow, coalesce(t.from_status, ''), t.to_status),
    concat_ws(' or ', nullif(array_to_string(t.actors, ', '), ''), t.permission_code),
    concat_ws(' ', t.reason_column,
        CASE WHEN t.reason_column IS NOT NULL THEN format('%s-%s', t.reason_min, t.reason_max) END),
    concat_ws(' ', 'needs ' || nullif(array_to_string(t.required_columns, ', '), ''),
        'changes ' || nullif(array_to_string(t.changed_columns, ', '), ''),
        'clears ' || nullif(array_to_string(t.cleared_columns, ', '), ''))
FROM civic.workflow_transitions AS t
WHERE t.organization_id = '00000000-0000-0000-0000-000000000000' AND t.workflow IN ('report', 'task', 'role')
ORDER BY t.workflow COLLATE "C", t.from_status COLLATE "C" NULLS FIRST, t.to_status COLLATE "C";
\pset tuples_only off
\pset format aligned

INSERT INTO civic.users (id, email, department_id)
SELECT p.id::uuid, p.name || '@example.org', d.id
FROM (
    VALUES
        ('52000000-0000-0000-0000-000000000001', 'resident', NULL),
        ('52000000-0000-0000-0000-000000000002', 'officer', 'PWD'),
        ('52000000-0000-0000-0000-000000000003', 'admin', NULL)
) AS p (id, name, department)
LEFT JOIN civic.departments AS d ON d.code = p.department AND d.organization_id = civic.current_organization_id();
INSERT INTO civic.user_roles (user_id, role_id)
SELECT p.id::uuid, r.id
FROM (
    VALUES
        ('52000000-0000-0000-0000-000000000001', 'citizen'), ('52000000-0000-0000-0000-000000000002', 'nodal_officer'),
        ('52000000-0000-0000-0000-000000000003', 'admin')
) AS p (id, code) JOIN civic.roles AS r ON r.code = p.code AND r.is_system;
INSERT INTO civic.reports (id, user_id, title, description, category, latitude, longitude, status, department_id,
    assigned_to)
SELECT ('62000000-0000-0000-0000-00000000000' || n)::uuid, '52000000-0000-0000-0000-000000000001', 'Report ' || n,
    'Something is broken here.', 'roads', 10, 20,
    CASE n WHEN 3 THEN 'in_progress' ELSE 'assigned_to_officer' END::civic.report_status, d.id,
    '52000000-0000-0000-0000-000000000002'
FROM generate_series(1, 3) AS n
JOIN civic.departments AS d ON d.code = 'PWD' AND d.organization_id = civic.current_organization_id();

SET LOCAL ROLE civic_user;
SET LOCAL civic.user_id = '52000000-0000-0000-0000-000000000002';
SELECT * FROM civic.allowed_transitions('report', '62000000-0000-0000-0000-000000000001');
SELECT t.to_status, t.reason_column FROM civic.tasks AS k, civic.allowed_transitions('task', k.id) AS t
WHERE k.report_id = '62000000-0000-0000-0000-000000000001';
SELECT civic.transition('report', '62000000-0000-0000-0000-000000000001', 'acknowledged');
SELECT civic.transition('report', '62000000-0000-0000-0000-000000000003', 'on_hold', 'waiting for material');
SELECT civic.transition('report', '62000000-0000-0000-0000-000000000001', 'closed');
SELECT civic.transition('report', '62000000-0000-0000-0000-000000000001', 'nowhere');
SELECT civic.transition('report', '62000000-0000-0000-0000-000000000009', 'closed');
SELECT civic.transition('journey', '62000000-0000-0000-0000-000000000001', 'closed');
SELECT civic.transition('task', k.id, 'in_progress') FROM civic.tasks AS k
WHERE k.report_id = '62000000-0000-0000-0000-000000000001';
SELECT jsonb_pretty(civic.bulk_transition('report', ARRAY['62000000-0000-0000-0000-000000000001',
    '62000000-0000-0000-0000-000000000002', '62000000-0000-0000-0000-000000000009']::uuid[], 'acknowledged'));
SELECT civic.bulk_transition('report', array_agg(civic.uuid_v7()), 'closed') FROM generate_series(1, 101);
SELECT r.title, r.status, k.status AS task, r.hold_reason FROM civic.reports AS r
JOIN civic.tasks AS k ON k.report_id = r.id ORDER BY r.title;

-- A rule of the organization: closing what is in progress, with a reason, by administrators.
SET LOCAL civic.user_id = '52000000-0000-0000-0000-000000000003';
INSERT INTO civic.workflow_transitions (workflow, from_status, to_status, permission_code, reason_column, reason_min)
VALUES ('report', 'in_progress', 'closed', 'close:report', 'resolution_notes', 5);
SELECT t.to_status, t.reason_column, t.reason_min
FROM civic.allowed_transitions('report', '62000000-0000-0000-0000-000000000001') AS t;
SELECT civic.transition('report', '62000000-0000-0000-0000-000000000001', 'closed', 'done');
SELECT civic.transition('report', '62000000-0000-0000-0000-000000000001', 'closed', 'mended long ago');
-- Rules that cannot be.
INSERT INTO civic.workflow_transitions (workflow, from_status, to_status) VALUES ('report', 'closed', 'closed');
INSERT INTO civic.workflow_transitions (workflow, from_status, to_status) VALUES ('report', 'in_progress', 'closed');
INSERT INTO civic.workflow_transitions (workflow, from_status, to_status, permission_code)
VALUES ('report', 'closed', 'received', 'fly:kite');
SELECT h.workflow, h.old_status, h.new_status, h.by_system, h.reason FROM civic.status_history AS h
WHERE h.entity_id = '62000000-0000-0000-0000-000000000001' ORDER BY h.id;
ROLLBACK;
