CREATE FUNCTION civic.sign_in(
    login text, password text DEFAULT NULL, code text DEFAULT NULL, new_password text DEFAULT NULL,
    organization_code text DEFAULT NULL, device_info jsonb DEFAULT NULL,
    OUT verdict civic.sign_in_verdict, OUT access_token text, OUT refresh_token text, OUT session_id uuid,
    OUT user_id uuid, OUT expires_at timestamptz
)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic_private.sign_in_organization(organization_code);
    person uuid := civic_private.find_login(organization, login);
    policy civic.sign_in_policies;
    account civic.users;
    own civic_private.credentials;
    needs_code boolean;
    proved boolean;
BEGIN
    IF civic_private.token_secret(organization) IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC071',
            MESSAGE = 'nobody can sign in here',
            DETAIL = 'No secret is set that access tokens could be signed with.',
            HINT = 'An administrator of the database calls civic.set_token_secret() with the jwt-secret of PostgREST.';
    END IF;
    verdict := 'refused';
    SELECT * INTO policy FROM civic.sign_in_policies AS p WHERE p.organization_id = organization;
    IF person IS NOT NULL THEN
        PERFORM civic_private.lock_person(organization, person);
        SELECT * INTO STRICT own FROM civic_private.credentials AS c
        WHERE c.organization_id = organization AND c.user_id = person;
        SELECT * INTO STRICT account FROM civic.users AS u WHERE u.organization_id = organization AND u.id = person;
    END IF;
    needs_code := account.two_fa_enabled
        OR civic_private.role_level(organization, person) >= policy.second_factor_level;

    -- Neither the answer nor the time it takes tells a wrong password from an account that does not exist, is locked or
    -- not active.
    IF password IS NOT NULL THEN
        proved := civic_private.is_password(password, own.password_hash, coalesce(policy.bcrypt_cost, 12));
    ELSE
        proved := account.is_active AND NOT needs_code AND (own.locked_until > now()) IS NOT TRUE
            AND civic_private.use_code(organization, person, 'login', code);
    END IF;
    IF (account.is_active AND proved AND (own.locked_until > now()) IS NOT TRUE) IS NOT TRUE THEN
        PERFORM civic_private.count_failure(organization, person, CASE
            WHEN person IS NULL THEN 'Sign-in to an account that does not exist.'
            WHEN NOT account.is_active THEN 'Sign-in to an account that is not active.'
            WHEN own.locked_until > now() THEN 'Sign-in to a locked account.'
            WHEN password IS NULL THEN 'Sign-in with a wrong one-time code.'
            ELSE 'Sign-in with a wrong password.'
        END);
        RETURN;
    END IF;

    IF password IS NOT NULL THEN
        IF new_password IS NULL AND (account.must_change_password
            OR own.password_changed_at < now() - policy.password_lifetime) THEN
            verdict := 'password_change_needed';
            RETURN;
        END IF;
        IF needs_code AND code IS NULL THEN
            verdict := 'code_needed';
            RETURN;
        END IF;
        IF needs_code AND NOT (CASE WHEN account.two_fa_enabled THEN civic_private.use_totp(organization, person, code)
            ELSE civic_private.use_code(organization, person, 'login', code) END) THEN
            PERFORM civic_private.count_failure(organization, person, 'Right password, wrong code.');
            RETURN;
        END IF;
        IF new_password IS NOT NULL THEN
            PERFORM civic_private.store_password(organization, person, new_password, false);
        ELSIF own.password_hash NOT LIKE format('$__$%s$%%', policy.bcrypt_cost) THEN
            UPDATE civic_private.credentials AS c
            SET password_hash = civic_private.hash_password(password, policy.bcrypt_cost)
            WHERE c.organization_id = organization AND c.user_id = person;
        END IF;
    END IF;
    verdict := 'signed_in';
    user_id := person;
    SELECT b.access_token, b.refresh_token, b.session_id, b.expires_at
    INTO access_token, refresh_token, session_id, expires_at
    FROM civic_private.begin_session(organization, person,
        CASE WHEN password IS NULL THEN 'otp' ELSE 'password' END::civic.login_method, sign_in.device_info) AS b;
END
$$;
COMMENT ON FUNCTION civic.sign_in(text, text, text, text, text, jsonb) IS
    'Signs somebody in by telephone number, e-mail address or user name, with a password, and where asked for with the'
    ' code of their authenticator or a one-time code as well; or with a one-time code alone. A new password can be set'
    ' at the same time. Returns an access token for PostgREST, good until expires_at, and a refresh token. Refused'
    ' says nothing of why. Errors: ZC071 no secret for tokens is set, ZC070 pgcrypto is missing, ZC072 the new'
    ' password cannot be used.';

CREATE FUNCTION civic.refresh_session(
    refresh_token text, organization_code text DEFAULT NULL,
    OUT verdict civic.sign_in_verdict, OUT access_token text, OUT new_refresh_token text, OUT session_id uuid,
    OUT user_id uuid, OUT expires_at timestamptz
)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic_private.sign_in_organization(organization_code);
    hashed bytea := civic_private.token_hash(refresh_token);
    origin record := civic_private.request_origin();
    session civic.user_sessions;
    tokens civic_private.session_tokens;
BEGIN
    verdict := 'refused';
    -- Locks the session, not the tokens: whoever comes second reads the tokens after the first has changed them.
    PERFORM FROM civic.user_sessions AS s
    WHERE s.organization_id = organization AND s.id = (
        SELECT t.session_id FROM civic_private.session_tokens AS t
        WHERE t.organization_id = organization AND (t.refresh_hash = hashed OR t.used_refresh_hash = hashed)
    )
    FOR UPDATE;
    SELECT t.* INTO tokens FROM civic_private.session_tokens AS t
    WHERE t.organization_id = organization AND (t.refresh_hash = hashed OR t.used_refresh_hash = hashed);
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT s.* INTO STRICT session FROM civic.user_sessions AS s
    WHERE s.organization_id = organization AND s.id = tokens.session_id;
    IF tokens.refresh_hash IS DISTINCT FROM hashed THEN
        IF session.revoked_at IS NULL THEN
            PERFORM civic_private.end_session(organization, session.id,
                'ended because its refresh token was used twice');
            PERFORM civic_private.record_security_event(organization, session.user_id, 'suspicious_activity', 'high',
                'A refresh token was used twice: somebody has a copy.', session.id);
            PERFORM civic_private.notify(organization, session.user_id, 'session_copied', 'user', session.user_id);
        END IF;
        RETURN;
    END IF;
    IF NOT EXISTS (
        SELECT FROM civic.users AS u JOIN civic.sign_in_policies AS p ON p.organization_id = u.organization_id
        WHERE u.organization_id = organization AND u.id = session.user_id AND u.is_active
            AND civic_private.is_session_live(session.revoked_at, session.expires_at, session.last_activity,
                p.inactivity)
    ) THEN
        RETURN;
    END IF;
    IF session.fingerprint <> origin.fingerprint AND session.flagged_at IS NULL THEN
        UPDATE civic.user_sessions AS s
        SET flagged_at = now(), suspicious_reason = 'It goes on from another address or program.'
        WHERE s.organization_id = organization AND s.id = session.id;
        PERFORM civic_private.record_security_event(organization, session.user_id, 'suspicious_activity', 'medium',
            'A session goes on from another address or program.', session.id);
    END IF;
    UPDATE civic.user_sessions AS s SET last_activity = now()
    WHERE s.organization_id = organization AND s.id = session.id;
    verdict := 'signed_in';
    session_id := session.id;
    user_id := session.user_id;
    SELECT t.access_token, t.refresh_token, t.expires_at INTO access_token, new_refresh_token, expires_at
    FROM civic_private.issue_tokens(organization, session.id) AS t;
END
$$;
COMMENT ON FUNCTION civic.refresh_session(text, text) IS
    'New tokens for a session, in exchange for its refresh token, which is good once: used again it ends the session,'
    ' since somebody must have a copy. Refused where the session has ended or the person is not active any more.';

CREATE FUNCTION civic.check_session() RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    session uuid := civic_private.claimed_session();
    organization uuid;
    live boolean;
    used timestamptz;
    said constant text := 'the session has ended';
    because constant text := 'It was signed out, has expired, was not used for too long, or was ended by a newer one.';
    todo constant text := 'Sign in again.';
BEGIN
    IF session IS NULL THEN
        RETURN;
    END IF;
    organization := (current_setting('request.jwt.claims')::jsonb ->> 'organization_id')::uuid;
    SELECT civic_private.is_session_live(s.revoked_at, s.expires_at, s.last_activity, p.inactivity), s.last_activity
    INTO live, used
    FROM civic.user_sessions AS s JOIN civic.sign_in_policies AS p ON p.organization_id = s.organization_id
    WHERE s.organization_id = organization AND s.id = session;
    IF live IS NOT TRUE THEN
        -- PostgREST turns the first into an answer of its own: status 401, with code ZC074.
        IF current_setting('request.method', true) <> '' THEN
            RAISE EXCEPTION USING ERRCODE = 'PGRST',
                MESSAGE = json_build_object('code', 'ZC074', 'message', said, 'details', because, 'hint', todo)::text,
                DETAIL = '{"status": 401, "headers": {"WWW-Authenticate": "Bearer error=\"invalid_token\""}}';
        END IF;
        RAISE EXCEPTION USING ERRCODE = 'ZC074', MESSAGE = said, DETAIL = because, HINT = todo;
    END IF;
    IF used < now() - interval '1 minute' AND NOT current_setting('transaction_read_only')::boolean THEN
        -- Requests of one session do not wait for each other.
        UPDATE civic.user_sessions AS s SET last_activity = now()
        WHERE s.organization_id = organization AND s.id = (
            SELECT n.id FROM civic.user_sessions AS n
            WHERE n.organization_id = organization AND n.id = session FOR NO KEY UPDATE SKIP LOCKED
        );
    END IF;
END
$$;
COMMENT ON FUNCTION civic.check_session() IS
    'Refuses a token whose session has ended, before it has expired; and keeps when the session was used, but not in'
    ' read-only transactions, as PostgREST reads. To be set as db-pre-request of PostgREST. Tokens that name no'
    ' session pass. Error ZC074; over PostgREST with status 401.';

CREATE FUNCTION civic.open_session(
    person_id uuid, login_method civic.login_method DEFAULT 'sso', device_info jsonb DEFAULT NULL,
    OUT access_token text, OUT refresh_token text, OUT session_id uuid, OUT expires_at timestamptz
)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT civic.is_system() THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not open sessions for others',
            HINT = 'The service that has verified the person calls this as civic_service.';
    END IF;
    IF NOT EXISTS (
        SELECT FROM civic.users AS u
        WHERE u.organization_id = civic.current_organization_id() AND u.id = person_id AND u.is_active
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the person does not exist or is not active',
            HINT = 'Check the id and the status.';
    END IF;
    SELECT b.access_token, b.refresh_token, b.session_id, b.expires_at
    INTO access_token, refresh_token, session_id, expires_at
    FROM civic_private.begin_session(civic.current_organization_id(), person_id, open_session.login_method,
        open_session.device_info) AS b;
END
$$;
COMMENT ON FUNCTION civic.open_session(uuid, civic.login_method, jsonb) IS
    'Opens a session for a person whom a service has verified, as by the single sign-on of the city. The access token'
    ' is one for PostgREST where a secret is set, otherwise a random one for civic.find_session(). For civic_service.'
    ' Errors: 42501 not open to the caller, PT404 no such active person.';

CREATE FUNCTION civic.find_session(access_token text, OUT user_id uuid, OUT session_id uuid, OUT expires_at timestamptz)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT civic.is_system() THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not look up sessions',
            HINT = 'The service that people talk to calls this as civic_service.';
    END IF;
    UPDATE civic.user_sessions AS s
    SET last_activity = greatest(s.last_activity, now())
    FROM civic_private.session_tokens AS t, civic.sign_in_policies AS p, civic.users AS u
    WHERE s.organization_id = civic.current_organization_id() AND t.organization_id = s.organization_id
        AND t.session_id = s.id AND t.token_hash = civic_private.token_hash(access_token)
        AND p.organization_id = s.organization_id
        AND u.organization_id = s.organization_id AND u.id = s.user_id AND u.is_active
        AND civic_private.is_session_live(s.revoked_at, s.expires_at, s.last_activity, p.inactivity)
    RETURNING s.user_id, s.id, s.expires_at INTO user_id, session_id, expires_at;
END
$$;
COMMENT ON FUNCTION civic.find_session(text) IS
    'Whose session an access token is of, which counts as its use; nulls where there is none or it has ended. For'
    ' civic_service. Error 42501 not open to the caller.';

CREATE FUNCTION civic.end_session(ended_id uuid DEFAULT NULL) RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    session uuid := coalesce(ended_id, civic_private.claimed_session());
BEGIN
    PERFORM FROM civic.user_sessions AS s
    WHERE s.organization_id = civic.current_organization_id() AND s.id = session AND s.revoked_at IS NULL
        AND (s.user_id = civic.current_user_id() OR civic.has_permission('force:logout_user'))
    FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM civic_private.end_session(civic.current_organization_id(), session, 'signed out');
    RETURN true;
END
$$;
COMMENT ON FUNCTION civic.end_session(uuid) IS
    'Signs out: ends one''s own session, the one of the token unless named; with permission force:logout_user also'
    ' that of another. False where there is none that goes on.';

CREATE FUNCTION civic.end_sessions(person_id uuid DEFAULT NULL, keep_this boolean DEFAULT false) RETURNS integer
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    person uuid := coalesce(person_id, civic.current_user_id());
    ended integer;
BEGIN
    IF person IS DISTINCT FROM civic.current_user_id() AND NOT civic.has_permission('force:logout_user') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not end the sessions of others',
            DETAIL = 'That needs permission "force:logout_user".',
            HINT = 'Ask a super administrator.';
    END IF;
    SELECT count(civic_private.end_session(organization, s.id, CASE WHEN person IS DISTINCT FROM
        civic.current_user_id() THEN 'ended by an administrator' ELSE 'signed out' END)::text) INTO ended
    FROM (
        SELECT s.id FROM civic.user_sessions AS s
        WHERE s.organization_id = organization AND s.user_id = person AND s.revoked_at IS NULL
            AND NOT (keep_this AND s.id IS NOT DISTINCT FROM civic_private.claimed_session())
        ORDER BY s.id FOR UPDATE
    ) AS s;
    RETURN ended;
END
$$;
COMMENT ON FUNCTION civic.end_sessions(uuid, boolean) IS
    'Ends all sessions of oneself, or with permission force:logout_user of another, and returns how many; keep_this'
    ' leaves the one of the token. Error 42501 not open to the caller.';

CREATE FUNCTION civic.create_code(
    login text, purpose civic.code_purpose, channel civic.delivery_channel DEFAULT 'sms',
    OUT code text, OUT user_id uuid, OUT address text, OUT expires_at timestamptz
)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    policy civic.sign_in_policies;
    made uuid := civic.uuid_v7();
    account civic.users;
    made_lately integer;
    locked timestamptz;
BEGIN
    IF NOT civic.is_system() THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not make one-time codes',
            HINT = 'The service that sends them calls this as civic_service.';
    END IF;
    SELECT u.* INTO account FROM civic.users AS u
    WHERE u.organization_id = organization AND u.id = civic_private.find_login(organization, login) AND u.is_active;
    address := CASE channel WHEN 'email' THEN account.email ELSE account.phone END;
    IF address IS NULL THEN
        RETURN;
    END IF;
    SELECT * INTO STRICT policy FROM civic.sign_in_policies AS p WHERE p.organization_id = organization;
    PERFORM civic_private.lock_person(organization, account.id);
    SELECT count(*) FILTER (WHERE v.created_at > now() - interval '1 hour'), max(v.locked_until)
    INTO made_lately, locked
    FROM civic_private.verification_codes AS v
    WHERE v.organization_id = organization AND v.user_id = account.id;
    IF made_lately >= policy.codes_per_hour OR locked > now() THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC073',
            MESSAGE = 'the person gets no one-time code now',
            DETAIL = CASE WHEN locked > now() THEN format('Too many wrong ones were given; the next one is made in %s'
                ' minutes.', ceil(extract(epoch FROM locked - now()) / 60))
                ELSE format('At most %s are made within an hour.', policy.codes_per_hour) END,
            HINT = 'Wait.';
    END IF;
    code := lpad(((('x' || encode(civic_private.random_bytes(8), 'hex'))::bit(64)::bigint & 9223372036854775807)
        % 1000000)::text, 6, '0');
    user_id := account.id;
    expires_at := now() + policy.code_lifetime;
    INSERT INTO civic_private.verification_codes (organization_id, id, user_id, purpose, channel, address, code_hash,
        expires_at, max_attempts)
    VALUES (organization, made, account.id, create_code.purpose, create_code.channel, create_code.address,
        civic_private.code_hash(made, code), create_code.expires_at, policy.code_attempts);
END
$$;
COMMENT ON FUNCTION civic.create_code(text, civic.code_purpose, civic.delivery_channel) IS
    'Makes a one-time code of 6 digits for the person with that telephone number, e-mail address or user name, and'
    ' returns it with the address to send it to. Nulls where there is no such active person or no such address; answer'
    ' people the same either way. Codes of the same person and purpose made before are no longer good. For'
    ' civic_service. Errors: 42501 not open to the caller, ZC073 too many.';

CREATE FUNCTION civic.verify_code(purpose civic.code_purpose, code text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    person uuid := civic.current_user_id();
    sent_to text;
BEGIN
    IF person IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_authorization_specification',
            MESSAGE = 'a code is verified by whom it was made for',
            HINT = 'Sign in, or set civic.user_id.';
    END IF;
    IF NOT civic_private.use_code(organization, person, purpose, code) THEN
        RETURN false;
    END IF;
    SELECT v.address INTO STRICT sent_to FROM civic_private.verification_codes AS v
    WHERE v.organization_id = organization AND v.user_id = person AND v.purpose = verify_code.purpose
    ORDER BY v.created_at DESC, v.id DESC LIMIT 1;
    UPDATE civic.users AS u SET
        phone_verified = u.phone_verified OR verify_code.purpose = 'phone_verification',
        email_verified = u.email_verified OR verify_code.purpose = 'email_verification'
    WHERE u.organization_id = organization AND u.id = person AND CASE verify_code.purpose
        WHEN 'phone_verification' THEN u.phone = sent_to
        WHEN 'email_verification' THEN lower(u.email) = lower(sent_to)
        ELSE false
    END;
    RETURN FOUND OR verify_code.purpose NOT IN ('phone_verification', 'email_verification');
END
$$;
COMMENT ON FUNCTION civic.verify_code(civic.code_purpose, text) IS
    'Whether the code is the newest that was made for the asker and the purpose; it is used up. The telephone number'
    ' or e-mail address it was sent to counts as verified from then on, unless it was changed since. Error 28000'
    ' nobody signed in.';

CREATE FUNCTION civic.reset_password(
    login text, code text, new_password text, organization_code text DEFAULT NULL
) RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic_private.sign_in_organization(organization_code);
    person uuid := civic_private.find_login(organization, login);
BEGIN
    IF person IS NULL OR NOT EXISTS (
        SELECT FROM civic.users AS u WHERE u.organization_id = organization AND u.id = person AND u.is_active
    ) OR NOT civic_private.use_code(organization, person, 'password_reset', code) THEN
        PERFORM civic_private.record_security_event(organization, person, 'authentication_failure', 'medium',
            'Password not reset: wrong code, or no such active account.');
        RETURN false;
    END IF;
    PERFORM civic_private.store_password(organization, person, new_password, false);
    UPDATE civic_private.credentials AS c SET failed_attempts = 0, counting_since = NULL, locked_until = NULL
    WHERE c.organization_id = organization AND c.user_id = person;
    RETURN true;
END
$$;
COMMENT ON FUNCTION civic.reset_password(text, text, text, text) IS
    'Sets a forgotten password with a one-time code for password_reset, unlocks the account and ends all its sessions.'
    ' False where the code is not good or there is no such account. Errors: ZC070 pgcrypto is missing, ZC072 the'
    ' password cannot be used; the code is then still good.';

CREATE FUNCTION civic.change_password(old_password text, new_password text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    person uuid := civic.current_user_id();
    own civic_private.credentials;
BEGIN
    IF person IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_authorization_specification',
            MESSAGE = 'a password is changed by whose it is',
            HINT = 'Sign in, or set civic.user_id.';
    END IF;
    PERFORM civic_private.lock_person(organization, person);
    SELECT * INTO STRICT own FROM civic_private.credentials AS c
    WHERE c.organization_id = organization AND c.user_id = person;
    -- Who has none yet has signed in by other means and sets the first one.
    IF own.locked_until > now() OR (own.password_hash IS NOT NULL
        AND NOT civic_private.is_password(old_password, own.password_hash, 10)) THEN
        PERFORM civic_private.count_failure(organization, person, 'Password not changed: the old one is wrong.');
        RETURN false;
    END IF;
    PERFORM civic_private.store_password(organization, person, new_password, false);
    RETURN true;
END
$$;
COMMENT ON FUNCTION civic.change_password(text, text) IS
    'Changes one''s own password and ends one''s other sessions; false where the old one is wrong, which counts as a'
    ' failed sign-in. Who has none sets the first one. Errors: 28000 nobody signed in, ZC070 pgcrypto is missing,'
    ' ZC072 the password cannot be used.';

CREATE FUNCTION civic_private.manage_account(person uuid) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
BEGIN
    IF NOT civic.has_permission('reset:user_password') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not change how others sign in',
            DETAIL = 'That needs permission "reset:user_password".',
            HINT = 'Ask an administrator.';
    END IF;
    IF NOT EXISTS (SELECT FROM civic.users AS u WHERE u.organization_id = organization AND u.id = person) THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the person does not exist',
            HINT = 'Check the id.';
    END IF;
    -- Who could set the password of somebody above would be them.
    IF NOT civic.is_system() AND civic.current_role_level() < 7
        AND civic_private.role_level(organization, person) >= civic.current_role_level() THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC007',
            MESSAGE = 'you may not change this account',
            DETAIL = 'The person stands as high as you on the civic ladder, or higher.',
            HINT = 'Ask somebody above them.', TABLE = 'users', SCHEMA = 'civic';
    END IF;
    PERFORM civic_private.lock_person(organization, person);
END
$$;
COMMENT ON FUNCTION civic_private.manage_account(uuid) IS
    'Refuses who may not change how that person signs in. Errors: 42501, PT404, ZC007.';

CREATE FUNCTION civic.set_password(person_id uuid, new_password text, must_change boolean DEFAULT true) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM civic_private.manage_account(person_id);
    PERFORM civic_private.store_password(civic.current_organization_id(), person_id, new_password, must_change);
END
$$;
COMMENT ON FUNCTION civic.set_password(uuid, text, boolean) IS
    'Sets the password of somebody below on the civic ladder and ends their sessions; with must_change they have to'
    ' set another when they sign in. For administrators with permission reset:user_password and for jobs. Errors:'
    ' 42501 or ZC007 not open to the caller, PT404 no such person, ZC070 pgcrypto is missing, ZC072 the password'
    ' cannot be used.';

CREATE FUNCTION civic.unlock_account(person_id uuid) RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    was_locked boolean;
BEGIN
    PERFORM civic_private.manage_account(person_id);
    SELECT coalesce(c.locked_until > now(), false) INTO STRICT was_locked FROM civic_private.credentials AS c
    WHERE c.organization_id = organization AND c.user_id = person_id;
    UPDATE civic_private.credentials AS c SET failed_attempts = 0, counting_since = NULL, locked_until = NULL
    WHERE c.organization_id = organization AND c.user_id = person_id;
    IF was_locked THEN
        PERFORM civic_private.record_security_event(organization, person_id, 'account_unlocked', 'medium',
            'The account was unlocked.', event_data => jsonb_build_object('by', civic.current_user_id()));
    END IF;
    RETURN was_locked;
END
$$;
COMMENT ON FUNCTION civic.unlock_account(uuid) IS
    'Ends the lock after failed sign-ins; false where there was none. Rights and errors as civic.set_password().';

CREATE FUNCTION civic.begin_totp(account_label text DEFAULT NULL, OUT secret text, OUT uri text)
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    person uuid := civic.current_user_id();
    account civic.users;
    issuer text;
BEGIN
    IF person IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_authorization_specification',
            MESSAGE = 'an authenticator is set up by whose it is',
            HINT = 'Sign in, or set civic.user_id.';
    END IF;
    PERFORM civic_private.lock_person(organization, person);
    SELECT * INTO STRICT account FROM civic.users AS u WHERE u.organization_id = organization AND u.id = person;
    IF account.two_fa_enabled THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC075',
            MESSAGE = 'an authenticator is set up already',
            HINT = 'Remove it first with civic.remove_totp() and a code it shows.';
    END IF;
    secret := civic_private.base32(civic_private.random_bytes(20));
    UPDATE civic_private.credentials AS c SET totp_secret = secret, totp_last_step = NULL
    WHERE c.organization_id = organization AND c.user_id = person;
    SELECT o.name INTO STRICT issuer FROM civic.organizations AS o WHERE o.id = organization;
    -- Labels are percent-encoded; these are all that such names hold.
    uri := format('otpauth://totp/%s:%s?secret=%s&issuer=%s',
        civic_private.url_encode(issuer),
        civic_private.url_encode(coalesce(account_label, account.email, account.phone, account.username)),
        secret, civic_private.url_encode(issuer));
END
$$;
COMMENT ON FUNCTION civic.begin_totp(text) IS
    'Starts to set up an authenticator (RFC 6238: SHA-1, 6 digits, 30 seconds) and returns its secret, and as a URI'
    ' for a QR code. It is asked for once civic.confirm_totp() has seen a code of it. Errors: 28000 nobody signed in,'
    ' ZC075 there is one already.';

CREATE FUNCTION civic_private.url_encode(value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(string_agg(CASE WHEN b.letter ~ '[A-Za-z0-9._~-]' THEN b.letter
        ELSE upper(regexp_replace(encode(convert_to(b.letter, 'UTF8'), 'hex'), '(..)', '%\1', 'g')) END, ''
        ORDER BY b.place), '')
    FROM regexp_split_to_table(value, '') WITH ORDINALITY AS b (letter, place)
$$;
COMMENT ON FUNCTION civic_private.url_encode(text) IS 'Percent-encoding of a text (RFC 3986).';

CREATE FUNCTION civic.confirm_totp(code text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    person uuid := civic.current_user_id();
BEGIN
    IF NOT EXISTS (
        SELECT FROM civic_private.credentials AS c JOIN civic.users AS u
            ON u.organization_id = c.organization_id AND u.id = c.user_id
        WHERE c.organization_id = organization AND c.user_id = person AND c.totp_secret IS NOT NULL
            AND NOT u.two_fa_enabled
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC075',
            MESSAGE = 'there is no authenticator to confirm',
            HINT = 'Call civic.begin_totp() first.';
    END IF;
    IF NOT civic_private.use_totp(organization, person, code) THEN
        RETURN false;
    END IF;
    UPDATE civic.users AS u SET two_fa_enabled = true, two_fa_enabled_at = now()
    WHERE u.organization_id = organization AND u.id = person;
    PERFORM civic_private.record_security_event(organization, person, 'data_modification', 'low',
        'An authenticator was set up.');
    RETURN true;
END
$$;
COMMENT ON FUNCTION civic.confirm_totp(text) IS
    'Finishes setting up the authenticator with a code it shows; false where the code is wrong. From then on a sign-in'
    ' by password needs a code as well. Error ZC075 none was begun.';

CREATE FUNCTION civic_private.drop_totp(organization uuid, person uuid) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE civic_private.credentials AS c SET totp_secret = NULL, totp_last_step = NULL
    WHERE c.organization_id = organization AND c.user_id = person;
    UPDATE civic.users AS u SET two_fa_enabled = false, two_fa_enabled_at = NULL
    WHERE u.organization_id = organization AND u.id = person AND u.two_fa_enabled;
    PERFORM civic_private.record_security_event(organization, person, 'data_modification', 'medium',
        'The authenticator was removed.', event_data => jsonb_build_object('by', civic.current_user_id()));
END
$$;
COMMENT ON FUNCTION civic_private.drop_totp(uuid, uuid) IS 'Forgets the authenticator of a person.';

CREATE FUNCTION civic.remove_totp(code text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    person uuid := civic.current_user_id();
BEGIN
    IF NOT civic_private.use_totp(organization, person, code) THEN
        RETURN false;
    END IF;
    PERFORM civic_private.drop_totp(organization, person);
    RETURN true;
END
$$;
COMMENT ON FUNCTION civic.remove_totp(text) IS
    'Removes one''s authenticator, with a code it shows; false where the code is wrong or there is none.';

CREATE FUNCTION civic.reset_totp(person_id uuid) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM civic_private.manage_account(person_id);
    PERFORM civic_private.drop_totp(civic.current_organization_id(), person_id);
END
$$;
COMMENT ON FUNCTION civic.reset_totp(uuid) IS
    'Removes the authenticator of somebody who has lost it. Rights and errors as civic.set_password().';

CREATE FUNCTION civic.forget_sign_ins(older_than interval DEFAULT '90 days') RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    forgotten bigint;
BEGIN
    IF NOT civic.has_permission('manage:retention') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not delete sign-in data',
            DETAIL = 'That needs permission "manage:retention".',
            HINT = 'Ask an administrator.';
    END IF;
    DELETE FROM civic_private.verification_codes AS v
    WHERE v.organization_id = organization AND v.created_at < now() - greatest(interval '1 day', least(older_than,
        interval '7 days'));
    DELETE FROM civic.security_events AS e
    WHERE e.organization_id = organization AND e.created_at < now() - older_than;
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    DELETE FROM civic.user_sessions AS s
    WHERE s.organization_id = organization AND least(s.revoked_at, s.expires_at) < now() - older_than;
    RETURN forgotten;
END
$$;
COMMENT ON FUNCTION civic.forget_sign_ins(interval) IS
    'Deletes security events and ended sessions that are older, and one-time codes after a week at the latest; returns'
    ' the number of events. To be run once a day. Error 42501 not open to the caller.';
