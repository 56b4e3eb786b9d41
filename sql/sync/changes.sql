CREATE FUNCTION civic_private.sync_epoch() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format('%s.%s.%s', to_hex(s.system_identifier), c.timeline_id, to_hex(d.oid::bigint))
    FROM pg_control_system() AS s, pg_control_checkpoint() AS c, pg_database AS d
    WHERE d.datname = current_database()
$$;
COMMENT ON FUNCTION civic_private.sync_epoch() IS
    'Cluster, timeline and database in which numbers of transactions mean something: another one after a restore.';

CREATE FUNCTION civic_private.sync_snapshot() RETURNS pg_snapshot
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    -- A snapshot counts its own transaction as done, which may go on to write.
    SELECT CASE WHEN (own < pg_snapshot_xmax(s)) IS NOT TRUE THEN s
        ELSE format('%s:%s:%s', least(own, pg_snapshot_xmin(s)), pg_snapshot_xmax(s), (
            SELECT string_agg(x.xid::text, ',' ORDER BY x.xid) FROM (
                SELECT pg_snapshot_xip(s) AS xid UNION SELECT own
            ) AS x
        ))::pg_snapshot END
    FROM pg_current_snapshot() AS s, pg_current_xact_id_if_assigned() AS own
$$;
COMMENT ON FUNCTION civic_private.sync_snapshot() IS
    'Which transactions have committed, as of the statement; the present one has not.';

CREATE FUNCTION civic_private.sync_report(organization uuid, report uuid, person uuid, own_only boolean) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT to_jsonb(r) - 'location' || jsonb_build_object('media', (
        SELECT coalesce(jsonb_agg(to_jsonb(m) ORDER BY m.sequence_order, m.id), '[]') FROM civic.media AS m
        WHERE m.organization_id = organization AND m.report_id = report
            AND (m.is_public OR m.uploaded_by = person OR civic.has_permission('read:private_report'))
    ))
    FROM civic.reports AS r
    WHERE r.organization_id = organization AND r.id = report
        AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
            r.ward_number, r.district, r.latitude, r.longitude)
        AND (NOT own_only OR r.user_id = person OR r.assigned_to = person)
$$;
COMMENT ON FUNCTION civic_private.sync_report(uuid, uuid, uuid, boolean) IS
    'A report with its files as a device of the person gets it; null where it does not.';

CREATE FUNCTION civic_private.sees_task(assignee uuid, department uuid, person uuid, own_only boolean) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(assignee = person OR (NOT own_only AND civic.has_permission('read:task')
        AND (department = civic.current_department_id() OR civic.has_permission('read:private_report'))), false)
$$;
COMMENT ON FUNCTION civic_private.sees_task(uuid, uuid, uuid, boolean) IS
    'Whether the asker sees a task of that officer and department: the policies of civic.tasks.';

CREATE FUNCTION civic_private.sync_profile(organization uuid, person uuid) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT to_jsonb(u) || coalesce((
        SELECT jsonb_build_object('avatar_url', p.avatar_url, 'bio', p.bio, 'preferences', p.preferences)
        FROM civic.user_profiles AS p WHERE p.organization_id = organization AND p.user_id = person
    ), '{}')
    FROM civic.users AS u WHERE u.organization_id = organization AND u.id = person
$$;
COMMENT ON FUNCTION civic_private.sync_profile(uuid, uuid) IS 'A person as their own devices get it.';

CREATE FUNCTION civic_private.sync_task(organization uuid, task uuid, person uuid, own_only boolean) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT to_jsonb(t) FROM civic.tasks AS t
    WHERE t.organization_id = organization AND t.id = task
        AND civic_private.sees_task(t.assigned_to, t.department_id, person, own_only)
$$;
COMMENT ON FUNCTION civic_private.sync_task(uuid, uuid, uuid, boolean) IS
    'A task as a device of the person gets it; null where it does not.';

CREATE FUNCTION civic_private.sync_data(
    entity "char", organization uuid, entity_id uuid, person uuid, own_only boolean
) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE entity
        WHEN 'r' THEN civic_private.sync_report(organization, entity_id, person, own_only)
        WHEN 't' THEN civic_private.sync_task(organization, entity_id, person, own_only)
        WHEN 'u' THEN CASE WHEN entity_id = person THEN civic_private.sync_profile(organization, person) END
    END
$$;
COMMENT ON FUNCTION civic_private.sync_data("char", uuid, uuid, uuid, boolean) IS
    'A row as a device of the person gets it; null where it does not.';

CREATE FUNCTION civic_private.sync_start(
    organization uuid, person uuid, own_only boolean, since timestamptz, after_entity "char", after_id uuid,
    max_rows integer
) RETURNS TABLE (entity "char", entity_id uuid)
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT s.entity, s.id
    FROM (
        (SELECT 'r'::"char" AS entity, r.id FROM civic.reports AS r
        WHERE own_only AND after_entity = 'r' AND r.id > after_id AND r.organization_id = organization
            AND (r.user_id = person OR r.assigned_to = person) AND coalesce(r.updated_at, r.created_at) > since
            AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
            r.ward_number, r.district, r.latitude, r.longitude)
        ORDER BY r.id LIMIT max_rows)
        UNION ALL
        (SELECT 'r', r.id FROM civic.reports AS r
        WHERE NOT own_only AND after_entity = 'r' AND r.id > after_id AND r.organization_id = organization
            AND coalesce(r.updated_at, r.created_at) > since
            AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
            r.ward_number, r.district, r.latitude, r.longitude)
        ORDER BY r.id LIMIT max_rows)
        UNION ALL
        (SELECT 't', t.id FROM civic.tasks AS t
        WHERE (own_only OR NOT civic.has_permission('read:task'))
            AND (after_entity = 'r' OR (after_entity = 't' AND t.id > after_id)) AND t.organization_id = organization
            AND t.assigned_to = person AND coalesce(t.updated_at, t.created_at) > since
        ORDER BY t.id LIMIT max_rows)
        UNION ALL
        (SELECT 't', t.id FROM civic.tasks AS t
        WHERE NOT own_only AND civic.has_permission('read:task')
            AND (after_entity = 'r' OR (after_entity = 't' AND t.id > after_id)) AND t.organization_id = organization
            AND coalesce(t.updated_at, t.created_at) > since
            AND civic_private.sees_task(t.assigned_to, t.department_id, person, own_only)
        ORDER BY t.id LIMIT max_rows)
        UNION ALL
        SELECT 'u', person WHERE person IS NOT NULL AND after_entity <> 'u'
    ) AS s
    ORDER BY s.entity, s.id LIMIT max_rows
$$;
COMMENT ON FUNCTION civic_private.sync_start(uuid, uuid, boolean, timestamptz, "char", uuid, integer) IS
    'The rows a new device starts with, after one of them, in the order of kind and id.';

CREATE FUNCTION civic_private.sync_page(
    organization uuid, got pg_snapshot, getting pg_snapshot, after_xid xid8, after_place bigint
) RETURNS SETOF civic_private.sync_feed
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 100 SET search_path = pg_catalog, pg_temp
AS $$
    -- What the one snapshot sees and the other did not: nothing is lost to a transaction that was slow to commit.
    SELECT f.* FROM civic_private.sync_feed AS f
    WHERE f.organization_id = organization AND (f.xid, f.place) > (after_xid, after_place)
        AND f.xid >= pg_snapshot_xmin(got) AND f.xid < pg_snapshot_xmax(getting)
        AND NOT pg_visible_in_snapshot(f.xid, got) AND pg_visible_in_snapshot(f.xid, getting)
    ORDER BY f.xid, f.place LIMIT 5000
$$;
COMMENT ON FUNCTION civic_private.sync_page(uuid, pg_snapshot, pg_snapshot, xid8, bigint) IS
    'Changes that became visible between two snapshots, after one of them, at most 5000.';

CREATE FUNCTION civic_private.sync_entity(entity "char") RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE entity WHEN 'r' THEN 'report' WHEN 't' THEN 'task' WHEN 'u' THEN 'profile' END;
COMMENT ON FUNCTION civic_private.sync_entity("char") IS 'Name of an entity of civic_private.sync_feed.';

CREATE FUNCTION civic.sync_changes(
    cursor text DEFAULT NULL, max_rows integer DEFAULT 100, own_only boolean DEFAULT true,
    since interval DEFAULT '30 days', OUT next_cursor text, OUT has_more boolean, OUT must_restart boolean,
    OUT changes jsonb
)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    person uuid := civic.current_user_id();
    -- Epoch; what is asked for; snapshot that the device has got; snapshot that it is getting; how far it got in that.
    part text[] := string_to_array(cursor, '/');
    epoch text := civic_private.sync_epoch();
    getting pg_snapshot;
    page record;
BEGIN
    changes := '[]';
    has_more := false;
    must_restart := false;
    IF max_rows NOT BETWEEN 1 AND 500 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'max_rows must be between 1 and 500';
    END IF;
    IF cursor IS NOT NULL AND cardinality(part) <> 6 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'this is no cursor of civic.sync_changes()',
            HINT = 'Send the next_cursor that it returned last, or null to start anew.';
    END IF;
    IF organization IS NULL OR (person IS NULL AND NOT civic.is_system()) THEN
        RETURN;
    END IF;
    IF part[1] <> epoch OR part[2]::boolean <> own_only OR EXISTS (
        SELECT FROM civic_private.sync_horizons AS h
        WHERE h.organization_id = organization
            AND h.trimmed_below > pg_snapshot_xmin(coalesce(nullif(part[3], ''), part[4])::pg_snapshot)
    ) THEN
        must_restart := true;
        RETURN;
    END IF;
    getting := coalesce(nullif(part[4], '')::pg_snapshot, civic_private.sync_snapshot());

    IF coalesce(part[3], '') = '' THEN
        SELECT coalesce(jsonb_agg(jsonb_build_object('entity_type', n.entity_type, 'entity_id', n.entity_id,
                'operation', 'upsert', 'data', n.data) ORDER BY n.entity, n.entity_id)
                FILTER (WHERE n.data IS NOT NULL), '[]') AS changes,
            count(*) AS found, max(n.entity::text || '/' || n.entity_id) AS last
        INTO page
        FROM (
            SELECT s.entity, s.entity_id, civic_private.sync_entity(s.entity) AS entity_type,
                civic_private.sync_data(s.entity, organization, s.entity_id, person, own_only) AS data
            FROM civic_private.sync_start(organization, person, own_only, now() - since,
                coalesce(part[5], 'r')::"char", coalesce(part[6], '00000000-0000-0000-0000-000000000000')::uuid,
                max_rows) AS s
        ) AS n;
        changes := page.changes;
        -- What changes meanwhile comes again after the last page.
        has_more := page.found = max_rows;
        next_cursor := CASE WHEN has_more THEN concat_ws('/', epoch, own_only, '', getting, page.last)
            ELSE concat_ws('/', epoch, own_only, getting, '', '0', '0') END;
        RETURN;
    END IF;

    WITH entries AS MATERIALIZED (
        SELECT f.*, row_number() OVER (ORDER BY f.xid, f.place) AS n
        FROM civic_private.sync_page(organization, part[3]::pg_snapshot, getting, part[5]::xid8, part[6]::bigint) AS f
    ), rows AS (
        SELECT e.entity, e.entity_id, min(e.n) AS n, bool_or(coalesce(e.old_public IS NOT NULL AND CASE e.entity
            WHEN 'r' THEN civic.is_report_visible(e.old_public, false, e.old_user, e.old_assignee, e.old_department,
                e.old_ward, e.old_district, e.old_latitude, e.old_longitude)
                AND (NOT own_only OR e.old_user = person OR e.old_assignee = person)
            WHEN 't' THEN civic_private.sees_task(e.old_assignee, e.old_department, person, own_only)
            END, false)) AS was_seen
        FROM entries AS e WHERE e.entity <> 'a' GROUP BY 1, 2
    ), found AS MATERIALIZED (
        SELECT w.n, w.entity, w.entity_id, w.data
        FROM (
            SELECT r.*, civic_private.sync_data(r.entity, organization, r.entity_id, person, own_only) AS data
            FROM rows AS r
        ) AS w
        WHERE w.data IS NOT NULL OR w.was_seen
        ORDER BY w.n LIMIT max_rows
    ), reach AS (
        -- A full page ends with its last row; what comes later of the same rows comes again.
        SELECT CASE WHEN (SELECT count(*) FROM found) = max_rows THEN (SELECT max(f.n) FROM found AS f)
            ELSE (SELECT max(e.n) FROM entries AS e) END AS n
    )
    SELECT (
            SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('entity_type',
                civic_private.sync_entity(f.entity), 'entity_id', f.entity_id, 'operation',
                CASE WHEN f.data IS NULL THEN 'delete' ELSE 'upsert' END))
                || CASE WHEN f.data IS NULL THEN '{}' ELSE jsonb_build_object('data', f.data) END ORDER BY f.n), '[]')
            FROM found AS f
        ) AS changes,
        (SELECT count(*) FROM found) = max_rows OR (SELECT count(*) FROM entries) = 5000 AS more,
        EXISTS (SELECT FROM entries AS e WHERE e.entity = 'a' AND (e.entity_id IS NULL OR e.entity_id = person))
            AS rights,
        (SELECT concat_ws('/', e.xid, e.place) FROM entries AS e, reach WHERE e.n = reach.n) AS reached
    INTO page;
    IF page.rights THEN
        must_restart := true;
        RETURN;
    END IF;
    changes := page.changes;
    has_more := page.more;
    next_cursor := CASE WHEN has_more THEN concat_ws('/', epoch, own_only, part[3], getting, page.reached)
        ELSE concat_ws('/', epoch, own_only, getting, '', '0', '0') END;
END
$$;
COMMENT ON FUNCTION civic.sync_changes(text, integer, boolean, interval) IS
    'What has changed for a device of the asker since a cursor, at most max_rows (1 to 500): rows it sees now (upsert,'
    ' with data), and rows that were deleted or that it sees no more (delete). Reports come with their files, tasks,'
    ' and the asker as profile; own_only leaves those that the asker neither filed nor is in charge of. Without a'
    ' cursor: all there is that changed since then. Send next_cursor again for what comes next, at once where'
    ' has_more; where must_restart, forget what the device has and start without one. A row may come more often than'
    ' it changed, but no change is left out, however late its transaction commits. Error 22023 no cursor.';

CREATE FUNCTION civic.trim_sync_feed(keep interval DEFAULT '30 days') RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    horizon xid8;
    trimmed bigint;
BEGIN
    IF NOT civic.has_permission('manage:retention') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not delete what devices have yet to get',
            DETAIL = 'That needs permission "manage:retention".',
            HINT = 'Ask an administrator.';
    END IF;
    -- Up to the first transaction that is young enough, or that may still write.
    SELECT f.xid INTO horizon FROM civic_private.sync_feed AS f
    WHERE f.organization_id = organization AND f.written_at >= now() - keep
    ORDER BY f.xid LIMIT 1;
    horizon := least(horizon, pg_snapshot_xmin(pg_current_snapshot()));
    DELETE FROM civic_private.sync_feed AS f WHERE f.organization_id = organization AND f.xid < horizon;
    GET DIAGNOSTICS trimmed = ROW_COUNT;
    IF trimmed > 0 THEN
        INSERT INTO civic_private.sync_horizons AS h (organization_id, trimmed_below) VALUES (organization, horizon)
        ON CONFLICT ON CONSTRAINT sync_horizons_pkey DO UPDATE SET trimmed_below = EXCLUDED.trimmed_below;
    END IF;
    RETURN trimmed;
END
$$;
COMMENT ON FUNCTION civic.trim_sync_feed(interval) IS
    'Forgets changes that are older; devices that have not asked for so long start anew. Returns how many. To be run'
    ' once a day. Error 42501 not open to the caller.';
