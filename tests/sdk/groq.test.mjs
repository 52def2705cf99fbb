import assert from 'node:assert/strict';
import Groq from 'groq-sdk';
import { assert_whole, speaks } from './speaks.mjs';

const told = { 'error.error.message': /\w/ };

speaks('groq', {
  finish: { stop: 'stop', length: 'length', tool_calls: 'tool_calls' },
  errors: [
    { status: 400, type: Groq.BadRequestError, has: told },
    { status: 401, type: Groq.AuthenticationError, has: told },
    { status: 404, type: Groq.NotFoundError, has: told },
    { status: 413, type: Groq.APIError, has: told },
    { status: 422, type: Groq.UnprocessableEntityError, has: told },
    { status: 429, type: Groq.RateLimitError, has: { 'error.error.code': 'rate_limit_exceeded' } },
    { status: 498, type: Groq.APIError, has: told },
    { status: 500, type: Groq.InternalServerError, has: told },
    { status: 503, type: Groq.InternalServerError, has: told },
  ],
  more({ on_wire }) {
    on_wire('adds its own fields', async ({ client, say }) => {
      const body = { model: 'fake-1', messages: [{ role: 'user', content: say }] };
      const { data, response } = await client.chat.completions.create(body).withResponse();
      assert.match(data.x_groq.id, /^req_/);
      assert.equal(typeof data.usage.total_time, 'number');
      assert.match(response.headers.get('x-request-id'), /^req_/);
      let first, last;
      for await (const chunk of await client.chat.completions.create({ ...body, stream: true })) {
        first ??= chunk;
        last = chunk;
      }
      assert.match(first.x_groq.id, /^req_/);
      assert.equal(last.x_groq.usage.completion_tokens, 12);
    });

    on_wire('tells its reasoning', async ({ client, say, turn }) => {
      const body = {
        model: 'fake-1', reasoning_format: 'parsed', messages: [{ role: 'user', content: say }],
      };
      const whole = (await client.chat.completions.create(body)).choices[0].message;
      assert.match(whole.reasoning, /\w/);
      assert_whole(whole.content, turn);
      let reasoning = '';
      for await (const chunk of await client.chat.completions.create({ ...body, stream: true })) {
        reasoning += chunk.choices[0]?.delta.reasoning ?? '';
      }
      assert.match(reasoning, /\w/);
    });
  },
});
