-- The rows that filing a report leaves, stored by plain statements that know them all beforehand: nothing is searched,
-- compared, routed or guarded. Needs intake.sql.
CREATE SCHEMA plain;
SELECT bench.copy_table('civic.reports', 'plain.reports');
CREATE TABLE plain.status_history (LIKE civic.status_history INCLUDING ALL);
CREATE TABLE plain.report_signatures (LIKE civic_private.report_signatures INCLUDING ALL);
CREATE TABLE plain.report_words (LIKE civic_private.report_words INCLUDING ALL);
CREATE TABLE plain.user_scores (LIKE civic.user_scores INCLUDING ALL);
CREATE TABLE plain.sync_feed (LIKE civic_private.sync_feed INCLUDING ALL);
CREATE TABLE plain.audit_entries (LIKE civic.audit_entries INCLUDING ALL);
SELECT bench.copy_references('plain');

CREATE FUNCTION plain.submit_report(
    title text, description text, latitude float8, longitude float8, category text, address text, department_id uuid
) RETURNS plain.reports LANGUAGE plpgsql VOLATILE SECURITY DEFINER
AS $$
DECLARE
    result plain.reports;
BEGIN
    INSERT INTO plain.reports (report_number, department_id, title, description, category, status, latitude, longitude,
        address)
    VALUES ('CL-2026-ROWS-' || nextval('bench.next_number'), submit_report.department_id, submit_report.title,
        submit_report.description, submit_report.category, 'assigned_to_department', submit_report.latitude,
        submit_report.longitude, submit_report.address)
    RETURNING * INTO result;
    INSERT INTO plain.status_history (workflow, entity_id, old_status, new_status, changed_by, by_system, is_public)
    VALUES ('report', result.id, NULL, 'received', result.user_id, false, true),
        ('report', result.id, 'received', 'classified', NULL, true, true),
        ('report', result.id, 'classified', 'assigned_to_department', NULL, true, true);
    INSERT INTO plain.report_signatures
    VALUES (result.organization_id, result.id, result.created_at, result.latitude, result.longitude,
        (result.latitude * 1e6)::bigint, (result.longitude * 1e6)::bigint, 1, 17, 0, decode(repeat('0f', 240), 'hex'));
    INSERT INTO plain.report_words
    VALUES (result.organization_id, result.created_at, result.id, to_tsvector('simple'::regconfig,
        result.report_number || ' ' || result.title || ' ' || result.address || ' ' || result.description));
    INSERT INTO plain.user_scores AS s (organization_id, user_id, total_reports, reputation_score)
    VALUES (result.organization_id, result.user_id, 1, 5)
    ON CONFLICT (organization_id, user_id) DO UPDATE SET total_reports = s.total_reports + 1;
    INSERT INTO plain.sync_feed (organization_id, entity, entity_id) VALUES (result.organization_id, 'r', result.id);
    INSERT INTO plain.audit_entries (organization_id, xid, at, epoch, counter, operation, action, user_id, user_role,
        database_role, schema_name, table_name, entity_id, columns)
    VALUES (result.organization_id, pg_current_xact_id(), clock_timestamp(), 1, 0, 'I', 'report_created',
        result.user_id, 'citizen', 'civic_user', 'civic', 'reports', result.id::text,
        convert_to(result.title || result.description || repeat('column', 40), 'UTF8'));
    RETURN result;
END
$$;
GRANT USAGE ON SCHEMA plain TO civic_user;
