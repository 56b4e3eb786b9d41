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
