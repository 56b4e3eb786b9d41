SELECT civic.protect_table('civic.posts');
CREATE POLICY published ON civic.posts FOR SELECT USING (status = 'published' AND NOT is_hidden);
CREATE POLICY own ON civic.posts FOR SELECT USING (user_id = civic.current_user_id());
CREATE POLICY moderated ON civic.posts FOR SELECT
    USING (status <> 'draft' AND civic.has_permission('moderate:content'));
CREATE POLICY audited ON civic.posts FOR SELECT USING (civic.has_permission('view:immutable_audit_logs'));
CREATE POLICY written ON civic.posts FOR INSERT
    WITH CHECK (user_id = civic.current_user_id() AND NOT is_hidden AND civic.has_permission('create:post'));
CREATE POLICY edited ON civic.posts FOR UPDATE
    USING (user_id = civic.current_user_id() AND civic.has_permission('update:own_post'))
    WITH CHECK (user_id = civic.current_user_id());
CREATE POLICY managed ON civic.posts FOR UPDATE
    USING (status <> 'draft' AND civic.has_permission('moderate:content'))
    WITH CHECK (civic.has_permission('moderate:content'));
CREATE POLICY withdrawn ON civic.posts FOR DELETE
    USING (user_id = civic.current_user_id() AND status = 'draft' AND published_at IS NULL
        AND civic.has_permission('delete:own_post'));

SELECT civic.protect_table('civic.comments');
CREATE POLICY open ON civic.comments FOR SELECT USING (is_open AND NOT is_hidden);
CREATE POLICY own ON civic.comments FOR SELECT USING (user_id = civic.current_user_id());
CREATE POLICY moderated ON civic.comments FOR SELECT
    USING (case_id IS NULL AND civic.has_permission('moderate:content')
        AND civic.has_permission('read:private_report'));
CREATE POLICY cases ON civic.comments FOR SELECT
    USING (case_id IS NOT NULL AND civic.has_permission('view:all_cases'));
CREATE POLICY audited ON civic.comments FOR SELECT USING (civic.has_permission('view:immutable_audit_logs'));
CREATE POLICY written ON civic.comments FOR INSERT
    WITH CHECK (user_id = civic.current_user_id() AND NOT is_hidden
        AND CASE WHEN case_id IS NULL THEN civic.has_permission('create:comment')
            ELSE civic.has_permission('comment:case') END);
CREATE POLICY edited ON civic.comments FOR UPDATE
    USING (user_id = civic.current_user_id() AND CASE WHEN case_id IS NULL
        THEN civic.has_permission('update:own_comment') ELSE civic.has_permission('comment:case') END)
    WITH CHECK (user_id = civic.current_user_id());
CREATE POLICY managed ON civic.comments FOR UPDATE
    USING (case_id IS NULL AND civic.has_permission('moderate:content') AND civic.has_permission('read:private_report'))
    WITH CHECK (civic.has_permission('moderate:content'));

SELECT civic.protect_table('civic.content_flags');
CREATE POLICY own ON civic.content_flags FOR SELECT USING (user_id = civic.current_user_id());
CREATE POLICY staff ON civic.content_flags FOR SELECT
    USING (civic.has_permission('review:flags') OR civic.has_permission('view:immutable_audit_logs'));
CREATE POLICY raised ON civic.content_flags FOR INSERT
    WITH CHECK (user_id = civic.current_user_id() AND status = 'open' AND civic.has_permission('create:comment'));

CREATE POLICY posts ON civic.status_history FOR SELECT
    USING (workflow = 'post' AND civic.has_permission('moderate:content'));
