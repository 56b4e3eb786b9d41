SELECT civic.protect_table('civic.categories');
CREATE POLICY readable ON civic.categories FOR SELECT USING (true);
CREATE POLICY managed ON civic.categories
    USING (civic.has_permission('manage:settings')) WITH CHECK (civic.has_permission('manage:settings'));

SELECT civic.protect_table('civic.reports');
CREATE POLICY visible ON civic.reports FOR SELECT
    USING (civic.is_report_visible(is_public, is_sensitive, user_id, assigned_to, department_id, ward_number, district,
        latitude, longitude));
CREATE POLICY filed ON civic.reports FOR INSERT
    WITH CHECK (
        (user_id = civic.current_user_id() AND civic.has_permission('create:report'))
        OR civic.has_permission('import:data')
    );
-- Residents edit their own for a day; officers what is theirs or their department's; moderators and administrators all.
CREATE POLICY own ON civic.reports FOR UPDATE
    USING (user_id = civic.current_user_id() AND created_at > now() - interval '24 hours'
        AND civic.has_permission('update:own_report'))
    WITH CHECK (user_id = civic.current_user_id());
CREATE POLICY assigned ON civic.reports FOR UPDATE
    USING (assigned_to = civic.current_user_id()) WITH CHECK (true);
CREATE POLICY staff ON civic.reports FOR UPDATE
    USING (civic.has_permission('update:any_report')
        AND (department_id = civic.current_department_id()
            OR civic.can_moderate_at(ward_number, district, latitude, longitude)))
    WITH CHECK (civic.has_permission('update:any_report'));
CREATE POLICY withdrawn ON civic.reports FOR DELETE
    USING (user_id = civic.current_user_id() AND status = 'received'
        AND civic.has_permission('delete:own_report_if_received'));

SELECT civic.protect_table('civic.report_supporters');
CREATE POLICY own ON civic.report_supporters FOR SELECT USING (user_id = civic.current_user_id());
CREATE POLICY staff ON civic.report_supporters FOR SELECT USING (civic.has_permission('read:all_users'));
CREATE POLICY withdrawn ON civic.report_supporters FOR DELETE USING (user_id = civic.current_user_id());

SELECT civic.protect_table('civic.tasks');
CREATE POLICY own ON civic.tasks FOR SELECT USING (assigned_to = civic.current_user_id());
CREATE POLICY staff ON civic.tasks FOR SELECT
    USING (civic.has_permission('read:task')
        AND (department_id = civic.current_department_id() OR civic.has_permission('read:private_report')));
CREATE POLICY assigned ON civic.tasks FOR UPDATE
    USING (assigned_to = civic.current_user_id()) WITH CHECK (true);
CREATE POLICY managed ON civic.tasks FOR UPDATE
    USING (civic.has_permission('assign:task')) WITH CHECK (civic.has_permission('assign:task'));
CREATE POLICY created ON civic.tasks FOR INSERT WITH CHECK (civic.has_permission('assign:task'));

SELECT civic.protect_table('civic.media');
CREATE POLICY public ON civic.media FOR SELECT USING (is_public);
CREATE POLICY own ON civic.media FOR SELECT USING (uploaded_by = civic.current_user_id());
CREATE POLICY staff ON civic.media FOR SELECT USING (civic.has_permission('read:private_report'));
CREATE POLICY uploaded ON civic.media FOR INSERT WITH CHECK (uploaded_by = civic.current_user_id());
CREATE POLICY described ON civic.media FOR UPDATE
    USING (uploaded_by = civic.current_user_id()
        OR (civic.has_permission('moderate:content') AND civic.has_permission('read:private_report')))
    WITH CHECK (uploaded_by = civic.current_user_id() OR civic.has_permission('moderate:content'));
CREATE POLICY withdrawn ON civic.media FOR DELETE
    USING (uploaded_by = civic.current_user_id()
        OR (civic.has_permission('moderate:content') AND civic.has_permission('read:private_report')));
