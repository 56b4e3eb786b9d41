-- Tables that refer to themselves: PostgREST cannot tell which way such a key is meant, so each way has a name. Their
-- argument has no name, so that PostgREST offers them for embedding alone and not as functions to call.

CREATE FUNCTION civic.original_report(civic.reports) RETURNS SETOF civic.reports
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT x.* FROM civic.reports AS x
    WHERE x.organization_id = ($1).organization_id AND x.id = ($1).duplicate_of_report_id
$$;
COMMENT ON FUNCTION civic.original_report(civic.reports) IS
    'The report that this one is a duplicate of; none where it is no duplicate.';

CREATE FUNCTION civic.duplicate_reports(civic.reports) RETURNS SETOF civic.reports
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 10 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT x.* FROM civic.reports AS x
    WHERE x.organization_id = ($1).organization_id AND x.duplicate_of_report_id = ($1).id
$$;
COMMENT ON FUNCTION civic.duplicate_reports(civic.reports) IS 'Reports that are duplicates of this one.';

CREATE FUNCTION civic.parent_area(civic.areas) RETURNS SETOF civic.areas
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT x.* FROM civic.areas AS x
    WHERE x.organization_id = ($1).organization_id AND x.id = ($1).parent_id
$$;
COMMENT ON FUNCTION civic.parent_area(civic.areas) IS 'The area that this one is a part of.';

CREATE FUNCTION civic.child_areas(civic.areas) RETURNS SETOF civic.areas
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 10 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT x.* FROM civic.areas AS x
    WHERE x.organization_id = ($1).organization_id AND x.parent_id = ($1).id
$$;
COMMENT ON FUNCTION civic.child_areas(civic.areas) IS 'Areas that are parts of this one.';

CREATE FUNCTION civic.parent_comment(civic.comments) RETURNS SETOF civic.comments
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT x.* FROM civic.comments AS x
    WHERE x.organization_id = ($1).organization_id AND x.id = ($1).parent_id
$$;
COMMENT ON FUNCTION civic.parent_comment(civic.comments) IS 'The comment that this one answers.';

CREATE FUNCTION civic.child_comments(civic.comments) RETURNS SETOF civic.comments
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 10 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT x.* FROM civic.comments AS x
    WHERE x.organization_id = ($1).organization_id AND x.parent_id = ($1).id
$$;
COMMENT ON FUNCTION civic.child_comments(civic.comments) IS 'Answers to this comment.';

CREATE FUNCTION civic.corrected_event(civic.attendance_events) RETURNS SETOF civic.attendance_events
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT x.* FROM civic.attendance_events AS x
    WHERE x.organization_id = ($1).organization_id AND x.id = ($1).corrects_record_id
$$;
COMMENT ON FUNCTION civic.corrected_event(civic.attendance_events) IS 'The record that this one corrects.';

CREATE FUNCTION civic.correcting_events(civic.attendance_events) RETURNS SETOF civic.attendance_events
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 10 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT x.* FROM civic.attendance_events AS x
    WHERE x.organization_id = ($1).organization_id AND x.corrects_record_id = ($1).id
$$;
COMMENT ON FUNCTION civic.correcting_events(civic.attendance_events) IS 'Records that correct this one.';

CREATE FUNCTION civic.referenced_message(civic.messages) RETURNS SETOF civic.messages
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT x.* FROM civic.messages AS x
    WHERE x.organization_id = ($1).organization_id AND x.id = ($1).references_message_id
$$;
COMMENT ON FUNCTION civic.referenced_message(civic.messages) IS 'The message that this one refers to.';

CREATE FUNCTION civic.referring_messages(civic.messages) RETURNS SETOF civic.messages
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 10 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT x.* FROM civic.messages AS x
    WHERE x.organization_id = ($1).organization_id AND x.references_message_id = ($1).id
$$;
COMMENT ON FUNCTION civic.referring_messages(civic.messages) IS 'Messages that refer to this one.';
