CREATE FUNCTION civic_helpers.form_fields(
    form pg_catalog.text,
    OUT name pg_catalog.text, OUT key pg_catalog.text, OUT is_list pg_catalog.bool, OUT value pg_catalog.text
) RETURNS SETOF record
    LANGUAGE c IMMUTABLE PARALLEL SAFE STRICT AS 'MODULE_PATHNAME', 'civic_form_fields';
COMMENT ON FUNCTION civic_helpers.form_fields(text) IS
    'The fields of a form or query string (application/x-www-form-urlencoded) in their order, decoded: for'
    ' "attribute[DEPTH][]=2" name attribute, key DEPTH, is_list true. Errors: ZC140 malformed, or not UTF-8; ZC141 more'
    ' than 1 MiB or 1000 fields.';

CREATE FUNCTION civic_helpers.json_to_xml(value pg_catalog.json, root pg_catalog.text) RETURNS pg_catalog.text
    LANGUAGE c IMMUTABLE PARALLEL SAFE STRICT AS 'MODULE_PATHNAME', 'civic_json_to_xml';
COMMENT ON FUNCTION civic_helpers.json_to_xml(json, text) IS
    'An XML document with the members of the value as elements, in their order; elements of an array are named by the'
    ' singular of its name, nulls are empty. Characters that XML cannot have become U+FFFD. Error 22023 for a name that'
    ' elements cannot have, or more than 32 levels.';

CREATE FUNCTION civic_helpers.open311_organization(jurisdiction_id text DEFAULT NULL) RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT o.id FROM civic.organizations AS o
    WHERE o.is_active AND o.id <> '00000000-0000-0000-0000-000000000000' AND CASE
        WHEN civic.current_organization_id() IS NOT NULL THEN o.id = civic.current_organization_id()
        WHEN jurisdiction_id IS NULL THEN o.is_default
        ELSE true
    END AND (jurisdiction_id IS NULL OR o.code = upper(jurisdiction_id))
$$;
COMMENT ON FUNCTION civic_helpers.open311_organization(text) IS
    'Organization with that code; without one, that of the session, else the default one. Null where there is none, or'
    ' where the session works for another.';

CREATE FUNCTION civic_helpers.open311_time(value text) RETURNS timestamptz
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
BEGIN
    -- A plus sign that nobody encoded has become a blank.
    value := regexp_replace(value, ' (\d\d:?\d\d)$', '+\1');
    IF value !~ '^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$' THEN
        RETURN NULL;
    END IF;
    RETURN value::timestamptz;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_helpers.open311_time(text) IS
    'A time as Open311 writes it, such as 2026-05-01T08:30:00Z or 2026-05-01, which is its midnight; UTC without a'
    ' zone. Null for anything else.';

CREATE FUNCTION civic_helpers.open311_datetime(value timestamptz) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN to_char(value AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"');
COMMENT ON FUNCTION civic_helpers.open311_datetime(timestamptz) IS
    'A time as Open311 writes it, in UTC and whole seconds.';

CREATE FUNCTION civic_helpers.open311_number(value text) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE WHEN value ~ '^ *[+-]?(\d{1,15}(\.\d{0,15})?|\.\d{1,15}) *$' THEN value::double precision END;
COMMENT ON FUNCTION civic_helpers.open311_number(text) IS
    'A decimal number of at most 15 digits before and after the point.';

CREATE FUNCTION civic_helpers.open311_error(code integer, description text) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN jsonb_build_object('code', code::text, 'description', description);
COMMENT ON FUNCTION civic_helpers.open311_error(integer, text) IS 'An error as GeoReport v2 lists it.';

CREATE FUNCTION civic_helpers.open311_call(
    uri text, body text, OUT base text, OUT resource text, OUT identifier text, OUT format text,
    OUT arguments jsonb, OUT answers jsonb, OUT organization uuid, OUT error jsonb
)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    path text := split_part(uri, '?', 1);
    query text := substr(uri, length(path) + 2);
    pieces text[] := string_to_array(trim('/' FROM regexp_replace(path, '\.(xml|json)$', '')), '/');
    last integer := cardinality(pieces);
    problem text;
BEGIN
    format := coalesce(substring(path FROM '\.(xml|json)$'), CASE
        WHEN nullif(current_setting('request.headers', true), '')::jsonb ->> 'accept' ~ 'json' THEN 'json'
        ELSE 'xml'
    END);
    arguments := '{}';
    answers := '{}';
    BEGIN
        IF pieces[last - 1] IN ('services', 'requests', 'tokens') THEN
            SELECT f.value INTO identifier
            FROM civic_helpers.form_fields('x=' || replace(replace(pieces[last], '+', '%2B'), '&', '%26')) AS f;
            last := last - 1;
        END IF;
        resource := pieces[last];
        -- An empty parameter is as good as none; of several, the last counts, and the body goes before the query.
        SELECT coalesce(jsonb_object_agg(f.name, f.value ORDER BY f.place), '{}') INTO arguments
        FROM (
            SELECT q.name, q.value, q.place
            FROM civic_helpers.form_fields(query) WITH ORDINALITY AS q (name, key, is_list,
                value, place)
            WHERE q.key IS NULL
            UNION ALL
            SELECT b.name, b.value, 10000 + b.place FROM civic_helpers.form_fields(coalesce(body, '')) WITH ORDINALITY
                AS b (name, key, is_list, value, place)
            WHERE b.key IS NULL
        ) AS f
        WHERE f.value <> '';
        -- An answer that comes twice is a list even where the brackets that say so are missing.
        SELECT coalesce(jsonb_object_agg(f.key, f.answer), '{}') INTO answers
        FROM (
            SELECT b.key, CASE WHEN bool_or(b.is_list) OR count(*) > 1
                THEN jsonb_agg(b.value ORDER BY b.place) ELSE to_jsonb(min(b.value)) END AS answer
            FROM civic_helpers.form_fields(coalesce(body, '')) WITH ORDINALITY AS b (name, key, is_list, value, place)
            WHERE b.name = 'attribute' AND b.key IS NOT NULL AND b.value <> ''
            GROUP BY b.key
        ) AS f;
    EXCEPTION WHEN SQLSTATE 'ZC140' OR SQLSTATE 'ZC141' THEN
        GET STACKED DIAGNOSTICS problem = PG_EXCEPTION_DETAIL;
        error := civic_helpers.open311_error(400, 'The request cannot be read. ' || problem);
        RETURN;
    END;
    base := array_to_string(pieces[:last - 1], '/');
    IF resource IS NULL
        OR resource NOT IN ('discovery', 'services', 'requests', 'tokens', 'servicerequestupdates') THEN
        error := civic_helpers.open311_error(404, 'There is nothing at this address.');
        RETURN;
    END IF;
    organization := civic_helpers.open311_organization(arguments ->> 'jurisdiction_id');
    IF organization IS NULL THEN
        error := civic_helpers.open311_error(404, 'The jurisdiction_id is not known.');
    END IF;
END
$$;
COMMENT ON FUNCTION civic_helpers.open311_call(text, text) IS
    'Takes a request apart: what stands before the resource, the resource and which one, xml or json, parameters of'
    ' query and body, answers to questions, the organization; or the error to answer with.';

CREATE FUNCTION civic_helpers.open311_answer(
    content json, root text, format text, status integer DEFAULT 200, link text DEFAULT NULL
) RETURNS civic."*/*"
    LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF status <> 200 THEN
        PERFORM set_config('response.status', status::text, true);
    END IF;
    PERFORM set_config('response.headers', jsonb_path_query_array(jsonb_build_array(
        jsonb_build_object('Content-Type', CASE format WHEN 'json' THEN 'application/json; charset=utf-8'
            ELSE 'text/xml; charset=utf-8' END),
        jsonb_build_object('Link', '<' || link || '>; rel="next"')
    ), '$[*] ? (@.* != null)')::text, true);
    RETURN CASE format WHEN 'json' THEN content::text ELSE civic_helpers.json_to_xml(content, root) END;
END
$$;
COMMENT ON FUNCTION civic_helpers.open311_answer(json, text, text, integer, text) IS
    'The body of an answer, as JSON or as XML below the root; its status and headers are set for PostgREST.';

CREATE FUNCTION civic_helpers.open311_failure(errors jsonb, format text) RETURNS civic."*/*"
    LANGUAGE sql STABLE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT civic_helpers.open311_answer((
        SELECT json_agg(json_build_object('code', e.value ->> 'code', 'description', e.value ->> 'description'))
        FROM jsonb_array_elements(errors) AS e
    ), 'errors', format, (SELECT max((e.value ->> 'code')::integer) FROM jsonb_array_elements(errors) AS e))
$$;
COMMENT ON FUNCTION civic_helpers.open311_failure(jsonb, text) IS
    'The answer to a request that failed, with all its errors.';

CREATE FUNCTION civic_helpers.open311_status(status civic.report_status) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN status IN ('resolved', 'closed', 'rejected', 'duplicate') THEN 'closed' ELSE 'open' END;
COMMENT ON FUNCTION civic_helpers.open311_status(civic.report_status) IS
    'closed for what is resolved, closed, rejected or a duplicate; else open.';
