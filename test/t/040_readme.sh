#!/usr/bin/env bash
# Runs the SQL of the README and of docs/ as a reader would, and compares what psql prints with what they say.
# A block ```sql is run; a block ```text right after one or more of them is what they print last.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec /usr/bin/python3 test/t/run_examples.py README.md docs/*.md
