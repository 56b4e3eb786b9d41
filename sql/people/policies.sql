SELECT civic.protect_table('civic.reputation_events');
CREATE POLICY own ON civic.reputation_events FOR SELECT USING (user_id = civic.current_user_id());
CREATE POLICY staff ON civic.reputation_events FOR SELECT USING (civic.has_permission('read:all_users'));

SELECT civic.protect_table('civic.report_validations');
CREATE POLICY own ON civic.report_validations FOR SELECT USING (user_id = civic.current_user_id());
CREATE POLICY staff ON civic.report_validations FOR SELECT USING (civic.has_permission('read:private_report'));

SELECT civic.protect_table('civic.officer_metrics');
CREATE POLICY own ON civic.officer_metrics FOR SELECT USING (officer_id = civic.current_user_id());
CREATE POLICY department ON civic.officer_metrics FOR SELECT
    USING (department_id = civic.current_department_id() AND civic.has_permission('view:department_analytics'));
CREATE POLICY staff ON civic.officer_metrics FOR SELECT USING (civic.has_permission('view:system_analytics'));
