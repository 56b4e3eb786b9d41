CREATE TABLE civic.examples (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    title text NOT NULL,
    state civic.example_state NOT NULL DEFAULT 'new',
    priority integer NOT NULL DEFAULT 3,
    kind civic.example_kind,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT examples_organization_fkey FOREIGN KEY (organization_id) REFERENCES civic.organizations (id),
    CONSTRAINT examples_title_check CHECK (length(title) <= 40)
);
COMMENT ON TABLE civic.examples IS 'Examples, with a priority.';
COMMENT ON COLUMN civic.examples.priority IS 'At most civic.example_limit().';
CREATE INDEX examples_state_idx ON civic.examples (organization_id, state, priority);
CREATE TABLE civic.example_notes (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    example_id uuid NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (organization_id, example_id, number),
    CONSTRAINT example_notes_example_fkey FOREIGN KEY (organization_id, example_id)
        REFERENCES civic.examples (organization_id, id)
);
COMMENT ON TABLE civic.example_notes IS 'Notes on examples.';
CREATE SEQUENCE civic.example_seq;
ALTER TABLE civic.reports ADD COLUMN example_id uuid;
COMMENT ON COLUMN civic.reports.example_id IS 'The example a report is of.';
INSERT INTO civic.workflow_transitions (organization_id, workflow, from_status, to_status, actors, description)
VALUES ('00000000-0000-0000-0000-000000000000', 'example', NULL, 'new', '{anyone}', 'It begins.'),
    ('00000000-0000-0000-0000-000000000000', 'example', 'new', 'done', '{anyone}', 'It is done at last.'),
    ('00000000-0000-0000-0000-000000000000', 'example', 'new', 'waiting', '{anyone}', 'It has to wait.');
CREATE FUNCTION civic.find_examples() RETURNS SETOF civic.examples
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT e.* FROM civic.examples AS e ORDER BY e.priority, e.id;
END
$$;
COMMENT ON FUNCTION civic.find_examples() IS 'All examples, the urgent ones first.';
CREATE FUNCTION civic.example_notes_of(example civic.examples) RETURNS SETOF civic.example_notes
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT n.* FROM civic.example_notes AS n WHERE n.example_id = example.id;
END
$$;
COMMENT ON FUNCTION civic.example_notes_of(civic.examples) IS 'Notes on an example.';
CREATE TRIGGER t10_guard BEFORE INSERT OR UPDATE ON civic.examples
    FOR EACH ROW EXECUTE FUNCTION civic.guard_status('example', 'state', '', '');
CREATE TRIGGER t20_fill BEFORE INSERT OR UPDATE ON civic.examples
    FOR EACH ROW EXECUTE FUNCTION civic_private.fill_example();
SELECT civic.protect_table('civic.examples');
CREATE POLICY readable ON civic.examples FOR SELECT USING (state::text = 'waiting' OR civic.has_permission('create:report'));
SELECT civic.protect_table('civic.example_notes');
