CREATE FUNCTION civic_private.add_sign_in_policy() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO civic.sign_in_policies (organization_id) VALUES (NEW.id);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.add_sign_in_policy() IS
    'AFTER INSERT row trigger on civic.organizations: people of a new organization sign in by the defaults.';

CREATE FUNCTION civic_private.investigate_event() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.is_investigated := NEW.is_investigated OR NEW.investigation_notes IS NOT NULL;
    NEW.investigated_by := CASE WHEN NEW.is_investigated THEN civic.current_user_id() END;
    NEW.investigated_at := CASE WHEN NEW.is_investigated THEN now() END;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.investigate_event() IS
    'BEFORE UPDATE row trigger on civic.security_events: keeps who looked into an event and when.';

CREATE FUNCTION civic_private.request_origin(OUT ip_address inet, OUT user_agent text, OUT fingerprint text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    headers jsonb := nullif(current_setting('request.headers', true), '')::jsonb;
BEGIN
    user_agent := left(headers ->> 'user-agent', 1000);
    BEGIN
        -- The last address is of whom the proxy in front of the API talked to; those before it anybody can invent.
        ip_address := nullif(regexp_replace(headers ->> 'x-forwarded-for', '^.*, *', ''), '')::inet;
    EXCEPTION WHEN invalid_text_representation THEN
        ip_address := NULL;
    END;
    IF num_nonnulls(ip_address, user_agent) > 0 THEN
        fingerprint := encode(sha256(convert_to(concat(host(ip_address), '|', user_agent, '|',
            headers ->> 'accept-language'), 'UTF8')), 'hex');
    END IF;
END
$$;
COMMENT ON FUNCTION civic_private.request_origin() IS
    'Where a request comes from, by the headers that PostgREST passes on; nulls where there are none.';

CREATE FUNCTION civic_private.record_security_event(
    organization uuid, person uuid, event_type civic.security_event_type, severity civic.security_severity,
    description text, session_id uuid DEFAULT NULL, event_data jsonb DEFAULT '{}'
) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    origin record := civic_private.request_origin();
    alike integer;
    risk integer := CASE
        WHEN event_type IN ('intrusion_attempt', 'privilege_escalation', 'malware_detected', 'security_violation') THEN
            50
        WHEN event_type IN ('suspicious_activity', 'file_upload_threat', 'authentication_failure') THEN 25
        ELSE 10
    END * CASE severity WHEN 'low' THEN 1 WHEN 'medium' THEN 1.5 WHEN 'high' THEN 2 ELSE 3 END - 0.5;
BEGIN
    IF organization IS NULL THEN
        RETURN;
    END IF;
    SELECT count(*) INTO alike
    FROM (
        SELECT FROM civic.security_events AS e
        WHERE e.organization_id = organization AND e.ip_address = origin.ip_address
            AND e.event_type = record_security_event.event_type AND e.created_at > now() - interval '1 hour'
        LIMIT 3
    ) AS e;
    -- This one counts as well.
    IF alike > 0 THEN
        risk := risk + least(10 * (alike + 1), 30);
    END IF;
    INSERT INTO civic.security_events (organization_id, event_type, severity, user_id, session_id, ip_address,
        user_agent, description, event_data, risk_score)
    VALUES (organization, record_security_event.event_type, record_security_event.severity, person,
        record_security_event.session_id, origin.ip_address, origin.user_agent, record_security_event.description,
        record_security_event.event_data, least(risk, 100));
END
$$;
COMMENT ON FUNCTION civic_private.record_security_event(
    uuid, uuid, civic.security_event_type, civic.security_severity, text, uuid, jsonb
) IS
    'Writes a row of civic.security_events, with where the request comes from and a risk score.';

CREATE FUNCTION civic_private.sign_in_organization(organization_code text) RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT o.id FROM civic.organizations AS o
    WHERE o.is_active AND CASE
        WHEN organization_code IS NOT NULL THEN o.code = organization_code
        WHEN civic.current_organization_id() IS NOT NULL THEN o.id = civic.current_organization_id()
        ELSE o.is_default
    END
$$;
COMMENT ON FUNCTION civic_private.sign_in_organization(text) IS
    'Organization that somebody wants to sign in to: the one of that code, else the one the session names, else the'
    ' default one. Null where it is unknown or not active.';

CREATE FUNCTION civic_private.find_login(organization uuid, login text) RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT u.id FROM civic.users AS u
    WHERE u.organization_id = organization AND (u.phone = login OR lower(u.email) = lower(login) OR u.username = login)
    -- Nobody shuts another out by choosing their number as a name.
    ORDER BY u.phone = login DESC NULLS LAST, lower(u.email) = lower(login) DESC NULLS LAST
    LIMIT 1
$$;
COMMENT ON FUNCTION civic_private.find_login(uuid, text) IS
    'Person with that telephone number, e-mail address or user name; null for none.';

CREATE FUNCTION civic_private.role_level(organization uuid, person uuid) RETURNS integer
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(max(r.level), 0) FROM civic.user_roles AS ur
    JOIN civic.roles AS r ON r.organization_id = ur.role_organization_id AND r.id = ur.role_id
    WHERE ur.organization_id = organization AND ur.user_id = person AND r.family = 'civic'
$$;
COMMENT ON FUNCTION civic_private.role_level(uuid, uuid) IS 'Level of a person on the civic ladder, 0 outside it.';

CREATE FUNCTION civic_private.lock_person(organization uuid, person uuid) RETURNS void
    LANGUAGE sql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
    -- A write, because a mere lock would let a transaction that has looked before go on with what it saw.
    INSERT INTO civic_private.credentials AS c (organization_id, user_id) VALUES (organization, person)
    ON CONFLICT ON CONSTRAINT credentials_pkey DO UPDATE SET failed_attempts = c.failed_attempts
$$;
COMMENT ON FUNCTION civic_private.lock_person(uuid, uuid) IS
    'What the sign-in data of a person says holds from here to the end of the transaction. Error 40001 where another'
    ' transaction has changed it since this one looked.';

CREATE FUNCTION civic_private.count_failure(organization uuid, person uuid, description text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    policy civic.sign_in_policies;
    failures integer;
BEGIN
    PERFORM civic_private.record_security_event(organization, person, 'authentication_failure', 'medium', description);
    IF person IS NULL THEN
        RETURN;
    END IF;
    SELECT * INTO STRICT policy FROM civic.sign_in_policies AS p WHERE p.organization_id = organization;
    UPDATE civic_private.credentials AS c SET
        failed_attempts = CASE WHEN c.counting_since > now() - policy.failure_window THEN c.failed_attempts ELSE 0 END
            + 1,
        counting_since = CASE WHEN c.counting_since > now() - policy.failure_window THEN c.counting_since ELSE now() END
    WHERE c.organization_id = organization AND c.user_id = person
    RETURNING c.failed_attempts INTO failures;
    IF failures >= policy.max_failures THEN
        UPDATE civic_private.credentials AS c SET
            failed_attempts = 0, counting_since = NULL, locked_until = now() + policy.lock_time
        WHERE c.organization_id = organization AND c.user_id = person;
        PERFORM civic_private.record_security_event(organization, person, 'account_locked', 'high',
            format('%s failed sign-ins within %s.', failures, policy.failure_window));
        PERFORM civic_private.notify(organization, person, 'account_locked', 'user', person,
            jsonb_build_object('until', to_char(now() + policy.lock_time, 'HH24:MI TZ')));
    END IF;
END
$$;
COMMENT ON FUNCTION civic_private.count_failure(uuid, uuid, text) IS
    'A sign-in failed: records it, counts it and locks the account when it was the last that is allowed. The caller'
    ' returns a verdict, since an error would take this back.';

CREATE FUNCTION civic_private.token_secret(organization uuid) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.secret FROM civic_private.token_secrets AS s
    WHERE s.organization_id IN (organization, '00000000-0000-0000-0000-000000000000')
    ORDER BY s.organization_id DESC LIMIT 1
$$;
COMMENT ON FUNCTION civic_private.token_secret(uuid) IS
    'Secret that tokens of an organization are signed with, or null.';

CREATE FUNCTION civic.set_token_secret(secret text, organization_id uuid DEFAULT '00000000-0000-0000-0000-000000000000')
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    DELETE FROM civic_private.token_secrets AS s WHERE s.organization_id = set_token_secret.organization_id;
    IF octet_length(secret) < 32 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'the secret for access tokens is too short',
            DETAIL = 'HS256 needs at least 32 bytes (RFC 7518).',
            HINT = 'Take random bytes, such as those of "openssl rand -base64 48".';
    END IF;
    INSERT INTO civic_private.token_secrets (organization_id, secret)
    SELECT set_token_secret.organization_id, convert_to(set_token_secret.secret, 'UTF8')
    WHERE set_token_secret.secret IS NOT NULL;
END
$$;
COMMENT ON FUNCTION civic.set_token_secret(text, uuid) IS
    'Sets what civic.sign_in() signs access tokens with: the jwt-secret of PostgREST, at least 32 bytes; null takes it'
    ' away, and nobody signs in. For one organization, where it has a PostgREST of its own, or for all. For'
    ' administrators of the database. Errors: 22023 too short, 23503 no such organization.';

CREATE FUNCTION civic_private.token_hash(token text) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(convert_to(token, 'UTF8'));
COMMENT ON FUNCTION civic_private.token_hash(text) IS 'How a token is kept.';

CREATE FUNCTION civic_private.issue_tokens(
    organization uuid, session uuid, OUT access_token text, OUT refresh_token text, OUT expires_at timestamptz
)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    secret bytea := civic_private.token_secret(organization);
    person uuid;
BEGIN
    SELECT s.user_id, least(s.expires_at, now() + CASE WHEN civic_private.role_level(organization, s.user_id) >= 6
        THEN p.admin_access_lifetime ELSE p.access_lifetime END)
    INTO STRICT person, expires_at
    FROM civic.user_sessions AS s JOIN civic.sign_in_policies AS p ON p.organization_id = s.organization_id
    WHERE s.organization_id = organization AND s.id = session;
    refresh_token := civic_private.base64url(civic_private.random_bytes(32));
    access_token := coalesce(civic_private.sign_token(jsonb_build_object('role', 'civic_user', 'sub', person,
        'organization_id', organization, 'session_id', session, 'jti', civic.uuid_v7(),
        'iat', floor(extract(epoch FROM now())), 'exp', floor(extract(epoch FROM expires_at))), secret),
        civic_private.base64url(civic_private.random_bytes(32)));
    INSERT INTO civic_private.session_tokens AS t (organization_id, session_id, token_hash, refresh_hash)
    VALUES (organization, session, civic_private.token_hash(access_token),
        civic_private.token_hash(refresh_token))
    ON CONFLICT ON CONSTRAINT session_tokens_pkey DO UPDATE SET
        token_hash = EXCLUDED.token_hash, refresh_hash = EXCLUDED.refresh_hash, used_refresh_hash = t.refresh_hash;
END
$$;
COMMENT ON FUNCTION civic_private.issue_tokens(uuid, uuid) IS
    'New tokens for a session, in place of those it had. The access token is a JSON Web Token where a secret is set,'
    ' and random otherwise.';

CREATE FUNCTION civic_private.begin_session(
    organization uuid, person uuid, login_method civic.login_method, device_info jsonb, OUT access_token text,
    OUT refresh_token text, OUT session_id uuid, OUT expires_at timestamptz
)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    policy civic.sign_in_policies;
    origin record := civic_private.request_origin();
BEGIN
    SELECT * INTO STRICT policy FROM civic.sign_in_policies AS p WHERE p.organization_id = organization;
    PERFORM civic_private.lock_person(organization, person);
    UPDATE civic_private.credentials AS c SET failed_attempts = 0, counting_since = NULL, locked_until = NULL
    WHERE c.organization_id = organization AND c.user_id = person;
    PERFORM civic_private.end_session(organization, s.id, 'ended by a newer one')
    FROM (
        SELECT s.id, row_number() OVER (ORDER BY s.created_at DESC, s.id DESC) AS place
        FROM civic.user_sessions AS s
        WHERE s.organization_id = organization AND s.user_id = person
            AND civic_private.is_session_live(s.revoked_at, s.expires_at, s.last_activity, policy.inactivity)
    ) AS s
    WHERE s.place >= policy.max_sessions;
    INSERT INTO civic.user_sessions (organization_id, user_id, device_info, ip_address, user_agent, fingerprint,
        login_method, expires_at)
    VALUES (organization, person, begin_session.device_info, origin.ip_address, origin.user_agent, origin.fingerprint,
        begin_session.login_method, now() + policy.session_lifetime)
    RETURNING id INTO session_id;
    UPDATE civic.users AS u SET last_login = now(), login_count = u.login_count + 1
    WHERE u.organization_id = organization AND u.id = person;
    SELECT t.access_token, t.refresh_token, t.expires_at INTO access_token, refresh_token, expires_at
    FROM civic_private.issue_tokens(organization, session_id) AS t;
    PERFORM civic_private.record_security_event(organization, person, 'authentication_success', 'low',
        format('Signed in by %s.', begin_session.login_method), session_id);
END
$$;
COMMENT ON FUNCTION civic_private.begin_session(uuid, uuid, civic.login_method, jsonb) IS
    'Opens a session for a person who has proved who they are, and ends the oldest where there are too many.';

CREATE FUNCTION civic_private.is_session_live(
    revoked_at timestamptz, expires_at timestamptz, last_activity timestamptz, inactivity interval
) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
RETURN revoked_at IS NULL AND expires_at > now() AND coalesce(last_activity > now() - inactivity, true);
COMMENT ON FUNCTION civic_private.is_session_live(timestamptz, timestamptz, timestamptz, interval) IS
    'Whether a session with these columns has not ended yet.';

CREATE FUNCTION civic_private.end_session(organization uuid, session uuid, reason text) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    person uuid;
BEGIN
    UPDATE civic.user_sessions AS s SET revoked_at = now(), end_reason = reason
    WHERE s.organization_id = organization AND s.id = session AND s.revoked_at IS NULL
    RETURNING s.user_id INTO person;
    IF FOUND THEN
        PERFORM civic_private.record_security_event(organization, person, 'session_terminated', 'low',
            format('Session %s.', reason), session);
    END IF;
END
$$;
COMMENT ON FUNCTION civic_private.end_session(uuid, uuid, text) IS 'Ends a session, once.';

CREATE FUNCTION civic_private.claimed_session() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'session_id')::uuid
$$;
COMMENT ON FUNCTION civic_private.claimed_session() IS 'Session of the token that the caller came with, or null.';

CREATE FUNCTION civic_private.use_totp(organization uuid, person uuid, code text) RETURNS boolean
    LANGUAGE sql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
    WITH used AS (
        UPDATE civic_private.credentials AS c
        SET totp_last_step = civic_private.totp_step(c.totp_secret, code, c.totp_last_step)
        WHERE c.organization_id = organization AND c.user_id = person
            AND civic_private.totp_step(c.totp_secret, code, c.totp_last_step) IS NOT NULL
        RETURNING c.user_id
    )
    SELECT EXISTS (SELECT FROM used)
$$;
COMMENT ON FUNCTION civic_private.use_totp(uuid, uuid, text) IS
    'Whether the code is the one the authenticator of the person shows; each is accepted once.';

CREATE FUNCTION civic_private.use_code(organization uuid, person uuid, purpose civic.code_purpose, code text)
    RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    newest civic_private.verification_codes;
BEGIN
    PERFORM civic_private.lock_person(organization, person);
    SELECT * INTO newest FROM civic_private.verification_codes AS v
    WHERE v.organization_id = organization AND v.user_id = person AND v.purpose = use_code.purpose
    ORDER BY v.created_at DESC, v.id DESC LIMIT 1;
    IF newest.used_at IS NOT NULL OR (newest.expires_at > now()) IS NOT TRUE
        OR newest.attempts >= newest.max_attempts THEN
        RETURN false;
    END IF;
    -- First compared, then counted: the last try that is allowed can still be right.
    IF newest.code_hash = civic_private.code_hash(newest.id, code) THEN
        UPDATE civic_private.verification_codes AS v SET used_at = now()
        WHERE v.organization_id = organization AND v.id = newest.id;
        RETURN true;
    END IF;
    UPDATE civic_private.verification_codes AS v SET
        attempts = v.attempts + 1,
        locked_until = CASE WHEN v.attempts + 1 >= v.max_attempts THEN now() + p.code_lock END
    FROM civic.sign_in_policies AS p
    WHERE v.organization_id = organization AND v.id = newest.id AND p.organization_id = organization;
    RETURN false;
END
$$;
COMMENT ON FUNCTION civic_private.use_code(uuid, uuid, civic.code_purpose, text) IS
    'Whether the code is the newest that was made for the person and purpose, and still good; a right one is used up,'
    ' a wrong one counted.';

CREATE FUNCTION civic_private.code_hash(id uuid, code text) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(uuid_send(id) || convert_to(code, 'UTF8'));
COMMENT ON FUNCTION civic_private.code_hash(uuid, text) IS 'How a one-time code is kept.';

CREATE FUNCTION civic_private.store_password(organization uuid, person uuid, password text, must_change boolean)
    RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    policy civic.sign_in_policies;
    account civic.users;
    faults text[];
    hashed text;
BEGIN
    SELECT * INTO STRICT policy FROM civic.sign_in_policies AS p WHERE p.organization_id = organization;
    SELECT * INTO STRICT account FROM civic.users AS u WHERE u.organization_id = organization AND u.id = person;
    PERFORM civic_private.lock_person(organization, person);
    faults := civic_private.password_faults(password, policy.password_min_length,
        ARRAY[account.username, account.phone, split_part(account.email, '@', 1), account.employee_id]
        || string_to_array(account.full_name, ' '));
    IF policy.password_history > 0 AND EXISTS (
        SELECT FROM (
            SELECT c.password_hash FROM civic_private.credentials AS c
            WHERE c.organization_id = organization AND c.user_id = person AND c.password_hash IS NOT NULL
            UNION
            (SELECT h.password_hash FROM civic_private.password_history AS h
            WHERE h.organization_id = organization AND h.user_id = person
            ORDER BY h.id DESC LIMIT policy.password_history)
        ) AS h
        WHERE civic_private.is_password(password, h.password_hash, policy.bcrypt_cost)
    ) THEN
        faults := faults || format('It is one of your last %s.', policy.password_history);
    END IF;
    IF cardinality(faults) > 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC072',
            MESSAGE = 'the password cannot be used',
            DETAIL = array_to_string(faults, ' '),
            HINT = 'Choose another.';
    END IF;
    hashed := civic_private.hash_password(password, policy.bcrypt_cost);
    UPDATE civic_private.credentials AS c SET password_hash = hashed, password_changed_at = now()
    WHERE c.organization_id = organization AND c.user_id = person;
    INSERT INTO civic_private.password_history (organization_id, user_id, password_hash)
    VALUES (organization, person, hashed);
    DELETE FROM civic_private.password_history AS h
    WHERE h.organization_id = organization AND h.user_id = person AND h.id NOT IN (
        SELECT n.id FROM civic_private.password_history AS n
        WHERE n.organization_id = organization AND n.user_id = person
        ORDER BY n.id DESC LIMIT greatest(policy.password_history, 1)
    );
    UPDATE civic.users AS u SET must_change_password = must_change
    WHERE u.organization_id = organization AND u.id = person AND u.must_change_password <> must_change;
    PERFORM civic_private.end_session(organization, s.id, 'ended by another password')
    FROM civic.user_sessions AS s
    WHERE s.organization_id = organization AND s.user_id = person AND s.revoked_at IS NULL
        AND s.id IS DISTINCT FROM civic_private.claimed_session();
    PERFORM civic_private.record_security_event(organization, person, 'password_changed', 'medium',
        'The password was changed.');
    PERFORM civic_private.notify(organization, person, 'password_changed', 'user', person);
END
$$;
COMMENT ON FUNCTION civic_private.store_password(uuid, uuid, text, boolean) IS
    'Sets the password of a person after checking the rules, and ends their sessions but that of the caller. Errors:'
    ' ZC070 pgcrypto is missing, ZC072 the password cannot be used.';
