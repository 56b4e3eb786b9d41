CREATE TRIGGER t80_signal AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON civic.duplicate_policies
    EXECUTE FUNCTION civic_private.signal_change('duplicates_signal');
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.duplicate_policies
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');
CREATE TRIGGER t80_signal AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON civic.categories
    EXECUTE FUNCTION civic_private.signal_change('duplicates_signal');

-- After the intake, whose outcome it reads.
CREATE TRIGGER t82_signature AFTER INSERT OR DELETE ON civic.reports
    FOR EACH ROW EXECUTE FUNCTION civic_private.write_signature();
-- No function here: a condition runs with the rights of whoever writes.
CREATE TRIGGER t83_signature AFTER UPDATE ON civic.reports
    FOR EACH ROW WHEN (OLD.title <> NEW.title OR OLD.description <> NEW.description
        OR OLD.address IS DISTINCT FROM NEW.address OR OLD.latitude <> NEW.latitude OR OLD.longitude <> NEW.longitude
        OR OLD.category IS DISTINCT FROM NEW.category OR OLD.ai_category IS DISTINCT FROM NEW.ai_category
        OR OLD.manual_category IS DISTINCT FROM NEW.manual_category OR OLD.created_at <> NEW.created_at
        OR (OLD.status = 'pending_classification') <> (NEW.status = 'pending_classification')
        OR (OLD.status = 'closed') <> (NEW.status = 'closed')
        OR (OLD.status IN ('duplicate', 'rejected')) <> (NEW.status IN ('duplicate', 'rejected')))
    EXECUTE FUNCTION civic_private.write_signature();

CREATE TRIGGER t71_family AFTER INSERT ON civic.reports
    FOR EACH ROW WHEN (NEW.duplicate_of_report_id IS NOT NULL) EXECUTE FUNCTION civic_private.follow_family();
CREATE TRIGGER t72_family AFTER UPDATE ON civic.reports
    FOR EACH ROW WHEN (OLD.duplicate_of_report_id IS DISTINCT FROM NEW.duplicate_of_report_id)
    EXECUTE FUNCTION civic_private.follow_family();
CREATE TRIGGER t73_tell AFTER UPDATE ON civic.reports
    FOR EACH ROW WHEN (OLD.status <> NEW.status AND NEW.status IN ('resolved', 'closed', 'reopened', 'rejected'))
    EXECUTE FUNCTION civic_private.tell_family();
