import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import OpenAI from 'openai';
import { weather } from './sdks.mjs';
import { assert_whole, error_of, speaks } from './speaks.mjs';

speaks('responses', {
  finish: { stop: 'completed', length: 'incomplete', tool_calls: 'completed' },
  errors: [
    { status: 400, type: OpenAI.BadRequestError, has: { type: 'invalid_request_error' } },
    { status: 401, type: OpenAI.AuthenticationError },
    { status: 404, type: OpenAI.NotFoundError },
    { status: 429, type: OpenAI.RateLimitError, has: { requestID: /^req_/ } },
    { status: 500, type: OpenAI.InternalServerError },
    { status: 503, type: OpenAI.InternalServerError },
  ],
  faults: { 'no-end': 'events: {how: no_end}' },
  backends: { slow: { inter_token: '100ms' }, brief: { stored_for: '1s' } },
  more({ on_wire }) {
    on_wire('its stream helper misses no end', async ({ client, say, model }) => {
      const response = await client.responses.stream({ model, input: say }).finalResponse();
      assert.equal(response.status, 'in_progress');
    }, { model: 'no-end' });

    on_wire('its stream helper puts the response together', async ({ client, say, turn }) => {
      const stream = client.responses.stream({ model: 'fake-1', input: say });
      const response = await stream.finalResponse();
      assert_whole(response.output_text, turn);
      assert.equal(response.status, 'completed');
      assert.equal(response.usage.output_tokens, 12);
    });

    on_wire('numbers its events without a gap', async ({ client, say }) => {
      const numbers = [];
      const types = [];
      for await (const event of await client.responses.create(
        { model: 'fake-1', input: say, stream: true })) {
        numbers.push(event.sequence_number);
        types.push(event.type);
      }
      assert.deepEqual(numbers, numbers.map((_, i) => i));
      assert.equal(types[0], 'response.created');
      assert.equal(types.at(-1), 'response.completed');
    });

    on_wire('its stream helper puts the reasoning together', async ({ client, say, turn }) => {
      const response = await client.responses.stream({
        model: 'fake-1', input: say, reasoning: { effort: 'low', summary: 'auto' },
        include: ['reasoning.encrypted_content'],
      }).finalResponse();
      const [reasoning] = response.output;
      assert.equal(reasoning.type, 'reasoning');
      assert.match(reasoning.summary[0].text, /\w/);
      assert.match(reasoning.encrypted_content, /\w/);
      assert.ok(response.usage.output_tokens_details.reasoning_tokens > 0);
      assert_whole(response.output_text, turn);
    });

    on_wire('a tool that is chosen must be on offer', async ({ client, say }) => {
      const tools = [{ type: 'function', strict: false, ...weather }];
      const tool_choice = { type: 'function', name: 'no_such_tool' };
      const error = await error_of(
        client.responses.create({ model: 'fake-1', input: say, tools, tool_choice }));
      assert.ok(error instanceof OpenAI.BadRequestError, String(error));
      assert.match(error.message, /no_such_tool/);
    });

    on_wire('takes the result of a tool', async ({ client, say }) => {
      const tools = [{ type: 'function', strict: false, ...weather }];
      const input = [{ role: 'user', content: say }];
      const first = await client.responses.create({ model: 'loop', input, tools });
      const call = first.output.find((item) => item.type === 'function_call');
      input.push(...first.output,
        { type: 'function_call_output', call_id: call.call_id, output: '7 degrees' });
      const second = await client.responses.create({ model: 'loop', input, tools });
      assert.match(second.output_text, /It said: 7 degrees$/);
    });

    on_wire('keeps an answer, and forgets it', async ({ client, say, turn }) => {
      const made = await client.responses.create({ model: 'fake-1', input: say });
      assert_whole((await client.responses.retrieve(made.id)).output_text, turn);
      await client.responses.delete(made.id);
      assert.ok(await error_of(client.responses.retrieve(made.id)) instanceof OpenAI.NotFoundError);
    });

    on_wire('answers in the background', async ({ client, say, turn }) => {
      let response = await client.responses.create(
        { model: 'fake-1', input: say, background: true });
      assert.ok(['queued', 'in_progress'].includes(response.status), response.status);
      const until = Date.now() + 20_000;
      while (['queued', 'in_progress'].includes(response.status) && Date.now() < until) {
        response = await client.responses.retrieve(response.id);
      }
      assert.equal(response.status, 'completed');
      assert_whole(response.output_text, turn);
      assert.equal((await client.responses.cancel(response.id)).status, 'completed');
    });

    // Of a stream in the background: its name, and its first events.
    async function begin(client, say, events) {
      const stream = await client.responses.create(
        { model: 'fake-1', input: say, background: true, stream: true });
      const got = [];
      for await (const event of stream) {
        got.push(event);
        if (got.length === events) break;
      }
      return { id: got[0].response.id, got };
    }

    on_wire('a stream that broke off is taken up again', async ({ client, say, turn }) => {
      const { id, got } = await begin(client, say, 7);
      const after = got.at(-1).sequence_number;
      for await (const event of await client.responses.retrieve(
        id, { stream: true, starting_after: after })) {
        got.push(event);
      }
      assert.deepEqual(got.map((event) => event.sequence_number), got.map((_, i) => i));
      const deltas = got.filter((event) => event.type === 'response.output_text.delta');
      assert_whole(deltas.map((event) => event.delta).join(''), turn);
      assert.equal(got.at(-1).type, 'response.completed');
    }, { backend: 'slow' });

    on_wire('a response that is being made is cancelled', async ({ client, say }) => {
      const { id } = await begin(client, say, 7);
      assert.equal((await client.responses.retrieve(id)).status, 'in_progress');
      assert.equal((await client.responses.cancel(id)).status, 'cancelled');
      assert.equal((await client.responses.cancel(id)).status, 'cancelled');  // as often as wanted
      const found = await client.responses.retrieve(id);
      assert.equal(found.status, 'cancelled');
      assert.deepEqual(found.output, []);
    }, { backend: 'slow' });

    on_wire('a stored response expires', async ({ client, say }) => {
      const made = await client.responses.create({ model: 'fake-1', input: say });
      assert.equal((await client.responses.retrieve(made.id)).id, made.id);
      await sleep(1_100);
      const error = await error_of(client.responses.retrieve(made.id));
      assert.ok(error instanceof OpenAI.NotFoundError, String(error));
      const further = { model: 'fake-1', input: say, previous_response_id: made.id };
      const refused = await error_of(client.responses.create(further));
      assert.equal(refused.code, 'previous_response_not_found');
    }, { backend: 'brief' });

    on_wire('lists what a response was made from', async ({ client, say }) => {
      const input = [{ role: 'user', content: 'Before.' }, { role: 'user', content: say }];
      const made = await client.responses.create({ model: 'fake-1', input });
      const texts = [];
      for await (const item of client.responses.inputItems.list(made.id, { limit: 1 })) {
        texts.push(item.content[0].text);
      }
      assert.deepEqual(texts, [say, 'Before.']);  // the last one first
    });

    on_wire('says again what was asked', async ({ client, say }) => {
      const tools = [{ type: 'function', strict: false, ...weather }];
      const made = await client.responses.create(
        { model: 'fake-1', input: say, tools, tool_choice: 'none', temperature: 0.5 });
      assert.deepEqual(made.tools, tools);
      assert.equal(made.tool_choice, 'none');
      assert.equal(made.temperature, 0.5);
    });

    on_wire('gives JSON that fits its schema', async ({ client, say, turn }) => {
      const format = { type: 'json_schema', name: 'city', schema: weather.parameters };
      const made = await client.responses.parse({ model: 'fake-1', input: say, text: { format } });
      assert.deepEqual(JSON.parse(made.output_text), { city: `[reply ${turn}]` });
    });
  },
});
