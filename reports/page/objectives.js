// The objectives: value, interval, n, exceedances and margin of each, and why it is judged so.
(() => {
  const {el, count, known, quantity, list} = Page;

  // From the bound in the middle: to the right what is left of it, to the left what is beyond.
  function margin_bar(slo) {
    if (!known(slo.margin)) return el('span', '-');
    const size = Math.min(1, Math.abs(slo.margin)) * 50;
    const is_inside = slo.margin >= 0;
    const text = (is_inside ? '' : '\u2212') + Page.share(Math.abs(slo.margin));
    return el('span.margin', {title: text + (is_inside ? ' inside' : ' beyond') + ' the bound of ' +
      quantity(slo.bound, slo.unit)},
    el('span.bar', {'aria-hidden': 'true'}, el('span.' + (is_inside ? 'inside' : 'beyond'),
      {style: {width: size + '%', [is_inside ? 'left' : 'right']: '50%'}}),
    !is_inside && slo.margin < -1 ? el('span.off', '\u25c2') : null),
    el('span', text));
  }

  // As the console has it: a percentile among failed requests has no value, only a meaning.
  function state_of(slo) {
    const is_unknown = !known(slo.value) && slo.n > 0 && slo.undetermined >= slo.n;
    return {is_unknown, among_failures: !known(slo.value) && slo.n > 0 && !is_unknown};
  }

  function interval(slo) {
    const [low, high] = list(slo.ci);
    const {is_unknown, among_failures} = state_of(slo);
    if (is_unknown || !(slo.n > 0)) return '-';
    if (among_failures && !known(low)) return 'among failures';
    const a = quantity(low, slo.unit), b = quantity(high, slo.unit, 'none');
    return a === b ? a : a + ' \u2013 ' + b;
  }

  function why(slo) {
    const parts = [el('span', slo.why || '')];
    if (slo.design_effect > 1.05)
      parts.push(el('span.note', ' Design effect ' + Page.number(slo.design_effect) + ': ' +
        Page.plural(slo.n, 'request') + ' are worth ' + count(slo.n_effective) + '.'));
    if (slo.undetermined > 0)
      parts.push(el('span.note', ' ' + count(slo.undetermined) + ' undetermined at the end.'));
    return parts;
  }

  function objectives(result) {
    const all = list(result.slos);
    if (all.length === 0)
      return Page.empty('This scenario sets no objectives (slo:); invariants alone decide.');
    const columns = ['objective', 'verdict', 'value', '95% interval', 'n', 'exceeded', 'margin'];
    const numbers = [2, 3, 4, 5];
    const head = el('tr', columns.map((name, i) =>
      el('th' + (numbers.includes(i) ? '.num' : ''), {scope: 'col'}, name)));
    const bodies = all.map((slo) => {
      const missing = state_of(slo).among_failures ? 'failed' : '-';
      const cells = [Page.breakable(slo.expr), Page.verdict(slo.verdict),
        quantity(slo.value, slo.unit, missing), interval(slo), count(slo.n),
        slo.rule === 'measured' ? '-' : count(slo.exceedances), margin_bar(slo)];
      return el('tbody.objective', el('tr', cells.map((cell, i) => el((i === 0 ? 'th' : 'td') +
        (numbers.includes(i) ? '.num' : ''), {scope: i === 0 ? 'row' : null,
        'data-label': columns[i]}, cell))),
      el('tr.why', el('td', {colspan: columns.length}, why(slo))));
    });
    return el('div.scroll.fold', {tabindex: '0', role: 'region', 'aria-label': 'Objectives'},
      el('table', el('caption.hidden', 'Objectives'), el('thead', head), bodies));
  }

  Object.assign(Page, {objectives});
})();
