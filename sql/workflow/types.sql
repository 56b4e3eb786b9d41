CREATE TYPE civic.transition_actor AS ENUM ('anyone', 'assignee', 'creator', 'system');
COMMENT ON TYPE civic.transition_actor IS
    'What a caller may be to a row: assignee and creator as the row stood before the move, system for jobs and for'
    ' civic itself.';
