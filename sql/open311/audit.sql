SELECT civic.audit_table('civic.service_attributes', skipped => '{updated_at}');
SELECT civic.audit_table('civic.open311_keys', skipped => '{updated_at}');
