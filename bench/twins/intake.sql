-- What filing a report does, as an application's developer would write it in PL/pgSQL: on tables of its own, without
-- row policies, with nothing of civic's C, and with the settings read from the tables at every call. Needs
-- twins/identity.sql, twins/uuid.sql, twins/audit.sql and intake.sql. It is written for speed, not for safety: do not use it.
SELECT bench.copy_table('civic.reports', 'twin.reports');
ALTER TABLE twin.reports ALTER organization_id DROP DEFAULT, ALTER user_id DROP DEFAULT,
    ALTER id SET DEFAULT twin.uuid_v7();
CREATE TABLE twin.user_scores (LIKE civic.user_scores INCLUDING ALL);
CREATE TABLE twin.status_history (LIKE civic.status_history INCLUDING ALL);
ALTER TABLE twin.status_history ALTER organization_id DROP DEFAULT, ALTER id SET DEFAULT twin.uuid_v7();
CREATE TABLE twin.report_supporters (LIKE civic.report_supporters INCLUDING ALL);
ALTER TABLE twin.report_supporters ALTER organization_id DROP DEFAULT, ALTER user_id DROP DEFAULT;
SELECT bench.copy_references('twin');
-- What an application has for looking for words in reports.
CREATE INDEX reports_words ON twin.reports USING gin (description gin_trgm_ops);

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

-- The log, and the notes for devices.
CREATE TRIGGER t99_audit AFTER INSERT OR UPDATE ON twin.reports
    FOR EACH ROW EXECUTE FUNCTION twin.record_plain();
CREATE TABLE twin.sync_feed (LIKE civic_private.sync_feed INCLUDING ALL);
CREATE FUNCTION twin.feed_change() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO twin.sync_feed (organization_id, entity, entity_id) VALUES (NEW.organization_id, 'r', NEW.id);
    RETURN NULL;
END
$$;
CREATE TRIGGER t95_feed AFTER INSERT OR UPDATE ON twin.reports FOR EACH ROW EXECUTE FUNCTION twin.feed_change();

-- The first rule that fits, in the order of civic.route_report(): place and category, category, place.
CREATE FUNCTION twin.department_for(organization uuid, category text, place geometry) RETURNS uuid
    LANGUAGE plpgsql STABLE
AS $$
DECLARE
    found uuid;
BEGIN
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
    IF found IS NULL THEN
        SELECT c.department_id INTO found FROM civic.categories AS c
        JOIN civic.departments AS d ON d.organization_id = c.organization_id AND d.id = c.department_id AND d.is_active
        WHERE c.organization_id = organization AND c.code = department_for.category;
    END IF;
    RETURN found;
END
$$;

-- The best of the open reports nearby, scored as civic does.
CREATE FUNCTION twin.match_report(
    organization uuid, person uuid, category text, words text, here geography, address text,
    OUT root_id uuid, OUT links boolean, OUT score float8
) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan -- the faster one
AS $$
DECLARE
    rules civic.duplicate_policies;
    house integer := substring(address FROM '^\s*(\d{1,6})\s');
    street text := lower(regexp_replace(address, '^\s*\d+\s+', ''));
BEGIN
    SELECT p.* INTO rules FROM civic.duplicate_policies AS p
    WHERE p.organization_id = organization AND p.is_active
        AND (p.category = match_report.category OR p.category IS NULL)
    ORDER BY p.category NULLS LAST LIMIT 1;
    IF NOT FOUND THEN
        rules.hint_radius_m := CASE category WHEN 'streetlight' THEN 150 ELSE 250 END;
        rules.window_days := 30;
        rules.distance_weight := 0.40;
        rules.address_weight := 0.20;
        rules.text_weight := 0.25;
        rules.age_weight := 0.15;
        rules.review_threshold := 0.75;
        rules.link_threshold := 0.80;
        rules.link_radius_m := 25;
        rules.street_numbers := 50;
        rules.automatic_linking := true;
    END IF;
    SELECT s.id, s.links, s.score INTO root_id, links, score
    FROM (
        SELECT w.id, w.score, rules.automatic_linking AND w.score >= rules.link_threshold
            AND (w.metres <= rules.link_radius_m
                OR (w.metres <= 500 AND w.same_street AND w.apart <= rules.street_numbers))
            AND w.status <> 'resolved' AND ((w.is_public AND NOT w.is_sensitive) OR w.user_id = person) AS links
        FROM (
            SELECT n.*, (rules.distance_weight / (1 + (n.metres / 30) ^ 2)
                    + rules.age_weight / (1 + extract(epoch FROM n.age)::float8 / 86400)
                    + CASE WHEN n.same_street IS NULL THEN 0 ELSE rules.address_weight * n.agreement END
                    + rules.text_weight * least(1, n.alike / 0.5))
                / (rules.distance_weight + rules.age_weight + rules.text_weight
                    + CASE WHEN n.same_street IS NULL THEN 0 ELSE rules.address_weight END) AS score
            FROM (
                SELECT c.*, CASE WHEN NOT c.same_street THEN 0.25 WHEN c.apart IS NULL THEN 0.75
                    ELSE greatest(0, 1 - c.apart / (2.0 * rules.street_numbers)) END AS agreement
                FROM (
                    SELECT r.id, r.status, r.user_id, r.is_public, r.is_sensitive, now() - r.created_at AS age,
                        ST_Distance(r.location, here) AS metres,
                        similarity(r.title || '. ' || r.description, words) AS alike,
                        lower(regexp_replace(r.address, '^\s*\d+\s+', '')) = street AS same_street,
                        abs(substring(r.address FROM '^\s*(\d{1,6})\s')::integer - house) AS apart
                    FROM twin.reports AS r
                    WHERE r.organization_id = organization AND r.category = match_report.category
                        AND civic_helpers.is_within(r.location, ST_Y(here::geometry), ST_X(here::geometry),
                            rules.hint_radius_m)
                        AND r.created_at > now() - make_interval(days => rules.window_days)
                        AND r.status NOT IN ('closed', 'rejected', 'duplicate')
                    OFFSET 0
                ) AS c
            ) AS n
        ) AS w
        WHERE w.score >= rules.review_threshold
    ) AS s
    ORDER BY s.links DESC, s.score DESC
    LIMIT 1;
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

    -- Two that report the same thing at the same time must see each other.
    PERFORM pg_advisory_xact_lock(2, hashtext(format('%s %s %s %s', me.organization, category, floor(latitude * 400),
        floor(longitude * 400))));
    SELECT m.* INTO original FROM twin.match_report(me.organization, me.person, category,
        title || '. ' || description, here, address) AS m;

    INSERT INTO twin.reports (organization_id, report_number, user_id, title, description, latitude, longitude,
        category, address, needs_review)
    VALUES (me.organization, format('CL-%s-%s-%s', to_char(now() AT TIME ZONE place.time_zone, 'YYYY'), place.code,
        to_char(nextval('civic.report_number_seq'), 'FM9999999999999900000')), me.person, title, description, latitude,
        longitude, category, address, original.root_id IS NOT NULL AND NOT original.links)
    RETURNING * INTO result;
    PERFORM set_config('twin.system', 'on', true);
    UPDATE twin.reports AS r SET status = 'classified'
    WHERE r.organization_id = result.organization_id AND r.id = result.id RETURNING * INTO result;
    IF original.links THEN
        UPDATE twin.reports AS r SET status = 'duplicate', duplicate_of_report_id = original.root_id,
            duplicate_score = original.score
        WHERE r.organization_id = result.organization_id AND r.id = result.id RETURNING * INTO result;
        INSERT INTO twin.report_supporters (organization_id, report_id, user_id, from_report_id)
        SELECT r.organization_id, r.id, me.person, result.id FROM twin.reports AS r
        WHERE r.organization_id = me.organization AND r.id = original.root_id AND r.user_id <> me.person
        ON CONFLICT DO NOTHING;
        IF FOUND THEN
            UPDATE twin.reports AS r SET supporter_count = r.supporter_count + 1, updated_at = now()
            WHERE r.organization_id = me.organization AND r.id = original.root_id;
        END IF;
    ELSE
        department := twin.department_for(me.organization, category, here::geometry);
        IF department IS NOT NULL THEN
            UPDATE twin.reports AS r SET status = 'assigned_to_department', department_id = department
            WHERE r.organization_id = result.organization_id AND r.id = result.id RETURNING * INTO result;
        END IF;
    END IF;
    PERFORM set_config('twin.system', '', true);
    INSERT INTO twin.user_scores AS s (organization_id, user_id, total_reports, reputation_score)
    VALUES (me.organization, me.person, 1, 5)
    ON CONFLICT (organization_id, user_id) DO UPDATE SET
        total_reports = s.total_reports + 1, reputation_score = s.reputation_score + 5;
    RETURN result;
END
$$;
