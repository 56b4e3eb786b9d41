CREATE TRIGGER t80_signal AFTER INSERT OR DELETE OR UPDATE OF is_active, is_default, code, time_zone
    ON civic.organizations
    EXECUTE FUNCTION civic_private.signal_change('access_signal');
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.organizations
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');
CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.organizations
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('id', 'created_at', 'code=configure:system_settings',
        'is_active=system:admin', 'is_default=system:admin');

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.departments
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'created_at');
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.departments
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.jurisdictions
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

CREATE TRIGGER t05_columns BEFORE UPDATE ON civic.users
    FOR EACH ROW EXECUTE FUNCTION civic.guard_columns('organization_id', 'id', 'created_at',
        'status=update:any_profile', 'department_id=assign:officer', 'employee_id=assign:officer',
        'capacity=assign:officer',
        'phone_verified=update:any_profile', 'email_verified=update:any_profile',
        'two_fa_enabled=update:any_profile', 'two_fa_enabled_at=update:any_profile',
        'must_change_password=update:any_profile', 'login_count=update:any_profile',
        'last_login=update:any_profile', 'account_created_via=update:any_profile',
        'sales_target=edit_user', 'current_streak=edit_user', 'external_id=update:any_profile',
        'notes=update:any_profile', 'aadhaar_linked=update:any_profile', 'digilocker_linked=update:any_profile');
CREATE TRIGGER t20_profile BEFORE INSERT OR UPDATE OF full_name, email, phone, primary_address, profile_completion
    ON civic.users FOR EACH ROW EXECUTE FUNCTION civic_private.complete_profile();
CREATE TRIGGER t30_account BEFORE UPDATE OF status, phone, email ON civic.users
    FOR EACH ROW WHEN (OLD.status <> NEW.status OR OLD.phone IS DISTINCT FROM NEW.phone
        OR OLD.email IS DISTINCT FROM NEW.email)
    EXECUTE FUNCTION civic_private.guard_account();
CREATE TRIGGER t80_signal AFTER DELETE OR UPDATE OF status, department_id ON civic.users
    EXECUTE FUNCTION civic_private.signal_change('access_signal');
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.users
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.user_profiles
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');

CREATE TRIGGER t80_signal AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON civic.permissions
    EXECUTE FUNCTION civic_private.signal_change('access_signal');
CREATE TRIGGER t81_signal AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON civic.permissions
    EXECUTE FUNCTION civic_private.signal_change('workflow_signal');
CREATE TRIGGER t20_system BEFORE INSERT OR DELETE OR UPDATE ON civic.roles
    FOR EACH ROW EXECUTE FUNCTION civic_private.protect_system_role();
CREATE TRIGGER t80_signal AFTER DELETE OR UPDATE OR TRUNCATE ON civic.roles
    EXECUTE FUNCTION civic_private.signal_change('access_signal');
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.roles
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');
CREATE TRIGGER t80_signal AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON civic.role_permissions
    EXECUTE FUNCTION civic_private.signal_change('access_signal');

CREATE TRIGGER t20_guard BEFORE INSERT OR DELETE OR UPDATE ON civic.user_roles
    FOR EACH ROW EXECUTE FUNCTION civic_private.guard_user_role();
CREATE TRIGGER t50_history AFTER INSERT OR DELETE OR UPDATE ON civic.user_roles
    FOR EACH ROW EXECUTE FUNCTION civic_private.record_role();
CREATE TRIGGER t80_signal AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON civic.user_roles
    EXECUTE FUNCTION civic_private.signal_change('access_signal');

CREATE TRIGGER t10_refuse BEFORE DELETE OR UPDATE ON civic.role_history
    FOR EACH ROW EXECUTE FUNCTION civic_private.refuse_change();
CREATE TRIGGER t10_refuse_truncate BEFORE TRUNCATE ON civic.role_history
    EXECUTE FUNCTION civic_private.refuse_change();

CREATE TRIGGER t80_signal AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON civic.area_assignments
    EXECUTE FUNCTION civic_private.signal_change('access_signal');
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.area_assignments
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.teams
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');
CREATE TRIGGER t90_touch BEFORE UPDATE ON civic.projects
    FOR EACH ROW EXECUTE FUNCTION civic.touch('updated_at');
