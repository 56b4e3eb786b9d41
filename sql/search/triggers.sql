CREATE TRIGGER t87_words AFTER INSERT OR DELETE ON civic.reports
    FOR EACH ROW EXECUTE FUNCTION civic_private.write_words();
CREATE TRIGGER t88_words AFTER UPDATE ON civic.reports
    FOR EACH ROW WHEN (OLD.title <> NEW.title OR OLD.description <> NEW.description
        OR OLD.address IS DISTINCT FROM NEW.address OR OLD.report_number <> NEW.report_number
        OR OLD.created_at <> NEW.created_at)
    EXECUTE FUNCTION civic_private.write_words();
