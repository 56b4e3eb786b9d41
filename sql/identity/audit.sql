INSERT INTO civic.audit_actions (relation, operation, column_name, value, action, reason_column) VALUES
    ('civic.users', 'insert', NULL, NULL, 'user_created', NULL),
    ('civic.users', 'delete', NULL, NULL, 'user_deleted', NULL),
    ('civic.users', 'update', NULL, NULL, 'user_updated', NULL),
    ('civic.users', 'update', 'status', 'active', 'user_activated', NULL),
    ('civic.users', 'update', 'status', 'inactive', 'user_deactivated', NULL),
    ('civic.users', 'update', 'status', 'suspended', 'user_deactivated', NULL),
    ('civic.users', 'update', 'two_fa_enabled', 'true', 'two_fa_enabled', NULL),
    ('civic.users', 'update', 'two_fa_enabled', 'false', 'two_fa_disabled', NULL),
    ('civic.users', 'update', 'profile_completion', 'complete', 'profile_completed', NULL),
    ('civic.users', 'update', 'full_name', NULL, 'profile_updated', NULL),
    ('civic.users', 'update', 'email', NULL, 'profile_updated', NULL),
    ('civic.users', 'update', 'phone', NULL, 'profile_updated', NULL),
    ('civic.users', 'update', 'primary_address', NULL, 'profile_updated', NULL),
    ('civic.users', 'update', 'preferred_language', NULL, 'profile_updated', NULL),
    ('civic.user_profiles', 'insert', NULL, NULL, 'profile_updated', NULL),
    ('civic.user_profiles', 'update', NULL, NULL, 'profile_updated', NULL),
    ('civic.user_scores', 'update', 'reputation_score', NULL, 'reputation_updated', NULL),
    ('civic.user_roles', 'insert', NULL, NULL, 'role_changed', 'reason'),
    ('civic.user_roles', 'update', NULL, NULL, 'role_changed', 'reason'),
    ('civic.user_roles', 'delete', NULL, NULL, 'role_changed', NULL),
    ('civic.departments', 'insert', NULL, NULL, 'department_created', NULL),
    ('civic.departments', 'update', NULL, NULL, 'department_updated', NULL),
    ('civic.departments', 'delete', NULL, NULL, 'department_deleted', NULL);
INSERT INTO civic.audit_actions (relation, operation, action)
SELECT 'civic.' || t.name, o.name, 'system_config_changed'
FROM (VALUES ('organizations'), ('jurisdictions'), ('roles'), ('role_permissions'), ('permissions'),
    ('audit_labels'), ('audit_actions')) AS t (name)
CROSS JOIN (VALUES ('insert'), ('update'), ('delete')) AS o (name);

-- When a row was last written is no news to the log, and where an officer just is nobody needs to know for years.
-- role_history and status_history are records themselves; what they say is in the entry of the row they speak of.
SELECT civic.audit_table('civic.organizations', skipped => '{updated_at}', organization_column => 'id');
SELECT civic.audit_table('civic.departments', skipped => '{updated_at}');
SELECT civic.audit_table('civic.jurisdictions', skipped => '{updated_at}');
SELECT civic.audit_table('civic.users', person_column => 'id', personal => '{username, phone, email, full_name,'
    ' primary_latitude, primary_longitude, primary_address, employee_id, external_id, notes}',
    skipped => '{updated_at, current_latitude, current_longitude, last_location_update}');
SELECT civic.audit_table('civic.user_scores');
SELECT civic.audit_table('civic.user_profiles', personal => '{avatar_url, bio, preferences}',
    skipped => '{updated_at}');
SELECT civic.audit_table('civic.permissions');
SELECT civic.audit_table('civic.roles', skipped => '{updated_at}');
SELECT civic.audit_table('civic.role_permissions');
SELECT civic.audit_table('civic.user_roles');
SELECT civic.audit_table('civic.area_assignments', skipped => '{updated_at}');
SELECT civic.audit_table('civic.teams', skipped => '{updated_at}');
SELECT civic.audit_table('civic.team_members');
SELECT civic.audit_table('civic.projects', skipped => '{updated_at}');
SELECT civic.audit_table('civic.audit_labels');
SELECT civic.audit_table('civic.audit_actions');
SELECT civic.audit_table('civic.audit_checkpoints');
SELECT civic.audit_table('civic_private.audit_keys');
SELECT civic.audit_table('civic_private.audit_holds');
