CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.notification_templates
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'type', 'language', 'created_by',
        'created_at');
CREATE TRIGGER t20_check BEFORE INSERT OR UPDATE OF title, message ON civic.notification_templates
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_template();
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.notification_templates
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.notification_settings
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'user_id', 'created_at');
CREATE TRIGGER t20_check BEFORE INSERT OR UPDATE ON civic.notification_settings
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_notification_settings();
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.notification_settings
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

-- What was said to a person stands; only whether they read it changes.
CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.notifications
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'recipient_id', 'type', 'category',
        'priority', 'title', 'message', 'subject_type', 'subject_id', 'action_url', 'created_at');

-- Not for a first role, which comes with the account; nor for people who sign up by themselves.
CREATE TRIGGER t80_tell AFTER INSERT ON civic.role_history
    FOR EACH ROW WHEN (NEW.old_role IS NOT NULL) EXECUTE FUNCTION civic_private.tell_of_role();
CREATE TRIGGER t80_tell AFTER INSERT ON civic.users
    FOR EACH ROW WHEN (NEW.account_created_via <> 'otp') EXECUTE FUNCTION civic_private.tell_of_new_row('user_created',
        'create_user');
CREATE TRIGGER t80_tell AFTER INSERT ON civic.roles
    FOR EACH ROW EXECUTE FUNCTION civic_private.tell_of_new_row('role_created', 'can_manage_roles');
CREATE TRIGGER t80_tell AFTER INSERT ON civic.teams
    FOR EACH ROW EXECUTE FUNCTION civic_private.tell_of_new_row('team_created', 'create_new_team');
CREATE TRIGGER t80_tell AFTER INSERT ON civic.projects
    FOR EACH ROW EXECUTE FUNCTION civic_private.tell_of_new_row('project_created', 'create_project');
CREATE TRIGGER t80_tell AFTER INSERT ON civic.organizations
    FOR EACH ROW EXECUTE FUNCTION civic_private.tell_of_organization();

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.area_subscriptions
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'user_id', 'created_at');
