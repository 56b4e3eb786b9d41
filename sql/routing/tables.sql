CREATE TABLE civic.areas (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    kind civic.area_kind NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    parent_id uuid,
    boundary geometry(MultiPolygon, 4326) NOT NULL,
    valid_from date NOT NULL DEFAULT '-infinity',
    valid_until date NOT NULL DEFAULT 'infinity',
    properties jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT areas_organization_fkey FOREIGN KEY (organization_id) REFERENCES civic.organizations (id),
    CONSTRAINT areas_parent_fkey FOREIGN KEY (organization_id, parent_id) REFERENCES civic.areas (organization_id, id),
    CONSTRAINT areas_version_key UNIQUE (organization_id, kind, code, valid_from),
    CONSTRAINT areas_validity_check CHECK (valid_until > valid_from),
    CONSTRAINT areas_boundary_check CHECK (NOT ST_IsEmpty(boundary) AND ST_IsValid(boundary)),
    CONSTRAINT areas_extent_check CHECK (boundary @ ST_MakeEnvelope(-180, -90, 180, 90, 4326)),
    CONSTRAINT areas_name_check CHECK (length(name) BETWEEN 1 AND 255)
);
CREATE INDEX areas_parent ON civic.areas (organization_id, parent_id);
CREATE INDEX areas_boundary ON civic.areas USING gist (organization_id, boundary);
COMMENT ON TABLE civic.areas IS
    'Wards, districts and other areas of the city. A boundary that changes gets a new row: each is valid for a time.';
COMMENT ON COLUMN civic.areas.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.areas.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.areas.kind IS 'What the area is: a ward, a district and so on.';
COMMENT ON COLUMN civic.areas.name IS 'Name shown to people.';
COMMENT ON COLUMN civic.areas.parent_id IS 'Area that this one is a part of; null for none.';
COMMENT ON COLUMN civic.areas.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.areas.updated_at IS 'When the row was last changed; null until then.';
COMMENT ON COLUMN civic.areas.code IS 'Number or short name of the area; the same over its versions.';
COMMENT ON COLUMN civic.areas.boundary IS 'Longitude and latitude (WGS 84); valid and not empty.';
COMMENT ON COLUMN civic.areas.valid_from IS 'First day of this boundary.';
COMMENT ON COLUMN civic.areas.valid_until IS 'First day on which it no longer holds.';
COMMENT ON COLUMN civic.areas.properties IS 'Further properties of the source, such as those of a GeoJSON feature.';

CREATE TABLE civic_private.area_signal ();
COMMENT ON TABLE civic_private.area_signal IS
    'Always empty. Its invalidation tells every backend that the map changed.';

CREATE TABLE civic_private.area_layers (
    organization_id uuid NOT NULL,
    kind civic.area_kind NOT NULL,
    stamp uuid NOT NULL DEFAULT civic.uuid_v7(),
    PRIMARY KEY (organization_id, kind),
    CONSTRAINT area_layers_organization_fkey FOREIGN KEY (organization_id) REFERENCES civic.organizations (id)
);
COMMENT ON TABLE civic_private.area_layers IS
    'Kinds of areas an organization has or had. Who changes areas of a kind locks its row, so that they take turns.';
COMMENT ON COLUMN civic_private.area_layers.organization_id IS 'Organization the areas belong to.';
COMMENT ON COLUMN civic_private.area_layers.kind IS 'Kind of the areas.';
COMMENT ON COLUMN civic_private.area_layers.stamp IS 'Another after every change of the tiles.';

CREATE TABLE civic_private.area_tiles (
    organization_id uuid NOT NULL,
    kind civic.area_kind NOT NULL,
    cell bigint NOT NULL,
    tile bytea NOT NULL,
    PRIMARY KEY (organization_id, kind, cell)
) WITH (toast_tuple_target = 8160);
-- Coordinates do not compress, and most tiles fit into their row.
ALTER TABLE civic_private.area_tiles ALTER COLUMN tile SET STORAGE EXTERNAL;
COMMENT ON TABLE civic_private.area_tiles IS
    'Map of the areas, made from civic.areas by triggers: for each cell of a quadtree, which areas cover it, and the'
    ' edges that pass it.';
COMMENT ON COLUMN civic_private.area_tiles.organization_id IS 'Organization the areas belong to.';
COMMENT ON COLUMN civic_private.area_tiles.kind IS 'Kind of the areas.';
COMMENT ON COLUMN civic_private.area_tiles.cell IS
    'Place and level of the cell in the quadtree: 56 bits of its south-western corner, east and north taking turns,'
    ' then five bits of the level.';
COMMENT ON COLUMN civic_private.area_tiles.tile IS 'Areas and edges, as src/core/tiles.h describes them.';
