CREATE FUNCTION civic_private.tables_of_reports() RETURNS TABLE (tbl regclass, key_column name)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 10 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.conrelid::regclass, a.attname
    FROM pg_constraint AS c
    JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[2]
    WHERE c.contype = 'f' AND c.confrelid = to_regclass('civic.reports') AND c.conrelid <> c.confrelid
        AND c.connamespace = 'civic'::regnamespace AND c.conrelid IS DISTINCT FROM to_regclass('civic.case_reports')
    ORDER BY 1::text, 2
$$;
COMMENT ON FUNCTION civic_private.tables_of_reports() IS
    'Tables whose rows belong to reports and go to the archive with them, with the column that refers to the report:'
    ' all that refer to civic.reports, so that a table added later is among them; but not cases, which outlive a'
    ' report.';

CREATE FUNCTION civic.archive_reports(
    max_rows integer DEFAULT 1000, older_than interval DEFAULT '2 years', at timestamptz DEFAULT now()
) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    done record;
    child record;
    part jsonb;
    parts jsonb;
    moved bigint := 0;
BEGIN
    IF NOT civic.has_permission('manage:retention') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not archive reports',
            DETAIL = 'That needs permission "manage:retention".';
    END IF;
    IF max_rows IS NULL OR max_rows NOT BETWEEN 1 AND 100000 OR older_than IS NULL OR older_than < '30 days' THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'max_rows must be 1 to 100000, and reports at least 30 days old';
    END IF;
    -- The root of a family comes after its duplicates, and a report that a case speaks of stays.
    FOR done IN
        SELECT r.* FROM civic.reports AS r
        WHERE r.organization_id = organization AND r.status_updated_at < at - older_than
            AND (r.status IN ('resolved', 'closed', 'rejected') OR (r.status = 'duplicate' AND EXISTS (
                SELECT FROM civic.reports AS o WHERE o.organization_id = organization
                    AND o.id = r.duplicate_of_report_id AND o.status IN ('resolved', 'closed', 'rejected'))))
            AND NOT EXISTS (SELECT FROM civic.reports AS d
                WHERE d.organization_id = organization AND d.duplicate_of_report_id = r.id)
            AND NOT EXISTS (SELECT FROM civic.case_reports AS k
                WHERE k.organization_id = organization AND k.report_id = r.id)
        ORDER BY r.status_updated_at LIMIT max_rows
        FOR UPDATE SKIP LOCKED
    LOOP
        -- Looked at again now that it is locked: a case or a duplicate may have come in while others were moved.
        CONTINUE WHEN EXISTS (SELECT FROM civic.case_reports AS k
                WHERE k.organization_id = organization AND k.report_id = done.id)
            OR EXISTS (SELECT FROM civic.reports AS d
                WHERE d.organization_id = organization AND d.duplicate_of_report_id = done.id);
        parts := '{}';
        FOR child IN SELECT t.tbl, t.key_column FROM civic_private.tables_of_reports() AS t LOOP
            EXECUTE format('SELECT jsonb_agg(to_jsonb(c)) FROM %s AS c WHERE c.organization_id = $1 AND c.%I = $2',
                child.tbl, child.key_column) INTO part USING organization, done.id;
            IF part IS NOT NULL THEN
                parts := parts || jsonb_build_object(child.tbl::text, coalesce(parts -> child.tbl::text, '[]') || part);
            END IF;
        END LOOP;
        INSERT INTO civic.archived_reports (organization_id, id, report_number, user_id, department_id, assigned_to,
            title, description, category, severity, status, latitude, longitude, address, ward_number, district,
            is_public, is_sensitive, created_at, status_updated_at, report, belongings, words)
        VALUES (organization, done.id, done.report_number, done.user_id, done.department_id, done.assigned_to,
            done.title, done.description, coalesce(done.manual_category, done.ai_category, done.category),
            coalesce(done.manual_severity, done.severity), done.status, done.latitude, done.longitude, done.address,
            done.ward_number, done.district, done.is_public, done.is_sensitive, done.created_at,
            done.status_updated_at, to_jsonb(done), parts,
            civic_private.search_words(organization, done.created_at, done.report_number, done.title, done.description,
                done.address));
        DELETE FROM civic.routing_decisions AS d WHERE d.organization_id = organization AND d.report_id = done.id;
        DELETE FROM civic.reports AS r WHERE r.organization_id = organization AND r.id = done.id;
        moved := moved + 1;
    END LOOP;
    RETURN moved;
END
$$;
COMMENT ON FUNCTION civic.archive_reports(integer, interval, timestamptz) IS
    'Moves up to max_rows reports that were resolved, closed or rejected longer ago than older_than, with all that'
    ' belongs to them, to civic.archived_reports, oldest first; returns how many. Duplicates go before their root, so'
    ' call it until it returns 0. A report that belongs to a case stays. For holders of manage:retention, every night.'
    ' Errors: 42501 not open to the caller, 22023 arguments.';
