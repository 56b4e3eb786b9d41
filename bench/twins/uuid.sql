-- Version 7 as usually written in SQL: the clock's milliseconds over random bytes, without the counter that keeps
-- values of one millisecond in order.
CREATE FUNCTION twin.uuid_v7() RETURNS uuid LANGUAGE plpgsql VOLATILE PARALLEL SAFE
AS $$
BEGIN
    RETURN encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
        PLACING substring(int8send(floor(date_part('epoch', clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
        52, 1), 53, 1), 'hex')::uuid;
END
$$;
