CREATE FUNCTION civic.get_case(case_id uuid) RETURNS SETOF civic.cases
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.* FROM civic.cases AS c
    WHERE c.organization_id = civic.current_organization_id() AND c.id = case_id
$$;
COMMENT ON FUNCTION civic.get_case(uuid) IS 'The case; no row when there is none that the asker can see.';

CREATE FUNCTION civic.open_case(title text, description text, priority civic.case_priority DEFAULT 'medium')
    RETURNS civic.cases
    LANGUAGE sql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO civic.cases AS c (title, description, priority)
    VALUES (open_case.title, open_case.description, open_case.priority)
    RETURNING c.*
$$;
COMMENT ON FUNCTION civic.open_case(text, text, civic.case_priority) IS
    'Opens a case and returns it. Needs permission create:case. Errors: 42501 not open to the caller, 23514 title or'
    ' description empty or too long.';

CREATE FUNCTION civic.submit_case(case_id uuid) RETURNS civic.cases
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM civic.transition('case', submit_case.case_id, 'pending_review');
    RETURN civic.get_case(submit_case.case_id);
END
$$;
COMMENT ON FUNCTION civic.submit_case(uuid) IS
    'Puts a new case before the chair. Errors: ZC001 to ZC003 refused by the guard, PT404 no such case.';

CREATE FUNCTION civic.assign_case(case_id uuid, caseworker_id uuid) RETURNS civic.cases
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.cases;
BEGIN
    UPDATE civic.cases AS c SET
        assigned_to = assign_case.caseworker_id,
        status = CASE c.status WHEN 'in_progress' THEN c.status ELSE 'assigned' END
    WHERE c.organization_id = civic.current_organization_id() AND c.id = assign_case.case_id
    RETURNING c.* INTO result;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the case does not exist',
            DETAIL = 'No case with this id can be changed by you.',
            HINT = 'Check the id, and who you are signed in as.';
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.assign_case(uuid, uuid) IS
    'Puts a caseworker in charge of a case: of a reviewed one, which becomes assigned, or in place of another while it'
    ' is assigned or in progress. Errors: ZC100 the person is no caseworker, ZC001 to ZC004 refused by the guard, PT404'
    ' no such case.';

CREATE FUNCTION civic.start_case(case_id uuid) RETURNS civic.cases
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM civic.transition('case', start_case.case_id, 'in_progress');
    RETURN civic.get_case(start_case.case_id);
END
$$;
COMMENT ON FUNCTION civic.start_case(uuid) IS
    'The caseworker in charge starts work. Errors: ZC001 to ZC003 refused by the guard, PT404 no such case.';

CREATE FUNCTION civic.finish_case(case_id uuid) RETURNS civic.cases
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM civic.transition('case', finish_case.case_id, 'pending_completion');
    RETURN civic.get_case(finish_case.case_id);
END
$$;
COMMENT ON FUNCTION civic.finish_case(uuid) IS
    'The caseworker in charge has done the work. Errors: ZC001 to ZC003 refused by the guard, PT404 no such case.';

CREATE FUNCTION civic.complete_case(case_id uuid) RETURNS civic.cases
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM civic.transition('case', complete_case.case_id, 'completed');
    RETURN civic.get_case(complete_case.case_id);
END
$$;
COMMENT ON FUNCTION civic.complete_case(uuid) IS
    'Chair or clerk close a case whose work is done. Errors: ZC001 to ZC003 refused by the guard, PT404 no such case.';

CREATE FUNCTION civic.return_case(case_id uuid, reason text) RETURNS civic.cases
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM civic.transition('case', c.id, CASE c.status
        WHEN 'pending_review' THEN 'new'
        WHEN 'assigned' THEN 'pending_review'
        WHEN 'pending_completion' THEN 'in_progress'
        ELSE 'new'
    END, return_case.reason)
    FROM civic.cases AS c
    WHERE c.organization_id = civic.current_organization_id() AND c.id = return_case.case_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the case does not exist',
            DETAIL = 'No case with this id is visible to you.',
            HINT = 'Check the id, and who you are signed in as.';
    END IF;
    RETURN civic.get_case(return_case.case_id);
END
$$;
COMMENT ON FUNCTION civic.return_case(uuid, text) IS
    'Sends a case one step back, with a reason of 1 to 1000 characters: from review to the clerk, from the caseworker'
    ' to review, from completion to more work. Each step only where the organization has enabled it. Errors: ZC001 not'
    ' enabled, ZC002 no reason, ZC003 not open to the caller, PT404 no such case.';

CREATE FUNCTION civic.comment_case(case_id uuid, comment text) RETURNS civic.case_logs
    LANGUAGE sql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO civic.case_logs AS l (case_id, action, details)
    VALUES (comment_case.case_id, 'commented', jsonb_build_object('comment', comment_case.comment))
    RETURNING l.*
$$;
COMMENT ON FUNCTION civic.comment_case(uuid, text) IS
    'Writes a comment into the log of a case, for good. Needs permission comment:case and a case the asker can see.'
    ' Errors: 42501 not open to the caller, 23503 no such case, 23514 empty.';

CREATE FUNCTION civic.add_case_document(
    case_id uuid, file_name text, storage_key text, mime_type text, file_size bigint, sha256 bytea DEFAULT NULL
) RETURNS civic.case_documents
    LANGUAGE sql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO civic.case_documents AS d (case_id, file_name, storage_key, mime_type, file_size, sha256)
    VALUES (add_case_document.case_id, add_case_document.file_name, add_case_document.storage_key,
        add_case_document.mime_type, add_case_document.file_size, add_case_document.sha256)
    RETURNING d.*
$$;
COMMENT ON FUNCTION civic.add_case_document(uuid, text, text, text, bigint, bytea) IS
    'Adds a document of at most 100 MiB to a case the asker can see. Needs permission add:case_document. Errors: 42501'
    ' not open to the caller, 23503 no such case, 23505 the storage key is taken, 23514 size, name or type out of'
    ' bounds.';

CREATE FUNCTION civic.link_case_report(case_id uuid, report_id uuid) RETURNS civic.case_reports
    LANGUAGE sql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO civic.case_reports AS l (case_id, report_id)
    VALUES (link_case_report.case_id, link_case_report.report_id)
    RETURNING l.*
$$;
COMMENT ON FUNCTION civic.link_case_report(uuid, uuid) IS
    'Says that a case is about a report. The asker must see both and hold add:case_document. Errors: 42501 not open to'
    ' the caller, 23503 no such case or report, 23505 linked already.';

CREATE FUNCTION civic.list_cases(
    statuses civic.case_status[] DEFAULT NULL,
    priorities civic.case_priority[] DEFAULT NULL,
    assigned_to uuid DEFAULT NULL,
    created_by uuid DEFAULT NULL,
    query text DEFAULT NULL,
    before_time timestamptz DEFAULT NULL,
    before_id uuid DEFAULT NULL,
    max_rows integer DEFAULT 50
) RETURNS SETOF civic.cases
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 50 SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    person uuid := civic.current_user_id();
    -- Only leads to an index; who sees what is said by is_case_visible().
    sees_all boolean := civic.has_permission('view:all_cases') OR civic.is_system();
    page_time timestamptz := coalesce(before_time, 'infinity');
    page_id uuid := coalesce(before_id, '00000000-0000-0000-0000-000000000000');
    page_rows integer := least(greatest(coalesce(max_rows, 50), 1), 1000);
BEGIN
    -- The pages that are asked for all day keep their plans.
    IF num_nonnulls(statuses, priorities, assigned_to, created_by, query) = 0 THEN
        IF sees_all THEN
            RETURN QUERY SELECT c.* FROM civic.cases AS c
            WHERE c.organization_id = organization AND (c.created_at, c.id) < (page_time, page_id)
                AND civic_helpers.is_case_visible(c.created_by, c.assigned_to)
            ORDER BY c.created_at DESC, c.id DESC LIMIT page_rows;
        ELSE
            RETURN QUERY SELECT o.* FROM (
                (SELECT c.* FROM civic.cases AS c
                WHERE c.organization_id = organization AND c.created_by = person
                    AND (c.created_at, c.id) < (page_time, page_id)
                    AND civic_helpers.is_case_visible(c.created_by, c.assigned_to)
                ORDER BY c.created_at DESC, c.id DESC LIMIT page_rows)
                UNION ALL
                (SELECT c.* FROM civic.cases AS c
                WHERE c.organization_id = organization AND c.assigned_to = person AND c.created_by <> person
                    AND (c.created_at, c.id) < (page_time, page_id)
                    AND civic_helpers.is_case_visible(c.created_by, c.assigned_to)
                ORDER BY c.created_at DESC, c.id DESC LIMIT page_rows)
            ) AS o
            ORDER BY o.created_at DESC, o.id DESC LIMIT page_rows;
        END IF;
        RETURN;
    END IF;
    -- As civic.list_reports(): only the conditions that were given; statuses as constants, so that partial indexes fit.
    RETURN QUERY EXECUTE 'SELECT c.* FROM civic.cases AS c WHERE c.organization_id = $1'
        || CASE WHEN statuses IS NULL THEN '' ELSE format(' AND c.status = ANY (%L::civic.case_status[])', statuses) END
        || CASE WHEN priorities IS NULL THEN '' ELSE ' AND c.priority = ANY ($2)' END
        || CASE WHEN assigned_to IS NULL THEN '' ELSE ' AND c.assigned_to = $3' END
        || CASE WHEN created_by IS NULL THEN '' ELSE ' AND c.created_by = $4' END
        || CASE WHEN query IS NULL THEN ''
            ELSE ' AND strpos(lower(c.title || E''\n'' || c.description), lower($5)) > 0' END
        || ' AND (c.created_at, c.id) < ($6, $7) AND civic_helpers.is_case_visible(c.created_by, c.assigned_to)'
            ' ORDER BY c.created_at DESC, c.id DESC LIMIT $8'
    USING organization, priorities, assigned_to, created_by, query, page_time, page_id, page_rows;
END
$$;
COMMENT ON FUNCTION civic.list_cases(
    civic.case_status[], civic.case_priority[], uuid, uuid, text, timestamptz, uuid, integer
) IS
    'Cases the asker can see, newest first; each filter that is given must hold, query being part of title or'
    ' description whatever its case. For the next page pass created_at and id of the last row as before_time and'
    ' before_id. 1 to 1000 rows.';

CREATE FUNCTION civic.pending_cases(
    after_time timestamptz DEFAULT NULL, after_id uuid DEFAULT NULL, max_rows integer DEFAULT 50
) RETURNS SETOF civic.cases
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.* FROM civic.cases AS c
    WHERE c.organization_id = civic.current_organization_id() AND c.status = 'pending_review'
        AND (c.created_at, c.id) > (coalesce(after_time, '-infinity'),
            coalesce(after_id, '00000000-0000-0000-0000-000000000000'))
    ORDER BY c.created_at, c.id
    LIMIT least(greatest(max_rows, 1), 1000)
$$;
COMMENT ON FUNCTION civic.pending_cases(timestamptz, uuid, integer) IS
    'Cases that wait for a review, of those the asker can see, longest waiting first. For the next page pass created_at'
    ' and id of the last row as after_time and after_id. 1 to 1000 rows.';

CREATE FUNCTION civic.case_log(case_id uuid)
    RETURNS TABLE (logged_at timestamptz, action civic.case_action, user_id uuid, user_name text, details jsonb)
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT e.logged_at, e.action, e.user_id, u.full_name, e.details
    FROM civic.cases AS c
    CROSS JOIN LATERAL (
        SELECT h.id, h.changed_at,
            CASE WHEN h.old_status IS NULL THEN 'created' ELSE 'status_changed' END::civic.case_action, h.changed_by,
            jsonb_strip_nulls(jsonb_build_object('from', h.old_status, 'to', h.new_status, 'reason', h.reason))
        FROM civic.status_history AS h
        WHERE h.organization_id = c.organization_id AND h.entity_id = c.id AND h.workflow = 'case'
        UNION ALL
        SELECT l.id, l.logged_at, l.action, l.user_id, l.details
        FROM civic.case_logs AS l
        WHERE l.organization_id = c.organization_id AND l.case_id = c.id
    ) AS e (id, logged_at, action, user_id, details)
    LEFT JOIN civic.users AS u ON u.organization_id = c.organization_id AND u.id = e.user_id
    WHERE c.organization_id = civic.current_organization_id() AND c.id = case_log.case_id
        AND civic_helpers.is_case_visible(c.created_by, c.assigned_to)
    ORDER BY e.logged_at, e.id
$$;
COMMENT ON FUNCTION civic.case_log(uuid) IS
    'Everything that happened to a case the asker can see, in order: created, assigned, status_changed, commented. No'
    ' rows for another.';

CREATE FUNCTION civic.case_workload() RETURNS TABLE (
    caseworker_id uuid, full_name text, assigned bigint, in_progress bigint, pending_completion bigint,
    completed bigint
)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT (civic.has_permission('assign:case') OR civic.has_permission('view:all_cases') OR civic.is_system()) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not see the workload of caseworkers',
            DETAIL = 'That needs permission "assign:case".',
            HINT = 'Ask a chair.';
    END IF;
    RETURN QUERY
    SELECT u.id, u.full_name, count(c.id) FILTER (WHERE c.status = 'assigned'),
        count(c.id) FILTER (WHERE c.status = 'in_progress'),
        count(c.id) FILTER (WHERE c.status = 'pending_completion'),
        count(c.id) FILTER (WHERE c.status = 'completed')
    FROM civic.users AS u
    LEFT JOIN civic.cases AS c ON c.organization_id = u.organization_id AND c.assigned_to = u.id
    WHERE u.organization_id = civic.current_organization_id()
        AND (c.id IS NOT NULL OR civic_private.person_has_permission(u.organization_id, u.id, 'work:case'))
    GROUP BY u.id, u.full_name
    ORDER BY 3, 4, u.id;
END
$$;
COMMENT ON FUNCTION civic.case_workload() IS
    'Caseworkers with how many cases they have in each state, those with the fewest first. Error 42501 not open to the'
    ' caller.';
