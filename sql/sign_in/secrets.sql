CREATE FUNCTION civic_private.hmac(key pg_catalog.bytea, message pg_catalog.bytea, hash pg_catalog.text)
    RETURNS pg_catalog.bytea
    LANGUAGE c IMMUTABLE PARALLEL SAFE STRICT AS 'MODULE_PATHNAME', 'civic_hmac';
COMMENT ON FUNCTION civic_private.hmac(bytea, bytea, text) IS
    'Keyed hash of a message (RFC 2104) with sha1, sha256 or sha512, by the cryptography of the server. Error 22023'
    ' for another hash.';

CREATE FUNCTION civic_private.random_bytes(length pg_catalog.int4) RETURNS pg_catalog.bytea
    LANGUAGE c VOLATILE PARALLEL SAFE STRICT AS 'MODULE_PATHNAME', 'civic_random_bytes';
COMMENT ON FUNCTION civic_private.random_bytes(int4) IS
    'Random bytes that cannot be guessed, 1 to 1024. Error 22023 for another number.';

CREATE FUNCTION civic_private.base64url(value bytea) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN translate(encode(value, 'base64'), E'+/=\n', '-_');
COMMENT ON FUNCTION civic_private.base64url(bytea) IS 'Base64 for URLs and tokens, without padding (RFC 4648).';

CREATE FUNCTION civic_private.base32(value bytea) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(string_agg(
        substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 1 + rpad(substr(b.bits, n, 5), 5, '0')::bit(5)::integer, 1), ''
        ORDER BY n), '')
    FROM (
        SELECT string_agg(get_byte(value, i)::bit(8)::text, '' ORDER BY i) AS bits
        FROM generate_series(0, length(value) - 1) AS i
    ) AS b, generate_series(1, length(b.bits), 5) AS n
$$;
COMMENT ON FUNCTION civic_private.base32(bytea) IS 'Base32 without padding (RFC 4648), as authenticators read it.';

CREATE FUNCTION civic_private.from_base32(value text) RETURNS bytea
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(decode(string_agg(lpad(to_hex(substr(b.bits, n, 8)::bit(8)::integer), 2, '0'), '' ORDER BY n),
        'hex'), '')
    FROM (
        SELECT string_agg((strpos('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', c.letter) - 1)::bit(5)::text, '' ORDER BY c.place)
            AS bits
        FROM regexp_split_to_table(rtrim(upper(value), '='), '') WITH ORDINALITY AS c (letter, place)
    ) AS b, generate_series(1, length(b.bits) - 7, 8) AS n
$$;
COMMENT ON FUNCTION civic_private.from_base32(text) IS 'The bytes that civic_private.base32() was given.';

CREATE FUNCTION civic_private.totp(
    key bytea, step bigint, digits integer DEFAULT 6, hash text DEFAULT 'sha1'
) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT SET search_path = pg_catalog, pg_temp
AS $$
    SELECT lpad(((
            ((get_byte(h.mac, h.place) & 127)::bigint << 24) | (get_byte(h.mac, h.place + 1) << 16)
            | (get_byte(h.mac, h.place + 2) << 8) | get_byte(h.mac, h.place + 3)
        ) % (10 ^ digits)::bigint)::text, digits, '0')
    FROM (
        SELECT m.mac, get_byte(m.mac, length(m.mac) - 1) & 15 AS place
        FROM (SELECT civic_private.hmac(key, int8send(step), hash) AS mac) AS m
    ) AS h
$$;
COMMENT ON FUNCTION civic_private.totp(bytea, bigint, integer, text) IS
    'Code of an authenticator for a time step of 30 seconds (RFC 6238).';

CREATE FUNCTION civic_private.totp_step(secret text, code text, last_step bigint, at timestamptz DEFAULT now())
    RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT max(s.step)
    FROM (SELECT floor(extract(epoch FROM at) / 30)::bigint AS step) AS n,
        generate_series(n.step - 1, n.step + 1) AS s (step)
    WHERE s.step > coalesce(last_step, 0)
        AND civic_private.totp(civic_private.from_base32(secret), s.step) = code
$$;
COMMENT ON FUNCTION civic_private.totp_step(text, text, bigint, timestamptz) IS
    'Time step that a code of an authenticator is of: the present one, the one before or the next, and later than the'
    ' last one used; null for none.';

CREATE FUNCTION civic_private.sign_token(claims jsonb, secret bytea) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT SET search_path = pg_catalog, pg_temp
AS $$
    SELECT t.content || '.' || civic_private.base64url(civic_private.hmac(secret, convert_to(t.content, 'UTF8'),
        'sha256'))
    FROM (
        SELECT civic_private.base64url('{"alg":"HS256","typ":"JWT"}') || '.'
            || civic_private.base64url(convert_to(claims::text, 'UTF8')) AS content
    ) AS t
$$;
COMMENT ON FUNCTION civic_private.sign_token(jsonb, bytea) IS 'JSON Web Token with the claims, signed by HS256.';

CREATE FUNCTION civic_private.crypt(password text, salt text) RETURNS text
    LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    schema name := (
        SELECT n.nspname FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
        WHERE e.extname = 'pgcrypto'
    );
    result text;
BEGIN
    IF schema IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC070',
            MESSAGE = 'passwords need extension "pgcrypto"',
            DETAIL = 'It computes bcrypt, and is not installed in this database.',
            HINT = 'An administrator of the database runs CREATE EXTENSION pgcrypto.';
    END IF;
    EXECUTE format('SELECT %I.crypt($1, $2)', schema) INTO result USING password, salt;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic_private.crypt(text, text) IS
    'crypt() of extension pgcrypto, in whatever schema it is. Not required by civic, since who signs people in'
    ' elsewhere needs no passwords. Error ZC070 where it is missing.';

CREATE FUNCTION civic_private.hash_password(password text, cost integer) RETURNS text
    LANGUAGE sql VOLATILE PARALLEL SAFE STRICT SET search_path = pg_catalog, pg_temp
AS $$
    -- 22 characters of bcrypt's own alphabet are 16 bytes.
    SELECT civic_private.crypt(password, format('$2a$%s$%s', lpad(cost::text, 2, '0'),
        left(translate(encode(civic_private.random_bytes(17), 'base64'), '+=', './'), 22)))
$$;
COMMENT ON FUNCTION civic_private.hash_password(text, integer) IS 'bcrypt hash of a password with a new salt.';

CREATE FUNCTION civic_private.is_password(password text, hash text, cost integer) RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    known boolean := coalesce(hash ~ '^\$2[abxy]\$[0-9]{2}\$[./A-Za-z0-9]{53}$', false);
    -- $2b$ and $2y$ are what other systems call the same algorithm.
    used text := CASE
        WHEN known AND hash ~ '^\$2[by]' THEN '$2a' || substr(hash, 4)
        WHEN known THEN hash
        ELSE format('$2a$%s$%s', lpad(cost::text, 2, '0'), repeat('.', 53))
    END;
BEGIN
    -- Always one hash, so that the time it takes does not tell whether there was one to compare with. bcrypt would
    -- ignore what is behind the 72nd byte.
    RETURN civic_private.crypt(coalesce(password, ''), used) = used AND known AND octet_length(password) <= 72;
END
$$;
COMMENT ON FUNCTION civic_private.is_password(text, text, integer) IS
    'Whether a bcrypt hash is of that password. Takes as long where there is no hash, at the cost given. Error ZC070.';

CREATE FUNCTION civic_private.password_faults(password text, min_length integer, names text[]) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    plain text := lower(password);
    letters text := translate(plain, '@4$5013!7', 'aassoieit');
    faults text[] := '{}';
    steps integer[];
BEGIN
    IF length(password) < min_length THEN
        faults := faults || format('It has fewer than %s characters.', min_length);
    END IF;
    IF octet_length(password) > 72 THEN
        faults := faults || 'It has more than 72 bytes.'::text;
    END IF;
    IF password !~ '[[:upper:]]' OR password !~ '[[:lower:]]' OR password !~ '[[:digit:]]'
        OR password !~ '[^[:alnum:]]' THEN
        faults := faults || 'It needs a capital letter, a small one, a digit and another character.'::text;
    END IF;
    IF letters ~ '(passwor[dt]|qwert[yz]|asdfgh|letmein|welcome|iloveyou|changeme|sunshine|football|princess|admin)'
        OR plain ~ '(abc123|123abc)' THEN
        faults := faults || 'It holds a common password.'::text;
    END IF;
    steps := ARRAY(
        SELECT ascii(substr(plain, i + 1, 1)) - ascii(substr(plain, i, 1)) FROM generate_series(1, length(plain) - 1)
            AS i
    );
    IF EXISTS (
        SELECT FROM generate_series(1, cardinality(steps) - 2) AS i
        WHERE steps[i] BETWEEN -1 AND 1 AND steps[i] = steps[i + 1] AND steps[i] = steps[i + 2]
    ) THEN
        faults := faults || 'It holds four characters in a row, such as abcd, 4321 or aaaa.'::text;
    END IF;
    IF EXISTS (SELECT FROM unnest(names) AS n WHERE length(n) >= 4 AND strpos(plain, lower(n)) > 0) THEN
        faults := faults || 'It holds the name, number or address of the account.'::text;
    END IF;
    RETURN faults;
END
$$;
COMMENT ON FUNCTION civic_private.password_faults(text, integer, text[]) IS
    'What is wrong with a password, in sentences; none where it can be used. Names are what it may not hold.';
