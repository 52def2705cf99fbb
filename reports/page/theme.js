// Light or dark: what the system says, until the reader chooses; the choice is kept where storage
// works. Colours are custom properties of page.css, and charts ask for them by name.
(() => {
  const kKey = 'shakedown-theme';
  const root = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const listeners = new Set();
  const colors = new Map();  // of the theme as it is: asking for one costs a layout
  let choice = remembered();
  let printing = false;

  function remembered() {
    try {
      const value = localStorage.getItem(kKey);
      return value === 'light' || value === 'dark' ? value : null;
    } catch {
      return null;
    }
  }

  function current() {
    return printing ? 'light' : choice || (dark.matches ? 'dark' : 'light');
  }

  function apply() {
    root.dataset.theme = current();
    colors.clear();
    listeners.forEach((listener) => listener());
  }

  function color(name) {
    if (!colors.has(name)) colors.set(name, getComputedStyle(root).getPropertyValue(name).trim());
    return colors.get(name);
  }

  function button() {
    const label = () => current() === 'dark' ? 'Light' : 'Dark';
    const element = Page.el('button.theme', {
      type: 'button', title: 'Switch between light and dark',
      onclick: () => {
        choice = current() === 'dark' ? 'light' : 'dark';
        try { localStorage.setItem(kKey, choice); } catch { /* it lasts as long as the page */ }
        apply();
      }}, label());
    listeners.add(() => { element.textContent = label(); });
    return element;
  }

  // Paper is light, as wide as it is, and shows what is folded but for what would be very long.
  function print(is_printing) {
    if (is_printing === printing) return;
    printing = is_printing;
    root.classList.toggle('printing', printing);
    document.querySelectorAll('details:not(.long)').forEach((each) => {
      if (printing && !each.open) {
        each.dataset.folded = '';
        each.open = true;
      } else if (!printing && 'folded' in each.dataset) {
        delete each.dataset.folded;
        each.open = false;
      }
    });
    apply();
  }

  dark.addEventListener('change', apply);
  addEventListener('beforeprint', () => print(true));
  addEventListener('afterprint', () => print(false));

  Page.theme = {
    button, apply,
    onChange: (listener) => { listeners.add(listener); },
    color,
  };
})();
