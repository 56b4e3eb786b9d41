CREATE TABLE civic_private.calendar_signal ();
COMMENT ON TABLE civic_private.calendar_signal IS
    'Always empty. Its invalidation tells every backend that calendars or holidays changed.';

CREATE TABLE civic.business_calendars (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    department_id uuid,
    name text NOT NULL,
    time_zone text NOT NULL,
    weekly_hours jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT business_calendars_organization_fkey FOREIGN KEY (organization_id)
        REFERENCES civic.organizations (id),
    CONSTRAINT business_calendars_department_fkey FOREIGN KEY (organization_id, department_id)
        REFERENCES civic.departments (organization_id, id),
    CONSTRAINT business_calendars_name_key UNIQUE (organization_id, name),
    CONSTRAINT business_calendars_name_check CHECK (length(name) BETWEEN 1 AND 255)
);
CREATE INDEX business_calendars_department ON civic.business_calendars (organization_id, department_id);
COMMENT ON TABLE civic.business_calendars IS
    'When offices work. A change holds for open promises too: the next civic.tick() moves their deadlines.';
COMMENT ON COLUMN civic.business_calendars.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.business_calendars.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.business_calendars.department_id IS
    'Department whose hours these are; null for the whole organization. Policies say which calendar counts.';
COMMENT ON COLUMN civic.business_calendars.name IS 'Name shown to people, unique in the organization.';
COMMENT ON COLUMN civic.business_calendars.time_zone IS
    'IANA name of the time zone the hours are meant in; that of the organization unless given.';
COMMENT ON COLUMN civic.business_calendars.weekly_hours IS
    'Hours of each weekday, monday to sunday, such as {"monday": ["08:00-12:00", "13:00-17:00"]}, on the clock of the'
    ' time zone, up to 24:00. A day that is left out is free; at least one has hours. Error ZC030.';
COMMENT ON COLUMN civic.business_calendars.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.business_calendars.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic.calendar_holidays (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    calendar_id uuid NOT NULL,
    day date NOT NULL,
    name text NOT NULL,
    hours text[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, calendar_id, day),
    CONSTRAINT calendar_holidays_calendar_fkey FOREIGN KEY (organization_id, calendar_id)
        REFERENCES civic.business_calendars (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT calendar_holidays_day_check CHECK (day BETWEEN '1970-01-02' AND '2199-12-30'),
    CONSTRAINT calendar_holidays_name_check CHECK (length(name) BETWEEN 1 AND 255)
);
COMMENT ON TABLE civic.calendar_holidays IS 'Days that are not like their weekday: holidays, short days, extra days.';
COMMENT ON COLUMN civic.calendar_holidays.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.calendar_holidays.calendar_id IS 'Calendar the day is in.';
COMMENT ON COLUMN civic.calendar_holidays.day IS 'Date in the time zone of the calendar.';
COMMENT ON COLUMN civic.calendar_holidays.name IS 'Name shown to people, such as Good Friday.';
COMMENT ON COLUMN civic.calendar_holidays.hours IS
    'Hours of the day in place of those of its weekday, such as {08:00-12:00}; none for a day without work. Error'
    ' ZC030.';
COMMENT ON COLUMN civic.calendar_holidays.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.calendar_holidays.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic.sla_policies (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    department_id uuid,
    category text,
    severity civic.report_severity,
    calendar_id uuid,
    time_allowed interval,
    working_days integer,
    warning_before interval NOT NULL DEFAULT '2 hours',
    valid_from timestamptz NOT NULL DEFAULT now(),
    valid_until timestamptz,
    created_by uuid DEFAULT civic.current_user_id(),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT sla_policies_organization_fkey FOREIGN KEY (organization_id) REFERENCES civic.organizations (id),
    CONSTRAINT sla_policies_department_fkey FOREIGN KEY (organization_id, department_id)
        REFERENCES civic.departments (organization_id, id),
    CONSTRAINT sla_policies_category_fkey FOREIGN KEY (organization_id, category)
        REFERENCES civic.categories (organization_id, code) ON UPDATE CASCADE,
    CONSTRAINT sla_policies_calendar_fkey FOREIGN KEY (organization_id, calendar_id)
        REFERENCES civic.business_calendars (organization_id, id),
    CONSTRAINT sla_policies_created_by_fkey FOREIGN KEY (organization_id, created_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT sla_policies_allowed_check CHECK (num_nonnulls(time_allowed, working_days) = 1),
    CONSTRAINT sla_policies_time_allowed_check CHECK (time_allowed > '0' AND time_allowed <= '366 days'),
    CONSTRAINT sla_policies_working_days_check CHECK (
        working_days IS NULL OR (working_days >= 1 AND working_days <= 366 AND calendar_id IS NOT NULL)
    ),
    CONSTRAINT sla_policies_warning_check CHECK (warning_before BETWEEN '0' AND '366 days'),
    CONSTRAINT sla_policies_validity_check CHECK (valid_until >= valid_from),
    -- Of any combination only one version holds at a time, so the choice of a policy is never a draw.
    CONSTRAINT sla_policies_version_key EXCLUDE USING gist (
        organization_id WITH =,
        coalesce(department_id, '00000000-0000-0000-0000-000000000000') WITH =,
        coalesce(category, '') WITH =,
        (CASE severity WHEN 'low'::civic.report_severity THEN 1 WHEN 'medium'::civic.report_severity THEN 2
            WHEN 'high'::civic.report_severity THEN 3 WHEN 'critical'::civic.report_severity THEN 4 ELSE 0 END) WITH =,
        tstzrange(valid_from, valid_until) WITH &&
    )
);
CREATE INDEX sla_policies_department ON civic.sla_policies (organization_id, department_id);
CREATE INDEX sla_policies_category ON civic.sla_policies (organization_id, category);
CREATE INDEX sla_policies_calendar ON civic.sla_policies (organization_id, calendar_id);
CREATE INDEX sla_policies_created_by ON civic.sla_policies (organization_id, created_by);
COMMENT ON TABLE civic.sla_policies IS
    'How long a report may take from assignment on. A row is a version and never changes: civic.set_sla_policy() ends'
    ' it and begins the next, and a report keeps the version it was promised under. Where none fits,'
    ' civic_helpers.severity_hours() holds, around the clock.';
COMMENT ON COLUMN civic.sla_policies.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.sla_policies.id IS 'Identifier of the version; sorts by time.';
COMMENT ON COLUMN civic.sla_policies.department_id IS 'Only for reports of this department; null for any.';
COMMENT ON COLUMN civic.sla_policies.category IS 'Only for reports of this effective category; null for any.';
COMMENT ON COLUMN civic.sla_policies.severity IS 'Only for reports of this effective severity; null for any.';
COMMENT ON COLUMN civic.sla_policies.calendar_id IS 'Calendar whose working time counts; null for around the clock.';
COMMENT ON COLUMN civic.sla_policies.time_allowed IS
    'Working time of the calendar, up to 366 days of 24 hours, without months; null where working_days is given.';
COMMENT ON COLUMN civic.sla_policies.working_days IS
    'The deadline is the close of this many working days after the day of assignment, 1 to 366; null where'
    ' time_allowed is given. A day whose working time is all paused does not count.';
COMMENT ON COLUMN civic.sla_policies.warning_before IS
    'The officer is warned when only so much working time is left; with working_days, so much time on the clock.';
COMMENT ON COLUMN civic.sla_policies.valid_from IS 'Reports assigned from then on are promised under this version.';
COMMENT ON COLUMN civic.sla_policies.valid_until IS 'When the version ended or will end; null for not yet.';
COMMENT ON COLUMN civic.sla_policies.created_by IS 'Person who made the version; null for the system.';
COMMENT ON COLUMN civic.sla_policies.created_at IS 'When the row was created.';

ALTER TABLE civic.tasks ADD CONSTRAINT tasks_sla_policy_fkey FOREIGN KEY (organization_id, sla_policy_id)
    REFERENCES civic.sla_policies (organization_id, id);
ALTER TABLE civic.tasks ADD CONSTRAINT tasks_assigned_at_check CHECK (
    assigned_at BETWEEN '1970-01-01 00:00:00+00' AND '2199-12-30 00:00:00+00'
);
CREATE INDEX tasks_sla_policy ON civic.tasks (organization_id, sla_policy_id, sla_next_check)
    WHERE sla_policy_id IS NOT NULL;
-- Only work that is open has a next check, so what is due is found however much is done.
CREATE INDEX tasks_sla_next_check ON civic.tasks (organization_id, sla_next_check, id) WHERE sla_next_check IS NOT NULL;

CREATE TABLE civic.sla_pauses (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    report_id uuid NOT NULL,
    reason civic.pause_reason NOT NULL,
    note text,
    paused_at timestamptz NOT NULL DEFAULT now(),
    resumed_at timestamptz,
    paused_by uuid DEFAULT civic.current_user_id(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT sla_pauses_report_fkey FOREIGN KEY (organization_id, report_id)
        REFERENCES civic.reports (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT sla_pauses_paused_by_fkey FOREIGN KEY (organization_id, paused_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT sla_pauses_span_check CHECK (resumed_at >= paused_at),
    CONSTRAINT sla_pauses_note_check CHECK (length(note) BETWEEN 1 AND 1000)
);
CREATE UNIQUE INDEX sla_pauses_open ON civic.sla_pauses (organization_id, report_id, reason) WHERE resumed_at IS NULL;
CREATE INDEX sla_pauses_report ON civic.sla_pauses (organization_id, report_id, paused_at);
CREATE INDEX sla_pauses_paused_by ON civic.sla_pauses (organization_id, paused_by);
COMMENT ON TABLE civic.sla_pauses IS
    'When the clock of a report stood. Only what of a pause is working time moves the deadline; pauses that overlap'
    ' count once.';
COMMENT ON COLUMN civic.sla_pauses.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.sla_pauses.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.sla_pauses.report_id IS 'Report whose clock stood.';
COMMENT ON COLUMN civic.sla_pauses.reason IS 'Why the clock stood.';
COMMENT ON COLUMN civic.sla_pauses.note IS 'What the reporter was asked, up to 1000 characters.';
COMMENT ON COLUMN civic.sla_pauses.paused_at IS 'When the clock stopped.';
COMMENT ON COLUMN civic.sla_pauses.resumed_at IS 'When it went on; null while it stands.';
COMMENT ON COLUMN civic.sla_pauses.paused_by IS 'Person who stopped it; null for the system.';

CREATE TABLE civic.escalations (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    report_id uuid NOT NULL,
    escalated_by_user_id uuid DEFAULT civic.current_user_id(),
    escalated_to_user_id uuid,
    level civic.escalation_level NOT NULL,
    reason civic.escalation_reason NOT NULL,
    status civic.escalation_status NOT NULL DEFAULT 'escalated',
    description text NOT NULL,
    previous_actions text,
    urgency_notes text,
    acknowledged_at timestamptz,
    resolved_at timestamptz,
    response_notes text,
    action_taken text,
    sla_deadline timestamptz,
    is_overdue boolean NOT NULL DEFAULT false,
    occasion timestamptz,
    officer_id uuid,
    officer_failures integer,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT escalations_report_fkey FOREIGN KEY (organization_id, report_id)
        REFERENCES civic.reports (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT escalations_escalated_by_fkey FOREIGN KEY (organization_id, escalated_by_user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT escalations_escalated_to_fkey FOREIGN KEY (organization_id, escalated_to_user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT escalations_officer_fkey FOREIGN KEY (organization_id, officer_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT escalations_occasion_key UNIQUE (organization_id, report_id, reason, level, occasion),
    CONSTRAINT escalations_description_check CHECK (length(description) BETWEEN 1 AND 2000),
    CONSTRAINT escalations_notes_check CHECK (
        length(previous_actions) <= 2000 AND length(urgency_notes) <= 2000 AND length(response_notes) <= 2000
        AND length(action_taken) <= 2000
    ),
    CONSTRAINT escalations_officer_failures_check CHECK (
        officer_failures IS NULL OR (officer_failures > 0 AND officer_id IS NOT NULL)
    )
);
CREATE UNIQUE INDEX escalations_open ON civic.escalations (organization_id, report_id, reason, level)
    WHERE status IN ('escalated', 'acknowledged', 'under_review', 'action_taken');
CREATE UNIQUE INDEX escalations_failing_officer ON civic.escalations (organization_id, officer_id)
    WHERE officer_failures IS NOT NULL AND status IN ('escalated', 'acknowledged', 'under_review', 'action_taken');
CREATE INDEX escalations_escalated_by ON civic.escalations (organization_id, escalated_by_user_id);
CREATE INDEX escalations_escalated_to ON civic.escalations (organization_id, escalated_to_user_id, status);
CREATE INDEX escalations_officer ON civic.escalations (organization_id, officer_id, created_at);
CREATE INDEX escalations_status_level ON civic.escalations (organization_id, status, level, created_at);
CREATE INDEX escalations_overdue ON civic.escalations (organization_id, sla_deadline)
    WHERE NOT is_overdue AND status IN ('escalated', 'acknowledged', 'under_review');
COMMENT ON TABLE civic.escalations IS
    'Reports that were brought to somebody higher, by a person or by civic.tick(). For a report and reason at most one'
    ' of a level is open.';
COMMENT ON COLUMN civic.escalations.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.escalations.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.escalations.report_id IS 'Report that is escalated.';
COMMENT ON COLUMN civic.escalations.escalated_by_user_id IS 'Person who escalated it; null for civic.tick().';
COMMENT ON COLUMN civic.escalations.escalated_to_user_id IS
    'Person who is to act; of automatic ones only level_3 has one, the longest-serving administrator.';
COMMENT ON COLUMN civic.escalations.level IS 'How high it was brought.';
COMMENT ON COLUMN civic.escalations.reason IS 'Why it was brought.';
COMMENT ON COLUMN civic.escalations.status IS 'Where it stands.';
COMMENT ON COLUMN civic.escalations.description IS 'What is the matter, 1 to 2000 characters.';
COMMENT ON COLUMN civic.escalations.previous_actions IS 'What was tried before.';
COMMENT ON COLUMN civic.escalations.urgency_notes IS 'What makes it urgent.';
COMMENT ON COLUMN civic.escalations.acknowledged_at IS 'When somebody took it on; null until then.';
COMMENT ON COLUMN civic.escalations.resolved_at IS 'When it was resolved; null until then.';
COMMENT ON COLUMN civic.escalations.response_notes IS 'What was answered.';
COMMENT ON COLUMN civic.escalations.action_taken IS 'What was done.';
COMMENT ON COLUMN civic.escalations.sla_deadline IS
    'When it must be dealt with: 48 hours after creation for level_1, 24 for level_2, 12 for level_3.';
COMMENT ON COLUMN civic.escalations.is_overdue IS 'sla_deadline has passed without action; set by civic.tick().';
COMMENT ON COLUMN civic.escalations.occasion IS
    'What set off an automatic one: the deadline that was missed, when the status began, when work was sent back. Each'
    ' occasion is escalated once a level; null for people''s.';
COMMENT ON COLUMN civic.escalations.officer_id IS 'Officer in charge when it was raised automatically.';
COMMENT ON COLUMN civic.escalations.officer_failures IS
    'Reports of the officer escalated for a missed deadline or bad work within 30 days; only where that is why.';
COMMENT ON COLUMN civic.escalations.created_at IS 'When it was raised.';
COMMENT ON COLUMN civic.escalations.updated_at IS 'When the row was last changed; null until then.';
