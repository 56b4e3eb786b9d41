#!/usr/bin/env bash
# Runs the examples of docs/api.md: its SQL by psql, then its shell against a real PostgREST. A block ```json is what the
# block ```sh before it answers.
# Needs a server to connect to (PGHOST, PGPORT, PGUSER) with civic installed.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=../../script/cluster.sh
. script/cluster.sh
# shellcheck source=postgrest.bash
. test/t/postgrest.bash

finish()
{
	stop_postgrest
	psql -Xqc 'DROP DATABASE IF EXISTS api_examples' postgres
}

if ! find_postgrest; then
	echo "ok 1 - examples of the API # SKIP $postgrest_missing"
	echo 1..1
	exit 0
fi
trap finish EXIT

export PGOPTIONS='-c client_min_messages=warning'
psql -Xqc 'DROP DATABASE IF EXISTS api_examples' -c 'CREATE DATABASE api_examples' postgres
psql -Xqc 'CREATE EXTENSION civic CASCADE' api_examples
sed -n '/^```sql$/,/^```$/{/^```/!p}' docs/api.md | psql -Xq -v ON_ERROR_STOP=1 -d api_examples >/dev/null
start_postgrest api_examples
API=$postgrest_url /usr/bin/python3 - docs/api.md <<'PYTHON'
import json
import re
import subprocess
import sys

MARK = '\n=====\n'
page = open(sys.argv[1], encoding='utf-8').read()
examples = re.findall(r'^```sh\n(.*?)^```\n\n```json\n(.*?)^```$', page, re.M | re.S)
script = f"printf '{MARK}'\n".join(commands for commands, _ in examples)
answers = subprocess.run(['bash', '-c', script], stdout=subprocess.PIPE, text=True, check=False).stdout.split(MARK)
failures = page.count('\n```sh\n') != len(examples) or len(answers) != len(examples)
for number, ((commands, shown), answer) in enumerate(zip(examples, answers), 1):
    try:
        same = json.loads(answer) == json.loads(shown)
    except ValueError:
        same = False
    failures += not same
    print('ok' if same else 'not ok', number, '-', ' '.join(commands.split('\n')[-2].split())[:90])
    if not same:
        print('#', answer)
print(f'1..{len(examples)}')
sys.exit(failures > 0)
PYTHON
