// @vitest-environment happy-dom
/** The page of one row: what is known of it, what hangs on it, what can be done, and what is said when it is gone. */
import { act, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { Manifest } from '../../contract/manifest.ts';
import type { TableCell } from '../../contract/stream.ts';
import { useOpenCommand } from '../commands/command-dialog-store.ts';
import { daemon } from '../model/test-host.ts';
import { pass } from '../model/test-window.tsx';
import { START, tableWorld } from '../tables/test-table.ts';
import {
  FULL_MANIFEST,
  factsIn,
  goTo,
  isOff,
  press,
  rowsOf,
  saysOf,
  type TestPage,
  testPage,
} from '../ui/test-page.tsx';
import { DaemonPage } from './daemon-page.tsx';

const { people } = FULL_MANIFEST.tables!;
const text = (key: string, title: string) => ({ key, title, type: 'text' }) as const;
const MANIFEST: Manifest = {
  ...FULL_MANIFEST,
  tables: {
    people: {
      ...people!,
      rowKey: 'id',
      columns: [text('nick', 'Nick'), text('account', 'Account'), { key: 'id', title: 'Id', type: 'number' }],
      logged: 'nick',
      rowActions: [
        ...people!.rowActions!,
        { title: 'Visits', command: 'visits', args: { account: 'account' }, immediate: true },
        { title: 'Past', command: 'past', args: { nick: 'nick' }, immediate: true },
        { title: 'Note', command: 'note', args: { id: 'id' }, immediate: true },
        { title: 'Bar', command: 'bar', args: { account: 'account' } },
      ],
    },
    rooms: {
      title: 'Rooms',
      access: 'operate',
      rowKey: 'room',
      columns: [text('room', 'Room')],
      of: 'people',
    },
    accounts: {
      title: 'Accounts',
      access: 'operate',
      rowKey: 'account',
      columns: [text('account', 'Account')],
      logged: 'account',
    },
  },
  commands: {
    ...FULL_MANIFEST.commands,
    visits: {
      summary: 'Lists visits',
      danger: 'safe',
      access: 'operate',
      result: 'table',
      args: z.object({ account: z.string() }),
      columns: [text('day', 'Day')],
    },
    past: {
      summary: 'Lists what somebody did',
      danger: 'safe',
      access: 'operate',
      result: 'table',
      args: z.object({ nick: z.string() }),
      columns: [text('day', 'Day')],
    },
    note: {
      summary: 'Shows a note',
      danger: 'safe',
      access: 'operate',
      result: 'text',
      args: z.object({ id: z.number() }),
    },
    bar: {
      summary: 'Bars',
      danger: 'safe',
      access: 'operate',
      result: 'json',
      args: z.object({ account: z.string() }),
    },
  },
};

let page: TestPage;
beforeEach(async () => {
  vi.stubGlobal('ResizeObserver', tableWorld().observer);
  page = await testPage({ info: saysOf([MANIFEST], [daemon()]) });
  page.answers['command.run'] = (args) => {
    const { command } = args as { readonly command: string };
    const results: Record<string, unknown> = {
      who: { nick: 'ann', shoes: 'red' },
      visits: { rows: [{ day: 'Monday' }] },
      past: { rows: [{ day: 'Sunday' }] },
      note: { text: 'remember the milk' },
    };
    return { ok: true, result: { result: results[command], durationMs: 1 } };
  };
  await page.measure('d', {});
});
afterEach(() => {
  useOpenCommand.setState({ open: null });
  page.close();
  location.hash = '';
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function open(called: string, query = ''): Promise<void> {
  await goTo(`#/h/${page.model.id}/daemon/d/people/${called}${query}`);
  page.show(<DaemonPage id="d" />);
  await pass(0);
}
const send = (table: string, rows: readonly (readonly TableCell[])[], total = rows.length, time = START) =>
  act(async () => {
    const stream = page.of('d').at(-1)!;
    stream.handlers.onMessage({ type: 'rows', table, time, rows, total, ticket: 1 } as never);
    await vi.advanceTimersByTimeAsync(0);
  });
const watched = () => {
  const on = new Set<string>();
  for (const message of page.of('d').at(-1)!.sent)
    if (message.type === 'watch') message.on ? on.add(message.table) : on.delete(message.table);
  return [...on].sort();
};
const facts = () => factsIn(screen.getByRole('region', { name: /^(ann|anna)$/ }));
const status = () => screen.queryAllByRole('status').map((one) => one.textContent);
const asked = () => page.argsOf('command.run').map((args) => (args as { readonly command: string }).command);

it('shows all cells, what the first action tells of one thing, and what hangs on it', async () => {
  await open('ann');
  expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('ann');
  expect(screen.getByText('Its figures are on their way')).toBeTruthy();
  await send('people', [['ann', 'mira', 1]]);
  await pass(0);
  expect(facts()).toEqual(['Nick: ann', 'Account: mira', 'Id: 1', 'Shoes: red']);
  expect(screen.getByRole('link', { name: 'mira' }).getAttribute('href')).toContain(
    '/daemon/d/accounts/mira',
  );
  expect(screen.getByRole('link', { name: 'People of d' }).getAttribute('href')).toMatch(
    /\/daemon\/d\/people$/,
  );
  expect(screen.getAllByRole('radio').map((one) => one.parentElement?.textContent)).toEqual([
    'Rooms',
    'Visits',
    'Past',
    'Note',
    'Logs',
  ]);
  expect(watched()).toEqual(['people', 'rooms/ann']);
  await send('rooms/ann', [['den']]);
  expect(rowsOf(screen.getByRole('grid', { name: 'Rooms' })).slice(1, 2)).toEqual([['den']]);
});

it('shows what is chosen, which the address says, and asks for what is looked at alone', async () => {
  await open('ann');
  await send('people', [['ann', 'mira', 1]]);
  await pass(0);
  expect(asked()).toEqual(['who']);
  await act(async () => screen.getByRole('radio', { name: 'Visits' }).click());
  await pass(0);
  expect(location.hash).toContain('part=Visits');
  expect(asked()).toEqual(['who', 'visits']);
  expect(rowsOf(screen.getByRole('grid', { name: 'Visits' })).slice(1, 2)).toEqual([['Monday']]);
  expect(watched()).toEqual(['people']);
  await press('Refresh');
  expect(asked()).toEqual(['who', 'visits', 'visits']);
  await act(async () => screen.getByRole('radio', { name: 'Logs' }).click());
  expect(screen.getByRole('searchbox')).toHaveProperty('value', 'ann');
});

it('asks with what the row has, and again as soon as that is something else', async () => {
  await open('ann', '?part=Visits');
  await send('people', [['ann', 'mira', 1]]);
  await pass(0);
  const questions = () => page.argsOf('command.run').map((args) => args as Record<string, unknown>);
  expect(questions()).toMatchObject([
    { daemon: 'd', command: 'who', args: { nick: 'ann' } },
    { daemon: 'd', command: 'visits', args: { account: 'mira' } },
  ]);
  // Figures that change are no other question.
  await send('people', [['ann', 'mira', 1]], 1, START + 1);
  await pass(0);
  expect(questions()).toHaveLength(2);
  await send('people', [['ann', 'nora', 1]], 1, START + 2);
  await pass(0);
  expect(questions().slice(2)).toMatchObject([{ command: 'visits', args: { account: 'nora' } }]);
  await send('people', [['anna', 'nora', 1]], 1, START + 3);
  await pass(0);
  expect(questions().slice(3)).toMatchObject([{ command: 'who', args: { nick: 'anna' } }]);
});

it('shows a text as it is, and cells alone where nothing is answered', async () => {
  page.answers['command.run'] = () => ({ ok: false, error: { code: 'not_found', message: 'Nobody.' } });
  await open('ann');
  await send('people', [['ann', 'mira', 1]]);
  await pass(0);
  expect(facts()).toEqual(['Nick: ann', 'Account: mira', 'Id: 1']);
  page.answers['command.run'] = () => ({
    ok: true,
    result: { result: { text: 'remember\nthe milk' }, durationMs: 1 },
  });
  await act(async () => screen.getByRole('radio', { name: 'Note' }).click());
  await pass(0);
  expect(screen.getByRole('region', { name: 'Note' }).textContent).toBe('remember\nthe milk');
});

it('asks nothing that is about what the row has not, and forgets a part that there is not', async () => {
  await open('ann', '?part=Visits');
  await send('people', [['ann', null, 1]]);
  await pass(0);
  expect(screen.getByText('Visits: nothing at present')).toBeTruthy();
  expect(asked()).toEqual(['who']);
  await goTo(`#/h/${page.model.id}/daemon/d/people/ann?part=none`);
  await pass(0);
  expect(location.hash).not.toContain('part');
});

it('has the actions of the row, after which it is read again', async () => {
  await open('ann');
  await send('people', [['ann', 'mira', 1]]);
  await pass(0);
  const actions = within(screen.getByRole('group', { name: 'Actions for ann' })).getAllByRole('button');
  expect(actions.map(({ textContent }) => textContent)).toEqual(['Bar', 'Drop']);
  await press('Drop');
  expect(useOpenCommand.getState().open).toMatchObject({ command: 'drop', args: { nick: 'ann' } });
  await act(async () => useOpenCommand.getState().open?.onDone?.());
  await pass(0);
  expect(asked()).toEqual(['who', 'who']);
  // Once for what was done.
  await send('people', [['anna', 'mira', 1]]);
  await pass(0);
  expect(asked()).toEqual(['who', 'who', 'who']);
});

it('asks nothing more about who is gone, and keeps no rows of what hangs on it once it is left', async () => {
  await open('ann');
  await send('people', [['ann', 'mira', 1]]);
  await pass(0);
  await send('rooms/ann', [['den']]);
  const kept = () => page.model.source('d')!.table('rooms/ann').snapshot().rows;
  expect(kept()).toEqual([['den']]);
  await act(async () => screen.getByRole('radio', { name: 'Past' }).click());
  await pass(0);
  expect(kept()).toEqual([]);
  expect(asked()).toEqual(['who', 'past']);
  await send('people', [['ben', null, 2]]);
  await pass(0);
  expect(rowsOf(screen.getByRole('grid', { name: 'Past' })).slice(1, 2)).toEqual([['Sunday']]);
  expect(isOff(screen.getByRole('button', { name: 'Refresh' }))).toBe(true);
  await act(async () => screen.getByRole('radio', { name: 'Note' }).click());
  await pass(0);
  await act(async () => screen.getByRole('radio', { name: 'Past' }).click());
  await pass(0);
  expect(asked()).toEqual(['who', 'past', 'note']);
});

it('follows the row when it is called otherwise, and says that it is gone, with what is left to do', async () => {
  await open('ann', '?part=Visits');
  await send('people', [['ann', 'mira', 1]]);
  await send('people', [['anna', 'mira', 1]]);
  await pass(0);
  expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('anna');
  expect(screen.getByText('was called ann')).toBeTruthy();
  await send('people', [['ben', null, 2]]);
  expect(status()).toContain('anna is goneThis is how it was last.');
  expect(facts()).toContain('Id: 1');
  const off = within(screen.getByRole('group', { name: 'Actions for anna' })).getAllByRole('button');
  expect(off.map((button) => [button.textContent, isOff(button)])).toEqual([
    ['Bar', false],
    ['Drop', true],
  ]);
  expect(rowsOf(screen.getByRole('grid', { name: 'Visits' })).slice(1, 2)).toEqual([['Monday']]);
  await send('people', [['ann', 'other', 3]]);
  await press('Show what is called ann now');
  await pass(0);
  expect(facts()).toContain('Id: 3');
  expect(screen.queryByText(/is gone/)).toBeNull();
});

it('says that there is no such row, and whether it may be among those that are not shown', async () => {
  await open('zoe');
  await send('people', [['ann', 'mira', 1]]);
  expect(status().join()).toContain(
    'zoe is not among the peopleIt may have gone, or be called otherwise now.',
  );
  await send('people', [['ann', 'mira', 1]], 5_000, START + 1);
  expect(status().join()).toContain('It may be among those that are too many to be shown.');
});

it('says why there is nothing to see: the role, or a daemon that does not run', async () => {
  await open('ann');
  const error = { code: 'access_denied', message: 'For operators.' };
  await act(async () =>
    page
      .of('d')
      .at(-1)!
      .handlers.onMessage({ type: 'denied', table: 'people', error } as never),
  );
  expect(status().join()).toContain('For operators.');
  await page.daemonIs({ state: 'stopped' });
  expect(status().join()).toContain('d is not running');
});

it('is not there for a table that is about a row, nor is that a tab', async () => {
  await goTo(`#/h/${page.model.id}/daemon/d/rooms/den`);
  page.show(<DaemonPage id="d" />);
  expect(screen.getAllByRole('tab').map(({ textContent }) => textContent)).toEqual(
    expect.arrayContaining(['People', 'Accounts']),
  );
  expect(screen.queryByRole('tab', { name: /Rooms/ })).toBeNull();
});
