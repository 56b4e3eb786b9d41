CREATE TABLE civic.cases (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    title text NOT NULL,
    description text NOT NULL,
    status civic.case_status NOT NULL DEFAULT 'new',
    priority civic.case_priority NOT NULL DEFAULT 'medium',
    created_by uuid NOT NULL DEFAULT civic.current_user_id(),
    assigned_to uuid,
    return_reason text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT cases_organization_fkey FOREIGN KEY (organization_id) REFERENCES civic.organizations (id),
    CONSTRAINT cases_created_by_fkey FOREIGN KEY (organization_id, created_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT cases_assigned_to_fkey FOREIGN KEY (organization_id, assigned_to)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT cases_title_check CHECK (length(title) <= 255 AND title ~ '\S'),
    CONSTRAINT cases_description_check CHECK (length(description) <= 20000 AND description ~ '\S'),
    CONSTRAINT cases_assigned_to_check CHECK ((assigned_to IS NULL) = (status IN ('new', 'pending_review'))),
    CONSTRAINT cases_return_reason_check CHECK (length(return_reason) <= 1000)
) WITH (fillfactor = 85);
CREATE INDEX cases_created_at ON civic.cases (organization_id, created_at DESC, id DESC);
CREATE INDEX cases_status_created ON civic.cases (organization_id, status, created_at DESC, id DESC);
CREATE INDEX cases_created_by ON civic.cases (organization_id, created_by, created_at DESC, id DESC);
CREATE INDEX cases_assigned_to ON civic.cases (organization_id, assigned_to, created_at DESC, id DESC)
    WHERE assigned_to IS NOT NULL;
-- A filter on an enum cannot use an index behind a policy, but it can choose one of these.
CREATE INDEX cases_pending ON civic.cases (organization_id, created_at, id) WHERE status = 'pending_review';
CREATE INDEX cases_active ON civic.cases (organization_id, assigned_to, created_at, id)
    WHERE status IN ('assigned', 'in_progress');
COMMENT ON TABLE civic.cases IS
    'Cases: opened by a clerk, reviewed and assigned by a chair, worked on by a caseworker. Never deleted. Status moves'
    ' along workflow case.';
COMMENT ON COLUMN civic.cases.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.cases.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.cases.title IS 'What the case is about, 1 to 255 characters, not only blanks.';
COMMENT ON COLUMN civic.cases.description IS 'The case in full, 1 to 20000 characters, not only blanks.';
COMMENT ON COLUMN civic.cases.status IS 'Where the case stands; moves along workflow case only.';
COMMENT ON COLUMN civic.cases.priority IS 'How soon it is to be worked on; changed by who holds assign:case.';
COMMENT ON COLUMN civic.cases.created_by IS 'Person who opened the case.';
COMMENT ON COLUMN civic.cases.assigned_to IS
    'Caseworker in charge: none before status assigned, somebody from then on. Error ZC100 for who is none.';
COMMENT ON COLUMN civic.cases.return_reason IS
    'Why the case was last sent back, for review or for more work, up to 1000 characters.';
COMMENT ON COLUMN civic.cases.created_at IS 'When the case was opened.';
COMMENT ON COLUMN civic.cases.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic.case_logs (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    case_id uuid NOT NULL,
    user_id uuid DEFAULT civic.current_user_id(),
    action civic.case_action NOT NULL DEFAULT 'commented',
    details jsonb NOT NULL,
    case_created_by uuid NOT NULL,
    case_assigned_to uuid,
    logged_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT case_logs_case_fkey FOREIGN KEY (organization_id, case_id) REFERENCES civic.cases (organization_id, id),
    CONSTRAINT case_logs_user_fkey FOREIGN KEY (organization_id, user_id) REFERENCES civic.users (organization_id, id),
    CONSTRAINT case_logs_created_by_fkey FOREIGN KEY (organization_id, case_created_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT case_logs_assigned_to_fkey FOREIGN KEY (organization_id, case_assigned_to)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT case_logs_action_check CHECK (action IN ('assigned', 'commented')),
    CONSTRAINT case_logs_details_check CHECK (jsonb_typeof(details) = 'object' AND pg_column_size(details) <= 65536
        AND (action <> 'commented' OR (details ->> 'comment' ~ '\S') IS TRUE))
);
CREATE INDEX case_logs_case ON civic.case_logs (organization_id, case_id, id);
CREATE INDEX case_logs_user ON civic.case_logs (organization_id, user_id, id);
CREATE INDEX case_logs_created_by ON civic.case_logs (organization_id, case_created_by);
CREATE INDEX case_logs_assigned_to ON civic.case_logs (organization_id, case_assigned_to);
COMMENT ON TABLE civic.case_logs IS
    'What happened to a case beside its moves, which are in civic.status_history: who was put in charge, and comments.'
    ' civic.case_log() tells both in order. Permanent: no row is changed or deleted. Error ZC004.';
COMMENT ON COLUMN civic.case_logs.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.case_logs.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.case_logs.case_id IS 'Case the entry is about.';
COMMENT ON COLUMN civic.case_logs.user_id IS 'Person who did it; null for the system.';
COMMENT ON COLUMN civic.case_logs.action IS 'assigned or commented.';
COMMENT ON COLUMN civic.case_logs.details IS
    'Of an assignment, from and to, identifiers of people; of a comment, comment, the text. At most 64 kB.';
COMMENT ON COLUMN civic.case_logs.case_created_by IS 'Person who opened the case; sees the entry. Kept by triggers.';
COMMENT ON COLUMN civic.case_logs.case_assigned_to IS 'Caseworker in charge; sees the entry. Kept by triggers.';
COMMENT ON COLUMN civic.case_logs.logged_at IS 'When it happened.';

CREATE TABLE civic.case_documents (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    case_id uuid NOT NULL,
    file_name civic.file_name NOT NULL,
    storage_key civic.storage_key NOT NULL,
    mime_type civic.mime_type NOT NULL,
    file_size civic.file_size NOT NULL,
    sha256 civic.sha256,
    uploaded_by uuid NOT NULL DEFAULT civic.current_user_id(),
    case_created_by uuid NOT NULL,
    case_assigned_to uuid,
    uploaded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT case_documents_case_fkey FOREIGN KEY (organization_id, case_id)
        REFERENCES civic.cases (organization_id, id),
    CONSTRAINT case_documents_uploaded_by_fkey FOREIGN KEY (organization_id, uploaded_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT case_documents_created_by_fkey FOREIGN KEY (organization_id, case_created_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT case_documents_assigned_to_fkey FOREIGN KEY (organization_id, case_assigned_to)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT case_documents_storage_key_key UNIQUE (organization_id, storage_key)
);
CREATE INDEX case_documents_case ON civic.case_documents (organization_id, case_id, id);
CREATE INDEX case_documents_uploaded_by ON civic.case_documents (organization_id, uploaded_by);
CREATE INDEX case_documents_created_by ON civic.case_documents (organization_id, case_created_by);
CREATE INDEX case_documents_assigned_to ON civic.case_documents (organization_id, case_assigned_to);
COMMENT ON TABLE civic.case_documents IS
    'Documents of a case, up to 100 MiB each; the bytes lie elsewhere. Added, never changed.';
COMMENT ON COLUMN civic.case_documents.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.case_documents.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.case_documents.case_id IS 'Case the document belongs to.';
COMMENT ON COLUMN civic.case_documents.file_name IS 'Name of the file, 1 to 255 characters.';
COMMENT ON COLUMN civic.case_documents.mime_type IS 'Media type of the file, such as application/pdf.';
COMMENT ON COLUMN civic.case_documents.file_size IS 'Bytes, 1 to 104857600.';
COMMENT ON COLUMN civic.case_documents.storage_key IS 'Where the bytes lie; unique in the organization.';
COMMENT ON COLUMN civic.case_documents.sha256 IS 'SHA-256 of the bytes; null where nobody computed it.';
COMMENT ON COLUMN civic.case_documents.uploaded_by IS 'Person who added the document.';
COMMENT ON COLUMN civic.case_documents.case_created_by IS 'Person who opened the case; sees the row. Kept by triggers.';
COMMENT ON COLUMN civic.case_documents.case_assigned_to IS 'Caseworker in charge; sees the row. Kept by triggers.';
COMMENT ON COLUMN civic.case_documents.uploaded_at IS 'When the document was added.';

CREATE TABLE civic.case_reports (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    case_id uuid NOT NULL,
    report_id uuid NOT NULL,
    linked_by uuid NOT NULL DEFAULT civic.current_user_id(),
    case_created_by uuid NOT NULL,
    case_assigned_to uuid,
    linked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, case_id, report_id),
    CONSTRAINT case_reports_case_fkey FOREIGN KEY (organization_id, case_id)
        REFERENCES civic.cases (organization_id, id),
    CONSTRAINT case_reports_report_fkey FOREIGN KEY (organization_id, report_id)
        REFERENCES civic.reports (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT case_reports_linked_by_fkey FOREIGN KEY (organization_id, linked_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT case_reports_created_by_fkey FOREIGN KEY (organization_id, case_created_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT case_reports_assigned_to_fkey FOREIGN KEY (organization_id, case_assigned_to)
        REFERENCES civic.users (organization_id, id)
);
CREATE INDEX case_reports_report ON civic.case_reports (organization_id, report_id);
CREATE INDEX case_reports_linked_by ON civic.case_reports (organization_id, linked_by);
CREATE INDEX case_reports_created_by ON civic.case_reports (organization_id, case_created_by);
CREATE INDEX case_reports_assigned_to ON civic.case_reports (organization_id, case_assigned_to);
COMMENT ON TABLE civic.case_reports IS 'Which reports a case is about. Nobody links a report they cannot see.';
COMMENT ON COLUMN civic.case_reports.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.case_reports.case_id IS 'Case that is about the report.';
COMMENT ON COLUMN civic.case_reports.report_id IS 'Report the case is about.';
COMMENT ON COLUMN civic.case_reports.linked_by IS 'Person who linked them.';
COMMENT ON COLUMN civic.case_reports.case_created_by IS 'Person who opened the case; sees the row. Kept by triggers.';
COMMENT ON COLUMN civic.case_reports.case_assigned_to IS 'Caseworker in charge; sees the row. Kept by triggers.';
COMMENT ON COLUMN civic.case_reports.linked_at IS 'When they were linked.';
