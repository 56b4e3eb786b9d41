CREATE TABLE civic.feedbacks (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    report_id uuid NOT NULL,
    user_id uuid NOT NULL DEFAULT civic.current_user_id(),
    officer_id uuid,
    department_id uuid,
    rating smallint NOT NULL,
    satisfaction_level civic.satisfaction_level NOT NULL,
    comment text,
    resolution_time_acceptable boolean NOT NULL DEFAULT true,
    work_quality_acceptable boolean NOT NULL DEFAULT true,
    officer_behavior_acceptable boolean NOT NULL DEFAULT true,
    would_recommend boolean NOT NULL DEFAULT true,
    requires_followup boolean NOT NULL DEFAULT false,
    followup_reason text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT feedbacks_report_fkey FOREIGN KEY (organization_id, report_id)
        REFERENCES civic.reports (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT feedbacks_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT feedbacks_officer_fkey FOREIGN KEY (organization_id, officer_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT feedbacks_department_fkey FOREIGN KEY (organization_id, department_id)
        REFERENCES civic.departments (organization_id, id),
    CONSTRAINT feedbacks_report_key UNIQUE (organization_id, report_id),
    CONSTRAINT feedbacks_rating_check CHECK (rating BETWEEN 1 AND 5),
    CONSTRAINT feedbacks_comment_check CHECK (length(comment) <= 2000),
    CONSTRAINT feedbacks_followup_reason_check CHECK (length(followup_reason) <= 1000)
);
CREATE INDEX feedbacks_user ON civic.feedbacks (organization_id, user_id);
CREATE INDEX feedbacks_officer ON civic.feedbacks (organization_id, officer_id, created_at);
CREATE INDEX feedbacks_department ON civic.feedbacks (organization_id, department_id, created_at);
CREATE INDEX feedbacks_followup ON civic.feedbacks (organization_id, id) WHERE requires_followup;
COMMENT ON TABLE civic.feedbacks IS
    'What reporters say of the resolution of their reports; one a report, to be edited for 7 days. Who is satisfied'
    ' closes the report; who is not is to be asked why.';
COMMENT ON COLUMN civic.feedbacks.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.feedbacks.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.feedbacks.report_id IS 'Report whose resolution is rated.';
COMMENT ON COLUMN civic.feedbacks.user_id IS 'Reporter who rates it.';
COMMENT ON COLUMN civic.feedbacks.officer_id IS 'Officer who was in charge.';
COMMENT ON COLUMN civic.feedbacks.department_id IS 'Department that was in charge.';
COMMENT ON COLUMN civic.feedbacks.rating IS '1 worst to 5 best.';
COMMENT ON COLUMN civic.feedbacks.satisfaction_level IS 'How satisfied the reporter is; satisfied closes the report.';
COMMENT ON COLUMN civic.feedbacks.comment IS 'In their words, up to 2000 characters.';
COMMENT ON COLUMN civic.feedbacks.resolution_time_acceptable IS 'It did not take too long.';
COMMENT ON COLUMN civic.feedbacks.work_quality_acceptable IS 'The work was done well enough.';
COMMENT ON COLUMN civic.feedbacks.officer_behavior_acceptable IS 'The officer behaved well.';
COMMENT ON COLUMN civic.feedbacks.would_recommend IS 'The reporter would tell others to report things.';
COMMENT ON COLUMN civic.feedbacks.requires_followup IS
    'Somebody should ask why: rating 1 or 2, or dissatisfied; until civic.close_followup().';
COMMENT ON COLUMN civic.feedbacks.followup_reason IS 'Why they should be asked, then what came of it.';
COMMENT ON COLUMN civic.feedbacks.created_at IS 'When it was given.';
COMMENT ON COLUMN civic.feedbacks.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic.resolution_confirmations (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    report_id uuid NOT NULL,
    user_id uuid NOT NULL DEFAULT civic.current_user_id(),
    resolved_at timestamptz NOT NULL,
    is_confirmed boolean NOT NULL,
    comment text,
    is_upheld boolean,
    settled_by_user_id uuid,
    settled_at timestamptz,
    settlement_notes text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, report_id, user_id, resolved_at),
    CONSTRAINT resolution_confirmations_report_fkey FOREIGN KEY (organization_id, report_id)
        REFERENCES civic.reports (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT resolution_confirmations_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT resolution_confirmations_settled_by_fkey FOREIGN KEY (organization_id, settled_by_user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT resolution_confirmations_comment_check CHECK (
        length(comment) <= 1000 AND (is_confirmed OR coalesce(length(comment), 0) >= 10)
    ),
    CONSTRAINT resolution_confirmations_settled_check CHECK (
        (is_upheld IS NULL) = (settled_at IS NULL) AND NOT (is_confirmed AND is_upheld IS NOT NULL)
    ),
    CONSTRAINT resolution_confirmations_notes_check CHECK (length(settlement_notes) BETWEEN 1 AND 1000)
);
CREATE INDEX resolution_confirmations_user ON civic.resolution_confirmations (organization_id, user_id);
CREATE INDEX resolution_confirmations_settled_by ON civic.resolution_confirmations (organization_id, settled_by_user_id)
    WHERE settled_by_user_id IS NOT NULL;
CREATE INDEX resolution_confirmations_disputed ON civic.resolution_confirmations (organization_id, report_id)
    WHERE NOT is_confirmed AND settled_at IS NULL;
COMMENT ON TABLE civic.resolution_confirmations IS
    'Whether those who reported or support a matter say that it is done. One word a person and resolution, within'
    ' organizations.confirmation_days of it. A dispute keeps the report from being closed until somebody settles it.';
COMMENT ON COLUMN civic.resolution_confirmations.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.resolution_confirmations.report_id IS 'Report, the root of its family of duplicates.';
COMMENT ON COLUMN civic.resolution_confirmations.user_id IS
    'Person who reported it, filed a duplicate of it or supports it.';
COMMENT ON COLUMN civic.resolution_confirmations.resolved_at IS 'Which resolution is meant: when it was made.';
COMMENT ON COLUMN civic.resolution_confirmations.is_confirmed IS 'True: it is done. False: it is not.';
COMMENT ON COLUMN civic.resolution_confirmations.comment IS 'Why; for a dispute 10 to 1000 characters.';
COMMENT ON COLUMN civic.resolution_confirmations.is_upheld IS
    'The dispute was right and the report was opened again; null until it is settled, and for confirmations.';
COMMENT ON COLUMN civic.resolution_confirmations.settled_by_user_id IS 'Person who settled the dispute.';
COMMENT ON COLUMN civic.resolution_confirmations.settled_at IS 'When it was settled; null until then.';
COMMENT ON COLUMN civic.resolution_confirmations.settlement_notes IS 'Why it was settled so, 1 to 1000 characters.';
COMMENT ON COLUMN civic.resolution_confirmations.created_at IS 'When the person said so.';
COMMENT ON COLUMN civic.resolution_confirmations.updated_at IS 'When the row was last changed; null until then.';
