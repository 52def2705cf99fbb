// The agent on the openai SDK: what its verdict says as it was first written, and repaired.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { broken, run_example } from './example.mjs';

const kName = 'openai_agent';
const kRepaired = ['--set', 'target.command.1=fixed.mjs'];

test('as first written it fails, each time for the same reasons', async () => {
  const { code, said, result, left } = await run_example(kName);
  assert.equal(result.verdict, 'FAIL', said);
  assert.equal(code, 1);
  assert.deepEqual(broken(result), {
    slos: [
      'error_rate < 5% in unavailable',  // three calls for each message, and all in vain
      'error_rate < 5% in silent',       // the SDK waits for ten minutes
      'error_rate < 5% in hollow',
      'response.p95 < 8s in silent',
    ],
    invariants:
      ['no_empty_response', 'conversation_integrity', 'bounded_retries', 'honest_errors'],
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
