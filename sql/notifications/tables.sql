CREATE TABLE civic.notification_types (
    code text PRIMARY KEY,
    category text NOT NULL,
    default_priority civic.notification_priority NOT NULL DEFAULT 'normal',
    channels civic.delivery_channel[] NOT NULL DEFAULT '{app,email}',
    is_mandatory boolean NOT NULL DEFAULT false,
    title text NOT NULL,
    message text NOT NULL,
    action_url text,
    variables text[] NOT NULL DEFAULT '{}',
    CONSTRAINT notification_types_code_check CHECK (code ~ '^[a-z][a-z0-9_]{1,49}$'),
    CONSTRAINT notification_types_category_check CHECK (category ~ '^[a-z][a-z0-9_]{1,49}$'),
    CONSTRAINT notification_types_title_check CHECK (length(title) BETWEEN 1 AND 255),
    CONSTRAINT notification_types_message_check CHECK (length(message) BETWEEN 1 AND 2000),
    CONSTRAINT notification_types_action_url_check CHECK (length(action_url) BETWEEN 1 AND 500)
);
COMMENT ON TABLE civic.notification_types IS
    'What people are told of, for all organizations. An organization words it in its own way by'
    ' civic.notification_templates.';
COMMENT ON COLUMN civic.notification_types.code IS 'Name in programs, such as status_change.';
COMMENT ON COLUMN civic.notification_types.category IS
    'What it belongs to, such as report or payment; a person switches messages off by category.';
COMMENT ON COLUMN civic.notification_types.default_priority IS
    'Priority of its messages, unless the occasion gives one.';
COMMENT ON COLUMN civic.notification_types.channels IS
    'Ways out of the application, as far as the organization serves them and the person wants them.';
COMMENT ON COLUMN civic.notification_types.is_mandatory IS
    'True: the message is written whatever the person switched off, and even where they are the cause themselves.';
COMMENT ON COLUMN civic.notification_types.title IS 'Title in English, up to 255 characters, with {variable}.';
COMMENT ON COLUMN civic.notification_types.message IS 'Text in English, up to 2000 characters, with {variable}.';
COMMENT ON COLUMN civic.notification_types.action_url IS
    'Path in the application that opens what it speaks of, with {variable}; {subject_id} always exists.';
COMMENT ON COLUMN civic.notification_types.variables IS 'Names that may stand in braces in title and message.';

CREATE TABLE civic.notification_templates (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    type text NOT NULL,
    language text NOT NULL DEFAULT 'en',
    title text NOT NULL,
    message text NOT NULL,
    is_active boolean NOT NULL DEFAULT true,
    created_by uuid DEFAULT civic.current_user_id(),
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, type, language),
    CONSTRAINT notification_templates_organization_fkey FOREIGN KEY (organization_id)
        REFERENCES civic.organizations (id),
    CONSTRAINT notification_templates_type_fkey FOREIGN KEY (type) REFERENCES civic.notification_types (code),
    CONSTRAINT notification_templates_created_by_fkey FOREIGN KEY (organization_id, created_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT notification_templates_language_check CHECK (language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'),
    CONSTRAINT notification_templates_title_check CHECK (length(title) BETWEEN 1 AND 255),
    CONSTRAINT notification_templates_message_check CHECK (length(message) BETWEEN 1 AND 2000)
);
CREATE INDEX notification_templates_type ON civic.notification_templates (type);
CREATE INDEX notification_templates_created_by ON civic.notification_templates (organization_id, created_by);
COMMENT ON TABLE civic.notification_templates IS
    'How an organization words a type of message, per language. A person gets their preferred language, else the same'
    ' language without region, else English, else the words of civic.notification_types.';
COMMENT ON COLUMN civic.notification_templates.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.notification_templates.type IS 'Type of message, of civic.notification_types.';
COMMENT ON COLUMN civic.notification_templates.language IS 'Language tag, such as hi or pt-BR.';
COMMENT ON COLUMN civic.notification_templates.title IS
    'Title, up to 255 characters; {variable} only as the type allows (error ZC086).';
COMMENT ON COLUMN civic.notification_templates.message IS
    'Text, up to 2000 characters; {variable} only as the type allows (error ZC086).';
COMMENT ON COLUMN civic.notification_templates.is_active IS 'False: not used.';
COMMENT ON COLUMN civic.notification_templates.created_by IS 'Who wrote it; null for the system.';
COMMENT ON COLUMN civic.notification_templates.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.notification_templates.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic.notification_settings (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    user_id uuid NOT NULL DEFAULT civic.current_user_id(),
    muted_categories text[] NOT NULL DEFAULT '{}',
    min_priority civic.notification_priority NOT NULL DEFAULT 'low',
    quiet_from time,
    quiet_until time,
    time_zone text,
    digest civic.notification_digest NOT NULL DEFAULT 'none',
    digest_at time NOT NULL DEFAULT '08:00',
    auto_mark_read_days integer NOT NULL DEFAULT 7,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, user_id),
    CONSTRAINT notification_settings_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT notification_settings_quiet_check
        CHECK (num_nonnulls(quiet_from, quiet_until) IN (0, 2) AND quiet_from <> quiet_until),
    CONSTRAINT notification_settings_auto_mark_read_days_check CHECK (auto_mark_read_days BETWEEN 0 AND 3650)
);
COMMENT ON TABLE civic.notification_settings IS
    'What a person wants to be told of, and when; without a row the defaults hold. By which ways is in civic.users'
    ' (push_notifications, sms_notifications, email_notifications).';
COMMENT ON COLUMN civic.notification_settings.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.notification_settings.user_id IS 'Whose settings they are.';
COMMENT ON COLUMN civic.notification_settings.muted_categories IS
    'Categories of civic.notification_types that are switched off.';
COMMENT ON COLUMN civic.notification_settings.min_priority IS 'Messages below are not written at all.';
COMMENT ON COLUMN civic.notification_settings.quiet_from IS
    'Local time from which nothing but critical messages leaves the application; null for no quiet hours.';
COMMENT ON COLUMN civic.notification_settings.quiet_until IS
    'Local time at which quiet hours end; earlier than quiet_from: on the next day.';
COMMENT ON COLUMN civic.notification_settings.time_zone IS
    'IANA name of the person''s time zone; null for that of the organization. Error 22023 for an unknown one.';
COMMENT ON COLUMN civic.notification_settings.digest IS
    'How often messages of priority low and normal leave the application, gathered in one; the application itself shows'
    ' them at once.';
COMMENT ON COLUMN civic.notification_settings.digest_at IS
    'Local time of a daily or weekly digest; weekly ones leave on Monday.';
COMMENT ON COLUMN civic.notification_settings.auto_mark_read_days IS
    'Days after which a message counts as read; 0 for never.';
COMMENT ON COLUMN civic.notification_settings.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.notification_settings.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic.notifications (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    recipient_id uuid NOT NULL,
    type text NOT NULL,
    category text NOT NULL,
    priority civic.notification_priority NOT NULL DEFAULT 'normal',
    title text NOT NULL,
    message text NOT NULL,
    subject_type text,
    subject_id uuid,
    action_url text,
    is_read boolean NOT NULL GENERATED ALWAYS AS (read_at IS NOT NULL) STORED,
    read_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT notifications_recipient_fkey FOREIGN KEY (organization_id, recipient_id)
        REFERENCES civic.users (organization_id, id)
);
CREATE INDEX notifications_recipient ON civic.notifications (organization_id, recipient_id, id DESC);
CREATE INDEX notifications_unread ON civic.notifications (organization_id, recipient_id, id DESC)
    WHERE read_at IS NULL;
COMMENT ON TABLE civic.notifications IS
    'Messages to people, as they read them in the application. Written by civic in the transaction that gave cause;'
    ' their person may mark them as read (civic.mark_notifications_read()) and delete them.';
COMMENT ON COLUMN civic.notifications.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.notifications.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.notifications.recipient_id IS 'Person the message is for.';
COMMENT ON COLUMN civic.notifications.type IS 'Type of civic.notification_types.';
COMMENT ON COLUMN civic.notifications.category IS 'Category of the type when it was written.';
COMMENT ON COLUMN civic.notifications.priority IS 'How much it matters.';
COMMENT ON COLUMN civic.notifications.title IS 'Title in the person''s language, up to 255 characters.';
COMMENT ON COLUMN civic.notifications.message IS 'Text in the person''s language.';
COMMENT ON COLUMN civic.notifications.subject_type IS
    'What it speaks of, by the name of its workflow: report, task, escalation, case, payment and so on.';
COMMENT ON COLUMN civic.notifications.subject_id IS 'Identifier of what it speaks of.';
COMMENT ON COLUMN civic.notifications.action_url IS 'Path in the application that opens it.';
COMMENT ON COLUMN civic.notifications.is_read IS 'The person has read it; computed.';
COMMENT ON COLUMN civic.notifications.read_at IS 'When the person read it; null until then.';
COMMENT ON COLUMN civic.notifications.created_at IS 'When the message was written.';

CREATE TABLE civic.outbox (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    notification_id uuid NOT NULL,
    channel civic.delivery_channel NOT NULL,
    priority civic.notification_priority NOT NULL,
    state civic.delivery_state NOT NULL DEFAULT 'pending',
    due_at timestamptz NOT NULL DEFAULT now(),
    attempts integer NOT NULL DEFAULT 0,
    claimed_by text,
    last_error text,
    finished_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, notification_id, channel),
    CONSTRAINT outbox_notification_fkey FOREIGN KEY (organization_id, notification_id)
        REFERENCES civic.notifications (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT outbox_finished_check CHECK ((state = 'pending') = (finished_at IS NULL)),
    CONSTRAINT outbox_attempts_check CHECK (attempts >= 0)
) WITH (fillfactor = 85);
CREATE INDEX outbox_pending ON civic.outbox (organization_id, priority, due_at) WHERE state = 'pending';
CREATE INDEX outbox_dead ON civic.outbox (organization_id, finished_at) WHERE state = 'dead';
COMMENT ON TABLE civic.outbox IS
    'Messages on their way out of the application, one row a message and channel, written in the transaction that gave'
    ' cause. A worker takes them with civic.claim_notifications() and says with civic.finish_notifications() or'
    ' civic.fail_notifications() what became of them.';
COMMENT ON COLUMN civic.outbox.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.outbox.notification_id IS 'Message to be sent.';
COMMENT ON COLUMN civic.outbox.channel IS 'Way it goes out.';
COMMENT ON COLUMN civic.outbox.priority IS 'Priority of the message; the higher leave first.';
COMMENT ON COLUMN civic.outbox.state IS 'What became of it.';
COMMENT ON COLUMN civic.outbox.due_at IS
    'When it may be taken: at once, after quiet hours, with the next digest, after a failure, or when the lease of the'
    ' worker that took it ends.';
COMMENT ON COLUMN civic.outbox.attempts IS 'How often a worker took it.';
COMMENT ON COLUMN civic.outbox.claimed_by IS 'Worker that took it last; null where none has it.';
COMMENT ON COLUMN civic.outbox.last_error IS 'What the last failure was.';
COMMENT ON COLUMN civic.outbox.finished_at IS 'When it was sent or given up; null until then.';
COMMENT ON COLUMN civic.outbox.created_at IS 'When the message was written.';

CREATE TABLE civic.area_subscriptions (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    user_id uuid NOT NULL DEFAULT civic.current_user_id(),
    name text NOT NULL,
    area_kind civic.area_kind,
    area_code text,
    latitude civic.latitude,
    longitude civic.longitude,
    radius_m civic.distance_m,
    location geography(Point, 4326) GENERATED ALWAYS AS (civic_helpers.location_of(latitude, longitude)) STORED,
    categories text[],
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT area_subscriptions_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT area_subscriptions_name_check CHECK (length(name) BETWEEN 1 AND 100),
    CONSTRAINT area_subscriptions_radius_m_check CHECK (radius_m BETWEEN 10 AND 5000),
    CONSTRAINT area_subscriptions_place_check CHECK (
        (num_nonnulls(area_kind, area_code) = 2 AND num_nonnulls(latitude, longitude, radius_m) = 0)
        OR (num_nonnulls(area_kind, area_code) = 0 AND num_nonnulls(latitude, longitude, radius_m) = 3)
    )
);
CREATE INDEX area_subscriptions_user ON civic.area_subscriptions (organization_id, user_id);
CREATE INDEX area_subscriptions_area ON civic.area_subscriptions (organization_id, area_kind, area_code);
CREATE INDEX area_subscriptions_location ON civic.area_subscriptions USING gist (organization_id, (location::geometry))
    WHERE location IS NOT NULL;
COMMENT ON TABLE civic.area_subscriptions IS
    'Where people want to be told of new public reports: an area of the map, or a circle. Looked at by'
    ' civic.send_area_alerts(), never when a report is filed.';
COMMENT ON COLUMN civic.area_subscriptions.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.area_subscriptions.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.area_subscriptions.user_id IS 'Who is told.';
COMMENT ON COLUMN civic.area_subscriptions.name IS 'What the person calls it, up to 100 characters.';
COMMENT ON COLUMN civic.area_subscriptions.area_kind IS 'Kind of the area of civic.areas; null for a circle.';
COMMENT ON COLUMN civic.area_subscriptions.area_code IS
    'Code of the area, whose borders are those of the day; null for a circle.';
COMMENT ON COLUMN civic.area_subscriptions.latitude IS 'Middle of a circle, degrees north (WGS 84).';
COMMENT ON COLUMN civic.area_subscriptions.longitude IS 'Middle of a circle, degrees east (WGS 84).';
COMMENT ON COLUMN civic.area_subscriptions.radius_m IS 'Radius of a circle, 10 to 5000 metres.';
COMMENT ON COLUMN civic.area_subscriptions.location IS 'Point of latitude and longitude; computed.';
COMMENT ON COLUMN civic.area_subscriptions.categories IS 'Only reports of these categories; null for all.';
COMMENT ON COLUMN civic.area_subscriptions.created_at IS 'When the row was created; older reports are not told.';

CREATE TABLE civic_private.area_alerts (
    organization_id uuid PRIMARY KEY,
    epoch text NOT NULL,
    since timestamptz NOT NULL,
    seen pg_snapshot NOT NULL
);
COMMENT ON TABLE civic_private.area_alerts IS
    'Which reports of an organization civic.send_area_alerts() has looked at.';
COMMENT ON COLUMN civic_private.area_alerts.organization_id IS 'The organization.';
COMMENT ON COLUMN civic_private.area_alerts.epoch IS
    'civic_private.sync_epoch() in which seen means something.';
COMMENT ON COLUMN civic_private.area_alerts.since IS 'Reports filed before are not told.';
COMMENT ON COLUMN civic_private.area_alerts.seen IS
    'Reports are told whose transaction this snapshot does not see.';
