// What happened over time: latency, throughput, failures, requests in flight, calls of providers,
// queues and states, from the series of a run that may still grow.
(() => {
  const {el, known} = Page;

  const kLatency = [['p50', '--p50', null], ['p95', '--p95', [7, 3]], ['p99', '--p99', [3, 2]],
    ['max', '--max', [2, 2]]];
  const kOutcomes = Page.lookup({
    ok: '--ok', error: '--error', timeout: '--timeout', cancelled: '--cancelled',
    dropped: '--dropped'});
  const kPalette = ['--s1', '--s2', '--s3', '--s4', '--s5', '--s6', '--s7', '--s8'];

  // model: {interval, n, series, lanes, phases, faults, duration}
  function over_time(model) {
    const all = 'all';
    const state = {of: all, log: true};
    const series = () => model.series || {};
    const interval = () => model.interval || 1;
    const index = (x) => Math.floor(x / interval());
    const classes = () => Page.entries(series().classes);
    const class_select = el('span');
    const controls = [
      Page.toggle('Latency axis', [['log', 'log'], ['linear', 'linear']], 'log', (value) => {
        state.log = value === 'log';
        latency.refresh();
      }), class_select];
    const frame = Page.stack({
      phases: model.phases, faults: model.faults,
      end: () => Math.max(model.duration || 0, (model.n || 0) * interval()),
    }, controls);
    const shared = {x: {kind: 'time', range: frame.range}, bands: frame.bands,
      borders: frame.borders};

    function list_classes() {
      const names = classes().map(([name]) => name);
      if (names.length < 2) return class_select.replaceChildren();
      class_select.replaceChildren(Page.select('Latency of',
        [[all, 'all requests'], ...names.map((name) => [name, 'class ' + name])], state.of,
        (value) => {
          state.of = value;
          latency.refresh();
        }));
    }

    function line(label, color, values, format, extra = {}) {
      const kept = Page.list(values);
      return {label, color, points: Page.thin.line(kept, interval(), frame.range()),
        at: (x) => known(kept[index(x)]) ? format(kept[index(x)]) : '-', ...extra};
    }

    function rate(label, color, values) {
      const kept = Page.list(values);
      return {label, color, points: Page.thin.rates(kept, interval(), frame.range()),
        at: (x) => {
          const width = Page.thin.stride(kept.length, interval(), frame.range());
          const first = index(x) - index(x) % width;
          const some = kept.slice(first, first + width).filter(known);
          return some.length === 0 ? '-' :
            Page.number(some.reduce((a, b) => a + b, 0) / (some.length * interval())) + '/s';
        }};
    }

    const latency = Page.plot({
      title: 'Response time', note: 'from the planned instant, failed ones too', height: 240,
      y: {format: Page.duration, log: () => state.log},
      empty: 'No request ended: there is no latency.',
      summary: 'Line chart of response time percentiles over time',
      series: () => {
        const of = state.of === all ? series().response : (series().classes || {})[state.of];
        return kLatency.map(([name, color, dash]) => line(name, color, (of || {})[name],
          Page.duration, {dash, redundant: name !== 'p50' && name !== 'max' && same(of, name) &&
            'Hidden: so few requests end in one interval that ' + name + ' is the maximum.'}));
      }, ...shared});

    // A percentile that is the maximum wherever there is one says nothing more.
    function same(of, name) {
      const max = Page.list((of || {}).max), values = Page.list((of || {})[name]);
      return max.length > 0 && max.every((value, i) => value === values[i]);
    }

    const throughput = Page.plot({
      title: 'Requests ended', note: 'per second, by outcome', stacked: true, height: 150,
      y: {format: (v) => Page.number(v) + '/s'}, empty: 'No request ended.',
      summary: 'Stacked area chart of requests ended per second by outcome',
      series: () => Page.entries(series().by_outcome).map(([name, values], i) =>
        rate(name, kOutcomes[name] || kPalette[i % kPalette.length], values)), ...shared});

    const failures = Page.plot({
      title: 'Failures', note: 'per second, by kind', stacked: true, height: 130,
      y: {format: (v) => Page.number(v) + '/s'}, empty: 'No request failed.',
      summary: 'Stacked area chart of failures per second by kind',
      series: () => Page.entries(series().failures).map(([name, values], i) =>
        rate(Page.spaced(name), kPalette[i % kPalette.length], values)), ...shared});

    const open = Page.plot({
      title: 'Requests open', note: 'at the end of each interval', height: 110,
      y: {format: Page.count}, empty: 'No request was open at the end of an interval.',
      summary: 'Line chart of requests in flight',
      series: () => [line('in flight', '--s1', series().in_flight, Page.count, {step: true})],
      ...shared});

    function providers() {
      const calls = () => Page.list((model.lanes || {}).providers);
      if (calls().length === 0) return [];
      const name_of = (row) => 'calls of ' + row.name;
      const plots = calls().slice(0, 8).map((row, i) => Page.plot({
        title: 'Provider ' + row.name, note: 'calls per second, as they ended',
        stacked: true, height: 100, y: {format: (v) => Page.number(v) + '/s'},
        empty: 'No call reached it.', summary: name_of(row),
        series: () => {
          const now = calls()[i] || row;
          return [rate('ok', '--ok', now.ok), rate('failed', '--error', now.failed)].filter(
            (each) => each.points.some((p) => p.y > 0));
        }, ...shared}));
      return plots;
    }

    function gauges() {
      const rows = () => Page.list((model.lanes || {}).gauges);
      const kinds = [...new Set(rows().map((row) => row.lane))];
      return kinds.slice(0, 8).map((kind) => Page.plot({
        title: Page.spaced(kind).replace(/^./, (c) => c.toUpperCase()), height: 110,
        y: {format: of_kind(kind)}, empty: 'Nothing is known of it.',
        summary: 'Line chart of ' + kind,
        series: () => rows().filter((row) => row.lane === kind).slice(0, 8).map((row, i) =>
          line(row.name, kPalette[i], kind === 'memory' ? mebibytes(row.values) : row.values,
            of_kind(kind), {step: true})), ...shared}));
    }

    // Memory in mebibytes, so that the axis has round numbers.
    const mebibytes = (values) => Page.list(values).map((v) => known(v) ? v / 1048576 : null);
    const of_kind = (kind) => kind === 'memory' ? (v) => Page.number(v) + 'MiB' : Page.number;

    // The charts that there is something for; again when there is something new.
    let held = '';
    let mine = [];  // of providers and gauges
    function hold(is_lazy) {
      const lanes = model.lanes || {};
      const now = JSON.stringify([Page.list(lanes.providers).map((p) => p.name),
        Page.list(lanes.gauges).map((g) => g.lane + g.name),
        Page.list(lanes.states).map((s) => s.lane + s.name), classes().map(([name]) => name)]);
      if (now === held) return frame.refresh(is_lazy);
      held = now;
      list_classes();
      mine.forEach((part) => part.destroy());
      mine = [...providers(), ...gauges()];
      frame.hold([latency, throughput, failures, open, ...mine, ...Page.lanes(frame, lanes.states,
        () => Math.max(model.duration || 0, (model.n || 0) * interval()))]);
    }
    return {element: frame.element, refresh: hold, frame};
  }

  // What over_time() needs, from a run.
  function time_model(run) {
    const series = run.series || {};
    return {interval: series.interval_s, n: series.n, series, lanes: run.lanes || {},
      phases: Page.list(run.phases), duration: run.result.duration_s,
      faults: Page.list(run.result.faults)};
  }

  Object.assign(Page, {overTime: over_time, timeModel: time_model, palette: kPalette});
})();
