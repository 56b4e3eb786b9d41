#!/usr/bin/env bash
# Gives receipts that the C code made, and every kind of forged one, to tools/civic-verify.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d "${TMPDIR:-/tmp}/civic-verify.XXXXXX")
trap 'rm -rf "$work"' EXIT
gcc -std=c11 -O1 -Wall -Wextra -Werror -Isrc -o "$work/make_receipts" test/t/make_receipts.c \
	src/core/merkle.c src/core/leaf.c src/core/note.c src/core/ed25519.c
"$work/make_receipts" > "$work/receipts"
/usr/bin/python3 -B test/t/verify_receipts.py "$work"
