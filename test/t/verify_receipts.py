"""Runs tools/civic-verify on receipts that are right and on others that are forged in every way it names."""
import base64
import copy
import hashlib
import importlib.machinery
import importlib.util
import json
import re
import subprocess
import sys

TOOL = 'tools/civic-verify'
loader = importlib.machinery.SourceFileLoader('civic_verify', TOOL)
tool = importlib.util.module_from_spec(importlib.util.spec_from_loader('civic_verify', loader))
loader.exec_module(tool)

work = sys.argv[1]
tests, failures, reasons = 0, 0, set()


def ok(passed, name, detail=''):
    global tests, failures
    tests += 1
    failures += not passed
    print(f'{"" if passed else "not "}ok {tests} - {name}')
    if not passed:
        print('\n'.join(f'# {line}' for line in detail.splitlines()[-4:]))


# ---- signing, which the tool cannot do ----

class Signer:
    def __init__(self, name, kind):
        digest = hashlib.sha512(f'{name} of a test'.encode()).digest()
        self.name, self.kind, self.nonce = name, kind, digest[32:]
        self.secret = int.from_bytes(digest[:32], 'little') & (1 << 254) - 8 | 1 << 254
        self.public = self.encode(tool.point_multiply(self.secret, tool.BASE))
        self.id = hashlib.sha256(name.encode() + b'\n' + bytes([kind]) + self.public).digest()[:4]
        self.key = f'{name}+{self.id.hex()}+{base64.b64encode(bytes([kind]) + self.public).decode()}'

    @staticmethod
    def encode(point):
        inverse = pow(point[2], tool.P - 2, tool.P)
        x, y = point[0] * inverse % tool.P, point[1] * inverse % tool.P
        return (y | (x & 1) << 255).to_bytes(32, 'little')

    def signature(self, message):
        r = int.from_bytes(hashlib.sha512(self.nonce + message).digest(), 'little') % tool.ORDER
        point = self.encode(tool.point_multiply(r, tool.BASE))
        k = int.from_bytes(hashlib.sha512(point + self.public + message).digest(), 'little') % tool.ORDER
        return point + ((r + k * self.secret) % tool.ORDER).to_bytes(32, 'little')

    def line(self, text, time=1790000002):
        if self.kind == tool.ED25519:
            data = self.signature(text.encode())
        else:
            data = time.to_bytes(8, 'big') + self.signature(f'cosignature/v1\ntime {time}\n{text}'.encode())
        return f'\u2014 {self.name} {base64.b64encode(self.id + data).decode()}\n'


LOG, OTHER_LOG = Signer('audit.city.example', tool.ED25519), Signer('other.example', tool.ED25519)
WITNESSES = [Signer(f'witness.example/{i}', tool.COSIGNATURE) for i in (1, 2)]


def note(text, *signers):
    return text + '\n' + ''.join(signer.line(text) for signer in signers)


# ---- asking ----

def run(receipt, *options):
    source = receipt if isinstance(receipt, str) else json.dumps(receipt)
    done = subprocess.run([sys.executable, '-B', TOOL, *options, '-'], input=source.encode(), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return done.returncode, done.stdout.decode()


def expect(name, receipt, answer, *options):
    """The answer is yes, a reason, or None for "cannot tell"."""
    status, output = run(receipt, *options)
    last = (output.splitlines() or [''])[-1]
    if answer == 'yes':
        passed = status == 0 and last == 'yes'
    elif answer is None:
        passed = status == 2 and (last.startswith('cannot tell: ') or 'error: ' in last)
    else:
        reasons.add(answer)
        passed = status == 1 and last.startswith(f'no: {answer}: ')
    ok(passed, f'{name}: {answer or "cannot tell"}', f'status {status}\n{output}')


def changed(receipt, change):
    receipt = copy.deepcopy(receipt)
    change(receipt)
    return receipt


def flip(text, place):
    """Another hexadecimal digit at a place."""
    return text[:place] + format(int(text[place], 16) ^ 1, 'x') + text[place + 1:]


def put(*path):
    """A change that sets a member of a receipt to the last argument, or to what this makes of the former value."""
    def change(receipt):
        *outer, last, value = path
        for member in outer:
            receipt = receipt[member]
        receipt[last] = value(receipt[last]) if callable(value) else value
    return change


receipts = [json.loads(line) for line in open(f'{work}/receipts')]
first, long, personal, other = receipts[0], receipts[7], receipts[5], receipts[13]
text, older_text = first['checkpoint'], first['older']['checkpoint']
for receipt in receipts:
    receipt['checkpoint'] = note(text, LOG, *WITNESSES)
key = ['--key', LOG.key]
witnesses = ['--witness', WITNESSES[0].key, '--witness', WITNESSES[1].key]
open(f'{work}/same', 'w').write(text)
open(f'{work}/older', 'w').write(older_text)
open(f'{work}/garbage', 'w').write('garbage\n')


def trusted(name, content):
    open(f'{work}/{name}', 'w').write(content)
    return ['--checkpoint', f'{work}/{name}']


def parts_commitment(part):
    return hashlib.sha256(b'civic-personal/1\n' + bytes.fromhex(part['salt'] + part['columns'])).hexdigest()


def two_parts(parts):
    """Whether the parts are those of an entry whose commitment is to the two of the tests."""
    whole = hashlib.sha256(b'civic-personal/1\n' + bytes.fromhex(''.join(map(parts_commitment, two)))).digest()
    try:
        tool.check_personal(tool.Receipt(json.dumps({**personal, 'personal': parts})), {'commitment': whole})
    except tool.No:
        return False
    return True


# ---- right ones ----

wrong = 0
for receipt in receipts:
    try:
        tool.verify(tool.Receipt(json.dumps(receipt)), [], set(), 0, tool.Checkpoint(text))
    except (tool.No, tool.CannotTell) as error:
        wrong += 1
        print('#', error)
ok(wrong == 0 and len(receipts) == 24, 'all receipts of the log are right')
expect('a receipt', first, 'yes', *key)
expect('long columns', long, 'yes', *key)
expect('personal columns', personal, 'yes', *key)
expect('personal columns that are not disclosed', changed(personal, lambda r: r.pop('personal')), 'yes', *key)
commitment = parts_commitment(personal['personal'][0])
expect('a part of which there is the commitment only', {**personal, 'personal': [{'commitment': commitment}]}, 'yes', *key)
two = [personal['personal'][0], {'salt': '11' * 16, 'columns': '22'}]
ok(two_parts(two) and two_parts([{'commitment': commitment}, two[1]]) and not two_parts(two[::-1]),
   'two parts, also with one of them erased, in their order')
expect('the other organization', other, 'yes', *key)
expect('without the older checkpoint', changed(first, lambda r: r.pop('older')), 'yes', *key)
expect('with witnesses', first, 'yes', *key, *witnesses)
expect('one of two keys', first, 'yes', '--key', OTHER_LOG.key, *key)
expect('the same checkpoint from elsewhere', first, 'yes', '--checkpoint', f'{work}/same')
expect('an older checkpoint from elsewhere', first, 'yes', *key, '--checkpoint', f'{work}/older')
expect('a bare checkpoint that is known from elsewhere', changed(first, put('checkpoint', text)), 'yes', '--checkpoint',
       f'{work}/same')
expect('one witness of two is enough', changed(first, put('checkpoint', note(text, LOG, WITNESSES[1]))), 'yes', *key,
       *witnesses, '--witnesses', '1')
output = run(personal, *key)[1]
ok(all(line in output for line in ('  status: closed -> open', '  name: Ann -> null', 'what: update report_resolved')),
   'what an entry says is shown', output)

# ---- forged ones ----

E, F = first['entry'], first['forest']['leaf']
expect('an entry with a byte changed', changed(first, put('entry', lambda e: flip(e, len(e) - 1))),
       'entry-not-included', *key)
expect('an entry of another operation', changed(first, put('entry', lambda e: e.replace('55000f7265', '58000f7265'))),
       'entry-malformed', *key)
expect('an entry with something after it', changed(first, put('entry', E + '00')), 'entry-malformed', *key)
expect('an entry that is cut off', changed(first, put('entry', E[:-2])), 'entry-malformed', *key)
expect('a head that is none', changed(first, put('forest', 'leaf', lambda f: flip(f, 3))), 'head-malformed', *key)
expect('a head that is cut off', changed(first, put('forest', 'leaf', F[:-2])), 'head-malformed', *key)
expect('an entry copied from another log', changed(first, put('entry', lambda e: flip(e, 30))), 'other-log', *key)
expect('a head of another log', changed(first, put('forest', 'leaf', lambda f: flip(f, 32))), 'other-log', *key)
expect('an entry of another organization', changed(first, put('entry', lambda e: flip(e, 62))), 'other-organization',
       *key)
expect('the head of another organization', changed(first, put('forest', other['forest'])), 'other-organization', *key)
expect('another place', changed(first, put('index', 1)), 'entry-not-included', *key)
expect('a place outside the tree', changed(first, put('index', 13)), 'entry-not-included', *key)
expect('two entries swapped', changed(first, put('entry', receipts[1]['entry'])), 'entry-not-included', *key)
expect('a proof with a bit changed', changed(first, put('proof', 0, lambda h: flip(h, 9))), 'entry-not-included', *key)
expect('a proof that is too short', changed(first, lambda r: r['proof'].pop()), 'entry-not-included', *key)
expect('a proof that is too long', changed(first, lambda r: r['proof'].append('00' * 32)), 'entry-not-included', *key)
expect('no proof', changed(first, put('proof', [])), 'entry-not-included', *key)
expect('a head with another size', changed(first, put('forest', 'leaf', lambda f: flip(f, 2 * 54 + 1))),
       'head-not-included', *key)
expect('a head with another root', changed(first, put('forest', 'leaf', lambda f: flip(f, 2 * 60))),
       'entry-not-included', *key)
expect('a head with another time', changed(first, put('forest', 'leaf', lambda f: flip(f, len(f) - 1))),
       'head-not-included', *key)
expect('another place in the forest', changed(first, put('forest', 'index', 5)), 'head-not-included', *key)
expect('a place outside the forest', changed(first, put('forest', 'index', 6)), 'head-not-included', *key)
expect('a proof of the head with a bit changed', changed(first, put('forest', 'proof', 1, lambda h: flip(h, 0))),
       'head-not-included', *key)
expect('a checkpoint that the head is not in', changed(first, put('checkpoint', note(older_text, LOG))),
       'head-not-included', *key)
expect('other columns', changed(long, put('columns', lambda c: flip(c, 70000))), 'columns-differ', *key)
expect('shorter columns', changed(long, put('columns', lambda c: c[:-2])), 'columns-differ', *key)
expect('no columns', changed(long, lambda r: r.pop('columns')), 'columns-differ', *key)
expect('columns beside those of the entry', {**first, 'columns': '00'}, 'columns-differ', *key)
expect('other personal columns', changed(personal, put('personal', 0, 'columns', lambda c: flip(c, 20))),
       'personal-differs', *key)
expect('another salt', changed(personal, put('personal', 0, 'salt', lambda s: flip(s, 0))), 'personal-differs', *key)
part = personal['personal'][0]
expect('a byte moved from the columns to the salt', {**personal, 'personal': [{
    'salt': part['salt'] + part['columns'][:2], 'columns': part['columns'][2:]}]}, 'personal-differs', *key)
expect('a part more', {**personal, 'personal': [part, {'commitment': '00' * 32}]}, 'personal-differs', *key)
expect('personal columns of an entry without', {**first, 'personal': personal['personal']}, 'personal-differs', *key)
expect('no signature', changed(first, put('checkpoint', text)), 'not-signed', *key)
expect('a signature by somebody else', changed(first, put('checkpoint', note(text, OTHER_LOG))), 'not-signed', *key)
expect('a signature for another text', changed(first, put('checkpoint', text + '\n' + LOG.line(older_text))),
       'wrong-signature', *key)
expect('a key identifier that collides', changed(first, put('checkpoint', lambda c: c.replace(
    base64.b64encode(LOG.id + b'\0\0')[:5].decode(), base64.b64encode(OTHER_LOG.id + b'\0\0')[:5].decode()))),
    'not-signed', *key)
expect('a wrong cosignature', changed(first, put('checkpoint', note(text, LOG) + WITNESSES[0].line(older_text))),
       'wrong-signature', *key, *witnesses, '--witnesses', '0')
expect('a witness that is missing', changed(first, put('checkpoint', note(text, LOG, WITNESSES[0]))),
       'too-few-witnesses', *key, *witnesses)
expect('a witness that signed twice', changed(first, put('checkpoint', note(text, LOG, WITNESSES[0], WITNESSES[0]))),
       'too-few-witnesses', *key, *witnesses)
for name, forged in (('a checkpoint of one line', 'a\n'), ('a size with a leading zero', text.replace('\n6\n', '\n06\n')),
                     ('a root that is too short', text.replace('=\n', '\n')), ('a tab', text.replace('audit', '\taudit')),
                     ('a note without its end', note(text, LOG)[:-1]), ('a note with an empty name', text + '\n\u2014  AAAAAAAA\n'),
                     ('base64 in another form', text + '\n\u2014 a AAAAAAB=\n'), ('half a surrogate', '\ud800' + text)):
    expect(name, changed(first, put('checkpoint', forged)), 'checkpoint-malformed', *key)
expect('an older checkpoint with another root', changed(first, put('older', 'checkpoint', text.replace('\n6\n', '\n4\n'))),
       'history-rewritten', *key)
expect('a wrong consistency proof', changed(first, put('older', 'proof', 0, lambda h: flip(h, 5))), 'history-rewritten',
       *key)
expect('no consistency proof', changed(first, put('older', 'proof', [])), 'history-rewritten', *key)
expect('an older checkpoint of nothing', changed(first, put('older', {
    'checkpoint': f'audit.city.example\n0\n{base64.b64encode(hashlib.sha256().digest()).decode()}\n', 'proof': []})),
    'history-rewritten', *key)
expect('an older checkpoint that is newer', changed(first, put('older', 'checkpoint', text.replace('\n6\n', '\n7\n'))),
       'history-rewritten', *key)
expect('an older checkpoint of another log', changed(first, put('older', 'checkpoint', lambda c: 'x' + c)), 'other-origin',
       *key)
expect('an older checkpoint signed for another text', changed(first, put('older', 'checkpoint', older_text + '\n'
                                                                         + LOG.line(text))), 'wrong-signature', *key)
forged_root = text.split('\n')[0] + '\n6\n' + base64.b64encode(b'x' * 32).decode() + '\n'
expect('two trees of one size', first, 'split-view', *key, *trusted('split', forged_root))
expect('two older trees of one size', first, 'split-view', *key, *trusted('older split',
                                                                          forged_root.replace('\n6\n', '\n4\n')))
expect('a checkpoint of another log from elsewhere', first, 'other-origin', *key, *trusted('origin', 'x' + text))
expect('a checkpoint that nothing leads to', first, 'not-comparable', *key, *trusted('newer',
                                                                                     text.replace('\n6\n', '\n7\n')))
expect('a replayed checkpoint', changed(first, lambda r: r.pop('older')), 'not-comparable', *key, '--checkpoint',
       f'{work}/older')

# ---- what is no receipt ----

for name, receipt in (('no JSON', '{'), ('an array', []), ('another format', {**first, 'format': 'civic-receipt/2'}),
                      ('a member more', {**first, 'more': 1}), ('a member less', changed(first, lambda r: r.pop('proof'))),
                      ('upper case', {**first, 'entry': E.upper()}), ('half a byte', {**first, 'entry': E[:-1]}),
                      ('a negative index', {**first, 'index': -1}), ('an index that is true', {**first, 'index': True}),
                      ('an index with a point', {**first, 'index': 0.0}), ('a huge index', {**first, 'index': 2**63}),
                      ('a short hash', {**first, 'proof': ['00']}), ('a proof that is no list', {**first, 'proof': 'ab'}),
                      ('a checkpoint that is no string', {**first, 'checkpoint': 6}),
                      ('a member twice', json.dumps(first)[:-1] + ', "index": 1}')):
    expect(name, receipt, None, *key)
expect('nothing to trust', first, None)
expect('a key that is none', first, None, '--key', LOG.key[:-4])
expect('a key whose identifier is not its own', first, None, '--key', LOG.key.replace(LOG.id.hex(), OTHER_LOG.id.hex()))
expect('a witness as the log', first, None, '--key', WITNESSES[0].key)
expect('more witnesses than keys', first, None, *key, '--witnesses', '1')
expect('a file that is not there', first, None, '--checkpoint', f'{work}/none')
expect('a file that is no checkpoint', first, None, '--checkpoint', f'{work}/garbage')

# ---- every byte ----

accepted = 0
places = [(('entry',), E), (('forest', 'leaf'), F)]
places += [(('proof', i), h) for i, h in enumerate(first['proof'])]
places += [(('forest', 'proof', i), h) for i, h in enumerate(first['forest']['proof'])]
places += [(('older', 'proof', i), h) for i, h in enumerate(first['older']['proof'])]
for path, value in places:
    for place in range(len(value)):
        forged = changed(first, put(*path, flip(value, place)))
        try:
            tool.verify(tool.Receipt(json.dumps(forged)), [], set(), 0, tool.Checkpoint(text))
            accepted += 1
            print(f'# {path} {place}')
        except tool.No:
            pass
ok(accepted == 0, f'{sum(len(value) for _, value in places)} receipts with one digit changed are refused')
documented = set(re.findall(r'^\| `([a-z-]+)` \| ', open('docs/audit-formats.md').read().split('## What `civic-verify`')[1],
                            re.M))
ok(documented == reasons, 'each documented reason was given, and no other', f'{documented ^ reasons}')
print(f'1..{tests}')
sys.exit(failures > 0)
