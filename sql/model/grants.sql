-- Rights of the database roles on the data model. What a person may do is for policies and triggers to say; these are
-- the outer bounds.
GRANT USAGE ON SCHEMA civic, civic_helpers TO civic_anon, civic_user, civic_service, civic_auditor;
GRANT USAGE, CREATE ON SCHEMA civic, civic_helpers, civic_private TO civic_owner;

SELECT civic_private.own_tables();

GRANT SELECT ON civic.organizations, civic.departments, civic.categories, civic.areas, civic.reports, civic.media,
    civic.status_history, civic.workflow_transitions, civic.posts, civic.comments, civic.meetings,
    civic.audit_checkpoints, civic.service_attributes
    TO civic_anon;

GRANT SELECT ON ALL TABLES IN SCHEMA civic TO civic_user, civic_service, civic_auditor;
GRANT UPDATE ON civic.organizations TO civic_user, civic_service;
GRANT INSERT, UPDATE, DELETE ON civic.departments, civic.jurisdictions, civic.user_profiles, civic.roles,
    civic.user_roles, civic.area_assignments, civic.teams, civic.team_members, civic.projects,
    civic.workflow_transitions, civic.areas, civic.categories, civic.reports, civic.media, civic.routing_rules,
    civic.duplicate_policies, civic.duplicate_rejections, civic.business_calendars, civic.calendar_holidays,
    civic.notification_templates, civic.notification_settings, civic.area_subscriptions
    TO civic_user, civic_service;
GRANT INSERT, UPDATE ON civic.currencies, civic.payments, civic.payment_approvals TO civic_user, civic_service;
GRANT INSERT, UPDATE, DELETE ON civic.clients, civic.deals, civic.commissions TO civic_user, civic_service;
GRANT INSERT ON civic.deal_notes, civic.payment_refunds TO civic_user, civic_service;
GRANT UPDATE ON civic.payment_invoices TO civic_user, civic_service;
GRANT INSERT, DELETE ON civic.role_permissions TO civic_user, civic_service;
GRANT INSERT, UPDATE ON civic.users, civic.tasks, civic.sla_policies TO civic_user, civic_service;
GRANT UPDATE ON civic.escalations, civic.appeals, civic.feedbacks, civic.sign_in_policies, civic.security_events
    TO civic_user, civic_service;
GRANT UPDATE, DELETE ON civic.notifications TO civic_user, civic_service;
GRANT INSERT, UPDATE, DELETE ON civic.service_attributes TO civic_user, civic_service;
GRANT UPDATE ON civic.open311_keys TO civic_user, civic_service;
GRANT INSERT, UPDATE ON civic.client_sync_states, civic.offline_actions, civic.sync_conflicts
    TO civic_user, civic_service;
GRANT INSERT, UPDATE, DELETE ON civic.sync_field_policies TO civic_user, civic_service;
GRANT DELETE ON civic.report_supporters TO civic_user, civic_service;
GRANT INSERT, UPDATE ON civic.user_scores TO civic_service;
GRANT INSERT ON civic.report_supporters, civic.user_sessions TO civic_service;
GRANT UPDATE, DELETE ON civic.user_sessions TO civic_service;
GRANT INSERT, UPDATE ON civic.cases TO civic_user, civic_service;
GRANT INSERT ON civic.case_logs, civic.case_documents TO civic_user, civic_service;
GRANT INSERT, UPDATE, DELETE ON civic.posts TO civic_user, civic_service;
GRANT INSERT, UPDATE ON civic.comments TO civic_user, civic_service;
GRANT INSERT ON civic.content_flags TO civic_user, civic_service;
GRANT INSERT, DELETE ON civic.case_reports TO civic_user, civic_service;
GRANT INSERT, UPDATE ON civic.policy_versions, civic.professional_credentials, civic.mandates, civic.meetings,
    civic.attendance_sessions, civic.user_identities, civic.message_threads, civic.legal_holds
    TO civic_user, civic_service;
GRANT INSERT, DELETE ON civic.meeting_contacts TO civic_user, civic_service;
GRANT INSERT, UPDATE, DELETE ON civic.retention_policies TO civic_user, civic_service;
GRANT INSERT ON civic.message_attachments, civic.verification_proofs TO civic_user, civic_service;
GRANT UPDATE ON civic.message_sla TO civic_user, civic_service;
GRANT UPDATE ON civic.message_attachments, civic.verification_proofs TO civic_service;
GRANT INSERT, UPDATE ON civic.subscriptions TO civic_service;
-- No row of these is ever changed: the rights are there so that the trigger answers, and says what to do instead.
GRANT INSERT, UPDATE, DELETE ON civic.attendance_events, civic.selfie_artifacts, civic.data_quality_signals,
    civic.consent_artifacts, civic.review_artifacts, civic.emergency_explanations, civic.explanation_attachments,
    civic.messages
    TO civic_user, civic_service;
GRANT SELECT ON SEQUENCE civic.report_number_seq TO civic_service;
