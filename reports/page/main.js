// Reads the data and shows the page of its kind; what goes wrong is said in the page.
(() => {
  const {el} = Page;
  const kKinds = {run: 'showRun', suite: 'showSuite', compare: 'showCompare', live: 'showLive'};

  function failed(error) {
    document.getElementById('app').replaceChildren(el('main', {id: 'main'},
      el('h1', 'This report cannot be shown'), el('p', String(error && error.message || error)),
      el('p', 'The numbers are in result.json beside it. Render the page again with ' +
        '"shakedown report".')));
  }

  Page.theme.apply();
  try {
    if (typeof Chart !== 'function') throw new Error('The charts are missing from this file.');
    const data = JSON.parse(document.getElementById('data').textContent);
    const show = Object.hasOwn(kKinds, data.kind) && Page[kKinds[data.kind]];
    if (!show) throw new Error('Its data is of a kind that is not known here: ' + data.kind);
    show(data);
  } catch (error) {
    failed(error);
    throw error;
  }
})();
