CREATE FUNCTION civic_helpers.open311_discovery(base text) RETURNS json
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT json_build_object(
        'changeset', civic_helpers.open311_datetime(coalesce(o.updated_at, o.created_at)),
        'contact', concat_ws(', ', o.name, o.address, o.email, o.phone, o.website),
        'key_service', 'Keys are given by ' || concat_ws(', ', o.name, o.email, o.website) || '.',
        'endpoints', (
            SELECT json_agg(json_build_object(
                'specification', 'http://wiki.open311.org/GeoReport_v2',
                'url', concat_ws('/', h.server, nullif(base, ''), e.directory),
                'changeset', civic_helpers.open311_datetime(coalesce(o.updated_at, o.created_at)),
                'type', e.type,
                'formats', json_build_array('text/xml', 'application/json')
            ) ORDER BY e.type)
            FROM (VALUES ('production', NULL), ('test', 'test')) AS e (type, directory)
        )
    )
    FROM civic.organizations AS o
    CROSS JOIN (SELECT nullif(current_setting('request.headers', true), '')::jsonb AS headers) AS r
    CROSS JOIN LATERAL (
        SELECT coalesce(r.headers ->> 'x-forwarded-proto', 'http') || '://'
            || coalesce(r.headers ->> 'x-forwarded-host', r.headers ->> 'host') AS server
    ) AS h
    WHERE o.id = civic.current_organization_id()
$$;
COMMENT ON FUNCTION civic_helpers.open311_discovery(text) IS
    'Where the interface is, below that path of the host that was asked, and whom to ask for a key.';

CREATE FUNCTION civic_helpers.open311_services() RETURNS json
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(json_agg(json_build_object(
        'service_code', c.code,
        'service_name', c.name,
        'description', coalesce(c.description, ''),
        'metadata', EXISTS (
            SELECT FROM civic.service_attributes AS a
            WHERE a.organization_id = c.organization_id AND a.category = c.code
        ),
        'type', 'realtime',
        'keywords', array_to_string(c.keywords, ','),
        'group', coalesce(c.category_group, '')
    ) ORDER BY c.sort_order, c.code), '[]')
    FROM civic.categories AS c
    WHERE c.organization_id = civic.current_organization_id() AND c.is_active
$$;
COMMENT ON FUNCTION civic_helpers.open311_services() IS 'The service list: categories that are in use.';

CREATE FUNCTION civic_helpers.open311_definition(service_code text) RETURNS json
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT json_build_object('service_code', c.code, 'attributes', (
        SELECT coalesce(json_agg(json_build_object(
            'variable', a.is_variable,
            'code', a.code,
            'datatype', a.datatype,
            'required', a.is_required,
            'datatype_description', coalesce(a.hint, ''),
            'order', a.position,
            'description', a.question,
            'values', (
                SELECT coalesce(json_agg(json_build_object('key', v.value ->> 'key', 'name', v.value ->> 'name')
                    ORDER BY v.place), '[]')
                FROM jsonb_array_elements(a.choices) WITH ORDINALITY AS v (value, place)
            )
        ) ORDER BY a.position), '[]')
        FROM civic.service_attributes AS a
        WHERE a.organization_id = c.organization_id AND a.category = c.code
    ))
    FROM civic.categories AS c
    WHERE c.organization_id = civic.current_organization_id() AND c.code = service_code AND c.is_active
$$;
COMMENT ON FUNCTION civic_helpers.open311_definition(text) IS
    'The definition of a service; null where there is no such one.';

CREATE FUNCTION civic_helpers.open311_token(token text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(r.report_number, '')
    FROM civic.open311_requests AS q
    LEFT JOIN civic.reports AS r ON r.organization_id = q.organization_id AND r.id = q.report_id
    WHERE q.organization_id = civic.current_organization_id() AND q.id = CASE
        WHEN token ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN token::uuid
    END
$$;
COMMENT ON FUNCTION civic_helpers.open311_token(text) IS
    'Number of the report that a request became, empty as long as it is none; null for an unknown token.';

CREATE FUNCTION civic_helpers.open311_period(
    arguments jsonb, from_name text, to_name text, max_days integer,
    OUT period_start timestamptz, OUT period_end timestamptz, OUT errors jsonb
)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    longest interval := make_interval(days => max_days);
BEGIN
    errors := '[]';
    period_start := civic_helpers.open311_time(arguments ->> from_name);
    period_end := civic_helpers.open311_time(arguments ->> to_name);
    IF arguments ? from_name AND period_start IS NULL THEN
        errors := errors
            || civic_helpers.open311_error(400, from_name || ' is not a time such as 2026-05-01T00:00:00Z.');
    END IF;
    IF arguments ? to_name AND period_end IS NULL THEN
        errors := errors || civic_helpers.open311_error(400, to_name || ' is not a time such as 2026-05-01T00:00:00Z.');
    END IF;
    period_end := coalesce(period_end, period_start + longest, now());
    period_start := greatest(coalesce(period_start, '-infinity'), period_end - longest);
END
$$;
COMMENT ON FUNCTION civic_helpers.open311_period(jsonb, text, text, integer) IS
    'From when to when, by two parameters: without either the last days up to now, with one as many days from there or'
    ' up to there, with both the last days of what lies between.';

CREATE FUNCTION civic_helpers.open311_requests(
    arguments jsonb, service_request_id text DEFAULT NULL, OUT content json, OUT last_id text, OUT errors jsonb
)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    max_rows integer := 1000;
    by_change boolean := arguments ?| '{updated_after,updated_before}';
    moment text := CASE WHEN by_change THEN 'status_updated_at' ELSE 'created_at' END;
    conditions text := 'r.organization_id = $1';
    numbers text[];
    services text[];
    period_start timestamptz;
    period_end timestamptz;
    latitude double precision := civic_helpers.open311_number(arguments ->> 'lat');
    longitude double precision := civic_helpers.open311_number(arguments ->> 'long');
    radius double precision := civic_helpers.open311_number(arguments ->> 'radius');
    after_moment timestamptz;
    after_id uuid;
    chosen integer;
BEGIN
    errors := '[]';
    IF service_request_id IS NOT NULL OR arguments ? 'service_request_id' THEN
        numbers := string_to_array(coalesce(service_request_id, arguments ->> 'service_request_id'), ',');
        conditions := conditions || ' AND r.report_number = ANY ($2)';
    ELSE
        SELECT p.period_start, p.period_end, p.errors INTO period_start, period_end, errors
        FROM civic_helpers.open311_period(arguments, CASE WHEN by_change THEN 'updated_after' ELSE 'start_date' END,
            CASE WHEN by_change THEN 'updated_before' ELSE 'end_date' END, CASE WHEN by_change THEN 36500 ELSE 90 END)
            AS p;
        conditions := conditions || format(' AND r.%1$I >= $3 AND r.%1$I <= $4', moment);
        IF arguments ? 'service_code' THEN
            services := string_to_array(arguments ->> 'service_code', ',');
            conditions := conditions || ' AND civic.effective_category(r) = ANY ($5)';
        END IF;
        IF arguments ? 'status' THEN
            IF EXISTS (
                SELECT FROM unnest(string_to_array(arguments ->> 'status', ',')) AS s (status)
                WHERE s.status NOT IN ('open', 'closed')
            ) THEN
                errors := errors || civic_helpers.open311_error(400, 'status is open, closed or both with a comma.');
            END IF;
            conditions := conditions || ' AND civic_helpers.open311_status(r.status) = ANY ($6)';
        END IF;
        IF arguments ?| '{lat,long,radius}' THEN
            IF num_nulls(latitude, longitude, radius) > 0 OR abs(latitude) > 90 OR abs(longitude) > 180
                OR radius NOT BETWEEN 0 AND 21000000 THEN
                errors := errors || civic_helpers.open311_error(400, 'lat and long in degrees and radius in metres are'
                    ' needed together.');
            END IF;
            conditions := conditions
                || ' AND civic_helpers.is_within(r.location, $7, $8, $9)';
        END IF;
        IF arguments ? 'after' THEN
            EXECUTE format('SELECT r.%I, r.id FROM civic.reports AS r WHERE r.organization_id = $1'
                ' AND r.report_number = $2', moment) INTO after_moment, after_id
            USING civic.current_organization_id(), arguments ->> 'after';
            IF after_id IS NULL THEN
                errors := errors
                    || civic_helpers.open311_error(400, 'after is not the service_request_id of a request.');
            END IF;
            conditions := conditions || format(' AND (r.%I, r.id) < ($10, $11)', moment);
        END IF;
    END IF;
    IF arguments ? 'page' AND arguments ->> 'page' <> '1' THEN
        errors := errors
            || civic_helpers.open311_error(400, 'Pages have no numbers: follow the header Link, or say after.');
    END IF;
    IF arguments ?| '{page_size,max_requests}' THEN
        IF coalesce(arguments ->> 'page_size', arguments ->> 'max_requests') !~ '^0*[1-9][0-9]{0,8}$' THEN
            errors := errors || civic_helpers.open311_error(400, 'page_size is a number from 1 to 1000.');
        ELSE
            max_rows := least(coalesce(arguments ->> 'page_size', arguments ->> 'max_requests')::integer, 1000);
        END IF;
    END IF;
    IF errors <> '[]' THEN
        RETURN;
    END IF;
    EXECUTE format($query$
        SELECT coalesce(json_agg(json_build_object(
                'service_request_id', q.report_number,
                'status', civic_helpers.open311_status(q.status),
                'status_notes', CASE
                    WHEN q.status IN ('resolved', 'closed') THEN q.resolution_notes
                    WHEN q.status = 'rejected' THEN q.rejection_reason
                    WHEN q.status = 'on_hold' THEN q.hold_reason
                END,
                'service_name', coalesce(c.name, ''),
                'service_code', coalesce(q.service_code, ''),
                'description', q.description,
                'agency_responsible', d.name,
                'service_notice', NULL,
                'requested_datetime', civic_helpers.open311_datetime(q.created_at),
                'updated_datetime', civic_helpers.open311_datetime(q.status_updated_at),
                'expected_datetime', NULL,
                'address', q.address,
                'address_id', NULL,
                'zipcode', q.pincode,
                'lat', q.latitude,
                'long', q.longitude,
                'media_url', (
                    SELECT m.file_url FROM civic.media AS m
                    WHERE m.organization_id = q.organization_id AND m.report_id = q.id AND m.file_type = 'image'
                        AND m.file_url ~ '^https?://'
                    ORDER BY m.is_primary DESC, m.sequence_order, m.id LIMIT 1
                )
            ) ORDER BY q.moment DESC, q.id DESC), '[]'),
            count(*), (array_agg(q.report_number ORDER BY q.moment, q.id))[1]
        FROM (
            SELECT r.*, r.%1$I AS moment, civic.effective_category(r) AS service_code
            FROM civic.reports AS r
            WHERE %2$s
            ORDER BY r.%1$I DESC, r.id DESC LIMIT $12
        ) AS q
        LEFT JOIN civic.categories AS c ON c.organization_id = q.organization_id AND c.code = q.service_code
        LEFT JOIN civic.departments AS d ON d.organization_id = q.organization_id AND d.id = q.department_id
    $query$, moment, conditions) INTO content, chosen, last_id
    USING civic.current_organization_id(), numbers, period_start, period_end, services,
        string_to_array(arguments ->> 'status', ','), latitude, longitude, radius, after_moment, after_id, max_rows;
    IF chosen < max_rows THEN
        last_id := NULL;
    END IF;
END
$$;
COMMENT ON FUNCTION civic_helpers.open311_requests(jsonb, text) IS
    'Reports that the asker may see, newest first, by the parameters of GeoReport v2; last_id is where the next page'
    ' starts, null on the last one.';

CREATE FUNCTION civic_helpers.open311_updates(arguments jsonb, OUT content json, OUT errors jsonb)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    period record := civic_helpers.open311_period(arguments, 'start_date', 'end_date', 90);
BEGIN
    errors := period.errors;
    IF errors <> '[]' THEN
        RETURN;
    END IF;
    SELECT coalesce(json_agg(json_build_object(
            'update_id', h.id,
            'service_request_id', h.report_number,
            'status', CASE h.new_status
                WHEN 'received' THEN 'OPEN'
                WHEN 'pending_classification' THEN 'FOR_TRIAGE'
                WHEN 'classified' THEN 'INVESTIGATING'
                WHEN 'assigned_to_department' THEN 'ACTION_SCHEDULED'
                WHEN 'assigned_to_officer' THEN 'ACTION_SCHEDULED'
                WHEN 'assignment_rejected' THEN 'INTERNAL_REFERRAL'
                WHEN 'acknowledged' THEN 'ACTION_SCHEDULED'
                WHEN 'resolved' THEN 'FIXED'
                WHEN 'closed' THEN 'CLOSED'
                WHEN 'reopened' THEN 'REOPEN'
                WHEN 'rejected' THEN 'NO_FURTHER_ACTION'
                WHEN 'duplicate' THEN 'DUPLICATE'
                ELSE 'IN_PROGRESS'
            END,
            'updated_datetime', civic_helpers.open311_datetime(h.changed_at),
            'description', coalesce(h.reason, ''),
            'media_url', NULL
        ) ORDER BY h.id), '[]') INTO content
    FROM (
        SELECT u.id, r.report_number, u.new_status, u.changed_at, u.reason
        FROM civic.status_history AS u
        JOIN civic.reports AS r ON r.organization_id = u.organization_id AND r.id = u.entity_id
        WHERE u.organization_id = civic.current_organization_id() AND u.workflow = 'report' AND u.old_status IS NOT NULL
            AND u.changed_at BETWEEN period.period_start AND period.period_end
            -- Identifiers begin with the milliseconds in which they were made, which is not before the move.
            AND u.id >= rpad(lpad(to_hex((extract(epoch FROM period.period_start) * 1000)::bigint), 12, '0'), 32,
                '0')::uuid
            AND (NOT arguments ? 'service_request_id'
                OR r.report_number = ANY (string_to_array(arguments ->> 'service_request_id', ',')))
        ORDER BY u.id LIMIT 1000
    ) AS h;
END
$$;
COMMENT ON FUNCTION civic_helpers.open311_updates(jsonb) IS
    'Moves of reports that the asker may see, oldest first, at most 1000, as mySociety''s extension lists them.';

CREATE FUNCTION civic.open311_get(uri text DEFAULT NULL) RETURNS civic."*/*"
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    before text := current_setting('civic.organization_id', true);
    address text := coalesce(uri, nullif(current_setting('request.headers', true), '')::jsonb ->> 'x-open311-uri', '');
    call record := civic_helpers.open311_call(address, NULL);
    root text := 'service_requests';
    found record;
    content json;
    link text;
    error jsonb := call.error;
BEGIN
    IF error IS NOT NULL THEN
        RETURN civic_helpers.open311_failure(jsonb_build_array(error), call.format);
    END IF;
    -- Who names nobody works for the organization they ask about, for as long as this takes.
    PERFORM set_config('civic.organization_id', call.organization::text, true);
    IF call.resource = 'discovery' AND call.identifier IS NULL THEN
        root := 'discovery';
        content := civic_helpers.open311_discovery(call.base);
    ELSIF call.resource = 'services' AND call.identifier IS NULL THEN
        root := 'services';
        content := civic_helpers.open311_services();
    ELSIF call.resource = 'services' THEN
        root := 'service_definition';
        content := civic_helpers.open311_definition(call.identifier);
        IF content IS NULL THEN
            error := civic_helpers.open311_error(404, 'The service_code is not known.');
        END IF;
    ELSIF call.resource = 'tokens' THEN
        content := json_build_array(json_build_object('token', call.identifier, 'service_request_id',
            civic_helpers.open311_token(call.identifier)));
        IF content -> 0 ->> 'service_request_id' IS NULL THEN
            error := civic_helpers.open311_error(404, 'The token is not known.');
        END IF;
    ELSIF call.resource = 'requests' THEN
        found := civic_helpers.open311_requests(call.arguments, call.identifier);
        content := found.content;
        IF found.errors <> '[]' THEN
            PERFORM set_config('civic.organization_id', before, true);
            RETURN civic_helpers.open311_failure(found.errors, call.format);
        ELSIF call.identifier IS NOT NULL AND content::text = '[]' THEN
            error := civic_helpers.open311_error(404, 'The service_request_id is not known.');
        ELSIF found.last_id IS NOT NULL AND call.identifier IS NULL THEN
            link := regexp_replace(regexp_replace(address, '([?&])after=[^&]*&?', '\1'), '[?&]$', '');
            link := link || CASE WHEN link ~ '\?' THEN '&' ELSE '?' END || 'after=' || found.last_id;
        END IF;
    ELSE
        root := 'service_request_updates';
        found := civic_helpers.open311_updates(call.arguments);
        content := found.content;
        IF found.errors <> '[]' THEN
            PERFORM set_config('civic.organization_id', before, true);
            RETURN civic_helpers.open311_failure(found.errors, call.format);
        END IF;
    END IF;
    PERFORM set_config('civic.organization_id', before, true);
    IF error IS NOT NULL THEN
        RETURN civic_helpers.open311_failure(jsonb_build_array(error), call.format);
    END IF;
    RETURN civic_helpers.open311_answer(content, root, call.format, link => link);
END
$$;
COMMENT ON FUNCTION civic.open311_get(text) IS
    'Answers a GET of Open311 GeoReport v2, such as /open311/v2/requests.json?status=open: discovery, services,'
    ' requests, tokens and servicerequestupdates, in XML or JSON. Without uri it is header X-Open311-Uri, as a proxy in'
    ' front of PostgREST sets it. What it shows is what the asker may see; whoever names nobody sees what is public.';
