-- The sources know the straight line; the ways back are there for who wants them: an organization takes one into use by
-- civic.enable_transition().
INSERT INTO civic.workflow_transitions
    (organization_id, workflow, from_status, to_status, actors, permission_code, reason_column, required_columns,
        cleared_columns, is_enabled, description)
SELECT '00000000-0000-0000-0000-000000000000', 'case', m.from_status, m.to_status,
    m.actors::civic.transition_actor[], m.permission_code, m.reason_column, m.required::text[], m.cleared::text[],
    m.is_enabled, m.description
FROM (
    VALUES
        (NULL, 'new', '{anyone}', NULL, NULL, '{}', '{}', true, NULL),
        ('new', 'pending_review', '{creator}', NULL, NULL, '{title,description}', '{return_reason}', true,
            'The clerk submits it.'),
        ('pending_review', 'assigned', '{}', 'assign:case', NULL, '{assigned_to}', '{}', true,
            'The chair puts a caseworker in charge.'),
        ('assigned', 'in_progress', '{assignee}', NULL, NULL, '{}', '{}', true, NULL),
        ('in_progress', 'pending_completion', '{assignee}', NULL, NULL, '{}', '{return_reason}', true, NULL),
        ('pending_completion', 'completed', '{}', 'complete:case', NULL, '{}', '{}', true,
            'Chair or clerk, not the caseworker.'),
        ('pending_review', 'new', '{}', 'return:case', 'return_reason', '{}', '{}', false,
            'Sent back to the clerk.'),
        ('assigned', 'pending_review', '{}', 'return:case', 'return_reason', '{}', '{assigned_to}', false,
            'Taken from the caseworker.'),
        ('pending_completion', 'in_progress', '{}', 'return:case', 'return_reason', '{}', '{}', false,
            'Sent back for more work.')
) AS m (from_status, to_status, actors, permission_code, reason_column, required, cleared, is_enabled, description);

INSERT INTO civic.notification_types (code, category, default_priority, channels, title, message, action_url, variables)
VALUES
    ('case_submitted', 'case', 'normal', '{app,email}', 'A case waits for review',
        'Case "{title}" was submitted and waits for a caseworker.', '/cases/{subject_id}', '{title}'),
    ('case_assigned', 'case', 'normal', '{app,email}', 'Case "{title}" is yours',
        'You are in charge of case "{title}".', '/cases/{subject_id}', '{title}'),
    ('case_status_changed', 'case', 'normal', '{app}', 'Case "{title}": {status}',
        'Your case "{title}" is now {status}. {reason}', '/cases/{subject_id}', '{title,status,reason}');
