import { describe, expect, it } from 'vitest';
import type { DaemonSnapshot } from '../../contract/states.ts';
import type { HostState } from '../model/host-state.ts';
import { daemon } from '../model/test-host.ts';
import { attentionOf, type Noticed } from './attention.ts';

const NOTHING: Noticed = { instruments: [], skipped: [], certificates: [] };

const stateWith = (change: Partial<DaemonSnapshot> = {}, more: Partial<HostState> = {}) =>
  ({
    connection: { phase: 'connected' },
    host: { manifests: [{ id: 'd', internal: false }] },
    daemons: { d: daemon(change) },
    history: { state: 'recording' },
    ...more,
  }) as unknown as HostState;
const said = (state: HostState, noticed = NOTHING) =>
  attentionOf(state, noticed).map(({ tone, sign, action }) => [tone, sign, action?.does ?? null]);

describe('what needs a person', () => {
  it('is nothing while all is well, or was asked for', () => {
    expect(said(stateWith())).toEqual([]);
    expect(said(stateWith({ state: 'stopped', pid: null }))).toEqual([]);
  });

  it.each<[string, Partial<DaemonSnapshot>, unknown]>([
    ['failed', { state: 'failed', cause: 'port taken' }, ['bad', 'failed', 'start']],
    ['crashed', { state: 'backoff', cause: 'SIGKILL' }, ['warn', 'crashed', 'start']],
    ['unresponsive', { unresponsive: true }, ['bad', 'unresponsive', 'restart']],
    ['waiting for a restart', { pendingRestart: ['motd'] }, ['warn', 'restart needed', 'restart']],
  ])('is a daemon that is %s', (_, change, expected) => {
    expect(said(stateWith(change))).toEqual([expected]);
  });

  it('is history that is paused, what refuses, and what this window missed, the worst first', () => {
    const state = stateWith(
      { pendingRestart: ['motd'] },
      { history: { state: 'paused', reason: 'disk full' } as HostState['history'] },
    );
    const noticed: Noticed = {
      ...NOTHING,
      instruments: [
        { daemon: 'd', name: 'lookups', trouble: 'refusing', hint: 'Something was refused', isBad: true },
      ],
      skipped: [['d', 3]],
    };
    expect(attentionOf(state, noticed).find(({ sign }) => sign === 'refusing')).toMatchObject({
      text: 'lookups of d: something was refused',
      links: [{ title: 'Open', path: ['pools'], query: { daemon: 'd' } }],
    });
    expect(said(state, noticed).map(([tone, sign]) => `${tone} ${sign}`)).toEqual([
      'bad paused',
      'bad refusing',
      'warn restart needed',
      'warn slow window',
    ]);
  });

  it('is that history waits, and not also that its recorder is down, which is started for it', () => {
    const state = stateWith(
      {},
      {
        host: { manifests: [{ id: 'recorder', internal: true }] } as unknown as HostState['host'],
        daemons: { recorder: daemon({ id: 'recorder', state: 'failed', cause: 'disk full' }) },
        history: { state: 'paused', reason: 'disk full', buffered: 2, dropped: 0 } as HostState['history'],
      },
    );
    expect(attentionOf(state, NOTHING)).toMatchObject([
      {
        sign: 'paused',
        text: 'History and audit are not written. Disk full. Waiting in memory: 2 entries.',
        action: { does: 'start', id: 'recorder' },
      },
    ]);
  });

  it.each<[number, unknown]>([
    [15 * 86_400, []],
    [6 * 86_400 + 3_600, [['warn', 'in 6 days', 'reload']]],
    [-3_600, [['bad', 'expired', 'reload']]],
    [0, []],
  ])('is a certificate with %d seconds left: %j', (seconds, expected) => {
    expect(said(stateWith(), { ...NOTHING, certificates: [['d', seconds]] })).toEqual(expected);
  });

  it('is not known without the host', () => {
    const gone = { phase: 'lost', since: 1, retryAt: 1 } as HostState['connection'];
    expect(said(stateWith({ state: 'failed', cause: 'x' }, { connection: gone }))).toEqual([]);
  });

  it('of an internal daemon is started, never stopped from here', () => {
    const host = { manifests: [{ id: 'd', internal: true }] } as unknown as HostState['host'];
    expect(said(stateWith({ unresponsive: true }, { host }))).toEqual([['bad', 'unresponsive', null]]);
  });
});
