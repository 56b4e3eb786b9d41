#!/usr/bin/python3
"""Measures civic against plain SQL and against its PL/pgSQL twins; started by script/bench, which makes the server."""
import argparse
import os
import sys

from assignment import measure_assignment
from audit import measure_audit
from city import check_data, make_database
from duplicates import measure_duplicates
from guard import measure_guard
from harness import Log, Table, Tap, connect, psql, query, say, value
from identity import measure_identity
from intake import measure_intake
from lists import measure_lists
from outbox import measure_outbox
from partitions import measure_partitions
from policies import check_statements, measure_growth, measure_policies
from quality import measure_quality
from resident import measure_resident
from routing import measure_areas
from rules import measure_rules
from search import measure_search
from sla import measure_deadlines
from sync import measure_sync

TWIN_CHECKS = ('audit', 'duplicates', 'identity', 'uuid', 'areas', 'moderation', 'routing', 'sla', 'attendance', 'open311',
               'templates', 'search', 'guard')


def check_twins(tap, cases, seed):
    query('postgres', 'DROP DATABASE IF EXISTS checks')
    make_database('checks', 3000, 3)
    psql('checks', 'equality.sql')
    say(f'Asking C code and twins {cases} random questions (seed {seed}) ...')
    with connect('checks') as connection, connection.cursor() as cursor:
        cursor.execute('SELECT setseed(%s)', (seed,))
        for check in TWIN_CHECKS:
            cursor.execute(f'SELECT bench.check_{check}(%s)', (cases,))
        cursor.execute("SELECT part, count(*), count(*) FILTER (WHERE c ? 'error'), count(DISTINCT c ->> 'error'),"
                       ' count(*) FILTER (WHERE c IS DISTINCT FROM twin OR part = %s AND c IS NOT NULL)'
                       ' FROM bench.answers GROUP BY part ORDER BY part', ('uuid_v7()',))
        for part, count, refused, codes, different in cursor.fetchall():
            lines = []
            if different:
                cursor.execute('SELECT left(question::text, 700), left(c::text, 400), left(twin::text, 400)'
                               ' FROM bench.answers WHERE part = %s AND c IS DISTINCT FROM twin LIMIT 3', (part,))
                lines = [f'{a}\n#   C:    {b}\n#   twin: {c}' for a, b, c in cursor.fetchall()]
            tap.test(not different, f'{part}: twin and C agree in {count} random cases, {refused} of them errors of'
                     f' {codes} kinds; {different} differences', lines)


MEASURES = {
    'policies': measure_policies,
    'guard': measure_guard,
    'identity': measure_identity,
    'growth': measure_growth,
    'rules': measure_rules,
    'areas': measure_areas,
    'assignment': measure_assignment,
    'duplicates': measure_duplicates,
    'quality': measure_quality,
    'intake': measure_intake,
    'audit': lambda table, options: measure_audit(table, options, options.log),
    'deadlines': measure_deadlines,
    'search': measure_search,
    'resident': measure_resident,
    'outbox': measure_outbox,
    'sync': measure_sync,
    'lists': measure_lists,
    'partitions': measure_partitions,
}


def settings_line():
    changed = query('postgres', 'SELECT name, current_setting(name) FROM pg_settings'
                    " WHERE source = 'configuration file'"
                    ' AND setting IS DISTINCT FROM boot_val'
                    " AND name !~ '^(log_|lc_|port$|unix_socket|listen_|default_text|DateStyle)' ORDER BY name")
    fixed = query('postgres', "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit',"
                  " 'full_page_writes', 'autovacuum') ORDER BY name")
    return ', '.join(f'{name} = {text}' for name, text in fixed + changed)


def main():
    parser = argparse.ArgumentParser(prog='script/bench', description='Measures civic; prints one table.')
    parser.add_argument('--quick', action='store_true',
                        help='small tables and short rounds: to try the benchmark itself')
    parser.add_argument('--check', action='store_true', help='only compare answers; prints TAP')
    parser.add_argument('--only', choices=MEASURES, action='append', help='this measure only; may be repeated')
    parser.add_argument('--rounds', type=int, help='rounds of each comparison (default 10, quick 2)')
    parser.add_argument('--seconds', type=float, help='length of one run of a statement (default 5, quick 1)')
    parser.add_argument('--reports', type=int, help='of the measures duplicates (default 5000000, quick 200000) and intake (500000, 50000)')
    parser.add_argument('--seed', type=float, default=0.5, help='of random questions, -1 to 1')
    options = parser.parse_args()
    quick = options.quick
    options.rounds = options.rounds or (2 if quick else 10)
    options.seconds = max(1, round(options.seconds or (1 if quick else 5)))
    options.guard_seconds = options.seconds if quick else 2 * options.seconds
    options.large = 100_000 if quick else 1_000_000
    options.small = 20_000 if quick else 50_000
    options.guard_rows = 20_000 if quick else 100_000
    options.guard_calls = 200 if quick else 1000
    options.identity_rows = 200_000 if quick else 1_000_000
    options.trials = 5_000 if quick else 100_000

    if options.check:
        tap = Tap()
        check_twins(tap, 2000 if quick else 10_000, options.seed)
        make_database('small', 20_000)
        check_data(tap, 'small')
        check_statements(tap, 'small')
        print(f'1..{tap.count}')
        sys.exit(tap.failed > 0)

    table = Table()
    log = options.log = Log()
    check_twins(log, 2000 if quick else 10_000, options.seed)
    table.add('equality', f'{log.count} parts, see bench/README.md', 'parts in which C and twin differ', [log.failed],
              0, form='{:.0f}')
    for name, measure in MEASURES.items():
        if not options.only or name in options.only:
            measure(table, options)
    print(f'{value("postgres", "SELECT version()")}; {os.cpu_count()} processors; load at the end'
          f' {os.getloadavg()[0]:.1f}; {options.rounds} rounds of {options.seconds} s a side\n')
    print(f'Settings: {settings_line()}\n')
    table.print()
    # A missed goal is a result; a wrong answer is a failure.
    sys.exit(log.failed > 0)


if __name__ == '__main__':
    main()
