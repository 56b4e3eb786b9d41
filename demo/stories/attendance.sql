-- A visit is documented in the demo city: Ana Ferreira joins the mandate of Petra Lindqvist, probation officer, and goes
-- to a meeting. Each sees their own part; what was documented stays.
-- Fed to psql by script/demo. Any error but the four refusals shown stops it.
\set ON_ERROR_STOP on
\set QUIET on
\set SHOW_CONTEXT never
\set codes ''
\pset footer off
\pset null '-'
\pset linestyle ascii
SET TimeZone = 'Atlantic/Azores';
SET client_min_messages = warning;

-- Ana's telephone number, e-mail and authenticator were checked when she signed up; Petra has a licence.
INSERT INTO civic.users (username, full_name, phone, email, phone_verified, email_verified, two_fa_enabled)
VALUES ('petra', 'Petra Lindqvist', '+351900000077', 'petra@riverton.example', true, true, true);
UPDATE civic.users SET phone_verified = true, email_verified = true, two_fa_enabled = true WHERE username = 'ana';
SELECT max(u.id::text) FILTER (WHERE u.username = 'ana') AS ana,
    max(u.phone) FILTER (WHERE u.username = 'ana') AS ana_phone,
    max(u.id::text) FILTER (WHERE u.username = 'ben') AS ben,
    max(u.id::text) FILTER (WHERE u.username = 'petra') AS petra,
    max(u.id::text) FILTER (WHERE u.username = 'odile') AS odile,
    max(u.id::text) FILTER (WHERE u.username = 'amir') AS amir
FROM civic.users AS u \gset
SELECT civic.give_role(:'ana', 'individual'), civic.give_role(:'petra', 'professional') \g /dev/null
INSERT INTO civic.professional_credentials (professional_id, credential_type, credential_number)
VALUES (:'petra', 'Probation officer', 'PO-77');
SET ROLE civic_user;

\echo
\echo '=== Petra Lindqvist, probation officer, creates a meeting, and a mandate for Ana. The link goes to her telephone.'
\echo
\set ECHO queries
SET civic.user_id = :'petra';
INSERT INTO civic.meetings (name, address, latitude, longitude)
VALUES ('Monday group', '3 Harbour Street, Riverton', 40.0231, -30.0474);
SELECT m.individual_name, m.status FROM civic.create_mandate(:'ana_phone', 'Ana Ferreira') AS m;
\set ECHO none
SELECT civic.send_enrollment_token(m.id) AS token FROM civic.list_mandates() AS m \gset
\echo '=== Ben has got hold of the link. It was made for another telephone number. Refused:'
\echo
\set ON_ERROR_STOP off
\set ECHO queries
SET civic.user_id = :'ben';
SELECT civic.enroll(:'token');
\set ECHO none
\set codes :codes ' ' :SQLSTATE
\set ON_ERROR_STOP on
\echo
\echo '=== Ana Ferreira opens it, and joins. She starts a session at the meeting and would like to check in. Refused:'
\echo
\set ECHO queries
SET civic.user_id = :'ana';
SELECT civic.enroll(:'token') IS NOT NULL AS enrolled;
SELECT s.dest_name, s.status, s.radius_meters
FROM civic.nearby_meetings(40.0240, -30.0474) AS n, civic.start_session((n.meeting).id) AS s;
\set ECHO none
SELECT s.id AS visit FROM civic.get_active_session() AS s \gset
\set ON_ERROR_STOP off
\set ECHO queries
SELECT civic.check_in(:'visit', 40.0232, -30.0474, 8);
\set ECHO none
\set codes :codes ' ' :SQLSTATE
\set ON_ERROR_STOP on
\echo
\echo '=== She consents. Of each text its hash is kept.'
\echo
\set ECHO queries
SELECT c.consent_type, c.granted, left(encode(c.text_sha256, 'hex'), 12) AS text_sha256
FROM unnest(enum_range('location'::civic.consent_type, NULL)) AS t (type),
    civic.record_consent(t.type, '1', 'I agree that ' || t.type || ' is documented.', true) AS c;
\set ECHO none
\echo '=== The first attempt comes from the tram stop, a kilometre away: documented, and nothing else. The second counts.'
\echo
\set ECHO queries
SELECT e.location_flag, e.verdict, round(e.distance_m) AS metres FROM civic.check_in(:'visit', 40.0330, -30.0474, 8) AS e;
SELECT e.location_flag, e.verdict, round(e.distance_m) AS metres, round(e.confidence::numeric, 2) AS confidence
FROM civic.check_in(:'visit', 40.0232, -30.0474, 8, signals => '{"gps_source": "FUSED"}') AS e;
SELECT s.status, s.check_in_at IS NOT NULL AS has_time FROM civic.get_active_session() AS s;
\set ECHO none
\echo '=== A kilometre within a second: worth knowing, and recorded as such. It takes nothing from her.'
\echo
\set ECHO queries
SELECT q.signal_type, q.signal_name, q.signal_value -> 'distance_m' AS metres
FROM civic.data_quality_signals AS q ORDER BY q.signal_name;
\set ECHO none
\echo '=== She would rather not have the tram stop in the record. Refused:'
\echo
\set ON_ERROR_STOP off
\set ECHO queries
DELETE FROM civic.attendance_events WHERE location_flag = 'denied';
\set ECHO none
\set codes :codes ' ' :SQLSTATE
\set ON_ERROR_STOP on
\echo
\echo '=== So she says what it was, and checks out.'
\echo
\set ECHO queries
SELECT e.type, e.corrects_record_id IS NOT NULL AS corrects, e.notes
FROM civic.session_events(:'visit') AS d,
    civic.record_event(:'visit', 'check_in', notes => 'Pressed by mistake on the way.', corrects_record_id => d.id) AS e
WHERE d.location_flag = 'denied';
SELECT e.receipt_id AS receipt FROM civic.check_out(:'visit', 40.0231, -30.0475, 6) AS e \gset
SELECT r.event_type, r.location_flag, r.destination, r.server_at >= r.device_at AS by_the_server
FROM civic.get_receipt(:'receipt') AS r;
\set ECHO none

\echo '=== Petra finds the visit in her queue, reads what there is, and approves it. The state of her licence is copied.'
\echo
\set ECHO queries
SET civic.user_id = :'petra';
SELECT s.dest_name, s.status, (SELECT count(*) FROM civic.session_events(s.id)) AS events
FROM civic.review_queue() AS s;
SELECT r.decision_type, r.reviewer_credential_state, r.reason
FROM civic.review_record('attendance_session', :'visit', 'approved', 'The tram stop is explained.') AS r;
\set ECHO none
\echo '=== She asks for something, to be answered within a day.'
\echo
\set ECHO queries
SELECT m.message_type, m.sender_role, m.recipient_role
FROM civic.list_mandates() AS d, civic.open_thread(d.id) AS t,
    civic.send_message(t.id, 'professional_request', 'Please bring the certificate next week.') AS m;
SELECT l.sla_state, l.sla_deadline - l.opened_at AS allowed FROM civic.message_sla AS l;
\set ECHO none
SET civic.user_id = :'ana';
SELECT civic.send_message(t.id, 'user_question', 'I will. Is a copy enough?') FROM civic.message_threads AS t \g /dev/null
\echo '=== Ana answered. She had been told of the review and of the request.'
\echo
\set ECHO queries
SELECT l.sla_state FROM civic.message_sla AS l;
SELECT n.title FROM civic.notifications AS n WHERE n.category = 'attendance' ORDER BY n.id;
\set ECHO none

\echo '=== Ben sees none of it. Odile Marchetti, auditor, sees all, and decides nothing. Refused:'
\echo
\set ECHO queries
SET civic.user_id = :'ben';
SELECT (SELECT count(*) FROM civic.attendance_sessions) AS sessions, (SELECT count(*) FROM civic.attendance_events)
    AS events, (SELECT count(*) FROM civic.messages) AS messages;
SET civic.user_id = :'odile';
SELECT (SELECT count(*) FROM civic.attendance_sessions) AS sessions, (SELECT count(*) FROM civic.attendance_events)
    AS events, (SELECT count(*) FROM civic.messages) AS messages;
\set ECHO none
\set ON_ERROR_STOP off
\set ECHO queries
SELECT civic.review_record('attendance_session', :'visit', 'rejected', 'No.');
\set ECHO none
\set codes :codes ' ' :SQLSTATE
\set ON_ERROR_STOP on

\echo
\echo '=== Years later the records are old enough to go. Amir Haddad, administrator, has a hold on Ana; released, they go,'
\echo '=== and each leaves a tombstone with its hash.'
\echo
RESET ROLE;
RESET civic.user_id;
-- Only a superuser can turn time back.
SET session_replication_role = replica;
UPDATE civic.attendance_sessions SET created_at = created_at - interval '6 years';
RESET session_replication_role;
SET ROLE civic_user;
\set ECHO queries
SET civic.user_id = :'amir';
INSERT INTO civic.retention_policies (record_type, retention_days) VALUES ('attendance_session', 1825);
SELECT h.target_type, h.reason FROM civic.place_legal_hold('user', 'Appeal 12/26', :'ana') AS h;
SELECT count(*) AS deleted FROM civic.apply_retention();
SELECT count(civic.release_legal_hold(h.id)) AS released FROM civic.legal_holds AS h;
SELECT r.record_type, r.deleted FROM civic.apply_retention() AS r;
SELECT t.record_type, count(*) AS tombstones, min(t.deletion_reason) AS reason
FROM civic.record_tombstones AS t GROUP BY t.record_type ORDER BY t.record_type;
\set ECHO none

RESET ROLE;
RESET civic.user_id;
SELECT format('%s records went and left %s tombstones; four refusals as expected.', t.n, t.n) AS outcome,
    t.n = 8 AND NOT EXISTS (SELECT FROM civic.attendance_sessions) AND :'codes' = ' ZC123 ZC121 ZC120 42501' AS is_as_told
FROM (SELECT count(*) AS n FROM civic.record_tombstones) AS t \gset
\if :is_as_told
    \echo :outcome
\else
    \echo 'The refusals were' :codes
    TABLE civic.record_tombstones;
    DO $$ BEGIN RAISE EXCEPTION 'the story did not end as it should'; END $$;
\endif
