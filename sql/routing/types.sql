CREATE TYPE civic.area_kind AS ENUM ('ward', 'neighborhood', 'district', 'zone', 'city');
COMMENT ON TYPE civic.area_kind IS 'What an area is in the organization of the city.';
