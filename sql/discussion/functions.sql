CREATE FUNCTION civic.write_post(title text, content text, publish boolean DEFAULT false) RETURNS civic.posts
    LANGUAGE sql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO civic.posts AS p (title, content, status)
    VALUES (write_post.title, write_post.content,
        CASE WHEN write_post.publish THEN 'published' ELSE 'draft' END::civic.post_status)
    RETURNING p.*
$$;
COMMENT ON FUNCTION civic.write_post(text, text, boolean) IS
    'Writes a post, a draft unless it is published at once, and returns it. Needs permission create:post. Errors: 42501'
    ' not open to the caller, 23514 title or content empty or too long.';

CREATE FUNCTION civic.publish_post(post_id uuid) RETURNS civic.posts
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.posts;
BEGIN
    PERFORM civic.transition('post', publish_post.post_id, 'published');
    SELECT p.* INTO result FROM civic.posts AS p
    WHERE p.organization_id = civic.current_organization_id() AND p.id = publish_post.post_id;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.publish_post(uuid) IS
    'Shows a draft or an archived post to everybody. Errors: ZC001 to ZC003 refused by the guard, PT404 no such post.';

CREATE FUNCTION civic.archive_post(post_id uuid) RETURNS civic.posts
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.posts;
BEGIN
    PERFORM civic.transition('post', archive_post.post_id, 'archived');
    SELECT p.* INTO result FROM civic.posts AS p
    WHERE p.organization_id = civic.current_organization_id() AND p.id = archive_post.post_id;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.archive_post(uuid) IS
    'Takes a post, and the comments on it, out of sight. Errors: ZC001 to ZC003 refused by the guard, PT404 no such'
    ' post.';

CREATE FUNCTION civic.list_posts(
    query text DEFAULT NULL,
    user_id uuid DEFAULT NULL,
    before_time timestamptz DEFAULT NULL,
    before_id uuid DEFAULT NULL,
    max_rows integer DEFAULT 50
) RETURNS SETOF civic.posts
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT p.* FROM civic.posts AS p
    WHERE p.organization_id = civic.current_organization_id() AND p.status = 'published' AND NOT p.is_hidden
        AND (list_posts.user_id IS NULL OR p.user_id = list_posts.user_id)
        AND (query IS NULL OR strpos(lower(p.title || E'\n' || p.content), lower(query)) > 0)
        AND (p.published_at, p.id) < (coalesce(before_time, 'infinity'),
            coalesce(before_id, '00000000-0000-0000-0000-000000000000'))
    ORDER BY p.published_at DESC, p.id DESC
    LIMIT least(greatest(max_rows, 1), 1000)
$$;
COMMENT ON FUNCTION civic.list_posts(text, uuid, timestamptz, uuid, integer) IS
    'Published posts, newest first; query is part of title or content whatever its case. For the next page pass'
    ' published_at and id of the last row as before_time and before_id. 1 to 1000 rows.';

CREATE FUNCTION civic.add_comment(
    content text,
    post_id uuid DEFAULT NULL,
    report_id uuid DEFAULT NULL,
    case_id uuid DEFAULT NULL,
    parent_id uuid DEFAULT NULL
) RETURNS civic.comments
    LANGUAGE sql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO civic.comments AS c (content, post_id, report_id, case_id, parent_id)
    VALUES (add_comment.content, add_comment.post_id, add_comment.report_id, add_comment.case_id,
        add_comment.parent_id)
    RETURNING c.*
$$;
COMMENT ON FUNCTION civic.add_comment(text, uuid, uuid, uuid, uuid) IS
    'Comments on a post, a report or a case that the asker sees, or answers a comment there. Needs permission'
    ' create:comment, on cases comment:case. Errors: 23503 nothing there to comment on, 23514 empty, too long or not'
    ' exactly one subject, 42501 not open to the caller, ZC131 the comment cannot be answered.';

CREATE FUNCTION civic.edit_comment(comment_id uuid, content text) RETURNS civic.comments
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    result civic.comments;
BEGIN
    UPDATE civic.comments AS c SET content = edit_comment.content
    WHERE c.organization_id = civic.current_organization_id() AND c.id = edit_comment.comment_id
    RETURNING c.* INTO result;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the comment does not exist',
            DETAIL = 'No comment with this id can be changed by you.',
            HINT = 'Check the id, and who you are signed in as.';
    END IF;
    RETURN result;
END
$$;
COMMENT ON FUNCTION civic.edit_comment(uuid, text) IS
    'Changes the words of one''s own comment. Errors: 23514 empty, too long or deleted, ZC130 another person''s, PT404'
    ' no such comment.';

CREATE FUNCTION civic.delete_comment(comment_id uuid) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE civic.comments AS c SET content = NULL, deleted_at = now()
    WHERE c.organization_id = civic.current_organization_id() AND c.id = delete_comment.comment_id
        AND c.deleted_at IS NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = 'the comment does not exist',
            DETAIL = 'No comment with this id can be deleted by you.',
            HINT = 'Check the id, and who you are signed in as.';
    END IF;
END
$$;
COMMENT ON FUNCTION civic.delete_comment(uuid) IS
    'Takes the words of one''s own comment away; its place stays for the answers to it. Errors: ZC130 another'
    ' person''s, PT404 no such comment.';

CREATE FUNCTION civic_private.sees_discussion(post uuid, report uuid, subject_case uuid) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT EXISTS (
        SELECT FROM civic.posts AS p
        WHERE p.organization_id = civic.current_organization_id() AND p.id = post
            AND ((p.status = 'published' AND NOT p.is_hidden) OR p.user_id = civic.current_user_id()
                OR (p.status <> 'draft' AND civic.has_permission('moderate:content')) OR civic.is_system())
    ) OR EXISTS (
        SELECT FROM civic.reports AS r
        WHERE r.organization_id = civic.current_organization_id() AND r.id = report
            AND civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
                r.ward_number, r.district, r.latitude, r.longitude)
    ) OR EXISTS (
        SELECT FROM civic.cases AS c
        WHERE c.organization_id = civic.current_organization_id() AND c.id = subject_case
            AND civic_helpers.is_case_visible(c.created_by, c.assigned_to)
    )
$$;
COMMENT ON FUNCTION civic_private.sees_discussion(uuid, uuid, uuid) IS
    'Whether the asker sees what a discussion is about.';

CREATE FUNCTION civic.list_comments(
    post_id uuid DEFAULT NULL,
    report_id uuid DEFAULT NULL,
    case_id uuid DEFAULT NULL,
    after_id uuid DEFAULT NULL,
    max_rows integer DEFAULT 100
) RETURNS TABLE (
    id uuid, parent_id uuid, depth integer, user_id uuid, author text, content text, is_hidden boolean,
    created_at timestamptz, updated_at timestamptz
)
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 100 SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c.id, c.parent_id, c.depth, c.user_id, u.username,
        -- What is hidden keeps its place in the thread; its words are for its author and for moderators.
        CASE WHEN NOT c.is_hidden OR c.user_id = civic.current_user_id() OR civic.has_permission('moderate:content')
            OR civic.is_system() THEN c.content END,
        c.is_hidden, c.created_at, c.updated_at
    FROM civic.comments AS c
    JOIN civic.users AS u ON u.organization_id = c.organization_id AND u.id = c.user_id
    WHERE c.organization_id = civic.current_organization_id()
        AND (c.post_id = list_comments.post_id OR c.report_id = list_comments.report_id
            OR c.case_id = list_comments.case_id)
        AND c.id > coalesce(after_id, '00000000-0000-0000-0000-000000000000')
        AND civic_private.sees_discussion(list_comments.post_id, list_comments.report_id, list_comments.case_id)
        AND num_nonnulls(list_comments.post_id, list_comments.report_id, list_comments.case_id) = 1
    ORDER BY c.id
    LIMIT least(greatest(max_rows, 1), 1000)
$$;
COMMENT ON FUNCTION civic.list_comments(uuid, uuid, uuid, uuid, integer) IS
    'Comments on a post, a report or a case that the asker sees, oldest first; parent_id and depth make the thread. Of'
    ' hidden and deleted ones content is null. For the next page pass the last id as after_id. 1 to 1000 rows; none'
    ' unless exactly one subject is given.';

CREATE FUNCTION civic.count_comments(
    post_id uuid DEFAULT NULL, report_id uuid DEFAULT NULL, case_id uuid DEFAULT NULL
) RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN civic_private.sees_discussion(count_comments.post_id, count_comments.report_id,
        count_comments.case_id) THEN (
            SELECT count(*) FROM civic.comments AS c
            WHERE c.organization_id = civic.current_organization_id() AND c.deleted_at IS NULL AND NOT c.is_hidden
                AND (c.post_id = count_comments.post_id OR c.report_id = count_comments.report_id
                    OR c.case_id = count_comments.case_id)
        ) END
$$;
COMMENT ON FUNCTION civic.count_comments(uuid, uuid, uuid) IS
    'How many comments a post, a report or a case has, without deleted and hidden ones; null for what the asker cannot'
    ' see. Counted by an index, so that no counter makes those who comment wait for each other.';

CREATE FUNCTION civic.flag_content(
    reason civic.flag_reason, post_id uuid DEFAULT NULL, comment_id uuid DEFAULT NULL, note text DEFAULT NULL
) RETURNS civic.content_flags
    LANGUAGE sql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO civic.content_flags AS f (post_id, comment_id, reason, note)
    VALUES (flag_content.post_id, flag_content.comment_id, flag_content.reason, flag_content.note)
    RETURNING f.*
$$;
COMMENT ON FUNCTION civic.flag_content(civic.flag_reason, uuid, uuid, text) IS
    'Asks a moderator to look at a post or comment, once a person. Errors: 23503 nothing there to flag, 23505 flagged'
    ' already, 23514 not exactly one subject, 42501 not open to the caller, ZC132 one''s own words.';

CREATE FUNCTION civic.flagged_content(max_rows integer DEFAULT 50) RETURNS TABLE (
    post_id uuid, comment_id uuid, flags bigint, reasons civic.flag_reason[], is_hidden boolean, content text,
    first_flagged_at timestamptz
)
    LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 50 SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT (civic.has_permission('review:flags') OR civic.is_system()) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not review flags',
            DETAIL = 'That needs permission "review:flags".',
            HINT = 'Ask a moderator.';
    END IF;
    RETURN QUERY
    SELECT f.post_id, f.comment_id, count(*), array_agg(DISTINCT f.reason), coalesce(p.is_hidden, c.is_hidden),
        coalesce(p.title, c.content), min(f.created_at)
    FROM civic.content_flags AS f
    LEFT JOIN civic.posts AS p ON p.organization_id = f.organization_id AND p.id = f.post_id
    LEFT JOIN civic.comments AS c ON c.organization_id = f.organization_id AND c.id = f.comment_id
    WHERE f.organization_id = civic.current_organization_id() AND f.status = 'open'
    GROUP BY f.post_id, f.comment_id, p.is_hidden, c.is_hidden, p.title, c.content
    ORDER BY 3 DESC, 7, 1, 2
    LIMIT least(greatest(max_rows, 1), 1000);
END
$$;
COMMENT ON FUNCTION civic.flagged_content(integer) IS
    'What waits for a moderator: posts (by title) and comments with open flags, most flagged first. 1 to 1000 rows.'
    ' Error 42501 without permission review:flags.';

CREATE FUNCTION civic_private.moderate(
    post uuid, comment uuid, hidden boolean, reason text, decision civic.flag_status
) RETURNS void
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found_rows bigint;
BEGIN
    IF NOT (civic.has_permission('moderate:content') OR civic.is_system()) THEN
        RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
            MESSAGE = 'you may not moderate',
            DETAIL = 'That needs permission "moderate:content".',
            HINT = 'Flag what is wrong with civic.flag_content().';
    END IF;
    IF hidden AND reason !~ '\S' IS NOT FALSE THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC002',
            MESSAGE = 'nothing is hidden without a reason',
            DETAIL = 'The author is told the reason.',
            HINT = 'Give a reason of 1 to 1000 characters.';
    END IF;
    IF post IS NOT NULL THEN
        UPDATE civic.posts AS p SET is_hidden = hidden, hidden_reason = reason
        WHERE p.organization_id = civic.current_organization_id() AND p.id = post AND p.status <> 'draft';
    ELSE
        UPDATE civic.comments AS c SET is_hidden = hidden, hidden_reason = reason
        WHERE c.organization_id = civic.current_organization_id() AND c.id = comment AND c.case_id IS NULL;
    END IF;
    GET DIAGNOSTICS found_rows = ROW_COUNT;
    IF found_rows = 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'PT404',
            MESSAGE = format('the %s does not exist', CASE WHEN post IS NULL THEN 'comment' ELSE 'post' END),
            DETAIL = 'None with this id can be moderated; drafts and comments on cases never are.',
            HINT = 'Check the id.';
    END IF;
    UPDATE civic.content_flags AS f SET
        status = decision, resolved_by = civic.current_user_id(), resolved_at = now()
    WHERE f.organization_id = civic.current_organization_id() AND f.status = 'open'
        AND (f.post_id = post OR f.comment_id = comment);
END
$$;
COMMENT ON FUNCTION civic_private.moderate(uuid, uuid, boolean, text, civic.flag_status) IS
    'Hides or shows a post or comment and closes its flags.';

CREATE FUNCTION civic.hide_post(post_id uuid, reason text) RETURNS void
    LANGUAGE sql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT civic_private.moderate(post_id, NULL, true, reason, 'upheld') $$;
COMMENT ON FUNCTION civic.hide_post(uuid, text) IS
    'Hides a post and its comments, with a reason of 1 to 1000 characters, and upholds its flags. Errors: 42501 without'
    ' permission moderate:content, PT404 no such post, ZC002 no reason.';

CREATE FUNCTION civic.restore_post(post_id uuid) RETURNS void
    LANGUAGE sql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT civic_private.moderate(post_id, NULL, false, NULL, 'dismissed') $$;
COMMENT ON FUNCTION civic.restore_post(uuid) IS
    'Shows a post again, or leaves it shown, and dismisses its flags. Errors: 42501 without permission'
    ' moderate:content, PT404 no such post.';

CREATE FUNCTION civic.hide_comment(comment_id uuid, reason text) RETURNS void
    LANGUAGE sql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT civic_private.moderate(NULL, comment_id, true, reason, 'upheld') $$;
COMMENT ON FUNCTION civic.hide_comment(uuid, text) IS
    'Hides a comment, with a reason of 1 to 1000 characters, and upholds its flags; answers to it stay. Errors: 42501'
    ' without permission moderate:content, PT404 no such comment, ZC002 no reason.';

CREATE FUNCTION civic.restore_comment(comment_id uuid) RETURNS void
    LANGUAGE sql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$ SELECT civic_private.moderate(NULL, comment_id, false, NULL, 'dismissed') $$;
COMMENT ON FUNCTION civic.restore_comment(uuid) IS
    'Shows a comment again, or leaves it shown, and dismisses its flags. Errors: 42501 without permission'
    ' moderate:content, PT404 no such comment.';
