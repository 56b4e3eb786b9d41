CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.cases
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'created_by', 'created_at',
        'title=submit:case', 'description=submit:case', 'priority=assign:case', 'assigned_to=assign:case',
        'return_reason=return:case');
CREATE TRIGGER t10_guard BEFORE INSERT OR UPDATE ON civic.cases
    FOR EACH ROW EXECUTE FUNCTION civic.guard_status('case', 'status', 'assigned_to', 'created_by');
CREATE TRIGGER t20_check BEFORE INSERT OR UPDATE OF status, assigned_to ON civic.cases
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_case();
CREATE TRIGGER t50_history AFTER INSERT OR UPDATE OF status ON civic.cases
    FOR EACH ROW EXECUTE FUNCTION civic.record_status('case', 'status', 'assigned_to', 'created_by');
CREATE TRIGGER t55_log AFTER UPDATE ON civic.cases
    FOR EACH ROW WHEN (NEW.assigned_to IS DISTINCT FROM OLD.assigned_to) EXECUTE FUNCTION civic_private.log_case();
CREATE TRIGGER t56_log AFTER INSERT ON civic.cases
    FOR EACH ROW WHEN (NEW.assigned_to IS NOT NULL) EXECUTE FUNCTION civic_private.log_case();
CREATE TRIGGER t70_follow AFTER UPDATE ON civic.cases
    FOR EACH ROW WHEN (NEW.assigned_to IS DISTINCT FROM OLD.assigned_to) EXECUTE FUNCTION civic_private.follow_case();
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.cases
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

CREATE TRIGGER t05_keys BEFORE INSERT ON civic.case_logs
    FOR EACH ROW EXECUTE FUNCTION civic_private.take_case_keys();
CREATE TRIGGER t10_refuse BEFORE DELETE OR UPDATE ON civic.case_logs
    FOR EACH ROW EXECUTE FUNCTION civic_private.refuse_change('case_assigned_to');
CREATE TRIGGER t10_refuse_truncate BEFORE TRUNCATE ON civic.case_logs
    EXECUTE FUNCTION civic_private.refuse_change();

CREATE TRIGGER t05_keys BEFORE INSERT ON civic.case_documents
    FOR EACH ROW EXECUTE FUNCTION civic_private.take_case_keys();
CREATE TRIGGER t10_refuse BEFORE DELETE OR UPDATE ON civic.case_documents
    FOR EACH ROW EXECUTE FUNCTION civic_private.refuse_change('case_assigned_to');
CREATE TRIGGER t10_refuse_truncate BEFORE TRUNCATE ON civic.case_documents
    EXECUTE FUNCTION civic_private.refuse_change();

CREATE TRIGGER t05_keys BEFORE INSERT ON civic.case_reports
    FOR EACH ROW EXECUTE FUNCTION civic_private.take_case_keys();
CREATE TRIGGER t20_check BEFORE INSERT ON civic.case_reports
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_case_report();
CREATE TRIGGER t75_tell AFTER UPDATE ON civic.cases
    FOR EACH ROW WHEN (NEW.status <> OLD.status OR NEW.assigned_to IS DISTINCT FROM OLD.assigned_to)
    EXECUTE FUNCTION civic_private.tell_case();
