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
