CREATE TYPE civic.case_status AS ENUM (
    'new', 'pending_review', 'assigned', 'in_progress', 'pending_completion', 'completed'
);
COMMENT ON TYPE civic.case_status IS 'Where a case stands; the moves are those of workflow case.';

CREATE TYPE civic.case_priority AS ENUM ('low', 'medium', 'high', 'urgent');
COMMENT ON TYPE civic.case_priority IS 'How soon a case is to be worked on.';

CREATE TYPE civic.case_action AS ENUM ('created', 'assigned', 'status_changed', 'commented');
COMMENT ON TYPE civic.case_action IS 'What an entry in the log of a case tells of.';
