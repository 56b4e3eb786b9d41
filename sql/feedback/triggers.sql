CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.feedbacks
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'report_id', 'user_id', 'officer_id',
        'department_id', 'created_at', 'requires_followup=resolve:disputes', 'followup_reason=resolve:disputes');
CREATE TRIGGER t20_weigh BEFORE INSERT OR UPDATE ON civic.feedbacks
    FOR EACH ROW EXECUTE FUNCTION civic_private.weigh_feedback();
CREATE TRIGGER t60_follow AFTER INSERT OR UPDATE OF satisfaction_level ON civic.feedbacks
    FOR EACH ROW EXECUTE FUNCTION civic_private.follow_feedback();
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.feedbacks
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.resolution_confirmations
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

CREATE TRIGGER t80_tell AFTER INSERT ON civic.feedbacks
    FOR EACH ROW EXECUTE FUNCTION civic_private.tell_of_feedback();
CREATE TRIGGER t81_tell AFTER UPDATE ON civic.feedbacks
    FOR EACH ROW WHEN (NEW.requires_followup AND NOT OLD.requires_followup)
    EXECUTE FUNCTION civic_private.tell_of_feedback();
CREATE TRIGGER t80_tell AFTER INSERT ON civic.resolution_confirmations
    FOR EACH ROW WHEN (NOT NEW.is_confirmed) EXECUTE FUNCTION civic_private.tell_of_dispute();
CREATE TRIGGER t81_tell AFTER UPDATE OF is_confirmed ON civic.resolution_confirmations
    FOR EACH ROW WHEN (OLD.is_confirmed AND NOT NEW.is_confirmed) EXECUTE FUNCTION civic_private.tell_of_dispute();
