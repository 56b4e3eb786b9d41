-- Signing in: hashes and codes against published values, passwords, locks, second factors, sessions and their tokens.
BEGIN;
\ir fixture.psql
CREATE EXTENSION IF NOT EXISTS pgcrypto;
SELECT * FROM no_plan();

UPDATE civic.sign_in_policies SET bcrypt_cost = 10;
UPDATE civic.users SET email = 'citizen@example.org', username = 'citi' WHERE id = tap.id('a.citizen');
UPDATE civic.users SET email = 'root@example.org' WHERE id = tap.id('a.super_admin');
UPDATE civic.users SET email = 'admin@example.org' WHERE id = tap.id('a.admin');
DELETE FROM civic_private.verification_codes;
DELETE FROM civic.user_sessions;
DELETE FROM civic.security_events;

-- 1. Algorithms.
SELECT is(civic_private.totp(k.key::bytea, v.step, 8, k.hash), v.code, format('RFC 6238: %s, step %s', k.hash, v.step))
FROM (VALUES
    ('sha1', '12345678901234567890'), ('sha256', '12345678901234567890123456789012'),
    ('sha512', '1234567890123456789012345678901234567890123456789012345678901234')
) AS k (hash, key)
JOIN (VALUES
    ('sha1', 1, '94287082'), ('sha256', 1, '46119246'), ('sha512', 1, '90693936'),
    ('sha1', 37037036, '07081804'), ('sha256', 37037036, '68084774'), ('sha512', 37037036, '25091201'),
    ('sha1', 37037037, '14050471'), ('sha256', 37037037, '67062674'), ('sha512', 37037037, '99943326'),
    ('sha1', 41152263, '89005924'), ('sha256', 41152263, '91819424'), ('sha512', 41152263, '93441116'),
    ('sha1', 66666666, '69279037'), ('sha256', 66666666, '90698825'), ('sha512', 66666666, '38618901'),
    ('sha1', 666666666, '65353130'), ('sha256', 666666666, '77737706'), ('sha512', 666666666, '47863826')
) AS v (hash, step, code) ON v.hash = k.hash
ORDER BY v.step, k.hash;

SELECT is(civic_private.base32(v.plain::bytea), rtrim(v.coded, '='), format('RFC 4648: base32 of "%s"', v.plain))
FROM (VALUES ('', ''), ('f', 'MY======'), ('fo', 'MZXQ===='), ('foo', 'MZXW6==='), ('foob', 'MZXW6YQ='),
    ('fooba', 'MZXW6YTB'), ('foobar', 'MZXW6YTBOI======')) AS v (plain, coded);
SELECT is(civic_private.from_base32(v.coded), v.plain::bytea, format('and back: "%s"', v.plain))
FROM (VALUES ('', ''), ('f', 'MY======'), ('fo', 'MZXQ===='), ('foo', 'MZXW6==='), ('foob', 'mzxw6yq'),
    ('fooba', 'MZXW6YTB'), ('foobar', 'MZXW6YTBOI======')) AS v (plain, coded);

SELECT is(encode(civic_private.hmac(decode(v.key, 'hex'), decode(v.message, 'hex'), 'sha256'), 'hex'), v.mac,
    format('RFC 4231: case %s', v.n))
FROM (VALUES
    (1, repeat('0b', 20), '4869205468657265', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'),
    (2, '4a656665', '7768617420646f2079612077616e7420666f72206e6f7468696e673f',
        '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'),
    (6, repeat('aa', 131), encode('Test Using Larger Than Block-Size Key - Hash Key First', 'hex'),
        '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54')
) AS v (n, key, message, mac);
SELECT is(count(*) FILTER (WHERE civic_private.hmac(r.key, r.message, h.hash) <> hmac(r.message, r.key, h.hash)),
    0::bigint,
    'keyed hashes are those of pgcrypto, for 600 random keys and messages')
FROM (
    SELECT civic_private.random_bytes(1 + n % 200) AS key, civic_private.random_bytes(1 + n * 7 % 300) AS message
    FROM generate_series(1, 200) AS n
) AS r, (VALUES ('sha1'), ('sha256'), ('sha512')) AS h (hash);
SELECT throws_ok($$SELECT civic_private.hmac('k', 'm', 'md4')$$, '22023', NULL, 'another hash is an error');
SELECT throws_ok($$SELECT civic_private.random_bytes(0)$$, '22023', NULL, 'no random bytes are an error');
SELECT throws_ok($$SELECT civic_private.random_bytes(1025)$$, '22023', NULL, 'too many are as well');
SELECT is(count(DISTINCT civic_private.random_bytes(16)), 1000::bigint, 'random bytes differ')
FROM generate_series(1, 1000);
SELECT is(civic_private.sign_token('{"a": 1}', repeat('s', 32)::bytea), h.content || '.'
    || translate(encode(hmac(h.content, repeat('s', 32), 'sha256'), 'base64'), E'+/=\n', '-_'), 'a token is signed')
FROM (SELECT 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.' || translate(encode('{"a": 1}'::bytea, 'base64'), E'+/=\n', '-_'))
    AS h (content);
SELECT is(civic_private.url_encode('Bürgerbüro 1/2'), 'B%C3%BCrgerb%C3%BCro%201%2F2', 'percent-encoding');

-- 2. Passwords.
SELECT is(civic_private.password_faults(p.password, 12, '{citizen,+919000000011,ann}'), p.faults,
    format('password "%s"', p.password))
FROM (VALUES
    ('Blue-Lamp7Post', '{}'::text[]),
    ('Short-1x', '{It has fewer than 12 characters.}'),
    (repeat('Wx-3', 18), '{}'), (repeat('Wx-3', 18) || 'é', '{It has more than 72 bytes.}'),
    ('blue-lamp7post', '{"It needs a capital letter, a small one, a digit and another character."}'),
    ('BLUE-LAMP7POST', '{"It needs a capital letter, a small one, a digit and another character."}'),
    ('Blue-LampxPost', '{"It needs a capital letter, a small one, a digit and another character."}'),
    ('BluezLamp7Post', '{"It needs a capital letter, a small one, a digit and another character."}'),
    ('My-P@ssw0rd-73', '{"It holds a common password."}'),
    ('xX-Qwerty-9-Zz', '{"It holds a common password."}'),
    ('Blue-1234-Lamp', '{"It holds four characters in a row, such as abcd, 4321 or aaaa."}'),
    ('Blue-9876-Lamp', '{"It holds four characters in a row, such as abcd, 4321 or aaaa."}'),
    ('Blue-7xxxxLamp', '{"It holds four characters in a row, such as abcd, 4321 or aaaa."}'),
    ('Blue-123-9Lamp', '{}'),
    ('7-The-CITIZEN!', '{"It holds the name, number or address of the account."}'),
    ('7-Ann-B-cdZ-qq', '{}')
) AS p (password, faults);

SELECT lives_ok(format($$SELECT civic.set_password(%L, 'Blue-Lamp7Post', false)$$, tap.id('a.citizen')),
    'the system sets a password')
FROM set_config('civic.organization_id', tap.id('a')::text, true);
SELECT ok(c.password_hash ~ '^\$2a\$10\$.{53}$' AND c.password_hash = crypt('Blue-Lamp7Post', c.password_hash),
    'it is kept as bcrypt') FROM civic_private.credentials AS c WHERE c.user_id = tap.id('a.citizen');
SELECT ok(civic_private.is_password('U*U', '$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW', 10),
    'hashes that other systems call $2b$ are known');
SELECT ok(NOT civic_private.is_password(p.password, p.hash, 10), format('no password: %s', p.label))
FROM (VALUES ('x', NULL, 'none is set'), (NULL, NULL, 'none is given'), ('x', 'x', 'no bcrypt'),
    (repeat('a', 73), civic_private.hash_password(repeat('a', 72), 10), 'longer than bcrypt reads'))
    AS p (password, hash, label);

-- Signs in as somebody of organization a, without a session, for good.
CREATE FUNCTION tap.sign_in(login text, password text DEFAULT NULL, code text DEFAULT NULL, new_password text DEFAULT
    NULL)
    RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result record;
BEGIN
    PERFORM set_config('civic.organization_id', tap.id('a')::text, true), set_config('civic.user_id', '', true),
        set_config('request.jwt.claims', '', true), set_config('role', 'civic_anon', true);
    SELECT * INTO result FROM civic.sign_in(login, password, code, new_password);
    PERFORM set_config('role', 'none', true);
    RETURN concat_ws(' ', result.verdict, CASE WHEN result.access_token IS NOT NULL THEN 'token' END);
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;
CREATE FUNCTION tap.lock_of(person text) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', c.failed_attempts, CASE WHEN c.locked_until > now() THEN 'locked' END)
    FROM civic_private.credentials AS c WHERE c.user_id = tap.id(person)
$$;

SELECT is(tap.sign_in('+919000000011', 'Blue-Lamp7Post'), 'ZC071', 'nobody signs in before a secret is set');
SELECT is(tap.attempt(a.actor, $$SELECT civic.set_token_secret(repeat('s', 40))$$), '42501',
    format('%s sets no secret', a.actor))
FROM (VALUES ('a.super_admin'), ('a.service'), ('a.anon'), ('a.db_auditor')) AS a (actor);
SELECT throws_ok($$SELECT civic.set_token_secret('short')$$, '22023', NULL, 'a short secret is refused');
SELECT lives_ok($$SELECT civic.set_token_secret(repeat('s', 40))$$, 'the administrator of the database sets it');
SELECT is(tap.sign_in('+919000000011', 'Blue-Lamp7Post'), 'signed_in token', 'signed in by telephone');
SELECT is(tap.sign_in('CITIZEN@example.org', 'Blue-Lamp7Post'), 'signed_in token', 'by e-mail, whatever its case');
SELECT is(tap.sign_in('citi', 'Blue-Lamp7Post'), 'signed_in token', 'by user name');
SELECT is(u.login_count || ' ' || (u.last_login = now()), '3 true', 'sign-ins are counted')
FROM civic.users AS u WHERE u.id = tap.id('a.citizen');
UPDATE civic.users SET username = '+919000000011' WHERE id = tap.id('a.clerk');
SELECT is(tap.sign_in('+919000000011', 'Blue-Lamp7Post'), 'signed_in token', 'a name does not take a number away');

-- Refused, and nothing tells why.
SELECT is(tap.sign_in(x.login, x.password), 'refused', x.label)
FROM (VALUES ('+919000000011', 'wrong', 'a wrong password'), ('nobody@example.org', 'x', 'nobody'),
    ('+919000000020', 'x', 'no password set'), ('+919000000021', 'x', 'not active'), (NULL, 'x', 'no login'),
    ('', '', 'empty'), ('+919000000011', NULL, 'no password and no code')) AS x (login, password, label);
SELECT bag_eq($$SELECT e.description, e.user_id IS NULL, e.risk_score FROM civic.security_events AS e
        WHERE e.event_type = 'authentication_failure'$$,
    $$VALUES ('Sign-in with a wrong password.', false, 37), ('Sign-in with a wrong password.', false, 37),
        ('Sign-in to an account that does not exist.', true, 37), ('Sign-in to an account that does not exist.', true,
            37),
        ('Sign-in to an account that does not exist.', true, 37), ('Sign-in to an account that is not active.', false,
            37),
        ('Sign-in with a wrong one-time code.', false, 37)$$, 'what they were is kept for those who watch');
SELECT is(tap.steps('none.anon', 'SET LOCAL request.headers = ''{"x-forwarded-for": "6.6.6.6, 10.0.0.1", "user-agent":'
    ' "U"}''',
    'SELECT FROM civic.sign_in(''nobody'', ''x'')', 'SELECT FROM civic.sign_in(''nobody'', ''x'')',
    'SELECT FROM civic.sign_in(''nobody'', ''x'')', 'RESET ROLE',
    $$SELECT string_agg(concat_ws(' ', host(e.ip_address), e.user_agent, e.risk_score), ', ' ORDER BY e.id)
        FROM civic.security_events AS e WHERE e.ip_address IS NOT NULL$$),
    '10.0.0.1 U 37, 10.0.0.1 U 57, 10.0.0.1 U 67', 'the risk grows when it comes again from the same address');

-- 3. The lock. Failed tries stay counted, since the call that counts them succeeds.
SELECT is(tap.lock_of('a.citizen'), '2', 'two failures of the citizen were counted above');
SELECT is(tap.sign_in('citi', 'Blue-Lamp7Post'), 'signed_in token', 'the right password');
SELECT is(tap.lock_of('a.citizen'), '0', 'starts the count anew');
SELECT is(tap.sign_in('citi', 'wrong') || ' ' || tap.lock_of('a.citizen'), 'refused ' || n, format('failure %s', n))
FROM generate_series(1, 4) AS n;
SELECT is(tap.sign_in('citi', 'wrong') || ' ' || tap.lock_of('a.citizen'), 'refused 0 locked', 'the fifth locks');
SELECT is(tap.sign_in('citi', 'Blue-Lamp7Post'), 'refused', 'and the right password is refused like a wrong one');
SELECT is(count(*), 1::bigint, 'its owner is told') FROM civic.notifications AS n
WHERE n.recipient_id = tap.id('a.citizen') AND n.type = 'account_locked';
SELECT is(count(*), 1::bigint, 'the lock is recorded') FROM civic.security_events WHERE event_type = 'account_locked';
SELECT is(tap.attempt(a.actor, format('SELECT civic.unlock_account(%L)', tap.id('a.citizen'))), a.outcome,
    format('unlock_account by %s', a.actor))
FROM (VALUES ('a.citizen', '42501'), ('a.moderator', '42501'), ('a.auditor', '42501'), ('b.admin', 'PT404'),
    ('a.admin', '1'), ('a.service', '1')) AS a (actor, outcome);
SELECT is(tap.steps('a.admin', format('SELECT civic.unlock_account(%L)', tap.id('a.citizen')),
    'SET LOCAL ROLE none', $$SELECT tap.sign_in('citi', 'Blue-Lamp7Post')$$), 'signed_in token', 'unlocked, it works');
UPDATE civic_private.credentials SET locked_until = now() - interval '1 second' WHERE user_id = tap.id('a.citizen');
SELECT is(tap.sign_in('citi', 'Blue-Lamp7Post'), 'signed_in token', 'after half an hour the lock is over');
SELECT is(tap.sign_in('citi', 'wrong') || ' ' || tap.lock_of('a.citizen'), 'refused ' || n, format('failure %s', n))
FROM generate_series(1, 4) AS n;
UPDATE civic_private.credentials SET counting_since = now() - interval '16 minutes' WHERE user_id = tap.id('a.citizen');
SELECT is(tap.sign_in('citi', 'wrong') || ' ' || tap.lock_of('a.citizen'), 'refused 1',
    'failures count for a quarter of an hour');

-- 4. Rules of passwords where they are set.
SELECT is(tap.value('a.citizen', format('SELECT civic.change_password(%L, %L)', p.old, p.new)), p.outcome,
    format('change_password(%s, %s)', p.old, p.new))
FROM (VALUES ('wrong', 'Green-Lamp8Post', 'false'), ('Blue-Lamp7Post', 'short', 'ZC072'),
    ('Blue-Lamp7Post', 'My-Citizen-77-x', 'ZC072'), ('Blue-Lamp7Post', 'Blue-Lamp7Post', 'ZC072'),
    ('Blue-Lamp7Post', 'Green-Lamp8Post', 'true')) AS p (old, new, outcome);
SELECT is(tap.value('none.user', $$SELECT civic.change_password('x', 'Green-Lamp8Post')$$), '28000',
    'nobody has no password');
SELECT tap.do('a.citizen', format('SELECT civic.change_password(%L, %L)', 'Blue-Lamp7Post', 'Word-No1-yellow'))
\g /dev/null
SELECT tap.do('a.citizen', format('SELECT civic.change_password(%L, %L)', 'Word-No' || n || '-yellow', 'Word-No' || n +
    1
    || '-yellow')) FROM generate_series(1, 3) AS n \g /dev/null
SELECT is(tap.value('a.citizen', format('SELECT civic.change_password(%L, %L)', 'Word-No4-yellow', p.new)), p.outcome,
    format('used before: %s', p.new))
FROM (VALUES ('Blue-Lamp7Post', 'ZC072'), ('Word-No1-yellow', 'ZC072'), ('Word-No4-yellow', 'ZC072'),
    ('Word-No5-yellow', 'true')) AS p (new, outcome);
SELECT tap.do('a.citizen', $$SELECT civic.change_password('Word-No4-yellow', 'Word-No5-yellow')$$) \g /dev/null
SELECT is(tap.value('a.citizen', $$SELECT civic.change_password('Word-No5-yellow', 'Blue-Lamp7Post')$$), 'true',
    'the last but five may be used again');
SELECT is(count(*), 5::bigint, 'and no more are kept') FROM civic_private.password_history AS h
WHERE h.user_id = tap.id('a.citizen');
SELECT is(tap.attempt(a.actor, format('SELECT civic.set_password(%L, %L)', tap.id(a.person), 'Green-Lamp8Post')),
    a.outcome, format('%s sets the password of %s', a.actor, a.person))
FROM (VALUES ('a.citizen', 'a.neighbour', '42501'), ('a.moderator', 'a.citizen', '42501'),
    ('a.auditor', 'a.citizen', '42501'), ('a.admin', 'a.officer', '1'), ('a.admin', 'a.admin', 'ZC007'),
    ('a.admin', 'a.super_admin', 'ZC007'), ('a.super_admin', 'a.admin', '1'), ('a.admin', 'b.citizen', 'PT404'),
    ('a.service', 'a.super_admin', '1')) AS a (actor, person, outcome);
SELECT tap.do('a.admin', format('SELECT civic.set_password(%L, %L)', tap.id('a.officer'), 'Green-Lamp8Post'))
\g /dev/null
SELECT is(tap.sign_in('+919000000014', 'Green-Lamp8Post'), 'password_change_needed', 'another has to be set');
SELECT is(tap.sign_in('+919000000014', 'Green-Lamp8Post', NULL, 'Green-Lamp8Post'), 'ZC072', 'another indeed');
SELECT is(tap.sign_in('+919000000014', 'Green-Lamp8Post', NULL, 'Green-Lamp9Post'), 'signed_in token', 'and is');
SELECT is(tap.sign_in('+919000000014', 'Green-Lamp9Post'), 'signed_in token', 'and holds');
UPDATE civic.sign_in_policies SET password_lifetime = '90 days' WHERE organization_id = tap.id('a');
UPDATE civic_private.credentials SET password_changed_at = now() - interval '91 days' WHERE user_id =
    tap.id('a.officer');
SELECT is(tap.sign_in('+919000000014', 'Green-Lamp9Post'), 'password_change_needed', 'a password can expire');
UPDATE civic.sign_in_policies SET password_lifetime = NULL WHERE organization_id = tap.id('a');

-- 5. One-time codes.
SELECT is(tap.attempt(a.actor, $$SELECT FROM civic.create_code('citi', 'login')$$), a.outcome,
    format('create_code by %s', a.actor))
FROM (VALUES ('a.citizen', '42501'), ('a.super_admin', '42501'), ('a.anon', '42501'), ('a.service', '1'))
    AS a (actor, outcome);
-- Makes a code for good and returns it.
CREATE FUNCTION tap.code(login text, purpose civic.code_purpose, channel civic.delivery_channel DEFAULT 'sms') RETURNS
    text
    LANGUAGE plpgsql AS $$
DECLARE
    made text;
BEGIN
    PERFORM tap.become('a.service');
    SELECT c.code INTO made FROM civic.create_code(login, purpose, channel) AS c;
    PERFORM set_config('role', 'none', true), tap.unbecome();
    -- Rows of one transaction have one time of creation; these come one after the other.
    UPDATE civic_private.verification_codes SET created_at = created_at - interval '1 second'
    WHERE organization_id = tap.id('a');
    RETURN made;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;
CREATE FUNCTION tap.other(code text) RETURNS text LANGUAGE sql AS $$ SELECT lpad(((code::integer + 1) % 1000000)::text,
    6, '0') $$;
CREATE TABLE tap.codes (name text, code text);
INSERT INTO tap.codes VALUES ('old', tap.code('citi', 'login'));
INSERT INTO tap.codes VALUES ('reset', tap.code('citi', 'password_reset'));
INSERT INTO tap.codes VALUES ('new', tap.code('citi', 'login'));
CREATE FUNCTION tap.the(name text) RETURNS text LANGUAGE sql AS $$ SELECT c.code FROM tap.codes AS c WHERE c.name = $1
    $$;
SELECT ok(tap.the('new') ~ '^[0-9]{6}$', 'a code has six digits');
SELECT is(tap.code('citi', 'login'), 'ZC073', 'the fourth within an hour is not made');
SELECT is(tap.value('a.service', $$SELECT c FROM civic.create_code('ghost', 'login') AS c$$), '(,,,)',
    'for nobody none is made');
SELECT is(tap.value('a.service', $$SELECT address FROM civic.create_code('+919000000012', 'login', 'email')$$), NULL,
    'nor where there is no address');
SELECT is(tap.value('a.service', $$SELECT address FROM civic.create_code('+919000000012', 'login')$$), '+919000000012',
    'the address to send it to');
SELECT is(tap.sign_in('citi', NULL, tap.the('old')), 'refused', 'a newer code ends an older one');
SELECT is(tap.sign_in('citi', NULL, tap.the('reset')), 'refused', 'a code is good for one purpose');
SELECT is(tap.sign_in('citi', NULL, tap.the('new')), 'signed_in token',
    'the third try is the right one: compared, then counted');
SELECT is(tap.sign_in('citi', NULL, tap.the('new')), 'refused', 'and good once');
SELECT is(count(*) FILTER (WHERE v.code_hash = sha256(convert_to(tap.the('new'), 'UTF8'))) || ' ' || max(v.attempts),
    '0 2',
    'codes are not kept as a bare hash; wrong ones are counted')
FROM civic_private.verification_codes AS v WHERE v.user_id = tap.id('a.citizen');
UPDATE civic_private.verification_codes SET created_at = created_at - interval '2 hours' WHERE organization_id =
    tap.id('a');
UPDATE tap.codes SET code = tap.code('citi', 'login') WHERE name = 'new';
SELECT is(tap.sign_in('citi', NULL, tap.other(tap.the('new'))), 'refused', format('wrong code %s', n))
FROM generate_series(1, 3) AS n;
SELECT is(tap.sign_in('citi', NULL, tap.the('new')), 'refused', 'after three wrong ones the right one is refused');
SELECT is(tap.code('citi', 'password_reset'), 'ZC073', 'and no other is made for a quarter of an hour');
UPDATE civic_private.verification_codes SET locked_until = now() WHERE locked_until IS NOT NULL;
UPDATE tap.codes SET code = tap.code('citi', 'login') WHERE name = 'new';
UPDATE civic_private.verification_codes SET expires_at = now() WHERE used_at IS NULL;
SELECT is(tap.sign_in('citi', NULL, tap.the('new')), 'refused', 'a code expires');
UPDATE civic_private.credentials SET locked_until = NULL, failed_attempts = 0 WHERE organization_id = tap.id('a');

UPDATE civic_private.verification_codes SET created_at = created_at - interval '2 hours' WHERE organization_id =
    tap.id('a');
UPDATE tap.codes SET code = tap.code('citi', 'phone_verification') WHERE name = 'old';
SELECT is(tap.steps('a.citizen', format('SELECT civic.verify_code(''phone_verification'', %L)', tap.the('old')),
    'SELECT phone_verified FROM civic.users WHERE id = civic.current_user_id()'), 'true', 'a number is verified');
SELECT is(tap.steps('a.citizen', 'UPDATE civic.users SET phone = ''+919000000999'' WHERE id = civic.current_user_id()',
    format('SELECT civic.verify_code(''phone_verification'', %L)', tap.the('old'))), 'false',
    'but not another than the one the code was sent to');
SELECT is(tap.value('a.neighbour', format('SELECT civic.verify_code(''phone_verification'', %L)', tap.the('old'))),
    'false',
    'nor that of another person');
UPDATE tap.codes SET code = tap.code('citi', 'email_verification', 'email') WHERE name = 'old';
SELECT is(tap.steps('a.citizen', format('SELECT civic.verify_code(''email_verification'', %L)', tap.the('old')),
    'SELECT email_verified AND NOT phone_verified FROM civic.users WHERE id = civic.current_user_id()'), 'true',
    'an address is verified');
UPDATE tap.codes SET code = tap.code('citi', 'password_reset') WHERE name = 'reset';
SELECT is(tap.value('a.anon', format('SELECT civic.reset_password(%L, %L, %L)', r.login, r.code, r.password)),
    r.outcome,
    format('reset_password: %s', r.label))
FROM (VALUES ('citi', tap.other(tap.the('reset')), 'Brown-Lamp7Post', 'false', 'wrong code'),
    ('ghost', '123456', 'Brown-Lamp7Post', 'false', 'nobody'), ('ghost', '123456', 'short', 'false',
        'nobody, bad password'),
    ('citi', tap.the('reset'), 'short', 'ZC072', 'bad password'), ('citi', tap.the('reset'), 'Brown-Lamp7Post', 'true',
        'right'))
    AS r (login, code, password, outcome, label);
SELECT is(tap.steps('a.anon', format('SELECT civic.reset_password(''citi'', %L, ''Brown-Lamp7Post'')',
    tap.the('reset')),
    'SET LOCAL ROLE none', $$SELECT tap.sign_in('citi', 'Brown-Lamp7Post')$$), 'signed_in token', 'and it holds');

-- 6. Authenticators.
SELECT is(tap.value('a.citizen', $$SELECT civic.confirm_totp('123456')$$), 'ZC075', 'nothing to confirm');
SELECT ok(tap.value('a.citizen', 'SELECT uri FROM civic.begin_totp()')
    ~ '^otpauth://totp/Organization%20a:citizen%40example.org\?secret=[A-Z2-7]{32}&issuer=Organization%20a$',
    'an authenticator gets a URI');
SELECT tap.do('a.citizen', 'SELECT civic.begin_totp()') \g /dev/null
-- The code that the authenticator of the citizen shows so many steps from now.
CREATE FUNCTION tap.totp(steps integer) RETURNS text LANGUAGE sql AS $$
    SELECT civic_private.totp(civic_private.from_base32(c.totp_secret),
        floor(extract(epoch FROM now()) / 30)::bigint + steps)
    FROM civic_private.credentials AS c WHERE c.user_id = tap.id('a.citizen')
$$;
UPDATE civic_private.credentials SET password_hash = civic_private.hash_password('Blue-Lamp7Post', 10)
WHERE user_id = tap.id('a.citizen');
SELECT is(tap.sign_in('citi', 'Blue-Lamp7Post'), 'signed_in token', 'not asked for before it is confirmed');
SELECT is(tap.value('a.citizen', format('SELECT civic.confirm_totp(%L)', c.code)), c.outcome, format('confirm: %s',
    c.label))
FROM (VALUES (tap.totp(-2), 'false', 'a minute ago'), (tap.totp(2), 'false', 'in a minute'),
    (tap.totp(-1), 'true', 'the one before'), (tap.totp(1), 'true', 'the next'), ('', 'false', 'empty'), (NULL,
        'false', 'null'))
    AS c (code, outcome, label);
SELECT tap.do('a.citizen', format('SELECT civic.confirm_totp(%L)', tap.totp(-1))) \g /dev/null
SELECT is(tap.value('a.citizen', 'SELECT civic.begin_totp()'), 'ZC075', 'there is one already');
SELECT is(tap.sign_in('citi', 'wrong'), 'refused', 'a wrong password is not asked for a code');
SELECT is(tap.sign_in('citi', 'Blue-Lamp7Post'), 'code_needed', 'the right one is');
SELECT is(tap.sign_in('citi', 'Blue-Lamp7Post', tap.totp(-1)), 'refused', 'the code of the confirmation was used');
SELECT is(tap.sign_in('citi', 'Blue-Lamp7Post', tap.totp(0)), 'signed_in token', 'the present one is right');
SELECT is(tap.sign_in('citi', 'Blue-Lamp7Post', tap.totp(0)), 'refused', 'and accepted once');
SELECT is(tap.sign_in('citi', 'Blue-Lamp7Post', tap.totp(1)), 'signed_in token', 'then the next');
SELECT is(tap.sign_in('citi', 'Blue-Lamp7Post', tap.totp(0)), 'refused', 'and none before it');
UPDATE civic_private.verification_codes SET created_at = created_at - interval '2 hours' WHERE organization_id =
    tap.id('a');
SELECT is(tap.sign_in('citi', NULL, tap.code('citi', 'login')), 'refused', 'a one-time code alone is no second factor');
UPDATE civic_private.credentials SET totp_last_step = NULL WHERE user_id = tap.id('a.citizen');
SELECT is(tap.value('a.citizen', $$SELECT civic.remove_totp('x')$$), 'false', 'removed with a code only');
SELECT is(tap.steps('a.citizen', format('SELECT civic.remove_totp(%L)', tap.totp(0)), 'SET LOCAL ROLE none',
    $$SELECT tap.sign_in('citi', 'Blue-Lamp7Post')$$), 'signed_in token', 'removed, it is not asked for');
SELECT is(tap.attempt(a.actor, format('SELECT civic.reset_totp(%L)', tap.id('a.citizen'))), a.outcome,
    format('reset_totp by %s', a.actor))
FROM (VALUES ('a.citizen', '42501'), ('a.moderator', '42501'), ('a.admin', '1')) AS a (actor, outcome);
UPDATE civic_private.credentials SET locked_until = NULL, failed_attempts = 0 WHERE organization_id = tap.id('a');

-- Super administrators never get in by a password alone.
SELECT civic.set_password(tap.id('a.super_admin'), 'Black-Lamp7Post', false)
FROM set_config('civic.organization_id', tap.id('a')::text, true) \g /dev/null
SELECT is(tap.sign_in('root@example.org', 'Black-Lamp7Post'), 'code_needed', 'a super administrator needs a code');
INSERT INTO tap.codes VALUES ('root', tap.code('root@example.org', 'login', 'email'));
SELECT is(tap.sign_in('root@example.org', 'Black-Lamp7Post', tap.other(tap.the('root'))), 'refused', 'the right one');
SELECT is(tap.sign_in('root@example.org', 'Black-Lamp7Post', tap.the('root')), 'signed_in token',
    'from their authenticator, or sent to them while there is none');

-- 7. Sessions and tokens.
DELETE FROM civic.user_sessions;
CREATE TABLE tap.tokens (name text, access text, refresh text, session uuid, expires_at timestamptz);
CREATE FUNCTION tap.open(name text, person text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tap.become('a.service');
    INSERT INTO tap.tokens SELECT open.name, o.access_token, o.refresh_token, o.session_id, o.expires_at
    FROM civic.open_session(tap.id(person), 'sso', '{"platform": "test"}') AS o;
    PERFORM set_config('role', 'none', true), tap.unbecome();
    UPDATE civic.user_sessions SET created_at = created_at - interval '1 second';
END
$$;
GRANT ALL ON tap.tokens TO public;
SELECT tap.open('one', 'a.citizen'), tap.open('two', 'a.citizen'), tap.open('three', 'a.citizen') \g /dev/null
SELECT is(tap.attempt('a.citizen', format('SELECT civic.open_session(%L)', tap.id('a.citizen'))), '42501',
    'people open no sessions for themselves');
SELECT is(tap.attempt('a.service', format('SELECT civic.open_session(%L)', tap.id(p.person))), 'PT404',
    format('no session for %s', p.person)) FROM (VALUES ('a.inactive'), ('b.citizen')) AS p (person);
CREATE FUNCTION tap.live() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(t.name, ' ' ORDER BY t.name) FROM tap.tokens AS t JOIN civic.user_sessions AS s ON s.id =
        t.session
    WHERE civic_private.is_session_live(s.revoked_at, s.expires_at, s.last_activity, interval '60 minutes')
$$;
SELECT is(tap.live(), 'one three two', 'three sessions');
SELECT tap.open('four', 'a.citizen') \g /dev/null
SELECT is(tap.live(), 'four three two', 'the fourth ends the oldest');
SELECT is(s.end_reason, 'ended by a newer one', 'and says so') FROM civic.user_sessions AS s JOIN tap.tokens AS t
    ON t.session = s.id WHERE t.name = 'one';
UPDATE civic.user_sessions SET last_activity = now() - interval '61 minutes'
WHERE id = (SELECT session FROM tap.tokens WHERE name = 'three');
SELECT tap.open('five', 'a.citizen') \g /dev/null
SELECT is(tap.live(), 'five four two', 'one not used for an hour does not count');
SELECT is_empty($$SELECT FROM civic_private.session_tokens AS s, tap.tokens AS t
    WHERE position(convert_to(t.access, 'UTF8') IN s.token_hash) > 0 OR s.token_hash = convert_to(t.access, 'UTF8')$$,
    'tokens are not kept');

-- What a token says, as src/identity.c reads it.
SELECT is(c.claims - 'jti' - 'iat' - 'exp' - 'session_id', jsonb_build_object('role', 'civic_user', 'sub',
    tap.id('a.citizen'),
    'organization_id', tap.id('a')), 'the claims') || E'\n'
    || is((c.claims ->> 'exp')::numeric, floor(extract(epoch FROM now() + interval '24 hours')), 'good for a day')
FROM tap.tokens AS t, LATERAL (SELECT convert_from(decode(rpad(translate(split_part(t.access, '.', 2), '-_', '+/'),
    (length(split_part(t.access, '.', 2)) + 3) / 4 * 4, '='), 'base64'), 'UTF8')::jsonb) AS c (claims) WHERE t.name =
        'five';
SELECT tap.open('admin', 'a.admin') \g /dev/null
SELECT is(t.expires_at, now() + interval '8 hours', 'for administrators, eight hours') FROM tap.tokens AS t
WHERE t.name = 'admin';
-- As PostgREST would: the claims of a token, and the check before the request.
CREATE FUNCTION tap.with_token(token text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    PERFORM set_config('request.jwt.claims', convert_from(decode(rpad(translate(split_part(t.access, '.', 2), '-_',
        '+/'),
        (length(split_part(t.access, '.', 2)) + 3) / 4 * 4, '='), 'base64'), 'UTF8'), true)
    FROM tap.tokens AS t WHERE t.name = token;
    PERFORM set_config('civic.organization_id', '', true), set_config('civic.user_id', '', true),
        set_config('role', 'civic_user', true);
    PERFORM civic.check_session();
    EXECUTE query INTO result;
    PERFORM set_config('role', 'none', true), tap.unbecome();
    RETURN result;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;
SELECT is(tap.with_token('five', 'SELECT civic.current_user_id()'), tap.id('a.citizen')::text,
    'the token names its person');
SELECT is(tap.with_token(t.name, 'SELECT 1'), 'ZC074', format('session %s has ended', t.name))
FROM tap.tokens AS t WHERE t.name IN ('one', 'three');
UPDATE civic.user_sessions SET last_activity = now() - interval '10 minutes' WHERE revoked_at IS NULL;
SELECT is(tap.with_token('five', 'SELECT 1'), '1', 'a request');
SELECT is(s.last_activity, now(), 'is a use of its session') FROM civic.user_sessions AS s JOIN tap.tokens AS t
    ON t.session = s.id WHERE t.name = 'five';
SELECT is(tap.value('a.anon', 'SELECT civic.check_session()'), NULL, 'who comes without a token passes');
SELECT is(tap.steps('none.user', format('SET LOCAL request.jwt.claims = %L', jsonb_build_object('session_id',
    (SELECT session FROM tap.tokens WHERE name = 'five'), 'organization_id', tap.id('b'), 'sub', tap.id('b.citizen'))),
    'SELECT civic.check_session()'), 'ZC074', 'a session of another organization is none');
SELECT is(tap.value('a.service', format('SELECT user_id FROM civic.find_session(%L)', (SELECT access FROM tap.tokens
    WHERE name = 'five'))), tap.id('a.citizen')::text, 'a service finds whose a token is');
SELECT is(tap.value(a.actor, format('SELECT user_id FROM civic.find_session(%L)', (SELECT access FROM tap.tokens
    WHERE name = a.token))), a.outcome, format('find_session(%s) by %s', a.token, a.actor))
FROM (VALUES ('a.service', 'one', NULL), ('b.service', 'five', NULL), ('a.admin', 'five', '42501'),
    ('a.anon', 'five', '42501')) AS a (actor, token, outcome);

-- Refresh: once each.
CREATE FUNCTION tap.refresh(token text, into_name text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result record;
BEGIN
    PERFORM set_config('civic.organization_id', tap.id('a')::text, true), set_config('role', 'civic_anon', true);
    SELECT r.* INTO result FROM civic.refresh_session((SELECT t.refresh FROM tap.tokens AS t WHERE t.name = token)) AS
        r;
    PERFORM set_config('role', 'none', true), tap.unbecome();
    IF into_name IS NOT NULL THEN
        INSERT INTO tap.tokens VALUES (into_name, result.access_token, result.new_refresh_token, result.session_id);
    END IF;
    RETURN result.verdict;
END
$$;
SELECT is(tap.refresh('five', 'six'), 'signed_in', 'a session goes on');
SELECT is(tap.with_token('six', 'SELECT civic.current_user_id()'), tap.id('a.citizen')::text, 'with another token');
SELECT is(tap.refresh('six', 'seven'), 'signed_in', 'and again');
SELECT is(tap.refresh('six'), 'refused', 'a refresh token is good once');
SELECT is(tap.refresh('seven'), 'refused', 'and used twice ends the session');
SELECT is(tap.with_token('seven', 'SELECT 1'), 'ZC074', 'for its access token too');
SELECT is(count(*), 1::bigint, 'which is recorded') FROM civic.security_events
WHERE event_type = 'suspicious_activity' AND description LIKE 'A refresh token was used twice%';
SELECT is(count(*), 1::bigint, 'and told') FROM civic.notifications AS n WHERE n.type = 'session_copied';
SELECT is(tap.refresh('one'), 'refused', 'an ended session does not go on');
UPDATE civic.users SET status = 'suspended' WHERE id = tap.id('a.citizen');
SELECT is(tap.refresh('four'), 'refused', 'nor that of a suspended person');
UPDATE civic.users SET status = 'active' WHERE id = tap.id('a.citizen');
UPDATE civic.user_sessions SET fingerprint = 'other' WHERE id = (SELECT session FROM tap.tokens WHERE name = 'four');
SELECT set_config('request.headers', '{"user-agent": "U"}', true) \g /dev/null
SELECT is(tap.refresh('four', 'four2'), 'signed_in', 'from another address it goes on');
SELECT set_config('request.headers', '', true) \g /dev/null
SELECT ok(s.flagged_at IS NOT NULL, 'but is flagged') FROM civic.user_sessions AS s
JOIN tap.tokens AS t ON t.session = s.id WHERE t.name = 'four';

-- Signing out.
SELECT is(tap.with_token('four', 'SELECT civic.end_session()'), 'true', 'signed out');
SELECT is(tap.with_token('four', 'SELECT 1'), 'ZC074', 'the token is good for nothing');
SELECT tap.open('x', 'a.citizen'), tap.open('y', 'a.citizen'), tap.open('z', 'a.neighbour') \g /dev/null
SELECT is(tap.value(a.actor, format('SELECT civic.end_session(%L)', (SELECT session FROM tap.tokens WHERE name = 'x'))),
    a.outcome, format('end_session by %s', a.actor))
FROM (VALUES ('a.citizen', 'true'), ('a.neighbour', 'false'), ('a.admin', 'false'), ('a.super_admin', 'true'),
    ('b.super_admin', 'false')) AS a (actor, outcome);
SELECT is(tap.value(a.actor, format('SELECT civic.end_sessions(%L)', tap.id('a.citizen'))), a.outcome,
    format('end_sessions by %s', a.actor))
FROM (VALUES ('a.citizen', '3'), ('a.neighbour', '42501'), ('a.admin', '42501'), ('a.super_admin', '3'))
    AS a (actor, outcome);
SELECT is(tap.with_token('x', 'SELECT civic.end_sessions(keep_this => true)'), '2', 'all but this one');
SELECT is(tap.live(), 'admin x z', 'this one and those of others go on');
SELECT is(tap.with_token('z', $$SELECT civic.change_password(NULL, 'Blue-Lamp7Post')$$), 'true', 'a first password');
SELECT tap.open('z2', 'a.neighbour') \g /dev/null
SELECT is(tap.with_token('z', $$SELECT civic.change_password('Blue-Lamp7Post', 'Green-Lamp7Post')$$), 'true',
    'another password');
SELECT is(tap.live(), 'admin x z', 'ends one''s other sessions');

-- Without a secret a service can still sign people in, with tokens of no meaning.
SELECT civic.set_token_secret(NULL) \g /dev/null
SELECT tap.open('opaque', 'a.officer') \g /dev/null
SELECT ok(t.access ~ '^[A-Za-z0-9_-]{43}$', 'a random token') FROM tap.tokens AS t WHERE t.name = 'opaque';
SELECT is(tap.value('a.service', format('SELECT user_id FROM civic.find_session(%L)', (SELECT access FROM tap.tokens
    WHERE name = 'opaque'))), tap.id('a.officer')::text, 'that finds its person');

-- 8. Events and forgetting.
SELECT is(tap.steps('a.super_admin', $$UPDATE civic.security_events SET investigation_notes = 'a mistyped password'$$,
    'SELECT bool_and(is_investigated AND investigated_by = civic.current_user_id() AND investigated_at = now())'
    ' FROM civic.security_events'), 'true', 'who looks into an event is kept');
SELECT is(tap.attempt('a.super_admin', $$UPDATE civic.security_events SET risk_score = 0$$), 'ZC004',
    'an event stays as it was');
UPDATE civic.security_events SET created_at = now() - interval '91 days' WHERE false;
SELECT is(tap.attempt(a.actor, 'SELECT civic.forget_sign_ins()'), a.outcome, format('forget_sign_ins by %s', a.actor))
FROM (VALUES ('a.citizen', '42501'), ('a.auditor', '42501'), ('a.admin', '1')) AS a (actor, outcome);
SELECT is(tap.steps('a.admin', $$SELECT civic.forget_sign_ins('-1 minutes')$$,
    'SELECT count(*) FROM civic.security_events'), '0', 'what is older is forgotten');

-- 9. Without pgcrypto.
DROP EXTENSION pgcrypto;
SELECT civic.set_token_secret(repeat('s', 40)) \g /dev/null
SELECT is(tap.sign_in('citi', 'Blue-Lamp7Post'), 'ZC070', 'passwords need pgcrypto');
UPDATE civic_private.verification_codes SET created_at = created_at - interval '2 hours' WHERE organization_id =
    tap.id('a');
UPDATE civic.users SET two_fa_enabled = false WHERE id = tap.id('a.citizen');
SELECT is(tap.sign_in('citi', NULL, tap.code('citi', 'login')), 'signed_in token', 'codes do not');

SELECT * FROM finish();
ROLLBACK;
