/** The sentence that the status bar begins with. */
import { describe, expect, test } from 'vitest';
import type { DaemonSnapshot } from '../../contract/states.ts';
import { createHostStore, type HostState } from '../model/host-state.ts';
import type { HostNow } from '../model/hosts.ts';
import { daemon, manifestOf } from '../model/test-host.ts';
import { healthOf } from './health.ts';

type Change = Partial<DaemonSnapshot>;
const host = (
  id: string,
  daemons: readonly Change[],
  phase: HostState['connection']['phase'] = 'connected',
) => {
  const state = {
    ...createHostStore().getState(),
    connection: { phase, since: 0, retryAt: 0 } as HostState['connection'],
    host: { manifests: [manifestOf({ id: 'keeper', internal: true })] } as unknown as HostState['host'],
    daemons: Object.fromEntries(daemons.map((change) => [change.id ?? 'd', daemon(change)])),
  };
  return { host: { id, name: `host ${id}` }, state } as unknown as HostNow;
};
const [ircd, relay, keeper] = [{ id: 'ircd' }, { id: 'relay' }, { id: 'keeper' }];
const stopped = { state: 'stopped' } as const;

describe('the sentence', () => {
  test.each<[string, readonly Change[], string, string, readonly string[]]>([
    ['all run', [ircd, relay], 'All 2 daemons run', 'text-good', []],
    ['some were stopped', [ircd, { ...relay, ...stopped }], '1 of 2 daemons run', 'text-good', []],
    ['all were stopped', [{ ...ircd, ...stopped }], 'No daemon runs', 'text-dim', []],
    ['there are none', [], 'No daemons', 'text-dim', []],
    ['internal ones run or not', [ircd, { ...keeper, ...stopped }], 'The daemon runs', 'text-good', []],
    [
      'an internal one failed',
      [ircd, { ...keeper, state: 'failed' }],
      '1 of 2 failed: keeper',
      'text-bad',
      ['daemon', 'keeper'],
    ],
    [
      'one failed and one crashed',
      [
        { ...ircd, state: 'backoff' },
        { ...relay, state: 'failed' },
      ],
      '1 of 2 failed: relay',
      'text-bad',
      ['daemon', 'relay'],
    ],
    [
      'two crashed',
      [
        { ...ircd, state: 'crashed' },
        { ...relay, state: 'backoff' },
      ],
      '2 of 2 crashed: ircd, relay',
      'text-bad',
      ['daemon', 'ircd'],
    ],
    [
      'one does not answer',
      [ircd, { ...relay, unresponsive: true }],
      '1 of 2 does not answer: relay',
      'text-warn',
      ['daemon', 'relay'],
    ],
    [
      'one starts',
      [{ ...ircd, state: 'starting' }, relay],
      '1 of 2 starting: ircd',
      'text-dim',
      ['daemon', 'ircd'],
    ],
  ])('where %s', (_, daemons, text, tone, path) => {
    expect(healthOf([host('a', daemons)])).toMatchObject({ text, tone, path, host: 'a' });
  });

  test('of several hosts names the host, and first of all those that are not heard', () => {
    const failed = host('b', [{ ...relay, state: 'failed' }]);
    expect(healthOf([host('a', [ircd]), failed])).toMatchObject({
      text: '1 of 2 failed: relay on host b',
      host: 'b',
    });
    expect(healthOf([failed, host('a', [ircd], 'lost')])).toMatchObject({
      text: 'Connection lost to host a',
      host: 'a',
    });
    expect(healthOf([host('a', [ircd]), host('b', [], 'connecting')])?.text).toBe('The daemon runs');
    expect(healthOf([])).toBeNull();
  });

  test('of one host says that the connection is lost or still made', () => {
    expect(healthOf([host('a', [ircd], 'lost')])?.text).toBe('Connection lost');
    expect(healthOf([host('a', [], 'connecting')])?.text).toBe('Connecting…');
  });
});
