// A run as it goes on, told by the server over SSE: progress, charts that grow, a way to end it,
// and the finished reports of the scenarios that are done.
(() => {
  const {el, list, entries} = Page;
  const kRedraw_ms = 250;  // charts are drawn at most this often,
  const kShare = 8;        // and in no more than one part of so many of the time

  // Arrays of `from` on, put into those that are kept; what was not told before was nothing.
  function grow(kept, news, from, nothing) {
    const values = Array.isArray(kept) ? kept : [];
    values.length = Math.min(values.length, from);
    while (values.length < from) values.push(nothing);
    for (const value of list(news)) values.push(value);
    return values;
  }

  function grow_all(kept, news, from, nothing) {
    const result = kept || Object.create(null);
    for (const [name, values] of entries(news))
      result[name] = grow(result[name], values, from, nothing);
    return result;
  }

  function grow_rows(kept, news, from, keys, nothing) {
    const result = kept || [];
    for (const row of list(news)) {
      let mine = result.find((each) => each.name === row.name && each.lane === row.lane);
      if (!mine) result.push(mine = {lane: row.lane, name: row.name});
      for (const key of keys) mine[key] = grow(mine[key], row[key], from, nothing);
    }
    return result;
  }

  // Puts a tick into the model of the charts.
  function absorb(model, tick) {
    const from = tick.from || 0, s = tick.series || {}, lanes = tick.lanes || {};
    const mine = model.series;
    mine.by_outcome = grow_all(mine.by_outcome, s.by_outcome, from, 0);
    mine.failures = grow_all(mine.failures, s.failures, from, 0);
    mine.response = grow_all(mine.response, s.response, from, null);
    if (s.in_flight) mine.in_flight = grow(mine.in_flight, s.in_flight, from, null);
    for (const [name, of] of entries(s.classes)) {
      mine.classes = mine.classes || Object.create(null);
      mine.classes[name] = grow_all(mine.classes[name], of, from, null);
    }
    model.lanes.providers = grow_rows(model.lanes.providers, lanes.providers, from,
      ['ok', 'failed'], 0);
    model.lanes.gauges = grow_rows(model.lanes.gauges, lanes.gauges, from, ['values'], null);
    if (lanes.states) model.lanes.states = lanes.states;
    model.n = Math.max(from, ...[mine.in_flight, ...Object.values(mine.by_outcome),
      ...Object.values(mine.response)].filter(Array.isArray).map((each) => each.length));
  }

  function model_of(begin) {
    return {interval: begin.interval_s || 1, n: 0, series: {}, lanes: {},
      phases: list(begin.phases), duration: begin.duration_s,
      faults: list(begin.faults).filter((f) => list(f.window_s).length === 2)};
  }

  // What is told of a run while it goes on.
  function progress_view(begin) {
    const names = ['done', 'now', 'rate', 'sent', 'failed', 'error rate', 'p50', 'p95', 'p99',
      'in flight', 'time left'];
    const values = Object.fromEntries(names.map((name) => [name, el('dd', '-')]));
    const bar = el('progress', {max: '100', value: '0', 'aria-label': 'Progress of the run'});
    const faults = el('p.live-faults');
    const planned = el('dd.note');
    const element = el('div', bar, el('dl.tiles.many', names.map((name) => el('div', el('dt', name),
      values[name], name === 'sent' ? planned : null))), faults);
    function update(t) {
      const put = (name, text) => { values[name].textContent = text; };
      bar.value = t.percent || 0;
      put('done', Page.number(t.percent) + '%');
      put('now', Page.instant(Math.round((t.now_s || 0) * 10) / 10));
      put('rate', Page.number(t.rate_per_s) + '/s');
      put('sent', Page.count(t.sent));
      planned.textContent = 'of ' + Page.count(t.planned ?? begin.planned);
      put('failed', Page.count(t.failed));
      put('error rate', Page.share(t.error_rate));
      for (const p of ['p50', 'p95', 'p99']) put(p, Page.duration(t[p + '_ms']));
      put('in flight', Page.count(t.in_flight));
      put('time left', Page.known(t.left_s) ? Page.seconds(Math.ceil(t.left_s)) : 'unknown');
      const active = list(t.active_faults);
      faults.textContent = active.length > 0 ? 'Fault active now: ' +
        active.map(Page.safe).join(', ') : 'No fault is active now.';
      faults.classList.toggle('active', active.length > 0);
    }
    return {element, update};
  }

  function judged_later(begin) {
    const names = [...list(begin.slos), ...list(begin.invariants)];
    if (names.length === 0) return null;
    return Page.section('objectives', 'Judged when the run has ended',
      el('ul.files', names.map((name) => el('li', Page.breakable(name)))));
  }

  function show_live() {
    const runs = new Map();  // index -> {begin, model, view, time, end}
    let current = null;      // index of the one that goes on
    let shown = null;        // index of the one on the screen
    let pinned = false;      // the reader chose it, so that the next one does not take its place
    let over = null;         // what suite_end said
    let ending = false;
    let redraw = 0;
    let drawn_at = 0;
    let pause = 0;  // until the next drawing

    const connection = el('p.banner', {role: 'alert', hidden: true});
    const stop = el('button.stop', {type: 'button', onclick: end_run}, 'End the run');
    const stop_said = el('span.note', {role: 'status'});
    const done = el('nav.done', {'aria-label': 'Scenarios', hidden: true});
    const controls = el('div.live-controls', el('div.controls', stop, stop_said), connection,
      done);

    async function end_run() {
      ending = true;
      say_ending();
      try {
        const token = document.querySelector('meta[name=shakedown-token]').content;
        const answer = await fetch('/stop', {method: 'POST',
          headers: {'X-Shakedown-Token': token}});
        if (!answer.ok) throw new Error('status ' + answer.status);
      } catch (error) {
        ending = false;
        say_ending();
        stop_said.textContent = Page.safe('It could not be ended (' + error.message +
          '). Press Ctrl-C where it runs.');
      }
    }

    function say_ending() {
      stop.hidden = over !== null;
      stop.disabled = ending;
      stop.textContent = ending ? 'Ending\u2026' : 'End the run';
      stop_said.textContent = over !== null ? over_text() : ending ?
        'No new requests; what was measured is being judged.' : '';
    }

    function over_text() {
      const code = Page.known(over.exit_code) ? ' Exit code ' + over.exit_code + '.' : '';
      return (over.interrupted ? 'Interrupted: all that ran is judged.' : 'All done.') + code;
    }

    function list_done() {
      const all = [...runs].sort((a, b) => a[0] - b[0]);
      const of = Math.max(0, ...all.map(([, run]) => run.begin.of || 1));
      done.hidden = of < 2;
      done.replaceChildren(el('span.note', Page.count(all.filter(([, r]) => r.end).length) +
        ' of ' + Page.plural(of, 'scenario') + ' done'), ...all.map(([index, run]) =>
        el('button', {type: 'button', 'aria-pressed': String(index === shown), onclick: () => {
          pinned = index !== current;
          show(index);
        }}, run.end ? Page.verdict(run.end.verdict) : el('span.running', 'running'), ' ',
        run.begin.scenario)));
    }

    function waiting() {
      Page.title('Live');
      Page.frame('Shakedown live', [], [controls, el('section', {id: 'verdict'},
        el('h1', 'Waiting for the run to begin'), el('p.note', 'The page fills as it goes on.'))]);
    }

    function show(index) {
      shown = index;
      Page.discardPlots();
      const run = runs.get(index);
      run.end ? show_end(run) : show_running(run);
      list_done();
      say_ending();
    }

    function show_running(run) {
      const b = run.begin;
      Page.title(b.scenario, 'runs');
      run.view = progress_view(b);
      run.time = Page.overTime(run.model);
      const facts = [Page.target(b), b.profile ? 'profile ' + b.profile : '', 'seed ' + b.seed,
        Page.seconds(b.duration_s) + ' of scenario time', (b.of || 1) > 1 ? 'scenario ' +
          (b.index + 1) + ' of ' + b.of : ''].filter(Boolean);
      Page.frame('Shakedown live', [['verdict', 'Progress'], ['time', 'Over time'],
        ['objectives', 'Objectives']], [controls,
        el('section', {id: 'verdict', 'aria-label': 'Progress'},
          Page.verdictHead('RUNNING', b.scenario, b.about, [
            el('p.real', Page.whatRan(b, true)),
            el('p.note', facts.join(' \u00b7 '))]), run.view.element),
        Page.section('time', 'Over time', run.time.element), judged_later(b)]);
      if (run.tick) run.view.update(run.tick);
      run.time.refresh();
    }

    function show_end(run) {
      const {content, draw} = Page.runContent(run.end.report);
      Page.title(run.end.verdict, run.begin.scenario);
      Page.frame('Shakedown live', Page.runLinks, [controls, content]);
      draw();
    }

    // Never more often than can be seen, and not at all while nobody looks.
    function draw_soon() {
      if (redraw) return;
      redraw = setTimeout(() => {
        redraw = 0;
        const run = runs.get(shown);
        if (document.hidden || !run || run.end || !run.time) return;
        const begun = performance.now();
        run.time.refresh(true);
        drawn_at = performance.now();
        pause = Math.max(kRedraw_ms, kShare * (drawn_at - begun));
      }, Math.max(0, pause - (performance.now() - drawn_at)));
    }

    function on_begin(b) {
      const index = b.index || 0;
      current = index;
      runs.set(index, {begin: b, model: model_of(b), tick: null, end: null});
      if (!pinned || shown === index) show(index); else list_done();
    }

    function on_tick(t) {
      const run = runs.get(current);
      if (!run || run.end) return;
      absorb(run.model, t);
      run.tick = t;
      if (shown !== current || !run.view) return;
      run.view.update(t);
      draw_soon();
    }

    function on_end(e) {
      const index = e.index ?? current ?? 0;
      const run = runs.get(index) || {begin: {index, of: 1, scenario: e.scenario}, model: null};
      runs.set(index, run);
      run.end = e;
      if (shown === index || shown === null || !pinned) show(index); else list_done();
    }

    function on_suite_end(e) {
      over = e;
      source.close();
      connection.hidden = true;
      say_ending();
    }

    const source = new EventSource('/events');
    const handlers = {begin: on_begin, tick: on_tick, end: on_end, suite_end: on_suite_end};
    for (const [name, handle] of Object.entries(handlers))
      source.addEventListener(name, (event) => handle(JSON.parse(event.data)));
    source.addEventListener('open', () => { connection.hidden = true; });
    source.addEventListener('error', () => {
      if (over !== null) return;
      connection.textContent = source.readyState === EventSource.CLOSED ?
        'The connection is lost and the server does not answer as it should. What is shown is ' +
        'what was told until now; the report is in the output folder of the run.' :
        'The connection is lost; trying again. What is shown is what was told until now.';
      connection.hidden = false;
    });
    document.addEventListener('visibilitychange', () => { if (!document.hidden) draw_soon(); });
    waiting();
  }

  Object.assign(Page, {showLive: show_live});
})();
