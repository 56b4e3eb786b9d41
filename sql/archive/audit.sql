-- The report itself is in the entry of its row of civic.reports.
SELECT civic.audit_table('civic.archived_reports', skipped => '{report, belongings, words}');
