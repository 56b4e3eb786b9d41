SELECT civic.protect_table('civic.archived_reports');
CREATE POLICY visible ON civic.archived_reports FOR SELECT
    USING (civic.is_report_visible(is_public, is_sensitive, user_id, assigned_to, department_id, ward_number, district,
        latitude, longitude));
