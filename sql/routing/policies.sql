SELECT civic.protect_table('civic.areas');
CREATE POLICY readable ON civic.areas FOR SELECT USING (true);
CREATE POLICY managed ON civic.areas
    USING (civic.has_permission('manage:areas')) WITH CHECK (civic.has_permission('manage:areas'));
