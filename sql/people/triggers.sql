CREATE TRIGGER t70_promote AFTER INSERT OR UPDATE ON civic.user_scores
    FOR EACH ROW WHEN (least(NEW.reputation_score, NEW.total_reports, NEW.total_validations) > 0)
    EXECUTE FUNCTION civic_private.promote_when_due();
CREATE TRIGGER t70_promote AFTER UPDATE ON civic.users
    FOR EACH ROW WHEN (NEW.profile_completion = 'complete' AND OLD.profile_completion <> 'complete')
    EXECUTE FUNCTION civic_private.promote_when_due();
CREATE TRIGGER t76_judge AFTER UPDATE OF status ON civic.reports
    FOR EACH ROW WHEN (NEW.status IN ('resolved', 'rejected') AND OLD.status <> NEW.status)
    EXECUTE FUNCTION civic_private.judge_validations();
CREATE TRIGGER t87_take_back AFTER DELETE ON civic.reports
    FOR EACH ROW EXECUTE FUNCTION civic_private.take_back_report();
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.report_validations
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');
