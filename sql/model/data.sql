SELECT civic_private.fill_organization('00000000-0000-0000-0000-000000000001');
