// The city on a map: areas and lists come as GeoJSON, clusters and reports as vector tiles, all from PostgREST.
import * as L from 'leaflet';
import { PbfReader } from 'pbf';
import { VectorTile } from '@mapbox/vector-tile';

const $ = (id) => document.getElementById(id);
const DONE = ['resolved', 'closed', 'rejected', 'duplicate'];
const OPEN = ['received', 'pending_classification', 'classified', 'assigned_to_department', 'assigned_to_officer',
  'assignment_rejected', 'acknowledged', 'in_progress', 'pending_verification', 'on_hold', 'reopened'];
const TILE = 256;

const config = await (await fetch('config.json')).json();
const state = { token: null, person: null, chosen: null, place: null, categories: new Map(), areas: new Map() };

// --- the database --------------------------------------------------------------------------------------------------

// Asks PostgREST; what goes wrong is told in the words of the database.
async function ask(path, { query = {}, body, accept = 'application/json', signal } = {}) {
  const address = new URL(config.api + path);
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') address.searchParams.set(name, value);
  }
  const headers = { Accept: accept };
  if (state.token) headers.Authorization = `Bearer ${state.token}`;
  if (body) headers['Content-Type'] = 'application/json';
  const answer = await fetch(address, { method: body ? 'POST' : 'GET', headers, signal,
    body: body && JSON.stringify(body) });
  if (!answer.ok) {
    const error = await answer.json().catch(() => ({}));
    if (answer.status === 401 && state.token) signOut();
    throw new Error([error.message, error.details, error.hint].filter(Boolean).join('. ') || answer.statusText);
  }
  return accept.endsWith('vector-tile') ? answer.arrayBuffer() : answer.json();
}

function filters() {
  const category = $('category').value;
  return { statuses: $('which').value === 'open' ? `{${OPEN}}` : null, categories: category ? `{${category}}` : null };
}

// --- words ---------------------------------------------------------------------------------------------------------

const words = (code) => code.replaceAll('_', ' ');
const tint = (report) => (DONE.includes(report.status) ? 'done' : report.severity);
const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });
const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const number = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 1 });

// An element with attributes and children; texts are texts, never HTML.
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

function tell(text, isError = false) {
  $('notice').textContent = text;
  $('notice').classList.toggle('error', isError);
  if (text) $('panel').scrollTop = 0;
}

// Runs what a person asked for, and tells them when it fails.
function attempt(action) {
  return async (event) => {
    try {
      tell('');
      await action(event);
    } catch (error) {
      tell(error.message, true);
    }
  };
}

// --- the map -------------------------------------------------------------------------------------------------------

const map = L.map('map', { zoomControl: false, attributionControl: false, minZoom: 3, maxZoom: 19, zoomSnap: 1 });
L.control.zoom({ position: 'topright' }).addTo(map);
L.control.scale({ imperial: false, position: 'bottomright' }).addTo(map);
const legend = L.control({ position: 'bottomleft' });
legend.onAdd = () => make('div', { class: 'legend' }, ...['critical', 'high', 'medium', 'low', 'done'].map((name) =>
  make('div', { class: name }, make('i'), name === 'done' ? 'done with' : name)));
legend.addTo(map);

// Names of areas lie below the reports.
map.createPane('names').style.zIndex = 590;
map.getPane('names').style.pointerEvents = 'none';

const pin = L.marker([0, 0], {
  draggable: true,
  keyboard: false,
  icon: L.divIcon({ className: 'pin', iconSize: [32, 32], iconAnchor: [16, 31],
    html: '<svg viewBox="0 0 16 16" width="32" height="32" aria-hidden="true"><path fill="currentColor" stroke="#fff"'
      + ' d="M8 .5A5.5 5.5 0 0 0 2.5 6C2.5 9.5 8 15.5 8 15.5S13.5 9.5 13.5 6A5.5 5.5 0 0 0 8 .5z"/>'
      + '<circle cx="8" cy="6" r="2.2" fill="#fff"/></svg>' }),
});

function setPin(latlng, isDraggable) {
  pin.setLatLng(latlng).addTo(map);
  pin.dragging[isDraggable ? 'enable' : 'disable']();
}

// A marker that a keyboard reaches and a screen reader names.
function marker(latlng, icon, label, open) {
  const made = L.marker(latlng, { icon, title: label });
  made.on('click', open);
  made.on('add', () => {
    const element = made.getElement();
    element.setAttribute('aria-label', label);
    element.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault();
        open();
      }
    });
  });
  return made;
}

function clusterMarker({ reports, open }, latlng) {
  const size = Math.round(30 + 8 * Math.log10(reports));
  const made = marker(latlng, L.divIcon({ className: 'cluster', iconSize: null,
    html: `<span>${number.format(reports)}</span>` }), `${number.format(reports)} reports, ${number.format(open)} open`,
  () => map.flyTo(latlng, Math.min(map.getZoom() + 2, map.getMaxZoom()), { duration: 0.4 }));
  made.on('add', () => {
    made.getElement().style.setProperty('--size', `${size}px`);
    made.getElement().style.setProperty('--open', `${Math.round(100 * open / reports)}%`);
  });
  return made;
}

function reportMarker(report, latlng) {
  const chosen = report.id === state.chosen ? ' chosen' : '';
  const made = marker(latlng, L.divIcon({ className: `report ${tint(report)}${chosen}`, iconSize: [18, 18] }),
    `${report.title}: ${words(report.status)}, ${report.severity}`, attempt(() => showDetails(report.id)));
  return made.setZIndexOffset(1000 * ['done', 'low', 'medium', 'high', 'critical'].indexOf(tint(report)));
}

// The tiles in sight: what comes into view is asked for, what leaves it is dropped.
const tiles = new Map();

function dropTiles(keep = () => false) {
  for (const [key, tile] of tiles) {
    if (!keep(key)) {
      tile.abort.abort();
      tile.markers.remove();
      tiles.delete(key);
    }
  }
}

function refreshTiles() {
  const z = map.getZoom();
  const last = 2 ** z - 1;
  const view = map.getPixelBounds();
  const within = (value) => Math.min(Math.max(Math.floor(value / TILE), 0), last);
  const wanted = new Map();
  for (let x = within(view.min.x); x <= within(view.max.x); x++) {
    for (let y = within(view.min.y); y <= within(view.max.y); y++) wanted.set(`${z}/${x}/${y}`, { z, x, y });
  }
  dropTiles((key) => wanted.has(key));
  for (const [key, place] of wanted) {
    if (!tiles.has(key)) {
      const tile = { abort: new AbortController(), markers: L.layerGroup().addTo(map) };
      tiles.set(key, tile);
      fillTile(tile, place);
    }
  }
}

async function fillTile(tile, { z, x, y }) {
  try {
    const bytes = await ask('/rpc/report_tile', { query: { z, x, y, ...filters() }, signal: tile.abort.signal,
      accept: 'application/vnd.mapbox-vector-tile' });
    const { layers } = new VectorTile(new PbfReader(bytes));
    for (const [name, draw] of [['clusters', clusterMarker], ['reports', reportMarker]]) {
      const layer = layers[name];
      for (let i = 0; layer && i < layer.length; i++) {
        const feature = layer.feature(i);
        const [[point]] = feature.loadGeometry();
        const latlng = map.unproject([(x + point.x / layer.extent) * TILE, (y + point.y / layer.extent) * TILE], z);
        tile.markers.addLayer(draw(feature.properties, latlng));
      }
    }
  } catch (error) {
    if (error.name !== 'AbortError') tell(error.message, true);
  }
}

async function drawAreas() {
  const city = await ask('/rpc/areas_geojson', { query: { kind: 'city' }, accept: 'application/geo+json' });
  const wards = await ask('/rpc/areas_geojson', { query: { kind: 'ward' }, accept: 'application/geo+json' });
  L.geoJSON(wards, {
    style: { className: 'area' },
    interactive: false,
    onEachFeature: (feature, layer) => {
      state.areas.set(feature.id, feature.properties.name);
      layer.bindTooltip(feature.properties.name, { permanent: true, direction: 'center', className: 'area-name',
        pane: 'names' });
    },
  }).addTo(map);
  map.fitBounds(L.geoJSON(city).getBounds(), { animate: false });
}

// --- what stands beside the map --------------------------------------------------------------------------------------

function show(view) {
  for (const id of ['list', 'details', 'form']) $(id).hidden = id !== view;
  if (view === 'list') {
    state.place = null;
    pin.remove();
  }
  if (view !== 'details') state.chosen = null;
  $('panel').scrollTop = 0;
}

function card(report, note, ...more) {
  return make('li', { class: `card ${tint(report)}` }, make('button', { type: 'button',
    onclick: attempt(() => showDetails(report.id)) }, make('strong', {}, report.title), make('small', {}, note)), ...more);
}

let newestCall = 0;
async function showNewest(after = null) {
  const call = ++newestCall;
  const box = map.getBounds();
  const { features } = await ask('/rpc/reports_geojson', { accept: 'application/geo+json', query: {
    west: Math.max(box.getWest(), -180), south: box.getSouth(), east: Math.min(box.getEast(), 180),
    north: box.getNorth(), max_rows: 20, before_time: after?.properties.created_at, before_id: after?.id, ...filters() } });
  if (call !== newestCall) return;
  const cards = features.map(({ id, properties: report }) => card({ id, ...report },
    `${words(report.status)} · ${day.format(new Date(report.created_at))}`));
  if (after) $('newest').append(...cards);
  else $('newest').replaceChildren(...(cards.length ? cards : [make('li', { class: 'hint' }, 'Nothing here.')]));
  $('more').hidden = features.length < 20;
  $('more').onclick = attempt(() => showNewest(features.at(-1)));
}

async function showFigures() {
  const figures = await ask('/rpc/public_statistics');
  $('figures').replaceChildren(...[['reports', figures.total], ['resolved', figures.resolved],
    ['average days', figures.avg_resolution_days]].map(([name, value]) =>
    make('div', {}, make('dt', {}, name), make('dd', {}, value === null ? '–' : number.format(value)))));
}

async function showDetails(id) {
  const [report] = await ask('/reports', { query: { id: `eq.${id}`, select: 'id,report_number,title,description,status,'
    + 'severity,category,address,latitude,longitude,user_id,supporter_count,created_at,duplicate_of_report_id,'
    + 'department:departments!reports_department_fkey(name)' } });
  if (!report) throw new Error('This report is not there, or not yours to see.');
  const [history, area, own] = await Promise.all([
    ask('/rpc/report_history', { query: { report_id: id, select: 'old_status,new_status,reason,changed_at' } }),
    ask('/rpc/area_at', { query: { latitude: report.latitude, longitude: report.longitude } }),
    state.person ? ask('/report_supporters', { query: { report_id: `eq.${id}`, user_id: `eq.${state.person.id}`,
      select: 'report_id' } }) : [],
  ]);
  show('details');
  state.chosen = id;
  $('details-number').textContent = report.report_number;
  $('details-title').textContent = report.title;
  $('details-chips').replaceChildren(
    make('span', { class: `chip strong ${tint(report)}` }, words(report.status)),
    make('span', { class: 'chip' }, `${report.severity} severity`));
  $('details-text').textContent = report.description;
  $('details-facts').replaceChildren(...[
    ['Where', [report.address, state.areas.get(area)].filter(Boolean).join(', ')],
    ['About', state.categories.get(report.category) ?? ''],
    ['With', report.department?.name ?? 'nobody yet'],
    ['Since', moment.format(new Date(report.created_at))],
    ['Support', ['nobody else yet', 'one more person'][report.supporter_count] ?? `${report.supporter_count} more people`],
  ].filter(([, value]) => value).flatMap(([name, value]) => [make('dt', {}, name), make('dd', {}, value)]));
  $('history').replaceChildren(...history.map((move) => make('li', {}, words(move.new_status),
    make('small', {}, moment.format(new Date(move.changed_at)), move.reason ? ` · ${move.reason}` : ''))));

  const support = $('support');
  const isOwn = state.person?.id === report.user_id;
  support.hidden = isOwn || (DONE.includes(report.status) && !report.duplicate_of_report_id);
  support.textContent = own.length ? 'Take my “me too” back' : 'Me too';
  support.onclick = attempt(() => (own.length ? unsupport(id) : join(id)));
  setPin([report.latitude, report.longitude], false);
  refreshTilesAnew();
  if (!map.getBounds().pad(-0.1).contains([report.latitude, report.longitude])) {
    map.panTo([report.latitude, report.longitude]);
  }
  $('details-title').focus({ preventScroll: true });
}

async function join(id) {
  if (!state.person) return askWhoItIs();
  const report = await ask('/rpc/support_report', { body: { report_id: id } });
  state.place = null;
  await showDetails(report.id);
  tell('Thank you. You will be told what becomes of it.');
}

async function unsupport(id) {
  await ask('/rpc/unsupport_report', { body: { report_id: id } });
  await showDetails(id);
}

// Back from what was looked at: to a report that was begun, or to the list.
function goBack() {
  tell('');
  if (!$('details').hidden && state.place) {
    show('form');
    setPin([state.place.latitude, state.place.longitude], true);
  } else {
    show('list');
  }
  refreshAll();
}

// --- a new report ----------------------------------------------------------------------------------------------------

function begin(latlng = null) {
  if ($('form').hidden) {
    $('form').reset();
    state.place = null;
    $('similar').hidden = true;
    show('form');
    pin.remove();
    $('form-title').focus({ preventScroll: true });
  }
  if (latlng) setPlace(latlng);
  else if (!state.place) $('place').textContent = 'Click on the map where it is.';
}

async function setPlace({ lat, lng }) {
  state.place = { latitude: +lat.toFixed(6), longitude: +lng.toFixed(6) };
  setPin([lat, lng], true);
  const area = await ask('/rpc/area_at', { query: state.place });
  $('place').textContent = state.areas.has(area) ? `Here, in ${state.areas.get(area)}.` : 'Here, outside the city.';
  suggestSoon();
}

let typing;
let suggestCall = 0;
function suggestSoon() {
  clearTimeout(typing);
  typing = setTimeout(() => suggest().catch((error) => tell(error.message, true)), 350);
}

// What may be the same, as long as somebody types.
async function suggest() {
  const call = ++suggestCall;
  const title = $('title').value.trim();
  const description = $('description').value.trim();
  const found = state.place && title.length >= 5 ? await ask('/rpc/find_duplicates', { body: { ...state.place, title,
    description: description || title, category: $('about').value || null, address: $('address').value || null,
    max_rows: 3 } }) : [];
  if (call !== suggestCall || $('form').hidden) return;
  $('similar').hidden = found.length === 0;
  $('suggestions').replaceChildren(...found.map((other) => card({ id: other.report_id, title: other.title,
    status: other.status, severity: 'medium' }, `${words(other.status)} · ${other.reason}`,
  make('button', { type: 'button', class: 'quiet', onclick: attempt(() => join(other.report_id)) },
    'It is this one: me too'))));
}

async function submit() {
  const form = $('form');
  if (!state.place) throw new Error('Say first where it is: click on the map.');
  if (!form.reportValidity()) return;
  if (!state.person) {
    askWhoItIs();
    return;
  }
  const report = await ask('/rpc/submit_report', { body: { ...state.place, title: form.title.value.trim(),
    description: form.description.value.trim(), category: form.category.value || null,
    address: form.address.value.trim() || null, is_public: form.is_public.checked } });
  state.place = null;
  await showDetails(report.id);
  tell(report.status === 'duplicate'
    ? 'Thank you. This was known already, and your report has joined the one that was there.'
    : `Thank you. Your report is number ${report.report_number}.`);
}

// --- who it is -------------------------------------------------------------------------------------------------------

function askWhoItIs() {
  $('sign-in-error').textContent = '';
  $('sign-in').showModal();
}

async function signIn(event) {
  event.preventDefault();
  try {
    const answer = await ask('/rpc/sign_in', { body: { login: $('login').value, password: $('password').value } });
    if (answer.verdict !== 'signed_in') throw new Error('This e-mail address and password do not go together.');
    state.token = answer.access_token;
    [state.person] = await ask('/rpc/current_user_profile', { query: { select: 'id,full_name' } });
  } catch (error) {
    $('sign-in-error').textContent = error.message;
    return;
  }
  $('sign-in').close();
  $('password').value = '';
  showPerson();
}

function signOut() {
  state.token = null;
  state.person = null;
  showPerson();
}

function showPerson() {
  $('person').textContent = state.person?.full_name ?? '';
  $('sign').textContent = state.person ? 'Sign out' : 'Sign in';
  refreshAll();
  if (state.chosen) showDetails(state.chosen).catch(() => show('list'));
}

// --- all together ----------------------------------------------------------------------------------------------------

function refreshTilesAnew() {
  dropTiles();
  refreshTiles();
}

function refreshAll() {
  refreshTilesAnew();
  showNewest().catch((error) => tell(error.message, true));
}

map.on('moveend', () => {
  document.body.classList.toggle('far', map.getZoom() < 13);
  refreshTiles();
  showNewest().catch((error) => tell(error.message, true));
});
map.on('zoomstart', () => dropTiles());
map.on('click', (event) => begin(event.latlng));
pin.on('dragend', () => setPlace(pin.getLatLng()));
$('begin').addEventListener('click', () => begin());
$('centre').addEventListener('click', attempt(() => setPlace(map.getCenter())));
for (const id of ['title', 'description', 'address', 'about']) $(id).addEventListener('input', suggestSoon);
$('form').addEventListener('submit', (event) => {
  event.preventDefault();
  attempt(submit)(event);
});
for (const button of document.querySelectorAll('.back')) button.addEventListener('click', goBack);
for (const id of ['which', 'category']) $(id).addEventListener('change', refreshAll);
$('sign').addEventListener('click', attempt(async () => {
  if (!state.person) return askWhoItIs();
  await ask('/rpc/end_session', { body: {} });
  return signOut();
}));
$('sign-in').querySelector('form').addEventListener('submit', signIn);
$('sign-in-cancel').addEventListener('click', () => $('sign-in').close());

await attempt(async () => {
  const [city] = await ask('/organizations', { query: { select: 'name', is_default: 'is.true' } });
  $('city').textContent = city.name;
  document.title = `Reports of ${city.name}`;
  const categories = await ask('/categories', { query: { select: 'code,name', is_active: 'is.true',
    order: 'sort_order,code' } });
  for (const { code, name } of categories) {
    state.categories.set(code, name);
    $('category').append(make('option', { value: code }, name.toLowerCase()));
    $('about').append(make('option', { value: code }, name));
  }
  $('sign-in-hint').textContent = config.hint;
  $('login').value = config.login;
  await drawAreas();
  await showFigures();
})();
document.body.classList.add('ready');
