SELECT civic.audit_table('civic.cases', skipped => '{updated_at}');
SELECT civic.audit_table('civic.case_logs');
SELECT civic.audit_table('civic.case_documents');
SELECT civic.audit_table('civic.case_reports');
