CREATE FUNCTION civic_private.check_open311_update(arguments jsonb) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(jsonb_agg(civic_helpers.open311_error(CASE WHEN e.problem LIKE '%not known.' THEN 404 ELSE 400 END,
        e.problem) ORDER BY e.place), '[]')
    FROM (
        SELECT n.place, n.name || ' is required.' AS problem
        FROM unnest(ARRAY['service_request_id', 'update_id', 'updated_datetime', 'status', 'description'])
            WITH ORDINALITY AS n (name, place)
        WHERE NOT arguments ? n.name
        UNION ALL
        SELECT 10, 'The service_request_id is not known.'
        WHERE arguments ? 'service_request_id' AND NOT EXISTS (
            SELECT FROM civic.reports AS r
            WHERE r.organization_id = civic.current_organization_id()
                AND r.report_number = arguments ->> 'service_request_id'
                AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
                    r.ward_number, r.district, r.latitude, r.longitude)
        )
        UNION ALL
        SELECT 11, 'updated_datetime is not a time such as 2026-05-01T00:00:00Z, or still to come.'
        WHERE arguments ? 'updated_datetime'
            AND (civic_helpers.open311_time(arguments ->> 'updated_datetime')
                <= now() + interval '5 minutes') IS NOT TRUE
        UNION ALL
        SELECT 12, 'The status is none of the extension.'
        WHERE arguments ->> 'status' NOT IN ('OPEN', 'CLOSED', 'FIXED', 'IN_PROGRESS', 'ACTION_SCHEDULED',
            'INVESTIGATING', 'DUPLICATE', 'NOT_COUNCILS_RESPONSIBILITY', 'NO_FURTHER_ACTION', 'INTERNAL_REFERRAL',
            'FOR_TRIAGE', 'CANCELLED', 'REOPEN')
        UNION ALL
        SELECT 13, 'media_url is not a URL.' WHERE arguments ->> 'media_url' !~ '^https?://\S+$'
        UNION ALL
        SELECT 14, format('%s is longer than %s characters.', m.name, m.max_length)
        FROM (VALUES ('update_id', 255), ('description', 4000), ('media_url', 500), ('email', 255),
            ('first_name', 255), ('last_name', 255)) AS m (name, max_length)
        WHERE length(arguments ->> m.name) > m.max_length
    ) AS e
$$;
COMMENT ON FUNCTION civic_private.check_open311_update(jsonb) IS
    'Everything that is wrong with an update that is posted: a list of errors, empty for nothing.';

CREATE FUNCTION civic_private.store_open311_update(organization uuid, person uuid, key uuid, arguments jsonb)
    RETURNS json
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    content bytea := sha256(convert_to((arguments - '{api_key,jurisdiction_id}'::text[])::text, 'UTF8'));
    moment timestamptz := civic_helpers.open311_time(arguments ->> 'updated_datetime');
    report record;
    stored record;
BEGIN
    SELECT r.id, r.status, r.user_id INTO STRICT report FROM civic.reports AS r
    WHERE r.organization_id = organization AND r.report_number = arguments ->> 'service_request_id';
    -- The same sent twice at once: the second waits here, and finds the first.
    INSERT INTO civic.open311_updates AS u (organization_id, user_id, update_id, key_id, report_id, status, said_at,
        description, media_url, email, first_name, last_name, content_sha256)
    VALUES (organization, person, arguments ->> 'update_id', key, report.id, arguments ->> 'status', moment,
        arguments ->> 'description', arguments ->> 'media_url', arguments ->> 'email', arguments ->> 'first_name',
        arguments ->> 'last_name', content)
    ON CONFLICT ON CONSTRAINT open311_updates_update_key DO NOTHING
    RETURNING u.id INTO stored;
    IF NOT FOUND THEN
        SELECT u.id, u.content_sha256 INTO STRICT stored FROM civic.open311_updates AS u
        WHERE u.organization_id = organization AND u.user_id = person AND u.update_id = arguments ->> 'update_id';
        IF stored.content_sha256 <> content THEN
            RETURN NULL;
        END IF;
    ELSE
        INSERT INTO civic.comments (organization_id, report_id, user_id, content)
        VALUES (organization, report.id, person, arguments ->> 'description');
        -- What came late says nothing about how things stand.
        IF arguments ->> 'status' IN ('FIXED', 'REOPEN') AND report.status IN ('resolved', 'closed')
            AND report.user_id = person AND NOT EXISTS (
                SELECT FROM civic.open311_updates AS u
                WHERE u.organization_id = organization AND u.report_id = report.id AND u.user_id = person
                    AND u.said_at > moment
            ) THEN
            PERFORM civic.confirm_resolution(report.id, arguments ->> 'status' = 'FIXED',
                left(CASE WHEN length(arguments ->> 'description') < 10 THEN 'Not done: ' ELSE '' END
                    || (arguments ->> 'description'), 1000));
        END IF;
    END IF;
    RETURN json_build_array(json_build_object('update_id', stored.id, 'account_id', NULL));
END
$$;
COMMENT ON FUNCTION civic_private.store_open311_update(uuid, uuid, uuid, jsonb) IS
    'Stores an update and comments on its report, or finds what the same update became when it was sent before. FIXED'
    ' and REOPEN of who filed the report confirm or dispute its resolution. Returns the answer; null where the'
    ' update_id belongs to another update. Errors as civic.confirm_resolution() and a comment.';
