-- Added to the demo city: reports in every kind of state, and things of the user's own on civic's tables.
SET client_min_messages = warning;

INSERT INTO civic.users (id, phone, email, full_name, department_id)
SELECT p.id::uuid, p.phone, p.email, p.full_name, d.id
FROM (VALUES
    ('00000000-0000-0000-0000-0000000000a1', '+15550000001', NULL, 'Rita Resident', NULL),
    ('00000000-0000-0000-0000-0000000000b1', NULL, 'olaf@example.org', 'Olaf Officer', 'PWD'),
    ('00000000-0000-0000-0000-0000000000d1', NULL, 'ada@example.org', 'Ada Admin', NULL)
) AS p (id, phone, email, full_name, department)
LEFT JOIN civic.departments AS d
    ON d.organization_id = civic.current_organization_id() AND d.code = p.department;
SELECT civic.give_role('00000000-0000-0000-0000-0000000000a1', 'citizen'),
    civic.give_role('00000000-0000-0000-0000-0000000000b1', 'nodal_officer'),
    civic.give_role('00000000-0000-0000-0000-0000000000d1', 'admin');
SELECT civic.create_organization('OTH', 'Other city', 'Europe/Berlin');
SELECT civic.load_area('district', 'A', 'First district',
    '{"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]]}');

-- A visit under a policy, with what belongs to it.
INSERT INTO civic.jurisdictions (id, name, code) VALUES ('00000000-0000-0000-0000-0000000000e1', 'Court', 'CO');
SELECT civic.set_attendance_policy('00000000-0000-0000-0000-0000000000e1', '1', '{"custom_radius_m": 150}');
INSERT INTO civic.user_identities (contact_id, full_name, date_of_birth, jurisdiction_id)
VALUES ('00000000-0000-0000-0000-0000000000a1', 'Rita', '1990-01-01', '00000000-0000-0000-0000-0000000000e1');
INSERT INTO civic.attendance_sessions (id, contact_id, dest_name, dest_address, dest_latitude, dest_longitude)
VALUES ('00000000-0000-0000-0000-0000000000e2', '00000000-0000-0000-0000-0000000000a1', 'Office', 'Here', 1, 2);
INSERT INTO civic.attendance_events (session_id, type, latitude, longitude, accuracy_m)
VALUES ('00000000-0000-0000-0000-0000000000e2', 'check_in', 1.001, 2, 700);
INSERT INTO civic.verification_proofs (event_type, event_id) SELECT 'check_in', e.id FROM civic.attendance_events AS e;

INSERT INTO civic.reports (title, description, latitude, longitude, category, user_id)
SELECT 'Report number ' || n, 'Something is broken in the road, case ' || n, n / 10.0, n / 10.0, 'roads',
    '00000000-0000-0000-0000-0000000000a1'
FROM generate_series(1, 7) AS n;
INSERT INTO civic.reports (title, description, latitude, longitude, user_id)
VALUES ('Strange thing', 'Nobody knows what this could be.', 1, 1, '00000000-0000-0000-0000-0000000000a1');
-- One that stays received, as an import may leave it.
SET session_replication_role = replica;
UPDATE civic.reports SET status = 'received' WHERE title = 'Strange thing';
SET session_replication_role = origin;

SET civic.user_id = '00000000-0000-0000-0000-0000000000d1';
SELECT civic.assign_officer(r.id, '00000000-0000-0000-0000-0000000000b1')
FROM civic.reports AS r WHERE r.title IN ('Report number 1', 'Report number 2', 'Report number 3');
SELECT civic.mark_duplicate(
    (SELECT id FROM civic.reports WHERE title = 'Report number 4'),
    (SELECT id FROM civic.reports WHERE title = 'Report number 5'));
SET civic.user_id = '00000000-0000-0000-0000-0000000000b1';
SELECT civic.acknowledge_report(r.id) FROM civic.reports AS r WHERE r.title = 'Report number 1';
SELECT civic.refuse_assignment(r.id, 'Not a matter of ours at all.')
FROM civic.reports AS r WHERE r.title = 'Report number 2';
RESET civic.user_id;

SELECT civic.give_role('00000000-0000-0000-0000-0000000000d1', 'organization_admin');
SET civic.user_id = '00000000-0000-0000-0000-0000000000d1';
SELECT civic.create_client('Client', 'client@example.org');
SELECT civic.create_deal(c.id, 100, 'bank') FROM civic.clients AS c;
SELECT civic.record_payment(d.id, n * 20, 'cash') FROM civic.deals AS d, generate_series(1, 2) AS n;
SELECT civic.decide_payment(p.id, 'approved', 40) FROM civic.payments AS p WHERE p.received_amount = 40;
SELECT civic.refund_payment(p.id, 5, 'Too much.') FROM civic.payments AS p WHERE p.received_amount = 40;
SELECT civic.log_deal_activity(d.id, 'Paid in cash.') FROM civic.deals AS d;
SELECT civic.calculate_commission('00000000-0000-0000-0000-0000000000d1', civic.today(), civic.today());
RESET civic.user_id;

ALTER TABLE civic.reports ADD COLUMN city_remark text;
UPDATE civic.reports SET city_remark = title WHERE title LIKE 'Report%';
CREATE INDEX city_index ON civic.reports (city_remark);
CREATE POLICY city_policy ON civic.reports FOR SELECT TO civic_anon USING (city_remark = 'shown');
CREATE TABLE city_log (id bigint GENERATED ALWAYS AS IDENTITY, what text);
CREATE FUNCTION city_trigger() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO public.city_log (what) VALUES (TG_OP);
    RETURN NEW;
END
$$;
CREATE TRIGGER city_trigger AFTER INSERT OR UPDATE ON civic.reports FOR EACH ROW EXECUTE FUNCTION city_trigger();
UPDATE civic.reports SET landmark = 'the corner' WHERE title = 'Report number 6';
REVOKE SELECT ON civic.areas FROM civic_anon;
REVOKE EXECUTE ON FUNCTION civic.submit_report FROM civic_service;
REVOKE EXECUTE ON FUNCTION civic.transition FROM civic_service;
