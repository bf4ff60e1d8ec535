// @vitest-environment happy-dom
/** A table without a mouse, and with one: walking, selecting, and the drawer of a row. */
import { act, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { TableCell } from '../../contract/stream.ts';
import { setSingleKeys } from '../keys/key-choice.ts';
import { noTokens, testTokens } from '../look/test-tokens.ts';
import { pass } from '../model/test-window.tsx';
import { factsIn, isOff, press, type TestPage, testPage } from '../ui/test-page.tsx';
import { DataTable } from './data-table.tsx';
import type { RowTool } from './row-tools.ts';
import { pressAction, START, table, tableWorld } from './test-table.ts';

let page: TestPage;
let world: ReturnType<typeof tableWorld>;
beforeEach(async () => {
  testTokens({ '--row': '34px' });
  world = tableWorld();
  vi.stubGlobal('ResizeObserver', world.observer);
  // As a browser does, but at once.
  vi.spyOn(HTMLElement.prototype, 'scrollTo').mockImplementation(function (this: HTMLElement, to) {
    this.scrollTop = (to as ScrollToOptions).top ?? 0;
    this.dispatchEvent(new Event('scroll'));
  } as typeof HTMLElement.prototype.scrollTo);
  page = await testPage();
});
afterEach(() => {
  page.close();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  noTokens();
  vi.useRealTimers();
});

const COLUMNS = [
  { key: 'nick', title: 'Nick', type: 'text' },
  { key: 'out', title: 'Out', type: 'bytes' },
  { key: 'since', title: 'Since', type: 'time' },
  { key: 'class', title: 'Class', type: 'text', rank: 3 },
] as const;
const person = (nick: string): readonly TableCell[] => [nick, 2_048, START - 180_000, 'lab'];
const PEOPLE = ['ann', 'ben', 'cid', 'dan', 'eve'].map(person);
const ran = vi.fn();
const tool = (title: string, more: Partial<RowTool> = {}): RowTool => ({
  title,
  danger: 'safe',
  denied: null,
  many: true,
  fits: () => true,
  run: ([nick]) => ran(title, nick),
  bulk: null,
  ...more,
});
const TOOLS = [tool('Drop', { danger: 'disruptive' }), tool('Who', { many: false })];

const people = (rows: readonly (readonly TableCell[])[] = PEOPLE, tools: readonly RowTool[] = TOOLS) => (
  <DataTable
    title="People"
    columns={COLUMNS}
    rows={rows}
    keyColumn={0}
    memory="d people"
    tools={tools}
    empty={null}
    heightClass="h-9"
  />
);
const rows = () => [...document.querySelectorAll<HTMLElement>('tr[data-item]')];
const rowOf = (nick: string) => rows().find((row) => row.querySelector('td')?.textContent === nick)!;
const focusedRow = () => document.activeElement?.querySelector('td')?.textContent;
const key = async (name: string, more: KeyboardEventInit = {}) => {
  await act(async () => {
    fireEvent.keyDown(document.activeElement!, { key: name, ...more });
    await vi.advanceTimersByTimeAsync(50);
  });
};
const selected = () =>
  rows()
    .filter((row) => row.getAttribute('aria-selected') === 'true')
    .map((row) => row.querySelector('td')?.textContent)
    .join();
const nobody = () => selected() === '';
const drawer = () => screen.queryByRole('region', { name: /^(ann|ben|cid|dan|eve)$/ });

it('is one stop of the Tab key, and walked by arrows, Home and End', async () => {
  page.show(people());
  const stops = () => [...table().querySelectorAll('[tabindex="0"]')].map((one) => one.tagName);
  // A header and a row.
  expect(stops()).toEqual(['BUTTON', 'TR']);
  rowOf('ann').focus();
  await key('ArrowDown');
  await key('ArrowDown');
  expect([focusedRow(), stops()]).toEqual(['cid', ['BUTTON', 'TR']]);
  await key('End');
  expect(focusedRow()).toBe('eve');
  await key('ArrowUp');
  await key('Home');
  expect(focusedRow()).toBe('ann');
});

it('goes between headers and rows, and among headers', async () => {
  page.show(people());
  rowOf('ann').focus();
  await key('ArrowUp');
  expect(document.activeElement?.textContent).toBe('Nick');
  await key('ArrowRight');
  await key('ArrowRight');
  expect(document.activeElement?.textContent).toBe('Since');
  await key('End');
  await key('ArrowLeft');
  // The class is the same for all, so that it has no column.
  expect(document.activeElement?.textContent).toBe('Out');
  await key('ArrowDown');
  expect(focusedRow()).toBe('ann');
});

it('reaches rows that were not in view, and keeps the one that has the focus wherever it is scrolled', async () => {
  page.show(people(Array.from({ length: 200 }, (_, at) => person(`user${at}`))));
  rowOf('user0').focus();
  await key('PageDown');
  // Ten rows of which two are the header and one that stays in view.
  expect(focusedRow()).toBe('user8');
  await key('End');
  expect([focusedRow(), rows().at(-1)]).toEqual(['user199', document.activeElement]);
  const region = screen.getByRole('region', { name: 'People' });
  await act(async () => {
    region.scrollTop = 0;
    fireEvent.scroll(region);
    await vi.advanceTimersByTimeAsync(200);
  });
  expect([rows()[0]?.querySelector('td')?.textContent, focusedRow()]).toEqual(['user0', 'user199']);
});

it('keeps focus and selection on the same thing when rows come, go and change their places', async () => {
  const view = page.show(people());
  rowOf('cid').focus();
  await key('x');
  view.rerender(people([person('zoe'), person('cid'), person('ann')]));
  expect([focusedRow(), selected()]).toEqual(['cid', 'cid']);
});

it('gives the focus to the row that takes the place of one that has gone', async () => {
  const view = page.show(people());
  rowOf('cid').focus();
  await act(async () => {
    view.rerender(people(PEOPLE.filter(([nick]) => nick !== 'cid')));
    await vi.advanceTimersByTimeAsync(50);
  });
  expect(focusedRow()).toBe('dan');
});

it('selects by x, ranges by Shift and arrows, all by Control and A, and nothing by Escape', async () => {
  page.show(people());
  rowOf('ben').focus();
  await key('x');
  await key('ArrowDown', { shiftKey: true });
  await key('ArrowDown', { shiftKey: true });
  await key('ArrowUp', { shiftKey: true });
  expect(selected()).toBe('ben,cid');
  await key('a', { ctrlKey: true });
  expect(selected()).toBe('ann,ben,cid,dan,eve');
  await key('x');
  expect(selected()).toBe('ann,ben,dan,eve');
  await key('Escape');
  expect(nobody()).toBe(true);
});

it('takes no single keys where they are turned off', async () => {
  setSingleKeys(false);
  page.show(people());
  rowOf('ben').focus();
  await key('x');
  await key('.');
  expect([nobody(), screen.queryByRole('menu')]).toEqual([true, null]);
  setSingleKeys(true);
});

it('selects all that the filter shows, and no others', async () => {
  page.show(people());
  fireEvent.change(screen.getByRole('searchbox'), { target: { value: 'an' } });
  rowOf('ann').focus();
  await key('a', { metaKey: true });
  fireEvent.change(screen.getByRole('searchbox'), { target: { value: '' } });
  expect(selected()).toBe('ann,dan');
});

it('selects with the mouse: by the box of a row, with Control one more, with Shift a range', async () => {
  page.show(people());
  fireEvent.click(screen.getByRole('checkbox', { name: 'Select ben' }));
  expect([selected(), drawer()]).toEqual(['ben', null]);
  fireEvent.click(rowOf('eve'), { ctrlKey: true });
  expect(selected()).toBe('ben,eve');
  fireEvent.click(rowOf('cid'), { shiftKey: true });
  expect(selected()).toBe('ben,cid,dan,eve');
});

it('selects nothing where nothing is done to many', async () => {
  page.show(people(PEOPLE, [tool('Who', { many: false })]));
  rowOf('ann').focus();
  await key('x');
  await key('a', { ctrlKey: true });
  expect([screen.queryByRole('checkbox'), rowOf('ann').getAttribute('aria-selected'), nobody()]).toEqual([
    null,
    null,
    true,
  ]);
});

it('opens a drawer by Enter, which is read from its title, says all of the row, and closes to the row by Escape', async () => {
  page.show(people());
  rowOf('ben').focus();
  await key('Enter');
  expect(document.activeElement).toBe(screen.getByRole('heading', { name: 'ben' }));
  expect(factsIn(drawer()!)).toEqual([
    'Nick: ben',
    'Out: 2 KiB (2,048 B)',
    'Since: 2026-11-20 13:57:00 (3 min ago)',
    'Class: lab',
  ]);
  await key('ArrowDown');
  expect(drawer()?.textContent).toContain('Nickcid');
  await key('Escape');
  expect([drawer(), focusedRow()]).toEqual([null, 'cid']);
});

it('opens a drawer by a click, which follows the arrows in the list and goes on being updated', async () => {
  const view = page.show(people());
  fireEvent.click(rowOf('ann'));
  expect([focusedRow(), drawer()?.querySelector('h2')?.textContent]).toEqual(['ann', 'ann']);
  await key('ArrowDown');
  expect([focusedRow(), drawer()?.querySelector('h2')?.textContent]).toEqual(['ben', 'ben']);
  view.rerender(people(PEOPLE.map((row) => row.with(1, 7))));
  expect(factsIn(drawer()!)[1]).toBe('Out: 7 B');
  view.rerender(people([person('ann')]));
  expect(within(drawer()!).getByRole('status').textContent).toBe('It is gone. This is how it was last.');
  expect(factsIn(drawer()!)[1]).toBe('Out: 7 B');
  expect(isOff(within(drawer()!).getByRole('button', { name: 'Drop' }))).toBe(true);
  await press('Close');
  expect(drawer()).toBeNull();
});

it('opens nothing for who marks text to copy it', () => {
  page.show(people());
  vi.stubGlobal('getSelection', () => ({ isCollapsed: false }));
  fireEvent.click(rowOf('ann'));
  expect(drawer()).toBeNull();
});

it('has the actions of a row in the drawer and in its menu, the harmful last', async () => {
  page.show(people());
  fireEvent.click(rowOf('ben'));
  const inDrawer = within(drawer()!)
    .getAllByRole('button')
    .map((one) => one.textContent);
  expect(inDrawer).toEqual(['', 'Who', 'Drop']);
  await press('Drop', drawer()!);
  expect(ran).toHaveBeenLastCalledWith('Drop', 'ben');
  await pressAction('cid', 'Who');
  expect(ran).toHaveBeenLastCalledWith('Who', 'cid');
});

it.each(['.', 'ContextMenu'])('opens the menu of the row that has the focus by %s', async (name) => {
  page.show(people());
  rowOf('cid').focus();
  await key(name);
  await pass(100);
  const menu = screen.getByRole('menu', { name: 'Actions for cid' });
  expect(
    within(menu)
      .getAllByRole('menuitem')
      .map((one) => one.textContent),
  ).toEqual(['Who', 'Drop']);
});

it('shows what the role may not do, with the reason, and does not do it', async () => {
  ran.mockClear();
  page.show(people(PEOPLE, [tool('Purge', { denied: 'For admins.' })]));
  await press('Actions for ann');
  await pass(100);
  const item = screen.getByRole('menuitem', { name: /^Purge/ });
  expect([item.getAttribute('aria-disabled'), item.textContent]).toEqual(['true', 'PurgeFor admins.']);
  fireEvent.click(item);
  fireEvent.click(rowOf('ann'));
  const button = within(drawer()!).getByRole('button', { name: 'Purge' });
  expect([isOff(button), button.title]).toEqual([true, 'For admins.']);
  fireEvent.click(button);
  expect(ran).not.toHaveBeenCalled();
});

it('has a drawer that is made wider by keys, and remembers it', async () => {
  const view = page.show(people());
  fireEvent.click(rowOf('ann'));
  expect(drawer()?.style.width).toBe('420px');
  screen.getByRole('separator', { name: 'Width of the details' }).focus();
  await key('ArrowLeft');
  expect(drawer()?.style.width).toBe('436px');
  view.unmount();
  page.show(people());
  fireEvent.click(rowOf('ann'));
  expect(drawer()?.style.width).toBe('436px');
});

it('has what can be chosen with an action beside it, in the menu and in the drawer', async () => {
  const choices = [{ label: '1 hour', run: ([nick]: readonly TableCell[]) => ran('an hour', nick) }];
  page.show(people(PEOPLE, [tool('Drop', { choices }), tool('Bar', { choices, denied: 'For admins.' })]));
  await pressAction('ben', 'Drop: 1 hour');
  expect(ran).toHaveBeenLastCalledWith('an hour', 'ben');
  fireEvent.keyDown(screen.getByRole('row', { name: /cid/ }), { key: 'Enter' });
  await pass(0);
  const buttons = within(screen.getByRole('group', { name: 'Actions for cid' })).getAllByRole('button');
  expect(buttons.map((button) => button.getAttribute('aria-label') ?? button.textContent)).toEqual([
    'Drop',
    'Drop: 1 hour',
    'Bar',
  ]);
  await press('Drop: 1 hour');
  expect(ran).toHaveBeenLastCalledWith('an hour', 'cid');
});

it('has a drawer over the list in a narrow window, beside the name of the row', () => {
  page.show(people());
  world.widen(668);
  fireEvent.click(rowOf('ann'));
  const name = Number.parseInt(table().querySelector('col')?.style.width ?? '', 10);
  expect(name).toBeGreaterThan(0);
  expect(drawer()?.style.width).toBe('420px');
  world.widen(name + 300);
  expect(drawer()?.style.width).toBe('300px');
});

it('groups rows by a column, with their number, and folds groups by keys and clicks', async () => {
  page.show(people(PEOPLE.map((row, at) => row.with(3, at < 2 ? 'web' : 'lab'))));
  fireEvent.change(screen.getByRole('combobox', { name: 'Group by' }), { target: { value: 'class' } });
  const names = () => rows().map((row) => row.querySelector('td')?.textContent);
  expect(names()).toEqual(['lab3 rows', 'cid', 'dan', 'eve', 'web2 rows', 'ann', 'ben']);
  await press(/^lab/);
  expect([names(), screen.getByRole('button', { name: /^lab/ }).getAttribute('aria-expanded')]).toEqual([
    ['lab3 rows', 'web2 rows', 'ann', 'ben'],
    'false',
  ]);
  screen.getByRole('row', { name: /^web/ }).focus();
  await key('ArrowLeft');
  expect(names()).toEqual(['lab3 rows', 'web2 rows']);
  await key('ArrowRight');
  expect(names()).toHaveLength(4);
  expect(localStorage.getItem('signalbox.groups')).toBe('{"d people":"class"}');
});

it('lets a column be made wider by Alt and an arrow on its header, and remembers it', async () => {
  const view = page.show(people());
  const width = () => Number.parseInt(table().querySelectorAll('col')[1]?.style.width ?? '', 10);
  const before = width();
  screen.getByRole('button', { name: 'Out' }).focus();
  await key('ArrowRight', { altKey: true });
  expect(width()).toBe(before + 16);
  view.unmount();
  page.show(people());
  expect(width()).toBe(before + 16);
});

it('colours the figures of the sorted column by their size', async () => {
  page.show(people([person('ann').with(1, 50), person('ben').with(1, 100)]));
  expect(document.querySelector('.heat')).toBeNull();
  await press('Out');
  const hot = [...document.querySelectorAll<HTMLElement>('.heat')];
  expect(hot.map((cell) => [cell.textContent, cell.style.getPropertyValue('--heat')])).toEqual([
    ['100 B', '1'],
    ['50 B', '0.5'],
  ]);
});
