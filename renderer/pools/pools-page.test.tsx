// @vitest-environment happy-dom
/** The Pools and queues page: what stands on it, in which order, and what it says when there is nothing or nobody answers. */
import { act, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { INSTRUMENT_KINDS, type InstrumentKind, type MetricSpec } from '../../contract/manifest.ts';
import { catalogOf } from '../../contract/metric-specs.ts';
import { standardSeries } from '../../contract/test-series.ts';
import { TROUBLE_HOLD_MS } from '../../kit/instrument-trouble.ts';
import { daemon } from '../model/test-host.ts';
import { enter, pass } from '../model/test-window.tsx';
import { recordCanvases } from '../samples/test-canvas.ts';
import {
  FULL_MANIFEST,
  goTo,
  INTERNAL_MANIFEST,
  press,
  rowsOf,
  saysOf,
  type TestPage,
  testPage,
} from '../ui/test-page.tsx';
import { fittingColumns } from './instrument-table.tsx';
import { PoolsPage } from './pools-page.tsx';
import { figuresOf } from './test-instruments.ts';

let page: TestPage;
beforeEach(async () => {
  vi.useFakeTimers();
  recordCanvases();
  await goTo('#/h/a/pools');
});
afterEach(() => {
  page.close();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** Opens the page of a host whose daemon `d` and internal `keeper` have these instruments. */
async function open(
  own: readonly MetricSpec[],
  keeper: readonly MetricSpec[] = [],
  state: 'running' | 'stopped' = 'running',
): Promise<void> {
  const told = saysOf(
    [FULL_MANIFEST, INTERNAL_MANIFEST],
    [daemon({ state }), daemon({ id: 'keeper', pid: 8 })],
  );
  const catalogs = {
    ...told.catalogs,
    d: { revision: 1, metrics: catalogOf('d', [...FULL_MANIFEST.metrics, ...own]) },
    keeper: { revision: 1, metrics: catalogOf('keeper', keeper) },
  };
  page = await testPage({ info: { ...told, catalogs } });
  page.show(<PoolsPage />);
  await pass(0);
}

const d = (kind: InstrumentKind, name: string) => standardSeries('d', kind, name);
const table = () => screen.getByRole('table', { name: 'Pools and queues' });
/** The cell of a row under a title. */
const cell = (row: string, title: string): string => {
  const [header = [], ...rows] = rowsOf(table());
  return rows.find(([name]) => name === row)?.[header.indexOf(title)] ?? 'no such row';
};
const names = () =>
  rowsOf(table())
    .slice(1)
    .map(([name]) => name);

describe('a row', () => {
  it('of a pool says what waits and how long, who works, what was done and refused', async () => {
    await open(d('pool', 'hash'));
    for (const total of [0, 10]) {
      await page.measure('d', {
        ...figuresOf('d', 'pool', 'hash', {
          depth: 5,
          capacity: 100,
          high_water: 40,
          active: 2,
          idle: 1,
          max: 4,
        }),
        ...figuresOf('d', 'pool', 'hash', { completed: total, rejected: 3, lost: 1, cancelled: 2 }),
        ...figuresOf('d', 'pool', 'hash', { 'wait/count': 9, 'wait/p50': 0.0009, 'wait/p99': 0.05 }),
        ...figuresOf('d', 'pool', 'hash', { 'run/count': 9, 'run/p50': 0.2, 'run/p99': 0.3 }),
      });
      await pass(1_000);
    }
    expect(rowsOf(table())).toEqual([
      [
        ...[
          'Name',
          'Daemon',
          'Kind',
          'State',
          'Depth',
          'Wait p50 · p99',
          'Run p50 · p99',
          'Active/idle/max',
          'Done',
          'Refused',
        ],
        ...['Also', 'Last minute'],
      ],
      [
        ...['hash', 'd', 'pool', '', '5 of 100most 40', '900 µs · 50 ms', '200 · 300 ms', '2 / 1 / 4'],
        ...['10/s', '3', 'cancelled 2 · lost threads 1', ''],
      ],
    ]);
    expect(screen.getByRole('img', { name: 'active of hash in the last minute' })).toBeTruthy();
  });

  it('of a cache says its hit rate, and that it is full is no trouble', async () => {
    await open(d('cache', 'dns'));
    await page.measure('d', figuresOf('d', 'cache', 'dns', { depth: 8, capacity: 8, hits: 3, misses: 1 }));
    await pass(1_000);
    expect(cell('dns', 'Depth')).toBe('8 of 8');
    expect(cell('dns', 'State')).toBe('hit rate 75 %');
    expect(rowsOf(table())[0]).not.toContain('Wait p50 · p99');
  });

  it('of a breaker says its state', async () => {
    await open([...d('breaker', 'a'), ...d('breaker', 'b'), ...d('breaker', 'c')]);
    await page.measure('d', {
      ...figuresOf('d', 'breaker', 'b', { state: 1 }),
      ...figuresOf('d', 'breaker', 'c', { state: 2 }),
    });
    await pass(1_000);
    expect(rowsOf(table()).map(([name, , , state]) => `${name} ${state}`)).toEqual([
      'Name State',
      'c open',
      'b half open',
      'a closed',
    ]);
    expect(screen.getByText('open').closest('[title]')?.getAttribute('title')).toContain('Calls are refused');
  });

  it('of connections says how many are in use, and who waits for one', async () => {
    await open(d('connections', 'api'));
    await page.measure('d', figuresOf('d', 'connections', 'api', { active: 8, max: 8, depth: 2 }));
    await pass(1_000);
    expect([cell('api', 'Depth'), cell('api', 'Also'), cell('api', 'State')]).toEqual([
      '8 of 8',
      'waiting 2',
      'full',
    ]);
  });

  it('of an instrument with other metrics than its kind has everywhere stands there by name and kind', async () => {
    const own: MetricSpec = {
      ...{ name: 'signalbox_d_queue_benches', kind: 'gauge', unit: 'count', help: '' },
      ...{ labels: { queue: 'shop' }, instrument: 'queue' },
    };
    await open([own]);
    expect([cell('shop', 'Kind'), cell('shop', 'Also').trim()]).toEqual(['queue', 'has metrics of its own']);
  });

  it('says of a total what it is a second while it rises', async () => {
    await open(d('queue', 'out'));
    for (const dropped of [1, 5]) {
      await page.measure('d', figuresOf('d', 'queue', 'out', { dropped, rejected: 2 }));
      await pass(1_000);
    }
    expect([cell('out', 'Refused'), cell('out', 'State')]).toEqual(['7 · 4/s', 'refusing']);
  });

  it('leads to the history of its figures', async () => {
    await open(d('queue', 'out'));
    const link = screen.getByRole('link', { name: 'out' });
    expect(link.getAttribute('title')).toBe('History of out');
    const query = new URLSearchParams(link.getAttribute('href')?.split('?')[1]);
    expect(query.get('source')).toBe('d');
    expect(query.get('metrics')?.split(',')[0]).toBe('signalbox_d_queue_depth{queue="out"}');
    expect(screen.getByRole('link', { name: 'd' }).getAttribute('href')).toBe('#/h/a/daemon/d');
  });

  it('has a bar as full as it is, with a mark where it was fullest', async () => {
    await open(d('queue', 'out'));
    const [fill, most] = [...table().querySelectorAll<HTMLElement>('td [aria-hidden] > span')];
    expect([fill?.style.width, most?.hidden, fill?.parentElement?.hidden]).toEqual(['0.0%', true, true]);
    const at = async (depth: number) => {
      await page.measure('d', figuresOf('d', 'queue', 'out', { depth, capacity: 10, high_water: 9 }));
      await pass(1_000);
      expect(fill?.parentElement?.hidden).toBe(false);
      return [fill?.style.width, fill?.dataset.level, most?.style.left, most?.hidden];
    };
    expect(await at(4)).toEqual(['40.0%', 'calm', '90.0%', false]);
    expect(await at(8)).toEqual(['80.0%', 'filling', '90.0%', false]);
    expect(await at(12)).toEqual(['100.0%', 'full', '90.0%', false]);
  });

  it('has a calm bar where a full one is no trouble', async () => {
    await open([...d('cache', 'dns'), ...d('batcher', 'log'), ...d('connections', 'api')]);
    await page.measure('d', {
      ...figuresOf('d', 'cache', 'dns', { depth: 8, capacity: 8 }),
      ...figuresOf('d', 'batcher', 'log', { depth: 50, capacity: 50 }),
      ...figuresOf('d', 'connections', 'api', { active: 8, max: 8 }),
    });
    await pass(1_000);
    const bars = [...table().querySelectorAll<HTMLElement>('td [aria-hidden] > span:first-child')];
    expect(bars.map(({ dataset, style }) => [dataset.level, style.width])).toEqual(
      Array.from({ length: 3 }, () => ['calm', '100.0%']),
    );
    expect([cell('dns', 'State'), cell('log', 'State'), cell('api', 'State')]).toEqual(['', '', '']);
  });

  it('of a breaker has neither a level nor a bar', async () => {
    await open([...d('breaker', 'a'), ...d('queue', 'out')]);
    await page.measure('d', figuresOf('d', 'breaker', 'a', { state: 0 }));
    await pass(1_000);
    expect(cell('a', 'Depth')).toBe('');
    expect(table().querySelectorAll('td [aria-hidden] > span:first-child')).toHaveLength(1);
  });
});

describe('the order', () => {
  const full = (name: string) => figuresOf('d', 'queue', name, { depth: 10, capacity: 10 });

  it('has trouble on top, and lets a row sink only after a while', async () => {
    await open([...d('queue', 'a'), ...d('queue', 'b')], standardSeries('keeper', 'queue', 'c'));
    await page.measure('d', {});
    await pass(1_000);
    expect(names()).toEqual(['a', 'b', 'c']);
    await page.measure('d', full('b'));
    await pass(1_000);
    expect(names()).toEqual(['b', 'a', 'c']);
    expect(cell('b', 'State')).toBe('full');
    await page.measure('d', {});
    await pass(1_000);
    expect(names()).toEqual(['b', 'a', 'c']);
    await pass(TROUBLE_HOLD_MS);
    expect(names()).toEqual(['a', 'b', 'c']);
  });
});

describe('the columns', () => {
  it('are as many as fit, those that say least leaving first', () => {
    const columns = [
      { name: 'a', width: 100 },
      { name: 'b', width: 100, rank: 1 },
      { name: 'c', width: 50, rank: 3 },
      { name: 'd', width: 100, rank: 2 },
    ];
    const at = (available: number) =>
      fittingColumns(columns, available)
        .map(({ name }) => name)
        .join('');
    expect([at(510), at(509), at(459), at(359), at(0)]).toEqual(['abcd', 'abd', 'ab', 'a', 'a']);
  });

  it('of daemon and kind stand under the name where there is no room for them', async () => {
    vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(400);
    vi.stubGlobal(
      'ResizeObserver',
      class {
        readonly #changed: () => void;
        constructor(changed: () => void) {
          this.#changed = changed;
        }
        observe = () => this.#changed();
        disconnect = () => {};
      },
    );
    await open(d('queue', 'q'));
    expect(rowsOf(table())).toEqual([
      ['Name', 'State', 'Depth'],
      ['qd · queue', '', '–most –'],
    ]);
  });
});

describe('the filter', () => {
  const both = () => open([...d('queue', 'q'), ...d('pool', 'p')], standardSeries('keeper', 'queue', 'k'));

  it('offers the processes that run, and all kinds', async () => {
    await both();
    const offered = (name: string) =>
      [...screen.getByRole<HTMLSelectElement>('combobox', { name }).options]
        .map(({ text }) => text)
        .join(' ');
    expect(offered('Daemon')).toBe('Any daemon main d keeper');
    expect(offered('Kind')).toBe(`Any kind ${INSTRUMENT_KINDS.join(' ')}`);
  });

  it('narrows to a daemon and a kind, and stands in the address', async () => {
    await both();
    const before = history.length;
    expect(names()).toEqual(['k', 'q', 'p']);
    expect(screen.getByRole('status').textContent).toBe('3 instruments');
    await enter(screen.getByRole('combobox', { name: 'Daemon' }), 'd');
    expect([names(), location.hash]).toEqual([['q', 'p'], '#/h/a/pools?daemon=d']);
    await enter(screen.getByRole('combobox', { name: 'Kind' }), 'pool');
    expect([names(), location.hash]).toEqual([['p'], '#/h/a/pools?daemon=d&kind=pool']);
    expect(history.length).toBe(before);
    expect(screen.getByRole('status').textContent).toBe('1 instrument');
  });

  it('is the daemon that all pages are narrowed to, until another is chosen here', async () => {
    await goTo('#/h/a/pools?scope=keeper');
    await both();
    expect(names()).toEqual(['k']);
    await enter(screen.getByRole('combobox', { name: 'Daemon' }), '');
    expect([names(), location.hash]).toEqual([['k', 'q', 'p'], '#/h/a/pools?scope=all']);
  });

  it('is what the address says, and nothing that fits is said with a way out', async () => {
    await goTo('#/h/a/pools?daemon=keeper&kind=pool');
    await both();
    expect(screen.queryByRole('table')).toBeNull();
    expect(screen.getByText('Nothing matches')).toBeTruthy();
    await press('Show all');
    expect([names(), location.hash]).toEqual([['k', 'q', 'p'], '#/h/a/pools']);
  });

  it('keeps a daemon that the address names and that does not run', async () => {
    await goTo('#/h/a/pools?daemon=gone');
    await both();
    const choice = screen.getByRole<HTMLSelectElement>('combobox', { name: 'Daemon' });
    expect(choice.value).toBe('gone');
    expect(screen.getByText('Nothing matches')).toBeTruthy();
  });

  it('takes no kind that there is not', async () => {
    await goTo('#/h/a/pools?kind=sieve');
    await both();
    expect(names()).toEqual(['k', 'q', 'p']);
  });
});

describe('what is not there', () => {
  it('is said where no process has queues or pools', async () => {
    await open([]);
    expect(screen.getByText('No daemon has queues or pools now')).toBeTruthy();
    expect(screen.queryByRole('table')).toBeNull();
  });

  it('is what daemons had that do not run', async () => {
    await open(d('queue', 'q'), standardSeries('keeper', 'queue', 'k'), 'stopped');
    expect(names()).toEqual(['k']);
    for (const state of ['running', 'stopping'] as const) {
      await page.daemonIs({ state });
      expect(names()).toEqual(['k', 'q']);
    }
    await page.daemonIs({ state: 'failed' });
    expect(names()).toEqual(['k']);
  });

  it('is what main has where no daemon runs at all', async () => {
    const told = saysOf([FULL_MANIFEST], [daemon({ state: 'stopped' })]);
    const metrics = catalogOf('main', standardSeries('main', 'queue', 'm'));
    page = await testPage({
      info: { ...told, catalogs: { ...told.catalogs, main: { revision: 1, metrics } } },
    });
    page.show(<PoolsPage />);
    await pass(0);
    expect(names()).toEqual(['m']);
  });

  it('is said to be not current when the host cannot be reached', async () => {
    await open(d('queue', 'q'));
    await page.measure('d', figuresOf('d', 'queue', 'q', { depth: 3 }));
    await pass(1_000);
    const isDimmed = () => within(table()).getByText('q').closest('tr')?.className.includes('text-dim');
    expect(isDimmed()).toBe(false);
    await page.lose(60_000);
    expect(isDimmed()).toBe(true);
    expect(cell('q', 'Depth')).toBe('3most 0');
  });

  it('is said to be not known where the daemons had ended before the host was lost', async () => {
    await open([], [], 'stopped');
    await page.lose();
    expect(screen.getByText('What the host has is not known now')).toBeTruthy();
    expect(screen.queryByText('No daemon has queues or pools now')).toBeNull();
  });

  it('is said of a process that has fallen silent', async () => {
    await open(d('queue', 'q'));
    await page.measure('d', {});
    await pass(5_000);
    expect(screen.getByText('No figures come from d at present.')).toBeTruthy();
    await page.lose();
    expect(screen.queryByText('No figures come from d at present.')).toBeNull();
  });

  it('is said of all that have fallen silent together', async () => {
    await open(d('queue', 'q'));
    expect(screen.queryByText(/No figures come/)).toBeNull();
    for (const id of ['d', 'keeper']) await page.measure(id, {});
    await pass(5_000);
    expect(screen.getByText('No figures come from d, keeper at present.')).toBeTruthy();
  });

  it('is not listened to once the page is left', async () => {
    await open(d('queue', 'q'));
    const ends: ReturnType<typeof vi.fn>[] = [];
    for (const id of ['main', 'd', 'keeper'])
      vi.spyOn(page.model.source(id)!, 'onLayout').mockImplementation(() => {
        const end = vi.fn(() => true);
        ends.push(end);
        return end;
      });
    const view = page.show(<PoolsPage />);
    expect(ends).toHaveLength(3);
    view.unmount();
    expect(ends.map((end) => end.mock.calls.length)).toEqual([1, 1, 1]);
  });
});

it('says of which host it is where there are several', async () => {
  page = await testPage({ twoHosts: true });
  page.show(<PoolsPage />);
  expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Pools and queues on host a');
});

it('shows what a process makes while the page is open, and forgets what it closes', async () => {
  await open(d('queue', 'a'));
  const catalog = (made: readonly MetricSpec[], revision: number) =>
    act(async () => {
      const metrics = catalogOf('d', [...FULL_MANIFEST.metrics, ...made]);
      const stream = page.of('d').at(-1)!;
      stream.handlers.onMessage({ type: 'catalog', catalog: { revision, metrics } });
      const values = new Float64Array(
        metrics.length + 6 * metrics.filter(({ kind }) => kind === 'histogram').length,
      );
      const frame = { seq: 50 + revision, time: Date.now() + revision, skipped: 0, revision, values };
      stream.handlers.onMessage({ type: 'frame', frame });
      await vi.advanceTimersByTimeAsync(1_000);
    });
  await page.measure('d', {});
  await catalog([...d('queue', 'a'), ...d('queue', 'b')], 2);
  expect(names()).toEqual(['a', 'b']);
  await catalog(d('queue', 'b'), 3);
  expect(names()).toEqual(['b']);
});
