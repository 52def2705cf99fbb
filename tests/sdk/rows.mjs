// What the providers' SDKs do with a fault: how often each sends a call, in what distances,
// and what its user gets. A cell is [attempts, gaps in ms, outcome]. Outcomes: `ok`, `error`;
// `hang`: nothing within the time that three attempts with this timeout would take. No error, and
// not the answer: `0 events`, `cut short`, and `no answer`, an object of another form.
const slack = 1500;  // a busy machine makes any gap longer, never shorter
const about = (low, high = low) => [low, high + slack];

const soon = [0, 370];  // less than any backoff
const stainless = [about(375, 500), about(750, 1000)];
const cohere = [about(900, 1100), about(1800, 2200)];
const ai = [about(2000), about(4000)];
const twice = (gap) => [gap, gap];

const once = [1, [], 'error'];
const hangs = [1, [], 'hang'];
const ok = [1, [], 'ok'];
const unheard = [1, [], 'ok, 0 events'];
const cut_short = [1, [], 'cut short'];
const no_answer = [1, [], 'no answer'];

// With a timeout of 0.7 s for each attempt, which runs from before the request arrives.
const timed_out = [about(375, 700 + 500), about(750, 700 + 1000)];

// The same for all SDKs, or by SDK where they differ.
const all = (cell) => ({
  openai: cell, openai6: cell, anthropic: cell, groq: cell, cerebras: cell, cohere: cell,
  mistral: cell, ai: cell,
});

const backs_off = {
  ...all([3, stainless, 'error']),
  cohere: [3, cohere, 'error'],
  mistral: once,
  ai: [3, ai, 'error'],
};

const status = (code, headers = {}) =>
  `status: {code: ${code}, headers: ${JSON.stringify(headers)}}`;

// `fault` strikes the call; `how` is ask or stream; `reused` sends another call over the same
// connection before; `timeout` is the SDK's own, in ms.
export const rows = [
  { name: '500', fault: status(500), cells: backs_off },
  { name: '529', fault: status(529), cells: backs_off },
  { name: '500, streamed', fault: status(500), how: 'stream', cells: backs_off },
  {
    name: '400, x-should-retry: true',
    fault: status(400, { 'x-should-retry': 'true' }),
    cells: { ...backs_off, cohere: once, ai: once },
  },
  {
    name: '500, x-should-retry: false',
    fault: status(500, { 'x-should-retry': 'false' }),
    cells: { ...all(once), cohere: [3, cohere, 'error'], ai: [3, ai, 'error'] },
  },
  { name: '409', fault: status(409), cells: { ...backs_off, cohere: once } },
  {
    name: '429, retry-after-ms: 100, retry-after: 3',
    fault: status(429, { 'retry-after-ms': '100', 'retry-after': '3' }),
    cells: {
      ...all([3, twice([100, 370]), 'error']), cohere: [3, twice(about(3000)), 'error'],
      mistral: once,
    },
  },
  {
    name: '429, retry-after: 2',
    fault: status(429, { 'retry-after': '2' }),
    cells: { ...all([3, twice(about(2000)), 'error']), mistral: once },
  },
  {
    name: '429, retry-after: 0',
    fault: status(429, { 'retry-after': '0' }),
    cells: {
      ...all([3, twice(soon), 'error']), anthropic: [3, stainless, 'error'],
      cohere: [3, cohere, 'error'], mistral: once,
    },
  },
  {
    name: '429, retry-after: 90',
    fault: status(429, { 'retry-after': '90' }),
    cells: {
      ...all(hangs), openai: [3, stainless, 'error'], mistral: once, ai: [3, ai, 'error'],
    },
  },
  {
    name: '502, a page of HTML',
    fault: 'status: {code: 502, body: "<html>502 Bad Gateway</html>"}', cells: backs_off,
  },
  {
    name: 'RST before the headers', fault: 'disconnect: {end: rst}',
    cells: { ...backs_off, cohere: once },
  },
  {
    name: 'FIN before the headers', fault: 'disconnect: {end: fin}',
    cells: { ...backs_off, cohere: once },
  },
  {
    name: 'keep-alive connection closed on reuse', fault: 'reuse: {request: 2}', reused: true,
    cells: {
      ...all([2, [about(375, 500)], 'ok']), cohere: once, mistral: once,
      // The connection that its constructor warms is the second one that was used before.
      cerebras: [3, stainless, 'ok'],
      ai: [2, [about(2000)], 'ok'],
    },
  },
  {
    name: 'no answer, timeout 0.7 s', fault: 'hang: {}', timeout: 700,
    cells: { ...all([3, timed_out, 'error']), cohere: once, mistral: once, ai: once },
  },
  {
    name: 'body hangs, timeout 0.7 s',
    fault: 'content_length: {how: too_long, then: silence}', timeout: 700,
    cells: { ...all(hangs), openai: [3, timed_out, 'error'], mistral: once, ai: once },
  },
  {
    name: 'stream stalls, timeout 0.7 s', fault: 'stall: {after_events: 4}', how: 'stream',
    timeout: 700, cells: { ...all(hangs), mistral: once, ai: once },
  },
  {
    name: 'RST in a stream', fault: 'cut: {after_events: 4, end: rst}', how: 'stream',
    cells: all(once),
  },
  {
    name: 'FIN in a stream, without the last chunk', fault: 'cut: {after_events: 4, end: fin}',
    how: 'stream', cells: all(once),
  },
  {
    name: 'stream ends cleanly, without its finish', fault: 'events: {how: no_end}',
    how: 'stream', cells: all(ok),
  },
  {
    name: 'stream has its end, but no finish', fault: 'events: {how: no_finish}',
    how: 'stream', cells: all(ok),
  },
  {
    name: 'error event first in a stream', fault: 'stream_error: {}', how: 'stream',
    cells: { ...all(once), cohere: cut_short, ai: [3, ai, 'error'] },
  },
  {
    name: 'error event in a stream', fault: 'stream_error: {after_events: 4}', how: 'stream',
    cells: { ...all(once), cohere: cut_short },
  },
  {
    name: '200 and an error in JSON, streamed', fault: 'false_success: {error: 500}',
    how: 'stream', cells: { ...all(unheard), mistral: once, ai: cut_short },
  },
  {
    name: '200 and an error in JSON', fault: 'false_success: {error: 500}',
    cells: { ...all(no_answer), mistral: once, ai: once },
  },
  {
    name: '200 and a page of HTML',
    fault: 'false_success: {body: "<html>Sign in</html>", content_type: text/html}',
    cells: { ...all(no_answer), mistral: once, ai: once },
  },
  {
    name: 'JSON that breaks off', fault: 'json: {how: truncated}',
    cells: { ...all(once), cohere: no_answer },
  },
  {
    name: 'text with data: [DONE]', reply: { say: 'done_marker' }, text: /its last line\.$/,
    how: 'stream', cells: { ...all(ok), cohere: cut_short },
  },
  {
    name: 'a stream in pieces of one byte', fault: 'sse: {how: split}', how: 'stream',
    cells: all(ok),
  },
  { name: 'a stream with CRLF', fault: 'sse: {how: crlf}', how: 'stream', cells: all(ok) },
  {
    name: 'comments that hold data:', fault: 'sse: {how: data_in_comment}', how: 'stream',
    cells: { ...all(ok), cohere: unheard },
  },
];
