-- Every SQLSTATE of civic's own, once, as a caller sees it; ZC041 is in uninstall.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS civic CASCADE;
\set ON_ERROR_ROLLBACK on
\set SHOW_CONTEXT never
BEGIN;
SET LOCAL timezone = 'UTC';
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
SELECT '62000000-0000-0000-0000-000000000001', '52000000-0000-0000-0000-000000000001', 'Report 1',
    'Something is broken here.', 'roads', 10, 20, 'assigned_to_officer', d.id, '52000000-0000-0000-0000-000000000002'
FROM civic.departments AS d WHERE d.code = 'PWD' AND d.organization_id = civic.current_organization_id();
SET LOCAL ROLE civic_user;

SET LOCAL civic.user_id = '52000000-0000-0000-0000-000000000002';
UPDATE civic.reports SET status = 'closed';
\echo :SQLSTATE
UPDATE civic.reports SET status = 'assignment_rejected', assignment_rejection_reason = 'no';
\echo :SQLSTATE
UPDATE civic.reports SET status = 'on_hold', hold_reason = 'no asphalt this week';
\echo :SQLSTATE
UPDATE civic.reports SET severity = 'critical';
\echo :SQLSTATE
UPDATE civic.reports SET report_number = 'CL-0000-CITY-00000';
\echo :SQLSTATE
SET LOCAL request.jwt.claims = '{"sub": "52000000-0000-0000-0000-000000000002", "exp": 1000000000}';
SELECT count(*) FROM civic.reports;
\echo :SQLSTATE
SET LOCAL request.jwt.claims = '';
SET LOCAL civic.user_id = '52000000-0000-0000-0000-000000000003';
UPDATE civic.reports SET assigned_to = '52000000-0000-0000-0000-000000000001';
\echo :SQLSTATE
SELECT civic.change_role('52000000-0000-0000-0000-000000000001', 'super_admin');
\echo :SQLSTATE
SELECT civic.mark_duplicate('62000000-0000-0000-0000-000000000001', '62000000-0000-0000-0000-000000000001');
\echo :SQLSTATE
SELECT civic.change_root('62000000-0000-0000-0000-000000000001');
\echo :SQLSTATE
SET LOCAL civic.user_id = '52000000-0000-0000-0000-000000000001';
SELECT r.status
FROM generate_series(1, 2) AS n, civic.submit_report('Report', 'Something is broken here.', n, n, 'roads') AS r;
SELECT civic.submit_report('Report', 'Something is broken here.', 1, 2, 'roads');
\echo :SQLSTATE
ROLLBACK;
