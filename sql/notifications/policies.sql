ALTER TABLE civic.notification_types ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON civic.notification_types FOR SELECT USING (civic.current_organization_id() IS NOT NULL);

SELECT civic.protect_table('civic.notification_templates');
CREATE POLICY readable ON civic.notification_templates FOR SELECT USING (true);
CREATE POLICY managed ON civic.notification_templates
    USING (civic.has_permission('manage:settings') OR civic.has_permission('change_notification'))
    WITH CHECK (civic.has_permission('manage:settings') OR civic.has_permission('change_notification'));

-- An auditor (level 5) writes nothing, not even that a message was read.
SELECT civic.protect_table('civic.notification_settings');
CREATE POLICY own ON civic.notification_settings FOR SELECT USING (user_id = civic.current_user_id());
CREATE POLICY chosen ON civic.notification_settings
    USING (user_id = civic.current_user_id() AND civic.current_role_level() <> 5)
    WITH CHECK (user_id = civic.current_user_id() AND civic.current_role_level() <> 5);

SELECT civic.protect_table('civic.notifications');
CREATE POLICY own ON civic.notifications FOR SELECT USING (recipient_id = civic.current_user_id());
CREATE POLICY marked ON civic.notifications FOR UPDATE
    USING (recipient_id = civic.current_user_id() AND civic.current_role_level() <> 5)
    WITH CHECK (recipient_id = civic.current_user_id());
CREATE POLICY dismissed ON civic.notifications FOR DELETE
    USING (recipient_id = civic.current_user_id() AND civic.current_role_level() <> 5);

-- Delivery is the worker's; administrators look into it.
SELECT civic.protect_table('civic.outbox');
CREATE POLICY staff ON civic.outbox FOR SELECT USING (civic.has_permission('manage:integrations'));

SELECT civic.protect_table('civic.area_subscriptions');
CREATE POLICY own ON civic.area_subscriptions FOR SELECT USING (user_id = civic.current_user_id());
CREATE POLICY chosen ON civic.area_subscriptions
    USING (user_id = civic.current_user_id() AND civic.current_role_level() <> 5)
    WITH CHECK (user_id = civic.current_user_id() AND civic.current_role_level() <> 5);
