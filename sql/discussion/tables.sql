CREATE TABLE civic.posts (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    user_id uuid NOT NULL DEFAULT civic.current_user_id(),
    title text NOT NULL,
    content text NOT NULL,
    status civic.post_status NOT NULL DEFAULT 'draft',
    published_at timestamptz,
    is_hidden boolean NOT NULL DEFAULT false,
    hidden_reason text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT posts_organization_fkey FOREIGN KEY (organization_id) REFERENCES civic.organizations (id),
    CONSTRAINT posts_user_fkey FOREIGN KEY (organization_id, user_id) REFERENCES civic.users (organization_id, id),
    CONSTRAINT posts_title_check CHECK (length(title) <= 255 AND title ~ '\S'),
    CONSTRAINT posts_content_check CHECK (length(content) <= 50000 AND content ~ '\S'),
    CONSTRAINT posts_hidden_reason_check CHECK (length(hidden_reason) <= 1000)
);
CREATE INDEX posts_user ON civic.posts (organization_id, user_id, created_at DESC, id DESC);
CREATE INDEX posts_published ON civic.posts (organization_id, published_at DESC, id DESC)
    WHERE status = 'published' AND NOT is_hidden;
COMMENT ON TABLE civic.posts IS 'What people write for everybody to read. Status moves along workflow post.';
COMMENT ON COLUMN civic.posts.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.posts.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.posts.user_id IS 'Person who wrote it; the only one who edits it. Error ZC130.';
COMMENT ON COLUMN civic.posts.title IS 'Title, 1 to 255 characters, not only blanks.';
COMMENT ON COLUMN civic.posts.content IS 'Text, 1 to 50000 characters, not only blanks.';
COMMENT ON COLUMN civic.posts.status IS 'Where it stands; a draft is seen by its author alone.';
COMMENT ON COLUMN civic.posts.published_at IS 'When it was first published; null until then.';
COMMENT ON COLUMN civic.posts.is_hidden IS 'Hidden by a moderator, or because many people flagged it.';
COMMENT ON COLUMN civic.posts.hidden_reason IS 'Why it is hidden, up to 1000 characters; its author may read it.';
COMMENT ON COLUMN civic.posts.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.posts.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic.comments (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    post_id uuid,
    report_id uuid,
    case_id uuid,
    parent_id uuid,
    depth integer NOT NULL DEFAULT 0,
    user_id uuid NOT NULL DEFAULT civic.current_user_id(),
    content text,
    is_open boolean NOT NULL DEFAULT false,
    is_hidden boolean NOT NULL DEFAULT false,
    hidden_reason text,
    deleted_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT comments_post_fkey FOREIGN KEY (organization_id, post_id) REFERENCES civic.posts (organization_id, id),
    CONSTRAINT comments_report_fkey FOREIGN KEY (organization_id, report_id)
        REFERENCES civic.reports (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT comments_case_fkey FOREIGN KEY (organization_id, case_id) REFERENCES civic.cases (organization_id, id),
    CONSTRAINT comments_parent_fkey FOREIGN KEY (organization_id, parent_id)
        REFERENCES civic.comments (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT comments_user_fkey FOREIGN KEY (organization_id, user_id) REFERENCES civic.users (organization_id, id),
    CONSTRAINT comments_subject_check CHECK (num_nonnulls(post_id, report_id, case_id) = 1),
    CONSTRAINT comments_content_check CHECK ((length(content) <= 5000 AND content ~ '\S') IS NOT FALSE
        AND (content IS NULL) = (deleted_at IS NOT NULL)),
    CONSTRAINT comments_hidden_reason_check CHECK (length(hidden_reason) <= 1000)
) WITH (fillfactor = 90);
CREATE INDEX comments_post ON civic.comments (organization_id, post_id, id) WHERE post_id IS NOT NULL;
CREATE INDEX comments_report ON civic.comments (organization_id, report_id, id) WHERE report_id IS NOT NULL;
CREATE INDEX comments_case ON civic.comments (organization_id, case_id, id) WHERE case_id IS NOT NULL;
CREATE INDEX comments_parent ON civic.comments (organization_id, parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX comments_user ON civic.comments (organization_id, user_id, id);
COMMENT ON TABLE civic.comments IS
    'What people say about a post, a report or a case, in threads. Seen by who sees what it is about; of private'
    ' reports and of cases by civic.list_comments(). The log of a case, which stays, is civic.case_logs.';
COMMENT ON COLUMN civic.comments.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.comments.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.comments.post_id IS 'Post it is about; exactly one of the three is set.';
COMMENT ON COLUMN civic.comments.report_id IS 'Report it is about; exactly one of the three is set.';
COMMENT ON COLUMN civic.comments.case_id IS 'Case it is about; exactly one of the three is set.';
COMMENT ON COLUMN civic.comments.parent_id IS 'Comment it answers, of the same thread; null for none. Error ZC131.';
COMMENT ON COLUMN civic.comments.depth IS 'How many comments it answers in a row, 0 to 20; kept by triggers.';
COMMENT ON COLUMN civic.comments.user_id IS 'Person who wrote it; the only one who edits or deletes it. Error ZC130.';
COMMENT ON COLUMN civic.comments.content IS '1 to 5000 characters, not only blanks; null once deleted.';
COMMENT ON COLUMN civic.comments.is_open IS
    'What it is about is open to everybody of the organization: a published post, a public report. Kept by triggers.';
COMMENT ON COLUMN civic.comments.is_hidden IS 'Hidden by a moderator, or because many people flagged it.';
COMMENT ON COLUMN civic.comments.hidden_reason IS 'Why it is hidden, up to 1000 characters; its author may read it.';
COMMENT ON COLUMN civic.comments.deleted_at IS
    'When its author deleted it; the words are gone, the row stays for the answers to it.';
COMMENT ON COLUMN civic.comments.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.comments.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic.content_flags (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    post_id uuid,
    comment_id uuid,
    user_id uuid NOT NULL DEFAULT civic.current_user_id(),
    reason civic.flag_reason NOT NULL,
    note text,
    status civic.flag_status NOT NULL DEFAULT 'open',
    resolved_by uuid,
    resolved_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT content_flags_post_fkey FOREIGN KEY (organization_id, post_id)
        REFERENCES civic.posts (organization_id, id),
    CONSTRAINT content_flags_comment_fkey FOREIGN KEY (organization_id, comment_id)
        REFERENCES civic.comments (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT content_flags_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT content_flags_resolved_by_fkey FOREIGN KEY (organization_id, resolved_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT content_flags_post_key UNIQUE (organization_id, post_id, user_id),
    CONSTRAINT content_flags_comment_key UNIQUE (organization_id, comment_id, user_id),
    CONSTRAINT content_flags_subject_check CHECK (num_nonnulls(post_id, comment_id) = 1),
    CONSTRAINT content_flags_note_check CHECK (length(note) <= 1000),
    CONSTRAINT content_flags_status_check CHECK ((status = 'open') = (resolved_at IS NULL))
);
CREATE INDEX content_flags_open ON civic.content_flags (organization_id, created_at, id) WHERE status = 'open';
CREATE INDEX content_flags_user ON civic.content_flags (organization_id, user_id);
CREATE INDEX content_flags_resolved_by ON civic.content_flags (organization_id, resolved_by);
COMMENT ON TABLE civic.content_flags IS
    'Who asks a moderator to look at a post or comment, once a person; organizations.auto_hide_flags open ones hide it.'
    ' ';
COMMENT ON COLUMN civic.content_flags.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.content_flags.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.content_flags.post_id IS 'Post it is about; one of the two is set.';
COMMENT ON COLUMN civic.content_flags.comment_id IS 'Comment it is about; one of the two is set.';
COMMENT ON COLUMN civic.content_flags.user_id IS 'Person who flagged it, not who wrote it. Error ZC132.';
COMMENT ON COLUMN civic.content_flags.reason IS 'What is wrong with it.';
COMMENT ON COLUMN civic.content_flags.note IS 'More about it, up to 1000 characters.';
COMMENT ON COLUMN civic.content_flags.status IS 'What a moderator made of it.';
COMMENT ON COLUMN civic.content_flags.resolved_by IS 'Moderator who decided; null while open.';
COMMENT ON COLUMN civic.content_flags.resolved_at IS 'When it was decided; null while open.';
COMMENT ON COLUMN civic.content_flags.created_at IS 'When it was flagged.';
