// Reads docs/cookbook.md: a base, and recipes that each give a scenario when put over it.
import { readFileSync } from 'node:fs';

const file = new URL('../../docs/cookbook.md', import.meta.url);
const kRecipe = /^### \d+\. (.+)$/m;
const kBlock = /^```yaml\n([\s\S]*?)^```$/m;
const kCore = /^- \*\*The bundled core\*\*: (.+)$/m;
const kProfile = /^`(\w+)` (PASS|FAIL)(?: \((.+)\))?$/;
const kLine = /`--fault "([^"]+)"`/g;
const kLink = /\]\(([^)#:]+)(?:#[^)]*)?\)/g;

// The sections of a YAML file by their keys: each begins at a line that is not indented.
function sections(yaml) {
  const found = new Map();
  let key;
  for (const line of yaml.split('\n')) {
    key = /^(\w+):/.exec(line)?.[1] ?? key;
    if (line !== '') found.set(key, (found.get(key) ?? '') + line + '\n');
  }
  return found;
}

export function over(base, recipe) {
  return [...new Map([...sections(base), ...sections(recipe)]).values()].join('');
}

// "`legacy` FAIL (`a`, `b`); `hardened` PASS" -> [{profile, verdict, broken: [a, b]}, ...]
function verdicts(text) {
  return text.split('; ').map((one) => {
    const [, profile, verdict, broken] = kProfile.exec(one) ?? [];
    if (profile === undefined) throw new Error(`docs/cookbook.md: cannot read "${one}"`);
    return { profile, verdict, broken: broken?.slice(1, -1).split('`, `') ?? [] };
  });
}

export function read_cookbook() {
  const text = readFileSync(file, 'utf8');
  const [head, ...parts] = text.split(/^(?=### )/m);
  const base = kBlock.exec(head)[1];
  return {
    recipes: parts.map((part) => ({
      title: kRecipe.exec(part)[1],
      yaml: over(base, kBlock.exec(part)?.[1] ?? ''),
      verdicts: verdicts(kCore.exec(part)[1]),
    })),
    fault_lines: [...text.matchAll(kLine)].map((match) => match[1]),
    links: [...text.matchAll(kLink)].map((match) => new URL(match[1], file)),
  };
}
