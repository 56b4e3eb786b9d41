INSERT INTO civic.audit_actions (relation, operation, action)
SELECT 'civic.workflow_transitions', o.name, 'system_config_changed'
FROM (VALUES ('insert'), ('update'), ('delete')) AS o (name);

SELECT civic.audit_table('civic.workflow_transitions', skipped => '{updated_at}');
