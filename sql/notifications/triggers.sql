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
