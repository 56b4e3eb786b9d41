CREATE TYPE civic.login_method AS ENUM ('password', 'otp', 'sso', 'signup_verification');
COMMENT ON TYPE civic.login_method IS 'How a session was opened.';

CREATE TYPE civic.code_purpose AS ENUM (
    'login', 'password_reset', 'email_verification', 'phone_verification', 'totp_setup', 'admin_action',
    'sensitive_operation'
);
COMMENT ON TYPE civic.code_purpose IS 'What a one-time code is good for.';

CREATE TYPE civic.sign_in_verdict AS ENUM ('signed_in', 'refused', 'code_needed', 'password_change_needed');
COMMENT ON TYPE civic.sign_in_verdict IS
    'What came of signing in. Refused says nothing of why, nor whether the account exists. The other two only who knew'
    ' the password is told: a code is needed as well, or another password has to be set.';

CREATE TYPE civic.security_event_type AS ENUM (
    'authentication_attempt', 'authentication_success', 'authentication_failure', 'permission_denied',
    'suspicious_activity', 'file_upload_threat', 'rate_limit_exceeded', 'session_created', 'session_terminated',
    'password_changed', 'account_locked', 'account_unlocked', 'data_access', 'data_modification', 'admin_action',
    'security_violation', 'malware_detected', 'intrusion_attempt', 'privilege_escalation', 'data_export'
);
COMMENT ON TYPE civic.security_event_type IS 'Kind of a security event.';

CREATE TYPE civic.security_severity AS ENUM ('low', 'medium', 'high', 'critical');
COMMENT ON TYPE civic.security_severity IS 'How grave a security event is.';
