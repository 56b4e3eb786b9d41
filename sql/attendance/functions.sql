CREATE FUNCTION civic.attendance_policy_at(jurisdiction_id uuid, at timestamptz DEFAULT now())
    RETURNS SETOF civic.policy_versions
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT p.* FROM civic.policy_versions AS p
    WHERE p.organization_id = civic.current_organization_id()
        AND p.jurisdiction_id = attendance_policy_at.jurisdiction_id
        AND tstzrange(p.effective_from, p.effective_until) @> at
$$;
COMMENT ON FUNCTION civic.attendance_policy_at(uuid, timestamptz) IS
    'The policy version of a jurisdiction that held, or will hold, at a moment; no row where only the defaults do.';

CREATE FUNCTION civic.set_attendance_policy(jurisdiction_id uuid, version text, config jsonb)
    RETURNS civic.policy_versions
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.policy_versions;
BEGIN
    UPDATE civic.policy_versions AS p SET effective_until = now()
    WHERE p.organization_id = civic.current_organization_id()
        AND p.jurisdiction_id = set_attendance_policy.jurisdiction_id AND p.effective_until IS NULL
        AND p.effective_from <= now();
    INSERT INTO civic.policy_versions AS p (jurisdiction_id, version, config)
    VALUES (set_attendance_policy.jurisdiction_id, set_attendance_policy.version, set_attendance_policy.config)
    RETURNING p.* INTO result;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.set_attendance_policy(uuid, text, jsonb) IS
    'Ends the policy version that holds in a jurisdiction and begins the next. The config says what differs from'
    ' civic.attendance_defaults(); {"disabled": ["check_in"]} is the switch that stops check-ins at once. For holders'
    ' of manage:settings. Errors: 42501 not open to the caller, 23503 no such jurisdiction, 23505 version taken,'
    ' 23514 config not usable, 23P01 two at once.';

CREATE FUNCTION civic.place_legal_hold(
    target_type civic.hold_target, reason text, target_id uuid DEFAULT NULL, case_identifier text DEFAULT NULL
) RETURNS civic.legal_holds
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.legal_holds;
BEGIN
    INSERT INTO civic.legal_holds AS h (target_type, target_id, case_identifier, reason)
    VALUES (place_legal_hold.target_type, place_legal_hold.target_id, place_legal_hold.case_identifier,
        place_legal_hold.reason)
    RETURNING h.* INTO result;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.place_legal_hold(civic.hold_target, text, uuid, text) IS
    'Keeps a person''s records, those of all people of a case, or one record from being deleted. For holders of'
    ' manage:legal_hold. Errors: 42501 not open to the caller, 23514 no target or no reason.';

CREATE FUNCTION civic.release_legal_hold(hold_id uuid) RETURNS civic.legal_holds
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.legal_holds;
BEGIN
    UPDATE civic.legal_holds AS h SET released_at = now(), released_by = civic.current_user_id()
    WHERE h.organization_id = civic.current_organization_id() AND h.id = release_legal_hold.hold_id
        AND h.released_at IS NULL
    RETURNING h.* INTO result;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the legal hold does not exist, or was released',
            HINT = 'Check the id.';
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.release_legal_hold(uuid) IS
    'Ends a legal hold. For holders of manage:legal_hold. Error PT404 for none that holds.';

CREATE FUNCTION civic.create_proof(
    event_type civic.proof_event, event_id uuid, provider civic.proof_provider DEFAULT 'native'
) RETURNS civic.verification_proofs
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.verification_proofs;
BEGIN
    INSERT INTO civic.verification_proofs AS p (event_type, event_id, provider)
    VALUES (create_proof.event_type, create_proof.event_id, create_proof.provider)
    RETURNING p.* INTO result;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.create_proof(civic.proof_event, uuid, civic.proof_provider) IS
    'Asks for an integrity record of an event or a thread of one''s own; the hash is computed here, and a service'
    ' brings it to the provider. Errors: PT404 no such event, 42501 not open to the caller.';

CREATE FUNCTION civic.settle_proof(
    proof_id uuid, succeeded boolean, proof_blob jsonb DEFAULT NULL, reason text DEFAULT NULL,
    provider_key_version text DEFAULT NULL
) RETURNS civic.verification_proofs
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.verification_proofs;
BEGIN
    UPDATE civic.verification_proofs AS p SET
        status = CASE WHEN settle_proof.succeeded THEN 'verified' ELSE 'failed' END::civic.proof_status,
        verified_at = CASE WHEN settle_proof.succeeded THEN now() END,
        failure_reason = CASE WHEN NOT settle_proof.succeeded THEN settle_proof.reason END,
        proof_blob = coalesce(settle_proof.proof_blob, p.proof_blob),
        provider_key_version = coalesce(settle_proof.provider_key_version, p.provider_key_version)
    WHERE p.organization_id = civic.current_organization_id() AND p.id = settle_proof.proof_id
    RETURNING p.* INTO result;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the integrity record does not exist',
            HINT = 'Check the id.';
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.settle_proof(uuid, boolean, jsonb, text, text) IS
    'What the provider answered for an integrity record that is pending, or why it could not. For civic_service.'
    ' Errors: ZC001 not pending, ZC002 no reason, PT404 no such row.';

CREATE FUNCTION civic.claim_proofs(max_rows integer DEFAULT 100) RETURNS SETOF civic.verification_proofs
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 100 SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY
    UPDATE civic.verification_proofs AS p SET status = 'pending', attempts = p.attempts + 1
    FROM (
        SELECT o.id FROM civic.verification_proofs AS o
        WHERE o.organization_id = civic.current_organization_id() AND o.status IN ('created', 'failed')
            AND o.attempts < 10
        ORDER BY o.id LIMIT least(greatest(max_rows, 1), 1000)
        FOR NO KEY UPDATE SKIP LOCKED
    ) AS o
    WHERE p.organization_id = civic.current_organization_id() AND p.id = o.id
    RETURNING p.*;
END
$$;
COMMENT ON FUNCTION civic.claim_proofs(integer) IS
    'Integrity records that the provider is to be asked for now, new ones and those it could not do before, up to ten'
    ' times each; they become pending. Several services may call it at once. For civic_service.';

CREATE FUNCTION civic.record_subscription(
    contact_id uuid, provider_customer_id text, provider_subscription_id text, plan civic.subscription_plan,
    status civic.subscription_status, current_period_start timestamptz, current_period_end timestamptz
) RETURNS civic.subscriptions
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.subscriptions;
BEGIN
    UPDATE civic.subscriptions AS s SET
        plan = record_subscription.plan, status = record_subscription.status,
        current_period_start = record_subscription.current_period_start,
        current_period_end = record_subscription.current_period_end
    WHERE s.organization_id = civic.current_organization_id()
        AND s.provider_subscription_id = record_subscription.provider_subscription_id
    RETURNING s.* INTO result;
    IF NOT FOUND THEN
        INSERT INTO civic.subscriptions AS s (contact_id, provider_customer_id, provider_subscription_id, plan, status,
            current_period_start, current_period_end)
        VALUES (record_subscription.contact_id, record_subscription.provider_customer_id,
            record_subscription.provider_subscription_id, record_subscription.plan, record_subscription.status,
            record_subscription.current_period_start, record_subscription.current_period_end)
        RETURNING s.* INTO result;
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.record_subscription(
    uuid, text, text, civic.subscription_plan, civic.subscription_status, timestamptz, timestamptz
) IS
    'What the payment provider reports about a subscription: created, updated, deleted, payment missing. For'
    ' civic_service. Errors: ZC001 a cancelled one does not come back, 42501 not open to the caller, 23505 two at'
    ' once.';
