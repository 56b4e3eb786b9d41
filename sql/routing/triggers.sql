CREATE TRIGGER t70_tile_new AFTER INSERT ON civic.areas REFERENCING NEW TABLE AS new_areas
    EXECUTE FUNCTION civic_private.tile_new_areas();
CREATE TRIGGER t70_tile_changed AFTER UPDATE ON civic.areas
    REFERENCING OLD TABLE AS old_areas NEW TABLE AS new_areas
    EXECUTE FUNCTION civic_private.tile_changed_areas();
CREATE TRIGGER t70_tile_old AFTER DELETE ON civic.areas REFERENCING OLD TABLE AS old_areas
    EXECUTE FUNCTION civic_private.tile_old_areas();
CREATE TRIGGER t70_forget AFTER TRUNCATE ON civic.areas
    EXECUTE FUNCTION civic_private.forget_tiles();
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.areas
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');
CREATE TRIGGER t80_signal AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON civic_private.area_layers
    EXECUTE FUNCTION civic_private.signal_change('area_signal');

CREATE TRIGGER t80_signal AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON civic.routing_rules
    EXECUTE FUNCTION civic_private.signal_change('routing_signal');
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.routing_rules
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');
CREATE TRIGGER t81_signal AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON civic.categories
    EXECUTE FUNCTION civic_private.signal_change('routing_signal');
CREATE TRIGGER t81_signal AFTER INSERT OR DELETE OR UPDATE OF name, is_active, auto_assign ON civic.departments
    EXECUTE FUNCTION civic_private.signal_change('routing_signal');
CREATE TRIGGER t81_signal AFTER INSERT OR DELETE OR UPDATE OF kind, code, name ON civic.areas
    EXECUTE FUNCTION civic_private.signal_change('routing_signal');
CREATE TRIGGER t82_signal AFTER INSERT OR DELETE OR UPDATE OF kind, code, name ON civic.areas
    EXECUTE FUNCTION civic_private.signal_change('access_signal');
CREATE TRIGGER t81_signal AFTER UPDATE OF time_zone ON civic.organizations
    EXECUTE FUNCTION civic_private.signal_change('routing_signal');

CREATE TRIGGER t10_refuse BEFORE DELETE OR UPDATE ON civic.routing_decisions
    FOR EACH ROW EXECUTE FUNCTION civic_private.refuse_change();
CREATE TRIGGER t10_refuse_truncate BEFORE TRUNCATE ON civic.routing_decisions
    EXECUTE FUNCTION civic_private.refuse_change();

CREATE TRIGGER t25_manual BEFORE UPDATE ON civic.reports
    FOR EACH ROW WHEN (OLD.department_id IS DISTINCT FROM NEW.department_id)
    EXECUTE FUNCTION civic_private.note_manual_route();
CREATE TRIGGER t65_reroute AFTER UPDATE OF category, sub_category, manual_category, latitude, longitude
    ON civic.reports
    FOR EACH ROW WHEN (OLD.status <> 'received' AND NEW.category IS NOT NULL
        AND NEW.status IN ('classified', 'assigned_to_department', 'assigned_to_officer', 'assignment_rejected',
            'acknowledged')
        AND OLD.department_id IS NOT DISTINCT FROM NEW.department_id
        AND (OLD.category IS DISTINCT FROM NEW.category OR OLD.sub_category IS DISTINCT FROM NEW.sub_category
            OR OLD.manual_category IS DISTINCT FROM NEW.manual_category OR OLD.latitude <> NEW.latitude
            OR OLD.longitude <> NEW.longitude))
    EXECUTE FUNCTION civic_private.reroute_report();
CREATE TRIGGER t66_refusal AFTER UPDATE OF status ON civic.reports
    FOR EACH ROW WHEN (NEW.status = 'assignment_rejected' AND OLD.status <> 'assignment_rejected')
    EXECUTE FUNCTION civic_private.follow_refusal();

CREATE TRIGGER t70_load AFTER INSERT ON civic.tasks
    FOR EACH ROW WHEN (civic_helpers.task_points(NEW.status, NEW.priority) > 0)
    EXECUTE FUNCTION civic_private.count_load();
CREATE TRIGGER t71_load AFTER UPDATE ON civic.tasks
    FOR EACH ROW WHEN (OLD.assigned_to <> NEW.assigned_to
        OR civic_helpers.task_points(OLD.status, OLD.priority) <> civic_helpers.task_points(NEW.status, NEW.priority))
    EXECUTE FUNCTION civic_private.count_load();
CREATE TRIGGER t72_load AFTER DELETE ON civic.tasks
    FOR EACH ROW WHEN (civic_helpers.task_points(OLD.status, OLD.priority) > 0)
    EXECUTE FUNCTION civic_private.count_load();
