// Says what failed and what was skipped, each once, and how many passed.
import { relative } from 'node:path';

export default async function* report(events) {
  const counts = { passed: 0, failed: 0 };
  const skipped = new Map();  // reason -> tests
  for await (const { type, data } of events) {
    const is_test = data?.details?.type !== 'suite';
    if (type === 'test:stderr' || type === 'test:stdout') yield data.message;
    if (type === 'test:pass' && data.skip !== undefined) {
      skipped.set(data.skip, [...(skipped.get(data.skip) ?? []), data.name]);
    } else if (type === 'test:pass' && is_test) {
      ++counts.passed;
    } else if (type === 'test:fail') {
      const { error } = data.details;
      if (error.failureType === 'subtestsFailed') continue;
      ++counts.failed;
      const cause = error.cause ?? error;
      yield `FAILED ${relative('.', data.file ?? '')}: ${data.name}\n  ${cause.stack ?? cause}\n`;
    }
  }
  for (const [reason, names] of skipped) yield `skipped (${reason}): ${names.join('; ')}\n`;
  yield `sdk: ${counts.passed} passed, ${counts.failed} failed\n`;
}
