// A shop's assistant with a tool, on Vercel's ai SDK: POST /v1/chat/completions, streamed as OpenAI
// does it. The provider reads OPENAI_BASE_URL and OPENAI_API_KEY.
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { openai } from '@ai-sdk/openai';
import { isStepCount, streamText, tool } from 'ai';
import { z } from 'zod';

const orders = { 'A-17': 'sent on Monday', 'A-18': 'waits for payment' };

const order_status = tool({
  description: 'Where an order is.',
  inputSchema: z.object({ order: z.string() }),
  execute: ({ order }) => orders[order] ?? 'no such order',
});

const conversations = new Map();  // id -> messages

async function answer({ messages, metadata }, send) {
  const history = conversations.get(metadata.conversation) ?? [];
  conversations.set(metadata.conversation, history);
  history.push({ role: 'user', content: messages.at(-1).content });
  const result = streamText({
    model: openai('gpt-5-mini'), instructions: 'You help customers of a web shop.',
    messages: history, tools: { order_status }, stopWhen: isStepCount(5),
  });
  for await (const content of result.textStream) send({ delta: { content } });
  send({ delta: {}, finish_reason: 'stop' });
  history.push(...await result.responseMessages);
}

createServer(async (request, response) => {
  if (request.url === '/health') return response.end('ok');
  const body = await json(request);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const write = (data) => response.write(`data: ${data}\n\n`);
  const send = (choice) => write(JSON.stringify({
    id: 'chat', object: 'chat.completion.chunk', created: 0, model: 'assistant',
    choices: [{ index: 0, finish_reason: null, ...choice }],
  }));
  try {
    await answer(body, send);
  } catch (error) {
    console.error(error.message);
  }
  write('[DONE]');
  response.end();
}).listen(process.env.PORT ?? 8080);
