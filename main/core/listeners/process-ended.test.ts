/** When a change means that a process is gone. */
import { expect, test } from 'vitest';
import type { DaemonSnapshot, DaemonState } from '../../../contract/states.ts';
import { processEnded } from './process-ended.ts';

test.each<[DaemonState, DaemonState, number | null, boolean]>([
  ['starting', 'failed', null, true],
  ['running', 'crashed', null, true],
  ['stopping', 'stopped', null, true],
  ['running', 'stopping', 7, false],
  ['running', 'running', null, false],
  ['stopped', 'starting', null, false],
  ['crashed', 'backoff', null, false],
  ['failed', 'stopped', null, false],
  ['backoff', 'starting', null, false],
])('from %s to %s with process %s: %s', (previous, state, pid, ended) => {
  expect(processEnded({ snapshot: { id: 'd', state, pid } as DaemonSnapshot, previous })).toBe(ended);
});
