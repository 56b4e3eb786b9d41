-- A record is seen by the person it is about, the professional through whom they were enrolled when it was made, and
-- holders of view:all_attendance. Both keys are in every row, so that no policy looks at another table.

SELECT civic.protect_table('civic.policy_versions');
CREATE POLICY readable ON civic.policy_versions FOR SELECT USING (civic.current_user_id() IS NOT NULL);
CREATE POLICY created ON civic.policy_versions FOR INSERT
    WITH CHECK (civic.has_permission('manage:settings'));
CREATE POLICY updated ON civic.policy_versions FOR UPDATE
    USING (civic.has_permission('manage:settings'))
    WITH CHECK (civic.has_permission('manage:settings'));

SELECT civic.protect_table('civic.professional_credentials');
CREATE POLICY readable ON civic.professional_credentials FOR SELECT USING (
    professional_id = civic.current_user_id() OR civic.has_permission('assign:attendance_role')
    OR civic.has_permission('view:all_attendance')
);
CREATE POLICY created ON civic.professional_credentials FOR INSERT
    WITH CHECK (civic.has_permission('assign:attendance_role'));
CREATE POLICY updated ON civic.professional_credentials FOR UPDATE
    USING (civic.has_permission('assign:attendance_role'))
    WITH CHECK (civic.has_permission('assign:attendance_role'));

SELECT civic.protect_table('civic.mandates');
CREATE POLICY readable ON civic.mandates FOR SELECT USING (
    professional_id = civic.current_user_id() OR enrolled_contact_id = civic.current_user_id()
    OR civic.has_permission('view:all_attendance')
);
CREATE POLICY created ON civic.mandates FOR INSERT
    WITH CHECK (professional_id = civic.current_user_id() AND civic.has_permission('create:mandate'));
CREATE POLICY updated ON civic.mandates FOR UPDATE
    USING (professional_id = civic.current_user_id() AND civic.has_permission('create:mandate'))
    WITH CHECK (professional_id = civic.current_user_id() AND civic.has_permission('create:mandate'));

SELECT civic.protect_table('civic.meetings');
CREATE POLICY readable ON civic.meetings FOR SELECT USING (
    is_active OR civic.has_permission('manage:meeting') OR civic.has_permission('view:all_attendance')
);
CREATE POLICY created ON civic.meetings FOR INSERT
    WITH CHECK (civic.has_permission('manage:meeting'));
CREATE POLICY updated ON civic.meetings FOR UPDATE
    USING (civic.has_permission('manage:meeting'))
    WITH CHECK (civic.has_permission('manage:meeting'));

SELECT civic.protect_table('civic.meeting_contacts');
CREATE POLICY readable ON civic.meeting_contacts FOR SELECT USING (
    contact_id = civic.current_user_id() OR civic.has_permission('manage:meeting')
    OR civic.has_permission('view:all_attendance')
);
CREATE POLICY created ON civic.meeting_contacts FOR INSERT
    WITH CHECK (civic.has_permission('manage:meeting'));
CREATE POLICY deleted ON civic.meeting_contacts FOR DELETE USING (civic.has_permission('manage:meeting'));

SELECT civic.protect_table('civic.attendance_sessions');
CREATE POLICY readable ON civic.attendance_sessions FOR SELECT USING (
    contact_id = civic.current_user_id() OR (professional_id = civic.current_user_id()
        AND civic.has_permission('view:mandated_records')) OR civic.has_permission('view:all_attendance')
);
CREATE POLICY created ON civic.attendance_sessions FOR INSERT
    WITH CHECK (contact_id = civic.current_user_id() AND civic.has_permission('record:own_attendance'));
CREATE POLICY updated ON civic.attendance_sessions FOR UPDATE
    USING (contact_id = civic.current_user_id() AND civic.has_permission('record:own_attendance'))
    WITH CHECK (contact_id = civic.current_user_id() AND civic.has_permission('record:own_attendance'));

SELECT civic.protect_table('civic.selfie_artifacts');
CREATE POLICY readable ON civic.selfie_artifacts FOR SELECT USING (
    contact_id = civic.current_user_id() OR (professional_id = civic.current_user_id()
        AND civic.has_permission('view:mandated_records')) OR civic.has_permission('view:all_attendance')
);
CREATE POLICY created ON civic.selfie_artifacts FOR INSERT
    WITH CHECK (contact_id = civic.current_user_id() AND civic.has_permission('record:own_attendance'));

SELECT civic.protect_table('civic.attendance_events');
CREATE POLICY readable ON civic.attendance_events FOR SELECT USING (
    contact_id = civic.current_user_id() OR (professional_id = civic.current_user_id()
        AND civic.has_permission('view:mandated_records')) OR civic.has_permission('view:all_attendance')
);
CREATE POLICY created ON civic.attendance_events FOR INSERT
    WITH CHECK (contact_id = civic.current_user_id() AND civic.has_permission('record:own_attendance'));

SELECT civic.protect_table('civic.data_quality_signals');
CREATE POLICY readable ON civic.data_quality_signals FOR SELECT USING (
    contact_id = civic.current_user_id() OR (professional_id = civic.current_user_id()
        AND civic.has_permission('view:mandated_records')) OR civic.has_permission('view:all_attendance')
);
CREATE POLICY created ON civic.data_quality_signals FOR INSERT
    WITH CHECK (contact_id = civic.current_user_id() AND civic.has_permission('record:own_attendance'));

SELECT civic.protect_table('civic.consent_artifacts');
CREATE POLICY readable ON civic.consent_artifacts FOR SELECT USING (
    contact_id = civic.current_user_id() OR (professional_id = civic.current_user_id()
        AND civic.has_permission('view:mandated_records')) OR civic.has_permission('view:all_attendance')
);
CREATE POLICY created ON civic.consent_artifacts FOR INSERT
    WITH CHECK (contact_id = civic.current_user_id() AND civic.has_permission('give:consent'));

SELECT civic.protect_table('civic.user_identities');
CREATE POLICY readable ON civic.user_identities FOR SELECT USING (
    contact_id = civic.current_user_id() OR (professional_id = civic.current_user_id()
        AND civic.has_permission('view:mandated_records')) OR civic.has_permission('view:all_attendance')
);
CREATE POLICY created ON civic.user_identities FOR INSERT
    WITH CHECK (contact_id = civic.current_user_id() AND civic.has_permission('record:own_attendance'));
CREATE POLICY updated ON civic.user_identities FOR UPDATE
    USING (contact_id = civic.current_user_id() AND civic.has_permission('record:own_attendance'))
    WITH CHECK (contact_id = civic.current_user_id() AND civic.has_permission('record:own_attendance'));

SELECT civic.protect_table('civic.review_artifacts');
CREATE POLICY readable ON civic.review_artifacts FOR SELECT USING (
    contact_id = civic.current_user_id() OR (professional_id = civic.current_user_id()
        AND civic.has_permission('view:mandated_records')) OR civic.has_permission('view:all_attendance')
);
CREATE POLICY created ON civic.review_artifacts FOR INSERT
    WITH CHECK (reviewer_id = civic.current_user_id()
        AND (civic.has_permission('review:record') OR civic.has_permission('annotate:record')));

SELECT civic.protect_table('civic.emergency_explanations');
CREATE POLICY readable ON civic.emergency_explanations FOR SELECT USING (
    contact_id = civic.current_user_id() OR (professional_id = civic.current_user_id()
        AND civic.has_permission('view:mandated_records')) OR civic.has_permission('view:all_attendance')
);
CREATE POLICY created ON civic.emergency_explanations FOR INSERT
    WITH CHECK (contact_id = civic.current_user_id() AND civic.has_permission('submit:explanation'));

SELECT civic.protect_table('civic.explanation_attachments');
CREATE POLICY readable ON civic.explanation_attachments FOR SELECT USING (
    contact_id = civic.current_user_id() OR (professional_id = civic.current_user_id()
        AND civic.has_permission('view:mandated_records')) OR civic.has_permission('view:all_attendance')
);
CREATE POLICY created ON civic.explanation_attachments FOR INSERT
    WITH CHECK (contact_id = civic.current_user_id() AND civic.has_permission('submit:explanation'));

SELECT civic.protect_table('civic.message_threads');
CREATE POLICY readable ON civic.message_threads FOR SELECT USING (
    contact_id = civic.current_user_id() OR (professional_id = civic.current_user_id()
        AND civic.has_permission('view:mandated_records')) OR civic.has_permission('view:all_attendance')
);
CREATE POLICY created ON civic.message_threads FOR INSERT
    WITH CHECK (
        (contact_id = civic.current_user_id() OR professional_id = civic.current_user_id())
        AND civic.has_permission('send:message')
    );
CREATE POLICY updated ON civic.message_threads FOR UPDATE
    USING (professional_id = civic.current_user_id() AND civic.has_permission('send:message'))
    WITH CHECK (professional_id = civic.current_user_id() AND civic.has_permission('send:message'));

SELECT civic.protect_table('civic.messages');
CREATE POLICY readable ON civic.messages FOR SELECT USING (
    contact_id = civic.current_user_id() OR (professional_id = civic.current_user_id()
        AND civic.has_permission('view:mandated_records')) OR civic.has_permission('view:all_attendance')
);
CREATE POLICY created ON civic.messages FOR INSERT
    WITH CHECK (sender_id = civic.current_user_id() AND civic.has_permission('send:message'));

SELECT civic.protect_table('civic.message_attachments');
CREATE POLICY readable ON civic.message_attachments FOR SELECT USING (
    contact_id = civic.current_user_id() OR (professional_id = civic.current_user_id()
        AND civic.has_permission('view:mandated_records')) OR civic.has_permission('view:all_attendance')
);
CREATE POLICY created ON civic.message_attachments FOR INSERT
    WITH CHECK (
        (contact_id = civic.current_user_id() OR professional_id = civic.current_user_id())
        AND civic.has_permission('send:message')
    );

SELECT civic.protect_table('civic.message_sla');
CREATE POLICY readable ON civic.message_sla FOR SELECT USING (
    contact_id = civic.current_user_id() OR (professional_id = civic.current_user_id()
        AND civic.has_permission('view:mandated_records')) OR civic.has_permission('view:all_attendance')
);
CREATE POLICY updated ON civic.message_sla FOR UPDATE
    USING (professional_id = civic.current_user_id() AND civic.has_permission('send:message'))
    WITH CHECK (professional_id = civic.current_user_id() AND civic.has_permission('send:message'));

SELECT civic.protect_table('civic.verification_proofs');
CREATE POLICY readable ON civic.verification_proofs FOR SELECT USING (
    contact_id = civic.current_user_id() OR (professional_id = civic.current_user_id()
        AND civic.has_permission('view:mandated_records')) OR civic.has_permission('view:all_attendance')
);
CREATE POLICY created ON civic.verification_proofs FOR INSERT
    WITH CHECK (contact_id = civic.current_user_id() AND civic.has_permission('record:own_attendance'));

SELECT civic.protect_table('civic.subscriptions');
CREATE POLICY readable ON civic.subscriptions FOR SELECT
    USING (contact_id = civic.current_user_id() OR civic.has_permission('view:all_attendance'));

SELECT civic.protect_table('civic.retention_policies');
CREATE POLICY readable ON civic.retention_policies FOR SELECT USING (civic.has_permission('view:all_attendance'));
CREATE POLICY managed ON civic.retention_policies
    USING (civic.has_permission('manage:retention')) WITH CHECK (civic.has_permission('manage:retention'));

SELECT civic.protect_table('civic.legal_holds');
CREATE POLICY readable ON civic.legal_holds FOR SELECT USING (civic.has_permission('view:all_attendance'));
CREATE POLICY created ON civic.legal_holds FOR INSERT
    WITH CHECK (civic.has_permission('manage:legal_hold'));
CREATE POLICY updated ON civic.legal_holds FOR UPDATE
    USING (civic.has_permission('manage:legal_hold'))
    WITH CHECK (civic.has_permission('manage:legal_hold'));

SELECT civic.protect_table('civic.record_tombstones');
CREATE POLICY readable ON civic.record_tombstones FOR SELECT USING (civic.has_permission('view:all_attendance'));

CREATE POLICY attendance ON civic.status_history FOR SELECT
    USING (workflow IN ('attendance_session', 'mandate', 'credential', 'thread', 'message_sla', 'proof', 'subscription')
        AND civic.has_permission('view:all_attendance'));
