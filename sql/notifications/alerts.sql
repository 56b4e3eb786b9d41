CREATE FUNCTION civic.send_area_alerts(at timestamptz DEFAULT now(), max_rows integer DEFAULT 10000) RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic_private.check_worker(max_rows);
    since timestamptz;
    up_to timestamptz := at - interval '1 minute';
    alert record;
    sent bigint := 0;
BEGIN
    -- Whoever runs at the same time waits here and then finds nothing left.
    INSERT INTO civic_private.area_alerts AS a VALUES (organization, up_to - interval '10 minutes')
    ON CONFLICT ON CONSTRAINT area_alerts_pkey DO UPDATE SET seen_until = a.seen_until
    RETURNING a.seen_until INTO since;
    IF since >= up_to THEN
        RETURN 0;
    END IF;
    -- What is too much for one run is left to the next.
    SELECT coalesce(max(r.created_at) FILTER (WHERE r.place = max_rows), up_to) INTO up_to
    FROM (
        SELECT r.created_at, row_number() OVER (ORDER BY r.created_at) AS place FROM civic.reports AS r
        WHERE r.organization_id = organization AND r.created_at > since AND r.created_at <= up_to
        ORDER BY r.created_at LIMIT max_rows
    ) AS r;
    FOR alert IN
        WITH filed AS (
            SELECT r.id, r.title, r.user_id, r.location, r.latitude, r.longitude, r.created_at,
                coalesce(r.manual_category, r.ai_category, r.category) AS category
            FROM civic.reports AS r
            WHERE r.organization_id = organization AND r.created_at > since AND r.created_at <= up_to
                AND r.is_public AND NOT r.is_sensitive AND r.status NOT IN ('rejected', 'duplicate')
        ), matched AS (
            SELECT s.id, f.title, f.created_at
            FROM filed AS f
            JOIN civic.area_subscriptions AS s ON s.organization_id = organization
                AND civic_helpers.is_within(s.location, f.location, 5000)
                AND civic_helpers.is_within(s.location, f.location, s.radius_m)
            WHERE s.user_id <> f.user_id AND s.created_at < f.created_at
                AND (s.categories IS NULL OR f.category = ANY (s.categories))
            UNION ALL
            SELECT s.id, f.title, f.created_at
            FROM filed AS f
            CROSS JOIN LATERAL unnest(civic_private.area_ids_at(f.latitude, f.longitude, f.created_at::date)) AS g (id)
            JOIN civic.areas AS a ON a.organization_id = organization AND a.id = g.id
            JOIN civic.area_subscriptions AS s ON s.organization_id = organization AND s.area_kind = a.kind
                AND s.area_code = a.code
            WHERE s.user_id <> f.user_id AND s.created_at < f.created_at
                AND (s.categories IS NULL OR f.category = ANY (s.categories))
        )
        SELECT s.id, s.user_id, s.name, count(*) AS n,
            array_to_string((array_agg(m.title ORDER BY m.created_at DESC))[1:5], '; ') AS titles
        FROM matched AS m JOIN civic.area_subscriptions AS s ON s.organization_id = organization AND s.id = m.id
        GROUP BY s.id, s.user_id, s.name
    LOOP
        PERFORM civic_private.notify(organization, alert.user_id, 'area_alert', 'area_subscription', alert.id,
            jsonb_build_object('area', alert.name, 'count', alert.n, 'titles', alert.titles));
        sent := sent + 1;
    END LOOP;
    UPDATE civic_private.area_alerts AS a SET seen_until = up_to
    WHERE a.organization_id = organization;
    RETURN sent;
END
$$;
COMMENT ON FUNCTION civic.send_area_alerts(timestamptz, integer) IS
    'Tells people of the public reports that were filed where they subscribed since the last run, up to max_rows'
    ' reports, one message a subscription; returns how many. A report counts a minute after it was filed, when its'
    ' transaction has ended. To be run every few minutes as civic_service. For holders of manage:integrations. Errors:'
    ' 42501 not open to the caller, 28000 no organization, 22023 max_rows.';
