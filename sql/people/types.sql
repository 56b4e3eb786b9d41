CREATE TYPE civic.reputation_reason AS ENUM ('report_filed', 'validation_helpful', 'adjusted');
COMMENT ON TYPE civic.reputation_reason IS
    'Why somebody''s reputation changed: 5 points for each report, 2 for each validation that turned out right, any number'
    ' by staff.';

CREATE TYPE civic.validation_vote AS ENUM ('valid', 'invalid');
COMMENT ON TYPE civic.validation_vote IS 'Whether a report is true, in the eyes of another resident.';

CREATE TYPE civic.department_change AS ENUM ('keep_assignments', 'reassign_reports', 'unassign_reports');
COMMENT ON TYPE civic.department_change IS
    'What becomes of the open work of an officer who goes to another department: they keep it, colleagues get it, or it'
    ' waits in the department.';
