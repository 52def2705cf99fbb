// Starts `shakedown fake` on free ports and stops it. A fault is picked by the name of the model
// that a request asks for, so one process serves every case of a test file.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;
const binary = process.env.SHAKEDOWN_BINARY ?? join(root, 'build/release/shakedown');
const kListens = /^(\S+): .*http:\/\/[^:/]+:(\d+)/gm;
const kStartMs = 15_000;
const kStopMs = 10_000;
const kPace = { ttft: '2ms', inter_token: '1ms', output_tokens: '12' };

function names(kind) {
  return JSON.parse(execFileSync(binary, ['list', kind, '--json'])).map((row) => row.name);
}

const dialects = names('dialects');

// Why a test cannot run with this product yet, or false. Only where SDK_SKIPS=yes allows it:
// otherwise what is missing makes the test fail.
export function lacking({ dialect, fault }) {
  if (process.env.SDK_SKIPS !== 'yes') return false;
  if (dialect !== undefined && !dialects.includes(dialect)) return `no dialect ${dialect} yet`;
  return fault !== undefined && !knows(fault) && `no fault ${fault} yet`;
}

const known = new Map();

function knows(fault) {
  if (!known.has(fault)) {
    const { file, remove } = write_scenario({ it: {} }, { model: fault });
    known.set(fault, spawnSync(binary, ['check', file]).status === 0);
    remove();
  }
  return known.get(fault);
}

// `broken` is {backend: action}: of every request and connection there. `faults` is {model: "status: {code: 500}"}: the action as it stands in a scenario. `attempts` in
// front of it, as "attempts: 1, status: ...", narrows it further. JSON is YAML, but the actions are
// YAML's own flow form.
function scenario(backends, faults, broken = {}) {
  const lines = ['scenario: sdk', 'phases: {all: 1h}', 'load: {none: {arrivals: constant(1/min)}}',
    'invariants: [terminal_once]', 'backends:'];
  for (const [name, config] of Object.entries(backends)) {
    lines.push(`  ${name}: ${JSON.stringify({ ...kPace, ...config })}`);
  }
  lines.push('agent: {providers: [' + Object.keys(backends)[0] + ']}', 'faults:');
  for (const [name, action] of Object.entries(broken)) {
    lines.push(`  - {id: ${name}, on: backends.${name}, ${action}}`);
  }
  for (const name of Object.keys(backends)) {
    for (const [model, action] of Object.entries(faults)) {
      const id = `${name}-${model}`;
      lines.push(`  - {id: ${id}, on: backends.${name}, match: {model: ${model}}, ${action}}`);
    }
  }
  return lines.join('\n') + '\n';
}

export function write_file(text) {
  const folder = mkdtempSync(join(tmpdir(), 'shakedown-sdk-'));
  const file = join(folder, 'scenario.yaml');
  writeFileSync(file, text);
  return { file, remove: () => rmSync(folder, { recursive: true }) };
}

const write_scenario = (...what) => write_file(scenario(...what));

const running = new Set();
process.once('exit', () => { for (const kill of running) kill(); });

// Starts a command of the binary. `ready(said)` looks at what it has printed so far, and gives
// something once it serves: `start` gives that back, with a function that stops it.
export async function start(args, ready, read_on = () => {}) {
  const name = `shakedown ${args[0]}`;
  const child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const kill = () => child.kill('SIGKILL');
  running.add(kill);
  const ended = new Promise(
    (resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
  let said = '';
  const got = await new Promise((resolve, reject) => {
    const fail = (what) => reject(new Error(`${name} ${what}: ${said}`));
    const timer = setTimeout(() => { kill(); fail('did not start'); }, kStartMs);
    ended.then((code) => { clearTimeout(timer); fail(`ended with ${code}`); });
    const read = (bytes) => {
      said += bytes;
      read_on(said);
      const found = ready(said);
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
  });
  return {
    got,
    async stop() {
      const timer = setTimeout(kill, kStopMs);
      child.kill('SIGINT');
      const code = await ended;
      clearTimeout(timer);
      running.delete(kill);
      if (code !== 0) throw new Error(`${name} ended with ${code}: ${said}`);
    },
  };
}

// Gives the ports of the backends by name. Their model is called `fake-1`.
export async function start_fake({ backends, faults = {}, broken = {} }) {
  const { file, remove } = write_scenario(backends, faults, broken);
  const { got, stop } = await start(
    ['fake', '--config', file, '--own-ports', '--listen', '127.0.0.1:0'], (said) => {
      const ports = {};
      for (const [, name, port] of said.matchAll(kListens)) ports[name] = +port;
      return Object.keys(ports).length < Object.keys(backends).length ? undefined : ports;
    });
  return { ports: got, stop: () => stop().finally(remove) };
}
