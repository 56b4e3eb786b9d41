"""The databases of reports that several measures share: generate.sql, with the twins."""
import time

from harness import psql, query, say, value

ORGANIZATION = '00000000-0000-0000-0000-000000001001'
ORGANIZATIONS = 10
TWINS = ('identity', 'guard', 'uuid', 'duplicates', 'areas', 'moderation', 'routing', 'sla', 'attendance', 'open311',
         'templates', 'audit', 'search')


def person(number):
    return f'00000000-0000-0001-{number >> 48:04x}-{number:012x}'


def make_database(name, reports, organizations=ORGANIZATIONS):
    if query('postgres', 'SELECT 1 FROM pg_database WHERE datname = %s', name):
        return
    say(f'Making {reports:,} reports in database {name} ...')
    started = time.monotonic()
    query('postgres', f'CREATE DATABASE {name}')
    query(name, 'CREATE EXTENSION civic CASCADE', client_min_messages='warning')
    psql(name, 'generate.sql', organizations=organizations, reports=reports)
    for twin in TWINS:
        psql(name, f'twins/{twin}.sql')
    say(f'  {time.monotonic() - started:.0f} s')


def check_data(tap, database):
    """generate.sql writes with triggers off, so look whether they would have let it."""
    orphans = value(database, """
        SELECT (SELECT count(*) FROM civic.reports AS r LEFT JOIN civic.tasks AS t
                ON t.organization_id = r.organization_id AND t.report_id = r.id
            WHERE civic_helpers.task_status_of(r.status) IS DISTINCT FROM t.status AND r.assigned_to IS NOT NULL)
          + (SELECT count(*) FROM civic.reports AS r WHERE r.assigned_to IS NOT NULL AND NOT EXISTS (
                SELECT FROM civic.users AS u WHERE u.organization_id = r.organization_id AND u.id = r.assigned_to
                    AND u.department_id = r.department_id))
          + (SELECT count(*) FROM civic.reports AS r WHERE r.duplicate_of_report_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM civic.reports AS p WHERE p.organization_id = r.organization_id
                    AND p.id = r.duplicate_of_report_id AND p.status <> 'duplicate'))
          + (SELECT count(*) FROM civic.reports AS r WHERE NOT EXISTS (
                SELECT FROM civic.users AS u WHERE u.organization_id = r.organization_id AND u.id = r.user_id))""")
    tap.test(orphans == 0, f'reports of {database} have their people, officers, tasks and roots')


def as_person(people, who):
    return {'role': 'civic_user', 'civic.organization_id': ORGANIZATION, 'civic.user_id': people[who]}
