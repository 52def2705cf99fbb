// A support bot as one writes it in an afternoon: the official SDK, conversations in memory.
//   POST /chat {message, session} -> {reply, session_id}
// The SDK reads OPENAI_BASE_URL and OPENAI_API_KEY.
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import OpenAI from 'openai';

const openai = new OpenAI();
const conversations = new Map();  // session -> messages
const kSystem = { role: 'system', content: 'You help customers of a web shop. Be brief.' };

async function chat({ message, session }) {
  const history = conversations.get(session) ?? [kSystem];
  const messages = [...history, { role: 'user', content: message }];
  const completion = await openai.chat.completions.create({ model: 'gpt-5-mini', messages });
  const answer = completion.choices[0].message;
  conversations.set(session, [...messages, answer]);
  return { reply: answer.content, session_id: session };
}

createServer(async (request, response) => {
  const send = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  if (request.url === '/health') return send(200, { status: 'ok' });
  if (request.url !== '/chat') return send(404, { error: { message: 'Not found.' } });
  try {
    send(200, await chat(await json(request)));
  } catch (error) {
    console.error(error.message);
    send(500, { error: { message: 'Something went wrong. Please try again.' } });
  }
}).listen(process.env.PORT ?? 8080);
