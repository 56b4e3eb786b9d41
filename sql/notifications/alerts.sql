CREATE FUNCTION civic.send_area_alerts() RETURNS bigint
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    organization uuid := civic_private.check_worker(1);
    epoch text := civic_private.sync_epoch();
    got record;
    getting pg_snapshot;
    alert record;
    sent bigint := 0;
BEGIN
    -- Whoever runs at the same time waits here and then finds nothing left. After a restore the numbers of
    -- transactions mean something else: what was filed before it is not told again.
    INSERT INTO civic_private.area_alerts AS a (organization_id, epoch, since, seen)
    VALUES (organization, epoch, '-infinity', '1:1:')
    ON CONFLICT ON CONSTRAINT area_alerts_pkey DO UPDATE SET epoch = excluded.epoch,
        since = CASE WHEN a.epoch = excluded.epoch THEN a.since ELSE now() END,
        seen = CASE WHEN a.epoch = excluded.epoch THEN a.seen ELSE civic_private.sync_snapshot() END
    RETURNING a.since, a.seen INTO got;
    getting := civic_private.sync_snapshot();
    FOR alert IN
        WITH filed AS (
            -- What the one snapshot sees and the other did not, as far as it is no older than its transaction: changed
            -- since, brought in from elsewhere or out of the archive.
            SELECT DISTINCT ON (r.id) r.id, r.title, r.user_id, r.location, r.latitude, r.longitude, r.created_at,
                coalesce(r.manual_category, r.ai_category, r.category) AS category
            FROM civic_private.sync_feed AS f
            JOIN civic.reports AS r ON r.organization_id = organization AND r.id = f.entity_id
                AND r.created_at = f.written_at
            WHERE f.organization_id = organization AND f.entity = 'r' AND f.written_at >= got.since
                AND f.xid >= pg_snapshot_xmin(got.seen) AND f.xid < pg_snapshot_xmax(getting)
                AND NOT pg_visible_in_snapshot(f.xid, got.seen) AND pg_visible_in_snapshot(f.xid, getting)
                AND r.is_public AND NOT r.is_sensitive AND r.status NOT IN ('rejected', 'duplicate')
        ), matched AS (
            SELECT s.id, f.title, f.created_at
            FROM filed AS f
            JOIN civic.area_subscriptions AS s ON s.organization_id = organization
                AND civic_helpers.may_lie_in(s.location, civic_helpers.box_around(f.latitude, f.longitude, 5000))
                AND civic_helpers.distance_between(s.location, f.location) <= s.radius_m
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
    UPDATE civic_private.area_alerts AS a SET seen = getting WHERE a.organization_id = organization;
    RETURN sent;
END
$$;
COMMENT ON FUNCTION civic.send_area_alerts() IS
    'Tells people of the public reports that were filed where they subscribed, those whose transactions ended since the'
    ' last run, one message a subscription; returns how many. Filing pays nothing for it: it reads what is noted for'
    ' devices, so it comes before civic.trim_sync_feed() takes that away. To be run every few minutes as civic_service.'
    ' For holders of manage:integrations. Errors: 42501 not open to the caller, 28000 no organization.';
