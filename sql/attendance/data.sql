-- The built-in moves; an organization replaces one by a row of its own for the same move.
INSERT INTO civic.workflow_transitions
    (organization_id, workflow, from_status, to_status, actors, permission_code, reason_column, reason_min, reason_max,
        required_columns, description)
SELECT '00000000-0000-0000-0000-000000000000', m.workflow, m.from_status, m.to_status,
    m.actors::civic.transition_actor[], m.permission_code, m.reason_column, 1, m.reason_max, m.required::text[],
    m.description
FROM (
    VALUES
        ('attendance_session', NULL, 'active', '{anyone}', NULL, NULL, 500, '{}', NULL),
        ('attendance_session', 'active', 'checked_in', '{system}', NULL, NULL, 500, '{check_in_at}',
            'By a check-in in range.'),
        ('attendance_session', 'checked_in', 'completed', '{system}', NULL, NULL, 500, '{check_out_at}',
            'By a check-out in range; nothing completes a session by itself.'),
        ('attendance_session', 'active', 'ended', '{creator,system}', NULL, 'ended_reason', 500, '{}', NULL),
        ('attendance_session', 'checked_in', 'ended', '{creator,system}', NULL, 'ended_reason', 500, '{}', NULL),
        ('attendance_session', 'active', 'expired', '{system}', NULL, NULL, 500, '{}', 'Nobody checked in in time.'),
        ('mandate', NULL, 'created', '{anyone}', NULL, NULL, 1000, '{}', NULL),
        ('mandate', 'created', 'token_sent', '{system}', NULL, NULL, 1000, '{}', 'By send_enrollment_token().'),
        ('mandate', 'token_sent', 'enrolled', '{system}', NULL, NULL, 1000, '{enrolled_contact_id}', 'By enroll().'),
        ('mandate', 'created', 'expired', '{system}', NULL, NULL, 1000, '{}', NULL),
        ('mandate', 'token_sent', 'expired', '{system}', NULL, NULL, 1000, '{}', 'The link was not used in time.'),
        ('mandate', 'created', 'cancelled', '{creator,system}', NULL, NULL, 1000, '{}', NULL),
        ('mandate', 'token_sent', 'cancelled', '{creator,system}', NULL, NULL, 1000, '{}', NULL),
        ('credential', NULL, 'active', '{system}', 'assign:attendance_role', NULL, 1000, '{}', NULL),
        ('credential', 'active', 'suspended', '{system}', 'assign:attendance_role', 'state_reason', 1000, '{}', NULL),
        ('credential', 'suspended', 'active', '{system}', 'assign:attendance_role', NULL, 1000, '{}', NULL),
        ('credential', 'active', 'revoked', '{system}', 'assign:attendance_role', 'state_reason', 1000, '{}', NULL),
        ('credential', 'suspended', 'revoked', '{system}', 'assign:attendance_role', 'state_reason', 1000, '{}',
            NULL),
        ('credential', 'active', 'expired', '{system}', NULL, NULL, 1000, '{}', NULL),
        ('credential', 'suspended', 'expired', '{system}', NULL, NULL, 1000, '{}', NULL),
        ('thread', NULL, 'active', '{anyone}', NULL, NULL, 1000, '{}', NULL),
        ('thread', 'active', 'archived', '{assignee,system}', NULL, NULL, 1000, '{}', NULL),
        ('message_sla', NULL, 'open', '{system}', NULL, NULL, 1000, '{}', 'By a request of a professional.'),
        ('message_sla', 'open', 'responded', '{system}', NULL, NULL, 1000, '{responded_at}', 'By an answer.'),
        ('message_sla', 'responded', 'closed', '{assignee,system}', NULL, NULL, 1000, '{}', NULL),
        ('proof', NULL, 'created', '{anyone}', NULL, NULL, 1000, '{}', NULL),
        ('proof', 'created', 'pending', '{system}', NULL, NULL, 1000, '{}', 'The provider is asked.'),
        ('proof', 'pending', 'verified', '{system}', NULL, NULL, 1000, '{verified_at}', 'The provider answered.'),
        ('proof', 'pending', 'failed', '{system}', NULL, 'failure_reason', 1000, '{}', 'The provider could not.'),
        ('proof', 'failed', 'pending', '{system}', NULL, NULL, 1000, '{}', 'The provider is asked again.'),
        ('subscription', NULL, 'active', '{system}', NULL, NULL, 1000, '{}', NULL),
        ('subscription', 'active', 'past_due', '{system}', NULL, NULL, 1000, '{}', NULL),
        ('subscription', 'past_due', 'active', '{system}', NULL, NULL, 1000, '{}', NULL),
        ('subscription', 'active', 'cancelled', '{system}', NULL, NULL, 1000, '{}', NULL),
        ('subscription', 'past_due', 'cancelled', '{system}', NULL, NULL, 1000, '{}', NULL)
) AS m (workflow, from_status, to_status, actors, permission_code, reason_column, reason_max, required, description);

INSERT INTO civic.notification_types
    (code, category, default_priority, channels, is_mandatory, title, message, action_url, variables)
VALUES
    ('attendance_request', 'attendance', 'high', '{app,email,sms}', false, 'Please answer by {deadline}',
        'Your professional asks: {content}', '/threads/{subject_id}', '{content,deadline}'),
    ('attendance_message', 'attendance', 'normal', '{app,email}', false, 'New message',
        '{content}', '/threads/{subject_id}', '{content}'),
    ('attendance_request_overdue', 'attendance', 'high', '{app,email}', false, 'A request was not answered',
        'It was to be answered by {deadline}.', '/threads/{subject_id}', '{deadline}'),
    ('attendance_enrolled', 'attendance', 'normal', '{app}', false, '{name} is enrolled',
        '{name} has joined your mandate.', '/mandates/{subject_id}', '{name}'),
    ('attendance_reviewed', 'attendance', 'normal', '{app}', false, 'A record of yours was reviewed',
        'Professional determination: {decision}. {reason}', '/records/{subject_id}', '{decision,reason}'),
    ('attendance_explained', 'attendance', 'normal', '{app}', false, 'New explanation: {category}',
        '{narrative}', '/explanations/{subject_id}', '{category,narrative}');
