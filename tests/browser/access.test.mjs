// What helps people who see little, or hear the page, or have only a keyboard.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';

import { start } from './browser.mjs';
import { compare, run, suite } from './samples.mjs';

const kContrastMin = 4.5;  // WCAG 2 AA

let chromium;
before(async () => { chromium = await start(); });
after(() => chromium.stop());

// Texts whose contrast with what is behind them is too low, as [ratio, text].
function faint(page) {
  return page.evaluate((minimum) => {
    const parsed = (color) => (color.match(/[\d.]+/g) ?? []).map(Number);
    const over = ([r, g, b, a = 1], below) => [r, g, b].map((c, i) => c * a + below[i] * (1 - a));
    const light = (color) => {
      const [r, g, b] = color.map((c) => c / 255).map((c) =>
        c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    function behind(element) {
      const layers = [];
      for (let each = element; each; each = each.parentElement)
        layers.unshift(parsed(getComputedStyle(each).backgroundColor));
      return layers.reduce((below, layer) => over(layer, below), [255, 255, 255]);
    }
    const found = [];
    for (const element of document.querySelectorAll('#app *')) {
      const text = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE)
        .map((node) => node.textContent.trim()).join('');
      if (text === '' || element.offsetParent === null || element.closest('[disabled]')) continue;
      const back = behind(element);
      let opacity = 1;
      for (let each = element; each; each = each.parentElement)
        opacity *= Number(getComputedStyle(each).opacity);
      const [r, g, b, a = 1] = parsed(getComputedStyle(element).color);
      const pair = [light(over([r, g, b, a * opacity], back)), light(back)].sort((x, y) => y - x);
      const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
      if (ratio < minimum) found.push([ratio.toFixed(2), text.slice(0, 40)]);
    }
    return found;
  }, kContrastMin);
}

for (const [name, data] of Object.entries({ run: run(), suite: suite(), compare: compare() })) {
  describe(`the ${name} page`, () => {
    it('has enough contrast in light and dark', async () => {
      for (const dark of [false, true]) {
        const view = await chromium.show(data, { dark });
        assert.deepEqual(await faint(view.page), [], dark ? 'dark' : 'light');
        await view.close();
      }
    });

    it('names every control, heads every table, and skips no level of headings', async () => {
      const view = await chromium.show(data);
      const found = await view.page.evaluate(() => {
        const nameless = [...document.querySelectorAll('button, select, input, [role=img], a')]
          .filter((each) => !(each.getAttribute('aria-label') || each.textContent.trim() ||
            (each.labels && each.labels.length)));
        const bare = [...document.querySelectorAll('table')].filter((table) =>
          !table.caption || table.querySelectorAll('thead th[scope=col]').length === 0);
        const levels = [...document.querySelectorAll('h1, h2, h3, h4')].map((each) =>
          Number(each.tagName[1]));
        return { nameless: nameless.map((each) => each.outerHTML), bare: bare.length,
          first: levels[0], tops: levels.filter((level) => level === 1).length,
          skips: levels.filter((level, i) => i > 0 && level > levels[i - 1] + 1).length,
          language: document.documentElement.lang,
          mains: document.querySelectorAll('main').length };
      });
      assert.deepEqual(found,
        { nameless: [], bare: 0, first: 1, tops: 1, skips: 0, language: 'en', mains: 1 });
      await view.close();
    });

    it('shows where the keyboard is, and begins with a way to the content', async () => {
      const view = await chromium.show(data);
      await view.page.keyboard.press('Tab');
      const first = await view.page.evaluate(() => [document.activeElement.textContent,
        document.activeElement.getAttribute('href')]);
      assert.deepEqual(first, ['Skip to the content', '#main']);
      for (let i = 0; i < 12; ++i) {
        await view.page.keyboard.press('Tab');
        const outline = await view.page.evaluate(() =>
          getComputedStyle(document.activeElement).outlineStyle);
        assert.equal(outline, 'solid');
      }
      await view.close();
    });
  });
}

it('finds text that is too faint', async () => {
  const view = await chromium.show(run());
  await view.page.evaluate(() => { document.querySelector('h1').style.color = '#bbb'; });
  assert.deepEqual((await faint(view.page)).map(([, text]) => text), ['sample']);
  await view.close();
});
