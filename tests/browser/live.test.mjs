// The live page against a server that tells it what the real one would.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { assert_fits, screenshot, start, text_of } from './browser.mjs';
import { live_server } from './live_server.mjs';
import { page as page_of } from './page.mjs';
import { run } from './samples.mjs';

const kToken = 'b1946ac92492d2347c6235b4d2611184';

let chromium;
before(async () => { chromium = await start(); });
after(() => chromium.stop());

function begin_of(report, index = 0, of = 1) {
  const r = report.result;
  return { index, of, scenario: r.scenario, about: r.about, mode: 'live', sut: 'process',
    profile: r.profile, seed: r.seed, time_scale: 1, duration_s: r.duration_s,
    planned: r.requests.planned, phases: report.phases, faults: r.faults,
    slos: r.slos.map((slo) => slo.expr), invariants: r.invariants.map((each) => each.name),
    interval_s: 1, n: report.series.n };
}

// A part of every array of a series.
function part(value, from, to) {
  if (Array.isArray(value)) return value.slice(from, to);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) =>
    [key, part(each, from, to)]));
}

function tick_of(report, from, to) {
  const rows = (list) => list.map(({ lane, name, ...values }) =>
    ({ lane, name, ...part(values, from, to) }));
  return { now_s: to, percent: 100 * to / report.series.n, rate_per_s: 100.4, planned: 30000,
    sent: to * 100, ok: to * 99, failed: to, in_flight: 7, p50_ms: 200, p95_ms: 612.5, p99_ms: 1600,
    error_rate: 0.01, left_s: report.series.n - to,
    active_faults: to > 100 && to < 200 ? ['down'] : [], from,
    series: part(report.series, from, to),
    lanes: { providers: rows(report.lanes.providers), gauges: rows(report.lanes.gauges),
      states: report.lanes.states } };
}

async function with_live(options, test) {
  const server = await live_server(page_of({ kind: 'live' }, { token: kToken }));
  const view = await chromium.open(server.url, { ...options,
    allow: [`${server.url}events`, `${server.url}stop`] });
  try {
    await server.connected();
    await test(view.page, server, view);
  } finally {
    await view.close();
    await server.close();
  }
}

const points = (page) => page.waitForFunction(() => {
  const canvas = document.querySelector('#time canvas');
  const chart = canvas && Chart.getChart(canvas);
  return chart && chart.data.datasets[0].data.length;
}).then((handle) => handle.jsonValue());

const until_points = (page, n) => page.waitForFunction((wanted) => {
  const canvas = document.querySelector('#time canvas');
  const chart = canvas && Chart.getChart(canvas);
  return chart && chart.data.datasets[0].data.length === wanted;
}, n);

describe('the live page', () => {
  const report = run();

  it('waits, then shows what goes on', async () => {
    await with_live({}, async (page, server, view) => {
      assert.match(await text_of(page, 'main'), /Waiting for the run to begin/);
      server.send('begin', begin_of(report));
      await page.waitForSelector('progress');
      server.send('tick', tick_of(report, 0, 120));
      await until_points(page, 120);
      const head = (await text_of(page, '#verdict')).replace(/\s+/g, ' ');
      for (const text of ['RUNNING', 'sample', 'Live: real time, real sockets', 'done 40%',
        'now 2m', 'rate 100/s', 'sent 12,000 of 30,000', 'failed 120', 'error rate 1%', 'p50 200ms',
        'p95 613ms', 'in flight 7', 'time left 3m', 'Fault active now: down'])
        assert.ok(head.includes(text), `${text} is not in ${head}`);
      assert.match(await text_of(page, '#objectives'), /response\.p95 < 500ms/);
      await screenshot(page, 'live');
      view.quiet();
    });
  });

  it('grows, and takes again what was told before', async () => {
    await with_live({}, async (page, server, view) => {
      server.send('begin', begin_of(report));
      server.send('tick', tick_of(report, 0, 10));
      await until_points(page, 10);
      server.send('tick', tick_of(report, 9, 50));
      await until_points(page, 50);
      const tick = tick_of(report, 49, 60);
      tick.series.failures = { refused: tick.series.failures.refused, late: Array(11).fill(3) };
      server.send('tick', tick);
      await until_points(page, 60);
      const kept = await page.evaluate(() => {
        const data = Chart.getChart(document.querySelector('#time canvas')).data.datasets[0].data;
        return data.map((point) => point.y);
      });
      assert.deepEqual(kept, report.series.response.p50.slice(0, 60));
      assert.match(await text_of(page, '#time'), /late/);
      view.quiet();
    });
  });

  it('tells a late joiner all of it', async () => {
    const server = await live_server(page_of({ kind: 'live' }, { token: kToken }));
    server.remember('begin', begin_of(report));
    server.remember('tick', tick_of(report, 0, 77));
    const view = await chromium.open(server.url, { allow: [`${server.url}events`] });
    try {
      await until_points(view.page, 77);
      view.quiet();
    } finally {
      await view.close();
      await server.close();
    }
  });

  it('ends the run on one press, with the token', async () => {
    await with_live({}, async (page, server, view) => {
      server.send('begin', begin_of(report));
      await page.waitForSelector('progress');
      await page.getByRole('button', { name: 'End the run' }).click();
      const button = page.getByRole('button', { name: 'Ending…' });
      await button.waitFor();
      assert.ok(await button.isDisabled());
      assert.match(await text_of(page, '.live-controls'), /what was measured is being judged/);
      await screenshot(page, 'live-ending');
      assert.deepEqual(server.stops, [kToken]);
      view.quiet();
    });
  });

  it('says when the run could not be ended, and lets one try again', async () => {
    await with_live({}, async (page, server) => {
      server.refuse_stop(true);
      await page.getByRole('button', { name: 'End the run' }).click();
      await page.getByText('It could not be ended (status 403)').waitFor();
      assert.ok(await page.getByRole('button', { name: 'End the run' }).isEnabled());
    });
  });

  it('says that the connection is lost, and goes on when it is back', async () => {
    await with_live({}, async (page, server) => {
      server.remember('begin', begin_of(report));
      server.send('begin', begin_of(report));
      server.send('tick', tick_of(report, 0, 20));
      await until_points(page, 20);
      server.refuse_events(true);
      server.drop();
      await page.getByText('The connection is lost; trying again.').waitFor();
      await screenshot(page, 'live-lost');
      assert.equal(await points(page), 20);
      server.remember('tick', tick_of(report, 0, 40));
      server.refuse_events(false);
      await until_points(page, 40);
      assert.ok(await page.locator('[role=alert]').isHidden());
    });
  });

  it('shows the report at the end, and keeps those of all', { timeout: 30_000 }, async () => {
    await with_live({}, async (page, server, view) => {
      const second = run({ scenario: 'second', verdict: 'PASS' });
      server.send('begin', begin_of(report, 0, 2));
      server.send('tick', tick_of(report, 0, 300));
      server.send('end', { index: 0, scenario: 'sample', verdict: 'FAIL', reasons: [], report });
      await page.waitForSelector('#reproduce');
      assert.match(await text_of(page, '.head'), /FAIL\s[^]*\ssample/);
      server.send('begin', begin_of(second, 1, 2));
      await page.waitForSelector('progress');
      assert.match(await text_of(page, '.done'), /1 of 2 scenarios done/);

      // Who reads a finished report is not torn away from it.
      await page.locator('.done button').first().click();
      await page.waitForSelector('#reproduce');
      server.send('tick', tick_of(second, 0, 100));
      server.send('end', { index: 1, scenario: 'second', verdict: 'PASS', reasons: [],
        report: second });
      server.send('suite_end', { exit_code: 1, interrupted: false });
      await page.getByText('All done. Exit code 1.').waitFor();
      assert.match(await text_of(page, '.head'), /FAIL\s[^]*\ssample/);
      assert.ok(await page.locator('.stop').isHidden());
      await page.locator('.done button', { hasText: 'second' }).click();
      assert.match(await text_of(page, '.head'), /PASS\s[^]*\ssecond/);
      await screenshot(page, 'live-end');

      // The end is not a lost connection: the page leaves by itself.
      await server.left();
      assert.ok(await page.locator('[role=alert]').isHidden());
      view.quiet();
    });
  });

  it('goes on to the next scenario when nobody chose', async () => {
    await with_live({ width: 400, dark: true }, async (page, server, view) => {
      server.send('begin', begin_of(report, 0, 2));
      server.send('end', { index: 0, scenario: 'sample', verdict: 'FAIL', reasons: [], report });
      server.send('begin', begin_of(run({ scenario: 'second' }), 1, 2));
      await page.waitForFunction(() => document.querySelector('h1').textContent === 'second');
      server.send('tick', tick_of(report, 0, 200));
      await until_points(page, 200);
      await assert_fits(page);
      await screenshot(page, 'live-400-dark');
      view.quiet();
    });
  });
});
