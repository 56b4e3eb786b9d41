SELECT civic.protect_table('civic.service_attributes');
CREATE POLICY readable ON civic.service_attributes FOR SELECT USING (true);
CREATE POLICY managed ON civic.service_attributes
    USING (civic.has_permission('manage:settings')) WITH CHECK (civic.has_permission('manage:settings'));

SELECT civic.protect_table('civic.open311_keys');
CREATE POLICY managed ON civic.open311_keys
    USING (civic.has_permission('manage:integrations')) WITH CHECK (civic.has_permission('manage:integrations'));
CREATE POLICY audited ON civic.open311_keys FOR SELECT USING (civic.has_permission('view:immutable_audit_logs'));

SELECT civic.protect_table('civic.open311_requests');
CREATE POLICY own ON civic.open311_requests FOR SELECT USING (user_id = civic.current_user_id());
CREATE POLICY staff ON civic.open311_requests FOR SELECT
    USING (civic.has_permission('read:private_report'));

SELECT civic.protect_table('civic.open311_updates');
CREATE POLICY own ON civic.open311_updates FOR SELECT USING (user_id = civic.current_user_id());
CREATE POLICY staff ON civic.open311_updates FOR SELECT
    USING (civic.has_permission('read:private_report'));
