INSERT INTO civic.audit_actions (relation, operation, column_name, value, action) VALUES
    ('civic.escalations', 'insert', NULL, NULL, 'escalation_created'),
    ('civic.escalations', 'update', NULL, NULL, 'escalation_updated'),
    ('civic.escalations', 'update', 'status', 'acknowledged', 'escalation_acknowledged'),
    ('civic.escalations', 'update', 'status', 'resolved', 'escalation_resolved'),
    ('civic.escalations', 'update', 'status', 'de_escalated', 'escalation_de_escalated');
INSERT INTO civic.audit_actions (relation, operation, action)
SELECT 'civic.' || t.name, o.name, 'system_config_changed'
FROM (VALUES ('business_calendars'), ('calendar_holidays'), ('sla_policies')) AS t (name)
CROSS JOIN (VALUES ('insert'), ('update'), ('delete')) AS o (name);

SELECT civic.audit_table('civic.business_calendars', skipped => '{updated_at}');
SELECT civic.audit_table('civic.calendar_holidays', skipped => '{updated_at}');
SELECT civic.audit_table('civic.sla_policies');
SELECT civic.audit_table('civic.sla_pauses');
SELECT civic.audit_table('civic.escalations', skipped => '{updated_at}');
