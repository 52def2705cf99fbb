// The page of all runs of one command: a matrix of scenarios and profiles, and a table to search.
(() => {
  const {el, list} = Page;
  const kVerdicts = ['PASS', 'FAIL', 'INCONCLUSIVE', 'INVALID'];
  const kWorst = Page.lookup({FAIL: 0, INVALID: 1, INCONCLUSIVE: 2, PASS: 3});

  const column_of = (run) => run.profile || (run.sut === 'external' ? 'target' : run.sut || '-');
  const rank = (run) => kWorst[run.verdict] ?? 4;

  function counts(runs) {
    return Page.tiles([['runs', Page.count(runs.length), ''], ...kVerdicts.map((verdict) => [
      Page.verdict(verdict), Page.count(runs.filter((r) => r.verdict === verdict).length),
      ''])]);
  }

  function what_ran(runs) {
    const sim = runs.filter((r) => r.mode === 'sim').length;
    if (sim === runs.length)
      return 'All simulated in virtual time; no real server was tested.';
    if (sim === 0) return 'All live, over real sockets.';
    return Page.count(sim) + ' simulated in virtual time (no real server tested), ' +
      Page.count(runs.length - sim) + ' live.';
  }

  function matrix(runs) {
    const columns = [...new Set(runs.map(column_of))];
    const scenarios = [...new Set(runs.map((r) => r.scenario))];
    const cell = (scenario, column) => {
      const some = runs.filter((r) => r.scenario === scenario && column_of(r) === column);
      if (some.length === 0) return el('span.note', {title: 'not run'}, '\u2013');
      return some.slice(0, 6).map((r) => [linked(r, Page.verdict(r.verdict)), ' ']);
    };
    return Page.table('Scenarios and profiles', [{head: 'scenario'},
      ...columns.map((c) => ({head: c}))], scenarios.map((scenario) => [scenario,
      ...columns.map((column) => cell(scenario, column))]), {className: 'matrix'});
  }

  function linked(run, content) {
    return run.href ? Page.link(run.href, content) : content;
  }

  const failed_of = (run) => Object.values(run.invariants || {}).length === 0 ? '-' :
    ((run.invariants.FAIL || 0) > 0 ? el('strong.some-bad', run.invariants.FAIL + ' broken') :
      (run.invariants.PASS || 0) + ' hold');

  function slos_of(run) {
    const all = run.slos || {};
    const total = kVerdicts.reduce((sum, v) => sum + (all[v] || 0), 0);
    if (total === 0) return '-';
    const text = (all.PASS || 0) + ' of ' + total;
    return all.PASS === total ? text : el('strong.some-bad', text);
  }

  const kColumns = [
    {head: 'scenario', key: (r) => r.scenario, cell: (r) => [linked(r, r.scenario),
      r.interrupted ? el('small', 'interrupted') : null]},
    {head: 'profile', key: column_of, cell: column_of},
    {head: 'verdict', key: rank, cell: (r) => Page.verdict(r.verdict)},
    {head: 'mode', key: (r) => r.mode, cell: (r) => r.mode},
    {head: 'objectives met', key: (r) => (r.slos || {}).PASS || 0, cell: slos_of, num: true},
    {head: 'invariants', key: (r) => -((r.invariants || {}).FAIL || 0), cell: failed_of,
      num: true},
    {head: 'requests', key: (r) => r.requests, cell: (r) => Page.count(r.requests), num: true},
    {head: 'failed', key: (r) => r.error_rate, cell: (r) => Page.share(r.error_rate), num: true},
    {head: 'p95', key: (r) => r.p95_ms, cell: (r) => Page.duration(r.p95_ms), num: true},
    {head: 'faults fired', key: (r) => r.faults_fired, cell: (r) => Page.count(r.faults_fired),
      num: true},
    {head: 'took', key: (r) => r.duration_s, cell: (r) => Page.seconds(r.duration_s), num: true},
  ];

  function compared(a, b) {
    if (typeof a === 'string' || typeof b === 'string')
      return String(a).localeCompare(String(b), 'en', {numeric: true});
    return (Page.known(a) ? a : -Infinity) - (Page.known(b) ? b : -Infinity);
  }

  function runs_table(runs) {
    const state = {text: '', verdicts: new Set(kVerdicts), sort: 2, up: true};
    const said = el('p.note', {role: 'status'});
    const body = el('tbody');
    const heads = kColumns.map((column, i) => el('th' + (column.num ? '.num' : ''),
      {scope: 'col'}, el('button.sort', {type: 'button', onclick: () => {
        state.up = state.sort === i ? !state.up : true;
        state.sort = i;
        draw();
      }}, column.head)));

    function row(run) {
      const cells = kColumns.map((column, i) => el((i === 0 ? 'th' : 'td') +
        (column.num ? '.num' : ''), {scope: i === 0 ? 'row' : null, 'data-label': column.head},
      column.cell(run)));
      const reasons = list(run.reasons);
      const rows = [el('tr', cells)];
      if (reasons.length > 0)
        rows.push(el('tr.why', el('td', {colspan: kColumns.length}, reasons[0],
          reasons.length > 1 ? el('span.note', ' and ' +
            Page.plural(reasons.length - 1, 'reason') + ' more') : null)));
      return rows;
    }

    function draw() {
      const text = state.text.toLowerCase();
      const some = runs.filter((r) => (state.verdicts.has(r.verdict) ||
        !kVerdicts.includes(r.verdict)) && [r.scenario, column_of(r), r.mode, r.about,
        ...list(r.reasons)].join(' ').toLowerCase().includes(text));
      const key = kColumns[state.sort].key;
      some.sort((a, b) => (state.up ? 1 : -1) * compared(key(a), key(b)) ||
        compared(a.scenario, b.scenario));
      heads.forEach((head, i) => head.setAttribute('aria-sort',
        i !== state.sort ? 'none' : state.up ? 'ascending' : 'descending'));
      body.replaceChildren(...some.flatMap(row));
      said.textContent = some.length === runs.length ? Page.plural(runs.length, 'run') :
        Page.count(some.length) + ' of ' + Page.plural(runs.length, 'run');
    }

    // Narrow screens have no heads to press.
    const order = Page.select('Sort by', kColumns.map((column, i) => [String(i), column.head]),
      String(state.sort), (value) => {
        state.sort = Number(value);
        draw();
      });
    order.classList.add('narrow');
    const search = el('input', {type: 'search', oninput: () => {
      state.text = search.value;
      draw();
    }});
    const boxes = kVerdicts.filter((v) => runs.some((r) => r.verdict === v)).map((verdict) => {
      const box = el('input', {type: 'checkbox', checked: true, onchange: () => {
        box.checked ? state.verdicts.add(verdict) : state.verdicts.delete(verdict);
        draw();
      }});
      return el('label.control', box, Page.verdict(verdict));
    });
    draw();
    return [el('div.controls', el('label.control', el('span', 'Only with'), search), order, boxes,
      said),
      el('div.scroll.fold', {tabindex: '0', role: 'region', 'aria-label': 'Runs'},
        el('table.runs', el('caption.hidden', 'Runs'), el('thead', el('tr', heads)), body))];
  }

  function reproduce(runs) {
    return runs.filter((r) => r.verdict !== 'PASS' && r.reproduce).slice(0, 50).map((r) =>
      [el('h3', r.scenario + ' (' + column_of(r) + ') ', Page.verdict(r.verdict)),
        Page.command(r.reproduce)]);
  }

  function show_suite(suite) {
    const runs = list(suite.runs);
    const worst = runs.length > 0 ? [...runs].sort((a, b) => rank(a) - rank(b))[0].verdict : '-';
    Page.title(worst, suite.title);
    const bad = reproduce(runs);
    const interrupted = runs.filter((r) => r.interrupted).length;
    Page.frame('Shakedown', [['verdict', 'Verdict'], ['runs', 'Runs'], ['matrix', 'Matrix'],
      ['reproduce', 'Reproduce']], [
      el('section', {id: 'verdict', 'aria-label': 'Verdict'},
        Page.verdictHead(worst, suite.title, runs.length > 0 ? 'The worst verdict of ' +
          Page.plural(runs.length, 'run') + '.' : 'No run is here, so nothing passed.',
        [el('p.real', runs.length > 0 ? what_ran(runs) : ''),
          el('p.note', 'Shakedown ' + (suite.version || ''))], ''),
        interrupted > 0 ? Page.banner(Page.plural(interrupted, 'run') + ' of these ' +
          (interrupted === 1 ? 'was' : 'were') + ' interrupted.') : null, counts(runs)),
      Page.section('runs', 'Runs', runs.length > 0 ? runs_table(runs) :
        Page.empty('No scenario was run.')),
      runs.length > 0 ? Page.section('matrix', 'Scenario by profile', matrix(runs)) : null,
      bad.length > 0 ? Page.section('reproduce', 'Reproduce what did not pass', bad) : null]);
  }

  Object.assign(Page, {showSuite: show_suite});
})();
