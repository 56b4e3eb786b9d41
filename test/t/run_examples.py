"""Runs the SQL examples of Markdown files, each file in a database of its own, and checks the output they show."""
import re
import subprocess
import sys

MARK = '===== block '


def blocks(path):
    """(language, text) of each fenced block, in order."""
    for match in re.finditer(r'^```(\w+)\n(.*?)^```$', open(path).read(), re.M | re.S):
        yield match.group(1), match.group(2)


def psql(database, script):
    command = ['psql', '-X', '-q', '-d', database, '-P', 'pager=off', '-f', '-']
    return subprocess.run(command, input=script, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout


def normal(text):
    """Without what is not the example's own: script positions, contexts, trailing blanks, empty lines."""
    lines = []
    skipping = False
    for line in text.splitlines():
        line = re.sub(r'^psql:<stdin>:\d+: ', '', line).rstrip()
        if line.startswith('CONTEXT:'):
            skipping = True
        elif re.match(r'^(ERROR|DETAIL|HINT|NOTICE|=====| |\(|-)', line) and not line.startswith('    '):
            skipping = False
        if line and not skipping:
            lines.append(line)
    return lines


def main(paths):
    number = 0
    failures = 0
    psql('postgres', 'SET client_min_messages = warning; DROP DATABASE IF EXISTS examples_template;')
    psql('postgres', 'CREATE DATABASE examples_template;')
    psql('examples_template', 'SET client_min_messages = warning; CREATE EXTENSION civic CASCADE;')
    for path in paths:
        found = list(blocks(path))
        if not any(language == 'sql' for language, _ in found):
            continue
        psql('postgres', 'SET client_min_messages = warning; DROP DATABASE IF EXISTS examples;')
        psql('postgres', 'CREATE DATABASE examples TEMPLATE examples_template;')
        script = ''.join(f'\\echo {MARK}{i}\n{text}\n' for i, (language, text) in enumerate(found)
                         if language == 'sql')
        printed = dict(re.findall(rf'^{MARK}(\d+)\n(.*?)(?=^{MARK}|\Z)', psql('examples', script), re.M | re.S))
        for i, (language, text) in enumerate(found):
            if language != 'sql':
                continue
            number += 1
            got = normal(printed.get(str(i), ''))
            shown = i + 1 < len(found) and found[i + 1][0] == 'text'
            if shown and got != normal(found[i + 1][1]) or not shown and any(l.startswith('ERROR') for l in got):
                failures += 1
                print(f'not ok {number} - {path}: {text.strip().splitlines()[0]}')
                print('\n'.join(f'# {line}' for line in got))
            else:
                print(f'ok {number} - {path}: {text.strip().splitlines()[0]}')
    psql('postgres', 'DROP DATABASE IF EXISTS examples;')
    psql('postgres', 'DROP DATABASE IF EXISTS examples_template;')
    print(f'1..{number}')
    return failures > 0


sys.exit(main(sys.argv[1:]))
