"""How soon a changed rule of the workflow holds."""
import itertools
import random
import sys
import threading
import time

import psycopg2

from city import ORGANIZATION, make_database
from guard import guard_tables
from harness import connect, query, say


class Rule:
    """What the controller has committed: pending is raised before a change starts, state set after its commit."""

    def __init__(self):
        self.pending = 0
        self.state = (0, True)


def rule_worker(number, kind, rule, officer, stop, counts, errors):
    try:
        with connect('large', **{'role': 'civic_user', 'civic.organization_id': ORGANIZATION,
                                 'civic.user_id': officer}) as connection, connection.cursor() as cursor:
            try_rule(cursor, number, kind, rule, stop, counts)
    except Exception as error:
        errors.append(f'{kind}: {error}')
        stop.set()


def try_rule(cursor, number, kind, rule, stop, counts):
    guard, isolation, prepared = kind
    update = (f"UPDATE bench.guard_{guard} SET status = 'acknowledged' WHERE organization_id = '{ORGANIZATION}'"
              f' AND id = bench.person(0, {number + 1})')
    if prepared:
        cursor.execute(f'PREPARE move AS {update}')
        update = 'EXECUTE move'
    rng = random.Random(number)
    left, seen = 0, -1
    while not stop.is_set():
        if left == 0:
            cursor.execute(f'BEGIN ISOLATION LEVEL {isolation}')
            cursor.execute('SELECT count(*) FROM civic.departments')
            left = rng.randint(1, 200)
        cursor.execute('SAVEPOINT s')
        version, enabled = rule.state
        clear = rule.pending == version
        try:
            cursor.execute(update)
            accepted = True
        except psycopg2.Error as error:
            if error.pgcode != 'ZC001':
                raise
            accepted = False
        # Decided only where no change was under way from before the statement was sent until it was answered.
        if clear and rule.pending == version:
            counts['trials'] += 1
            counts['first'] += version != seen
            counts['stale accepts'] += accepted and not enabled
            counts['stale refusals'] += not accepted and enabled
            seen = version
        cursor.execute('ROLLBACK TO s')
        left -= 1
        if left == 0:
            cursor.execute('ROLLBACK')


def measure_rules(table, options):
    make_database('large', options.large)
    people, _ = guard_tables('large', options.guard_rows)
    say(f'rule changes: {options.trials:,} trials')
    rule, stop, errors = Rule(), threading.Event(), []
    kinds = list(itertools.product(('c',), ('READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'), (False, True)))
    # A guard that reads the rules with the transaction's snapshot must be caught, or the trials prove nothing.
    kinds.append(('twin', 'REPEATABLE READ', False))
    counts = [dict.fromkeys(('trials', 'first', 'stale accepts', 'stale refusals'), 0) for _ in kinds]
    workers = [threading.Thread(target=rule_worker, args=(i, kind, rule, people['officer'], stop, counts[i], errors))
               for i, kind in enumerate(kinds)]
    for worker in workers:
        worker.start()
    rng = random.Random(11)
    started = shown = time.monotonic()
    changes = 0
    with connect('large') as connection, connection.cursor() as cursor:
        while not stop.is_set():
            done = sum(c['trials'] for c in counts[:-1])
            if done >= options.trials:
                break
            if time.monotonic() > shown + 10:
                shown = time.monotonic()
                say(f'  {done:,} trials, {changes:,} changes')
            rule.pending += 1
            cursor.execute('UPDATE civic.workflow_transitions SET is_enabled = %s WHERE organization_id = %s AND'
                           " workflow = 'report' AND from_status = 'in_progress' AND to_status = 'acknowledged'",
                           (not rule.state[1], ORGANIZATION))
            rule.state = (rule.pending, not rule.state[1])
            changes += 1
            time.sleep(rng.choice((0, 0.0005, 0.001, 0.003)))
    stop.set()
    for worker in workers:
        worker.join()
    if errors:
        sys.exit('rule changes: ' + errors[0])
    total = {key: sum(c[key] for c in counts[:-1]) for key in counts[0]}
    control = counts[-1]
    query('large', 'UPDATE civic.workflow_transitions SET is_enabled = true WHERE organization_id = %s', ORGANIZATION)
    workload = (f'{total["trials"]:,} trials in {time.monotonic() - started:.0f} s, {changes:,} committed changes,'
                f' {total["first"]:,} trials were the first of their session after a change')
    for kind in ('stale accepts', 'stale refusals'):
        table.add('rule change reaches the next statement', workload, f'{kind}; {len(kinds) - 1} sessions inside open'
                  ' READ COMMITTED, REPEATABLE READ and SERIALIZABLE transactions, half with prepared statements',
                  [total[kind]], 0, form='{:.0f}', note=f'PL/pgSQL twin inside REPEATABLE READ: {control[kind]:,} of'
                  f' {control["trials"]:,}')
