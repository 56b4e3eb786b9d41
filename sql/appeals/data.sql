INSERT INTO civic.workflow_transitions
    (organization_id, workflow, from_status, to_status, actors, permission_code, reason_column, reason_max,
        required_columns, changed_columns, cleared_columns, description)
SELECT '00000000-0000-0000-0000-000000000000', m.workflow, m.from_status, m.to_status,
    m.actors::civic.transition_actor[], m.permission_code, m.reason_column, 2000, m.required::text[],
    m.changed::text[], m.cleared::text[], m.description
FROM (VALUES
    ('appeal', NULL, 'submitted', '{anyone}', NULL, NULL, '{}', '{}', '{}', NULL),
    ('appeal', 'submitted', 'under_review', '{}', 'review:appeal', NULL, '{}', '{}', '{}', NULL),
    ('appeal', 'submitted', 'approved', '{}', 'review:appeal', 'review_notes', '{}', '{}', '{}', NULL),
    ('appeal', 'submitted', 'rejected', '{}', 'review:appeal', 'review_notes', '{}', '{}', '{}', NULL),
    ('appeal', 'submitted', 'withdrawn', '{creator}', NULL, NULL, '{}', '{}', '{}', NULL),
    ('appeal', 'under_review', 'approved', '{}', 'review:appeal', 'review_notes', '{}', '{}', '{}', NULL),
    ('appeal', 'under_review', 'rejected', '{}', 'review:appeal', 'review_notes', '{}', '{}', '{}', NULL),
    ('report', 'rejected', 'pending_classification', '{system}', NULL, NULL, '{}', '{}',
        '{assigned_to,department_id,rejection_reason}', 'Only by an approved appeal against the rejection.'),
    ('report', 'in_progress', 'assigned_to_department', '{system}', NULL, NULL, '{department_id}', '{}',
        '{assigned_to}', 'Taken from its officer, by an approved appeal or because the officer leaves the department.'),
    ('report', 'reopened', 'assigned_to_department', '{system}', NULL, NULL, '{department_id}', '{}',
        '{assigned_to}', 'Taken from its officer, by an approved appeal or because the officer leaves the department.'),
    ('report', 'reopened', 'assigned_to_officer', '{}', 'assign:task', NULL, '{assigned_to}', '{assigned_to}', '{}',
        'Another officer takes over and starts anew.')
) AS m (
    workflow, from_status, to_status, actors, permission_code, reason_column, required, changed, cleared, description
);

INSERT INTO civic.notification_types (code, category, default_priority, channels, title, message, action_url, variables)
VALUES
    ('appeal_submitted', 'appeal', 'normal', '{app,email}', 'Appeal about report {report_number}',
        'An appeal about report "{title}" waits for review: {appeal_type}. {reason}', '/appeals/{subject_id}',
        '{report_number,title,appeal_type,reason}'),
    ('appeal_reviewed', 'appeal', 'high', '{app,email}', 'Your appeal about report {report_number} is {status}',
        'Your appeal about report "{title}" is now {status}. {notes}', '/appeals/{subject_id}',
        '{report_number,title,status,notes}');
