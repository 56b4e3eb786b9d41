CREATE TYPE civic.report_status AS ENUM (
    'received', 'pending_classification', 'classified', 'assigned_to_department', 'assigned_to_officer',
    'assignment_rejected', 'acknowledged', 'in_progress', 'pending_verification', 'on_hold', 'resolved', 'closed',
    'reopened', 'rejected', 'duplicate'
);
COMMENT ON TYPE civic.report_status IS 'Where a report stands; the moves are in civic.workflow_transitions.';

CREATE TYPE civic.report_severity AS ENUM ('low', 'medium', 'high', 'critical');
COMMENT ON TYPE civic.report_severity IS 'How bad it is.';

CREATE TYPE civic.task_status AS ENUM (
    'assigned', 'acknowledged', 'in_progress', 'pending_verification', 'on_hold', 'resolved', 'rejected'
);
COMMENT ON TYPE civic.task_status IS 'Where the work on a report stands; follows from the status of the report.';

CREATE TYPE civic.sla_state AS ENUM ('ok', 'warning', 'violated');
COMMENT ON TYPE civic.sla_state IS 'Whether a deadline is met, near or missed.';

CREATE TYPE civic.media_type AS ENUM ('image', 'video', 'audio', 'document');
COMMENT ON TYPE civic.media_type IS 'Kind of an attached file.';

CREATE TYPE civic.upload_source AS ENUM ('citizen_submission', 'officer_before_photo', 'officer_after_photo');
COMMENT ON TYPE civic.upload_source IS 'In which step a file was attached.';

CREATE TYPE civic.assignment_decision AS ENUM ('reassign', 'reclassify', 'reject_report');
COMMENT ON TYPE civic.assignment_decision IS 'What becomes of a report whose officer refused it.';
