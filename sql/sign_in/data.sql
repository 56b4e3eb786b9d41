INSERT INTO civic.sign_in_policies (organization_id)
SELECT o.id FROM civic.organizations AS o WHERE o.id <> '00000000-0000-0000-0000-000000000000';

INSERT INTO civic.notification_types
    (code, category, default_priority, channels, is_mandatory, title, message, action_url, variables)
VALUES
    ('account_locked', 'account', 'high', '{app,email,sms}', true, 'Your account is locked until {until}',
        'Too many sign-ins failed. If it was not you, nobody got in; choose another password all the same.', '/profile',
        '{until}'),
    ('password_changed', 'account', 'high', '{app,email}', true, 'Your password was changed',
        'All other sessions were ended. If it was not you, ask an administrator at once.', '/profile', '{}'),
    ('session_copied', 'account', 'high', '{app,email,sms}', true, 'A session of yours was ended',
        'Two devices used the same session, so one of them had a copy. Sign in again and choose another password.',
        '/profile', '{}');
