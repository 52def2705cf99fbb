// Plain tables of a run: latencies, breakdowns, faults, rules of validity, environment and
// configuration.
(() => {
  const {el, count, duration, entries, list} = Page;
  const kPercentiles = [['p50', 'p50'], ['p90', 'p90'], ['p95', 'p95'], ['p99', 'p99'],
    ['p999', 'p99.9']];
  const kWhat = Page.lookup({
    response: 'planned instant to last byte', service: 'first byte sent to last byte',
    lateness: 'planned instant to first byte sent: how late the generator was',
    ttft: 'time to the first token of streams', stall: 'longest gap within a stream',
    inter_token: 'gap between tokens', agent_added: 'what the agent added to its backends',
    queue_wait: 'time in the queue of the agent', status: 'looks at jobs'});
  const kWhyNone = Page.lookup({
    ttft: 'no stream was asked for: no TTFT', stall: 'no stream: no stalls',
    inter_token: 'no stream: no tokens between which to measure',
    queue_wait: 'no request told how long it waited in a queue',
    status: 'no job was looked at', agent_added: 'the fakes saw no call to compare with'});

  function latency_row(name, title, summary) {
    const cell = (key) => [duration(summary[key]), key + '_low' in summary ?
      el('small', Page.bounds(summary[key + '_low'], summary[key + '_high'])) : null];
    return [title ? el('span', {title}, name) : name, count(summary.count),
      ...kPercentiles.map(([key]) => cell(key)), duration(summary.max), duration(summary.mean)];
  }

  function latencies(result) {
    const all = result.latency_ms || {};
    const rows = [], none = [];
    for (const [name, summary] of entries(all)) {
      if (!summary || !summary.count) {
        none.push(kWhyNone[name] || Page.spaced(name) + ': nothing was measured');
        continue;
      }
      rows.push(latency_row(Page.spaced(name), kWhat[name], summary));
      const ok = (((result.by || {}).outcome || {}).ok || {}).latency_ms || {};
      if (name === 'response' && ok.response && ok.response.count &&
          ok.response.count !== summary.count)
        rows.push(latency_row('\u2003of ok', 'of the requests that were answered', ok.response));
    }
    if (rows.length === 0) return Page.empty('No request was sent, so there is no latency.');
    const columns = [{head: 'latency'}, {head: 'requests', num: true},
      ...kPercentiles.map(([, head]) => ({head, num: true})), {head: 'max', num: true},
      {head: 'mean', num: true}];
    return [Page.table('Latencies with 95% intervals', columns, rows),
      el('p.note', 'Small: the 95% interval of each percentile. ' +
        (none.length > 0 ? 'Not here: ' + none.join('; ') + '.' : ''))];
  }

  function breakdown(caption, first, rows) {
    const some = entries(rows).filter(([, row]) => row && row.requests &&
      (row.requests.planned > 0 || row.requests.sent > 0));
    if (some.length === 0) return Page.empty('Nothing was planned here.');
    const of = (row, key) => (row.latency_ms && row.latency_ms.response || {})[key];
    const optional = ['timeout', 'cancelled', 'dropped', 'in_flight_at_end'].filter((key) =>
      some.some(([, row]) => row.requests[key] > 0));
    const columns = [{head: first}, {head: 'sent', num: true}, {head: 'ok', num: true},
      {head: 'error', num: true}, ...optional.map((key) => ({head: Page.spaced(key).replace(
        ' at end', ''), num: true})), {head: 'p50', num: true}, {head: 'p90', num: true},
      {head: 'p95', num: true}, {head: 'p99', num: true}, {head: 'max', num: true}];
    return Page.table(caption, columns, some.map(([name, row]) => {
      const has = of(row, 'count') > 0;
      const ms = (key) => has ? duration(of(row, key)) : '-';
      return [Page.spaced(name), count(row.requests.sent), count(row.requests.ok),
        el('span' + (row.requests.error > 0 ? '.some-bad' : ''), count(row.requests.error)),
        ...optional.map((key) => count(row.requests[key])),
        ms('p50'), ms('p90'), ms('p95'), ms('p99'), ms('max')];
    }));
  }

  function breakdowns(result) {
    const by = result.by || {};
    return [el('h3', 'By phase'), breakdown('By phase', 'phase', by.phase),
      el('h3', 'By class'), breakdown('By class', 'class', by.class),
      el('h3', 'By outcome'), breakdown('By outcome', 'outcome', by.outcome)];
  }

  function conservation(result) {
    const r = result.requests || {};
    const failures = entries(result.failures)
      .map(([kind, n]) => Page.spaced(kind) + ' ' + count(n));
    return el('p.note', 'planned ' + count(r.planned) + ' = sent ' + count(r.sent) + ' + dropped ' +
      count(r.dropped) + '; sent = ok ' + count(r.ok) + ' + error ' + count(r.error) +
      ' + timeout ' + count(r.timeout) + ' + cancelled ' + count(r.cancelled) + ' + in flight ' +
      count(r.in_flight_at_end) + '. ' +
      (failures.length > 0 ? 'Failures: ' + failures.join(', ') + '.' : 'No failures.'));
  }

  function faults(result) {
    const all = list(result.faults);
    if (all.length === 0)
      return Page.empty('This scenario injects no faults: what stresses the agent is the load.');
    const columns = [{head: 'fault'}, {head: 'kind'}, {head: 'on'}, {head: 'window'},
      {head: 'fired', num: true}];
    return Page.table('Faults', columns, all.map((f) => [f.id, f.kind, f.on,
      Page.seconds(list(f.window_s)[0]) + ' \u2013 ' + Page.seconds(list(f.window_s)[1]),
      f.fired > 0 ? count(f.fired) : el('strong.some-bad', 'never')]));
  }

  function validity(result) {
    const all = list(result.validity);
    if (all.length === 0) return Page.empty('No rule of validity was looked at.');
    const state = (rule) => !rule.holds ? el('strong.some-bad', '\u2717 broken') :
      rule.warning ? el('strong.some-warn', '! holds, but') : el('span', '\u2713 holds');
    const rank = (rule) => !rule.holds ? 0 : rule.warning ? 1 : 2;
    const rows = [...all].sort((a, b) => rank(a) - rank(b)).map((rule) =>
      [Page.spaced(rule.name), state(rule), rule.detail]);
    return Page.table('Rules of validity', [{head: 'rule'}, {head: 'state'},
      {head: 'detail', class: 'wide'}], rows, {fold: true});
  }

  function environment(e) {
    if (!e || Object.keys(e).length === 0) return Page.empty('Nothing was kept of where it ran.');
    const words = Page.lookup({
      version: 'Shakedown', compiler: 'compiler', build_type: 'build', host: 'host',
      system: 'system', cpu: 'processor', cores: 'cores', started: 'started',
      wall_s: 'took', cpu_user_s: 'CPU, user', cpu_system_s: 'CPU, system',
      rss_max_bytes: 'memory, most', command_line: 'command line'});
    const shown = (key, value) => key.endsWith('_s') ? Page.seconds(value) :
      key.endsWith('_bytes') ? Page.bytes(value) : Array.isArray(value) ? value.join(' ') : value;
    return el('dl.facts', entries(e).filter(([key]) => key in words)
      .map(([key, value]) => [el('dt', words[key]), el('dd', shown(key, value))]));
  }

  function configuration(result) {
    const rows = entries(result.configuration);
    if (rows.length === 0) return null;
    return Page.details('Configuration: ' + Page.plural(rows.length, 'value') + ', fingerprint ' +
      result.fingerprint, Page.table('Configuration', [{head: 'path'}, {head: 'value',
      class: 'wide'}], rows.map(([path, value]) => [el('code', path), el('code', value)]),
    {className: 'code'}));
  }

  function files(names) {
    const all = list(names);
    if (all.length === 0) return null;
    return el('ul.files', all.map((name) => el('li', Page.link(name))));
  }

  Object.assign(Page, {latencies, breakdowns, conservation, faults, validity, environment,
    configuration, files});
})();
