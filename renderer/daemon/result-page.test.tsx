// @vitest-environment happy-dom
/** A page of what a command answers: read when it is opened, when that is wanted, and after what was done on it. */
import { screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { describeManifest } from '../../contract/manifest.ts';
import { useOpenCommand } from '../commands/command-dialog-store.ts';
import { pass } from '../model/test-window.tsx';
import { pressAction, tableWorld } from '../tables/test-table.ts';
import { FULL_MANIFEST, isOff, press, rowsOf, type TestPage, testPage } from '../ui/test-page.tsx';
import { ResultPage } from './result-page.tsx';

const manifest = describeManifest({
  ...FULL_MANIFEST,
  commands: {
    ...FULL_MANIFEST.commands,
    hot: {
      summary: 'Lists what is hot',
      danger: 'safe',
      access: 'operate',
      result: 'table',
      args: z.object({}),
      columns: [{ key: 'nick', title: 'Nick', type: 'text' }],
      rowActions: [{ title: 'Drop', command: 'drop', args: { nick: 'nick' } }],
    },
    cool: { summary: '', danger: 'safe', access: 'operate', result: 'json', args: z.object({}) },
  },
});
const hot = {
  title: 'Hot',
  hint: 'Who is hot.',
  command: 'hot',
  actions: [{ title: 'Cool all', command: 'cool' }],
};

let page: TestPage;
beforeEach(async () => {
  vi.stubGlobal('ResizeObserver', tableWorld().observer);
  page = await testPage();
});
afterEach(() => {
  useOpenCommand.setState({ open: null });
  page.close();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function show(up = true): Promise<void> {
  page.show(<ResultPage manifest={manifest} name="hot" page={hot} up={up} />);
  await pass(0);
}
const answering = (result: unknown) => {
  page.answers['command.run'] = () => ({ ok: true, result: { result, durationMs: 1 } });
};
const nicks = () =>
  rowsOf(screen.getByRole('grid'))
    .slice(1)
    .filter((row) => row.length > 1)
    .map(([nick]) => nick);
const asked = () => page.argsOf('command.run').length;

it('shows the answer, with commands on its rows and beside it, and reads it again when that is wanted', async () => {
  answering({ rows: [{ nick: 'ann' }] });
  await show();
  expect(screen.getByText('Who is hot.')).toBeTruthy();
  expect(nicks()).toEqual(['ann']);
  answering({ rows: [{ nick: 'bob' }] });
  await press('Refresh');
  expect(nicks()).toEqual(['bob']);
  await pressAction('bob', 'Drop');
  expect(useOpenCommand.getState().open).toMatchObject({ command: 'drop', args: { nick: 'bob' } });
  useOpenCommand.getState().open?.onDone?.();
  await press('Cool all');
  expect(useOpenCommand.getState().open).toMatchObject({ daemon: 'd', command: 'cool' });
  useOpenCommand.getState().open?.onDone?.();
  await pass(0);
  expect(asked()).toBe(4);
});

it('says why there is no answer, and that there is nothing in one', async () => {
  page.answers['command.run'] = () => ({ ok: false, error: { code: 'timeout', message: 'It was late.' } });
  await show();
  expect(screen.getByRole('alert').textContent).toBe('Hot: the daemon did not answerIt was late.timeout');
  answering({ rows: [] });
  await press('Refresh');
  expect([screen.queryByRole('alert'), screen.getByText('Hot: nothing at present')]).toHaveLength(2);
});

it('asks nothing of a daemon that does not run', async () => {
  await show(false);
  expect(screen.getByText('d is not running')).toBeTruthy();
  expect(screen.getAllByRole('button').map(isOff)).toEqual([true, true]);
  expect(asked()).toBe(0);
});

it('shows the fields of one thing, how it is as a sign with its word, and what it has several of as a table', async () => {
  const caches = { ids: { hits: 3_000, misses: 4 }, users: { hits: 0, misses: 1, state: 'new' } };
  answering({ open: true, state: 'shut', inner: { hits: 1 }, caches });
  const tones = { shut: 'bad', ajar: 'busy' } as const;
  const spec = { ...hot, command: 'cool', state: { field: 'state', tones, where: 'open' } };
  page.show(<ResultPage manifest={manifest} name="cool" page={spec} up />);
  await pass(0);
  expect(screen.queryByRole('grid')).toBeNull();
  const badge = () => screen.getByText('Who is hot.').querySelector('span');
  expect([badge()?.textContent, badge()?.className]).toEqual([
    'State shut',
    expect.stringContaining('text-bad'),
  ]);
  const texts = [...document.querySelectorAll('dt')].map((name) => [
    name.textContent,
    name.nextElementSibling?.textContent,
  ]);
  expect(texts).toEqual([
    ['Open', 'yes'],
    ['State', 'shut'],
    ['Inner', 'Hits 1'],
  ]);
  expect(rowsOf(screen.getByRole('table', { name: 'Caches' }))).toEqual([
    ['Caches', 'Hits', 'Misses', 'State'],
    ['Ids', '3,000', '4', ''],
    ['Users', '0', '1', 'new'],
  ]);
  answering({ open: true, state: 'unheard of' });
  await press('Refresh');
  expect([badge()?.textContent, badge()?.className]).toEqual([
    'State unheard of',
    expect.stringContaining('text-dim'),
  ]);
  for (const nothing of [
    { open: true, state: null },
    { open: false, state: 'shut' },
  ]) {
    answering(nothing);
    await press('Refresh');
    expect(badge()).toBeNull();
  }
});
