INSERT INTO civic.audit_actions (relation, operation, action)
SELECT 'civic.' || t.name, o.name, 'system_config_changed'
FROM (VALUES ('policy_versions'), ('retention_policies')) AS t (name)
CROSS JOIN (VALUES ('insert'), ('update'), ('delete')) AS o (name);

-- Where somebody was, what they wrote and who they are is kept apart, so that it goes when the person is erased.
SELECT civic.audit_table('civic.policy_versions');
SELECT civic.audit_table('civic.professional_credentials', personal => '{credential_number}',
    skipped => '{updated_at}', person_column => 'professional_id');
SELECT civic.audit_table('civic.mandates',
    personal => '{individual_phone, individual_name, individual_date_of_birth}', skipped => '{updated_at}',
    person_column => 'enrolled_contact_id');
SELECT civic.audit_table('civic_private.enrollment_tokens', skipped => '{token_hash}');
SELECT civic.audit_table('civic.meetings', skipped => '{updated_at}');
SELECT civic.audit_table('civic.meeting_contacts', person_column => 'contact_id');
SELECT civic.audit_table('civic.attendance_sessions',
    personal => '{dest_name, dest_address, dest_latitude, dest_longitude, session_notes, ended_reason}',
    skipped => '{updated_at}', person_column => 'contact_id');
SELECT civic.audit_table('civic.selfie_artifacts', personal => '{storage_key, liveness_result}',
    person_column => 'contact_id');
SELECT civic.audit_table('civic.attendance_events', personal => '{latitude, longitude, notes}',
    person_column => 'contact_id');
SELECT civic.audit_table('civic.data_quality_signals', personal => '{signal_value}', person_column => 'contact_id');
SELECT civic.audit_table('civic.consent_artifacts', personal => '{ip_address, user_agent, device_id}',
    person_column => 'contact_id');
SELECT civic.audit_table('civic.user_identities', personal => '{full_name, date_of_birth, case_identifier}',
    skipped => '{updated_at}', person_column => 'contact_id');
SELECT civic.audit_table('civic.review_artifacts', personal => '{reason, annotation}',
    person_column => 'contact_id');
SELECT civic.audit_table('civic.emergency_explanations', personal => '{narrative}', person_column => 'contact_id');
SELECT civic.audit_table('civic.explanation_attachments', personal => '{file_name, storage_key}',
    person_column => 'contact_id');
SELECT civic.audit_table('civic.message_threads', person_column => 'contact_id');
SELECT civic.audit_table('civic.messages', personal => '{content, device_info}', person_column => 'contact_id');
SELECT civic.audit_table('civic.message_attachments', personal => '{file_name, storage_key}',
    person_column => 'contact_id');
SELECT civic.audit_table('civic.message_sla', person_column => 'contact_id');
SELECT civic.audit_table('civic.verification_proofs', person_column => 'contact_id');
SELECT civic.audit_table('civic.subscriptions', personal => '{provider_customer_id, provider_subscription_id}',
    skipped => '{updated_at}', person_column => 'contact_id');
SELECT civic.audit_table('civic.retention_policies', skipped => '{updated_at}');
SELECT civic.audit_table('civic.legal_holds', personal => '{reason}', person_column => 'target_id');
SELECT civic.audit_table('civic.record_tombstones');
