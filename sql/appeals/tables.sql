CREATE TABLE civic.appeals (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    report_id uuid NOT NULL,
    ordinal smallint NOT NULL,
    submitted_by_user_id uuid NOT NULL DEFAULT civic.current_user_id(),
    appeal_type civic.appeal_type NOT NULL,
    status civic.appeal_status NOT NULL DEFAULT 'submitted',
    reason text NOT NULL,
    evidence text,
    requested_action text,
    reviewed_by_user_id uuid,
    reviewed_at timestamptz,
    review_notes text,
    action_taken text,
    reassigned_to_user_id uuid,
    reassigned_to_department_id uuid,
    reassignment_reason text,
    requires_rework boolean NOT NULL DEFAULT false,
    rework_assigned_to_user_id uuid,
    rework_notes text,
    rework_completed boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT appeals_report_fkey FOREIGN KEY (organization_id, report_id)
        REFERENCES civic.reports (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT appeals_submitted_by_fkey FOREIGN KEY (organization_id, submitted_by_user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT appeals_reviewed_by_fkey FOREIGN KEY (organization_id, reviewed_by_user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT appeals_reassigned_to_user_fkey FOREIGN KEY (organization_id, reassigned_to_user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT appeals_reassigned_to_department_fkey FOREIGN KEY (organization_id, reassigned_to_department_id)
        REFERENCES civic.departments (organization_id, id),
    CONSTRAINT appeals_rework_assigned_to_fkey FOREIGN KEY (organization_id, rework_assigned_to_user_id)
        REFERENCES civic.users (organization_id, id),
    -- However many file at once, a report has no third appeal.
    CONSTRAINT appeals_ordinal_key UNIQUE (organization_id, report_id, ordinal),
    CONSTRAINT appeals_ordinal_check CHECK (ordinal BETWEEN 1 AND 2),
    CONSTRAINT appeals_reason_check CHECK (length(reason) BETWEEN 10 AND 2000),
    CONSTRAINT appeals_texts_check CHECK (
        length(evidence) <= 2000 AND length(requested_action) <= 2000 AND length(review_notes) <= 2000
        AND length(action_taken) <= 2000 AND length(reassignment_reason) <= 2000
    ),
    CONSTRAINT appeals_reassignment_check CHECK (
        appeal_type IN ('incorrect_assignment', 'workload', 'resource_lack')
        OR num_nonnulls(reassigned_to_user_id, reassigned_to_department_id, reassignment_reason) = 0
    ),
    CONSTRAINT appeals_reassigned_check CHECK (
        appeal_type <> 'incorrect_assignment' OR status <> 'approved'
        OR num_nonnulls(reassigned_to_user_id, reassigned_to_department_id) > 0
    ),
    CONSTRAINT appeals_rework_check CHECK (
        CASE WHEN requires_rework
            THEN appeal_type IN ('resolution', 'quality_concern')
                AND coalesce(length(rework_notes), 0) BETWEEN 1 AND 1000
            ELSE NOT rework_completed AND num_nonnulls(rework_assigned_to_user_id, rework_notes) = 0 END
    )
);
CREATE INDEX appeals_submitted_by ON civic.appeals (organization_id, submitted_by_user_id, id);
CREATE INDEX appeals_status ON civic.appeals (organization_id, status, id);
CREATE INDEX appeals_reviewed_by ON civic.appeals (organization_id, reviewed_by_user_id)
    WHERE reviewed_by_user_id IS NOT NULL;
CREATE INDEX appeals_reassigned_to_user ON civic.appeals (organization_id, reassigned_to_user_id)
    WHERE reassigned_to_user_id IS NOT NULL;
CREATE INDEX appeals_reassigned_to_department ON civic.appeals (organization_id, reassigned_to_department_id)
    WHERE reassigned_to_department_id IS NOT NULL;
CREATE INDEX appeals_rework_assigned_to ON civic.appeals (organization_id, rework_assigned_to_user_id)
    WHERE rework_assigned_to_user_id IS NOT NULL;
COMMENT ON TABLE civic.appeals IS
    'Objections to what was decided about a report, by its reporter, the officer in charge or an administrator; at most'
    ' two a report. What an approval orders happens in the same transaction, under the guard of the report.';
COMMENT ON COLUMN civic.appeals.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.appeals.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.appeals.report_id IS 'Report the appeal is about.';
COMMENT ON COLUMN civic.appeals.ordinal IS 'First or second appeal of the report; withdrawn ones count.';
COMMENT ON COLUMN civic.appeals.submitted_by_user_id IS 'Person who appeals.';
COMMENT ON COLUMN civic.appeals.appeal_type IS
    'What is appealed against; decides who may and what an approval can order.';
COMMENT ON COLUMN civic.appeals.status IS 'Where it stands; moves only along civic.workflow_transitions.';
COMMENT ON COLUMN civic.appeals.reason IS 'Why, in 10 to 2000 characters.';
COMMENT ON COLUMN civic.appeals.evidence IS 'What speaks for it, up to 2000 characters.';
COMMENT ON COLUMN civic.appeals.requested_action IS 'What the person wants done, up to 2000 characters.';
COMMENT ON COLUMN civic.appeals.reviewed_by_user_id IS 'Person who last moved it on; null until then.';
COMMENT ON COLUMN civic.appeals.reviewed_at IS 'When it was last moved on; null until then.';
COMMENT ON COLUMN civic.appeals.review_notes IS 'Why it was decided so; required for a decision.';
COMMENT ON COLUMN civic.appeals.action_taken IS 'What was done, in words.';
COMMENT ON COLUMN civic.appeals.reassigned_to_user_id IS
    'Officer who gets the report by the approval; appeals of officers only.';
COMMENT ON COLUMN civic.appeals.reassigned_to_department_id IS
    'Department that gets the report by the approval; appeals of officers only.';
COMMENT ON COLUMN civic.appeals.reassignment_reason IS 'Why it goes there.';
COMMENT ON COLUMN civic.appeals.requires_rework IS
    'The work has to be done again: the approval reopens the report; appeals against a resolution and quality concerns'
    ' only.';
COMMENT ON COLUMN civic.appeals.rework_assigned_to_user_id IS
    'Officer who does it again; the one in charge unless another is named.';
COMMENT ON COLUMN civic.appeals.rework_notes IS 'What has to be done again, 1 to 1000 characters.';
COMMENT ON COLUMN civic.appeals.rework_completed IS 'The work was handed in again; set by the report''s move.';
COMMENT ON COLUMN civic.appeals.created_at IS 'When it was submitted.';
COMMENT ON COLUMN civic.appeals.updated_at IS 'When the row was last changed; null until then.';
