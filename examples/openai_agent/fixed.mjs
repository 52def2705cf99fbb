// server.mjs after the first verdict. Four things are new, each marked with what it repairs.
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import OpenAI from 'openai';

// 1. A second provider, a timeout of seconds (the SDK's is ten minutes), and one call each: who has
//    just failed rests, so that an outage costs one call now and then and not three per message.
const kRestMs = 4_000;
const providers = [process.env.OPENAI_BASE_URL, process.env.FALLBACK_BASE_URL]
  .filter((url) => url !== undefined)
  .map((baseURL) => ({ client: new OpenAI({ baseURL, timeout: 3_000, maxRetries: 0 }), rests: 0 }));

async function complete(messages) {
  for (const provider of providers) {
    if (Date.now() < provider.rests) continue;
    try {
      const request = { model: 'gpt-5-mini', messages };
      const completion = await provider.client.chat.completions.create(request);
      // 2. Status 200 is not yet an answer: it may hold an error, or nothing.
      const answer = completion.choices?.[0]?.message;
      if (answer?.content?.trim()) return answer;
    } catch (error) {
      console.error(error.message);
      provider.rests = Date.now() + kRestMs;
    }
  }
  throw new Error('no provider answers');
}

// 3. The turns of a conversation wait for one another: each sees the answer before it.
const lines = new Map();  // session -> its last turn
function in_line(session, work) {
  const turn = (lines.get(session) ?? Promise.resolve()).then(work);
  const over = turn.catch(() => {}).then(() => {
    if (lines.get(session) === over) lines.delete(session);
  });
  lines.set(session, over);
  return turn;
}

const conversations = new Map();  // session -> messages
const kSystem = { role: 'system', content: 'You help customers of a web shop. Be brief.' };

async function chat({ message, session }) {
  const history = conversations.get(session) ?? [kSystem];
  const messages = [...history, { role: 'user', content: message }];
  const answer = await complete(messages);
  conversations.set(session, [...messages, answer]);
  return { reply: answer.content, session_id: session };
}

// 4. An error says what happened and what to do now (RFC 9457).
const kAway = {
  type: 'about:blank', title: 'No model provider answers', status: 503,
  detail: 'Your message was not processed and is not kept. Send it again in a few seconds.',
  error: { message: 'No model provider answers. Send your message again in a few seconds.' },
};

createServer(async (request, response) => {
  const send = (status, body, headers) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(body));
  };
  if (request.url === '/health') return send(200, { status: 'ok' });
  if (request.url !== '/chat') return send(404, { error: { message: 'Not found.' } });
  const body = await json(request);
  try {
    send(200, await in_line(body.session, () => chat(body)));
  } catch {
    send(503, kAway, { 'content-type': 'application/problem+json', 'retry-after': '5' });
  }
}).listen(process.env.PORT ?? 8080);
