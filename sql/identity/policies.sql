-- Every table: see civic.protect_table(). Here: what people may do inside their organization.

ALTER TABLE civic.organizations ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON civic.organizations AS RESTRICTIVE
    USING (id = civic.current_organization_id()) WITH CHECK (id = civic.current_organization_id());
CREATE POLICY service ON civic.organizations TO civic_service USING (true) WITH CHECK (true);
CREATE POLICY readable ON civic.organizations FOR SELECT USING (true);
CREATE POLICY managed ON civic.organizations FOR UPDATE
    USING (civic.has_permission('manage:settings')) WITH CHECK (civic.has_permission('manage:settings'));

SELECT civic.protect_table('civic.departments');
CREATE POLICY readable ON civic.departments FOR SELECT USING (true);
CREATE POLICY created ON civic.departments FOR INSERT WITH CHECK (civic.has_permission('create:department'));
CREATE POLICY updated ON civic.departments FOR UPDATE
    USING (civic.has_permission('update:department')) WITH CHECK (civic.has_permission('update:department'));
CREATE POLICY deleted ON civic.departments FOR DELETE USING (civic.has_permission('delete:department'));

SELECT civic.protect_table('civic.jurisdictions');
CREATE POLICY readable ON civic.jurisdictions FOR SELECT USING (true);
CREATE POLICY managed ON civic.jurisdictions
    USING (civic.has_permission('manage:settings')) WITH CHECK (civic.has_permission('manage:settings'));

SELECT civic.protect_table('civic.users');
CREATE POLICY own ON civic.users FOR SELECT USING (id = civic.current_user_id());
CREATE POLICY staff ON civic.users FOR SELECT
    USING (civic.has_permission('read:all_users') OR civic.has_permission('view_user'));
-- An auditor (level 5) writes nothing.
CREATE POLICY own_profile ON civic.users FOR UPDATE
    USING (id = civic.current_user_id() AND civic.current_role_level() <> 5)
    WITH CHECK (id = civic.current_user_id());
CREATE POLICY any_profile ON civic.users FOR UPDATE
    USING (civic.has_permission('update:any_profile') OR civic.has_permission('edit_user'))
    WITH CHECK (civic.has_permission('update:any_profile') OR civic.has_permission('edit_user'));
CREATE POLICY created ON civic.users FOR INSERT
    WITH CHECK (civic.has_permission('update:any_profile') OR civic.has_permission('create_user'));

SELECT civic.protect_table('civic.user_profiles');
CREATE POLICY readable ON civic.user_profiles FOR SELECT USING (civic.current_user_id() IS NOT NULL);
CREATE POLICY own ON civic.user_profiles
    USING (user_id = civic.current_user_id() AND civic.current_role_level() <> 5)
    WITH CHECK (user_id = civic.current_user_id() AND civic.current_role_level() <> 5);

SELECT civic.protect_table('civic.user_scores');
CREATE POLICY own ON civic.user_scores FOR SELECT USING (user_id = civic.current_user_id());
CREATE POLICY staff ON civic.user_scores FOR SELECT USING (civic.has_permission('read:all_users'));

ALTER TABLE civic.permissions ENABLE ROW LEVEL SECURITY;
CREATE POLICY readable ON civic.permissions FOR SELECT USING (civic.current_organization_id() IS NOT NULL);

-- Built-in roles belong to the organization of zeroes and are seen by all.
ALTER TABLE civic.roles ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON civic.roles AS RESTRICTIVE
    USING (civic.current_organization_id() IS NOT NULL AND organization_id
        IN (civic.current_organization_id(), '00000000-0000-0000-0000-000000000000'))
    WITH CHECK (organization_id = civic.current_organization_id());
CREATE POLICY service ON civic.roles TO civic_service
    USING (organization_id = civic.current_organization_id())
    WITH CHECK (organization_id = civic.current_organization_id());
CREATE POLICY readable ON civic.roles FOR SELECT USING (true);
CREATE POLICY managed ON civic.roles
    USING (civic.has_permission('can_manage_roles') AND organization_id = civic.current_organization_id())
    WITH CHECK (civic.has_permission('can_manage_roles'));

ALTER TABLE civic.role_permissions ENABLE ROW LEVEL SECURITY;
CREATE POLICY tenant ON civic.role_permissions AS RESTRICTIVE
    USING (civic.current_organization_id() IS NOT NULL AND organization_id
        IN (civic.current_organization_id(), '00000000-0000-0000-0000-000000000000'))
    WITH CHECK (organization_id = civic.current_organization_id());
CREATE POLICY service ON civic.role_permissions TO civic_service
    USING (organization_id = civic.current_organization_id())
    WITH CHECK (organization_id = civic.current_organization_id());
CREATE POLICY readable ON civic.role_permissions FOR SELECT USING (true);
-- Nobody gives a permission they do not hold.
CREATE POLICY given ON civic.role_permissions FOR INSERT
    WITH CHECK (civic.has_permission('can_manage_roles') AND civic.has_permission(permission_code));
CREATE POLICY taken ON civic.role_permissions FOR DELETE
    USING (civic.has_permission('can_manage_roles') AND organization_id = civic.current_organization_id());

SELECT civic.protect_table('civic.user_roles');
CREATE POLICY own ON civic.user_roles FOR SELECT USING (user_id = civic.current_user_id());
CREATE POLICY staff ON civic.user_roles FOR SELECT USING (civic.has_permission('read:all_users'));
-- Which role by whom is for the trigger guard_user_role to say.
CREATE POLICY managed ON civic.user_roles
    USING (civic.has_permission('change:any_role') OR civic.has_permission('can_manage_roles'))
    WITH CHECK (civic.has_permission('change:any_role') OR civic.has_permission('can_manage_roles'));

SELECT civic.protect_table('civic.role_history');
CREATE POLICY own ON civic.role_history FOR SELECT USING (user_id = civic.current_user_id());
CREATE POLICY staff ON civic.role_history FOR SELECT USING (civic.has_permission('view:audit_logs'));

SELECT civic.protect_table('civic.area_assignments');
CREATE POLICY own ON civic.area_assignments FOR SELECT USING (user_id = civic.current_user_id());
CREATE POLICY staff ON civic.area_assignments FOR SELECT USING (civic.has_permission('view:area_analytics'));
CREATE POLICY managed ON civic.area_assignments
    USING (civic.has_permission('assign:moderator')) WITH CHECK (civic.has_permission('assign:moderator'));

SELECT civic.protect_table('civic.teams');
CREATE POLICY own ON civic.teams FOR SELECT USING (team_lead_id = civic.current_user_id());
CREATE POLICY staff ON civic.teams FOR SELECT USING (civic.has_permission('view_all_teams'));
CREATE POLICY created ON civic.teams FOR INSERT WITH CHECK (civic.has_permission('create_new_team'));
CREATE POLICY updated ON civic.teams FOR UPDATE
    USING (civic.has_permission('edit_team_details')) WITH CHECK (civic.has_permission('edit_team_details'));
CREATE POLICY deleted ON civic.teams FOR DELETE USING (civic.has_permission('remove_team'));

SELECT civic.protect_table('civic.team_members');
CREATE POLICY own ON civic.team_members FOR SELECT USING (user_id = civic.current_user_id());
CREATE POLICY staff ON civic.team_members FOR SELECT USING (civic.has_permission('view_all_teams'));
CREATE POLICY managed ON civic.team_members
    USING (civic.has_permission('edit_team_details')) WITH CHECK (civic.has_permission('edit_team_details'));

SELECT civic.protect_table('civic.projects');
CREATE POLICY own ON civic.projects FOR SELECT USING (created_by = civic.current_user_id());
CREATE POLICY staff ON civic.projects FOR SELECT USING (civic.has_permission('view_all_projects'));
CREATE POLICY created ON civic.projects FOR INSERT WITH CHECK (civic.has_permission('create_project'));
CREATE POLICY updated ON civic.projects FOR UPDATE
    USING (civic.has_permission('edit_project')) WITH CHECK (civic.has_permission('edit_project'));
CREATE POLICY deleted ON civic.projects FOR DELETE USING (civic.has_permission('delete_project'));
