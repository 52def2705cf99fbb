// Elements. Text goes in as text nodes only, made harmless on the way; there is no other way in.
(() => {
  // el('td.num', {title: 'x'}, 'text', element, [more], null)
  function el(name, ...parts) {
    const [tag, ...classes] = name.split('.');
    const element = document.createElement(tag);
    if (classes.length > 0) element.className = classes.join(' ');
    const isAttributes = (part) => part !== null && typeof part === 'object' &&
      !Array.isArray(part) && !(part instanceof Node);
    for (const part of parts) isAttributes(part) ? set(element, part) : add(element, part);
    return element;
  }

  function set(element, attributes) {
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null || value === undefined || value === false) continue;
      if (name === 'style') Object.assign(element.style, value);
      else if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
      else if (value === true) element.setAttribute(name, '');
      else element.setAttribute(name, Page.safe(value));
    }
  }

  function add(element, part) {
    if (part === null || part === undefined || part === false) return;
    if (Array.isArray(part)) part.forEach((each) => add(element, each));
    else element.append(part instanceof Node ? part : Page.safe(part));
  }

  // A link to a file beside the page; a name that could lead elsewhere stays text.
  function link(href, text) {
    const name = String(href);
    const is_beside = /^[\w.\-/ %]+$/.test(name) && !name.startsWith('/') &&
      !/(^|\/)\.\.(\/|$)/.test(name) && !/%2f|%5c|%2e%2e/i.test(name);
    return is_beside ? el('a', {href: './' + name}, text || name) : el('span', text || name);
  }

  const kGlyphs = {PASS: '\u2713', FAIL: '\u2717', INCONCLUSIVE: '?', INVALID: '!',
    RUNNING: '\u25b8'};

  // A verdict is a word and a sign; its colour says nothing more.
  function verdict(word, extra = '') {
    const is_known = Object.hasOwn(kGlyphs, word);
    return el('span.verdict.' + (is_known ? word.toLowerCase() : 'none') + extra,
      el('span.glyph', {'aria-hidden': 'true'}, is_known ? kGlyphs[word] : '\u00b7'),
      el('span', is_known ? word : String(word || '-').slice(0, 40)));
  }

  // A table in a box of its own that scrolls. columns: [{head, num, title, class}]; a row is an
  // array of cells (text or elements). With `fold`, narrow screens get a card for each row.
  function table(caption, columns, rows, {fold = false, className = ''} = {}) {
    const head = el('tr', columns.map((c) => el('th' + (c.num ? '.num' : ''),
      {scope: 'col', title: c.title}, c.head)));
    const body = rows.map((row) => el('tr', row.map((cell, i) => {
      const column = columns[i];
      const name = (i === 0 ? 'th' : 'td') + (column.num ? '.num' : '') +
        (column.class ? '.' + column.class : '');
      return el(name, {scope: i === 0 ? 'row' : null, 'data-label': column.head}, cell);
    })));
    return el('div.scroll' + (fold ? '.fold' : ''),
      {tabindex: '0', role: 'region', 'aria-label': caption},
      el('table' + (className ? '.' + className : ''), el('caption.hidden', caption),
        el('thead', head), el('tbody', body)));
  }

  function details(summary, content, open = false, name = '') {
    return el('details' + name, {open}, el('summary', summary), content);
  }

  const empty = (why) => el('p.empty', why);

  // A command in monospace with a button that copies it.
  function command(text) {
    const code = el('code', text);
    const button = el('button', {type: 'button', onclick: copy}, 'Copy');
    const said = el('span.hidden', {role: 'status'});
    async function copy() {
      let is_done = false;
      try {
        await navigator.clipboard.writeText(Page.safe(text));
        is_done = true;
      } catch {
        const range = document.createRange();
        range.selectNodeContents(code);
        const selection = getSelection();
        selection.removeAllRanges();
        selection.addRange(range);
        try { is_done = document.execCommand('copy'); } catch { is_done = false; }
      }
      button.textContent = is_done ? 'Copied' : 'Selected: copy it';
      said.textContent = button.textContent;
      setTimeout(() => { button.textContent = 'Copy'; }, 2000);
    }
    return el('div.command', el('pre', code), button, said);
  }

  function select(label, options, value, onchange) {
    const list = el('select', {'aria-label': label,
      onchange: (event) => onchange(event.target.value)},
      options.map(([key, text]) => el('option', {value: key, selected: key === value}, text)));
    return el('label.control', el('span', label), list);
  }

  function toggle(label, options, value, onchange) {
    const buttons = options.map(([key, text]) => el('button', {
      type: 'button', 'aria-pressed': String(key === value),
      onclick: () => {
        buttons.forEach((b, i) => b.setAttribute('aria-pressed', String(options[i][0] === key)));
        onchange(key);
      }}, text));
    return el('div.control', {role: 'group', 'aria-label': label}, el('span', label),
      el('span.toggle', buttons));
  }

  function section(id, title, ...content) {
    return el('section', {id, 'aria-labelledby': id + '-title'},
      el('h2', {id: id + '-title'}, title), content);
  }

  // The title of the tab: "FAIL backend_down - Shakedown".
  function title(...words) {
    document.title = Page.safe(words.join(' ')) + ' - Shakedown';
  }

  // Text that may break after the signs of an expression or a path.
  function breakable(text) {
    return el('code', Page.safe(text).split(/(?<=[,{}:/_])/).map((part, i) =>
      [i > 0 ? document.createElement('wbr') : null, part]));
  }

  // A table of names that come from outside: it has only what was put in.
  const lookup = (table) => Object.assign(Object.create(null), table);

  const entries = (object) => object && typeof object === 'object' ? Object.entries(object) : [];
  const list = (value) => Array.isArray(value) ? value : [];

  Object.assign(Page, {el, link, verdict, table, details, empty, command, select, toggle, section,
    entries, list, breakable, lookup, title});
})();
