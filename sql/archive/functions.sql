CREATE FUNCTION civic.restore_report(report_id uuid) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    kept civic.archived_reports;
    child record;
    names name[];
    trigger_name name;
    result civic.reports;
BEGIN
    IF NOT civic.has_permission('manage:retention') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not restore reports',
            DETAIL = 'That needs permission "manage:retention".';
    END IF;
    DELETE FROM civic.archived_reports AS a
    WHERE a.organization_id = organization AND a.id = restore_report.report_id
    RETURNING a.* INTO kept;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the report is not in the archive',
            DETAIL = 'No archived report of the organization has this id.',
            TABLE = 'archived_reports', SCHEMA = 'civic';
    END IF;
    -- As it was: nothing is checked, counted or told again. But the audit log takes it down, devices hear of it, and
    -- what searches read is written anew. Writers of these tables wait meanwhile.
    FOR child IN
        SELECT DISTINCT t.tbl, true AS is_child FROM civic_private.tables_of_reports() AS t
        UNION ALL SELECT 'civic.reports'::regclass, false ORDER BY 2, 1
    LOOP
        names := ARRAY(
            SELECT t.tgname FROM pg_trigger AS t
            WHERE t.tgrelid = child.tbl AND NOT t.tgisinternal AND t.tgenabled = 'O' AND t.tgfoid <> ALL (ARRAY[
                'civic_private.feed_change()', 'civic_private.write_signature()',
                'civic_private.write_words()']::regprocedure[])
        );
        FOREACH trigger_name IN ARRAY names LOOP
            EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', child.tbl, trigger_name);
        END LOOP;
        EXECUTE (
            SELECT format('INSERT INTO %s (%s) SELECT %s FROM jsonb_populate_recordset(NULL::%s, $1) AS r', child.tbl,
                string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum),
                string_agg('r.' || quote_ident(a.attname), ', ' ORDER BY a.attnum), child.tbl)
            FROM pg_attribute AS a
            WHERE a.attrelid = child.tbl AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        ) USING CASE WHEN child.is_child THEN coalesce(kept.belongings -> child.tbl::text, '[]')
            ELSE jsonb_build_array(kept.report) END;
        FOREACH trigger_name IN ARRAY names LOOP
            EXECUTE format('ALTER TABLE %s ENABLE TRIGGER %I', child.tbl, trigger_name);
        END LOOP;
    END LOOP;
    SELECT r.* INTO result FROM civic.reports AS r WHERE r.organization_id = organization AND r.id = kept.id;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.restore_report(uuid) IS
    'Brings an archived report back with all that belonged to it, as it was; for holders of manage:retention. Locks the'
    ' tables of reports against writing for a moment: not for many at a time. Errors: 42501 not open to the caller,'
    ' 23503 the root of its family is archived as well, PT404 not in the archive.';

CREATE FUNCTION civic.search_archive(
    query text,
    created_from timestamptz DEFAULT NULL,
    created_until timestamptz DEFAULT NULL,
    before_time timestamptz DEFAULT NULL,
    before_id uuid DEFAULT NULL,
    max_rows integer DEFAULT 50
) RETURNS SETOF civic.archived_reports
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT a.* FROM civic.archived_reports AS a
    WHERE a.organization_id = civic.current_organization_id()
        AND a.words @@ (civic_private.search_query(civic.current_organization_id(), query)
            && civic_private.organization_word(civic.current_organization_id())::tsquery)
        AND a.created_at >= coalesce(created_from, '-infinity') AND a.created_at < coalesce(created_until, 'infinity')
        AND (before_time IS NULL OR (a.created_at, a.id)
            < (before_time, coalesce(before_id, '00000000-0000-0000-0000-000000000000')))
        AND civic.is_report_visible(a.is_public, a.is_sensitive, a.user_id, a.assigned_to, a.department_id,
            a.ward_number, a.district, a.latitude, a.longitude)
    ORDER BY a.created_at DESC, a.id DESC
    LIMIT least(greatest(coalesce(max_rows, 50), 1), 1000)
$$;
COMMENT ON FUNCTION civic.search_archive(text, timestamptz, timestamptz, timestamptz, uuid, integer) IS
    'Archived reports the asker can see that have all the words of a text, such as a report number; newest first. For'
    ' the next page pass created_at and id of the last row as before_time and before_id. 1 to 1000 rows.';
