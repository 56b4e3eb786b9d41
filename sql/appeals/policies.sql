SELECT civic.protect_table('civic.appeals');
CREATE POLICY concerned ON civic.appeals FOR SELECT
    USING (civic.current_user_id() IN (submitted_by_user_id, rework_assigned_to_user_id));
CREATE POLICY staff ON civic.appeals FOR SELECT USING (civic.has_permission('read:private_report'));
CREATE POLICY withdrawn ON civic.appeals FOR UPDATE
    USING (submitted_by_user_id = civic.current_user_id() AND civic.current_role_level() <> 5)
    WITH CHECK (submitted_by_user_id = civic.current_user_id());
CREATE POLICY reviewed ON civic.appeals FOR UPDATE
    USING (civic.has_permission('review:appeal')) WITH CHECK (civic.has_permission('review:appeal'));
