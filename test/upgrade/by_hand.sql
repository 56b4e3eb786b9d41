-- Before what script/draft-update finds by itself: tables, and rows of which a city may have made its own.
ALTER TABLE civic.examples DROP COLUMN remark, ADD COLUMN priority integer NOT NULL DEFAULT 3,
    ADD COLUMN kind civic.example_kind, DROP CONSTRAINT examples_title_check,
    ADD CONSTRAINT examples_title_check CHECK (length(title) <= 40);
UPDATE civic.workflow_transitions SET description = 'It is done at last.'
WHERE organization_id = '00000000-0000-0000-0000-000000000000' AND workflow = 'example' AND from_status = 'new'
    AND to_status = 'done' AND description = 'It is done.';
INSERT INTO civic.workflow_transitions (organization_id, workflow, from_status, to_status, actors, description)
VALUES ('00000000-0000-0000-0000-000000000000', 'example', 'new', 'waiting', '{anyone}', 'It has to wait.')
ON CONFLICT (organization_id, workflow, from_status, to_status) DO NOTHING;
