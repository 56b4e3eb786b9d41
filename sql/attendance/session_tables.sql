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
CREATE INDEX meetings_location ON civic.meetings USING gist (organization_id, (location::geometry));
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
