// One headless Chromium for the tests of a file. A page that is opened here must stay silent: no
// console error, no exception, and no request but for what the test allows.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { chromium } from 'playwright-core';

import { page as page_of } from './page.mjs';

const kArguments = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const kScreenshots = process.env.SHAKEDOWN_SCREENSHOTS;  // a folder; without it none are taken

export async function start() {
  const folder = mkdtempSync(join(tmpdir(), 'shakedown-pages-'));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: kArguments });
  let files = 0;

  // A context of its own, so that nothing that a page remembers reaches another test.
  async function open(target, { width = 1280, height = 900, dark = false, allow = [] } = {}) {
    const context = await browser.newContext({ viewport: { width, height },
      colorScheme: dark ? 'dark' : 'light', permissions: ['clipboard-read', 'clipboard-write'] });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const complaints = [];
    const is_allowed = (url) => url === target || url.startsWith('data:') ||
      allow.some((each) => url.startsWith(each));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error.stack ?? error)));
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      dialog.dismiss();
    });
    page.on('request', (request) => {
      if (!is_allowed(request.url().split('#')[0])) complaints.push(`request: ${request.url()}`);
    });
    await page.goto(target);
    return { page, complaints, quiet: () => assert.deepEqual(complaints, []),
      close: () => context.close() };
  }

  function file(data, options) {
    const path = join(folder, `page${++files}.html`);
    writeFileSync(path, page_of(data, options));
    return pathToFileURL(path).href;
  }

  return {
    open, file,
    show: (data, options = {}) => open(file(data, options), options),
    async stop() {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function screenshot(page, name, options = {}) {
  if (!kScreenshots) return;
  mkdirSync(kScreenshots, { recursive: true });
  await page.screenshot({ path: join(kScreenshots, `${name}.png`), fullPage: true, ...options });
}

export async function pdf(page, name) {
  const bytes = await page.pdf({ format: 'A4' });
  if (kScreenshots) {
    mkdirSync(kScreenshots, { recursive: true });
    writeFileSync(join(kScreenshots, `${name}.pdf`), bytes);
  }
  return bytes;
}

// Presses every control of a page once, whatever it is; how many it were.
export async function press_everything(page) {
  let pressed = 0;
  const controls = await page.$$('main button:visible, main summary, header button, header nav a');
  for (const control of controls)
    if (await control.isVisible() && await control.isEnabled()) {
      await control.click();
      ++pressed;
    }
  for (const select of await page.$$('main select')) {
    if (!await select.isVisible()) continue;
    for (const option of await select.$$eval('option', (all) => all.map((each) => each.value)))
      await select.selectOption(option).then(() => ++pressed);
  }
  for (const box of await page.$$('main input[type=checkbox]')) await box.click();
  for (const input of await page.$$('main input[type=search]'))
    if (await input.isVisible()) await input.fill('nothing says this');
  return pressed;
}

export async function assert_fits(page) {
  const [content, window] = await page.evaluate(() =>
    [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(content <= window, `the body is ${content} px wide in a window of ${window}`);
}

export const text_of = (page, selector) => page.locator(selector).innerText();

// Whether anything at all was drawn on each visible canvas; once for a page (Chromium complains).
export function canvases(page) {
  return page.$$eval('canvas', (all) => all.filter((each) => each.offsetParent !== null)
    .map((each) => {
      const { data } = each.getContext('2d').getImageData(0, 0, each.width, each.height);
      return data.some((value) => value !== 0);
    }));
}
