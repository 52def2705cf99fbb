// One row per SDK: how its user makes a client and asks, plainly and as a stream, and how its
// answer is brought into one form: {text, finish, calls: [{name, arguments}], events}. Only
// documented options are set; retries stay at their defaults.
import { readFileSync } from 'node:fs';
import Anthropic from '@anthropic-ai/sdk';
import Cerebras from '@cerebras/cerebras_cloud_sdk';
import { Mistral } from '@mistralai/mistralai';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, jsonSchema, streamText, tool } from 'ai';
import { CohereClientV2 } from 'cohere-ai';
import Groq from 'groq-sdk';
import OpenAI from 'openai';
import OpenAI6 from 'openai6';

const apiKey = 'sk-shakedown';

export const weather = {
  name: 'get_weather',
  description: 'The weather of a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
export const clock = {
  name: 'get_time',
  description: 'The time in a city.',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};

const user = (say) => [{ role: 'user', content: say }];
const as_function = (tools) => tools && tools.map((it) => ({ type: 'function', function: it }));

const choice_of = (must) => must && { type: 'function', function: { name: must } };

const nothing = (events) => ({ text: '', calls: [], events, finish: null });

// What the SDK gives as an answer, and is none.
const kStrange = { ...nothing(1), strange: true };

// Adds a delta of a tool call to the calls so far; `at` says to which.
function add_call(calls, at, { name = '', args = '' }) {
  calls[at] ??= { name: '', arguments: '' };
  calls[at].name += name;
  calls[at].arguments += typeof args === 'string' ? args : JSON.stringify(args);
}

// OpenAI's chat completions, and those SDKs whose types follow them. Mistral writes camelCase.
function chat_answer(answer) {
  if (!answer.choices) return kStrange;
  const [choice] = answer.choices;
  const calls = [];
  const made = choice.message.tool_calls ?? choice.message.toolCalls ?? [];
  made.forEach((call, i) =>
    add_call(calls, i, { name: call.function.name, args: call.function.arguments }));
  return {
    text: choice.message.content ?? '', calls, events: 1, usage: answer.usage,
    finish: choice.finish_reason ?? choice.finishReason,
  };
}

async function chat_stream(stream, chunk_of = (event) => event) {
  const got = nothing(0);
  for await (const event of stream) {
    const chunk = chunk_of(event);
    ++got.events;
    const [choice] = chunk.choices;
    if (chunk.usage) got.usage = chunk.usage;
    if (!choice) continue;
    got.text += choice.delta.content ?? '';
    got.finish = choice.finish_reason ?? choice.finishReason ?? got.finish;
    for (const call of choice.delta.tool_calls ?? choice.delta.toolCalls ?? []) {
      add_call(got.calls, call.index, { name: call.function.name, args: call.function.arguments });
    }
  }
  return got;
}

// The SDKs of one family: same options, same calls.
function chat_sdk(Client, path) {
  return {
    make: (url, { timeout, retries } = {}) => new Client(
      { apiKey, baseURL: url + path, timeout, maxRetries: retries }),
    body: (model, say, { tools, must }) => ({
      model, messages: user(say), tools: as_function(tools), tool_choice: choice_of(must),
    }),
    async ask(client, model, say, options = {}) {
      return chat_answer(await client.chat.completions.create(this.body(model, say, options)));
    },
    async stream(client, model, say, options = {}) {
      return chat_stream(await client.chat.completions.create(
        { ...this.body(model, say, options), stream: true }));
    },
  };
}

const anthropic = {
  make: (url, { timeout, retries } = {}) => new Anthropic(
    { apiKey, baseURL: url, timeout, maxRetries: retries }),
  body: (model, say, { tools, must }) => ({
    model, max_tokens: 12, messages: user(say),
    tools: tools && tools.map(({ parameters, ...it }) => ({ ...it, input_schema: parameters })),
    tool_choice: must && { type: 'tool', name: must },
  }),
  async ask(client, model, say, options = {}) {
    const answer = await client.messages.create(this.body(model, say, options));
    if (!answer.content) return kStrange;
    const got = { ...nothing(1), usage: answer.usage, finish: answer.stop_reason };
    for (const block of answer.content) {
      if (block.type === 'text') got.text += block.text;
      else add_call(got.calls, got.calls.length, { name: block.name, args: block.input });
    }
    return got;
  },
  async stream(client, model, say, options = {}) {
    const got = nothing(0);
    const at = {};
    const body = { ...this.body(model, say, options), stream: true };
    for await (const event of await client.messages.create(body)) {
      ++got.events;
      if (event.type === 'content_block_start' && event.content_block.type === 'tool_use') {
        at[event.index] = got.calls.length;
        add_call(got.calls, at[event.index], { name: event.content_block.name });
      } else if (event.type === 'content_block_delta') {
        got.text += event.delta.text ?? '';
        if (event.delta.type === 'input_json_delta') {
          add_call(got.calls, at[event.index], { args: event.delta.partial_json });
        }
      } else if (event.type === 'message_delta') {
        got.finish = event.delta.stop_reason;
        got.usage = event.usage;
      }
    }
    return got;
  },
};

const cohere = {
  make: (url, { timeout, retries } = {}) => new CohereClientV2({
    token: apiKey, environment: url, timeoutInSeconds: timeout && timeout / 1000,
    maxRetries: retries,
  }),
  body: (model, say, { tools, must }) => ({
    model, messages: user(say), tools: as_function(tools), toolChoice: must && 'REQUIRED',
  }),
  async ask(client, model, say, options = {}) {
    const answer = await client.chat(this.body(model, say, options));
    if (!answer.message?.role) return kStrange;
    const got = { ...nothing(1), usage: answer.usage, finish: answer.finishReason };
    for (const part of answer.message.content ?? []) got.text += part.text ?? '';
    (answer.message.toolCalls ?? []).forEach((call, i) =>
      add_call(got.calls, i, { name: call.function.name, args: call.function.arguments }));
    return got;
  },
  async stream(client, model, say, options = {}) {
    const got = nothing(0);
    for await (const event of await client.chatStream(this.body(model, say, options))) {
      ++got.events;
      const message = event.delta?.message;
      if (event.type === 'content-start' || event.type === 'content-delta') {
        got.text += message.content.text ?? '';
      } else if (event.type === 'tool-call-start' || event.type === 'tool-call-delta') {
        const call = message.toolCalls.function;
        add_call(got.calls, event.index, { name: call.name, args: call.arguments });
      } else if (event.type === 'message-end') {
        got.finish = event.delta.finishReason;
        got.usage = event.delta.usage;
      }
    }
    got.calls = got.calls.filter(() => true);  // its indices need not begin at 0
    return got;
  },
};

const mistral = {
  make: (url, { timeout } = {}) => new Mistral({ apiKey, serverURL: url, timeoutMs: timeout }),
  body: (model, say, { tools, must }) => ({
    model, messages: user(say), tools: as_function(tools), toolChoice: choice_of(must),
  }),
  async ask(client, model, say, options = {}) {
    return chat_answer(await client.chat.complete(this.body(model, say, options)));
  },
  async stream(client, model, say, options = {}) {
    const stream = await client.chat.stream(this.body(model, say, options));
    return chat_stream(stream, (event) => event.data);
  },
};

// OpenAI's Responses, by OpenAI's SDK.
const responses = {
  make: chat_sdk(OpenAI, '/v1').make,
  body: (model, say, { tools, must }) => ({
    model, input: say,
    tools: tools && tools.map((it) => ({ type: 'function', strict: false, ...it })),
    tool_choice: must && { type: 'function', name: must },
  }),
  answer(response) {
    if (!response.output) return kStrange;
    const got = {
      text: response.output_text ?? '', calls: [], events: 1, usage: response.usage,
      finish: response.status,
    };
    for (const item of response.output) {
      if (item.type !== 'function_call') continue;
      add_call(got.calls, got.calls.length, { name: item.name, args: item.arguments });
    }
    return got;
  },
  async ask(client, model, say, options = {}) {
    return this.answer(await client.responses.create(this.body(model, say, options)));
  },
  async stream(client, model, say, options = {}) {
    const got = nothing(0);
    const body = { ...this.body(model, say, options), stream: true };
    const at = {};
    for await (const event of await client.responses.create(body)) {
      ++got.events;
      if (event.type === 'response.output_text.delta') got.text += event.delta;
      if (event.type === 'response.output_item.added' && event.item.type === 'function_call') {
        at[event.item.id] = got.calls.length;
        add_call(got.calls, at[event.item.id], { name: event.item.name });
      }
      if (event.type === 'response.function_call_arguments.delta') {
        add_call(got.calls, at[event.item_id], { args: event.delta });
      }
      if (event.response) {
        Object.assign(got, { finish: event.response.status, usage: event.response.usage });
      }
    }
    return got;
  },
};

// Vercel's `ai`. Its errors and timeouts reach the reader of a stream as parts of the
// full stream only: its text stream just ends.
function vercel(model_of) {
  const settings = (client, model, say, tools) => ({
    model: model_of(client, model), prompt: say,
    tools: tools && Object.fromEntries(tools.map((it) => [it.name, tool(
      { description: it.description, inputSchema: jsonSchema(it.parameters) })])),
    timeout: client.timeout,
    maxRetries: client.retries,
  });
  const in_order = (calls) => calls.map(
    (call) => ({ name: call.toolName, arguments: JSON.stringify(call.input) }));
  return {
    make: (url, { timeout, retries } = {}) => Object.assign(
      createOpenAI({ apiKey, baseURL: url + '/v1' }), { timeout, retries }),
    async ask(client, model, say, { tools } = {}) {
      const answer = await generateText(settings(client, model, say, tools));
      return {
        text: answer.text, calls: in_order(answer.toolCalls), events: 1, usage: answer.usage,
        finish: answer.finishReason,
      };
    },
    async stream(client, model, say, { tools } = {}) {
      const got = nothing(0);
      const made = [];
      const result = streamText({ ...settings(client, model, say, tools), onError() {} });
      for await (const part of result.fullStream) {
        ++got.events;
        if (part.type === 'error') throw part.error;
        if (part.type === 'abort') throw new DOMException(String(part.reason), 'AbortError');
        if (part.type === 'text-delta') got.text += part.text;
        if (part.type === 'tool-call') made.push(part);
        if (part.type === 'finish') {
          Object.assign(got, { finish: part.finishReason, usage: part.totalUsage });
        }
      }
      return { ...got, calls: in_order(made) };
    },
  };
}

export function version_of(name) {
  const file = new URL(`node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(file)).version;
}

export const sdks = {
  openai: { package: 'openai', dialect: 'openai-chat', ...chat_sdk(OpenAI, '/v1') },
  openai6: {
    package: 'openai', folder: 'openai6', dialect: 'openai-chat', ...chat_sdk(OpenAI6, '/v1'),
  },
  responses: { package: 'openai', dialect: 'openai-responses', ...responses },
  anthropic: { package: '@anthropic-ai/sdk', dialect: 'anthropic', ...anthropic },
  groq: { package: 'groq-sdk', dialect: 'groq', ...chat_sdk(Groq, '') },
  cerebras: {
    package: '@cerebras/cerebras_cloud_sdk', dialect: 'cerebras', ...chat_sdk(Cerebras, ''),
  },
  cohere: { package: 'cohere-ai', dialect: 'cohere', ...cohere },
  mistral: { package: '@mistralai/mistralai', dialect: 'mistral', ...mistral },
  ai: {
    package: 'ai', dialect: 'openai-chat', ...vercel((client, model) => client.chat(model)),
  },
  'ai responses': {
    package: 'ai', dialect: 'openai-responses',
    ...vercel((client, model) => client.responses(model)),
  },
};
