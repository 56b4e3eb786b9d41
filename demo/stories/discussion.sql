-- Residents discuss a post, one goes too far, others flag it, and a moderator decides. Fed to psql by script/demo. Any
-- error but the two refusals shown stops it.
\set ON_ERROR_STOP on
\set QUIET on
\set SHOW_CONTEXT never
\set codes ''
\pset footer off
\pset null '-'
\pset linestyle ascii
SET TimeZone = 'Atlantic/Azores';
SET client_min_messages = warning;

SELECT max(u.id::text) FILTER (WHERE u.username = 'ana') AS ana,
    max(u.id::text) FILTER (WHERE u.username = 'ben') AS ben,
    max(u.id::text) FILTER (WHERE u.username = 'mio') AS mio,
    max(u.id::text) FILTER (WHERE u.username = 'noor') AS noor,
    max(u.organization_id::text) FILTER (WHERE u.username = 'noor') AS lakeside
FROM civic.users AS u \gset
UPDATE civic.organizations SET auto_hide_flags = 3 WHERE is_default;
SET ROLE civic_user;

\echo
\echo '=== Ana Ferreira writes a post. Until she publishes it, it is hers alone.'
\echo
SET civic.user_id = :'ana';
\set ECHO queries
SELECT id AS post FROM civic.write_post('The playground', 'Shall it get a fence? Who would pay for it?') \gset
SET civic.user_id = :'ben';
SELECT count(*) AS posts FROM civic.list_posts();
SET civic.user_id = :'ana';
SELECT status FROM civic.publish_post(:'post');
\set ECHO none
\echo '=== Ben Castellan answers, and not kindly. Ana cannot change his words; she can flag them.'
\echo
\set ON_ERROR_STOP off
\set ECHO queries
SET civic.user_id = :'ben';
SELECT id AS comment FROM civic.add_comment('Only a fool would ask.', post_id => :'post') \gset
SET civic.user_id = :'ana';
SELECT civic.edit_comment(:'comment', 'A good question.');
\set ECHO none
\set codes :codes ' ' :SQLSTATE
\set ECHO queries
SELECT status FROM civic.flag_content('abuse', comment_id => :'comment');
SET civic.user_id = :'ben';
SELECT civic.flag_content('other', comment_id => :'comment');
\set ECHO none
\set codes :codes ' ' :SQLSTATE
\set ON_ERROR_STOP on
\echo '=== Two neighbours flag it too. The third flag hides it until a moderator decides.'
\echo
RESET ROLE;
SELECT string_agg(u.id::text, ' ') AS neighbours
FROM (SELECT u.id FROM civic.users AS u WHERE u.username LIKE 'resident%' AND civic_private.person_has_permission(
    u.organization_id, u.id, 'create:comment') ORDER BY u.id LIMIT 2) AS u \gset
SELECT split_part(:'neighbours', ' ', 1) AS first, split_part(:'neighbours', ' ', 2) AS second \gset
SET ROLE civic_user;
\set ECHO queries
SET civic.user_id = :'first';
SELECT status FROM civic.flag_content('abuse', comment_id => :'comment');
SET civic.user_id = :'second';
SELECT status FROM civic.flag_content('off_topic', comment_id => :'comment');
SELECT depth, content, is_hidden FROM civic.list_comments(post_id => :'post');
\set ECHO none
\echo '=== Mio Tanaka moderates. The comment stays hidden; Ben reads why.'
\echo
\set ECHO queries
SET civic.user_id = :'mio';
SELECT flags, reasons, is_hidden, content FROM civic.flagged_content();
SELECT civic.hide_comment(:'comment', 'Please stay polite.') \g /dev/null
SET civic.user_id = :'ben';
SELECT content, hidden_reason FROM civic.comments WHERE id = :'comment';
SELECT id AS second_try FROM civic.add_comment('Sorry. Yes, before somebody is hurt.', post_id => :'post') \gset
SELECT content FROM civic.list_comments(post_id => :'post') WHERE NOT is_hidden;
\set ECHO none
\echo '=== Noor Bakker administers Lakeside, in the same database. For her nobody has said anything.'
\echo
SET civic.organization_id = :'lakeside';
SET civic.user_id = :'noor';
\set ECHO queries
SELECT (SELECT count(*) FROM civic.posts) AS posts, (SELECT count(*) FROM civic.comments) AS comments;
\set ECHO none
RESET ROLE;
SELECT :'codes' = ' PT404 ZC132' AS as_told \gset
\if :as_told
    \echo 'As told: two refusals (PT404, ZC132) and no other.'
\else
    \echo 'The refusals were not those of the story:' :codes
    SELECT 1 / 0;
\endif
