// @vitest-environment happy-dom
/** The row of a daemon, as the Overview shows it. */
import { screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Manifest } from '../../contract/manifest.ts';
import { catalogOf } from '../../contract/metric-specs.ts';
import type { DaemonSnapshot } from '../../contract/states.ts';
import { daemon } from '../model/test-host.ts';
import { pass } from '../model/test-window.tsx';
import { recordCanvases } from '../samples/test-canvas.ts';
import { FULL_MANIFEST, isDim, saysOf, type TestPage, testPage } from '../ui/test-page.tsx';
import { OverviewPage } from './overview-page.tsx';

let page: TestPage;
const START = new Date(2026, 10, 20, 14, 0, 0).getTime();
beforeEach(() => {
  vi.useFakeTimers();
  recordCanvases();
  vi.stubGlobal('Path2D', class {});
  vi.setSystemTime(START);
});
afterEach(() => {
  page.close();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** Shows the row of a daemon with a manifest and a state. */
async function rowOf(
  change: Partial<DaemonSnapshot> = {},
  manifest: Manifest = FULL_MANIFEST,
  twoHosts = false,
) {
  page = await testPage({ info: saysOf([manifest], [daemon(change)]), twoHosts });
  page.show(<OverviewPage />);
  return screen.getByRole('row', { name: /^d( on host a)?$/ });
}
const textOf = (element: Element | null) => element?.textContent ?? '';
/** The figures of a row by their columns, without those that are empty. */
const figuresIn = (row: HTMLElement) =>
  [...row.querySelectorAll<HTMLElement>('[data-figure]')]
    .filter((cell) => cell.textContent !== '')
    .map((cell) => `${cell.dataset.figure}: ${cell.textContent}`);
const link = (name: string | RegExp) => screen.queryByRole('link', { name })?.getAttribute('href');

describe('a daemon that runs', () => {
  it('is named, with what it is and the way to its page', async () => {
    const shown = await rowOf();
    expect(within(shown).getByRole('link', { name: 'd' }).getAttribute('href')).toBe('#/h/a/daemon/d');
    expect(within(shown).getByTitle('Chat')).toBeTruthy();
    expect(shown.textContent).not.toContain('Carries what people say.');
  });

  it('is told apart from one of another host', async () => {
    expect((await rowOf({}, FULL_MANIFEST, true)).getAttribute('aria-label')).toBe('d on host a');
  });

  it('shows what it does for people and what it costs', async () => {
    const shown = await rowOf({ restarts: 3 });
    for (const round of [0, 1]) {
      await page.measure('d', {
        signalbox_d_open: 42,
        signalbox_d_messages_total: round * 12,
        signalbox_d_queue_bytes: 2048,
        'signalbox_d_delivery_seconds/count': 3,
        'signalbox_d_delivery_seconds/p99': 0.25,
        'signalbox_d_loop_delay_seconds/count': 3,
        'signalbox_d_loop_delay_seconds/p99': 0.004,
        signalbox_d_cpu_ratio: 0.5,
        signalbox_d_resident_memory_bytes: 1024,
      });
      await pass(1_000);
    }
    expect(figuresIn(shown)).toEqual([
      'Connections: 42',
      'Messages: 12/s',
      'p99: 250 ms',
      'Loop p99: 4 ms',
      'CPU: 50 %',
      'RSS: 1 KiB',
      'Queue: 2 KiB',
      'Monitoring: 0 %',
      'Restarts: 3',
    ]);
    expect(
      within(shown).getByRole('img', { name: 'Messages a second of d in the last minute' }),
    ).toBeTruthy();
    expect(within(shown).getByRole('img', { name: 'CPU of d in the last minute' })).toBeTruthy();
  });

  it('leads from how many are connected to the table of them, where there is one', async () => {
    const { people, ...others } = FULL_MANIFEST.tables!;
    const shown = await rowOf({}, { ...FULL_MANIFEST, tables: { ...others, connections: people! } });
    await page.measure('d', { signalbox_d_open: 42 });
    await pass(1_000);
    const number = within(shown).getByRole('link', { name: '42' });
    expect([number.getAttribute('href'), number.title]).toEqual([
      '#/h/a/daemon/d/connections',
      'People of d',
    ]);
    page.close();
    expect(within(await rowOf()).getAllByRole('link')).toHaveLength(1);
  });

  it('shows only what its manifest names', async () => {
    const shown = await rowOf({}, { ...FULL_MANIFEST, highlights: {} });
    await page.measure('d', {});
    await pass(1_000);
    expect(figuresIn(shown).map((fact) => fact.split(':')[0])).toEqual([
      'Loop p99',
      'CPU',
      'RSS',
      'Monitoring',
      'Restarts',
    ]);
  });

  it('draws no curve of what it does not measure', async () => {
    const shown = await rowOf({}, { ...FULL_MANIFEST, highlights: { messages: 'signalbox_d_nothing' } });
    expect(within(shown).queryByRole('img', { name: /^Messages/ })).toBeNull();
  });

  it('counts its queue where the process measures one that its manifest does not describe', async () => {
    const manifest = { ...FULL_MANIFEST, highlights: { queue: 'signalbox_d_waiting' } };
    const waiting = { name: 'signalbox_d_waiting', kind: 'gauge', unit: 'bytes', help: '' } as const;
    const told = saysOf([manifest], [daemon()]);
    const catalogs = { ...told.catalogs, d: { revision: 1, metrics: catalogOf('d', [waiting]) } };
    page = await testPage({ info: { ...told, catalogs } });
    page.show(<OverviewPage />);
    await page.measure('d', { signalbox_d_waiting: 7 });
    await pass(1_000);
    expect(figuresIn(screen.getByRole('row', { name: 'd' }))).toContain('Queue: 7');
  });

  it('shows its figures to the end of its stop', async () => {
    const shown = await rowOf({ state: 'stopping', cause: 'asked' });
    expect(figuresIn(shown)).toContain('CPU: –');
  });

  it('says since when its figures are old, and shows them as such', async () => {
    const shown = await rowOf();
    await page.measure('d', { signalbox_d_open: 42 });
    await pass(1_000);
    const figure = () => within(shown).getByText('42').parentElement;
    const cost = () => within(shown).getAllByText('0 %')[0]!.parentElement;
    expect([isDim(figure()), isDim(cost())]).toEqual([false, false]);
    expect(shown.textContent).not.toContain('stale');
    await pass(5_000);
    expect(within(shown).getByText('stale since 14:00:00')).toBeTruthy();
    expect([isDim(figure()), isDim(cost())]).toEqual([true, true]);
  });
});

describe('where it listens', () => {
  it('is shown with the protocol, ready to be copied', async () => {
    const shown = await rowOf({
      listeners: [
        { protocol: 'irc', host: '127.0.0.1', port: 6667, tls: false },
        { protocol: 'irc', host: '127.0.0.1', port: 6697, tls: true },
        { protocol: 'irc', host: '::1', port: 6667, tls: false },
      ] as DaemonSnapshot['listeners'],
    });
    expect(within(shown).getAllByRole('listitem').map(textOf)).toEqual([
      '127.0.0.1:6667irc',
      ':6697irc · TLS',
      '[::1]:6667irc',
      // Where there is no room for more than the first.
      '+2',
    ]);
    // However narrow the window is, the port is whole.
    const first = within(shown).getByRole('button', { name: 'Copy 127.0.0.1:6667' });
    expect(first.querySelector('.truncate')?.textContent).toBe('127.0.0.1');
    expect(within(shown).getByRole('button', { name: 'Copy 127.0.0.1:6697' })).toBeTruthy();
    expect(within(shown).queryByText('No listener')).toBeNull();
  });

  it('is said to be nowhere', async () => {
    const shown = await rowOf();
    expect(within(shown).getByText('No listener')).toBeTruthy();
    page.close();
    // Of what does not run that is no news.
    const stopped = await rowOf({ state: 'stopped', pid: null });
    expect(within(stopped).queryByText('No listener')).toBeNull();
  });
});

describe('a daemon that does not run', () => {
  it('says what it is for while nothing is wrong', async () => {
    const shown = await rowOf({ state: 'stopped', pid: null });
    expect(within(shown).getByText('Carries what people say.')).toBeTruthy();
    expect(figuresIn(shown)).toEqual(['Restarts: 0']);
  });

  it('says why it ended', async () => {
    const shown = await rowOf({
      state: 'backoff',
      cause: 'killed by signal SIGKILL',
      restarts: 2,
      nextStartAt: START + 4_200,
    });
    expect(within(shown).getByText('killed by signal SIGKILL')).toBeTruthy();
    expect(figuresIn(shown)).toEqual(['Restarts: 2']);
    expect(shown.textContent).toContain('starts again in 5 s');
  });
});

describe('the state of a daemon', () => {
  it('is told with how long it has run, or has been in it', async () => {
    const shown = await rowOf({ since: START - 60_000 });
    expect(shown.textContent).toContain('runningup 1 min');
    await page.daemonIs({ state: 'stopped', since: START - 30_000, nextStartAt: START });
    await pass(250);
    expect(shown.textContent).toContain('stoppedfor 30 s');
    await page.daemonIs({ state: 'backoff', since: START - 40_000 });
    await pass(250);
    expect(shown.textContent).toContain('backofffor 40 s');
    await page.daemonIs({ state: 'backoff', nextStartAt: START + 600 });
    await pass(250);
    expect(shown.textContent).toContain('backoffstarting again');
  });

  it('is the last one known without a host, of unknown length', async () => {
    const shown = await rowOf({ since: START - 60_000 });
    await page.lose();
    await pass(1_000);
    expect(shown.textContent).toContain('running when last heard of');
    expect(shown.textContent).not.toContain('up 1 min');
    expect(within(shown).getByText('stale since 14:00:00')).toBeTruthy();
  });

  it('comes with what is odd about it', async () => {
    const shown = await rowOf();
    expect([within(shown).queryByText('unresponsive'), link(/restart needed/)]).toEqual([null, undefined]);
    await page.daemonIs({ unresponsive: true, pendingRestart: ['listen', 'motd'] });
    expect(within(shown).getByText('unresponsive')).toBeTruthy();
    expect(link('restart needed: listen, motd')).toBe('#/h/a/daemon/d/config');
  });
});
