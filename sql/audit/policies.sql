-- What concerns no single organization belongs to the one of zeroes and is shown to everybody who may read the log.
ALTER TABLE civic.audit_entries ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON civic.audit_entries AS RESTRICTIVE
    USING (civic.current_organization_id() IS NOT NULL AND organization_id
        IN (civic.current_organization_id(), '00000000-0000-0000-0000-000000000000'))
    WITH CHECK (organization_id = civic.current_organization_id());
CREATE POLICY service ON civic.audit_entries FOR SELECT TO civic_service USING (true);
CREATE POLICY auditor ON civic.audit_entries FOR SELECT TO civic_auditor USING (true);
CREATE POLICY permitted ON civic.audit_entries FOR SELECT
    USING (civic.has_permission('view:audit_logs') OR civic.has_permission('view:immutable_audit_logs')
        OR civic.has_permission('view_audit_logs'));

ALTER TABLE civic.audit_labels ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON civic.audit_labels FOR SELECT USING (civic.current_organization_id() IS NOT NULL);
ALTER TABLE civic.audit_actions ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON civic.audit_actions FOR SELECT USING (civic.current_organization_id() IS NOT NULL);
