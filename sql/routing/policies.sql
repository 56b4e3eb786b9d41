SELECT civic.protect_table('civic.areas');
CREATE POLICY readable ON civic.areas FOR SELECT USING (true);
CREATE POLICY managed ON civic.areas
    USING (civic.has_permission('manage:areas')) WITH CHECK (civic.has_permission('manage:areas'));

SELECT civic.protect_table('civic.routing_rules');
CREATE POLICY readable ON civic.routing_rules FOR SELECT
    USING (civic.has_permission('view:department_data') OR civic.has_permission('read:private_report')
        OR civic.has_permission('route:report'));
CREATE POLICY managed ON civic.routing_rules
    USING (civic.has_permission('manage:areas')) WITH CHECK (civic.has_permission('manage:areas'));

SELECT civic.protect_table('civic.routing_decisions');
CREATE POLICY staff ON civic.routing_decisions FOR SELECT
    USING (civic.has_permission('read:private_report') OR (department_id = civic.current_department_id()
        AND civic.has_permission('view:department_data')));

SELECT civic.protect_table('civic.assignment_refusals');
CREATE POLICY own ON civic.assignment_refusals FOR SELECT USING (user_id = civic.current_user_id());
CREATE POLICY staff ON civic.assignment_refusals FOR SELECT USING (civic.has_permission('read:private_report'));
