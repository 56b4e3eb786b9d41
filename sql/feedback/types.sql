CREATE TYPE civic.satisfaction_level AS ENUM (
    'very_satisfied', 'satisfied', 'neutral', 'dissatisfied', 'very_dissatisfied'
);
COMMENT ON TYPE civic.satisfaction_level IS 'How satisfied a reporter is with a resolution.';
