CREATE TABLE civic.sign_in_policies (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    max_sessions integer NOT NULL DEFAULT 3,
    inactivity interval DEFAULT '60 minutes',
    access_lifetime interval NOT NULL DEFAULT '24 hours',
    admin_access_lifetime interval NOT NULL DEFAULT '8 hours',
    session_lifetime interval NOT NULL DEFAULT '30 days',
    max_failures integer NOT NULL DEFAULT 5,
    failure_window interval NOT NULL DEFAULT '15 minutes',
    lock_time interval NOT NULL DEFAULT '30 minutes',
    second_factor_level integer NOT NULL DEFAULT 7,
    code_lifetime interval NOT NULL DEFAULT '5 minutes',
    code_attempts integer NOT NULL DEFAULT 3,
    codes_per_hour integer NOT NULL DEFAULT 3,
    code_lock interval NOT NULL DEFAULT '15 minutes',
    password_min_length integer NOT NULL DEFAULT 12,
    password_history integer NOT NULL DEFAULT 5,
    password_lifetime interval,
    bcrypt_cost integer NOT NULL DEFAULT 12,
    updated_at timestamptz,
    PRIMARY KEY (organization_id),
    CONSTRAINT sign_in_policies_organization_fkey FOREIGN KEY (organization_id) REFERENCES civic.organizations (id),
    CONSTRAINT sign_in_policies_numbers_check CHECK (
        max_sessions >= 1 AND max_sessions <= 100 AND max_failures BETWEEN 1 AND 100 AND code_attempts BETWEEN 1 AND 10
        AND codes_per_hour BETWEEN 1 AND 100 AND second_factor_level BETWEEN 1 AND 8
        AND password_history BETWEEN 0 AND 24
    ),
    CONSTRAINT sign_in_policies_times_check CHECK (
        least(inactivity, access_lifetime, admin_access_lifetime, session_lifetime, failure_window, lock_time,
            code_lifetime, password_lifetime) >= interval '1 minute'
        AND code_lock >= interval '0' AND code_lifetime <= interval '1 day'
    ),
    CONSTRAINT sign_in_policies_password_min_length_check CHECK (password_min_length BETWEEN 8 AND 64),
    CONSTRAINT sign_in_policies_bcrypt_cost_check CHECK (bcrypt_cost BETWEEN 10 AND 16)
);
COMMENT ON TABLE civic.sign_in_policies IS
    'How people of an organization sign in: one row each, made with the organization. Changed with permission'
    ' modify:security_policies; a change holds for what happens after it.';
COMMENT ON COLUMN civic.sign_in_policies.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.sign_in_policies.max_sessions IS
    'Sessions a person has at once, 1 to 100; a further one ends the oldest.';
COMMENT ON COLUMN civic.sign_in_policies.inactivity IS 'A session not used for so long ends; null for never.';
COMMENT ON COLUMN civic.sign_in_policies.access_lifetime IS 'How long an access token is good.';
COMMENT ON COLUMN civic.sign_in_policies.admin_access_lifetime IS
    'The same for administrators, level 6 and above on the civic ladder.';
COMMENT ON COLUMN civic.sign_in_policies.session_lifetime IS
    'How long a session can be kept alive by its refresh token.';
COMMENT ON COLUMN civic.sign_in_policies.max_failures IS
    'Failed sign-ins within failure_window that lock the account, 1 to 100.';
COMMENT ON COLUMN civic.sign_in_policies.failure_window IS 'Failed sign-ins are counted for so long.';
COMMENT ON COLUMN civic.sign_in_policies.lock_time IS 'How long a locked account stays locked.';
COMMENT ON COLUMN civic.sign_in_policies.second_factor_level IS
    'From this level of the civic ladder on a password alone is not enough, 1 to 8; 8 for nobody. Who has set up an'
    ' authenticator is always asked for its code.';
COMMENT ON COLUMN civic.sign_in_policies.code_lifetime IS 'How long a one-time code is good, up to a day.';
COMMENT ON COLUMN civic.sign_in_policies.code_attempts IS 'Wrong codes after which it is no longer good, 1 to 10.';
COMMENT ON COLUMN civic.sign_in_policies.codes_per_hour IS 'One-time codes a person gets within an hour, 1 to 100.';
COMMENT ON COLUMN civic.sign_in_policies.code_lock IS 'How long a person gets no code after code_attempts wrong ones.';
COMMENT ON COLUMN civic.sign_in_policies.password_min_length IS 'Least number of characters of a password, 8 to 64.';
COMMENT ON COLUMN civic.sign_in_policies.password_history IS
    'So many passwords back, the present one included, none may be used again; 0 to 24.';
COMMENT ON COLUMN civic.sign_in_policies.password_lifetime IS
    'After so long another password has to be set; null for never.';
COMMENT ON COLUMN civic.sign_in_policies.bcrypt_cost IS
    'Cost of new bcrypt hashes, 10 to 16; each step doubles the time of a sign-in.';
COMMENT ON COLUMN civic.sign_in_policies.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic.user_sessions (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    user_id uuid NOT NULL DEFAULT civic.current_user_id(),
    device_info jsonb,
    ip_address inet,
    user_agent text,
    fingerprint text,
    login_method civic.login_method NOT NULL DEFAULT 'password',
    last_activity timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    end_reason text,
    flagged_at timestamptz,
    suspicious_reason text,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT user_sessions_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT user_sessions_fingerprint_check CHECK (length(fingerprint) <= 64),
    CONSTRAINT user_sessions_end_reason_check CHECK (length(end_reason) <= 100),
    CONSTRAINT user_sessions_flag_check
        CHECK (length(suspicious_reason) <= 200 AND (suspicious_reason IS NULL) = (flagged_at IS NULL))
);
CREATE INDEX user_sessions_user ON civic.user_sessions (organization_id, user_id, expires_at);
COMMENT ON TABLE civic.user_sessions IS 'Sign-ins of people. The tokens are hashes in civic_private.session_tokens.';
COMMENT ON COLUMN civic.user_sessions.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.user_sessions.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.user_sessions.user_id IS 'Person who signed in.';
COMMENT ON COLUMN civic.user_sessions.device_info IS 'What the client tells about its device.';
COMMENT ON COLUMN civic.user_sessions.ip_address IS 'Address the session was opened from.';
COMMENT ON COLUMN civic.user_sessions.user_agent IS 'User agent the session was opened with.';
COMMENT ON COLUMN civic.user_sessions.login_method IS 'How the person proved who they are.';
COMMENT ON COLUMN civic.user_sessions.last_activity IS
    'When the session was last used to write, to the minute; see civic.check_session().';
COMMENT ON COLUMN civic.user_sessions.expires_at IS 'When the session ends by itself.';
COMMENT ON COLUMN civic.user_sessions.created_at IS 'When the person signed in.';
COMMENT ON COLUMN civic.user_sessions.fingerprint IS
    'SHA-256 of address, user agent and accepted languages, in hexadecimal.';
COMMENT ON COLUMN civic.user_sessions.revoked_at IS 'When the session was ended before it expired.';
COMMENT ON COLUMN civic.user_sessions.end_reason IS 'Why it was ended, such as signed out; null where it was not.';
COMMENT ON COLUMN civic.user_sessions.flagged_at IS 'When something about the session looked wrong; null for never.';
COMMENT ON COLUMN civic.user_sessions.suspicious_reason IS 'What looked wrong, up to 200 characters.';

CREATE TABLE civic_private.session_tokens (
    organization_id uuid NOT NULL,
    session_id uuid NOT NULL,
    token_hash bytea NOT NULL,
    refresh_hash bytea,
    used_refresh_hash bytea,
    PRIMARY KEY (organization_id, session_id),
    CONSTRAINT session_tokens_session_fkey FOREIGN KEY (organization_id, session_id)
        REFERENCES civic.user_sessions (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT session_tokens_token_hash_key UNIQUE (organization_id, token_hash),
    CONSTRAINT session_tokens_refresh_hash_key UNIQUE (organization_id, refresh_hash)
);
CREATE INDEX session_tokens_used_refresh_hash ON civic_private.session_tokens (organization_id, used_refresh_hash)
    WHERE used_refresh_hash IS NOT NULL;
COMMENT ON TABLE civic_private.session_tokens IS 'SHA-256 of the tokens of a session.';
COMMENT ON COLUMN civic_private.session_tokens.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic_private.session_tokens.session_id IS 'Session the tokens are for.';
COMMENT ON COLUMN civic_private.session_tokens.token_hash IS 'SHA-256 of the access token; unique in the organization.';
COMMENT ON COLUMN civic_private.session_tokens.refresh_hash IS
    'SHA-256 of the refresh token; null where there is none.';
COMMENT ON COLUMN civic_private.session_tokens.used_refresh_hash IS
    'SHA-256 of the refresh token before: who presents it again has a copy.';

CREATE TABLE civic_private.credentials (
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    password_hash text,
    password_changed_at timestamptz,
    totp_secret text,
    totp_last_step bigint,
    national_id_hash text,
    failed_attempts integer NOT NULL DEFAULT 0,
    counting_since timestamptz,
    locked_until timestamptz,
    PRIMARY KEY (organization_id, user_id),
    CONSTRAINT credentials_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT credentials_failed_attempts_check CHECK (failed_attempts >= 0)
);
COMMENT ON TABLE civic_private.credentials IS
    'Secrets of people: bcrypt hash of the password, base32 secret of the authenticator, hash of a national identity'
    ' number.';
COMMENT ON COLUMN civic_private.credentials.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic_private.credentials.user_id IS 'Person the secrets are of.';
COMMENT ON COLUMN civic_private.credentials.password_hash IS
    'bcrypt hash of the password; null for those who have none.';
COMMENT ON COLUMN civic_private.credentials.password_changed_at IS 'When the password was last set; null for never.';
COMMENT ON COLUMN civic_private.credentials.totp_secret IS
    'Base32 secret of the authenticator; null where there is none. In use once users.two_fa_enabled is true.';
COMMENT ON COLUMN civic_private.credentials.totp_last_step IS
    'Time step of the code that was accepted last: it and those before are not accepted again.';
COMMENT ON COLUMN civic_private.credentials.national_id_hash IS
    'Hash of the national identity number; null where it is not known.';
COMMENT ON COLUMN civic_private.credentials.failed_attempts IS
    'Failed sign-ins since counting_since and the last one that succeeded.';
COMMENT ON COLUMN civic_private.credentials.counting_since IS
    'When the first of failed_attempts was; null where there are none.';
COMMENT ON COLUMN civic_private.credentials.locked_until IS
    'Until when every sign-in is refused; null where the account was never locked.';

CREATE TABLE civic_private.verification_codes (
    organization_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    user_id uuid NOT NULL,
    purpose civic.code_purpose NOT NULL,
    channel civic.delivery_channel NOT NULL,
    address text NOT NULL,
    code_hash bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    max_attempts integer NOT NULL DEFAULT 3,
    locked_until timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT verification_codes_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT verification_codes_attempts_check CHECK (attempts >= 0 AND max_attempts > 0)
);
CREATE INDEX verification_codes_user
    ON civic_private.verification_codes (organization_id, user_id, purpose, created_at);
COMMENT ON TABLE civic_private.verification_codes IS
    'One-time codes, hashed; of each purpose only the newest of a person is good.';
COMMENT ON COLUMN civic_private.verification_codes.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic_private.verification_codes.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic_private.verification_codes.user_id IS 'Person the code was made for.';
COMMENT ON COLUMN civic_private.verification_codes.purpose IS 'What the code is good for.';
COMMENT ON COLUMN civic_private.verification_codes.channel IS 'How the code was sent.';
COMMENT ON COLUMN civic_private.verification_codes.address IS
    'Telephone number or e-mail address it was sent to; verifies no other.';
COMMENT ON COLUMN civic_private.verification_codes.code_hash IS 'SHA-256 of id and code.';
COMMENT ON COLUMN civic_private.verification_codes.expires_at IS 'Until when the code is accepted.';
COMMENT ON COLUMN civic_private.verification_codes.used_at IS 'When the code was used; null until then.';
COMMENT ON COLUMN civic_private.verification_codes.attempts IS 'Wrong codes given so far.';
COMMENT ON COLUMN civic_private.verification_codes.max_attempts IS 'Wrong codes after which it is no longer accepted.';
COMMENT ON COLUMN civic_private.verification_codes.locked_until IS
    'After too many wrong codes: until when the person gets no other for any purpose; null otherwise.';
COMMENT ON COLUMN civic_private.verification_codes.created_at IS 'When the code was made.';

CREATE TABLE civic_private.password_history (
    organization_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    user_id uuid NOT NULL,
    password_hash text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT password_history_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX password_history_user ON civic_private.password_history (organization_id, user_id, id);
COMMENT ON TABLE civic_private.password_history IS
    'Passwords that people have set, as bcrypt hashes, as far back as they may not be used again.';
COMMENT ON COLUMN civic_private.password_history.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic_private.password_history.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic_private.password_history.user_id IS 'Person whose password it was.';
COMMENT ON COLUMN civic_private.password_history.password_hash IS 'bcrypt hash of the password.';
COMMENT ON COLUMN civic_private.password_history.created_at IS 'When it was set.';

CREATE TABLE civic_private.token_secrets (
    organization_id uuid NOT NULL,
    secret bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id),
    CONSTRAINT token_secrets_organization_fkey FOREIGN KEY (organization_id) REFERENCES civic.organizations (id),
    CONSTRAINT token_secrets_secret_check CHECK (length(secret) >= 32)
);
COMMENT ON TABLE civic_private.token_secrets IS
    'What access tokens are signed with (HS256), shared with PostgREST; set by civic.set_token_secret(). The row of'
    ' the organization of zeroes holds for all that have none of their own.';
COMMENT ON COLUMN civic_private.token_secrets.organization_id IS
    'Organization whose tokens are signed with it; the one of zeroes for all.';
COMMENT ON COLUMN civic_private.token_secrets.secret IS 'At least 32 bytes (RFC 7518).';
COMMENT ON COLUMN civic_private.token_secrets.created_at IS 'When it was set.';

CREATE TABLE civic.security_events (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    event_type civic.security_event_type NOT NULL,
    severity civic.security_severity NOT NULL DEFAULT 'medium',
    user_id uuid,
    session_id uuid,
    ip_address inet,
    user_agent text,
    description text NOT NULL,
    event_data jsonb NOT NULL DEFAULT '{}',
    risk_score integer NOT NULL DEFAULT 0,
    is_investigated boolean NOT NULL DEFAULT false,
    investigated_by uuid,
    investigated_at timestamptz,
    investigation_notes text,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT security_events_organization_fkey FOREIGN KEY (organization_id) REFERENCES civic.organizations (id),
    CONSTRAINT security_events_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT security_events_investigated_by_fkey FOREIGN KEY (organization_id, investigated_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT security_events_risk_score_check CHECK (risk_score BETWEEN 0 AND 100),
    CONSTRAINT security_events_investigated_check
        CHECK (is_investigated OR num_nonnulls(investigated_by, investigated_at, investigation_notes) = 0),
    CONSTRAINT security_events_investigation_notes_check CHECK (length(investigation_notes) <= 2000)
);
CREATE INDEX security_events_newest ON civic.security_events (organization_id, created_at DESC, id DESC);
CREATE INDEX security_events_user ON civic.security_events (organization_id, user_id, created_at DESC);
CREATE INDEX security_events_address ON civic.security_events (organization_id, ip_address, event_type, created_at DESC)
    WHERE ip_address IS NOT NULL;
CREATE INDEX security_events_investigated_by ON civic.security_events (organization_id, investigated_by)
    WHERE investigated_by IS NOT NULL;
COMMENT ON TABLE civic.security_events IS
    'What happened around signing in: successes, failures, locks, ended sessions, changed passwords. Written by civic,'
    ' kept for 90 days; see civic.forget_sign_ins().';
COMMENT ON COLUMN civic.security_events.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.security_events.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.security_events.event_type IS 'What happened.';
COMMENT ON COLUMN civic.security_events.severity IS 'How grave it is.';
COMMENT ON COLUMN civic.security_events.user_id IS 'Account it happened to; null where there is none of that name.';
COMMENT ON COLUMN civic.security_events.session_id IS 'Session it happened to; null where it is about none.';
COMMENT ON COLUMN civic.security_events.ip_address IS
    'Address the request came from, as the last proxy before the API told it; null where none did.';
COMMENT ON COLUMN civic.security_events.user_agent IS 'User agent of the request.';
COMMENT ON COLUMN civic.security_events.description IS 'What happened, in words.';
COMMENT ON COLUMN civic.security_events.event_data IS 'What else is known, never a secret.';
COMMENT ON COLUMN civic.security_events.risk_score IS
    '0 to 100: by kind and severity, and more where the same kind came from the same address within the hour.';
COMMENT ON COLUMN civic.security_events.is_investigated IS 'Somebody has looked into it.';
COMMENT ON COLUMN civic.security_events.investigated_by IS 'Who looked into it; null until then.';
COMMENT ON COLUMN civic.security_events.investigated_at IS 'When it was looked into; null until then.';
COMMENT ON COLUMN civic.security_events.investigation_notes IS 'What was found, up to 2000 characters.';
COMMENT ON COLUMN civic.security_events.created_at IS 'When it happened.';
