CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.service_attributes
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.open311_keys
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'user_id', 'created_at');
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.open311_keys
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');
