CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.categories
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

CREATE TRIGGER t01_prepare BEFORE INSERT ON civic.reports
    FOR EACH ROW EXECUTE FUNCTION civic_private.prepare_report('report_number', 'department_id', 'assigned_to',
        'routed_by_rule_id', 'routing_level', 'ai_category', 'ai_confidence', 'ai_processed_at', 'ai_model_version',
        'manual_category', 'manual_severity', 'classified_by_user_id', 'classification_notes',
        'duplicate_of_report_id', 'duplicate_score', 'duplicate_reason', 'rejection_reason', 'hold_reason',
        'rework_reason', 'assignment_rejection_reason', 'assignment_rejected_at', 'assignment_rejected_by_user_id',
        'resolution_notes', 'estimated_resume_date', 'hold_approved_by_user_id', 'external_id', 'updated_at',
        'is_featured', 'is_sensitive', 'needs_review', 'hold_approval_required', 'supporter_count', 'created_at',
        'status_updated_at');
CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.reports
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'report_number', 'user_id', 'created_at',
        'status_updated_at', 'department_id=route:report', 'routed_by_rule_id=import:data', 'routing_level=import:data',
        'assigned_to=assign:task',
        'category=edit:report_category', 'sub_category=edit:report_category', 'severity=edit:report_category',
        'manual_category=decide:classification', 'manual_severity=decide:classification',
        'classified_by_user_id=decide:classification', 'classification_notes=decide:classification',
        'ai_category=import:data', 'ai_confidence=import:data', 'ai_processed_at=import:data',
        'ai_model_version=import:data', 'is_sensitive=moderate:content', 'is_featured=moderate:content',
        'needs_review=moderate:content', 'duplicate_of_report_id=merge:duplicate_reports',
        'duplicate_score=merge:duplicate_reports', 'duplicate_reason=merge:duplicate_reports',
        'rejection_reason=reject:report', 'rework_reason=approve:task_completion',
        'hold_reason=update:any_report', 'estimated_resume_date=update:any_report',
        'hold_approval_required=update:any_report', 'resolution_notes=complete:task',
        'assignment_rejection_reason=acknowledge:task', 'assignment_rejected_at=import:data',
        'assignment_rejected_by_user_id=import:data', 'hold_approved_by_user_id=hold:any_report',
        'supporter_count=import:data', 'external_id=import:data');
CREATE TRIGGER t10_guard BEFORE INSERT OR UPDATE ON civic.reports
    FOR EACH ROW EXECUTE FUNCTION civic.guard_status('report', 'status', 'assigned_to', 'user_id');
CREATE TRIGGER t15_intake BEFORE INSERT ON civic.reports
    FOR EACH ROW EXECUTE FUNCTION civic_private.intake_report();
CREATE TRIGGER t20_department BEFORE INSERT OR UPDATE OF status, department_id ON civic.reports
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_department();
-- Conditions are parsed by every statement: these are short, and most reports come without any of these columns.
CREATE TRIGGER t21_check BEFORE INSERT ON civic.reports
    FOR EACH ROW WHEN (num_nonnulls(NEW.assigned_to, NEW.duplicate_of_report_id, NEW.estimated_resume_date) > 0)
    EXECUTE FUNCTION civic_private.check_report();
CREATE TRIGGER t22_check BEFORE UPDATE OF status, department_id, assigned_to, duplicate_of_report_id,
    estimated_resume_date ON civic.reports
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_report();
CREATE TRIGGER t50_history AFTER INSERT OR UPDATE OF status ON civic.reports
    FOR EACH ROW EXECUTE FUNCTION civic.record_status('report', 'status', 'assigned_to', 'user_id');
CREATE TRIGGER t60_project AFTER UPDATE ON civic.reports
    FOR EACH ROW WHEN (num_nonnulls(OLD.assigned_to, NEW.assigned_to) > 0
        AND (OLD.status IS DISTINCT FROM NEW.status OR OLD.assigned_to IS DISTINCT FROM NEW.assigned_to
            OR OLD.department_id IS DISTINCT FROM NEW.department_id
            OR OLD.resolution_notes IS DISTINCT FROM NEW.resolution_notes
            OR OLD.severity IS DISTINCT FROM NEW.severity OR OLD.manual_severity IS DISTINCT FROM NEW.manual_severity
            OR OLD.category IS DISTINCT FROM NEW.category OR OLD.ai_category IS DISTINCT FROM NEW.ai_category
            OR OLD.manual_category IS DISTINCT FROM NEW.manual_category))
    EXECUTE FUNCTION civic_private.project_report();
CREATE TRIGGER t61_project AFTER INSERT ON civic.reports
    FOR EACH ROW WHEN (NEW.assigned_to IS NOT NULL) EXECUTE FUNCTION civic_private.project_report();
CREATE TRIGGER t62_officer AFTER INSERT ON civic.reports
    FOR EACH ROW EXECUTE FUNCTION civic_private.give_new_report();
CREATE TRIGGER t70_follow AFTER UPDATE OF is_public, is_sensitive ON civic.reports
    FOR EACH ROW EXECUTE FUNCTION civic_private.follow_report();
-- Not for new ones: whoever files a report has the answer, and the officer is chosen by an update.
CREATE TRIGGER t80_tell AFTER UPDATE ON civic.reports
    FOR EACH ROW WHEN (OLD.status <> NEW.status
        OR (OLD.assigned_to IS DISTINCT FROM NEW.assigned_to AND NEW.status = 'assigned_to_officer'))
    EXECUTE FUNCTION civic_private.tell_of_report();
CREATE TRIGGER t81_tell AFTER UPDATE ON civic.reports
    FOR EACH ROW WHEN ((NEW.hold_approval_required AND NOT OLD.hold_approval_required)
        OR (OLD.status = 'on_hold' AND OLD.hold_approval_required AND NOT NEW.hold_approval_required)
        OR (NEW.hold_approved_by_user_id IS NOT NULL AND OLD.hold_approved_by_user_id IS NULL))
    EXECUTE FUNCTION civic_private.tell_of_hold();
CREATE TRIGGER t85_count AFTER INSERT ON civic.reports
    FOR EACH ROW EXECUTE FUNCTION civic_private.count_reports();
CREATE TRIGGER t86_count AFTER INSERT ON civic.reports
    EXECUTE FUNCTION civic_private.count_reports();
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.reports
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at', 'status', 'status_updated_at');

CREATE TRIGGER t50_count AFTER INSERT OR DELETE ON civic.report_supporters
    FOR EACH ROW EXECUTE FUNCTION civic_private.count_supporters();

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.tasks
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'report_id', 'created_at',
        'department_id', 'assigned_to=assign:task', 'assigned_by=assign:task', 'priority=assign:task',
        'sla_deadline=import:data', 'sla_state=import:data', 'sla_violation_count=import:data',
        'sla_policy_id=import:data', 'sla_category=import:data', 'sla_severity=import:data',
        'sla_next_check=import:data',
        'assigned_at=import:data', 'acknowledged_at=import:data', 'started_at=import:data', 'resolved_at=import:data',
        'rejected_at=import:data');
CREATE TRIGGER t10_guard BEFORE INSERT OR UPDATE ON civic.tasks
    FOR EACH ROW EXECUTE FUNCTION civic.guard_status('task', 'status', 'assigned_to', '');
CREATE TRIGGER t20_keep BEFORE DELETE ON civic.tasks
    FOR EACH ROW EXECUTE FUNCTION civic_private.keep_task();
CREATE TRIGGER t60_move_report AFTER INSERT OR UPDATE OF status, assigned_to, resolution_notes ON civic.tasks
    FOR EACH ROW EXECUTE FUNCTION civic_private.move_report();
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.tasks
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.media
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'report_id', 'file_url', 'file_type',
        'file_size', 'mime_type', 'sha256', 'uploaded_by', 'created_at', 'is_public=import:data');
CREATE TRIGGER t20_check BEFORE INSERT ON civic.media
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_media();
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.media
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');
