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
