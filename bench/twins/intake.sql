-- What filing a report does, as an application's developer would write it in PL/pgSQL: on tables of its own, without
-- row policies, and with the settings read from the tables at every call. Needs twins/identity.sql
-- and intake.sql. It is written for speed, not for safety: do not use it.
CREATE TABLE twin.reports (LIKE civic.reports INCLUDING ALL);
CREATE TABLE twin.user_scores (LIKE civic.user_scores INCLUDING ALL);
CREATE TABLE twin.status_history (LIKE civic.status_history INCLUDING ALL);
CREATE TABLE twin.deadlines (
    organization_id uuid, report_id uuid, due timestamptz, PRIMARY KEY (organization_id, report_id)
);

CREATE FUNCTION twin.record_status() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO twin.status_history (organization_id, workflow, entity_id, old_status, new_status, changed_by,
        by_system, is_public)
    VALUES (NEW.organization_id, 'report', NEW.id, CASE TG_OP WHEN 'UPDATE' THEN OLD.status END, NEW.status,
        CASE TG_OP WHEN 'INSERT' THEN NEW.user_id END, TG_OP = 'UPDATE', NEW.is_public AND NOT NEW.is_sensitive);
    RETURN NULL;
END
$$;
-- The moves of the intake itself are the system's.
CREATE FUNCTION twin.guard_intake() RETURNS trigger LANGUAGE plpgsql
AS $$
DECLARE
    rule civic.workflow_transitions;
    new_row jsonb;
    missing text;
BEGIN
    SELECT t.* INTO rule FROM civic.workflow_transitions AS t
    WHERE t.organization_id IN (NEW.organization_id, '00000000-0000-0000-0000-000000000000')
        AND t.workflow = 'report' AND t.to_status = NEW.status::text
        AND t.from_status IS NOT DISTINCT FROM CASE TG_OP WHEN 'UPDATE' THEN OLD.status::text END
    ORDER BY t.organization_id DESC LIMIT 1;
    IF rule.is_enabled IS NOT TRUE THEN
        RAISE EXCEPTION 'no rule allows to move the report to "%"', NEW.status;
    END IF;
    IF NOT ('anyone' = ANY (rule.actors)
        OR ('system' = ANY (rule.actors) AND current_setting('twin.system', true) = 'on')
        OR coalesce(twin.has_permission(rule.permission_code), false)) THEN
        RAISE EXCEPTION 'you may not move the report to "%"', NEW.status;
    END IF;
    IF rule.required_columns <> '{}' THEN
        new_row := to_jsonb(NEW);
        FOREACH missing IN ARRAY rule.required_columns LOOP
            IF new_row -> missing = 'null' THEN
                RAISE EXCEPTION 'the move to "%" needs "%"', NEW.status, missing;
            END IF;
        END LOOP;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER t10_guard BEFORE INSERT OR UPDATE OF status ON twin.reports
    FOR EACH ROW EXECUTE FUNCTION twin.guard_intake();
CREATE TRIGGER t50_history AFTER INSERT OR UPDATE OF status ON twin.reports
    FOR EACH ROW EXECUTE FUNCTION twin.record_status();

-- Sixteen hours from Monday to Friday between eight and sixteen, holidays left out.
CREATE TABLE twin.holidays (organization_id uuid, day date, PRIMARY KEY (organization_id, day));
CREATE FUNCTION twin.deadline(organization uuid, zone text, hours integer) RETURNS timestamptz LANGUAGE plpgsql STABLE
AS $$
DECLARE
    at timestamp := now() AT TIME ZONE zone;
    left_over interval := make_interval(hours => hours);
    ends timestamp;
BEGIN
    LOOP
        IF extract(isodow FROM at) < 6 AND at::time < '16:00'
            AND NOT EXISTS (
                SELECT FROM twin.holidays AS h WHERE h.organization_id = organization AND h.day = at::date
            ) THEN
            at := greatest(at, at::date + time '08:00');
            ends := at::date + time '16:00';
            IF ends - at >= left_over THEN
                RETURN (at + left_over) AT TIME ZONE zone;
            END IF;
            left_over := left_over - (ends - at);
        END IF;
        at := at::date + 1;
    END LOOP;
END
$$;

-- The first rule that fits, in the order of civic.route_report(): place and category, category, place.
CREATE FUNCTION twin.department_for(organization uuid, category text, place geometry) RETURNS uuid
    LANGUAGE plpgsql STABLE
AS $$
DECLARE
    found uuid;
BEGIN
    IF to_regclass('civic.routing_rules') IS NOT NULL THEN
        SELECT r.department_id INTO found
        FROM civic.routing_rules AS r
        JOIN civic.departments AS d ON d.organization_id = r.organization_id AND d.id = r.department_id AND d.is_active
        LEFT JOIN civic.areas AS a ON a.organization_id = r.organization_id AND a.id = r.area_id
        WHERE r.organization_id = organization AND r.is_active
            AND (r.category IS NULL OR r.category = department_for.category) AND r.category_group IS NULL
            AND current_date >= r.valid_from AND current_date < r.valid_until
            AND (r.area_id IS NULL OR r.area_id IN (
                SELECT w.id FROM civic.areas AS w
                WHERE w.organization_id = organization AND ST_Covers(w.boundary, place)
                    AND current_date >= w.valid_from AND current_date < w.valid_until))
        ORDER BY r.is_override DESC, r.category IS NULL, r.area_id IS NULL, r.priority, ST_Area(a.boundary), r.id
        LIMIT 1;
    END IF;
    IF found IS NULL THEN
        SELECT c.department_id INTO found FROM civic.categories AS c
        JOIN civic.departments AS d ON d.organization_id = c.organization_id AND d.id = c.department_id AND d.is_active
        WHERE c.organization_id = organization AND c.code = department_for.category;
    END IF;
    RETURN found;
END
$$;

CREATE FUNCTION twin.submit_report(
    title text, description text, latitude float8, longitude float8, category text, address text
) RETURNS twin.reports LANGUAGE plpgsql VOLATILE SECURITY DEFINER
AS $$
DECLARE
    me record := twin.identity();
    place civic.organizations;
    here geography := ST_SetSRID(ST_MakePoint(longitude, latitude), 4326)::geography;
    result twin.reports;
    original record;
    department uuid;
    code text := submit_report.category;
BEGIN
    IF me.person IS NULL OR NOT twin.has_permission('create:report') THEN
        RAISE EXCEPTION 'a report needs somebody who files it';
    END IF;
    PERFORM pg_advisory_xact_lock(1, hashtext(me.person::text));
    IF (SELECT count(*) FROM twin.reports AS r WHERE r.organization_id = me.organization AND r.user_id = me.person
            AND r.created_at > now() - interval '5 minutes') >= 3 THEN
        RAISE EXCEPTION 'too many reports in a short time';
    END IF;
    SELECT o.* INTO place FROM civic.organizations AS o WHERE o.id = me.organization;
    IF code IS NULL THEN
        SELECT c.category INTO code FROM civic.classify_text(title || '. ' || description) AS c
        WHERE c.confidence >= 0.5;
    END IF;

    -- Two that report the same thing at the same time must see each other.
    PERFORM pg_advisory_xact_lock(2, hashtext(format('%s %s %s %s', me.organization, code, floor(latitude * 400),
        floor(longitude * 400))));
    SELECT s.* INTO original FROM (
        SELECT coalesce(r.duplicate_of_report_id, r.id) AS id, ST_Distance(r.location, here) AS distance,
            similarity(r.description, submit_report.description) AS similarity
        FROM twin.reports AS r
        WHERE r.organization_id = me.organization AND ST_DWithin(r.location, here, 250) AND r.category = code
            AND r.created_at > now() - interval '30 days' AND r.status NOT IN ('closed', 'rejected', 'duplicate')
        OFFSET 0
    ) AS s
    ORDER BY s.similarity * exp(-s.distance / 100) DESC
    LIMIT 1;

    INSERT INTO twin.reports (organization_id, id, report_number, user_id, title, description, latitude, longitude,
        category, address)
    VALUES (me.organization, civic.uuid_v7(), format('CL-%s-%s-%s',
        to_char(now() AT TIME ZONE place.time_zone, 'YYYY'), place.code,
        to_char(nextval('civic.report_number_seq'), 'FM9999999999999900000')), me.person, title, description, latitude,
        longitude, code, address)
    RETURNING * INTO result;
    PERFORM set_config('twin.system', 'on', true);
    IF original.similarity > 0.7 AND original.distance < 25 THEN
        UPDATE twin.reports AS r SET status = 'duplicate', duplicate_of_report_id = original.id
        WHERE r.organization_id = result.organization_id AND r.id = result.id RETURNING * INTO result;
    ELSE
        UPDATE twin.reports AS r SET status = CASE WHEN code IS NULL THEN 'pending_classification' ELSE 'classified'
            END::civic.report_status
        WHERE r.organization_id = result.organization_id AND r.id = result.id RETURNING * INTO result;
        department := twin.department_for(me.organization, code, here::geometry);
        IF code IS NOT NULL AND department IS NOT NULL THEN
            UPDATE twin.reports AS r SET status = 'assigned_to_department', department_id = department
            WHERE r.organization_id = result.organization_id AND r.id = result.id RETURNING * INTO result;
        END IF;
        INSERT INTO twin.deadlines VALUES (me.organization, result.id, twin.deadline(me.organization, place.time_zone,
            civic.severity_hours(result.severity)));
    END IF;
    PERFORM set_config('twin.system', '', true);
    INSERT INTO twin.user_scores AS s (organization_id, user_id, total_reports, reputation_score)
    VALUES (me.organization, me.person, 1, 5)
    ON CONFLICT (organization_id, user_id) DO UPDATE SET
        total_reports = s.total_reports + 1, reputation_score = s.reputation_score + 5;
    RETURN result;
END
$$;

SELECT bench.copy_rows('civic.reports', 'twin.reports');
