-- The new root of a family goes on where the old one stood.
INSERT INTO civic.workflow_transitions
    (organization_id, workflow, from_status, to_status, actors, cleared_columns, description)
SELECT '00000000-0000-0000-0000-000000000000', 'report', 'duplicate', s.status, '{system}',
    '{duplicate_of_report_id,duplicate_score,duplicate_reason}', 'Only by change_root().'
FROM (VALUES
    ('pending_classification'), ('classified'), ('assigned_to_department'), ('assigned_to_officer'),
    ('assignment_rejected'), ('acknowledged'), ('in_progress'), ('pending_verification'), ('on_hold'), ('resolved'),
    ('closed'), ('reopened')
) AS s (status);
