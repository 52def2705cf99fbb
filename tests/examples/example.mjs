// Runs the scenario of an example agent, as the README says it, and looks what is left behind.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binary, root } from './binary.mjs';

const kRunsMax = 3;
const kMark = 'SHAKEDOWN_EXAMPLE_RUN';
const kOfGenerator = ['lateness', 'calibration'];

// Gives the exit code, what was printed, result.json, and the processes that are still there. A run
// whose generator was late, because the machine had other things to do, is INVALID by design: only
// that is run again.
export async function run_example(name, ...args) {
  for (let runs = 1; ; ++runs) {
    const ran = await run_once(name, args);
    const failed = ran.result.validity.filter(({ holds }) => !holds).map((rule) => rule.name);
    const disturbed = failed.every((name) => kOfGenerator.includes(name));
    if (ran.result.verdict !== 'INVALID' || !disturbed || runs === kRunsMax) return ran;
  }
}

async function run_once(name, args) {
  const out = mkdtempSync(join(tmpdir(), 'shakedown-example-'));
  const command = ['run', `examples/${name}/shakedown.yaml`, '--out', out, ...args];
  const ran = await new Promise((resolve) => {
    const env = { ...process.env, [kMark]: out };
    execFile(binary, command, { cwd: root, env }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, said: stdout + stderr, left: started_with(out) });
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

// Processes that have the mark of this run in their environment, as all that it starts inherit it.
function started_with(mark) {
  return readdirSync('/proc').filter((id) => /^\d+$/.test(id)).filter((id) => {
    try {
      return readFileSync(`/proc/${id}/environ`, 'latin1').includes(`${kMark}=${mark}\0`);
    } catch {
      return false;  // it has ended meanwhile, or belongs to somebody else
    }
  });
}
