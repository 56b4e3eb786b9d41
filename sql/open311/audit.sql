SELECT civic.audit_table('civic.service_attributes', skipped => '{updated_at}');
SELECT civic.audit_table('civic.open311_keys', skipped => '{updated_at}');
SELECT civic.audit_table('civic.open311_requests',
    personal => '{email,phone,first_name,last_name,device_id,account_id}', person_column => 'user_id');
SELECT civic.audit_table('civic.open311_updates', personal => '{email,first_name,last_name}',
    person_column => 'user_id');
