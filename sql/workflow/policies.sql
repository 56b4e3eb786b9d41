-- Built-in rules belong to the organization of zeroes and are seen by all.
ALTER TABLE civic.workflow_transitions ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON civic.workflow_transitions AS RESTRICTIVE
    USING (civic.current_organization_id() IS NOT NULL AND organization_id
        IN (civic.current_organization_id(), '00000000-0000-0000-0000-000000000000'))
    WITH CHECK (organization_id = civic.current_organization_id());
CREATE POLICY service ON civic.workflow_transitions TO civic_service
    USING (organization_id = civic.current_organization_id())
    WITH CHECK (organization_id = civic.current_organization_id());
CREATE POLICY readable ON civic.workflow_transitions FOR SELECT USING (true);
CREATE POLICY managed ON civic.workflow_transitions
    USING (civic.has_permission('manage:workflow') AND organization_id = civic.current_organization_id())
    WITH CHECK (civic.has_permission('manage:workflow') AND organization_id = civic.current_organization_id());

SELECT civic.protect_table('civic.status_history');
CREATE POLICY public ON civic.status_history FOR SELECT USING (is_public);
CREATE POLICY own ON civic.status_history FOR SELECT USING (changed_by = civic.current_user_id());
-- Other modules say in policies of their own who sees their moves.
CREATE POLICY staff ON civic.status_history FOR SELECT
    USING (workflow IN ('report', 'task', 'escalation', 'appeal') AND civic.has_permission('read:private_report'));
CREATE POLICY audited ON civic.status_history FOR SELECT USING (civic.has_permission('view:immutable_audit_logs'));
