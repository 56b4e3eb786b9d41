-- A report from the resident to the archive, by the functions an application calls.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS civic CASCADE;
\set ON_ERROR_ROLLBACK on
\set SHOW_CONTEXT never
BEGIN;
INSERT INTO civic.users (id, email, full_name, department_id)
SELECT p.id::uuid, p.name || '@example.org', p.name, d.id
FROM (
    VALUES
        ('52000000-0000-0000-0000-000000000001', 'resident', NULL),
        ('52000000-0000-0000-0000-000000000002', 'officer', 'PWD'),
        ('52000000-0000-0000-0000-000000000003', 'admin', NULL),
        ('52000000-0000-0000-0000-000000000004', 'colleague', 'PWD'),
        ('52000000-0000-0000-0000-000000000005', 'neighbour', NULL),
        ('52000000-0000-0000-0000-000000000006', 'moderator', NULL)
) AS p (id, name, department)
LEFT JOIN civic.departments AS d ON d.code = p.department AND d.organization_id = civic.current_organization_id();
INSERT INTO civic.user_roles (user_id, role_id)
SELECT u.id, r.id
FROM civic.users AS u
JOIN civic.roles AS r ON r.is_system AND r.code = CASE WHEN u.full_name IN ('officer', 'colleague') THEN 'nodal_officer'
    WHEN u.full_name IN ('admin', 'moderator') THEN u.full_name ELSE 'citizen' END
WHERE u.id::text LIKE '52000000-%';
CREATE PROCEDURE pg_temp.act_as(name text)
    LANGUAGE sql SECURITY DEFINER
AS $$
    SELECT set_config('civic.user_id', u.id::text, true) FROM civic.users AS u WHERE u.full_name = name
$$;
SET LOCAL ROLE civic_user;

-- By its category, by its words, and by hand.
CALL pg_temp.act_as('resident');
SELECT r.id AS pothole, r.status, d.code AS department, r.category, r.severity,
    r.report_number ~ '^CL-\d{4}-CITY-\d{5,}$' AS numbered, round(ST_Y(r.location::geometry)::numeric, 2) AS north
FROM civic.submit_report('Deep pothole', 'A deep pothole in front of the school.', 12.34, 56.78, 'roads', 'high') AS r
LEFT JOIN civic.departments AS d ON d.id = r.department_id \gset
SELECT :'status' AS status, :'department' AS department, :'severity' AS severity, :'numbered' AS numbered,
    :'north' AS north;
SELECT r.id AS leak, r.status, r.category, r.ai_category, r.ai_confidence
FROM civic.submit_report('Burst pipe', 'A water pipe has burst, no water supply, leaking pipe.', 12.35, 56.79) AS r
\gset
SELECT :'status' AS status, :'category' AS category, :'ai_category' AS ai_category, :'ai_confidence' AS ai_confidence;
SELECT r.id AS unclear, r.status, r.needs_review
FROM civic.submit_report('Something', 'I do not know how to say it.', 12.36, 56.80) AS r \gset
SELECT :'status' AS status, :'needs_review' AS needs_review;
SELECT civic.submit_report('One more', 'The fourth one within five minutes.', 12.36, 56.80);
SELECT civic.submit_report('Hm', 'The title is too short for this.', 12.36, 56.80);
SELECT count(*) FROM civic.my_reports();

-- Support and duplicates.
CALL pg_temp.act_as('neighbour');
SELECT r.supporter_count FROM civic.support_report(:'pothole') AS r;
SELECT r.supporter_count FROM civic.support_report(:'pothole') AS r;
CALL pg_temp.act_as('resident');
SELECT r.supporter_count FROM civic.support_report(:'pothole') AS r;
CALL pg_temp.act_as('moderator');
SELECT r.status, r.is_duplicate FROM civic.mark_duplicate(:'unclear', :'pothole') AS r;
SELECT civic.mark_duplicate(:'pothole', :'unclear');
SELECT r.status, r.is_duplicate, r.duplicate_of_report_id FROM civic.unmark_duplicate(:'unclear') AS r;

-- Classification, assignment, refusal, work.
CALL pg_temp.act_as('admin');
SELECT r.status, r.category, civic.effective_severity(r) AS severity
FROM civic.classify_report(:'unclear', 'other', 'low', 'by telephone') AS r;
SELECT r.status FROM civic.reject_report(:'unclear', 'nothing to do') AS r;
SELECT r.status FROM civic.assign_officer(:'pothole', '52000000-0000-0000-0000-000000000002') AS r;
SELECT civic.assign_officer(:'leak', '52000000-0000-0000-0000-000000000002');
CALL pg_temp.act_as('officer');
SELECT r.status FROM civic.refuse_assignment(:'pothole', 'on leave until Monday') AS r;
CALL pg_temp.act_as('admin');
SELECT r.status, r.assignment_rejection_reason
FROM civic.assign_officer(:'pothole', '52000000-0000-0000-0000-000000000004', 8, 'soon') AS r;
CALL pg_temp.act_as('colleague');
SELECT r.status FROM civic.acknowledge_report(:'pothole') AS r;
SELECT r.status FROM civic.start_work(:'pothole') AS r;
SELECT r.status FROM civic.hold_report(:'pothole', 'no asphalt this week', current_date + 7) AS r;
SELECT civic.hold_report(:'leak', 'no pipes this week');
SELECT r.status, r.hold_reason FROM civic.resume_work(:'pothole') AS r;
SELECT r.status FROM civic.finish_work(:'pothole', 'filled it') AS r;
SELECT civic.approve_work(:'pothole');
CALL pg_temp.act_as('admin');
SELECT r.status, r.rework_reason FROM civic.reject_work(:'pothole', 'there is still a hole') AS r;
CALL pg_temp.act_as('colleague');
SELECT r.status, r.rework_reason FROM civic.finish_work(:'pothole', 'filled all of it') AS r;
CALL pg_temp.act_as('admin');
SELECT r.status FROM civic.approve_work(:'pothole') AS r;
SELECT r.status FROM civic.close_report(:'pothole') AS r;
SELECT r.status FROM civic.reopen_report(:'pothole') AS r;
SELECT k.status, k.priority, k.notes, k.resolution_notes, u.full_name AS officer FROM civic.tasks AS k
JOIN civic.users AS u ON u.id = k.assigned_to WHERE k.report_id = :'pothole';
SELECT h.old_status, h.new_status, u.full_name AS by_whom, h.by_system, h.reason
FROM civic.report_history(:'pothole') AS h LEFT JOIN civic.users AS u ON u.id = h.changed_by ORDER BY h.id;

-- Files.
CALL pg_temp.act_as('resident');
INSERT INTO civic.media (report_id, file_url, file_type, mime_type, file_size)
VALUES (:'pothole', 'photo.jpg', 'image', 'image/jpeg', 1000) RETURNING is_public, upload_source;
INSERT INTO civic.media (report_id, file_url, file_type, mime_type, file_size)
VALUES (:'pothole', 'photo.gif', 'image', 'image/gif', 1000);
CALL pg_temp.act_as('neighbour');
INSERT INTO civic.media (report_id, file_url, file_type, mime_type, file_size)
VALUES (:'pothole', 'photo.jpg', 'image', 'image/jpeg', 1000);
CALL pg_temp.act_as('admin');
UPDATE civic.reports SET is_public = false WHERE id = :'pothole';
CALL pg_temp.act_as('neighbour');
SELECT count(*) AS reports FROM civic.reports WHERE id = :'pothole';
SELECT count(*) AS files FROM civic.media WHERE report_id = :'pothole';
SELECT count(*) AS history FROM civic.status_history WHERE entity_id = :'pothole';
ROLLBACK;
