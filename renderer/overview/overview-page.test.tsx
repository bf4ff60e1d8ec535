// @vitest-environment happy-dom
/** The Overview: what needs a person, what all daemons do and take together, and each of them in a row. */
import { act, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { daemon } from '../model/test-host.ts';
import { goTo, pass } from '../model/test-window.tsx';
import { recordCanvases } from '../samples/test-canvas.ts';
import {
  FULL_MANIFEST,
  factsIn,
  INTERNAL_MANIFEST,
  isDim,
  press,
  rowsOf,
  saysOf,
  type TestPage,
  testPage,
} from '../ui/test-page.tsx';
import { OverviewPage } from './overview-page.tsx';

let page: TestPage;
beforeEach(() => {
  vi.useFakeTimers();
  recordCanvases();
  vi.stubGlobal('Path2D', class {});
  vi.setSystemTime(new Date(2026, 10, 20, 14, 0, 0));
});
afterEach(() => {
  page.close();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const MIB = 1024 * 1024;

/** The figures above the table. */
function totals(): readonly string[] {
  const first = document.querySelector('dl');
  return factsIn(first!.parentElement!).slice(0, 6);
}

async function open(options?: Parameters<typeof testPage>[0]): Promise<void> {
  page = await testPage(options);
  page.show(<OverviewPage />);
}

/** Every process tells twice, a second apart, what it takes. */
async function everybodyTells(): Promise<void> {
  for (const round of [0, 1]) {
    await page.measure('main', {
      signalbox_main_cpu_ratio: 0.25,
      signalbox_main_resident_memory_bytes: 64 * MIB,
      signalbox_main_heap_used_bytes: 32 * MIB,
      signalbox_main_monitoring_cpu_ratio: 0.5,
      signalbox_main_monitoring_bytes_total: round * 2048,
      'signalbox_main_loop_delay_seconds/count': 9,
      'signalbox_main_loop_delay_seconds/p95': 0.5,
      'signalbox_main_loop_delay_seconds/p99': 0.002,
    });
    await page.measure('keeper', {
      signalbox_keeper_cpu_ratio: 0.125,
      signalbox_keeper_resident_memory_bytes: 32 * MIB,
    });
    await page.measure('d', {
      signalbox_d_open: 42,
      signalbox_d_messages_total: round * 300,
      signalbox_d_cpu_ratio: 0.5,
      'signalbox_d_delivery_seconds/count': 3,
      'signalbox_d_delivery_seconds/p99': 0.25,
      signalbox_d_resident_memory_bytes: 128 * MIB,
    });
    await pass(1_000);
  }
}

it('adds up what all daemons do, and what all processes take', async () => {
  await open();
  await everybodyTells();
  expect(totals()).toEqual([
    'Running: 1 of 1',
    'Connections: 42',
    'Messages: 300/s',
    'Worst p99: 250 ms d',
    'CPU, all: 88 %',
    'Memory, all: 224 MiB',
  ]);
  expect(screen.queryByText(/Last known figures/)).toBeNull();
  expect([...document.querySelectorAll<HTMLElement>('dl dd')].filter(isDim)).toEqual([]);
});

it('leads from the longest wait to the daemon that it is of', async () => {
  await open();
  const link = () => [...document.querySelectorAll('dl a')].map((one) => one.getAttribute('href'));
  await pass(1_000);
  expect(link()).toEqual([]);
  await everybodyTells();
  expect(link()).toEqual(['#/h/a/daemon/d']);
});

it('counts only what runs', async () => {
  const d = daemon({ state: 'stopped', pid: null });
  const e = { ...FULL_MANIFEST, id: 'e', metrics: [], highlights: {} };
  await open({ info: saysOf([FULL_MANIFEST, e], [d, daemon({ id: 'e' })]) });
  await page.measure('main', { signalbox_main_cpu_ratio: 0.25 });
  await page.measure('e', { signalbox_e_cpu_ratio: 0.5 });
  await pass(1_000);
  expect(totals()).toEqual([
    'Running: 1 of 2',
    'Connections: 0',
    'Messages: 0/s',
    'Worst p99: –',
    'CPU, all: 75 %',
    'Memory, all: 0 B',
  ]);
});

it('says what to do first while nothing runs, and only then', async () => {
  const stopped = daemon({ state: 'stopped', pid: null });
  await open();
  expect(screen.queryByText('Nothing is running yet')).toBeNull();
  await page.daemonIs(stopped);
  expect(screen.getByText('Nothing is running yet')).toBeTruthy();
  expect(document.body.textContent).toContain('such as 127.0.0.1:6667, and watch');
  // Without the host nobody knows.
  await page.lose();
  expect(screen.queryByText('Nothing is running yet')).toBeNull();
});

it('has a row for each daemon, those first that need somebody, and what works for Signalbox last', async () => {
  const e = { ...FULL_MANIFEST, id: 'e', metrics: [], highlights: {} };
  const f = { ...FULL_MANIFEST, id: 'f', metrics: [], highlights: {} };
  const failed = daemon({ id: 'f', state: 'failed', pid: null, cause: 'port taken' });
  const stopped = daemon({ id: 'e', state: 'stopped', pid: null });
  await open({ info: saysOf([e, FULL_MANIFEST, f, INTERNAL_MANIFEST], [stopped, daemon(), failed]) });
  const names = within(screen.getByRole('table', { name: 'Daemons' })).getAllByRole('rowheader');
  expect(names.map((one) => one.textContent)).toEqual(['f', 'd', 'e', 'keeper', 'main']);
});

it('leaves the rows where they are while one is pointed at', async () => {
  const e = { ...FULL_MANIFEST, id: 'e', metrics: [], highlights: {} };
  await open({ info: saysOf([FULL_MANIFEST, e], [daemon(), daemon({ id: 'e' })]) });
  const table = screen.getByRole('table', { name: 'Daemons' });
  const rows = () =>
    within(table)
      .getAllByRole('rowheader')
      .map((one) => one.textContent);
  const start = screen.getByRole('button', { name: 'Start e' });
  fireEvent.pointerEnter(start.closest('tbody')!);
  await page.daemonIs({ id: 'e', state: 'failed', cause: 'port taken' });
  expect(rows()).toEqual(['d', 'e', 'main']);
  fireEvent.pointerLeave(start.closest('tbody')!);
  expect(rows()).toEqual(['e', 'd', 'main']);
  // The same for who goes through the rows by keyboard.
  act(() => start.focus());
  await page.daemonIs({ id: 'e', state: 'running', cause: null });
  expect(rows()).toEqual(['e', 'd', 'main']);
  act(() => start.blur());
  expect(rows()).toEqual(['d', 'e', 'main']);
});

it('groups them by host where there are several, with what is worst on each', async () => {
  await open({ twoHosts: true });
  const table = screen.getByRole('table', { name: 'Daemons' });
  expect(
    within(table)
      .getAllByRole('rowheader')
      .map((one) => one.textContent),
  ).toContain('host arunning1 of 1 running');
  expect(within(table).getByRole('row', { name: 'd on host a' })).toBeTruthy();
  await page.daemonIs({ state: 'failed', pid: null, cause: 'port taken' });
  expect(within(table).getAllByRole('rowheader')[0]!.textContent).toBe('host ad: failed0 of 1 running');
});

it('says of when the figures are once the host is gone', async () => {
  await open();
  await everybodyTells();
  await page.lose(2_000);
  expect(screen.getByText('Last known figures, of 14:00:00')).toBeTruthy();
  const total = document.querySelector('dl dd') as HTMLElement;
  expect([total.textContent, isDim(total)]).toEqual(['1 of 1', true]);
  const table = screen.getByRole('table', { name: 'Daemons' });
  expect(isDim(within(table).getByText('64 MiB').parentElement)).toBe(true);
  expect(rowsOf(table).find(([name]) => name === 'main')?.[1]).toBe('running when last heard of');
});

describe('what needs a person', () => {
  const list = () => screen.queryByRole('list', { name: 'What needs a person' });
  const items = () =>
    within(list()!)
      .getAllByRole('listitem')
      .map((one) => one.textContent);

  it('is said to be nothing', async () => {
    await open();
    expect(list()).toBeNull();
    expect(screen.getByText('Nothing needs a person')).toBeTruthy();
  });

  it('stands with what can be done at once, and where more is to be seen', async () => {
    await open();
    await page.daemonIs({ state: 'failed', cause: 'port taken' });
    expect(items()[0]).toContain('d is not started again by itself: port taken.');
    const links = within(list()!).getAllByRole('link');
    expect(links.map((one) => [one.textContent, one.getAttribute('href')])).toEqual([
      ['Logs', '#/h/a/daemon/d/logs'],
      ['Crash history', '#/h/a/daemon/d/crashes'],
    ]);
    await press('Start d now');
    expect(page.argsOf('daemon.start')).toEqual([{ id: 'd' }]);
  });

  it('counts what this window was too slow for', async () => {
    await open();
    await page.measure('d', {}, 12);
    await pass(1_000);
    expect(items()).toEqual([expect.stringContaining('missed 12 frames of d in the last minute')]);
    // It is no news for ever.
    await pass(60_000);
    expect(list()).toBeNull();
  });

  it('is told of every host, the worst first', async () => {
    await open({ twoHosts: true });
    await page.daemonIs({ pendingRestart: ['motd'] });
    act(() => page.other!.emit({ type: 'daemon', daemon: daemon({ state: 'failed', cause: 'port taken' }) }));
    await pass(0);
    expect(items()).toEqual([
      expect.stringContaining('host b: d is not started again by itself'),
      expect.stringContaining('host a: d takes over motd only when it is started again'),
    ]);
    expect(within(list()!).getAllByRole('link')[0]!.getAttribute('href')).toBe('#/h/b/daemon/d/logs');
  });

  it('offers no action to who may only look', async () => {
    await open({ info: { role: 'viewer' } });
    await page.daemonIs({ state: 'failed', cause: 'port taken' });
    expect(items()).toHaveLength(1);
    expect(screen.queryByRole('button', { name: /Start/ })).toBeNull();
  });
});

it('draws nothing that is zero all the time', async () => {
  await open();
  const titles = () =>
    within(screen.getByRole('region', { name: 'Trends' }))
      .getAllByRole('heading')
      .map((one) => one.textContent);
  for (const time of [0, 1]) {
    await page.measure('d', { signalbox_d_open: time * 3, signalbox_d_messages_total: 0 });
    await pass(1_000);
  }
  expect(titles()).toContain('Connections, d');
  expect(titles()).not.toContain('Messages, d');
  await page.measure('d', { signalbox_d_open: 3, signalbox_d_messages_total: 9 });
  await pass(1_000);
  expect(titles()[0]).toBe('Messages, d');
});

it('draws what daemons did lately, and then what the main process takes, where the window has room', async () => {
  page = await testPage();
  // As many as the last Overview had room for.
  page.hosts.screen.sizes.set('charts of the Overview', 12);
  page.show(<OverviewPage />);
  const titles = within(screen.getByRole('region', { name: 'Trends' }))
    .getAllByRole('heading')
    .map((one) => one.textContent);
  expect(titles.slice(0, 3)).toEqual(['Messages, d', 'Latency, d', 'Connections, d']);
  expect(titles).toHaveLength(12);
  expect(titles.at(-1)).toBe('Collections, main');
});

describe('what the window looks at', () => {
  afterEach(() => goTo(''));
  it('is one daemon where it is narrowed to one, in the figures, the table and the charts', async () => {
    await goTo('#/h/a?scope=keeper');
    await open();
    await everybodyTells();
    const table = screen.getByRole('table', { name: 'Daemons' });
    expect(
      within(table)
        .getAllByRole('rowheader')
        .map((one) => one.textContent),
    ).toEqual(['keeper']);
    const charts = () =>
      within(screen.getByRole('region', { name: 'Trends' }))
        .queryAllByRole('heading')
        .map((one) => one.textContent?.split(', ')[1]);
    expect(new Set(charts())).toEqual(new Set(['keeper']));
    expect(screen.getByRole('region', { name: 'Events' })).toBeTruthy();
    expect(page.argsOf('marks.query')).toMatchObject([{ daemon: 'keeper' }]);
  });

  it('is what was recorded where that is the range, also of what does not run now', async () => {
    await goTo('#/h/a?range=1h');
    const info = saysOf([FULL_MANIFEST], [daemon({ state: 'stopped' })]);
    page = await testPage({ info });
    const series = [{ metric: 'signalbox_d_cpu_ratio', stat: 'value' as const, values: [0.5, 0.5] }];
    const ofMain = [{ metric: 'signalbox_main_cpu_ratio', stat: 'value' as const, values: [0.5, null] }];
    page.answers['history.query'] = (args) => ({
      ok: true,
      result: {
        stepSeconds: 10,
        times: [10, 20],
        series: (args as { source: string }).source === 'main' ? ofMain : series,
      },
    });
    page.show(<OverviewPage />);
    await pass(1_000);
    expect(screen.getByRole('region', { name: 'CPU, d' }).textContent).toContain('10 s a point');
    // Nothing was recorded of the main process, which runs as long as anything does.
    expect(screen.getByRole('status').textContent).toBe('1 gap in the record, 10 s');
  });
});
