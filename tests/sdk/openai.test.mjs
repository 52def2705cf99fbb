import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { weather } from './sdks.mjs';
import { assert_whole, error_of, speaks } from './speaks.mjs';

speaks('openai', {
  finish: { stop: 'stop', length: 'length', tool_calls: 'tool_calls' },
  errors: [
    { status: 400, type: OpenAI.BadRequestError, has: { type: 'invalid_request_error' } },
    { status: 401, type: OpenAI.AuthenticationError, has: { code: 'invalid_api_key' } },
    { status: 403, type: OpenAI.PermissionDeniedError },
    { status: 404, type: OpenAI.NotFoundError, has: { code: 'model_not_found' } },
    { status: 409, type: OpenAI.ConflictError },
    { status: 422, type: OpenAI.UnprocessableEntityError },
    {
      status: 429, type: OpenAI.RateLimitError,
      has: { code: 'rate_limit_exceeded', requestID: /^req_/ },
    },
    { status: 500, type: OpenAI.InternalServerError, has: { 'error.type': 'server_error' } },
    { status: 503, type: OpenAI.InternalServerError, has: { code: 'server_is_overloaded' } },
  ],
  faults: {
    'no-end': 'events: {how: no_end}',
    'error-later': 'stream_error: {after_events: 4}',
  },
  more({ on_wire }) {
    on_wire('its stream helper misses a finish', async ({ client, say, model }) => {
      const messages = [{ role: 'user', content: say }];
      const stream = client.chat.completions.stream({ model, messages });
      assert.match(String(await error_of(stream.finalChatCompletion())), /finish_reason/);
    }, { model: 'no-end' });

    on_wire('an error within a stream has no status', async ({ sdk, client, say, model }) => {
      const error = await error_of(sdk.stream(client, model, say));
      assert.ok(error instanceof OpenAI.APIError, String(error));
      assert.equal(error.status, undefined);
      assert.match(error.message, /overloaded/);
    }, { model: 'error-later' });

    on_wire('lists and retrieves models', async ({ client }) => {
      const ids = [];
      for await (const model of client.models.list()) ids.push(model.id);
      assert.deepEqual(ids, ['fake-1']);
      assert.equal((await client.models.retrieve('fake-1')).object, 'model');
    });

    on_wire('tells the headers of the provider', async ({ client }) => {
      const body = { model: 'fake-1', messages: [{ role: 'user', content: 'Hello.' }] };
      const { data, response, request_id } =
        await client.chat.completions.create(body).withResponse();
      assert.match(request_id, /^req_/);
      assert.equal(data._request_id, request_id);
      assert.match(response.headers.get('openai-processing-ms'), /^\d+$/);
      assert.match(response.headers.get('x-ratelimit-remaining-requests'), /^\d+$/);
    });

    on_wire('its stream helper puts the answer together', async ({ client, say, turn }) => {
      const stream = client.chat.completions.stream({
        model: 'fake-1', messages: [{ role: 'user', content: say }],
        stream_options: { include_usage: true },
      });
      const answer = await stream.finalChatCompletion();
      assert_whole(answer.choices[0].message.content, turn);
      assert.equal(answer.usage.completion_tokens, 12);
    });

    on_wire('its tool runner goes through a loop of tools', async ({ client, say, wire }) => {
      const asked = [];
      const run = (args) => { asked.push(args); return '7 degrees'; };
      const runner = client.chat.completions.runTools({
        model: 'loop', messages: [{ role: 'user', content: say }],
        tools: [{ type: 'function', function: { ...weather, parse: JSON.parse, function: run } }],
      });
      assert.match(await runner.finalContent(), /It said: 7 degrees$/);
      assert.deepEqual(asked, [{ city: 'Oslo' }]);
      assert.equal(wire.arrivals.length, 2);
    });

    on_wire('gives JSON that fits its schema', async ({ client, say, turn }) => {
      const json_schema = { name: 'city', schema: weather.parameters };
      const body = { model: 'fake-1', messages: [{ role: 'user', content: say }] };
      const answer = await client.chat.completions.parse(
        { ...body, response_format: { type: 'json_schema', json_schema } });
      assert.deepEqual(JSON.parse(answer.choices[0].message.content), { city: `[reply ${turn}]` });
    });

    on_wire('a wrong request is refused as the provider does', async ({ client }) => {
      const wrong = { model: 'fake-1', messages: [] };
      const error = await error_of(client.chat.completions.create(wrong));
      assert.ok(error instanceof OpenAI.BadRequestError);
      assert.match(error.message, /empty array/);
    });
  },
});
