CREATE TRIGGER t95_feed AFTER INSERT OR DELETE OR UPDATE ON civic.reports
    FOR EACH ROW EXECUTE FUNCTION civic_private.feed_change('r', 'id', 'is_public', 'is_sensitive', 'user_id',
        'assigned_to', 'department_id');
CREATE TRIGGER t95_feed AFTER INSERT OR DELETE OR UPDATE ON civic.media
    FOR EACH ROW EXECUTE FUNCTION civic_private.feed_change('r', 'report_id', '', '', '', '', '');
CREATE TRIGGER t95_feed AFTER INSERT OR DELETE OR UPDATE ON civic.tasks
    FOR EACH ROW EXECUTE FUNCTION civic_private.feed_change('t', 'id', '', '', '', 'assigned_to', 'department_id');
CREATE TRIGGER t95_feed AFTER INSERT OR UPDATE ON civic.users
    FOR EACH ROW EXECUTE FUNCTION civic_private.feed_change('u', 'id', '', '', '', '', '');
CREATE TRIGGER t95_feed AFTER INSERT OR DELETE OR UPDATE ON civic.user_profiles
    FOR EACH ROW EXECUTE FUNCTION civic_private.feed_change('u', 'user_id', '', '', '', '', '');
CREATE TRIGGER t96_feed AFTER UPDATE OF status, department_id ON civic.users
    FOR EACH ROW WHEN (OLD.status <> NEW.status OR OLD.department_id IS DISTINCT FROM NEW.department_id)
    EXECUTE FUNCTION civic_private.feed_rights('id');
CREATE TRIGGER t95_feed AFTER INSERT OR DELETE OR UPDATE ON civic.user_roles
    FOR EACH ROW EXECUTE FUNCTION civic_private.feed_rights('user_id');
CREATE TRIGGER t95_feed AFTER INSERT OR DELETE OR UPDATE ON civic.role_permissions
    FOR EACH ROW EXECUTE FUNCTION civic_private.feed_rights('');

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.client_sync_states
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'user_id', 'device_id', 'created_at');
CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.offline_actions
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'user_id', 'device_id', 'client_id',
        'action_type', 'payload', 'base', 'priority', 'max_retries', 'created_at', 'received_at');
CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.sync_conflicts
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'user_id', 'action_id', 'device_id',
        'entity_type', 'entity_id', 'base_version', 'client_version', 'server_version', 'created_at');
