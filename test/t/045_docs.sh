#!/usr/bin/env bash
# The generated pages of docs/ are what script/docs writes now, links lead somewhere, and nothing is left undocumented.
# Needs a server to connect to (PGHOST, PGPORT, PGUSER) with civic installed.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tap.bash
. test/t/tap.bash

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

query()
{
	psql -XAtq -v ON_ERROR_STOP=1 -d docs_reference -c "$1"
}

generated_now()
{
	if ! script/docs --database docs_reference --output "$work/docs" ||
		! diff "$work/docs/data-model.md" docs/data-model.md || ! diff -r "$work/docs/reference" docs/reference; then
		echo 'script/docs writes them anew'
	fi
}

# Every link between pages leads to a file, and to a heading of it.
broken_links()
{
	/usr/bin/python3 - README.md CHANGELOG.md docs/*.md docs/*/*.md demo/*.md bench/*.md tools/*.md <<'PYTHON'
import re
import sys
from pathlib import Path

def anchors(page):
    text = re.sub(r'^```.*?^```', '', page.read_text(), flags=re.M | re.S)
    heads = re.findall(r'^#+ (.*)', text, re.M)
    return {re.sub(r'[^\w\- ]', '', head.lower()).replace(' ', '-') for head in heads}

for name in sys.argv[1:]:
    page = Path(name)
    for link in re.findall(r'\]\(([^)\s]+)\)', page.read_text()):
        if re.match(r'\w+:', link):
            continue
        path, _, anchor = link.partition('#')
        target = page.parent / path if path else page
        if not target.exists():
            print(f'{name}: {link}: no such file')
        elif anchor and anchor not in anchors(target):
            print(f'{name}: {link}: no such heading')
PYTHON
}

unlisted_pages()
{
	local page
	for page in docs/*.md; do
		[ "$page" = docs/README.md ] || grep -qF "]($(basename "$page"))" docs/README.md || echo "$page"
	done
}

# What comments of functions say is raised is explained; SQLSTATEs of PostgreSQL are in errcodes.txt.
unknown_codes()
{
	grep -rhoE '\b(ZC[0-9A-Z]{3}|PT[0-9]{3})\b' docs sql/*/*.sql | sort -u | while read -r code; do
		grep -q "^| \`$code\`" docs/errors.md || echo "$code"
	done
	grep -hE '^Errors: ' docs/reference/*.md | grep -oE '\b([0-9][0-9A-Z]|P0)[0-9A-Z]{3}\b' |
		grep -v 0000 | sort -u | while read -r code; do
		grep -q "^$code " "$("${PG_CONFIG:-pg_config}" --sharedir)/errcodes.txt" || echo "$code"
	done
}

unlisted_settings()
{
	query "SELECT name FROM pg_settings WHERE name LIKE 'civic.%'" | while read -r name; do
		grep -q "^| \`$name\`" docs/reference/README.md || echo "$name"
	done
	# Those that only SQL or C reads.
	grep -rhoE "(current_setting|set_config|SETTING)\(? ?['\"](civic|request)\.[a-z_.]+" sql/*/*.sql src/*.c |
		grep -oE '(civic|request)\.[a-z_.]+' | sort -u | while read -r name; do
		grep -qF "\`$name\`" docs/reference/README.md docs/operations.md || echo "$name"
	done
}

unlisted_findings()
{
	# Of a missing object its kind is part of the name.
	{
		grep -hozP "(?:'(?:error|warning|info)'|\bEND)(?: AS severity)?,\s+'\K[a-z]+_[a-z_]+(?=')" sql/doctor/*.sql | tr '\0' '\n'
		printf '%s_missing\n' table view sequence
	} | sort -u | while read -r finding; do
		grep -q "^|.*\`$finding\`" docs/operations.md || echo "$finding"
	done
}

psql -Xq -d postgres -c 'SET client_min_messages = warning' -c 'DROP DATABASE IF EXISTS docs_reference' \
	-c 'CREATE DATABASE docs_reference'
psql -Xq -d docs_reference -c 'SET client_min_messages = warning' -c 'CREATE EXTENSION civic CASCADE'

same "data model and reference are as script/docs writes them" "$(generated_now 2>&1 || echo failed)" ""
same "every link between pages leads somewhere" "$(broken_links 2>&1 || echo failed)" ""
same "docs/README.md lists every page" "$(unlisted_pages 2>&1 || echo failed)" ""
same "every error code that a comment or a page names is known" "$(unknown_codes 2>&1 || echo failed)" ""
same "every setting is explained" "$(unlisted_settings 2>&1 || echo failed)" ""
same "every finding of civic.doctor() is listed" "$(unlisted_findings 2>&1 || echo failed)" ""

psql -Xqc 'DROP DATABASE docs_reference' postgres
echo "1..$n"
[ "$failures" = 0 ]
