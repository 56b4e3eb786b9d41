CREATE FUNCTION civic_helpers.location_of(latitude double precision, longitude double precision) RETURNS geography
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN ST_SetSRID(ST_MakePoint(longitude, latitude), 4326)::geography;
COMMENT ON FUNCTION civic_helpers.location_of(double precision, double precision) IS
    'Point from degrees north and degrees east (WGS 84).';

CREATE FUNCTION civic_helpers.distance_between(a geography, b geography) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ST_Distance(a, b);
COMMENT ON FUNCTION civic_helpers.distance_between(geography, geography) IS
    'Metres between two points on the spheroid; for bodies that cannot know the schema of PostGIS.';

CREATE FUNCTION civic_helpers.box_of(
    west double precision, south double precision, east double precision, north double precision
) RETURNS geometry
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ST_MakeEnvelope(west, south, east, north, 4326);
COMMENT ON FUNCTION civic_helpers.box_of(double precision, double precision, double precision, double precision) IS
    'A box of degrees, for civic_helpers.may_lie_in().';

CREATE FUNCTION civic_helpers.box_around(
    latitude double precision, longitude double precision, metres double precision
) RETURNS geometry
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- A degree of latitude has at least 110574 metres; of longitude it has least where the circle is nearest to a pole.
    north double precision := metres / 110500;
    pole double precision := abs(latitude) + north;
    east double precision := CASE WHEN pole < 89 THEN north / cosd(pole) ELSE 180 END;
BEGIN
    RETURN CASE
        WHEN abs(longitude) + east < 180
        THEN civic_helpers.box_of(longitude - east, latitude - north, longitude + east, latitude + north)
        ELSE civic_helpers.box_of(-180, latitude - north, 180, latitude + north)
    END;
END
$$;
COMMENT ON FUNCTION civic_helpers.box_around(double precision, double precision, double precision) IS
    'A box of degrees that holds all places within so many metres of one, for civic_helpers.may_lie_in(); it goes all'
    ' round the earth where they lie on both sides of the 180th meridian or near a pole.';

CREATE FUNCTION civic_helpers.may_lie_in(place geography, box geometry) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN place::geometry && box;
COMMENT ON FUNCTION civic_helpers.may_lie_in(geography, geometry) IS
    'True for all places of a box of degrees, and for some within a metre beside it. The planner sees through it to an'
    ' index of the place as geometry, which reads a tenth of the pages that one of geography does.';

CREATE FUNCTION civic_helpers.is_within(
    place geography, latitude double precision, longitude double precision, metres double precision
) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN civic_helpers.may_lie_in(place, civic_helpers.box_around(latitude, longitude, metres))
    AND ST_DWithin(place, civic_helpers.location_of(latitude, longitude), metres);
COMMENT ON FUNCTION civic_helpers.is_within(geography, double precision, double precision, double precision) IS
    'Whether a place lies within so many metres of degrees north and east, as by ST_DWithin(); the planner sees through'
    ' it to an index of the place as geometry.';

CREATE FUNCTION civic_helpers.nearness(a geography, b geography) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN a::geometry <-> b::geometry;
COMMENT ON FUNCTION civic_helpers.nearness(geography, geography) IS
    'Degrees between two points on a flat map: not the order of their distances, but the planner sees through it to an'
    ' index that gives the nearest first.';

CREATE FUNCTION civic_private.refresh_public_figures(organization uuid, at timestamptz) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM civic_private.public_figures AS p
        WHERE p.organization_id = organization AND p.counted_at > at - interval '10 minutes'
    ) AND 1000 < (
        SELECT count(*) FROM (
            SELECT FROM civic.reports AS r
            WHERE r.organization_id = organization AND r.is_public AND NOT r.is_sensitive
            LIMIT 1001
        ) AS r
    ) THEN
        INSERT INTO civic_private.public_figures AS p (organization_id, figures, counted_at)
        VALUES (organization, civic_private.count_public_reports(organization), at)
        ON CONFLICT ON CONSTRAINT public_figures_pkey
        DO UPDATE SET figures = excluded.figures, counted_at = excluded.counted_at
        WHERE p.counted_at < excluded.counted_at;
    END IF;
END
$$;
COMMENT ON FUNCTION civic_private.refresh_public_figures(uuid, timestamptz) IS
    'Counts what civic.public_statistics() tells of an organization with more than 1000 public reports, unless that was'
    ' done in the last ten minutes.';

CREATE FUNCTION civic.is_report_visible(
    is_public boolean, is_sensitive boolean, user_id uuid, assigned_to uuid, department_id uuid,
    ward_number text DEFAULT NULL, district text DEFAULT NULL, latitude double precision DEFAULT NULL,
    longitude double precision DEFAULT NULL
) RETURNS boolean
    LANGUAGE c STABLE PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'civic_is_report_visible';
COMMENT ON FUNCTION civic.is_report_visible(
    boolean, boolean, uuid, uuid, uuid, text, text, double precision, double precision
) IS
    'Whether a report of the current organization is shown to the asker: it is public and not sensitive, their own,'
    ' assigned to them, of their department, in an area they moderate, or they may read private reports. The one place'
    ' of the rule: the row policy and the search functions use it. A place that is left out is in no area.';

CREATE FUNCTION civic.can_moderate_at(
    ward_number text, district text, latitude double precision, longitude double precision
) RETURNS boolean
    LANGUAGE c STABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'civic_can_moderate_at';
COMMENT ON FUNCTION civic.can_moderate_at(text, text, double precision, double precision) IS
    'Whether the asker has to do with all reports at a place, as the report tells it: they hold read:private_report, or'
    ' are a moderator and it is in one of their active civic.area_assignments. A moderator with areas does not hold'
    ' read:private_report; without any they moderate everywhere. A ward or district is meant by its number or name in'
    ' the report or by an area of civic.areas that covers the place today.';

CREATE FUNCTION civic_helpers.task_status_of(status civic.report_status) RETURNS civic.task_status
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE
    WHEN status = 'assigned_to_officer'::civic.report_status THEN 'assigned'::civic.task_status
    WHEN status = 'acknowledged'::civic.report_status THEN 'acknowledged'::civic.task_status
    WHEN status IN ('in_progress'::civic.report_status, 'reopened'::civic.report_status)
        THEN 'in_progress'::civic.task_status
    WHEN status = 'pending_verification'::civic.report_status THEN 'pending_verification'::civic.task_status
    WHEN status = 'on_hold'::civic.report_status THEN 'on_hold'::civic.task_status
    WHEN status IN ('resolved'::civic.report_status, 'closed'::civic.report_status) THEN 'resolved'::civic.task_status
    WHEN status IN (
        'rejected'::civic.report_status, 'assignment_rejected'::civic.report_status, 'duplicate'::civic.report_status
    ) THEN 'rejected'::civic.task_status
END;
COMMENT ON FUNCTION civic_helpers.task_status_of(civic.report_status) IS
    'Status of the task of a report in that status; null where a report has no task.';

CREATE FUNCTION civic_helpers.severity_hours(severity civic.report_severity) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE severity
    WHEN 'critical'::civic.report_severity THEN 24
    WHEN 'high'::civic.report_severity THEN 72
    WHEN 'medium'::civic.report_severity THEN 168
    ELSE 336
END;
COMMENT ON FUNCTION civic_helpers.severity_hours(civic.report_severity) IS
    'Hours from assignment to the deadline of a task: critical 24, high 72, medium 168, low 336.';

CREATE FUNCTION civic_helpers.task_priority(severity civic.report_severity, age interval) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN least(10, 5
    + CASE severity
        WHEN 'critical'::civic.report_severity THEN 5
        WHEN 'high'::civic.report_severity THEN 3
        WHEN 'medium'::civic.report_severity THEN 1
        ELSE 0
    END
    + CASE
        WHEN trunc(date_part('epoch', age) / 3600) > 72 THEN 3
        WHEN trunc(date_part('epoch', age) / 3600) > 24 THEN 2
        WHEN trunc(date_part('epoch', age) / 3600) > 6 THEN 1
        ELSE 0
    END);
COMMENT ON FUNCTION civic_helpers.task_priority(civic.report_severity, interval) IS
    'Priority of a new task, 1 to 10: 5, more for severity (medium 1, high 3, critical 5) and for the age of the'
    ' report (over 6 hours 1, over 24 hours 2, over 72 hours 3).';

CREATE FUNCTION civic_helpers.keyword_hits(
    content text, keywords text[], OUT hits integer, OUT longest integer
) RETURNS record
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    SELECT ROW(count(*)::integer, coalesce(max(length(k.word)), 0))
    FROM unnest(keywords) AS k (word)
    WHERE strpos(content, lower(k.word)) > 0
);
COMMENT ON FUNCTION civic_helpers.keyword_hits(text, text[]) IS
    'How many of the keywords a lower-case text contains, and the length of the longest of them.';

CREATE FUNCTION civic_helpers.classify_severity(
    content text, category text, OUT severity civic.report_severity, OUT confidence numeric
) RETURNS record
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    words text := lower(left(content, 512));
    n integer;
    m integer;
    scale civic.report_severity[] := ARRAY['low', 'medium', 'high', 'critical'];
    step integer;
BEGIN
    n := (civic_helpers.keyword_hits(words, ARRAY['fire', 'explosion', 'electrocution', 'gas leak', 'collapse',
        'collapsing', 'sparking', 'live wire', 'short circuit', 'death', 'died', 'injury', 'injured', 'ambulance',
        'emergency', 'life threatening', 'life-threatening', 'someone will die', 'hanging dangerously',
        'wire hanging'])).hits;
    IF n >= 1 THEN
        severity := 'critical';
        confidence := least(0.95, 0.75 + 0.10 * n);
        RETURN;
    END IF;
    n := (civic_helpers.keyword_hits(words, ARRAY['burst', 'flooding', 'flood', 'major leak', 'sewage overflow',
        'power outage', 'no electricity', 'no water', 'urgent', 'immediate attention', 'widespread', 'affecting many',
        'not collected', '5 days', 'multiple', 'many days', 'contamination', 'railing damaged', 'pole damaged',
        'accident risk', 'major accident'])).hits;
    IF n >= 2 THEN
        severity := 'high';
        confidence := least(0.90, 0.70 + 0.05 * n);
        RETURN;
    END IF;
    m := (civic_helpers.keyword_hits(words, ARRAY['cosmetic', 'aesthetic', 'beautification', 'trimming', 'paint',
        'scratch', 'garden maintenance', 'non-essential', 'can wait', 'general complaint', 'dim light'])).hits;
    IF m >= 2 THEN
        severity := 'low';
        confidence := least(0.85, 0.65 + 0.05 * m);
        RETURN;
    END IF;
    m := (civic_helpers.keyword_hits(words, ARRAY['needs repair', 'maintenance', 'cleaning needed', 'minor leak',
        'small pothole', 'incomplete', 'equipment broken'])).hits;
    IF m >= 2 THEN
        severity := 'medium';
        confidence := least(0.85, 0.65 + 0.05 * m);
        RETURN;
    END IF;
    IF n = 1 AND category IN ('electricity', 'water', 'drainage') THEN
        severity := 'high';
        confidence := 0.70;
        RETURN;
    END IF;
    IF m = 1 AND category IN ('roads', 'sanitation') THEN
        severity := 'medium';
        confidence := 0.65;
        RETURN;
    END IF;
    step := CASE WHEN category IN ('streetlight', 'public_property', 'other') THEN 1 ELSE 2 END;
    confidence := 0.60;
    IF (civic_helpers.keyword_hits(words, ARRAY['urgent', 'immediate', 'emergency', 'asap', 'quickly', 'now',
        'many people', 'entire area', 'whole street', 'multiple', 'widespread'])).hits > 0 THEN
        step := step + 1;
        confidence := 0.70;
    END IF;
    severity := scale[step];
END
$$;
COMMENT ON FUNCTION civic_helpers.classify_severity(text, text) IS
    'Severity of a text by keywords, with a confidence of 0 to 1. Words of danger make it critical, two words of'
    ' urgency high, and so on; without any the category decides, one step higher where the text speaks of haste or of'
    ' many people.';

CREATE FUNCTION civic.classify_text(
    content text, OUT category text, OUT department_id uuid, OUT severity civic.report_severity,
    OUT category_confidence numeric, OUT confidence numeric
) RETURNS record
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    words text := lower(left(content, 512));
    best record;
    ranked record;
    department_confidence numeric := 0;
    severity_confidence numeric;
BEGIN
    SELECT c.code, c.department_id, k.hits INTO best
    FROM civic.categories AS c
    LEFT JOIN civic.departments AS d ON d.organization_id = c.organization_id AND d.id = c.department_id
    CROSS JOIN LATERAL civic_helpers.keyword_hits(words, c.keywords) AS k
    WHERE c.organization_id = civic.current_organization_id() AND c.is_active AND k.hits > 0 AND c.code <> 'other'
    ORDER BY k.hits DESC, k.longest DESC, c.sort_order, c.code
    LIMIT 1;
    IF FOUND THEN
        category := best.code;
        category_confidence := CASE WHEN best.hits = 1 THEN 0.45
            ELSE least(0.99, 0.50 + least(0.15, 0.03 * best.hits) + 0.05 * (best.hits - 1)) END;
    ELSE
        SELECT c.code INTO category FROM civic.categories AS c
        WHERE c.organization_id = civic.current_organization_id() AND c.is_active AND c.code = 'other';
        category_confidence := 0.30;
    END IF;

    SELECT d.id INTO department_id FROM civic.departments AS d
    WHERE d.organization_id = civic.current_organization_id() AND d.id = best.department_id AND d.is_active;
    IF FOUND THEN
        department_confidence := 0.95;
    ELSIF category <> 'other' THEN
        -- Two points for each keyword of the category the department lists, one for each of its words in the text.
        SELECT d.id, 2 * shared.n + hit.hits AS score INTO ranked
        FROM civic.departments AS d
        CROSS JOIN LATERAL (
            SELECT count(*)::integer AS n FROM civic.categories AS c, unnest(c.keywords) AS w (word)
            WHERE c.organization_id = d.organization_id AND c.code = category AND w.word = ANY (d.keywords)
        ) AS shared
        CROSS JOIN LATERAL civic_helpers.keyword_hits(words, d.keywords) AS hit
        WHERE d.organization_id = civic.current_organization_id() AND d.is_active
            AND 2 * shared.n + hit.hits >= 2
        ORDER BY score DESC, d.code
        LIMIT 1;
        IF FOUND THEN
            department_id := ranked.id;
            department_confidence := least(0.90, 0.60 + 0.10 * ranked.score);
        END IF;
    END IF;

    SELECT s.severity, s.confidence INTO severity, severity_confidence
    FROM civic_helpers.classify_severity(content, category) AS s;
    confidence := round(0.5 * category_confidence + 0.3 * severity_confidence + 0.2 * department_confidence, 2);
END
$$;
COMMENT ON FUNCTION civic.classify_text(text) IS
    'Category, department and severity of a text by the keywords of the current organization; confidence, 0 to 1,'
    ' weighs category 0.5, severity 0.3, department 0.2. Without any keyword: other, 0.30. Only the first 512'
    ' characters count.';

CREATE FUNCTION civic_helpers.file_report(
    title text, description text, latitude double precision, longitude double precision, category text,
    severity civic.report_severity, address text, landmark text, sub_category text, ward_number text, district text,
    state text, pincode text, is_public boolean
) RETURNS record
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'civic_file_report';
COMMENT ON FUNCTION civic_helpers.file_report(
    text, text, double precision, double precision, text, civic.report_severity, text, text, text, text, text, text,
    text, boolean
) IS
    'What civic.submit_report() does: stores a row of civic.reports as INSERT by the caller would, whose privilege it'
    ' needs and whose policies it satisfies, and returns it. Errors: those of civic.submit_report().';

CREATE FUNCTION civic_private.prepare_report() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'civic_prepare_report';
COMMENT ON FUNCTION civic_private.prepare_report() IS
    'BEFORE INSERT row trigger on civic.reports: gives the number; a resident may not set the columns of its arguments'
    ' and files at most 3 reports in 5 minutes. Errors: ZC004, ZC011.';

CREATE FUNCTION civic_private.check_report() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    officer record;
    root record;
BEGIN
    IF NEW.assigned_to IS NOT NULL AND NEW.status NOT IN ('resolved', 'closed', 'rejected', 'duplicate')
        AND (TG_OP = 'INSERT' OR NEW.assigned_to IS DISTINCT FROM OLD.assigned_to
            OR NEW.department_id IS DISTINCT FROM OLD.department_id
            OR (NEW.status = 'assigned_to_officer' AND OLD.status <> 'assigned_to_officer')) THEN
        SELECT u.is_active, u.department_id IS NOT DISTINCT FROM NEW.department_id AS same_department,
            EXISTS (
                SELECT FROM civic.user_roles AS ur
                JOIN civic.roles AS r ON r.organization_id = ur.role_organization_id AND r.id = ur.role_id
                WHERE ur.organization_id = u.organization_id AND ur.user_id = u.id
                    AND r.code IN ('nodal_officer', 'admin') AND r.is_system
            ) AS is_officer
        INTO officer
        FROM civic.users AS u
        WHERE u.organization_id = NEW.organization_id AND u.id = NEW.assigned_to;
        IF FOUND AND NOT (officer.is_active AND officer.same_department AND officer.is_officer) THEN
            RAISE EXCEPTION USING ERRCODE = 'ZC006',
                MESSAGE = 'the report cannot be assigned to this person',
                DETAIL = CASE
                    WHEN NOT officer.is_active THEN 'The person is not active.'
                    WHEN NOT officer.is_officer THEN 'The person is neither nodal_officer nor admin.'
                    ELSE 'The person is not of the department of the report.'
                END,
                HINT = 'Choose an active officer of the same department.',
                TABLE = 'reports', COLUMN = 'assigned_to', SCHEMA = 'civic';
        END IF;
    END IF;

    IF NEW.status = 'on_hold' AND NEW.estimated_resume_date < current_date
        AND (TG_OP = 'INSERT' OR NEW.estimated_resume_date IS DISTINCT FROM OLD.estimated_resume_date)
        AND NOT civic.is_system() THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC002',
            MESSAGE = 'the report cannot be resumed in the past',
            DETAIL = format('estimated_resume_date is %s.', NEW.estimated_resume_date),
            HINT = 'Give a date from today on, or none.',
            TABLE = 'reports', COLUMN = 'estimated_resume_date', SCHEMA = 'civic';
    END IF;

    IF NEW.status = 'assignment_rejected' AND (TG_OP = 'INSERT' OR OLD.status <> 'assignment_rejected') THEN
        NEW.assignment_rejected_at := now();
        NEW.assignment_rejected_by_user_id := NEW.assigned_to;
    END IF;

    IF NEW.duplicate_of_report_id IS NOT NULL
        AND (TG_OP = 'INSERT' OR NEW.duplicate_of_report_id IS DISTINCT FROM OLD.duplicate_of_report_id) THEN
        -- The link always goes to the root, which is locked so that two sessions that join families at once meet;
        -- follow_family() writes it as well.
        SELECT r.id, r.duplicate_of_report_id AS parent INTO root FROM civic.reports AS r
        WHERE r.organization_id = NEW.organization_id AND r.id = NEW.duplicate_of_report_id AND r.id <> NEW.id
        FOR NO KEY UPDATE;
        IF root.parent IS NOT NULL THEN
            NEW.duplicate_of_report_id := root.parent;
            PERFORM FROM civic.reports AS r
            WHERE r.organization_id = NEW.organization_id AND r.id = root.parent AND r.id <> NEW.id
            FOR NO KEY UPDATE;
        END IF;
        IF NEW.duplicate_of_report_id = NEW.id THEN
            RAISE EXCEPTION USING ERRCODE = 'ZC010',
                MESSAGE = 'a report cannot be a duplicate of itself',
                DETAIL = 'The other report is, directly or not, a duplicate of this one.',
                HINT = 'Unmark the other report first, or mark it the other way round.',
                TABLE = 'reports', COLUMN = 'duplicate_of_report_id', SCHEMA = 'civic';
        END IF;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_report() IS
    'BEFORE row trigger on civic.reports: the officer may take it, dates make sense, a duplicate points to'
    ' the root of its family. Errors: ZC002, ZC006, ZC010.';

CREATE FUNCTION civic_private.check_department() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'civic_check_department';
COMMENT ON FUNCTION civic_private.check_department() IS
    'BEFORE row trigger on civic.reports: the department that a report is given to takes reports. Error: ZC006.';

CREATE FUNCTION civic_private.intake_report() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'civic_intake_report';
COMMENT ON FUNCTION civic_private.intake_report() IS
    'BEFORE INSERT row trigger on civic.reports, as the system: classifies a new report, makes it a duplicate where the'
    ' evidence is strong, and otherwise routes it, from confidence 0.60 on or where the reporter chose the category. It'
    ' stops where no rule of the workflow lets the system go on. Errors: those of match_report() and decide_route().';

CREATE FUNCTION civic_private.give_new_report() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'civic_give_new_report';
COMMENT ON FUNCTION civic_private.give_new_report() IS
    'AFTER INSERT row trigger on civic.reports: lets an officer be chosen for a report that was routed with confidence'
    ' 0.70 or whose reporter chose the category, where the department has officers chosen.';

CREATE FUNCTION civic_private.count_reports() RETURNS trigger
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'civic_count_reports';
COMMENT ON FUNCTION civic_private.count_reports() IS
    'AFTER INSERT trigger on civic.reports: for each row it counts, for the statement it adds what was counted to'
    ' civic.user_scores, with 5 points of reputation for each report.';

CREATE FUNCTION civic_private.follow_report() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    shown boolean := NEW.is_public AND NOT NEW.is_sensitive;
BEGIN
    IF shown IS DISTINCT FROM (OLD.is_public AND NOT OLD.is_sensitive) THEN
        UPDATE civic.media AS m SET is_public = shown
        WHERE m.organization_id = NEW.organization_id AND m.report_id = NEW.id;
        UPDATE civic.status_history AS h SET is_public = shown
        WHERE h.organization_id = NEW.organization_id AND h.entity_id = NEW.id;
        UPDATE civic.comments AS c SET is_open = shown
        WHERE c.organization_id = NEW.organization_id AND c.report_id = NEW.id;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.follow_report() IS
    'AFTER UPDATE row trigger on civic.reports: files, history and comments are as visible as the report.';

CREATE FUNCTION civic_private.apply_task_state(organization uuid, report uuid) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    r record;
    want civic.task_status;
    clock record;
BEGIN
    SELECT p.status, p.assigned_to, p.department_id, p.created_at, p.resolution_notes, p.status_updated_at,
        coalesce(p.manual_severity, p.severity) AS severity,
        coalesce(p.manual_category, p.ai_category, p.category) AS category,
        coalesce(p.assignment_rejection_reason, p.rework_reason, p.rejection_reason) AS refusal
    INTO r FROM civic.reports AS p WHERE p.organization_id = organization AND p.id = report;
    want := civic_helpers.task_status_of(r.status);
    IF want IS NULL OR r.assigned_to IS NULL THEN
        DELETE FROM civic.tasks AS t WHERE t.organization_id = organization AND t.report_id = report;
        PERFORM civic_private.end_pauses(organization, report, NULL);
        RETURN;
    END IF;
    SELECT c.* INTO clock FROM civic_private.run_clock(organization, report, r.assigned_to, r.department_id, want,
        r.category, r.severity, r.status_updated_at) AS c;
    INSERT INTO civic.tasks AS t (organization_id, report_id, assigned_to, department_id, status, priority,
        sla_policy_id, sla_category, sla_severity, sla_deadline, sla_state, sla_violation_count, sla_next_check,
        resolution_notes)
    VALUES (organization, report, r.assigned_to, r.department_id, want,
        civic_helpers.task_priority(r.severity, now() - r.created_at),
        clock.policy, r.category, r.severity, clock.deadline, clock.state, clock.violations, clock.next_check,
        r.resolution_notes)
    ON CONFLICT (organization_id, report_id) DO UPDATE SET
        status = want,
        assigned_to = excluded.assigned_to,
        department_id = excluded.department_id,
        resolution_notes = excluded.resolution_notes,
        rejection_reason = coalesce(r.refusal, t.rejection_reason),
        assigned_at = CASE WHEN t.assigned_to <> excluded.assigned_to THEN now() ELSE t.assigned_at END,
        assigned_by = CASE WHEN t.assigned_to <> excluded.assigned_to THEN civic.current_user_id()
            ELSE t.assigned_by END,
        sla_policy_id = excluded.sla_policy_id,
        sla_category = excluded.sla_category,
        sla_severity = excluded.sla_severity,
        sla_deadline = excluded.sla_deadline,
        sla_state = excluded.sla_state,
        sla_violation_count = excluded.sla_violation_count,
        sla_next_check = excluded.sla_next_check,
        acknowledged_at = CASE WHEN want = 'assigned' THEN NULL
            WHEN want = 'acknowledged' THEN coalesce(t.acknowledged_at, now()) ELSE t.acknowledged_at END,
        started_at = CASE WHEN want = 'assigned' THEN NULL
            WHEN want = 'in_progress' THEN coalesce(t.started_at, now()) ELSE t.started_at END,
        rejected_at = CASE WHEN want = 'rejected' THEN coalesce(t.rejected_at, now()) END,
        resolved_at = CASE WHEN want IN ('pending_verification', 'resolved') THEN coalesce(t.resolved_at, now()) END;
END
$$;
COMMENT ON FUNCTION civic_private.apply_task_state(uuid, uuid) IS
    'Makes the task of a report say what the report says; called by the trigger project_report alone.';

CREATE FUNCTION civic_private.move_report() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    target civic.report_status := CASE NEW.status
        WHEN 'assigned' THEN 'assigned_to_officer'
        WHEN 'acknowledged' THEN 'acknowledged'
        WHEN 'in_progress' THEN CASE WHEN TG_OP = 'UPDATE' AND OLD.status = 'resolved' THEN 'reopened'
            ELSE 'in_progress' END
        WHEN 'pending_verification' THEN 'pending_verification'
        WHEN 'on_hold' THEN 'on_hold'
        WHEN 'resolved' THEN 'resolved'
        ELSE 'assignment_rejected'
    END;
    moved boolean := true;
BEGIN
    IF civic_helpers.is_projecting() THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        moved := NEW.status <> OLD.status;
        IF NOT moved AND NEW.assigned_to = OLD.assigned_to
            AND NEW.resolution_notes IS NOT DISTINCT FROM OLD.resolution_notes THEN
            RETURN NULL;
        END IF;
    END IF;
    UPDATE civic.reports AS r SET
        status = CASE WHEN moved THEN target ELSE r.status END,
        assigned_to = NEW.assigned_to,
        resolution_notes = NEW.resolution_notes,
        assignment_rejection_reason = CASE WHEN moved AND target = 'assignment_rejected' THEN NEW.rejection_reason
            ELSE r.assignment_rejection_reason END,
        rework_reason = CASE WHEN moved AND r.status = 'pending_verification' AND target = 'in_progress'
            THEN NEW.rejection_reason ELSE r.rework_reason END,
        hold_reason = CASE WHEN moved AND target = 'on_hold' THEN NEW.notes ELSE r.hold_reason END
    WHERE r.organization_id = NEW.organization_id AND r.id = NEW.report_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC003',
            MESSAGE = 'you may not move the report of this task',
            HINT = 'Ask the officer in charge or an administrator.', TABLE = 'tasks', SCHEMA = 'civic';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.move_report() IS
    'AFTER row trigger on civic.tasks, as the caller: a write of status, officer or resolution is a write of the'
    ' report, under its guard. Error ZC003.';

CREATE FUNCTION civic_private.keep_task() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT civic_helpers.is_projecting() AND EXISTS (
        SELECT FROM civic.reports AS r WHERE r.organization_id = OLD.organization_id AND r.id = OLD.report_id
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC004',
            MESSAGE = 'a task cannot be deleted while its report exists',
            HINT = 'Give the report to another officer, or back to the department.',
            TABLE = 'tasks', SCHEMA = 'civic';
    END IF;
    RETURN OLD;
END
$$;
COMMENT ON FUNCTION civic_private.keep_task() IS
    'BEFORE DELETE row trigger on civic.tasks: only the report takes its task away. Error ZC004.';

CREATE FUNCTION civic_private.check_media() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    report record;
    used record;
BEGIN
    -- A file changes the report; the write lets one upload in at a time, so that the limits hold.
    UPDATE civic.reports AS r SET updated_at = now()
    WHERE r.organization_id = NEW.organization_id AND r.id = NEW.report_id
    RETURNING r.user_id, r.assigned_to, r.is_public AND NOT r.is_sensitive AS shown,
        coalesce(r.department_id = civic.current_department_id(), false)
            OR civic.can_moderate_at(r.ward_number, r.district, r.latitude, r.longitude) AS is_of_staff
    INTO report;
    IF NOT FOUND THEN
        RETURN NEW;
    END IF;
    NEW.is_public := report.shown;
    IF NOT ((civic.has_permission('update:any_report') AND report.is_of_staff) OR coalesce(civic.current_user_id()
        IN (report.user_id, report.assigned_to), false)) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not attach files to this report',
            DETAIL = 'Files are attached by the reporter, the officer in charge and staff.',
            TABLE = 'media', SCHEMA = 'civic';
    END IF;
    SELECT count(*) FILTER (WHERE m.file_type = 'image' AND m.upload_source = 'citizen_submission') AS resident_images,
        count(*) FILTER (WHERE m.file_type = 'image' AND m.upload_source <> 'citizen_submission') AS officer_images,
        count(*) FILTER (WHERE m.file_type = 'audio') AS recordings,
        coalesce(sum(m.file_size), 0) AS bytes
    INTO used FROM civic.media AS m
    WHERE m.organization_id = NEW.organization_id AND m.report_id = NEW.report_id;
    IF (NEW.file_type = 'image' AND NEW.upload_source = 'citizen_submission' AND used.resident_images >= 5)
        OR (NEW.file_type = 'image' AND NEW.upload_source <> 'citizen_submission' AND used.officer_images >= 5)
        OR (NEW.file_type = 'audio' AND used.recordings >= 1)
        OR used.bytes + coalesce(NEW.file_size, 0) > 52428800 THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation',
            MESSAGE = 'the report holds all the files it may',
            DETAIL = 'At most 5 images by the resident, 5 images by the officer, 1 recording, 50 MiB in all.',
            HINT = 'Delete a file first.', TABLE = 'media', SCHEMA = 'civic';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_media() IS
    'BEFORE INSERT row trigger on civic.media: who may attach, how many and how much. Errors: 42501, 23514.';

CREATE FUNCTION civic_private.count_supporters() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE civic.reports AS r SET supporter_count = r.supporter_count + 1
        WHERE r.organization_id = NEW.organization_id AND r.id = NEW.report_id;
    ELSE
        UPDATE civic.reports AS r SET supporter_count = r.supporter_count - 1
        WHERE r.organization_id = OLD.organization_id AND r.id = OLD.report_id;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.count_supporters() IS
    'AFTER row trigger on civic.report_supporters: keeps reports.supporter_count.';
