// The report of one run.
(() => {
  const {el, section} = Page;

  const kLinks = [['verdict', 'Verdict'], ['objectives', 'Objectives'],
    ['invariants', 'Invariants'], ['time', 'Over time'], ['latency', 'Latency'],
    ['breakdown', 'Breakdown'], ['faults', 'Faults'], ['validity', 'Validity'],
    ['reproduce', 'Reproduce'], ['environment', 'Environment']];

  // Everything of a run but the bar; draw() is to be called when it is in the document.
  function run_content(run) {
    const r = run.result;
    const has_series = run.series && run.series.n > 0;
    const time = has_series ? Page.overTime(Page.timeModel(run)) : null;
    const lines = Page.spectrumLines(run);
    const spectrum = lines.length > 0 ? Page.spectrum(lines) : null;
    const has_stream = ((r.latency_ms || {}).ttft || {}).count > 0;
    const content = [
      el('section', {id: 'verdict', 'aria-label': 'Verdict'}, Page.runHead(run),
        Page.runTiles(r)),
      section('objectives', 'Objectives', Page.objectives(r)),
      section('invariants', 'Invariants', Page.invariants(run), Page.events(run)),
      section('time', 'Over time', time ? time.element :
        Page.empty('No interval was recorded: the run ended before anything happened.')),
      section('latency', 'Latency', spectrum ? spectrum.element :
        Page.empty('No request was sent: there is no spectrum.'),
      spectrum && !has_stream ?
        el('p.note', 'No stream was asked for: no TTFT in the spectrum.') : null,
      Page.latencies(r)),
      section('breakdown', 'Breakdown', Page.breakdowns(r), Page.conservation(r)),
      section('faults', 'Faults', Page.faults(r)),
      section('validity', 'Validity', el('p.note', 'Whether this run says anything about the ' +
        'target: a broken rule makes it INVALID.'), Page.validity(r)),
      section('reproduce', 'Reproduce', r.reproduce ? [el('p', 'The same run again' +
        (r.mode === 'sim' ? ', to the byte:' : ', the same plan and the same faults:')),
      Page.command(r.reproduce)] : Page.empty('No command gives this run again.'),
      r.digest && r.mode === 'sim' ? el('p.note', 'Digest ', el('code', r.digest),
        ': equal for equal runs.') : null,
      Page.configuration(r)),
      section('environment', 'Environment', Page.environment(run.environment),
        Page.files(run.files) ? [el('h3', 'Files beside this one'), Page.files(run.files)] : null),
    ];
    const draw = () => {
      if (time) time.refresh();
      if (spectrum) spectrum.refresh();
    };
    return {content, draw};
  }

  function show_run(run) {
    Page.title(run.result.verdict, run.result.scenario);
    const {content, draw} = run_content(run);
    Page.frame('Shakedown', kLinks, content);
    draw();
  }

  Object.assign(Page, {runContent: run_content, showRun: show_run, runLinks: kLinks});
})();
