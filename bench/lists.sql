-- Organizations with deals and as many cases, the first with as many as "first", the others with "each"; and with up to
-- 10,000 sessions of a professional's people.
-- Variables: organizations, first, each. Triggers are off while rows come in, as in generate.sql.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET max_parallel_maintenance_workers = 0;
SET maintenance_work_mem = '512MB';
DO $$
DECLARE
    watched text;
BEGIN
    -- What is recorded always, whatever the role of the session, is not what is measured.
    FOR watched IN SELECT DISTINCT t.tgrelid::regclass FROM pg_trigger AS t WHERE t.tgenabled = 'A' LOOP
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', watched);
    END LOOP;
END
$$;
SET session_replication_role = replica;

CREATE SCHEMA bench;
GRANT USAGE ON SCHEMA bench TO civic_user, civic_owner;
CREATE FUNCTION bench.organization(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN lpad(to_hex(4096 + n), 32, '0')::uuid;
CREATE FUNCTION bench.thing(kind bigint, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (lpad(to_hex(kind), 16, '0') || lpad(to_hex(n), 16, '0'))::uuid;
-- Two years of even arrival.
CREATE FUNCTION bench.made_at(n bigint, total bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '2024-01-01 00:00:00+00'::timestamptz + make_interval(secs => floor(63072000.0 / total * n));

INSERT INTO civic.organizations (id, code, name)
SELECT bench.organization(o), 'BENCH' || o, 'Benchmark ' || o FROM generate_series(1, :organizations) AS o;
INSERT INTO civic.currencies (organization_id, code)
SELECT bench.organization(o), 'USD' FROM generate_series(1, :organizations) AS o;

CREATE TABLE bench.sizes AS
SELECT o AS organization, CASE o WHEN 1 THEN :first ELSE :each END::bigint AS deals,
    CASE o WHEN 1 THEN greatest(:first / 20000, 5) ELSE 5 END::bigint AS sellers,
    CASE o WHEN 1 THEN greatest(:first / 20, 20) ELSE greatest(:each / 20, 5) END::bigint AS clients
FROM generate_series(1, :organizations) AS o;
-- Of the people of payments 0 runs them, 1 sees their own deals only, the others are salespeople; of those of cases 0 is
-- the chair, then come clerks and as many caseworkers.
INSERT INTO civic.users (organization_id, id, email, full_name)
SELECT bench.organization(s.organization), bench.thing(1, 1000000::bigint * s.organization + p),
    format('p%s@o%s.example', p, s.organization), 'Person ' || p
FROM bench.sizes AS s, generate_series(0, s.sellers) AS p;
INSERT INTO civic.roles (organization_id, id, code, name)
VALUES (bench.organization(1), bench.thing(9, 1), 'junior', 'Junior');
INSERT INTO civic.role_permissions (organization_id, role_id, permission_code)
VALUES (bench.organization(1), bench.thing(9, 1), 'view_own_deals');
INSERT INTO civic.user_roles (organization_id, user_id, role_organization_id, role_id, family)
SELECT bench.organization(s.organization), bench.thing(1, 1000000::bigint * s.organization + p),
    CASE WHEN junior THEN bench.organization(1) ELSE '00000000-0000-0000-0000-000000000000' END,
    CASE WHEN junior THEN bench.thing(9, 1) ELSE r.id END, CASE WHEN junior THEN 'custom' ELSE r.family END
FROM bench.sizes AS s
CROSS JOIN LATERAL generate_series(0, s.sellers) AS p
CROSS JOIN LATERAL (SELECT s.organization = 1 AND p = 1) AS j (junior)
JOIN civic.roles AS r ON r.is_system AND r.code = CASE p WHEN 0 THEN 'organization_admin' ELSE 'salesperson' END;
INSERT INTO civic.users (organization_id, id, email, full_name)
SELECT bench.organization(s.organization), bench.thing(4, 1000000::bigint * s.organization + p),
    format('k%s@o%s.example', p, s.organization), 'Official ' || p
FROM bench.sizes AS s, generate_series(0, 2 * s.sellers) AS p;
INSERT INTO civic.user_roles (organization_id, user_id, role_id, family)
SELECT bench.organization(s.organization), bench.thing(4, 1000000::bigint * s.organization + p), r.id, r.family
FROM bench.sizes AS s
CROSS JOIN LATERAL generate_series(0, 2 * s.sellers) AS p
JOIN civic.roles AS r ON r.is_system
    AND r.code = CASE WHEN p = 0 THEN 'chair' WHEN p <= s.sellers THEN 'clerk' ELSE 'caseworker' END;
INSERT INTO civic.clients (organization_id, id, name, email, created_by)
SELECT bench.organization(s.organization), bench.thing(2, 1000000::bigint * s.organization + c), 'Client ' || c,
    format('c%s@o%s.example', c, s.organization), bench.thing(1, 1000000::bigint * s.organization + 1 + c % s.sellers)
FROM bench.sizes AS s, generate_series(1, s.clients) AS c;

CREATE TEMP TABLE list_indexes AS
SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
FROM pg_index AS i LEFT JOIN pg_constraint AS c ON c.conindid = i.indexrelid
WHERE i.indrelid IN ('civic.deals'::regclass, 'civic.cases'::regclass) AND c.oid IS NULL;
SELECT format('DROP INDEX %s', name) FROM list_indexes \gexec
-- In the order of time, so that the rows of an organization lie among those of the others as in life. Of the last tenth
-- half are still to be verified, of older ones 1 in 50.
INSERT INTO civic.deals (organization_id, id, deal_no, client_id, deal_name, amount, deal_date, due_date, payment_method,
    source, payment_status, verification_status, paid_amount, created_by, created_at)
SELECT bench.organization(s.organization), bench.thing(3, 100000000::bigint * s.organization + n), format('DLID%s', 1000 + n),
    bench.thing(2, 1000000::bigint * s.organization + 1 + n * 7 % s.clients), 'Deal ' || n, 100 + n % 9000,
    bench.made_at(n, s.deals)::date, bench.made_at(n, s.deals)::date + 30,
    (ARRAY['wallet', 'bank', 'cheque', 'cash'])[1 + n % 4]::civic.payment_method,
    (ARRAY['linkedin', 'instagram', 'google', 'referral', 'others'])[1 + n % 5]::civic.deal_source,
    CASE WHEN n % 3 = 0 THEN 'full_payment' WHEN n % 3 = 1 THEN 'partial_payment' ELSE 'initial_payment'
        END::civic.deal_payment_status,
    CASE WHEN n % CASE WHEN n > s.deals * 9 / 10 THEN 2 ELSE 50 END = 0 THEN 'pending' WHEN n % 30 = 1 THEN 'rejected'
        ELSE 'verified' END::civic.deal_verification_status,
    CASE n % 3 WHEN 0 THEN 100 + n % 9000 WHEN 1 THEN 50 ELSE 0 END,
    bench.thing(1, 1000000::bigint * s.organization + 1 + n % s.sellers), bench.made_at(n, s.deals)
FROM bench.sizes AS s, generate_series(1, s.deals) AS n
ORDER BY bench.made_at(n, s.deals);
-- A case is new or under review for the last hundredth, worked on for the last tenth, then completed.
INSERT INTO civic.cases (organization_id, id, title, description, status, priority, created_by, assigned_to, created_at)
SELECT bench.organization(s.organization), bench.thing(5, 100000000::bigint * s.organization + n), 'Case ' || n,
    repeat(format('What case %s is about. ', n), 3), k.status,
    (ARRAY['low', 'medium', 'high', 'urgent'])[1 + n % 4]::civic.case_priority,
    bench.thing(4, 1000000::bigint * s.organization + 1 + n % s.sellers),
    CASE WHEN k.status NOT IN ('new', 'pending_review')
        THEN bench.thing(4, 1000000::bigint * s.organization + 1 + s.sellers + n / 7 % s.sellers) END,
    bench.made_at(n, s.deals)
FROM bench.sizes AS s
CROSS JOIN LATERAL generate_series(1, s.deals) AS n
CROSS JOIN LATERAL (SELECT CASE WHEN n > s.deals * 99 / 100 THEN (ARRAY['new', 'pending_review'])[1 + n % 2]
    WHEN n > s.deals * 9 / 10 THEN (ARRAY['assigned', 'in_progress', 'pending_completion', 'completed'])[1 + n % 4]
    ELSE 'completed' END::civic.case_status) AS k (status)
ORDER BY bench.made_at(n, s.deals);
SELECT definition FROM list_indexes \gexec
INSERT INTO civic.user_roles (organization_id, user_id, role_id, family)
SELECT bench.organization(s.organization), bench.thing(1, 1000000::bigint * s.organization + 2), r.id, r.family
FROM bench.sizes AS s JOIN civic.roles AS r ON r.is_system AND r.code = 'professional';
INSERT INTO civic.attendance_sessions (organization_id, id, contact_id, professional_id, status, dest_name,
    dest_address, created_at)
SELECT bench.organization(s.organization), bench.thing(6, 100000000::bigint * s.organization + n),
    bench.thing(1, 1000000::bigint * s.organization + 1 + n % s.sellers),
    bench.thing(1, 1000000::bigint * s.organization + 2), 'completed', 'Place ' || n % 20, 'Street ' || n % 20,
    bench.made_at(n, s.deals)
FROM bench.sizes AS s, generate_series(1, least(s.deals, 10000)) AS n
ORDER BY bench.made_at(n, s.deals);
VACUUM ANALYZE;
