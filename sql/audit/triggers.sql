SELECT civic_private.guard_audit_table('civic.audit_entries');
-- Not each time that the sealer notes how far it has come.
CREATE TRIGGER t80_signal
    AFTER INSERT OR DELETE OR UPDATE OF number, table_name, epoch, xid_from, dropped_at OR TRUNCATE
    ON civic_private.audit_segments
    EXECUTE FUNCTION civic_private.signal_change('audit_signal');
CREATE TRIGGER t80_signal AFTER INSERT OR DELETE OR UPDATE OF epoch, cluster OR TRUNCATE ON civic_private.audit_state
    EXECUTE FUNCTION civic_private.signal_change('audit_signal');
CREATE TRIGGER t80_signal AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON civic.audit_actions
    EXECUTE FUNCTION civic_private.signal_change('audit_signal');
