import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CONTROL_LIMITS } from '../limits.ts';
import { CrashPolicy } from './backoff.ts';

const { backoffBaseMs, backoffMaxMs, backoffJitter, crashLoopCount, crashLoopWindowMs, stableMs } =
  CONTROL_LIMITS;

test('the wait doubles, and never leaves the bounds that jitter allows', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 20 }), (rolls) => {
      let roll = 0;
      const policy = new CrashPolicy(CONTROL_LIMITS, () => rolls[roll] ?? 0);
      for (roll = 0; roll < rolls.length; roll++) {
        // Far enough apart to be no loop, too short-lived to be stable.
        const delay = policy.crashed(roll * crashLoopWindowMs, stableMs - 1);
        const full = Math.min(backoffMaxMs, backoffBaseMs * 2 ** roll);
        expect(delay).toBeLessThanOrEqual(full);
        expect(delay).toBeGreaterThanOrEqual(Math.floor(full * (1 - backoffJitter)));
      }
    }),
  );
});

test('a process that ran for long starts again with the shortest wait', () => {
  const policy = new CrashPolicy(CONTROL_LIMITS, () => 0);
  policy.crashed(0, 0);
  policy.crashed(crashLoopWindowMs, 0);
  expect(policy.crashed(3 * crashLoopWindowMs, stableMs)).toBe(backoffBaseMs);
});

test('the window slides: exactly the crashes within it count', () => {
  const policy = new CrashPolicy(CONTROL_LIMITS, () => 0);
  for (let n = 1; n < crashLoopCount; n++) expect(policy.crashed(n, 0)).not.toBeNull();
  expect(policy.crashed(crashLoopWindowMs + 1, 0)).not.toBeNull();
  expect(policy.crashed(crashLoopWindowMs + 1, 0)).toBeNull();
});
