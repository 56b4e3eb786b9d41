CREATE TABLE civic_private.duplicates_signal ();
COMMENT ON TABLE civic_private.duplicates_signal IS
    'Never holds a row: changes of duplicate policies and categories are signalled to all sessions through it.';

CREATE TABLE civic.duplicate_policies (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    category text,
    hint_radius_m double precision NOT NULL DEFAULT 250,
    window_days integer NOT NULL DEFAULT 30,
    include_closed boolean NOT NULL DEFAULT false,
    distance_weight double precision NOT NULL DEFAULT 0.40,
    address_weight double precision NOT NULL DEFAULT 0.20,
    text_weight double precision NOT NULL DEFAULT 0.25,
    age_weight double precision NOT NULL DEFAULT 0.15,
    hint_threshold double precision NOT NULL DEFAULT 0.20,
    review_threshold double precision NOT NULL DEFAULT 0.75,
    link_threshold double precision NOT NULL DEFAULT 0.80,
    link_radius_m double precision NOT NULL DEFAULT 25,
    street_numbers integer NOT NULL DEFAULT 50,
    automatic_linking boolean NOT NULL DEFAULT true,
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT duplicate_policies_organization_fkey FOREIGN KEY (organization_id)
        REFERENCES civic.organizations (id),
    CONSTRAINT duplicate_policies_category_fkey FOREIGN KEY (organization_id, category)
        REFERENCES civic.categories (organization_id, code) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT duplicate_policies_category_key UNIQUE NULLS NOT DISTINCT (organization_id, category),
    CONSTRAINT duplicate_policies_hint_radius_check CHECK (hint_radius_m BETWEEN 0 AND 5000),
    CONSTRAINT duplicate_policies_window_check CHECK (window_days BETWEEN 1 AND 3650),
    CONSTRAINT duplicate_policies_distance_weight_check CHECK (distance_weight BETWEEN 0.01 AND 100),
    CONSTRAINT duplicate_policies_address_weight_check CHECK (address_weight BETWEEN 0 AND 100),
    CONSTRAINT duplicate_policies_text_weight_check CHECK (text_weight BETWEEN 0 AND 100),
    CONSTRAINT duplicate_policies_age_weight_check CHECK (age_weight BETWEEN 0 AND 100),
    CONSTRAINT duplicate_policies_thresholds_check CHECK (
        hint_threshold >= 0 AND hint_threshold <= review_threshold AND review_threshold <= link_threshold
        AND link_threshold <= 1
    ),
    CONSTRAINT duplicate_policies_link_radius_check CHECK (link_radius_m BETWEEN 0 AND 500),
    CONSTRAINT duplicate_policies_street_numbers_check CHECK (street_numbers BETWEEN 0 AND 1000)
);
COMMENT ON TABLE civic.duplicate_policies IS
    'How duplicates are looked for: one row for a category, one without a category for all others. Where there is none,'
    ' built-in values hold; see civic.effective_duplicate_policies().';
COMMENT ON COLUMN civic.duplicate_policies.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.duplicate_policies.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.duplicate_policies.category IS 'Category of the new report; null for all without a row.';
COMMENT ON COLUMN civic.duplicate_policies.hint_radius_m IS
    'Metres around a new report in which others are compared with it, up to 5000; 0 turns the search off.';
COMMENT ON COLUMN civic.duplicate_policies.window_days IS
    'Days between two reports that are compared, at most.';
COMMENT ON COLUMN civic.duplicate_policies.include_closed IS 'Closed reports are suggested as well.';
COMMENT ON COLUMN civic.duplicate_policies.distance_weight IS
    'Weight of nearness in the score; 30 metres away counts half.';
COMMENT ON COLUMN civic.duplicate_policies.address_weight IS
    'Weight of the agreement of addresses, where both have one.';
COMMENT ON COLUMN civic.duplicate_policies.text_weight IS
    'Weight of the similarity of texts, where both have letters or digits.';
COMMENT ON COLUMN civic.duplicate_policies.age_weight IS 'Weight of freshness; a day apart counts half.';
COMMENT ON COLUMN civic.duplicate_policies.hint_threshold IS 'Lowest score, 0 to 1, at which a report is suggested.';
COMMENT ON COLUMN civic.duplicate_policies.review_threshold IS
    'Score from which a new report is put before a person (needs_review).';
COMMENT ON COLUMN civic.duplicate_policies.link_threshold IS
    'Score from which a new report is made a duplicate by itself, if it is also close by place or address.';
COMMENT ON COLUMN civic.duplicate_policies.link_radius_m IS
    'Metres within which two reports are close, up to 500; also the same street and a close house number is close.';
COMMENT ON COLUMN civic.duplicate_policies.street_numbers IS
    'House numbers apart at which addresses of one street agree by half, and up to which they are close.';
COMMENT ON COLUMN civic.duplicate_policies.automatic_linking IS
    'False: no report becomes a duplicate by itself; it is put before a person instead.';
COMMENT ON COLUMN civic.duplicate_policies.is_active IS 'False: as if the row were not there.';
COMMENT ON COLUMN civic.duplicate_policies.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.duplicate_policies.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic.duplicate_rejections (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    report_id uuid NOT NULL,
    other_report_id uuid NOT NULL,
    reason text,
    rejected_by uuid DEFAULT civic.current_user_id(),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, report_id, other_report_id),
    CONSTRAINT duplicate_rejections_report_fkey FOREIGN KEY (organization_id, report_id)
        REFERENCES civic.reports (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT duplicate_rejections_other_report_fkey FOREIGN KEY (organization_id, other_report_id)
        REFERENCES civic.reports (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT duplicate_rejections_rejected_by_fkey FOREIGN KEY (organization_id, rejected_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT duplicate_rejections_pair_check CHECK (report_id < other_report_id),
    CONSTRAINT duplicate_rejections_reason_check CHECK (length(reason) <= 1000)
);
CREATE INDEX duplicate_rejections_other_report ON civic.duplicate_rejections (organization_id, other_report_id);
CREATE INDEX duplicate_rejections_rejected_by ON civic.duplicate_rejections (organization_id, rejected_by);
COMMENT ON TABLE civic.duplicate_rejections IS
    'Pairs of reports that a person said are not the same. They are not suggested for each other again, nor the'
    ' families they are in.';
COMMENT ON COLUMN civic.duplicate_rejections.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.duplicate_rejections.report_id IS 'The report of the pair with the lower id.';
COMMENT ON COLUMN civic.duplicate_rejections.other_report_id IS 'The report of the pair with the higher id.';
COMMENT ON COLUMN civic.duplicate_rejections.reason IS 'Why they are not the same, up to 1000 characters.';
COMMENT ON COLUMN civic.duplicate_rejections.rejected_by IS 'Person who said so; null for the system.';
COMMENT ON COLUMN civic.duplicate_rejections.created_at IS 'When the person said so.';

-- Not columns of reports: those are rewritten with every move, and this is wide. Trigrams stay in the row, because a
-- search reads many of them.
CREATE TABLE civic_private.report_signatures (
    organization_id uuid NOT NULL,
    report_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    cell bigint NOT NULL,
    street bigint NOT NULL,
    category_key integer NOT NULL,
    house_number integer NOT NULL,
    state smallint NOT NULL,
    trigrams bytea NOT NULL,
    -- No foreign key: the trigger that writes the row has the report, and takes the row away with it.
    PRIMARY KEY (organization_id, report_id)
) WITH (toast_tuple_target = 8160);
ALTER TABLE civic_private.report_signatures ALTER trigrams SET STORAGE EXTERNAL;
CREATE INDEX report_signatures_search ON civic_private.report_signatures
    (organization_id, category_key, state, cell, created_at) INCLUDE (latitude, longitude);
COMMENT ON TABLE civic_private.report_signatures IS
    'What a report is compared with others by; kept by triggers, made anew by civic_private.rebuild_signatures().';
COMMENT ON COLUMN civic_private.report_signatures.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic_private.report_signatures.report_id IS 'The report.';
COMMENT ON COLUMN civic_private.report_signatures.created_at IS 'When the report was filed.';
COMMENT ON COLUMN civic_private.report_signatures.latitude IS 'Degrees north.';
COMMENT ON COLUMN civic_private.report_signatures.longitude IS 'Degrees east.';
COMMENT ON COLUMN civic_private.report_signatures.cell IS 'civic_private.grid_cell() of the place.';
COMMENT ON COLUMN civic_private.report_signatures.street IS 'Street of the address by civic_private.street_of().';
COMMENT ON COLUMN civic_private.report_signatures.category_key IS
    'civic_private.category_key() of the category that counts; 0 while it is open.';
COMMENT ON COLUMN civic_private.report_signatures.house_number IS
    'House number of the address by civic_private.street_of().';
COMMENT ON COLUMN civic_private.report_signatures.state IS 'civic_private.signature_state() of the status.';
COMMENT ON COLUMN civic_private.report_signatures.trigrams IS
    'civic_private.trigram_signature() of title and description.';
