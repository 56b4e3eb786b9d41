SELECT civic.protect_table('civic.feedbacks');
CREATE POLICY concerned ON civic.feedbacks FOR SELECT USING (civic.current_user_id() IN (user_id, officer_id));
CREATE POLICY department ON civic.feedbacks FOR SELECT
    USING (department_id = civic.current_department_id() AND civic.has_permission('view:department_data'));
CREATE POLICY staff ON civic.feedbacks FOR SELECT USING (civic.has_permission('read:private_report'));
CREATE POLICY own ON civic.feedbacks FOR UPDATE
    USING (user_id = civic.current_user_id() AND created_at > now() - interval '7 days'
        AND civic.current_role_level() <> 5)
    WITH CHECK (user_id = civic.current_user_id());

SELECT civic.protect_table('civic.resolution_confirmations');
CREATE POLICY own ON civic.resolution_confirmations FOR SELECT USING (user_id = civic.current_user_id());
CREATE POLICY staff ON civic.resolution_confirmations FOR SELECT USING (civic.has_permission('read:private_report'));
