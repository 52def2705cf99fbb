// Text from targets, scenarios and files beside the page: it is shown, and never more than that.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { assert_fits, press_everything, screenshot, start } from './browser.mjs';
import { live_server } from './live_server.mjs';
import { page as page_of } from './page.mjs';
import { compare, run, suite } from './samples.mjs';

const kHostile = [
  '<script>window.hit = 1</script>', '</script><script>window.hit = 2</script>',
  '<img src=x onerror="window.hit = 3">', '"><svg onload=window.hit=4>', '${window.hit = 5}',
  'javascript:window.hit=6', '\u202eevil\u202c\u2066', '\u001b[31mred\u001b[0m\u0007',
  'W'.repeat(10000), '<!-- --><!--DATA-->/*SCRIPT*/', '\u2028window.hit = 7\n//', '__proto__',
  'constructor', '{{7*7}}', '\ud800 alone', '../../etc/passwd', '//example.invalid/x.html',
];

// What decides which page it is, not what it says.
const kKept = new Set(['kind', 'unit']);
const kNamed = new Set(['by_outcome', 'failures', 'classes', 'configuration', 'phase', 'class',
  'outcome', 'environment']);

function hostile_copy(data) {
  let next = 0;
  const some = () => kHostile[next++ % kHostile.length];
  function copy(value, key) {
    if (typeof value === 'string') return kKept.has(key) ? value : some();
    if (Array.isArray(value)) return value.map((each) => copy(each, key));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) =>
      [kNamed.has(key) ? `${some().slice(0, 300)} ${name}` : name, copy(each, name)]));
  }
  return copy(data, '');
}

// Every text alone in every place.
const same_everywhere = (data, text) => JSON.parse(JSON.stringify(data), (key, value) =>
  typeof value === 'string' && !kKept.has(key) ? text : value);

async function assert_harmless(page) {
  const found = await page.evaluate(() => ({
    hit: window.hit ?? null,
    elements: document.querySelectorAll('img, iframe, object, embed, form, svg, video, base')
      .length,
    scripts: document.querySelectorAll('script').length,
    handlers: [...document.querySelectorAll('*')].filter((each) =>
      [...each.attributes].some((a) => a.name.startsWith('on'))).length,
    links: [...document.querySelectorAll('a')].map((each) => each.getAttribute('href'))
      .filter((href) => !/^(#[a-z]+|\.\/[\w.\-/ %]+)$/.test(href) || href.includes('..')),
    hidden: /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(
      document.getElementById('app').textContent + document.title),
  }));
  assert.deepEqual(found,
    { hit: null, elements: 0, scripts: 3, handlers: 0, links: [], hidden: false });
}

let chromium;
before(async () => { chromium = await start(); });
after(() => chromium.stop());

async function with_page(data, options, test) {
  const view = await chromium.show(data, options);
  try {
    await test(view.page);
    view.quiet();
  } finally {
    await view.close();
  }
}

describe('hostile text', () => {
  for (const [name, data] of Object.entries({ run: run(), suite: suite(), compare: compare() })) {
    it(`is only text in ${name}, whatever is pressed`, async () => {
      await with_page(hostile_copy(data), {}, async (page) => {
        await assert_harmless(page);
        await screenshot(page, `hostile-${name}`);
        await press_everything(page);
        await assert_harmless(page);
      });
    });

    it(`does not widen ${name} at 400 pixels`, async () => {
      await with_page(hostile_copy(data), { width: 400 }, async (page) => {
        await assert_fits(page);
        await screenshot(page, `hostile-${name}-400`);
      });
    });

    it(`is harmless everywhere at once in ${name}`, async () => {
      for (const text of kHostile)
        await with_page(same_everywhere(data, text), {}, assert_harmless);
    });
  }

  it('is shown as it is, with controls made visible', async () => {
    const data = run();
    data.result.reasons = kHostile;
    await with_page(data, {}, async (page) => {
      const shown = await page.locator('.reasons li').allTextContents();
      assert.equal(shown[0], '<script>window.hit = 1</script>');
      assert.equal(shown[6], '\\u{202e}evil\\u{202c}\\u{2066}');
      assert.equal(shown[7], '\\x1b[31mred\\x1b[0m\\x07');
      assert.equal(shown[8].length, 10000);
      assert.equal(shown[10], '\\u{2028}window.hit = 7\\n//');
    });
  });

  it('is cut where it has no end', async () => {
    const data = run();
    data.result.about = 'long '.repeat(100000);
    await with_page(data, {}, async (page) => {
      const shown = await page.locator('.about').textContent();
      assert.ok(shown.length < 13000);
      assert.match(shown, /… \(488,000 more characters\)$/);
    });
  });

  it('never becomes a link that leads elsewhere', async () => {
    const files = ['result.json', 'a b.json', '../x', '/etc/passwd', 'https://example.invalid/',
      'javascript:alert(1)', 'data:text/html,x', 'a/%2e%2e/b', 'x?y', 'x#y', '\\\\host\\x',
      '//h/x'];
    await with_page({ ...run(), files }, {}, async (page) => {
      const links = await page.locator('.files a').evaluateAll((all) =>
        all.map((each) => each.getAttribute('href')));
      assert.deepEqual(links, ['./result.json', './a b.json']);
      assert.equal(await page.locator('.files li').count(), files.length);
    });
  });

  it('is only text in the live page', async () => {
    const server = await live_server(page_of({ kind: 'live' }, { token: '"><script>x' }));
    const view = await chromium.open(server.url, { allow: [`${server.url}events`] });
    const report = hostile_copy(run());
    try {
      await view.page.waitForFunction(() => document.querySelector('h1'));
      await server.connected();
      const begin = { index: 0, of: 2, duration_s: 300, n: 300, interval_s: 1, planned: 30000 };
      server.send('begin', { ...begin, ...hostile_copy({ scenario: 'x', about: 'x', mode: 'x',
        sut: 'x', profile: 'x', seed: 'x', phases: report.phases, faults: report.result.faults,
        slos: ['x', 'y', 'z'], invariants: ['x', 'y'] }) });
      server.send('tick', { now_s: 300, percent: 50, from: 0, active_faults: kHostile,
        series: report.series, lanes: report.lanes });
      await view.page.waitForFunction(() => document.querySelector('canvas'));
      await assert_harmless(view.page);
      server.send('end', { index: 0, scenario: kHostile[0], verdict: kHostile[1], reasons: kHostile,
        report });
      await view.page.waitForSelector('#reproduce');
      await assert_harmless(view.page);
      view.quiet();
    } finally {
      await view.close();
      await server.close();
    }
  });
});
