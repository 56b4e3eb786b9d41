CREATE FUNCTION civic_private.similar_words(organization uuid, term text) RETURNS SETOF text
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 5
BEGIN ATOMIC
    SELECT v.word FROM civic_private.search_vocabulary AS v
    WHERE v.organization_id = similar_words.organization AND v.word % similar_words.term
    ORDER BY similarity(v.word, similar_words.term) DESC, v.word
    LIMIT 5;
END;
COMMENT ON FUNCTION civic_private.similar_words(uuid, text) IS
    'Up to five words of the reports of an organization that are written much like this one, the most alike first.';

CREATE FUNCTION civic_private.search_query(organization uuid, query text) RETURNS tsquery
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    term text;
    others text[];
    one tsquery;
    wanted tsquery;
BEGIN
    FOR term IN
        SELECT t.lexeme FROM unnest(civic_private.words_of(left(query, 1000))) AS t
        ORDER BY t.positions[1] LIMIT 16
    LOOP
        -- By name, not as a prefix: an index of words reads every report with the prefix before it looks at the day.
        -- The vocabulary has no numbers.
        others := '{}';
        IF length(term) >= 3 AND term !~ '[0-9]' THEN
            others := ARRAY(
                SELECT v.word FROM civic_private.search_vocabulary AS v
                WHERE v.organization_id = organization AND v.word >= term AND v.word < term || U&'\FFFF'
                ORDER BY v.word LIMIT 20
            );
            IF others = '{}' AND length(term) >= 4 THEN
                others := ARRAY(SELECT s.word FROM civic_private.similar_words(organization, term) AS s (word));
            END IF;
        END IF;
        SELECT string_agg(quote_literal(o.word), ' | ') INTO STRICT one FROM unnest(others || term) AS o (word);
        wanted := CASE WHEN wanted IS NULL THEN one ELSE wanted && one END;
    END LOOP;
    RETURN wanted;
END
$$;
COMMENT ON FUNCTION civic_private.search_query(uuid, text) IS
    'What a text asks for: all of its first 16 words, from three letters on or a longer word that begins so; a word'
    ' that no report begins a word with stands for those written much like it. Null without a word.';

CREATE FUNCTION civic_private.find_matches(
    wanted tsquery, statuses civic.report_status[], categories text[], severities civic.report_severity[],
    department_id uuid, user_id uuid, created_from timestamptz, created_until timestamptz, before_time timestamptz,
    before_id uuid, max_rows integer
) RETURNS SETOF civic.reports
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 50 SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    organization uuid := civic.current_organization_id();
    -- What is looked at is older than this and not older than that: few bounds, or plans take few rows to be between.
    page_time timestamptz := coalesce(before_time, 'infinity');
    page_id uuid := coalesce(before_id, '00000000-0000-0000-0000-000000000000');
    lower_end timestamptz := coalesce(created_from, '-infinity');
    missing integer := max_rows;
    -- Somewhat more than are missing, as not everybody sees all.
    wanted_hits integer := max_rows + max_rows / 10 + 2;
    days integer := 7;
    is_common boolean;
    newest timestamptz;
    in_time tsquery;
    hits record;
    found_rows integer;
BEGIN
    IF wanted IS NULL THEN
        RETURN;
    END IF;
    IF created_until <= page_time THEN
        page_time := created_until;
        page_id := '00000000-0000-0000-0000-000000000000';
    END IF;
    IF user_id IS NULL THEN
        SELECT count(*) FILTER (WHERE n.words @@ wanted) >= 2, max(n.created_at) INTO is_common, newest
        FROM (
            SELECT w.created_at, w.words FROM civic_private.report_words AS w
            WHERE w.organization_id = organization AND (w.created_at, w.report_id) < (page_time, page_id)
            ORDER BY w.created_at DESC, w.report_id DESC LIMIT 30
        ) AS n;
        IF newest IS NULL OR newest < lower_end THEN
            RETURN;
        ELSIF newest < page_time THEN
            page_time := newest + interval '1 microsecond';
            page_id := '00000000-0000-0000-0000-000000000000';
        END IF;
    END IF;
    LOOP
        -- First which reports have the words, then which of them are seen and wanted.
        IF user_id IS NOT NULL THEN
            -- Those of one person are few and have their own index.
            SELECT array_agg(h.id) AS ids, count(*) AS n, min(h.created_at) AS last INTO hits FROM (
                SELECT r.id, r.created_at FROM civic.reports AS r
                JOIN civic_private.report_words AS w
                    ON w.organization_id = r.organization_id AND w.created_at = r.created_at AND w.report_id = r.id
                WHERE r.organization_id = organization AND r.user_id = find_matches.user_id AND w.words @@ wanted
                    AND (r.created_at, r.id) < (page_time, page_id) AND r.created_at >= lower_end
                ORDER BY r.created_at DESC, r.id DESC LIMIT wanted_hits
            ) AS h;
        ELSIF is_common THEN
            -- What two of the newest 30 have is found soonest by reading the newest 2000.
            SELECT array_agg(h.report_id) AS ids, count(*) AS n, min(h.created_at) AS last INTO hits FROM (
                SELECT w.created_at, w.report_id FROM (
                    SELECT w.created_at, w.report_id, w.words FROM civic_private.report_words AS w
                    WHERE w.organization_id = organization AND (w.created_at, w.report_id) < (page_time, page_id)
                    ORDER BY w.created_at DESC, w.report_id DESC LIMIT 2000
                ) AS w
                WHERE w.words @@ wanted AND w.created_at >= lower_end
                ORDER BY w.created_at DESC, w.report_id DESC LIMIT wanted_hits
            ) AS h;
        ELSE
            -- What is rarer is found by the index of words, one span of days after the other.
            IF days IS NULL THEN
                lower_end := coalesce(created_from, '-infinity');
                in_time := civic_private.organization_word(organization);
            ELSE
                lower_end := greatest(created_from,
                    date_trunc('day', page_time, 'UTC') - make_interval(days => days - 1));
                in_time := civic_private.day_words(organization, lower_end, page_time);
            END IF;
            SELECT array_agg(h.report_id) AS ids, count(*) AS n, min(h.created_at) AS last INTO hits FROM (
                SELECT w.created_at, w.report_id FROM (
                    SELECT w.organization_id, w.created_at, w.report_id FROM civic_private.report_words AS w
                    WHERE w.words @@ (wanted && in_time)
                    -- Or the order of time could seem to be the way.
                    OFFSET 0
                ) AS w
                WHERE w.organization_id = organization AND (w.created_at, w.report_id) < (page_time, page_id)
                    AND w.created_at >= lower_end
                ORDER BY w.created_at DESC, w.report_id DESC LIMIT wanted_hits
            ) AS h;
        END IF;
        IF hits.n > 0 THEN
            RETURN QUERY
            SELECT r.* FROM unnest(hits.ids) AS h (id)
            JOIN civic.reports AS r ON r.organization_id = organization AND r.id = h.id
            WHERE (statuses IS NULL OR r.status = ANY (statuses))
                AND (categories IS NULL OR r.category = ANY (categories))
                AND (severities IS NULL OR r.severity = ANY (severities))
                AND (find_matches.department_id IS NULL OR r.department_id = find_matches.department_id)
                AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
                    r.ward_number, r.district, r.latitude, r.longitude)
            ORDER BY r.created_at DESC, r.id DESC LIMIT missing;
            GET DIAGNOSTICS found_rows = ROW_COUNT;
            missing := missing - found_rows;
            EXIT WHEN missing <= 0;
        END IF;
        IF hits.n = wanted_hits OR (is_common AND hits.n > 0) THEN
            page_time := hits.last;
            page_id := hits.ids[hits.n];
        END IF;
        IF hits.n = wanted_hits THEN
            -- There may be more; as many are looked at as seem to be needed, where filters leave few of many.
            wanted_hits := least(10000, 8 + ceil(1.3 * missing * hits.n / greatest(found_rows, 1)));
        ELSIF is_common THEN
            is_common := false;
        ELSIF user_id IS NOT NULL OR days IS NULL OR lower_end = created_from THEN
            EXIT;
        ELSE
            page_time := lower_end;
            page_id := '00000000-0000-0000-0000-000000000000';
            -- As many as seem to be needed; all where that is many, as each is one more word to look up.
            days := CASE WHEN hits.n > 0 AND 1.5 * missing / hits.n <= 30.0 / days
                THEN ceil(days * greatest(2, 1.5 * missing / hits.n)) END;
        END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION civic_private.find_matches(
    tsquery, civic.report_status[], text[], civic.report_severity[], uuid, uuid, timestamptz, timestamptz, timestamptz,
    uuid, integer
) IS 'Reports the asker can see that have the words, newest first, under the filters that are given.';

CREATE FUNCTION civic.search_reports(
    query text,
    statuses civic.report_status[] DEFAULT NULL,
    categories text[] DEFAULT NULL,
    severities civic.report_severity[] DEFAULT NULL,
    department_id uuid DEFAULT NULL,
    user_id uuid DEFAULT NULL,
    created_from timestamptz DEFAULT NULL,
    created_until timestamptz DEFAULT NULL,
    before_time timestamptz DEFAULT NULL,
    before_id uuid DEFAULT NULL,
    max_rows integer DEFAULT 50
) RETURNS SETOF civic.reports
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    SELECT m.* FROM civic_private.find_matches(civic_private.search_query(civic.current_organization_id(), query),
        statuses, categories, severities, search_reports.department_id, search_reports.user_id, created_from,
        created_until, before_time, before_id, least(greatest(coalesce(max_rows, 50), 1), 1000)) AS m;
END
$$;
COMMENT ON FUNCTION civic.search_reports(
    text, civic.report_status[], text[], civic.report_severity[], uuid, uuid, timestamptz, timestamptz, timestamptz,
    uuid, integer
) IS
    'Reports the asker can see whose number, title, address or description has all the words of a text, newest first.'
    ' From three letters on a word is also found as the beginning of a longer one, and one that no report has stands'
    ' for those most like it, as far as civic.learn_words() knows them. Each filter that is given must hold. For the'
    ' next page pass created_at and id of the last row as before_time and before_id. 1 to 1000 rows.';

CREATE FUNCTION civic.count_search_reports(
    query text,
    statuses civic.report_status[] DEFAULT NULL,
    categories text[] DEFAULT NULL,
    severities civic.report_severity[] DEFAULT NULL,
    department_id uuid DEFAULT NULL,
    user_id uuid DEFAULT NULL,
    created_from timestamptz DEFAULT NULL,
    created_until timestamptz DEFAULT NULL,
    at_most integer DEFAULT 1000
) RETURNS bigint
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN (
        SELECT count(*)
        FROM civic_private.find_matches(civic_private.search_query(civic.current_organization_id(), query), statuses,
            categories, severities, department_id, user_id, created_from, created_until, NULL, NULL,
            least(greatest(coalesce(at_most, 1000), 1), 100000))
    );
END
$$;
COMMENT ON FUNCTION civic.count_search_reports(
    text, civic.report_status[], text[], civic.report_severity[], uuid, uuid, timestamptz, timestamptz, integer
) IS 'How many reports civic.search_reports() would find in all, counted up to at_most (100000).';

CREATE FUNCTION civic.rank_reports(
    query text,
    statuses civic.report_status[] DEFAULT NULL,
    categories text[] DEFAULT NULL,
    severities civic.report_severity[] DEFAULT NULL,
    department_id uuid DEFAULT NULL,
    user_id uuid DEFAULT NULL,
    created_from timestamptz DEFAULT NULL,
    created_until timestamptz DEFAULT NULL,
    max_rows integer DEFAULT 20
) RETURNS TABLE (report civic.reports, rank real, title_marked text, description_marked text)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 20 SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted tsquery := civic_private.search_query(civic.current_organization_id(), query);
BEGIN
    RETURN QUERY
    SELECT b.report, b.rank,
        ts_headline('simple'::regconfig, (b.report).title, wanted, 'HighlightAll=true'),
        ts_headline('simple'::regconfig, (b.report).description, wanted, 'MaxFragments=2, MaxWords=20, MinWords=8')
    FROM (
        SELECT m AS report, ts_rank(w.words, wanted) AS rank
        FROM civic_private.find_matches(wanted, statuses, categories, severities, rank_reports.department_id,
            rank_reports.user_id, created_from, created_until, NULL, NULL, 1000) AS m
        JOIN civic_private.report_words AS w
            ON w.organization_id = m.organization_id AND w.created_at = m.created_at AND w.report_id = m.id
        ORDER BY 2 DESC, m.created_at DESC, m.id DESC
        LIMIT least(greatest(coalesce(max_rows, 20), 1), 100)
    ) AS b;
END
$$;
COMMENT ON FUNCTION civic.rank_reports(
    text, civic.report_status[], text[], civic.report_severity[], uuid, uuid, timestamptz, timestamptz, integer
) IS
    'Of the newest 1000 reports that civic.search_reports() finds those that fit best, best first: words of number,'
    ' title and address weigh ten times those of the description. title_marked and description_marked are HTML'
    ' fragments only in that <b> and </b> stand around the words that were found: escape the rest before it is shown.'
    ' 1 to 100 rows.';

CREATE FUNCTION civic.learn_words(days integer DEFAULT 2) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic_private.check_worker(1);
    learned bigint;
BEGIN
    INSERT INTO civic_private.search_vocabulary (organization_id, word)
    SELECT DISTINCT organization, l.word
    FROM civic_private.report_words AS w CROSS JOIN LATERAL unnest(tsvector_to_array(w.words)) AS l (word)
    WHERE w.organization_id = organization AND w.created_at >= now() - make_interval(days => learn_words.days)
        AND length(l.word) BETWEEN 4 AND 50 AND l.word !~ '[0-9]'
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS learned = ROW_COUNT;
    RETURN learned;
END
$$;
COMMENT ON FUNCTION civic.learn_words(integer) IS
    'Learns the words of the reports of the last days, so that words misspelt in a search are understood; returns how'
    ' many were new. To be run every night as civic_service, once with many days after an import. For holders of'
    ' manage:integrations. Errors: 42501 not open to the caller, 28000 no organization.';

CREATE FUNCTION civic_private.rebuild_words(organization uuid DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    made bigint;
BEGIN
    DELETE FROM civic_private.report_words AS w WHERE organization IS NULL OR w.organization_id = organization;
    INSERT INTO civic_private.report_words (organization_id, created_at, report_id, words)
    SELECT r.organization_id, r.created_at, r.id, civic_private.search_words(r.organization_id, r.created_at,
        r.report_number, r.title, r.description, r.address)
    FROM civic.reports AS r WHERE organization IS NULL OR r.organization_id = organization;
    GET DIAGNOSTICS made = ROW_COUNT;
    RETURN made;
END
$$;
COMMENT ON FUNCTION civic_private.rebuild_words(uuid) IS
    'Makes the words of all reports anew, or of those of one organization; after reports were loaded with triggers off.'
    ' Returns how many. For administrators of the database.';

CREATE FUNCTION civic.map_clusters(
    west civic.longitude,
    south civic.latitude,
    east civic.longitude,
    north civic.latitude,
    zoom integer,
    statuses civic.report_status[] DEFAULT NULL,
    categories text[] DEFAULT NULL
) RETURNS TABLE (latitude double precision, longitude double precision, reports bigint, open bigint)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 500
    SET search_path = pg_catalog, pg_temp SET jit = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    -- A quarter of a tile of 256 pixels.
    cell double precision := 90.0 / power(2, zoom);
BEGIN
    IF zoom IS NULL OR zoom NOT BETWEEN 0 AND 22 THEN
        RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
            MESSAGE = 'zoom must be 0 to 22',
            HINT = 'It is the zoom of the map: 0 shows the world in one tile, each step doubles its scale.';
    END IF;
    -- An index of places helps where the box is small.
    IF map_clusters.east - map_clusters.west > 0.05 OR map_clusters.north - map_clusters.south > 0.05 THEN
        RETURN QUERY
        SELECT avg(r.latitude), avg(r.longitude), count(*),
            count(*) FILTER (WHERE r.status NOT IN ('resolved', 'closed', 'rejected', 'duplicate'))
        FROM civic.reports AS r
        WHERE r.organization_id = civic.current_organization_id()
            AND r.latitude BETWEEN map_clusters.south AND map_clusters.north
            AND r.longitude BETWEEN map_clusters.west AND map_clusters.east
            AND (statuses IS NULL OR r.status = ANY (statuses))
            AND (categories IS NULL OR r.category = ANY (categories))
            AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
                r.ward_number, r.district, r.latitude, r.longitude)
        GROUP BY floor(r.latitude / cell), floor(r.longitude / cell);
    ELSE
        RETURN QUERY
        SELECT avg(r.latitude), avg(r.longitude), count(*),
            count(*) FILTER (WHERE r.status NOT IN ('resolved', 'closed', 'rejected', 'duplicate'))
        FROM civic.reports AS r
        WHERE r.organization_id = civic.current_organization_id()
            AND r.latitude BETWEEN map_clusters.south AND map_clusters.north
            AND r.longitude BETWEEN map_clusters.west AND map_clusters.east
            AND civic_helpers.may_lie_in(r.location, civic_helpers.box_of(map_clusters.west, map_clusters.south,
                map_clusters.east, map_clusters.north))
            AND (statuses IS NULL OR r.status = ANY (statuses))
            AND (categories IS NULL OR r.category = ANY (categories))
            AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
                r.ward_number, r.district, r.latitude, r.longitude)
        GROUP BY floor(r.latitude / cell), floor(r.longitude / cell);
    END IF;
END
$$;
COMMENT ON FUNCTION civic.map_clusters(
    civic.longitude, civic.latitude, civic.longitude, civic.latitude, integer, civic.report_status[], text[]
) IS
    'Reports the asker can see between four degrees, gathered for a map at a zoom of 0 to 22: one row for each square'
    ' of a quarter of a tile that has any, with the middle of its reports, how many they are, and how many of them are'
    ' not done with. Errors: 22023 zoom, 23514 a place out of bounds.';
