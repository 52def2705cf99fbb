// The pages that the program itself writes and serves, opened, clicked through and looked at.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { assert_fits, canvases, press_everything, screenshot, start, text_of } from './browser.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const binary = process.env.SHAKEDOWN_BINARY ?? join(root, 'build/release/shakedown');
const scenario = (name) => join(root, 'scenarios', `${name}.yaml`);

let chromium, folder;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shakedown-product-'));
  chromium = await start();
});
after(async () => {
  await chromium.stop();
  rmSync(folder, { recursive: true, force: true });
});

// Exit code and what was printed.
const shakedown = (...words) => new Promise((resolve) => {
  execFile(binary, words, { maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
    resolve({ code: error ? error.code : 0, stdout, stderr }));
});

// A run with the live view: its address, and its end.
function live(...words) {
  const child = spawn(binary, ['run', ...words, '--ui', '127.0.0.1:0']);
  const ended = new Promise((resolve) => child.on('exit', (code) => resolve(code)));
  child.stdout.resume();
  const url = new Promise((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (line.startsWith('live view: ')) resolve(line.slice('live view: '.length));
    });
    ended.then((code) => reject(new Error(`ended with ${code} before it served`)));
  });
  return { url, ended };
}

async function with_file(path, test, options = {}) {
  const view = await chromium.open(pathToFileURL(path).href, options);
  try {
    await test(view.page, view);
    view.quiet();
  } finally {
    await view.close();
  }
}

describe('what the program writes', () => {
  it('the report of a run: the verdict, charts, witnesses, every control', async () => {
    const out = join(folder, 'one');
    const ran = await shakedown('run', scenario('backend_down'), '--profile', 'legacy', '--out', out);
    assert.equal(ran.code, 1);
    await with_file(join(out, 'backend_down/report.html'), async (page) => {
      const head = await text_of(page, '#verdict');
      assert.match(head, /FAIL/);
      assert.match(head, /no real server was tested/);
      assert.match(await text_of(page, '#invariants'), /u16\.s14\.t0/);
      assert.match(await text_of(page, '#faults'), /2,507/);
      assert.match(await text_of(page, '#reproduce'), /--seed 7 --profile legacy/);
      await screenshot(page, 'product-report');
      const drawn = await canvases(page);
      assert.ok(drawn.length >= 5, `${drawn.length} charts`);
      assert.ok(drawn.every(Boolean));
      assert.ok(await press_everything(page) > 20);
    });
    await with_file(join(out, 'backend_down/report.html'), async (page) => {
      await assert_fits(page);
      await screenshot(page, 'product-report-400');
    }, { width: 400 });
  });

  it('lanes of breakers and queues, of the core that tells of them', async () => {
    const out = join(folder, 'lanes');
    const names = ['flapping_provider', 'thundering_herd'];
    assert.equal((await shakedown('run', ...names.map(scenario), '--out', out)).code, 0);
    await with_file(join(out, 'flapping_provider/report.html'), async (page) => {
      assert.match(await text_of(page, '#time'), /Breaker states\s+primary\s+closed\s+open/);
      assert.match(await text_of(page, '#time'), /Provider spare/);
      await screenshot(page, 'product-lanes');
    }, { dark: true });
    await with_file(join(out, 'thundering_herd/report.html'), async (page) => {
      assert.match(await text_of(page, '#time'), /Queue\s+waiting/);
    });
  });

  it('the suite: its links lead to reports', async () => {
    const out = join(folder, 'matrix');
    const ran = await shakedown('contrast', scenario('backend_down'), scenario('steady'), '--out', out);
    assert.equal(ran.code, 0);
    const allow = [pathToFileURL(out).href];
    await with_file(join(out, 'index.html'), async (page) => {
      await screenshot(page, 'product-suite');
      await press_everything(page);
      await page.reload();
      assert.equal(await page.locator('#matrix a').count(), 4);
      await page.locator('#matrix a').first().click();
      await page.waitForSelector('#reproduce');
      assert.match(await text_of(page, '#verdict'), /backend_down/);
    }, { allow });
  });

  it('the comparison: two runs, one over the other', async () => {
    const [base, next, html] = ['base', 'next', 'difference.html'].map((name) => join(folder, name));
    await shakedown('run', scenario('steady'), '--out', base);
    await shakedown('run', scenario('steady'), '--out', next);
    const compared = await shakedown('compare', base, next, '--html', html);
    assert.equal(compared.code, 0);
    await with_file(html, async (page) => {
      assert.match(await text_of(page, '#verdict'), /PASS/);
      await screenshot(page, 'product-comparison');
      assert.ok((await canvases(page)).every(Boolean));
      await press_everything(page);
    });
  });

  it('a run that was cut short says so', async () => {
    const out = join(folder, 'cut');
    const { url, ended } = live(scenario('steady'), '--mode', 'live', '--no-calibration', '--out', out);
    const at = await url;
    const view = await chromium.open(at, { allow: [at] });
    await view.page.waitForSelector('progress');
    await view.page.waitForFunction(() => {
      const canvas = document.querySelector('#time canvas');
      const chart = canvas && Chart.getChart(canvas);
      return chart && chart.data.datasets[0].data.length > 1;
    });
    await screenshot(view.page, 'product-live');
    await view.page.getByRole('button', { name: 'End the run' }).click();
    assert.equal(await ended, 130);
    await view.page.waitForSelector('#reproduce');
    assert.match(await text_of(view.page, '#verdict'), /interrupted/i);
    view.quiet();
    await view.close();
    await with_file(join(out, 'steady/report.html'), async (page) => {
      assert.match(await text_of(page, '#verdict'), /interrupted/i);
      await screenshot(page, 'product-interrupted');
    });
  });

  it('the live view follows a run to its end and keeps the report', async () => {
    const out = join(folder, 'live');
    const { url, ended } = live(scenario('backend_down'), '--mode', 'live', '--time-scale', '30',
      '--profile', 'legacy', '--out', out);
    const at = await url;
    const view = await chromium.open(at, { allow: [at] });
    await view.page.waitForSelector('progress');
    assert.equal(await ended, 1);
    await view.page.getByText('All done. Exit code 1.').waitFor();
    assert.match(await text_of(view.page, '.head'), /FAIL\s[^]*\sbackend_down/);
    await screenshot(view.page, 'product-live-end');
    await press_everything(view.page);
    view.quiet();
    await view.close();
    const result = JSON.parse(readFileSync(join(out, 'backend_down/result.json'), 'utf8'));
    assert.equal(result.verdict, 'FAIL');
  });
});
