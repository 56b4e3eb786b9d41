SELECT civic.protect_table('civic.client_sync_states');
CREATE POLICY own ON civic.client_sync_states
    USING (user_id = civic.current_user_id() AND civic.current_role_level() <> 5)
    WITH CHECK (user_id = civic.current_user_id() AND civic.current_role_level() <> 5);

SELECT civic.protect_table('civic.offline_actions');
CREATE POLICY own ON civic.offline_actions
    USING (user_id = civic.current_user_id() AND civic.current_role_level() <> 5)
    WITH CHECK (user_id = civic.current_user_id() AND civic.current_role_level() <> 5);

SELECT civic.protect_table('civic.sync_conflicts');
CREATE POLICY own ON civic.sync_conflicts
    USING (user_id = civic.current_user_id() AND civic.current_role_level() <> 5)
    WITH CHECK (user_id = civic.current_user_id() AND civic.current_role_level() <> 5);

ALTER TABLE civic.sync_action_types ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON civic.sync_action_types FOR SELECT USING (civic.current_organization_id() IS NOT NULL);

-- Built-in policies belong to the organization of zeroes and are seen by all.
ALTER TABLE civic.sync_field_policies ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON civic.sync_field_policies AS RESTRICTIVE
    USING (civic.current_organization_id() IS NOT NULL AND organization_id
        IN (civic.current_organization_id(), '00000000-0000-0000-0000-000000000000'))
    WITH CHECK (organization_id = civic.current_organization_id());
CREATE POLICY service ON civic.sync_field_policies TO civic_service
    USING (organization_id = civic.current_organization_id())
    WITH CHECK (organization_id = civic.current_organization_id());
CREATE POLICY readable ON civic.sync_field_policies FOR SELECT USING (true);
CREATE POLICY managed ON civic.sync_field_policies
    USING (civic.has_permission('manage:settings') AND organization_id = civic.current_organization_id())
    WITH CHECK (civic.has_permission('manage:settings') AND organization_id = civic.current_organization_id());
