CREATE TYPE civic.area_kind AS ENUM ('ward', 'neighborhood', 'district', 'zone', 'city');
COMMENT ON TYPE civic.area_kind IS 'What an area is in the organization of the city.';

CREATE TYPE civic.routing_level AS ENUM (
    'override', 'category_area', 'group_area', 'category', 'group', 'area', 'triage', 'manual'
);
COMMENT ON TYPE civic.routing_level IS
    'How a report found its department, in the order in which rules are asked: an explicit override; a rule for its'
    ' category, then its group, in an area; for its category, then its group, everywhere; for all of an area. triage:'
    ' no rule fits. manual: a person decided.';
