-- One department whose officers are chosen, and people who report.
CREATE SCHEMA bench;
CREATE FUNCTION bench.officer(n integer) RETURNS uuid LANGUAGE sql IMMUTABLE
RETURN ('00000000-0000-0000-0002-' || lpad(to_hex(n), 12, '0'))::uuid;
CREATE FUNCTION bench.reporter(n integer) RETURNS uuid LANGUAGE sql IMMUTABLE
RETURN ('00000000-0000-0000-0003-' || lpad(to_hex(n), 12, '0'))::uuid;
GRANT ALL ON SCHEMA bench TO civic_owner;

-- All reports are alike.
INSERT INTO civic.duplicate_policies (organization_id, hint_radius_m)
SELECT o.id, 0 FROM civic.organizations AS o WHERE o.is_default;
UPDATE civic.departments SET auto_assign = true WHERE code = 'PWD';
INSERT INTO civic.users (id, email, department_id)
SELECT bench.officer(n), 'officer' || n || '@example.org', d.id
FROM generate_series(1, :officers) AS n, civic.departments AS d WHERE d.code = 'PWD';
INSERT INTO civic.user_roles (user_id, role_id)
SELECT bench.officer(n), r.id FROM generate_series(1, :officers) AS n, civic.roles AS r
WHERE r.is_system AND r.code = 'nodal_officer';
INSERT INTO civic.users (id, email)
SELECT bench.reporter(n), 'reporter' || n || '@example.org' FROM generate_series(1, :reporters) AS n;
ANALYZE;
