// The measured rows, over all SDKs. With UPDATE_GOLDEN=1 the table of docs/sdk-conformance.md is
// written anew; otherwise its attempts and outcomes must be those of this run.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { lacking, start_fake } from './fake.mjs';
import { rows } from './rows.mjs';
import { sdks } from './sdks.mjs';
import { check_page, update_page } from './page.mjs';
import { open_wire } from './wire.mjs';

const kHangMs = 4500;     // longer than three attempts of 0.7 s with their backoffs
const kWaitMs = 40_000;   // for an outcome that must come
const kTries = 5;         // what is late may be the machine's doing
const kTimerMs = 2;       // by which a timer of Node's may be early

const columns = Object.keys(rows[0].cells);
const measured = {};  // [row][column]: {attempts, gaps, outcome}

// Faults of connections do not know which model is asked for: they have a backend of their own.
const backend_of = (row, dialect) => row.reused ? `${dialect}-reused` : dialect;

// The outcome of a call as a cell of the table names it.
async function outcome_of(call, ms, text = / \[end 12 [0-9a-f]{8}\]$/) {
  const ended = call.then(
    (got) => {
      if (got.strange) return 'no answer';
      if (got.events === 0) return 'ok, 0 events';
      return text.test(got.text) ? 'ok' : 'cut short';
    },
    (error) => `error ${error.constructor.name}`);
  return Promise.race([ended, sleep(ms, 'hang', { ref: false })]);
}

async function measure(fake, row, column, cell, turn) {
  const sdk = sdks[column];
  const wire = await open_wire(fake.ports[backend_of(row, sdk.dialect)]);
  try {
    const client = sdk.make(wire.url, row.timeout ? { timeout: row.timeout } : {});
    if (row.reused) {
      await sdk.ask(client, 'fake-1', 'Hello.');
      await sleep(50);
      wire.arrivals.length = 0;
    }
    const call = sdk[row.how ?? 'ask'](client, row.model, `Hello. [turn u1.s1.t${turn}]`);
    const ms = cell[2] === 'hang' ? kHangMs : kWaitMs;
    const outcome = await outcome_of(call, ms, row.text);
    return { attempts: wire.arrivals.length, gaps: wire.gaps(), outcome };
  } finally {
    wire.close();
  }
}

const in_words = (got) =>
  `${got.attempts} attempts, gaps ${got.gaps.map(Math.round)} ms, ${got.outcome}`;

// A machine that is too busy makes gaps longer, timeouts of the SDK's too early, and connections
// late to be used again. Of the rest nothing can be blamed on it.
function matches(row, got, [attempts, gaps, outcome]) {
  const as_expected = got.attempts === attempts &&
    (outcome === 'error' ? got.outcome.startsWith('error ') : got.outcome === outcome) &&
    gaps.every(([low], i) => got.gaps[i] >= low - kTimerMs);
  if (!as_expected && !row.timeout && !row.reused) assert.fail(in_words(got));
  return as_expected && gaps.every(([, high], i) => got.gaps[i] <= high);
}

describe('measured rows', { concurrency: 32 }, () => {
  const dialects = [...new Set(columns.map((column) => sdks[column].dialect))]
    .filter((dialect) => !lacking({ dialect }));
  let fake;
  let turns = 0;
  before(async () => {
    rows.forEach((row, i) => { row.model = `row-${i}`; });
    const replies = rows.filter((row) => row.reply)
      .map((row) => ({ match: { model: row.model }, ...row.reply }));
    const present = rows.filter((row) => row.fault && !lacking(row));
    const backends = {};
    const broken = {};
    for (const dialect of dialects) {
      backends[dialect] = { dialect, replies };
      for (const row of present.filter((row) => row.reused)) {
        backends[backend_of(row, dialect)] = { dialect };
        broken[backend_of(row, dialect)] = row.fault;
      }
    }
    const faults = Object.fromEntries(present.filter((row) => !row.reused)
      .map((row) => [row.model, row.fault]));
    fake = await start_fake({ backends, broken, faults });
    // The first call of each SDK compiles it: no gap is measured meanwhile.
    for (const column of columns.filter((name) => !lacking(sdks[name]))) {
      const sdk = sdks[column];
      const client = sdk.make(`http://127.0.0.1:${fake.ports[sdk.dialect]}`);
      await sdk.ask(client, 'fake-1', 'Hello.');
      await sdk.stream(client, 'fake-1', 'Hello.');
    }
  });
  after(() => fake.stop());

  for (const row of rows) {
    for (const [column, cell] of Object.entries(row.cells)) {
      const skip = lacking({ dialect: sdks[column].dialect, fault: row.fault });
      it(`${row.name}: ${column}`, { skip }, async () => {
        let got;
        for (let i = 0; i < kTries; ++i) {
          got = await measure(fake, row, column, cell, ++turns);
          (measured[row.name] ??= {})[column] = got;
          if (matches(row, got, cell)) return;
        }
        assert.fail(`${kTries} times, at last: ${in_words(got)}`);
      });
    }
  }
});

describe('docs/sdk-conformance.md', () => {
  const skip = process.env.SDK_SKIPS === 'yes' && 'rows may be skipped';
  it('has the table of this run', { skip }, () => {
    if (process.env.UPDATE_GOLDEN) update_page(rows, columns, measured);
    else check_page(rows, columns, measured);
  });
});
