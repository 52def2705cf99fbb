// Starts `shakedown agent` in front of a backend of a fake, with a wire on either side of it: one
// counts what an SDK sends to the core, the other what the core sends to its provider.
import OpenAI from 'openai';
import { start, write_file } from './fake.mjs';
import { open_wire } from './wire.mjs';

const kListens = /^listening on 127\.0\.0\.1:(\d+)$/m;

// `config` is the agent section of a scenario.
function scenario(config) {
  const agent = JSON.stringify({ providers: ['primary'], ...config });
  return ['scenario: core', 'phases: {all: 1h}', 'load: {none: {arrivals: constant(1/min)}}',
    'invariants: [terminal_once]', 'backends: {primary: {}}', `agent: ${agent}`, ''].join('\n');
}

// The ledger as it grows: `entry` gives the first one that is like `wanted`, when it is there.
function open_ledger() {
  const entries = [];
  const waiting = new Set();
  const is = (entry, wanted) => Object.keys(wanted).every((key) => entry[key] === wanted[key]);
  let read = 0;
  return {
    entries,
    read(said) {
      const end = said.lastIndexOf('\n') + 1;
      for (const line of said.slice(read, end).split('\n')) {
        if (!line.startsWith('{')) continue;
        const entry = JSON.parse(line);
        entries.push(entry);
        for (const waiter of waiting) {
          if (is(entry, waiter.wanted) && waiting.delete(waiter)) waiter.resolve(entry);
        }
      }
      read = Math.max(read, end);
    },
    entry(wanted) {
      const found = entries.find((entry) => is(entry, wanted));
      if (found) return Promise.resolve(found);
      return new Promise((resolve) => waiting.add({ wanted, resolve }));
    },
  };
}

// `direct`: without the wire to the provider, so that the core itself meets a closed port.
export async function start_core({ port, config = {}, direct = false }) {
  const upstream = await open_wire(port);
  const { file, remove } = write_file(scenario(config));
  const ledger = open_ledger();
  const args = ['agent', '--config', file, '--ledger', '--listen', '127.0.0.1:0',
    '--provider', `primary=127.0.0.1:${direct ? port : upstream.port}`];
  const { got, stop } = await start(args, (said) => kListens.exec(said)?.[1], ledger.read);
  const wire = await open_wire(+got);
  return {
    upstream,
    wire,
    ledger,
    url: wire.url + '/v1',
    client: (options) => new OpenAI({ apiKey: 'sk-user', baseURL: wire.url + '/v1', ...options }),
    async stop() {
      wire.close();
      await stop().finally(() => { upstream.close(); remove(); });
    },
  };
}
