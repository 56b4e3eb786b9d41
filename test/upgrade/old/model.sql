CREATE TABLE civic.examples (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    title text NOT NULL,
    state civic.example_state NOT NULL DEFAULT 'new',
    remark text,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT examples_organization_fkey FOREIGN KEY (organization_id) REFERENCES civic.organizations (id),
    CONSTRAINT examples_title_check CHECK (length(title) <= 20)
);
COMMENT ON TABLE civic.examples IS 'Examples.';
COMMENT ON COLUMN civic.examples.remark IS 'A remark.';
CREATE INDEX examples_state_idx ON civic.examples (organization_id, state);
INSERT INTO civic.workflow_transitions (organization_id, workflow, from_status, to_status, actors, description)
VALUES ('00000000-0000-0000-0000-000000000000', 'example', NULL, 'new', '{anyone}', 'It begins.'),
    ('00000000-0000-0000-0000-000000000000', 'example', 'new', 'done', '{anyone}', 'It is done.');
CREATE FUNCTION civic.find_examples() RETURNS SETOF civic.examples
    LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN QUERY SELECT e.* FROM civic.examples AS e ORDER BY e.id;
END
$$;
COMMENT ON FUNCTION civic.find_examples() IS 'All examples.';
CREATE TRIGGER t10_guard BEFORE INSERT OR UPDATE ON civic.examples
    FOR EACH ROW EXECUTE FUNCTION civic.guard_status('example', 'state', '', '');
CREATE TRIGGER t20_fill BEFORE INSERT ON civic.examples
    FOR EACH ROW EXECUTE FUNCTION civic_private.fill_example();
SELECT civic.protect_table('civic.examples');
CREATE POLICY readable ON civic.examples FOR SELECT USING (state = 'done');
