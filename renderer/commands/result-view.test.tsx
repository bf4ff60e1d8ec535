// @vitest-environment happy-dom
/** What came of a command, in the shape that its manifest says and as JSON. */
import { cleanup, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { testScreen } from '../model/test-screen.ts';
import { pass, press, type TestWindow, testWindow } from '../model/test-window.tsx';
import { pressAction } from '../tables/test-table.ts';
import { useOpenCommand } from './command-dialog-store.ts';
import type { CommandRun } from './command-runner.ts';
import { ResultView } from './result-view.tsx';
import { COMMANDS, commandOf } from './test-commands.ts';

const copied = vi.fn(async (_text: string) => {});
let window: TestWindow;
let sizes: ReturnType<typeof testScreen>;
beforeEach(async () => {
  vi.useFakeTimers();
  sizes = testScreen();
  copied.mockClear();
  vi.spyOn(navigator.clipboard, 'writeText').mockImplementation(copied);
  window = await testWindow({ manifests: [COMMANDS] });
});
afterEach(() => {
  useOpenCommand.setState({ open: null });
  cleanup();
  window.close();
  localStorage.clear();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const show = (name: string, run: CommandRun, onChanged?: () => void) =>
  window.show(
    <ResultView
      manifest={COMMANDS}
      command={commandOf(name)}
      run={run}
      {...(onChanged === undefined ? {} : { onChanged })}
    />,
  );
/** Makes room for the rows of a table. */
const unfold = () => sizes.resize(screen.getByRole('region', { name: 'Rows of the result' }), 800, 400);
const done = (result: unknown, durationMs = 4): CommandRun => ({ phase: 'done', result, durationMs });
const shapes = () => screen.queryAllByRole('radio').map((radio) => radio.closest('label')?.textContent);
const shownText = () => screen.getByRole('region', { name: 'Text of the result' }).textContent;
async function copy() {
  // It says for a while that it has copied.
  await pass(1_500);
  await press('Copy the result');
  return copied.mock.calls.at(-1)?.[0];
}

it('keeps the columns that were chosen when the command had another name', async () => {
  localStorage.setItem('signalbox.columns', JSON.stringify({ 'd run who': ['nick'] }));
  await show('clients', done({ rows: [{ nick: 'eve', open: 1 }] }));
  unfold();
  const titles = screen.getAllByRole('columnheader').map(({ textContent }) => textContent);
  expect(titles).toEqual(['Nick', 'Actions']);
});

it('shows nothing before there is a result', async () => {
  const { container, rerender } = await show('clients', { phase: 'idle' });
  expect(container.textContent).toBe('');
  rerender(
    <ResultView
      manifest={COMMANDS}
      command={commandOf('clients')}
      run={{ phase: 'running', startedAt: 0 }}
    />,
  );
  expect(container.textContent).toBe('');
});

it.each([
  [{ phase: 'refused', error: { code: 'not_found', message: 'No eve.' } }, 'The daemon would refuse this'],
  [
    { phase: 'failed', error: { code: 'not_found', message: 'No eve.' }, durationMs: 1_500 },
    'Failed after 1.50 s',
  ],
] satisfies [CommandRun, string][])('says what is wrong with its code: %j', async (run, title) => {
  await show('clients', run);
  expect([...screen.getByRole('alert').querySelectorAll('p')].map(({ textContent }) => textContent)).toEqual([
    title,
    'No eve.',
    'not_found',
  ]);
});

describe('a table', () => {
  it('has the columns of the manifest, and is copied as JSON', async () => {
    await show('clients', done({ rows: [{ nick: 'eve', open: 12_345 }] }));
    expect(screen.getByText('Done in 4 ms').getAttribute('role')).toBe('status');
    expect(shapes()).toEqual(['Table', 'JSON']);
    const table = screen.getByRole('grid', { name: 'Rows of the result' });
    expect(
      within(table)
        .getAllByRole('columnheader')
        .map(({ textContent }) => textContent),
    ).toEqual(['Nick', 'Open', 'Actions']);
    expect(JSON.parse((await copy()) ?? '')).toEqual({ rows: [{ nick: 'eve', open: 12_345 }] });
    expect(screen.queryByRole('region', { name: 'Text of the result' })).toBeNull();
  });

  it('offers on each row the commands that there are, and tells when one has changed something', async () => {
    const onChanged = vi.fn();
    await show('clients', done({ rows: [{ nick: 'eve', open: 1 }] }), onChanged);
    unfold();
    await pressAction('eve', 'Kick');
    const { open } = useOpenCommand.getState();
    expect(open).toMatchObject({ daemon: 'd', command: 'kick', args: { nick: 'eve' } });
    open?.onDone?.();
    expect(onChanged).toHaveBeenCalledTimes(1);
  });

  it('has no column of actions where no command is offered on its rows', async () => {
    const quiet = { ...commandOf('clients'), rowActions: [] };
    await window.show(
      <ResultView manifest={COMMANDS} command={quiet} run={done({ rows: [{ nick: 'eve' }] })} />,
    );
    unfold();
    expect(screen.getAllByRole('columnheader').map(({ textContent }) => textContent)).toEqual([
      'Nick',
      'Open',
    ]);
    expect(
      within(screen.getAllByRole('row')[1]!)
        .getAllByRole('cell')
        .map(({ textContent }) => textContent),
    ).toEqual(['eve', '']);
  });

  it('says where it has no rows', async () => {
    await show('clients', done({ rows: [] }));
    expect(screen.getByText('The result has no rows')).toBeDefined();
  });

  it('is shown as JSON on request, and back', async () => {
    await show('clients', done({ rows: [] }));
    const chosen = () => screen.getAllByRole('radio').map((radio) => (radio as HTMLInputElement).checked);
    expect(chosen()).toEqual([true, false]);
    await press(screen.getByLabelText('JSON'));
    expect(chosen()).toEqual([false, true]);
    expect(shownText()).toBe('{\n  "rows": []\n}');
    expect(screen.queryByText('The result has no rows')).toBeNull();
    await press(screen.getByLabelText('Table'));
    expect(screen.getByText('The result has no rows')).toBeDefined();
  });
});

describe('a text', () => {
  it('stands there as it is and is copied as it is, or as JSON', async () => {
    await show('wipe', done({ text: 'two\nlines' }));
    expect(shapes()).toEqual(['Text', 'JSON']);
    expect(shownText()).toBe('two\nlines');
    expect(await copy()).toBe('two\nlines');
    await press(screen.getByLabelText('JSON'));
    expect(shownText()).toBe('{\n  "text": "two\\nlines"\n}');
    expect(await copy()).toBe('{\n  "text": "two\\nlines"\n}');
  });

  it('is JSON where the daemon gave no text', async () => {
    await show('wipe', done({ text: 5 }));
    expect(shapes()).toEqual([]);
    expect(shownText()).toBe('{\n  "text": 5\n}');
  });
});

describe('other results', () => {
  it('are fields by name where they have some', async () => {
    await show('set', done({ leftNow: 3, away: null }));
    expect(shapes()).toEqual(['Fields', 'JSON']);
    expect(
      screen.getAllByRole('term').map((term) => [term.textContent, term.nextElementSibling?.textContent]),
    ).toEqual([
      ['Left now', '3'],
      ['Away', '–'],
    ]);
    expect(await copy()).toBe('{\n  "leftNow": 3,\n  "away": null\n}');
  });

  it.each([
    [undefined, 'null'],
    [null, 'null'],
    [[1], '[\n  1\n]'],
    [{}, '{}'],
    ['x', '"x"'],
  ])('are JSON alone where they have none: %j', async (result, text) => {
    await show('set', done(result));
    expect(shapes()).toEqual([]);
    expect(shownText()).toBe(text);
  });
});
