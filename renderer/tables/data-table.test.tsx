// @vitest-environment happy-dom
/** A table under the hands of a user: sorting, filtering and choosing columns. */
import { fireEvent, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TableCell } from '../../contract/stream.ts';
import { noTokens, testTokens } from '../look/test-tokens.ts';
import { pass } from '../model/test-window.tsx';
import { press, type TestPage, testPage } from '../ui/test-page.tsx';
import { DataTable } from './data-table.tsx';
import type { RowTool } from './row-tools.ts';
import { START, shown, table, tableWorld } from './test-table.ts';

let page: TestPage;
let world: ReturnType<typeof tableWorld>;
beforeEach(async () => {
  testTokens({ '--row': '34px' });
  world = tableWorld();
  vi.stubGlobal('ResizeObserver', world.observer);
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
  { key: 'oper', title: 'Oper', type: 'boolean', rank: 2 },
] as const;
const ROWS: readonly (readonly TableCell[])[] = [
  ['cid', 2_048, START - 86_400_000, true],
  ['ann', 7, START - 10_000, false],
  ['ben', null, START, false],
];

function show(rows = ROWS, more: Partial<Parameters<typeof DataTable>[0]> = {}) {
  const table = (shown: typeof rows) => (
    <DataTable
      title="People"
      columns={COLUMNS}
      rows={shown}
      keyColumn={0}
      memory="d people"
      empty={<p>Nobody</p>}
      heightClass="h-9"
      {...more}
    />
  );
  return page.show(table(rows));
}
const tool = (more: Partial<RowTool> = {}): RowTool => ({
  title: 'Wave',
  danger: 'safe',
  denied: null,
  many: false,
  fits: () => true,
  run: () => {},
  bulk: null,
  ...more,
});
const column = (place: number) =>
  shown()
    .slice(1)
    .map((row) => row[place]);
const sorting = () => screen.getAllByRole('columnheader').map((header) => header.getAttribute('aria-sort'));
const filter = (text: string) =>
  fireEvent.change(screen.getByRole('searchbox', { name: 'Filter People' }), { target: { value: text } });

describe('a table', () => {
  it('writes its cells by their type, with the whole text where that may be cut', () => {
    show();
    expect(shown()).toEqual([
      ['Nick', 'Out', 'Since', 'Oper'],
      ['cid', '2 KiB', '24 h ago', 'yes'],
      ['ann', '7 B', '10 s ago', 'no'],
      ['ben', '', 'now', 'no'],
    ]);
    const titles = [...table().querySelectorAll('tr')[2]!.children].map((cell) => cell.getAttribute('title'));
    expect(titles).toEqual(['ann', null, '2026-11-20 13:59:50', null]);
  });

  it('has figures at the right, and keeps the first column in view', () => {
    show();
    const aligned = (row: number) =>
      [...table().querySelectorAll('tr')[row]!.children].map((cell) =>
        ['text-right', 'sticky'].filter((name) => cell.className.split(' ').includes(name)).join(),
      );
    expect(aligned(1)).toEqual(['sticky', 'text-right', '', '']);
    expect(aligned(0)).toEqual(['sticky', '', '', '']);
    const reversed = screen
      .getAllByRole('columnheader')
      .map((one) => one.innerHTML.includes('flex-row-reverse'));
    expect(reversed).toEqual([false, true, false, false]);
  });

  it('is sorted rising, falling, and as it came, by presses on a header', async () => {
    show();
    expect(sorting()).toEqual(['none', 'none', 'none', 'none']);
    await press('Nick');
    expect([column(0), sorting()[0]]).toEqual([['ann', 'ben', 'cid'], 'ascending']);
    await press('Nick');
    expect([column(0), sorting()]).toEqual([
      ['cid', 'ben', 'ann'],
      ['descending', 'none', 'none', 'none'],
    ]);
    await press('Out');
    expect([column(0), sorting()]).toEqual([
      ['cid', 'ann', 'ben'],
      ['none', 'descending', 'none', 'none'],
    ]);
    await press('Out');
    expect([column(0), sorting()]).toEqual([
      ['ann', 'cid', 'ben'],
      ['none', 'ascending', 'none', 'none'],
    ]);
    await press('Out');
    expect([column(0), sorting()[1]]).toEqual([['cid', 'ann', 'ben'], 'none']);
    const arrows = () =>
      screen.getAllByRole('columnheader').map((one) => one.querySelector('path')?.getAttribute('d'));
    expect(arrows()).toEqual([undefined, undefined, undefined, undefined]);
    const bright = () =>
      screen
        .getAllByRole('columnheader')
        .map((one) => one.querySelector('button')?.className.includes(' text-ink'));
    expect(bright()).toEqual([false, false, false, false]);
    await press('Nick');
    expect(bright()).toEqual([true, false, false, false]);
    const up = arrows()[0];
    await press('Nick');
    expect([up === undefined, arrows()[0] === up]).toEqual([false, false]);
  });

  it('shows what the filter keeps, and how many that are', () => {
    show();
    expect(screen.getByRole('status').textContent).toBe('3 rows');
    expect(screen.getByRole<HTMLInputElement>('searchbox').placeholder).toBe('Filter');
    filter('n');
    expect([column(0), screen.getByRole('status').textContent]).toEqual([['ann', 'ben'], '2 of 3 rows']);
    filter('zzz');
    expect(screen.getByText('Nothing matches the filter')).toBeTruthy();
    expect(screen.queryByText('Nobody')).toBeNull();
    filter('');
    expect(column(0)).toHaveLength(3);
  });

  it.each([
    ['text', ['ann', 'ben', 'cid']],
    ['numbers', [7, 8, 9]],
  ] as const)(
    'keeps the focus on the row that has it when others come, by the %s that tell rows apart',
    (_, [a, b, c]) => {
      const props = {
        title: 'People',
        columns: COLUMNS,
        keyColumn: 0,
        memory: 'd people',
        empty: null,
        heightClass: '',
      };
      const render = (rows: readonly (readonly TableCell[])[]) => <DataTable {...props} rows={rows} />;
      const rowOf = (name: string) => screen.getByRole('row', { name });
      const view = page.show(render([[a], [b], [null], [null]]));
      expect(column(0)).toEqual([String(a), String(b), '', '']);
      rowOf(String(b)).focus();
      view.rerender(render([[c], [a], [b], [null], [null]]));
      expect(column(0)).toEqual([c, a, b, '', ''].map(String));
      expect(document.activeElement).toBe(rowOf(String(b)));
    },
  );

  it('says why it is empty', () => {
    show([]);
    expect([screen.queryByRole('table'), screen.getByText('Nobody').textContent]).toEqual([null, 'Nobody']);
    expect(screen.queryByText('Nothing matches the filter')).toBeNull();
  });

  it('renders only the rows in view, and room for the others, which readers hear of', async () => {
    show(Array.from({ length: 100 }, (_, i) => [`user${i}`, 1, 1, i > 50]));
    const rows = [...table().querySelectorAll('tr')];
    // Ten in view and twelve beyond.
    expect(shown()).toHaveLength(1 + 22);
    expect(table().getAttribute('aria-rowcount')).toBe('101');
    expect(rows.map((row) => row.getAttribute('aria-rowindex')).slice(0, 3)).toEqual(['1', '2', '3']);
    const room = () =>
      [...table().querySelectorAll<HTMLElement>('tr[aria-hidden] td')].map((cell) => [
        cell.style.height,
        cell.getAttribute('colspan'),
      ]);
    expect(room()).toEqual([[`${78 * 34}px`, '4']]);
    const scroller = screen.getByRole('region', { name: 'People' });
    scroller.scrollTop = 34 * 50;
    fireEvent.scroll(scroller);
    await pass(200);
    expect(column(0)[0]).toBe('user38');
    expect(room()[0]).toEqual([`${38 * 34}px`, '4']);
  });
});

describe('the columns of a table', () => {
  const narrow = () => world.widen(200);

  it('are those that fit, the least important left out first', () => {
    show();
    expect(shown()[0]).toEqual(['Nick', 'Out', 'Since', 'Oper']);
    expect(screen.getByRole('button', { name: 'Columns' })).toBeTruthy();
    narrow();
    expect(shown()[0]).toEqual(['Nick', 'Out']);
    expect(screen.getByRole('button', { name: 'Columns (2 of 4)' })).toBeTruthy();
  });

  it('leave room for the scrollbar and the buttons of the rows', () => {
    show();
    const widths = () =>
      [...table().querySelectorAll('col')].map((one) => Number.parseInt(one.style.width, 10));
    const sum = widths().reduce((total, one) => total + one, 0);
    expect(widths()).toHaveLength(4);
    world.widen(sum + 12);
    expect(shown()[0]).toHaveLength(4);
    world.widen(sum + 11);
    expect(shown()[0]).toHaveLength(3);
    page.close();
    localStorage.clear();
    show(ROWS, { tools: [tool()] });
    world.widen(sum + 12 + 32);
    expect(shown()[0]).toHaveLength(4 + 1);
    world.widen(sum + 11 + 32);
    expect(shown()[0]).toHaveLength(3 + 1);
    expect(table().style.minWidth).toBe(`${widths().reduce((total, one) => total + one, 0)}px`);
  });

  it('say once what is the same on every row', () => {
    show(ROWS.map((row) => row.with(3, false)));
    expect(shown()[0]).toEqual(['Nick', 'Out', 'Since']);
    expect(screen.getByText('All: no Oper')).toBeTruthy();
  });

  it('are those that the reader chose, whatever the width, until that is taken back', async () => {
    show();
    narrow();
    fireEvent.click(screen.getByRole('button', { name: /^Columns/ }));
    await pass(100);
    const box = (name: string) => screen.getByRole<HTMLInputElement>('checkbox', { name });
    expect(['Nick', 'Out', 'Since', 'Oper'].map((name) => [box(name).checked, box(name).disabled])).toEqual([
      [true, true],
      [true, false],
      [false, false],
      [false, false],
    ]);
    const fitting = () => screen.getByRole('button', { name: 'Those that fit the window' });
    expect(fitting().getAttribute('aria-disabled')).toBe('true');
    fireEvent.click(box('Oper'));
    fireEvent.click(box('Out'));
    expect(shown()[0]).toEqual(['Nick', 'Oper']);
    expect(JSON.parse(localStorage.getItem('signalbox.columns') ?? '')).toEqual({
      'd people': ['nick', 'oper'],
    });
    expect(fitting().getAttribute('aria-disabled')).toBe('false');
    fireEvent.click(fitting());
    expect(shown()[0]).toEqual(['Nick', 'Out']);
    expect(localStorage.getItem('signalbox.columns')).toBe('{}');
  });

  it('are found under the names that they and the table had before', () => {
    localStorage.setItem('signalbox.columns', '{"old":["operator"]}');
    show(ROWS, { formerMemory: 'old', renamed: { operator: 'oper' } });
    expect(shown()[0]).toEqual(['Nick', 'Oper']);
  });

  it('never become narrower while they are looked at', () => {
    const props = {
      title: 'People',
      columns: COLUMNS,
      keyColumn: 0,
      memory: 'd people',
      empty: null,
      heightClass: '',
    };
    const view = page.show(<DataTable {...props} rows={[['x'.repeat(20), 1, START, true]]} />);
    const first = () => table().querySelector('col')?.style.width;
    // Twenty letters of seven pixels, and 26 beside.
    expect(first()).toBe('166px');
    view.rerender(<DataTable {...props} rows={[['x', 1, START, true]]} />);
    expect(first()).toBe('166px');
    view.rerender(<DataTable {...props} rows={[['x'.repeat(30), 1, START, true]]} />);
    expect(first()).toBe('236px');
  });
});
