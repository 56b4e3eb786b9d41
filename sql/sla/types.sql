CREATE TYPE civic.pause_reason AS ENUM ('on_hold', 'waiting_for_reporter', 'finished');
COMMENT ON TYPE civic.pause_reason IS
    'Why the clock of a report stands: the report is on hold, its reporter was asked something, or the work was'
    ' thought to be done until the report was opened again.';

CREATE TYPE civic.escalation_level AS ENUM ('level_1', 'level_2', 'level_3');
COMMENT ON TYPE civic.escalation_level IS 'Whom it concerns: head of department, city manager, mayor or council.';

CREATE TYPE civic.escalation_reason AS ENUM (
    'sla_breach', 'unresolved', 'quality_issue', 'citizen_complaint', 'vip_attention', 'critical_priority'
);
COMMENT ON TYPE civic.escalation_reason IS 'Why a report was escalated.';

CREATE TYPE civic.escalation_status AS ENUM (
    'escalated', 'acknowledged', 'under_review', 'action_taken', 'resolved', 'de_escalated'
);
COMMENT ON TYPE civic.escalation_status IS
    'Where an escalation stands; the moves are those of workflow escalation. The first four are open.';
