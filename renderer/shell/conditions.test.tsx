// @vitest-environment happy-dom
/** What the window says of its host above, below and beside every page: banners, the status bar, notices. */
import { act, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import type { HistoryStatus } from '../../contract/control/history.ts';
import type { WireError } from '../../contract/errors.ts';
import { daemon } from '../model/test-host.ts';
import { oddLooks } from '../model/test-looks.ts';
import { pass } from '../model/test-window.tsx';
import { factsIn, goTo, isOff, press, type TestPage, testPage } from '../ui/test-page.tsx';
import { Banners } from './banners.tsx';
import { Notices } from './notices.tsx';
import { StatusBar } from './status-bar.tsx';

let page: TestPage;
const START = new Date(2026, 10, 20, 14, 0, 0).getTime();
beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(START);
});
afterEach(async () => {
  await goTo('');
  page.close();
  vi.useRealTimers();
});

const emit = (event: Parameters<TestPage['emit']>[0]) =>
  act(async () => {
    page.emit(event);
    await vi.advanceTimersByTimeAsync(0);
  });
const PAUSED: HistoryStatus = {
  state: 'paused',
  since: START - 90_000,
  reason: null,
  buffered: 12,
  dropped: 0,
};
/** Every banner with its text, the urgent ones marked. */
const banners = () =>
  [...document.querySelectorAll('p.font-medium')].map((title) => {
    const urgent = title.closest('[role="alert"]') === null ? '' : '! ';
    return `${urgent}${title.textContent}: ${title.nextElementSibling?.textContent ?? ''}`;
  });

describe('the banners', () => {
  beforeEach(async () => {
    page = await testPage();
    page.show(<Banners />);
  });

  it('are not there while all is well', () => {
    expect(document.body.querySelector('div > *')).toBeNull();
  });

  it('say since when the host is gone, and try again when that is wanted', async () => {
    await page.lose(5_000);
    expect(banners()).toEqual([
      '! Connection to the host lost since 13:59:55: Figures on this page are the last ones that arrived. It is being tried again.',
    ]);
    await press('Try now');
    expect(page.retryNow).toHaveBeenCalledOnce();
  });

  it('say that the host ends, then why it is gone', async () => {
    await emit({ type: 'closing', reason: 'asked by ann' });
    expect(banners()).toEqual(['! The host is shutting down: asked by ann']);
    expect(screen.queryByRole('button')).toBeNull();
    await page.lose();
    expect(banners()).toEqual([
      '! Connection to the host lost since 14:00:00: The host was shut down (asked by ann). Start it again: this page comes back by itself.',
    ]);
  });

  it('say that history is paused, for how long, and what that costs, but not on the Overview, which does', async () => {
    await emit({ type: 'history', history: PAUSED });
    expect(banners()).toEqual([]);
    await goTo('#/h/a/audit');
    await emit({ type: 'history', history: PAUSED });
    expect(banners()).toEqual([
      'History paused for 1 min 30 s: The recorder is not running. Waiting in memory: 12 entries.',
    ]);
    await emit({
      type: 'history',
      history: { ...PAUSED, reason: 'The disk is full.', buffered: 1, dropped: 2 },
    });
    expect(banners()[0]).toContain(
      ': The disk is full. Waiting in memory: 1 entry; lost because that memory is full: 2 entries.',
    );
    // Without the host nobody knows.
    await page.lose();
    expect(banners()).toHaveLength(1);
    await emit({ type: 'history', history: { ...PAUSED, state: 'recording' } });
    expect(banners()[0]).toContain('lost since');
  });

  const mistake = (change: Partial<WireError> = {}): WireError => ({
    code: 'config_invalid',
    message: '/etc/s.toml:3: there is no setting "lisen"',
    detail: { file: '/etc/s.toml', line: 3, key: 'lisen' },
    ...change,
  });
  const place = () => document.querySelector('p.font-mono')?.textContent;

  test.each([
    ['with its place', mistake(), '/etc/s.toml, line 3, key lisen', 'there is no setting "lisen"'],
    [
      'with line and column',
      mistake({ message: '/etc/s.toml:3:14: what is this', detail: { file: '/etc/s.toml', line: 3 } }),
      '/etc/s.toml, line 3',
      'what is this',
    ],
    [
      'that begins otherwise',
      mistake({ message: 'No such thing: /etc/s.toml', detail: { file: '/etc/s.toml' } }),
      '/etc/s.toml',
      'No such thing: /etc/s.toml',
    ],
    ['without a place', mistake({ message: ':3: odd', detail: undefined }), undefined, ':3: odd'],
  ])('say what is wrong with the configuration: one %s', async (_, error, where, text) => {
    await emit({ type: 'config', error });
    const title = screen.getByText(
      'The configuration file has a mistake; the last good configuration stays in force',
    );
    expect([place(), title.nextElementSibling?.lastElementChild?.textContent]).toEqual([where, text]);
    expect(title.closest('[role="alert"]')).toBeTruthy();
  });

  it('have the configuration read again, where there is a host to read it', async () => {
    await emit({ type: 'config', error: mistake({ code: 'config_unreadable' }) });
    expect(screen.getByText('The configuration file cannot be read')).toBeTruthy();
    page.answers['config.reload'] = () => ({ ok: true, result: { daemons: [] } });
    await press('Reload');
    expect(page.argsOf('config.reload')).toEqual([{}]);
    await page.lose();
    expect(isOff(screen.getByRole('button', { name: 'Reload' }))).toBe(true);
    await emit({ type: 'config', error: null });
    expect(screen.queryByRole('button', { name: 'Reload' })).toBeNull();
  });
});

describe('the status bar', () => {
  beforeEach(async () => {
    page = await testPage();
    page.show(<StatusBar />);
  });
  const text = () => screen.getByRole('contentinfo').textContent;

  const health = () => screen.getAllByRole('link')[0]!;
  const deviations = () =>
    within(screen.getByRole('list', { name: 'What is not as it should be' }))
      .queryAllByRole('listitem')
      .map(({ textContent }) => textContent);

  it('says in a sentence that all is well, and nothing else', async () => {
    expect(text()).toBe('The daemon runsHistory recordingSignalbox');
    expect([health().getAttribute('href'), deviations()]).toEqual(['#/h/a', []]);
    expect(screen.getByRole('link', { name: 'History recording' }).getAttribute('href')).toBe(
      '#/h/a?range=24h',
    );
  });

  it('says who needs a person, and leads there', async () => {
    await page.daemonIs({ state: 'failed' });
    expect([health().textContent, health().getAttribute('href')]).toEqual([
      '1 of 1 failed: d',
      '#/h/a/daemon/d',
    ]);
    expect(health().querySelector('.text-bad')).toBeTruthy();
  });

  it('has what Signalbox itself takes behind one item', async () => {
    await page.measure('main', {
      'signalbox_main_loop_delay_seconds/count': 1,
      'signalbox_main_loop_delay_seconds/p99': 0.002,
      signalbox_main_cpu_ratio: 0.25,
      signalbox_main_resident_memory_bytes: 2048,
      signalbox_main_monitoring_cpu_ratio: 0.5,
    });
    await press('Signalbox');
    await pass(1_000);
    const panel = screen.getByRole('dialog', { name: 'What Signalbox itself takes' });
    expect(factsIn(panel).slice(0, 4)).toEqual([
      'Event loop late, p99: 2 ms',
      'CPU: 25 %',
      'Memory: 2 KiB',
      'CPU for monitoring: 50 %',
    ]);
    const headings = () =>
      within(panel)
        .getAllByRole('heading', { level: 3 })
        .map((one) => one.textContent);
    expect(headings()).toEqual(['Main process', 'This window']);
    await page.measure('main', {});
    await pass(5_000);
    expect(headings()[0]).toBe('Main process, figures of 14:00:01');
    const received = factsIn(panel).find((fact) => fact.startsWith('Frames received'));
    expect(received).toMatch(/^Frames received: 0(\.\d+)?\/s$/);
  });

  it('says at the right what deviates, for a while, and reads it out once without figures', async () => {
    const heard = () => screen.getAllByRole('status').at(-1)?.textContent;
    await page.measure('d', {
      'signalbox_d_loop_delay_seconds/count': 1,
      'signalbox_d_loop_delay_seconds/p99': 0.082,
    });
    await pass(1_000);
    expect([deviations(), heard()]).toEqual([['d: loop p99 82 ms'], 'The event loop of d is late']);
    await page.measure('d', {}, 3);
    await pass(1_000);
    expect(deviations()).toEqual(['d: 3 frames skipped', 'd: loop p99 82 ms', '+1+0']);
    expect(screen.getByRole('list', { name: 'What is not as it should be' }).title).toBe(
      'd: 3 frames skipped\nd: loop p99 82 ms',
    );
    await pass(12_000);
    expect([deviations(), heard()]).toEqual([[], '']);
  });

  it('says how it stands with the host', async () => {
    await act(async () => page.connect({ phase: 'connecting' }));
    expect(health().textContent).toBe('Connecting…');
    await page.lose();
    expect(health().textContent).toBe('Connection lost');
    expect(text()).not.toContain('History');
    await emit({ type: 'history', history: PAUSED });
    expect(text()).not.toContain('History');
  });

  it('says that history is paused', async () => {
    await emit({ type: 'history', history: PAUSED });
    expect(text()).toBe('The daemon runsHistory pausedSignalbox');
  });

  it('says how far long work is, and leads to where it can be ended', async () => {
    const task = { id: 1, title: 'Copying', phase: 'pages', done: 1, total: 4, cancellable: true } as const;
    expect(screen.getAllByRole('link')).toHaveLength(2);
    await emit({ type: 'task', source: 'd', task: { ...task, end: null } });
    const link = () => screen.getAllByRole('link')[1]!;
    expect([link().textContent, link().getAttribute('href')]).toEqual([
      'Copying: pages, 25 %',
      '#/h/a/pools',
    ]);
    await emit({ type: 'task', source: 'd', task: { ...task, done: 2, end: null } });
    await emit({ type: 'task', source: 'keeper', task: { ...task, end: null } });
    expect(link().textContent).toBe('Copying: pages, 50 %, and 1 more');
    await page.lose();
    expect(screen.getAllByRole('link')).toHaveLength(1);
  });

  it('leads to the settings that wait for a restart', async () => {
    await page.daemonIs({ pendingRestart: ['listen', 'motd'] });
    const link = screen.getByRole('link', { name: 'd: restart needed for listen, motd' });
    expect(link.getAttribute('href')).toBe('#/h/a/daemon/d/config');
  });
});

describe('short messages', () => {
  const open = async (twoHosts = false) => {
    page = await testPage({ twoHosts });
    page.show(<Notices />);
  };
  const shown = () => [...document.querySelectorAll('[aria-live] p')].map((one) => one.textContent);

  it('stand there until they are dismissed', async () => {
    await open();
    act(() => {
      page.model.notify('good', 'done');
      page.model.notify('bad', 'refused');
      page.hosts.screen.notify(null, 'info', 'by the way');
    });
    expect(shown()).toEqual(['done', 'refused', 'by the way']);
    const colours = [...document.querySelectorAll('[aria-live] svg.mt-2')].map((one) =>
      one.getAttribute('class')?.split(' ').at(-1),
    );
    expect([colours, oddLooks()]).toEqual([['text-good', 'text-bad', 'text-dim'], []]);
    await act(async () => within(document.body).getAllByRole('button', { name: 'Dismiss' })[1]?.click());
    expect(shown()).toEqual(['done', 'by the way']);
  });

  it('say of which host they are where there are several', async () => {
    await open(true);
    act(() => page.model.notify('bad', 'refused'));
    expect(shown()).toEqual(['host a: refused']);
  });

  it('are read out when a state changes', async () => {
    await open();
    expect(screen.getByRole('status').textContent).toBe('');
    await page.daemonIs(daemon({ state: 'crashed', cause: 'killed' }));
    expect(screen.getByRole('status').textContent).toBe('d is crashed: killed');
  });
});
