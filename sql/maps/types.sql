CREATE DOMAIN civic."application/vnd.mapbox-vector-tile" AS pg_catalog.bytea;
COMMENT ON DOMAIN civic."application/vnd.mapbox-vector-tile" IS
    'A tile of a map (Mapbox Vector Tile 2.1); PostgREST answers who accepts this media type with its bytes.';

CREATE DOMAIN civic."application/geo+json" AS pg_catalog.json;
COMMENT ON DOMAIN civic."application/geo+json" IS
    'A FeatureCollection in degrees (RFC 7946); PostgREST answers a request that accepts this media type with it.';
