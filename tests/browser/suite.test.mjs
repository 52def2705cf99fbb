// The page of all runs, and the comparison.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { assert_fits, canvases, pdf, press_everything, screenshot, start, text_of }
  from './browser.mjs';
import { compare, suite } from './samples.mjs';

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

describe('the page of a suite', () => {
  const rows = async (page) => (await page.locator('#runs tbody th').allInnerTexts())
    .map((text) => text.trim());

  it('says the worst verdict, how many of each, and what was simulated', async () => {
    await with_page(suite(), {}, async (page) => {
      const head = (await text_of(page, '#verdict')).replace(/\s+/g, ' ');
      assert.match(head, /FAIL shakedown-out/);
      assert.match(head, /4 simulated in virtual time \(no real server tested\), 1 live\./);
      assert.match(head, /runs 5 ✓ ?PASS 2 ✗ ?FAIL 1 \? ?INCONCLUSIVE 1 ! ?INVALID 1/);
      await screenshot(page, 'suite');
      await pdf(page, 'suite');
    });
  });

  it('has the worst first, sorts by a column, and back', async () => {
    await with_page(suite(), {}, async (page) => {
      assert.deepEqual(await rows(page), ['alpha', 'gamma', 'beta', 'alpha', 'beta']);
      await page.getByRole('button', { name: 'requests' }).click();
      assert.deepEqual(await rows(page), ['alpha', 'alpha', 'beta', 'beta', 'gamma']);
      await page.getByRole('button', { name: 'requests' }).click();
      assert.deepEqual(await rows(page), ['gamma', 'beta', 'beta', 'alpha', 'alpha']);
      const sorted = page.locator('#runs th[aria-sort=descending]');
      assert.equal(await sorted.innerText(), 'requests ▾'.slice(0, 8));
    });
  });

  it('filters by text and by verdict', async () => {
    await with_page(suite(), {}, async (page) => {
      await page.getByLabel('Only with').fill('TOO SLOW');
      assert.deepEqual(await rows(page), ['alpha', 'gamma', 'beta']);
      await page.locator('#runs label', { hasText: 'INVALID' }).locator('input').uncheck();
      assert.deepEqual(await rows(page), ['alpha', 'beta']);
      assert.match(await text_of(page, '#runs'), /2 of 5 runs/);
      await page.getByLabel('Only with').fill('nothing says this');
      assert.deepEqual(await rows(page), []);
    });
  });

  it('has a matrix of scenarios and profiles with a link to each report', async () => {
    await with_page(suite(), {}, async (page) => {
      const cells = await page.locator('#matrix tr').evaluateAll((all) =>
        all.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));
      assert.deepEqual(cells, [['scenario', 'hardened', 'legacy', 'target'],
        ['alpha', '✓PASS', '✗FAIL', '–'], ['beta', '✓PASS', '?INCONCLUSIVE', '–'],
        ['gamma', '–', '–', '!INVALID']]);
      const href = await page.locator('#matrix a').nth(1).getAttribute('href');
      assert.equal(href, './legacy/alpha/report.html');
    });
  });

  it('says that no run is no pass', async () => {
    await with_page({ ...suite(), runs: [] }, {}, async (page) => {
      assert.match(await text_of(page, '#verdict'), /No run is here, so nothing passed/);
      assert.doesNotMatch(await text_of(page, '.head'), /PASS/);
    });
  });

  it('survives every control, and 400 pixels', async () => {
    await with_page(suite(), { width: 400, dark: true }, async (page) => {
      await assert_fits(page);
      await screenshot(page, 'suite-400-dark');
      assert.ok(await press_everything(page) > 10);
      await assert_fits(page);
    });
  });
});

describe('the comparison', () => {
  it('says the verdict on the difference and why, then shows the pair of it', async () => {
    await with_page(compare(), {}, async (page) => {
      const head = await text_of(page, '#verdict');
      assert.match(head, /FAIL\s+the candidate is worse\s+candidate\/ against main\//);
      assert.match(head, /worse than the base by more than 10%/);
      assert.match(head, /beta, response\.p95 FAIL: 1\.5 times worse/);
      assert.equal(await text_of(page, '#pair h2'), 'beta');
      const row = await page.locator('#metrics tbody tr').first().innerText();
      for (const text of ['response.p95', 'FAIL', '100ms', '150ms', '1.5×', '1.4× – 1.6×'])
        assert.ok(row.includes(text), `${text} is not in ${row}`);
      assert.match(await text_of(page, '#metrics'), /1,130 of 1,640 requests ended differently/);
      const drawn = await canvases(page);
      assert.ok(drawn.length >= 4 && drawn.every(Boolean));
      const lines = await page.evaluate(() =>
        Chart.getChart(document.querySelector('#time canvas')).data.datasets.map((d) => d.label));
      assert.deepEqual(lines, ['main/', 'candidate/']);
      await screenshot(page, 'compare');
      await pdf(page, 'compare');
    });
  });

  it('changes the pair, also to one without charts', async () => {
    await with_page(compare(), {}, async (page) => {
      await page.getByLabel('Scenario').selectOption({ index: 0 });
      assert.equal(await text_of(page, '#pair h2'), 'alpha');
      await page.getByLabel('Scenario').selectOption({ index: 2 });
      assert.match(await text_of(page, '#pair'), /No charts of the base and the candidate/);
      assert.match(await text_of(page, '#time'), /Neither run has its intervals here/);
    });
  });

  it('says when there is nothing to compare', async () => {
    await with_page({ ...compare(), pairs: [], verdict: 'INVALID' }, {}, async (page) => {
      assert.match(await text_of(page, 'main'), /nothing was compared/);
    });
  });

  it('survives every control, and 400 pixels', async () => {
    await with_page(compare(), { width: 400, dark: true }, async (page) => {
      await assert_fits(page);
      await screenshot(page, 'compare-400-dark');
      assert.ok(await press_everything(page) > 15);
      await assert_fits(page);
    });
  });
});
