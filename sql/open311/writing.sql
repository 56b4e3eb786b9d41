CREATE FUNCTION civic.create_open311_key(name text, user_id uuid) RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    secret text := civic_private.base64url(civic_private.random_bytes(32));
    key uuid;
BEGIN
    IF NOT civic.has_permission('manage:integrations') THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not give keys to applications',
            DETAIL = 'That needs permission "manage:integrations".',
            HINT = 'Ask an administrator.';
    END IF;
    -- Who holds the key acts as that person: nobody makes one for somebody above them.
    IF NOT civic.is_system() AND civic_private.role_level(organization, create_open311_key.user_id)
        > 1 AND create_open311_key.user_id IS DISTINCT FROM civic.current_user_id() THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'the account has more rights than an application may have',
            DETAIL = 'On the civic ladder it stands above a citizen.',
            HINT = 'Make an account for the application.';
    END IF;
    INSERT INTO civic.open311_keys AS k (organization_id, name, user_id)
    VALUES (organization, create_open311_key.name, create_open311_key.user_id)
    RETURNING k.id INTO key;
    INSERT INTO civic_private.open311_secrets (organization_id, key_id, key_sha256)
    VALUES (organization, key, sha256(convert_to(secret, 'UTF8')));
    RETURN secret;
END
$$;
COMMENT ON FUNCTION civic.create_open311_key(text, uuid) IS
    'Makes an api_key for an application, which files reports as that account, and returns it; it is shown this once.'
    ' Needs permission manage:integrations. The account is one''s own or stands no higher than a citizen. Errors: 42501'
    ' not open to the caller, 23503 no such account, 23505 the name is taken.';

CREATE FUNCTION civic_private.file_open311_request(
    organization uuid, request uuid, latitude double precision, longitude double precision
) RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    before_organization text := current_setting('civic.organization_id', true);
    before_user text := current_setting('civic.user_id', true);
    asked civic.open311_requests;
    service text;
    words text;
    report record;
BEGIN
    SELECT * INTO STRICT asked FROM civic.open311_requests AS q
    WHERE q.organization_id = organization AND q.id = request;
    SELECT c.name INTO STRICT service FROM civic.categories AS c
    WHERE c.organization_id = organization AND c.code = asked.category;
    -- A report has a title of 5 characters and a description of 10 at least; Open311 asks for neither.
    words := regexp_replace(coalesce(asked.description, ''), '\s+', ' ', 'g');
    PERFORM set_config('civic.organization_id', organization::text, true),
        set_config('civic.user_id', asked.user_id::text, true);
    report := civic.submit_report(
        title => left(concat_ws(': ', concat(CASE WHEN length(service) < 5 THEN 'Service ' END, service),
            nullif(words, '')), 120),
        description => CASE WHEN length(asked.description) >= 10 THEN left(asked.description, 2000)
            ELSE concat_ws(': ', 'Service request, ' || service, asked.description) END,
        latitude => latitude,
        longitude => longitude,
        category => asked.category,
        address => asked.address
    );
    IF asked.media_url IS NOT NULL THEN
        INSERT INTO civic.media (organization_id, report_id, file_url, file_type, uploaded_by)
        VALUES (organization, report.id, asked.media_url, 'image', asked.user_id);
    END IF;
    UPDATE civic.open311_requests AS q SET report_id = report.id
    WHERE q.organization_id = organization AND q.id = request;
    PERFORM set_config('civic.organization_id', before_organization, true),
        set_config('civic.user_id', before_user, true);
    RETURN report.report_number;
END
$$;
COMMENT ON FUNCTION civic_private.file_open311_request(uuid, uuid, double precision, double precision) IS
    'Files the report of a request at that place, as who sent it, and returns its number. Errors as'
    ' civic.submit_report().';

CREATE FUNCTION civic.place_open311_request(
    request_id uuid, latitude double precision, longitude double precision
) RETURNS text
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    report uuid;
BEGIN
    IF NOT (civic.has_permission('update:any_report') AND civic.has_permission('read:private_report')) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not say where a request is',
            DETAIL = 'That needs permissions "update:any_report" and "read:private_report".',
            HINT = 'Ask a moderator.';
    END IF;
    SELECT q.report_id INTO report FROM civic.open311_requests AS q
    WHERE q.organization_id = organization AND q.id = request_id FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the request does not exist',
            HINT = 'Check the id.';
    ELSIF report IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC142',
            MESSAGE = 'the request is a report already',
            HINT = 'Move the report instead.';
    END IF;
    RETURN civic_private.file_open311_request(organization, request_id, latitude, longitude);
END
$$;
COMMENT ON FUNCTION civic.place_open311_request(uuid, double precision, double precision) IS
    'Says where a request is that came with an address alone; it becomes a report, whose number is returned. Errors:'
    ' 42501 not open to the caller, PT404 no such request, ZC142 it is a report already, 23514 no such place, ZC011'
    ' the account has filed too many reports.';

CREATE FUNCTION civic_private.check_open311_answers(organization uuid, service text, answers jsonb) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(jsonb_agg(civic_helpers.open311_error(400, format('attribute[%s] %s', a.code, p.problem))
        ORDER BY a.position), '[]')
    FROM civic.service_attributes AS a
    CROSS JOIN LATERAL (SELECT answers -> a.code AS answer) AS g
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN g.answer IS NULL THEN CASE WHEN a.is_required THEN 'is required.' END
            WHEN jsonb_typeof(g.answer) = 'array' AND a.datatype <> 'multivaluelist' THEN 'has more than one answer.'
            WHEN a.datatype = 'number' AND civic_helpers.open311_number(g.answer #>> '{}') IS NULL
                THEN 'is not a number.'
            WHEN a.datatype = 'datetime' AND civic_helpers.open311_time(g.answer #>> '{}') IS NULL THEN
                'is not a time such as 2026-05-01T00:00:00Z.'
            WHEN a.datatype IN ('singlevaluelist', 'multivaluelist') AND EXISTS (
                SELECT FROM jsonb_array_elements_text(CASE jsonb_typeof(g.answer) WHEN 'array' THEN g.answer
                    ELSE jsonb_build_array(g.answer) END) AS v (value)
                WHERE NOT jsonb_path_exists(a.choices, '$[*].key ? (@ == $key)', jsonb_build_object('key', v.value))
            ) THEN 'is not one of the keys in the definition of the service.'
            WHEN length(g.answer::text) > 4000 THEN 'is longer than 4000 characters.'
        END AS problem
    ) AS p
    WHERE a.organization_id = organization AND a.category = service AND a.is_variable AND p.problem IS NOT NULL
$$;
COMMENT ON FUNCTION civic_private.check_open311_answers(uuid, text, jsonb) IS
    'What is wrong with the answers to the questions about a service: a list of errors, empty for nothing.';

CREATE FUNCTION civic_private.check_open311_request(organization uuid, arguments jsonb, answers jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    service text := arguments ->> 'service_code';
    latitude double precision := civic_helpers.open311_number(arguments ->> 'lat');
    longitude double precision := civic_helpers.open311_number(arguments ->> 'long');
    errors jsonb := '[]';
    x record;
BEGIN
    IF service IS NULL THEN
        errors := errors || civic_helpers.open311_error(400, 'service_code is required.');
    ELSIF NOT EXISTS (
        SELECT FROM civic.categories AS c
        WHERE c.organization_id = organization AND c.code = service AND c.is_active
    ) THEN
        errors := errors || civic_helpers.open311_error(404, 'The service_code is not known.');
    ELSE
        errors := errors || civic_private.check_open311_answers(organization, service, answers);
    END IF;
    IF arguments ?| '{lat,long}' THEN
        IF num_nulls(latitude, longitude) > 0 OR abs(latitude) > 90 OR abs(longitude) > 180 THEN
            errors := errors || civic_helpers.open311_error(400, 'lat and long are degrees, and needed together.');
        END IF;
    ELSIF NOT arguments ?| '{address_string,address_id}' THEN
        errors := errors || civic_helpers.open311_error(400, 'lat and long, address_string or address_id is required.');
    END IF;
    IF arguments ->> 'media_url' !~ '^https?://\S+$' THEN
        errors := errors || civic_helpers.open311_error(400, 'media_url is not a URL.');
    END IF;
    FOR x IN
        SELECT m.name, m.max_length
        FROM (VALUES ('description', 4000), ('address_string', 500), ('address_id', 100), ('media_url', 500),
            ('email', 255), ('phone', 50), ('first_name', 255), ('last_name', 255), ('device_id', 255),
            ('account_id', 255)) AS m (name, max_length)
        WHERE length(arguments ->> m.name) > m.max_length
    LOOP
        errors := errors
            || civic_helpers.open311_error(400, format('%s is longer than %s characters.', x.name, x.max_length));
    END LOOP;
    IF length(answers::text) > 65536 THEN
        errors := errors || civic_helpers.open311_error(400, 'The answers are longer than 65536 characters.');
    END IF;
    RETURN errors;
END
$$;
COMMENT ON FUNCTION civic_private.check_open311_request(uuid, jsonb, jsonb) IS
    'Everything that is wrong with a request that is posted: a list of errors, empty for nothing.';

CREATE FUNCTION civic_private.store_open311_request(
    organization uuid, person uuid, key uuid, arguments jsonb, answers jsonb, idempotency text, is_test boolean
) RETURNS json
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    content bytea := sha256(convert_to(jsonb_build_array(
        arguments - '{api_key,jurisdiction_id}'::text[], answers)::text, 'UTF8'));
    known record;
    request uuid;
    number text;
BEGIN
    -- The same sent twice at once: the second waits, and sees the first.
    PERFORM pg_advisory_xact_lock(hashtextextended(concat_ws('/', 'open311', organization, person,
        coalesce(idempotency, encode(content, 'hex'))), 0));
    SELECT q.id, q.content_sha256, r.report_number INTO known
    FROM civic.open311_requests AS q
    LEFT JOIN civic.reports AS r ON r.organization_id = q.organization_id AND r.id = q.report_id
    WHERE q.organization_id = organization AND q.user_id = person AND CASE
        WHEN idempotency IS NOT NULL THEN q.idempotency_key = idempotency
        ELSE q.content_sha256 = content AND q.created_at > now() - interval '10 minutes'
    END
    ORDER BY q.created_at DESC LIMIT 1;
    IF FOUND THEN
        IF known.content_sha256 <> content THEN
            RETURN NULL;
        END IF;
        request := known.id;
        number := known.report_number;
    ELSE
        INSERT INTO civic.open311_requests AS q (organization_id, user_id, key_id, category, attributes, description,
            address, address_id, media_url, email, phone, first_name, last_name, device_id, account_id,
            idempotency_key, content_sha256)
        VALUES (organization, person, key, arguments ->> 'service_code', answers, arguments ->> 'description',
            arguments ->> 'address_string', arguments ->> 'address_id', arguments ->> 'media_url',
            arguments ->> 'email', arguments ->> 'phone', arguments ->> 'first_name', arguments ->> 'last_name',
            arguments ->> 'device_id', arguments ->> 'account_id', idempotency, content)
        RETURNING q.id INTO request;
        IF arguments ? 'lat' THEN
            number := civic_private.file_open311_request(organization, request,
                civic_helpers.open311_number(arguments ->> 'lat'), civic_helpers.open311_number(arguments ->> 'long'));
        END IF;
    END IF;
    RETURN CASE
        WHEN number IS NULL THEN json_build_array(json_build_object('token', request, 'service_notice',
            'Somebody will look up the address; ask again with the token.', 'account_id', NULL))
        ELSE json_build_array(json_build_object('service_request_id', number, 'service_notice',
            CASE WHEN is_test THEN 'This was a test: nothing was filed.' END, 'account_id', NULL))
    END;
END
$$;
COMMENT ON FUNCTION civic_private.store_open311_request(uuid, uuid, uuid, jsonb, jsonb, text, boolean) IS
    'Stores a request and files its report, or finds what the same request became when it was sent before: under the'
    ' same Idempotency-Key, or without one with the same content within 10 minutes. Returns the answer; null where the'
    ' key belongs to another request.';

CREATE FUNCTION civic.open311_post(text) RETURNS civic."*/*"
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    headers jsonb := nullif(current_setting('request.headers', true), '')::jsonb;
    call record := civic_helpers.open311_call(coalesce(headers ->> 'x-open311-uri', '/requests.xml'), coalesce($1, ''));
    before_organization text := current_setting('civic.organization_id', true);
    before_user text := current_setting('civic.user_id', true);
    person uuid := civic.current_user_id();
    is_update boolean := call.resource = 'servicerequestupdates';
    is_test boolean := coalesce(call.base ~ '(^|/)test$', false);
    key uuid;
    content json;
    errors jsonb := '[]';
    message text;
BEGIN
    IF call.error IS NOT NULL THEN
        RETURN civic_helpers.open311_failure(jsonb_build_array(call.error), call.format);
    ELSIF call.resource NOT IN ('requests', 'servicerequestupdates') OR call.identifier IS NOT NULL THEN
        RETURN civic_helpers.open311_failure(
            jsonb_build_array(civic_helpers.open311_error(404, 'Nothing is posted to this address.')),
            call.format);
    END IF;
    IF person IS NULL THEN
        SELECT k.id, k.user_id INTO key, person
        FROM civic_private.open311_secrets AS s
        JOIN civic.open311_keys AS k ON k.organization_id = s.organization_id AND k.id = s.key_id
        WHERE s.organization_id = call.organization AND k.is_active
            AND s.key_sha256 = sha256(convert_to(call.arguments ->> 'api_key', 'UTF8'));
        IF person IS NULL THEN
            RETURN civic_helpers.open311_failure(jsonb_build_array(civic_helpers.open311_error(403, CASE
                WHEN call.arguments ? 'api_key' THEN 'The api_key is not good.' ELSE 'api_key is required.' END)),
                call.format);
        END IF;
    END IF;
    PERFORM set_config('civic.organization_id', call.organization::text, true),
        set_config('civic.user_id', person::text, true);
    IF NOT civic.has_permission(CASE WHEN is_update THEN 'create:comment' ELSE 'create:report' END) THEN
        errors := errors || civic_helpers.open311_error(403, format('The account may not %s reports.',
            CASE WHEN is_update THEN 'comment on' ELSE 'file' END));
    END IF;
    errors := errors || CASE WHEN is_update THEN civic_private.check_open311_update(call.arguments)
        ELSE civic_private.check_open311_request(call.organization, call.arguments, call.answers) END;
    IF errors = '[]' THEN
        BEGIN
            content := CASE WHEN is_update
                THEN civic_private.store_open311_update(call.organization, person, key, call.arguments)
                ELSE civic_private.store_open311_request(call.organization, person, key, call.arguments, call.answers,
                    headers ->> 'idempotency-key', is_test) END;
            IF content IS NULL THEN
                errors := errors || civic_helpers.open311_error(400, CASE WHEN is_update
                    THEN 'The update_id was used for another update.'
                    ELSE 'The Idempotency-Key was used for another request.' END);
            END IF;
            -- What was done is undone; the answer stays.
            IF is_test THEN
                RAISE EXCEPTION USING ERRCODE = 'P0311';
            END IF;
        EXCEPTION
            WHEN SQLSTATE 'P0311' THEN
                NULL;
            WHEN integrity_constraint_violation OR data_exception OR SQLSTATE 'ZC011' OR SQLSTATE 'ZC066' THEN
                -- Not the detail: it may be the row.
                GET STACKED DIAGNOSTICS message = MESSAGE_TEXT;
                errors := errors
                    || civic_helpers.open311_error(400, upper(left(message, 1)) || substr(message, 2) || '.');
        END;
    END IF;
    PERFORM set_config('civic.organization_id', before_organization, true),
        set_config('civic.user_id', before_user, true);
    IF errors <> '[]' THEN
        RETURN civic_helpers.open311_failure(errors, call.format);
    END IF;
    RETURN civic_helpers.open311_answer(content,
        CASE WHEN is_update THEN 'service_request_updates' ELSE 'service_requests' END, call.format);
END
$$;
COMMENT ON FUNCTION civic.open311_post(text) IS
    'Answers a POST of Open311 GeoReport v2: the argument is the form as it came. Header X-Open311-Uri says where it'
    ' was posted to, below /test/ nothing stays. Who is signed in files as themselves, else api_key says who. The same'
    ' request sent twice is filed once: with the same header Idempotency-Key, or without one within 10 minutes. With an'
    ' address alone it gets a token, until civic.place_open311_request(). To servicerequestupdates go updates, which'
    ' become comments.';
