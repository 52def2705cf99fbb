// Invariants, and what broke them told in the order in which it happened: the witnesses, between
// the phases, fault windows and restarts around them.
(() => {
  const {el, count, instant, list} = Page;
  const kContextMax = 24;   // rows of context in one timeline
  const kRelatedMax = 4;    // events of the same turn beside one witness

  // "u16.s14.t0" in words.
  function who_in_words(who) {
    const match = /^u(\d+)\.s(\d+)(?:\.t(\d+))?$/.exec(who);
    if (!match) return '';
    return 'user ' + match[1] + ', session ' + match[2] +
      (match[3] === undefined ? '' : ', turn ' + match[3]);
  }

  const in_phase = (phases, at) => phases.find((p) => p.begin_s <= at && at < p.end_s);

  function active(faults, at) {
    return faults.filter((f) => f.window_s[0] <= at && at < f.window_s[1]);
  }

  // What else happened: boundaries of phases and fault windows, and the rarer events.
  function context_of(run) {
    const rows = [];
    for (const p of list(run.phases))
      rows.push({at: p.begin_s, sign: '\u2502', order: 1, text: 'phase ' + p.name + ' begins'});
    for (const f of list(run.result.faults)) {
      const name = 'fault ' + f.id + ' (' + f.kind + ' on ' + f.on + ')';
      rows.push({at: f.window_s[0], sign: '\u25bc', order: 2, text: name + ' begins', fault: true});
      rows.push({at: f.window_s[1], sign: '\u25b2', order: 0, text: name + ' ends', fault: true});
    }
    for (const e of list(run.events))
      if (e.kind !== 'fault_fired' && e.kind !== 'violation')
        rows.push({at: e.at_s, sign: '\u25c6', order: 2, text: Page.spaced(e.kind) +
          (e.on ? ' on ' + e.on : '') + (e.detail ? ': ' + e.detail : '')});
    return rows;
  }

  // Whether an event speaks of this turn, and not of u1.s1.t1 when it says u1.s1.t10.
  function mentions(event, who) {
    const text = String(event.detail);
    const at = text.indexOf(who);
    return at >= 0 && !/[\w.]/.test(text.charAt(at - 1)) &&
      !/[\w]/.test(text.charAt(at + who.length));
  }

  function witness(violation, run) {
    const words = who_in_words(violation.who);
    const related = violation.who ? list(run.events).filter((e) => e.kind !== 'violation' &&
      mentions(e, violation.who)).slice(0, kRelatedMax) : [];
    const faults = active(list(run.result.faults), violation.at_s);
    const phase = in_phase(list(run.phases), violation.at_s);
    const around = [phase ? 'in phase ' + phase.name : 'after the last phase',
      faults.length > 0 ? 'during ' + faults.slice(0, 4).map((f) => f.id + ' (' + f.kind + ')')
        .join(', ') + (faults.length > 4 ? ' and ' + (faults.length - 4) + ' more' : '') :
        'no fault window open'];
    return item('witness', violation.at_s, '\u2717', el('div',
      el('p', violation.who ? el('code', {title: words}, violation.who) : null,
        words ? el('span.note', ' ' + words) : null),
      el('p.what', violation.what), el('p.note', around.join(' \u00b7 ')),
      related.length > 0 ? el('ul.related', related.map((e) => el('li', instant(e.at_s) + ' ' +
        e.detail))) : null));
  }

  // Others that say the same as the one before, in one row.
  function again(violations) {
    return item('witness', violations[0].at_s, '\u2717', el('div', el('p.note', 'the same ',
      violations.length === 1 ? '' : Page.count(violations.length) + ' more times, until ' +
        instant(violations[violations.length - 1].at_s) + ', ', 'with ',
      violations.map((v, i) => [i > 0 ? ', ' : '', el('code', {title: who_in_words(v.who) +
        ' at ' + instant(v.at_s)}, v.who || 'nobody named')]))));
  }

  function item(name, at, sign, content) {
    return el('li.' + name, el('span.when', instant(at)),
      el('span.sign', {'aria-hidden': 'true'}, sign), content);
  }

  // Elements of rows in order of time; equal witnesses that follow one another become one.
  function told(rows, run) {
    const elements = [];
    for (let i = 0; i < rows.length; ++i) {
      const row = rows[i];
      if (!row.violation) {
        elements.push(item(row.fault ? 'context.edge' : 'context', row.at, row.sign,
          el('div', row.text)));
        continue;
      }
      elements.push(witness(row.violation, run));
      const same = [];
      while (i + 1 < rows.length && rows[i + 1].violation &&
             rows[i + 1].violation.what === row.violation.what) same.push(rows[++i].violation);
      if (same.length > 0) elements.push(again(same));
    }
    return elements;
  }

  // A link only where the file is.
  const events_file = (run) => list(run.files).includes('events.jsonl') ?
    Page.link('events.jsonl') : 'events.jsonl';

  function timeline(invariant, run) {
    const violations = list(invariant.violations);
    const first = Math.min(...violations.map((v) => v.at_s));
    const last = Math.max(...violations.map((v) => v.at_s));
    const before = [], during = [], after = [];
    for (const row of context_of(run).sort((a, b) => a.at - b.at || a.order - b.order))
      (row.at <= first ? before : row.at <= last ? during : after).push(row);
    const room = Math.max(0, kContextMax - 5);
    const kept = [...before.slice(-3), ...during.slice(0, room), ...after.slice(0, 2)];
    const rows = [...kept, ...violations.map((v) => ({at: v.at_s, order: 3, violation: v}))];
    rows.sort((a, b) => a.at - b.at || a.order - b.order);
    const more = invariant.violation_count - violations.length;
    const left_out = during.length - Math.min(during.length, room);
    return [el('ol.timeline', told(rows, run)),
      left_out > 0 ? el('p.note', count(left_out) + ' more changes of phases and faults are not ' +
        'shown here.') : null,
      more > 0 ? el('p.note', count(more) + ' more in ', events_file(run), '.') : null];
  }

  function invariants(run) {
    const all = list(run.result.invariants);
    if (all.length === 0) return Page.empty('This scenario checks no invariants.');
    const rank = Page.lookup({FAIL: 0, INVALID: 1, INCONCLUSIVE: 2, PASS: 3});
    const sorted = [...all].sort((a, b) => (rank[a.verdict] ?? 4) - (rank[b.verdict] ?? 4));
    const rows = sorted.map((i) => [Page.breakable(i.name), Page.verdict(i.verdict),
      count(i.checked),
      i.violation_count > 0 ? el('strong.some-bad', count(i.violation_count)) : '0',
      i.skipped || (i.checked === 0 && !i.violation_count ? 'nothing to check' : '')]);
    const has_notes = rows.some((row) => row[4] !== '');
    const columns = [{head: 'invariant'}, {head: 'verdict'}, {head: 'checked', num: true},
      {head: 'violations', num: true}, {head: 'note', class: 'wide'}];
    const broken = sorted.filter((i) => list(i.violations).length > 0);
    return [Page.table('Invariants', has_notes ? columns : columns.slice(0, 4),
      has_notes ? rows : rows.map((row) => row.slice(0, 4))),
    broken.map((i, index) => Page.details(
      el('span', el('code', i.name), ': ' + Page.plural(i.violation_count, 'violation') + ' in ' +
        Page.plural(i.checked, 'check') + ', as it happened'),
      timeline(i, run), index === 0))];
  }

  function events(run) {
    const all = list(run.events);
    if (all.length === 0) return null;
    const left_out = run.events_left_out || 0;
    const body = el('div');
    const filter = el('input', {type: 'search', placeholder: 'text', oninput: draw});
    function draw() {
      const text = filter.value.toLowerCase();
      const some = all.filter((e) => (e.kind + ' ' + e.on + ' ' + e.detail).toLowerCase()
        .includes(text));
      body.replaceChildren(some.length === 0 ? Page.empty('No event says that.') :
        Page.table('Events', [{head: 'when', num: true}, {head: 'what'}, {head: 'on'},
          {head: 'detail', class: 'wide'}], some.map((e) => [instant(e.at_s),
          Page.spaced(e.kind), e.on || '', e.detail || ''])));
    }
    draw();
    return Page.details('Events: ' + count(all.length) +
      (left_out > 0 ? ' of ' + count(all.length + left_out) : ''),
    [el('div.controls', el('label.control', el('span', 'Only with'), filter)), body,
      left_out > 0 ? el('p.note', count(left_out) + ' more in ', events_file(run), '.') :
        null], false, '.long');
  }

  Object.assign(Page, {invariants, events});
})();
