SELECT civic.protect_table('civic.sign_in_policies');
CREATE POLICY readable ON civic.sign_in_policies FOR SELECT USING (civic.current_user_id() IS NOT NULL);
CREATE POLICY managed ON civic.sign_in_policies FOR UPDATE
    USING (civic.has_permission('modify:security_policies'))
    WITH CHECK (civic.has_permission('modify:security_policies'));

SELECT civic.protect_table('civic.user_sessions');
CREATE POLICY own ON civic.user_sessions FOR SELECT USING (user_id = civic.current_user_id());
CREATE POLICY staff ON civic.user_sessions FOR SELECT USING (civic.has_permission('force:logout_user'));

SELECT civic.protect_table('civic.security_events');
CREATE POLICY own ON civic.security_events FOR SELECT USING (user_id = civic.current_user_id());
CREATE POLICY staff ON civic.security_events FOR SELECT USING (civic.has_permission('view:audit_logs'));
CREATE POLICY investigated ON civic.security_events FOR UPDATE
    USING (civic.has_permission('modify:security_policies'))
    WITH CHECK (civic.has_permission('modify:security_policies'));
