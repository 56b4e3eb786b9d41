SELECT civic.protect_table('civic.duplicate_policies');
CREATE POLICY readable ON civic.duplicate_policies FOR SELECT USING (civic.current_user_id() IS NOT NULL);
CREATE POLICY managed ON civic.duplicate_policies
    USING (civic.has_permission('manage:settings')) WITH CHECK (civic.has_permission('manage:settings'));

SELECT civic.protect_table('civic.duplicate_rejections');
CREATE POLICY staff ON civic.duplicate_rejections
    USING (civic.has_permission('merge:duplicate_reports'))
    WITH CHECK (civic.has_permission('merge:duplicate_reports'));
