#!/usr/bin/env bash
# Attendance documents, it does not judge: what people read there speaks of records, documents, data quality signals
# and reviews, never of something proven or passed. Labels of types are for programs and may be what they are.
set -euo pipefail
cd "$(dirname "$0")/../.."
exec /usr/bin/python3 - <<'PYTHON'
import re
import sys
from pathlib import Path

FORBIDDEN = re.compile(r'\b(verif(y|ies|ied|ication)|prov(e|es|ed|en)|proofs?|confirm(s|ed|ation)?|complian(t|ce)|scor(e|es|ed|ing)'
                       r'|pass(es|ed)? or fail(s|ed)?|guilty|violat(e|es|ed|ion))\b', re.I)
# What says that there is none of it.
ALLOWED = ('never summed up to a score', 'Score of the check of the picture', '{"score": 0.97, "passed": true}')


def texts():
    """(where, text) of everything that people read."""
    for path in sorted(Path('sql/attendance').glob('*.sql')):
        # Strings one after the other are one; a string without a blank is a name, a label or a format.
        source = re.sub(r"'\n\s*'", '', path.read_text())
        for literal in re.findall(r"'((?:[^']|'')*)'", source):
            if ' ' in literal.strip():
                yield path, literal
    for path in (Path('docs/attendance.md'), Path('demo/stories/attendance.sql')):
        # Code is for programs.
        text = re.sub(r'```.*?```|`[^`]*`', '', path.read_text(), flags=re.S)
        if path.suffix == '.sql':
            text = '\n'.join(re.findall(r"^\\echo '?(.*?)'?$|^-- (.*)$", text, re.M) and
                             [a or b for a, b in re.findall(r"^\\echo '?(.*?)'?$|^-- (.*)$", text, re.M)])
        yield path, text
    yield Path('src/attendance.c'), '\n'.join(re.findall(r'err(?:msg|detail|hint)\("(.*?)"', Path('src/attendance.c').read_text()))


found = []
count = 0
for where, text in texts():
    count += 1
    for allowed in ALLOWED:
        text = text.replace(allowed, '')
    # Names of columns, functions and tables are names.
    text = re.sub(r'\b\w*_\w+\b(\(\))?', '', text)
    found += [f'{where}: "{match.group(0)}" in: {text.strip()[:100]}' for match in FORBIDDEN.finditer(text)]
print(f'{"not " if found or count < 400 else ""}ok 1 - {count} texts of attendance keep to its terms')
for line in found:
    print('#', line)
print('1..1')
sys.exit(bool(found) or count < 400)
PYTHON
