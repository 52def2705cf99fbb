// Says what failed and what was skipped, each once, and how many passed. It writes by itself: what
// a reporter yields last is lost when the runner is made to exit.
import { writeSync } from 'node:fs';

// Said of tests because of another failure.
const kEchoes = ['subtestsFailed', 'cancelledByParent'];

const kName = process.env.TEST_SUITE ?? 'sdk';

const say = (text) => writeSync(1, text);

export default async function* report(events) {
  const counts = { passed: 0, failed: 0 };
  const skipped = new Map();  // reason -> how many
  let printed = '';  // by the SDKs, some of which write to the console; told when something failed
  process.once('exit', () => {
    if (counts.failed > 0 && printed !== '') say(`printed meanwhile:\n${printed}`);
    for (const [reason, count] of skipped) say(`${count} skipped: ${reason}\n`);
    say(`${kName}: ${counts.passed} passed, ${counts.failed} failed\n`);
  });
  for await (const { type, data } of events) {
    if (type === 'test:stderr' || type === 'test:stdout') printed += data.message;
    if (type === 'test:pass' && data.skip !== undefined) {
      skipped.set(data.skip, (skipped.get(data.skip) ?? 0) + 1);
    } else if (type === 'test:pass' && data.details.type !== 'suite') {
      ++counts.passed;
    } else if (type === 'test:fail' && !kEchoes.includes(data.details.error.failureType)) {
      ++counts.failed;
      const error = data.details.error.cause ?? data.details.error;
      say(`FAILED ${data.name} (${data.file})\n${error.stack ?? error}\n`);
    }
  }
}
