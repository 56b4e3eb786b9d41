-- After it: the install script grants SELECT on all tables at once, which a table made later has missed.
GRANT SELECT ON civic.example_notes TO civic_user, civic_service, civic_auditor;
