"""Choosing officers under contention: reports of eight clients at once, against the same without choosing."""
import statistics

from harness import Side, alternate, cpu_note, psql, query, ratios, say

CLIENTS = 8
OFFICERS = 20
REPORTERS = 10_000

# Every side inserts the same rows and moves them in the same way; only who gets the report is found differently.
SIDES = {
    # Any officer, and nobody counts.
    'plain': """
        CREATE OR REPLACE FUNCTION civic_private.pick_officer(organization uuid, report uuid, department uuid)
            RETURNS uuid LANGUAGE sql VOLATILE AS 'SELECT bench.officer(1 + floor(random() * {officers})::integer)';
        ALTER TABLE civic.tasks DISABLE TRIGGER t70_load;""",
    'chosen': '',
    # The way that suggests itself: the officer with the least is locked until the commit.
    'locked': """
        CREATE TABLE bench.loads (officer uuid PRIMARY KEY, load integer NOT NULL) WITH (fillfactor = 50);
        GRANT ALL ON bench.loads TO civic_owner;
        INSERT INTO bench.loads SELECT bench.officer(n), 0 FROM generate_series(1, {officers}) AS n;
        CREATE OR REPLACE FUNCTION civic_private.pick_officer(organization uuid, report uuid, department uuid)
            RETURNS uuid LANGUAGE sql VOLATILE AS 'UPDATE bench.loads SET load = load + 1 WHERE officer = (
                SELECT officer FROM bench.loads ORDER BY load, officer LIMIT 1 FOR UPDATE) RETURNING officer';
        ALTER TABLE civic.tasks DISABLE TRIGGER t70_load;""",
}
SCRIPT = f"""\\set n random(1, {REPORTERS})
INSERT INTO civic.reports (user_id, title, description, category, latitude, longitude)
VALUES (bench.reporter(:n), 'A pothole', 'In the road next to the bridge.', 'roads', 11, 76);
"""
SPREAD = """
    SELECT (max(n) - min(n)) / avg(n) FROM (
        SELECT u.id, count(t.id) AS n FROM civic.users AS u
        LEFT JOIN civic.tasks AS t ON t.organization_id = u.organization_id AND t.assigned_to = u.id
        WHERE u.department_id IS NOT NULL GROUP BY u.id
    ) AS s"""


def make_database(name):
    query('postgres', f'DROP DATABASE IF EXISTS {name}')
    query('postgres', f'CREATE DATABASE {name}')
    query(name, 'CREATE EXTENSION civic CASCADE', client_min_messages='warning')
    psql(name, 'assignment.sql', officers=OFFICERS, reporters=REPORTERS)


def measure_assignment(table, options):
    for name, change in SIDES.items():
        make_database(f'assignment_{name}')
        if change:
            query(f'assignment_{name}', change.format(officers=OFFICERS))
    spreads = {name: [] for name in SIDES}

    def run(name):
        database = f'assignment_{name}'
        query(database, 'DELETE FROM civic.reports')
        query(database, 'VACUUM civic.reports, civic.tasks, civic.status_history, civic_private.officer_loads')
        result = Side(database, SCRIPT, CLIENTS).run(options.seconds)
        spreads[name].append(float(query(database, SPREAD)[0][0]))
        return result

    say(f'assignment to {OFFICERS} officers, {CLIENTS} clients')
    results = alternate({name: name for name in SIDES}, options.rounds, run)
    workload = f'reports filed by {CLIENTS} clients for one department of {OFFICERS} officers'
    note = cpu_note(results, *SIDES) + '; tps: ' + ', '.join(
        f'{name} {statistics.median(r["tps"] for r in results[name]):.0f}' for name in SIDES)
    table.add('assignment', workload, 'throughput, least loaded officer / any officer',
              ratios(results, 'chosen', 'plain', 'tps'), 0.75, True, note)
    table.add('assignment', workload, 'throughput, least loaded officer locked / any officer',
              ratios(results, 'locked', 'plain', 'tps'))
    table.add('assignment', workload, 'spread of tasks, (most - least) / mean', spreads['chosen'], 0.05)
    for name in ('plain', 'locked'):
        table.add('assignment', workload, f'the same, {name}', spreads[name])
    for name in SIDES:
        query('postgres', f'DROP DATABASE assignment_{name}')
