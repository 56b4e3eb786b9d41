SELECT civic.audit_table('civic.posts', skipped => '{updated_at}');
SELECT civic.audit_table('civic.comments', skipped => '{updated_at}');
SELECT civic.audit_table('civic.content_flags');
