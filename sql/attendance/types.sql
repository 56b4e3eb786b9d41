CREATE TYPE civic.attendance_status AS ENUM ('active', 'checked_in', 'completed', 'ended', 'expired');
COMMENT ON TYPE civic.attendance_status IS
    'Where an attendance session stands: started, checked in, checked out, ended by hand, or never checked in.';

CREATE TYPE civic.attendance_event_type AS ENUM ('check_in', 'check_out', 'location_update', 'status_change');
COMMENT ON TYPE civic.attendance_event_type IS
    'What an event documents; status_change is for records of other systems, as civic.status_history has those of'
    ' civic.';

CREATE TYPE civic.location_flag AS ENUM ('granted', 'denied', 'timeout');
COMMENT ON TYPE civic.location_flag IS
    'Whether the measured position lay in range, out of range, or was not there in time.';

CREATE TYPE civic.location_verdict AS ENUM ('inside', 'outside', 'undecidable');
COMMENT ON TYPE civic.location_verdict IS
    'What distance, radius and accuracy say together: all of the circle of accuracy is in range, none of it is, or'
    ' neither.';

CREATE TYPE civic.consent_type AS ENUM ('biometric', 'location', 'data_retention', 'documentation_disclosure');
COMMENT ON TYPE civic.consent_type IS 'What a person agrees to.';

CREATE TYPE civic.mandate_status AS ENUM ('created', 'token_sent', 'enrolled', 'expired', 'cancelled');
COMMENT ON TYPE civic.mandate_status IS 'Where a mandate stands.';

CREATE TYPE civic.credential_state AS ENUM ('active', 'suspended', 'revoked', 'expired');
COMMENT ON TYPE civic.credential_state IS 'State of the licence of a professional.';

CREATE TYPE civic.review_decision AS ENUM ('approved', 'rejected', 'flagged', 'annotated');
COMMENT ON TYPE civic.review_decision IS 'What a professional determined about a record.';

CREATE TYPE civic.attendance_record AS ENUM (
    'attendance_session', 'attendance_event', 'data_quality_signal', 'consent_artifact', 'selfie_artifact',
    'review_artifact', 'emergency_explanation', 'explanation_attachment', 'message', 'message_attachment',
    'verification_proof'
);
COMMENT ON TYPE civic.attendance_record IS 'Kinds of records that are kept, reviewed, held and at last deleted.';

CREATE TYPE civic.signal_type AS ENUM ('gps', 'biometric', 'device', 'temporal');
COMMENT ON TYPE civic.signal_type IS 'What a data quality signal is about.';

CREATE TYPE civic.explanation_category AS ENUM (
    'medical', 'transportation', 'family_emergency', 'work', 'technical', 'other'
);
COMMENT ON TYPE civic.explanation_category IS 'What an explanation is about.';

CREATE TYPE civic.thread_status AS ENUM ('active', 'archived');
COMMENT ON TYPE civic.thread_status IS 'Whether a thread takes messages.';

CREATE TYPE civic.message_party AS ENUM ('individual', 'professional', 'system');
COMMENT ON TYPE civic.message_party IS 'Who writes a message, or is written to.';

CREATE TYPE civic.message_type AS ENUM (
    'professional_request', 'user_question', 'system_notification', 'emergency', 'correction'
);
COMMENT ON TYPE civic.message_type IS 'What a message is.';

CREATE TYPE civic.message_sla_state AS ENUM ('open', 'responded', 'closed');
COMMENT ON TYPE civic.message_sla_state IS 'Whether a request of a professional was answered and dealt with.';

CREATE TYPE civic.proof_event AS ENUM ('check_in', 'check_out', 'report_issued', 'message_export');
COMMENT ON TYPE civic.proof_event IS 'What an integrity record is about.';

CREATE TYPE civic.proof_provider AS ENUM ('native', 'third_party', 'blockchain');
COMMENT ON TYPE civic.proof_provider IS 'Who keeps an integrity record.';

CREATE TYPE civic.proof_status AS ENUM ('created', 'pending', 'verified', 'failed');
COMMENT ON TYPE civic.proof_status IS 'How far the provider of an integrity record has come.';

CREATE TYPE civic.hold_target AS ENUM ('user', 'case', 'record');
COMMENT ON TYPE civic.hold_target IS 'What a legal hold is on: a person, all people of a case, or one record.';

CREATE TYPE civic.subscription_plan AS ENUM ('free', 'ad_free');
COMMENT ON TYPE civic.subscription_plan IS 'Plans of the application.';

CREATE TYPE civic.subscription_status AS ENUM ('active', 'cancelled', 'past_due');
COMMENT ON TYPE civic.subscription_status IS 'State of a subscription at its provider.';
