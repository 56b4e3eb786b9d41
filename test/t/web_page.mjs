// Looks at the page of the demo as a resident does, and prints TAP: node web_page.mjs URL PASSWORD DIRECTORY
import { chromium } from 'playwright-core';
import { PbfReader } from '../../demo/web/node_modules/pbf/index.js';
import { VectorTile } from '../../demo/web/node_modules/@mapbox/vector-tile/index.js';

const [, , url, password, pictures] = process.argv;
let number = 0;
let failures = 0;
const is = (what, have, want) => {
  const ok = JSON.stringify(have) === JSON.stringify(want);
  console.log(`${ok ? 'ok' : 'not ok'} ${++number} - ${what}`);
  if (!ok) {
    failures++;
    console.log(`# have ${JSON.stringify(have)}\n# want ${JSON.stringify(want)}`);
  }
};

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox', '--disable-gpu',
  '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync'] });
const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
page.setDefaultTimeout(15000);
const errors = [];
const hosts = new Set();
page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
page.on('pageerror', (error) => errors.push(error.message));
page.on('request', (request) => request.url().startsWith('data:') || hosts.add(new URL(request.url()).hostname));
const picture = (name) => page.screenshot({ path: `${pictures}/${name}.png` });
const text = (selector) => page.locator(selector).first().textContent();
const settled = () => page.waitForLoadState('networkidle');

// The middle of a marker that lies open to the mouse.
const reachable = (selector) => page.evaluate((wanted) => {
  const map = document.getElementById('map').getBoundingClientRect();
  for (const element of document.querySelectorAll(wanted)) {
    const box = element.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    if (x > map.x + 60 && x < map.right - 60 && y > map.y + 60 && y < map.bottom - 60
      && element.contains(document.elementFromPoint(x, y))) return { x, y };
  }
  return null;
}, selector);

try {
  await page.goto(url);
  await page.waitForSelector('body.ready');
  await settled();
  await page.waitForSelector('.cluster');
  is('the page names the city', await text('#city'), 'City of Riverton');
  is('its areas are drawn', await page.locator('path.area').count(), 20);
  await picture('city');

  const { api } = await (await fetch(new URL('config.json', url))).json();
  const open = await (await fetch(`${api}/reports?select=id&status=not.in.(resolved,closed,rejected,duplicate)`)).json();
  const counted = await page.locator('.cluster').allTextContents();
  is('the clusters add up to the open reports', counted.reduce((sum, one) => sum + Number(one), 0), open.length);

  const accept = { headers: { Accept: 'application/vnd.mapbox-vector-tile' } };
  const tile = await fetch(`${api}/rpc/report_tile?z=11&x=853&y=775`, accept);
  const { layers } = new VectorTile(new PbfReader(await tile.arrayBuffer()));
  is('a tile comes as bytes', [tile.headers.get('content-type'), Object.keys(layers)],
    ['application/vnd.mapbox-vector-tile', ['areas', 'clusters']]);
  is('with polygons and points', [layers.areas.feature(0).type, layers.clusters.feature(0).type], [3, 1]);
  const wrong = await fetch(`${api}/rpc/report_tile?z=3&x=8&y=0`, accept);
  is('a tile that does not exist is refused in words', [wrong.status, (await wrong.json()).message],
    [400, 'there is no tile 3/8/0']);

  const nameless = await page.evaluate(() => [...document.querySelectorAll('input, select, textarea, button')]
    .filter((element) => !element.labels?.length && !element.textContent.trim() && !element.ariaLabel)
    .map((element) => element.outerHTML));
  is('every control has a name', nameless, []);

  // From a cluster to a report and its history.
  while (await page.locator('.report').count() === 0) {
    const cluster = await reachable('.cluster');
    await page.mouse.click(cluster.x, cluster.y);
    await page.waitForTimeout(700);
    await settled();
  }
  const report = await reachable('.report');
  await page.mouse.click(report.x, report.y);
  await page.waitForSelector('#details:not([hidden])');
  const title = await text('#details-title');
  is('a click on a report shows its history', await page.locator('#history li').count() > 0, true);
  await picture('details');
  await page.locator('#details .back').click();
  await page.waitForSelector('#list:not([hidden])');
  await page.locator(`.report[aria-label^="${title}"]`).first().focus();
  await page.keyboard.press('Enter');
  await page.waitForSelector('#details:not([hidden])');
  is('and so does the keyboard', await text('#details-title'), title);

  await page.click('#sign');
  await page.fill('#password', 'not the password');
  await page.click('#sign-in button[type=submit]');
  await page.waitForFunction(() => document.getElementById('sign-in-error').textContent !== '');
  is('a wrong password is refused', await text('#sign-in-error'),
    'This e-mail address and password do not go together.');
  await page.fill('#password', password);
  await page.click('#sign-in button[type=submit]');
  await page.waitForFunction(() => document.getElementById('person').textContent !== '');
  is('the right one signs in', await text('#person'), 'Ana Ferreira');
  await settled();
  const mine = await page.locator('#support').isHidden();
  if (!mine) {
    await page.click('#support');
    await page.waitForFunction(() => document.getElementById('support').textContent.includes('back'));
    await page.click('#support');
    await page.waitForFunction(() => document.getElementById('support').textContent === 'Me too');
  }
  is('who signed in can support a report, and take it back', mine || await text('#support') === 'Me too', true);

  // A report, by a click on the map.
  await page.locator('#details .back').click();
  const map = await page.locator('#map').boundingBox();
  const spot = { x: map.x + map.width / 2 + 37, y: map.y + map.height / 2 + 53 };
  await page.mouse.click(spot.x, spot.y);
  await page.waitForSelector('#form:not([hidden])');
  await page.waitForFunction(() => document.getElementById('place').textContent.startsWith('Here'));
  await page.fill('#title', 'Fountain runs dry');
  await page.fill('#description', 'The fountain in front of the theatre has run dry since Sunday.');
  await page.click('#form button[type=submit]');
  await page.waitForFunction(() => document.getElementById('notice').textContent !== '');
  is('a report gets its number', /^Thank you\. Your report is number CL-\d{4}-RIV-\d{5}\.$/.test(await text('#notice')),
    true);
  await settled();
  await page.waitForSelector('.report.chosen');
  is('and is on the map', (await page.locator('.report.chosen').getAttribute('aria-label')).split(':')[0],
    'Fountain runs dry');

  // The same again.
  await page.locator('#details .back').click();
  await page.click('#begin');
  await page.waitForSelector('#form:not([hidden])');
  await page.mouse.click(spot.x + 30, spot.y);
  await page.waitForFunction(() => document.getElementById('place').textContent.startsWith('Here'));
  await page.locator('#title').pressSequentially('The fountain is dry');
  await page.locator('#description').pressSequentially('No water in the fountain of the theatre since Sunday.');
  await page.waitForSelector('#similar:not([hidden])');
  await settled();
  is('who types the same is shown it', (await page.locator('#suggestions strong').allTextContents())
    .includes('Fountain runs dry'), true);
  await picture('suggestion');
  await page.locator('#suggestions li', { hasText: 'Fountain runs dry' }).locator('button').first().click();
  await page.waitForSelector('#details:not([hidden])');
  await page.locator('#details .back').click();
  is('and finds what was typed after a look at it', await page.inputValue('#title'), 'The fountain is dry');
  await page.locator('#suggestions li', { hasText: 'Fountain runs dry' }).locator('button').last().click();
  await page.waitForFunction(() => document.getElementById('notice').textContent !== '');
  is('or joins it', [await text('#details-title'), await text('#notice')],
    ['Fountain runs dry', 'Thank you. You will be told what becomes of it.']);

  await page.setViewportSize({ width: 390, height: 844 });
  await page.locator('#details .back').click();
  await settled();
  await picture('phone');
  is('nothing is wider than a telephone', await page.evaluate(() => document.scrollingElement.scrollWidth), 390);
  await page.click('#sign');
  await page.waitForFunction(() => document.getElementById('person').textContent === '');
  is('signed out', await text('#sign'), 'Sign in');
  await settled();
} catch (error) {
  await picture('failure').catch(() => {});
  is('the page does what is asked of it', error.message.split('\n').slice(0, 4).join(' '), '');
}
is('no error on the console', errors, []);
is('nothing is asked of other hosts', [...hosts], ['127.0.0.1']);
await browser.close();
console.log(`1..${number + 1}`);
process.exit(failures ? 1 : 0);
