-- Learns rules from the earlier half of the reports and prints, as TAP, how well they route the later half.
SET client_min_messages = warning;
SELECT r.organization_id AS city FROM civic.reports AS r LIMIT 1 \gset
SET civic.organization_id = :'city';
CREATE TEMPORARY TABLE known AS
SELECT r.category, r.sub_category, a.id AS area, r.department_id AS department, r.latitude, r.longitude, r.created_at,
    row_number() OVER (ORDER BY r.created_at, r.id) <= count(*) OVER () / 2 AS early
FROM civic.reports AS r
LEFT JOIN LATERAL (
    SELECT a.id FROM civic.areas AS a WHERE a.organization_id = r.organization_id
        AND ST_Covers(a.boundary, r.location::geometry)
    ORDER BY ST_Area(a.boundary::geography), a.id LIMIT 1
) AS a ON true
WHERE r.organization_id = :'city';
UPDATE civic.categories SET department_id = NULL WHERE organization_id = :'city';

-- The department that had most of the earlier reports of a category, of a category in an area, of a sub-category.
CREATE TEMPORARY TABLE learned AS
SELECT DISTINCT ON (s.category, s.sub_category, s.area) s.*
FROM (
    SELECT k.category, CASE WHEN grouping(k.sub_category) = 0 THEN k.sub_category END AS sub_category,
        CASE WHEN grouping(k.area) = 0 THEN k.area END AS area, k.department, count(*) AS n,
        grouping(k.sub_category, k.area) AS kind
    FROM known AS k WHERE k.early
    GROUP BY GROUPING SETS ((k.category, k.department), (k.category, k.area, k.department),
        (k.category, k.sub_category, k.department))
) AS s
WHERE (s.area IS NOT NULL OR s.kind <> 2) AND (s.sub_category IS NOT NULL OR s.kind <> 1)
ORDER BY s.category, s.sub_category, s.area, s.n DESC, s.department;

-- What the router answers for the later reports, next to what a plain query over what was learned answers.
CREATE FUNCTION pg_temp.compare(number integer, kinds integer[], what text, goal numeric) RETURNS SETOF text
    LANGUAGE plpgsql
AS $$
DECLARE
    r record;
BEGIN
    SELECT count(*) AS reports, count(*) FILTER (WHERE d.department_id = k.department) AS hits,
        count(*) FILTER (WHERE d.department_id IS DISTINCT FROM l.department) AS different
    INTO r
    FROM known AS k
    CROSS JOIN LATERAL civic_private.decide_route(civic.current_organization_id(), k.category, k.sub_category,
        k.latitude, k.longitude, k.created_at) AS d
    LEFT JOIN LATERAL (
        SELECT l.department FROM learned AS l
        WHERE l.category = k.category AND l.kind = ANY (kinds) AND (l.area IS NULL OR l.area = k.area)
            AND (l.sub_category IS NULL OR l.sub_category = k.sub_category)
        ORDER BY l.sub_category IS NULL, l.area IS NULL LIMIT 1
    ) AS l ON true
    WHERE NOT k.early;
    RETURN NEXT format('%sok %s - %s: %s of %s reports, %s %%, go to the department that had them',
        CASE WHEN r.hits < goal * r.reports / 100 THEN 'not ' ELSE '' END, number, what, r.hits, r.reports,
        round(100.0 * r.hits / r.reports, 2));
    RETURN NEXT format('%sok %s - and all go where the rules say', CASE r.different WHEN 0 THEN '' ELSE 'not ' END,
        number + 1);
END
$$;
INSERT INTO civic.routing_rules (name, category, department_id)
SELECT 'learned', l.category, l.department FROM learned AS l WHERE l.kind = 3;
SELECT pg_temp.compare(1, '{3}', 'rules for categories', 80);
INSERT INTO civic.routing_rules (name, category, area_id, department_id)
SELECT 'learned', l.category, l.area, l.department FROM learned AS l WHERE l.kind = 2;
SELECT pg_temp.compare(3, '{3,2}', 'rules for categories in neighborhoods as well', 79);
INSERT INTO civic.routing_rules (name, category, sub_category, department_id, is_override)
SELECT 'learned', l.category, l.sub_category, l.department, true FROM learned AS l WHERE l.kind = 1;
SELECT pg_temp.compare(5, '{3,2,1}', 'overrides for sub-categories as well', 95);
SELECT '1..6';
