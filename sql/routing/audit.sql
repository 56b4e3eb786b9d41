INSERT INTO civic.audit_actions (relation, operation, action)
SELECT 'civic.' || t.name, o.name, 'system_config_changed'
FROM (VALUES ('areas'), ('routing_rules')) AS t (name)
CROSS JOIN (VALUES ('insert'), ('update'), ('delete')) AS o (name);

-- What was decided for a report is in the report's own entry: civic.routing_decisions explains it.
SELECT civic.audit_table('civic.areas', skipped => '{updated_at}');
SELECT civic.audit_table('civic.routing_rules', skipped => '{updated_at}');
SELECT civic.audit_table('civic.assignment_refusals');
