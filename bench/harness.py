"""What every measure of bench/ shares: the server, paired runs, the table, TAP."""
import contextlib
import functools
import math
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import psycopg2

HERE = os.path.dirname(os.path.abspath(__file__))
TICK = os.sysconf('SC_CLK_TCK')


def say(text):
    print(text, file=sys.stderr, flush=True)


# ---- the server ----

@contextlib.contextmanager
def connect(database, **settings):
    options = ' '.join(f'-c {name}={value}' for name, value in settings.items())
    connection = psycopg2.connect(dbname=database, options=options)
    connection.autocommit = True
    try:
        yield connection
    finally:
        connection.close()


def query(database, sql, *values, **settings):
    with connect(database, **settings) as connection, connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall() if cursor.description else None


def value(database, sql, *values):
    return query(database, sql, *values)[0][0]


def psql(database, file, **variables):
    command = ['psql', '-qXAt', '-v', 'ON_ERROR_STOP=1', '-d', database, '-f', os.path.join(HERE, file)]
    for name, text in variables.items():
        command += ['-v', f'{name}={text}']
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f'{file} failed in {database}:\n{done.stderr}')


@functools.cache
def postmaster():
    return int(open(os.path.join(value('postgres', 'SHOW data_directory'), 'postmaster.pid')).readline())


def server_cpu():
    """Seconds of processor time the postmaster, its children and those that have ended took so far."""
    root = postmaster()
    while True:
        # Between its end and the postmaster's notice a child would be counted twice or not at all.
        time.sleep(0.02)
        ended = process_times(root)[1]
        children = {}
        for name in os.listdir('/proc'):
            if name.isdigit():
                parent, _, own = process_times(int(name))
                if parent == root:
                    children[name] = own
        _, again, own = process_times(root)
        if again == ended:
            return (sum(children.values()) + own + ended) / TICK


def process_times(pid):
    """Parent, ticks of ended children, own ticks."""
    try:
        fields = open(f'/proc/{pid}/stat').read().rpartition(')')[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0, 0, 0
    return int(fields[1]), int(fields[13]) + int(fields[14]), int(fields[11]) + int(fields[12])


def on_processor(pid):
    """Nanoseconds by the scheduler's clock: /proc/PID/stat counts hundredths of a second."""
    return int(open(f'/proc/{pid}/schedstat').read().split()[0])


# ---- measuring ----

class Side:
    """One pgbench run: a script in a database under settings."""

    def __init__(self, database, script, clients, after=None, **settings):
        self.database, self.script, self.clients, self.after = database, script, clients, after
        self.options = ' '.join(f'-c {name}={text}' for name, text in settings.items())

    @contextlib.contextmanager
    def pgbench(self, *options, name='pgbench'):
        with tempfile.NamedTemporaryFile('w', suffix='.sql') as file:
            file.write(self.script)
            file.flush()
            process = subprocess.Popen(
                ['pgbench', '-n', '-M', 'prepared', '-c', str(self.clients), '-j', str(min(2, self.clients)), *options,
                 '-f', file.name, self.database],
                env=dict(os.environ, PGOPTIONS=self.options, PGAPPNAME=name), stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, text=True)
            try:
                yield process
            finally:
                process.kill()
                process.communicate()

    def run(self, seconds):
        """Figures of so many whole seconds, after one second in which sessions start and fill their caches."""
        with self.pgbench('-T', '3600', '-P', '1') as pgbench:
            lines, count, begin, end = [], 0, None, 0
            for line in pgbench.stderr:
                lines.append(line)
                progress = re.match(r'progress: ([\d.]+) s, ([\d.]+) tps', line)
                if not progress:
                    continue
                now, tps = float(progress[1]), float(progress[2])
                if begin is None:
                    begin, before = now, server_cpu()
                else:
                    count += tps * (now - end)
                end = now
                if end - begin >= seconds - 0.5:
                    used = server_cpu() - before
                    break
        if begin is None or not count or 'aborted' in ''.join(lines):
            sys.exit(f'pgbench failed: {"".join(lines)}\n{self.script}')
        if self.after:
            query(self.database, self.after)
        tps = count / (end - begin)
        return {'tps': tps, 'ms': 1000 * self.clients / tps, 'cpu': 1e6 * used / count}


class Session:
    """One connection that runs a statement again and again, each a transaction of its own, that may be taken back;
    counts its backend alone."""

    def __init__(self, database, statement, calls, keeps=True, **settings):
        options = ' '.join(f'-c {name}={text}' for name, text in settings.items())
        self.connection = psycopg2.connect(dbname=database, options=options)
        self.connection.autocommit = True
        self.keeps = keeps
        self.cursor = self.connection.cursor()
        self.cursor.execute('PREPARE measured(bigint) AS ' + statement)
        self.calls = calls
        self.next = 0
        # The plan that is kept comes with the sixth call, caches with the first ones.
        self.run()

    def run(self):
        before = self.nanoseconds()
        for _ in range(self.calls):
            self.next += 1
            if not self.keeps:
                self.cursor.execute('BEGIN')
            self.cursor.execute('EXECUTE measured(%s)', (self.next,))
            if not self.keeps:
                self.cursor.execute('ROLLBACK')
        return {'cpu': (self.nanoseconds() - before) / 1000 / self.calls}

    def nanoseconds(self):
        return on_processor(self.connection.get_backend_pid())

    def close(self):
        self.connection.close()


def alternate(sides, rounds, run):
    """Runs the sides in the order A B C, C B A, A B C ...; returns one result a side and round."""
    results = {name: [] for name in sides}
    names = list(sides)
    for turn in range(rounds):
        for name in names if turn % 2 == 0 else reversed(names):
            results[name].append(run(sides[name]))
        say_round(turn, names, results)
    return results


SLICE = 0.05


def in_turns(sides, rounds, seconds):
    """For reading: within a round all sides are connected, and one after the other goes on for a twentieth of a second,
    so that whatever else happens on the machine meets all of them alike. CPU is that of their sessions."""
    results = {name: [] for name in sides}
    for turn in range(rounds):
        names = list(sides) if turn % 2 == 0 else list(reversed(sides))
        with contextlib.ExitStack() as stack:
            length = math.ceil(seconds * len(names)) + 2
            # Sessions of the round before may not have ended yet.
            title = {name: f'{os.getpid()} {turn} {name}' for name in names}
            started = {}
            for name in names:
                started[name] = stack.enter_context(sides[name].pgbench('-T', str(length), name=title[name]))
                started[name].send_signal(signal.SIGSTOP)
            running = dict.fromkeys(names, 0)
            first = time.monotonic()
            while time.monotonic() < first + length - 1:
                for name in names:
                    begun = time.monotonic()
                    started[name].send_signal(signal.SIGCONT)
                    time.sleep(SLICE)
                    started[name].send_signal(signal.SIGSTOP)
                    running[name] += time.monotonic() - begun
            # Their time ends while they stand still: each says how many transactions it got done.
            time.sleep(max(0, first + SLICE * len(names) + length + 0.5 - time.monotonic()))
            used = {name: sum(on_processor(pid) for pid, in query(
                'postgres', 'SELECT pid FROM pg_stat_activity WHERE application_name = %s', title[name])) for name in names}
            for name in names:
                started[name].send_signal(signal.SIGCONT)
                said, errors = started[name].communicate()
                count = re.search(r'actually processed: (\d+)', said)
                if started[name].returncode or not count or not int(count[1]):
                    sys.exit(f'pgbench failed: {said}{errors}\n{sides[name].script}')
                tps = int(count[1]) / running[name]
                results[name].append({'tps': tps, 'ms': 1000 * sides[name].clients / tps,
                                      'cpu': used[name] / 1000 / int(count[1])})
        say_round(turn, names, results)
    return results


def say_round(turn, names, results):
    say(f'  round {turn + 1}: ' + ', '.join(
        f'{name} ' + ' '.join(f'{key} {number:.4g}' for key, number in results[name][-1].items()) for name in names))


def ratios(results, above, below, key):
    return [a[key] / b[key] for a, b in zip(results[above], results[below])]


def interval(values):
    """Bounds that hold the true median with 95 per cent confidence, from the order of the values."""
    ordered = sorted(values)
    n = len(ordered)
    outside, rank = 0.5 ** n, 0
    while rank + 1 < n / 2:
        following = outside + math.comb(n, rank + 1) * 0.5 ** n
        if 2 * following > 0.05:
            break
        outside, rank = following, rank + 1
    return ordered[rank], ordered[n - 1 - rank]


class Table:
    def __init__(self):
        self.rows = []
        self.missed = 0

    def add(self, measure, workload, compared, values, goal=None, lower=False, note='', form='{:.3f}'):
        """A goal is met when the median meets it; said to be close when the interval of the median does not."""
        median = statistics.median(values)
        text = form.format(median)
        if len(values) > 1:
            text += f' ({form.format(min(values))}..{form.format(max(values))})'
        verdict = ''
        if goal is not None:
            low, high = interval(values)
            ok = (lambda x: x >= goal) if lower else (lambda x: x <= goal)
            verdict = 'missed' if not ok(median) else 'met' if ok(low if lower else high) else 'met, within noise'
            self.missed += verdict == 'missed'
        self.rows.append([measure, workload, compared, text,
                          '' if goal is None else ('≥ ' if lower else '≤ ') + form.format(goal), verdict, note])
        say(f'  = {measure}: {compared}: {text} {verdict} {note}')

    def print(self):
        head = ['measure', 'workload', 'compared', 'median (min..max)', 'goal', 'result', 'notes']
        for row in [head, ['---'] * len(head)] + self.rows:
            print('| ' + ' | '.join(cell.replace('|', '\\|') for cell in row) + ' |')


def cpu_note(results, *names):
    return 'CPU µs/tx: ' + ', '.join(
        f'{name} {statistics.median(r["cpu"] for r in results[name]):.1f}' for name in names)


# ---- equality ----

class Tap:
    def __init__(self):
        self.count = 0
        self.failed = 0

    def test(self, ok, text, lines=()):
        self.count += 1
        self.failed += not ok
        out = [f'{"ok" if ok else "not ok"} {self.count} - {text}'] + ['# ' + line for line in lines]
        self.lines(out)

    def lines(self, out):
        print('\n'.join(out), flush=True)


class Log(Tap):
    """In a measuring run the results of the tests go with the progress."""

    def lines(self, out):
        say('\n'.join(out))
