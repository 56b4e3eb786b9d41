INSERT INTO civic.sync_action_types (code, handler, description)
VALUES
    ('create_report', 'civic_helpers.sync_create_report', 'Files a report: the parameters of civic.submit_report().'),
    ('submit_appeal', 'civic_helpers.sync_submit_appeal',
        'Appeals about a report: report_id or report_client_id, and the parameters of civic.submit_appeal().'),
    ('update_profile', 'civic_helpers.sync_update_profile', 'Changes columns of oneself in civic.users and'
        ' civic.user_profiles.'),
    ('update_report', 'civic_helpers.sync_update_report', 'Changes columns of a report: report_id and the columns.'),
    ('update_task', 'civic_helpers.sync_update_task', 'Changes columns of a task: task_id and the columns.'),
    ('upload_media', 'civic_helpers.sync_upload_media',
        'Adds a file to a report: report_id, or report_client_id for one that the same device made, and columns of'
        ' civic.media.');

INSERT INTO civic.sync_field_policies (organization_id, entity_type, column_name, policy)
SELECT '00000000-0000-0000-0000-000000000000', e.entity_type, c.column_name, e.policy::civic.sync_policy
FROM (VALUES
    ('profile', 'client', 'full_name phone email primary_address primary_latitude primary_longitude preferred_language'
        ' push_notifications sms_notifications email_notifications current_latitude current_longitude'
        ' last_location_update'),
    ('profile_page', 'client', 'avatar_url bio'),
    ('profile_page', 'merge', 'preferences'),
    ('report', 'ask', 'title description'),
    ('report', 'client', 'address landmark is_public'),
    ('task', 'server', 'status rejection_reason'),
    ('task', 'merge', 'notes'),
    ('task', 'ask', 'resolution_notes')
) AS e (entity_type, policy, columns)
CROSS JOIN LATERAL regexp_split_to_table(e.columns, ' ') AS c (column_name);
