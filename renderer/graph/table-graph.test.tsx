// @vitest-environment happy-dom
/** A graph above a table under the hands of a user: what is heard of it, walked, opened, folded, and done from it. */
import { act, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { TableGraph as TableGraphSpec } from '../../contract/manifest-views.ts';
import type { TableCell } from '../../contract/stream.ts';
import { noTokens, testTokens } from '../look/test-tokens.ts';
import { key } from '../model/test-window.tsx';
import { DataTable } from '../tables/data-table.tsx';
import type { RowTool } from '../tables/row-tools.ts';
import { tableWorld } from '../tables/test-table.ts';
import { type TestPage, testPage } from '../ui/test-page.tsx';
import { TableGraph } from './table-graph.tsx';

let page: TestPage;
beforeEach(async () => {
  testTokens({ '--row': '34px' });
  vi.stubGlobal('ResizeObserver', tableWorld().observer);
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
  { key: 'name', title: 'Depot', type: 'text' },
  { key: 'from', title: 'Fed by', type: 'text' },
  { key: 'is', title: 'State', type: 'text' },
  { key: 'crates', title: 'Crates', type: 'number' },
  { key: 'way', title: 'Way', type: 'seconds' },
  { key: 'why', title: 'Why', type: 'text' },
] as const;
const GRAPH: TableGraphSpec = {
  noun: 'depot',
  parent: 'from',
  state: 'is',
  tones: { home: 'self', open: 'good', closed: 'bad' },
  weight: { column: 'crates', noun: 'crate' },
  line: 'way',
  note: 'why',
};
const FEW: readonly (readonly TableCell[])[] = [
  ['main', null, 'home', 3, null, null],
  ['north', 'main', 'open', 1, 0.25, null],
  ['far', 'north', 'open', 0, null, null],
  ['south', 'main', 'closed', 7, null, 'flooded'],
  ['west', 'main', 'asleep', 7, null, null],
];
const wave = vi.fn();
const TOOLS: readonly RowTool[] = [
  {
    title: 'Wave',
    danger: 'safe',
    denied: null,
    many: false,
    fits: (row) => row[2] !== 'home',
    run: wave,
    bulk: null,
  },
];

function show(rows = FEW) {
  return page.show(
    <DataTable
      title="Depots"
      columns={COLUMNS}
      rows={rows}
      keyColumn={0}
      memory="d depots"
      tools={TOOLS}
      above={(view) => (
        <TableGraph title="Depots" columns={COLUMNS} graph={GRAPH} rows={rows} tools={TOOLS} {...view} />
      )}
      empty={<p>Nothing</p>}
      heightClass="h-9"
    />,
  );
}
const items = () => within(screen.getByRole('tree', { name: 'Depots as a graph' })).getAllByRole('treeitem');
const of = (element: Element, name: string) => element.getAttribute(`aria-${name}`);
const said = () => items().map((one) => `${of(one, 'level')} ${one.textContent}`);
const item = (name: string) => items().find((one) => one.textContent?.startsWith(name))!;
const drawer = () => document.querySelector('[aria-labelledby] h2')?.textContent ?? null;
const focused = () => document.activeElement?.textContent?.split(' ')[0];

it('says of each who it is behind, how it is and how far away, and draws a line to it', () => {
  show();
  expect(said()).toEqual([
    '1 main home, 3 crates',
    '2 north open, 1 crate way 250 ms',
    '3 far open, 0 crates',
    '2 south closed: flooded',
    '2 west asleep',
  ]);
  expect(items().map((one) => `${of(one, 'posinset')}/${of(one, 'setsize')}`)).toEqual([
    '1/1',
    '1/3',
    '1/1',
    '2/3',
    '3/3',
  ]);
  expect(document.querySelectorAll('svg path[stroke-width="1.5"]')).toHaveLength(4);
  expect(document.querySelector('svg text')?.textContent).toBe('250 ms');
});

it('begins with what all hang on in the middle of its room, and stays where one scrolls', () => {
  show();
  const region = screen.getByRole('region', { name: 'Depots as a graph' });
  const { top, height } = item('main').style;
  const middle = Number.parseFloat(top) + Number.parseFloat(height) / 2;
  expect(region.scrollTop).toBe(middle - region.clientHeight / 2);
  region.scrollTop = 1;
  fireEvent.focus(item('far'));
  expect(region.scrollTop).toBe(1);
});

it('is one stop of the Tab key, and walked as a tree is; the drawer follows', async () => {
  show();
  expect(items().map(({ tabIndex }) => tabIndex)).toEqual([0, -1, -1, -1, -1]);
  act(() => item('main').focus());
  await key(item('main'), 'ArrowRight');
  await key(item('north'), 'ArrowDown');
  expect([focused(), item('far').tabIndex, drawer()]).toEqual(['far', 0, null]);
  await key(item('far'), 'Enter');
  expect([drawer(), document.activeElement?.tagName]).toEqual(['far', 'H2']);
  await key(document.activeElement!, 'Escape');
  expect([drawer(), focused()]).toEqual([null, 'far']);
  act(() => void fireEvent.click(item('far')));
  expect(of(item('far'), 'selected')).toBe('true');
  await key(item('far'), 'ArrowLeft');
  expect([focused(), drawer(), of(item('far'), 'selected')]).toEqual(['north', 'north', 'false']);
  expect(await key(item('north'), 'a', { ctrlKey: true })).toBe(true);
});

it('opens what can be done with one by a full stop and by the other button of the mouse', async () => {
  show();
  act(() => item('main').focus());
  await key(item('main'), '.');
  expect(screen.queryByRole('menu')).toBeNull();
  await key(item('south'), '.');
  await act(async () => void fireEvent.click(screen.getByRole('menuitem', { name: 'Wave' })));
  expect(wave).toHaveBeenCalledExactlyOnceWith(FEW[3]);
  await act(async () => void fireEvent.contextMenu(item('north')));
  expect(screen.getByRole('menu', { name: 'Actions for north' })).toBeTruthy();
});

it('puts those together that are well where there are many, and shows each when it is told to', async () => {
  const many = Array.from({ length: 20 }, (_, at): readonly TableCell[] => [
    ...[`leaf${at}`, 'main', 'open', 2, null, null],
  ]);
  show([...FEW, ...many]);
  const group = () => item('20 depots');
  expect(said()).toContain('2 20 depots open, 40 crates');
  expect([of(group(), 'expanded'), items()]).toEqual(['false', expect.objectContaining({ length: 6 })]);
  act(() => group().focus());
  await key(group(), 'ArrowRight');
  expect([of(group(), 'expanded'), items().length]).toEqual(['true', 26]);
  await key(group(), 'ArrowRight');
  expect(focused()).toBe('leaf0');
  await key(item('leaf0'), 'ArrowLeft');
  await key(group(), 'ArrowLeft');
  expect(items()).toHaveLength(6);
  act(() => void fireEvent.click(group()));
  expect([items().length, drawer()]).toEqual([26, null]);
});
