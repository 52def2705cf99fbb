// Data of pages, made here so that every part of a page has something to show: three phases, two
// faults, two classes, a broken invariant. The numbers are a pure function of their place.

const verdicts = { PASS: 0, FAIL: 0, INCONCLUSIVE: 0, INVALID: 0 };
const wave = (i, period, low, high) =>
  Math.round((low + (high - low) * (0.5 + 0.5 * Math.sin(i * 6.283 / period))) * 1000) / 1000;
const range = (n, value) => Array.from({ length: n }, (_, i) => value(i));

function latency(count, ms) {
  if (count === 0)
    return { p50: 0, p90: 0, p95: 0, p99: 0, p999: 0, max: 0, mean: 0, count: 0 };
  return {
    p50: ms, p90: ms * 2, p95: ms * 3, p99: ms * 8, p999: ms * 20, max: ms * 30, mean: ms * 1.4,
    count, p50_low: ms * 0.9, p50_high: ms * 1.1, p90_low: ms * 1.8, p90_high: ms * 2.3,
    p95_low: ms * 2.7, p95_high: ms * 3.4, p99_low: ms * 6, p99_high: null,
    p999_low: ms * 12, p999_high: null,
  };
}

function requests(planned, error, extra = {}) {
  return { planned, sent: planned, dropped: 0, ok: planned - error, error, timeout: 0,
    cancelled: 0, in_flight_at_end: 0, ...extra };
}

function breakdown(planned, error, ms) {
  return { requests: requests(planned, error),
    latency_ms: { response: latency(planned, ms), service: latency(planned, ms * 0.9) } };
}

function percentiles(n, ms) {
  return {
    count: range(n, (i) => 100 + i % 40), p50: range(n, (i) => wave(i, 50, ms, ms * 1.3)),
    p95: range(n, (i) => wave(i, 40, ms * 3, ms * 4)),
    p99: range(n, (i) => wave(i, 30, ms * 6, ms * 9)),
    max: range(n, (i) => i % 7 === 3 ? null : wave(i, 20, ms * 10, ms * 30)),
  };
}

export function series(n, ms = 200) {
  return {
    interval_s: 1, n,
    by_outcome: { ok: range(n, (i) => 90 + i % 9), error: range(n, (i) => i > n / 4 ? i % 5 : 0),
      timeout: range(n, (i) => i % 11 === 0 ? 1 : 0) },
    failures: { http_status: range(n, (i) => i % 3), refused: range(n, (i) => i % 2) },
    in_flight: range(n, (i) => 20 + i % 13), response: percentiles(n, ms),
    classes: { chat: percentiles(n, ms), batch: percentiles(n, ms * 4) },
  };
}

export function lanes(n) {
  return {
    providers: [{ name: 'primary', ok: range(n, (i) => i % 50), failed: range(n, (i) => i % 4) },
      { name: 'spare', ok: range(n, (i) => i % 20), failed: range(n, () => 0) }],
    states: [
      { lane: 'breaker', name: 'primary',
        changes: [[0, 'closed'], [n * 0.25, 'open'], [n * 0.5, 'half_open'],
          [n * 0.55, 'closed']] },
      { lane: 'agent', name: 'agent', changes: [[0, 'up'], [n * 0.7, 'down'], [n * 0.72, 'up']] }],
    gauges: [{ lane: 'queue', name: 'waiting', values: range(n, (i) => i % 31) },
      { lane: 'memory', name: 'resident', values: range(n, (i) => i < 3 ? null : 4e7 + i * 1e4) }],
  };
}

function spectrum(total, ms) {
  const rows = [0, 10, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.9, 99.95].map((p) =>
    [p, ms * (1 + p / 100 + (p > 90 ? (p - 90) / 2 : 0)), Math.ceil(total * p / 100)]);
  return [...rows, [100, ms * 9, total]];
}

export function run({ n = 300, ms = 200, scenario = 'sample', verdict = 'FAIL' } = {}) {
  const third = n / 3, total = n * 100;
  const violations = range(6, (i) => ({ at_s: third + i, who: `u${i}.s1.t${i}`,
    what: i < 4 ? 'the error says nothing of what to do next' : 'another sentence altogether' }));
  return {
    kind: 'run',
    result: {
      schema: 'shakedown/result/1', scenario, about: 'What it is about, in a sentence.', seed: 7,
      mode: 'sim', sut: 'linked', profile: 'hardened', time_scale: 1, verdict,
      reasons: verdict === 'PASS' ? [] : ['invariant honest_errors: 425 violations'],
      interrupted: false, digest: '0123456789abcdef', duration_s: n,
      requests: requests(total, 240), failures: { http_status: 200, refused: 40 },
      error_rate: 240 / total,
      latency_ms: { response: latency(total, ms), service: latency(total, ms * 0.9),
        lateness: latency(total, 0), ttft: latency(0, 0) },
      by: {
        phase: { before: breakdown(total / 3, 0, ms), outage: breakdown(total / 3, 240, ms * 2),
          after: breakdown(total / 3, 0, ms) },
        class: { chat: breakdown(total / 2, 200, ms), batch: breakdown(total / 2, 40, ms * 4) },
        outcome: { ok: breakdown(total - 240, 0, ms), error: breakdown(240, 240, ms) },
      },
      slos: [
        { expr: 'response.p95 < 500ms', value: ms * 3, unit: 'ms', bound: 500, n: total,
          exceedances: 2000, undetermined: 0, ci: [ms * 2.7, ms * 3.4], margin: 1 - ms * 3 / 500,
          better: 'lower', rule: 'fixed', design_effect: 3, n_effective: total / 3, verdict,
          why: '2,000 took longer' },
        { expr: 'error_rate{class:chat,phase:outage} < 5%', value: 0.008, unit: 'ratio',
          bound: 0.05, n: total, exceedances: 240, undetermined: 0, ci: [0.007, 0.009],
          margin: 0.84, better: 'lower', rule: 'fixed', design_effect: 1, n_effective: total,
          verdict: 'PASS', why: '240 failed' }],
      invariants: [
        { name: 'terminal_once', verdict: 'PASS', checked: total, violation_count: 0,
          violations: [] },
        { name: 'honest_errors', verdict: verdict === 'PASS' ? 'PASS' : 'FAIL', checked: 425,
          violation_count: verdict === 'PASS' ? 0 : 425,
          violations: verdict === 'PASS' ? [] : violations }],
      faults: [
        { id: 'down', kind: 'refuse', on: 'backends.primary', window_s: [third, 2 * third],
          fired: 2507 },
        { id: 'slow', kind: 'delay', on: 'backends.spare', window_s: [third * 1.5, third * 2.2],
          fired: 0 }],
      validity: [{ name: 'something_sent', holds: true, detail: 'all were sent' },
        { name: 'faults_fired', holds: false, detail: 'never fired: slow' }],
      phases: [{ name: 'before', begin_s: 0, end_s: third },
        { name: 'outage', begin_s: third, end_s: 2 * third },
        { name: 'after', begin_s: 2 * third, end_s: n }],
      reproduce: `shakedown run scenarios/${scenario}.yaml --mode sim --seed 7`,
      fingerprint: 'fedcba9876543210',
      configuration: { 'load.chat.users': '20', 'slo.0': 'response.p95 < 500ms' },
    },
    environment: { schema: 'shakedown/environment/1', version: '0.1.0', compiler: 'g++ 12.2.0',
      host: 'box', cores: 2, command_line: ['shakedown', 'run'], wall_s: 0.5, rss_max_bytes: 2e7 },
    phases: [{ name: 'before', begin_s: 0, end_s: third },
      { name: 'outage', begin_s: third, end_s: 2 * third },
      { name: 'after', begin_s: 2 * third, end_s: n }],
    series: series(n, ms), lanes: lanes(n),
    spectrum: { response: spectrum(total, ms), service: spectrum(total, ms * 0.9) },
    events: [{ at_s: third, kind: 'fault_fired', on: 'backends.primary',
      detail: 'down (refuse) struck attempt 1 of turn u0.s1.t0' },
    { at_s: n * 0.7, kind: 'agent_killed', on: 'agent', detail: 'signal 9' }],
    events_left_out: 2506, files: ['result.json', 'events.jsonl', 'latency.hlog'],
  };
}

// A run in which nothing was sent.
export function empty_run() {
  const data = run({ verdict: 'INVALID' });
  const none = requests(0, 0);
  const { result } = data;
  Object.assign(result, { requests: none, error_rate: null, failures: {}, slos: [], faults: [],
    invariants: [], interrupted: true, stopped_early: 'at 3s: the target does not answer',
    latency_ms: { response: latency(0, 0), ttft: latency(0, 0) },
    by: { phase: {}, class: {}, outcome: {} }, configuration: {} });
  return { ...data, series: { interval_s: 1, n: 0 }, lanes: {}, spectrum: {}, events: [],
    events_left_out: 0, files: [] };
}

export function suite() {
  const row = (scenario, profile, verdict, i) => ({
    scenario, profile, mode: 'sim', sut: 'linked', seed: 7, verdict,
    reasons: verdict === 'PASS' ? [] : [`objective of ${scenario}: too slow`],
    about: `about ${scenario}`, duration_s: 300, requests: 1000 + i, failed: i,
    error_rate: i / 1000, p95_ms: 100 + i, interrupted: false,
    slos: { ...verdicts, [verdict]: 2 }, invariants: { ...verdicts, PASS: 3 }, faults_fired: i,
    href: `${profile}/${scenario}/report.html`, reproduce: `shakedown run ${scenario}.yaml` });
  return { kind: 'suite', title: 'shakedown-out', version: '0.1.0', runs: [
    row('alpha', 'hardened', 'PASS', 1), row('alpha', 'legacy', 'FAIL', 2),
    row('beta', 'hardened', 'PASS', 3), row('beta', 'legacy', 'INCONCLUSIVE', 4),
    { ...row('gamma', '', 'INVALID', 5), sut: 'external', mode: 'live' }] };
}

export function compare() {
  const metric = (name, unit, verdict, worse) => ({ name, unit, direction: 'less is better',
    base: 100, candidate: 100 * worse, times_worse: worse, interval: [worse - 0.1, worse + 0.1],
    verdict, why: `${worse} times worse` });
  const pair = (scenario, verdict) => ({
    comparison: { scenario, mode: 'sim', method: 'exact', base_runs: 1, candidate_runs: 1, verdict,
      notes: ['profile legacy against profile hardened'],
      metrics: [metric('response.p95', 'ms', verdict, verdict === 'FAIL' ? 1.5 : 1),
        metric('response.p99', 'ms', 'PASS', 1)],
      compared_requests: 1640, changed_requests: 1130,
      worst: [{ turn: 'u28.s11.t0', before: 'ok 5.58s', after: 'error 50us' }] },
    base: run({ scenario, ms: 150, verdict: 'PASS' }), candidate: run({ scenario, ms: 260 }) });
  return { kind: 'compare', base_name: 'main/', candidate_name: 'candidate/', delta: 0.1,
    verdict: 'FAIL', pairs: [pair('alpha', 'PASS'), pair('beta', 'FAIL'),
      { ...pair('gamma', 'PASS'), base: null, candidate: null }] };
}
