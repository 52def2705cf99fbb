// What was measured on the real providers' SDKs: how often each sends a call, in what distances,
// and what its user gets. A cell is [attempts, gaps in ms, outcome]. Outcomes: `ok`, `error`;
// `hang`: nothing within the time that three attempts with this timeout would take; `0 events` and
// `cut short`: no error, and not the answer.
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

// The same for all SDKs, or by SDK where they differ.
const all = (cell) => ({
  openai: cell, anthropic: cell, groq: cell, cerebras: cell, cohere: cell, mistral: cell, ai: cell,
});

const backs_off = {
  ...all([3, stainless, 'error']),
  cohere: [3, cohere, 'error'],
  mistral: once,
  ai: [3, ai, 'error'],
};

const status = (code, headers = {}) => `status: {code: ${code}, headers: ${JSON.stringify(headers)}}`;

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
    name: 'stream stalls, timeout 0.7 s',
    fault: 'stall: {after_events: 4}', how: 'stream', timeout: 700,
    cells: { ...all(hangs), mistral: once, ai: once },
  },
];
