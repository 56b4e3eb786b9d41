CREATE TABLE civic.service_attributes (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    category text NOT NULL,
    code text NOT NULL,
    position integer NOT NULL,
    question text NOT NULL,
    hint text,
    datatype civic.attribute_datatype NOT NULL DEFAULT 'string',
    is_variable boolean NOT NULL DEFAULT true,
    is_required boolean NOT NULL DEFAULT false,
    choices jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, category, code),
    CONSTRAINT service_attributes_category_fkey FOREIGN KEY (organization_id, category)
        REFERENCES civic.categories (organization_id, code) ON UPDATE CASCADE ON DELETE CASCADE,
    CONSTRAINT service_attributes_position_key UNIQUE (organization_id, category, position),
    CONSTRAINT service_attributes_code_check CHECK (code ~ '^[A-Za-z0-9_.-]{1,100}$'),
    CONSTRAINT service_attributes_position_check CHECK (position >= 1),
    CONSTRAINT service_attributes_question_check CHECK (length(question) BETWEEN 1 AND 1000),
    CONSTRAINT service_attributes_hint_check CHECK (length(hint) <= 1000),
    CONSTRAINT service_attributes_required_check CHECK (is_variable OR NOT is_required),
    CONSTRAINT service_attributes_choices_check CHECK (
        jsonb_typeof(choices) = 'array'
        AND (datatype IN ('singlevaluelist', 'multivaluelist') AND is_variable) = (choices <> '[]')
        AND NOT jsonb_path_exists(choices,
            '$[*] ? (!(@.key.type() == "string" && @.name.type() == "string" && @.key != ""))')
    )
);
COMMENT ON TABLE civic.service_attributes IS
    'What is asked about a report of a category, over Open311: its service definition.';
COMMENT ON COLUMN civic.service_attributes.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.service_attributes.category IS 'Category the question is about.';
COMMENT ON COLUMN civic.service_attributes.code IS
    'Name in programs: letters, digits, _, - and full stops; answers come as attribute[code].';
COMMENT ON COLUMN civic.service_attributes.position IS 'Place among the questions of the category, from 1.';
COMMENT ON COLUMN civic.service_attributes.question IS 'The question, or the text that is only shown.';
COMMENT ON COLUMN civic.service_attributes.hint IS 'How to answer.';
COMMENT ON COLUMN civic.service_attributes.datatype IS 'What kind of answer is wanted.';
COMMENT ON COLUMN civic.service_attributes.is_variable IS 'False: a text that is shown, no question.';
COMMENT ON COLUMN civic.service_attributes.is_required IS 'A report without an answer is refused.';
COMMENT ON COLUMN civic.service_attributes.choices IS
    'Answers of the two lists, as [{"key": "in programs", "name": "shown to people"}, ...]; empty for other kinds.';
COMMENT ON COLUMN civic.service_attributes.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.service_attributes.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic.open311_keys (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    name text NOT NULL,
    user_id uuid NOT NULL,
    is_active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT open311_keys_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT open311_keys_name_key UNIQUE (organization_id, name),
    CONSTRAINT open311_keys_name_check CHECK (length(name) BETWEEN 1 AND 100)
);
CREATE INDEX open311_keys_user ON civic.open311_keys (organization_id, user_id);
COMMENT ON TABLE civic.open311_keys IS 'Applications that may file reports over Open311.';
COMMENT ON COLUMN civic.open311_keys.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.open311_keys.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.open311_keys.name IS 'Name of the application, unique in the organization.';
COMMENT ON COLUMN civic.open311_keys.user_id IS 'Account in whose name and with whose permissions it files.';
COMMENT ON COLUMN civic.open311_keys.is_active IS 'False: the key is refused.';
COMMENT ON COLUMN civic.open311_keys.created_at IS 'When the row was created.';
COMMENT ON COLUMN civic.open311_keys.updated_at IS 'When the row was last changed; null until then.';

CREATE TABLE civic_private.open311_secrets (
    organization_id uuid NOT NULL,
    key_id uuid NOT NULL,
    key_sha256 civic.sha256 NOT NULL,
    PRIMARY KEY (organization_id, key_id),
    CONSTRAINT open311_secrets_sha256_key UNIQUE (organization_id, key_sha256),
    CONSTRAINT open311_secrets_key_fkey FOREIGN KEY (organization_id, key_id)
        REFERENCES civic.open311_keys (organization_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE civic_private.open311_secrets IS 'Hashes of the keys of applications; the keys are stored nowhere.';
COMMENT ON COLUMN civic_private.open311_secrets.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic_private.open311_secrets.key_id IS 'Application the key was made for.';
COMMENT ON COLUMN civic_private.open311_secrets.key_sha256 IS 'SHA-256 of the api_key.';

CREATE TABLE civic.open311_requests (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    user_id uuid NOT NULL,
    key_id uuid,
    report_id uuid,
    category text NOT NULL,
    attributes jsonb NOT NULL DEFAULT '{}',
    description text,
    address text,
    address_id text,
    media_url civic.storage_key,
    email text,
    phone text,
    first_name text,
    last_name text,
    device_id text,
    account_id text,
    idempotency_key text,
    content_sha256 civic.sha256 NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT open311_requests_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT open311_requests_key_fkey FOREIGN KEY (organization_id, key_id)
        REFERENCES civic.open311_keys (organization_id, id),
    CONSTRAINT open311_requests_report_fkey FOREIGN KEY (organization_id, report_id)
        REFERENCES civic.reports (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT open311_requests_category_fkey FOREIGN KEY (organization_id, category)
        REFERENCES civic.categories (organization_id, code) ON UPDATE CASCADE,
    CONSTRAINT open311_requests_report_key UNIQUE (organization_id, report_id),
    CONSTRAINT open311_requests_idempotency_key UNIQUE (organization_id, user_id, idempotency_key),
    CONSTRAINT open311_requests_description_check CHECK (length(description) <= 4000),
    CONSTRAINT open311_requests_address_check CHECK (length(address) <= 500 AND length(address_id) <= 100),
    CONSTRAINT open311_requests_contact_check CHECK (
        length(email) <= 255 AND length(phone) <= 50 AND length(first_name) <= 255 AND length(last_name) <= 255
        AND length(device_id) <= 255 AND length(account_id) <= 255
    ),
    CONSTRAINT open311_requests_idempotency_check CHECK (length(idempotency_key) BETWEEN 1 AND 255),
    CONSTRAINT open311_requests_attributes_check CHECK (jsonb_typeof(attributes) = 'object')
);
CREATE INDEX open311_requests_key ON civic.open311_requests (organization_id, key_id);
CREATE INDEX open311_requests_category ON civic.open311_requests (organization_id, category);
CREATE INDEX open311_requests_content ON civic.open311_requests (organization_id, content_sha256, created_at);
CREATE INDEX open311_requests_unplaced ON civic.open311_requests (organization_id, id) WHERE report_id IS NULL;
COMMENT ON TABLE civic.open311_requests IS
    'What came in over Open311, as it came: with the report that it became, or waiting for somebody to say where it is.'
    ' Contact data are for staff alone.';
COMMENT ON COLUMN civic.open311_requests.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.open311_requests.id IS 'Identifier; the token of the request.';
COMMENT ON COLUMN civic.open311_requests.user_id IS 'Who files: the account of the application, or who is signed in.';
COMMENT ON COLUMN civic.open311_requests.key_id IS 'Application; null where somebody who is signed in files.';
COMMENT ON COLUMN civic.open311_requests.report_id IS
    'Report that it became; null while it has an address but no position.';
COMMENT ON COLUMN civic.open311_requests.category IS 'Its service_code.';
COMMENT ON COLUMN civic.open311_requests.attributes IS
    'Answers by code of civic.service_attributes: a string each, or a list of strings.';
COMMENT ON COLUMN civic.open311_requests.description IS
    'As sent, up to 4000 characters; the report has the first 2000.';
COMMENT ON COLUMN civic.open311_requests.address IS 'Its address_string.';
COMMENT ON COLUMN civic.open311_requests.address_id IS 'Identifier of the address in a register of the city.';
COMMENT ON COLUMN civic.open311_requests.media_url IS 'Picture of it, at a URL.';
COMMENT ON COLUMN civic.open311_requests.email IS 'E-mail address of the person, as told; not verified.';
COMMENT ON COLUMN civic.open311_requests.phone IS 'Telephone number of the person, as told; not verified.';
COMMENT ON COLUMN civic.open311_requests.first_name IS 'First name of the person.';
COMMENT ON COLUMN civic.open311_requests.last_name IS 'Last name of the person.';
COMMENT ON COLUMN civic.open311_requests.device_id IS 'Device it was sent from, as the application calls it.';
COMMENT ON COLUMN civic.open311_requests.account_id IS 'Account of the person at the application.';
COMMENT ON COLUMN civic.open311_requests.idempotency_key IS
    'Header Idempotency-Key of the request; null where there was none.';
COMMENT ON COLUMN civic.open311_requests.content_sha256 IS 'SHA-256 of the decoded fields.';
COMMENT ON COLUMN civic.open311_requests.created_at IS 'When it came in.';

CREATE TABLE civic.open311_updates (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    user_id uuid NOT NULL,
    update_id text NOT NULL,
    key_id uuid,
    report_id uuid NOT NULL,
    status text NOT NULL,
    said_at timestamptz NOT NULL,
    description text NOT NULL,
    media_url civic.storage_key,
    email text,
    first_name text,
    last_name text,
    content_sha256 civic.sha256 NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT open311_updates_user_fkey FOREIGN KEY (organization_id, user_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT open311_updates_key_fkey FOREIGN KEY (organization_id, key_id)
        REFERENCES civic.open311_keys (organization_id, id),
    CONSTRAINT open311_updates_report_fkey FOREIGN KEY (organization_id, report_id)
        REFERENCES civic.reports (organization_id, id) ON DELETE CASCADE,
    CONSTRAINT open311_updates_update_key UNIQUE (organization_id, user_id, update_id),
    CONSTRAINT open311_updates_update_id_check CHECK (length(update_id) BETWEEN 1 AND 255),
    CONSTRAINT open311_updates_status_check CHECK (status ~ '^[A-Z_]{1,50}$'),
    CONSTRAINT open311_updates_description_check CHECK (length(description) <= 4000),
    CONSTRAINT open311_updates_contact_check CHECK (
        length(email) <= 255 AND length(first_name) <= 255 AND length(last_name) <= 255
    )
);
CREATE INDEX open311_updates_key ON civic.open311_updates (organization_id, key_id);
CREATE INDEX open311_updates_report ON civic.open311_updates (organization_id, report_id, said_at);
COMMENT ON TABLE civic.open311_updates IS
    'What applications sent on about a report, as it came; the description became a comment. Contact data are for staff'
    ' alone.';
COMMENT ON COLUMN civic.open311_updates.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.open311_updates.id IS 'Identifier; the update_id of the answer.';
COMMENT ON COLUMN civic.open311_updates.user_id IS 'Who sends: the account of the application, or who is signed in.';
COMMENT ON COLUMN civic.open311_updates.update_id IS 'What the sender calls the update; unique for the sender.';
COMMENT ON COLUMN civic.open311_updates.key_id IS 'Application; null where somebody who is signed in sends.';
COMMENT ON COLUMN civic.open311_updates.report_id IS 'Report it is about.';
COMMENT ON COLUMN civic.open311_updates.status IS
    'Status in the words of the extension, as the sender sees it; moves nothing by itself.';
COMMENT ON COLUMN civic.open311_updates.said_at IS 'When it was said, by the sender''s clock.';
COMMENT ON COLUMN civic.open311_updates.description IS 'What was said, up to 4000 characters.';
COMMENT ON COLUMN civic.open311_updates.media_url IS 'Picture of it, at a URL.';
COMMENT ON COLUMN civic.open311_updates.email IS 'E-mail address of the person, as told; not verified.';
COMMENT ON COLUMN civic.open311_updates.first_name IS 'First name of the person.';
COMMENT ON COLUMN civic.open311_updates.last_name IS 'Last name of the person.';
COMMENT ON COLUMN civic.open311_updates.content_sha256 IS 'SHA-256 of the decoded fields.';
COMMENT ON COLUMN civic.open311_updates.created_at IS 'When it came in.';
