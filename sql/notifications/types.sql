CREATE TYPE civic.notification_priority AS ENUM ('low', 'normal', 'high', 'critical');
COMMENT ON TYPE civic.notification_priority IS
    'How much a message matters. From high on it is not kept back for a digest, and critical ones do not wait for the'
    ' end of quiet hours either.';

CREATE TYPE civic.notification_digest AS ENUM ('none', 'hourly', 'daily', 'weekly');
COMMENT ON TYPE civic.notification_digest IS
    'How often a person gets what has gathered for them as one message; none: each by itself.';

CREATE TYPE civic.delivery_state AS ENUM ('pending', 'sent', 'dead');
COMMENT ON TYPE civic.delivery_state IS
    'What became of a message on its way out: still to be sent, sent, or given up after too many failures.';
