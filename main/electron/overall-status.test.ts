import { expect, test } from 'vitest';
import type { DaemonSnapshot, DaemonState } from '../../contract/states.ts';
import { overallStatus, statusBitmap } from './overall-status.ts';

function daemon(state: DaemonState, unresponsive = false): DaemonSnapshot {
  return {
    id: 'x',
    state,
    unresponsive,
    pid: null,
    instance: 1,
    since: 0,
    restarts: 0,
    nextStartAt: null,
    listeners: [],
    cause: null,
    crashes: [],
    pendingRestart: [],
    runtime: null,
  };
}

test('one daemon in trouble outweighs all that run', () => {
  expect(overallStatus([daemon('running'), daemon('failed')])).toBe('trouble');
  expect(overallStatus([daemon('running'), daemon('backoff')])).toBe('trouble');
  expect(overallStatus([daemon('running', true)])).toBe('trouble');
});

test('running means that one daemon runs, idle that none does', () => {
  expect(overallStatus([daemon('stopped'), daemon('running')])).toBe('running');
  expect(overallStatus([daemon('stopped'), daemon('starting')])).toBe('idle');
  expect(overallStatus([])).toBe('idle');
});

test('the three pictures differ in shape, not in colour only', () => {
  const alphas = (['idle', 'running', 'trouble'] as const).map((status) => {
    const pixels = statusBitmap(status, 16);
    expect(pixels).toHaveLength(16 * 16 * 4);
    return Buffer.from(pixels.filter((_, i) => i % 4 === 3)).toString('hex');
  });
  expect(new Set(alphas).size).toBe(3);
});
