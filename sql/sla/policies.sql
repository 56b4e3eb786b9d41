SELECT civic.protect_table('civic.business_calendars');
CREATE POLICY readable ON civic.business_calendars FOR SELECT USING (true);
CREATE POLICY managed ON civic.business_calendars
    USING (civic.has_permission('manage:settings')) WITH CHECK (civic.has_permission('manage:settings'));

SELECT civic.protect_table('civic.calendar_holidays');
CREATE POLICY readable ON civic.calendar_holidays FOR SELECT USING (true);
CREATE POLICY managed ON civic.calendar_holidays
    USING (civic.has_permission('manage:settings')) WITH CHECK (civic.has_permission('manage:settings'));

SELECT civic.protect_table('civic.sla_policies');
CREATE POLICY readable ON civic.sla_policies FOR SELECT USING (true);
CREATE POLICY managed ON civic.sla_policies
    USING (civic.has_permission('manage:settings')) WITH CHECK (civic.has_permission('manage:settings'));

-- Whoever may see the report is told by explain_deadline().
SELECT civic.protect_table('civic.sla_pauses');
CREATE POLICY own ON civic.sla_pauses FOR SELECT USING (paused_by = civic.current_user_id());
CREATE POLICY staff ON civic.sla_pauses FOR SELECT USING (civic.has_permission('read:private_report'));

SELECT civic.protect_table('civic.escalations');
CREATE POLICY concerned ON civic.escalations FOR SELECT
    USING (civic.current_user_id() IN (escalated_by_user_id, escalated_to_user_id));
CREATE POLICY staff ON civic.escalations FOR SELECT USING (civic.has_permission('read:private_report'));
CREATE POLICY addressed ON civic.escalations FOR UPDATE
    USING (civic.current_user_id() IN (escalated_by_user_id, escalated_to_user_id)) WITH CHECK (true);
CREATE POLICY managed ON civic.escalations FOR UPDATE
    USING (civic.has_permission('assign:task')) WITH CHECK (civic.has_permission('assign:task'));
