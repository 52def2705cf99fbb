// One chart of lines or stacked areas on Chart.js: without animation, tooltips or a legend of its
// own, which here is a row of buttons that also tells the values under the crosshair.
(() => {
  const {el} = Page;
  const kLeft = 64, kRight = 14;  // beside every chart area, so that charts line up (page.css too)
  const living = new Set();

  // Fault windows behind the lines, phase borders as dashed lines.
  const marks = {
    id: 'marks',
    beforeDatasetsDraw(chart) {
      const {bands = [], borders = []} = chart.options.plugins.marks || {};
      const {left, right, top, bottom} = chart.chartArea;
      const x = chart.scales.x, context = chart.ctx;
      const at = (value) => Math.min(right, Math.max(left, x.getPixelForValue(value)));
      context.save();
      for (const [begin, end] of bands) {
        if (end < x.min || begin > x.max) continue;
        const width = at(end) - at(begin);
        context.fillStyle = Page.theme.color(width < 3 ? '--band-line' : '--band');
        context.fillRect(at(begin), top, Math.max(2, width), bottom - top);
      }
      context.strokeStyle = Page.theme.color('--border-phase');
      context.setLineDash([3, 3]);
      for (const border of borders) {
        if (border <= x.min || border >= x.max) continue;
        context.beginPath();
        context.moveTo(Math.round(at(border)) + 0.5, top);
        context.lineTo(Math.round(at(border)) + 0.5, bottom);
        context.stroke();
      }
      context.restore();
    },
  };

  // Decades, with 2 and 5 between them when there are few.
  function log_ticks(min, max) {
    const decades = Math.log10(max / min);
    const steps = decades > 3 ? [1] : decades > 1.5 ? [1, 3] : [1, 2, 5];
    const ticks = [];
    for (let e = Math.floor(Math.log10(min)); e <= Math.ceil(Math.log10(max)); ++e)
      for (const step of steps) {
        const value = Number((step * 10 ** e).toPrecision(3));
        if (value >= min * 0.999 && value <= max * 1.001) ticks.push({value});
      }
    return ticks;
  }

  // A log axis begins at a round number below the smallest value; zeros lie on its floor.
  // What lies before `from` has no say in it.
  function log_range(series, from) {
    let low = Infinity, high = 0;
    for (const {points} of series)
      for (const {x, y} of points) {
        if (y > 0 && y < low && x >= from) low = y;
        if (y > high) high = y;
      }
    if (high === 0) return {min: 0.1, max: 10};
    const min = 10 ** Math.floor(Math.log10(low));
    return {min, max: Math.max(high * 1.2, min * 10)};
  }

  const kSteps = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60,
    120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400];

  function time_ticks(min, max, width) {
    const room = Math.max(2, Math.floor(width / 76));
    const step = kSteps.find((each) => (max - min) / each <= room) || (max - min) / room;
    const ticks = [];
    for (let i = Math.ceil(min / step - 1e-9); i * step <= max + 1e-9; ++i)
      ticks.push({value: Number((i * step).toPrecision(12))});
    return ticks;
  }

  // spec: {title, note, summary, height, x: {kind: 'time', range} or {kind: 'log', ticks, format,
  // title, max}, y: {format, log, title}, stacked, series() -> [{label, color, dash, width, step,
  // points, at(x) -> text}], bands, borders}
  function plot(spec) {
    const canvas = el('canvas', {role: 'img', 'aria-label': spec.summary || spec.title});
    const legend = el('div.legend');
    const body = el('div.plot-body', {style: {height: (spec.height || 200) + 'px'}}, canvas);
    const empty = el('p.empty.plot-empty', {hidden: true});
    const element = el('figure.plot', el('figcaption', el('h3', spec.title),
      spec.note ? el('span.note', spec.note) : null, legend), body, empty);
    const chosen = new Map();  // label -> hidden, as the reader wants it
    let shown = [];   // series as they are now
    let chart = null;
    let keys = '';
    let is_seen = true, stale = false;
    const observer = 'IntersectionObserver' in window ? new IntersectionObserver((entries) => {
      is_seen = entries[entries.length - 1].isIntersecting;
      if (is_seen && stale) refresh();
    }, {rootMargin: '300px 0px'}) : null;
    if (observer) observer.observe(element);

    const is_hidden = (each) => chosen.get(each.label) ?? Boolean(each.redundant);

    function datasets(series) {
      const visible = series.filter((each) => !is_hidden(each));
      let below = null;
      return visible.map((each, i) => {
        let points = each.points;
        if (spec.stacked) {
          points = points.map((p, j) => ({x: p.x, y: p.y + (below && below[j] ? below[j].y : 0)}));
          below = points;
        }
        const color = Page.theme.color(each.color);
        return {
          label: each.label, data: points, borderColor: color,
          backgroundColor: spec.stacked ? color + 'b8' : color,
          borderWidth: spec.stacked ? 0.5 : each.width || 1.6, borderDash: each.dash || [],
          pointRadius: spec.stacked || each.step ? 0 : Page.thin.dots(points),
          pointHoverRadius: 0, pointBorderWidth: 0, pointBackgroundColor: color,
          fill: spec.stacked ? (i === 0 ? 'origin' : '-1') : false,
          order: spec.stacked ? 0 : -i,  // the later on top
          stepped: spec.stacked || each.step ? 'before' : false, tension: 0, spanGaps: false,
        };
      });
    }

    function axis_colors() {
      return {grid: Page.theme.color('--grid'), text: Page.theme.color('--muted'),
        line: Page.theme.color('--line')};
    }

    function options(series) {
      const c = axis_colors();
      const font = {family: 'system-ui, sans-serif', size: 11};
      const is_log = Boolean(spec.y.log && spec.y.log());
      const y = {
        type: is_log ? 'logarithmic' : 'linear', beginAtZero: true,
        afterFit: (scale) => { scale.width = kLeft; },
        grid: {color: c.grid, borderColor: c.line, tickLength: 4, drawTicks: true},
        ticks: {color: c.text, font, maxTicksLimit: 6, padding: 3,
          callback: (value) => spec.y.format(value)},
      };
      if (is_log) {
        y.ticks.autoSkip = false;
        Object.assign(y, log_range(series, spec.y.from || -Infinity));
        y.afterBuildTicks = (scale) => { scale.ticks = log_ticks(scale.min, scale.max); };
      } else if (!series.some((each) => each.points.some((p) => p.y > 0))) {
        y.suggestedMax = 1;
      }
      const x = {
        type: spec.x.kind === 'log' ? 'logarithmic' : 'linear',
        grid: {color: c.grid, borderColor: c.line, tickLength: 4, drawOnChartArea: true},
        ticks: {color: c.text, font, align: 'inner', maxRotation: 0, autoSkip: false,
          callback: (value) => spec.x.format ? spec.x.format(value) : Page.seconds(value)},
      };
      if (spec.x.kind === 'log') {
        x.min = 1;
        x.max = spec.x.max();
        x.afterBuildTicks = (scale) => { scale.ticks = spec.x.ticks(scale.max, scale.width); };
        x.title = {display: true, text: spec.x.title, color: c.text, font};
      } else {
        [x.min, x.max] = spec.x.range();
        x.afterBuildTicks = (scale) => {
          scale.ticks = time_ticks(scale.min, scale.max, scale.chart.width - kLeft - kRight);
        };
      }
      return {
        animation: false, parsing: false, normalized: true, responsive: true,
        maintainAspectRatio: false, events: [], layout: {padding: {right: kRight, top: 6}},
        scales: {x, y},
        plugins: {legend: {display: false}, tooltip: {enabled: false},
          marks: {bands: spec.bands ? spec.bands() : [],
            borders: spec.borders ? spec.borders() : []}},
      };
    }

    function draw_legend() {
      const now = shown.map((each) => each.label + each.color + is_hidden(each)).join('\n');
      if (now === keys) return;
      keys = now;
      legend.replaceChildren(...shown.map((each) => {
        const swatch = el('span.swatch' + (spec.stacked ? '.area' : ''), {'aria-hidden': 'true',
          style: {color: 'var(' + each.color + ')',
            borderTopStyle: each.dash ? 'dashed' : 'solid'}});
        const button = el('button', {
          type: 'button', 'aria-pressed': String(!is_hidden(each)),
          title: each.redundant || 'Show or hide ' + each.label,
          onclick: () => {
            chosen.set(each.label, !is_hidden(each));
            refresh();
            focus_on(each.label);
          }}, swatch, el('span', each.label), el('span.reading'));
        return button;
      }));
    }

    // The buttons are made anew when one is pressed; the keyboard stays where it was.
    function focus_on(label) {
      const index = shown.findIndex((each) => each.label === label);
      if (legend.children[index]) legend.children[index].focus();
    }

    // A lazy refresh of what nobody sees waits until it is seen.
    function refresh(is_lazy) {
      stale = is_lazy === true && !is_seen && chart !== null;
      if (stale) return;
      shown = spec.series().filter((each) => each.points.length > 0);
      const has_data = shown.some((each) => each.points.some((p) => Number.isFinite(p.y)));
      const why = has_data ? '' : spec.empty || 'Nothing was recorded.';
      body.hidden = legend.hidden = !has_data;
      empty.hidden = has_data;
      empty.textContent = why;
      if (!has_data) return;
      draw_legend();
      if (!chart) {
        chart = new Chart(canvas, {type: 'line', data: {datasets: datasets(shown)},
          options: options(shown), plugins: [marks]});
        living.add(self);
        return;
      }
      chart.data.datasets = datasets(shown);
      chart.options = options(shown);
      chart.update('none');
    }

    // The values at x in the legend; null takes them away.
    function read(x) {
      legend.querySelectorAll('.reading').forEach((reading, i) => {
        const each = shown[i];
        const text = x === null || !each || !each.at ? '' : each.at(x);
        if (reading.textContent !== text) reading.textContent = text;
      });
    }

    const self = {
      element, refresh, read,
      area: () => chart && chart.chartArea,
      chart: () => chart,
      resize: () => { if (chart) chart.resize(); },
      destroy: () => {
        if (observer) observer.disconnect();
        if (chart) chart.destroy();
        chart = null;
        living.delete(self);
      },
    };
    return self;
  }

  Page.theme.onChange(() => living.forEach((each) => { each.resize(); each.refresh(); }));

  Object.assign(Page, {plot, plotSides: {left: kLeft, right: kRight},
    discardPlots: () => [...living].forEach((each) => each.destroy())});
})();
