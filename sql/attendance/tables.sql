CREATE TABLE civic.policy_versions (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    jurisdiction_id uuid NOT NULL,
    version text NOT NULL,
    effective_from timestamptz NOT NULL DEFAULT now(),
    effective_until timestamptz,
    config jsonb NOT NULL DEFAULT '{}',
    created_by uuid DEFAULT civic.current_user_id(),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT policy_versions_jurisdiction_fkey FOREIGN KEY (organization_id, jurisdiction_id)
        REFERENCES civic.jurisdictions (organization_id, id),
    CONSTRAINT policy_versions_created_by_fkey FOREIGN KEY (organization_id, created_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT policy_versions_version_key UNIQUE (organization_id, jurisdiction_id, version),
    CONSTRAINT policy_versions_version_check CHECK (length(version) BETWEEN 1 AND 20),
    CONSTRAINT policy_versions_config_check CHECK (civic.attendance_policy_fault(config) IS NULL),
    CONSTRAINT policy_versions_effective_check CHECK (effective_until >= effective_from),

    CONSTRAINT policy_versions_effective_key EXCLUDE USING gist (
        organization_id WITH =, jurisdiction_id WITH =, tstzrange(effective_from, effective_until) WITH &&
    )
);
CREATE INDEX policy_versions_created_by ON civic.policy_versions (organization_id, created_by);
COMMENT ON TABLE civic.policy_versions IS
    'What a jurisdiction rules for attendance records. A row is a version and never changes:'
    ' civic.set_attendance_policy() ends it and begins the next, and a record keeps the version it was made under.';
COMMENT ON COLUMN civic.policy_versions.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.policy_versions.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.policy_versions.jurisdiction_id IS 'Jurisdiction the version is of.';
COMMENT ON COLUMN civic.policy_versions.version IS
    'Name of the version, 1 to 20 characters, unique in the jurisdiction.';
COMMENT ON COLUMN civic.policy_versions.effective_from IS 'From when on the version holds.';
COMMENT ON COLUMN civic.policy_versions.effective_until IS
    'Until when it holds, itself not included; null for until further notice. May be set once.';
COMMENT ON COLUMN civic.policy_versions.config IS
    'What differs from civic.attendance_defaults(), by the same keys. Error ZC126 for an unknown key or a value out of'
    ' its limits.';
COMMENT ON COLUMN civic.policy_versions.created_by IS 'Person who made the version; null for the system.';
COMMENT ON COLUMN civic.policy_versions.created_at IS 'When the row was created.';

CREATE TABLE civic.professional_credentials (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    professional_id uuid NOT NULL,
    credential_type text NOT NULL,
    credential_number text NOT NULL,
    state civic.credential_state NOT NULL DEFAULT 'active',
    state_reason text,
    issued_at timestamptz,
    expires_at timestamptz,
    last_verified_at timestamptz,
    verification_source text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT professional_credentials_professional_fkey FOREIGN KEY (organization_id, professional_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT professional_credentials_number_key UNIQUE (organization_id, credential_type, credential_number),
    CONSTRAINT professional_credentials_type_check CHECK (length(credential_type) BETWEEN 1 AND 100),
    CONSTRAINT professional_credentials_number_check CHECK (length(credential_number) BETWEEN 1 AND 100),
    CONSTRAINT professional_credentials_source_check CHECK (length(verification_source) <= 100),
    CONSTRAINT professional_credentials_expires_check CHECK (expires_at > issued_at)
);
CREATE INDEX professional_credentials_professional
    ON civic.professional_credentials (organization_id, professional_id);
CREATE INDEX professional_credentials_expires
    ON civic.professional_credentials (organization_id, expires_at) WHERE state IN ('active', 'suspended');
COMMENT ON TABLE civic.professional_credentials IS
    'Licences of professionals. Decisions about records need an active one.';
COMMENT ON COLUMN civic.professional_credentials.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.professional_credentials.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.professional_credentials.professional_id IS 'Person who holds the licence.';
COMMENT ON COLUMN civic.professional_credentials.credential_type IS 'Kind of the licence, 1 to 100 characters.';
COMMENT ON COLUMN civic.professional_credentials.credential_number IS 'Number of the licence, 1 to 100 characters.';
COMMENT ON COLUMN civic.professional_credentials.state IS
    'State of the licence; moves only along civic.workflow_transitions.';
COMMENT ON COLUMN civic.professional_credentials.state_reason IS 'Why the licence was suspended or revoked.';
COMMENT ON COLUMN civic.professional_credentials.issued_at IS
    'When the licence was issued; null where that is not known.';
COMMENT ON COLUMN civic.professional_credentials.expires_at IS 'Until when the licence is good; null for no end.';
COMMENT ON COLUMN civic.professional_credentials.last_verified_at IS
    'When the licence was last looked up at its source; null for never.';
COMMENT ON COLUMN civic.professional_credentials.verification_source IS 'Where it was looked up, up to 100 characters.';
COMMENT ON COLUMN civic.professional_credentials.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.professional_credentials.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic.mandates (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    professional_id uuid NOT NULL DEFAULT civic.current_user_id(),
    jurisdiction_id uuid,
    individual_phone civic.phone_number NOT NULL,
    individual_name text NOT NULL,
    individual_date_of_birth date,
    status civic.mandate_status NOT NULL DEFAULT 'created',
    enrolled_at timestamptz,
    enrolled_contact_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT mandates_professional_fkey FOREIGN KEY (organization_id, professional_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT mandates_jurisdiction_fkey FOREIGN KEY (organization_id, jurisdiction_id)
        REFERENCES civic.jurisdictions (organization_id, id),
    CONSTRAINT mandates_enrolled_contact_fkey FOREIGN KEY (organization_id, enrolled_contact_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT mandates_name_check CHECK (length(individual_name) BETWEEN 1 AND 255),
    CONSTRAINT mandates_enrolled_check
        CHECK (num_nonnulls(enrolled_at, enrolled_contact_id) = CASE status WHEN 'enrolled' THEN 2 ELSE 0 END),
    CONSTRAINT mandates_self_check CHECK (enrolled_contact_id <> professional_id)
);
CREATE INDEX mandates_professional ON civic.mandates (organization_id, professional_id, id);
CREATE INDEX mandates_jurisdiction ON civic.mandates (organization_id, jurisdiction_id);
CREATE INDEX mandates_enrolled_contact ON civic.mandates (organization_id, enrolled_contact_id, enrolled_at DESC);
COMMENT ON TABLE civic.mandates IS
    'Who is to document their attendance for whom. A mandate names the person as the professional knows them; with a'
    ' one-time link the person joins it and is enrolled.';
COMMENT ON COLUMN civic.mandates.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.mandates.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.mandates.professional_id IS
    'Professional who gave the mandate and sees what is recorded under it.';
COMMENT ON COLUMN civic.mandates.jurisdiction_id IS 'Jurisdiction of the mandate; null where none is named.';
COMMENT ON COLUMN civic.mandates.individual_phone IS 'Telephone number of the person; who enrolls must have it.';
COMMENT ON COLUMN civic.mandates.individual_name IS 'Name of the person, 1 to 255 characters.';
COMMENT ON COLUMN civic.mandates.individual_date_of_birth IS 'Date of birth of the person; null where it is not known.';
COMMENT ON COLUMN civic.mandates.status IS 'Where the mandate stands; moves only along civic.workflow_transitions.';
COMMENT ON COLUMN civic.mandates.enrolled_at IS 'When the person was enrolled; null until then.';
COMMENT ON COLUMN civic.mandates.enrolled_contact_id IS 'Person who was enrolled; null until then.';
COMMENT ON COLUMN civic.mandates.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.mandates.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic_private.enrollment_tokens (
    organization_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    mandate_id uuid NOT NULL,
    token_hash civic.sha256 NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    replaced_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT enrollment_tokens_mandate_fkey FOREIGN KEY (organization_id, mandate_id)
        REFERENCES civic.mandates (organization_id, id),
    CONSTRAINT enrollment_tokens_token_hash_key UNIQUE (organization_id, token_hash),
    CONSTRAINT enrollment_tokens_use_check CHECK (num_nonnulls(used_at, replaced_at) <= 1)
);
CREATE INDEX enrollment_tokens_mandate ON civic_private.enrollment_tokens (organization_id, mandate_id);
CREATE INDEX enrollment_tokens_open
    ON civic_private.enrollment_tokens (organization_id, expires_at) WHERE used_at IS NULL AND replaced_at IS NULL;
COMMENT ON TABLE civic_private.enrollment_tokens IS
    'One-time links of mandates, as SHA-256 of the token. A newer one ends older ones, and each is good for one'
    ' person once.';
COMMENT ON COLUMN civic_private.enrollment_tokens.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic_private.enrollment_tokens.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic_private.enrollment_tokens.mandate_id IS 'Mandate the token is for.';
COMMENT ON COLUMN civic_private.enrollment_tokens.token_hash IS 'SHA-256 of the token; unique in the organization.';
COMMENT ON COLUMN civic_private.enrollment_tokens.expires_at IS 'Until when the token is accepted.';
COMMENT ON COLUMN civic_private.enrollment_tokens.used_at IS 'When somebody was enrolled with it; null until then.';
COMMENT ON COLUMN civic_private.enrollment_tokens.replaced_at IS 'When a newer token ended it; null until then.';
COMMENT ON COLUMN civic_private.enrollment_tokens.created_at IS 'When the row was created.';

CREATE TABLE civic.meetings (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    name text NOT NULL,
    description text,
    address text NOT NULL,
    latitude civic.latitude NOT NULL,
    longitude civic.longitude NOT NULL,
    location geography(Point, 4326) NOT NULL
        GENERATED ALWAYS AS (civic_helpers.location_of(latitude, longitude)) STORED,
    radius_meters double precision NOT NULL DEFAULT 100,
    start_time timestamptz,
    end_time timestamptz,
    is_active boolean NOT NULL DEFAULT true,
    is_test boolean NOT NULL DEFAULT false,
    qr_code text,
    created_by uuid DEFAULT civic.current_user_id(),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT meetings_organization_fkey FOREIGN KEY (organization_id) REFERENCES civic.organizations (id),
    CONSTRAINT meetings_created_by_fkey FOREIGN KEY (organization_id, created_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT meetings_qr_code_key UNIQUE (organization_id, qr_code),
    CONSTRAINT meetings_name_check CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT meetings_address_check CHECK (length(address) BETWEEN 1 AND 500),
    CONSTRAINT meetings_qr_code_check CHECK (length(qr_code) BETWEEN 1 AND 100),
    CONSTRAINT meetings_radius_check
        CHECK (radius_meters >= 10 AND radius_meters <= CASE WHEN is_test THEN 21000000 ELSE 1000 END),
    CONSTRAINT meetings_time_check CHECK (end_time > start_time)
);
CREATE INDEX meetings_location ON civic.meetings USING gist (organization_id, location);
CREATE INDEX meetings_name ON civic.meetings (organization_id, name);
CREATE INDEX meetings_start_time ON civic.meetings (organization_id, start_time, id);
CREATE INDEX meetings_created_by ON civic.meetings (organization_id, created_by, id);
COMMENT ON TABLE civic.meetings IS
    'Places and times at which people document their attendance. Everybody may find the active ones.';
COMMENT ON COLUMN civic.meetings.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.meetings.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.meetings.name IS 'Name shown to people, 1 to 255 characters.';
COMMENT ON COLUMN civic.meetings.description IS 'What the meeting is about.';
COMMENT ON COLUMN civic.meetings.address IS 'Street address, 1 to 500 characters.';
COMMENT ON COLUMN civic.meetings.latitude IS 'Place of the meeting, degrees north (WGS 84).';
COMMENT ON COLUMN civic.meetings.longitude IS 'Place of the meeting, degrees east (WGS 84).';
COMMENT ON COLUMN civic.meetings.location IS 'The place as a point, for searches.';
COMMENT ON COLUMN civic.meetings.radius_meters IS
    'Metres around the place that are in range, 10 to 1000; more for a test meeting.';
COMMENT ON COLUMN civic.meetings.start_time IS 'When the meeting begins; null for at any time.';
COMMENT ON COLUMN civic.meetings.end_time IS 'When the meeting ends; null for open end.';
COMMENT ON COLUMN civic.meetings.is_active IS 'False: nobody finds the meeting or starts a session for it.';
COMMENT ON COLUMN civic.meetings.is_test IS 'A meeting to try the application at, which may be as wide as the earth.';
COMMENT ON COLUMN civic.meetings.qr_code IS
    'Code of the poster at the door, unique in the organization. A reference, not a secret.';
COMMENT ON COLUMN civic.meetings.created_by IS 'Person who created the meeting; null for the system.';
COMMENT ON COLUMN civic.meetings.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.meetings.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic.meeting_contacts (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    meeting_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, meeting_id, contact_id),
    CONSTRAINT meeting_contacts_meeting_fkey FOREIGN KEY (organization_id, meeting_id)
        REFERENCES civic.meetings (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT meeting_contacts_contact_fkey FOREIGN KEY (organization_id, contact_id)
        REFERENCES civic.users (organization_id, id)
);
CREATE INDEX meeting_contacts_contact ON civic.meeting_contacts (organization_id, contact_id);
COMMENT ON TABLE civic.meeting_contacts IS 'Who is expected at which meeting.';
COMMENT ON COLUMN civic.meeting_contacts.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.meeting_contacts.meeting_id IS 'Meeting the person is expected at.';
COMMENT ON COLUMN civic.meeting_contacts.contact_id IS 'Person who is expected.';
COMMENT ON COLUMN civic.meeting_contacts.created_at IS 'When the row was created.';

CREATE TABLE civic.attendance_sessions (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    contact_id uuid NOT NULL DEFAULT civic.current_user_id(),
    professional_id uuid,
    meeting_id uuid,
    policy_version_id uuid,
    status civic.attendance_status NOT NULL DEFAULT 'active',
    dest_name text NOT NULL,
    dest_address text NOT NULL,
    dest_latitude civic.latitude,
    dest_longitude civic.longitude,
    radius_meters double precision,
    session_notes text,
    ended_reason text,
    check_in_at timestamptz,
    check_out_at timestamptz,
    duration interval GENERATED ALWAYS AS (check_out_at - check_in_at) STORED,
    is_complete boolean NOT NULL GENERATED ALWAYS AS (
        status NOT IN ('active'::civic.attendance_status, 'checked_in'::civic.attendance_status)
    ) STORED,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT attendance_sessions_contact_fkey FOREIGN KEY (organization_id, contact_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT attendance_sessions_professional_fkey FOREIGN KEY (organization_id, professional_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT attendance_sessions_meeting_fkey FOREIGN KEY (organization_id, meeting_id)
        REFERENCES civic.meetings (organization_id, id),
    CONSTRAINT attendance_sessions_policy_version_fkey FOREIGN KEY (organization_id, policy_version_id)
        REFERENCES civic.policy_versions (organization_id, id),
    CONSTRAINT attendance_sessions_name_check CHECK (length(dest_name) BETWEEN 1 AND 255),
    CONSTRAINT attendance_sessions_address_check CHECK (length(dest_address) <= 500),
    CONSTRAINT attendance_sessions_place_check
        CHECK (num_nonnulls(dest_latitude, dest_longitude, radius_meters) IN (0, 3)),
    CONSTRAINT attendance_sessions_radius_check CHECK (radius_meters >= 10 AND radius_meters <= 21000000),
    CONSTRAINT attendance_sessions_notes_check CHECK (length(session_notes) <= 500),
    CONSTRAINT attendance_sessions_reason_check CHECK (length(ended_reason) <= 500),
    CONSTRAINT attendance_sessions_times_check CHECK (check_out_at >= check_in_at)
) WITH (fillfactor = 85);
CREATE UNIQUE INDEX attendance_sessions_one_active ON civic.attendance_sessions (organization_id, contact_id)
    WHERE status IN ('active', 'checked_in');
CREATE INDEX attendance_sessions_contact ON civic.attendance_sessions (organization_id, contact_id, id DESC);
CREATE INDEX attendance_sessions_professional
    ON civic.attendance_sessions (organization_id, professional_id, id DESC) WHERE professional_id IS NOT NULL;
CREATE INDEX attendance_sessions_meeting ON civic.attendance_sessions (organization_id, meeting_id)
    WHERE meeting_id IS NOT NULL;
CREATE INDEX attendance_sessions_policy_version ON civic.attendance_sessions (organization_id, policy_version_id)
    WHERE policy_version_id IS NOT NULL;
CREATE INDEX attendance_sessions_waiting ON civic.attendance_sessions (organization_id, created_at)
    WHERE status = 'active';
CREATE INDEX attendance_sessions_created_at ON civic.attendance_sessions (organization_id, created_at);
COMMENT ON TABLE civic.attendance_sessions IS
    'One visit of a person to a meeting or another place, from the start to check-out. Each person has at most one'
    ' that is active or checked in; starting another ends it. The destination is a copy, so that a meeting that'
    ' moves does not move what was documented.';
COMMENT ON COLUMN civic.attendance_sessions.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.attendance_sessions.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.attendance_sessions.contact_id IS 'Person the record is about.';
COMMENT ON COLUMN civic.attendance_sessions.professional_id IS
    'Professional through whom the person was enrolled when the record was made; null for none. Set by a trigger.';
COMMENT ON COLUMN civic.attendance_sessions.meeting_id IS
    'Meeting the person goes to; null for a destination of their own.';
COMMENT ON COLUMN civic.attendance_sessions.policy_version_id IS
    'Policy version that held when the record was made; null for none. Set by a trigger.';
COMMENT ON COLUMN civic.attendance_sessions.status IS
    'Where the session stands; moves only along civic.workflow_transitions.';
COMMENT ON COLUMN civic.attendance_sessions.dest_name IS 'Name of the destination, 1 to 255 characters.';
COMMENT ON COLUMN civic.attendance_sessions.dest_address IS 'Address of the destination, up to 500 characters.';
COMMENT ON COLUMN civic.attendance_sessions.dest_latitude IS
    'Destination, degrees north (WGS 84); null for a session without a fixed place.';
COMMENT ON COLUMN civic.attendance_sessions.dest_longitude IS
    'Destination, degrees east (WGS 84); null for a session without a fixed place.';
COMMENT ON COLUMN civic.attendance_sessions.radius_meters IS
    'Metres around the destination that are in range; null for a session without a fixed place.';
COMMENT ON COLUMN civic.attendance_sessions.session_notes IS
    'Notes of the person, up to 500 characters; may be changed until some minutes after check-out, see notes_minutes'
    ' of the policy. Error ZC122.';
COMMENT ON COLUMN civic.attendance_sessions.ended_reason IS 'Why the session was ended by hand.';
COMMENT ON COLUMN civic.attendance_sessions.check_in_at IS
    'When the check-in was recorded, by the clock of the server; null until then.';
COMMENT ON COLUMN civic.attendance_sessions.check_out_at IS
    'When the check-out was recorded, by the clock of the server; null until then.';
COMMENT ON COLUMN civic.attendance_sessions.duration IS
    'From check-in to check-out, by the clock of the server; null until then.';
COMMENT ON COLUMN civic.attendance_sessions.is_complete IS 'The session is over, however it ended.';
COMMENT ON COLUMN civic.attendance_sessions.created_at IS 'When the session was started.';
COMMENT ON COLUMN civic.attendance_sessions.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic.selfie_artifacts (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    contact_id uuid NOT NULL DEFAULT civic.current_user_id(),
    professional_id uuid,
    sha256 civic.sha256 NOT NULL,
    storage_key civic.storage_key NOT NULL,
    captured_at timestamptz NOT NULL,
    liveness_provider text NOT NULL,
    liveness_result jsonb NOT NULL DEFAULT '{}',
    blur_score double precision,
    lighting_quality double precision,
    occlusion_detected boolean,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT selfie_artifacts_contact_fkey FOREIGN KEY (organization_id, contact_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT selfie_artifacts_professional_fkey FOREIGN KEY (organization_id, professional_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT selfie_artifacts_provider_check CHECK (length(liveness_provider) BETWEEN 1 AND 50),
    CONSTRAINT selfie_artifacts_result_check CHECK (jsonb_typeof(liveness_result) = 'object'),
    CONSTRAINT selfie_artifacts_blur_check CHECK (blur_score BETWEEN 0 AND 1),
    CONSTRAINT selfie_artifacts_lighting_check CHECK (lighting_quality BETWEEN 0 AND 1)
);
CREATE INDEX selfie_artifacts_contact ON civic.selfie_artifacts (organization_id, contact_id);
CREATE INDEX selfie_artifacts_professional ON civic.selfie_artifacts (organization_id, professional_id)
    WHERE professional_id IS NOT NULL;
COMMENT ON TABLE civic.selfie_artifacts IS
    'Pictures taken at check-in. Only the hash of a picture and what its check said are kept here, never the'
    ' picture. Never changed.';
COMMENT ON COLUMN civic.selfie_artifacts.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.selfie_artifacts.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.selfie_artifacts.contact_id IS 'Person the record is about.';
COMMENT ON COLUMN civic.selfie_artifacts.professional_id IS
    'Professional through whom the person was enrolled when the record was made; null for none. Set by a trigger.';
COMMENT ON COLUMN civic.selfie_artifacts.sha256 IS 'SHA-256 of the picture.';
COMMENT ON COLUMN civic.selfie_artifacts.storage_key IS 'Where the bytes lie.';
COMMENT ON COLUMN civic.selfie_artifacts.captured_at IS 'When the picture was taken, by the clock of the device.';
COMMENT ON COLUMN civic.selfie_artifacts.liveness_provider IS 'Service that checked the picture, 1 to 50 characters.';
COMMENT ON COLUMN civic.selfie_artifacts.liveness_result IS
    'What the service said, such as {"score": 0.97, "passed": true}.';
COMMENT ON COLUMN civic.selfie_artifacts.blur_score IS 'Blur of the picture, 0 to 1; null where it was not measured.';
COMMENT ON COLUMN civic.selfie_artifacts.lighting_quality IS
    'Quality of the light, 0 to 1; null where it was not measured.';
COMMENT ON COLUMN civic.selfie_artifacts.occlusion_detected IS
    'Something covered the face; null where that was not looked for.';
COMMENT ON COLUMN civic.selfie_artifacts.created_at IS 'When the row was created.';

CREATE TABLE civic.attendance_events (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    session_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    professional_id uuid,
    type civic.attendance_event_type NOT NULL,
    device_at timestamptz NOT NULL DEFAULT now(),
    server_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    latitude civic.latitude,
    longitude civic.longitude,
    accuracy_m double precision,
    location_flag civic.location_flag NOT NULL,
    verdict civic.location_verdict NOT NULL,
    distance_m double precision,
    confidence double precision,
    notes text,
    selfie_artifact_id uuid,
    liveness_score double precision,
    liveness_passed boolean,
    receipt_id uuid NOT NULL DEFAULT gen_random_uuid(),
    policy_version_id uuid,
    corrects_record_id uuid,
    created_by uuid DEFAULT civic.current_user_id(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT attendance_events_session_fkey FOREIGN KEY (organization_id, session_id)
        REFERENCES civic.attendance_sessions (organization_id, id),
    CONSTRAINT attendance_events_contact_fkey FOREIGN KEY (organization_id, contact_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT attendance_events_professional_fkey FOREIGN KEY (organization_id, professional_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT attendance_events_selfie_fkey FOREIGN KEY (organization_id, selfie_artifact_id)
        REFERENCES civic.selfie_artifacts (organization_id, id),
    CONSTRAINT attendance_events_policy_version_fkey FOREIGN KEY (organization_id, policy_version_id)
        REFERENCES civic.policy_versions (organization_id, id),
    CONSTRAINT attendance_events_corrects_fkey FOREIGN KEY (organization_id, corrects_record_id)
        REFERENCES civic.attendance_events (organization_id, id),
    CONSTRAINT attendance_events_created_by_fkey FOREIGN KEY (organization_id, created_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT attendance_events_receipt_key UNIQUE (organization_id, receipt_id),
    CONSTRAINT attendance_events_position_check CHECK (num_nonnulls(latitude, longitude) <> 1),
    CONSTRAINT attendance_events_accuracy_check CHECK (accuracy_m >= 0 AND accuracy_m < 'NaN'),
    CONSTRAINT attendance_events_flag_check CHECK ((location_flag = 'timeout') = (latitude IS NULL)),
    CONSTRAINT attendance_events_notes_check CHECK (length(notes) <= 500),
    CONSTRAINT attendance_events_corrects_check
        CHECK (corrects_record_id IS NULL
            OR (corrects_record_id <> id AND coalesce(length(btrim(notes)), 0) > 0))
);
CREATE INDEX attendance_events_session ON civic.attendance_events (organization_id, session_id, id);
CREATE INDEX attendance_events_contact ON civic.attendance_events (organization_id, contact_id, server_at DESC);
CREATE INDEX attendance_events_professional ON civic.attendance_events (organization_id, professional_id)
    WHERE professional_id IS NOT NULL;
CREATE INDEX attendance_events_selfie ON civic.attendance_events (organization_id, selfie_artifact_id)
    WHERE selfie_artifact_id IS NOT NULL;
CREATE INDEX attendance_events_policy_version ON civic.attendance_events (organization_id, policy_version_id)
    WHERE policy_version_id IS NOT NULL;
CREATE INDEX attendance_events_corrects ON civic.attendance_events (organization_id, corrects_record_id)
    WHERE corrects_record_id IS NOT NULL;
CREATE INDEX attendance_events_created_by ON civic.attendance_events (organization_id, created_by);
COMMENT ON TABLE civic.attendance_events IS
    'Every attempt to check in or out, in range or not, with what the device said and what the server computed from'
    ' it. Never changed; a correction is a new row. The insert alone does all of it: the server sets its own time,'
    ' the distance, flag, verdict and receipt, records signals, and moves the session where the position was in'
    ' range.';
COMMENT ON COLUMN civic.attendance_events.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.attendance_events.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.attendance_events.session_id IS 'Session the event belongs to.';
COMMENT ON COLUMN civic.attendance_events.contact_id IS 'Person the record is about.';
COMMENT ON COLUMN civic.attendance_events.professional_id IS
    'Professional through whom the person was enrolled when the record was made; null for none. Set by a trigger.';
COMMENT ON COLUMN civic.attendance_events.type IS 'What the event documents.';
COMMENT ON COLUMN civic.attendance_events.device_at IS 'Time of the device. Documented, never decided by.';
COMMENT ON COLUMN civic.attendance_events.server_at IS 'When the server received it. This time counts.';
COMMENT ON COLUMN civic.attendance_events.latitude IS
    'Measured position, degrees north (WGS 84); null where none came in time.';
COMMENT ON COLUMN civic.attendance_events.longitude IS
    'Measured position, degrees east (WGS 84); null where none came in time.';
COMMENT ON COLUMN civic.attendance_events.accuracy_m IS
    'Radius of the circle, in metres, in which the device believes to be; null where it did not say.';
COMMENT ON COLUMN civic.attendance_events.location_flag IS
    'Whether the position lay in range: distance at most the radius, accuracy at most max_accuracy_m of the policy.';
COMMENT ON COLUMN civic.attendance_events.verdict IS 'What distance, radius and accuracy say together.';
COMMENT ON COLUMN civic.attendance_events.distance_m IS
    'Metres to the destination on the great circle; null where one of both is not known.';
COMMENT ON COLUMN civic.attendance_events.confidence IS
    '(1 - distance / radius) * (1 - accuracy / 1000), each factor at least 0; null where one is not known.';
COMMENT ON COLUMN civic.attendance_events.notes IS
    'What the person wrote, up to 500 characters; why, for a correction.';
COMMENT ON COLUMN civic.attendance_events.selfie_artifact_id IS 'Picture that was taken; null for none.';
COMMENT ON COLUMN civic.attendance_events.liveness_score IS 'Score of the check of the picture; null for none.';
COMMENT ON COLUMN civic.attendance_events.liveness_passed IS
    'Whether the service took the picture for that of a living person; null for none.';
COMMENT ON COLUMN civic.attendance_events.receipt_id IS
    'Number of the receipt that the person gets; unique in the organization.';
COMMENT ON COLUMN civic.attendance_events.policy_version_id IS
    'Policy version that held when the record was made; null for none. Set by a trigger.';
COMMENT ON COLUMN civic.attendance_events.corrects_record_id IS
    'Event of the same session that this one corrects; null for none.';
COMMENT ON COLUMN civic.attendance_events.created_by IS 'Person who recorded the event; null for the system.';

CREATE TABLE civic.data_quality_signals (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    session_event_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    professional_id uuid,
    signal_type civic.signal_type NOT NULL,
    signal_name text NOT NULL,
    signal_value jsonb NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT data_quality_signals_event_fkey FOREIGN KEY (organization_id, session_event_id)
        REFERENCES civic.attendance_events (organization_id, id),
    CONSTRAINT data_quality_signals_contact_fkey FOREIGN KEY (organization_id, contact_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT data_quality_signals_professional_fkey FOREIGN KEY (organization_id, professional_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT data_quality_signals_name_check CHECK (signal_name ~ '^[a-z][a-z0-9_]{0,99}$')
);
CREATE INDEX data_quality_signals_event ON civic.data_quality_signals (organization_id, session_event_id);
CREATE INDEX data_quality_signals_contact ON civic.data_quality_signals (organization_id, contact_id);
CREATE INDEX data_quality_signals_professional ON civic.data_quality_signals (organization_id, professional_id)
    WHERE professional_id IS NOT NULL;
COMMENT ON TABLE civic.data_quality_signals IS
    'What is worth knowing about the quality of the data of one event, one row a signal, each as it was observed.'
    ' Signals are never summed up to a score. Never changed.';
COMMENT ON COLUMN civic.data_quality_signals.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.data_quality_signals.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.data_quality_signals.session_event_id IS 'Event the signal is about.';
COMMENT ON COLUMN civic.data_quality_signals.contact_id IS 'Person the record is about.';
COMMENT ON COLUMN civic.data_quality_signals.professional_id IS
    'Professional through whom the person was enrolled when the record was made; null for none. Set by a trigger.';
COMMENT ON COLUMN civic.data_quality_signals.signal_type IS 'What the signal is about.';
COMMENT ON COLUMN civic.data_quality_signals.signal_name IS
    'Name of the signal, such as gps_source; 1 to 100 small letters, digits and underscores.';
COMMENT ON COLUMN civic.data_quality_signals.signal_value IS 'What was observed.';
COMMENT ON COLUMN civic.data_quality_signals.recorded_at IS 'When the signal was recorded.';

CREATE TABLE civic.consent_artifacts (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    contact_id uuid NOT NULL DEFAULT civic.current_user_id(),
    professional_id uuid,
    consent_type civic.consent_type NOT NULL,
    consent_version text NOT NULL,
    text_sha256 civic.sha256 NOT NULL,
    granted boolean NOT NULL,
    granted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    ip_address inet,
    user_agent text,
    device_id text,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT consent_artifacts_contact_fkey FOREIGN KEY (organization_id, contact_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT consent_artifacts_professional_fkey FOREIGN KEY (organization_id, professional_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT consent_artifacts_version_check CHECK (length(consent_version) BETWEEN 1 AND 20),
    CONSTRAINT consent_artifacts_device_check CHECK (length(user_agent) <= 500 AND length(device_id) <= 100)
);
CREATE INDEX consent_artifacts_contact
    ON civic.consent_artifacts (organization_id, contact_id, consent_type, granted_at DESC, id DESC);
CREATE INDEX consent_artifacts_professional ON civic.consent_artifacts (organization_id, professional_id)
    WHERE professional_id IS NOT NULL;
COMMENT ON TABLE civic.consent_artifacts IS
    'Every consent that was given or withdrawn, with the hash of the text that was shown. Of each type the newest'
    ' row holds. Never changed.';
COMMENT ON COLUMN civic.consent_artifacts.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.consent_artifacts.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.consent_artifacts.contact_id IS 'Person the record is about.';
COMMENT ON COLUMN civic.consent_artifacts.professional_id IS
    'Professional through whom the person was enrolled when the record was made; null for none. Set by a trigger.';
COMMENT ON COLUMN civic.consent_artifacts.consent_type IS 'What the person was asked for.';
COMMENT ON COLUMN civic.consent_artifacts.consent_version IS 'Version of the text, 1 to 20 characters.';
COMMENT ON COLUMN civic.consent_artifacts.text_sha256 IS 'SHA-256 of the text as it was shown.';
COMMENT ON COLUMN civic.consent_artifacts.granted IS 'True: consent was given; false: it was refused or withdrawn.';
COMMENT ON COLUMN civic.consent_artifacts.granted_at IS 'When the person said so, by the clock of the server.';
COMMENT ON COLUMN civic.consent_artifacts.ip_address IS 'Address the person said so from.';
COMMENT ON COLUMN civic.consent_artifacts.user_agent IS 'User agent the person said so with, up to 500 characters.';
COMMENT ON COLUMN civic.consent_artifacts.device_id IS 'Device the person said so with, up to 100 characters.';

CREATE TABLE civic.user_identities (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    contact_id uuid NOT NULL DEFAULT civic.current_user_id(),
    professional_id uuid,
    full_name text NOT NULL,
    date_of_birth date,
    jurisdiction_id uuid NOT NULL,
    supervising_office_id uuid,
    case_identifier text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT user_identities_contact_fkey FOREIGN KEY (organization_id, contact_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT user_identities_professional_fkey FOREIGN KEY (organization_id, professional_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT user_identities_jurisdiction_fkey FOREIGN KEY (organization_id, jurisdiction_id)
        REFERENCES civic.jurisdictions (organization_id, id),
    CONSTRAINT user_identities_office_fkey FOREIGN KEY (organization_id, supervising_office_id)
        REFERENCES civic.departments (organization_id, id),
    CONSTRAINT user_identities_contact_key UNIQUE (organization_id, contact_id),
    CONSTRAINT user_identities_name_check CHECK (length(full_name) BETWEEN 1 AND 255),
    CONSTRAINT user_identities_case_check CHECK (length(case_identifier) BETWEEN 1 AND 100)
);
CREATE INDEX user_identities_professional ON civic.user_identities (organization_id, professional_id);
CREATE INDEX user_identities_jurisdiction ON civic.user_identities (organization_id, jurisdiction_id);
CREATE INDEX user_identities_office ON civic.user_identities (organization_id, supervising_office_id);
COMMENT ON TABLE civic.user_identities IS 'Who a person is, for records that need a name and perhaps a date of birth.';
COMMENT ON COLUMN civic.user_identities.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.user_identities.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.user_identities.contact_id IS 'Person the record is about.';
COMMENT ON COLUMN civic.user_identities.professional_id IS
    'Professional through whom the person was enrolled when the record was made; null for none. Set by a trigger.';
COMMENT ON COLUMN civic.user_identities.full_name IS 'Full name as in documents, 1 to 255 characters.';
COMMENT ON COLUMN civic.user_identities.date_of_birth IS
    'Date of birth; needed where the jurisdiction requires it. Error ZC121.';
COMMENT ON COLUMN civic.user_identities.jurisdiction_id IS 'Jurisdiction whose policy holds for the person.';
COMMENT ON COLUMN civic.user_identities.supervising_office_id IS
    'Department that supervises the person; null for none.';
COMMENT ON COLUMN civic.user_identities.case_identifier IS
    'Number of the case at court or office, up to 100 characters; null for none.';
COMMENT ON COLUMN civic.user_identities.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.user_identities.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic.review_artifacts (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    source_record_type civic.attendance_record NOT NULL,
    source_record_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    professional_id uuid,
    decision_type civic.review_decision NOT NULL,
    reviewer_id uuid NOT NULL DEFAULT civic.current_user_id(),
    reviewer_credential_state civic.credential_state,
    reason text,
    annotation text,
    policy_version_id uuid,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT review_artifacts_contact_fkey FOREIGN KEY (organization_id, contact_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT review_artifacts_professional_fkey FOREIGN KEY (organization_id, professional_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT review_artifacts_reviewer_fkey FOREIGN KEY (organization_id, reviewer_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT review_artifacts_policy_version_fkey FOREIGN KEY (organization_id, policy_version_id)
        REFERENCES civic.policy_versions (organization_id, id),
    CONSTRAINT review_artifacts_text_check CHECK (length(reason) <= 2000 AND length(annotation) <= 2000),
    CONSTRAINT review_artifacts_reason_check
        CHECK (decision_type <> 'rejected' OR coalesce(length(btrim(reason)), 0) > 0),
    CONSTRAINT review_artifacts_annotation_check
        CHECK (decision_type <> 'annotated' OR coalesce(length(btrim(annotation)), 0) > 0)
);
CREATE INDEX review_artifacts_source ON civic.review_artifacts (organization_id, source_record_id, id);
CREATE INDEX review_artifacts_contact ON civic.review_artifacts (organization_id, contact_id);
CREATE INDEX review_artifacts_professional ON civic.review_artifacts (organization_id, professional_id)
    WHERE professional_id IS NOT NULL;
CREATE INDEX review_artifacts_reviewer ON civic.review_artifacts (organization_id, reviewer_id, created_at DESC);
CREATE INDEX review_artifacts_created_at ON civic.review_artifacts (organization_id, created_at);
CREATE INDEX review_artifacts_policy_version ON civic.review_artifacts (organization_id, policy_version_id)
    WHERE policy_version_id IS NOT NULL;
COMMENT ON TABLE civic.review_artifacts IS
    'What professionals determined about records, with the state their licence was in. A record may be reviewed more'
    ' than once; all reviews are kept. Never changed.';
COMMENT ON COLUMN civic.review_artifacts.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.review_artifacts.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.review_artifacts.source_record_type IS 'Kind of the record that was reviewed.';
COMMENT ON COLUMN civic.review_artifacts.source_record_id IS 'Identifier of the record that was reviewed.';
COMMENT ON COLUMN civic.review_artifacts.contact_id IS 'Person the record is about.';
COMMENT ON COLUMN civic.review_artifacts.professional_id IS
    'Professional through whom the person was enrolled when the record was made; null for none. Set by a trigger.';
COMMENT ON COLUMN civic.review_artifacts.decision_type IS
    'What was determined. All but annotated need an active licence. Error ZC124.';
COMMENT ON COLUMN civic.review_artifacts.reviewer_id IS 'Person who reviewed.';
COMMENT ON COLUMN civic.review_artifacts.reviewer_credential_state IS
    'State of the licence at that moment; null for who has none.';
COMMENT ON COLUMN civic.review_artifacts.reason IS 'Why; needed for rejected; up to 2000 characters.';
COMMENT ON COLUMN civic.review_artifacts.annotation IS 'Remark; needed for annotated; up to 2000 characters.';
COMMENT ON COLUMN civic.review_artifacts.policy_version_id IS
    'Policy version that held when the record was made; null for none. Set by a trigger.';
COMMENT ON COLUMN civic.review_artifacts.created_at IS 'When the row was created.';

CREATE TABLE civic.emergency_explanations (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    contact_id uuid NOT NULL DEFAULT civic.current_user_id(),
    professional_id uuid,
    session_id uuid,
    category civic.explanation_category NOT NULL,
    narrative text NOT NULL,
    device_at timestamptz NOT NULL DEFAULT now(),
    server_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT emergency_explanations_contact_fkey FOREIGN KEY (organization_id, contact_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT emergency_explanations_professional_fkey FOREIGN KEY (organization_id, professional_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT emergency_explanations_session_fkey FOREIGN KEY (organization_id, session_id)
        REFERENCES civic.attendance_sessions (organization_id, id),
    CONSTRAINT emergency_explanations_narrative_check
        CHECK (length(btrim(narrative)) >= 50 AND length(narrative) <= 10000)
);
CREATE INDEX emergency_explanations_contact ON civic.emergency_explanations (organization_id, contact_id, id DESC);
CREATE INDEX emergency_explanations_professional
    ON civic.emergency_explanations (organization_id, professional_id, id DESC) WHERE professional_id IS NOT NULL;
CREATE INDEX emergency_explanations_session ON civic.emergency_explanations (organization_id, session_id)
    WHERE session_id IS NOT NULL;
COMMENT ON TABLE civic.emergency_explanations IS
    'What a person says about a visit that did not go as planned. Never changed.';
COMMENT ON COLUMN civic.emergency_explanations.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.emergency_explanations.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.emergency_explanations.contact_id IS 'Person the record is about.';
COMMENT ON COLUMN civic.emergency_explanations.professional_id IS
    'Professional through whom the person was enrolled when the record was made; null for none. Set by a trigger.';
COMMENT ON COLUMN civic.emergency_explanations.session_id IS 'Session the explanation is about; null for none.';
COMMENT ON COLUMN civic.emergency_explanations.category IS 'What the explanation is about.';
COMMENT ON COLUMN civic.emergency_explanations.narrative IS 'What happened, 50 to 10000 characters.';
COMMENT ON COLUMN civic.emergency_explanations.device_at IS 'Time of the device.';
COMMENT ON COLUMN civic.emergency_explanations.server_at IS 'When the server received it. This time counts.';

CREATE TABLE civic.explanation_attachments (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    explanation_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    professional_id uuid,
    file_name civic.file_name NOT NULL,
    file_type civic.mime_type NOT NULL,
    file_size civic.file_size NOT NULL,
    sha256 civic.sha256 NOT NULL,
    storage_key civic.storage_key NOT NULL,
    uploaded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT explanation_attachments_explanation_fkey FOREIGN KEY (organization_id, explanation_id)
        REFERENCES civic.emergency_explanations (organization_id, id),
    CONSTRAINT explanation_attachments_contact_fkey FOREIGN KEY (organization_id, contact_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT explanation_attachments_professional_fkey FOREIGN KEY (organization_id, professional_id)
        REFERENCES civic.users (organization_id, id)
);
CREATE INDEX explanation_attachments_explanation
    ON civic.explanation_attachments (organization_id, explanation_id);
CREATE INDEX explanation_attachments_contact ON civic.explanation_attachments (organization_id, contact_id);
CREATE INDEX explanation_attachments_professional
    ON civic.explanation_attachments (organization_id, professional_id) WHERE professional_id IS NOT NULL;
COMMENT ON TABLE civic.explanation_attachments IS 'Files that go with an explanation. Never changed.';
COMMENT ON COLUMN civic.explanation_attachments.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.explanation_attachments.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.explanation_attachments.explanation_id IS 'Explanation the file goes with.';
COMMENT ON COLUMN civic.explanation_attachments.contact_id IS 'Person the record is about.';
COMMENT ON COLUMN civic.explanation_attachments.professional_id IS
    'Professional through whom the person was enrolled when the record was made; null for none. Set by a trigger.';
COMMENT ON COLUMN civic.explanation_attachments.file_name IS 'Name of the file.';
COMMENT ON COLUMN civic.explanation_attachments.file_type IS 'Media type of the file.';
COMMENT ON COLUMN civic.explanation_attachments.file_size IS 'Bytes of the file.';
COMMENT ON COLUMN civic.explanation_attachments.sha256 IS 'SHA-256 of the file.';
COMMENT ON COLUMN civic.explanation_attachments.storage_key IS 'Where the bytes lie.';
COMMENT ON COLUMN civic.explanation_attachments.uploaded_at IS 'When the file was attached.';

CREATE TABLE civic.message_threads (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    mandate_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    professional_id uuid NOT NULL,
    status civic.thread_status NOT NULL DEFAULT 'active',
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT message_threads_mandate_fkey FOREIGN KEY (organization_id, mandate_id)
        REFERENCES civic.mandates (organization_id, id),
    CONSTRAINT message_threads_contact_fkey FOREIGN KEY (organization_id, contact_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT message_threads_professional_fkey FOREIGN KEY (organization_id, professional_id)
        REFERENCES civic.users (organization_id, id)
);
CREATE UNIQUE INDEX message_threads_one_active ON civic.message_threads (organization_id, mandate_id)
    WHERE status = 'active';
CREATE INDEX message_threads_mandate ON civic.message_threads (organization_id, mandate_id);
CREATE INDEX message_threads_contact ON civic.message_threads (organization_id, contact_id);
CREATE INDEX message_threads_professional ON civic.message_threads (organization_id, professional_id);
COMMENT ON TABLE civic.message_threads IS
    'What an enrolled person and their professional write to each other. One open thread a mandate.';
COMMENT ON COLUMN civic.message_threads.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.message_threads.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.message_threads.mandate_id IS 'Mandate the thread belongs to.';
COMMENT ON COLUMN civic.message_threads.contact_id IS 'Person who was enrolled. Set by a trigger.';
COMMENT ON COLUMN civic.message_threads.professional_id IS 'Professional of the mandate. Set by a trigger.';
COMMENT ON COLUMN civic.message_threads.status IS
    'Whether the thread takes messages; moves only along civic.workflow_transitions.';
COMMENT ON COLUMN civic.message_threads.created_at IS 'When the row was created.';

CREATE TABLE civic.messages (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    thread_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    professional_id uuid NOT NULL,
    sender_id uuid DEFAULT civic.current_user_id(),
    sender_role civic.message_party NOT NULL,
    recipient_role civic.message_party NOT NULL,
    message_type civic.message_type NOT NULL,
    content text NOT NULL,
    references_message_id uuid,
    sent_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    device_info jsonb,
    app_version text,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT messages_thread_fkey FOREIGN KEY (organization_id, thread_id)
        REFERENCES civic.message_threads (organization_id, id),
    CONSTRAINT messages_contact_fkey FOREIGN KEY (organization_id, contact_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT messages_professional_fkey FOREIGN KEY (organization_id, professional_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT messages_sender_fkey FOREIGN KEY (organization_id, sender_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT messages_references_fkey FOREIGN KEY (organization_id, references_message_id)
        REFERENCES civic.messages (organization_id, id),
    CONSTRAINT messages_content_check CHECK (length(btrim(content)) > 0 AND length(content) <= 10000),
    CONSTRAINT messages_app_version_check CHECK (length(app_version) <= 20),
    CONSTRAINT messages_correction_check
        CHECK (message_type <> 'correction' OR references_message_id IS NOT NULL)
);
CREATE INDEX messages_thread ON civic.messages (organization_id, thread_id, id DESC);
CREATE INDEX messages_contact ON civic.messages (organization_id, contact_id);
CREATE INDEX messages_professional ON civic.messages (organization_id, professional_id);
CREATE INDEX messages_sender ON civic.messages (organization_id, sender_id);
CREATE INDEX messages_references ON civic.messages (organization_id, references_message_id)
    WHERE references_message_id IS NOT NULL;
COMMENT ON TABLE civic.messages IS
    'What was written. Never changed; a correction is a new message that refers to the one it corrects. Who writes'
    ' and to whom follows from the thread.';
COMMENT ON COLUMN civic.messages.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.messages.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.messages.thread_id IS 'Thread the message belongs to. Error ZC125 for one that is archived.';
COMMENT ON COLUMN civic.messages.contact_id IS 'Person the record is about.';
COMMENT ON COLUMN civic.messages.professional_id IS 'Professional of the thread. Set by a trigger.';
COMMENT ON COLUMN civic.messages.sender_id IS 'Person who wrote; null for the system.';
COMMENT ON COLUMN civic.messages.sender_role IS 'What the writer is in the thread. Set by a trigger.';
COMMENT ON COLUMN civic.messages.recipient_role IS
    'Whom the message is for. Set by a trigger; the individual for messages of the system.';
COMMENT ON COLUMN civic.messages.message_type IS 'What the message is.';
COMMENT ON COLUMN civic.messages.content IS 'Text, 1 to 10000 characters.';
COMMENT ON COLUMN civic.messages.references_message_id IS
    'Message of the same thread that this one answers or corrects; needed for corrections.';
COMMENT ON COLUMN civic.messages.sent_at IS 'When the server received it.';
COMMENT ON COLUMN civic.messages.device_info IS 'What the client tells about its device.';
COMMENT ON COLUMN civic.messages.app_version IS 'Version of the client, up to 20 characters.';

CREATE TABLE civic.message_attachments (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    message_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    professional_id uuid,
    file_name civic.file_name NOT NULL,
    file_type civic.mime_type NOT NULL,
    file_size civic.file_size NOT NULL,
    sha256 civic.sha256 NOT NULL,
    storage_key civic.storage_key NOT NULL,
    virus_scanned boolean NOT NULL DEFAULT false,
    virus_scan_result text,
    uploaded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT message_attachments_message_fkey FOREIGN KEY (organization_id, message_id)
        REFERENCES civic.messages (organization_id, id),
    CONSTRAINT message_attachments_contact_fkey FOREIGN KEY (organization_id, contact_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT message_attachments_professional_fkey FOREIGN KEY (organization_id, professional_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT message_attachments_scan_check
        CHECK (length(virus_scan_result) <= 50 AND virus_scanned = (virus_scan_result IS NOT NULL))
);
CREATE INDEX message_attachments_message ON civic.message_attachments (organization_id, message_id);
CREATE INDEX message_attachments_contact ON civic.message_attachments (organization_id, contact_id);
CREATE INDEX message_attachments_professional ON civic.message_attachments (organization_id, professional_id);
COMMENT ON TABLE civic.message_attachments IS
    'Files that go with a message. Only the outcome of the virus scan is written later.';
COMMENT ON COLUMN civic.message_attachments.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.message_attachments.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.message_attachments.message_id IS 'Message the file goes with.';
COMMENT ON COLUMN civic.message_attachments.contact_id IS 'Person the record is about.';
COMMENT ON COLUMN civic.message_attachments.professional_id IS
    'Professional through whom the person was enrolled when the record was made; null for none. Set by a trigger.';
COMMENT ON COLUMN civic.message_attachments.file_name IS 'Name of the file.';
COMMENT ON COLUMN civic.message_attachments.file_type IS 'Media type of the file.';
COMMENT ON COLUMN civic.message_attachments.file_size IS 'Bytes of the file.';
COMMENT ON COLUMN civic.message_attachments.sha256 IS 'SHA-256 of the file.';
COMMENT ON COLUMN civic.message_attachments.storage_key IS 'Where the bytes lie.';
COMMENT ON COLUMN civic.message_attachments.virus_scanned IS 'A scanner has looked at the file.';
COMMENT ON COLUMN civic.message_attachments.virus_scan_result IS 'What it said, up to 50 characters; null until then.';
COMMENT ON COLUMN civic.message_attachments.uploaded_at IS 'When the file was attached.';

CREATE TABLE civic.message_sla (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    message_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    professional_id uuid,
    sla_state civic.message_sla_state NOT NULL DEFAULT 'open',
    opened_at timestamptz NOT NULL DEFAULT now(),
    responded_at timestamptz,
    closed_at timestamptz,
    sla_deadline timestamptz NOT NULL,
    is_overdue boolean NOT NULL DEFAULT false,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT message_sla_message_fkey FOREIGN KEY (organization_id, message_id)
        REFERENCES civic.messages (organization_id, id),
    CONSTRAINT message_sla_contact_fkey FOREIGN KEY (organization_id, contact_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT message_sla_professional_fkey FOREIGN KEY (organization_id, professional_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT message_sla_message_key UNIQUE (organization_id, message_id)
);
CREATE INDEX message_sla_contact ON civic.message_sla (organization_id, contact_id);
CREATE INDEX message_sla_professional ON civic.message_sla (organization_id, professional_id);
CREATE INDEX message_sla_due ON civic.message_sla (organization_id, sla_deadline)
    WHERE sla_state = 'open' AND NOT is_overdue;
COMMENT ON TABLE civic.message_sla IS
    'Until when a request of a professional is to be answered. A row for each message of type professional_request,'
    ' written with it.';
COMMENT ON COLUMN civic.message_sla.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.message_sla.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.message_sla.message_id IS 'Request that is to be answered.';
COMMENT ON COLUMN civic.message_sla.contact_id IS 'Person the record is about.';
COMMENT ON COLUMN civic.message_sla.professional_id IS
    'Professional through whom the person was enrolled when the record was made; null for none. Set by a trigger.';
COMMENT ON COLUMN civic.message_sla.sla_state IS
    'Whether it was answered and dealt with; moves only along civic.workflow_transitions.';
COMMENT ON COLUMN civic.message_sla.opened_at IS 'When the request was sent.';
COMMENT ON COLUMN civic.message_sla.responded_at IS 'When it was answered; null until then.';
COMMENT ON COLUMN civic.message_sla.closed_at IS 'When it was closed; null until then.';
COMMENT ON COLUMN civic.message_sla.sla_deadline IS
    'Until when it is to be answered: sla_hours of working time of the calendar of the policy.';
COMMENT ON COLUMN civic.message_sla.is_overdue IS
    'The deadline went by while it was open; written by civic.tick_attendance().';

CREATE TABLE civic.verification_proofs (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    contact_id uuid NOT NULL,
    professional_id uuid,
    event_type civic.proof_event NOT NULL,
    event_id uuid NOT NULL,
    provider civic.proof_provider NOT NULL DEFAULT 'native',
    payload_sha256 civic.sha256 NOT NULL,
    occurred_at timestamptz NOT NULL,
    proof_blob jsonb,
    status civic.proof_status NOT NULL DEFAULT 'created',
    failure_reason text,
    attempts integer NOT NULL DEFAULT 0,
    provider_key_version text,
    created_at timestamptz NOT NULL DEFAULT now(),
    verified_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT verification_proofs_contact_fkey FOREIGN KEY (organization_id, contact_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT verification_proofs_professional_fkey FOREIGN KEY (organization_id, professional_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT verification_proofs_attempts_check CHECK (attempts >= 0),
    CONSTRAINT verification_proofs_key_check CHECK (length(provider_key_version) <= 20)
);
CREATE INDEX verification_proofs_event ON civic.verification_proofs (organization_id, event_id);
CREATE INDEX verification_proofs_contact ON civic.verification_proofs (organization_id, contact_id);
CREATE INDEX verification_proofs_professional ON civic.verification_proofs (organization_id, professional_id)
    WHERE professional_id IS NOT NULL;
CREATE INDEX verification_proofs_open ON civic.verification_proofs (organization_id, id)
    WHERE status IN ('created', 'pending', 'failed');
COMMENT ON TABLE civic.verification_proofs IS
    'Integrity records: a hash of what was recorded, kept by a provider of choice. That a provider does not answer'
    ' never keeps anything from being recorded.';
COMMENT ON COLUMN civic.verification_proofs.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.verification_proofs.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.verification_proofs.contact_id IS 'Person the record is about.';
COMMENT ON COLUMN civic.verification_proofs.professional_id IS
    'Professional through whom the person was enrolled when the record was made; null for none. Set by a trigger.';
COMMENT ON COLUMN civic.verification_proofs.event_type IS 'What the integrity record is about.';
COMMENT ON COLUMN civic.verification_proofs.event_id IS
    'Event of attendance for check_in and check_out, thread for message_export, else the report.';
COMMENT ON COLUMN civic.verification_proofs.provider IS 'Who keeps it.';
COMMENT ON COLUMN civic.verification_proofs.payload_sha256 IS
    'SHA-256 of the record; computed by the server for check_in, check_out and message_export.';
COMMENT ON COLUMN civic.verification_proofs.occurred_at IS 'When the event happened.';
COMMENT ON COLUMN civic.verification_proofs.proof_blob IS 'What the provider returned; null until then.';
COMMENT ON COLUMN civic.verification_proofs.status IS
    'How far the provider has come; moves only along civic.workflow_transitions.';
COMMENT ON COLUMN civic.verification_proofs.failure_reason IS 'Why the provider could not do it the last time.';
COMMENT ON COLUMN civic.verification_proofs.attempts IS 'How often the provider was asked.';
COMMENT ON COLUMN civic.verification_proofs.provider_key_version IS
    'Version of the key of the provider, up to 20 characters.';
COMMENT ON COLUMN civic.verification_proofs.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.verification_proofs.verified_at IS 'When the provider answered; null until then.';

CREATE TABLE civic.subscriptions (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    contact_id uuid NOT NULL,
    provider_customer_id text NOT NULL,
    provider_subscription_id text NOT NULL,
    plan civic.subscription_plan NOT NULL,
    status civic.subscription_status NOT NULL DEFAULT 'active',
    current_period_start timestamptz NOT NULL,
    current_period_end timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT subscriptions_contact_fkey FOREIGN KEY (organization_id, contact_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT subscriptions_provider_key UNIQUE (organization_id, provider_subscription_id),
    CONSTRAINT subscriptions_customer_check CHECK (length(provider_customer_id) BETWEEN 1 AND 100),
    CONSTRAINT subscriptions_subscription_check CHECK (length(provider_subscription_id) BETWEEN 1 AND 100),
    CONSTRAINT subscriptions_period_check CHECK (current_period_end > current_period_start)
);
CREATE INDEX subscriptions_contact ON civic.subscriptions (organization_id, contact_id);
COMMENT ON TABLE civic.subscriptions IS
    'Plans of the application as the payment provider reports them. Not a receipt of this database.';
COMMENT ON COLUMN civic.subscriptions.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.subscriptions.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.subscriptions.contact_id IS 'Person the plan is for.';
COMMENT ON COLUMN civic.subscriptions.provider_customer_id IS
    'Key of the customer at the provider, 1 to 100 characters.';
COMMENT ON COLUMN civic.subscriptions.provider_subscription_id IS
    'Key of the subscription at the provider, 1 to 100 characters; unique in the organization.';
COMMENT ON COLUMN civic.subscriptions.plan IS 'Plan that was chosen.';
COMMENT ON COLUMN civic.subscriptions.status IS 'State at the provider; moves only along civic.workflow_transitions.';
COMMENT ON COLUMN civic.subscriptions.current_period_start IS 'From when on it is paid.';
COMMENT ON COLUMN civic.subscriptions.current_period_end IS 'Until when it is paid.';
COMMENT ON COLUMN civic.subscriptions.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.subscriptions.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic.retention_policies (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    jurisdiction_id uuid,
    record_type civic.attendance_record NOT NULL,
    retention_days integer NOT NULL,
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT retention_policies_organization_fkey FOREIGN KEY (organization_id)
        REFERENCES civic.organizations (id),
    CONSTRAINT retention_policies_jurisdiction_fkey FOREIGN KEY (organization_id, jurisdiction_id)
        REFERENCES civic.jurisdictions (organization_id, id),
    CONSTRAINT retention_policies_record_key UNIQUE NULLS NOT DISTINCT
        (organization_id, jurisdiction_id, record_type),
    CONSTRAINT retention_policies_days_check CHECK (retention_days BETWEEN 1 AND 36525),
    CONSTRAINT retention_policies_record_check CHECK (record_type NOT IN (
        'attendance_event', 'data_quality_signal', 'explanation_attachment', 'message_attachment'
    ))
);
COMMENT ON TABLE civic.retention_policies IS
    'How long records are kept. Where neither the jurisdiction of the person nor the organization has a row for a'
    ' kind of record, it is kept for good.';
COMMENT ON COLUMN civic.retention_policies.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.retention_policies.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.retention_policies.jurisdiction_id IS
    'Jurisdiction the row is for; null for all that have none of their own.';
COMMENT ON COLUMN civic.retention_policies.record_type IS
    'Kind of record; a session goes with its events and signals, an explanation or message with its files.';
COMMENT ON COLUMN civic.retention_policies.retention_days IS 'Days that a record is kept, at least 1.';
COMMENT ON COLUMN civic.retention_policies.is_active IS 'False: the row does not count.';
COMMENT ON COLUMN civic.retention_policies.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.retention_policies.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic.legal_holds (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    target_type civic.hold_target NOT NULL,
    target_id uuid,
    case_identifier text,
    reason text NOT NULL,
    created_by uuid DEFAULT civic.current_user_id(),
    created_at timestamptz NOT NULL DEFAULT now(),
    released_at timestamptz,
    released_by uuid,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT legal_holds_organization_fkey FOREIGN KEY (organization_id) REFERENCES civic.organizations (id),
    CONSTRAINT legal_holds_created_by_fkey FOREIGN KEY (organization_id, created_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT legal_holds_released_by_fkey FOREIGN KEY (organization_id, released_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT legal_holds_target_check CHECK (
        (target_type = 'case') = (case_identifier IS NOT NULL) AND (target_type = 'case') = (target_id IS NULL)
    ),
    CONSTRAINT legal_holds_reason_check CHECK (length(btrim(reason)) > 0 AND length(reason) <= 2000)
);
CREATE INDEX legal_holds_target ON civic.legal_holds (organization_id, target_id) WHERE released_at IS NULL;
CREATE INDEX legal_holds_case ON civic.legal_holds (organization_id, case_identifier) WHERE released_at IS NULL;
CREATE INDEX legal_holds_created_by ON civic.legal_holds (organization_id, created_by);
CREATE INDEX legal_holds_released_by ON civic.legal_holds (organization_id, released_by);
COMMENT ON TABLE civic.legal_holds IS
    'What must not be deleted, whatever the retention says, until the hold is released.';
COMMENT ON COLUMN civic.legal_holds.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.legal_holds.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.legal_holds.target_type IS 'What the hold is on.';
COMMENT ON COLUMN civic.legal_holds.target_id IS 'Person or record that is held; null for a case.';
COMMENT ON COLUMN civic.legal_holds.case_identifier IS
    'Number of the case whose people are held, as in civic.user_identities; null for others.';
COMMENT ON COLUMN civic.legal_holds.reason IS 'Why, 1 to 2000 characters.';
COMMENT ON COLUMN civic.legal_holds.created_by IS 'Person who placed the hold; null for the system.';
COMMENT ON COLUMN civic.legal_holds.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.legal_holds.released_at IS 'When the hold was released; null while it holds.';
COMMENT ON COLUMN civic.legal_holds.released_by IS 'Person who released it; null for the system.';

CREATE TABLE civic.record_tombstones (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    record_type civic.attendance_record NOT NULL,
    record_id uuid NOT NULL,
    deleted_at timestamptz NOT NULL DEFAULT now(),
    deletion_reason text NOT NULL,
    record_sha256 civic.sha256 NOT NULL,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT record_tombstones_organization_fkey FOREIGN KEY (organization_id)
        REFERENCES civic.organizations (id),
    CONSTRAINT record_tombstones_record_key UNIQUE (organization_id, record_type, record_id)
);
COMMENT ON TABLE civic.record_tombstones IS
    'What was deleted under a retention policy: which record, when, why, and the hash it had. Nothing of its'
    ' content. Never changed.';
COMMENT ON COLUMN civic.record_tombstones.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.record_tombstones.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.record_tombstones.record_type IS 'Kind of the record.';
COMMENT ON COLUMN civic.record_tombstones.record_id IS 'Identifier the record had.';
COMMENT ON COLUMN civic.record_tombstones.deleted_at IS 'When the record was deleted.';
COMMENT ON COLUMN civic.record_tombstones.deletion_reason IS 'Why, such as: kept for 365 days.';
COMMENT ON COLUMN civic.record_tombstones.record_sha256 IS 'SHA-256 the record had; see civic_helpers.record_sha256().';
