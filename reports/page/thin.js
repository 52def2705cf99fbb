// Fewer points than pixels: a chart of an hour draws as fast as one of a minute, and keeps every
// peak. Pure functions over arrays of one value for each interval (null: nothing there).
(() => {
  const kPointsMax = 1500;  // more than this of one line are thinned
  const kBins = 600;

  // The intervals that touch [from_s, to_s].
  function window_of(n, interval, range) {
    const first = Math.max(0, Math.floor(range[0] / interval));
    return [first, Math.min(n, Math.ceil(range[1] / interval))];
  }

  // Points of a line, in the middle of their interval; of a bin its lowest and its highest.
  function line(values, interval, range) {
    const [begin, end] = window_of(values.length, interval, range);
    const at = (i) => ({x: (i + 0.5) * interval, y: Page.known(values[i]) ? values[i] : NaN});
    if (end - begin <= kPointsMax) {
      const all = [];
      for (let i = begin; i < end; ++i) all.push(at(i));
      return all;
    }
    const points = [];
    const step = (end - begin) / kBins;
    for (let bin = 0; bin < kBins; ++bin) {
      const first = begin + Math.floor(bin * step), last = begin + Math.floor((bin + 1) * step);
      let low = -1, high = -1;
      for (let i = first; i < last; ++i) {
        if (!Page.known(values[i])) continue;
        if (low < 0 || values[i] < values[low]) low = i;
        if (high < 0 || values[i] > values[high]) high = i;
      }
      if (low < 0) points.push({x: (first + 0.5) * interval, y: NaN});
      else if (low === high) points.push(at(low));
      else points.push(at(Math.min(low, high)), at(Math.max(low, high)));
    }
    return points;
  }

  // How many intervals one step of a stacked chart takes.
  function stride(n, interval, range) {
    const [begin, end] = window_of(n, interval, range);
    return Math.max(1, Math.ceil((end - begin) / kBins));
  }

  // Steps of a rate per second: the mean over each step, so that areas keep their meaning.
  function rates(values, interval, range) {
    const [begin, end] = window_of(values.length, interval, range);
    const width = stride(values.length, interval, range);
    const points = [];
    for (let first = begin - begin % width; first < end; first += width) {
      let sum = 0, of = 0;
      for (let i = first; i < Math.min(first + width, values.length); ++i) {
        sum += Page.known(values[i]) ? values[i] : 0;
        ++of;
      }
      points.push({x: first * interval, y: sum / (of * interval)});
    }
    const last = points[points.length - 1];
    if (last) points.push({x: Math.min(values.length, end) * interval, y: last.y});
    return points;
  }

  // A point alone between gaps would be no line: it gets a dot.
  function dots(points) {
    const gap = (i) => i < 0 || i >= points.length || Number.isNaN(points[i].y);
    return points.map((point, i) => gap(i - 1) && gap(i + 1) && !gap(i) ? 2 : 0);
  }

  function sum(lists) {
    const n = Math.max(0, ...lists.map((each) => each.length));
    return Array.from({length: n}, (_, i) =>
      lists.reduce((total, each) => total + (Page.known(each[i]) ? each[i] : 0), 0));
  }

  Page.thin = {line, rates, stride, dots, sum};
})();
