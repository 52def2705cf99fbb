import assert from 'node:assert/strict';
import Cerebras from '@cerebras/cerebras_cloud_sdk';
import { speaks } from './speaks.mjs';

// Its errors have no envelope: the SDK finds the message only so.
const told = { 'error.message': /\w/, 'error.type': /\w/ };

speaks('cerebras', {
  finish: { stop: 'stop', length: 'length', tool_calls: 'tool_calls' },
  errors: [
    { status: 400, type: Cerebras.BadRequestError, has: told },
    { status: 401, type: Cerebras.AuthenticationError, has: told },
    { status: 404, type: Cerebras.NotFoundError, has: told },
    { status: 422, type: Cerebras.UnprocessableEntityError, has: told },
    { status: 429, type: Cerebras.RateLimitError, has: { 'error.code': 'request_quota_exceeded' } },
    { status: 500, type: Cerebras.InternalServerError, has: told },
    { status: 503, type: Cerebras.InternalServerError, has: told },
  ],
  more({ on_wire }) {
    on_wire('adds its own fields', async ({ client, say }) => {
      const body = { model: 'fake-1', messages: [{ role: 'user', content: say }] };
      const answer = await client.chat.completions.create(body);
      assert.equal(typeof answer.time_info.total_time, 'number');
    });

    on_wire('the ping of its constructor is answered', async ({ wire }) => {
      assert.equal((await fetch(wire.url + '/v1/tcp_warming')).status, 200);
      assert.equal(wire.arrivals.length, 0);
    });
  },
});
