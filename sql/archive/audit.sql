INSERT INTO civic.audit_actions (relation, operation, action)
VALUES ('civic.archived_reports', 'insert', 'report_archived'), ('civic.archived_reports', 'delete', 'report_restored');

-- The report itself is in the entry of its row of civic.reports.
SELECT civic.audit_table('civic.archived_reports', skipped => '{report, belongings, words}');
