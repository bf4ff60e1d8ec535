// @vitest-environment happy-dom
/** A table that a daemon streams, with the commands on its rows. */
import { act, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { TableCell } from '../../contract/stream.ts';
import { useOpenCommand } from '../commands/command-dialog-store.ts';
import { daemon } from '../model/test-host.ts';
import { FULL_MANIFEST, press, saysOf, type TestPage, testPage } from '../ui/test-page.tsx';
import { LiveTable } from './live-table.tsx';
import { pressAction, START, shown, tableWorld } from './test-table.ts';

let page: TestPage;
beforeEach(async () => {
  vi.stubGlobal('ResizeObserver', tableWorld().observer);
  page = await testPage();
  await page.measure('d', {});
});
afterEach(() => {
  page.close();
  useOpenCommand.setState({ open: null });
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const manifest = () => page.model.store.getState().host!.manifests.find(({ id }) => id === 'd')!;
const live = (up = true) => (
  <LiveTable
    source={page.model.source('d')!}
    manifest={manifest()}
    name="people"
    table={manifest().tables.people!}
    up={up}
  />
);
const send = (rows: readonly (readonly TableCell[])[], total = rows.length, time = START - 2_000) =>
  act(async () => {
    const stream = page.of('d').at(-1)!;
    stream.handlers.onMessage({ type: 'rows', table: 'people', time, rows, total, ticket: 1 } as never);
    await vi.advanceTimersByTimeAsync(0);
  });
const sent = (type: string) =>
  page
    .of('d')
    .at(-1)!
    .sent.filter((message) => message.type === type);

it('are asked for while they are looked at', () => {
  const view = page.show(live());
  expect(sent('watch')).toEqual([{ type: 'watch', table: 'people', on: true }]);
  expect(screen.getByText('No people at present')).toBeTruthy();
  view.unmount();
  expect(sent('watch').at(-1)).toEqual({ type: 'watch', table: 'people', on: false });
});

it('fade in the rows that come while the table is looked at, and no others', async () => {
  page.show(live());
  const fading = () =>
    screen
      .getAllByRole('row')
      .filter((row) => row.classList.contains('appears'))
      .map((row) => row.querySelector('td')?.textContent);
  await send([['ann', 1, 0, false]]);
  expect(fading()).toEqual([]);
  await send([
    ['ann', 2, 0, false],
    ['bob', 1, 0, false],
  ]);
  expect(fading()).toEqual(['bob']);
  await send([
    ['ann', 3, 0, false],
    ['bob', 1, 0, false],
  ]);
  expect(fading()).toEqual([]);
});

it('say that there is no daemon to fill the table', () => {
  page.show(live(false));
  expect(screen.getByText('d is not running')).toBeTruthy();
});

it('say of when they are, or how many were cut off', async () => {
  page.show(live());
  expect(document.body.textContent).not.toContain('as of');
  await send([['ann', 7, START]]);
  expect(screen.getByText('as of 13:59:58')).toBeTruthy();
  await send([['ann', 7, START]], 5_000);
  expect(screen.getByText('The first 1 of 5,000 rows are shown.')).toBeTruthy();
  expect(document.body.textContent).not.toContain('as of');
});

it('are not there for who may not see them, which is said', async () => {
  page.show(live());
  const error = { code: 'access_denied', message: 'For operators.' };
  await act(async () =>
    page
      .of('d')
      .at(-1)!
      .handlers.onMessage({ type: 'denied', table: 'people', error } as never),
  );
  expect(screen.getByText('People are not shown to you').parentElement?.textContent).toContain(
    'For operators.',
  );
  expect(screen.queryByRole('searchbox')).toBeNull();
});

it('offer what the daemon has commands for, with the values of the row', async () => {
  page.show(live());
  await send([
    ['ann', 7, START],
    [null, 8, START],
  ]);
  expect(shown()).toEqual([
    ['Nick', 'Out', 'Since', 'Actions'],
    ['ann', '7 B', 'now', ''],
    ['', '8 B', 'now', ''],
  ]);
  await pressAction('ann', 'Drop');
  expect(useOpenCommand.getState().open).toMatchObject({
    host: page.model,
    daemon: 'd',
    command: 'drop',
    args: { nick: 'ann' },
    atOnce: false,
  });
  expect(useOpenCommand.getState().open).not.toHaveProperty('onDone');
  await pressAction('ann', 'Who');
  expect(useOpenCommand.getState().open).toMatchObject({ command: 'who', atOnce: true });
  // Nothing is offered on a row that does not say whom it would be done to.
  expect(screen.queryByRole('button', { name: 'Actions for (no name)' })).toBeNull();
});

it('lead from a row to the lines of the log about it, and give its command what is the same on every row', async () => {
  page.close();
  const { people } = FULL_MANIFEST.tables!;
  const rowActions = [
    { title: 'Drop by hand', command: 'drop', args: { nick: 'nick' }, given: { why: 'by hand', nick: 'x' } },
  ];
  const tables = { people: { ...people!, rowActions, logged: 'nick' } };
  page = await testPage({ info: saysOf([{ ...FULL_MANIFEST, tables }], [daemon()]) });
  await page.measure('d', {});
  page.show(live());
  await send([['ann b', 7, START]]);
  await pressAction('ann b', 'Drop by hand');
  expect(useOpenCommand.getState().open?.args).toEqual({ why: 'by hand', nick: 'ann b' });
  await pressAction('ann b', 'Log lines');
  expect(location.hash).toContain('/daemon/d/logs?text=ann+b');
  location.hash = '';
});

it('lead to the page of a row by its name, and from its menu', async () => {
  page.show(live());
  await send([['ann/1', 7, START]]);
  const link = screen.getByRole('link', { name: 'ann/1' });
  expect(link.getAttribute('href')).toBe(`#/h/${page.model.id}/daemon/d/people/ann%2F1`);
  expect(link.tabIndex).toBe(-1);
  await pressAction('ann/1', 'Open its page');
  expect(location.hash).toBe(`#/h/${page.model.id}/daemon/d/people/ann%2F1`);
  location.hash = '';
});

it('have beside them what adds a row, for whoever may run it while the daemon runs', async () => {
  page.close();
  const { people } = FULL_MANIFEST.tables!;
  const actions = [
    { title: 'Look for somebody', command: 'who', given: { nick: 'a' } },
    { title: 'Praise somebody', command: 'praise' },
  ];
  const tables = { people: { ...people!, actions } };
  page = await testPage({ info: saysOf([{ ...FULL_MANIFEST, tables }], [daemon()]) });
  const { rerender } = page.show(live());
  expect(screen.queryByRole('button', { name: 'Praise somebody' })).toBeNull();
  await press('Look for somebody');
  expect(useOpenCommand.getState().open).toMatchObject({ daemon: 'd', command: 'who', args: { nick: 'a' } });
  rerender(live(false));
  expect(screen.queryByRole('button', { name: 'Look for somebody' })).toBeNull();
});

it('say beside a total how fast it rises', async () => {
  page.close();
  const { people } = FULL_MANIFEST.tables!;
  const columns = people!.columns.map((column) =>
    column.key === 'out' ? { ...column, counter: true } : column,
  );
  const tables = { people: { ...people!, columns } };
  page = await testPage({ info: saysOf([{ ...FULL_MANIFEST, tables }], [daemon()]) });
  await page.measure('d', {});
  page.show(live());
  await send([['ann', 1_024, START]], 1, START - 4_000);
  await send(
    [
      ['ben', 5, START],
      ['ann', 5_120, START],
    ],
    2,
    START - 2_000,
  );
  expect(shown().map((row) => row.slice(0, 4))).toEqual([
    ['Nick', 'Out', 'Out/s', 'Since'],
    ['ben', '5 B', '', 'now'],
    ['ann', '5 KiB', '2 KiB', 'now'],
  ]);
});

it('have no column of buttons where the daemon has no such command', async () => {
  page.close();
  page = await testPage({ info: saysOf([{ ...FULL_MANIFEST, commands: {} }], [daemon()]) });
  await page.measure('d', {});
  page.show(live());
  await send([['ann', 7, START]]);
  expect(shown()[0]).toEqual(['Nick', 'Out', 'Since']);
});
