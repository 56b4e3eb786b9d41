CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.posts
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'user_id', 'created_at',
        'published_at=import:data', 'is_hidden=moderate:content', 'hidden_reason=moderate:content');
CREATE TRIGGER t10_guard BEFORE INSERT OR UPDATE ON civic.posts
    FOR EACH ROW EXECUTE FUNCTION civic.guard_status('post', 'status', '', 'user_id');
CREATE TRIGGER t20_check BEFORE INSERT OR UPDATE ON civic.posts
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_post();
CREATE TRIGGER t50_history AFTER INSERT OR UPDATE OF status ON civic.posts
    FOR EACH ROW EXECUTE FUNCTION civic.record_status('post', 'status', '', 'user_id');
CREATE TRIGGER t70_follow AFTER UPDATE ON civic.posts
    FOR EACH ROW WHEN (NEW.status <> OLD.status OR NEW.is_hidden <> OLD.is_hidden)
    EXECUTE FUNCTION civic_private.follow_post();
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.posts
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.comments
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'post_id', 'report_id', 'case_id',
        'parent_id', 'depth', 'user_id', 'created_at', 'is_open=import:data', 'is_hidden=moderate:content',
        'hidden_reason=moderate:content');
CREATE TRIGGER t20_check BEFORE INSERT OR UPDATE ON civic.comments
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_comment();
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.comments
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

CREATE TRIGGER t20_check BEFORE INSERT ON civic.content_flags
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_flag();
CREATE TRIGGER t60_hide AFTER INSERT ON civic.content_flags
    FOR EACH ROW EXECUTE FUNCTION civic_private.hide_flagged();

CREATE TRIGGER t75_tell AFTER UPDATE ON civic.posts
    FOR EACH ROW WHEN (NEW.is_hidden AND NOT OLD.is_hidden) EXECUTE FUNCTION civic_private.tell_hidden('post');
CREATE TRIGGER t75_tell AFTER UPDATE ON civic.comments
    FOR EACH ROW WHEN (NEW.is_hidden AND NOT OLD.is_hidden) EXECUTE FUNCTION civic_private.tell_hidden('comment');
CREATE TRIGGER t76_tell AFTER INSERT ON civic.comments
    FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION civic_private.tell_answered();
