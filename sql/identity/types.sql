CREATE DOMAIN civic.email_address AS pg_catalog.text
    CONSTRAINT email_address_check
    CHECK (VALUE ~* '^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$' AND pg_catalog.length(VALUE) <= 255);
COMMENT ON DOMAIN civic.email_address IS 'An e-mail address of at most 255 characters.';

CREATE DOMAIN civic.phone_number AS pg_catalog.text
    CONSTRAINT phone_number_check CHECK (VALUE ~ '^\+?[1-9][0-9]{9,14}$');
COMMENT ON DOMAIN civic.phone_number IS
    'A telephone number: 10 to 15 digits, the first not 0, with or without a leading +.';

CREATE DOMAIN civic.latitude AS pg_catalog.float8
    CONSTRAINT latitude_check CHECK (VALUE BETWEEN -90 AND 90);
COMMENT ON DOMAIN civic.latitude IS 'Degrees north, -90 to 90 (WGS 84). NaN is refused.';

CREATE DOMAIN civic.longitude AS pg_catalog.float8
    CONSTRAINT longitude_check CHECK (VALUE BETWEEN -180 AND 180);
COMMENT ON DOMAIN civic.longitude IS 'Degrees east, -180 to 180 (WGS 84). NaN is refused.';

CREATE DOMAIN civic.distance_m AS pg_catalog.float8
    CONSTRAINT distance_m_check CHECK (VALUE >= 0 AND VALUE <= 21000000);
COMMENT ON DOMAIN civic.distance_m IS 'Metres, 0 to half the way round the earth. NaN is refused.';

CREATE DOMAIN civic.file_name AS pg_catalog.text
    CONSTRAINT file_name_check CHECK (pg_catalog.length(VALUE) BETWEEN 1 AND 255);
COMMENT ON DOMAIN civic.file_name IS 'Name of an attached file as its person knows it, 1 to 255 characters.';

CREATE DOMAIN civic.storage_key AS pg_catalog.text
    CONSTRAINT storage_key_check CHECK (pg_catalog.length(VALUE) BETWEEN 1 AND 500);
COMMENT ON DOMAIN civic.storage_key IS
    'Where the bytes of an attached file lie, as a URL or the key of an object store, 1 to 500 characters.';

CREATE DOMAIN civic.mime_type AS pg_catalog.text
    CONSTRAINT mime_type_check
    CHECK (VALUE ~ '^[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*$' AND pg_catalog.length(VALUE) <= 100);
COMMENT ON DOMAIN civic.mime_type IS 'Media type of a file, such as image/jpeg (RFC 6838), at most 100 characters.';

CREATE DOMAIN civic.file_size AS pg_catalog.int8
    CONSTRAINT file_size_check CHECK (VALUE > 0 AND VALUE <= 104857600);
COMMENT ON DOMAIN civic.file_size IS 'Bytes of a file, 1 to 104857600 (100 MiB).';

CREATE DOMAIN civic.sha256 AS pg_catalog.bytea
    CONSTRAINT sha256_check CHECK (pg_catalog.length(VALUE) = 32);
COMMENT ON DOMAIN civic.sha256 IS 'SHA-256, 32 bytes (FIPS 180-4).';

CREATE TYPE civic.user_status AS ENUM ('active', 'inactive', 'pending', 'invited', 'suspended');
COMMENT ON TYPE civic.user_status IS 'State of an account; only active ones have any rights.';

CREATE TYPE civic.profile_completion AS ENUM ('minimal', 'basic', 'complete');
COMMENT ON TYPE civic.profile_completion IS
    'How much of a profile is filled: basic with a full name; complete with name, e-mail and primary address.';

CREATE TYPE civic.account_origin AS ENUM ('otp', 'password', 'government_sso');
COMMENT ON TYPE civic.account_origin IS 'How an account came to be.';

CREATE TYPE civic.area_type AS ENUM ('district', 'ward', 'circle', 'radius', 'polygon');
COMMENT ON TYPE civic.area_type IS 'How the area of an assignment is described.';

CREATE TYPE civic.delivery_channel AS ENUM ('sms', 'email', 'app');
COMMENT ON TYPE civic.delivery_channel IS
    'How a message or a one-time code reaches its person: by SMS, by e-mail, or in the app as a push message.';

CREATE TYPE civic.project_status AS ENUM ('planning', 'in_progress', 'completed', 'on_hold', 'cancelled');
COMMENT ON TYPE civic.project_status IS 'State of a project.';

CREATE TYPE civic.role_family AS ENUM ('civic', 'cases', 'payments', 'attendance', 'custom');
COMMENT ON TYPE civic.role_family IS
    'Which system a role belongs to. Roles of family civic form a ladder: a person has one of them at a time.';
