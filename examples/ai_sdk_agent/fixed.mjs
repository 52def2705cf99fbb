// server.mjs after the first verdict. Four things are new, each marked with what it repairs.
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { createOpenAI } from '@ai-sdk/openai';
import { isStepCount, streamText, tool } from 'ai';
import { z } from 'zod';

const orders = { 'A-17': 'sent on Monday', 'A-18': 'waits for payment' };

const order_status = tool({
  description: 'Where an order is.',
  inputSchema: z.object({ order: z.string() }),
  execute: ({ order }) => orders[order] ?? 'no such order',
});

const providers = [process.env.OPENAI_BASE_URL, process.env.FALLBACK_BASE_URL]
  .filter((url) => url !== undefined).map((baseURL) => createOpenAI({ baseURL }));

// `textStream` leaves errors out and just ends; `stream` has them as parts. What ends without a
// text, or not by the model's own stop, is no answer.
async function speak(model, messages, signal, say) {
  const result = streamText({
    model, messages, instructions: 'You help customers of a web shop.',
    tools: { order_status }, stopWhen: isStepCount(5), onError() {},
    // 1. Silence has an end, and who has left ends the call. Who said no is not asked again.
    maxRetries: 0, abortSignal: signal, timeout: { firstChunkMs: 3_000, chunkMs: 3_000 },
  });
  let spoken = false;
  let reason = 'abort';
  for await (const part of result.stream) {
    if (part.type === 'error') throw part.error;  // 2. Errors are seen.
    if (part.type === 'finish') reason = part.finishReason;
    if (part.type !== 'text-delta' || part.text === '') continue;
    spoken = true;
    say(part.text);
  }
  if (!spoken || reason !== 'stop') throw new Error(`the answer ended by ${reason}`);
  return result.responseMessages;
}

const conversations = new Map();  // id -> messages

async function answer({ messages, metadata }, signal, say) {
  const history = conversations.get(metadata.conversation) ?? [];
  conversations.set(metadata.conversation, history);
  const question = { role: 'user', content: messages.at(-1).content };
  let said = false;
  for (const provider of providers) {
    try {
      const spoken = await speak(provider('gpt-5-mini'), [...history, question], signal, (text) => {
        said = true;
        say(text);
      });
      history.push(question, ...spoken);
      return;
    } catch (error) {
      console.error(error.message);
      // 3. As long as the user has heard nothing, another provider can answer.
      if (said || signal.aborted) throw error;
    }
  }
  throw new Error('no provider answers');
}

const kAway = {
  type: 'about:blank', title: 'No model provider answers', status: 503,
  detail: 'The answer could not be made, or breaks off here. Ask again in a few seconds.',
};

createServer(async (request, response) => {
  if (request.url === '/health') return response.end('ok');
  const body = await json(request);
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const write = (data) => {
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(data);
  };
  const send = (choice) => write(`data: ${JSON.stringify({
    id: 'chat', object: 'chat.completion.chunk', created: 0, model: 'assistant',
    choices: [{ index: 0, finish_reason: null, ...choice }],
  })}\n\n`);
  try {
    await answer(body, gone.signal, (content) => send({ delta: { content } }));
    send({ delta: {}, finish_reason: 'stop' });
    write('data: [DONE]\n\n');
  } catch {
    // 4. Before the first word an error is a status; behind it, it is an event, and no [DONE].
    if (response.headersSent) write(`event: error\ndata: ${JSON.stringify({ error: kAway })}\n\n`);
    else response.writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '5' })
      .write(JSON.stringify(kAway));
  }
  response.end();
}).listen(process.env.PORT ?? 8080);
