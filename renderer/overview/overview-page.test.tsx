// @vitest-environment happy-dom
/** The Overview: what all daemons do and take together, and what each process takes. */
import { screen, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { daemon } from '../model/test-host.ts';
import { pass } from '../model/test-window.tsx';
import { FULL_MANIFEST, factsIn, isDim, rowsOf, saysOf, type TestPage, testPage } from '../ui/test-page.tsx';
import { OverviewPage } from './overview-page.tsx';

let page: TestPage;
beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(new Date(2026, 10, 20, 14, 0, 0));
});
afterEach(() => {
  page.close();
  vi.useRealTimers();
});

const MIB = 1024 * 1024;

/** The figures above the cards. */
function totals(): readonly string[] {
  const first = document.querySelector('dl');
  return factsIn(first!.parentElement!).slice(0, 5);
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
    'CPU, all processes: 88 %',
    'Memory, all processes: 224 MiB',
  ]);
  expect(screen.queryByText(/Last known figures/)).toBeNull();
  expect([...document.querySelectorAll<HTMLElement>('dl dd')].filter(isDim)).toEqual([]);
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
    'CPU, all processes: 75 %',
    'Memory, all processes: 0 B',
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

it('has a card for each daemon that works for people, by its name', async () => {
  await open();
  const daemons = screen.getByRole('region', { name: 'Daemons' });
  expect(
    within(daemons)
      .getAllByRole('region')
      .map((card) => card.getAttribute('aria-label')),
  ).toEqual(['d']);
});

it('lists what each process takes', async () => {
  await open();
  await everybodyTells();
  const table = within(screen.getByRole('region', { name: 'Processes' })).getByRole('table');
  const [header, ...rows] = rowsOf(table);
  expect(header).toEqual([
    'Process',
    'State',
    'Loop delay p99',
    'CPU',
    'Memory (RSS)',
    'Heap in use',
    'Monitoring CPU',
    'Monitoring data',
  ]);
  expect(rows).toEqual([
    ['main', 'running', '2 ms', '25 %', '64 MiB', '32 MiB', '50 %', '2 KiB/s'],
    ['d', 'running', '–', '50 %', '128 MiB', '0 B', '0 %', '0 B/s'],
    ['keeper', 'running', '–', '13 %', '32 MiB', '0 B', '0 %', '0 B/s'],
  ]);
  expect(within(table).getByRole('link', { name: 'keeper' }).getAttribute('href')).toBe(
    '#/h/a/daemon/keeper',
  );
  expect(isDim(within(table).getByText('64 MiB').parentElement)).toBe(false);
});

it('shows no figures of a process that does not run, and its last ones while it stops', async () => {
  await open();
  await everybodyTells();
  const row = () => rowsOf(screen.getByRole('table'))[2];
  await page.daemonIs({ state: 'stopping' });
  await pass(1_000);
  expect(row()).toEqual(['d', 'stopping', '–', '50 %', '128 MiB', '0 B', '0 %', '0 B/s']);
  await page.daemonIs({ state: 'stopped', pid: null });
  await pass(1_000);
  expect(row()).toEqual(['d', 'stopped', '–', '–', '–', '–', '–', '–']);
});

it('shows a process of which nothing was heard yet without figures', async () => {
  const e = { ...FULL_MANIFEST, id: 'e', metrics: [], highlights: {} };
  await open({ info: saysOf([e], []) });
  expect(rowsOf(screen.getByRole('table')).slice(1)).toEqual([
    ['main', 'running', '–', '–', '–', '–', '–', '–'],
    ['e', 'stopped', '–', '–', '–', '–', '–', '–'],
  ]);
});

it('says of when the figures are once the host is gone', async () => {
  await open();
  await everybodyTells();
  await page.lose(2_000);
  expect(screen.getAllByText('Last known figures, of 14:00:00')).toHaveLength(2);
  const total = document.querySelector('dl dd') as HTMLElement;
  expect([total.textContent, isDim(total)]).toEqual(['1 of 1', true]);
  const table = screen.getByRole('table');
  expect(isDim(within(table).getByText('64 MiB').parentElement)).toBe(true);
  expect(rowsOf(table)[1]?.[1]).toBe('running when last heard of');
});
