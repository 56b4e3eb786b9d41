CREATE TRIGGER t80_signal AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON civic.workflow_transitions
    EXECUTE FUNCTION civic_private.signal_change('workflow_signal');
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.workflow_transitions
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');
CREATE TRIGGER t10_refuse BEFORE DELETE OR UPDATE ON civic.status_history
    FOR EACH ROW EXECUTE FUNCTION civic_private.refuse_change('is_public');
CREATE TRIGGER t10_refuse_truncate BEFORE TRUNCATE ON civic.status_history
    EXECUTE FUNCTION civic_private.refuse_change();
