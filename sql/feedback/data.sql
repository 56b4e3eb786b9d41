INSERT INTO civic.notification_types (code, category, default_priority, channels, title, message, action_url, variables)
VALUES
    ('feedback_received', 'feedback', 'normal', '{app}', 'Report {report_number} was rated {rating} of 5',
        'The reporter of "{title}" says: {comment}', '/reports/{subject_id}', '{report_number,title,rating,comment}'),
    ('feedback_followup', 'feedback', 'high', '{app,email}', 'Report {report_number}: the reporter is not satisfied',
        'Report "{title}" was rated {rating} of 5: {comment}', '/reports/{subject_id}',
        '{report_number,title,rating,comment}'),
    ('resolution_disputed', 'feedback', 'high', '{app,email}', 'Report {report_number}: its resolution is disputed',
        'Somebody says that "{title}" is not done: {comment}', '/reports/{subject_id}',
        '{report_number,title,comment}');
