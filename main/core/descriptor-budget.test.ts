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

test('what is lowered is said with both numbers, and only what is', () => {
  const wanted = { ...CONTROL_LIMITS, localClients: 64, httpConnections: 512 };
  expect(fitToDescriptors(wanted, 512).notice).toBe(
    'The system lets Signalbox open 512 files: the dashboard serves 320 connections at once instead of 512. Raise the limit with "ulimit -n" or LimitNOFILE= before Signalbox starts.',
  );
  const { limits, notice } = fitToDescriptors(wanted, 200);
  expect(limits).toEqual({ ...wanted, localClients: 25, httpConnections: 75 });
  expect(notice).toContain('75 connections at once instead of 512, the command line 25 instead of 64.');
  // At the least one of each, however few there are.
  expect(fitToDescriptors(wanted, 0).limits).toMatchObject({ localClients: 1, httpConnections: 1 });
});
