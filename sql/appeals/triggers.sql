CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.appeals
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'report_id', 'ordinal',
        'submitted_by_user_id', 'appeal_type', 'reason', 'evidence', 'requested_action', 'created_at',
        'reviewed_by_user_id=import:data', 'reviewed_at=import:data', 'review_notes=review:appeal',
        'action_taken=review:appeal', 'reassigned_to_user_id=review:appeal',
        'reassigned_to_department_id=review:appeal', 'reassignment_reason=review:appeal',
        'requires_rework=review:appeal', 'rework_assigned_to_user_id=review:appeal', 'rework_notes=review:appeal',
        'rework_completed=import:data');
CREATE TRIGGER t10_guard BEFORE INSERT OR UPDATE ON civic.appeals
    FOR EACH ROW EXECUTE FUNCTION civic.guard_status('appeal', 'status', '', 'submitted_by_user_id');
CREATE TRIGGER t08_stamp BEFORE UPDATE ON civic.appeals
    FOR EACH ROW EXECUTE FUNCTION civic_private.stamp_appeal();
CREATE TRIGGER t50_history AFTER INSERT OR UPDATE OF status ON civic.appeals
    FOR EACH ROW EXECUTE FUNCTION civic.record_status('appeal', 'status', '', 'submitted_by_user_id');
CREATE TRIGGER t60_apply AFTER UPDATE OF status ON civic.appeals
    FOR EACH ROW WHEN (NEW.status = 'approved' AND OLD.status <> 'approved')
    EXECUTE FUNCTION civic_private.apply_appeal();
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.appeals
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

CREATE TRIGGER t75_rework AFTER UPDATE OF status ON civic.reports
    FOR EACH ROW WHEN (NEW.status = 'pending_verification' AND OLD.status <> 'pending_verification')
    EXECUTE FUNCTION civic_private.complete_reworks();

CREATE TRIGGER t80_tell AFTER INSERT ON civic.appeals
    FOR EACH ROW EXECUTE FUNCTION civic_private.tell_of_appeal();
CREATE TRIGGER t81_tell AFTER UPDATE OF status ON civic.appeals
    FOR EACH ROW WHEN (OLD.status <> NEW.status AND NEW.status <> 'withdrawn')
    EXECUTE FUNCTION civic_private.tell_of_appeal();
