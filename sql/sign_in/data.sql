INSERT INTO civic.sign_in_policies (organization_id)
SELECT o.id FROM civic.organizations AS o WHERE o.id <> '00000000-0000-0000-0000-000000000000';
