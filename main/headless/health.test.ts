/** What probes are told. */
import { expect, test } from 'vitest';
import type { WireError } from '../../contract/errors.ts';
import type { DaemonSnapshot, DaemonState } from '../../contract/states.ts';
import type { ControlPlane } from '../core/control-plane.ts';
import { healthReport, isReady } from './health.ts';

interface Condition {
  readonly daemons?: readonly [string, DaemonState, boolean?][];
  readonly paused?: boolean;
  readonly error?: WireError;
  readonly notice?: string;
}

/** A host that should run `ircd` and has `relay` beside it. */
function plane({ daemons = [['ircd', 'running']], paused = false, error, notice }: Condition): ControlPlane {
  return {
    autostart: ['ircd'],
    snapshots: () =>
      daemons.map(([id, state, unresponsive = false]) => ({ id, state, unresponsive }) as DaemonSnapshot),
    historyPaused: paused,
    configError: error ?? null,
    descriptorNotice: notice ?? null,
  } as unknown as ControlPlane;
}

test.each<[string, Condition, boolean, string]>([
  [
    'everything runs',
    {
      daemons: [
        ['ircd', 'running'],
        ['relay', 'running'],
      ],
    },
    true,
    '[+] config ok\n[+] ircd running\n[+] relay running\nreadyz check passed\n',
  ],
  [
    'what nobody asked for is stopped',
    {
      daemons: [
        ['ircd', 'running'],
        ['relay', 'stopped'],
      ],
    },
    true,
    '[+] config ok\n[+] ircd running\n[+] relay stopped\nreadyz check passed\n',
  ],
  [
    'what was asked for is stopped',
    {
      daemons: [
        ['ircd', 'stopped'],
        ['relay', 'running'],
      ],
    },
    false,
    '[+] config ok\n[-] ircd stopped\n[+] relay running\nreadyz check failed\n',
  ],
  [
    'one crashed that nobody asked for',
    {
      daemons: [
        ['ircd', 'running'],
        ['relay', 'backoff'],
      ],
    },
    false,
    '[+] config ok\n[+] ircd running\n[-] relay backoff\nreadyz check failed\n',
  ],
  [
    'one starts',
    { daemons: [['ircd', 'starting']] },
    false,
    '[+] config ok\n[-] ircd starting\nreadyz check failed\n',
  ],
  [
    'one does not answer',
    { daemons: [['ircd', 'running', true]] },
    false,
    '[+] config ok\n[-] ircd running, unresponsive\nreadyz check failed\n',
  ],
  [
    'history is paused',
    { paused: true },
    false,
    '[+] config ok\n[+] ircd running\n[-] history paused\nreadyz check failed\n',
  ],
  [
    'the file has a mistake',
    { error: { code: 'config_invalid', message: 'x' } },
    true,
    '[!] config has a mistake; the last good one is in force\n[+] ircd running\nreadyz check passed\n',
  ],
  [
    'descriptors are few',
    { notice: 'few files' },
    true,
    '[+] config ok\n[!] few files\n[+] ircd running\nreadyz check passed\n',
  ],
])('%s', (_, condition, ready, report) => {
  expect(isReady(plane(condition))).toBe(ready);
  expect(healthReport(plane(condition))).toBe(report);
});
