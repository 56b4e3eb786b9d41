-- Who is asking, and what they may do.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS civic CASCADE;
\set ON_ERROR_ROLLBACK on
\set SHOW_CONTEXT never
BEGIN;
CREATE FUNCTION pg_temp.me()
    RETURNS TABLE (organization text, person text, department text, level integer, is_system boolean)
    LANGUAGE sql
AS $$
    SELECT (SELECT o.code FROM civic.organizations AS o WHERE o.id = civic.current_organization_id()),
        (SELECT u.full_name FROM civic.users AS u
        WHERE u.organization_id = civic.current_organization_id() AND u.id = civic.current_user_id()),
        (SELECT d.code FROM civic.departments AS d
        WHERE d.organization_id = civic.current_organization_id() AND d.id = civic.current_department_id()),
        civic.current_role_level(), civic.is_system()
$$;

INSERT INTO civic.users (id, email, full_name, department_id, status)
SELECT p.id::uuid, lower(p.name) || '@example.org', p.name, d.id, p.status::civic.user_status
FROM (
    VALUES
        ('52000000-0000-0000-0000-000000000001', 'Rita', NULL, 'active'),
        ('52000000-0000-0000-0000-000000000002', 'Omar', 'PWD', 'active'),
        ('52000000-0000-0000-0000-000000000003', 'Ada', NULL, 'active'),
        ('52000000-0000-0000-0000-000000000004', 'Sam', NULL, 'active'),
        ('52000000-0000-0000-0000-000000000005', 'Ina', 'PWD', 'inactive')
) AS p (id, name, department, status)
LEFT JOIN civic.departments AS d ON d.code = p.department AND d.organization_id = civic.current_organization_id();
INSERT INTO civic.user_roles (user_id, role_id)
SELECT p.id::uuid, r.id
FROM (
    VALUES
        ('52000000-0000-0000-0000-000000000001', 'citizen'), ('52000000-0000-0000-0000-000000000002', 'nodal_officer'),
        ('52000000-0000-0000-0000-000000000003', 'admin'), ('52000000-0000-0000-0000-000000000004', 'super_admin'),
        ('52000000-0000-0000-0000-000000000005', 'admin')
) AS p (id, code) JOIN civic.roles AS r ON r.code = p.code AND r.is_system;
SELECT civic.create_organization('SOUTH', 'Southern City') AS south \gset

-- Nobody: the system.
SELECT * FROM pg_temp.me();
-- A person by the setting, by the claims, and one goes before the other.
SET LOCAL civic.user_id = '52000000-0000-0000-0000-000000000002';
SELECT * FROM pg_temp.me();
SET LOCAL request.jwt.claims = '{"sub": "52000000-0000-0000-0000-000000000001", "role": "civic_user"}';
SELECT * FROM pg_temp.me();
SET LOCAL civic.user_id = '';
SELECT * FROM pg_temp.me();
-- A person who is not active, one who does not exist, and one in another organization: nobody.
SET LOCAL civic.user_id = '52000000-0000-0000-0000-000000000005';
SELECT * FROM pg_temp.me();
SET LOCAL civic.user_id = '52000000-0000-0000-0000-000000000009';
SELECT * FROM pg_temp.me();
SET LOCAL civic.user_id = '52000000-0000-0000-0000-000000000003';
SET LOCAL civic.organization_id = :'south';
SELECT * FROM pg_temp.me();
SET LOCAL civic.user_id = '';
SET LOCAL request.jwt.claims = '';
SELECT * FROM pg_temp.me();
SET LOCAL civic.organization_id = '';
-- Malformed and expired identities are errors, not nobody.
SET LOCAL civic.user_id = 'Rita';
SELECT * FROM pg_temp.me();
SET LOCAL civic.user_id = '';
SET LOCAL request.jwt.claims = '[1]';
SELECT * FROM pg_temp.me();
SET LOCAL request.jwt.claims = '{"sub": 7}';
SELECT * FROM pg_temp.me();
SET LOCAL request.jwt.claims = '{"sub": "52000000-0000-0000-0000-000000000001", "exp": 1000000000}';
SET LOCAL timezone = 'UTC';
SELECT * FROM pg_temp.me();
SET LOCAL request.jwt.claims = '';

-- Permissions and roles.
SET LOCAL civic.user_id = '52000000-0000-0000-0000-000000000002';
SELECT civic.has_permission('acknowledge:task') AS acknowledges, civic.has_permission('assign:task') AS assigns;
SELECT civic.has_permission('fly:kite');
SELECT r.code, civic.can_manage_role(r.code)
FROM civic.roles AS r WHERE r.family = 'civic' ORDER BY r.level;
SET LOCAL civic.user_id = '52000000-0000-0000-0000-000000000003';
SELECT r.code, civic.can_manage_role(r.code)
FROM civic.roles AS r WHERE r.family = 'civic' ORDER BY r.level;
SET LOCAL ROLE civic_user;
SELECT civic.change_role('52000000-0000-0000-0000-000000000001', 'contributor', 'helps a lot');
SELECT civic.change_role('52000000-0000-0000-0000-000000000001', 'citizen');
SELECT civic.change_role('52000000-0000-0000-0000-000000000001', 'admin');
SELECT civic.give_role('52000000-0000-0000-0000-000000000001', 'clerk', 'opens cases');
SELECT civic.take_role('52000000-0000-0000-0000-000000000001', 'clerk') AS taken,
    civic.take_role('52000000-0000-0000-0000-000000000001', 'clerk') AS taken_again;
SELECT h.old_role, h.new_role, h.reason, h.automatic FROM civic.role_history AS h
WHERE h.user_id = '52000000-0000-0000-0000-000000000001' ORDER BY h.id;
SELECT civic.register_user('+14155550100', NULL, 'New Person') IS NOT NULL AS registered;
UPDATE civic.users SET status = 'inactive' WHERE id = '52000000-0000-0000-0000-000000000003';
SELECT * FROM pg_temp.me();
RESET ROLE;
SET LOCAL civic.user_id = '52000000-0000-0000-0000-000000000004';
UPDATE civic.users SET status = 'inactive' WHERE id = '52000000-0000-0000-0000-000000000004';
SELECT * FROM pg_temp.me();
SET LOCAL civic.user_id = '';
UPDATE civic.users SET status = 'inactive' WHERE id = '52000000-0000-0000-0000-000000000003';
ROLLBACK;
