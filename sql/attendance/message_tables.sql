CREATE TABLE civic.message_threads (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    mandate_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    professional_id uuid NOT NULL,
    status civic.thread_status NOT NULL DEFAULT 'active',
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT message_threads_mandate_fkey FOREIGN KEY (organization_id, mandate_id)
        REFERENCES civic.mandates (organization_id, id),
    CONSTRAINT message_threads_contact_fkey FOREIGN KEY (organization_id, contact_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT message_threads_professional_fkey FOREIGN KEY (organization_id, professional_id)
        REFERENCES civic.users (organization_id, id)
);
CREATE UNIQUE INDEX message_threads_one_active ON civic.message_threads (organization_id, mandate_id)
    WHERE status = 'active';
CREATE INDEX message_threads_mandate ON civic.message_threads (organization_id, mandate_id);
CREATE INDEX message_threads_contact ON civic.message_threads (organization_id, contact_id);
CREATE INDEX message_threads_professional ON civic.message_threads (organization_id, professional_id);
COMMENT ON TABLE civic.message_threads IS
    'What an enrolled person and their professional write to each other. One open thread a mandate.';
COMMENT ON COLUMN civic.message_threads.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.message_threads.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.message_threads.mandate_id IS 'Mandate the thread belongs to.';
COMMENT ON COLUMN civic.message_threads.contact_id IS 'Person who was enrolled. Set by a trigger.';
COMMENT ON COLUMN civic.message_threads.professional_id IS 'Professional of the mandate. Set by a trigger.';
COMMENT ON COLUMN civic.message_threads.status IS
    'Whether the thread takes messages; moves only along civic.workflow_transitions.';
COMMENT ON COLUMN civic.message_threads.created_at IS 'When the row was created.';

CREATE TABLE civic.messages (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    thread_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    professional_id uuid NOT NULL,
    sender_id uuid DEFAULT civic.current_user_id(),
    sender_role civic.message_party NOT NULL,
    recipient_role civic.message_party NOT NULL,
    message_type civic.message_type NOT NULL,
    content text NOT NULL,
    references_message_id uuid,
    sent_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    device_info jsonb,
    app_version text,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT messages_thread_fkey FOREIGN KEY (organization_id, thread_id)
        REFERENCES civic.message_threads (organization_id, id),
    CONSTRAINT messages_contact_fkey FOREIGN KEY (organization_id, contact_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT messages_professional_fkey FOREIGN KEY (organization_id, professional_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT messages_sender_fkey FOREIGN KEY (organization_id, sender_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT messages_references_fkey FOREIGN KEY (organization_id, references_message_id)
        REFERENCES civic.messages (organization_id, id),
    CONSTRAINT messages_content_check CHECK (length(btrim(content)) > 0 AND length(content) <= 10000),
    CONSTRAINT messages_app_version_check CHECK (length(app_version) <= 20),
    CONSTRAINT messages_correction_check
        CHECK (message_type <> 'correction' OR references_message_id IS NOT NULL)
);
CREATE INDEX messages_thread ON civic.messages (organization_id, thread_id, id DESC);
CREATE INDEX messages_contact ON civic.messages (organization_id, contact_id);
CREATE INDEX messages_professional ON civic.messages (organization_id, professional_id);
CREATE INDEX messages_sender ON civic.messages (organization_id, sender_id);
CREATE INDEX messages_references ON civic.messages (organization_id, references_message_id)
    WHERE references_message_id IS NOT NULL;
COMMENT ON TABLE civic.messages IS
    'What was written. Never changed; a correction is a new message that refers to the one it corrects. Who writes'
    ' and to whom follows from the thread.';
COMMENT ON COLUMN civic.messages.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.messages.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.messages.thread_id IS 'Thread the message belongs to. Error ZC125 for one that is archived.';
COMMENT ON COLUMN civic.messages.contact_id IS 'Person the record is about.';
COMMENT ON COLUMN civic.messages.professional_id IS 'Professional of the thread. Set by a trigger.';
COMMENT ON COLUMN civic.messages.sender_id IS 'Person who wrote; null for the system.';
COMMENT ON COLUMN civic.messages.sender_role IS 'What the writer is in the thread. Set by a trigger.';
COMMENT ON COLUMN civic.messages.recipient_role IS
    'Whom the message is for. Set by a trigger; the individual for messages of the system.';
COMMENT ON COLUMN civic.messages.message_type IS 'What the message is.';
COMMENT ON COLUMN civic.messages.content IS 'Text, 1 to 10000 characters.';
COMMENT ON COLUMN civic.messages.references_message_id IS
    'Message of the same thread that this one answers or corrects; needed for corrections.';
COMMENT ON COLUMN civic.messages.sent_at IS 'When the server received it.';
COMMENT ON COLUMN civic.messages.device_info IS 'What the client tells about its device.';
COMMENT ON COLUMN civic.messages.app_version IS 'Version of the client, up to 20 characters.';

CREATE TABLE civic.message_attachments (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    message_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    professional_id uuid,
    file_name civic.file_name NOT NULL,
    file_type civic.mime_type NOT NULL,
    file_size civic.file_size NOT NULL,
    sha256 civic.sha256 NOT NULL,
    storage_key civic.storage_key NOT NULL,
    virus_scanned boolean NOT NULL DEFAULT false,
    virus_scan_result text,
    uploaded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (organization_id, id),
    CONSTRAINT message_attachments_message_fkey FOREIGN KEY (organization_id, message_id)
        REFERENCES civic.messages (organization_id, id),
    CONSTRAINT message_attachments_contact_fkey FOREIGN KEY (organization_id, contact_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT message_attachments_professional_fkey FOREIGN KEY (organization_id, professional_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT message_attachments_scan_check
        CHECK (length(virus_scan_result) <= 50 AND virus_scanned = (virus_scan_result IS NOT NULL))
);
CREATE INDEX message_attachments_message ON civic.message_attachments (organization_id, message_id);
CREATE INDEX message_attachments_contact ON civic.message_attachments (organization_id, contact_id);
CREATE INDEX message_attachments_professional ON civic.message_attachments (organization_id, professional_id);
COMMENT ON TABLE civic.message_attachments IS
    'Files that go with a message. Only the outcome of the virus scan is written later.';
COMMENT ON COLUMN civic.message_attachments.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.message_attachments.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.message_attachments.message_id IS 'Message the file goes with.';
COMMENT ON COLUMN civic.message_attachments.contact_id IS 'Person the record is about.';
COMMENT ON COLUMN civic.message_attachments.professional_id IS
    'Professional through whom the person was enrolled when the record was made; null for none. Set by a trigger.';
COMMENT ON COLUMN civic.message_attachments.file_name IS 'Name of the file.';
COMMENT ON COLUMN civic.message_attachments.file_type IS 'Media type of the file.';
COMMENT ON COLUMN civic.message_attachments.file_size IS 'Bytes of the file.';
COMMENT ON COLUMN civic.message_attachments.sha256 IS 'SHA-256 of the file.';
COMMENT ON COLUMN civic.message_attachments.storage_key IS 'Where the bytes lie.';
COMMENT ON COLUMN civic.message_attachments.virus_scanned IS 'A scanner has looked at the file.';
COMMENT ON COLUMN civic.message_attachments.virus_scan_result IS 'What it said, up to 50 characters; null until then.';
COMMENT ON COLUMN civic.message_attachments.uploaded_at IS 'When the file was attached.';

CREATE TABLE civic.message_sla (
    organization_id uuid NOT NULL DEFAULT civic.current_organization_id(),
    id uuid NOT NULL DEFAULT civic.uuid_v7(),
    message_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    professional_id uuid,
    sla_state civic.message_sla_state NOT NULL DEFAULT 'open',
    opened_at timestamptz NOT NULL DEFAULT now(),
    responded_at timestamptz,
    closed_at timestamptz,
    sla_deadline timestamptz NOT NULL,
    is_overdue boolean NOT NULL DEFAULT false,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT message_sla_message_fkey FOREIGN KEY (organization_id, message_id)
        REFERENCES civic.messages (organization_id, id),
    CONSTRAINT message_sla_contact_fkey FOREIGN KEY (organization_id, contact_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT message_sla_professional_fkey FOREIGN KEY (organization_id, professional_id)
        REFERENCES civic.users (organization_id, id),
    CONSTRAINT message_sla_message_key UNIQUE (organization_id, message_id)
);
CREATE INDEX message_sla_contact ON civic.message_sla (organization_id, contact_id);
CREATE INDEX message_sla_professional ON civic.message_sla (organization_id, professional_id);
CREATE INDEX message_sla_due ON civic.message_sla (organization_id, sla_deadline)
    WHERE sla_state = 'open' AND NOT is_overdue;
COMMENT ON TABLE civic.message_sla IS
    'Until when a request of a professional is to be answered. A row for each message of type professional_request,'
    ' written with it.';
COMMENT ON COLUMN civic.message_sla.organization_id IS 'Organization the row belongs to.';
COMMENT ON COLUMN civic.message_sla.id IS 'Identifier; sorts by time.';
COMMENT ON COLUMN civic.message_sla.message_id IS 'Request that is to be answered.';
COMMENT ON COLUMN civic.message_sla.contact_id IS 'Person the record is about.';
COMMENT ON COLUMN civic.message_sla.professional_id IS
    'Professional through whom the person was enrolled when the record was made; null for none. Set by a trigger.';
COMMENT ON COLUMN civic.message_sla.sla_state IS
    'Whether it was answered and dealt with; moves only along civic.workflow_transitions.';
COMMENT ON COLUMN civic.message_sla.opened_at IS 'When the request was sent.';
COMMENT ON COLUMN civic.message_sla.responded_at IS 'When it was answered; null until then.';
COMMENT ON COLUMN civic.message_sla.closed_at IS 'When it was closed; null until then.';
COMMENT ON COLUMN civic.message_sla.sla_deadline IS
    'Until when it is to be answered: sla_hours of working time of the calendar of the policy.';
COMMENT ON COLUMN civic.message_sla.is_overdue IS
    'The deadline went by while it was open; written by civic.tick_attendance().';
