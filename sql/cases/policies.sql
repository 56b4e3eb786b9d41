SELECT civic.protect_table('civic.cases');
CREATE POLICY visible ON civic.cases FOR SELECT
    USING (civic_helpers.is_case_visible(created_by, assigned_to));
CREATE POLICY opened ON civic.cases FOR INSERT
    WITH CHECK (created_by = civic.current_user_id() AND civic.has_permission('create:case'));
CREATE POLICY own ON civic.cases FOR UPDATE
    USING (created_by = civic.current_user_id() AND civic.has_permission('submit:case'))
    WITH CHECK (created_by = civic.current_user_id());
CREATE POLICY assigned ON civic.cases FOR UPDATE
    USING (assigned_to = civic.current_user_id() AND civic.has_permission('work:case')) WITH CHECK (true);
CREATE POLICY reviewed ON civic.cases FOR UPDATE
    USING (civic.has_permission('assign:case')) WITH CHECK (civic.has_permission('assign:case'));

SELECT civic.protect_table('civic.case_logs');
CREATE POLICY visible ON civic.case_logs FOR SELECT
    USING (civic_helpers.is_case_visible(case_created_by, case_assigned_to));
CREATE POLICY commented ON civic.case_logs FOR INSERT
    WITH CHECK (user_id = civic.current_user_id() AND action = 'commented' AND civic.has_permission('comment:case')
        AND civic_helpers.is_case_visible(case_created_by, case_assigned_to));

SELECT civic.protect_table('civic.case_documents');
CREATE POLICY visible ON civic.case_documents FOR SELECT
    USING (civic_helpers.is_case_visible(case_created_by, case_assigned_to));
CREATE POLICY added ON civic.case_documents FOR INSERT
    WITH CHECK (uploaded_by = civic.current_user_id() AND civic.has_permission('add:case_document')
        AND civic_helpers.is_case_visible(case_created_by, case_assigned_to));

SELECT civic.protect_table('civic.case_reports');
CREATE POLICY visible ON civic.case_reports FOR SELECT
    USING (civic_helpers.is_case_visible(case_created_by, case_assigned_to));
CREATE POLICY linked ON civic.case_reports FOR INSERT
    WITH CHECK (linked_by = civic.current_user_id() AND civic.has_permission('add:case_document')
        AND civic_helpers.is_case_visible(case_created_by, case_assigned_to));
CREATE POLICY unlinked ON civic.case_reports FOR DELETE
    USING (civic.has_permission('add:case_document')
        AND (linked_by = civic.current_user_id() OR civic.has_permission('assign:case')));

CREATE POLICY cases ON civic.status_history FOR SELECT
    USING (workflow = 'case' AND civic.has_permission('view:all_cases'));
