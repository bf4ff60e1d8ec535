/** How the limits of the control plane fit together: each number has its reason in another one. */
import { expect, test } from 'vitest';
import { CONTROL_LIMIT_TABLE, CONTROL_LIMITS } from './limits.ts';

const limits = CONTROL_LIMITS;

test('every limit has a positive default, a unit that its name says, and a reason', () => {
  const units: Record<string, string> = {
    Ms: 'milliseconds',
    Seconds: 'seconds',
    Bytes: 'bytes',
    Chars: 'characters',
    Lines: 'lines',
  };
  const others: Record<string, string> = { backoffJitter: 'ratio', outputLinesPerSecond: 'lines/second' };
  for (const [name, { default: value, unit, reason }] of Object.entries(CONTROL_LIMIT_TABLE)) {
    const ending = Object.keys(units).find((end) => name.endsWith(end));
    expect([name, unit]).toEqual([name, others[name] ?? (ending === undefined ? 'count' : units[ending])]);
    expect(value).toBeGreaterThan(0);
    expect(reason).toMatch(/\S\.$/);
    expect(limits).toHaveProperty(name, value);
  }
});

test('a daemon that misses two heartbeats is shown as unresponsive, and one that runs is dead only long after', () => {
  expect(limits.unresponsiveMs).toBeGreaterThan(2 * limits.heartbeatMs);
  expect(limits.unresponsiveMs).toBeLessThan(3 * limits.heartbeatMs);
  expect(limits.deadMs).toBeGreaterThanOrEqual(3 * limits.unresponsiveMs);
});

test('a daemon that fails three times fast has not run long enough to be stable, and its loop fits into the window', () => {
  expect(limits.backoffBaseMs * 2).toBeLessThan(limits.stableMs);
  expect(limits.stableMs * limits.crashLoopCount).toBeLessThan(limits.crashLoopWindowMs);
  expect(limits.backoffMaxMs).toBeLessThan(limits.stableMs);
  expect(limits.crashHistory).toBeGreaterThan(limits.crashLoopCount);
});

test('a start waits for an instance that drains three layers of daemons', () => {
  const layerMs = limits.stopMs + limits.stopGraceMs;
  expect(limits.successorWaitMs).toBeGreaterThan(3 * layerMs);
  expect(limits.quitMs).toBeGreaterThan(2 * layerMs);
  expect(limits.quitMs).toBeLessThan(limits.successorWaitMs);
});

test('the host is ready before the slowest start has been given up, and an orphan has more time than its drain', () => {
  expect(limits.readyWaitMs).toBeLessThan(limits.helloMs + limits.initMs);
  expect(limits.orphanGraceSeconds).toBeGreaterThan(1);
  expect(limits.failedExitMs).toBeLessThan(limits.killConfirmMs);
});

test('the log ring holds a whole message, and history of ten minutes of six processes', () => {
  expect(limits.logBatch).toBe(limits.logRing);
  expect(limits.historySamples).toBe(10 * 60 * 6);
  expect(limits.historySamples / limits.historyBatch).toBe(6);
  expect(limits.effectWaitMs).toBeGreaterThan(2 * limits.historyFlushMs);
});

test('one client may be behind by less than all together, and its requests fit into what it may be behind', () => {
  expect(limits.clientBacklogBytes).toBeLessThan(limits.clientBacklogTotalBytes);
  expect(limits.requestBytes).toBeLessThan(limits.clientBacklogBytes);
  expect(limits.loginBytes).toBeLessThan(limits.requestBytes);
  expect(limits.requestBytes).toBeLessThan(limits.httpDiscardBytes);
});

test('the journal has many files, and what is held in memory is less than one of them', () => {
  expect(limits.journalBytes / limits.journalSegmentBytes).toBe(64);
  expect(limits.journalRetryBaseMs).toBeLessThan(limits.journalRetryMaxMs);
  expect(limits.auditArgsChars).toBeLessThan(limits.journalSegmentBytes);
  expect(limits.deedsBegun).toBe(limits.outstandingRequests);
});

test('a login lasts a month, one that had expired a day, and a piece of work less than a turn', () => {
  expect(limits.sessionSeconds).toBe(30 * 24 * 60 * 60);
  expect(limits.sessionDormantSeconds).toBe(24 * 60 * 60);
  expect(limits.sessionCheckMs).toBe(60 * 60 * 1_000);
  expect(limits.httpShareMs).toBeLessThan(limits.httpTurnMs);
  expect(limits.httpHeadersMs).toBeLessThan(limits.httpRequestMs);
});
