// Charts over each other on one time axis: the phases and the fault windows as a ruler on top, one
// crosshair through all of them, and one range that is shown.
(() => {
  const {el} = Page;
  const kRowsMax = 8, kBandsMax = 300;

  // Windows in as few rows as they fit in without overlapping.
  function packed(faults) {
    const rows = [];
    for (const fault of [...faults].sort((a, b) => a.window_s[0] - b.window_s[0])) {
      const row = rows.find((each) => each[each.length - 1].window_s[1] <= fault.window_s[0]);
      row ? row.push(fault) : rows.push([fault]);
    }
    return rows;
  }

  // A piece of a row, from begin to end; nothing when it is out of sight.
  function piece(range, begin, end, name, label, title) {
    const [from, to] = range;
    if (end <= from || begin >= to || !(to > from)) return null;
    const left = Math.max(0, (begin - from) / (to - from));
    const right = Math.min(1, (end - from) / (to - from));
    return el('span.' + name, {title, style: {left: left * 100 + '%',
      width: Math.max((right - left) * 100, 0.15) + '%'}}, el('span', label));
  }

  // model: {phases, faults, end()}; parts: [{element, refresh, read}]
  function stack(model, controls = []) {
    const whole = () => [0, Math.max(model.end(), 0.001)];
    let range = null;  // null: all of it
    let parts = [];
    let at = null;
    const shownRange = () => range || whole();

    const ruler = el('div.ruler');
    const body = el('div.stack-parts');
    const hair = el('div.crosshair', {hidden: true}, el('span'));
    const picked = el('div.picked', {hidden: true});
    const area = el('div.stack', {tabindex: '0', role: 'group', 'aria-label':
      'Charts over time. Left and right arrow keys move the crosshair; drag to show a part.'},
      ruler, body, hair, picked);
    const zoom = el('select', {'aria-label': 'Show',
      onchange: () => show(choices()[Number(zoom.value)][1])});
    const back = el('button', {type: 'button', hidden: true, onclick: () => show(null)},
      'Whole run');
    const bar = el('div.controls', controls,
      el('label.control', el('span', 'Show'), zoom), back);
    const element = el('div', bar, area);

    function choices() {
      const faults = model.faults.slice(0, 40).map((fault) => [
        'around fault ' + fault.id, around(fault.window_s)]);
      return [['the whole run', null],
        ...model.phases.map((p) => ['phase ' + p.name, [p.begin_s, p.end_s]]), ...faults];
    }

    function around([begin, end]) {
      const room = Math.max((end - begin) * 0.25, 5);
      return [Math.max(0, begin - room), Math.min(whole()[1], end + room)];
    }

    function list_choices() {
      zoom.replaceChildren(...choices().map(([label], i) => el('option', {value: i}, label)));
    }

    function draw_ruler() {
      const now = shownRange();
      const row = (name, label, pieces) => el('div.row.' + name, el('span.row-label', label),
        el('span.track', pieces));
      const rows = packed(model.faults);
      const left_out = rows.slice(kRowsMax).reduce((sum, each) => sum + each.length, 0);
      ruler.replaceChildren(
        row('phases', 'phase', model.phases.map((p, i) => piece(now, p.begin_s, p.end_s,
          'phase' + (i % 2 ? '.odd' : ''), p.name, 'phase ' + p.name + ', ' +
          Page.seconds(p.begin_s) + ' to ' + Page.seconds(p.end_s)))),
        ...rows.slice(0, kRowsMax).map((faults, i) => row('faults', i === 0 ? 'faults' : '',
          faults.map((f) => piece(now, f.window_s[0], f.window_s[1], 'fault', f.id + ' (' + f.kind +
            ')', f.id + ': ' + f.kind + ' on ' + f.on + ', ' + Page.seconds(f.window_s[0]) +
            ' to ' + Page.seconds(f.window_s[1]))))));
      if (left_out > 0)
        ruler.append(el('p.note', 'and ' + Page.plural(left_out, 'window') + ' more, in Faults'));
    }

    function refresh(is_lazy) {
      draw_ruler();
      parts.forEach((part) => part.refresh(is_lazy));
      cross(at);
    }

    function show(next) {
      range = next;
      back.hidden = range === null;
      const index = choices().findIndex(([, each]) => String(each) === String(range));
      zoom.selectedIndex = index;
      refresh();
    }

    // Where the time axis lies within the stack.
    function axis() {
      const {left, right} = Page.plotSides;
      return {left, width: Math.max(1, area.clientWidth - left - right)};
    }

    function time_of(client_x) {
      const {left, width} = axis();
      const x = (client_x - area.getBoundingClientRect().left - area.clientLeft - left) / width;
      const [from, to] = shownRange();
      return from + Math.min(1, Math.max(0, x)) * (to - from);
    }

    function cross(time) {
      at = time;
      const [from, to] = shownRange();
      hair.hidden = time === null || time < from || time > to;
      if (!hair.hidden) {
        const {left, width} = axis();
        const share = (time - from) / (to - from);
        hair.style.left = left + share * width + 'px';
        hair.classList.toggle('flip', share > 0.8);
        hair.firstChild.textContent = Page.instant(Number(time.toPrecision(5)));
      }
      parts.forEach((part) => part.read && part.read(hair.hidden ? null : time));
    }

    let from_x = null;
    let frame = 0;
    area.addEventListener('pointermove', (event) => {
      const x = event.clientX;
      if (from_x !== null && Math.abs(x - from_x) > 8) {
        const box = area.getBoundingClientRect();
        picked.hidden = false;
        picked.style.left = Math.min(x, from_x) - box.left + 'px';
        picked.style.width = Math.abs(x - from_x) + 'px';
      }
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => cross(time_of(x)));
    });
    area.addEventListener('pointerleave', () => {
      cancelAnimationFrame(frame);
      cross(null);
    });
    area.addEventListener('pointerdown', (event) => {
      const is_control = event.target.closest('button, a, select');
      if (event.pointerType === 'mouse' && event.button === 0 && !is_control)
        from_x = event.clientX;
    });
    addEventListener('pointerup', (event) => {
      if (from_x !== null && !picked.hidden) {
        const times = [time_of(from_x), time_of(event.clientX)].sort((a, b) => a - b);
        if (times[1] - times[0] > 0) show(times);
      }
      from_x = null;
      picked.hidden = true;
    });
    area.addEventListener('dblclick', () => { if (range) show(null); });
    area.addEventListener('keydown', (event) => {
      if (event.target !== area) return;
      const [from, to] = shownRange();
      const step = (to - from) / (event.shiftKey ? 20 : 200);
      const moves = {ArrowLeft: -step, ArrowRight: step};
      if (event.key in moves) {
        cross(Math.min(to, Math.max(from, (at === null ? from : at) + moves[event.key])));
        event.preventDefault();
      } else if (event.key === 'Escape') {
        range ? show(null) : cross(null);
      }
    });

    // Where any fault is: windows that overlap are one band.
    function bands() {
      const united = [];
      for (const [begin, end] of model.faults.map((f) => f.window_s).sort((a, b) => a[0] - b[0])) {
        const last = united[united.length - 1];
        if (last && begin <= last[1]) last[1] = Math.max(last[1], end);
        else united.push([begin, end]);
      }
      return united.slice(0, kBandsMax);
    }
    const borders = () => model.phases.map((p) => p.begin_s).filter((s) => s > 0);

    function hold(next) {
      parts = next;
      body.replaceChildren(...parts.map((part) => part.element));
      list_choices();
      refresh();
    }

    return {element, hold, refresh, range: shownRange, bands, borders, cross, show,
      relist: list_choices};
  }

  Object.assign(Page, {stack, piece});
})();
