#!/usr/bin/python3
"""Checks the craft rules for SQL on sql/ (and the layout of SQL tests).

Run from the repository root.  Prints one `file:line: sql-N: text` per finding
and exits 1 if there are any, 77 if there is no SQL yet.  A finding is accepted
by `-- lint: allow N reason` on its line, on the first line of its statement, or
in the comment lines directly above either.

Statements are parsed by pglast (the grammar of PostgreSQL 15).  Bodies of
PL/pgSQL are only tokenised: pglast.parse_plpgsql knows no table types, so it
rejects every assignment to a field of a row variable.
"""

import re
import sys
from bisect import bisect_right
from collections import defaultdict
from pathlib import Path

from pglast import ast, parse_sql
from pglast.enums import (AlterTableType, BoolExprType, ConstrType, NullTestType, ObjectType,
                          VariableSetKind)
from pglast.parser import ParseError, scan

SEARCH_PATH = ['pg_catalog', 'pg_temp']
MAX_LINE = 120
SNAKE_CASE = re.compile(r'[a-z_][a-z0-9_]*')
ALLOW = re.compile(r'--\s*lint:\s*allow\s+(\d+)[ \t]*(.*)')

# Where the name which a statement, or a part of one, defines is found.
NAME_OF = {
    ast.ColumnDef: 'colname',
    ast.CompositeTypeStmt: 'typevar',
    ast.Constraint: 'conname',
    ast.CreateDomainStmt: 'domainname',
    ast.CreateEnumStmt: 'typeName',
    ast.CreateFunctionStmt: 'funcname',
    ast.CreatePolicyStmt: 'policy_name',
    ast.CreateRangeStmt: 'typeName',
    ast.CreateRoleStmt: 'role',
    ast.CreateSchemaStmt: 'schemaname',
    ast.CreateSeqStmt: 'sequence',
    ast.CreateStmt: 'relation',
    ast.CreateTrigStmt: 'trigname',
    ast.DefineStmt: 'defnames',
    ast.FunctionParameter: 'name',
    ast.IndexStmt: 'idxname',
    ast.IntoClause: 'rel',
    ast.ViewStmt: 'view',
}

ROW_SECURITY = {AlterTableType.AT_EnableRowSecurity, AlterTableType.AT_DisableRowSecurity,
                AlterTableType.AT_ForceRowSecurity, AlterTableType.AT_NoForceRowSecurity}
NAMED_CONSTRAINTS = {ConstrType.CONSTR_CHECK: 'CHECK', ConstrType.CONSTR_FOREIGN: 'FOREIGN KEY',
                     ConstrType.CONSTR_UNIQUE: 'UNIQUE', ConstrType.CONSTR_EXCLUSION: 'EXCLUDE'}
CLEARING_ACTIONS = {'n': 'SET NULL', 'd': 'SET DEFAULT'}


class Source:
    """A text file, its findings and the comments which accept some of them."""

    def __init__(self, path):
        self.path = path
        self.text = path.read_bytes().decode()      # not read_text, which would hide CR
        self.lines = self.text.split('\n')
        self.newlines = [m.start() for m in re.finditer('\n', self.text)]
        # An update changes what stands elsewhere: it replaces, and holds everything in one file.
        self.is_update = path.is_relative_to('sql/updates')
        self.findings = []
        self.allowed = defaultdict(set)
        for number, line in enumerate(self.lines, 1):
            for rule, reason in ALLOW.findall(line):
                if reason.strip():
                    self.allowed[number].add(int(rule))
                else:
                    self.findings.append((number, 'allow', f'allow {rule} gives no reason'))

    def line_of(self, offset):
        return bisect_right(self.newlines, offset - 1) + 1

    def is_allowed(self, rule, line):
        while rule not in self.allowed[line]:
            line -= 1
            if line < 1 or not self.lines[line - 1].lstrip().startswith('--'):
                return False
        return True

    def report(self, rule, line, text, statement_line=None):
        if self.is_update and rule in (1, 7, 15):
            return
        if not any(self.is_allowed(rule, at) for at in {line, statement_line or line}):
            self.findings.append((line, rule, text))

    def check_layout(self):
        for number, line in enumerate(self.lines, 1):
            if '\t' in line:
                self.report(13, number, 'tab')
            if line != line.rstrip():
                self.report(13, number, 'trailing blank')
            if len(line) > MAX_LINE:
                self.report(13, number, f'{len(line)} characters, at most {MAX_LINE}')
        if self.text and not self.text.endswith('\n'):
            self.report(13, len(self.lines), 'no newline at end of file')


class Statement:
    def __init__(self, source, node, tokens):
        self.source = source
        self.node = node
        self.tokens = tokens
        self.start = tokens[0].start

    def report(self, rule, text, at=None):
        source = self.source
        line = source.line_of(self.start if at is None else at)
        source.report(rule, line, text, source.line_of(self.start))

    def is_in(self, file_name):
        return self.source.path.name == file_name

    def literal_after(self, option):
        """The token of the string which is the value of an option such as AS."""
        return next(t for t in self.tokens if t.start >= option.location and t.name == 'SCONST')


class Table:
    def __init__(self, statement):
        self.statement = statement
        self.foreign_keys = []      # (statement, constraint, columns)
        self.indexes = []           # (leading columns, predicate)


class Schema:
    """What the install files define, taken together."""

    def __init__(self):
        self.relations = set()
        self.tables = {}
        self.functions = defaultdict(set)       # name -> {(schema, language)}
        self.row_security = set()
        self.commented = set()

    def is_plpgsql(self, call):
        schema, name = qualified(call.funcname)
        return any(language == 'plpgsql' and schema in (None, where)
                   for where, language in self.functions.get(name, ()))


def walk(node):
    """The node and everything below it."""
    if isinstance(node, tuple):
        for item in node:
            yield from walk(item)
    elif isinstance(node, ast.Node):
        yield node
        for attribute in node:
            yield from walk(getattr(node, attribute))


def qualified(name):
    """(schema or None, name) of a RangeVar or a list of String."""
    if isinstance(name, ast.RangeVar):
        return name.schemaname, name.relname
    parts = [part.sval for part in name]
    return (parts[-2] if len(parts) > 1 else None), parts[-1]


def columns(names):
    return [name.sval for name in names or ()]


def language_of(function):
    return next((o.arg.sval for o in function.options or () if o.defname == 'language'),
                'sql').lower()


def scan_code(text):
    return [t for t in scan(text) if t.name not in ('SQL_COMMENT', 'C_COMMENT')]


def parse(source):
    """The statements of a file; a file which does not parse is a finding."""
    # Directives of psql and the one placeholder are blanked without moving anything.
    text = re.sub(r'^\\.*$', lambda m: ' ' * len(m[0]), source.text, flags=re.M)
    text = text.replace('@extschema@', 'civic'.ljust(len('@extschema@')))
    try:
        raw = parse_sql(text)
        tokens = scan_code(text)
    except ParseError as error:
        offset = error.args[1] if len(error.args) > 1 and error.args[1] else 0
        source.report('parse', source.line_of(offset), error.args[0])
        return []
    statements = []
    for item in raw:
        end = item.stmt_location + item.stmt_len if item.stmt_len else len(text)
        inside = [t for t in tokens if item.stmt_location <= t.start < end]
        statements.append(Statement(source, item.stmt, inside))
    return statements


def protected_tables(node):
    """Tables named in SELECT civic.protect_table('schema.table'), which enables row security."""
    for call in walk((node.targetList,)):
        if isinstance(call, ast.FuncCall) and columns(call.funcname)[-1] == 'protect_table':
            yield tuple(call.args[0].val.sval.split('.'))


def collect(statements):
    """What all statements define, before any of them is judged."""
    schema = Schema()
    for statement in statements:
        node = statement.node
        if isinstance(node, ast.CreateStmt):
            schema.relations.add(node.relation.relname)
            table = schema.tables[qualified(node.relation)] = Table(statement)
            for element in node.tableElts or ():
                add_table_element(table, statement, element)
        elif isinstance(node, ast.ViewStmt):
            schema.relations.add(node.view.relname)
        elif isinstance(node, ast.CreateTableAsStmt):
            schema.relations.add(node.into.rel.relname)
        elif isinstance(node, ast.CreateFunctionStmt):
            where, name = qualified(node.funcname)
            schema.functions[name].add((where, language_of(node)))
        elif isinstance(node, ast.CommentStmt) and node.objtype == ObjectType.OBJECT_TABLE:
            schema.commented.add(qualified(node.object))
        elif isinstance(node, ast.SelectStmt):
            schema.row_security.update(protected_tables(node))
    # ALTER TABLE and CREATE INDEX may stand in a file before or after the table's.
    for statement in statements:
        node = statement.node
        if isinstance(node, ast.AlterTableStmt):
            table = schema.tables.get(qualified(node.relation))
            for command in node.cmds:
                if command.subtype == AlterTableType.AT_EnableRowSecurity:
                    schema.row_security.add(qualified(node.relation))
                elif table and isinstance(command.def_, (ast.Constraint, ast.ColumnDef)):
                    add_table_element(table, statement, command.def_)
        elif isinstance(node, ast.IndexStmt) and qualified(node.relation) in schema.tables:
            if node.accessMethod in ('btree', 'hash'):
                schema.tables[qualified(node.relation)].indexes.append(
                    ([part.name for part in node.indexParams], node.whereClause))
    return schema


def add_table_element(table, statement, element):
    if isinstance(element, ast.ColumnDef):
        constraints = [(c, [element.colname]) for c in element.constraints or ()]
    elif isinstance(element, ast.Constraint):
        constraints = [(element, columns(element.fk_attrs or element.keys))]
    else:
        return
    for constraint, names in constraints:
        if constraint.contype == ConstrType.CONSTR_FOREIGN:
            table.foreign_keys.append((statement, constraint, names))
        elif constraint.contype in (ConstrType.CONSTR_PRIMARY, ConstrType.CONSTR_UNIQUE):
            table.indexes.append((names, None))


def covers_not_null(predicate, names):
    """Whether an index with this predicate holds every row whose key refers to something."""
    if predicate is None:
        return True
    if isinstance(predicate, ast.BoolExpr):
        return (predicate.boolop == BoolExprType.AND_EXPR
                and all(covers_not_null(term, names) for term in predicate.args))
    return (isinstance(predicate, ast.NullTest) and isinstance(predicate.arg, ast.ColumnRef)
            and predicate.nulltesttype == NullTestType.IS_NOT_NULL
            and predicate.arg.fields[-1].sval in names)


def check_statement(statement, schema):
    node = statement.node
    check_words(statement)
    check_names(statement)
    if isinstance(node, ast.CreateFunctionStmt):
        check_function(statement, schema)
    elif isinstance(node, ast.DoStmt):
        body = next(o for o in node.args if o.defname == 'as')
        check_plpgsql(statement, body, schema)
    elif isinstance(node, ast.AlterFunctionStmt):
        if any(o.defname == 'security' for o in node.actions):
            statement.report(3, 'SECURITY belongs in CREATE FUNCTION')
    elif isinstance(node, ast.VacuumStmt):
        statement.report(5, 'VACUUM' if node.is_vacuumcmd else 'ANALYZE')
    elif isinstance(node, ast.TransactionStmt):
        statement.report(5, 'transaction control')
    elif isinstance(node, ast.VariableSetStmt) and not node.is_local:
        statement.report(5, 'SET without LOCAL')
    elif isinstance(node, (ast.GrantStmt, ast.GrantRoleStmt)):
        if not statement.is_in('grants.sql'):
            statement.report(7, 'GRANT and REVOKE belong in grants.sql')
    elif isinstance(node, ast.CreateTrigStmt):
        if not statement.is_in('triggers.sql'):
            statement.report(7, 'CREATE TRIGGER belongs in triggers.sql')
    elif isinstance(node, (ast.CreatePolicyStmt, ast.AlterPolicyStmt)):
        check_policy(statement, schema)
    elif isinstance(node, ast.AlterTableStmt):
        if (any(c.subtype in ROW_SECURITY for c in node.cmds)
                and not statement.is_in('policies.sql')):
            statement.report(7, 'ROW LEVEL SECURITY belongs in policies.sql')
    elif isinstance(node, ast.ViewStmt):
        check_view(statement)
    elif isinstance(node, ast.AlterDefaultPrivilegesStmt):
        statement.report(12, 'ALTER DEFAULT PRIVILEGES')
    if isinstance(node, (ast.CreateStmt, ast.AlterTableStmt)):
        for part in walk(node):
            if isinstance(part, ast.Constraint) and not part.conname:
                kind = NAMED_CONSTRAINTS.get(part.contype)
                if kind:
                    statement.report(10, f'{kind} constraint without a name', part.location)


def check_words(statement):
    source = statement.source
    words = [source.text[t.start:t.end + 1].upper() for t in statement.tokens]
    for i, token in enumerate(statement.tokens):
        for phrase in (['CREATE', 'OR', 'REPLACE'], ['IF', 'NOT', 'EXISTS']):
            if words[i:i + len(phrase)] == phrase:
                statement.report(1, ' '.join(phrase), token.start)


def check_names(statement):
    """Finds the spelling of each defined name, which the parser has folded to lower case."""
    defined = set()
    for part in walk(statement.node):
        name = getattr(part, NAME_OF.get(type(part), ''), None)
        if isinstance(name, ast.RoleSpec):
            name = name.rolename
        if isinstance(name, (ast.RangeVar, tuple)):
            name = qualified(name)[1]
        defined.add(name)
    for token in statement.tokens:
        if token.name != 'IDENT':
            continue
        spelling = statement.source.text[token.start:token.end + 1]
        name = spelling[1:-1] if spelling.startswith('"') else spelling.lower()
        # PostgREST takes a domain that is named like a media type for one.
        if name in defined and '/' not in spelling and not SNAKE_CASE.fullmatch(spelling.strip('"')):
            defined.remove(name)        # once per statement is enough
            statement.report(10, f'{spelling} is not snake_case', token.start)


def check_function(statement, schema):
    node = statement.node
    name = '.'.join(columns(node.funcname))
    options = {o.defname: o for o in node.options or ()}
    language = language_of(node)
    paths = [[a.val.sval for a in o.arg.args] for o in node.options or ()
             if o.defname == 'set' and o.arg.name == 'search_path'
             and o.arg.kind == VariableSetKind.VAR_SET_VALUE]
    safe_path = paths == [SEARCH_PATH]

    if not node.is_procedure:
        for option in ('volatility', 'parallel'):
            if option not in options:
                statement.report(2, f'{name} does not state {option.upper()}')
    if not (safe_path or node.sql_body or language == 'c'):
        statement.report(2, f'{name} has neither a parsed body nor '
                            f'SET search_path = {", ".join(SEARCH_PATH)}')
    if 'security' in options and options['security'].arg.boolval:
        if language != 'c' and not safe_path:
            statement.report(3, f'{name} is SECURITY DEFINER without '
                                f'SET search_path = {", ".join(SEARCH_PATH)}')
        if any('public' in path for path in paths):
            statement.report(3, f'{name} is SECURITY DEFINER with public in its search_path')
    if 'as' in options and language == 'sql':
        check_sql_body(statement, options['as'], schema)
    elif 'as' in options and language == 'plpgsql':
        check_plpgsql(statement, options['as'], schema)


def body_of(statement, option):
    """The text of a string body and its offset in the file."""
    literal = statement.literal_after(option)
    text = statement.source.text[literal.start:literal.end + 1]
    quote = re.match(r"\$\w*\$|[eE]?'", text)[0]
    closing = len(quote) if quote.startswith('$') else 1
    return text[len(quote):-closing], literal.start + len(quote)


def check_sql_body(statement, option, schema):
    body, offset = body_of(statement, option)
    try:
        tree = [raw.stmt for raw in parse_sql(body)]
    except ParseError as error:
        statement.report(4, f'body does not parse: {error.args[0]}', offset)
        return
    nodes = list(walk(tuple(tree)))
    ctes = {n.ctename for n in nodes if isinstance(n, ast.CommonTableExpr)}
    for node in nodes:
        if isinstance(node, ast.RangeVar) and not node.schemaname:
            if node.relname in schema.relations - ctes:
                report_unqualified(statement, node.relname, offset + node.location)
        elif isinstance(node, ast.FuncCall) and len(node.funcname) == 1:
            name = node.funcname[0].sval
            if name in schema.functions:
                report_unqualified(statement, name, offset + node.location)


def check_plpgsql(statement, option, schema):
    body, offset = body_of(statement, option)
    try:
        tokens = scan_code(body)
    except ParseError as error:
        statement.report(4, f'body does not parse: {error.args[0]}', offset)
        return
    words = [body[t.start:t.end + 1].lower() for t in tokens]
    ctes = {word for i, word in enumerate(words)
            if words[i + 1:i + 3] == ['as', '('] or words[i + 1:i + 2] == ['as']
            and words[i + 2:i + 3] in (['materialized'], ['not'])}
    relations = schema.relations - ctes
    depth = 0
    from_depth = None       # of the FROM list we are in, where names may also follow a comma
    for i, word in enumerate(words):
        before = words[i - 1] if i else ''
        depth += (word == '(') - (word == ')')
        if from_depth is not None and (
                depth < from_depth or depth == from_depth
                and word in (';', 'where', 'set', 'into', 'group', 'order', 'loop', 'returning')):
            from_depth = None
        if word == 'from' and before != 'distinct':
            from_depth = depth
        if before == '.' or words[i + 1:i + 2] == ['.']:
            continue
        if word in schema.functions and words[i + 1:i + 2] == ['(']:
            report_unqualified(statement, word, offset + tokens[i].start)
        elif word in relations and (
                before in ('join', 'update', 'only', 'lock', 'truncate', 'table')
                or before == 'into' and words[i - 2] in ('insert', 'merge')
                or before in ('from', 'using', ',') and from_depth == depth):
            report_unqualified(statement, word, offset + tokens[i].start)


def report_unqualified(statement, name, at):
    statement.report(4, f'{name} is not schema-qualified in a string body', at)


def check_policy(statement, schema):
    node = statement.node
    if not statement.is_in('policies.sql'):
        statement.report(7, 'policies belong in policies.sql')
    for part in walk((node.qual, node.with_check)):
        if isinstance(part, ast.SubLink):
            statement.report(8, f'subquery in policy {node.policy_name}', part.location)
        elif isinstance(part, ast.FuncCall) and schema.is_plpgsql(part):
            name = '.'.join(columns(part.funcname))
            statement.report(8, f'policy {node.policy_name} calls {name}, which is PL/pgSQL',
                             part.location)


def check_view(statement):
    node = statement.node
    options = {o.defname: o.arg.sval if o.arg else 'true' for o in node.options or ()}
    if (node.view.schemaname in (None, 'civic')
            and options.get('security_invoker') not in ('true', 'on')):
        statement.report(11, f'view {node.view.relname} without security_invoker = true')


def check_table(key, table, schema, sections):
    node = table.statement.node
    name = '.'.join(filter(None, key))
    if node.partbound:      # a partition has what its parent has
        return
    if sections.get(table.statement.source.path) == 'model' and node.relation.relpersistence != 't':
        if key[0] != 'civic_private' and key not in schema.row_security:
            table.statement.report(6, f'{name} does not ENABLE ROW LEVEL SECURITY')
        if key not in schema.commented:
            table.statement.report(6, f'{name} has no COMMENT ON TABLE')
    for statement, constraint, names in table.foreign_keys:
        listed = ', '.join(names)
        if not any(set(leading[:len(names)]) == set(names) and covers_not_null(predicate, names)
                   for leading, predicate in table.indexes):
            statement.report(9, f'no index of {name} begins with the columns of its foreign key '
                                f'({listed})', constraint.location)
        for event, action in (('DELETE', constraint.fk_del_action),
                              ('UPDATE', constraint.fk_upd_action)):
            if len(names) > 1 and action in CLEARING_ACTIONS:
                statement.report(16, f'foreign key ({listed}) of {name}: ON {event} '
                                     f'{CLEARING_ACTIONS[action]} on several columns',
                                 constraint.location)


def read_modules(manifest, files):
    """The section of each listed file; checks that list and directory agree."""
    sections = {}
    section = None
    for number, line in enumerate(manifest.lines, 1):
        entry = line.split('#')[0].strip()
        if entry in ('[engine]', '[model]'):
            section = entry.strip('[]')
        elif entry:
            path = manifest.path.parent / entry
            if section is None:
                manifest.report(15, number, f'{entry} is in no section')
            if path in sections:
                manifest.report(15, number, f'{entry} is listed twice')
            if path not in files:
                manifest.report(15, number, f'{entry} does not exist')
            sections[path] = section
    return sections


def main():
    install = {p: Source(p) for p in sorted(Path('sql').rglob('*.sql'))
               if not p.name.startswith('civic--')}      # built by make
    tests = [Source(p) for directory in ('test/sql', 'test/pgtap')
             for p in sorted(Path(directory).rglob('*.sql'))]
    sources = [*install.values(), *tests]
    if not sources:
        print('no SQL files')
        return 77

    sections = {}
    manifest = Path('sql/modules.list')
    if manifest.exists():
        sources.append(Source(manifest))
        sections = read_modules(sources[-1], install)
    for path, source in install.items():
        if path not in sections:
            source.report(15, 1, f'not listed in {manifest}')

    statements = [s for source in install.values() for s in parse(source)]
    schema = collect([s for s in statements if not s.source.is_update])
    for statement in statements:
        check_statement(statement, schema)
    for key, table in schema.tables.items():
        check_table(key, table, schema, sections)
    for source in (*install.values(), *tests):
        source.check_layout()

    found = False
    for source in sources:
        for line, rule, text in sorted(source.findings, key=lambda f: (f[0], str(f[1]), f[2])):
            print(f'{source.path}:{line}: sql-{rule}: {text}')
            found = True
    return int(found)


if __name__ == '__main__':
    sys.exit(main())
