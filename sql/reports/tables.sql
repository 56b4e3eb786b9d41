CREATE SEQUENCE civic.report_number_seq;
COMMENT ON SEQUENCE civic.report_number_seq IS 'Numbers of reports, for all organizations and years; gaps are normal.';

CREATE TABLE civic.categories (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    code text NOT NULL,
    name text NOT NULL,
    description text,
    keywords text[] NOT NULL DEFAULT '{}',
    category_group text,
    department_id uuid,
    sort_order integer NOT NULL DEFAULT 100,
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, code),
    CONSTRAINT categories_organization_fkey FOREIGN KEY (organization_id) REFERENCES civic.organizations (id),
    CONSTRAINT categories_department_fkey FOREIGN KEY (organization_id, department_id)
        REFERENCES civic.departments (organization_id, id),
    CONSTRAINT categories_code_check CHECK (code ~ '^[a-z0-9][a-z0-9_]{0,99}$'),
    CONSTRAINT categories_group_check CHECK (category_group ~ '^[a-z0-9][a-z0-9_]{0,99}$'),
    CONSTRAINT categories_name_check CHECK (length(name) BETWEEN 1 AND 255)
);
CREATE INDEX categories_department ON civic.categories (organization_id, department_id);
COMMENT ON TABLE civic.categories IS 'What reports can be about, per organization.';
COMMENT ON COLUMN civic.categories.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.categories.code IS
    'Name in programs: small letters, digits and underscores; reports refer to it.';
COMMENT ON COLUMN civic.categories.name IS 'Name shown to people.';
COMMENT ON COLUMN civic.categories.description IS 'What reports of the category are about.';
COMMENT ON COLUMN civic.categories.is_active IS 'False: new reports are not put in it by their text.';
COMMENT ON COLUMN civic.categories.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.categories.updated_at IS 'When the row was last changed; null until then.';
COMMENT ON COLUMN civic.categories.keywords IS 'Words that speak for the category in the text of a report.';
COMMENT ON COLUMN civic.categories.category_group IS
    'Categories of one group are compared with each other when duplicates are looked for and share rules of routing;'
    ' null: the category stands alone.';
COMMENT ON COLUMN civic.categories.department_id IS 'Department that reports of the category go to; null for by hand.';
COMMENT ON COLUMN civic.categories.sort_order IS 'Place in lists; also decides between equal matches of keywords.';

CREATE TABLE civic.reports (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    report_number text NOT NULL,
    user_id uuid NOT NULL DEFAULT civic.current_user_id(),
    department_id uuid,
    routed_by_rule_id uuid,
    routing_level civic.routing_level,
    assigned_to uuid,
    title text NOT NULL,
    description text NOT NULL,
    category text,
    sub_category text,
    status civic.report_status NOT NULL DEFAULT 'received',
    severity civic.report_severity NOT NULL DEFAULT 'medium',
    status_updated_at timestamptz NOT NULL DEFAULT now(),
    latitude civic.latitude NOT NULL,
    longitude civic.longitude NOT NULL,
    location geography(Point, 4326) NOT NULL
        GENERATED ALWAYS AS (civic_helpers.location_of(latitude, longitude)) STORED,
    address text,
    landmark text,
    area_type text,
    ward_number text,
    district text,
    state text,
    pincode text,
    ai_category text,
    ai_confidence double precision,
    ai_processed_at timestamptz,
    ai_model_version text,
    manual_category text,
    manual_severity civic.report_severity,
    classified_by_user_id uuid,
    classification_notes text,
    is_public boolean NOT NULL DEFAULT true,
    is_sensitive boolean NOT NULL DEFAULT false,
    is_featured boolean NOT NULL DEFAULT false,
    needs_review boolean NOT NULL DEFAULT false,
    is_duplicate boolean NOT NULL GENERATED ALWAYS AS (status = 'duplicate'::civic.report_status) STORED,
    duplicate_of_report_id uuid,
    duplicate_score double precision,
    duplicate_reason text,
    rejection_reason text,
    hold_reason text,
    rework_reason text,
    assignment_rejection_reason text,
    assignment_rejected_at timestamptz,
    assignment_rejected_by_user_id uuid,
    resolution_notes text,
    estimated_resume_date date,
    hold_approved_by_user_id uuid,
    hold_approval_required boolean NOT NULL DEFAULT false,
    supporter_count integer NOT NULL DEFAULT 0,
    external_id text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT reports_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT reports_department_fkey FOREIGN KEY (organization_id, department_id)
        REFERENCES civic.departments (organization_id, id),
    CONSTRAINT reports_assigned_to_fkey FOREIGN KEY (organization_id, assigned_to)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT reports_category_fkey FOREIGN KEY (organization_id, category)
        REFERENCES civic.categories (organization_id, code) ON UPDATE CASCADE,
    CONSTRAINT reports_manual_category_fkey FOREIGN KEY (organization_id, manual_category)
        REFERENCES civic.categories (organization_id, code) ON UPDATE CASCADE,
    CONSTRAINT reports_ai_category_fkey FOREIGN KEY (organization_id, ai_category)
        REFERENCES civic.categories (organization_id, code) ON UPDATE CASCADE,
    CONSTRAINT reports_classified_by_fkey FOREIGN KEY (organization_id, classified_by_user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT reports_duplicate_of_fkey FOREIGN KEY (organization_id, duplicate_of_report_id)
        REFERENCES civic.reports (organization_id, id),
    CONSTRAINT reports_assignment_rejected_by_fkey FOREIGN KEY (organization_id, assignment_rejected_by_user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT reports_hold_approved_by_fkey FOREIGN KEY (organization_id, hold_approved_by_user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT reports_report_number_key UNIQUE (organization_id, report_number),
    CONSTRAINT reports_external_id_key UNIQUE (organization_id, external_id),
    CONSTRAINT reports_title_check CHECK (length(title) BETWEEN 5 AND 255),
    CONSTRAINT reports_description_check CHECK (length(description) BETWEEN 10 AND 2000),
    CONSTRAINT reports_address_check CHECK (length(address) <= 500),
    CONSTRAINT reports_landmark_check CHECK (length(landmark) <= 255),
    CONSTRAINT reports_place_check CHECK (
        length(area_type) <= 50 AND length(ward_number) <= 50 AND length(district) <= 100 AND length(state) <= 100
        AND length(pincode) <= 10
    ),
    CONSTRAINT reports_sub_category_check CHECK (length(sub_category) <= 100),
    CONSTRAINT reports_duplicate_score_check CHECK (duplicate_score BETWEEN 0 AND 1),
    CONSTRAINT reports_duplicate_reason_check CHECK (length(duplicate_reason) <= 1000),
    CONSTRAINT reports_ai_confidence_check CHECK (ai_confidence BETWEEN 0 AND 1),
    CONSTRAINT reports_supporter_count_check CHECK (supporter_count >= 0),
    CONSTRAINT reports_department_check CHECK (
        department_id IS NOT NULL OR status IN (
            'received', 'pending_classification', 'classified', 'on_hold', 'rejected', 'duplicate'
        )
    ),
    CONSTRAINT reports_assignee_check CHECK (
        assigned_to IS NOT NULL OR status NOT IN (
            'assigned_to_officer', 'assignment_rejected', 'acknowledged', 'in_progress', 'pending_verification',
            'reopened'
        )
    ),
    CONSTRAINT reports_duplicate_check CHECK (
        (status = 'duplicate') = (duplicate_of_report_id IS NOT NULL) AND duplicate_of_report_id <> id
    )
) WITH (fillfactor = 85);
ALTER SEQUENCE civic.report_number_seq OWNED BY civic.reports.report_number;
CREATE INDEX reports_newest ON civic.reports (organization_id, created_at DESC, id DESC);
CREATE INDEX reports_by_department ON civic.reports (organization_id, department_id, created_at DESC, id DESC);
-- Behind a policy a filter on an enum cannot be a condition of an index, but it can choose one made for it.
CREATE INDEX reports_open_by_department ON civic.reports (organization_id, department_id, created_at DESC, id DESC)
    WHERE status IN ('assigned_to_department', 'assigned_to_officer', 'assignment_rejected', 'acknowledged',
        'in_progress', 'pending_verification', 'on_hold', 'reopened');
CREATE INDEX reports_by_assignee ON civic.reports (organization_id, assigned_to, status)
    WHERE assigned_to IS NOT NULL;
CREATE INDEX reports_by_status ON civic.reports (organization_id, status, status_updated_at DESC);
CREATE INDEX reports_by_user ON civic.reports (organization_id, user_id, created_at DESC);
CREATE INDEX reports_by_category ON civic.reports (organization_id, category, created_at DESC);
CREATE INDEX reports_family ON civic.reports (organization_id, duplicate_of_report_id)
    WHERE duplicate_of_report_id IS NOT NULL;
CREATE INDEX reports_assignment_rejected_by ON civic.reports (organization_id, assignment_rejected_by_user_id)
    WHERE assignment_rejected_by_user_id IS NOT NULL;
CREATE INDEX reports_classified_by ON civic.reports (organization_id, classified_by_user_id)
    WHERE classified_by_user_id IS NOT NULL;
CREATE INDEX reports_hold_approved_by ON civic.reports (organization_id, hold_approved_by_user_id)
    WHERE hold_approved_by_user_id IS NOT NULL;
CREATE INDEX reports_manual_category ON civic.reports (organization_id, manual_category)
    WHERE manual_category IS NOT NULL;
CREATE INDEX reports_ai_category ON civic.reports (organization_id, ai_category) WHERE ai_category IS NOT NULL;
CREATE INDEX reports_location ON civic.reports USING gist (organization_id, (location::geometry));
COMMENT ON TABLE civic.reports IS
    'What residents report. The status moves only along civic.workflow_transitions, whoever writes (errors ZC001 to'
    ' ZC003); columns of the administration need the permission named in civic.guard_columns (error ZC004).';
COMMENT ON COLUMN civic.reports.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.reports.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.reports.department_id IS 'Department in charge; null until the report is routed.';
COMMENT ON COLUMN civic.reports.routed_by_rule_id IS
    'Rule that gave the report to its department; null for none, as where the department is that of the category.';
COMMENT ON COLUMN civic.reports.routing_level IS
    'How the report found its department; null where it came with one, as by import.';
COMMENT ON COLUMN civic.reports.title IS 'What is wrong, in 5 to 255 characters.';
COMMENT ON COLUMN civic.reports.description IS 'What is wrong, in 10 to 2000 characters.';
COMMENT ON COLUMN civic.reports.sub_category IS 'Finer category, as free text of up to 100 characters.';
COMMENT ON COLUMN civic.reports.status IS 'Where the report stands; moves only along civic.workflow_transitions.';
COMMENT ON COLUMN civic.reports.severity IS 'How bad it is, as filed or found by keywords; see manual_severity.';
COMMENT ON COLUMN civic.reports.latitude IS 'Place of the issue, degrees north (WGS 84).';
COMMENT ON COLUMN civic.reports.longitude IS 'Place of the issue, degrees east (WGS 84).';
COMMENT ON COLUMN civic.reports.address IS 'Address of the place, up to 500 characters.';
COMMENT ON COLUMN civic.reports.landmark IS 'What is close to the place, up to 255 characters.';
COMMENT ON COLUMN civic.reports.area_type IS 'Kind of the surroundings, as told by the reporter, up to 50 characters.';
COMMENT ON COLUMN civic.reports.ward_number IS
    'Ward as told by the reporter; the ward of the position is in civic.areas.';
COMMENT ON COLUMN civic.reports.district IS 'District as told by the reporter.';
COMMENT ON COLUMN civic.reports.state IS 'Federal state as told by the reporter.';
COMMENT ON COLUMN civic.reports.pincode IS 'Postal code as told by the reporter, up to 10 characters.';
COMMENT ON COLUMN civic.reports.ai_processed_at IS 'When ai_category was found; null where it was not looked for.';
COMMENT ON COLUMN civic.reports.ai_model_version IS 'What found ai_category, such as keywords-1.';
COMMENT ON COLUMN civic.reports.classified_by_user_id IS 'Person who decided manual_category and manual_severity.';
COMMENT ON COLUMN civic.reports.classification_notes IS 'Why the person decided so.';
COMMENT ON COLUMN civic.reports.is_featured IS 'Shown first to the public; set by moderators.';
COMMENT ON COLUMN civic.reports.rejection_reason IS 'Why the report was rejected.';
COMMENT ON COLUMN civic.reports.assignment_rejected_at IS
    'When the officer refused; null where none did since the last assignment.';
COMMENT ON COLUMN civic.reports.assignment_rejected_by_user_id IS 'Officer who refused the assignment.';
COMMENT ON COLUMN civic.reports.hold_approved_by_user_id IS 'Person who approved the hold.';
COMMENT ON COLUMN civic.reports.created_at IS 'When the report was filed.';
COMMENT ON COLUMN civic.reports.updated_at IS 'When the row was last changed; null until then.';
COMMENT ON COLUMN civic.reports.report_number IS
    'CL-year-city-number, given when the report is filed; unique in the organization.';
COMMENT ON COLUMN civic.reports.user_id IS 'Who filed it.';
COMMENT ON COLUMN civic.reports.assigned_to IS 'Officer in charge; the task follows it.';
COMMENT ON COLUMN civic.reports.category IS 'As chosen when filed; see effective_category.';
COMMENT ON COLUMN civic.reports.status_updated_at IS 'Time of the last move.';
COMMENT ON COLUMN civic.reports.location IS
    'Point of latitude and longitude; computed. Its index is one of geometry: ask with'
    ' civic_helpers.is_within(location, latitude, longitude, metres), or with location::geometry && a box.';
COMMENT ON COLUMN civic.reports.ai_category IS 'Category found by keywords or by a model.';
COMMENT ON COLUMN civic.reports.ai_confidence IS 'Confidence of ai_category, 0 to 1.';
COMMENT ON COLUMN civic.reports.manual_category IS
    'Category decided by a person; goes before ai_category and category.';
COMMENT ON COLUMN civic.reports.manual_severity IS 'Severity decided by a person; goes before severity.';
COMMENT ON COLUMN civic.reports.is_public IS
    'False: shown only to the reporter, the department and staff with the right.';
COMMENT ON COLUMN civic.reports.is_sensitive IS 'Set by moderators: as private as is_public = false.';
COMMENT ON COLUMN civic.reports.needs_review IS
    'A person should look at it: at the classification, or whether it is a duplicate.';
COMMENT ON COLUMN civic.reports.is_duplicate IS 'Status is duplicate; computed.';
COMMENT ON COLUMN civic.reports.duplicate_of_report_id IS
    'Root of the family of duplicates; set exactly while status is duplicate.';
COMMENT ON COLUMN civic.reports.duplicate_score IS
    'Score, 0 to 1, by which the report became a duplicate by itself; null where a person said so.';
COMMENT ON COLUMN civic.reports.duplicate_reason IS
    'Why the report is a duplicate, in words: found by the search, or given by a person.';
COMMENT ON COLUMN civic.reports.hold_reason IS '10 to 1000 characters, while on hold.';
COMMENT ON COLUMN civic.reports.rework_reason IS 'Why finished work was sent back.';
COMMENT ON COLUMN civic.reports.assignment_rejection_reason IS 'Why the officer refused, 10 to 1000 characters.';
COMMENT ON COLUMN civic.reports.resolution_notes IS 'What the officer did.';
COMMENT ON COLUMN civic.reports.estimated_resume_date IS 'When work on a report on hold should go on.';
COMMENT ON COLUMN civic.reports.hold_approval_required IS 'The officer asked for approval of the hold.';
COMMENT ON COLUMN civic.reports.supporter_count IS 'How many others support it; kept by triggers.';
COMMENT ON COLUMN civic.reports.external_id IS 'Key of the report in the system it was imported from.';

CREATE TABLE civic.report_supporters (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    report_id uuid NOT NULL,
    user_id uuid NOT NULL DEFAULT civic.current_user_id(),
    from_report_id uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, report_id, user_id),
    CONSTRAINT report_supporters_report_fkey FOREIGN KEY (organization_id, report_id)
        REFERENCES civic.reports (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT report_supporters_from_report_fkey FOREIGN KEY (organization_id, from_report_id)
        REFERENCES civic.reports (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT report_supporters_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id)
);
CREATE INDEX report_supporters_user ON civic.report_supporters (organization_id, user_id);
CREATE INDEX report_supporters_from_report ON civic.report_supporters (organization_id, from_report_id)
    WHERE from_report_id IS NOT NULL;
COMMENT ON TABLE civic.report_supporters IS 'People who said "me too" instead of filing the same report again.';
COMMENT ON COLUMN civic.report_supporters.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.report_supporters.report_id IS 'Report that is supported.';
COMMENT ON COLUMN civic.report_supporters.user_id IS 'Person who supports it.';
COMMENT ON COLUMN civic.report_supporters.from_report_id IS
    'Duplicate the person filed or supports, as long as it is one of this report; null where the person supports this'
    ' report itself.';
COMMENT ON COLUMN civic.report_supporters.created_at IS 'When the person said so.';

CREATE TABLE civic.tasks (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    report_id uuid NOT NULL,
    assigned_to uuid NOT NULL,
    assigned_by uuid DEFAULT civic.current_user_id(),
    department_id uuid,
    status civic.task_status NOT NULL DEFAULT 'assigned',
    priority integer NOT NULL DEFAULT 5,
    notes text,
    resolution_notes text,
    rejection_reason text,
    rejected_at timestamptz,
    sla_deadline timestamptz,
    sla_state civic.sla_state NOT NULL DEFAULT 'ok',
    sla_violation_count integer NOT NULL DEFAULT 0,
    sla_policy_id uuid,
    sla_category text,
    sla_severity civic.report_severity NOT NULL DEFAULT 'medium',
    sla_next_check timestamptz,
    assigned_at timestamptz NOT NULL DEFAULT now(),
    acknowledged_at timestamptz,
    started_at timestamptz,
    resolved_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT tasks_report_id_key UNIQUE (organization_id, report_id),
    CONSTRAINT tasks_report_fkey FOREIGN KEY (organization_id, report_id)
        REFERENCES civic.reports (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT tasks_assigned_to_fkey FOREIGN KEY (organization_id, assigned_to)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT tasks_assigned_by_fkey FOREIGN KEY (organization_id, assigned_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT tasks_department_fkey FOREIGN KEY (organization_id, department_id)
        REFERENCES civic.departments (organization_id, id),
    CONSTRAINT tasks_priority_check CHECK (priority BETWEEN 1 AND 10),
    CONSTRAINT tasks_sla_violation_count_check CHECK (sla_violation_count >= 0)
) WITH (fillfactor = 85);
CREATE INDEX tasks_officer_status ON civic.tasks (organization_id, assigned_to, status);
CREATE INDEX tasks_assigned_by ON civic.tasks (organization_id, assigned_by);
CREATE INDEX tasks_department ON civic.tasks (organization_id, department_id, status);
CREATE INDEX tasks_sla_deadline ON civic.tasks (organization_id, sla_deadline)
    WHERE status NOT IN ('resolved', 'rejected');
CREATE INDEX tasks_priority ON civic.tasks (organization_id, priority DESC, status);
COMMENT ON TABLE civic.tasks IS
    'The work on a report, at most one each. Status and officer say the same as the report: the report is the truth,'
    ' a write here is a move of the report.';
COMMENT ON COLUMN civic.tasks.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.tasks.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.tasks.report_id IS 'Report the work is on; at most one task each.';
COMMENT ON COLUMN civic.tasks.assigned_to IS 'Officer in charge, as in the report.';
COMMENT ON COLUMN civic.tasks.assigned_by IS 'Person who gave the work to the officer; null for the system.';
COMMENT ON COLUMN civic.tasks.status IS 'Where the work stands; follows from the status of the report.';
COMMENT ON COLUMN civic.tasks.notes IS 'Notes for the officer; the reason while on hold.';
COMMENT ON COLUMN civic.tasks.resolution_notes IS 'What the officer did, as in the report.';
COMMENT ON COLUMN civic.tasks.rejection_reason IS 'Why the officer refused, or why finished work was sent back.';
COMMENT ON COLUMN civic.tasks.rejected_at IS 'When the work was refused or the report rejected; null otherwise.';
COMMENT ON COLUMN civic.tasks.sla_state IS 'Whether sla_deadline is met, near or missed.';
COMMENT ON COLUMN civic.tasks.sla_violation_count IS 'How often a deadline was missed.';
COMMENT ON COLUMN civic.tasks.assigned_at IS 'When the officer in charge got the work.';
COMMENT ON COLUMN civic.tasks.acknowledged_at IS 'When the officer took the work on; null until then.';
COMMENT ON COLUMN civic.tasks.started_at IS 'When work was started; null until then.';
COMMENT ON COLUMN civic.tasks.resolved_at IS 'When the work was handed in or accepted; null until then.';
COMMENT ON COLUMN civic.tasks.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.tasks.updated_at IS 'When the row was last changed; null until then.';
COMMENT ON COLUMN civic.tasks.priority IS '1 to 10, higher first.';
COMMENT ON COLUMN civic.tasks.sla_deadline IS
    'Assignment plus the working time that is allowed and was not paused; null while the clock stands.';
COMMENT ON COLUMN civic.tasks.sla_policy_id IS
    'Version of the policy that was promised; null for civic_helpers.severity_hours() around the clock.';
COMMENT ON COLUMN civic.tasks.sla_category IS 'Effective category of the report that the promise was made for.';
COMMENT ON COLUMN civic.tasks.sla_severity IS 'Effective severity of the report that the promise was made for.';
COMMENT ON COLUMN civic.tasks.sla_next_check IS
    'When civic.tick() has something to do for the task; null where nothing is left.';
COMMENT ON COLUMN civic.tasks.department_id IS 'Department of the report.';

CREATE TABLE civic.media (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    report_id uuid NOT NULL,
    file_url civic.storage_key NOT NULL,
    file_type civic.media_type NOT NULL,
    file_size civic.file_size,
    mime_type civic.mime_type,
    sha256 civic.sha256,
    is_primary boolean NOT NULL DEFAULT false,
    is_proof_of_work boolean NOT NULL DEFAULT false,
    sequence_order integer,
    caption text,
    meta jsonb NOT NULL DEFAULT '{}',
    upload_source civic.upload_source NOT NULL DEFAULT 'citizen_submission',
    uploaded_by uuid DEFAULT civic.current_user_id(),
    is_public boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT media_report_fkey FOREIGN KEY (organization_id, report_id)
        REFERENCES civic.reports (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT media_uploaded_by_fkey FOREIGN KEY (organization_id, uploaded_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT media_caption_check CHECK (length(caption) <= 500),
    CONSTRAINT media_mime_type_check CHECK (CASE file_type
        WHEN 'image' THEN mime_type IN ('image/jpeg', 'image/png', 'image/webp')
        WHEN 'audio' THEN mime_type
            IN ('audio/mpeg', 'audio/wav', 'audio/mp4', 'audio/x-m4a', 'audio/webm', 'audio/ogg')
        ELSE true
    END),
    CONSTRAINT media_file_size_check CHECK (file_size <= CASE file_type
        WHEN 'image' THEN 10485760
        WHEN 'audio' THEN 26214400
        ELSE 52428800
    END)
);
CREATE INDEX media_report ON civic.media (organization_id, report_id, sequence_order);
CREATE INDEX media_uploaded_by ON civic.media (organization_id, uploaded_by);
COMMENT ON TABLE civic.media IS
    'Files of a report; the bytes lie elsewhere. Images up to 10 MiB, audio up to 25 MiB, 50 MiB a report; up to 5'
    ' images and 1 recording by the resident, up to 5 images by the officer.';
COMMENT ON COLUMN civic.media.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.media.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.media.report_id IS 'Report the file belongs to.';
COMMENT ON COLUMN civic.media.file_url IS 'Where the bytes lie, up to 500 characters.';
COMMENT ON COLUMN civic.media.file_type IS 'Kind of the file; decides which mime_type and file_size are allowed.';
COMMENT ON COLUMN civic.media.mime_type IS 'MIME type of the file, such as image/jpeg.';
COMMENT ON COLUMN civic.media.is_primary IS 'The file shown first.';
COMMENT ON COLUMN civic.media.sequence_order IS 'Place among the files of the report, lowest first.';
COMMENT ON COLUMN civic.media.caption IS 'Words to the file, up to 500 characters.';
COMMENT ON COLUMN civic.media.upload_source IS 'In which step the file was attached.';
COMMENT ON COLUMN civic.media.uploaded_by IS 'Person who attached the file; null for the system.';
COMMENT ON COLUMN civic.media.created_at IS 'When the file was attached.';
COMMENT ON COLUMN civic.media.updated_at IS 'When the row was last changed; null until then.';
COMMENT ON COLUMN civic.media.file_size IS 'Bytes.';
COMMENT ON COLUMN civic.media.sha256 IS 'SHA-256 of the file.';
COMMENT ON COLUMN civic.media.is_proof_of_work IS 'Photo of the officer, before or after.';
COMMENT ON COLUMN civic.media.is_public IS 'The report is public; kept by triggers.';
COMMENT ON COLUMN civic.media.meta IS 'original_filename and what else the uploader knows.';

CREATE TABLE civic_private.public_figures (
    organization_id uuid PRIMARY KEY,
    figures jsonb NOT NULL,
    counted_at timestamptz NOT NULL,
    CONSTRAINT public_figures_organization_fkey FOREIGN KEY (organization_id)
        REFERENCES civic.organizations (id) ON DELETE CASCADE
);
COMMENT ON TABLE civic_private.public_figures IS
    'What civic.public_statistics() tells of organizations with more than 1000 public reports, so that no visitor makes'
    ' the server read them all. Written by civic.tick().';
COMMENT ON COLUMN civic_private.public_figures.organization_id IS 'Organization that is counted.';
COMMENT ON COLUMN civic_private.public_figures.figures IS 'What civic_private.count_public_reports() returned.';
COMMENT ON COLUMN civic_private.public_figures.counted_at IS 'When.';
