// The top of every page: the bar to go around, the verdict, and what it was that ran.
(() => {
  const {el, count, list} = Page;

  // Never "PASS" without what it was that passed.
  function what_ran(result, is_running = false) {
    const was = is_running ? 'is' : 'was';
    return result.mode === 'sim' ?
      'Simulated in virtual time; no real server ' + was + ' tested.' :
      'Live: real time' + (result.time_scale && result.time_scale !== 1 ? ' (at ' +
        Page.number(result.time_scale) + ' times its speed)' : '') + ', real sockets. ' +
      (result.sut === 'external' ? 'The target ' + was +
        ' not ours: the verdict is about it.' : 'The bundled agent core ' + was +
        ' tested, against fake backends.');
  }

  const kTargets = Page.lookup({linked: 'bundled core, linked in',
    process: 'bundled core, as a process', external: 'external target'});

  function target(result) {
    return kTargets[result.sut] || 'target ' + result.sut;
  }

  function nav(links) {
    const items = links.filter((each) => each && document.getElementById(each[0]));
    const anchors = items.map(([id, text]) => el('a', {href: '#' + id}, text));
    const list_element = el('nav', {'aria-label': 'Parts of this page'}, anchors);
    if ('IntersectionObserver' in window) {
      const seen = new Set();
      const observer = new IntersectionObserver((entries) => {
        for (const {target: {id}, isIntersecting: is_seen} of entries)
          is_seen ? seen.add(id) : seen.delete(id);
        const now = items.findIndex(([id]) => seen.has(id));
        anchors.forEach((a, i) => i === now ? a.setAttribute('aria-current', 'true') :
          a.removeAttribute('aria-current'));
      }, {rootMargin: '-60px 0px -60% 0px'});
      items.forEach(([id]) => observer.observe(document.getElementById(id)));
    }
    return list_element;
  }

  // The whole page: bar, then content. `links` are [id, text] of sections that may be there.
  function frame(name, links, content) {
    const main = el('main', {id: 'main', tabindex: '-1'}, content);
    const bar = el('div.bar', el('span.brand', name), el('span.nav-place'), Page.theme.button());
    document.getElementById('app').replaceChildren(el('header.top', bar), main);
    bar.querySelector('.nav-place').replaceWith(nav(links));
    return main;
  }

  const kMeaning = Page.lookup({PASS: 'what was asked of it held',
    FAIL: 'what was asked of it did not hold', INCONCLUSIVE: 'too little was seen to tell',
    INVALID: 'says nothing about the target', RUNNING: 'not judged yet'});

  function verdict_head(word, title, about, facts, meaning = kMeaning[word]) {
    return el('div.head.tone-' + String(word).toLowerCase().replace(/[^a-z]/g, ''),
      el('div.head-verdict', Page.verdict(word, '.large'),
        meaning ? el('p.note', meaning) : null),
      el('div.head-text', el('h1', title), about ? el('p.about', about) : null, facts));
  }

  const banner = (text) => el('p.banner', el('span', {'aria-hidden': 'true'}, '! '), text);

  function reasons(all, title = 'Why') {
    const some = list(all);
    if (some.length === 0) return null;
    return el('div.reasons', el('h2', title), el('ul', some.map((text) => el('li', text))));
  }

  function run_head(run) {
    const r = run.result;
    const facts = [target(r), r.profile ? 'profile ' + r.profile : '', 'seed ' + r.seed,
      Page.seconds(r.duration_s) + ' of scenario time',
      run.environment && run.environment.version ? 'Shakedown ' + run.environment.version : '']
      .filter(Boolean);
    return [verdict_head(r.verdict, r.scenario, r.about,
      [el('p.real', what_ran(r)), el('p.note', facts.join(' \u00b7 '))]),
    r.interrupted ? banner('Interrupted: this is what was measured until then.') : null,
    r.stopped_early ? banner('Stopped early: ' + r.stopped_early) : null,
    r.segment ? banner('Segment ' + r.segment + ' only: this is not the verdict of the whole run.')
      : null,
    list(r.validity).filter((v) => v.holds && v.warning).map((v) => banner(v.detail)),
    reasons(r.reasons), r.verdict === 'PASS' && list(r.reasons).length === 0 ?
      el('p.all-held', 'Every objective and every invariant held, and the run was valid: ' +
        Page.plural(list(r.slos).length, 'objective') + ', ' +
        Page.plural(list(r.invariants).length, 'invariant') + ', ' +
        Page.plural(list(r.validity).length, 'rule') + ' of validity.') : null];
  }

  function tiles(rows) {
    return el('dl.tiles', rows.map(([name, value, note]) => el('div', el('dt', name),
      el('dd', value), note ? el('dd.note', note) : null)));
  }

  function run_tiles(result) {
    const q = result.requests || {};
    const response = (result.latency_ms || {}).response || {};
    const failed = (q.error || 0) + (q.timeout || 0);
    const fired = list(result.faults).reduce((sum, f) => sum + (f.fired || 0), 0);
    const ms = (key) => response.count > 0 ? Page.duration(response[key]) : '-';
    return tiles([
      ['requests sent', count(q.sent), 'of ' + count(q.planned) + ' planned'],
      ['answered', count(q.ok), q.sent > 0 ? Page.share(q.ok / q.sent) + ' of sent' : ''],
      ['failed', count(failed), Page.known(result.error_rate) ?
        Page.share(result.error_rate) + ' error rate' : ''],
      ['p50', ms('p50'), 'response'], ['p95', ms('p95'), 'response'],
      ['p99', ms('p99'), 'response'], ['max', ms('max'), 'response'],
      ['faults fired', count(fired), Page.plural(list(result.faults).length, 'fault')]]);
  }

  Object.assign(Page, {frame, verdictHead: verdict_head, banner, reasons, runHead: run_head,
    runTiles: run_tiles, tiles, whatRan: what_ran, target});
})();
