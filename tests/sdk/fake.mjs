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

function write_scenario(...what) {
  const folder = mkdtempSync(join(tmpdir(), 'shakedown-sdk-'));
  const file = join(folder, 'fake.yaml');
  writeFileSync(file, scenario(...what));
  return { file, remove: () => rmSync(folder, { recursive: true }) };
}

// Gives the ports of the backends by name. Their model is called `fake-1`.
export async function start_fake({ backends, faults = {}, broken = {} }) {
  const { file, remove } = write_scenario(backends, faults, broken);
  const child = spawn(binary, ['fake', '--config', file, '--own-ports', '--listen', '127.0.0.1:0'],
    { stdio: ['ignore', 'pipe', 'pipe'] });
  process.once('exit', () => child.kill('SIGKILL'));
  const ended = new Promise(
    (resolve) => child.once('close', (code, signal) => resolve(code ?? signal)));
  let said = '';
  const ports = {};
  await new Promise((resolve, reject) => {
    const fail = (what) => reject(new Error(`shakedown fake ${what}: ${said}`));
    const timer = setTimeout(() => fail('did not start'), kStartMs);
    ended.then((code) => fail(`ended with ${code}`));
    const read = (bytes) => {
      said += bytes;
      for (const [, name, port] of said.matchAll(kListens)) ports[name] = +port;
      if (Object.keys(ports).length < Object.keys(backends).length) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
  });
  return {
    ports,
    async stop() {
      const timer = setTimeout(() => child.kill('SIGKILL'), kStopMs);
      child.kill('SIGINT');
      const code = await ended;
      clearTimeout(timer);
      remove();
      if (code !== 0) throw new Error(`shakedown fake ended with ${code}: ${said}`);
    },
  };
}
