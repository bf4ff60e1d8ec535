import { expect, test, vi } from 'vitest';
import type { ProcessEnd } from '../core/daemon-launcher.ts';
import { collectEnd, verdict } from './process-end.ts';

test('kill -9 is told as the signal, whatever the exit event says', () => {
  const end = { exitCode: null, signal: 'SIGKILL', reason: null };
  expect(verdict(9, { reason: 'killed', exitCode: 9 }, null)).toEqual(end);
  expect(verdict(0, { reason: 'killed', exitCode: 9 }, null)).toEqual(end);
});

test('a plain exit keeps its code', () => {
  expect(verdict(3, null, null)).toEqual({ exitCode: 3, signal: null, reason: null });
});

test('a crash that is no signal keeps its reason', () => {
  expect(verdict(-1073741819, { reason: 'crashed', exitCode: -1073741819 }, null)).toEqual({
    exitCode: -1073741819,
    signal: null,
    reason: 'crashed',
  });
  expect(verdict(null, { reason: 'launch-failed', exitCode: 1 }, null)).toEqual({
    exitCode: 1,
    signal: null,
    reason: 'launch-failed',
  });
});

test('a fatal error of V8 names its place', () => {
  expect(verdict(6, { reason: 'crashed', exitCode: 6 }, 'Reached heap limit').reason).toBe(
    'fatal error in Reached heap limit',
  );
});

test('reports in any order make one end', () => {
  vi.useFakeTimers();
  try {
    const ends: ProcessEnd[] = [];
    const reports = collectEnd((end) => ends.push(end));
    reports.gone({ reason: 'crashed', exitCode: 11 });
    reports.exited(11);
    reports.exited(11);
    expect(ends).toEqual([]);
    vi.runAllTimers();
    reports.gone({ reason: 'killed', exitCode: 9 });
    reports.exited(0);
    vi.runAllTimers();
    expect(ends).toEqual([{ exitCode: null, signal: 'SIGSEGV', reason: null }]);
  } finally {
    vi.useRealTimers();
  }
});
