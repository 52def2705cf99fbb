// `shakedown fake` as it stands: no file, all dialects on one port, and the base URLs that it
// prints. Each SDK is given its own one, by the variable that it reads where it reads one, and
// asks for a text, a stream and the models.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { crc32 } from 'node:zlib';
import Anthropic from '@anthropic-ai/sdk';
import Cerebras from '@cerebras/cerebras_cloud_sdk';
import { Mistral } from '@mistralai/mistralai';
import { CohereClientV2 } from 'cohere-ai';
import Groq from 'groq-sdk';
import OpenAI from 'openai';
import { start } from './fake.mjs';
import { sdks, weather } from './sdks.mjs';

const apiKey = 'sk-shakedown';
const kLine = /^(\S+): (?:([A-Z_]+)=)?(http:\S+)$/gm;

// What each SDK's user writes: `models` reads them as this provider lists them. `own` tells answers
// of this provider from others that have the same form.
const clients = {
  openai: {
    backend: 'openai', make: () => new OpenAI({ apiKey }),
    own: (answer) => answer.id.startsWith('chatcmpl-') && !answer.x_groq && !answer.time_info,
    models: async (client) => (await client.models.list()).data.map((it) => it.id),
  },
  responses: {
    backend: 'openai-responses', make: () => new OpenAI({ apiKey }),
    models: async (client) => (await client.models.list()).data.map((it) => it.id),
  },
  anthropic: {
    backend: 'anthropic', make: () => new Anthropic({ apiKey }),
    models: async (client) => (await client.models.list()).data.map((it) => it.display_name),
  },
  cohere: {
    backend: 'cohere',
    make: (url) => new CohereClientV2({ token: apiKey, environment: url }),
    models: async (client) => (await client.models.list()).models.map((it) => it.name),
  },
  mistral: {
    backend: 'mistral', own: (answer) => !answer.id.startsWith('chatcmpl-'),
    make: (url) => new Mistral({ apiKey, serverURL: url }),
    models: async (client) => (await client.models.list()).data.map((it) => it.id),
  },
  groq: {
    backend: 'groq', make: () => new Groq({ apiKey }),
    own: (answer) => /^req_/.test(answer.x_groq?.id),
    models: async (client) => (await client.models.list()).data.map((it) => it.id),
  },
  cerebras: {
    backend: 'cerebras', make: () => new Cerebras({ apiKey }),
    own: (answer) => answer.time_info?.total_time >= 0,
    models: async (client) => (await client.models.list()).data.map((it) => it.id),
  },
};

function assert_whole(text) {
  const end = text.lastIndexOf(' [end ');
  const found = / \[end \d+ ([0-9a-f]{8})\]$/.exec(text);
  assert.ok(found, `no end: ${text}`);
  assert.equal(found[1], crc32(text.slice(0, end)).toString(16).padStart(8, '0'), text);
}

describe('all dialects on one port', { concurrency: true }, () => {
  let fake;
  const told = {};  // by backend: {variable, url}
  before(async () => {
    fake = await start(['fake', '--listen', '127.0.0.1:0'], (said) => {
      for (const [, name, variable, url] of said.matchAll(kLine)) told[name] = { variable, url };
      return told.control && told;
    });
    for (const { variable, url } of Object.values(told)) {
      if (variable) process.env[variable] = url;
    }
  });
  after(() => fake.stop());

  for (const [name, { backend, make, models, own }] of Object.entries(clients)) {
    const sdk = sdks[name];
    const client = () => make(told[backend].url);

    it(`${name}: answers with a text`, async () => {
      const got = await sdk.ask(client(), 'some-model', 'Hello.');
      assert_whole(got.text);
      assert.ok(got.usage, 'no usage');
    });

    it(`${name}: streams a text`, async () => {
      const got = await sdk.stream(client(), 'some-model', 'Hello.');
      assert_whole(got.text);
      assert.ok(got.events > 3, `${got.events} events`);
    });

    it(`${name}: lists the models`, async () => {
      assert.deepEqual(await models(client()), ['fake-1']);
    });

    for (const how of ['ask', 'stream']) {
      it(`${name}: ${how}: calls the tool that it must call`, async () => {
        const got = await sdk[how](client(), 'some-model', 'Hello.',
          { tools: [weather], must: weather.name });
        assert.deepEqual(
          got.calls.map((call) => ({ name: call.name, arguments: JSON.parse(call.arguments) })),
          [{ name: weather.name, arguments: { city: 'example' } }]);
      });
    }

    if (own) {
      it(`${name}: answers are its provider's own`, async () => {
        const body = { model: 'some-model', messages: [{ role: 'user', content: 'Hello.' }] };
        const chat = client().chat;
        assert.ok(own(await (chat.completions?.create(body) ?? chat.complete(body))));
      });
    }
  }
});
