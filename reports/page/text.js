'use strict';
// Text for people, as the console says it: quantities in words, and foreign text made harmless.
// Every file of the page adds what it has to this one object.
const Page = {};

(() => {
  const kTextMax = 12000;  // characters of one text that are shown

  // Controls, line separators, and what reorders or hides text: as in reports/text.cpp.
  const kUnsafe = new RegExp('[\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c' +
    '\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb' +
    '\\ud800-\\udfff\\u{e0000}-\\u{e007f}]', 'gu');

  function visible(c) {
    const code = c.codePointAt(0);
    if (c === '\n') return '\\n';
    if (c === '\t') return ' ';
    const hex = code.toString(16);
    return code < 0x80 ? '\\x' + hex.padStart(2, '0') : '\\u{' + hex.padStart(4, '0') + '}';
  }

  // One line in which nothing is hidden, of bounded length.
  function safe(value) {
    let text = String(value);
    const more = text.length - kTextMax;
    if (more > 0) text = text.slice(0, kTextMax);
    text = text.replace(kUnsafe, visible);
    return more > 0 ? text + '\u2026 (' + count(more) + ' more characters)' : text;
  }

  function grouped(digits) {
    return digits.replace(/^-?\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ','));
  }

  const known = (value) => typeof value === 'number' && Number.isFinite(value);

  function count(value) {
    return known(value) ? grouped(String(Math.round(value))) : '-';
  }

  // At most `digits` significant digits, no zeros at the end.
  function number(value, digits = 3) {
    if (!known(value)) return '-';
    if (Math.abs(value) >= 1e9) return value.toExponential(digits - 1);
    const near = Number(value.toPrecision(digits));
    const text = near.toFixed(Math.min(20, digits + 3)).replace(/\.?0+$/, '');
    return text === '-0' ? '0' : grouped(text);
  }

  // "50us", "812ms", "29.8s", "5m 12s", "2h 5m"
  function duration(ms) {
    if (!known(ms)) return '-';
    if (ms < 0) return '-' + duration(-ms);
    if (ms >= 120000) {
      const s = Math.round(ms / 1000);
      const h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60;
      if (h > 0) return m === 0 ? count(h) + 'h' : count(h) + 'h ' + m + 'm';
      return s % 60 === 0 ? m + 'm' : m + 'm ' + s % 60 + 's';
    }
    if (ms >= 1000) return number(ms / 1000) + 's';
    if (ms >= 1) return number(ms) + 'ms';
    if (ms >= 0.001) return number(ms * 1000) + 'us';
    return ms === 0 ? '0' : number(ms * 1e6) + 'ns';
  }

  const seconds = (s) => duration(known(s) ? s * 1000 : null);

  // An instant of the run with as much precision as people need to follow: "1m 0.25s".
  function instant(s) {
    if (!known(s)) return '-';
    const whole = Math.round(s * 1000) / 1000;
    if (whole < 60) return number(whole, 5) + 's';
    const h = Math.floor(whole / 3600), m = Math.floor(whole / 60) % 60;
    const rest = Math.round((whole - h * 3600 - m * 60) * 1000) / 1000;
    return (h > 0 ? h + 'h ' : '') + m + 'm' + (rest > 0 ? ' ' + number(rest, 5) + 's' : '');
  }

  const share = (value) => known(value) ? number(value * 100) + '%' : '-';

  function bytes(value) {
    if (!known(value)) return '-';
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    let unit = 0;
    for (; Math.abs(value) >= 1024 && unit + 1 < units.length; ++unit) value /= 1024;
    return number(value) + units[unit];
  }

  // A value of a unit as result.json has it.
  function quantity(value, unit, missing = '-') {
    if (!known(value)) return missing;
    if (unit === 'ratio') return share(value);
    if (unit === 'ms') return duration(value);
    if (unit === 's') return seconds(value);
    if (unit === '/s') return number(value) + '/s';
    if (unit === 'count') return count(value);
    if (unit === 'bytes/h') return bytes(value) + '/h';
    return number(value) + (unit && unit !== 'number' ? ' ' + unit : '');
  }

  // "1.15-1.31s", ">=1.15s", "1ms"
  function bounds(low, high) {
    if (!known(low) && !known(high)) return 'no bound';
    if (!known(high)) return '\u2265' + duration(low);
    if (!known(low)) return '\u2264' + duration(high);
    const a = duration(low), b = duration(high);
    if (a === b) return a;
    const unit = (text) => text.replace(/^[\d.,]+/, '');
    const short = unit(a) === unit(b) && !/\d/.test(unit(a)) ? a.replace(/[a-z]+$/, '') : a;
    return short + '\u2013' + b;
  }

  const plural = (n, one, many) => count(n) + ' ' + (n === 1 ? one : many || one + 's');

  const spaced = (name) => String(name).replace(/_/g, ' ');

  Object.assign(Page, {safe, count, number, duration, seconds, instant, share, bytes, quantity,
    bounds, plural, spaced, known});
})();
