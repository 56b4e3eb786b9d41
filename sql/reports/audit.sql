INSERT INTO civic.audit_actions (relation, operation, column_name, value, action, reason_column) VALUES
    ('civic.reports', 'insert', NULL, NULL, 'report_created', NULL),
    ('civic.reports', 'delete', NULL, NULL, 'report_deleted', NULL),
    ('civic.reports', 'update', NULL, NULL, 'report_updated', NULL),
    ('civic.reports', 'update', 'status', NULL, 'report_status_changed', NULL),
    ('civic.reports', 'update', 'status', 'on_hold', 'report_status_changed', 'hold_reason'),
    ('civic.reports', 'update', 'status', 'assignment_rejected', 'report_status_changed',
        'assignment_rejection_reason'),
    ('civic.reports', 'update', 'status', 'assigned_to_department', 'report_assigned_department', NULL),
    ('civic.reports', 'update', 'status', 'assigned_to_officer', 'report_assigned_officer', NULL),
    ('civic.reports', 'update', 'status', 'classified', 'report_classified', 'classification_notes'),
    ('civic.reports', 'update', 'status', 'rejected', 'report_rejected', 'rejection_reason'),
    ('civic.reports', 'update', 'status', 'resolved', 'report_resolved', NULL),
    ('civic.reports', 'update', 'status', 'closed', 'report_closed', NULL),
    ('civic.reports', 'update', 'status', 'reopened', 'report_reopened', 'rework_reason'),
    ('civic.reports', 'update', 'status', 'duplicate', 'report_marked_duplicate', 'duplicate_reason'),
    ('civic.reports', 'update', 'assigned_to', NULL, 'report_assigned_officer', NULL),
    ('civic.reports', 'update', 'department_id', NULL, 'report_assigned_department', NULL),
    ('civic.reports', 'update', 'is_sensitive', 'true', 'report_marked_sensitive', NULL),
    ('civic.reports', 'update', 'is_featured', 'true', 'report_featured', NULL),
    ('civic.reports', 'update', 'is_featured', 'false', 'report_unfeatured', NULL),
    ('civic.tasks', 'insert', NULL, NULL, 'task_created', NULL),
    ('civic.tasks', 'delete', NULL, NULL, 'task_deleted', NULL),
    ('civic.tasks', 'update', NULL, NULL, 'task_updated', NULL),
    ('civic.tasks', 'update', 'status', 'assigned', 'task_assigned', NULL),
    ('civic.tasks', 'update', 'status', 'acknowledged', 'task_acknowledged', NULL),
    ('civic.tasks', 'update', 'status', 'in_progress', 'task_started', NULL),
    ('civic.tasks', 'update', 'status', 'resolved', 'task_completed', NULL),
    ('civic.tasks', 'update', 'status', 'rejected', 'task_rejected', 'rejection_reason'),
    ('civic.tasks', 'update', 'assigned_to', NULL, 'task_reassigned', NULL),
    ('civic.media', 'insert', NULL, NULL, 'media_uploaded', NULL),
    ('civic.media', 'update', NULL, NULL, 'media_updated', NULL),
    ('civic.media', 'delete', NULL, NULL, 'media_deleted', NULL);
INSERT INTO civic.audit_actions (relation, operation, action)
SELECT 'civic.categories', o.name, 'system_config_changed'
FROM (VALUES ('insert'), ('update'), ('delete')) AS o (name);

-- What a report says of a matter is the city's record and stays when its reporter is erased; the reporter is in it by
-- their identifier only. How many support it follows from civic.report_supporters.
SELECT civic.audit_table('civic.categories', skipped => '{updated_at}');
SELECT civic.audit_table('civic.reports', skipped => '{updated_at, supporter_count}');
SELECT civic.audit_table('civic.report_supporters');
SELECT civic.audit_table('civic.tasks', skipped => '{updated_at, sla_next_check}', person_column => 'assigned_to');
SELECT civic.audit_table('civic.media', skipped => '{updated_at}', person_column => 'uploaded_by');
