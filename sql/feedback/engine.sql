CREATE FUNCTION civic_private.resolved_at(organization uuid, report uuid) RETURNS timestamptz
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT coalesce((
            SELECT h.changed_at FROM civic.status_history AS h
            WHERE h.organization_id = r.organization_id AND h.entity_id = r.id AND h.workflow = 'report'
                AND h.new_status = 'resolved'
            ORDER BY h.id DESC LIMIT 1
        ), r.status_updated_at)
        FROM civic.reports AS r
        WHERE r.organization_id = organization AND r.id = report AND r.status IN ('resolved', 'closed')
    );
END
$$;
COMMENT ON FUNCTION civic_private.resolved_at(uuid, uuid) IS
    'When a report that is resolved or closed was last resolved; null for others.';

CREATE FUNCTION civic_private.weigh_feedback() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT' OR (NEW.rating, NEW.satisfaction_level) <> (OLD.rating, OLD.satisfaction_level) THEN
        NEW.requires_followup := NEW.rating <= 2 OR NEW.satisfaction_level IN ('dissatisfied', 'very_dissatisfied');
        NEW.followup_reason := CASE WHEN NEW.requires_followup THEN format('Rated %s of 5, %s.', NEW.rating,
            replace(NEW.satisfaction_level::text, '_', ' ')) END;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.weigh_feedback() IS
    'BEFORE row trigger on civic.feedbacks: whether somebody should ask the reporter why.';

CREATE FUNCTION civic_private.follow_feedback() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NEW.satisfaction_level IN ('satisfied', 'very_satisfied') THEN
        UPDATE civic.reports AS r SET status = 'closed'
        WHERE r.organization_id = NEW.organization_id AND r.id = NEW.report_id AND r.status = 'resolved';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.follow_feedback() IS
    'AFTER row trigger on civic.feedbacks: a satisfied reporter closes the report.';

CREATE FUNCTION civic_private.close_resolved(
    organization uuid, at timestamptz, max_rows integer, OUT closed integer, OUT remaining bigint
) RETURNS record
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    since timestamptz;
    due uuid[];
BEGIN
    SELECT at - make_interval(days => o.confirmation_days) INTO since FROM civic.organizations AS o
    WHERE o.id = organization;
    due := ARRAY(
        SELECT d.id FROM civic.reports AS d
        WHERE d.organization_id = organization AND d.status = 'resolved' AND d.status_updated_at < since
            AND NOT EXISTS (
                SELECT FROM civic.resolution_confirmations AS c
                WHERE c.organization_id = d.organization_id AND c.report_id = d.id AND NOT c.is_confirmed
                    AND c.settled_at IS NULL
            )
        ORDER BY d.status_updated_at LIMIT max_rows
        FOR NO KEY UPDATE SKIP LOCKED
    );
    -- Looked at again now that they are locked: a dispute may have come in before.
    UPDATE civic.reports AS r SET status = 'closed'
    WHERE r.organization_id = organization AND r.id = ANY (due)
        AND NOT EXISTS (
            SELECT FROM civic.resolution_confirmations AS c
            WHERE c.organization_id = r.organization_id AND c.report_id = r.id AND NOT c.is_confirmed
                AND c.settled_at IS NULL
        );
    GET DIAGNOSTICS closed = ROW_COUNT;
    remaining := 0;
    IF cardinality(due) = max_rows THEN
        SELECT count(*) INTO remaining FROM civic.reports AS d
        WHERE d.organization_id = organization AND d.status = 'resolved' AND d.status_updated_at < since
            AND NOT EXISTS (
                SELECT FROM civic.resolution_confirmations AS c
                WHERE c.organization_id = d.organization_id AND c.report_id = d.id AND NOT c.is_confirmed
                    AND c.settled_at IS NULL
            );
    END IF;
END
$$;
COMMENT ON FUNCTION civic_private.close_resolved(uuid, timestamptz, integer) IS
    'Closes reports that were resolved more than organizations.confirmation_days ago and are not disputed; for'
    ' civic.tick(). Says how many were closed and how many are left.';

CREATE FUNCTION civic_private.tell_of_feedback() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    words jsonb;
BEGIN
    SELECT jsonb_build_object('report_number', r.report_number, 'title', r.title, 'rating', NEW.rating,
        'comment', coalesce(NEW.comment, replace(NEW.satisfaction_level::text, '_', ' '))) INTO words
    FROM civic.reports AS r WHERE r.organization_id = NEW.organization_id AND r.id = NEW.report_id;
    IF TG_OP = 'INSERT' THEN
        PERFORM civic_private.notify(NEW.organization_id, NEW.officer_id, 'feedback_received', 'report', NEW.report_id,
            words);
    END IF;
    IF NEW.requires_followup THEN
        PERFORM civic_private.notify_permission_holders(NEW.organization_id, 'assign:task', 'feedback_followup',
            'report', NEW.report_id, words);
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.tell_of_feedback() IS
    'AFTER row trigger on civic.feedbacks that are new or become worse: tells the officer, and the administrators where'
    ' the reporter should be asked why.';

CREATE FUNCTION civic_private.tell_of_dispute() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    words jsonb;
BEGIN
    SELECT jsonb_build_object('report_number', r.report_number, 'title', r.title, 'comment', NEW.comment) INTO words
    FROM civic.reports AS r WHERE r.organization_id = NEW.organization_id AND r.id = NEW.report_id;
    PERFORM civic_private.notify_permission_holders(NEW.organization_id, 'assign:task', 'resolution_disputed', 'report',
        NEW.report_id, words);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.tell_of_dispute() IS
    'AFTER row trigger on civic.resolution_confirmations that are disputes: tells the administrators.';
