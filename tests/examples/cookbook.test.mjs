// Every recipe of docs/cookbook.md passes `shakedown check`, and does to the bundled core what is
// said there. Simulated: seconds in all.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { binary, root } from './binary.mjs';
import { read_cookbook } from './cookbook.mjs';

const { recipes, fault_lines, links } = read_cookbook();
const folder = mkdtempSync(join(tmpdir(), 'shakedown-cookbook-'));
after(() => rmSync(folder, { recursive: true }));
symlinkSync(join(root, 'scenarios/corpora'), join(folder, 'corpora'));

const shakedown = (...args) => new Promise((resolve) => {
  const options = { maxBuffer: 64 << 20 };
  execFile(binary, args, options, (error, out, said) => {
    resolve({ code: error?.code ?? 0, out, said });
  });
});

function broken_in({ slos, invariants }) {
  const no = ({ verdict }) => verdict !== 'PASS';
  return [...slos, ...invariants].filter(no).map(({ expr, name }) => expr ?? name);
}

test('there are as many recipes as it says, and each has a fault or a load of its own', () => {
  assert.ok(recipes.length >= 30, `${recipes.length} recipes`);
  assert.equal(new Set(recipes.map(({ yaml }) => yaml)).size, recipes.length);
});

test('its links lead somewhere', () => {
  assert.deepEqual(links.filter((url) => !existsSync(url)).map(String), []);
});

describe('recipes', { concurrency: availableParallelism() }, () => {
  recipes.forEach(({ title, yaml, verdicts }, i) => {
    test(title, async () => {
      const file = join(folder, `${i}.yaml`);
      writeFileSync(file, yaml);
      const checked = await shakedown('check', file);
      assert.equal(checked.code, 0, checked.said + yaml);
      for (const { profile, verdict, broken } of verdicts) {
        const out = join(folder, String(i));
        const ran = await shakedown('run', file, '--profile', profile, '--json', '--out', out);
        assert.ok(ran.out.startsWith('{'), ran.said);
        const result = JSON.parse(ran.out);
        assert.deepEqual({ profile, verdict: result.verdict, broken: broken_in(result) },
          { profile, verdict, broken }, result.reasons.join('\n'));
      }
    });
  });
});

test('the fakes take every fault line', async () => {
  assert.ok(fault_lines.length >= 20);
  const faults = fault_lines.flatMap((line) => ['--fault', line]);
  const fake = spawn(binary, ['fake', '--own-ports', '--listen', '127.0.0.1:0', ...faults]);
  const ended = once(fake, 'close');
  let said = '';
  const control = new Promise((resolve) => {
    const read = (bytes) => {
      said += bytes;
      const url = /^control: (.+)$/m.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    };
    fake.stdout.setEncoding('utf8').on('data', read);
    fake.stderr.setEncoding('utf8').on('data', read);
  });
  const url = await Promise.race([control, ended]);
  assert.equal(typeof url, 'string', said);
  const listed = await (await fetch(`${url}/faults`)).json();
  fake.kill('SIGINT');
  assert.equal((await ended)[0], 0, said);
  assert.equal(listed.faults.length, fault_lines.length);
});
