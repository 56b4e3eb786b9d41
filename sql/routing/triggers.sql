CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.areas
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');
