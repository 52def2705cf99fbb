// The streaming agent on the ai SDK: what its verdict says as it was first written, and repaired.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { broken, run_example } from './example.mjs';

const kName = 'ai_sdk_agent';
const kRepaired = ['--set', 'target.command.1=fixed.mjs'];

test('as first written it fails, each time for the same reasons', async () => {
  const { code, said, result, left } = await run_example(kName);
  assert.equal(result.verdict, 'FAIL', said);
  assert.equal(code, 1);
  assert.deepEqual(broken(result), {
    slos: [
      'error_rate < 5% of orders in limited',
      'ttft.p95 < 4s of orders in limited',
      'response.count{class:orders,outcome:timeout} == 0',  // a stream that is silent has no end
    ],
    invariants: [
      'no_empty_response',  // errors are not in `textStream`
      'stream_integrity',
      'cancel_propagates',  // no abort signal is passed on
    ],
  }, said);
  assert.deepEqual(left, []);
});

test('repaired it passes, and every fault has struck', async () => {
  const { code, said, result, left } = await run_example(kName, ...kRepaired);
  assert.equal(result.verdict, 'PASS', said);
  assert.equal(code, 0);
  assert.deepEqual(result.faults.filter(({ fired }) => fired === 0), []);
  assert.deepEqual(left, []);
});
