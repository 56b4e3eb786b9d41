CREATE TABLE civic_private.workflow_signal ();
COMMENT ON TABLE civic_private.workflow_signal IS
    'Always empty. Its invalidation tells every backend that workflow rules changed.';

CREATE TABLE civic.workflow_transitions (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    workflow text NOT NULL,
    from_status text,
    to_status text NOT NULL,
    actors civic.transition_actor[] NOT NULL DEFAULT '{}',
    permission_code text,
    reason_column text,
    reason_min integer NOT NULL DEFAULT 1,
    reason_max integer NOT NULL DEFAULT 1000,
    required_columns text[] NOT NULL DEFAULT '{}',
    changed_columns text[] NOT NULL DEFAULT '{}',
    cleared_columns text[] NOT NULL DEFAULT '{}',
    is_enabled boolean NOT NULL DEFAULT true,
    description text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT workflow_transitions_organization_fkey FOREIGN KEY (organization_id)
        REFERENCES civic.organizations (id),
    CONSTRAINT workflow_transitions_permission_fkey FOREIGN KEY (permission_code)
        REFERENCES civic.permissions (code),
    CONSTRAINT workflow_transitions_move_key UNIQUE NULLS NOT DISTINCT
        (organization_id, workflow, from_status, to_status),
    CONSTRAINT workflow_transitions_move_check CHECK (from_status <> to_status),
    CONSTRAINT workflow_transitions_workflow_check CHECK (workflow ~ '^[a-z][a-z0-9_]{1,40}$'),
    CONSTRAINT workflow_transitions_reason_check CHECK (reason_min >= 0 AND reason_max >= reason_min)
);
CREATE INDEX workflow_transitions_permission ON civic.workflow_transitions (permission_code);
COMMENT ON TABLE civic.workflow_transitions IS
    'The moves a status may make. Rows of the organization of zeroes hold for everybody; a row of an organization for'
    ' the same move replaces the built-in one there. A committed change holds from every session''s next statement'
    ' on.';
COMMENT ON COLUMN civic.workflow_transitions.organization_id IS
    'Organization the rule holds for; the one of zeroes for all.';
COMMENT ON COLUMN civic.workflow_transitions.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.workflow_transitions.to_status IS 'Status after the move.';
COMMENT ON COLUMN civic.workflow_transitions.reason_min IS 'Least number of characters of the reason.';
COMMENT ON COLUMN civic.workflow_transitions.reason_max IS 'Greatest number of characters of the reason.';
COMMENT ON COLUMN civic.workflow_transitions.description IS 'What the rule is for, for people who read it.';
COMMENT ON COLUMN civic.workflow_transitions.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.workflow_transitions.updated_at IS 'When the row was last changed; null until then.';
COMMENT ON COLUMN civic.workflow_transitions.workflow IS 'First argument of the guard_status trigger of the table.';
COMMENT ON COLUMN civic.workflow_transitions.from_status IS 'Status before; null for the status a new row may have.';
COMMENT ON COLUMN civic.workflow_transitions.actors IS 'Who may make the move by what they are to the row.';
COMMENT ON COLUMN civic.workflow_transitions.permission_code IS 'Who holds this permission may make the move as well.';
COMMENT ON COLUMN civic.workflow_transitions.reason_column IS
    'Column that must hold a reason of reason_min to reason_max characters, blanks at the ends not counted.';
COMMENT ON COLUMN civic.workflow_transitions.required_columns IS 'Columns that must not be null after the move.';
COMMENT ON COLUMN civic.workflow_transitions.changed_columns IS 'Columns that must get another value in the move.';
COMMENT ON COLUMN civic.workflow_transitions.cleared_columns IS 'Columns that the move sets to null.';
COMMENT ON COLUMN civic.workflow_transitions.is_enabled IS 'False takes a built-in move away from the organization.';

CREATE TABLE civic.status_history (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    workflow text NOT NULL,
    entity_id uuid NOT NULL,
    old_status text,
    new_status text NOT NULL,
    changed_by uuid,
    by_system boolean NOT NULL DEFAULT false,
    reason text,
    is_public boolean NOT NULL DEFAULT false,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT status_history_changed_by_fkey FOREIGN KEY (organization_id, changed_by)
        REFERENCES civic.users (organization_id, id)
);
CREATE INDEX status_history_entity ON civic.status_history (organization_id, entity_id, id);
CREATE INDEX status_history_changed_by ON civic.status_history (organization_id, changed_by)
    WHERE changed_by IS NOT NULL;
COMMENT ON TABLE civic.status_history IS
    'Every move of a guarded status, written in the same transaction; never changed.';
COMMENT ON COLUMN civic.status_history.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.status_history.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.status_history.workflow IS 'Workflow of the table the moved row is in, such as report.';
COMMENT ON COLUMN civic.status_history.entity_id IS 'Identifier of the moved row, in the table the workflow guards.';
COMMENT ON COLUMN civic.status_history.new_status IS 'Status after the move.';
COMMENT ON COLUMN civic.status_history.by_system IS 'The move was made by a job, an administrator or civic itself.';
COMMENT ON COLUMN civic.status_history.changed_at IS 'When the move was made.';
COMMENT ON COLUMN civic.status_history.old_status IS 'Null where the row was created.';
COMMENT ON COLUMN civic.status_history.changed_by IS 'Person who made the move; null where the system did.';
COMMENT ON COLUMN civic.status_history.reason IS 'The reason the move asked for.';
COMMENT ON COLUMN civic.status_history.is_public IS 'The row it speaks of was public.';
