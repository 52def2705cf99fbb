// docs/tutorial.md: what it shows is whole. Its agent is Node, its scenario passes `shakedown check`,
// its commands and options exist, its links lead somewhere. (What it says of verdicts is of live
// runs; those of the example agents are tested.)
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { binary } from './binary.mjs';
import { over } from './cookbook.mjs';

const url = new URL('../../docs/tutorial.md', import.meta.url);
const text = readFileSync(url, 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'shakedown-tutorial-'));
after(() => rmSync(folder, { recursive: true }));

const blocks = (kind) => [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
  .filter((match) => match[1] === kind).map((match) => match[2]);

test('its agent is a program', () => {
  const file = join(folder, 'agent.mjs');
  writeFileSync(file, blocks('js')[0]);
  execFileSync('node', ['--check', file]);
});

test('its scenarios pass the check, the first also with what is asked for later', () => {
  const [parts, later, steady] = blocks('yaml');
  const file = join(folder, 'scenario.yaml');
  const first = `scenario: tutorial\n${parts}`;
  for (const yaml of [first, over(first, later), steady]) {
    writeFileSync(file, yaml);
    const { status, stdout, stderr } = spawnSync(binary, ['check', file], { encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr + yaml);
  }
});

test('its commands have the options that it gives them', () => {
  const lines = blocks('').join('').split('\n').filter((line) => line.startsWith('shakedown '));
  assert.ok(lines.length >= 6);
  for (const line of lines) {
    const [, command, ...words] = line.split(' ');
    if (command.startsWith('--')) continue;
    const help = execFileSync(binary, [command, '--help'], { encoding: 'utf8' });
    for (const option of words.filter((word) => /^--\w/.test(word))) {
      assert.ok(help.includes(option), `${line}: no ${option}`);
    }
  }
});

test('its links lead somewhere', () => {
  const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
    .map((match) => new URL(match[1], url));
  assert.deepEqual(links.filter((link) => !existsSync(link)).map(String), []);
});
