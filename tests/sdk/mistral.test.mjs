import assert from 'node:assert/strict';
import * as errors from '@mistralai/mistralai/models/errors';
import { weather } from './sdks.mjs';
import { speaks } from './speaks.mjs';

const told = (status) => ({ statusCode: status, body: /"message"/ });

speaks('mistral', {
  finish: { stop: 'stop', length: 'length', tool_calls: 'tool_calls' },
  errors: [
    { status: 400, type: errors.SDKError, has: told(400) },
    { status: 401, type: errors.SDKError, has: told(401) },
    { status: 404, type: errors.SDKError, has: told(404) },
    { status: 422, type: errors.HTTPValidationError, has: { 'detail.0.msg': /\w/ } },
    { status: 429, type: errors.SDKError, has: { statusCode: 429, body: /"rate_limited"/ } },
    { status: 500, type: errors.SDKError, has: told(500) },
    { status: 503, type: errors.SDKError, has: told(503) },
  ],
  more({ on_wire }) {
    on_wire('takes the result of a tool', async ({ client, say }) => {
      const tools = [{ type: 'function', function: weather }];
      const messages = [{ role: 'user', content: say }];
      const first = await client.chat.complete({ model: 'loop', messages, tools });
      const { message } = first.choices[0];
      messages.push(message);
      messages.push({
        role: 'tool', toolCallId: message.toolCalls[0].id, name: weather.name, content: '7 degrees',
      });
      const second = await client.chat.complete({ model: 'loop', messages, tools });
      assert.match(second.choices[0].message.content, /It said: 7 degrees$/);
    });
  },
});
