-- civic_helpers.form_fields() and civic_helpers.json_to_xml() in PL/pgSQL.
CREATE SCHEMA IF NOT EXISTS twin;

CREATE FUNCTION twin.url_decode(value text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    bytes bytea := '';
    piece text;
BEGIN
    IF value ~ '%(?![0-9A-Fa-f]{2})' THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC140', MESSAGE = 'the form cannot be read';
    END IF;
    FOR piece IN SELECT m.parts[1] FROM regexp_matches(value, '%[0-9A-Fa-f]{2}|[^%]+', 'g') AS m (parts) LOOP
        IF piece LIKE '\%%' THEN
            bytes := bytes || decode(substr(piece, 2), 'hex');
        ELSE
            bytes := bytes || convert_to(replace(piece, '+', ' '), 'UTF8');
        END IF;
    END LOOP;
    RETURN convert_from(bytes, 'UTF8');
EXCEPTION WHEN character_not_in_repertoire THEN
    RAISE EXCEPTION USING ERRCODE = 'ZC140', MESSAGE = 'the form cannot be read';
END
$$;

CREATE FUNCTION twin.form_fields(form text, OUT name text, OUT key text, OUT is_list boolean, OUT value text)
    RETURNS SETOF record
    LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    field text;
    parts text[];
BEGIN
    FOREACH field IN ARRAY string_to_array(form, '&') LOOP
        CONTINUE WHEN field = '';
        name := twin.url_decode(split_part(field, '=', 1));
        value := twin.url_decode(CASE WHEN field LIKE '%=%' THEN substr(field, strpos(field, '=') + 1) ELSE '' END);
        key := NULL;
        is_list := false;
        parts := regexp_match(name, '^([^[]*)\[([^]]*)\](\[\])?$');
        IF parts IS NOT NULL AND (parts[2] <> '' OR parts[3] IS NULL) THEN
            name := parts[1];
            key := nullif(parts[2], '');
            is_list := parts[3] IS NOT NULL OR parts[2] = '';
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;

CREATE FUNCTION twin.xml_element(value json, name text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    member text := CASE
        WHEN name = 'service_requests' THEN 'request'
        WHEN name = 'service_request_updates' THEN 'request_update'
        WHEN name ~ '.s$' THEN left(name, -1)
        ELSE 'item'
    END;
BEGIN
    RETURN CASE json_typeof(value)
        WHEN 'null' THEN format('<%s/>', name)
        WHEN 'object' THEN format('<%1$s>%2$s</%1$s>', name, (
            SELECT string_agg(twin.xml_element(m.value, m.key), '' ORDER BY m.place)
            FROM json_each(value) WITH ORDINALITY AS m (key, value, place)))
        WHEN 'array' THEN format('<%1$s>%2$s</%1$s>', name, (
            SELECT string_agg(twin.xml_element(m.value, member), '' ORDER BY m.place)
            FROM json_array_elements(value) WITH ORDINALITY AS m (value, place)))
        ELSE format('<%1$s>%2$s</%1$s>', name, replace(translate(replace(replace(replace(value #>> '{}', '&', '&amp;'),
            '<', '&lt;'), '>', '&gt;'),
            E'\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\uFFFE\uFFFF',
            repeat(U&'\FFFD', 30)), E'\r', '&#13;'))
    END;
END
$$;

CREATE FUNCTION twin.json_to_xml(value json, root text) RETURNS text
    LANGUAGE sql IMMUTABLE
RETURN E'<?xml version="1.0" encoding="utf-8"?>\n' || twin.xml_element(value, root);
