-- Attendance: what is documented, by which clock, who sees it, and that it stays as it was. See the fixture for who is
-- who; "individual" is enrolled through nobody at first, and has two-factor sign-in.
BEGIN;
\ir fixture.psql
GRANT SELECT ON tap.actors TO PUBLIC;
SELECT * FROM no_plan();

-- 1. The verdict.
SELECT results_eq(
    $$SELECT j.verdict::text, round(j.distance_m::numeric), round(j.confidence::numeric, 2)
        FROM (VALUES (1, 0.0, 10.0), (2, 0.0008, 10.0), (3, 0.0009, 20.0), (4, 0.0009, NULL), (5, NULL, 10.0))
            AS p (n, north, accuracy)
        CROSS JOIN LATERAL civic.judge_location(22.57 + p.north, 88.36, p.accuracy, 22.57, 88.36, 100) AS j
        ORDER BY p.n$$,
    $$VALUES ('inside', 0::numeric, 0.99), ('inside', 89, 0.11), ('undecidable', 100, 0.00),
        ('undecidable', 100, NULL), ('undecidable', NULL, NULL)$$,
    'inside, outside or undecidable; what is not known is null');
SELECT cmp_ok(max(abs(civic_helpers.great_circle_m(p.a, p.b, p.c, p.d)
    / nullif(ST_Distance(civic_helpers.location_of(p.a, p.b), civic_helpers.location_of(p.c, p.d)), 0) - 1)), '<',
    0.0057::float8,
    'the sphere differs from the spheroid of PostGIS by less than 0.57 percent')
FROM (
    SELECT 90 * sin(n) AS a, 180 * sin(2.7 * n) AS b, 90 * sin(n + 0.0001 * cos(n)) AS c,
        180 * sin(2.7 * n + 0.0001) AS d
    FROM generate_series(1, 2000) AS n
) AS p;

-- 2. What is needed before anything is recorded.
SELECT tap.do('a.individual', 'SELECT civic.start_session(tap.id(''a.meeting''))');
CREATE FUNCTION tap.session() RETURNS uuid LANGUAGE sql SECURITY DEFINER AS $$
    SELECT s.id FROM civic.attendance_sessions AS s
    WHERE s.contact_id = tap.id('a.individual')
    ORDER BY s.id DESC LIMIT 1
$$;
CREATE FUNCTION tap.try(actor text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    said text;
    detail text;
BEGIN
    PERFORM tap.become(actor);
    EXECUTE statement;
    RAISE EXCEPTION USING ERRCODE = 'TAP00';
EXCEPTION
    WHEN SQLSTATE 'TAP00' THEN
        RETURN 'ok';
    WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS said = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
        RETURN concat_ws(' | ', SQLSTATE, said, nullif(detail, ''));
END
$$;
CREATE FUNCTION tap.check_in(arguments text) RETURNS text LANGUAGE sql
    RETURN format('SELECT civic.check_in(%L, %s)', tap.session(), arguments);

SELECT matches(tap.try('a.individual', tap.check_in('22.57, 88.36, 10')),
    '^ZC121 .*CONSENT_REQUIRED.*"location" was never given', 'no check-in without consents, and the answer says which');
SELECT is(tap.value('a.individual', $$SELECT string_agg(p.code || ' ' || p.is_met, ', ' ORDER BY p.code, p.explanation)
    FROM civic.attendance_preconditions() AS p$$),
    '2FA_REQUIRED true, CONSENT_REQUIRED false, CONSENT_REQUIRED false, CONSENT_REQUIRED false',
    'what is needed can be asked in advance');
SELECT is(tap.value('a.professional', $$SELECT count(*) FROM civic.attendance_preconditions(tap.id('a.individual'))$$),
    '0', 'not by others');
SELECT tap.do('a.individual', $$SELECT civic.record_consent(t.name::civic.consent_type, '1.0', 'I agree.', true)
    FROM unnest('{location,data_retention,documentation_disclosure}'::text[]) AS t (name)$$);
SELECT results_eq($$SELECT u.consent_granted, u.consent_at IS NOT NULL FROM civic.users AS u
    WHERE u.id = tap.id('a.individual')$$, $$VALUES (true, true)$$, 'consent to the position is kept at the person');
SELECT is(tap.value('a.individual', $$SELECT bool_and(c.text_sha256 = sha256('I agree.')) FROM civic.list_consents()
    AS c$$), 'true', 'the hash is that of the text that was shown');
SELECT matches(tap.steps('a.individual', $$SELECT civic.record_consent('location', '1.0', 'I agree.', false)$$,
    $$SELECT string_agg(p.explanation, ' ') FROM civic.attendance_preconditions() AS p WHERE NOT p.is_met$$),
    '"location" was withdrawn', 'the newest consent of a type counts');
SELECT is(tap.steps('a.individual', $$SELECT civic.record_consent('location', '1.0', 'I agree.', false)$$,
    $$SELECT u.consent_granted || ' ' || (u.consent_at IS NULL) FROM civic.users AS u$$), 'false true',
    'and a withdrawal is kept at the person');
UPDATE civic.users SET two_fa_enabled = false WHERE id = tap.id('a.individual');
SELECT matches(tap.try('a.individual', tap.check_in('22.57, 88.36, 10')), '^ZC121 .*2FA_REQUIRED',
    'nor without two-factor sign-in');
UPDATE civic.users SET two_fa_enabled = true WHERE id = tap.id('a.individual');

-- 3. Sessions.
SELECT results_eq($$SELECT s.dest_name, s.dest_address, s.radius_meters, s.status::text
    FROM civic.attendance_sessions AS s WHERE s.id = tap.session()$$,
    $$VALUES ('meeting', '1 Mill Lane', 100::double precision, 'active')$$,
    'the destination is a copy of the meeting''s');
SELECT is(tap.steps('a.individual', $$SELECT civic.start_session(dest_name => 'Home', dest_address => 'x',
    latitude => 1,
    longitude => 2)$$, $$SELECT string_agg(s.status || ' ' || coalesce(s.ended_reason, '-') || ' '
    || s.radius_meters, ', ' ORDER BY s.id) FROM civic.attendance_sessions AS s$$),
    'ended another session was started 100, active - 200',
    'another session ends the one there was, and has 200 metres');
SELECT is(tap.steps('a.individual', $$SELECT civic.start_session()$$,
    $$SELECT s.dest_name || ' ' || (s.radius_meters IS NULL) FROM civic.get_active_session() AS s$$),
    'General Session true', 'a session without a fixed place');
SELECT is(tap.attempt('a.individual', $$SELECT civic.start_session(tap.id('a.meeting_past'))$$), 'PT404',
    'no session at a meeting that is not active');
SELECT throws_ok($$INSERT INTO civic.attendance_sessions (organization_id, contact_id, dest_name, dest_address, status,
    check_in_at) VALUES (tap.id('a'), tap.id('a.individual'), 'x', 'x', 'checked_in', now())$$, '23505', NULL,
    'two that are not over are one too many, whoever writes');
SELECT is(tap.attempt('a.individual', format($$UPDATE civic.attendance_sessions SET status = 'completed',
    check_out_at = now() WHERE id = %L$$, tap.session())), 'ZC004', 'times of check-in and check-out are not written');
SELECT is(tap.attempt('a.individual', format($$UPDATE civic.attendance_sessions SET status = 'checked_in'
    WHERE id = %L$$, tap.session())), 'ZC003', 'nor does a status move without an event');
SELECT is(tap.attempt('a.individual', format($$SELECT civic.stop_session(%L, '')$$, tap.session())), 'ZC002',
    'ending by hand needs a reason');
SELECT is(tap.steps('a.individual', format($$SELECT civic.stop_session(%L, 'The bus.')$$, tap.session()),
    $$SELECT s.status || ' ' || s.is_complete FROM civic.list_sessions() AS s$$), 'ended true', 'and then ends it');

-- 4. Every attempt is recorded; the session moves where the position is in range.
CREATE FUNCTION tap.outcome(actor text, VARIADIC events text[]) RETURNS text LANGUAGE sql AS $$
    SELECT tap.steps(actor, VARIADIC events || $q$SELECT string_agg(concat_ws(' ', e.type, e.location_flag, e.verdict,
        round(e.distance_m::numeric)), ', ' ORDER BY e.server_at) || ': ' || (SELECT s.status FROM
        civic.list_sessions(max_rows => 1) AS s) FROM civic.attendance_events AS e$q$::text)
$$;
SELECT is(tap.outcome('a.individual', tap.check_in('22.58, 88.36, 10')),
    'check_in denied outside 1112: active', 'out of range: recorded, not moved');
SELECT is(tap.outcome('a.individual', tap.check_in('22.5701, 88.36, 10')),
    'check_in granted inside 11: checked_in', 'in range: recorded and moved');
SELECT is(tap.outcome('a.individual', tap.check_in('22.5701, 88.36, 95')),
    'check_in granted undecidable 11: checked_in', 'in range as far as one can tell');
SELECT is(tap.outcome('a.individual', tap.check_in('22.57, 88.36, 1001')),
    'check_in denied undecidable 0: active', 'an accuracy of more than a kilometre is out of range');
SELECT is(tap.outcome('a.individual', tap.check_in('NULL, NULL')),
    'check_in timeout undecidable: active', 'no position in time');
SELECT is(tap.outcome('a.individual', tap.check_in('22.57, 88.36, 5'), tap.check_in('22.57, 88.36, 5')),
    'check_in granted inside 0, check_in granted inside 0: checked_in', 'both of two check-ins are kept');
SELECT is(tap.outcome('a.individual', format('SELECT civic.check_out(%L, 22.57, 88.36, 5)', tap.session())),
    'check_out granted inside 0: active', 'a check-out without check-in completes nothing');
SELECT is(tap.outcome('a.individual', tap.check_in('22.57, 88.36, 5'),
    format('SELECT civic.check_out(%L, 22.57, 88.36, 5)', tap.session())),
    'check_in granted inside 0, check_out granted inside 0: completed', 'from check-in to check-out');
SELECT is(tap.steps('a.individual', tap.check_in('22.57, 88.36, 5, now() - interval ''9 hours'''),
    format('SELECT civic.check_out(%L, 22.57, 88.36, 5, now() + interval ''9 hours'')', tap.session()),
    $$SELECT s.duration < '1 minute' FROM civic.list_sessions() AS s$$), 'true',
    'how long follows from the clock of the server, whatever the device says');
SELECT is(tap.steps('a.individual', format($$INSERT INTO civic.attendance_events (session_id, type, latitude, longitude,
    accuracy_m, server_at, receipt_id, location_flag, verdict, distance_m) VALUES (%L, 'check_in', 50, 50, 10,
    '2020-01-01', %L,
    'granted', 'inside', 0)$$, tap.session(), tap.id('mine')), $$SELECT e.location_flag || ' ' || e.verdict || ' '
    || (e.server_at > now()) || ' ' || (e.receipt_id <> tap.id('mine')) FROM civic.attendance_events AS e$$),
    'denied outside true true', 'what the server finds out is not the client''s to say');
SELECT is(tap.attempt('a.citizen', tap.check_in('22.57, 88.36, 5')), 'PT404', 'the session of another is none');
SELECT is(tap.attempt('a.individual', tap.check_in('91, 88.36, 5')), '23514', 'no such place on earth');
SELECT is(tap.attempt('a.individual', tap.check_in('22.57, 88.36, -1')), '23514', 'no such accuracy');
SELECT is(tap.attempt('a.individual', tap.check_in('22.57, 88.36, ''NaN''')), '23514', 'nor NaN');
SELECT is(tap.steps('a.individual', tap.check_in('22.57, 88.36, 5'), $$SELECT r.event_type || ' ' || r.location_flag
    || ' ' || r.destination || ' ' || (r.qr_reference = 'civic:receipt:' || r.id) || ' ' || (r.server_at >= r.device_at)
    FROM civic.attendance_events AS e, civic.get_receipt(e.receipt_id) AS r$$), 'check_in granted meeting true true',
    'the receipt');
SELECT is(tap.outcome('a.individual', 'SELECT civic.start_session()',
    'SELECT civic.check_in(s.id, 1, 2, 5) FROM civic.get_active_session() AS s'),
    'check_in granted undecidable: checked_in', 'without a fixed place any position is in range');

-- 5. The switch that answers with an error, and still records.
SELECT tap.do('a.individual', $$SELECT civic.register_identity('Ida', tap.id('a.court'), '1990-01-01')$$);
SELECT tap.do('a.admin', $$UPDATE civic.policy_versions SET effective_until = now() + interval '11.5 years'
    WHERE id = tap.id('a.rules2')$$);
UPDATE civic.policy_versions SET effective_until = NULL WHERE false;
SELECT is(tap.steps('a.individual', tap.check_in('22.58, 88.36, 10'),
    $$SELECT coalesce(nullif(current_setting('response.status', true), ''), 'none') || ' ' || count(*)
        FROM civic.attendance_events$$), 'none 1', 'out of range is no error');
INSERT INTO civic.jurisdictions (organization_id, id, name, code, requires_date_of_birth)
VALUES (tap.id('a'), tap.id('a.strict'), 'Strict', 'SX', false);
SELECT tap.do('a.admin', $$SELECT civic.set_attendance_policy(tap.id('a.strict'), '1', '{"reject_out_of_range": true,
    "max_accuracy_m": 60}')$$);
UPDATE civic.user_identities SET jurisdiction_id = tap.id('a.strict') WHERE contact_id = tap.id('a.individual');
SELECT is(tap.steps('a.individual', tap.check_in('22.58, 88.36, 10'),
    $$SELECT current_setting('response.status', true) || ' ' || count(*) || ' ' || count(e.policy_version_id)
        FROM civic.attendance_events AS e$$), '422 1 1', 'with the switch it is answered 422, and recorded');
SELECT is(tap.outcome('a.individual', tap.check_in('22.57, 88.36, 61')),
    'check_in denied inside 0: active', 'the accuracy is a matter of the policy');

-- 6. Signals: each as it was observed.
CREATE FUNCTION tap.signals(VARIADIC events text[]) RETURNS text LANGUAGE sql AS $$
    SELECT tap.steps('a.individual', VARIADIC events || $q$SELECT string_agg(s.signal_type || ' ' || s.signal_name
        || ' ' || s.signal_value, ', ' ORDER BY s.signal_name) FROM civic.data_quality_signals AS s$q$::text)
$$;
SELECT is(tap.signals(tap.check_in('22.57, 88.36, 10')), NULL, 'nothing to say about a good position');
SELECT matches(tap.signals(tap.check_in('22.57, 88.36, 10, now() - interval ''301 seconds''')),
    '^temporal clock_drift_seconds 3\d\d(\.\d+)?$', 'the clocks are more than five minutes apart');
SELECT is(tap.signals(tap.check_in('22.57, 88.36, 10, now() + interval ''299 seconds''')), NULL,
    'less is nothing to tell');
SELECT matches(tap.signals(tap.check_in('22.57, 88.36, 120')),
    '^gps gps_accuracy_meters 120, gps location_undecidable \{.*"radius_m": 100', 'a poor accuracy');
SELECT is(tap.signals(tap.check_in('NULL, NULL')), 'gps position_timeout true', 'no position');
SELECT is(tap.signals(tap.check_in($$22.57, 88.36, 10, signals => '{"mock_provider_detected": true,
    "gps_source": "FUSED", "liveness_quality": "uncertain", "battery": 3}'$$)),
    'device battery 3, gps gps_source "FUSED", biometric liveness_quality "uncertain", gps mock_provider_detected true',
    'what the device says of itself');
SELECT matches(tap.signals(tap.check_in('22.57, 88.36, 10'), tap.check_in('23.57, 88.36, 10')),
    '^gps impossible_travel \{.*"distance_m": 111175', 'from one place to another faster than anybody travels');
SELECT is(tap.signals(tap.check_in('22.57, 88.36, 10'), tap.check_in('22.5701, 88.36, 10')), NULL,
    'not within both accuracies');
SELECT is(tap.outcome('a.individual', tap.check_in($$22.57, 88.36, 10, now() - interval '1 day',
    signals => '{"mock_provider_detected": true}'$$)), 'check_in granted inside 0: checked_in',
    'no signal keeps a session from moving');
SELECT is(tap.attempt('a.individual', format($$INSERT INTO civic.data_quality_signals (session_event_id, signal_type,
    signal_name, signal_value) VALUES (%L, 'gps', 'x', '1')$$, tap.id('a.arrival.citizen'))), '42501',
    'nobody adds signals to the events of others');
SELECT is_empty($$SELECT a.attrelid::regclass, a.attname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
    WHERE c.relnamespace = 'civic'::regnamespace AND c.relname ~ '^(attendance|data_quality|review|mandate)'
        AND a.attname ~ 'score' AND a.attname <> 'liveness_score'$$, 'there is no score to sum them up in');

-- 7. Sessions that nobody checks in to.
UPDATE civic.policy_versions SET effective_until = now() WHERE jurisdiction_id = tap.id('a.strict');
UPDATE civic.attendance_sessions SET session_notes = 'early' WHERE id = tap.session();
SELECT is(tap.value('a.service',
    $$SELECT (civic.tick_attendance(at => now() + interval '14 minutes')).expired_sessions$$),
    '0', 'fourteen minutes are not too long');
SELECT is(tap.value('a.service',
    $$SELECT (civic.tick_attendance(at => now() + interval '16 minutes')).expired_sessions$$),
    '1', 'sixteen are');
SELECT is(tap.attempt('a.individual', 'SELECT civic.tick_attendance()'), '42501', 'the clock is not for everybody');
SELECT is(tap.steps('a.service', format($$INSERT INTO civic.attendance_sessions (id, contact_id, meeting_id, created_at)
    VALUES (%L, tap.id('a.individual'), tap.id('a.meeting'), now() - interval '16 minutes')$$, tap.id('late')),
    $$SELECT tap.become('a.individual')$$, format('SELECT civic.check_in(%L, 22.57, 88.36, 5)', tap.id('late')),
    format($$SELECT s.status || ' ' || (SELECT count(*) FROM civic.session_events(s.id)) FROM civic.attendance_sessions
        AS s WHERE s.id = %L$$, tap.id('late'))), 'expired 1',
    'a check-in that comes too late is recorded, and the session expires, also without a tick');

-- 8. Notes.
CREATE FUNCTION tap.notes_after(gone interval) RETURNS text LANGUAGE sql AS $$
    SELECT tap.steps('a.service', format($q$INSERT INTO civic.attendance_sessions (id, contact_id, meeting_id, status,
        check_in_at, check_out_at) VALUES (%L, tap.id('a.individual'), tap.id('a.meeting'), 'completed', now() -
        interval '2 hours', now() - interval %L)$q$, tap.id('noted'), gone), $q$SELECT tap.become('a.individual')$q$,
        format('SELECT civic.write_session_notes(%L, ''late'')', tap.id('noted')), 'SELECT ''written''')
$$;
SELECT is(tap.notes_after('4 minutes'), 'written', 'notes may be changed four minutes after check-out');
SELECT is(tap.notes_after('6 minutes'), 'ZC122', 'not six');
SELECT is(tap.attempt('a.individual', format('SELECT civic.write_session_notes(%L, repeat(''x'', 501))',
    tap.session())), '23514', 'nor more than 500 characters');

-- 9. What was documented stays; corrections are new rows.
SELECT tap.do('a.individual', tap.check_in('22.57, 88.36, 5'));
SELECT is(tap.steps('a.individual', format($$SELECT civic.record_event(e.session_id,
    'check_in', 22.58, 88.36, 5, notes =>
    'The other door.', corrects_record_id => e.id) FROM civic.session_events(%L) AS e$$, tap.session()),
    $$SELECT count(*) || ' ' || count(e.corrects_record_id) || ' ' || (SELECT s.status FROM civic.list_sessions(
        max_rows => 1) AS s) FROM civic.attendance_events AS e$$), '2 1 checked_in',
    'a correction is a row of its own, and moves nothing');
SELECT is(tap.attempt('a.individual', format($$SELECT civic.record_event(e.session_id, 'check_in', 22.58, 88.36, 5,
    corrects_record_id => e.id) FROM civic.session_events(%L) AS e$$, tap.session())), '23514',
    'a correction says why');
SELECT is(tap.attempt('a.individual', format($$SELECT civic.record_event(%L, 'check_in', notes => 'x',
    corrects_record_id => tap.id('a.arrival.citizen'))$$, tap.session())), '23503',
    'and speaks of an event of the same session');
SELECT is(tap.attempt(a.actor, format(x.statement, t.name)), 'ZC120', format('%s cannot: %s', a.actor,
    format(x.statement, t.name)))
FROM unnest('{attendance_events,selfie_artifacts,data_quality_signals,consent_artifacts,review_artifacts,'
    'emergency_explanations,explanation_attachments,messages}'::text[]) AS t (name)
CROSS JOIN (VALUES ('UPDATE civic.%I SET id = id'), ('DELETE FROM civic.%I')) AS x (statement)
CROSS JOIN (VALUES ('a.individual'), ('a.service')) AS a (actor);
SELECT throws_ok(format(x.statement, t.name), 'ZC120', NULL, format('nor can a superuser: %s', format(x.statement,
    t.name)))
FROM unnest('{attendance_events,selfie_artifacts,data_quality_signals,consent_artifacts,review_artifacts,'
    'emergency_explanations,explanation_attachments,messages}'::text[]) AS t (name)
CROSS JOIN (VALUES ('UPDATE civic.%I SET id = id'), ('DELETE FROM civic.%I'), ('TRUNCATE civic.%I CASCADE'))
    AS x (statement);
SELECT throws_ok(x.statement, 'ZC004', NULL, 'never: ' || x.statement)
FROM (VALUES ('UPDATE civic.record_tombstones SET id = id'), ('TRUNCATE civic.record_tombstones'),
    ('DELETE FROM civic.policy_versions'), ('DELETE FROM civic.legal_holds')) AS x (statement);
SELECT throws_ok(format('DELETE FROM civic.%I', t.name), 'ZC120', NULL, format('and %s are not deleted either', t.name))
FROM unnest('{attendance_sessions,verification_proofs,message_attachments}'::text[]) AS t (name);
SET LOCAL ROLE civic_owner;
SELECT throws_ok('DELETE FROM civic.data_quality_signals', 'ZC120', NULL,
    'not even the owner of the tables deletes without a tombstone');
SELECT throws_ok('DELETE FROM civic.record_tombstones', 'ZC004', NULL, 'and no tombstone at all');
RESET ROLE;
SELECT set_config('request.method', 'PATCH', true) \g /dev/null
SELECT throws_like('UPDATE civic.messages SET content = ''x''', '{"code": "ZC120", %', 'over HTTP the answer is of');
SELECT throws_ok('UPDATE civic.messages SET content = ''x''', 'PGRST', NULL, 'the form that gives it status 409');
SELECT set_config('request.method', '', true) \g /dev/null

-- 10. Policies hold from one moment to another.
SELECT is(tap.value('a.individual', format('SELECT p.version FROM civic.attendance_policy_at(%L, now() + interval %L)'
    ' AS p', tap.id('a.court'), x.later)), x.version, format('the version after %s', x.later))
FROM (VALUES ('0', '1'), ('9 years', '1'), ('10.5 years', NULL), ('11 years', '2'), ('12 years', NULL))
    AS x (later, version);
SELECT throws_ok($$INSERT INTO civic.policy_versions (organization_id, jurisdiction_id, version, effective_from)
    VALUES (tap.id('a'), tap.id('a.court'), 'x', now() + interval '5 years')$$, '23P01', NULL,
    'two versions never hold at once');
SELECT is(tap.attempt('a.admin', $$INSERT INTO civic.policy_versions (jurisdiction_id, version, effective_from)
    VALUES (tap.id('a.court'), 'x', now() - interval '5 years')$$), 'ZC126', 'none begins in the past');
SELECT is(tap.attempt('a.admin', $$UPDATE civic.policy_versions SET effective_until = now()
    WHERE id = tap.id('a.rules')$$),
    'ZC126', 'and an end stays');
SELECT is(civic.attendance_policy_fault(x.config::jsonb), x.fault, format('no policy: %s', x.config))
FROM (VALUES
    ('[]', 'It must be an object.'), ('null', 'It must be an object.'), ('{"unknown": 1}', '"unknown" is not known.'),
    ('{"reject_out_of_range": 1}', '"reject_out_of_range" must be of type boolean.'),
    ('{"custom_radius_m": 5}', '"custom_radius_m" must be 10 to 1000.'),
    ('{"custom_radius_m": "100"}', '"custom_radius_m" must be of type number.'),
    ('{"disabled": ["sleep"]}',
        '"disabled" must be a list of sessions, check_in, enrollment, messages, explanations.'),
    ('{"disabled": "check_in"}', '"disabled" must be of type array.'),
    ('{"required_consents": ["x"]}',
        '"required_consents" must be a list of biometric, location, data_retention, documentation_disclosure.'),
    ('{"calendar_id": "x"}', '"calendar_id" must be an id or null.'),
    ('{"calendar_id": 3}', '"calendar_id" must be an id or null.'),
    ('{"token_days": 0}', '"token_days" must be 1 to 365.'), ('{"sla_hours": 1e9}', '"sla_hours" must be 1 to 8760.'),
    ('{"check_in_minutes": -1}', '"check_in_minutes" must be 0 to 10080.'),
    ('{"max_speed_kmh": null}', '"max_speed_kmh" must be of type number.')
) AS x (config, fault);
SELECT is(civic.attendance_policy_fault(civic.attendance_defaults()), NULL, 'the defaults are one');
SELECT is(tap.attempt('a.admin', $$SELECT civic.set_attendance_policy(tap.id('a.strict'), 'x', '{"a": 1}')$$), 'ZC126',
    'and what is none does not become one');
SELECT tap.do('a.admin', $$SELECT civic.set_attendance_policy(tap.id('a.strict'), '2',
    '{"disabled": ["check_in", "sessions", "explanations"]}')$$);
SELECT is(tap.attempt('a.individual', tap.check_in('22.57, 88.36, 5')), 'ZC127', 'check-ins can be switched off');
SELECT is(tap.attempt('a.individual', 'SELECT civic.start_session()'), 'ZC127', 'and sessions');
SELECT is(tap.attempt('a.individual', $$SELECT civic.submit_explanation('work', repeat('x', 50))$$), 'ZC127',
    'and explanations');
SELECT is(tap.attempt('a.individual', $$SELECT civic.set_attendance_policy(tap.id('a.strict'), '3', '{}')$$), '42501',
    'not by everybody');
UPDATE civic.policy_versions SET effective_until = now() WHERE jurisdiction_id = tap.id('a.strict')
    AND effective_until IS NULL;

-- 11. Mandates: enrolled once, by who has the telephone number.
SELECT tap.do('a.professional', $$SELECT civic.create_mandate('919100000003', 'Ida')$$);
CREATE TABLE tap.tokens (n serial, token text);
GRANT ALL ON tap.tokens TO civic_user;
GRANT USAGE ON SEQUENCE tap.tokens_n_seq TO civic_user;
SELECT tap.do('a.professional', $$INSERT INTO tap.tokens (token) SELECT civic.send_enrollment_token(m.id)
    FROM civic.list_mandates() AS m WHERE m.individual_name = 'Ida'$$) FROM generate_series(1, 2);
SELECT is(tap.value('a.professional',
    'SELECT m.status FROM civic.list_mandates() AS m WHERE m.individual_name = ''Ida'''), 'token_sent',
    'a link was sent');
SELECT is_empty($$SELECT t.token FROM tap.tokens AS t JOIN civic_private.enrollment_tokens AS e
    ON encode(e.token_hash, 'escape') LIKE '%' || t.token || '%'$$, 'the token itself is nowhere');
SELECT results_eq($$SELECT length(t.token), e.token_hash = sha256(t.token::bytea), e.replaced_at IS NOT NULL,
    e.expires_at - now() FROM tap.tokens AS t JOIN civic_private.enrollment_tokens AS e
    ON e.token_hash = sha256(t.token::bytea) ORDER BY t.n$$,
    $$VALUES (64, true, true, '7 days'::interval), (64, true, false, '7 days')$$,
    'a new token ends the one before, and is good for a week');
SELECT is(tap.value('a.anon', format('SELECT civic.check_enrollment_token(%L) IS NOT NULL', t.token)), x.good,
    'anybody may ask whether a token is good')
FROM tap.tokens AS t JOIN (VALUES (1, 'false'), (2, 'true')) AS x (n, good) ON x.n = t.n ORDER BY t.n;
SELECT is(tap.attempt('a.individual', format('SELECT civic.enroll(%L)', t.token)), x.outcome, x.says)
FROM tap.tokens AS t JOIN (VALUES (1, 'ZC123', 'a token that was replaced is no longer good'),
    (2, '1', 'the newest is')) AS x (n, outcome, says) ON x.n = t.n;
SELECT is(tap.attempt('a.citizen', format('SELECT civic.enroll(%L)', t.token)), 'ZC123',
    'not for somebody with another telephone number') FROM tap.tokens AS t WHERE t.n = 2;
UPDATE civic.users SET phone_verified = false WHERE id = tap.id('a.individual');
SELECT is(tap.attempt('a.individual', format('SELECT civic.enroll(%L)', t.token)), 'ZC123',
    'nor with a number nobody has checked') FROM tap.tokens AS t WHERE t.n = 2;
UPDATE civic.users SET phone_verified = true WHERE id = tap.id('a.individual');
UPDATE civic_private.enrollment_tokens SET expires_at = now() - interval '1 second' WHERE token_hash = (
    SELECT sha256(t.token::bytea) FROM tap.tokens AS t WHERE t.n = 2);
SELECT is(tap.attempt('a.individual', format('SELECT civic.enroll(%L)', t.token)), 'ZC123', 'nor after a week')
FROM tap.tokens AS t WHERE t.n = 2;
SELECT is(tap.value('a.service', 'SELECT (civic.tick_attendance()).expired_mandates'), '1', 'then the mandate expires');
UPDATE civic_private.enrollment_tokens SET expires_at = now() + interval '1 day' WHERE token_hash = (
    SELECT sha256(t.token::bytea) FROM tap.tokens AS t WHERE t.n = 2);
SELECT tap.do('a.individual', format('SELECT civic.enroll(%L)', t.token)) FROM tap.tokens AS t WHERE t.n = 2;
SELECT is(tap.attempt('a.individual', format('SELECT civic.enroll(%L)', t.token)), 'ZC123', 'a token is good once')
FROM tap.tokens AS t WHERE t.n = 2;
SELECT is(tap.attempt('a.professional', $$SELECT civic.send_enrollment_token(m.id)
    FROM civic.list_mandates() AS m WHERE m.individual_name = 'Ida'$$), 'ZC123',
    'an enrolled mandate sends no more links');
SELECT is(tap.attempt('a.professional2', $$SELECT civic.send_enrollment_token(tap.id('a.mandate.stranger'))$$), 'PT404',
    'the mandate of another is none');
SELECT is(tap.attempt('a.individual', $$SELECT civic.create_mandate('919100000003', 'x')$$), '42501',
    'who is no professional gives no mandates');
SELECT is(tap.steps('a.professional', $$SELECT civic.transition('mandate', tap.id('a.mandate.stranger'), 'cancelled')$$,
    $$SELECT m.status FROM civic.mandates AS m WHERE m.id = tap.id('a.mandate.stranger')$$), 'cancelled',
    'a mandate can be taken back before');
SELECT is(tap.attempt('a.professional', $$SELECT civic.transition('mandate', tap.id('a.mandate.citizen'),
    'cancelled')$$),
    'ZC001', 'not after');
SELECT is(tap.attempt('a.professional', $$UPDATE civic.mandates SET status = 'enrolled', enrolled_at = now(),
    enrolled_contact_id = tap.id('a.clerk') WHERE id = tap.id('a.mandate.stranger')$$), 'ZC003',
    'and nobody is enrolled by hand');

-- 12. A professional sees what is recorded from then on, and nothing of others.
INSERT INTO tap.names SELECT s.id, 'before' FROM civic.attendance_sessions AS s WHERE s.id = tap.session();
SELECT tap.do('a.individual', 'SELECT civic.start_session(tap.id(''a.meeting''))');
INSERT INTO tap.names SELECT s.id, 'after' FROM civic.attendance_sessions AS s WHERE s.id = tap.session()
UNION ALL SELECT tap.id('a.visit.citizen'), 'visit' UNION ALL SELECT tap.id('a.visit.neighbour'), 'other_visit';
SELECT tap.do('a.individual', tap.check_in('22.57, 88.36, 5'));
SELECT is(tap.seen('a.' || x.actor, 'SELECT id FROM civic.attendance_sessions'), x.names,
    format('sessions that %s sees', x.actor))
FROM (VALUES ('individual', 'after before'), ('professional', 'after visit'), ('professional2', 'other_visit'),
    ('citizen', 'visit'), ('clerk', NULL), ('officer', NULL), ('auditor', 'after before other_visit visit'),
    ('admin', 'after before other_visit visit')) AS x (actor, names);
SELECT is(tap.value(a.actor, format('SELECT count(*) FROM civic.%I', t.name)), a.n, format('%s sees %s of %s', a.actor,
    a.n, t.name))
FROM unnest('{selfie_artifacts,consent_artifacts,user_identities,review_artifacts,emergency_explanations,'
    'explanation_attachments,verification_proofs}'::text[]) AS t (name)
CROSS JOIN (VALUES ('a.professional', '1'), ('a.professional2', '1'), ('b.professional', '1'), ('a.moderator', '0'))
    AS a (actor, n);
SELECT is(tap.value(a.actor, format('SELECT count(*) FROM civic.%I', t.name)), a.n, format('%s sees %s of %s', a.actor,
    a.n, t.name))
FROM unnest('{message_threads,message_attachments,message_sla}'::text[]) AS t (name)
CROSS JOIN (VALUES ('a.professional', '1'), ('a.professional2', '0'), ('a.citizen', '1'), ('a.individual', '0'))
    AS a (actor, n);
SELECT is(tap.seen('a.professional', 'SELECT s.id FROM civic.mandated_sessions() AS s'), 'after visit',
    'sessions of the people enrolled through the professional');
SELECT is(tap.value('a.professional', $$SELECT count(*) FROM civic.status_history
    WHERE workflow = 'attendance_session'$$), '0', 'how a session moved is seen by who moved it, and administrators');

-- 13. Reviews.
SELECT is(tap.steps('a.professional', $$SELECT civic.review_record('attendance_session', tap.id('a.visit.citizen'),
    'flagged')$$, $$SELECT r.reviewer_credential_state || ' ' || (r.reviewer_id = tap.id('a.professional')) || ' '
    || (r.policy_version_id = tap.id('a.rules')) FROM civic.record_reviews(tap.id('a.visit.citizen')) AS r
    WHERE r.decision_type = 'flagged'$$), 'active true true', 'a review has the state of the licence and the policy');
SELECT is(tap.attempt('a.professional', $$SELECT civic.review_record('attendance_session', tap.id('a.visit.citizen'),
    'rejected')$$), '23514', 'rejected needs a reason');
SELECT is(tap.attempt('a.professional', $$SELECT civic.review_record('message', tap.id('a.answer'), 'annotated')$$),
    '23514', 'annotated an annotation');
SELECT is(tap.attempt('a.professional', $$SELECT civic.review_record('attendance_session',
    tap.id('a.visit.neighbour'), 'approved')$$), '42501', 'records of others are not theirs');
SELECT is(tap.attempt('a.professional', $$SELECT civic.review_record('message', tap.id('a.visit.citizen'),
    'approved')$$),
    'PT404', 'no such record');
SELECT is(tap.attempt('a.professional2', $$SELECT civic.review_record('attendance_session',
    tap.id('a.visit.neighbour'), 'approved')$$), 'ZC124', 'who has no licence decides nothing');
SELECT is(tap.attempt('a.professional2', $$SELECT civic.review_record('attendance_session',
    tap.id('a.visit.neighbour'), 'annotated', annotation => 'Seen.')$$), '1', 'but may annotate');
SELECT is(tap.attempt('a.citizen', $$SELECT civic.review_record('attendance_session', tap.id('a.visit.citizen'),
    'approved')$$), '42501', 'nobody reviews themselves');
SELECT is(tap.attempt('a.admin', $$UPDATE civic.professional_credentials SET state = 'suspended'
    WHERE id = tap.id('a.licence')$$), 'ZC002', 'a licence is not suspended without a reason');
SELECT is(tap.attempt('a.professional', $$UPDATE civic.professional_credentials SET expires_at = NULL$$), '0',
    'nor written by who holds it');
UPDATE civic.professional_credentials SET expires_at = now() WHERE id = tap.id('a.licence');
SELECT is(tap.attempt('a.professional', $$SELECT civic.review_record('attendance_session', tap.id('a.visit.citizen'),
    'approved')$$), 'ZC124', 'a licence that is over is not active, before any tick');
SELECT is(tap.value('a.service', 'SELECT (civic.tick_attendance()).expired_credentials'), '1', 'and a tick says so');
UPDATE civic.professional_credentials SET expires_at = NULL WHERE id = tap.id('a.licence');
SELECT is(tap.value('a.professional', 'SELECT count(*) FROM civic.review_queue()'), '0', 'reviewed or not over');
SELECT is(tap.steps('a.individual', format('SELECT civic.check_out(%L, 22.57, 88.36, 5)', tap.session()),
    $$SELECT tap.become('a.professional')$$, 'SELECT count(*) FROM civic.review_queue()'), '1',
    'a session that is over waits for a review');
SELECT is(tap.steps('a.individual', format('SELECT civic.check_out(%L, 22.57, 88.36, 5)', tap.session()),
    $$SELECT tap.become('a.professional')$$, 'SELECT count(*) FROM civic.review_queue(only_signals => true)'), '0',
    'not where only those with signals are asked for');
SELECT is(tap.value('a.citizen', $$SELECT count(*) FROM civic.credential_state(tap.id('a.professional')) AS c
    WHERE c IS NOT NULL$$), '0', 'the state of a licence is not everybody''s to know');

-- 14. Messages.
SELECT tap.do('a.professional', $$SELECT civic.open_thread(m.id) FROM civic.list_mandates('{enrolled}') AS m
    WHERE m.individual_name = 'Ida'$$);
CREATE FUNCTION tap.thread() RETURNS uuid LANGUAGE sql SECURITY DEFINER AS $$
    SELECT t.id FROM civic.message_threads AS t WHERE t.contact_id = tap.id('a.individual')
$$;
CREATE FUNCTION tap.send(type text, refers uuid DEFAULT NULL) RETURNS text LANGUAGE sql
    RETURN format('SELECT civic.send_message(%L, %L, ''Words.'', %L)', tap.thread(), type, refers);
SELECT is(tap.attempt(x.actor, tap.send(x.type)), x.outcome, format('%s sends %s: %s', x.actor, x.type, x.outcome))
FROM (VALUES ('a.professional', 'professional_request', '1'), ('a.professional', 'user_question', 'ZC125'),
    ('a.professional', 'system_notification', 'ZC125'), ('a.professional', 'emergency', '1'),
    ('a.professional', 'correction', 'ZC125'), ('a.individual', 'professional_request', 'ZC125'),
    ('a.individual', 'user_question', '1'), ('a.individual', 'emergency', '1'),
    ('a.citizen', 'emergency', 'PT404'), ('a.professional2', 'emergency', 'PT404'), ('a.admin', 'emergency', 'PT404'),
    ('a.service', 'system_notification', '1')) AS x (actor, type, outcome);
SELECT is(tap.steps('a.individual', tap.send('user_question'), $$SELECT m.sender_role || ' ' || m.recipient_role
    FROM civic.list_messages(tap.thread()) AS m$$), 'individual professional', 'who writes to whom is known');
SELECT is(tap.value('a.professional', $$SELECT t.id = tap.thread() FROM civic.open_thread((SELECT m.id FROM
    civic.list_mandates('{enrolled}') AS m WHERE m.individual_name = 'Ida')) AS t$$), 'true',
    'a mandate has one open thread');
SELECT is(tap.attempt('a.professional', $$SELECT civic.open_thread(tap.id('a.mandate.stranger'))$$), 'ZC125',
    'and none before somebody is enrolled');
SELECT tap.do('a.professional', tap.send('professional_request'));
CREATE FUNCTION tap.request() RETURNS uuid LANGUAGE sql SECURITY DEFINER AS $$
    SELECT m.id FROM civic.messages AS m
    WHERE m.thread_id = tap.thread() AND m.message_type = 'professional_request' ORDER BY m.id DESC LIMIT 1
$$;
SELECT results_eq($$SELECT s.sla_state::text, s.sla_deadline - s.opened_at, s.is_overdue, s.contact_id
    FROM civic.message_sla AS s WHERE s.message_id = tap.request()$$,
    $$VALUES ('open', '24:00:00'::interval, false, tap.id('a.individual'))$$,
    'a request is to be answered within 24 hours, around the clock');
SELECT is((SELECT n.type || ' ' || n.title FROM civic.notifications AS n WHERE n.recipient_id = tap.id('a.individual')
    ORDER BY n.id DESC LIMIT 1) ~ '^attendance_request Please answer by ', true, 'its person is told');
SELECT is(tap.value('a.service',
    $$SELECT (civic.tick_attendance(at => now() + interval '23 hours')).overdue_requests$$), '0',
    'it is not overdue yet');
SELECT is(tap.steps('a.service', $$SELECT civic.tick_attendance(at => now() + interval '25 hours')$$,
    $$SELECT s.is_overdue || ' ' || (SELECT n.title FROM civic.notifications AS n WHERE n.type =
        'attendance_request_overdue' AND n.recipient_id = tap.id('a.professional')) FROM civic.message_sla AS s
        WHERE s.message_id = tap.request()$$), 'true A request was not answered', 'a day later it is');
SELECT is(tap.steps('a.individual', tap.send('user_question'), $$SELECT s.sla_state || ' ' || (s.responded_at
    IS NOT NULL) FROM civic.message_sla AS s$$), 'responded true', 'the next message of the person answers it');
SELECT is(tap.steps('a.professional', tap.send('professional_request'), $$SELECT tap.become('a.individual')$$,
    tap.send('emergency', tap.request()), $$SELECT string_agg(s.sla_state::text, ' ' ORDER BY s.opened_at)
    FROM civic.message_sla AS s$$), 'responded open', 'an answer to one request answers that one');
SELECT is(tap.attempt('a.professional', $$SELECT civic.transition('message_sla', s.id, 'closed')
    FROM civic.message_sla AS s WHERE s.message_id = tap.request()$$), 'ZC001', 'an open request is not closed');
SELECT is(tap.steps('a.professional', $$SELECT civic.transition('message_sla', s.id, 'closed')
    FROM civic.message_sla AS s WHERE s.message_id = tap.id('a.request')$$, $$SELECT s.closed_at IS NOT NULL
    FROM civic.message_sla AS s WHERE s.message_id = tap.id('a.request')$$), 'true', 'one that was answered is');
SELECT is(tap.attempt('a.citizen', $$SELECT civic.transition('message_sla', s.id,
    'closed') FROM civic.message_sla AS s$$),
    'PT404', 'by the professional');
SELECT is(tap.attempt('a.professional', tap.send('correction', tap.request())), '1', 'a correction refers');
SELECT is(tap.attempt('a.individual', tap.send('correction', tap.request())), 'ZC125', 'to one''s own words');
SELECT is(tap.attempt('a.individual', tap.send('emergency', tap.id('a.request'))), 'ZC125',
    'and to the same thread');
SELECT is(tap.steps('a.professional', format('SELECT civic.transition(''thread'', %L, ''archived'')', tap.thread()),
    tap.send('emergency'), 'SELECT 1'), 'ZC125', 'an archived thread takes no messages');
SELECT is(tap.attempt('a.individual', format($$INSERT INTO civic.message_attachments (message_id, file_name, file_type,
    file_size, sha256, storage_key) VALUES (%L, 'x', 'text/plain', 1, sha256('x'), 'x')$$, tap.request())), 'ZC125',
    'files go with messages of one''s own');
SELECT is(tap.value('a.citizen', $$SELECT jsonb_array_length(e) || ' ' || (e #>> '{0,from}') || ' ' || (e #>>
    '{1,sha256}' = encode(civic_helpers.record_sha256(m), 'hex'))
    FROM civic.export_thread(tap.id('a.thread.citizen')) AS e,
    civic.messages AS m WHERE m.id = tap.id('a.answer')$$), '2 professional true', 'the transcript');
SELECT tap.do('a.admin', $$SELECT civic.set_attendance_policy(tap.id('a.strict'),
    '4', jsonb_build_object('sla_hours', 8,
    'calendar_id', tap.id('a.calendar')))$$);
SELECT is(tap.steps('a.professional', tap.send('professional_request'), $$SELECT (civic.work_between(
    tap.id('a.calendar'), s.opened_at, s.sla_deadline) = '8 hours')::text FROM civic.message_sla AS s
    WHERE s.message_id = tap.request()$$), 'true', 'in working time, where the policy names a calendar');

-- 15. Explanations.
SELECT is(tap.attempt('a.individual', format('SELECT civic.submit_explanation(%L, %L, %L)', 'medical', x.words, x.id)),
    x.outcome, format('an explanation: %s', x.outcome))
FROM (VALUES (repeat('x', 49), NULL, '23514'), (repeat(' ', 60), NULL, '23514'), (repeat('x', 50), NULL, '1'),
    (repeat('x', 50), tap.id('a.visit.citizen'), '23503'), (repeat('x', 50), tap.session(), '1'))
    AS x (words, id, outcome);
SELECT is(tap.steps('a.individual', $$SELECT civic.submit_explanation('medical', repeat('x', 50))$$,
    $$SELECT tap.become('a.professional')$$, $$SELECT count(*) || ' ' || (SELECT n.title FROM civic.notifications AS n
    WHERE n.type = 'attendance_explained') FROM civic.list_explanations(tap.id('a.individual'))$$),
    '1 New explanation: medical', 'the professional sees it, and is told');

-- 16. Integrity records.
SELECT tap.do('a.individual', $$SELECT civic.create_proof('check_in', e.id) FROM civic.attendance_events AS e
    WHERE e.session_id = tap.session()$$);
SELECT is(tap.value('a.individual', $$SELECT p.payload_sha256 = civic_helpers.record_sha256(e)
    FROM civic.verification_proofs AS p
    JOIN civic.attendance_events AS e ON e.id = p.event_id$$), 'true', 'the hash is that of the event');
SELECT is(tap.steps('a.individual', 'SET LOCAL timezone = ''Asia/Tokyo''', 'SET LOCAL extra_float_digits = 0',
    $$SELECT p.payload_sha256 = civic_helpers.record_sha256(e) FROM civic.verification_proofs AS p
    JOIN civic.attendance_events AS e ON e.id = p.event_id$$), 'true', 'whatever the session has set');
SELECT is(tap.attempt('a.individual', $$SELECT civic.create_proof('check_in', tap.id('a.arrival.citizen'))$$), '42501',
    'for one''s own events');
SELECT is(tap.attempt('a.individual', $$SELECT civic.create_proof('check_out', tap.id('a.arrival.citizen'))$$), 'PT404',
    'of that kind');
SELECT is(tap.steps('a.service', 'SELECT count(*) FROM civic.claim_proofs()', $$SELECT civic.settle_proof(p.id, false,
    reason => 'no answer') FROM civic.verification_proofs AS p$$, $$SELECT string_agg(DISTINCT p.status || ' '
    || p.attempts, '') FROM civic.verification_proofs AS p$$), 'failed 1', 'what does not work is tried again');
SELECT is(tap.steps('a.service', 'SELECT count(*) FROM civic.claim_proofs()', $$SELECT civic.settle_proof(p.id, false,
    reason => 'no answer') FROM civic.verification_proofs AS p$$, 'SELECT count(*) FROM civic.claim_proofs()',
    $$SELECT civic.settle_proof(p.id, true, '{"tx": 1}') FROM civic.verification_proofs AS p$$,
    $$SELECT string_agg(DISTINCT p.status || ' ' || p.attempts || ' ' || (p.verified_at IS NOT NULL), '')
    FROM civic.verification_proofs AS p$$), 'verified 2 true', 'until it does');
SELECT is(tap.attempt('a.service', $$SELECT civic.settle_proof(tap.id('a.proof.citizen'), true)$$), 'ZC001',
    'what was not asked for is not answered');
SELECT is(tap.attempt('a.individual', $$SELECT civic.settle_proof(p.id, true) FROM civic.verification_proofs AS p$$),
    '42501', 'and not by its person');

-- 17. Subscriptions, as their provider reports them.
CREATE FUNCTION tap.report(status text) RETURNS text LANGUAGE sql
    RETURN format($$SELECT civic.record_subscription(tap.id('a.individual'), 'c', 's', 'ad_free', %L, now(),
        now() + interval '1 month')$$, status);
SELECT is(tap.steps('a.service', tap.report('active'), tap.report('past_due'), tap.report('active'),
    tap.report('cancelled'), $$SELECT status FROM civic.subscriptions WHERE provider_subscription_id = 's'$$),
    'cancelled', 'active, past due, active, cancelled');
SELECT is(tap.steps('a.service', tap.report('active'), tap.report('cancelled'), tap.report('active'),
    'SELECT 1'), 'ZC001', 'cancelled is the end');
SELECT is(tap.attempt('a.individual', tap.report('active')), '42501', 'nobody subscribes by themselves');

-- 18. Retention, holds, tombstones.
UPDATE civic.retention_policies SET is_active = false WHERE organization_id = tap.id('a');
INSERT INTO civic.retention_policies (organization_id, jurisdiction_id, record_type, retention_days)
SELECT tap.id('a'), NULL, t.label, 30 FROM unnest(enum_range(NULL::civic.attendance_record)) AS t (label)
WHERE t.label NOT IN ('attendance_event', 'data_quality_signal', 'explanation_attachment', 'message_attachment');
SELECT is(tap.value('a.service', 'SELECT count(*) FROM civic.apply_retention()'), '0', 'what is young is kept');
INSERT INTO civic.attendance_sessions (organization_id, id, contact_id, meeting_id, status, created_at)
SELECT tap.id('a'), tap.id('old.' || p.name), tap.id('a.' || p.name), tap.id('a.meeting'), 'ended',
    now() - interval '31 days'
FROM (VALUES ('citizen'), ('individual'), ('contributor')) AS p (name);
INSERT INTO civic.attendance_events (organization_id, id, session_id, type, server_at)
SELECT tap.id('a'), tap.id('old.event.' || p.name), tap.id('old.' || p.name), 'check_in', now() - interval '31 days'
FROM (VALUES ('citizen'), ('individual'), ('contributor')) AS p (name);
INSERT INTO civic.emergency_explanations (organization_id, contact_id, session_id, category, narrative)
VALUES (tap.id('a'), tap.id('a.contributor'), tap.id('old.contributor'), 'work', repeat('x', 50));
INSERT INTO civic.consent_artifacts (organization_id, contact_id, consent_type, consent_version, text_sha256, granted,
    granted_at)
SELECT tap.id('a'), tap.id('a.contributor'), 'biometric', n::text, sha256('x'), true,
    now() - interval '40 days' + n * interval '1 day' FROM generate_series(1, 3) AS n;
CREATE TABLE tap.hashes AS SELECT e.id, civic_helpers.record_sha256(e) AS sha256 FROM civic.attendance_events AS e
WHERE e.id = tap.id('old.event.individual');
SELECT is(tap.value('a.individual', 'SELECT count(*) FROM civic.apply_retention()'), '42501',
    'not everybody deletes');
CREATE FUNCTION tap.kept() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(p.name, ' ' ORDER BY p.name)
    FROM (VALUES ('citizen'), ('individual'), ('contributor')) AS p (name)
    JOIN civic.attendance_sessions AS s ON s.id = tap.id('old.' || p.name)
$$;
SELECT tap.do('a.service', 'SELECT civic.apply_retention()');
SELECT is(tap.kept(), 'citizen contributor',
    'a month-old session is deleted; under a hold it stays, and where an explanation speaks of it');
SELECT results_eq($$SELECT t.record_type::text, t.record_sha256 = h.sha256, t.deletion_reason
    FROM civic.record_tombstones AS t JOIN tap.hashes AS h ON h.id = t.record_id$$,
    $$VALUES ('attendance_event', true, 'retention policy of attendance session')$$,
    'its event went with it, and left a tombstone with the hash it had');
SELECT is((SELECT count(*) FROM civic.record_tombstones AS t WHERE t.record_id = tap.id('old.individual')), 1::bigint,
    'and so did the session');
SELECT is((SELECT string_agg(c.consent_version, ' ') FROM civic.consent_artifacts AS c
    WHERE c.contact_id = tap.id('a.contributor')), '3', 'of consents the newest stays');
SELECT tap.do('a.admin', $$SELECT civic.release_legal_hold(tap.id('a.hold'))$$);
SELECT tap.do('a.admin', $$SELECT civic.place_legal_hold('case', 'Court', case_identifier => 'case citizen')$$);
SELECT tap.do('a.service', 'SELECT civic.apply_retention()');
SELECT is(tap.kept(), 'citizen contributor', 'a hold on their case holds as well');
SELECT tap.do('a.admin', $$SELECT civic.release_legal_hold(h.id) FROM civic.legal_holds AS h
    WHERE h.case_identifier = 'case citizen'$$);
SELECT tap.do('a.admin', $$SELECT civic.place_legal_hold('record', 'Court', tap.id('old.citizen'))$$);
SELECT tap.do('a.service', 'SELECT civic.apply_retention()');
SELECT is(tap.kept(), 'citizen contributor', 'and so does one on the record');
SELECT is(tap.attempt('a.admin', $$UPDATE civic.legal_holds SET reason = 'x'$$), 'ZC004',
    'why a hold was placed stays');
SELECT tap.do('a.admin', $$SELECT civic.release_legal_hold(h.id) FROM civic.legal_holds AS h
    WHERE h.released_at IS NULL$$);
INSERT INTO civic.retention_policies (organization_id, jurisdiction_id, record_type, retention_days)
VALUES (tap.id('a'), tap.id('a.court'), 'attendance_session', 365);
SELECT tap.do('a.service', 'SELECT civic.apply_retention()');
SELECT is(tap.kept(), 'citizen contributor', 'the days of the jurisdiction go before those of the organization');
UPDATE civic.retention_policies SET is_active = false WHERE jurisdiction_id = tap.id('a.court');
SELECT tap.do('a.service', 'SELECT civic.apply_retention()');
SELECT is(tap.kept(), 'contributor', 'then nothing keeps it');
SELECT is(tap.steps('a.service', 'SELECT civic.apply_retention(0)', 'SELECT 1'), '22023', 'nought rows are none');
SELECT throws_ok($$INSERT INTO civic.retention_policies (organization_id, record_type, retention_days)
    VALUES (tap.id('a'), 'attendance_event', 1)$$, '23514', NULL, 'events go with their session');

-- 19. The machines: these moves and no others.
SELECT set_eq($$SELECT t.workflow || ': ' || coalesce(t.from_status, '') || ' > ' || t.to_status
    FROM civic.workflow_transitions AS t WHERE t.organization_id = '00000000-0000-0000-0000-000000000000' AND t.workflow
        IN ('attendance_session', 'mandate', 'credential', 'thread', 'message_sla', 'proof', 'subscription')$$,
    ARRAY['attendance_session:  > active', 'attendance_session: active > checked_in',
        'attendance_session: checked_in > completed', 'attendance_session: active > ended',
        'attendance_session: checked_in > ended', 'attendance_session: active > expired',
        'mandate:  > created', 'mandate: created > token_sent', 'mandate: token_sent > enrolled',
        'mandate: created > expired', 'mandate: token_sent > expired', 'mandate: created > cancelled',
        'mandate: token_sent > cancelled', 'credential:  > active', 'credential: active > suspended',
        'credential: suspended > active', 'credential: active > revoked', 'credential: suspended > revoked',
        'credential: active > expired', 'credential: suspended > expired', 'thread:  > active',
        'thread: active > archived', 'message_sla:  > open', 'message_sla: open > responded',
        'message_sla: responded > closed', 'proof:  > created', 'proof: created > pending',
        'proof: pending > verified', 'proof: pending > failed', 'proof: failed > pending', 'subscription:  > active',
        'subscription: active > past_due', 'subscription: past_due > active', 'subscription: active > cancelled',
        'subscription: past_due > cancelled'], 'the moves are those of the design');

-- 20. Meetings.
SELECT is(tap.value('a.anon', $$SELECT string_agg((n.meeting).name || ' ' || round(n.distance_m::numeric), ', ')
    FROM civic.nearby_meetings(22.58, 88.36) AS n$$), 'meeting 1112', 'active meetings nearby, for everybody');
SELECT is(tap.value('a.anon', 'SELECT count(*) FROM civic.nearby_meetings(22.58, 88.36, 1100)'), '0', 'within metres');
SELECT is(tap.value('a.anon', $$SELECT count(*) FROM civic.search_meetings('MEET')$$), '1', 'by words');
SELECT is(tap.attempt('a.anon', $$SELECT civic.search_meetings('me')$$), '22023', 'of three characters');
SELECT is(tap.value('a.anon', $$SELECT count(*) FROM civic.search_meetings('%%%')$$), '0', 'which are no patterns');
SELECT is(tap.value('a.anon', $$SELECT count(*) FROM civic.get_meeting_by_code('meeting')$$), '1', 'by the poster');
SELECT is(tap.value('a.anon', 'SELECT count(*) FROM civic.current_meetings()'), '1', 'that go on now');
SELECT is(tap.steps('a.professional', $$UPDATE civic.meetings SET start_time = now() + interval '6 days',
    end_time = now() + interval '6.1 days' WHERE name = 'meeting'$$, $$SELECT (SELECT count(*) FROM
    civic.upcoming_meetings()) || ' ' || (SELECT count(*) FROM civic.upcoming_meetings('5 days')) || ' '
    || (SELECT count(*) FROM civic.current_meetings())$$), '1 0 0', 'or begin within a week');
SELECT is(tap.value('a.professional', 'SELECT count(*) FROM civic.meetings_created_by()'), '2', 'one''s own');
SELECT is(tap.value('a.professional', $$SELECT (civic.import_meetings('[{"name": "New", "address": "A", "latitude": 1,
    "longitude": 2}, {"name": "new", "address": "a ", "latitude": 1, "longitude": 2}, {"name": "MEETING", "address":
    "1 mill lane", "latitude": 1, "longitude": 2}]'))::text$$), '(1,2)', 'an import creates each once');
SELECT is(tap.attempt('a.individual', $$SELECT civic.import_meetings('[{"name": "New", "address": "A", "latitude": 1,
    "longitude": 2}]')$$), '42501', 'not by everybody');
SELECT throws_ok(format($$INSERT INTO civic.meetings (organization_id, name, address, latitude, longitude,
    radius_meters,
    is_test) VALUES (tap.id('a'), 'x', 'x', 1, 2, %s, %s)$$, x.radius, x.is_test), '23514', NULL,
    format('radius %s is refused', x.radius))
FROM (VALUES ('9.9', 'false'), ('1000.1', 'false'), ('''NaN''', 'false'), ('''NaN''', 'true')) AS x (radius, is_test);
SELECT lives_ok($$INSERT INTO civic.meetings (organization_id, name, address, latitude, longitude, radius_meters,
    is_test) VALUES (tap.id('a'), 'x', 'x', 1, 2, 50000, true)$$, 'a test meeting may be wide');
SELECT is(tap.value('a.anon', $$SELECT c.within || ' ' || c.verdict || ' ' || round(c.distance_m::numeric)
    FROM civic.check_location(tap.id('a.meeting'), 22.5701, 88.36, 10) AS c$$), 'true inside 11',
    'what a check-in would document');

-- 21. Figures.
SELECT is(tap.value('a.citizen', $$SELECT total_sessions || ' ' || completed_sessions || ' ' || status_breakdown
    FROM civic.session_statistics()$$), '1 0 {"checked_in": 1}', 'a person''s own');
SELECT matches(tap.steps('a.individual', format('SELECT civic.check_out(%L, 22.57, 88.36, 5)', tap.session()),
    $$SELECT completed_sessions || ' ' || average_duration_minutes
    FROM civic.session_statistics(until => now() + interval '1 hour')$$), '^1 \d+\.\d\d$',
    'with minutes');
SELECT is(tap.value('a.admin', $$SELECT total_contacts || ' ' || (total_sessions >= total_contacts) || ' '
    || (location_granted_rate BETWEEN 0 AND 1)
    FROM civic.attendance_statistics(until => now() + interval '1 hour')$$), '3 true true',
    'and those of the organization');
SELECT is(tap.attempt('a.professional', 'SELECT civic.attendance_statistics()'), '42501', 'not for everybody');
SELECT is(tap.value('a.professional', $$SELECT sessions || ' ' || people
    FROM civic.meeting_statistics(tap.id('a.meeting'))$$), '5 4', 'of a meeting');

SELECT * FROM finish();
ROLLBACK;
