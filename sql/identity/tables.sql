CREATE TABLE civic_private.access_signal ();
COMMENT ON TABLE civic_private.access_signal IS
    'Always empty. Its invalidation tells every backend that users, roles or permissions changed.';

CREATE TABLE civic.organizations (
    id uuid PRIMARY KEY DEFAULT civic.uuid_v7(),
    code text NOT NULL,
    name text NOT NULL,
    description text,
    email civic.email_address,
    phone civic.phone_number,
    address text,
    website text,
    logo_url text,
    time_zone text NOT NULL DEFAULT 'UTC',
    notification_channels civic.delivery_channel[] NOT NULL DEFAULT '{}',
    sales_goal numeric(15, 2) NOT NULL DEFAULT 100000,
    confirmation_days integer NOT NULL DEFAULT 7,
    promotion_reputation integer NOT NULL DEFAULT 100,
    promotion_reports integer NOT NULL DEFAULT 5,
    promotion_validations integer NOT NULL DEFAULT 10,
    auto_hide_flags integer NOT NULL DEFAULT 5,
    is_active boolean NOT NULL DEFAULT true,
    is_default boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    CONSTRAINT organizations_code_key UNIQUE (code),
    CONSTRAINT organizations_code_check CHECK (code ~ '^[A-Z0-9]{2,10}$'),
    CONSTRAINT organizations_name_check CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT organizations_name_key UNIQUE (name),
    CONSTRAINT organizations_sales_goal_check CHECK (sales_goal >= 0),
    CONSTRAINT organizations_confirmation_days_check CHECK (confirmation_days BETWEEN 1 AND 365),
    CONSTRAINT organizations_promotion_check
        CHECK (least(promotion_reputation, promotion_reports, promotion_validations) >= 1),
    CONSTRAINT organizations_auto_hide_flags_check CHECK (auto_hide_flags >= 0)
);
CREATE UNIQUE INDEX organizations_one_default ON civic.organizations (is_default) WHERE is_default;
COMMENT ON TABLE civic.organizations IS
    'Public bodies that share the database. Every other row belongs to one of them and is invisible to the others.'
    ' The row of zeroes owns what is built in: roles, their permissions and workflow rules.';
COMMENT ON COLUMN civic.organizations.id IS 'Identifier; every other row names it in organization_id.';
COMMENT ON COLUMN civic.organizations.name IS 'Name of the public body, unique in the database.';
COMMENT ON COLUMN civic.organizations.description IS 'What the public body does.';
COMMENT ON COLUMN civic.organizations.email IS 'E-mail address for the public.';
COMMENT ON COLUMN civic.organizations.phone IS 'Telephone number for the public.';
COMMENT ON COLUMN civic.organizations.address IS 'Postal address.';
COMMENT ON COLUMN civic.organizations.website IS 'URL of the website.';
COMMENT ON COLUMN civic.organizations.logo_url IS 'URL of the logo.';
COMMENT ON COLUMN civic.organizations.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.organizations.updated_at IS 'When the row was last changed; null until then.';
COMMENT ON COLUMN civic.organizations.code IS 'City code in report numbers: 2 to 10 capital letters or digits.';
COMMENT ON COLUMN civic.organizations.notification_channels IS
    'Ways out of the application that the organization serves by a worker of its outbox; without any, messages are only'
    ' read in the application.';
COMMENT ON COLUMN civic.organizations.time_zone IS 'IANA name of the time zone of office hours and report years.';
COMMENT ON COLUMN civic.organizations.sales_goal IS 'Sales goal of the whole organization, in its currency.';
COMMENT ON COLUMN civic.organizations.confirmation_days IS
    'Days after its resolution in which a report may be confirmed or disputed; then civic.tick() closes it. 1 to 365.';
COMMENT ON COLUMN civic.organizations.promotion_reputation IS
    'Points of reputation from which a citizen can become contributor by themselves, at least 1.';
COMMENT ON COLUMN civic.organizations.promotion_reports IS 'Reports they must have filed for that, at least 1.';
COMMENT ON COLUMN civic.organizations.promotion_validations IS 'Reports they must have validated, at least 1.';
COMMENT ON COLUMN civic.organizations.auto_hide_flags IS
    'How many people must flag a post or comment until it is hidden for a moderator to decide; 0 for never.';
COMMENT ON COLUMN civic.organizations.is_active IS 'False: nobody of the organization has any rights.';
COMMENT ON COLUMN civic.organizations.is_default IS 'The one that is meant when a person names none.';

CREATE TABLE civic.departments (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    name text NOT NULL,
    code text NOT NULL,
    description text,
    keywords text[] NOT NULL DEFAULT '{}',
    contact_email civic.email_address,
    contact_phone civic.phone_number,
    auto_assign boolean NOT NULL DEFAULT false,
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT departments_organization_fkey FOREIGN KEY (organization_id) REFERENCES civic.organizations (id),
    CONSTRAINT departments_name_key UNIQUE (organization_id, name),
    CONSTRAINT departments_code_key UNIQUE (organization_id, code),
    CONSTRAINT departments_name_check CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT departments_code_check CHECK (length(code) BETWEEN 1 AND 40)
);
COMMENT ON TABLE civic.departments IS 'Departments that reports are routed to.';
COMMENT ON COLUMN civic.departments.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.departments.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.departments.name IS 'Name shown to people, unique in the organization.';
COMMENT ON COLUMN civic.departments.description IS 'What the department is in charge of.';
COMMENT ON COLUMN civic.departments.contact_email IS 'E-mail address of the department.';
COMMENT ON COLUMN civic.departments.contact_phone IS 'Telephone number of the department.';
COMMENT ON COLUMN civic.departments.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.departments.updated_at IS 'When the row was last changed; null until then.';
COMMENT ON COLUMN civic.departments.code IS 'Short name, unique in the organization.';
COMMENT ON COLUMN civic.departments.keywords IS 'Words that speak for this department in the text of a report.';
COMMENT ON COLUMN civic.departments.auto_assign IS
    'True: an officer is chosen for each report as it comes in; see civic.choose_officer().';
COMMENT ON COLUMN civic.departments.is_active IS 'False: nothing new is routed to it.';

CREATE TABLE civic.jurisdictions (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    name text NOT NULL,
    code text NOT NULL,
    requires_date_of_birth boolean NOT NULL DEFAULT true,
    time_zone text NOT NULL DEFAULT 'UTC',
    clustering_enabled boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT jurisdictions_organization_fkey FOREIGN KEY (organization_id) REFERENCES civic.organizations (id),
    CONSTRAINT jurisdictions_code_key UNIQUE (organization_id, code),
    CONSTRAINT jurisdictions_name_check CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT jurisdictions_code_check CHECK (length(code) BETWEEN 1 AND 20)
);
COMMENT ON TABLE civic.jurisdictions IS 'Legal areas whose policies govern attendance records. Not a routing area.';
COMMENT ON COLUMN civic.jurisdictions.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.jurisdictions.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.jurisdictions.name IS 'Name shown to people.';
COMMENT ON COLUMN civic.jurisdictions.code IS 'Short name of 1 to 20 characters, unique in the organization.';
COMMENT ON COLUMN civic.jurisdictions.time_zone IS 'IANA name of the time zone in which attendance days are counted.';
COMMENT ON COLUMN civic.jurisdictions.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.jurisdictions.updated_at IS 'When the row was last changed; null until then.';
COMMENT ON COLUMN civic.jurisdictions.requires_date_of_birth IS 'Enrolment in this jurisdiction needs a date of birth.';
COMMENT ON COLUMN civic.jurisdictions.clustering_enabled IS 'Whether recurring places of a person may be computed.';

CREATE TABLE civic.users (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    username text,
    phone civic.phone_number,
    phone_verified boolean NOT NULL DEFAULT false,
    email civic.email_address,
    email_verified boolean NOT NULL DEFAULT false,
    full_name text,
    status civic.user_status NOT NULL DEFAULT 'active',
    is_active boolean NOT NULL GENERATED ALWAYS AS (status = 'active'::civic.user_status) STORED,
    profile_completion civic.profile_completion NOT NULL DEFAULT 'minimal',
    primary_latitude civic.latitude,
    primary_longitude civic.longitude,
    primary_address text,
    department_id uuid,
    capacity integer NOT NULL DEFAULT 15,
    employee_id text,
    current_latitude civic.latitude,
    current_longitude civic.longitude,
    last_location_update timestamptz,
    preferred_language text NOT NULL DEFAULT 'en',
    push_notifications boolean NOT NULL DEFAULT true,
    sms_notifications boolean NOT NULL DEFAULT true,
    email_notifications boolean NOT NULL DEFAULT false,
    aadhaar_linked boolean NOT NULL DEFAULT false,
    digilocker_linked boolean NOT NULL DEFAULT false,
    two_fa_enabled boolean NOT NULL DEFAULT false,
    two_fa_enabled_at timestamptz,
    must_change_password boolean NOT NULL DEFAULT false,
    last_login timestamptz,
    login_count integer NOT NULL DEFAULT 0,
    account_created_via civic.account_origin NOT NULL DEFAULT 'otp',
    sales_target numeric(15, 2) NOT NULL DEFAULT 0,
    current_streak numeric(3, 1) NOT NULL DEFAULT 5.0,
    consent_granted boolean NOT NULL DEFAULT false,
    consent_at timestamptz,
    external_id text,
    notes text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT users_organization_fkey FOREIGN KEY (organization_id) REFERENCES civic.organizations (id),
    CONSTRAINT users_department_fkey FOREIGN KEY (organization_id, department_id)
        REFERENCES civic.departments (organization_id, id),
    CONSTRAINT users_phone_key UNIQUE (organization_id, phone),
    CONSTRAINT users_username_key UNIQUE (organization_id, username),
    CONSTRAINT users_employee_id_key UNIQUE (organization_id, employee_id),
    CONSTRAINT users_external_id_key UNIQUE (organization_id, external_id),
    CONSTRAINT users_reachable_check CHECK (num_nonnulls(phone, email) > 0),
    CONSTRAINT users_full_name_check CHECK (length(full_name) <= 255),
    CONSTRAINT users_employee_id_check CHECK (length(employee_id) <= 50),
    CONSTRAINT users_language_check CHECK (preferred_language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
    CONSTRAINT users_capacity_check CHECK (capacity BETWEEN 1 AND 1000),
    CONSTRAINT users_login_count_check CHECK (login_count >= 0),
    CONSTRAINT users_sales_target_check CHECK (sales_target >= 0),
    CONSTRAINT users_current_streak_check CHECK (current_streak BETWEEN 0 AND 5)
);
CREATE UNIQUE INDEX users_email_key ON civic.users (organization_id, lower(email));
CREATE INDEX users_department ON civic.users (organization_id, department_id);
COMMENT ON TABLE civic.users IS
    'People: residents, officers, clerks, sellers, contacts. One row a person and organization; never deleted, but'
    ' set to another status. What a person may do is in civic.user_roles.';
COMMENT ON COLUMN civic.users.organization_id IS 'Organization the person belongs to.';
COMMENT ON COLUMN civic.users.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.users.username IS
    'Name to sign in with, unique in the organization; null for those who use telephone or e-mail.';
COMMENT ON COLUMN civic.users.phone_verified IS 'The person has proved that the telephone number is theirs.';
COMMENT ON COLUMN civic.users.email IS 'E-mail address, unique in the organization whatever its case.';
COMMENT ON COLUMN civic.users.email_verified IS 'The person has proved that the e-mail address is theirs.';
COMMENT ON COLUMN civic.users.full_name IS 'Full name, up to 255 characters.';
COMMENT ON COLUMN civic.users.status IS 'State of the account; only active people have any rights.';
COMMENT ON COLUMN civic.users.primary_latitude IS 'Home or usual place of the person, degrees north (WGS 84).';
COMMENT ON COLUMN civic.users.primary_longitude IS 'Home or usual place of the person, degrees east (WGS 84).';
COMMENT ON COLUMN civic.users.primary_address IS 'Home or usual address of the person.';
COMMENT ON COLUMN civic.users.employee_id IS 'Staff number, unique in the organization; null for residents.';
COMMENT ON COLUMN civic.users.current_latitude IS
    'Last known position, degrees north (WGS 84); see last_location_update.';
COMMENT ON COLUMN civic.users.current_longitude IS
    'Last known position, degrees east (WGS 84); see last_location_update.';
COMMENT ON COLUMN civic.users.push_notifications IS 'The person wants messages in the app.';
COMMENT ON COLUMN civic.users.sms_notifications IS 'The person wants messages by SMS.';
COMMENT ON COLUMN civic.users.email_notifications IS 'The person wants messages by e-mail.';
COMMENT ON COLUMN civic.users.aadhaar_linked IS
    'The account is linked to an Aadhaar number; the number itself is not kept here.';
COMMENT ON COLUMN civic.users.digilocker_linked IS 'The account is linked to DigiLocker.';
COMMENT ON COLUMN civic.users.two_fa_enabled IS 'Signing in needs a code of an authenticator as well.';
COMMENT ON COLUMN civic.users.two_fa_enabled_at IS 'When the authenticator was set up; null where there is none.';
COMMENT ON COLUMN civic.users.last_login IS 'When the person last signed in; null for never.';
COMMENT ON COLUMN civic.users.login_count IS 'How often the person has signed in.';
COMMENT ON COLUMN civic.users.account_created_via IS 'How the account came to be.';
COMMENT ON COLUMN civic.users.consent_at IS 'When consent_granted was last given; null for never.';
COMMENT ON COLUMN civic.users.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.users.updated_at IS 'When the row was last changed; null until then.';
COMMENT ON COLUMN civic.users.phone IS 'Unique in the organization; at least one of phone and email is known.';
COMMENT ON COLUMN civic.users.is_active IS
    'Status is active: the person may sign in and has the rights of their roles.';
COMMENT ON COLUMN civic.users.profile_completion IS 'Computed from full_name, email and primary_address.';
COMMENT ON COLUMN civic.users.department_id IS 'Department of an officer; null for others.';
COMMENT ON COLUMN civic.users.capacity IS
    'Active tasks of middle priority an officer can have, 1 to 1000; officers get work in proportion.';
COMMENT ON COLUMN civic.users.last_location_update IS 'When current_latitude and current_longitude were taken.';
COMMENT ON COLUMN civic.users.preferred_language IS 'BCP 47 tag, such as en, hi or bn.';
COMMENT ON COLUMN civic.users.must_change_password IS 'The next sign-in by password must set another.';
COMMENT ON COLUMN civic.users.sales_target IS 'Personal sales target, in the currency of the organization.';
COMMENT ON COLUMN civic.users.current_streak IS 'Sales streak, 0 to 5 in steps of 0.5.';
COMMENT ON COLUMN civic.users.consent_granted IS 'Consent to record positions for attendance.';
COMMENT ON COLUMN civic.users.external_id IS 'Key of the person in another system.';
COMMENT ON COLUMN civic.users.notes IS 'Notes of the staff about the account.';

CREATE TABLE civic.user_scores (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    user_id uuid NOT NULL,
    reputation_score integer NOT NULL DEFAULT 0,
    total_reports integer NOT NULL DEFAULT 0,
    total_validations integer NOT NULL DEFAULT 0,
    helpful_validations integer NOT NULL DEFAULT 0,
    PRIMARY KEY (organization_id, user_id),
    CONSTRAINT user_scores_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT user_scores_check
        CHECK (least(reputation_score, total_reports, total_validations, helpful_validations) >= 0)
) WITH (fillfactor = 85);
CREATE INDEX user_scores_reputation_score ON civic.user_scores (organization_id, reputation_score DESC);
COMMENT ON TABLE civic.user_scores IS
    'What people contributed, counted by triggers; a row from the first contribution on. Apart from civic.users, whose'
    ' rows change when people do.';
COMMENT ON COLUMN civic.user_scores.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.user_scores.user_id IS 'Person who contributed.';
COMMENT ON COLUMN civic.user_scores.reputation_score IS 'Points for contributions, never below 0; 5 for each report.';
COMMENT ON COLUMN civic.user_scores.total_reports IS 'Reports filed.';
COMMENT ON COLUMN civic.user_scores.total_validations IS 'Reports of others the person has validated.';
COMMENT ON COLUMN civic.user_scores.helpful_validations IS 'Validations that turned out to be right.';

CREATE TABLE civic.user_profiles (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    user_id uuid NOT NULL DEFAULT civic.current_user_id(),
    avatar_url text,
    bio text,
    preferences jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, user_id),
    CONSTRAINT user_profiles_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT user_profiles_avatar_url_check CHECK (length(avatar_url) <= 500),
    CONSTRAINT user_profiles_bio_check CHECK (length(bio) <= 500)
);
COMMENT ON TABLE civic.user_profiles IS 'What a person tells about themselves; not needed to work with the account.';
COMMENT ON COLUMN civic.user_profiles.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.user_profiles.user_id IS 'Person the profile is of.';
COMMENT ON COLUMN civic.user_profiles.avatar_url IS 'URL of a picture, up to 500 characters.';
COMMENT ON COLUMN civic.user_profiles.bio IS 'A few words about oneself, up to 500 characters.';
COMMENT ON COLUMN civic.user_profiles.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.user_profiles.updated_at IS 'When the row was last changed; null until then.';
COMMENT ON COLUMN civic.user_profiles.preferences IS 'Settings of client applications.';

CREATE TABLE civic.permissions (
    code text PRIMARY KEY,
    description text NOT NULL,
    CONSTRAINT permissions_code_check CHECK (code ~ '^[a-z0-9_]+(:[a-z0-9_]+)?$' AND length(code) <= 60)
);
COMMENT ON TABLE civic.permissions IS
    'The catalogue of permissions, shared by all organizations; roles hold them through civic.role_permissions.';
COMMENT ON COLUMN civic.permissions.description IS 'What the permission allows.';
COMMENT ON COLUMN civic.permissions.code IS 'verb:object, as in approve:task_completion.';

CREATE TABLE civic.roles (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    code text NOT NULL,
    name text NOT NULL,
    description text,
    family civic.role_family NOT NULL DEFAULT 'custom',
    level integer NOT NULL DEFAULT 0,
    assign_permission text NOT NULL DEFAULT 'can_manage_roles',
    is_system boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT roles_organization_fkey FOREIGN KEY (organization_id) REFERENCES civic.organizations (id),
    CONSTRAINT roles_assign_permission_fkey FOREIGN KEY (assign_permission) REFERENCES civic.permissions (code),
    CONSTRAINT roles_code_key UNIQUE (organization_id, code),
    CONSTRAINT roles_code_check CHECK (code ~ '^[a-z][a-z0-9_]{1,49}$'),
    CONSTRAINT roles_level_check CHECK (level >= 0 AND level <= 7 AND (level > 0) = (family = 'civic')),
    CONSTRAINT roles_family_check CHECK (is_system OR family = 'custom'),
    CONSTRAINT roles_is_system_check
        CHECK (is_system = (organization_id = '00000000-0000-0000-0000-000000000000'))
);
CREATE INDEX roles_assign_permission ON civic.roles (assign_permission);
COMMENT ON TABLE civic.roles IS
    'Roles: the built-in ones belong to the organization of zeroes, each organization may add its own.';
COMMENT ON COLUMN civic.roles.organization_id IS
    'Organization the role belongs to; the one of zeroes for built-in roles.';
COMMENT ON COLUMN civic.roles.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.roles.code IS
    'Name in programs: small letters, digits and underscores; unique in the organization.';
COMMENT ON COLUMN civic.roles.name IS 'Name shown to people.';
COMMENT ON COLUMN civic.roles.description IS 'What people with the role do.';
COMMENT ON COLUMN civic.roles.family IS 'System the role belongs to; custom for roles of an organization.';
COMMENT ON COLUMN civic.roles.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.roles.updated_at IS 'When the row was last changed; null until then.';
COMMENT ON COLUMN civic.roles.level IS 'Place on the civic ladder, 1 to 7; 0 for roles outside it.';
COMMENT ON COLUMN civic.roles.assign_permission IS 'Permission that is needed to give or take this role.';
COMMENT ON COLUMN civic.roles.is_system IS 'Built in: cannot be renamed or deleted.';

CREATE TABLE civic.role_permissions (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    role_id uuid NOT NULL,
    permission_code text NOT NULL,
    PRIMARY KEY (organization_id, role_id, permission_code),
    CONSTRAINT role_permissions_role_fkey FOREIGN KEY (organization_id, role_id)
        REFERENCES civic.roles (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT role_permissions_permission_fkey FOREIGN KEY (permission_code) REFERENCES civic.permissions (code)
);
CREATE INDEX role_permissions_permission ON civic.role_permissions (permission_code);
COMMENT ON TABLE civic.role_permissions IS 'Which role holds which permission.';
COMMENT ON COLUMN civic.role_permissions.organization_id IS
    'Organization the role belongs to; the one of zeroes for built-in roles.';
COMMENT ON COLUMN civic.role_permissions.role_id IS 'Role that holds the permission.';
COMMENT ON COLUMN civic.role_permissions.permission_code IS 'Permission that the role holds.';

CREATE TABLE civic.user_roles (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    user_id uuid NOT NULL,
    role_organization_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    role_id uuid NOT NULL,
    family civic.role_family NOT NULL DEFAULT 'custom',
    assigned_by uuid DEFAULT civic.current_user_id(),
    assigned_at timestamptz NOT NULL DEFAULT now(),
    reason text,
    is_automatic boolean NOT NULL DEFAULT false,
    PRIMARY KEY (organization_id, user_id, role_organization_id, role_id),
    CONSTRAINT user_roles_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT user_roles_role_fkey FOREIGN KEY (role_organization_id, role_id)
        REFERENCES civic.roles (organization_id, id),
    CONSTRAINT user_roles_assigned_by_fkey FOREIGN KEY (organization_id, assigned_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT user_roles_own_organization_check
        CHECK (role_organization_id IN (organization_id, '00000000-0000-0000-0000-000000000000'))
);
CREATE UNIQUE INDEX user_roles_one_civic_role ON civic.user_roles (organization_id, user_id) WHERE family = 'civic';
CREATE INDEX user_roles_role ON civic.user_roles (role_organization_id, role_id, organization_id);
CREATE INDEX user_roles_assigned_by ON civic.user_roles (organization_id, assigned_by);
COMMENT ON TABLE civic.user_roles IS
    'Roles of people. Changes on the civic ladder follow the rules of workflow role, and every change is kept in'
    ' civic.role_history. Error ZC007.';
COMMENT ON COLUMN civic.user_roles.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.user_roles.user_id IS 'Person who has the role.';
COMMENT ON COLUMN civic.user_roles.role_id IS 'Role the person has.';
COMMENT ON COLUMN civic.user_roles.assigned_by IS 'Person who gave or last changed the role; null for the system.';
COMMENT ON COLUMN civic.user_roles.assigned_at IS 'When the role was given or last changed.';
COMMENT ON COLUMN civic.user_roles.role_organization_id IS
    'Organization the role belongs to: the same one, or the one of zeroes for built-in roles.';
COMMENT ON COLUMN civic.user_roles.reason IS 'Why it was given or last changed; goes to civic.role_history.';
COMMENT ON COLUMN civic.user_roles.is_automatic IS
    'Last changed by the rule that makes citizens contributors, not by a person.';
COMMENT ON COLUMN civic.user_roles.family IS
    'Family of the role, kept here by a trigger so that one civic role is enforced.';

CREATE TABLE civic.role_history (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    user_id uuid NOT NULL,
    old_role text,
    new_role text,
    changed_by uuid DEFAULT civic.current_user_id(),
    reason text,
    automatic boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT role_history_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT role_history_changed_by_fkey FOREIGN KEY (organization_id, changed_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT role_history_change_check CHECK (num_nonnulls(old_role, new_role) > 0)
);
CREATE INDEX role_history_user ON civic.role_history (organization_id, user_id, created_at DESC);
CREATE INDEX role_history_changed_by ON civic.role_history (organization_id, changed_by);
COMMENT ON TABLE civic.role_history IS 'Every role given, changed or taken; written by triggers, never changed.';
COMMENT ON COLUMN civic.role_history.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.role_history.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.role_history.user_id IS 'Person whose role changed.';
COMMENT ON COLUMN civic.role_history.changed_by IS 'Person who made the change; null for the system.';
COMMENT ON COLUMN civic.role_history.reason IS 'Why, as said by the person who made the change.';
COMMENT ON COLUMN civic.role_history.created_at IS 'When the role changed.';
COMMENT ON COLUMN civic.role_history.old_role IS 'Code of the role before; null where one was given.';
COMMENT ON COLUMN civic.role_history.new_role IS 'Code of the role after; null where one was taken.';
COMMENT ON COLUMN civic.role_history.automatic IS 'By a rule rather than by a person.';

CREATE TABLE civic.area_assignments (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    user_id uuid NOT NULL,
    area_type civic.area_type NOT NULL,
    area_name text NOT NULL,
    area_data jsonb NOT NULL,
    is_active boolean NOT NULL DEFAULT true,
    assigned_by uuid DEFAULT civic.current_user_id(),
    notes text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT area_assignments_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT area_assignments_assigned_by_fkey FOREIGN KEY (organization_id, assigned_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT area_assignments_area_name_check CHECK (length(area_name) BETWEEN 1 AND 255),
    CONSTRAINT area_assignments_area_data_check CHECK (jsonb_typeof(area_data) = 'object' AND CASE area_type
        WHEN 'district' THEN area_data ? 'name'
        WHEN 'ward' THEN area_data ? 'ward_number'
        WHEN 'polygon' THEN area_data ? 'coordinates'
        ELSE area_data ?& ARRAY['center_lat', 'center_lon', 'radius_km']
    END)
);
CREATE INDEX area_assignments_user ON civic.area_assignments (organization_id, user_id);
CREATE INDEX area_assignments_assigned_by ON civic.area_assignments (organization_id, assigned_by);
COMMENT ON TABLE civic.area_assignments IS
    'Where a moderator moderates and an officer works. Officers without any work everywhere.';
COMMENT ON COLUMN civic.area_assignments.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.area_assignments.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.area_assignments.user_id IS 'Moderator or officer the area is assigned to.';
COMMENT ON COLUMN civic.area_assignments.area_type IS 'How area_data describes the area.';
COMMENT ON COLUMN civic.area_assignments.area_name IS 'Name of the area shown to people.';
COMMENT ON COLUMN civic.area_assignments.is_active IS 'False: the assignment no longer holds.';
COMMENT ON COLUMN civic.area_assignments.assigned_by IS 'Person who assigned the area; null for the system.';
COMMENT ON COLUMN civic.area_assignments.notes IS 'Notes of the staff about the assignment.';
COMMENT ON COLUMN civic.area_assignments.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.area_assignments.updated_at IS 'When the row was last changed; null until then.';
COMMENT ON COLUMN civic.area_assignments.area_data IS
    'district: name; ward: ward_number; circle and radius: center_lat, center_lon (degrees), radius_km (kilometres);'
    ' polygon: coordinates, a list of [latitude, longitude].';

CREATE TABLE civic.teams (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    name text NOT NULL,
    description text,
    team_lead_id uuid,
    contact_number civic.phone_number,
    is_active boolean NOT NULL DEFAULT true,
    created_by uuid DEFAULT civic.current_user_id(),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT teams_organization_fkey FOREIGN KEY (organization_id) REFERENCES civic.organizations (id),
    CONSTRAINT teams_lead_fkey FOREIGN KEY (organization_id, team_lead_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT teams_created_by_fkey FOREIGN KEY (organization_id, created_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT teams_name_key UNIQUE (organization_id, name),
    CONSTRAINT teams_name_check CHECK (length(name) BETWEEN 1 AND 255)
);
CREATE INDEX teams_lead ON civic.teams (organization_id, team_lead_id);
CREATE INDEX teams_created_by ON civic.teams (organization_id, created_by);
COMMENT ON TABLE civic.teams IS 'Groups of people who sell or work together. Not a department.';
COMMENT ON COLUMN civic.teams.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.teams.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.teams.name IS 'Name of the team, unique in the organization.';
COMMENT ON COLUMN civic.teams.description IS 'What the team does.';
COMMENT ON COLUMN civic.teams.team_lead_id IS 'Person who leads the team; null where nobody does.';
COMMENT ON COLUMN civic.teams.contact_number IS 'Telephone number of the team.';
COMMENT ON COLUMN civic.teams.is_active IS 'False: the team no longer works.';
COMMENT ON COLUMN civic.teams.created_by IS 'Person who created the team; null for the system.';
COMMENT ON COLUMN civic.teams.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.teams.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic.team_members (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    team_id uuid NOT NULL,
    user_id uuid NOT NULL,
    joined_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, team_id, user_id),
    CONSTRAINT team_members_team_fkey FOREIGN KEY (organization_id, team_id)
        REFERENCES civic.teams (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT team_members_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id)
);
CREATE INDEX team_members_user ON civic.team_members (organization_id, user_id);
COMMENT ON TABLE civic.team_members IS 'Who belongs to which team.';
COMMENT ON COLUMN civic.team_members.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.team_members.team_id IS 'Team the person belongs to.';
COMMENT ON COLUMN civic.team_members.user_id IS 'Person who belongs to the team.';
COMMENT ON COLUMN civic.team_members.joined_at IS 'When the person joined the team.';

CREATE TABLE civic.projects (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    team_id uuid,
    name text NOT NULL,
    description text,
    status civic.project_status NOT NULL DEFAULT 'planning',
    start_date date,
    end_date date,
    created_by uuid DEFAULT civic.current_user_id(),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT projects_organization_fkey FOREIGN KEY (organization_id) REFERENCES civic.organizations (id),
    CONSTRAINT projects_team_fkey FOREIGN KEY (organization_id, team_id)
        REFERENCES civic.teams (organization_id, id),
    CONSTRAINT projects_created_by_fkey FOREIGN KEY (organization_id, created_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT projects_name_check CHECK (length(name) BETWEEN 1 AND 255),
    CONSTRAINT projects_dates_check CHECK (end_date >= start_date)
);
CREATE INDEX projects_team ON civic.projects (organization_id, team_id);
CREATE INDEX projects_created_by ON civic.projects (organization_id, created_by);
COMMENT ON TABLE civic.projects IS 'Projects that teams work on and deals belong to.';
COMMENT ON COLUMN civic.projects.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.projects.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.projects.team_id IS 'Team that works on the project; null for none.';
COMMENT ON COLUMN civic.projects.name IS 'Name of the project.';
COMMENT ON COLUMN civic.projects.description IS 'What the project is about.';
COMMENT ON COLUMN civic.projects.status IS 'State of the project.';
COMMENT ON COLUMN civic.projects.start_date IS 'First day of the project; null where not planned yet.';
COMMENT ON COLUMN civic.projects.end_date IS
    'Last day of the project, not before start_date; null where not planned yet.';
COMMENT ON COLUMN civic.projects.created_by IS 'Person who created the project; null for the system.';
COMMENT ON COLUMN civic.projects.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.projects.updated_at IS 'When the row was last changed; null until then.';
