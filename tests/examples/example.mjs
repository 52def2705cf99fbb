// Runs the scenario of an example agent, as the README says it, and looks what is left behind.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary, root } from './binary.mjs';

const kRunsMax = 3;
const kOfGenerator = ['lateness', 'calibration'];

// Gives the exit code, what was printed, and result.json. A run whose generator was late, because
// the machine had other things to do, is INVALID by design: only that is run again.
export async function run_example(name, ...args) {
  for (let runs = 1; ; ++runs) {
    const ran = await run_once(name, args);
    const failed = ran.result.validity.filter(({ holds }) => !holds).map((rule) => rule.name);
    const disturbed = failed.length > 0 && failed.every((name) => kOfGenerator.includes(name));
    if (!disturbed || runs === kRunsMax) return ran;
  }
}

async function run_once(name, args) {
  const out = mkdtempSync(join(tmpdir(), 'shakedown-example-'));
  const command = ['run', `examples/${name}/shakedown.yaml`, '--out', out, ...args];
  const ran = await new Promise((resolve) => {
    execFile(binary, command, { cwd: root }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, said: stdout + stderr });
    });
  });
  try {
    return { ...ran, result: JSON.parse(readFileSync(join(out, name, 'result.json'))) };
  } catch (error) {
    throw new Error(`no result: ${error.message}\n${ran.said}`);
  } finally {
    rmSync(out, { recursive: true });
  }
}

export function broken({ slos, invariants }) {
  const no = ({ verdict }) => verdict === 'FAIL';
  return {
    slos: slos.filter(no).map(({ expr }) => expr),
    invariants: invariants.filter(no).map(({ name }) => name),
  };
}

// Processes that work in the example's folder: the agent is started there, and must be gone.
export function left_behind(name) {
  const folder = join(root, 'examples', name);
  return readdirSync('/proc').filter((id) => /^\d+$/.test(id)).filter((id) => {
    try {
      return readlinkSync(`/proc/${id}/cwd`) === folder;
    } catch {
      return false;  // it has ended meanwhile, or belongs to somebody else
    }
  });
}
