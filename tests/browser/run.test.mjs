// The report of a run, opened from its file.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { assert_fits, canvases, pdf, press_everything, screenshot, start, text_of }
  from './browser.mjs';
import { page as page_of } from './page.mjs';
import { empty_run, run } from './samples.mjs';

let chromium;
before(async () => { chromium = await start(); });
after(() => chromium.stop());

async function with_page(data, options, test) {
  const view = await chromium.show(data, options);
  try {
    await test(view.page, view);
    view.quiet();
  } finally {
    await view.close();
  }
}

describe('the report of a run', () => {
  it('says the verdict, why, and what was simulated, before all else', async () => {
    await with_page(run(), {}, async (page) => {
      const head = await text_of(page, '#verdict');
      assert.match(head, /FAIL/);
      assert.match(head, /Simulated in virtual time; no real server was tested\./);
      assert.match(head, /invariant honest_errors: 425 violations/);
      assert.equal(await page.title(), 'FAIL sample - Shakedown');
      const drawn = await canvases(page);
      assert.ok(drawn.length >= 8);
      assert.ok(drawn.every(Boolean), 'a chart is blank');
      await screenshot(page, 'run');
    });
  });

  it('says live, an external target, a time scale, a segment', async () => {
    const data = run();
    Object.assign(data.result, { mode: 'live', sut: 'external', time_scale: 10, profile: '',
      segment: '2/3', interrupted: true, stopped_early: 'at 12s: the target died' });
    await with_page(data, {}, async (page) => {
      const head = await text_of(page, '#verdict');
      assert.doesNotMatch(head, /Simulated/);
      assert.match(head, /Live: real time \(at 10 times its speed\), real sockets/);
      assert.match(head, /The target was not ours/);
      assert.match(head, /Interrupted: this is what was measured until then/);
      assert.match(head, /Stopped early: at 12s: the target died/);
      assert.match(head, /Segment 2\/3 only/);
    });
  });

  it('tells objectives with value, interval, n, exceedances, margin and why', async () => {
    await with_page(run(), {}, async (page) => {
      const [first, second] = await page.locator('#objectives tbody').allInnerTexts();
      for (const text of ['response.p95 < 500ms', 'FAIL', '600ms', '540ms – 680ms', '30,000',
        '2,000', '−20%', 'Design effect 3: 30,000 requests are worth 10,000.'])
        assert.ok(first.includes(text), `${text} is not in ${first}`);
      for (const text of ['PASS', '0.8%', '0.7% – 0.9%', '84%'])
        assert.ok(second.includes(text), `${text} is not in ${second}`);
      assert.equal(await page.locator('#objectives .beyond').count(), 1);
      assert.equal(await page.locator('#objectives .inside').count(), 1);
    });
  });

  it('calls a percentile among failures failed, not a number', async () => {
    const data = run();
    Object.assign(data.result.slos[0], { value: null, ci: [null, null], margin: null });
    await with_page(data, {}, async (page) => {
      const first = await page.locator('#objectives tbody').first().innerText();
      assert.match(first, /failed/);
      assert.match(first, /among failures/);
    });
  });

  it('tells the witnesses as a timeline with the faults around them', async () => {
    await with_page(run(), {}, async (page) => {
      const rows = await page.locator('.timeline > li').allInnerTexts();
      const told = rows.map((row) => row.replace(/\s+/g, ' '));
      assert.match(told[0], /0s .* phase before begins/);
      assert.match(told[1], /phase outage begins/);
      assert.match(told[2], /1m 40s .* fault down \(refuse on backends\.primary\) begins/);
      assert.match(told[3], /u0\.s1\.t0 user 0, session 1, turn 0/);
      assert.match(told[3], /in phase outage · during down \(refuse\)/);
      assert.match(told[3], /struck attempt 1 of turn u0\.s1\.t0/);
      assert.match(told[4], /the same 3 more times, until 1m 43s, with u1\.s1\.t1, u2\.s1\.t2/);
      assert.match(told[5], /u4\.s1\.t4 .*another sentence altogether/);
      assert.match(await text_of(page, '#invariants'), /419 more in events\.jsonl/);
    });
  });

  it('tells of a turn only what happened to it', async () => {
    const data = run();
    data.events = [10, 1].map((turn) => ({ at_s: 100 + turn, kind: 'fault_fired',
      on: 'backends.primary', detail: `down struck turn u1.s1.t${turn}` }));
    data.result.invariants[1].violations.splice(0, 1);
    await with_page(data, {}, async (page) => {
      assert.deepEqual(await page.locator('.related li').allInnerTexts(),
        ['1m 41s down struck turn u1.s1.t1']);
    });
  });

  it('says why there is nothing', async () => {
    await with_page(empty_run(), {}, async (page) => {
      const all = await text_of(page, 'main');
      for (const text of ['sets no objectives', 'checks no invariants', 'No interval was recorded',
        'No request was sent', 'injects no faults', 'INVALID', 'at 3s: the target does not answer'])
        assert.ok(all.includes(text), text);
      await screenshot(page, 'run-empty');
    });
    await with_page(run(), {}, async (page) => {
      assert.match(await text_of(page, '#latency'), /No stream was asked for: no TTFT/);
    });
  });

  it('has a link to each file beside it, and the command to run it again', async () => {
    await with_page(run(), {}, async (page) => {
      const links = await page.locator('.files a').evaluateAll((all) =>
        all.map((each) => each.getAttribute('href')));
      assert.deepEqual(links, ['./result.json', './events.jsonl', './latency.hlog']);
      await page.locator('#reproduce .command button').click();
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()),
        'shakedown run scenarios/sample.yaml --mode sim --seed 7');
    });
  });

  it('survives every control', async () => {
    await with_page(run(), {}, async (page) => {
      assert.ok(await press_everything(page) > 30);
    });
  });

  it('fits 400 pixels, in light and dark', async () => {
    await with_page(run(), { width: 400 }, async (page) => {
      await assert_fits(page);
      await screenshot(page, 'run-400');
    });
    await with_page(run(), { width: 400, dark: true }, async (page) => {
      await assert_fits(page);
      await screenshot(page, 'run-400-dark');
    });
  });

  it('is small without the library of charts', () => {
    const bytes = page_of({}, { charts: '' }).length;
    assert.ok(bytes < 120_000, `${bytes} bytes`);
  });
});

describe('the charts over time', () => {
  const areas = (page) => page.evaluate(() => [...document.querySelectorAll('#time canvas')]
    .filter((each) => each.offsetParent).map((each) => {
      const { left, right } = Chart.getChart(each).chartArea;
      const box = each.getBoundingClientRect();
      return [Math.round(box.left + left), Math.round(box.left + right)];
    }));
  const tracks = (page) => page.$$eval('#time .track', (all) => all.map((each) => {
    const box = each.getBoundingClientRect();
    return [Math.round(box.left), Math.round(box.right)];
  }));
  async function stack_box(page) {
    const stack = page.locator('#time .stack');
    await stack.evaluate((each) => each.scrollIntoView({ block: 'start' }));
    return stack.boundingBox();
  }
  const reading = (page, title, line) => page.locator('figure', { has: page.getByRole('heading',
    { name: title, exact: true }) }).locator('.legend button', { hasText: line })
    .locator('.reading').innerText();

  it('line up with one another, the ruler and the lanes', async () => {
    for (const width of [1280, 400])
      await with_page(run(), { width }, async (page) => {
        const all = [...await areas(page), ...await tracks(page)];
        assert.ok(all.length >= 12);
        for (const each of all) assert.deepEqual(each, all[0]);
      });
  });

  it('share one crosshair that reads the values at its instant', async () => {
    const data = run();
    await with_page(data, {}, async (page) => {
      const [left, right] = (await areas(page))[0];
      const box = await stack_box(page);
      await page.mouse.move(left + (right - left) * 150.5 / 300, box.y + 60);
      await page.locator('.crosshair').waitFor({ state: 'visible' });
      const p95 = data.series.response.p95[150];
      await page.waitForFunction(() => document.querySelector('.legend .reading').textContent);
      assert.equal(await reading(page, 'Response time', 'p95'), `${p95.toPrecision(3)}ms`);
      assert.equal(await reading(page, 'Requests open', 'in flight'),
        String(data.series.in_flight[150]));
      assert.equal(await page.locator('.lane .reading').first().innerText(), 'half open');
      await page.mouse.move(0, 0);
      await page.locator('.crosshair').waitFor({ state: 'hidden' });
    });
  });

  it('move the crosshair with the arrow keys', async () => {
    await with_page(run(), {}, async (page) => {
      await page.locator('#time .stack').focus();
      await page.keyboard.press('Shift+ArrowRight');
      assert.equal(await page.locator('.crosshair').innerText(), '15s');
      await page.keyboard.press('Escape');
      assert.ok(await page.locator('.crosshair').isHidden());
    });
  });

  it('show a part that is chosen or dragged, and the whole again', async () => {
    const shown = (page) => page.evaluate(() => {
      const { min, max } = Chart.getChart(document.querySelector('#time canvas')).scales.x;
      return [Math.round(min), Math.round(max)];
    });
    await with_page(run(), {}, async (page) => {
      assert.deepEqual(await shown(page), [0, 300]);
      await page.getByLabel('Show', { exact: true }).selectOption({ label: 'phase outage' });
      assert.deepEqual(await shown(page), [100, 200]);
      await page.getByRole('button', { name: 'Whole run' }).click();
      const [left, right] = (await areas(page))[0];
      const box = await stack_box(page);
      const at = (s) => left + (right - left) * s / 300;
      await page.mouse.move(at(60), box.y + 100);
      await page.mouse.down();
      await page.mouse.move(at(100), box.y + 100, { steps: 4 });
      await page.mouse.move(at(120), box.y + 100);
      await page.mouse.up();
      assert.deepEqual(await shown(page), [60, 120]);
      await page.locator('#time .stack').press('Escape');
      assert.deepEqual(await shown(page), [0, 300]);
    });
  });

  it('take the latency of one class, and a linear axis', async () => {
    const max = (page) => page.evaluate(() =>
      Chart.getChart(document.querySelector('#time canvas')).scales.y);
    await with_page(run(), {}, async (page) => {
      assert.equal((await max(page)).type, 'logarithmic');
      await page.locator('#time').getByRole('button', { name: 'linear' }).click();
      const all = await max(page);
      assert.equal(all.type, 'linear');
      await page.getByLabel('Latency of').selectOption({ label: 'class batch' });
      assert.ok((await max(page)).max > all.max * 2);
    });
  });

  it('thin what is more than can be seen, and keep the peak', async () => {
    const data = run({ n: 3600 });
    data.series.response.p50[1801] = 987654;
    await with_page(data, {}, async (page) => {
      const most = await page.$$eval('canvas', (all) => all.map((each) => Chart.getChart(each))
        .filter(Boolean).flatMap((chart) => chart.data.datasets)
        .map((each) => [each.data.length, Math.max(...each.data.map((p) => p.y || 0))]));
      assert.ok(most.every(([points]) => points <= 1500));
      assert.ok(most.some(([, peak]) => peak === 987654));
      await screenshot(page, 'run-hour');
    });
  });
});

describe('light, dark and paper', () => {
  const background = (page) => page.evaluate(() =>
    getComputedStyle(document.body).backgroundColor);

  it('follows the system until the reader chooses, and remembers', async () => {
    await with_page(run(), { dark: true }, async (page) => {
      assert.equal(await background(page), 'rgb(20, 23, 26)');
      await screenshot(page, 'run-dark');
      await page.getByRole('button', { name: 'Light', exact: true }).click();
      assert.equal(await background(page), 'rgb(255, 255, 255)');
      await page.reload();
      assert.equal(await background(page), 'rgb(255, 255, 255)');
    });
  });

  it('prints light, unfolded and as wide as the paper, then is as before', async () => {
    await with_page(run(), { dark: true }, async (page) => {
      await page.evaluate(() => addEventListener('beforeprint', () => {
        const widest = Math.max(...[...document.querySelectorAll('canvas')]
          .map((each) => each.offsetWidth));
        window.seen = [document.documentElement.dataset.theme, widest,
          document.querySelectorAll('#reproduce details[open]').length];
      }));
      const bytes = await pdf(page, 'run');
      assert.equal(bytes.subarray(0, 5).toString(), '%PDF-');
      const [theme, widest, open] = await page.evaluate(() => window.seen);
      assert.equal(theme, 'light');
      assert.ok(widest <= 680, `a chart is ${widest} px wide`);
      assert.equal(open, 1);
      assert.equal(await page.locator('#reproduce details[open]').count(), 0);
      assert.equal(await background(page), 'rgb(20, 23, 26)');
    });
  });
});
