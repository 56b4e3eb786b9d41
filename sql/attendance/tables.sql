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
