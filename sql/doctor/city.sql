CREATE FUNCTION civic_private.doctor_jobs() RETURNS SETOF civic.finding
    LANGUAGE sql STABLE PARALLEL SAFE SET jit = off
BEGIN ATOMIC
    -- The oldest of what waits is the first row of an index; counts stop at 10 000.
    WITH mine AS (
        SELECT civic.current_organization_id() AS organization
    )
    SELECT 'warning' AS severity, 'tick_late' AS finding, 'civic.tick()' AS object,
        format('A deadline was to be looked at %s.', to_char(o.since, 'YYYY-MM-DD HH24:MI TZ')) AS detail,
        'Have a job run SELECT civic.tick() every few minutes.' AS remedy
    FROM mine AS m
    CROSS JOIN LATERAL (
        SELECT t.sla_next_check AS since FROM civic.tasks AS t
        WHERE t.organization_id = m.organization AND t.sla_next_check IS NOT NULL
        ORDER BY t.sla_next_check LIMIT 1
    ) AS o
    WHERE o.since < now() - interval '1 hour'
    UNION ALL
    SELECT 'warning' AS severity, 'messages_waiting' AS finding, 'civic.outbox ' || p.priority AS object,
        format('A message waits to be sent since %s.', to_char(o.since, 'YYYY-MM-DD HH24:MI TZ')) AS detail,
        'Have a worker call civic.claim_notifications().' AS remedy
    FROM mine AS m
    CROSS JOIN unnest(enum_range(NULL::civic.notification_priority)) AS p (priority)
    CROSS JOIN LATERAL (
        SELECT x.due_at AS since FROM civic.outbox AS x
        WHERE x.organization_id = m.organization AND x.priority = p.priority AND x.state = 'pending'
        ORDER BY x.due_at LIMIT 1
    ) AS o
    WHERE o.since < now() - interval '1 hour'
    UNION ALL
    SELECT 'warning' AS severity, 'messages_dead' AS finding, 'civic.outbox' AS object,
        format('%s messages were given up.', o.found) AS detail,
        'Look at last_error in civic.outbox, mend it, and call civic.retry_notifications().' AS remedy
    FROM mine AS m
    CROSS JOIN LATERAL (
        SELECT count(*) AS found FROM (
            SELECT FROM civic.outbox AS x WHERE x.organization_id = m.organization AND x.state = 'dead' LIMIT 10000
        ) AS d
    ) AS o
    WHERE o.found > 0
    UNION ALL
    SELECT 'warning' AS severity, 'sign_ins_kept' AS finding, 'civic.forget_sign_ins()' AS object,
        format('The oldest security event is of %s.', o.since::date) AS detail,
        'SELECT civic.forget_sign_ins();' AS remedy
    FROM mine AS m
    CROSS JOIN LATERAL (
        SELECT e.created_at AS since FROM civic.security_events AS e WHERE e.organization_id = m.organization
        ORDER BY e.created_at LIMIT 1
    ) AS o
    WHERE o.since < now() - interval '120 days'
    UNION ALL
    SELECT 'warning' AS severity, 'changes_kept' AS finding, 'civic.trim_sync_feed()' AS object,
        format('The oldest change kept for devices is of %s.', f.written_at::date) AS detail,
        'SELECT civic.trim_sync_feed();' AS remedy
    FROM mine AS m
    CROSS JOIN LATERAL (
        SELECT s.written_at FROM civic_private.sync_feed AS s WHERE s.organization_id = m.organization
        ORDER BY s.xid LIMIT 1
    ) AS f
    WHERE f.written_at < now() - interval '60 days'
    UNION ALL
    SELECT 'info' AS severity, 'sign_in_off' AS finding, 'civic.set_token_secret()' AS object,
        'Nobody can sign in here: no secret for tokens is set.' AS detail,
        'An administrator of the database calls civic.set_token_secret(),'
            ' unless another service signs people in.' AS remedy
    WHERE NOT EXISTS (SELECT FROM civic_private.token_secrets);
END;
COMMENT ON FUNCTION civic_private.doctor_jobs() IS
    'Findings of civic.doctor() on jobs that do not run, for the current organization.';

CREATE FUNCTION civic_private.doctor_rules() RETURNS SETOF civic.finding
    LANGUAGE sql STABLE PARALLEL SAFE SET jit = off
BEGIN ATOMIC
    WITH RECURSIVE mine AS (
        SELECT civic.current_organization_id() AS organization
    ), rules AS MATERIALIZED (
        -- As they came, and as they hold in the organization.
        SELECT false AS holds, t.workflow, t.from_status, t.to_status FROM civic.workflow_transitions AS t
        WHERE t.organization_id = '00000000-0000-0000-0000-000000000000' AND t.is_enabled
        UNION ALL
        SELECT true, e.workflow, e.from_status, e.to_status FROM (
            SELECT DISTINCT ON (t.workflow, t.from_status, t.to_status) t.workflow, t.from_status, t.to_status,
                t.is_enabled
            FROM civic.workflow_transitions AS t CROSS JOIN mine AS m
            WHERE t.organization_id IN (m.organization, '00000000-0000-0000-0000-000000000000')
            ORDER BY t.workflow, t.from_status, t.to_status, t.organization_id DESC
        ) AS e WHERE e.is_enabled
    ), reached AS (
        SELECT r.holds, r.workflow, r.to_status AS status FROM rules AS r WHERE r.from_status IS NULL
        UNION
        SELECT r.holds, r.workflow, r.to_status FROM reached AS x
        JOIN rules AS r ON r.holds = x.holds AND r.workflow = x.workflow AND r.from_status = x.status
    ), areas AS MATERIALIZED (
        SELECT a.id, a.kind, a.code, a.name, a.boundary FROM civic.areas AS a CROSS JOIN mine AS m
        WHERE a.organization_id = m.organization AND a.valid_from <= current_date AND a.valid_until > current_date
    ), departments AS (
        SELECT d.id, d.code, d.auto_assign FROM civic.departments AS d CROSS JOIN mine AS m
        WHERE d.organization_id = m.organization AND d.is_active
    ), routing AS (
        SELECT r.department_id, r.category, r.category_group FROM civic.routing_rules AS r CROSS JOIN mine AS m
        WHERE r.organization_id = m.organization AND r.is_active AND r.valid_until > current_date
    ), categories AS (
        SELECT c.code, c.department_id, c.category_group FROM civic.categories AS c CROSS JOIN mine AS m
        WHERE c.organization_id = m.organization AND c.is_active
    )
    -- Where the built-in rules end is an end; where only those of the organization do, something was forgotten.
    SELECT 'warning' AS severity, 'status_without_exit' AS finding, r.workflow || ' ' || r.to_status AS object,
        'Nothing leads out of this status, because rules of the organization took its moves away.' AS detail,
        'Look at the rows of civic.workflow_transitions whose is_enabled is false.' AS remedy
    FROM (SELECT DISTINCT x.workflow, x.status AS to_status FROM reached AS x WHERE x.holds) AS r
    WHERE EXISTS (SELECT FROM rules AS b WHERE NOT b.holds AND b.workflow = r.workflow AND b.from_status = r.to_status)
        AND NOT EXISTS (
            SELECT FROM rules AS b WHERE b.holds AND b.workflow = r.workflow AND b.from_status = r.to_status)
    UNION ALL
    SELECT 'warning' AS severity, 'status_unreachable' AS finding, r.workflow || ' ' || r.status AS object,
        'No rule leads to this status, or only such as begin where nothing leads to.' AS detail,
        'Add a row to civic.workflow_transitions, or enable the built-in one again.' AS remedy
    FROM (
        SELECT x.workflow, x.status FROM reached AS x WHERE NOT x.holds
        UNION SELECT b.workflow, b.from_status FROM rules AS b WHERE b.holds AND b.from_status IS NOT NULL
            AND EXISTS (SELECT FROM rules AS s WHERE s.workflow = b.workflow AND s.from_status IS NULL)
    ) AS r
    WHERE NOT EXISTS (
        SELECT FROM reached AS x WHERE x.holds AND x.workflow = r.workflow AND x.status = r.status)
    UNION ALL
    SELECT 'info' AS severity, 'department_unrouted' AS finding, d.code AS object,
        'No category and no rule leads to the department.' AS detail,
        'Add a row to civic.routing_rules, or deactivate the department.' AS remedy
    FROM departments AS d
    WHERE NOT EXISTS (SELECT FROM routing AS r WHERE r.department_id = d.id)
        AND NOT EXISTS (SELECT FROM categories AS c WHERE c.department_id = d.id)
    UNION ALL
    SELECT 'info' AS severity, 'category_unrouted' AS finding, c.code AS object,
        'Its reports wait until a person gives them to a department.' AS detail,
        'Give the category a department, or add a row to civic.routing_rules.' AS remedy
    FROM categories AS c
    WHERE NOT EXISTS (SELECT FROM departments AS d WHERE d.id = c.department_id)
        AND NOT EXISTS (SELECT FROM routing AS r WHERE r.category = c.code
            OR r.category IS NULL AND (r.category_group IS NULL OR r.category_group = c.category_group))
    UNION ALL
    SELECT 'warning' AS severity, 'department_without_officers' AS finding, d.code AS object,
        'Its officers are to be chosen automatically, and it has no active one.' AS detail,
        'Add an officer to the department, or set its auto_assign to false.' AS remedy
    FROM departments AS d CROSS JOIN mine AS m
    WHERE d.auto_assign AND NOT EXISTS (
        SELECT FROM civic.users AS u
        JOIN civic.user_roles AS r ON r.organization_id = u.organization_id AND r.user_id = u.id
        JOIN civic.roles AS o ON o.organization_id = r.role_organization_id AND o.id = r.role_id
        WHERE u.organization_id = m.organization AND u.department_id = d.id AND u.status = 'active'
            AND o.code = 'nodal_officer'
    )
    UNION ALL
    SELECT 'error' AS severity, 'area_invalid' AS finding, a.kind || ' ' || a.code AS object,
        ST_IsValidReason(a.boundary) || '.' AS detail,
        'Correct the boundary with civic.replace_area().' AS remedy
    FROM areas AS a WHERE NOT ST_IsValid(a.boundary)
    UNION ALL
    SELECT 'warning' AS severity, 'areas_overlap' AS finding, o.kind || ' ' || o.code || ' and ' || o.other AS object,
        format('They share %s square metres; a place there is taken to be in the smaller.',
            round(o.size_m2::numeric)) AS detail,
        format('SELECT * FROM civic.check_areas(%L);', o.kind) AS remedy
    FROM (
        SELECT a.kind, a.code, b.code AS other, ST_Area(ST_Intersection(a.boundary, b.boundary)::geography) AS size_m2
        FROM areas AS a JOIN areas AS b ON b.kind = a.kind AND a.id < b.id AND ST_Intersects(a.boundary, b.boundary)
            AND NOT ST_Touches(a.boundary, b.boundary)
        WHERE ST_IsValid(a.boundary) AND ST_IsValid(b.boundary)
    ) AS o
    WHERE o.size_m2 > 1;
END;
COMMENT ON FUNCTION civic_private.doctor_rules() IS
    'Findings of civic.doctor() on transition rules, routing and areas of the current organization.';
