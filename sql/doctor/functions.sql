CREATE FUNCTION civic.doctor() RETURNS SETOF civic.finding
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT civic.has_permission('view:server_health') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not see how the installation is',
            DETAIL = 'That needs permission "view:server_health".',
            HINT = 'Ask a super administrator, or an administrator of the database.';
    END IF;
    RETURN QUERY
    SELECT f.severity, f.finding, f.object, f.detail, f.remedy
    FROM (
        SELECT r.* FROM civic_private.doctor_roles() AS r
        UNION ALL SELECT s.* FROM civic_private.doctor_settings() AS s
        UNION ALL SELECT o.* FROM civic_private.doctor_objects() AS o
        UNION ALL SELECT g.* FROM civic_private.doctor_rights() AS g
        UNION ALL SELECT a.* FROM civic_private.doctor_audit() AS a
        UNION ALL SELECT j.* FROM civic_private.doctor_jobs() AS j
        UNION ALL SELECT u.* FROM civic_private.doctor_rules() AS u
    ) AS f
    ORDER BY array_position('{error,warning,info}', f.severity), f.finding, f.object;
END
$$;
COMMENT ON FUNCTION civic.doctor() IS
    'Examines the installation: roles, settings, tables, triggers, policies and rights as civic made them, the audit'
    ' log, jobs that do not run, and the rules and areas of the current organization. What is wrong comes first; each'
    ' finding says how it is mended. Reads the catalogue, the ends of indexes and the tables of rules, never reports.'
    ' For super administrators, jobs and administrators of the database. Error 42501.';
