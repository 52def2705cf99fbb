// Two runs against each other: the verdict on the difference first, then both on the same axes.
(() => {
  const {el, known, list} = Page;
  const kMetrics = [['p50', 'p50'], ['p95', 'p95'], ['p99', 'p99'], ['max', 'max']];

  const kMeaning = Page.lookup({PASS: 'the candidate is not worse', FAIL: 'the candidate is worse',
    INCONCLUSIVE: 'too little was seen to tell', INVALID: 'cannot be compared'});

  const times = (value) => known(value) ? Page.number(value) + '\u00d7' : '-';

  function metrics(comparison, names) {
    const all = list(comparison.metrics);
    if (all.length === 0) return Page.empty('No metric could be compared.');
    const columns = [{head: 'metric'}, {head: 'verdict'}, {head: names.base, num: true},
      {head: names.candidate, num: true}, {head: 'times worse', num: true},
      {head: 'interval', num: true}, {head: 'why', class: 'wide'}];
    return Page.table('Metrics', columns, all.map((m) => {
      const [low, high] = list(m.interval);
      const none = !known(low) && !known(high);
      return [[el('code', m.name), m.direction ? el('small', m.direction) : null],
        Page.verdict(m.verdict), Page.quantity(m.base, m.unit), Page.quantity(m.candidate, m.unit),
        known(m.base) && known(m.candidate) ? times(m.times_worse) : '-',
        none ? '-' : times(low) + ' \u2013 ' + (known(high) ? times(high) : 'none'), m.why || ''];
    }), {fold: true});
  }

  function worst(comparison) {
    const all = list(comparison.worst);
    if (!known(comparison.compared_requests)) return null;
    return [el('p', Page.count(comparison.changed_requests) + ' of ' +
      Page.plural(comparison.compared_requests, 'request') + ' ended differently.'),
    all.length > 0 ? Page.table('Requests that changed the most', [{head: 'turn'},
      {head: 'before'}, {head: 'after'}], all.map((w) => [el('code', w.turn), w.before,
      w.after])) : null];
  }

  // Percentiles and failures of both over the same time axis.
  function overlay(pair, names) {
    const sides = [['base', names.base, '--s1', null], ['candidate', names.candidate, '--s2',
      [7, 3]]].filter(([side]) => pair[side] && pair[side].series && pair[side].series.n > 0);
    if (sides.length === 0) return null;
    const state = {metric: 'p95', log: true, of: ''};
    const first = pair[sides[0][0]];
    const end = Math.max(...sides.map(([side]) => Math.max(pair[side].result.duration_s,
      pair[side].series.n * pair[side].series.interval_s)));
    const toggle_metric = Page.toggle('Percentile', kMetrics, 'p95', (value) => {
      state.metric = value;
      latency.refresh();
    });
    const toggle_axis = Page.toggle('Latency axis', [['log', 'log'], ['linear', 'linear']], 'log',
      (value) => {
        state.log = value === 'log';
        latency.refresh();
      });
    const classes = [...new Set(sides.flatMap(([side]) =>
      Object.keys(pair[side].series.classes || {})))];
    const select = classes.length > 1 ? Page.select('Latency of', [['', 'all requests'],
      ...classes.map((name) => [name, 'class ' + name])], '', (value) => {
      state.of = value;
      latency.refresh();
    }) : null;
    const frame = Page.stack({phases: list(first.phases), faults: list(first.result.faults),
      end: () => end}, [toggle_metric, toggle_axis, select]);
    const shared = {x: {kind: 'time', range: frame.range}, bands: frame.bands,
      borders: frame.borders};

    function lines(values_of, format, extra = {}) {
      return sides.map(([side, label, color, dash]) => {
        const {interval_s: interval, ...series} = pair[side].series;
        const values = list(values_of(series));
        return {label, color, dash, points: Page.thin.line(values, interval, frame.range()),
          at: (x) => known(values[Math.floor(x / interval)]) ?
            format(values[Math.floor(x / interval)]) : '-', ...extra};
      });
    }

    const latency = Page.plot({title: 'Response time', height: 260,
      note: 'from the planned instant, failed ones too',
      y: {format: Page.duration, log: () => state.log}, empty: 'No request ended.',
      summary: 'Line chart of response times of both runs over time',
      series: () => lines((s) => ((state.of ? (s.classes || {})[state.of] : s.response) ||
        {})[state.metric], Page.duration), ...shared});
    const failures = Page.plot({title: 'Failures', note: 'in each interval', height: 130,
      y: {format: Page.count}, empty: 'No request failed in either run.',
      summary: 'Line chart of failures of both runs over time',
      series: () => {
        const both = lines((s) => Page.thin.sum(Object.values(s.failures || {})), Page.count,
          {step: true});
        return both.some((each) => each.points.some((p) => p.y > 0)) ? both : [];
      }, ...shared});
    const open = Page.plot({title: 'Requests open', note: 'at the end of each interval',
      height: 130, y: {format: Page.count}, empty: 'No request stayed open.',
      summary: 'Line chart of requests in flight of both runs',
      series: () => lines((s) => s.in_flight, Page.count, {step: true}), ...shared});
    return {element: frame.element, draw: () => frame.hold([latency, failures, open])};
  }

  function pair_content(pair, names) {
    const c = pair.comparison;
    const one = overlay(pair, names);
    const lines = [['base', names.base, '--s1', null], ['candidate', names.candidate, '--s2',
      [7, 3]]].filter(([side]) => pair[side] && list((pair[side].spectrum || {}).response).length)
      .map(([side, label, color, dash]) => ({label, color, dash,
        steps: pair[side].spectrum.response}));
    const spectrum = lines.length > 0 ? Page.spectrum(lines, 'Response time spectrum') : null;
    const missing = ['base', 'candidate'].filter((side) => !pair[side]);
    const facts = [c.mode === 'sim' ? 'simulated in virtual time' : c.mode, 'method ' + c.method,
      Page.plural(c.base_runs, 'base run'), Page.plural(c.candidate_runs, 'candidate run')];
    const content = [
      Page.section('pair', c.scenario, el('p', Page.verdict(c.verdict, '.medium')),
        el('p.note', facts.join(' \u00b7 ')),
        list(c.notes).map((note) => Page.banner(note)),
        missing.length > 0 ? el('p.note', 'No charts of the ' + missing.join(' and the ') +
          ': its files are not there or hold several runs.') : null,
        runs_table(pair, names)),
      Page.section('metrics', 'Metrics', metrics(c, names), worst(c)),
      Page.section('time', 'Over time', one ? one.element :
        Page.empty('Neither run has its intervals here.')),
      Page.section('latency', 'Latency', spectrum ? spectrum.element :
        Page.empty('Neither run has its spectrum here.'))];
    return {content, draw: () => {
      if (one) one.draw();
      if (spectrum) spectrum.refresh();
    }};
  }

  // What both runs were, side by side.
  function runs_table(pair, names) {
    const sides = ['base', 'candidate'].filter((side) => pair[side]);
    if (sides.length === 0) return null;
    return Page.table('The two runs', [{head: 'run'}, {head: 'its own verdict'}, {head: 'target'},
      {head: 'sent', num: true}, {head: 'failed', num: true}, {head: 'p50', num: true},
      {head: 'p95', num: true}, {head: 'p99', num: true}], sides.map((side) => {
      const r = pair[side].result;
      const response = (r.latency_ms || {}).response || {};
      return [names[side], Page.verdict(r.verdict), Page.target(r) + (r.profile ? ', profile ' +
        r.profile : '') + ', seed ' + r.seed + (r.interrupted ? ', interrupted' : ''),
      Page.count((r.requests || {}).sent), Page.share(r.error_rate),
      ...['p50', 'p95', 'p99'].map((key) => response.count > 0 ? Page.duration(response[key]) :
        '-')];
    }));
  }

  function show_compare(data) {
    const pairs = list(data.pairs);
    const names = {base: data.base_name || 'base', candidate: data.candidate_name || 'candidate'};
    if (names.base === names.candidate) {
      names.base += ' (base)';
      names.candidate += ' (candidate)';
    }
    Page.title(data.verdict, names.candidate, 'against', names.base);
    const place = el('div');
    let chosen = 0;

    function choose(index) {
      chosen = index;
      Page.discardPlots();
      const {content, draw} = pair_content(pairs[chosen], names);
      place.replaceChildren(...content.filter(Boolean));
      draw();
    }

    const label = (pair) => pair.comparison.scenario + ': ' + pair.comparison.verdict;
    const sim = pairs.filter((p) => p.comparison.mode === 'sim').length;
    const order = Page.lookup({FAIL: 0, INVALID: 1, INCONCLUSIVE: 2});
    const reasons = pairs.flatMap(({comparison: c}) => list(c.metrics)
      .filter((m) => m.verdict !== 'PASS').map((m) => [order[m.verdict] ?? 3, c.scenario + ', ' +
        m.name + ' ' + m.verdict + ': ' + m.why])).sort((a, b) => a[0] - b[0]);
    const content = [
      el('section', {id: 'verdict', 'aria-label': 'Verdict'},
        Page.verdictHead(data.verdict, names.candidate + ' against ' + names.base,
          'Whether the candidate is worse than the base by more than ' +
            Page.share(data.delta) + '.',
          el('p.real', sim === pairs.length ?
            'Both simulated in virtual time; no real server was tested.' :
            sim === 0 ? 'Live runs.' : 'Some simulated, some live.'), kMeaning[data.verdict]),
        Page.reasons(reasons.slice(0, 12).map(([, text]) => text)),
        reasons.length > 12 ? el('p.note', Page.count(reasons.length - 12) +
          ' more below, by scenario.') : null,
        pairs.length > 1 ? el('div.controls.pairs', Page.select('Scenario', pairs.map((pair, i) =>
          [String(i), label(pair)]), '0', (value) => choose(Number(value)))) : null),
      pairs.length > 0 ? place : Page.empty('No scenario is in both, so nothing was compared.')];
    const begin = pairs.findIndex((p) => p.comparison.verdict === data.verdict);
    if (pairs.length > 0) {
      const {content: parts, draw} = pair_content(pairs[chosen = Math.max(0, begin)], names);
      place.replaceChildren(...parts.filter(Boolean));
      Page.frame('Shakedown', [['verdict', 'Verdict'], ['pair', 'Runs'], ['metrics', 'Metrics'],
        ['time', 'Over time'], ['latency', 'Latency']], content);
      const select = document.querySelector('.pairs select');
      if (select) select.value = String(chosen);
      draw();
    } else {
      Page.frame('Shakedown', [], content);
    }
  }

  Object.assign(Page, {showCompare: show_compare});
})();
