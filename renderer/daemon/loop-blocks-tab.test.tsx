// @vitest-environment happy-dom
/** The Loop blocks tab of a process. */
import { act, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LoopBlock } from '../../contract/loop-block.ts';
import { formatDateTime } from '../format/times.ts';
import { pass } from '../model/test-window.tsx';
import { type TestPage, testPage } from '../ui/test-page.tsx';
import { LoopBlocksTab } from './loop-blocks-tab.tsx';

let page: TestPage;
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  page.close();
  vi.useRealTimers();
});

const block = (change: Partial<LoopBlock> = {}): LoopBlock => ({
  time: Date.UTC(2026, 10, 20, 14),
  durationMs: 212,
  work: 'LIST',
  connection: '12',
  frames: ['matches (daemons/runtime/net/mask.ts:88:7)', 'list (daemons/ircd/commands/list.ts:40:3)'],
  ranShare: 1,
  untold: 0,
  ...change,
});

async function open(blocks: readonly LoopBlock[] | null): Promise<void> {
  page = await testPage();
  page.answers['blocks.list'] = () =>
    blocks === null
      ? { ok: false, error: { code: 'timeout', message: 'No answer came.' } }
      : { ok: true, result: { blocks: blocks.map((one) => ({ source: 'd', ...one })) } };
  page.show(<LoopBlocksTab id="d" />);
  await pass(0);
}
const shown = () => screen.getAllByRole('heading').map((one) => one.textContent);

it('says by which command of which connection the loop was kept, for how long and where', async () => {
  await open([block(), block({ time: Date.UTC(2026, 10, 20, 15), work: 'audit.query', connection: 'anna' })]);
  expect(page.argsOf('blocks.list')).toEqual([{ source: 'd' }]);
  expect(shown()).toEqual(['audit.query of anna', 'LIST of connection 12']);
  const oldest = within(screen.getAllByRole('article')[1]!);
  expect(oldest.getByText('212 ms')).toBeTruthy();
  expect(oldest.getByText(/mask\.ts:88:7\)\s+list \(/)).toBeTruthy();
  // When it was over, which is when the logs go on.
  expect(oldest.getByRole('link', { name: 'See in the logs' }).getAttribute('href')).toBe(
    `#/h/a/daemon/d/logs?at=${Date.UTC(2026, 10, 20, 14) + 212}`,
  );
  const { dateTime } = oldest.getByText(formatDateTime(Date.UTC(2026, 10, 20, 14))) as HTMLTimeElement;
  expect(dateTime).toBe('2026-11-20T14:00:00.000Z');
  expect(oldest.queryByText(/used a core|more blocks? before|Where is not known/)).toBeNull();
});

it.each([
  [0.49, 1],
  [0.5, 0],
  [null, 0],
])('says of a process that had a core for %j of the time whether others had it', async (ranShare, notes) => {
  await open([block({ ranShare })]);
  expect(screen.queryAllByText(/used a core for/)).toHaveLength(notes);
});

it('shows the fifty newest, whether they were listed or came since', async () => {
  await open(Array.from({ length: 60 }, (_, i) => block({ time: i, work: `W${i}`, connection: '' })));
  expect([shown().length, shown()[0], shown().at(-1)]).toEqual([50, 'W59', 'W10']);
  await act(async () => {
    page.emit({ type: 'block', source: 'd', block: block({ time: 60, work: 'W60', connection: '' }) });
  });
  expect([shown().length, shown()[0], shown().at(-1)]).toEqual([50, 'W60', 'W11']);
});

it('shows once what came while the list was on its way, whether that has it or not', async () => {
  page = await testPage();
  let answer = (_outcome: unknown) => {};
  page.answers['blocks.list'] = () => new Promise((resolve) => (answer = resolve));
  page.show(<LoopBlocksTab id="d" />);
  for (const time of [2, 3])
    await act(async () => {
      page.emit({ type: 'block', source: 'd', block: block({ time, work: `W${time}`, connection: '' }) });
    });
  expect(screen.queryByRole('heading')).toBeNull();
  const blocks = [1, 2].map((time) => ({
    source: 'd',
    ...block({ time, work: `W${time}`, connection: '' }),
  }));
  await act(async () => answer({ ok: true, result: { blocks } }));
  expect(shown()).toEqual(['W3', 'W2', 'W1']);
});

it('asks anew for another process, and hears of none once it is left', async () => {
  page = await testPage();
  const answers: ((outcome: unknown) => void)[] = [];
  page.answers['blocks.list'] = () => new Promise((resolve) => answers.push(resolve));
  const listening = page.listeners();
  const view = page.show(<LoopBlocksTab id="d" />);
  expect(page.listeners()).toBe(listening + 1);
  view.rerender(<LoopBlocksTab id="keeper" />);
  expect(page.listeners()).toBe(listening + 1);
  expect(page.argsOf('blocks.list')).toEqual([{ source: 'd' }, { source: 'keeper' }]);
  const said = (work: string) => ({
    ok: true,
    result: { blocks: [{ source: 'keeper', ...block({ work, connection: '' }) }] },
  });
  await act(async () => answers[1]?.(said('new')));
  await act(async () => answers[0]?.(said('old')));
  expect(shown()).toEqual(['new']);
  view.unmount();
  expect(page.listeners()).toBe(listening);
});

it('says where nothing is known, where the machine was busy, and how many were only counted', async () => {
  await open([block({ work: '', connection: '', frames: [], ranShare: 0.05, untold: 7 })]);
  expect(shown()).toEqual(['Nothing said what it worked on']);
  expect(screen.getByText(/used a core for 5 %/)).toBeTruthy();
  expect(screen.getByText(/7 more blocks before it/)).toBeTruthy();
  expect(screen.getByText(/Where is not known/)).toBeTruthy();
});

it('says of whom it is where only that is known, and what it was where nobody is', async () => {
  await open([
    block({ work: '' }),
    block({ connection: '', time: 1 }),
    block({ work: '', connection: 'anna', time: 0 }),
    block({ work: '', connection: 'r2d2', time: 2, untold: 1 }),
  ]);
  expect(shown().sort()).toEqual(['LIST', 'Work of anna', 'Work of connection 12', 'Work of r2d2']);
  expect(screen.getByText('1 more block before it, too fast to be told')).toBeTruthy();
});

it('shows what happens from now on, of this process alone', async () => {
  await open([]);
  expect(screen.getByText('Its event loop has not stood still')).toBeTruthy();
  await act(async () => {
    page.emit({ type: 'block', source: 'other', block: block({ work: 'WHO' }) });
    page.emit({ type: 'block', source: 'd', block: block({ work: 'NAMES' }) });
  });
  expect(shown()).toEqual(['NAMES of connection 12']);
});

it('says why there is nothing', async () => {
  await open(null);
  expect(screen.getByText('No answer came.')).toBeTruthy();
  expect(screen.queryByText('Its event loop has not stood still')).toBeNull();
});
