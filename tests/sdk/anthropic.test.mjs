import assert from 'node:assert/strict';
import Anthropic, { ContentTooLargeError, OverloadedError } from '@anthropic-ai/sdk';
import { weather } from './sdks.mjs';
import { assert_whole, error_of, speaks } from './speaks.mjs';

const says = (type) => ({ 'error.type': 'error', 'error.error.type': type, requestID: /^req_/ });

speaks('anthropic', {
  finish: { stop: 'end_turn', length: 'max_tokens', tool_calls: 'tool_use' },
  errors: [
    { status: 400, type: Anthropic.BadRequestError, has: says('invalid_request_error') },
    { status: 401, type: Anthropic.AuthenticationError, has: says('authentication_error') },
    { status: 403, type: Anthropic.PermissionDeniedError, has: says('permission_error') },
    { status: 404, type: Anthropic.NotFoundError, has: says('not_found_error') },
    { status: 413, type: ContentTooLargeError, has: says('request_too_large') },
    { status: 429, type: Anthropic.RateLimitError, has: says('rate_limit_error') },
    { status: 500, type: Anthropic.InternalServerError, has: says('api_error') },
    { status: 529, type: OverloadedError, has: says('overloaded_error') },
  ],
  faults: {
    'no-end': 'events: {how: no_end}',
    'error-later': 'stream_error: {after_events: 4}',
    'cut-call': `tool_call: {how: cut, arguments: '{"city":"Oslo","days":3}'}`,
  },
  more({ on_wire }) {
    const streamed = (client, model, say, tools) => client.messages.stream(
      { model, max_tokens: 12, messages: [{ role: 'user', content: say }], tools }).finalMessage();

    on_wire('its stream helper misses an end', async ({ client, say, model }) => {
      assert.match(String(await error_of(streamed(client, model, say))), /message_stop|ended/);
    }, { model: 'no-end' });

    on_wire('an error within a stream is the provider\'s', async ({ sdk, client, say, model }) => {
      const error = await error_of(sdk.stream(client, model, say));
      assert.ok(error instanceof Anthropic.APIError, String(error));
      assert.equal(error.status, undefined);
      assert.equal(error.error.error.type, 'overloaded_error');
    }, { model: 'error-later' });

    // A call that was cut off comes back as a valid one: with what could be read of it.
    on_wire('its stream helper mends a cut tool call', async ({ client, say, model }) => {
      const tools = [{ name: weather.name, input_schema: weather.parameters }];
      const message = await streamed(client, model, say, tools);
      const call = message.content.find((it) => it.type === 'tool_use');
      assert.equal(typeof call.input, 'object');
      assert.notDeepEqual(call.input, { city: 'Oslo', days: 3 });
      assert.equal(message.stop_reason, 'tool_use');
    }, { model: 'cut-call' });

    on_wire('its stream helper puts the answer together', async ({ client, say, turn }) => {
      const stream = client.messages.stream(
        { model: 'fake-1', max_tokens: 12, messages: [{ role: 'user', content: say }] });
      const message = await stream.finalMessage();
      assert_whole(message.content[0].text, turn);
      assert.equal(message.stop_reason, 'end_turn');
      assert.equal(message.usage.output_tokens, 12);
      assert.ok(message.usage.input_tokens > 0);
    });

    on_wire('its stream helper puts tool calls together', async ({ client, say }) => {
      const stream = client.messages.stream({
        model: 'one-call', max_tokens: 12, messages: [{ role: 'user', content: say }],
        tools: [{ name: weather.name, input_schema: weather.parameters }],
      });
      const call = (await stream.finalMessage()).content.find((it) => it.type === 'tool_use');
      assert.match(call.id, /^toolu_/);
      assert.deepEqual(call.input, { city: 'Oslo' });
    });

    on_wire('takes the result of a tool', async ({ client, say }) => {
      const tools = [{ name: weather.name, input_schema: weather.parameters }];
      const messages = [{ role: 'user', content: say }];
      const body = { model: 'loop', max_tokens: 12, tools };
      const first = await client.messages.create({ ...body, messages });
      const call = first.content.find((it) => it.type === 'tool_use');
      messages.push({ role: 'assistant', content: first.content });
      messages.push({ role: 'user', content: [
        { type: 'tool_result', tool_use_id: call.id, content: '7 degrees' }] });
      const second = await client.messages.create({ ...body, messages });
      assert.match(second.content[0].text, /It said: 7 degrees$/);
    });

    on_wire('tells the headers of the provider', async ({ client, say }) => {
      const body = { model: 'fake-1', max_tokens: 12, messages: [{ role: 'user', content: say }] };
      const { response, request_id } = await client.messages.create(body).withResponse();
      assert.match(request_id, /^req_/);
      const reset = response.headers.get('anthropic-ratelimit-requests-reset');
      assert.match(reset, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);
    });

    on_wire('a wrong request is refused as the provider does', async ({ client }) => {
      const wrong = { model: 'fake-1', max_tokens: 12, messages: [] };
      const error = await error_of(client.messages.create(wrong));
      assert.ok(error instanceof Anthropic.BadRequestError, String(error));
      assert.equal(error.error.error.type, 'invalid_request_error');
    });

    on_wire('its stream helper puts the thinking together', async ({ client, say, turn }) => {
      const message = await client.messages.stream({
        model: 'fake-1', max_tokens: 2048, thinking: { type: 'enabled', budget_tokens: 1024 },
        messages: [{ role: 'user', content: say }],
      }).finalMessage();
      const [thinking, text] = message.content;
      assert.equal(thinking.type, 'thinking');
      assert.match(thinking.thinking, /\w/);
      assert.match(thinking.signature, /\w/);
      assert_whole(text.text, turn, 2048);
    });

    on_wire('takes its thinking back with the result of a tool', async ({ client, say }) => {
      const tools = [{ name: weather.name, input_schema: weather.parameters }];
      const messages = [{ role: 'user', content: say }];
      const body = {
        model: 'loop', max_tokens: 2048, tools, thinking: { type: 'enabled', budget_tokens: 1024 },
      };
      const first = await client.messages.create({ ...body, messages });
      assert.equal(first.content[0].type, 'thinking');
      const call = first.content.find((it) => it.type === 'tool_use');
      messages.push({ role: 'assistant', content: first.content });
      messages.push({ role: 'user', content: [
        { type: 'tool_result', tool_use_id: call.id, content: '7 degrees' }] });
      const second = await client.messages.create({ ...body, messages });
      assert.match(second.content.at(-1).text, /It said: 7 degrees$/);
    });

    on_wire('a budget that is too small is refused', async ({ client, say }) => {
      const error = await error_of(client.messages.create({
        model: 'fake-1', max_tokens: 2048, thinking: { type: 'enabled', budget_tokens: 10 },
        messages: [{ role: 'user', content: say }],
      }));
      assert.ok(error instanceof Anthropic.BadRequestError, String(error));
      assert.match(error.error.error.message, /budget_tokens/);
    });
  },
});
