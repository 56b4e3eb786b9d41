CREATE FUNCTION civic_helpers.officer_score(
    resolution_rate double precision, sla_compliance_rate double precision, avg_satisfaction_score double precision,
    first_time_resolution_rate double precision, avg_resolution_time_hours double precision
) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN round((
    0.25 * resolution_rate + 0.25 * sla_compliance_rate
    + 0.20 * greatest(0, (avg_satisfaction_score - 1) / 4 * 100)
    + 0.20 * first_time_resolution_rate
    + 0.10 * least(100, 48 / greatest(avg_resolution_time_hours, 1) * 100)
)::numeric, 2);
COMMENT ON FUNCTION civic_helpers.officer_score(
    double precision, double precision, double precision, double precision, double precision
) IS
    'Score of an officer, 0 to 100: a quarter each for resolution rate and kept deadlines, a fifth each for'
    ' satisfaction'
    ' (1 to 5 as 0 to 100) and work never sent back, a tenth for speed (48 hours or less is full).';

CREATE FUNCTION civic_helpers.officer_grade(score numeric) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
RETURN CASE WHEN score >= 90 THEN 'A+' WHEN score >= 85 THEN 'A' WHEN score >= 80 THEN 'B+' WHEN score >= 75 THEN 'B'
    WHEN score >= 70 THEN 'C+' WHEN score >= 65 THEN 'C' WHEN score >= 60 THEN 'D' ELSE 'F' END;
COMMENT ON FUNCTION civic_helpers.officer_grade(numeric) IS
    'Grade of a score: A+ from 90, A 85, B+ 80, B 75, C+ 70, C 65, D 60, else F.';

CREATE FUNCTION civic_private.add_reputation(
    organization uuid, person uuid, points integer, reason civic.reputation_reason, report uuid, note text
) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO civic.reputation_events (organization_id, user_id, points, reason, report_id, note)
    VALUES (organization, person, points, reason, report, note);
    INSERT INTO civic.user_scores AS s (organization_id, user_id, reputation_score, helpful_validations)
    VALUES (organization, person, greatest(0, points), (reason = 'validation_helpful')::integer)
    ON CONFLICT (organization_id, user_id) DO UPDATE SET
        reputation_score = greatest(0, s.reputation_score + points),
        helpful_validations = s.helpful_validations + excluded.helpful_validations;
END
$$;
COMMENT ON FUNCTION civic_private.add_reputation(uuid, uuid, integer, civic.reputation_reason, uuid, text) IS
    'Changes somebody''s reputation and says why; it does not go below 0.';

CREATE FUNCTION civic_private.is_due_for_promotion(organization uuid, person uuid) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM civic.user_scores AS s
        JOIN civic.organizations AS o ON o.id = s.organization_id
        JOIN civic.users AS u ON u.organization_id = s.organization_id AND u.id = s.user_id
        WHERE s.organization_id = organization AND s.user_id = person
            AND s.reputation_score >= o.promotion_reputation AND s.total_reports >= o.promotion_reports
            AND s.total_validations >= o.promotion_validations
            AND u.is_active AND u.profile_completion = 'complete'
    )
$$;
COMMENT ON FUNCTION civic_private.is_due_for_promotion(uuid, uuid) IS
    'Whether a person meets the four conditions under which a citizen becomes contributor: reputation, reports,'
    ' validations, and a complete profile.';

CREATE FUNCTION civic_private.promote(organization uuid, person uuid) RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE civic.user_roles AS ur SET
        role_id = contributor.id,
        is_automatic = true,
        reason = 'Reputation, reports, validations and profile suffice.'
    FROM civic.roles AS citizen, civic.roles AS contributor
    WHERE ur.organization_id = organization AND ur.user_id = person AND ur.family = 'civic'
        AND citizen.organization_id = ur.role_organization_id AND citizen.id = ur.role_id AND citizen.code = 'citizen'
        AND contributor.organization_id = ur.role_organization_id AND contributor.code = 'contributor'
        AND civic_private.is_due_for_promotion(organization, person);
    RETURN FOUND;
END
$$;
COMMENT ON FUNCTION civic_private.promote(uuid, uuid) IS
    'Makes a citizen who meets the four conditions a contributor; false where nothing was to be done.';

CREATE FUNCTION civic_private.promote_when_due() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    person uuid := to_jsonb(NEW) ->> CASE TG_TABLE_NAME WHEN 'users' THEN 'id' ELSE 'user_id' END;
BEGIN
    -- Who completes a profile while the last point comes in: one of the two sees both.
    PERFORM FROM civic.user_scores AS s
    WHERE s.organization_id = NEW.organization_id AND s.user_id = person FOR NO KEY UPDATE;
    PERFORM civic_private.promote(NEW.organization_id, person);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.promote_when_due() IS
    'AFTER row trigger on civic.user_scores and civic.users: a citizen who now meets the four conditions becomes'
    ' contributor.';

CREATE FUNCTION civic_private.judge_validations() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    voter record;
BEGIN
    -- In the order of people, so that two reports that are judged at once do not wait for each other.
    FOR voter IN
        SELECT v.user_id, v.vote = (CASE NEW.status WHEN 'resolved' THEN 'valid' ELSE 'invalid' END)
            ::civic.validation_vote AS helpful
        FROM civic.report_validations AS v
        WHERE v.organization_id = NEW.organization_id AND v.report_id = NEW.id AND v.is_helpful IS NULL
        ORDER BY v.user_id
    LOOP
        UPDATE civic.report_validations AS v SET is_helpful = voter.helpful
        WHERE v.organization_id = NEW.organization_id AND v.report_id = NEW.id AND v.user_id = voter.user_id
            AND v.is_helpful IS NULL;
        IF FOUND AND voter.helpful THEN
            PERFORM civic_private.add_reputation(NEW.organization_id, voter.user_id, 2, 'validation_helpful', NEW.id,
                NULL);
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.judge_validations() IS
    'AFTER UPDATE row trigger on civic.reports that are resolved or rejected: who validated rightly gets 2 points,'
    ' once.';

CREATE FUNCTION civic_private.take_back_report() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- One that goes to the archive is not withdrawn.
    IF EXISTS (
        SELECT FROM civic.archived_reports AS a WHERE a.organization_id = OLD.organization_id AND a.id = OLD.id
    ) THEN
        RETURN NULL;
    END IF;
    UPDATE civic.user_scores AS s SET
        total_reports = greatest(0, s.total_reports - 1),
        reputation_score = greatest(0, s.reputation_score - 5)
    WHERE s.organization_id = OLD.organization_id AND s.user_id = OLD.user_id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.take_back_report() IS
    'AFTER DELETE row trigger on civic.reports: a report that is withdrawn counts no longer.';
