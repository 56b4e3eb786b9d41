CREATE TABLE civic.archived_reports (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL,
    report_number text NOT NULL,
    user_id uuid NOT NULL,
    department_id uuid,
    assigned_to uuid,
    title text NOT NULL,
    description text NOT NULL,
    category text,
    severity civic.report_severity NOT NULL,
    status civic.report_status NOT NULL,
    latitude civic.latitude NOT NULL,
    longitude civic.longitude NOT NULL,
    address text,
    ward_number text,
    district text,
    is_public boolean NOT NULL,
    is_sensitive boolean NOT NULL,
    created_at timestamptz NOT NULL,
    status_updated_at timestamptz NOT NULL,
    report jsonb NOT NULL,
    belongings jsonb NOT NULL,
    words tsvector NOT NULL,
    archived_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT archived_reports_organization_fkey FOREIGN KEY (organization_id) REFERENCES civic.organizations (id),
    CONSTRAINT archived_reports_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT archived_reports_number_key UNIQUE (organization_id, report_number)
);
CREATE INDEX archived_reports_user ON civic.archived_reports (organization_id, user_id, created_at DESC);
CREATE INDEX archived_reports_newest ON civic.archived_reports (organization_id, created_at DESC, id DESC);
CREATE INDEX archived_reports_words ON civic.archived_reports USING gin (words)
    WITH (gin_pending_list_limit = 1024);
COMMENT ON TABLE civic.archived_reports IS
    'Reports that were done with long ago, one row each with all that belonged to them; moved here by'
    ' civic.archive_reports() and back by civic.restore_report(). Their history stays in civic.status_history. Shown to'
    ' whom the report was shown.';
COMMENT ON COLUMN civic.archived_reports.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.archived_reports.id IS 'Identifier of the report.';
COMMENT ON COLUMN civic.archived_reports.report_number IS 'Number of the report; it still finds it.';
COMMENT ON COLUMN civic.archived_reports.user_id IS 'Who filed it.';
COMMENT ON COLUMN civic.archived_reports.department_id IS 'Department that was in charge; null for none.';
COMMENT ON COLUMN civic.archived_reports.assigned_to IS 'Officer who was in charge; null for none.';
COMMENT ON COLUMN civic.archived_reports.title IS 'What was wrong.';
COMMENT ON COLUMN civic.archived_reports.description IS 'What was wrong, at length.';
COMMENT ON COLUMN civic.archived_reports.category IS 'Effective category.';
COMMENT ON COLUMN civic.archived_reports.severity IS 'Effective severity.';
COMMENT ON COLUMN civic.archived_reports.status IS 'How it ended: resolved, closed, rejected or duplicate.';
COMMENT ON COLUMN civic.archived_reports.latitude IS 'Place of the issue, degrees north (WGS 84).';
COMMENT ON COLUMN civic.archived_reports.longitude IS 'Place of the issue, degrees east (WGS 84).';
COMMENT ON COLUMN civic.archived_reports.address IS 'Address of the place.';
COMMENT ON COLUMN civic.archived_reports.ward_number IS 'Ward as told by the reporter.';
COMMENT ON COLUMN civic.archived_reports.district IS 'District as told by the reporter.';
COMMENT ON COLUMN civic.archived_reports.is_public IS 'As in civic.reports.';
COMMENT ON COLUMN civic.archived_reports.is_sensitive IS 'As in civic.reports.';
COMMENT ON COLUMN civic.archived_reports.created_at IS 'When it was filed.';
COMMENT ON COLUMN civic.archived_reports.status_updated_at IS 'When it ended.';
COMMENT ON COLUMN civic.archived_reports.report IS 'The whole row of civic.reports.';
COMMENT ON COLUMN civic.archived_reports.belongings IS
    'Rows of other tables that belonged to it, as arrays by the name of the table.';
COMMENT ON COLUMN civic.archived_reports.words IS 'Its words, for civic.search_archive().';
COMMENT ON COLUMN civic.archived_reports.archived_at IS 'When it was moved here.';
