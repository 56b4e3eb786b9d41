"""The API over HTTP, as 066_api.sh serves it: api.py URL SECRET docs/errors.md < catalogue.json. Prints TAP."""

import base64
import hashlib
import hmac
import http.client
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import uuid

URL, SECRET, ERRORS = sys.argv[1:]
CATALOGUE = json.load(sys.stdin)
BACK = 'return=representation, tx=rollback'
MISSING = '00000000-0000-0000-0000-00000000dead'
DOCUMENTED = set(re.findall(r'`([0-9A-Z]{5})`', open(ERRORS, encoding='utf-8').read()))
tests = failures = 0


def fixture(name):
    """The identifier of a row of test/pgtap/fixture.psql."""
    return str(uuid.UUID(hashlib.md5(name.encode()).hexdigest()))


def url64(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


def token(person, **claims):
    """A token for a person of the fixture, such as a.citizen; None is nobody."""
    if person is None:
        return None
    claims = {'role': 'civic_user', 'sub': fixture(person), 'organization_id': fixture(person.split('.')[0]), **claims}
    text = '.'.join(url64(json.dumps(part).encode()) for part in ({'alg': 'HS256', 'typ': 'JWT'}, claims))
    return text + '.' + url64(hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).digest())


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.text = response.read().decode()
        try:
            self.json = json.loads(self.text)
        except ValueError:
            self.json = None

    def __str__(self):
        return f'{self.status} {self.text[:500]}'

    @property
    def refusal(self):
        """Status, code, and whether message, details and hint are there."""
        return (self.status, self.json['code'], *(bool(self.json[part]) for part in ('message', 'details', 'hint')))


def ask(method, path, person=None, body=None, bearer=None, **headers):
    headers = {name.replace('_', '-'): value for name, value in headers.items()}
    bearer = bearer or token(person)
    if bearer:
        headers['Authorization'] = 'Bearer ' + bearer
    if body is not None and not isinstance(body, str):
        body = json.dumps(body)
    if body is not None:
        headers.setdefault('Content-Type', 'application/json')
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(URL).netloc, timeout=60)
    connection.request(method, urllib.parse.quote(path, safe='/?&=%:;,.()!*{}"\'+-_'),
        body.encode() if body else None, headers)
    return Answer(connection.getresponse())


def get(path, person=None, **headers):
    return ask('GET', path, person, **headers)


def test(passed, name, *had):
    global tests, failures
    tests += 1
    print(f"{'ok' if passed else 'not ok'} {tests} - {name}")
    if not passed:
        failures += 1
        for value in had:
            print(f'# {value}')


def skip(name, reason):
    global tests
    tests += 1
    print(f'ok {tests} - {name} # SKIP {reason}')


def same(name, had, wanted, *more):
    test(had == wanted, name, f'have {had!r}', f'want {wanted!r}', *more)


def titles(answer):
    """Titles of fixture reports, without their first word, with blanks between."""
    if not isinstance(answer.json, list):
        return str(answer)
    return ' '.join(row['title'].replace('needle ', '') for row in answer.json)


def check_reading():
    public = 'pub_colleague pub_dup pub_new pub_open pub_received pub_wsd'
    list_all = '/reports?select=title&order=title'
    same('visitors read what is public', titles(get(list_all)), public)
    same('a resident, also what is theirs', titles(get(list_all, 'a.citizen')), 'own_citizen ' + public)
    same('an officer, also that of the department', titles(get(list_all, 'a.officer')),
        'priv_done priv_mine priv_pwd ' + public + ' sens_pwd')
    everything = titles(get(list_all, 'a.admin'))
    same('an administrator, all', len(everything.split()), 15)
    same('an auditor, all', titles(get(list_all, 'a.auditor')), everything)
    same('who has no role, what is public', titles(get(list_all, 'a.nobody')), public)
    same('who is unknown, nothing', titles(get(list_all, 'a.stranger')), '')
    same('who is of no organization, nothing', titles(ask('GET', list_all, bearer=token('a.citizen', organization_id=MISSING))), '')

    for condition, wanted in {
        'title=eq.needle pub_dup': 'pub_dup',
        'title=in.("needle pub_dup","needle pub_new")': 'pub_dup pub_new',
        'title=like.*pub_w*': 'pub_wsd',
        'title=ilike.*PUB_W*': 'pub_wsd',
        'title=match.pub_[no]': 'pub_new pub_open',
        'status=eq.duplicate': 'pub_dup',
        'status=not.in.(received,duplicate,in_progress,assigned_to_officer)': 'pub_new pub_open',
        'assigned_to=is.null&is_duplicate=is.false': 'pub_new pub_open pub_received',
        'or=(status.eq.in_progress,and(status.eq.duplicate,is_public.is.true))': 'pub_colleague pub_dup',
        'latitude=gte.22.57&longitude=lt.89&effective_category=eq.other&title=like.*colleague': 'pub_colleague',
        'created_at=gt.2999-01-01': '',
    }.items():
        same(f'filter {condition}', titles(get(f'{list_all}&{condition}')), wanted)
    same('order', titles(get('/reports?select=title&order=status.desc.nullslast,title&limit=3')),
        'pub_dup pub_colleague pub_wsd')
    answer = get('/reports?select=status&status=eq.nonsense')
    same('no such label', answer.status, 400, answer)
    answer = get('/reports?select=nothing')
    same('no such column', (answer.status, answer.json['code']), (400, '42703'), answer)

    answer = get(list_all, Range_Unit='items', Range='1-2', Prefer='count=exact')
    same('a page by Range', (answer.status, answer.headers['Content-Range'], titles(answer)),
        (206, '1-2/6', 'pub_dup pub_new'))
    answer = get(f'{list_all}&limit=2&offset=4', Prefer='count=exact')
    same('a page by limit', (answer.status, answer.headers['Content-Range'], titles(answer)),
        (206, '4-5/6', 'pub_received pub_wsd'))
    answer = get(f'{list_all}&title=gt.needle pub_open&limit=1')
    same('a page after the last row seen', titles(answer), 'pub_received')
    answer = get(list_all, Range='90-99', Prefer='count=exact')
    same('a page after the end', (answer.status, answer.json['code']), (416, 'PGRST103'), answer)
    answer = ask('HEAD', list_all, Prefer='count=exact')
    same('how many', (answer.headers['Content-Range'], answer.text), ('0-5/6', ''))
    answer = get(f"/reports?select=title&id=eq.{fixture('a.pub_new')}", Accept='application/vnd.pgrst.object+json')
    same('one row as an object', (answer.status, answer.json), (200, {'title': 'needle pub_new'}), answer)
    answer = get(f'/reports?id=eq.{MISSING}', Accept='application/vnd.pgrst.object+json')
    same('and none', (answer.status, answer.json['code']), (406, 'PGRST116'), answer)
    answer = get('/reports?select=title,severity&order=title&limit=1', Accept='text/csv')
    same('CSV', answer.text, 'title,severity\n"needle pub_colleague",medium')


def check_embedding():
    path = '/reports?title=eq.needle pub_wsd&select='
    for columns, wanted in {
        'tasks(status)': {'tasks': {'status': 'assigned'}},
        'departments(code)': {'departments': {'code': 'WSD'}},
        'departments(code,organizations(code))': {'departments': {'code': 'WSD', 'organizations': {'code': 'TAPA'}}},
        'by:users!reports_user_fkey(full_name)': {'by': {'full_name': 'neighbour'}},
        'to:users!reports_assigned_to_fkey(full_name)': {'to': {'full_name': 'officer2'}},
        'categories!reports_category_fkey(name)': {'categories': {'name': 'Other'}},
        'report_supporters!report_supporters_report_fkey(user_id)':
            {'report_supporters': [{'user_id': fixture('a.contributor')}]},
        'effective_category,effective_severity': {'effective_category': 'other', 'effective_severity': 'medium'},
        'original_report(title),duplicate_reports(title)': {'original_report': None, 'duplicate_reports': []},
    }.items():
        answer = get(path + columns, 'a.admin')
        same(f'embed {columns}', answer.json, [wanted], answer)
    answer = get('/reports?select=title,tasks!inner(status)&tasks.status=eq.in_progress', 'a.admin')
    same('only rows with such a task', titles(answer), 'pub_colleague')
    answer = get('/tasks?select=status,reports(title,departments(code))&status=eq.in_progress', 'a.admin')
    same('a task with its report and that with its department', answer.json,
        [{'status': 'in_progress', 'reports': {'title': 'needle pub_colleague', 'departments': {'code': 'PWD'}}}])
    answer = get('/departments?select=code,reports(title)&code=eq.ELD&reports.order=title', 'a.citizen')
    same('a department with its reports', answer.json, [{'code': 'ELD', 'reports': [{'title': 'needle own_citizen'}]}])
    answer = get('/departments?select=code,reports(count)&code=eq.PWD', 'a.admin')
    same('counted', answer.json, [{'code': 'PWD', 'reports': [{'count': 5}]}])
    answer = get('/cases?select=title,reports(title)&order=title', 'a.clerk')
    same('cases with their reports, through the table between', answer.json,
        [{'title': 'case_new', 'reports': []}, {'title': 'case_worked', 'reports': [{'title': 'needle pub_open'}]}])
    answer = get('/reports?select=title,original_report(title,duplicate_reports(title))&status=eq.duplicate')
    same('a duplicate, its original, and back', answer.json, [{'title': 'needle pub_dup', 'original_report': {
        'title': 'needle pub_open', 'duplicate_reports': [{'title': 'needle pub_dup'}]}}])
    answer = get('/areas?select=name,parent_area(name),child_areas(name)&order=name', 'a.citizen')
    same('areas, what they are part of, and their parts', answer.json, [
        {'name': 'City', 'parent_area': None, 'child_areas': [{'name': 'Ward 1'}]},
        {'name': 'Ward 1', 'parent_area': {'name': 'City'}, 'child_areas': []}])
    answer = get('/comments?select=content,parent_comment(content),child_comments(content)&content=in.(said_open,said_back)'
        '&order=content', 'a.citizen')
    same('comments and answers', answer.json, [
        {'content': 'said_back', 'parent_comment': {'content': 'said_open'}, 'child_comments': []},
        {'content': 'said_open', 'parent_comment': None, 'child_comments': [{'content': 'said_back'}]}])
    answer = get('/attendance_events?select=id,corrected_event(id,correcting_events(id))&corrects_record_id=not.is.null',
        'a.citizen')
    same('an event that corrects another, and back', [e['id'] for e in answer.json],
        [e['id'] for row in answer.json for e in row['corrected_event']['correcting_events']], answer)
    answer = get('/messages?select=id,referenced_message(id),referring_messages(id)&limit=1', 'a.citizen')
    same('messages and answers', answer.status, 200, answer)
    answer = get('/reports?select=title,users(full_name)')
    same('a table that could be meant in several ways has to be named', (answer.status, answer.json['code']),
        (300, 'PGRST201'))


LAMP = {'title': 'Lamp is dark', 'description': 'The street light is dark again.', 'latitude': 22.57, 'longitude': 88.36}


def check_writing():
    def post(path, body, person='a.citizen', prefer=BACK, **headers):
        return ask('POST', path, person, body, Prefer=prefer, **headers)

    def patch(path, body, person='a.citizen'):
        return ask('PATCH', path, person, body, Prefer=BACK)

    answer = post('/reports?select=organization_id,user_id,status,category:effective_category', LAMP)
    same('a report is filed', (answer.status, answer.json), (201, [{'organization_id': fixture('a'),
        'user_id': fixture('a.citizen'), 'status': 'assigned_to_department', 'category': 'streetlight'}]), answer)
    answer = post('/reports', LAMP, prefer='return=headers-only, tx=rollback')
    same('and found again', re.sub('[0-9a-f-]{36}', 'ID', answer.headers['Location']),
        '/reports?organization_id=eq.ID&id=eq.ID')
    answer = post('/reports?select=title', [LAMP, {**LAMP, 'title': 'Hole in the road'}], 'a.admin')
    same('several at once', titles(answer), 'Lamp is dark Hole in the road')
    answer = post('/reports?select=title', 'title,description,latitude,longitude\nBy CSV,Filed from a table.,22.57,88.36',
        Content_Type='text/csv')
    same('as CSV', titles(answer), 'By CSV')
    for name, body, person, wanted in [
        ('without a title', {**LAMP, 'title': None}, 'a.citizen', (400, '23502')),
        ('with a title too short', {**LAMP, 'title': 'Lamp'}, 'a.citizen', (400, '23514')),
        ('nowhere on Earth', {**LAMP, 'latitude': 91}, 'a.citizen', (400, '23514')),
        ('in no such category', {**LAMP, 'category': 'ghosts'}, 'a.citizen', (409, '23503')),
        ('with no such column', {**LAMP, 'ghost': 1}, 'a.citizen', (400, 'PGRST204')),
        ('for another organization', {**LAMP, 'organization_id': fixture('b')}, 'a.citizen', (403, '42501')),
        ('for another person', {**LAMP, 'user_id': fixture('a.neighbour')}, 'a.citizen', (403, '42501')),
        ('by an auditor', LAMP, 'a.auditor', (403, '42501')),
        ('by a visitor', LAMP, None, (401, '42501')),
        ('in broken JSON', '{', 'a.citizen', (400, 'PGRST102')),
    ]:
        answer = post('/reports', body, person)
        same(f'no report {name}', (answer.status, answer.json['code']), wanted, answer)
    answer = post('/departments', {'code': 'PWD', 'name': 'Once more'}, 'a.admin')
    same('what is there already: 409', (answer.status, answer.json['code']), (409, '23505'), answer)

    mine = f"/reports?id=eq.{fixture('a.own_citizen')}&select=title,landmark"
    answer = patch(mine, {'landmark': 'Mill'})
    same('one changes what is theirs', answer.json, [{'title': 'needle own_citizen', 'landmark': 'Mill'}], answer)
    answer = patch(mine, {'status': 'closed'})
    same('the guard refuses, and says why and what could be done', answer.refusal, (400, 'ZC001', True, True, True), answer)
    answer = patch(f"/reports?id=eq.{fixture('a.priv_mine')}", {'status': 'on_hold'}, 'a.officer')
    same('a move of others', answer.refusal, (400, 'ZC003', True, True, True), answer)
    answer = patch(f"/tasks?report_id=eq.{fixture('a.pub_colleague')}", {'status': 'on_hold'}, 'a.officer3')
    same('a move without its reason', answer.refusal, (400, 'ZC002', True, True, True), answer)
    answer = patch(mine, {'severity': 'critical'})
    same('a column of the staff', answer.refusal, (400, 'ZC004', True, True, True), answer)
    answer = patch(f"/tasks?report_id=eq.{fixture('a.priv_mine')}&select=status", {'status': 'in_progress'}, 'a.officer')
    same('a move that is allowed', answer.json, [{'status': 'in_progress'}], answer)
    answer = ask('GET', f"/rpc/allowed_transitions?workflow=report&entity_id={fixture('a.priv_mine')}&select=to_status",
        'a.officer')
    test(answer.status == 200 and answer.json, 'what is allowed can be asked in advance', answer)
    answer = ask('PATCH', mine, 'a.citizen', {'landmark': 'Mill'}, Prefer='return=minimal, tx=rollback')
    same('without a word', (answer.status, answer.text), (204, ''))
    answer = ask('DELETE', f"/reports?id=eq.{fixture('a.own_citizen')}", 'a.neighbour', Prefer='return=representation')
    same('nobody deletes the report of another', answer.json, [], answer)

    settings = '/notification_settings?select=min_priority,digest'
    answer = post(settings, {'min_priority': 'high'}, 'a.neighbour')
    same('a second row of settings', (answer.status, answer.json['code']), (409, '23505'), answer)
    answer = post(settings, {'min_priority': 'high'}, 'a.neighbour', 'resolution=merge-duplicates, ' + BACK)
    same('is merged into the first on wish', answer.json, [{'min_priority': 'high', 'digest': 'none'}], answer)
    answer = post(settings, {'min_priority': 'high'}, 'a.neighbour', 'resolution=ignore-duplicates, ' + BACK)
    same('or left out', answer.json, [], answer)
    answer = post(settings + '&on_conflict=organization_id,user_id', {'min_priority': 'high'}, 'a.citizen',
        'resolution=merge-duplicates, ' + BACK)
    same('and is a new one where there is none', (answer.status, answer.json),
        (201, [{'min_priority': 'high', 'digest': 'none'}]), answer)
    person = {'organization_id': fixture('a'), 'user_id': fixture('a.neighbour'), 'min_priority': 'high', 'digest': 'daily'}
    answer = ask('PUT', settings + f"&organization_id=eq.{fixture('a')}&user_id=eq.{fixture('a.neighbour')}", 'a.neighbour',
        person, Prefer=BACK)
    same('PUT writes one row, by its key', answer.json, [{'min_priority': 'high', 'digest': 'daily'}], answer)


def check_secrecy():
    """What somebody may not see, and what is of another organization, is answered like what does not exist."""
    for person, hidden in [('a.citizen', 'a.priv_pwd'), ('a.admin', 'b.pub_open'), (None, 'a.priv_pwd'), (None, 'b.pub_open')]:
        there, missing = fixture(hidden), MISSING
        for method, path, body in [
            ('GET', '/reports?id=eq.{}', None), ('GET', '/reports?id=eq.{}&select=tasks(id)', None),
            ('GET', '/rpc/get_report?report_id={}', None), ('GET', '/rpc/report_history?report_id={}', None),
            ('GET', '/rpc/report_family?report_id={}', None), ('GET', '/rpc/find_duplicates_of?report_id={}', None),
            ('GET', '/rpc/explain_route?report_id={}', None), ('GET', '/rpc/report_deadline?report_id={}', None),
            ('GET', '/rpc/allowed_transitions?workflow=report&entity_id={}', None),
            ('GET', '/tasks?report_id=eq.{}', None), ('GET', '/status_history?entity_id=eq.{}', None),
            ('PATCH', '/reports?id=eq.{}', {'landmark': 'Mill'}), ('DELETE', '/reports?id=eq.{}', None),
            ('POST', '/rpc/acknowledge_report', {'report_id': '{}'}), ('POST', '/rpc/support_report', {'report_id': '{}'}),
            ('POST', '/rpc/transition', {'workflow': 'report', 'entity_id': '{}', 'to_status': 'closed'}),
            ('POST', '/rpc/add_comment', {'content': 'Me too.', 'report_id': '{}'}),
        ]:
            body = body and json.dumps(body)
            answers = [ask(method, path.replace('{}', id), person, body and body.replace('{}', id), Prefer=BACK)
                for id in (there, missing)]
            had, wanted = [(a.status, a.text.replace(there, missing)) for a in answers]
            test(had == wanted and had[0] < 500, f"{person or 'a visitor'}: {hidden} and nothing are the same to"
                f" {method} {path.split('?')[0]}", *answers)
    answer = ask('POST', '/rpc/acknowledge_report', 'a.admin', {'report_id': MISSING})
    same('which is 404, with a reason', answer.refusal[:3], (404, 'PT404', True), answer)


SQUARE = {'type': 'MultiPolygon', 'coordinates': [[[[88.5, 22.5], [88.6, 22.5], [88.6, 22.6], [88.5, 22.6], [88.5, 22.5]]]]}


def check_geojson():
    answer = get('/areas?select=name,boundary&kind=eq.ward', 'a.citizen')
    same('a boundary is GeoJSON', (answer.json[0]['name'], answer.json[0]['boundary']['type'],
        answer.json[0]['boundary']['coordinates'][0][0][0]), ('Ward 1', 'MultiPolygon', [88.3, 22.5]), answer)
    answer = get('/areas?select=name,boundary&kind=eq.ward', 'a.citizen', Accept='application/geo+json')
    feature = answer.json['features'][0]
    same('a table is a collection of features', (answer.headers['Content-Type'], answer.json['type'],
        feature['geometry']['type'], feature['properties']),
        ('application/geo+json; charset=utf-8', 'FeatureCollection', 'MultiPolygon', {'name': 'Ward 1'}), answer)
    answer = get('/reports?select=title,location&title=like.*pub_new', Accept='application/geo+json')
    same('so are reports', answer.json['features'], [{'type': 'Feature', 'geometry': {'type': 'Point',
        'coordinates': [88.36, 22.57]}, 'properties': {'title': 'needle pub_new'}}], answer)
    answer = get('/rpc/areas_at?latitude=22.55&longitude=88.35&select=kind,boundary', Accept='application/geo+json')
    same('and what functions return', [f['properties']['kind'] for f in answer.json['features']], ['ward', 'city'], answer)
    answer = ask('POST', '/areas?select=name,boundary', 'a.admin', {'kind': 'ward', 'code': '2', 'name': 'Ward 2',
        'boundary': SQUARE}, Prefer=BACK)
    test(answer.status == 201 and answer.json[0]['boundary']['coordinates'] == SQUARE['coordinates'],
        'a boundary is written as GeoJSON', answer)
    answer = ask('PATCH', '/areas?kind=eq.ward&code=eq.1&select=boundary', 'a.admin', {'boundary': SQUARE}, Prefer=BACK)
    test(answer.status == 200 and answer.json[0]['boundary']['coordinates'] == SQUARE['coordinates'],
        'and changed', answer)
    polygon = {'type': 'Polygon', 'coordinates': SQUARE['coordinates'][0]}
    answer = ask('POST', '/rpc/load_area?select=name,boundary', 'a.admin', {'kind': 'ward', 'code': '2', 'name': 'Ward 2',
        'geometry': polygon}, Prefer=BACK)
    test(answer.status == 200 and answer.json['boundary']['coordinates'] == SQUARE['coordinates'],
        'a function takes a single polygon, too', answer)
    answer = ask('POST', '/rpc/load_areas', 'a.admin', {'features': {'type': 'FeatureCollection', 'features': [{
        'type': 'Feature', 'geometry': polygon, 'properties': {'no': '2', 'name': 'Ward 2'}}]}, 'kind': 'ward',
        'code_property': 'no', 'name_property': 'name'}, Prefer=BACK)
    same('or a collection of features', (answer.status, answer.json), (200, 1), answer)
    answer = ask('POST', '/rpc/load_area', 'a.admin', {'kind': 'ward', 'code': '2', 'name': 'Ward 2',
        'geometry': {'type': 'MultiPolygon'}}, Prefer=BACK)
    same('which says of GeoJSON that is none what is wrong', (answer.status, answer.json['code']), (400, '22023'), answer)


def check_errors():
    for name, method, path, person, body, wanted in [
        ('no such table', 'GET', '/ghosts', 'a.citizen', None, (404, '42P01')),
        ('no such function', 'GET', '/rpc/ghost', 'a.citizen', None, (404, 'PGRST202')),
        ('a secret table', 'GET', '/credentials', 'a.admin', None, (404, '42P01')),
        ('an internal function', 'POST', '/rpc/notify', 'a.admin', {}, (404, 'PGRST202')),
        ('a function that writes, by GET', 'GET', '/rpc/end_session', 'a.citizen', None, (405, '25006')),
        ('a function of administrators of the database', 'POST', '/rpc/create_organization', 'a.super_admin',
            {'code': 'X', 'name': 'X'}, (403, '42501')),
        ('a function without the permission', 'POST', '/rpc/set_user_status', 'a.citizen',
            {'user_id': MISSING, 'status': 'suspended'}, (403, '42501')),
        ('a function that writes, for a visitor', 'POST', '/rpc/write_post', None, {'title': 'T', 'content': 'C'},
            (401, '42501')),
        ('a table that visitors do not see', 'GET', '/users', None, None, (401, '42501')),
        ('an identifier that is none', 'GET', '/reports?id=eq.1', 'a.citizen', None, (400, '22P02')),
        ('a move to nowhere', 'POST', '/rpc/transition', 'a.admin', {'workflow': 'report', 'entity_id':
            fixture('a.pub_open'), 'to_status': 'nowhere'}, (400, '22P02')),
    ]:
        answer = ask(method, path, person, body)
        same(f'{name}: {wanted[0]}', (answer.status, answer.json['code']), wanted, answer)
    for name, bearer, wanted in [
        ('signed by another', token('a.citizen')[:-5] + 'AAAAA', (401, 'PGRST301')),
        ('expired', token('a.citizen', exp=1), (401, 'PGRST301')),
        ('for a role that is none of ours', token('a.citizen', role='civic_owner'), (403, '42501')),
        ('whose person is no uuid', token('a.citizen', sub='rita'), (400, '22023')),
    ]:
        answer = ask('GET', '/reports', bearer=bearer)
        same(f'a token {name}: {wanted[0]}', (answer.status, answer.json['code']), wanted, answer)


def check_sessions():
    job = token('a.citizen', role='civic_service', sub='')
    answer = ask('POST', '/rpc/open_session', bearer=job, body={'person_id': fixture('a.citizen')})
    session = answer.json['session_id']
    bearer = token('a.citizen', session_id=session)
    same('a token of a session', ask('GET', '/reports?select=title&limit=1', bearer=bearer).status, 200)
    answer = ask('POST', '/rpc/end_session', bearer=bearer, body={})
    same('ends it', (answer.status, answer.json), (200, True), answer)
    answer = ask('GET', '/reports', bearer=bearer)
    same('and is refused from then on', answer.refusal, (401, 'ZC074', True, True, True), answer)
    same('as one that a client should replace', answer.headers['WWW-Authenticate'], 'Bearer error="invalid_token"')
    same('whatever is asked', ask('POST', '/rpc/my_permissions', bearer=bearer, body={}).status, 401)


def value(argument):
    """Something of the type of an argument, which need not be there."""
    name, kind, element = argument['name'], argument['type'], argument['element']
    if argument['label']:
        return [argument['label']] if element else argument['label']
    known = {'report_id': 'a.pub_open', 'user_id': 'a.citizen', 'person_id': 'a.citizen', 'deal_id': 'a.deal_seller',
        'payment_id': 'a.payment_open', 'officer_id': 'a.officer', 'case_id': 'a.case_new', 'post_id': 'a.post_open',
        'entity_id': 'a.pub_open', 'calendar_id': 'a.calendar', 'client_id': 'a.client_seller'}
    simple = {'uuid': fixture(known.get(name, 'a.nothing')), 'text': 'x', 'integer': 1, 'bigint': 1, 'numeric': 1,
        'double precision': 1, 'real': 1, 'boolean': True, 'date': '2026-01-01', 'interval': '1 day', 'jsonb': {},
        'json': {}, 'bytea': '\\x00', 'timestamp with time zone': '2026-01-01T00:00:00Z',
        'time without time zone': '08:00', '"char"': 'x', 'regclass': 'civic.reports', 'civic.latitude': 22.57,
        'civic.longitude': 88.36, 'civic.distance_m': 100, 'civic.phone_number': '+919000000001',
        'geography': 'POINT(88.36 22.57)', 'geometry': 'POINT(88.36 22.57)'}
    if kind.endswith('[]'):
        return [simple[kind[:-2]]]
    return simple[kind]


def check_functions(document):
    """Every function that people may execute is described, found, and answers: with something, or as documented."""
    functions = [f for f in CATALOGUE['functions'] if not f['is_unnamed'] or f['first_type'] == 'text']
    described = {path[5:]: methods for path, methods in document['paths'].items() if path.startswith('/rpc/')}
    same('the description has every function', sorted(described), sorted(f['name'] for f in functions))
    same('and none twice, as only one would be described', len(functions), len({f['name'] for f in functions}))
    done = 0
    for function in sorted(functions, key=lambda f: f['name']):
        name, arguments = function['name'], function['arguments']
        reads = function['volatility'] != 'v'
        comment = described[name]['post'].get('summary', '') + (described[name]['post'].get('description') or '')
        same(f'{name} is described', ''.join(comment.split()), ''.join(function['comment'].split()))
        if function['is_unnamed']:
            answers = [ask('POST', f'/rpc/{name}', 'a.admin', 'x=1', Content_Type='text/plain', Prefer=BACK)]
        else:
            needed = arguments[:len(arguments) - function['defaults']]
            answers = [ask('POST', f'/rpc/{name}', person, {a['name']: value(a) for a in chosen}, Prefer=BACK)
                for person, chosen in [('a.super_admin', arguments), ('a.super_admin', needed), ('a.citizen', needed)]]
            if reads:
                query = '&'.join(f"{a['name']}={value(a)}" for a in needed if not isinstance(value(a), (list, dict)))
                if not any(isinstance(value(a), (list, dict)) for a in needed):
                    answers.append(get(f'/rpc/{name}?{query}', 'a.super_admin', Prefer=BACK))
        done += answers[0].status < 300
        for answer in answers:
            code = answer.json.get('code') if isinstance(answer.json, dict) else None
            # Open311 has a format of its own for errors.
            is_documented = code in DOCUMENTED or name.startswith('open311_') and '<error>' in answer.text
            test(answer.status < 300 or answer.status < 500 and is_documented,
                f'{name} answers, or refuses as documented: {answer.status}' + (f' {code}' if code else ''), answer)
    test(done > 150, f'{done} functions did something')


def check_openapi(document):
    validator = pathlib.Path(__file__).parents[1] / 'node_modules/@seriousme/openapi-schema-validator/bin/validate-api-cli.js'
    if not (shutil.which('node') and validator.exists()):
        skip('the description is valid OpenAPI 2.0', 'the validator needs node, and comes by npm')
        return
    with tempfile.NamedTemporaryFile('w', suffix='.json') as file:
        json.dump(document, file)
        file.flush()
        done = subprocess.run(['node', validator, file.name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            check=False)
    same('the description is valid OpenAPI 2.0', (document['swagger'], done.returncode), ('2.0', 0), done.stdout[:2000])


def check_description():
    document = get('/', 'a.citizen').json
    relations = {r['name']: r['columns'] for r in CATALOGUE['relations']}
    same('the description has every table', sorted(document['definitions']), sorted(relations))
    for name, definition in sorted(document['definitions'].items()):
        test(definition.get('description'), f'table {name} is described')
        bare = [c for c in relations[name] if definition['properties'].get(c, {}).get('description', 'Note:').startswith(
            'Note:')]
        same(f'and its columns: {name}', bare, [])
    for path, methods in document['paths'].items():
        bare = [method for method, operation in methods.items() if method != 'parameters'
            and not (operation.get('summary') or operation.get('description'))]
        if path.startswith('/rpc/') or bare:
            continue
        same(f'{path} is described', bare, [])
    visitor = get('/').json
    test(set(visitor['paths']) < set(document['paths']), 'visitors are shown what visitors may')
    test('/rpc/sign_in' in visitor['paths'] and '/rpc/assign_officer' not in visitor['paths'], 'such as signing in')
    same('how one signs in', document['securityDefinitions']['JWT']['type'], 'apiKey')
    check_openapi(document)
    return document


check_reading()
check_embedding()
check_writing()
check_secrecy()
check_geojson()
check_errors()
check_sessions()
check_functions(check_description())
print(f'1..{tests}')
sys.exit(failures > 0)
