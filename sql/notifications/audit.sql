INSERT INTO civic.audit_actions (relation, operation, action)
SELECT 'civic.' || t.name, o.name, 'system_config_changed'
FROM (VALUES ('notification_types'), ('notification_templates')) AS t (name)
CROSS JOIN (VALUES ('insert'), ('update'), ('delete')) AS o (name);

-- Messages and their delivery follow from what happened, which has entries of its own.
SELECT civic.audit_table('civic.notification_types');
SELECT civic.audit_table('civic.notification_templates', skipped => '{updated_at}');
SELECT civic.audit_table('civic.notification_settings', skipped => '{updated_at}');
SELECT civic.audit_table('civic.area_subscriptions');
