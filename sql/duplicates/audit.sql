INSERT INTO civic.audit_actions (relation, operation, action)
SELECT 'civic.duplicate_policies', o.name, 'system_config_changed'
FROM (VALUES ('insert'), ('update'), ('delete')) AS o (name);

SELECT civic.audit_table('civic.duplicate_policies', skipped => '{updated_at}');
SELECT civic.audit_table('civic.duplicate_rejections');
