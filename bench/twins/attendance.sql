-- Where a person was, as one would write it in PL/pgSQL.
CREATE FUNCTION twin.great_circle_m(
    latitude double precision, longitude double precision, other_latitude double precision,
    other_longitude double precision
) RETURNS double precision LANGUAGE plpgsql IMMUTABLE
AS $$
DECLARE
    along double precision;
    across double precision;
BEGIN
    -- NaN is above all numbers here.
    IF num_nulls(latitude, longitude, other_latitude, other_longitude) > 0
        OR abs(latitude) > 90 OR abs(other_latitude) > 90 OR abs(longitude) > 180 OR abs(other_longitude) > 180 THEN
        RETURN NULL;
    END IF;
    along := sin(radians(other_latitude - latitude) / 2);
    across := sin(radians(other_longitude - longitude) / 2);
    RETURN 2 * 6371008.8 * asin(sqrt(least(1,
        along * along + cos(radians(latitude)) * cos(radians(other_latitude)) * across * across)));
END
$$;

CREATE FUNCTION twin.judge_location(
    latitude double precision, longitude double precision, accuracy_m double precision,
    dest_latitude double precision, dest_longitude double precision, radius_m double precision,
    OUT verdict civic.location_verdict, OUT distance_m double precision, OUT confidence double precision
) LANGUAGE plpgsql IMMUTABLE
AS $$
BEGIN
    verdict := 'undecidable';
    distance_m := twin.great_circle_m(latitude, longitude, dest_latitude, dest_longitude);
    IF distance_m IS NULL OR radius_m IS NULL OR radius_m = 'NaN' OR radius_m < 0 OR accuracy_m IS NULL
        OR accuracy_m = 'NaN' OR accuracy_m < 0 THEN
        RETURN;
    END IF;
    IF distance_m + accuracy_m <= radius_m THEN
        verdict := 'inside';
    ELSIF distance_m - accuracy_m > radius_m THEN
        verdict := 'outside';
    END IF;
    confidence := CASE WHEN radius_m = 0 THEN (distance_m = 0)::integer
        ELSE 1 - least(distance_m / radius_m, 1) END * greatest(0, 1 - accuracy_m / 1000);
END
$$;
