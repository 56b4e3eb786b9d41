"""Devices: what syncing costs over doing the same directly, and what noting changes costs over not noting them."""
import json
import statistics
import threading
import time

from city import ORGANIZATION, make_database
from harness import Side, alternate, connect, cpu_note, psql, query, ratios, say, server_cpu, value

DATABASE = 'sync'
CLIENTS = 4
BATCH = 10
ADDED = ('civic_private.sync_feed', 'civic.sync_conflicts', 'civic.offline_actions', 'civic.client_sync_states',
         'civic.media', 'civic.status_history', 'civic.reports')
ARGUMENTS = ("'r', 'id', 'is_public', 'is_sensitive', 'user_id', 'assigned_to', 'department_id', 'ward_number', 'district',"
             " 'latitude', 'longitude'")
TRIGGER = f'CREATE TRIGGER {{name}} AFTER INSERT OR DELETE OR UPDATE ON civic.reports FOR EACH ROW' \
          f' EXECUTE FUNCTION {{function}}({ARGUMENTS})'
# What notes a change of a report, each in place of the others.
NOTES = {
    'none': '',
    'feed': TRIGGER.format(name='t95_feed', function='civic_private.feed_change'),
    'twin': TRIGGER.format(name='t95_twin', function='twin.feed_change'),
    'column': 'ALTER TABLE civic.reports ADD COLUMN changed_in xid8;'
              ' CREATE INDEX reports_changed_in ON civic.reports (organization_id, changed_in);'
              ' CREATE TRIGGER t95_column BEFORE INSERT OR UPDATE ON civic.reports'
              ' FOR EACH ROW EXECUTE FUNCTION twin.stamp_change()',
}
CLEAR = ('DROP TRIGGER IF EXISTS t95_feed ON civic.reports; DROP TRIGGER IF EXISTS t95_twin ON civic.reports;'
         ' DROP TRIGGER IF EXISTS t95_column ON civic.reports;'
         ' ALTER TABLE civic.reports DROP COLUMN IF EXISTS changed_in')


def person(number):
    return f'00000000-0000-0001-0000-{number:012x}'


def operations(number):
    """Ten things a resident did: three reports with a photo each, and four changes of the profile."""
    result = []
    for i in range(3):
        result.append(('create_report', {
            'title': f'Report {i} of {number}', 'description': 'Something is broken here and should be mended soon.',
            'category': 'roads', 'latitude': 10 + number * 0.01, 'longitude': 20 + i}, None))
        result.append(('upload_media', {'report_client_id': str(2 * i), 'file_url': f'https://files/{number}/{i}',
                                        'file_type': 'image', 'mime_type': 'image/jpeg'}, None))
    for i in range(4):
        result.append(('update_profile', {'full_name': f'Name {i}'},
                       {'full_name': f'Name {i - 1}' if i else f'Person {number}'}))
    return result


def synced(cursor, number):
    actions = [{'client_id': str(n), 'action_type': kind, 'payload': payload, 'base': base}
               for n, (kind, payload, base) in enumerate(operations(number))]
    cursor.execute('SELECT count(*) FROM civic.sync_apply(%s, %s) AS a WHERE a.status = %s',
                   (json.dumps(actions), 'phone', 'applied'))
    assert cursor.fetchone()[0] == BATCH


def direct(cursor, number):
    """The same by an application that has a connection: one transaction, a statement each."""
    cursor.execute('BEGIN')
    for kind, payload, _ in operations(number):
        if kind == 'create_report':
            cursor.execute('SELECT r.id FROM civic.submit_report(%s, %s, %s, %s, %s) AS r', (
                payload['title'], payload['description'], payload['latitude'], payload['longitude'], 'roads'))
            report = cursor.fetchone()[0]
        elif kind == 'upload_media':
            cursor.execute('INSERT INTO civic.media (report_id, file_url, file_type, mime_type) VALUES (%s, %s, %s, %s)',
                           (report, payload['file_url'], 'image', 'image/jpeg'))
        else:
            cursor.execute('UPDATE civic.users SET full_name = %s WHERE id = civic.current_user_id()',
                           (payload['full_name'],))
    cursor.execute('COMMIT')


def run_all(work, people):
    """Every resident once, over some connections."""
    errors = []

    def client(numbers):
        try:
            with connect(DATABASE, **{'role': 'civic_user', 'civic.organization_id': ORGANIZATION}) as connection, \
                    connection.cursor() as cursor:
                for number in numbers:
                    cursor.execute("SELECT set_config('civic.user_id', %s, false)", (person(number),))
                    work(cursor, number)
        except Exception as error:  # told by the thread that waits
            errors.append(error)

    threads = [threading.Thread(target=client, args=(people[i::CLIENTS],)) for i in range(CLIENTS)]
    before, started = server_cpu(), time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds, used = time.monotonic() - started, server_cpu() - before
    if errors:
        raise errors[0]
    count = len(people) * BATCH
    filed = value(DATABASE, "SELECT count(*) FROM civic.reports WHERE title LIKE 'Report _ of %%'")
    assert filed == 3 * len(people), filed
    for name in ADDED:
        query(DATABASE, f'DELETE FROM {name} AS t USING bench.known AS k WHERE t.organization_id = k.organization_id'
              + {'civic.reports': " AND t.title LIKE 'Report _ of %'", 'civic.status_history': ' AND t.changed_at > k.at',
                 'civic.media': ' AND t.created_at > k.at'}.get(name, ''), session_replication_role='replica')
    query(DATABASE, "UPDATE civic.users SET full_name = 'Person ' || right(full_name, 0) || substr(email, 7,"
          " strpos(email, '@') - 7) WHERE full_name LIKE 'Name%'", session_replication_role='replica')
    query(DATABASE, 'VACUUM civic.reports, civic.media, civic.status_history, civic.users, civic_private.sync_feed')
    return {'seconds': seconds, 'ops': count / seconds, 'cpu': 1e6 * used / count}


def same_notes():
    """The C trigger and its twin note the same."""
    query(DATABASE, CLEAR)
    query(DATABASE, NOTES['feed'])
    query(DATABASE, NOTES['twin'])
    query(DATABASE, """
        DO $$
        BEGIN
            FOR i IN 1 .. 300 LOOP
                UPDATE civic.reports AS r SET
                    is_public = CASE WHEN random() < 0.3 THEN random() < 0.5 ELSE r.is_public END,
                    is_sensitive = CASE WHEN random() < 0.3 THEN random() < 0.5 ELSE r.is_sensitive END,
                    landmark = i::text
                WHERE r.organization_id = %s AND r.id = (SELECT s.id FROM bench.some AS s WHERE s.n = i);
            END LOOP;
        END
        $$""" % f"'{ORGANIZATION}'")
    columns = 'f.entity, f.entity_id, f.old_public, f.old_user, f.old_assignee, f.old_department, f.old_ward, f.old_district,' \
              ' f.old_latitude, f.old_longitude'
    found = [query(DATABASE, f'SELECT {columns} FROM {feed} AS f WHERE f.entity = %s ORDER BY f.place', 'r')
             for feed in ('civic_private.sync_feed', 'twin.sync_feed')]
    assert len(found[0]) == 300 and found[0] == found[1]
    say('sync: 300 random changes, noted alike by C and twin')
    query(DATABASE, 'TRUNCATE civic_private.sync_feed, twin.sync_feed')


class Updates:
    """Updates of single reports while changes are noted in one of the ways."""

    script = f"""\\set n random(1, 5000)
UPDATE civic.reports SET landmark = 'x' || :n WHERE organization_id = '{ORGANIZATION}'
 AND id = (SELECT s.id FROM bench.some AS s WHERE s.n = :n);
"""

    def __init__(self, note):
        self.note = note
        self.side = Side(DATABASE, self.script, 2)

    def run(self, seconds):
        query(DATABASE, CLEAR)
        if self.note:
            query(DATABASE, self.note)
        query(DATABASE, 'VACUUM civic.reports')
        before = query(DATABASE, 'SELECT pg_current_wal_insert_lsn(), n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables'
                       " WHERE relid = 'civic.reports'::regclass")[0]
        result = self.side.run(seconds)
        time.sleep(1)
        after = query(DATABASE, 'SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), %s)::float8, n_tup_upd, n_tup_hot_upd'
                      " FROM pg_stat_user_tables WHERE relid = 'civic.reports'::regclass", before[0])[0]
        updates = max(1, after[1] - before[1])
        return dict(result, wal=after[0] / updates, hot=(after[2] - before[2]) / updates)


def measure_sync(table, options):
    people = range(71, 171 if options.quick else 1071)
    make_database(DATABASE, 20_000 if options.quick else 100_000, 1)
    psql(DATABASE, 'twins/sync.sql')
    query(DATABASE, 'CREATE TABLE bench.known AS SELECT %s::uuid AS organization_id, clock_timestamp() AS at', ORGANIZATION)
    query(DATABASE, 'CREATE TABLE bench.some AS SELECT row_number() OVER (ORDER BY md5(r.id::text)) AS n, r.id'
          ' FROM civic.reports AS r LIMIT 5000')
    query(DATABASE, 'ALTER TABLE bench.some ADD PRIMARY KEY (n); INSERT INTO civic.duplicate_policies (organization_id,'
          f" hint_radius_m) VALUES ('{ORGANIZATION}', 0)")
    query(DATABASE, 'VACUUM (ANALYZE)')

    rounds = max(2, options.rounds // 2)
    sides = {'sync': synced, 'direct': direct}
    results = alternate(sides, rounds, lambda work: run_all(work, people))
    count = len(people) * BATCH
    workload = f'{count:,} operations of {len(people):,} residents, {BATCH} a call, {CLIENTS} clients'
    table.add('sync', workload, 'CPU, sync_apply() / the same done directly', ratios(results, 'sync', 'direct', 'cpu'),
              note=cpu_note(results, *sides))
    table.add('sync', workload, 'seconds for all', [r['seconds'] for r in results['sync']], form='{:.1f}',
              note=f'{statistics.median(r["ops"] for r in results["sync"]):.0f} operations a second; directly '
                   f'{statistics.median(r["ops"] for r in results["direct"]):.0f}')

    same_notes()
    sides = {name: Updates(note) for name, note in NOTES.items()}
    results = alternate(sides, rounds, lambda side: side.run(options.seconds))
    workload = 'UPDATE of one report by key, with all other triggers, 2 clients'
    for name in ('feed', 'twin', 'column'):
        table.add('noting a change', workload, f'CPU, {name} / not noted', ratios(results, name, 'none', 'cpu'),
                  note=cpu_note(results, name, 'none') + f'; WAL bytes/tx '
                  f'{statistics.median(r["wal"] for r in results[name]):.0f}, not noted '
                  f'{statistics.median(r["wal"] for r in results["none"]):.0f}; updates that stay in their page '
                  f'{statistics.median(r["hot"] for r in results[name]):.0%}, not noted '
                  f'{statistics.median(r["hot"] for r in results["none"]):.0%}')
    query(DATABASE, CLEAR)
    query(DATABASE, NOTES['feed'])
