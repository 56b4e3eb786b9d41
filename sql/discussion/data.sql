INSERT INTO civic.workflow_transitions (organization_id, workflow, from_status, to_status, actors, permission_code)
SELECT '00000000-0000-0000-0000-000000000000', 'post', m.from_status, m.to_status,
    m.actors::civic.transition_actor[], m.permission_code
FROM (
    VALUES
        (NULL, 'draft', '{anyone}', NULL),
        (NULL, 'published', '{anyone}', NULL),
        ('draft', 'published', '{creator}', NULL),
        ('published', 'archived', '{creator}', 'publish:any_post'),
        ('archived', 'published', '{creator}', 'publish:any_post')
) AS m (from_status, to_status, actors, permission_code);

INSERT INTO civic.notification_types (code, category, default_priority, channels, title, message, action_url, variables)
VALUES
    ('comment_answered', 'discussion', 'low', '{app}', 'Somebody answered you',
        'Your comment was answered: {content}', '/comments/{subject_id}', '{content}'),
    ('content_hidden', 'discussion', 'normal', '{app}', 'What you wrote was hidden', '{reason}', NULL, '{reason}');
