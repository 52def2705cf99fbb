import assert from 'node:assert/strict';
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
  },
});
