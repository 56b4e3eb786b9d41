CREATE FUNCTION civic.report_tile(
    z integer, x integer, y integer, statuses civic.report_status[] DEFAULT NULL, categories text[] DEFAULT NULL
) RETURNS civic."application/vnd.mapbox-vector-tile"
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    WITH tile AS MATERIALIZED (
        SELECT b.west, b.south, b.east, b.north, ST_TileEnvelope(a.z, a.x, a.y) AS frame,
            -- A little more than the tile, so that no cut is seen, and not as far as the poles.
            ST_MakeEnvelope(b.west - m.margin, greatest(b.south - m.margin, -85.06), b.east + m.margin,
                least(b.north + m.margin, 85.06), 4326) AS cut,
            civic_helpers.box_of(b.west, b.south, b.east, b.north) AS box
        -- Without OFFSET a planner that knows the numbers computes the frame before they are checked.
        FROM (SELECT report_tile.z, report_tile.x, report_tile.y OFFSET 0) AS a (z, x, y)
        CROSS JOIN LATERAL civic_helpers.tile_box(a.z, a.x, a.y) AS b
        CROSS JOIN LATERAL (SELECT (b.east - b.west) / 32) AS m (margin)
    ), seen AS MATERIALIZED (
        SELECT r.id, r.report_number, r.title, r.category, r.status, r.severity, r.supporter_count, r.latitude,
            r.longitude, o.is_open, row_number() OVER (
                ORDER BY o.is_open DESC, r.severity DESC, r.supporter_count DESC, r.created_at DESC, r.id DESC) AS place
        FROM tile AS t
        JOIN civic.reports AS r ON r.organization_id = civic.current_organization_id()
            AND civic_helpers.may_lie_in(r.location, t.box)
            AND r.latitude BETWEEN t.south AND t.north AND r.longitude BETWEEN t.west AND t.east
        CROSS JOIN LATERAL (SELECT r.status NOT IN ('resolved', 'closed', 'rejected', 'duplicate')) AS o (is_open)
        WHERE report_tile.z >= 14
            AND (report_tile.statuses IS NULL OR r.status = ANY (report_tile.statuses))
            AND (report_tile.categories IS NULL OR r.category = ANY (report_tile.categories))
            AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
                r.ward_number, r.district, r.latitude, r.longitude)
    ), clusters AS (
        SELECT c.latitude, c.longitude, c.reports, c.open
        FROM tile AS t
        CROSS JOIN LATERAL civic.map_clusters(t.west, t.south, t.east, t.north, report_tile.z, report_tile.statuses,
            report_tile.categories) AS c
        WHERE report_tile.z < 14
        UNION ALL
        SELECT avg(s.latitude), avg(s.longitude), count(*), count(*) FILTER (WHERE s.is_open)
        FROM seen AS s
        WHERE s.place > 500
        GROUP BY floor(s.latitude * power(2, report_tile.z) / 90), floor(s.longitude * power(2, report_tile.z) / 90)
    )
    SELECT (
        SELECT ST_AsMVT(f, 'areas', 4096, 'shape') FROM (
            SELECT a.id, a.kind, a.code, a.name,
                ST_AsMVTGeom(ST_Transform(ST_ClipByBox2D(a.boundary, t.cut::box2d), 3857), t.frame, 4096, 64) AS shape
            FROM tile AS t
            JOIN civic.areas AS a ON a.organization_id = civic.current_organization_id() AND a.boundary && t.cut
                AND current_date >= a.valid_from AND current_date < a.valid_until
            ORDER BY ST_Area(a.boundary) DESC, a.id
            LIMIT 1000
        ) AS f WHERE f.shape IS NOT NULL
    ) || (
        SELECT ST_AsMVT(f, 'clusters', 4096, 'place') FROM (
            SELECT c.reports, c.open, ST_AsMVTGeom(ST_Transform(
                civic_helpers.location_of(c.latitude, c.longitude)::geometry, 3857), t.frame, 4096, 0, false) AS place
            FROM tile AS t CROSS JOIN clusters AS c
        ) AS f
    ) || (
        SELECT ST_AsMVT(f, 'reports', 4096, 'place') FROM (
            SELECT s.id, s.report_number, s.title, s.category, s.status, s.severity, s.supporter_count,
                ST_AsMVTGeom(
                    ST_Transform(civic_helpers.location_of(s.latitude, s.longitude)::geometry, 3857), t.frame, 4096,
                    0, false) AS place
            FROM tile AS t CROSS JOIN seen AS s
            WHERE s.place <= 500
            ORDER BY s.place
        ) AS f
    );
END;
COMMENT ON FUNCTION civic.report_tile(integer, integer, integer, civic.report_status[], text[]) IS
    'A vector tile of the web map (EPSG:3857) with what the asker can see. Layer areas: up to 1000 areas of today, the'
    ' largest first, with id, kind, code, name. Layer clusters, up to zoom 13: how many reports, and how many of them'
    ' not done with (open), per quarter of a tile each way. Layer reports, from zoom 14 on: the 500 most important,'
    ' open ones first, then by severity, supporters and age, with id, report_number, title, category, status,'
    ' severity, supporter_count; what is left over is in clusters. Each report counts in one tile of a zoom. Each'
    ' filter that is given must hold. Error 22023 no such tile.';

CREATE FUNCTION civic.reports_geojson(
    west civic.longitude,
    south civic.latitude,
    east civic.longitude,
    north civic.latitude,
    statuses civic.report_status[] DEFAULT NULL,
    categories text[] DEFAULT NULL,
    before_time timestamptz DEFAULT NULL,
    before_id uuid DEFAULT NULL,
    max_rows integer DEFAULT 1000
) RETURNS civic."application/geo+json"
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT json_build_object('type', 'FeatureCollection', 'features', coalesce(json_agg(json_build_object(
        'type', 'Feature',
        'id', m.id,
        'geometry', json_build_object('type', 'Point', 'coordinates', json_build_array(m.longitude, m.latitude)),
        'properties', json_build_object('report_number', m.report_number, 'title', m.title, 'category', m.category,
            'status', m.status, 'severity', m.severity, 'supporter_count', m.supporter_count,
            'created_at', m.created_at)
    ) ORDER BY m.created_at DESC, m.id DESC), '[]'))
    FROM civic.map_reports(reports_geojson.west, reports_geojson.south, reports_geojson.east, reports_geojson.north,
        reports_geojson.max_rows, reports_geojson.statuses, reports_geojson.categories, reports_geojson.before_time,
        reports_geojson.before_id) AS m;
END;
COMMENT ON FUNCTION civic.reports_geojson(
    civic.longitude, civic.latitude, civic.longitude, civic.latitude, civic.report_status[], text[], timestamptz, uuid,
    integer
) IS
    'The reports of civic.map_reports() as GeoJSON points, newest first. For the next page pass created_at and id of'
    ' the last feature as before_time and before_id; the last page is the one with fewer than max_rows, 1 to 5000.'
    ' Error 23514 a place out of bounds.';

CREATE FUNCTION civic.areas_geojson(
    kind civic.area_kind DEFAULT 'ward',
    on_day date DEFAULT NULL,
    after_code text DEFAULT NULL,
    max_rows integer DEFAULT 1000
) RETURNS civic."application/geo+json"
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT json_build_object('type', 'FeatureCollection', 'features', coalesce(json_agg(json_build_object(
        'type', 'Feature',
        'id', c.id,
        'geometry', ST_AsGeoJSON(c.boundary, 6)::json,
        'properties', json_build_object('kind', c.kind, 'code', c.code, 'name', c.name, 'parent_id', c.parent_id,
            'valid_from', c.valid_from, 'valid_until', c.valid_until)
    ) ORDER BY c.code), '[]'))
    FROM (
        SELECT a.id, a.kind, a.code, a.name, a.parent_id, a.valid_from, a.valid_until, a.boundary
        FROM civic.areas AS a
        WHERE a.organization_id = civic.current_organization_id() AND a.kind = areas_geojson.kind
            AND coalesce(areas_geojson.on_day, current_date) >= a.valid_from
            AND coalesce(areas_geojson.on_day, current_date) < a.valid_until
            AND (areas_geojson.after_code IS NULL OR a.code > areas_geojson.after_code)
        ORDER BY a.code
        LIMIT least(greatest(coalesce(areas_geojson.max_rows, 1000), 1), 5000)
    ) AS c;
END;
COMMENT ON FUNCTION civic.areas_geojson(civic.area_kind, date, text, integer) IS
    'The areas of a kind on a day (today unless given) as GeoJSON, to 0.1 metres, by code. For the next page pass the'
    ' code of the last feature as after_code; 1 to 5000 features.';
