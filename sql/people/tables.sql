CREATE TABLE civic.reputation_events (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    user_id uuid NOT NULL,
    points integer NOT NULL,
    reason civic.reputation_reason NOT NULL,
    report_id uuid,
    note text,
    created_by uuid DEFAULT civic.current_user_id(),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT reputation_events_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT reputation_events_report_fkey FOREIGN KEY (organization_id, report_id)
        REFERENCES civic.reports (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT reputation_events_created_by_fkey FOREIGN KEY (organization_id, created_by)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT reputation_events_points_check CHECK (points <> 0 AND points BETWEEN -10000 AND 10000),
    CONSTRAINT reputation_events_reason_check CHECK (reason <> 'report_filed'),
    CONSTRAINT reputation_events_note_check CHECK (length(note) BETWEEN 1 AND 1000)
);
CREATE INDEX reputation_events_user ON civic.reputation_events (organization_id, user_id, id);
CREATE INDEX reputation_events_report ON civic.reputation_events (organization_id, report_id)
    WHERE report_id IS NOT NULL;
CREATE INDEX reputation_events_created_by ON civic.reputation_events (organization_id, created_by);
COMMENT ON TABLE civic.reputation_events IS
    'Changes of somebody''s reputation but for the points of their reports, which the reports themselves tell:'
    ' civic.reputation_history() shows both. The sum, never below 0, is in civic.user_scores.';
COMMENT ON COLUMN civic.reputation_events.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.reputation_events.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.reputation_events.user_id IS 'Person whose reputation changed.';
COMMENT ON COLUMN civic.reputation_events.points IS 'Points gained; negative for lost.';
COMMENT ON COLUMN civic.reputation_events.reason IS 'Why.';
COMMENT ON COLUMN civic.reputation_events.report_id IS 'Report it is about; null for none.';
COMMENT ON COLUMN civic.reputation_events.note IS 'Why, in the words of staff, up to 1000 characters.';
COMMENT ON COLUMN civic.reputation_events.created_by IS 'Person whose act it was; null for the system.';
COMMENT ON COLUMN civic.reputation_events.created_at IS 'When it changed.';

CREATE TABLE civic.report_validations (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    report_id uuid NOT NULL,
    user_id uuid NOT NULL DEFAULT civic.current_user_id(),
    vote civic.validation_vote NOT NULL,
    weight smallint NOT NULL,
    comment text,
    is_helpful boolean,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, report_id, user_id),
    CONSTRAINT report_validations_report_fkey FOREIGN KEY (organization_id, report_id)
        REFERENCES civic.reports (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT report_validations_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT report_validations_weight_check CHECK (weight BETWEEN 1 AND 3),
    CONSTRAINT report_validations_comment_check CHECK (length(comment) BETWEEN 1 AND 1000)
);
CREATE INDEX report_validations_user ON civic.report_validations (organization_id, user_id);
COMMENT ON TABLE civic.report_validations IS
    'What others say of a report: whether it is true. One vote a person and report; the vote of a citizen counts'
    ' once, of'
    ' a contributor twice, of a moderator or administrator three times.';
COMMENT ON COLUMN civic.report_validations.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.report_validations.report_id IS 'Report that is validated.';
COMMENT ON COLUMN civic.report_validations.user_id IS 'Person who validates it; never its reporter.';
COMMENT ON COLUMN civic.report_validations.vote IS 'Whether it is true.';
COMMENT ON COLUMN civic.report_validations.weight IS 'How often the vote counts, 1 to 3, as the person''s role was'
' then.';
COMMENT ON COLUMN civic.report_validations.comment IS 'Why, 1 to 1000 characters.';
COMMENT ON COLUMN civic.report_validations.is_helpful IS
    'The vote turned out right: the report was resolved, or rejected; null until it is either.';
COMMENT ON COLUMN civic.report_validations.created_at IS 'When the person first voted.';
COMMENT ON COLUMN civic.report_validations.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic.officer_metrics (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    officer_id uuid NOT NULL,
    period_start timestamptz NOT NULL,
    period_end timestamptz NOT NULL,
    department_id uuid,
    total_assigned integer NOT NULL DEFAULT 0,
    total_completed integer NOT NULL DEFAULT 0,
    total_active integer NOT NULL DEFAULT 0,
    total_acknowledged integer NOT NULL DEFAULT 0,
    total_in_progress integer NOT NULL DEFAULT 0,
    total_on_hold integer NOT NULL DEFAULT 0,
    resolution_rate double precision NOT NULL DEFAULT 0,
    avg_resolution_time_hours double precision NOT NULL DEFAULT 0,
    avg_acknowledgment_time_hours double precision NOT NULL DEFAULT 0,
    avg_completion_time_hours double precision NOT NULL DEFAULT 0,
    sla_compliance_rate double precision NOT NULL DEFAULT 0,
    sla_violations_count integer NOT NULL DEFAULT 0,
    sla_warnings_count integer NOT NULL DEFAULT 0,
    avg_satisfaction_score double precision NOT NULL DEFAULT 0,
    total_feedbacks_received integer NOT NULL DEFAULT 0,
    positive_feedbacks_count integer NOT NULL DEFAULT 0,
    negative_feedbacks_count integer NOT NULL DEFAULT 0,
    rework_count integer NOT NULL DEFAULT 0,
    rework_rate double precision NOT NULL DEFAULT 0,
    first_time_resolution_rate double precision NOT NULL DEFAULT 0,
    avg_daily_workload double precision NOT NULL DEFAULT 0,
    peak_concurrent_tasks integer NOT NULL DEFAULT 0,
    performance_score numeric NOT NULL
        GENERATED ALWAYS AS (civic_helpers.officer_score(resolution_rate, sla_compliance_rate,
        avg_satisfaction_score, first_time_resolution_rate, avg_resolution_time_hours)) STORED,
    grade text NOT NULL GENERATED ALWAYS AS (civic_helpers.officer_grade(civic_helpers.officer_score(resolution_rate,
        sla_compliance_rate, avg_satisfaction_score, first_time_resolution_rate, avg_resolution_time_hours))) STORED,
    calculated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, officer_id, period_start, period_end),
    CONSTRAINT officer_metrics_officer_fkey FOREIGN KEY (organization_id, officer_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT officer_metrics_department_fkey FOREIGN KEY (organization_id, department_id)
        REFERENCES civic.departments (organization_id, id),
    CONSTRAINT officer_metrics_period_check CHECK (period_end > period_start)
);
CREATE INDEX officer_metrics_department ON civic.officer_metrics (organization_id, department_id, period_start);
COMMENT ON TABLE civic.officer_metrics IS
    'How officers did in a period, computed from tasks, feedback and history by civic.rebuild_officer_metrics(),'
    ' which can'
    ' be done again at any time. Rates are per cent.';
COMMENT ON COLUMN civic.officer_metrics.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.officer_metrics.officer_id IS 'Officer it is about.';
COMMENT ON COLUMN civic.officer_metrics.period_start IS 'First moment of the period.';
COMMENT ON COLUMN civic.officer_metrics.period_end IS 'First moment after the period.';
COMMENT ON COLUMN civic.officer_metrics.department_id IS 'Department of the officer when it was computed.';
COMMENT ON COLUMN civic.officer_metrics.total_assigned IS 'Tasks that the officer was put in charge of in the period.';
COMMENT ON COLUMN civic.officer_metrics.total_completed IS 'Tasks of theirs that were done in the period and accepted.';
COMMENT ON COLUMN civic.officer_metrics.total_active IS
    'Tasks of theirs from before the end of the period that are open when it is computed.';
COMMENT ON COLUMN civic.officer_metrics.total_acknowledged IS 'Of these, acknowledged.';
COMMENT ON COLUMN civic.officer_metrics.total_in_progress IS 'Of these, in progress.';
COMMENT ON COLUMN civic.officer_metrics.total_on_hold IS 'Of these, on hold.';
COMMENT ON COLUMN civic.officer_metrics.resolution_rate IS 'Completed of completed and active.';
COMMENT ON COLUMN civic.officer_metrics.avg_resolution_time_hours IS
    'Mean hours from assignment until the work was handed in, over what was completed; 0 without any.';
COMMENT ON COLUMN civic.officer_metrics.avg_acknowledgment_time_hours IS 'Mean hours from assignment to'
' acknowledgment.';
COMMENT ON COLUMN civic.officer_metrics.avg_completion_time_hours IS 'Mean hours from start of work until it was'
' handed in.';
COMMENT ON COLUMN civic.officer_metrics.sla_compliance_rate IS 'In time, of what is completed or open and late.';
COMMENT ON COLUMN civic.officer_metrics.sla_violations_count IS 'Completed or open, and late.';
COMMENT ON COLUMN civic.officer_metrics.sla_warnings_count IS 'Open and warned of.';
COMMENT ON COLUMN civic.officer_metrics.avg_satisfaction_score IS
    'Mean rating of the feedback given in the period, 1 to 5; 0 without any.';
COMMENT ON COLUMN civic.officer_metrics.total_feedbacks_received IS 'Feedback given in the period on their work.';
COMMENT ON COLUMN civic.officer_metrics.positive_feedbacks_count IS 'Of these, rated 4 or 5.';
COMMENT ON COLUMN civic.officer_metrics.negative_feedbacks_count IS 'Of these, rated 1 to 3.';
COMMENT ON COLUMN civic.officer_metrics.rework_count IS
    'How often, in the period, their work was sent back or their report opened again.';
COMMENT ON COLUMN civic.officer_metrics.rework_rate IS 'Reworks of reworks and completed.';
COMMENT ON COLUMN civic.officer_metrics.first_time_resolution_rate IS 'Never sent back, of what was completed.';
COMMENT ON COLUMN civic.officer_metrics.avg_daily_workload IS 'Mean number of tasks in their hands over the period.';
COMMENT ON COLUMN civic.officer_metrics.peak_concurrent_tasks IS 'Most tasks in their hands at once.';
COMMENT ON COLUMN civic.officer_metrics.performance_score IS 'civic_helpers.officer_score() of these figures.';
COMMENT ON COLUMN civic.officer_metrics.grade IS 'civic_helpers.officer_grade() of the score.';
COMMENT ON COLUMN civic.officer_metrics.calculated_at IS 'When it was computed.';
