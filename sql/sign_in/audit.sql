INSERT INTO civic.audit_actions (relation, operation, column_name, value, action, reason_column) VALUES
    ('civic.user_sessions', 'insert', NULL, NULL, 'session_created', NULL),
    ('civic.user_sessions', 'update', 'revoked_at', NULL, 'session_revoked', 'end_reason'),
    ('civic.user_sessions', 'update', 'flagged_at', NULL, 'suspicious_activity', 'suspicious_reason'),
    ('civic.user_sessions', 'delete', NULL, NULL, 'session_expired', NULL),
    ('civic_private.credentials', 'update', 'password_changed_at', NULL, 'password_changed', NULL),
    ('civic_private.credentials', 'update', 'locked_until', '', 'account_unlocked', NULL),
    ('civic_private.credentials', 'update', 'locked_until', NULL, 'account_locked', NULL),
    ('civic_private.credentials', 'update', 'failed_attempts', '0', 'login', NULL),
    ('civic_private.credentials', 'update', 'failed_attempts', NULL, 'login_failed', NULL),
    ('civic_private.verification_codes', 'insert', NULL, NULL, 'otp_sent', NULL),
    ('civic_private.verification_codes', 'update', 'used_at', NULL, 'otp_verified', NULL),
    ('civic_private.verification_codes', 'update', 'attempts', NULL, 'otp_failed', NULL);
INSERT INTO civic.audit_actions (relation, operation, action)
SELECT t.name, o.name, 'system_config_changed'
FROM (VALUES ('civic.sign_in_policies'), ('civic_private.token_secrets')) AS t (name)
CROSS JOIN (VALUES ('insert'), ('update'), ('delete')) AS o (name);

-- security_events is a log itself, and the history of passwords says what the credentials do.
SELECT civic.audit_table('civic.user_sessions',
    personal => '{device_info, ip_address, user_agent, fingerprint}', skipped => '{last_activity}');
SELECT civic.audit_table('civic_private.credentials',
    skipped => '{password_hash, totp_secret, totp_last_step, national_id_hash, counting_since}');
SELECT civic.audit_table('civic_private.verification_codes', personal => '{address}', skipped => '{code_hash}');
SELECT civic.audit_table('civic.sign_in_policies', skipped => '{updated_at}');
SELECT civic.audit_table('civic_private.token_secrets', skipped => '{secret}');
