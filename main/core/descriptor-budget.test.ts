import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitToDescriptors } from './descriptor-budget.ts';
import { CONTROL_LIMITS } from './limits.ts';

test('nothing is lowered or said where there are descriptors enough', () => {
  expect(fitToDescriptors(CONTROL_LIMITS, 20_000)).toEqual({ limits: CONTROL_LIMITS, notice: null });
});

test('with ulimit -n 512 the dashboard serves fewer connections, and the operator is told', () => {
  const { limits, notice } = fitToDescriptors(CONTROL_LIMITS, 512);
  expect(limits.httpConnections).toBe(320);
  expect(limits.localClients).toBe(64);
  expect(notice).toContain('512 files');
  expect(notice).toContain('320 connections');
});

test('whatever the limit, connections together leave main half of the reserve', () => {
  fc.assert(
    fc.property(fc.integer({ min: 16, max: 100_000 }), (descriptors) => {
      const { limits } = fitToDescriptors(CONTROL_LIMITS, descriptors);
      const taken = limits.localClients + limits.httpConnections;
      expect(taken).toBeLessThanOrEqual(descriptors - Math.min(64, Math.floor(descriptors / 2)));
      expect(limits.localClients).toBeGreaterThan(0);
      expect(limits.httpConnections).toBeGreaterThan(0);
    }),
  );
});
