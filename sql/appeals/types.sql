CREATE TYPE civic.appeal_type AS ENUM (
    'classification', 'resolution', 'rejection', 'incorrect_assignment', 'workload', 'resource_lack', 'quality_concern'
);
COMMENT ON TYPE civic.appeal_type IS
    'What is appealed against. The first three are for the reporter, the next three for the officer in charge, the last'
    ' for administrators.';

CREATE TYPE civic.appeal_status AS ENUM ('submitted', 'under_review', 'approved', 'rejected', 'withdrawn');
COMMENT ON TYPE civic.appeal_status IS
    'Where an appeal stands; the moves are those of workflow appeal. The first two are open.';
