INSERT INTO civic.audit_actions (relation, operation, action)
SELECT 'civic.' || t.name, o.name, 'system_config_changed'
FROM (VALUES ('sync_field_policies'), ('sync_action_types')) AS t (name)
CROSS JOIN (VALUES ('insert'), ('update'), ('delete')) AS o (name);

-- What devices send is in the entries of the rows it changes.
SELECT civic.audit_table('civic.sync_field_policies');
SELECT civic.audit_table('civic.sync_action_types');
