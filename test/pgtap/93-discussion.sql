-- Posts, comments, flags and moderation: who says what where, who sees it, and what many flags do.
BEGIN;
\ir fixture.psql
SELECT * FROM no_plan();

-- 1. Who sees what.
SELECT is(tap.seen('a.' || x.actor, 'SELECT id FROM civic.posts'), x.names, format('posts that %s sees', x.actor))
FROM (VALUES ('citizen', 'post_draft post_open'), ('contributor', 'post_archived post_hidden post_open'),
    ('moderator', 'post_archived post_hidden post_open'), ('anon', 'post_open'), ('nobody', 'post_open'),
    ('inactive', NULL)) AS x (actor, names);
SELECT is(tap.seen('a.' || x.actor, 'SELECT id FROM civic.comments'), x.names, format('comments that %s sees', x.actor))
FROM (VALUES ('citizen', 'said_back said_open said_public'),
    ('contributor', 'said_back said_hidden said_open said_public'), ('officer', 'said_back said_open said_public'),
    ('moderator', 'said_back said_hidden said_open said_private said_public'),
    ('clerk', 'said_back said_case said_open said_public'), ('anon', 'said_back said_open said_public'),
    ('chair', 'said_back said_case said_open said_public')) AS x (actor, names);

-- What is not open to all is listed to who sees what it is about.
SELECT is(tap.seen('a.' || x.actor, format('SELECT id FROM civic.list_comments(%s => %L)', x.argument,
    tap.id('a.' || x.subject))), x.names, format('comments on %s listed to %s', x.subject, x.actor))
FROM (VALUES ('report_id', 'priv_pwd', 'officer', 'said_private'), ('report_id', 'priv_pwd', 'neighbour',
    'said_private'),
    ('report_id', 'priv_pwd', 'citizen', NULL), ('report_id', 'pub_open', 'anon', 'said_public'),
    ('case_id', 'case_worked', 'caseworker', 'said_case'), ('case_id', 'case_worked', 'caseworker2', NULL),
    ('case_id', 'case_worked', 'admin', NULL), ('case_id', 'case_worked', 'chair', 'said_case'),
    ('post_id', 'post_open', 'nobody', 'said_back said_hidden said_open'), ('post_id', 'post_draft', 'admin', NULL),
    ('post_id', 'post_hidden', 'citizen', NULL)) AS x (argument, subject, actor, names);
SELECT is(tap.value('a.' || x.actor, format('SELECT coalesce(content, ''-'') FROM civic.list_comments(post_id => %L)'
    ' WHERE id = %L', tap.id('a.post_open'), tap.id('a.said_hidden'))), x.content,
    format('words of a hidden comment as %s reads them', x.actor))
FROM (VALUES ('citizen', '-'), ('anon', '-'), ('contributor', 'said_hidden'), ('moderator', 'said_hidden'))
    AS x (actor, content);
SELECT is(tap.value('a.' || x.actor, format('SELECT civic.count_comments(%s => %L)', x.argument,
    tap.id('a.' || x.subject))), x.n, format('comments on %s counted for %s', x.subject, x.actor))
FROM (VALUES ('post_id', 'post_open', 'anon', '2'), ('post_id', 'post_draft', 'anon', NULL),
    ('report_id', 'priv_pwd', 'citizen', NULL), ('report_id', 'priv_pwd', 'officer', '1'),
    ('report_id', 'pub_new', 'citizen', '0'), ('case_id', 'case_worked', 'caseworker', '1'),
    ('case_id', 'case_worked', 'citizen', NULL)) AS x (argument, subject, actor, n);
SELECT is(tap.value('b.citizen', format('SELECT count(*) FROM civic.list_comments(post_id => %L)',
    tap.id('a.post_open'))), '0', 'nothing for another organization');
SELECT is(tap.value('a.citizen', format('SELECT count(*) FROM civic.list_comments(post_id => %L, report_id => %L)',
    tap.id('a.post_open'), tap.id('a.priv_pwd'))), '0', 'two subjects at once are none');

-- 2. The moves of a post.
SELECT is(tap.attempt('a.' || x.actor, format('UPDATE civic.posts SET status = %L WHERE id = %L', x.status,
    tap.id('a.' || x.post))), x.outcome, format('%s: %s becomes %s', x.actor, x.post, x.status))
FROM (VALUES ('citizen', 'post_draft', 'published', '1'), ('citizen', 'post_draft', 'archived', 'ZC001'),
    ('citizen', 'post_open', 'archived', '1'), ('citizen', 'post_open', 'draft', 'ZC001'),
    ('contributor', 'post_open', 'archived', '0'), ('moderator', 'post_open', 'archived', '1'),
    ('officer', 'post_open', 'archived', 'ZC003'), ('moderator', 'post_draft', 'published', '0'),
    ('contributor', 'post_archived', 'published', '1'), ('auditor', 'post_open', 'archived', '0'))
    AS x (actor, post, status, outcome);
SELECT is(tap.steps('a.citizen', format('SELECT civic.publish_post(%L)', tap.id('a.post_draft')),
    format('SELECT civic.archive_post(%L)', tap.id('a.post_draft')),
    format('SELECT (p.published_at = now())::text FROM civic.publish_post(%L) AS p', tap.id('a.post_draft'))), 'true',
    'published_at is when it was first published');
SELECT is(tap.value('a.citizen', 'SELECT status FROM civic.write_post(''Title'', ''Words'', true)'), 'published',
    'written and published at once');
SELECT is(tap.steps('a.citizen', format('SELECT civic.archive_post(%L)', tap.id('a.post_open')),
    format('SELECT count(*) FROM civic.comments WHERE post_id = %L', tap.id('a.post_open'))), '1',
    'the comments of others go out of sight with their post');

-- 3. Where one may comment, and answer.
SELECT is(tap.value('a.' || x.actor, format('SELECT depth FROM civic.add_comment(''Words'', %s => %L%s)', x.argument,
    tap.id(x.subject), CASE WHEN x.parent IS NULL THEN '' ELSE format(', parent_id => %L', tap.id(x.parent)) END)),
    x.outcome, format('%s comments on %s, answering %s', x.actor, x.subject, x.parent))
FROM (VALUES
    ('citizen', 'post_id', 'a.post_open', NULL, '0'), ('citizen', 'post_id', 'a.post_open', 'a.said_open', '1'),
    ('citizen', 'post_id', 'a.post_open', 'a.said_back', '2'),
    ('citizen', 'post_id', 'a.post_open', 'a.said_public', 'ZC131'),
    ('citizen', 'post_id', 'a.post_open', 'a.said_hidden', 'ZC131'),
    ('citizen', 'post_id', 'a.post_open', 'nowhere', 'ZC131'), ('citizen', 'post_id', 'a.post_open', 'b.said_open',
    'ZC131'),
    ('citizen', 'post_id', 'a.post_draft', NULL, '23503'), ('citizen', 'post_id', 'a.post_hidden', NULL, '23503'),
    ('citizen', 'post_id', 'b.post_open', NULL, '23503'), ('citizen', 'post_id', 'nowhere', NULL, '23503'),
    ('citizen', 'report_id', 'a.pub_new', NULL, '0'), ('citizen', 'report_id', 'a.priv_pwd', NULL, '23503'),
    ('officer', 'report_id', 'a.priv_pwd', 'a.said_private', '1'), ('citizen', 'report_id', 'b.pub_new', NULL, '23503'),
    ('caseworker', 'case_id', 'a.case_worked', 'a.said_case', '1'), ('caseworker2', 'case_id', 'a.case_worked', NULL,
    '23503'),
    ('citizen', 'case_id', 'a.case_worked', NULL, '23503'), ('clerk', 'post_id', 'a.post_open', NULL, '42501'),
    ('auditor', 'post_id', 'a.post_open', NULL, '42501'), ('anon', 'post_id', 'a.post_open', NULL, '42501')
) AS x (actor, argument, subject, parent, outcome);
SELECT is(tap.value('a.citizen', x.statement), x.outcome, x.what)
FROM (VALUES
    (format('SELECT civic.add_comment(''Words'', post_id => %L, report_id => %L)', tap.id('a.post_open'),
        tap.id('a.pub_open')), '23514', 'two subjects'),
    ('SELECT civic.add_comment(''Words'')', '23503', 'no subject'),
    (format('SELECT civic.add_comment('' '', post_id => %L)', tap.id('a.post_open')), '23514', 'blank words'),
    (format('SELECT civic.add_comment(NULL, post_id => %L)', tap.id('a.post_open')), '23514', 'no words'),
    (format('SELECT civic.add_comment(%L, post_id => %L)', repeat('x', 5001), tap.id('a.post_open')), '23514',
        'too many words'),
    ('SELECT civic.write_post(''Title'', ''  '')', '23514', 'a post without words'),
    (format('SELECT civic.write_post(''Title'', %L)', repeat('x', 50001)), '23514', 'a post with too many'),
    (format('SELECT civic.write_post(%L, ''Words'')', repeat('x', 256)), '23514', 'a long title')
) AS x (statement, outcome, what);
DO $$
DECLARE
    parent uuid := tap.id('a.said_open');
BEGIN
    FOR i IN 1 .. 20 LOOP
        INSERT INTO civic.comments (organization_id, post_id, parent_id, user_id, content)
        VALUES (tap.id('a'), tap.id('a.post_open'), parent, tap.id('a.citizen'), 'deep ' || i)
        RETURNING id INTO parent;
    END LOOP;
END
$$;
SELECT is(tap.value('a.citizen', format('SELECT depth FROM civic.add_comment(''deeper'', post_id => %L, parent_id =>'
    ' (SELECT id FROM civic.comments WHERE content = ''deep %s''))', tap.id('a.post_open'), x.n)), x.outcome,
    format('an answer to the comment at depth %s', x.n))
FROM (VALUES (19, '20'), (20, 'ZC131')) AS x (n, outcome);

-- 4. Editing and deleting.
SELECT is(tap.value('a.' || x.actor, format('SELECT content FROM civic.edit_comment(%L, ''Other words'')',
    tap.id('a.' || x.comment))), x.outcome, format('%s edits %s', x.actor, x.comment))
FROM (VALUES ('neighbour', 'said_open', 'Other words'), ('citizen', 'said_open', 'PT404'),
    ('moderator', 'said_open', 'ZC130'), ('clerk', 'said_case', 'Other words'), ('chair', 'said_case', 'PT404'))
    AS x (actor, comment, outcome);
SELECT is(tap.steps('a.neighbour', format('SELECT civic.delete_comment(%L)', tap.id('a.said_open')), x.statement),
    x.outcome, x.what)
FROM (VALUES
    (format('SELECT coalesce(content, ''gone'') FROM civic.list_comments(post_id => %L) WHERE id = %L',
        tap.id('a.post_open'), tap.id('a.said_open')), 'gone', 'a deleted comment keeps its place'),
    (format('SELECT civic.delete_comment(%L)', tap.id('a.said_open')), 'PT404', 'and is not deleted twice'),
    (format('SELECT civic.edit_comment(%L, ''x'')', tap.id('a.said_open')), '23514', 'nor edited'),
    (format('UPDATE civic.comments SET deleted_at = NULL, content = ''x'' WHERE id = %L RETURNING 1',
        tap.id('a.said_open')), 'ZC131', 'nor brought back'),
    (format('SELECT civic.add_comment(''x'', post_id => %L, parent_id => %L)', tap.id('a.post_open'),
        tap.id('a.said_open')), 'ZC131', 'nor answered')
) AS x (statement, outcome, what);
SELECT is(tap.value('a.moderator', format('SELECT civic.delete_comment(%L)', tap.id('a.said_open'))), 'ZC130',
    'a moderator hides and does not delete');

-- 5. Flags: once a person, not on one's own, and enough of them hide.
SELECT is(tap.value('a.' || x.actor, format('SELECT status FROM civic.flag_content(''abuse'', %s => %L)', x.argument,
    tap.id(x.subject))), x.outcome, format('%s flags %s', x.actor, x.subject))
FROM (VALUES ('officer', 'post_id', 'a.post_open', 'open'), ('neighbour', 'post_id', 'a.post_open', '23505'),
    ('citizen', 'post_id', 'a.post_open', 'ZC132'), ('citizen', 'post_id', 'a.post_draft', '23503'),
    ('officer', 'comment_id', 'a.said_public', 'open'), ('officer', 'comment_id', 'a.said_private', '23503'),
    ('citizen', 'comment_id', 'b.said_open', '23503'), ('auditor', 'post_id', 'a.post_open', '42501'))
    AS x (actor, argument, subject, outcome);
SELECT is(tap.value('a.officer', format('SELECT civic.flag_content(''spam'', post_id => %L, comment_id => %L)',
    tap.id('a.post_open'), tap.id('a.said_open'))), '23514', 'one thing at a time');
UPDATE civic.organizations SET auto_hide_flags = 3 WHERE id = tap.id('a');
SELECT tap.do('a.officer', format('SELECT civic.flag_content(''spam'', post_id => %L)', tap.id('a.post_open')));
SELECT is(tap.value('a.anon', format('SELECT count(*) FROM civic.posts WHERE id = %L', tap.id('a.post_open'))), '1',
    'two of three flags hide nothing');
SELECT is(tap.value('a.moderator',
    'SELECT flags || '' '' || is_hidden FROM civic.flagged_content() WHERE post_id IS NOT'
    ' NULL'), '2 false', 'but a moderator is shown them');
SELECT tap.do('a.officer2', format('SELECT civic.flag_content(''abuse'', post_id => %L)', tap.id('a.post_open')));
SELECT is(tap.value('a.anon', format('SELECT count(*) FROM civic.posts WHERE id = %L', tap.id('a.post_open'))), '0',
    'the third hides the post');
SELECT is(tap.value('a.anon', format('SELECT count(*) FROM civic.comments WHERE post_id = %L', tap.id('a.post_open'))),
    '0', 'and its comments');
SELECT is(tap.value('a.citizen', format('SELECT hidden_reason FROM civic.posts WHERE id = %L', tap.id('a.post_open'))),
    '3 people asked for a review.', 'its author reads why');
SELECT is(tap.value('a.' || x.actor, 'SELECT count(*) FROM civic.flagged_content()'), x.outcome,
    format('the queue of flags for %s', x.actor))
FROM (VALUES ('citizen', '42501'), ('moderator', '2'), ('service', '2'), ('anon', '42501')) AS x (actor, outcome);

-- 6. A moderator decides; what is decided does not count again.
SELECT is(tap.value('a.' || x.actor, format('SELECT civic.hide_comment(%L, %L)', tap.id(x.comment), x.reason)),
    x.outcome, format('%s hides %s', x.actor, x.comment))
FROM (VALUES ('citizen', 'a.said_open', 'Rude.', '42501'), ('moderator', 'a.said_open', ' ', 'ZC002'),
    ('moderator', 'a.said_open', NULL, 'ZC002'), ('moderator', 'a.said_case', 'Rude.', 'PT404'),
    ('moderator', 'b.said_open', 'Rude.', 'PT404'), ('moderator', 'a.said_open', 'Rude.', NULL))
    AS x (actor, comment, reason, outcome);
SELECT is(tap.steps('a.moderator', format('SELECT civic.hide_comment(%L, ''Rude.'')', tap.id('a.said_open')),
    format('SELECT status || '' '' || (resolved_by = civic.current_user_id()) FROM civic.content_flags WHERE id = %L',
        tap.id('a.flag_comment'))), 'upheld true', 'which upholds its flags');
SELECT is(tap.steps('a.moderator', format('SELECT civic.restore_post(%L)', tap.id('a.post_open')),
    'SELECT count(*) FROM civic.flagged_content() WHERE post_id IS NOT NULL'), '0', 'restoring dismisses them');
SELECT tap.do('a.moderator', format('SELECT civic.restore_post(%L)', tap.id('a.post_open')));
SELECT is(tap.value('a.anon',
    format('SELECT count(*) FROM civic.comments WHERE post_id = %L AND content = ''said_back''',
    tap.id('a.post_open'))), '1', 'and shows the post and its comments again');
SELECT tap.do('a.officer3', format('SELECT civic.flag_content(''abuse'', post_id => %L)', tap.id('a.post_open')));
SELECT is(tap.value('a.anon', format('SELECT count(*) FROM civic.posts WHERE id = %L', tap.id('a.post_open'))), '1',
    'dismissed flags do not count again');
SELECT is(tap.value('a.moderator', format('SELECT civic.hide_post(%L, ''No.'')', tap.id('a.post_draft'))), 'PT404',
    'drafts are their author''s alone');
UPDATE civic.organizations SET auto_hide_flags = 0 WHERE id = tap.id('a');
SELECT tap.do('a.' || x.actor, format('SELECT civic.flag_content(''abuse'', comment_id => %L)',
    tap.id('a.said_public')))
FROM (VALUES ('officer'), ('officer2'), ('officer3'), ('neighbour'), ('contributor'), ('moderator')) AS x (actor)
\g /dev/null
SELECT is(tap.value('a.anon', format('SELECT count(*) FROM civic.comments WHERE id = %L',
    tap.id('a.said_public'))), '1',
    'no number of flags hides anything where an organization does not want it');

SELECT is(
    (SELECT string_agg(concat_ws(': ', u.full_name, n.type, n.message), E'\n') FROM civic.notifications AS n
        JOIN civic.users AS u ON u.organization_id = n.organization_id AND u.id = n.recipient_id
        WHERE n.organization_id = tap.id('a') AND n.type = 'content_hidden' AND n.subject_type = 'post'),
    'citizen: content_hidden: 3 people asked for a review.', 'the author is told what was hidden, and why');
SELECT is(tap.steps('a.citizen', format('SELECT civic.add_comment(''Really?'', post_id => %L, parent_id => %L)',
    tap.id('a.post_open'), tap.id(x.parent)), 'SET LOCAL ROLE NONE',
    $$SELECT string_agg(u.full_name || ': ' || n.message, ' ') FROM civic.notifications AS n
        JOIN civic.users AS u ON u.organization_id = n.organization_id AND u.id = n.recipient_id
        WHERE n.organization_id = tap.id('a') AND n.message LIKE '%Really?'$$), x.told,
    format('who is told of an answer to %s', x.parent))
FROM (VALUES ('a.said_open', 'neighbour: Your comment was answered: Really?'), ('a.said_back', NULL))
    AS x (parent, told);

-- 7. A report that becomes private takes its comments along.
SELECT tap.do('a.admin', format('UPDATE civic.reports SET is_sensitive = true WHERE id = %L', tap.id('a.pub_open')));
SELECT is(tap.seen('a.' || x.actor, format('SELECT id FROM civic.comments WHERE report_id = %L', tap.id('a.pub_open'))),
    x.names, format('comments on a sensitive report for %s', x.actor))
FROM (VALUES ('anon', NULL), ('nobody', NULL), ('citizen', 'said_public')) AS x (actor, names);

-- 8. Lists in pages.
SELECT is(
    (WITH RECURSIVE pages AS (
        SELECT 1 AS place, c.id FROM civic.list_comments(post_id => tap.id('a.post_open'), max_rows => 1) AS c
        UNION ALL
        SELECT p.place + 1,
            c.id FROM pages AS p CROSS JOIN LATERAL civic.list_comments(post_id => tap.id('a.post_open'),
            after_id => p.id, max_rows => 1) AS c
    ) SELECT array_agg(p.id ORDER BY p.place) FROM pages AS p),
    (SELECT array_agg(c.id) FROM civic.list_comments(post_id => tap.id('a.post_open'), max_rows => 1000) AS c),
    'page by page, each once');
SELECT is(tap.value('a.anon', format('SELECT count(*) FROM civic.list_posts(%s)', x.filter)), x.n, x.filter)
FROM (VALUES ('', '1'), ('query => ''POST_O''', '1'), ('query => ''%''', '0'),
    (format('user_id => %L', tap.id('a.citizen')), '1'), (format('user_id => %L', tap.id('a.contributor')), '0'),
    ('before_time => now()', '0')) AS x (filter, n);

SELECT * FROM finish();
ROLLBACK;
