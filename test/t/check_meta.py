#!/usr/bin/python3
"""Checks META.json against version 1.0.0 of the PGXN Meta Spec and against the tree; prints what is wrong."""

import json
import re
from pathlib import Path

VERSION = r'(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+)?'
RANGE = rf'0|(==|!=|>=|<=|>|<)?\s*{VERSION}(\s*,\s*(==|!=|>=|<=|>|<)?\s*{VERSION})*'
TERM = r'[^\s/\\\x00-\x1f]{2,}'
LICENSES = {'agpl_3', 'apache_1_1', 'apache_2_0', 'artistic_1', 'artistic_2', 'bsd', 'freebsd', 'gfdl_1_2', 'gfdl_1_3',
            'gpl_1', 'gpl_2', 'gpl_3', 'lgpl_2_1', 'lgpl_3_0', 'mit', 'mozilla_1_0', 'mozilla_1_1', 'openssl',
            'perl_5', 'postgresql', 'qpl_1_0', 'ssleay', 'sun', 'zlib', 'open_source', 'restricted', 'unrestricted',
            'unknown'}
KEYS = {'name', 'version', 'abstract', 'maintainer', 'license', 'provides', 'meta-spec', 'description',
        'generated_by', 'tags', 'no_index', 'prereqs', 'release_status', 'resources'}
PHASES = {'configure', 'build', 'test', 'runtime', 'develop'}
RELATIONS = {'requires', 'recommends', 'suggests', 'conflicts'}


def text(value):
    return isinstance(value, str) and value.strip() != ''


def problems(meta):
    for key in ('name', 'version', 'abstract', 'maintainer', 'license', 'provides', 'meta-spec'):
        if key not in meta:
            yield f'{key} is missing'
    for key in meta:
        if key not in KEYS and not key.lower().startswith('x_'):
            yield f'{key} is no key of the specification'
    if not re.fullmatch(TERM, meta['name']):
        yield f'name {meta["name"]!r} is no term'
    if not re.fullmatch(VERSION, meta['version']):
        yield f'version {meta["version"]!r} is no semantic version'
    for key in ('abstract', 'description', 'generated_by'):
        if not text(meta.get(key, 'x')):
            yield f'{key} is no text'
    people = meta['maintainer'] if isinstance(meta['maintainer'], list) else [meta['maintainer']]
    if not people or not all(text(person) for person in people):
        yield 'maintainer names nobody'
    licenses = meta['license'] if isinstance(meta['license'], (list, dict)) else [meta['license']]
    if isinstance(licenses, list) and not set(licenses) <= LICENSES:
        yield f'license {meta["license"]!r} is none of the specification'
    if meta['meta-spec'].get('version') != '1.0.0':
        yield 'meta-spec.version is not 1.0.0'
    if meta.get('release_status', 'stable') not in ('stable', 'testing', 'unstable'):
        yield 'release_status is none of stable, testing, unstable'
    if not meta['provides']:
        yield 'provides nothing'
    for name, extension in meta['provides'].items():
        if not re.fullmatch(TERM, name):
            yield f'provides: {name!r} is no term'
        if not re.fullmatch(VERSION, extension.get('version', '')):
            yield f'provides.{name}.version is no semantic version'
        for key in ('file', 'docfile'):
            if key in extension and not Path(extension[key]).is_file():
                yield f'provides.{name}.{key}: {extension[key]} does not exist'
        if 'file' not in extension:
            yield f'provides.{name}.file is missing'
    for phase, relations in meta.get('prereqs', {}).items():
        if phase not in PHASES:
            yield f'prereqs: {phase} is no phase'
        for relation, wanted in relations.items():
            if relation not in RELATIONS:
                yield f'prereqs.{phase}: {relation} is no relation'
            for name, versions in wanted.items():
                if not re.fullmatch(TERM, name):
                    yield f'prereqs: {name!r} is no term'
                if not re.fullmatch(RANGE, str(versions)):
                    yield f'prereqs: {versions!r} is no range of versions'
    for tag in meta.get('tags', []):
        if not text(tag) or len(tag) > 255 or re.search(r'[/\\\x00-\x1f]', tag):
            yield f'tag {tag!r} cannot be used'
    control = dict(re.findall(r"^(\w+) *= *'(.*)'", Path('civic.control').read_text(), re.M))
    required = set(meta['prereqs']['runtime']['requires'])
    for name in control['requires'].split(', '):
        if name not in required:
            yield f'civic.control requires {name}, prereqs.runtime.requires does not'


found = list(problems(json.loads(Path('META.json').read_text())))
print('\n'.join(found), end='\n' if found else '')
raise SystemExit(bool(found))
