// Lanes: what a breaker or the agent was when, as a strip on the time axis. The state is a word in
// the strip and a pattern beside its colour.
(() => {
  const {el} = Page;
  const kPiecesMax = 600;

  const kTones = Page.lookup({
    closed: 'good', up: 'good', ok: 'good', running: 'good', healthy: 'good',
    open: 'bad', down: 'bad', dead: 'bad', killed: 'bad', stopped: 'bad',
    half_open: 'warn', frozen: 'warn', slow: 'warn', degraded: 'warn', starting: 'warn'});

  // changes: [[at_s, state], ...] in order; each lasts until the next.
  function spans(changes, end) {
    return changes.map(([begin, state], i) => ({begin, state,
      end: i + 1 < changes.length ? changes[i + 1][0] : Math.max(end, begin)}));
  }

  // Of too many to be seen only the longest of each stretch.
  function visible(all, range) {
    const inside = all.filter((s) => s.end > range[0] && s.begin < range[1]);
    if (inside.length <= kPiecesMax) return inside;
    const width = (range[1] - range[0]) / kPiecesMax;
    const longest = new Map();
    for (const span of inside) {
      const slot = Math.floor((Math.max(span.begin, range[0]) - range[0]) / width);
      const rival = longest.get(slot);
      if (!rival || span.end - span.begin > rival.end - rival.begin) longest.set(slot, span);
    }
    return [...longest.values()];
  }

  // One row; `states` is {lane, name, changes}.
  function strip(states, frame, end) {
    const track = el('span.track');
    const reading = el('span.reading');
    const label = Page.spaced(states.lane) + ' ' + states.name;
    const element = el('div.row.lane', el('span.row-label', {title: label}, states.name),
      track);
    const all = () => spans(Page.list(states.changes), end());

    function refresh() {
      const range = frame.range();
      track.replaceChildren(...visible(all(), range).map((s) => Page.piece(range, s.begin, s.end,
        'state.' + (kTones[s.state] || 'other'),
        Page.spaced(s.state), label + ': ' + Page.spaced(s.state) + ', ' +
        Page.instant(s.begin) + ' to ' + Page.instant(s.end))).filter(Boolean), reading);
    }

    function read(x) {
      const now = x === null ? null : all().find((s) => s.begin <= x && x < s.end);
      const text = now ? Page.spaced(now.state) : '';
      if (reading.textContent !== text) reading.textContent = text;
    }
    return {element, refresh, read};
  }

  // All state lanes, by their kind; null when there are none.
  function lanes(frame, states, end) {
    const kinds = new Map();
    for (const each of Page.list(states)) {
      if (!kinds.has(each.lane)) kinds.set(each.lane, []);
      kinds.get(each.lane).push(each);
    }
    return [...kinds].map(([kind, rows]) => {
      const strips = rows.slice(0, 24).map((each) => strip(each, frame, end));
      const left_out = rows.length - strips.length;
      const title = kind === 'agent' ? 'Agent process' :
        kind.charAt(0).toUpperCase() + Page.spaced(kind.slice(1)) + ' states';
      return {
        element: el('figure.plot.lanes', el('figcaption', el('h3', title)),
          strips.map((each) => each.element),
          left_out > 0 ? el('p.note', 'and ' + Page.count(left_out) + ' more') : null),
        refresh: () => strips.forEach((each) => each.refresh()),
        read: (x) => strips.forEach((each) => each.read(x)),
      };
    });
  }

  Page.lanes = lanes;
})();
