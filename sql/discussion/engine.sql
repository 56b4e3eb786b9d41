CREATE FUNCTION civic_private.check_post() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.user_id IS DISTINCT FROM civic.current_user_id() AND NOT civic.is_system()
        AND (NEW.title IS DISTINCT FROM OLD.title OR NEW.content IS DISTINCT FROM OLD.content) THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC130',
            MESSAGE = 'the words of another person cannot be changed',
            DETAIL = 'Only who wrote a post edits it.',
            HINT = 'A moderator hides it with civic.hide_post().',
            TABLE = 'posts', COLUMN = 'content', SCHEMA = 'civic';
    END IF;
    IF NEW.status = 'published' THEN
        NEW.published_at := coalesce(NEW.published_at, now());
    END IF;
    IF NOT NEW.is_hidden THEN
        NEW.hidden_reason := NULL;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_post() IS
    'BEFORE row trigger on civic.posts: only the author edits; published_at is when it was first published. Error'
    ' ZC130.';

CREATE FUNCTION civic_private.follow_post() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE civic.comments AS c SET is_open = NEW.status = 'published' AND NOT NEW.is_hidden
    WHERE c.organization_id = NEW.organization_id AND c.post_id = NEW.id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.follow_post() IS
    'AFTER row trigger on civic.posts: comments are shown where their post is.';

CREATE FUNCTION civic_private.check_comment() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    parent record;
    is_open boolean;
    is_visible boolean;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.user_id IS DISTINCT FROM civic.current_user_id() AND NOT civic.is_system()
            AND (NEW.content IS DISTINCT FROM OLD.content OR NEW.deleted_at IS DISTINCT FROM OLD.deleted_at) THEN
            RAISE EXCEPTION USING ERRCODE = 'ZC130',
                MESSAGE = 'the words of another person cannot be changed',
                DETAIL = 'Only who wrote a comment edits or deletes it.',
                HINT = 'A moderator hides it with civic.hide_comment().',
                TABLE = 'comments', COLUMN = 'content', SCHEMA = 'civic';
        END IF;
        IF OLD.deleted_at IS NOT NULL AND NEW.deleted_at IS DISTINCT FROM OLD.deleted_at THEN
            RAISE EXCEPTION USING ERRCODE = 'ZC131',
                MESSAGE = 'a deleted comment does not come back',
                DETAIL = 'Its words are gone.',
                HINT = 'Write another one.',
                TABLE = 'comments', COLUMN = 'deleted_at', SCHEMA = 'civic';
        END IF;
    ELSE
        -- The locks keep what the comment is on from being closed before the comment is there to follow.
        IF NEW.post_id IS NOT NULL THEN
            SELECT p.status = 'published' AND NOT p.is_hidden INTO is_open
            FROM civic.posts AS p WHERE p.organization_id = NEW.organization_id AND p.id = NEW.post_id FOR SHARE;
            is_visible := is_open;
        ELSIF NEW.report_id IS NOT NULL THEN
            SELECT r.is_public AND NOT r.is_sensitive,
                civic.is_report_visible(r.is_public, r.is_sensitive, r.user_id, r.assigned_to, r.department_id,
                    r.ward_number, r.district, r.latitude, r.longitude)
            INTO is_open, is_visible
            FROM civic.reports AS r WHERE r.organization_id = NEW.organization_id AND r.id = NEW.report_id FOR SHARE;
        ELSE
            SELECT false, civic_helpers.is_case_visible(c.created_by, c.assigned_to)
            INTO is_open, is_visible
            FROM civic.cases AS c WHERE c.organization_id = NEW.organization_id AND c.id = NEW.case_id;
        END IF;
        IF is_open IS NULL OR NOT (is_visible OR civic.is_system()) THEN
            RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation',
                MESSAGE = 'there is nothing here to comment on',
                DETAIL = 'No published post, no report and no case with this id is visible to you.',
                HINT = 'Check the id, and who you are signed in as.',
                TABLE = 'comments', SCHEMA = 'civic';
        END IF;
        NEW.is_open := is_open;
        NEW.depth := 0;
        IF NEW.parent_id IS NOT NULL THEN
            SELECT c.depth, c.deleted_at, c.is_hidden, c.post_id IS NOT DISTINCT FROM NEW.post_id
                AND c.report_id IS NOT DISTINCT FROM NEW.report_id
                AND c.case_id IS NOT DISTINCT FROM NEW.case_id AS same_thread
            INTO parent
            FROM civic.comments AS c WHERE c.organization_id = NEW.organization_id AND c.id = NEW.parent_id;
            IF NOT FOUND OR NOT parent.same_thread OR parent.deleted_at IS NOT NULL OR parent.is_hidden
                OR parent.depth >= 20 THEN
                RAISE EXCEPTION USING ERRCODE = 'ZC131',
                    MESSAGE = 'the comment cannot be answered',
                    DETAIL = 'It is of another thread, deleted, hidden, or 20 answers deep.',
                    HINT = 'Answer another one, or leave parent_id out.',
                    TABLE = 'comments', COLUMN = 'parent_id', SCHEMA = 'civic';
            END IF;
            NEW.depth := parent.depth + 1;
        END IF;
    END IF;
    IF NOT NEW.is_hidden THEN
        NEW.hidden_reason := NULL;
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_comment() IS
    'BEFORE row trigger on civic.comments: what is commented on must be visible to the asker, an answer is in the'
    ' thread of what it answers, only the author edits. Errors: 23503, ZC130, ZC131.';

CREATE FUNCTION civic_private.check_flag() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    author uuid;
    is_visible boolean;
BEGIN
    -- Two flags at once must count each other: the content is locked until the first is committed.
    IF NEW.post_id IS NOT NULL THEN
        SELECT p.user_id, p.status = 'published' INTO author, is_visible FROM civic.posts AS p
        WHERE p.organization_id = NEW.organization_id AND p.id = NEW.post_id FOR NO KEY UPDATE;
    ELSE
        SELECT c.user_id, c.is_open AND c.deleted_at IS NULL INTO author, is_visible FROM civic.comments AS c
        WHERE c.organization_id = NEW.organization_id AND c.id = NEW.comment_id FOR NO KEY UPDATE;
    END IF;
    IF is_visible IS NOT TRUE THEN
        RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation',
            MESSAGE = 'there is nothing here to flag',
            DETAIL = 'No published post and no comment of one or of a public report has this id.',
            HINT = 'Check the id, and who you are signed in as.',
            TABLE = 'content_flags', SCHEMA = 'civic';
    END IF;
    IF author = NEW.user_id THEN
        RAISE EXCEPTION USING ERRCODE = 'ZC132',
            MESSAGE = 'nobody flags their own words',
            DETAIL = 'You wrote what you want to flag.',
            HINT = 'Edit or delete it.',
            TABLE = 'content_flags', COLUMN = 'user_id', SCHEMA = 'civic';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION civic_private.check_flag() IS
    'BEFORE INSERT row trigger on civic.content_flags. Errors: 23503 nothing to flag, ZC132 one''s own words.';

CREATE FUNCTION civic_private.hide_flagged() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    threshold integer := (
        SELECT o.auto_hide_flags FROM civic.organizations AS o WHERE o.id = NEW.organization_id
    );
    flags bigint := (
        SELECT count(*) FROM civic.content_flags AS f
        WHERE f.organization_id = NEW.organization_id AND f.status = 'open'
            AND (f.post_id = NEW.post_id OR f.comment_id = NEW.comment_id)
    );
BEGIN
    IF threshold > 0 AND flags >= threshold THEN
        UPDATE civic.posts AS p SET is_hidden = true, hidden_reason = format('%s people asked for a review.', flags)
        WHERE p.organization_id = NEW.organization_id AND p.id = NEW.post_id AND NOT p.is_hidden;
        UPDATE civic.comments AS c SET is_hidden = true, hidden_reason = format('%s people asked for a review.', flags)
        WHERE c.organization_id = NEW.organization_id AND c.id = NEW.comment_id AND NOT c.is_hidden;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.hide_flagged() IS
    'AFTER INSERT row trigger on civic.content_flags: hides what organizations.auto_hide_flags people have flagged,'
    ' until a moderator decides.';

CREATE FUNCTION civic_private.tell_hidden() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM civic_private.notify(NEW.organization_id, NEW.user_id, 'content_hidden', TG_ARGV[0], NEW.id,
        jsonb_build_object('reason', NEW.hidden_reason));
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.tell_hidden() IS
    'AFTER UPDATE row trigger on civic.posts and civic.comments: tells an author that their words were hidden, and why.'
    ' Argument: what the row is called in the message.';

CREATE FUNCTION civic_private.tell_answered() RETURNS trigger
    LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    answered uuid := (
        SELECT c.user_id FROM civic.comments AS c
        WHERE c.organization_id = NEW.organization_id AND c.id = NEW.parent_id
    );
BEGIN
    IF answered <> NEW.user_id THEN
        PERFORM civic_private.notify(NEW.organization_id, answered, 'comment_answered', 'comment', NEW.id,
            jsonb_build_object('content', left(NEW.content, 200)));
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION civic_private.tell_answered() IS
    'AFTER INSERT row trigger on civic.comments: tells an author that somebody answered.';
