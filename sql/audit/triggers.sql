SELECT civic_private.guard_audit_table('civic.audit_entries');
CREATE TRIGGER t80_signal AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON civic_private.audit_segments
    EXECUTE FUNCTION civic_private.signal_change('audit_signal');
CREATE TRIGGER t80_signal AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON civic_private.audit_state
    EXECUTE FUNCTION civic_private.signal_change('audit_signal');
CREATE TRIGGER t80_signal AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON civic.audit_actions
    EXECUTE FUNCTION civic_private.signal_change('audit_signal');
