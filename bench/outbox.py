"""Workers that empty the outbox, against workers at a bare queue: how fast, each message once, none lost."""
import multiprocessing
import statistics
import time

import psycopg2

from city import ORGANIZATION, make_database
from harness import alternate, query, ratios, say, server_cpu, value

BATCH = 200

# Both take with a lease and say afterwards that it is done: whoever dies in between gives back what it had.
CIVIC = ("SELECT unnest(c.notification_ids)::text FROM civic.claim_notifications(%(worker)s, %(batch)s) AS c",
         "SELECT civic.finish_notifications(%(worker)s, 'app', %(ids)s::uuid[])")
BARE = ("UPDATE bench.queue AS q SET due_at = now() + interval '5 minutes', claimed_by = %(worker)s FROM ("
        " SELECT n.id FROM bench.queue AS n WHERE n.state = 'pending' AND n.due_at <= now()"
        ' ORDER BY n.due_at LIMIT %(batch)s FOR UPDATE SKIP LOCKED) AS n WHERE q.id = n.id RETURNING q.id::text',
        "UPDATE bench.queue AS q SET state = 'sent' WHERE q.id = ANY (%(ids)s::uuid[]) AND q.claimed_by = %(worker)s")


def work(database, statements, name, start, results):
    options = f'-c civic.organization_id={ORGANIZATION} -c role=civic_service'
    connection = psycopg2.connect(dbname=database, options=options)
    connection.autocommit = True
    taken = []
    with connection.cursor() as cursor:
        start.wait()
        while True:
            cursor.execute(statements[0], {'worker': name, 'batch': BATCH})
            ids = [row[0] for row in cursor.fetchall()]
            if not ids:
                break
            cursor.execute(statements[1], {'worker': name, 'ids': ids})
            taken += ids
    results.put(taken)
    connection.close()


class Drain:
    """So many workers, each a process with a session of its own."""

    def __init__(self, database, statements, workers, messages):
        self.database, self.statements, self.workers, self.messages = database, statements, workers, messages

    def fill(self):
        query(self.database, 'TRUNCATE civic.notifications, civic.outbox, bench.queue')
        if self.statements is CIVIC:
            query(self.database, "SELECT civic_private.notify(%s, bench.person(1, 100 + n %% 100), 'status_change',"
                                 " 'report', NULL) FROM generate_series(1, %s) AS n", ORGANIZATION, self.messages)
        else:
            query(self.database, 'INSERT INTO bench.queue (id, recipient_id, title, message) SELECT civic.uuid_v7(),'
                                 " bench.person(1, 100 + n %% 100), 'Report : ', 'Your report \"\" is now . '"
                                 ' FROM generate_series(1, %s) AS n', self.messages)
        query(self.database, 'VACUUM ANALYZE civic.outbox, civic.notifications, bench.queue')

    def run(self):
        self.fill()
        start, results = multiprocessing.Barrier(self.workers + 1), multiprocessing.Queue()
        processes = [multiprocessing.Process(target=work, args=(self.database, self.statements, f'worker {n}', start,
                                                                results)) for n in range(self.workers)]
        for process in processes:
            process.start()
        start.wait()
        cpu, started = server_cpu(), time.monotonic()
        taken = [results.get() for _ in processes]
        seconds, cpu = time.monotonic() - started, server_cpu() - cpu
        for process in processes:
            process.join()
        taken = [one for part in taken for one in part]
        left = value(self.database, f"SELECT count(*) FROM {'civic.outbox' if self.statements is CIVIC else 'bench.queue'}"
                                    " WHERE state <> 'sent'")
        return {'seconds': seconds, 'cpu': 1e6 * cpu / self.messages, 'twice': len(taken) - len(set(taken)),
                'lost': self.messages - len(set(taken)) + left}


def measure_outbox(table, options):
    messages = 4_000 if options.quick else 40_000
    make_database('small', options.small)
    query('small', f"UPDATE civic.organizations SET notification_channels = '{{app}}' WHERE id = '{ORGANIZATION}'")
    query('small', 'CREATE TABLE IF NOT EXISTS bench.queue (id uuid PRIMARY KEY, recipient_id uuid NOT NULL,'
                   " title text NOT NULL, message text NOT NULL, state text NOT NULL DEFAULT 'pending',"
                   ' due_at timestamptz NOT NULL DEFAULT now(), claimed_by text) WITH (fillfactor = 85)')
    query('small', "CREATE INDEX IF NOT EXISTS queue_pending ON bench.queue (due_at) WHERE state = 'pending'")
    query('small', 'GRANT SELECT, UPDATE ON bench.queue TO civic_service')
    query('small', 'GRANT USAGE ON SCHEMA bench TO civic_service')
    say(f'outbox, {messages:,} messages')
    sides = {f'{name} {workers}': Drain('small', statements, workers, messages)
             for name, statements in (('civic', CIVIC), ('bare', BARE)) for workers in (4, 1)}
    results = alternate(sides, min(options.rounds, 5), Drain.run)
    note = ', '.join(f'{side}: {messages / statistics.median(r["seconds"] for r in found):,.0f} messages/s,'
                     f' {statistics.median(r["cpu"] for r in found):.0f} µs of processor time'
                     for side, found in results.items())
    data = f'{messages:,} messages, batches of {BATCH}'
    table.add('outbox, 4 workers', data, 'time of 4 workers / of 1', ratios(results, 'civic 4', 'civic 1', 'seconds'),
              None, False, note)
    table.add('outbox and a bare queue', data, 'time of civic / of a bare queue, 4 workers',
              ratios(results, 'civic 4', 'bare 4', 'seconds'), None, False, note)
    for what in 'twice', 'lost':
        table.add(f'outbox: {what}', data, f'messages {what}',
                  [max(r[what] for found in results.values() for r in found)], 0, form='{:.0f}')
