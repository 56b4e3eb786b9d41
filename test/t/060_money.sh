#!/usr/bin/env bash
# The arithmetic of payments and commissions against a model of it outside the server, in random cases.
cd "$(dirname "$0")" || exit 1
exec python3 check_money.py "$@"
