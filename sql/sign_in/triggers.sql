CREATE TRIGGER t50_sign_in AFTER INSERT ON civic.organizations
    FOR EACH ROW EXECUTE FUNCTION civic_private.add_sign_in_policy();

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.sign_in_policies
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id');
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.sign_in_policies
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.security_events
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'event_type', 'severity', 'user_id',
        'session_id', 'ip_address', 'user_agent', 'description', 'event_data', 'risk_score', 'created_at',
        'investigated_by=system:admin', 'investigated_at=system:admin');
CREATE TRIGGER t20_investigate BEFORE UPDATE OF is_investigated, investigation_notes ON civic.security_events
    FOR EACH ROW EXECUTE FUNCTION civic_private.investigate_event();
