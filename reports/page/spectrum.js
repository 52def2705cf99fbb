// The percentile spectrum: latency against 1/(1 - q) on a logarithmic axis, so that 99.9 % has as
// much room as 90 %. The steps are those of the histogram.
(() => {
  const {el, known} = Page;
  const kNames = Page.lookup({
    response: ['--p50', null, 'response'], service: ['--p95', [7, 3], 'service'],
    ttft: ['--p99', [3, 2], 'TTFT'], lateness: ['--max', [2, 2], 'lateness']});

  // [percentile, value, total] -> points; 100 % lies at the number of requests.
  function points_of(steps, floor) {
    const rows = Page.list(steps).filter((s) => known(s[0]) && known(s[1]));
    const total = rows.reduce((most, s) => Math.max(most, known(s[2]) ? s[2] : 0), 2);
    return rows.map(([percentile, value]) => {
      const x = percentile >= 100 ? total : 1 / (1 - percentile / 100);
      return {x: Math.min(Math.max(x, 1), total), y: Math.max(value, floor)};
    });
  }

  const kTicks = [1, 10, 100, 1000, 1e4, 1e5, 1e6, 1e7, 2, 20, 200, 4];  // the dearest first
  const kTickRoom_px = 46;

  function percent(x) {
    const q = 100 * (1 - 1 / x);
    const digits = x < 1000 ? 2 : Math.ceil(Math.log10(x)) - 2;
    return Number(q.toFixed(digits)) + '%';
  }

  function ticks(max, width) {
    const at = (value) => width * Math.log10(value) / Math.log10(max);
    const kept = [];
    for (const value of kTicks)
      if (value <= max && kept.every((each) => Math.abs(at(each) - at(value)) >= kTickRoom_px))
        kept.push(value);
    return kept.sort((a, b) => a - b).map((value) => ({value}));
  }

  // lines: [{label, color, dash, steps}]
  function spectrum(lines, title = 'Percentile spectrum') {
    const state = {log: true};
    const floor = 0.001;  // of the histograms: a zero lies there on a logarithmic axis
    const all = () => lines.map((line) => ({...line, points: points_of(line.steps,
      state.log ? floor : 0)}));
    const largest = () => Math.max(10, ...all().flatMap((line) => line.points.map((p) => p.x)));
    function value_at(points, x) {
      const next = points.find((p) => p.x >= x);
      return next ? Page.duration(next.y) : '-';
    }
    const plot = Page.plot({
      title, note: 'latency that this share of requests did not exceed', height: 280,
      x: {kind: 'log', max: largest, ticks, format: percent, title: 'percentile'},
      y: {format: Page.duration, log: () => state.log, from: 1.03}, empty: 'No request was sent.',
      summary: 'Line chart of latency by percentile',
      series: () => all().map((line) => ({...line, at: (x) => value_at(line.points, x)})),
    });
    const toggle = Page.toggle('Axis', [['log', 'log'], ['linear', 'linear']], 'log', (value) => {
      state.log = value === 'log';
      plot.refresh();
    });
    const reading = el('span.note');
    plot.element.addEventListener('pointermove', (event) => {
      const chart = plot.chart();
      if (!chart || event.target !== chart.canvas) return;
      const x = chart.scales.x.getValueForPixel(event.offsetX);
      if (!(x >= 1)) return;
      reading.textContent = 'at ' + percent(x);
      plot.read(x);
    });
    plot.element.addEventListener('pointerleave', () => {
      reading.textContent = '';
      plot.read(null);
    });
    const element = el('div', el('div.controls', toggle, reading), plot.element);
    return {element, refresh: plot.refresh};
  }

  function lines_of(run) {
    return Object.keys(kNames).filter((name) => Page.list((run.spectrum || {})[name]).length > 0)
      .map((name) => ({label: kNames[name][2], color: kNames[name][0], dash: kNames[name][1],
        steps: run.spectrum[name]}));
  }

  Object.assign(Page, {spectrum, spectrumLines: lines_of});
})();
