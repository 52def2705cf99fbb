// Pages as the product writes them, from data of a test: the same parts, put together in the same
// order and with the same escapes.
import { readFileSync } from 'node:fs';

const folder = new URL('../../reports/page/', import.meta.url);
const read = (name) => readFileSync(new URL(name, folder), 'utf8');

export const kChart = '/usr/share/javascript/chart.js/chart.min.js';  // of Debian's libjs-chart.js

// JSON that ends no element and begins no comment.
export function json_for_html(data) {
  return JSON.stringify(data).replace(/[<>&\u2028\u2029]/g,
    (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
}

function html_text(text) {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

// Without indents and lines that are only comments: no text of these files goes over lines.
const lean = (text) => text.replace(/^ +/gm, '').replace(/^\/\/.*\n/gm, '');

export function script() {
  return read('files.txt').trim().split('\n').map((name) => lean(read(name))).join('\n');
}

// One pass, so that nothing in what is put in is taken for a place.
export function page(data, { title = 'Shakedown', token = '', noscript = '',
  charts = readFileSync(kChart, 'utf8') } = {}) {
  const parts = {
    '<!--TITLE-->': html_text(title), '<!--TOKEN-->': html_text(token),
    '<!--NOSCRIPT-->': html_text(noscript), '<!--DATA-->': json_for_html(data),
    '/*STYLE*/': lean(read('page.css')), '/*CHARTS*/': charts,
    '/*SCRIPT*/': script(),
  };
  const places = /<!--(?:TITLE|TOKEN|NOSCRIPT|DATA)-->|\/\*(?:STYLE|CHARTS|SCRIPT)\*\//g;
  return read('page.html').replace(places, (place) => parts[place]);
}
