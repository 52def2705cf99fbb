// What every SDK must be able to do with the fake of its dialect, and the means of its own tests:
// one fake for the file, and a wire for each test.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { crc32 } from 'node:zlib';
import { lacking, start_fake } from './fake.mjs';
import { clock, sdks, weather } from './sdks.mjs';
import { open_wire } from './wire.mjs';

const oslo = { city: 'Oslo' };
const lima = { city: 'Lima' };
const ask_oslo = { name: weather.name, arguments: JSON.stringify(oslo) };
const ask_lima = { name: clock.name, arguments: JSON.stringify(lima) };

// What the models of the fake say, beside `fake-1`.
const replies = [
  { match: { model: 'one-call' }, calls: [ask_oslo] },
  { match: { model: 'two-calls' }, calls: [ask_oslo, ask_lima] },
  // For loops of tools: a call, and a text once its result is there.
  { match: { model: 'loop', tool_results: '0' }, calls: [ask_oslo] },
  { match: { model: 'loop' }, text: 'It said: {{tool_result}}' },
  { match: { model: 'multibyte' }, say: 'multibyte' },
  { match: { model: 'length' }, finish: 'length' },
];

// The fake's own text is whole if its checksum is right: nothing lost, doubled or mixed up.
export function assert_whole(text, turn, expected = 12) {
  const end = text.lastIndexOf(' [end ');
  const found = / \[end (\d+) ([0-9a-f]{8})\]$/.exec(text);
  assert.ok(found, `no end: ${text}`);
  const [, tokens, crc] = found;
  assert.equal(crc, crc32(text.slice(0, end)).toString(16).padStart(8, '0'), text);
  assert.equal(+tokens, expected);
  assert.ok(text.startsWith(`[reply ${turn}]`), text);
}

export async function error_of(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  return assert.fail('no error came');
}

function assert_calls(calls, expected) {
  assert.deepEqual(
    calls.map((call) => ({ name: call.name, arguments: JSON.parse(call.arguments) })), expected);
}

const kFaults = { cut: 'cut: {after_events: 6, end: rst}' };

const those_known = (faults) => Object.fromEntries(
  Object.entries(faults).filter(([, fault]) => !lacking({ fault })));

// Runs the common tests, and `more({sdk, wire_for})` beside them. `backends` are further ones, by
// name: what is otherwise about them. `finish` has the SDK's words for
// stop, length and tool_calls; `errors` are rows {status, type, has}: the class of its error, and
// what a look at it must show.
export function speaks(name, { finish, errors, more = () => {}, faults = {}, backends = {} }) {
  const sdk = sdks[name];
  describe(`${name} (${sdk.package})`, { skip: lacking(sdk), concurrency: true }, () => {
    let fake;
    let turns = 0;
    before(async () => {
      const statuses = Object.fromEntries(
        errors.map(({ status }) => [`status-${status}`, `status: {code: ${status}}`]));
      const further = Object.entries(backends).map(
        ([backend, config]) => [backend, { dialect: sdk.dialect, ...config }]);
      fake = await start_fake({
        backends: { it: { dialect: sdk.dialect, replies }, ...Object.fromEntries(further) },
        faults: { ...statuses, ...kFaults, ...those_known(faults) },
      });
    });
    after(() => fake.stop());

    // A test with a wire and a client of its own, and a turn that the answer names. `model` is the
    // one of `faults` that it asks for; `backend` one of `backends`.
    const on_wire = (title, run, { model, backend = 'it', ...options } = {}) => {
      const skip = model !== undefined && lacking({ fault: faults[model] });
      it(`${name}: ${title}`, { skip }, async () => {
        const wire = await open_wire(fake.ports[backend]);
        const turn = `u1.s1.t${++turns}`;
        const say = `Hello. [turn ${turn}]`;
        try {
          await run({ sdk, wire, turn, say, model, client: sdk.make(wire.url, options) });
        } finally {
          wire.close();
        }
      });
    };

    on_wire('answers with a text', async ({ client, say, turn }) => {
      const got = await sdk.ask(client, 'fake-1', say);
      assert_whole(got.text, turn);
      assert.equal(got.finish, finish.stop);
      assert.ok(got.usage, 'no usage');
    });

    on_wire('streams a text', async ({ client, say, turn }) => {
      const got = await sdk.stream(client, 'fake-1', say);
      assert_whole(got.text, turn);
      assert.equal(got.finish, finish.stop);
      assert.ok(got.events >= 12, `${got.events} events`);
    });

    for (const how of ['ask', 'stream']) {
      on_wire(`${how}: characters of several bytes`, async ({ client }) => {
        const got = await sdk[how](client, 'multibyte', 'Hello.');
        assert.match(got.text, /żółć.*日本語のテキスト.*😀👩‍👩‍👧‍👦/);
      });

      on_wire(`${how}: an answer that was cut off`, async ({ client }) => {
        assert.equal((await sdk[how](client, 'length', 'Hello.')).finish, finish.length);
      });

      on_wire(`${how}: a tool call`, async ({ client, say }) => {
        const got = await sdk[how](client, 'one-call', say, { tools: [weather] });
        assert_calls(got.calls, [{ name: weather.name, arguments: oslo }]);
        assert.equal(got.finish, finish.tool_calls);
      });

      on_wire(`${how}: two tool calls at once`, async ({ client, say }) => {
        const got = await sdk[how](client, 'two-calls', say, { tools: [weather, clock] });
        assert_calls(got.calls,
          [{ name: weather.name, arguments: oslo }, { name: clock.name, arguments: lima }]);
      });
    }

    for (const { status, type, has = {} } of errors) {
      for (const how of ['ask', 'stream']) {
        on_wire(`${how}: ${status} is a ${type.name}`, async ({ client, say, wire }) => {
          const error = await error_of(sdk[how](client, `status-${status}`, say));
          assert.equal(error.constructor.name, type.name, String(error));
          assert.ok(error instanceof type, String(error));
          for (const [path, value] of Object.entries(has)) {
            const found = path.split('.').reduce((it, key) => it?.[key], error);
            if (value instanceof RegExp) assert.match(String(found), value, path);
            else assert.deepEqual(found, value, path);
          }
          assert.equal(wire.arrivals.length, 1);
        }, { retries: 0 });
      }
    }

    on_wire('a stream that is reset in the middle is an error, and not tried again',
      async ({ client, say, wire }) => {
        await error_of(sdk.stream(client, 'cut', say));
        assert.equal(wire.arrivals.length, 1);
      });

    more({ on_wire, sdk });
  });
}
