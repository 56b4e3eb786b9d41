CREATE TYPE civic.sync_policy AS ENUM ('server', 'client', 'merge', 'ask');
COMMENT ON TYPE civic.sync_policy IS
    'Whose value counts where both the server and a device have changed a column: that of the server, that of the'
    ' device, both put together, or the one a person chooses.';

CREATE TYPE civic.sync_resolution AS ENUM ('server_wins', 'client_wins', 'merge');
COMMENT ON TYPE civic.sync_resolution IS 'How a conflict was resolved.';

CREATE TYPE civic.sync_status AS ENUM ('applied', 'conflict', 'failed', 'dead');
COMMENT ON TYPE civic.sync_status IS
    'What came of an action of a device: done; done but for columns that wait for a person; failed, to be sent again;'
    ' or given up after too many tries.';
