// @vitest-environment happy-dom
/** The Loop blocks tab of a process. */
import { act, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LoopBlock } from '../../contract/loop-block.ts';
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
  expect(oldest.getByRole('link', { name: 'See in the logs' }).getAttribute('href')).toContain(
    '/daemon/d/logs?at=',
  );
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
  ]);
  expect(shown().sort()).toEqual(['LIST', 'Work of anna', 'Work of connection 12']);
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
});
