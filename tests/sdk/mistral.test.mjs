import assert from 'node:assert/strict';
import * as errors from '@mistralai/mistralai/models/errors';
import { weather } from './sdks.mjs';
import { error_of, speaks } from './speaks.mjs';

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
  faults: { 'fails-twice': 'attempts: 1..2, status: {code: 503}' },
  more({ on_wire }) {
    on_wire('its third attempt is known as such, without a marker', async (
      { sdk, client, model }) => {
      await error_of(sdk.ask(client, model, 'Hello.'));
      await error_of(sdk.ask(client, model, 'Hello.'));
      const got = await sdk.ask(client, model, 'Hello.');
      assert.match(got.text, / \[end 12 [0-9a-f]{8}\]$/);
    }, { model: 'fails-twice' });

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
