CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.policy_versions
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'jurisdiction_id', 'version',
        'effective_from', 'config', 'created_by', 'created_at');
CREATE TRIGGER t20_check BEFORE INSERT OR UPDATE ON civic.policy_versions
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_policy_version();
CREATE TRIGGER t00_keep BEFORE DELETE OR TRUNCATE ON civic.policy_versions
    EXECUTE FUNCTION civic_private.refuse_change();

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.professional_credentials
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'professional_id', 'created_at');
CREATE TRIGGER t10_guard BEFORE INSERT OR UPDATE ON civic.professional_credentials
    FOR EACH ROW EXECUTE FUNCTION civic.guard_status('credential', 'state', '', '');
CREATE TRIGGER t50_history AFTER INSERT OR UPDATE OF state ON civic.professional_credentials
    FOR EACH ROW EXECUTE FUNCTION civic.record_status('credential', 'state', '', '');
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.professional_credentials
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.mandates
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'professional_id', 'jurisdiction_id',
        'individual_phone', 'individual_name', 'individual_date_of_birth', 'created_at');
CREATE TRIGGER t10_guard BEFORE INSERT OR UPDATE ON civic.mandates
    FOR EACH ROW EXECUTE FUNCTION civic.guard_status('mandate', 'status', '', 'professional_id');
CREATE TRIGGER t20_check BEFORE INSERT ON civic.mandates
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_mandate();
CREATE TRIGGER t50_history AFTER INSERT OR UPDATE OF status ON civic.mandates
    FOR EACH ROW EXECUTE FUNCTION civic.record_status('mandate', 'status', '', 'professional_id');
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.mandates
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.meetings
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'created_by', 'created_at');
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.meetings
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

CREATE TRIGGER t00_keep BEFORE DELETE OR TRUNCATE ON civic.attendance_sessions
    EXECUTE FUNCTION civic_private.keep_record('attendance_session');
CREATE TRIGGER t01_keep BEFORE DELETE ON civic.attendance_sessions
    FOR EACH ROW EXECUTE FUNCTION civic_private.keep_record('attendance_session');
CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.attendance_sessions
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'contact_id', 'professional_id',
        'meeting_id', 'policy_version_id', 'dest_name', 'dest_address', 'dest_latitude', 'dest_longitude',
        'radius_meters', 'check_in_at=import:data', 'check_out_at=import:data', 'created_at');
CREATE TRIGGER t10_start BEFORE INSERT ON civic.attendance_sessions
    FOR EACH ROW EXECUTE FUNCTION civic_private.start_session();
CREATE TRIGGER t15_professional BEFORE INSERT ON civic.attendance_sessions
    FOR EACH ROW EXECUTE FUNCTION civic_private.set_professional();
CREATE TRIGGER t20_guard BEFORE INSERT OR UPDATE ON civic.attendance_sessions
    FOR EACH ROW EXECUTE FUNCTION civic.guard_status('attendance_session', 'status', '', 'contact_id');
CREATE TRIGGER t30_notes BEFORE UPDATE ON civic.attendance_sessions
    FOR EACH ROW WHEN (OLD.session_notes IS DISTINCT FROM NEW.session_notes)
    EXECUTE FUNCTION civic_private.check_session_notes();
CREATE TRIGGER t50_history AFTER INSERT OR UPDATE OF status ON civic.attendance_sessions
    FOR EACH ROW EXECUTE FUNCTION civic.record_status('attendance_session', 'status', '', 'contact_id');
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.attendance_sessions
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

CREATE TRIGGER t00_keep BEFORE DELETE OR UPDATE OR TRUNCATE ON civic.selfie_artifacts
    EXECUTE FUNCTION civic_private.keep_record('selfie_artifact');
CREATE TRIGGER t01_keep BEFORE DELETE ON civic.selfie_artifacts
    FOR EACH ROW EXECUTE FUNCTION civic_private.keep_record('selfie_artifact');
CREATE TRIGGER t15_professional BEFORE INSERT ON civic.selfie_artifacts
    FOR EACH ROW EXECUTE FUNCTION civic_private.set_professional();

CREATE TRIGGER t00_keep BEFORE DELETE OR UPDATE OR TRUNCATE ON civic.attendance_events
    EXECUTE FUNCTION civic_private.keep_record('attendance_event');
CREATE TRIGGER t01_keep BEFORE DELETE ON civic.attendance_events
    FOR EACH ROW EXECUTE FUNCTION civic_private.keep_record('attendance_event');
CREATE TRIGGER t20_document BEFORE INSERT ON civic.attendance_events
    FOR EACH ROW EXECUTE FUNCTION civic_private.document_event();
CREATE TRIGGER t50_follow AFTER INSERT ON civic.attendance_events
    FOR EACH ROW EXECUTE FUNCTION civic_private.follow_event();

CREATE TRIGGER t00_keep BEFORE DELETE OR UPDATE OR TRUNCATE ON civic.data_quality_signals
    EXECUTE FUNCTION civic_private.keep_record('data_quality_signal');
CREATE TRIGGER t01_keep BEFORE DELETE ON civic.data_quality_signals
    FOR EACH ROW EXECUTE FUNCTION civic_private.keep_record('data_quality_signal');
CREATE TRIGGER t15_access BEFORE INSERT ON civic.data_quality_signals
    FOR EACH ROW EXECUTE FUNCTION civic_private.inherit_access('attendance_events', 'session_event_id');

CREATE TRIGGER t00_keep BEFORE DELETE OR UPDATE OR TRUNCATE ON civic.consent_artifacts
    EXECUTE FUNCTION civic_private.keep_record('consent_artifact');
CREATE TRIGGER t01_keep BEFORE DELETE ON civic.consent_artifacts
    FOR EACH ROW EXECUTE FUNCTION civic_private.keep_record('consent_artifact');
CREATE TRIGGER t15_professional BEFORE INSERT ON civic.consent_artifacts
    FOR EACH ROW EXECUTE FUNCTION civic_private.set_professional();
CREATE TRIGGER t20_stamp BEFORE INSERT ON civic.consent_artifacts
    FOR EACH ROW EXECUTE FUNCTION civic_private.stamp_consent();
CREATE TRIGGER t50_follow AFTER INSERT ON civic.consent_artifacts
    FOR EACH ROW WHEN (NEW.consent_type = 'location') EXECUTE FUNCTION civic_private.follow_consent();

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.user_identities
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'contact_id', 'professional_id',
        'supervising_office_id=update:any_profile', 'case_identifier=update:any_profile', 'created_at');
CREATE TRIGGER t15_professional BEFORE INSERT ON civic.user_identities
    FOR EACH ROW EXECUTE FUNCTION civic_private.set_professional();
CREATE TRIGGER t20_check BEFORE INSERT OR UPDATE ON civic.user_identities
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_identity();
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.user_identities
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

CREATE TRIGGER t00_keep BEFORE DELETE OR UPDATE OR TRUNCATE ON civic.review_artifacts
    EXECUTE FUNCTION civic_private.keep_record('review_artifact');
CREATE TRIGGER t01_keep BEFORE DELETE ON civic.review_artifacts
    FOR EACH ROW EXECUTE FUNCTION civic_private.keep_record('review_artifact');
CREATE TRIGGER t20_check BEFORE INSERT ON civic.review_artifacts
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_review();
CREATE TRIGGER t50_tell AFTER INSERT ON civic.review_artifacts
    FOR EACH ROW EXECUTE FUNCTION civic_private.tell_review();

CREATE TRIGGER t00_keep BEFORE DELETE OR UPDATE OR TRUNCATE ON civic.emergency_explanations
    EXECUTE FUNCTION civic_private.keep_record('emergency_explanation');
CREATE TRIGGER t01_keep BEFORE DELETE ON civic.emergency_explanations
    FOR EACH ROW EXECUTE FUNCTION civic_private.keep_record('emergency_explanation');
CREATE TRIGGER t15_professional BEFORE INSERT ON civic.emergency_explanations
    FOR EACH ROW EXECUTE FUNCTION civic_private.set_professional();
CREATE TRIGGER t20_check BEFORE INSERT ON civic.emergency_explanations
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_explanation();
CREATE TRIGGER t50_tell AFTER INSERT ON civic.emergency_explanations
    FOR EACH ROW EXECUTE FUNCTION civic_private.tell_explanation();

CREATE TRIGGER t00_keep BEFORE DELETE OR UPDATE OR TRUNCATE ON civic.explanation_attachments
    EXECUTE FUNCTION civic_private.keep_record('explanation_attachment');
CREATE TRIGGER t01_keep BEFORE DELETE ON civic.explanation_attachments
    FOR EACH ROW EXECUTE FUNCTION civic_private.keep_record('explanation_attachment');
CREATE TRIGGER t15_access BEFORE INSERT ON civic.explanation_attachments
    FOR EACH ROW EXECUTE FUNCTION civic_private.inherit_access('emergency_explanations', 'explanation_id');

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.message_threads
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'mandate_id', 'contact_id',
        'professional_id', 'created_at');
CREATE TRIGGER t10_check BEFORE INSERT ON civic.message_threads
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_thread();
CREATE TRIGGER t20_guard BEFORE INSERT OR UPDATE ON civic.message_threads
    FOR EACH ROW EXECUTE FUNCTION civic.guard_status('thread', 'status', 'professional_id', 'contact_id');
CREATE TRIGGER t50_history AFTER INSERT OR UPDATE OF status ON civic.message_threads
    FOR EACH ROW EXECUTE FUNCTION civic.record_status('thread', 'status', 'professional_id', 'contact_id');

CREATE TRIGGER t00_keep BEFORE DELETE OR UPDATE OR TRUNCATE ON civic.messages
    EXECUTE FUNCTION civic_private.keep_record('message');
CREATE TRIGGER t01_keep BEFORE DELETE ON civic.messages
    FOR EACH ROW EXECUTE FUNCTION civic_private.keep_record('message');
CREATE TRIGGER t20_check BEFORE INSERT ON civic.messages
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_message();
CREATE TRIGGER t50_follow AFTER INSERT ON civic.messages
    FOR EACH ROW EXECUTE FUNCTION civic_private.follow_message();

CREATE TRIGGER t00_keep BEFORE DELETE OR TRUNCATE ON civic.message_attachments
    EXECUTE FUNCTION civic_private.keep_record('message_attachment');
CREATE TRIGGER t01_keep BEFORE DELETE ON civic.message_attachments
    FOR EACH ROW EXECUTE FUNCTION civic_private.keep_record('message_attachment');
CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.message_attachments
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'message_id', 'contact_id',
        'professional_id', 'file_name', 'file_type', 'file_size', 'sha256', 'storage_key', 'uploaded_at');
CREATE TRIGGER t15_access BEFORE INSERT ON civic.message_attachments
    FOR EACH ROW EXECUTE FUNCTION civic_private.inherit_access('messages', 'message_id');
CREATE TRIGGER t20_check BEFORE INSERT ON civic.message_attachments
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_attachment();

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.message_sla
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'message_id', 'contact_id',
        'professional_id', 'opened_at', 'sla_deadline', 'responded_at=system:admin', 'closed_at=system:admin',
        'is_overdue=system:admin');
CREATE TRIGGER t15_access BEFORE INSERT ON civic.message_sla
    FOR EACH ROW EXECUTE FUNCTION civic_private.inherit_access('messages', 'message_id');
CREATE TRIGGER t20_guard BEFORE INSERT OR UPDATE ON civic.message_sla
    FOR EACH ROW EXECUTE FUNCTION civic.guard_status('message_sla', 'sla_state', 'professional_id', '');
CREATE TRIGGER t30_closed BEFORE UPDATE ON civic.message_sla
    FOR EACH ROW WHEN (NEW.sla_state = 'closed' AND OLD.sla_state <> 'closed')
    EXECUTE FUNCTION civic.touch('closed_at');
CREATE TRIGGER t50_history AFTER INSERT OR UPDATE OF sla_state ON civic.message_sla
    FOR EACH ROW EXECUTE FUNCTION civic.record_status('message_sla', 'sla_state', 'professional_id', '');

CREATE TRIGGER t00_keep BEFORE DELETE OR TRUNCATE ON civic.verification_proofs
    EXECUTE FUNCTION civic_private.keep_record('verification_proof');
CREATE TRIGGER t01_keep BEFORE DELETE ON civic.verification_proofs
    FOR EACH ROW EXECUTE FUNCTION civic_private.keep_record('verification_proof');
CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.verification_proofs
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'contact_id', 'professional_id',
        'event_type', 'event_id', 'provider', 'payload_sha256', 'occurred_at', 'created_at');
CREATE TRIGGER t10_check BEFORE INSERT ON civic.verification_proofs
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_proof();
CREATE TRIGGER t20_guard BEFORE INSERT OR UPDATE ON civic.verification_proofs
    FOR EACH ROW EXECUTE FUNCTION civic.guard_status('proof', 'status', '', 'contact_id');
CREATE TRIGGER t50_history AFTER INSERT OR UPDATE OF status ON civic.verification_proofs
    FOR EACH ROW EXECUTE FUNCTION civic.record_status('proof', 'status', '', 'contact_id');

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.subscriptions
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'contact_id', 'provider_customer_id',
        'provider_subscription_id', 'created_at');
CREATE TRIGGER t20_guard BEFORE INSERT OR UPDATE ON civic.subscriptions
    FOR EACH ROW EXECUTE FUNCTION civic.guard_status('subscription', 'status', '', '');
CREATE TRIGGER t50_history AFTER INSERT OR UPDATE OF status ON civic.subscriptions
    FOR EACH ROW EXECUTE FUNCTION civic.record_status('subscription', 'status', '', '');
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.subscriptions
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.retention_policies
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'created_at');
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.retention_policies
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

CREATE TRIGGER t00_keep BEFORE DELETE OR TRUNCATE ON civic.legal_holds
    EXECUTE FUNCTION civic_private.refuse_change();
CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.legal_holds
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'target_type', 'target_id',
        'case_identifier', 'reason', 'created_by', 'created_at');
CREATE TRIGGER t00_keep BEFORE DELETE OR UPDATE OR TRUNCATE ON civic.record_tombstones
    EXECUTE FUNCTION civic_private.refuse_change();
