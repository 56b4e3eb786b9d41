CREATE FUNCTION civic_private.compared_category(report civic.reports) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN (report).status = 'pending_classification'::civic.report_status THEN (report).manual_category
    ELSE coalesce((report).manual_category, (report).ai_category, (report).category) END;
COMMENT ON FUNCTION civic_private.compared_category(civic.reports) IS
    'The category a report is compared in; null while a person has to decide it.';

CREATE FUNCTION civic_private.effective_policies(organization uuid) RETURNS SETOF civic.duplicate_policies
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 SET search_path = pg_catalog, pg_temp
AS $$
    WITH asked AS (
        SELECT c.code, CASE c.code WHEN 'streetlight' THEN 150 ELSE 250 END AS radius
        FROM civic.categories AS c WHERE c.organization_id = organization
        UNION ALL SELECT NULL, 250
    )
    SELECT coalesce(p.organization_id, organization), p.id, a.code, coalesce(p.hint_radius_m, a.radius),
        coalesce(p.window_days, 30), coalesce(p.include_closed, false), coalesce(p.distance_weight, 0.40),
        coalesce(p.address_weight, 0.20), coalesce(p.text_weight, 0.25), coalesce(p.age_weight, 0.15),
        coalesce(p.hint_threshold, 0.20), coalesce(p.review_threshold, 0.75), coalesce(p.link_threshold, 0.80),
        coalesce(p.link_radius_m, 25), coalesce(p.street_numbers, 50), coalesce(p.automatic_linking, true),
        coalesce(p.is_active, true), coalesce(p.created_at, '-infinity'), p.updated_at
    FROM asked AS a
    LEFT JOIN LATERAL (
        SELECT d.* FROM civic.duplicate_policies AS d
        WHERE d.organization_id = organization AND d.is_active AND (d.category = a.code OR d.category IS NULL)
        ORDER BY d.category IS NULL
        LIMIT 1
    ) AS p ON true
$$;
COMMENT ON FUNCTION civic_private.effective_policies(uuid) IS
    'For each category, and for reports without one, the policy that holds: its own, that of the organization, or the'
    ' built-in one.';

CREATE FUNCTION civic.effective_duplicate_policies() RETURNS SETOF civic.duplicate_policies
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT p.* FROM civic_private.effective_policies(civic.current_organization_id()) AS p
    WHERE civic.current_organization_id() IS NOT NULL
    ORDER BY p.category
$$;
COMMENT ON FUNCTION civic.effective_duplicate_policies() IS
    'How duplicates are looked for in the current organization, per category of the new report; last for reports'
    ' without a category. A row without id is built in.';

CREATE FUNCTION civic_private.rebuild_signatures(organization uuid DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    made bigint;
BEGIN
    DELETE FROM civic_private.report_signatures AS s WHERE organization IS NULL OR s.organization_id = organization;
    -- Rows that are compared lie together then: among millions it is the pages of the rows that take the time.
    INSERT INTO civic_private.report_signatures (organization_id, report_id, created_at, latitude, longitude, cell,
        street, category_key, house_number, state, trigrams)
    SELECT r.organization_id, r.id, r.created_at, r.latitude, r.longitude,
        civic_private.grid_cell(r.latitude, r.longitude) AS cell, a.street,
        civic_private.category_key(civic_private.compared_category(r)) AS category_key, a.house_number,
        civic_private.signature_state(r.status) AS state,
        civic_private.trigram_signature(r.title || '. ' || r.description)
    FROM civic.reports AS r CROSS JOIN LATERAL civic_private.street_of(r.address) AS a
    WHERE organization IS NULL OR r.organization_id = organization
    ORDER BY r.organization_id, category_key, state, cell, r.created_at;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END
$$;
COMMENT ON FUNCTION civic_private.rebuild_signatures(uuid) IS
    'Makes the signatures of all reports anew, or of those of one organization; after reports were loaded with triggers'
    ' off. Returns how many. For administrators of the database.';

CREATE FUNCTION civic_private.never_suggested(organization uuid, report uuid) RETURNS SETOF uuid
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
    WITH root AS (
        SELECT coalesce(r.duplicate_of_report_id, r.id) AS id FROM civic.reports AS r
        WHERE r.organization_id = organization AND r.id = report
    ), family AS (
        SELECT root.id FROM root
        UNION ALL
        SELECT r.id FROM root JOIN civic.reports AS r
            ON r.organization_id = organization AND r.duplicate_of_report_id = root.id
    ), others AS (
        SELECT x.other_report_id AS id FROM family JOIN civic.duplicate_rejections AS x
            ON x.organization_id = organization AND x.report_id = family.id
        UNION ALL
        SELECT x.report_id FROM family JOIN civic.duplicate_rejections AS x
            ON x.organization_id = organization AND x.other_report_id = family.id
    )
    SELECT root.id FROM root
    UNION ALL
    SELECT coalesce(r.duplicate_of_report_id, r.id) FROM others JOIN civic.reports AS r
        ON r.organization_id = organization AND r.id = others.id
$$;
COMMENT ON FUNCTION civic_private.never_suggested(uuid, uuid) IS
    'Roots that are not suggested for a report: of its own family, and of the families a person said are another matter'
    ' than one of its family.';

CREATE FUNCTION civic_private.family_reporters(organization uuid, report uuid) RETURNS SETOF uuid
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 5 SET search_path = pg_catalog, pg_temp
AS $$
    WITH family AS (
        SELECT m.id, m.user_id
        FROM civic.reports AS r
        JOIN civic.reports AS m ON m.organization_id = r.organization_id
            AND (m.id = coalesce(r.duplicate_of_report_id, r.id)
                OR m.duplicate_of_report_id = coalesce(r.duplicate_of_report_id, r.id))
        WHERE r.organization_id = organization AND r.id = report
    )
    SELECT f.user_id FROM family AS f
    UNION
    SELECT s.user_id FROM family AS f JOIN civic.report_supporters AS s
        ON s.organization_id = organization AND s.report_id = f.id
$$;
COMMENT ON FUNCTION civic_private.family_reporters(uuid, uuid) IS
    'Whom to tell of a report: who filed or supports any report of its family, each person once.';

CREATE FUNCTION civic.family_status(report_id uuid) RETURNS civic.report_status
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(o.status, r.status) FROM civic.reports AS r
    LEFT JOIN civic.reports AS o ON o.organization_id = r.organization_id AND o.id = r.duplicate_of_report_id
    WHERE r.organization_id = civic.current_organization_id() AND r.id = family_status.report_id
        AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
            r.ward_number, r.district, r.latitude, r.longitude)
$$;
COMMENT ON FUNCTION civic.family_status(uuid) IS
    'Where the work on a report stands: for a duplicate, the status of the root of its family. Null when the asker'
    ' cannot see the report.';

CREATE FUNCTION civic.report_family(report_id uuid) RETURNS TABLE (
    member_id uuid, report_number text, title text, status civic.report_status, is_root boolean,
    duplicate_score double precision, duplicate_reason text, created_at timestamptz
)
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 3 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT m.id, m.report_number, m.title, m.status, m.duplicate_of_report_id IS NULL, m.duplicate_score,
        m.duplicate_reason, m.created_at
    FROM civic.reports AS r
    JOIN civic.reports AS m ON m.organization_id = r.organization_id
        AND (m.id = coalesce(r.duplicate_of_report_id, r.id)
            OR m.duplicate_of_report_id = coalesce(r.duplicate_of_report_id, r.id))
    WHERE r.organization_id = civic.current_organization_id() AND r.id = report_family.report_id
        AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
            r.ward_number, r.district, r.latitude, r.longitude)
        AND civic.is_report_visible(m.is_public, m.is_sensitive, m.user_id, m.assigned_to, m.department_id,
            m.ward_number, m.district, m.latitude, m.longitude)
    ORDER BY m.duplicate_of_report_id IS NOT NULL, m.created_at, m.id
$$;
COMMENT ON FUNCTION civic.report_family(uuid) IS
    'The family of a report as far as the asker can see it: the root first, then its duplicates, oldest first, with why'
    ' they are. A report without duplicates is its own family.';

CREATE FUNCTION civic.merge_reports(root_id uuid, report_ids uuid[], reason text DEFAULT NULL) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    root uuid;
    member uuid;
    result civic.reports;
BEGIN
    IF cardinality(report_ids) > 100 THEN
        RAISE EXCEPTION USING ERRCODE = 'program_limit_exceeded',
            MESSAGE = 'too many reports for one call',
            DETAIL = format('At most 100 are allowed, not %s.', cardinality(report_ids)),
            HINT = 'Split the list.';
    END IF;
    -- In the order of ids, so that two merges at once meet instead of waiting for each other.
    PERFORM FROM civic.reports AS r
    WHERE r.organization_id = organization AND r.id = ANY (report_ids || root_id)
    ORDER BY r.id
    FOR NO KEY UPDATE;
    SELECT coalesce(r.duplicate_of_report_id, r.id) INTO root FROM civic.reports AS r
    WHERE r.organization_id = organization AND r.id = root_id;
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(root_id, NULL);
    END IF;
    FOREACH member IN ARRAY report_ids LOOP
        UPDATE civic.reports AS r SET status = 'duplicate', duplicate_of_report_id = root, duplicate_score = NULL,
            duplicate_reason = merge_reports.reason
        WHERE r.organization_id = organization AND r.id = member AND r.duplicate_of_report_id IS DISTINCT FROM root;
        IF NOT FOUND AND NOT EXISTS (
            SELECT FROM civic.reports AS r
            WHERE r.organization_id = organization AND r.id = member AND r.duplicate_of_report_id = root
        ) THEN
            PERFORM civic_helpers.refuse_update(member, 'duplicate');
        END IF;
    END LOOP;
    -- Whoever merges takes back what was said before.
    DELETE FROM civic.duplicate_rejections AS x
    USING civic.reports AS a, civic.reports AS b
    WHERE x.organization_id = organization
        AND a.organization_id = organization AND a.id = x.report_id AND root IN (a.id, a.duplicate_of_report_id)
        AND b.organization_id = organization AND b.id = x.other_report_id AND root IN (b.id, b.duplicate_of_report_id);
    SELECT r.* INTO result FROM civic.reports AS r WHERE r.organization_id = organization AND r.id = root;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.merge_reports(uuid, uuid[], text) IS
    'Makes up to 100 reports, with their duplicates, duplicates of another one, or of the root of its family; returns'
    ' the root. The reason, up to 1000 characters, stands in duplicate_reason. Pairs that were rejected before are'
    ' forgotten.'
    ' Errors: ZC001 to ZC004 refused by the guard, ZC010 of itself, 54000 too many, PT404 no such report.';

CREATE FUNCTION civic.reject_duplicate(report_id uuid, other_id uuid, reason text DEFAULT NULL)
    RETURNS civic.duplicate_rejections
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    asked uuid;
    found_roots uuid[] := '{}';
    root uuid;
    result civic.duplicate_rejections;
BEGIN
    IF NOT civic.has_permission('merge:duplicate_reports') THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC003',
            MESSAGE = 'you may not say that two reports are not the same',
            DETAIL = 'That needs permission "merge:duplicate_reports".',
            HINT = 'Ask a moderator or an administrator.';
    END IF;
    FOREACH asked IN ARRAY ARRAY[reject_duplicate.report_id, reject_duplicate.other_id] LOOP
        SELECT coalesce(r.duplicate_of_report_id, r.id) INTO root FROM civic.reports AS r
        WHERE r.organization_id = organization AND r.id = asked
            AND civic.can_moderate_at(r.ward_number, r.district, r.latitude, r.longitude);
        IF NOT FOUND THEN
            PERFORM civic_helpers.refuse_update(asked, NULL);
        END IF;
        found_roots := found_roots || root;
    END LOOP;
    IF found_roots[1] = found_roots[2] THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC012',
            MESSAGE = 'the reports are of one family',
            DETAIL = 'One is a duplicate of the other, or both are of a third.',
            HINT = 'Take one out of the family with civic.split_report().',
            TABLE = 'reports', COLUMN = 'duplicate_of_report_id', SCHEMA = 'civic';
    END IF;
    INSERT INTO civic.duplicate_rejections AS x (organization_id, report_id, other_report_id, reason)
    VALUES (organization, least(reject_duplicate.report_id, reject_duplicate.other_id),
        greatest(reject_duplicate.report_id, reject_duplicate.other_id), reject_duplicate.reason)
    ON CONFLICT ON CONSTRAINT duplicate_rejections_pkey DO UPDATE SET reason = excluded.reason
    RETURNING x.* INTO result;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.reject_duplicate(uuid, uuid, text) IS
    'Says that two reports are not the same: neither is suggested for the other again. Errors: ZC003 not open to the'
    ' caller, ZC012 they are of one family, PT404 no such report.';

CREATE FUNCTION civic.split_report(report_id uuid, reason text DEFAULT NULL) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    member record;
    result civic.reports;
BEGIN
    SELECT r.status, r.duplicate_of_report_id AS root INTO member FROM civic.reports AS r
    WHERE r.organization_id = civic.current_organization_id() AND r.id = split_report.report_id;
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(split_report.report_id, NULL);
    END IF;
    IF member.root IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC012',
            MESSAGE = 'the report is not a duplicate',
            DETAIL = format('Its status is "%s".', member.status),
            HINT = 'Only a duplicate can be taken out; the root of a family becomes one by civic.change_root().',
            TABLE = 'reports', COLUMN = 'duplicate_of_report_id', SCHEMA = 'civic';
    END IF;
    result := civic.unmark_duplicate(split_report.report_id);
    PERFORM civic.reject_duplicate(split_report.report_id, member.root, split_report.reason);
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.split_report(uuid, text) IS
    'Takes a duplicate out of its family, to start anew as received, and remembers that it is another matter than the'
    ' root. Errors: ZC003 not open to the caller, ZC012 not a duplicate, PT404 no such report.';

CREATE FUNCTION civic.change_root(report_id uuid) RETURNS civic.reports
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    root civic.reports;
    result civic.reports;
BEGIN
    IF NOT civic.has_permission('merge:duplicate_reports') THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC003',
            MESSAGE = 'you may not change the root of a family',
            DETAIL = 'That needs permission "merge:duplicate_reports".',
            HINT = 'Ask a moderator or an administrator.';
    END IF;
    SELECT r.* INTO result FROM civic.reports AS r
    WHERE r.organization_id = organization AND r.id = change_root.report_id
        AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
            r.ward_number, r.district, r.latitude, r.longitude);
    IF NOT FOUND THEN
        PERFORM civic_helpers.refuse_update(change_root.report_id, NULL);
    END IF;
    IF result.duplicate_of_report_id IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC012',
            MESSAGE = 'the report is not a duplicate',
            DETAIL = format('Its status is "%s".', result.status),
            HINT = 'It is the root of its family already.',
            TABLE = 'reports', COLUMN = 'duplicate_of_report_id', SCHEMA = 'civic';
    END IF;
    IF EXISTS (
        SELECT FROM civic.reports AS r
        WHERE r.organization_id = organization AND r.id IN (result.id, result.duplicate_of_report_id)
            AND NOT civic.can_moderate_at(r.ward_number, r.district, r.latitude, r.longitude)
    ) THEN
        PERFORM civic_helpers.refuse_update(change_root.report_id, NULL);
    END IF;
    PERFORM FROM civic.reports AS r
    WHERE r.organization_id = organization AND r.id IN (result.id, result.duplicate_of_report_id)
    ORDER BY r.id
    FOR NO KEY UPDATE;
    SELECT r.* INTO root FROM civic.reports AS r
    WHERE r.organization_id = organization AND r.id = (
        SELECT m.duplicate_of_report_id FROM civic.reports AS m
        WHERE m.organization_id = organization AND m.id = result.id
    );
    IF root.id IS DISTINCT FROM result.duplicate_of_report_id THEN
        RAISE EXCEPTION USING ERRCODE = 'serialization_failure',
            MESSAGE = 'the family was changed at the same time',
            HINT = 'Look at it again, then try again.';
    END IF;
    UPDATE civic.reports AS r SET
        status = root.status,
        department_id = root.department_id,
        assigned_to = root.assigned_to,
        resolution_notes = root.resolution_notes,
        rejection_reason = root.rejection_reason,
        rework_reason = root.rework_reason,
        hold_reason = root.hold_reason,
        estimated_resume_date = root.estimated_resume_date,
        hold_approved_by_user_id = root.hold_approved_by_user_id,
        hold_approval_required = root.hold_approval_required,
        assignment_rejection_reason = root.assignment_rejection_reason
    WHERE r.organization_id = organization AND r.id = result.id;
    UPDATE civic.tasks AS t SET
        priority = o.priority, notes = o.notes, sla_policy_id = o.sla_policy_id, sla_category = o.sla_category,
        sla_severity = o.sla_severity, sla_deadline = o.sla_deadline, sla_state = o.sla_state,
        sla_violation_count = o.sla_violation_count, sla_next_check = o.sla_next_check,
        assigned_by = o.assigned_by, assigned_at = o.assigned_at, acknowledged_at = o.acknowledged_at,
        started_at = o.started_at
    FROM civic.tasks AS o
    WHERE t.organization_id = organization AND t.report_id = result.id
        AND o.organization_id = organization AND o.report_id = root.id;
    -- The clock goes on as well, with what it was stopped for.
    DELETE FROM civic.sla_pauses AS p WHERE p.organization_id = organization AND p.report_id = result.id;
    INSERT INTO civic.sla_pauses (organization_id, report_id, reason, note, paused_at, resumed_at, paused_by)
    SELECT p.organization_id, result.id, p.reason, p.note, p.paused_at, p.resumed_at, p.paused_by
    FROM civic.sla_pauses AS p WHERE p.organization_id = organization AND p.report_id = root.id;
    UPDATE civic.reports AS r SET
        status = 'duplicate', duplicate_of_report_id = result.id, duplicate_score = result.duplicate_score,
        duplicate_reason = result.duplicate_reason
    WHERE r.organization_id = organization AND r.id = root.id;
    SELECT r.* INTO result FROM civic.reports AS r WHERE r.organization_id = organization AND r.id = result.id;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.change_root(uuid) IS
    'A duplicate becomes the root of its family: the work goes on with it where the old root stood, and that one'
    ' becomes a duplicate of it. The same call for the old root takes it back. Errors: ZC001 to ZC003 refused by the'
    ' guard, ZC006 the officer may not have it any more, ZC012 not a duplicate, PT404 no such report.';
