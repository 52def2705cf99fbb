// The bundled core, driven by the official clients as they are: OpenAI's SDK and Vercel's `ai`.
// Each test has a core of its own, as breakers and limits remember what was before.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createOpenAI } from '@ai-sdk/openai';
import { APICallError, generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import OpenAI from 'openai';
import { start_core } from './core.mjs';
import { start_fake } from './fake.mjs';
import { weather } from './sdks.mjs';
import { assert_whole, error_of } from './speaks.mjs';

const kTestMs = 30_000;
const kEnds = ['completed', 'failed', 'cancelled', 'incomplete'];
const ask_oslo = { name: weather.name, arguments: '{"city":"Oslo"}' };
const echo_seven = { name: 'run_command', arguments: '{"argv":["echo","seven","degrees"]}' };

// What the models of the provider say beside `fake-1`, and what befalls those who ask for them.
const replies = [
  { match: { model: 'echo' }, text: 'You said {{text}}', canary: false },
  { match: { model: 'weather', tool_results: '0' }, calls: [ask_oslo] },
  { match: { model: 'command', tool_results: '0' }, calls: [echo_seven] },
  { match: { tool_results: '1..' }, text: 'It said: {{tool_result}}', canary: false },
  { match: { model: 'cut-off' }, finish: 'length' },
];
const faults = {
  hangs: 'hang: {}',
  stalls: 'stall: {after_events: 4}',
  pauses: 'stall: {after_events: 4, for: 4s}',
  slow: 'slow: {factor: 40}',
  refuses: 'status: {code: 400}',
};

// No answers of the core's own, and no second attempt.
const strict = { degraded: { when: 'never' }, retry_waits: [] };
const one_at_a_time = { queue: { running_max: 1 } };
const at_most = (per_minute) =>
  ({ rate: { user_per_minute: per_minute, user_burst: 1, user_waiting_max: 0 } });

const user = (content) => [{ role: 'user', content }];

async function all_of(stream) {
  const events = [];
  for await (const event of await stream) events.push(event);
  return events;
}

async function ended(client, response) {
  const until = Date.now() + 20_000;
  while (!kEnds.includes(response.status) && Date.now() < until) {
    response = await client.responses.retrieve(response.id);
  }
  return response;
}

function assert_gapless(events, from = 0) {
  assert.ok(events.length > 0, 'no events');
  assert.deepEqual(events.map((event) => event.sequence_number), events.map((_, i) => from + i));
}

function text_in(events) {
  return events.filter((event) => event.type === 'response.output_text.delta')
    .map((event) => event.delta).join('');
}

const content_in = (chunks) => chunks.map((it) => it.choices[0]?.delta.content ?? '').join('');

// An error of this class, and what a look at it must show.
async function fails_as(promise, type, has = {}) {
  const error = await error_of(promise);
  assert.equal(error.constructor.name, type.name, String(error));
  assert.ok(error instanceof type, String(error));
  for (const [key, value] of Object.entries(has)) {
    if (value instanceof RegExp) assert.match(String(error[key]), value, key);
    else assert.deepEqual(error[key], value, key);
  }
  return error;
}

describe('the core', { concurrency: true }, () => {
  let fake;
  let turns = 0;
  before(async () => {
    const backends = { it: { replies }, away: {} };
    fake = await start_fake({ backends, faults, broken: { away: 'refuse: {}' } });
  });
  after(() => fake.stop());

  // A test with a core, a client of it, and a turn that the answer names.
  const on_core = (title, run, { config, backend = 'it', ...options } = {}) => {
    it(`core: ${title}`, { timeout: kTestMs }, async () => {
      const direct = backend === 'away';
      const core = await start_core({ port: fake.ports[backend], config, direct });
      const turn = `u1.s1.t${++turns}`;
      try {
        const say = `Hello. [turn ${turn}]`;
        await run({ ...core, core, turn, say, client: core.client(options) });
      } finally {
        await core.stop();
      }
    });
  };

  // --- chat completions ---

  on_core('chat: answers', async ({ client, say, turn }) => {
    const { data, response, request_id } =
      await client.chat.completions.create({ model: 'fake-1', messages: user(say) }).withResponse();
    assert_whole(data.choices[0].message.content, turn);
    assert.equal(data.choices[0].finish_reason, 'stop');
    assert.equal(data.usage.completion_tokens, 12);
    assert.ok(data.usage.prompt_tokens > 0);
    assert.match(request_id, /./);
    assert.equal(data._request_id, request_id);
    assert.equal(response.headers.get('agentcore-provider'), 'primary');
    assert.equal(response.headers.get('agentcore-attempts'), '1');
  });

  on_core('chat: streams, without usage', async ({ client, say, turn }) => {
    const chunks = await all_of(client.chat.completions.create(
      { model: 'fake-1', messages: user(say), stream: true }));
    assert_whole(content_in(chunks), turn);
    assert.ok(chunks.length >= 12, `${chunks.length} chunks`);
    assert.equal(new Set(chunks.map((chunk) => chunk.id)).size, 1);
    assert.equal(chunks.at(-1).choices[0].finish_reason, 'stop');
    assert.ok(chunks.every((chunk) => !chunk.usage), 'usage that nobody asked for');
  });

  on_core('chat: streams, and the usage behind it', async ({ client, say, turn }) => {
    const chunks = await all_of(client.chat.completions.create({
      model: 'fake-1', messages: user(say), stream: true, stream_options: { include_usage: true },
    }));
    assert_whole(content_in(chunks), turn);
    const { choices, usage } = chunks.at(-1);
    assert.deepEqual(choices, []);
    assert.equal(usage.completion_tokens, 12);
    assert.equal(usage.total_tokens, usage.prompt_tokens + 12);
  });

  on_core('chat: the stream helper puts the answer together', async ({ client, say, turn }) => {
    const stream = client.chat.completions.stream({
      model: 'fake-1', messages: user(say), stream_options: { include_usage: true },
    });
    let told = '';
    stream.on('content', (delta) => { told += delta; });
    const answer = await stream.finalChatCompletion();
    assert_whole(answer.choices[0].message.content, turn);
    assert.equal(told, answer.choices[0].message.content);
    assert.equal(answer.choices[0].finish_reason, 'stop');
    assert.equal(answer.usage.completion_tokens, 12);
  });

  for (const how of ['chunk by chunk', 'with the helper']) {
    on_core(`chat: a stream that waits in the queue, ${how}`,
      async ({ client, say, turn, ledger }) => {
        const first = client.chat.completions.create({ model: 'slow', messages: user('Hello.') });
        first.catch(() => {});
        await ledger.entry({ kind: 'called' });
        const body = { model: 'fake-1', messages: user(say), stream: true };
        if (how === 'chunk by chunk') {
          const chunks = await all_of(client.chat.completions.create(body));
          assert.equal(chunks[0].position, 1);
          assert.deepEqual(chunks[0].choices, []);
          assert_whole(content_in(chunks), turn);
        } else {
          const answer = await client.chat.completions.stream(body).finalChatCompletion();
          assert_whole(answer.choices[0].message.content, turn);
          assert.match(answer.id, /^chatcmpl/);
        }
        await ledger.entry({ kind: 'queued' });
        assert.match((await first).choices[0].message.content, /^\[reply\]/);
      }, { config: one_at_a_time });
  }

  on_core('chat: the tools of the caller are the caller\'s', async ({ client, say, upstream }) => {
    const asked = [];
    const run = (args) => { asked.push(args); return '7 degrees'; };
    const runner = client.chat.completions.runTools({
      model: 'weather', messages: user(say),
      tools: [{ type: 'function', function: { ...weather, parse: JSON.parse, function: run } }],
    });
    assert.equal(await runner.finalContent(), 'It said: 7 degrees');
    assert.deepEqual(asked, [{ city: 'Oslo' }]);
    assert.equal(upstream.arrivals.length, 2);
  });

  on_core('chat: a conversation by its name', async ({ client, upstream }) => {
    const said = (content) => client.chat.completions.create(
      { model: 'echo', messages: user(content), user: 'u1', metadata: { conversation: 'c1' } });
    await said('one');
    assert.equal((await said('two')).choices[0].message.content, 'You said two');
    assert.deepEqual(upstream.last_body().messages.map((message) => message.content),
      ['one', 'You said one', 'two']);
  });

  on_core('models: what is listed can be asked for', async ({ client, say, turn }) => {
    const models = await all_of(client.models.list());
    assert.deepEqual(models.map((model) => [model.id, model.object]), [['primary', 'model']]);
    const answer = await client.chat.completions.create(
      { model: models[0].id, messages: user(say) });
    assert_whole(answer.choices[0].message.content, turn);
  });

  // --- responses ---

  on_core('responses: answers', async ({ client, say, turn }) => {
    const response = await client.responses.create({ model: 'fake-1', input: say });
    assert.match(response.id, /^resp_/);
    assert.equal(response.object, 'response');
    assert.equal(response.status, 'completed');
    assert.equal(response.error, null);
    assert_whole(response.output_text, turn);
    assert.match(response._request_id, /./);
    assert.equal((await client.responses.retrieve(response.id)).output_text, response.output_text);
  });

  on_core('responses: count tokens, of the input too', async ({ client, say }) => {
    const { usage } = await client.responses.create({ model: 'fake-1', input: say });
    assert.equal(usage.output_tokens, 12);
    assert.ok(usage.input_tokens > 0, `${usage.input_tokens} tokens of input`);
    assert.equal(usage.total_tokens, usage.input_tokens + 12);
  });

  on_core('responses: show what was asked for', async ({ client, say, upstream }) => {
    const asked = {
      instructions: 'Be brief.', metadata: { ticket: '7' }, max_output_tokens: 40,
      temperature: 0.5, top_p: 0.9, tool_choice: 'none', parallel_tool_calls: false,
      tools: [{ type: 'function', strict: false, ...weather }],
    };
    const response = await client.responses.create({ model: 'fake-1', input: say, ...asked });
    const passed_on = upstream.last_body();
    assert.deepEqual(passed_on.messages.map((message) => message.role), ['system', 'user']);
    assert.equal(passed_on.temperature, 0.5);
    const again = await client.responses.retrieve(response.id);
    for (const [name, value] of Object.entries(asked)) {
      assert.deepEqual(response[name], value, name);
      assert.deepEqual(again[name], value, name);
    }
  });

  on_core('responses: an answer that was cut off', async ({ client }) => {
    const body = { model: 'cut-off', input: 'Hello.' };
    const response = await client.responses.create(body);
    assert.equal(response.status, 'incomplete');
    assert.deepEqual(response.incomplete_details, { reason: 'max_output_tokens' });
    const events = await all_of(client.responses.create({ ...body, stream: true }));
    assert.equal(events.at(-1).type, 'response.incomplete');
    assert.match(text_in(events), /^\[reply\]/);
    assert.equal(text_in(events), events.at(-1).response.output[0].content[0].text);
  });

  on_core('responses: stream', async ({ client, say, turn }) => {
    const events = await all_of(client.responses.create(
      { model: 'fake-1', input: say, stream: true }));
    assert_gapless(events);
    assert.equal(events[0].type, 'response.created');
    assert.equal(events.at(-1).type, 'response.completed');
    assert_whole(text_in(events), turn);
    assert.equal(events.at(-1).response.output[0].content[0].text, text_in(events));
    const kept = await client.responses.retrieve(events[0].response.id);
    assert.equal(kept.output_text, text_in(events));
  });

  on_core('responses: a stream counts tokens', async ({ client, say }) => {
    const events = await all_of(client.responses.create(
      { model: 'fake-1', input: say, stream: true }));
    assert.equal(events.at(-1).response.usage?.output_tokens, 12);
  });

  on_core('responses: the stream helper', async ({ client, say, turn }) => {
    const stream = client.responses.stream({ model: 'fake-1', input: say });
    let told = '';
    stream.on('response.output_text.delta', ({ delta }) => { told += delta; });
    const response = await stream.finalResponse();
    assert.equal(response.status, 'completed');
    assert_whole(response.output_text, turn);
    assert.equal(told, response.output_text);
  });

  for (const how of ['event by event', 'with the helper']) {
    on_core(`responses: a stream that waits in the queue, ${how}`,
      async ({ client, say, turn, ledger }) => {
        const first = client.chat.completions.create({ model: 'slow', messages: user('Hello.') });
        first.catch(() => {});
        await ledger.entry({ kind: 'called' });
        const body = { model: 'fake-1', input: say };
        if (how === 'event by event') {
          const events = await all_of(client.responses.create({ ...body, stream: true }));
          assert_gapless(events);
          const place = events.find((event) => event.agentcore?.event === 'queue_position');
          assert.equal(place?.type, 'response.queued');
          assert.equal(place.agentcore.position, 1);
          assert.match(place.agentcore.message, /#1 in queue, ~\d+ seconds/);
          assert_whole(text_in(events), turn);
        } else {
          const response = await client.responses.stream(body).finalResponse();
          assert_whole(response.output_text, turn);
        }
        await ledger.entry({ kind: 'queued' });
        assert.match((await first).choices[0].message.content, /^\[reply\]/);
      }, { config: one_at_a_time });
  }

  for (const how of ['plain', 'with the stream helper']) {
    on_core(`responses: a tool of the caller's, ${how}`, async ({ client, say }) => {
      const tools = [{ type: 'function', strict: false, ...weather }];
      const ask = (input) => {
        const body = { model: 'weather', input, tools };
        return how === 'plain' ? client.responses.create(body)
          : client.responses.stream(body).finalResponse();
      };
      const first = await ask(user(say));
      const [call] = first.output;
      assert.deepEqual([first.output.length, call.type, call.name, JSON.parse(call.arguments)],
        [1, 'function_call', weather.name, { city: 'Oslo' }]);
      const second = await ask([...user(say), call,
        { type: 'function_call_output', call_id: call.call_id, output: '7 degrees' }]);
      assert.equal(second.output_text, 'It said: 7 degrees');
    });
  }

  on_core('responses: a streamed call has the events of its arguments', async ({ client, say }) => {
    const events = await all_of(client.responses.create({
      model: 'weather', input: say, stream: true,
      tools: [{ type: 'function', strict: false, ...weather }],
    }));
    assert_gapless(events);
    const done = events.find((event) => event.type === 'response.function_call_arguments.done');
    assert.equal(done?.arguments, ask_oslo.arguments);
    assert.equal(done.item_id, events.find((it) => it.item?.type === 'function_call').item.id);
  });

  on_core('responses: follow one another', async ({ client, upstream }) => {
    const first = await client.responses.create({ model: 'echo', input: 'one' });
    const second = await client.responses.create(
      { model: 'echo', input: 'two', previous_response_id: first.id });
    assert.equal(second.previous_response_id, first.id);
    const third = await client.responses.stream(
      { model: 'echo', input: 'three', previous_response_id: second.id }).finalResponse();
    assert.equal(third.output_text, 'You said three');
    const said = ['one', 'You said one', 'two', 'You said two', 'three'];
    assert.deepEqual(upstream.last_body().messages.map((it) => it.content), said);
    // A branch: it knows nothing of what followed the first one elsewhere.
    await client.responses.create({ model: 'echo', input: 'four', previous_response_id: first.id });
    assert.deepEqual(upstream.last_body().messages.map((it) => it.content),
      ['one', 'You said one', 'four']);
    await fails_as(client.responses.create(
      { model: 'echo', input: 'five', previous_response_id: 'resp_none' }),
    OpenAI.NotFoundError, { code: 'response_not_found', message: /resp_none/ });
  });

  on_core('responses: the items of an input', async ({ client }) => {
    const items = async (input) => {
      const { id } = await client.responses.create({ model: 'echo', input });
      return all_of(client.responses.inputItems.list(id));
    };
    const [text, ...more] = await items('one');
    assert.deepEqual(more, []);
    assert.deepEqual([text.type, text.role, text.content],
      ['message', 'user', [{ type: 'input_text', text: 'one' }]]);
    const listed = await items([
      { role: 'user', content: 'one' }, { role: 'assistant', content: 'two' },
      { role: 'user', content: [{ type: 'input_text', text: 'three' }] },
    ]);
    assert.equal(listed.length, 3);
    assert.deepEqual(listed.map((item) => item.role).sort(), ['assistant', 'user', 'user']);
  });

  on_core('responses: each item of an input has an id and a type', async ({ client }) => {
    const { id } = await client.responses.create(
      { model: 'echo', input: [...user('one'), ...user('two')] });
    const items = await all_of(client.responses.inputItems.list(id));
    assert.deepEqual(items.map((item) => item.type), ['message', 'message']);
    assert.equal(new Set(items.map((item) => item.id).filter(Boolean)).size, 2);
  });

  on_core('responses: are forgotten', async ({ client }) => {
    const { id } = await client.responses.create({ model: 'echo', input: 'one' });
    assert.deepEqual(await client.delete(`/responses/${id}`),
      { id, object: 'response.deleted', deleted: true });
    for (const call of [
      () => client.responses.retrieve(id), () => client.responses.cancel(id),
      () => client.responses.retrieve(id, { stream: true }),
      () => client.responses.inputItems.list(id), () => client.responses.delete(id),
    ]) {
      const has = { code: 'response_not_found', type: 'invalid_request_error', status: 404 };
      await fails_as(call(), OpenAI.NotFoundError, { ...has, message: new RegExp(id) });
    }
  });

  on_core('responses: what is forgotten is not followed', async ({ client }) => {
    const { id } = await client.responses.create({ model: 'echo', input: 'one' });
    await client.responses.delete(id);
    await fails_as(client.responses.create(
      { model: 'echo', input: 'two', previous_response_id: id }),
    OpenAI.NotFoundError, { code: 'response_not_found' });
  });

  on_core('responses: are their owner\'s alone', async ({ client, core }) => {
    const { id } = await client.responses.create({ model: 'echo', input: 'one' });
    const other = core.client({ apiKey: 'sk-other' });
    await fails_as(other.responses.retrieve(id), OpenAI.NotFoundError);
    await fails_as(other.responses.delete(id), OpenAI.NotFoundError);
    assert.equal((await client.responses.retrieve(id)).output_text, 'You said one');
  });

  // --- in the background ---

  on_core('background: polled to its end', async ({ client, say, turn }) => {
    const body = { model: 'slow', input: say, background: true };
    const { data, response } = await client.responses.create(body).withResponse();
    assert.ok(['queued', 'in_progress'].includes(data.status), data.status);
    assert.equal(data.background, true);
    assert.equal(response.headers.get('location'), `/v1/responses/${data.id}`);
    const end = await ended(client, data);
    assert.equal(end.status, 'completed');
    assert_whole(end.output_text, turn);
    assert.equal((await client.responses.cancel(data.id)).status, 'completed');
  });

  on_core('background: a failure is told with its cause', async ({ client, say }) => {
    const made = await client.responses.create({ model: 'refuses', input: say, background: true });
    const end = await ended(client, made);
    assert.equal(end.status, 'failed');
    assert.equal(end.error.code, 'backend_refused');
    assert.match(end.error.message, /\w/);
    assert.deepEqual(end.output, []);
  }, { config: strict });

  for (const when of ['while it runs', 'after its end']) {
    on_core(`background: a stream is taken up again ${when}`, async ({ client, say, turn }) => {
      const seen = [];
      const stream = await client.responses.create(
        { model: 'pauses', input: say, background: true, stream: true });
      for await (const event of stream) {
        seen.push(event);
        if (text_in(seen) !== '') break;
      }
      const { id } = seen[0].response;
      if (when === 'after its end') await ended(client, { id });
      else assert.equal((await client.responses.retrieve(id)).status, 'in_progress');
      const starting_after = seen.at(-1).sequence_number;
      const rest = await all_of(
        client.responses.retrieve(id, { stream: true, starting_after }));
      assert_gapless([...seen, ...rest]);
      assert_gapless(rest, starting_after + 1);
      assert.equal(rest.at(-1).type, 'response.completed');
      assert_whole(text_in([...seen, ...rest]), turn);
      const all = await all_of(client.responses.retrieve(id, { stream: true }));
      assert.deepEqual(all, [...seen, ...rest]);
    });
  }

  on_core('background: the stream helper takes one up again', async ({ client, say, turn }) => {
    const made = await client.responses.create(
      { model: 'slow', input: say, background: true, stream: true });
    let id;
    for await (const event of made) {
      id = event.response.id;
      break;
    }
    const numbers = [];
    const stream = client.responses.stream({ response_id: id, starting_after: 4 });
    stream.on('event', (event) => numbers.push(event.sequence_number));
    const response = await stream.finalResponse();
    assert_whole(response.output_text, turn);
    assert.deepEqual(numbers, numbers.map((_, i) => 5 + i));
  });

  on_core('background: cancelled, twice', async ({ client, say, ledger }) => {
    const made = await client.responses.create({ model: 'hangs', input: say, background: true });
    await ledger.entry({ kind: 'called' });
    const once = await client.responses.cancel(made.id);
    assert.equal(once.status, 'cancelled');
    assert.deepEqual(once.output, []);
    await ledger.entry({ kind: 'call_ended', from: 'cancelled' });
    assert.deepEqual(await client.responses.cancel(made.id), once);
    const { output_text, ...kept } = await client.responses.retrieve(made.id);
    assert.equal(output_text, '');
    assert.deepEqual(kept, once);
  });

  on_core('background: the stream of what is cancelled ends, and says so',
    async ({ client, say, ledger }) => {
      const stream = await client.responses.create(
        { model: 'hangs', input: say, background: true, stream: true });
      const events = [];
      for await (const event of stream) {
        events.push(event);
        if (event.type !== 'response.in_progress') continue;
        await ledger.entry({ kind: 'called' });
        await client.responses.cancel(event.response.id);
      }
      assert_gapless(events);
      assert.equal(events.at(-1).response.status, 'cancelled');
    });

  // --- errors ---

  on_core('errors: a wrong message', async ({ client, wire }) => {
    const wrong = { model: 'fake-1', messages: [{ role: 'usr', content: 'Hello.' }] };
    const error = await fails_as(client.chat.completions.create(wrong), OpenAI.BadRequestError, {
      status: 400, code: 'invalid_request', type: 'invalid_request_error',
      param: 'messages[0].role', message: /^400 .*'messages\[0\]\.role'.*"usr".*'user'/,
    });
    assert.match(error.requestID, /./);
    assert.equal(error.requestID, error.headers.get('x-request-id'));
    assert.equal(wire.arrivals.length, 1);
  });

  on_core('errors: a wrong input, streamed or not', async ({ client, upstream }) => {
    for (const stream of [false, true]) {
      await fails_as(
        client.responses.create({ model: 'fake-1', input: 'Hello.', temperature: 3, stream }),
        OpenAI.BadRequestError, { param: 'temperature', message: /temperature.*\b2\b.*3/ });
    }
    await fails_as(client.chat.completions.create({ model: 'fake-1', messages: [] }),
      OpenAI.BadRequestError, { param: 'messages', message: /empty array/ });
    assert.equal(upstream.arrivals.length, 0);
  });

  on_core('errors: a path that is not there', async ({ client }) => {
    await fails_as(client.embeddings.create({ model: 'fake-1', input: 'Hello.' }),
      OpenAI.NotFoundError, { code: 'not_found', message: /\/v1\/embeddings/ });
  });

  on_core('errors: a key that is not known', async ({ client, core, say, turn }) => {
    const body = { model: 'fake-1', input: say };
    for (const call of [() => client.responses.create(body), () => all_of(client.models.list())]) {
      await fails_as(call(), OpenAI.AuthenticationError,
        { code: 'unauthorized', type: 'authentication_error', requestID: /./ });
    }
    const known = core.client({ apiKey: 'sk-known' });
    assert_whole((await known.responses.create(body)).output_text, turn);
  }, { config: { api_keys: ['sk-known'] } });

  on_core('errors: a user over the limit', async ({ client, say, wire }) => {
    const body = { model: 'fake-1', messages: user(say) };
    await client.chat.completions.create(body);
    const error = await fails_as(client.chat.completions.create(body), OpenAI.RateLimitError,
      { status: 429, code: 'user_rate_limited', type: 'rate_limit_error', message: /'user'/ });
    const wait = error.headers.get('retry-after');
    assert.ok(wait > 30 && wait <= 60, `retry-after: ${wait}`);
    assert.equal(error.headers.get('ratelimit'), `"user";r=0;t=${wait}`);
    assert.equal(wire.arrivals.length, 2);
  }, { config: at_most(1), maxRetries: 0 });

  on_core('errors: the SDK comes again when told to', async ({ client, say, turn, wire }) => {
    const body = { model: 'fake-1', messages: user(say) };
    await client.chat.completions.create(body);
    const answer = await client.chat.completions.create(body);
    assert_whole(answer.choices[0].message.content, turn);
    assert.equal(wire.arrivals.length, 3);
    const [first, second] = wire.gaps();
    assert.ok(first + second >= 2_990, `after ${first} and ${second} ms`);
  }, { config: at_most(20) });

  for (const api of ['chat', 'responses']) {
    on_core(`errors: ${api}, nobody at the provider, and the SDK does not try again`,
      async ({ client, say, wire, ledger }) => {
        const call = api === 'chat'
          ? client.chat.completions.create({ model: 'fake-1', messages: user(say) })
          : client.responses.create({ model: 'fake-1', input: say });
        const error = await fails_as(call, OpenAI.InternalServerError,
          { status: 503, code: 'backend_unavailable', type: 'server_error' });
        assert.equal(error.headers.get('x-should-retry'), 'false');
        assert.match(error.headers.get('retry-after'), /^[1-9]\d*$/);
        assert.equal(wire.arrivals.length, 1);
        assert.equal(ledger.entries.filter((entry) => entry.kind === 'called').length, 1);
        assert.equal((await ledger.entry({ kind: 'call_ended' })).from, 'refused');
      }, { config: strict, backend: 'away' });
  }

  on_core('errors: no word from the provider in time', async ({ client, say, wire }) => {
    await fails_as(client.chat.completions.create({ model: 'hangs', messages: user(say) }),
      OpenAI.InternalServerError,
      { status: 504, code: 'backend_timeout', type: 'timeout_error', requestID: /./ });
    assert.equal(wire.arrivals.length, 1);
  }, { config: { ...strict, request_timeout: '300ms' } });

  on_core('errors: no word in the time that the caller gives', async ({ client, say }) => {
    await fails_as(client.responses.create(
      { model: 'hangs', input: say }, { headers: { 'X-Request-Timeout-Ms': '500' } }),
    OpenAI.InternalServerError, { status: 504, code: 'backend_timeout' });
  }, { config: strict });

  on_core('errors: little time is enough where nobody waits', async ({ client, say, turn }) => {
    const options = { headers: { 'X-Request-Timeout-Ms': '1500' }, maxRetries: 0 };
    const response = await client.responses.create({ model: 'fake-1', input: say }, options);
    assert_whole(response.output_text, turn);
  });

  on_core('errors: a stream that stalls is an error, and never a whole answer',
    async ({ client, say }) => {
      const body = { model: 'stalls', messages: user(say) };
      const told = client.chat.completions.create({ ...body, stream: true });
      await fails_as(all_of(told), OpenAI.APIError, { code: 'backend_timeout' });
      await error_of(client.chat.completions.stream(body).finalChatCompletion());
      const events = await all_of(
        client.responses.create({ model: 'stalls', input: say, stream: true }));
      assert_gapless(events);
      assert.equal(events.at(-1).type, 'response.failed');
      assert.equal(events.at(-1).response.error.code, 'backend_timeout');
    }, { config: { ...strict, retry: { idle_timeout: '300ms' } } });

  on_core('without a provider there is an answer that says so', async ({ client, say }) => {
    const chat = await client.chat.completions.create(
      { model: 'fake-1', messages: user(say) }).withResponse();
    assert.match(chat.response.headers.get('agentcore-degraded'), /./);
    assert.match(chat.data.choices[0].message.content, /\w/);
    const response = await client.responses.create({ model: 'fake-1', input: say });
    assert.equal(response.agentcore.degraded, true);
    assert.match(response.output_text, /\w/);
    await fails_as(client.responses.create(
      { model: 'fake-1', input: say, agentcore: { allow_degraded: false, deadline_ms: 1000 } }),
    OpenAI.InternalServerError, { status: 503, code: 'backend_unavailable' });
  }, { backend: 'away' });

  // --- keys of idempotency, request ids, leaving ---

  for (const api of ['chat', 'responses']) {
    on_core(`keys: ${api}, the same request twice is one`, async ({ client, say, upstream }) => {
      const options = { headers: { 'Idempotency-Key': 'order-7' } };
      const ask = (content) => (api === 'chat'
        ? client.chat.completions.create({ model: 'fake-1', messages: user(content) }, options)
        : client.responses.create({ model: 'fake-1', input: content }, options)).withResponse();
      const first = await ask(say);
      const again = await ask(say);
      assert.deepEqual(again.data, first.data);
      assert.equal(first.response.headers.get('idempotent-replayed'), null);
      assert.equal(again.response.headers.get('idempotent-replayed'), 'true');
      await fails_as(ask('Something else.'), OpenAI.UnprocessableEntityError,
        { code: 'idempotency_key_reuse' });
      assert.equal(upstream.arrivals.length, 1);
    });

    on_core(`keys: ${api}, a stream twice is one`, async ({ client, say, turn, upstream }) => {
      const options = { headers: { 'Idempotency-Key': '"order-7"' } };
      const ask = () => all_of(api === 'chat'
        ? client.chat.completions.create(
          { model: 'fake-1', messages: user(say), stream: true }, options)
        : client.responses.create({ model: 'fake-1', input: say, stream: true }, options));
      const first = await ask();
      assert_whole(api === 'chat' ? content_in(first) : text_in(first), turn);
      assert.deepEqual(await ask(), first);
      assert.equal(upstream.arrivals.length, 1);
    });
  }

  on_core('keys: the second while the first runs comes again, and gets its answer',
    async ({ client, say, ledger, upstream, wire }) => {
      const options = { headers: { 'Idempotency-Key': 'order-7' } };
      const ask = () => client.responses.create({ model: 'slow', input: say }, options);
      const first = ask().catch((error) => error);
      await ledger.entry({ kind: 'called' });
      const second = await ask();
      assert.equal(second.id, (await first).id);
      assert.equal(upstream.arrivals.length, 1);
      assert.equal(wire.arrivals.length, 3);
      assert.ok(wire.gaps()[1] >= 990, `after ${wire.gaps()[1]} ms`);
    });

  on_core('keys: the SDK has an option for it', async ({ client, say, upstream }) => {
    client.idempotencyHeader = 'Idempotency-Key';
    const ask = (idempotencyKey) =>
      client.responses.create({ model: 'fake-1', input: say }, { idempotencyKey });
    const first = await ask('order-7');
    assert.equal((await ask('order-7')).id, first.id);
    assert.notEqual((await ask('order-8')).id, first.id);
    assert.equal(upstream.arrivals.length, 2);
  });

  on_core('request ids: the caller\'s own', async ({ client, say, ledger }) => {
    const options = { headers: { 'X-Request-Id': 'ticket-7' } };
    const answer = await client.responses.create({ model: 'fake-1', input: say }, options);
    assert.equal(answer._request_id, 'ticket-7');
    await ledger.entry({ kind: 'answered', request: 'ticket-7' });
  });

  on_core('request ids: every call has one', async ({ client, say }) => {
    const options = { headers: { 'Idempotency-Key': 'order-7' } };
    const body = { model: 'fake-1', input: say };
    const { id } = await client.responses.create(body, options);
    const calls = {
      again: client.responses.create(body, options),
      models: client.models.list(),
      retrieve: client.responses.retrieve(id),
      resume: client.responses.retrieve(id, { stream: true }),
      cancel: client.responses.cancel(id),
      items: client.responses.inputItems.list(id),
    };
    for (const [name, call] of Object.entries(calls)) {
      assert.match((await call.withResponse()).request_id ?? 'none', /^r\d+$/, name);
    }
    assert.match((await client.responses.delete(id).withResponse()).request_id ?? 'none', /^r\d+$/);
  });

  for (const stream of [false, true]) {
    on_core(`leaving: who aborts a ${stream ? 'stream' : 'call'} cancels the work`,
      async ({ client, say, ledger }) => {
        const leaving = new AbortController();
        const body = { model: stream ? 'stalls' : 'hangs', messages: user(say), stream };
        const run = async () => {
          const got = await client.chat.completions.create(body, { signal: leaving.signal });
          for await (const chunk of got) if (content_in([chunk]) !== '') leaving.abort();
          leaving.signal.throwIfAborted();
        };
        const left = run().catch((error) => error);
        await ledger.entry({ kind: 'called' });
        if (!stream) leaving.abort();
        const error = await left;
        assert.ok(leaving.signal.aborted, String(error));
        if (!stream) assert.ok(error instanceof OpenAI.APIUserAbortError, String(error));
        const { request } = await ledger.entry({ kind: 'abandoned' });
        await ledger.entry({ kind: 'call_ended', from: 'cancelled', request });
      });
  }

  on_core('leaving: what runs in the background goes on', async ({ client, say, turn }) => {
    const leaving = new AbortController();
    const stream = await client.responses.create(
      { model: 'pauses', input: say, background: true, stream: true }, { signal: leaving.signal });
    let made;
    for await (const event of stream) {
      made ??= event.response;
      if (event.type === 'response.output_text.delta') leaving.abort();
    }
    assert.equal((await client.responses.retrieve(made.id)).status, 'in_progress');
    assert_whole((await ended(client, made)).output_text, turn);
  });

  // --- commands ---

  describe('run_command', { concurrency: true }, () => {
    const config = { commands: { allow: ['echo'] } };

    on_core('commands: chat', async ({ client, say, ledger }) => {
      const answer = await client.chat.completions.create(
        { model: 'command', messages: user(say) });
      assert.match(answer.choices[0].message.content, /^It said: .*seven degrees/s);
      assert.equal((await ledger.entry({ kind: 'command_ended' })).key, 'echo');
    }, { config });

    on_core('commands: the stream helper hears of it', async ({ client, say }) => {
      const stream = client.chat.completions.stream({ model: 'command', messages: user(say) });
      const answer = await stream.finalChatCompletion();
      assert.match(answer.choices[0].message.content, /^It said: .*seven degrees/s);
      assert.equal(answer.choices[0].message.tool_calls, undefined);
      assert.equal(answer.choices[0].finish_reason, 'stop');
    }, { config });

    on_core('commands: responses', async ({ client, say }) => {
      const events = await all_of(client.responses.create(
        { model: 'command', input: say, stream: true }));
      assert_gapless(events);
      const told = events.filter((event) => event.agentcore?.event === 'command');
      assert.deepEqual(told.map((event) => event.agentcore.state), ['started', 'ended']);
      assert.match(text_in(events), /^It said: .*seven degrees/s);
    }, { config });

    on_core('commands: responses, for those who know the names', async ({ client, say }) => {
      const events = await all_of(client.responses.create(
        { model: 'command', input: say, stream: true },
        { headers: { 'Agentcore-Events': 'named' } }));
      assert_gapless(events);
      const told = events.filter((event) => event.type === 'agentcore:command');
      assert.deepEqual(told.map((event) => event.state), ['started', 'ended']);
      assert.match(text_in(events), /^It said: .*seven degrees/s);
    }, { config });

    on_core('commands: responses, with the stream helper', async ({ client, say }) => {
      const response = await client.responses.stream(
        { model: 'command', input: say }).finalResponse();
      assert.deepEqual(response.output.map((item) => item.type), ['message']);
      assert.match(response.output_text, /^It said: .*seven degrees/s);
    }, { config });
  });

  // --- Vercel's `ai` ---

  for (const api of ['chat', 'responses']) {
    const model_of = (core, model, options) =>
      createOpenAI({ apiKey: 'sk-user', baseURL: core.url, ...options })[api](model);

    on_core(`ai ${api}: a text`, async ({ core, say, turn }) => {
      const got = await generateText({ model: model_of(core, 'fake-1'), prompt: say });
      assert_whole(got.text, turn);
      assert.equal(got.finishReason, 'stop');
      assert.equal(got.usage.outputTokens, 12);
    });

    on_core(`ai ${api}: a stream`, async ({ core, say, turn }) => {
      const got = streamText({ model: model_of(core, 'slow'), prompt: say });
      const parts = await all_of(got.textStream);
      assert_whole(parts.join(''), turn);
      assert.ok(parts.length > 1, `${parts.length} parts`);
      assert.equal(await got.finishReason, 'stop');
      if (api === 'responses') assert.equal((await got.usage).outputTokens, 12);
    });

    for (const [how, run] of [['generateText', generateText], ['streamText', streamText]]) {
      on_core(`ai ${api}: ${how} goes through a loop of tools`, async ({ core, say }) => {
        const asked = [];
        const got = await run({
          model: model_of(core, 'weather'), prompt: say, stopWhen: stepCountIs(5),
          tools: { [weather.name]: tool({
            description: weather.description, inputSchema: jsonSchema(weather.parameters),
            execute: (args) => { asked.push(args); return '7 degrees'; },
          }) },
        });
        assert.equal(await got.text, 'It said: 7 degrees');
        assert.deepEqual(asked, [{ city: 'Oslo' }]);
      });
    }

    on_core(`ai ${api}: a stream with a command of the core`, async ({ core, say, ledger }) => {
      const got = streamText({ model: model_of(core, 'command'), prompt: say });
      const parts = await all_of(got.fullStream);
      assert.deepEqual(parts.filter((part) => part.type === 'error'), []);
      assert.match(await got.text, /^It said: .*seven degrees/s);
      assert.equal((await ledger.entry({ kind: 'command_ended' })).key, 'echo');
    }, { config: { commands: { allow: ['echo'] } } });

    on_core(`ai ${api}: an error has its words`, async ({ core, say }) => {
      const error = await error_of(generateText(
        { model: model_of(core, 'fake-1'), prompt: say, maxRetries: 0 }));
      assert.ok(error instanceof APICallError, String(error));
      assert.equal(error.statusCode, 503);
      assert.match(error.message, /provider/i);
    }, { config: strict, backend: 'away' });
  }
});
