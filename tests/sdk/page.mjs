// The table in docs/sdk-conformance.md, between its two marks. Gaps differ from run to run and are
// only shown; attempts and outcomes are compared.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { sdks, version_of } from './sdks.mjs';

const file = new URL('../../docs/sdk-conformance.md', import.meta.url);
const kTable = /(<!-- measured: begin -->\n)([^]*?)(<!-- measured: end -->)/;

function cell_of(got) {
  if (!got) return 'not measured';
  const gaps = got.gaps.map((gap) => Math.round(gap)).join('/');
  return `${got.attempts}${gaps && `, ${gaps} ms`}, ${got.outcome}`;
}

function table_of(rows, columns, measured) {
  const heads = columns.map((name) => {
    const version = version_of(sdks[name].folder ?? sdks[name].package);
    return `${sdks[name].package} ${version}`;
  });
  const lines = [`| case | ${heads.join(' | ')} |`, `|${'---|'.repeat(columns.length + 1)}`];
  for (const row of rows) {
    const cells = columns.map((column) => cell_of(measured[row.name]?.[column]));
    lines.push(`| ${row.name} | ${cells.join(' | ')} |`);
  }
  return lines.join('\n') + '\n';
}

const without_gaps = (table) => table.replace(/, [\d/]+ ms/g, '');

export function update_page(...what) {
  const page = readFileSync(file, 'utf8');
  const table = table_of(...what);
  writeFileSync(file, page.replace(kTable, (_, begin, old, end) => begin + table + end));
}

export function check_page(...what) {
  const [, , table] = kTable.exec(readFileSync(file, 'utf8'));
  assert.equal(without_gaps(table_of(...what)), without_gaps(table),
    'UPDATE_GOLDEN=1 ci/sdk writes the table anew');
}
