import assert from 'node:assert/strict';
import { Cohere, CohereError } from 'cohere-ai';
import { weather } from './sdks.mjs';
import { speaks } from './speaks.mjs';

const told = (status) => ({ statusCode: status, 'body.message': /\w/ });

speaks('cohere', {
  finish: { stop: 'COMPLETE', length: 'MAX_TOKENS', tool_calls: 'TOOL_CALL' },
  errors: [
    { status: 400, type: Cohere.BadRequestError, has: told(400) },
    { status: 401, type: Cohere.UnauthorizedError, has: told(401) },
    { status: 403, type: Cohere.ForbiddenError, has: told(403) },
    { status: 404, type: Cohere.NotFoundError, has: told(404) },
    { status: 422, type: Cohere.UnprocessableEntityError, has: told(422) },
    { status: 429, type: Cohere.TooManyRequestsError, has: told(429) },
    { status: 498, type: Cohere.InvalidTokenError, has: told(498) },
    { status: 500, type: Cohere.InternalServerError, has: told(500) },
    { status: 502, type: CohereError, has: told(502) },
    { status: 503, type: Cohere.ServiceUnavailableError, has: told(503) },
    { status: 504, type: Cohere.GatewayTimeoutError, has: told(504) },
  ],
  faults: { 'fails-twice': 'attempts: 1..2, status: {code: 503}' },
  more({ on_wire }) {
    on_wire('its third attempt is known as such, without a marker', async (
      { sdk, client, wire, model }) => {
      const got = await sdk.ask(client, model, 'Hello.');
      assert.match(got.text, / \[end 12 [0-9a-f]{8}\]$/);
      assert.equal(wire.arrivals.length, 3);
    }, { model: 'fails-twice' });

    on_wire('takes the result of a tool', async ({ client, say }) => {
      const tools = [{ type: 'function', function: weather }];
      const messages = [{ role: 'user', content: say }];
      const first = await client.chat({ model: 'loop', messages, tools });
      messages.push(first.message);
      messages.push(
        { role: 'tool', toolCallId: first.message.toolCalls[0].id, content: '7 degrees' });
      const second = await client.chat({ model: 'loop', messages, tools });
      assert.match(second.message.content[0].text, /It said: 7 degrees$/);
    });

    on_wire('counts tokens its own way', async ({ client, say, sdk }) => {
      const { usage } = await sdk.ask(client, 'fake-1', say);
      assert.equal(usage.tokens.outputTokens, 12);
      assert.ok(usage.billedUnits.inputTokens > 0);
    });
  },
});
