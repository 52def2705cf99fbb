import assert from 'node:assert/strict';
import { APICallError, generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import { weather } from './sdks.mjs';
import { speaks } from './speaks.mjs';

const errors = [400, 401, 403, 404, 409, 422, 429, 500, 503].map((status) => ({
  status, type: APICallError,
  has: { statusCode: status, isRetryable: [408, 409, 429].includes(status) || status >= 500 },
}));
const finish = { stop: 'stop', length: 'length', tool_calls: 'tool-calls' };

for (const [name, model_of] of [
  ['ai', (client, model) => client.chat(model)],
  ['ai responses', (client, model) => client.responses(model)],
]) {
  speaks(name, {
    finish,
    errors,
    more({ on_wire }) {
      for (const [how, run] of [['generateText', generateText], ['streamText', streamText]]) {
        on_wire(`${how} goes through a loop of tools`, async ({ client, say, wire }) => {
          const asked = [];
          const result = await run({
            model: model_of(client, 'loop'), prompt: say, stopWhen: stepCountIs(5),
            tools: { [weather.name]: tool({
              description: weather.description, inputSchema: jsonSchema(weather.parameters),
              execute: (args) => { asked.push(args); return '7 degrees'; },
            }) },
          });
          assert.match(await result.text, /It said: 7 degrees$/);
          assert.deepEqual(asked, [{ city: 'Oslo' }]);
          assert.equal(wire.arrivals.length, 2);
        });
      }
    },
  });
}
