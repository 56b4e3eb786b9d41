CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.business_calendars
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'created_at');
CREATE TRIGGER t20_check BEFORE INSERT OR UPDATE ON civic.business_calendars
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_calendar();
CREATE TRIGGER t70_recheck AFTER UPDATE ON civic.business_calendars REFERENCING NEW TABLE AS changed
    EXECUTE FUNCTION civic_private.recheck_calendars();
CREATE TRIGGER t80_signal AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON civic.business_calendars
    EXECUTE FUNCTION civic_private.signal_change('calendar_signal');
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.business_calendars
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.calendar_holidays
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'calendar_id', 'created_at');
CREATE TRIGGER t20_check BEFORE INSERT OR UPDATE OF hours ON civic.calendar_holidays
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_holiday();
CREATE TRIGGER t70_recheck_insert AFTER INSERT ON civic.calendar_holidays REFERENCING NEW TABLE AS changed
    EXECUTE FUNCTION civic_private.recheck_holidays();
CREATE TRIGGER t70_recheck_update AFTER UPDATE ON civic.calendar_holidays REFERENCING NEW TABLE AS changed
    EXECUTE FUNCTION civic_private.recheck_holidays();
CREATE TRIGGER t70_recheck_delete AFTER DELETE ON civic.calendar_holidays REFERENCING OLD TABLE AS changed
    EXECUTE FUNCTION civic_private.recheck_holidays();
CREATE TRIGGER t80_signal AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON civic.calendar_holidays
    EXECUTE FUNCTION civic_private.signal_change('calendar_signal');
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.calendar_holidays
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

-- The category changes only with its name in civic.categories.
CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.sla_policies
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'department_id', 'category=system:admin',
        'severity', 'calendar_id', 'time_allowed', 'working_days', 'warning_before', 'valid_from', 'created_by',
        'created_at');
CREATE TRIGGER t20_check BEFORE INSERT OR UPDATE OF valid_until ON civic.sla_policies
    FOR EACH ROW EXECUTE FUNCTION civic_private.check_sla_policy();

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.escalations
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'report_id', 'escalated_by_user_id',
        'level', 'reason', 'description', 'occasion', 'officer_id', 'officer_failures', 'created_at',
        'escalated_to_user_id=assign:task', 'sla_deadline=assign:task', 'is_overdue=import:data',
        'acknowledged_at=import:data', 'resolved_at=import:data');
CREATE TRIGGER t10_guard BEFORE INSERT OR UPDATE ON civic.escalations
    FOR EACH ROW EXECUTE FUNCTION civic.guard_status('escalation', 'status', 'escalated_to_user_id',
        'escalated_by_user_id');
CREATE TRIGGER t20_stamp BEFORE UPDATE OF status ON civic.escalations
    FOR EACH ROW EXECUTE FUNCTION civic_private.stamp_escalation();
CREATE TRIGGER t50_history AFTER INSERT OR UPDATE OF status ON civic.escalations
    FOR EACH ROW EXECUTE FUNCTION civic.record_status('escalation', 'status', 'escalated_to_user_id',
        'escalated_by_user_id');
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.escalations
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');
CREATE TRIGGER t80_tell AFTER INSERT ON civic.escalations
    FOR EACH ROW EXECUTE FUNCTION civic_private.tell_of_escalation();
CREATE TRIGGER t81_tell AFTER UPDATE OF escalated_to_user_id ON civic.escalations
    FOR EACH ROW WHEN (OLD.escalated_to_user_id IS DISTINCT FROM NEW.escalated_to_user_id)
    EXECUTE FUNCTION civic_private.tell_of_escalation();

CREATE TRIGGER t80_tell AFTER UPDATE OF sla_state ON civic.tasks
    FOR EACH ROW WHEN (NEW.sla_state > OLD.sla_state) EXECUTE FUNCTION civic_private.tell_of_deadline();
