/** The sentence that the status bar begins with. */
import { describe, expect, test } from 'vitest';
import type { DaemonSnapshot } from '../../contract/states.ts';
import { createHostStore, type HostState } from '../model/host-state.ts';
import type { HostNow } from '../model/hosts.ts';
import { daemon, manifestOf } from '../model/test-host.ts';
import { healthOf, troubleElsewhere } from './health.ts';

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
const everything = { host: 'a', daemon: null };

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
    expect(healthOf([host('a', daemons)], everything)).toMatchObject({ text, tone, path, host: 'a' });
  });

  test('is of the host that is looked at, which is named where there are several', () => {
    const failed = host('b', [{ ...relay, state: 'failed' }]);
    const hosts = [host('a', [ircd]), failed];
    expect(healthOf(hosts, everything)).toMatchObject({ text: 'The daemon runs', host: 'a' });
    expect(healthOf(hosts, { host: 'b', daemon: null })).toMatchObject({
      text: '1 of 1 failed: relay on host b',
      host: 'b',
    });
    expect(healthOf([failed, host('a', [ircd], 'lost')], everything)).toMatchObject({
      text: 'Connection lost to host a',
      host: 'a',
    });
    expect(healthOf([], everything)).toBeNull();
  });

  test('of one host says that the connection is lost or still made', () => {
    expect(healthOf([host('a', [ircd], 'lost')], everything)?.text).toBe('Connection lost');
    expect(healthOf([host('a', [], 'connecting')], everything)?.text).toBe('Connecting…');
  });

  test.each<[string, Change, string, string]>([
    ['runs', ircd, 'ircd: running', 'text-good'],
    ['was stopped', { ...ircd, ...stopped }, 'ircd: stopped', 'text-dim'],
    ['failed', { ...ircd, state: 'failed' }, 'ircd: failed', 'text-bad'],
    ['does not answer', { ...ircd, unresponsive: true }, 'ircd: does not answer', 'text-warn'],
    ['works for Signalbox', { ...keeper, id: 'keeper' }, 'keeper: running', 'text-good'],
  ])('is of the one daemon that is looked at, which %s', (_, change, text, tone) => {
    const hosts = [host('a', [change, { ...relay, state: 'failed' }])];
    const daemon = change.id ?? 'd';
    const path = ['daemon', daemon];
    expect(healthOf(hosts, { host: 'a', daemon })).toMatchObject({ text, tone, path, host: 'a' });
  });
});

describe('what is said of the rest', () => {
  const [hostA, hostB] = [host('a', [ircd, { ...relay, state: 'backoff' }]), host('b', [relay])];
  const elsewhere = (hosts: readonly HostNow[], daemon: string | null = null) =>
    troubleElsewhere(hosts, { host: 'a', daemon });

  test('is nothing while nothing there needs a person', () => {
    expect(elsewhere([hostA])).toBeNull();
    expect(elsewhere([hostA], 'relay')).toBeNull();
    expect(elsewhere([hostA, hostB, host('c', [{ ...ircd, state: 'starting' }])])).toBeNull();
  });

  test('names daemons of this host and of others that need one, and hosts that are not heard first', () => {
    expect(elsewhere([hostA], 'ircd')).toMatchObject({
      text: 'Elsewhere relay crashed',
      tone: 'text-warn',
      path: ['daemon', 'relay'],
    });
    const failed = host('b', [{ ...relay, state: 'failed' }]);
    expect(elsewhere([hostA, failed])).toMatchObject({
      text: 'Elsewhere relay on host b failed',
      tone: 'text-bad',
      host: 'b',
    });
    expect(elsewhere([hostA, failed, host('c', [], 'lost')])?.text).toBe('Connection lost to host c');
  });
});
