import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { DaemonSnapshot } from '../../../daemons/contract/states.ts';
import { showStatus } from './show.ts';

const daemon: DaemonSnapshot = {
  id: 'ircd',
  state: 'running',
  pid: 7,
  instance: 1,
  nextStartAt: null,
  crashes: [],
  since: 0,
  restarts: 0,
  cause: null,
  unresponsive: false,
  listeners: [],
  runtime: 'node 24',
  pendingRestart: [],
};

test('the status says which daemons need a restart, and for which settings', () => {
  const relay = { ...daemon, id: 'relay', pendingRestart: ['runtime', 'mode'] };
  const lines = stripVTControlCharacters(showStatus([daemon, relay])).split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[3]).toBe('restart needed: relay for runtime, mode');
  expect(showStatus([daemon])).not.toContain('restart needed');
});
