// @vitest-environment happy-dom
/** The table of instruments: what each kind says in each column, which columns there are, and how trouble looks. */
import { screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { INSTRUMENT_KINDS, type InstrumentKind, type MetricSpec } from '../../contract/manifest.ts';
import { catalogOf } from '../../contract/metric-specs.ts';
import { standardSeries } from '../../contract/test-series.ts';
import { daemon } from '../model/test-host.ts';
import { testScreen } from '../model/test-screen.ts';
import { pass } from '../model/test-window.tsx';
import {
  FULL_MANIFEST,
  goTo,
  INTERNAL_MANIFEST,
  rowsOf,
  saysOf,
  type TestPage,
  testPage,
} from '../ui/test-page.tsx';
import { PoolsPage } from './pools-page.tsx';
import { figuresOf } from './test-instruments.ts';

let page: TestPage;
let sizes: ReturnType<typeof testScreen>;
beforeEach(async () => {
  vi.useFakeTimers();
  sizes = testScreen();
  await goTo('#/h/a/pools');
});
afterEach(() => {
  page.close();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** Opens the page over a daemon `d` with these instruments. */
async function open(own: readonly MetricSpec[]): Promise<void> {
  const told = saysOf([FULL_MANIFEST, INTERNAL_MANIFEST], [daemon(), daemon({ id: 'keeper', pid: 8 })]);
  const metrics = catalogOf('d', [...FULL_MANIFEST.metrics, ...own]);
  page = await testPage({ info: { ...told, catalogs: { ...told.catalogs, d: { revision: 1, metrics } } } });
  page.show(<PoolsPage />);
  await pass(0);
}
const d = (kind: InstrumentKind, name: string) => standardSeries('d', kind, name);
const figures = (kind: InstrumentKind, name: string, values: Readonly<Record<string, number>>) =>
  figuresOf('d', kind, name, values);
/** A second passes after the daemon has said so. */
async function say(values: Readonly<Record<string, number>>): Promise<void> {
  await page.measure('d', values);
  await pass(1_000);
}
const table = () => screen.getByRole('table', { name: 'Pools and queues' });
const titles = () => rowsOf(table())[0]!;
const row = (name: string) => screen.getByRole('row', { name: new RegExp(`^${name}\\b`) });

it('says of each kind what it measures, and nothing in the other columns', async () => {
  await open(INSTRUMENT_KINDS.flatMap((kind) => d(kind, `a-${kind}`)));
  for (const total of [0, 6])
    await say({
      ...figures('queue', 'a-queue', {
        depth: 1,
        capacity: 9,
        high_water: 4,
        completed: total,
        dropped: total,
      }),
      ...figures('queue', 'a-queue', { 'wait/count': 1, 'wait/p50': 0.002, 'wait/p99': 2 }),
      ...figures('pool', 'a-pool', { depth: 2, active: 1, idle: 2, max: 3, completed: 2 * total, failed: 5 }),
      ...figures('pool', 'a-pool', { submitted: 9, 'run/count': 2, 'run/p50': 130, 'run/p99': 190 }),
      ...figures('slab', 'a-slab', { active: 3, idle: 4, max: 7, high_water: 6, completed: 1, failed: 2 }),
      ...figures('cache', 'a-cache', { depth: 5, capacity: 9, hits: 3 * total, misses: 6, failed: 1 }),
      ...figures('cache', 'a-cache', { evicted: 12_345, expired: 1 }),
      ...figures('batcher', 'a-batcher', { depth: 3, capacity: 4, batches: 7, full: 2, delayed: 5 }),
      ...figures('breaker', 'a-breaker', {
        failed: 1,
        rejected: 2,
        'run/count': 1,
        'run/p50': 30,
        'run/p99': 60,
      }),
      ...figures('limiter', 'a-limiter', { depth: 8, capacity: 16, completed: 4, rejected: 5 }),
      ...figures('correlation', 'a-correlation', { depth: 6, capacity: 64, high_water: 20, stale: 1 }),
      ...figures('connections', 'a-connections', { active: 4, idle: 1, max: 5, opened: 33, failed: 1 }),
      ...figures('operation', 'a-operation', { depth: 2, submitted: 9, failed: 1 }),
    });
  expect(rowsOf(table()).map((cells) => cells.slice(2, -1).join(' | '))).toEqual([
    'Kind | State | Depth | Wait p50 · p99 | Run p50 · p99 | Active/idle/max | Done | Refused | Also',
    'queue | refusing | 1 of 9most 4 | 2 ms · 2 s |  |  | 6/s | 6 · 6/s | ',
    'pool |  | 2most 0 | – | 2 min 10 s · 3 min 10 s | 1 / 2 / 3 | 12/s | 0 | failed 5',
    'slab |  | 3 of 7most 6 |  |  | 3 / 4 / 7 | 0/s | 0 | failed 2',
    'cache | hit rate 75 % | 5 of 9 |  |  |  | 18/s |  | failed 1 · evicted 12.3k · expired 1',
    'batcher |  | 3 of 4 | – |  |  | 0/s |  | batches 7 · full batches 2 · delayed batches 5',
    'breaker | closed |  |  | 30 · 60 s |  | 0/s | 2 | failed 1',
    'limiter |  | 8 of 16 |  |  |  | 0/s | 5 | ',
    'correlation |  | 6 of 64most 20 |  | – |  | 0/s | 0 | stale answers 1',
    'connections |  | 4 of 5 | – | – | 4 / 1 / 5 | 0/s | 0 | failed 1 · opened 33',
    'operation |  | 2 |  | – |  | 0/s |  | failed 1',
  ]);
  expect(screen.getAllByRole('img').map((one) => one.getAttribute('aria-label')?.split(' ')[0])).toEqual([
    ...[
      'depth',
      'active',
      'active',
      'hits',
      'submitted',
      'submitted',
      'rejected',
      'depth',
      'active',
      'submitted',
    ],
  ]);
});

it('says in bytes what a queue of bytes holds', async () => {
  await open(d('queue', 'send queue bytes'));
  await say(figures('queue', 'send queue bytes', { depth: 1_536, capacity: 1_048_576, high_water: 3_072 }));
  expect(row('send queue bytes').textContent).toContain('1.50 KiB of 1 MiBmost 3 KiB');
});

describe('the columns', () => {
  it.each([
    ['queue', 'Depth Wait p50 · p99 Done Refused'],
    ['pool', 'Depth Wait p50 · p99 Run p50 · p99 Active/idle/max Done Refused'],
    ['slab', 'Depth Active/idle/max Done Refused'],
    ['cache', 'Depth Done'],
    ['batcher', 'Depth Wait p50 · p99 Done'],
    ['breaker', 'Run p50 · p99 Done Refused'],
    ['limiter', 'Depth Done Refused'],
    ['correlation', 'Depth Run p50 · p99 Done Refused'],
    ['connections', 'Depth Wait p50 · p99 Run p50 · p99 Active/idle/max Done Refused'],
    ['operation', 'Depth Run p50 · p99 Done'],
  ] as const)('of a %s alone are those that it measures', async (kind, own) => {
    await open(d(kind, 'one'));
    expect(titles().join(' ')).toBe(`Name Daemon Kind State ${own} Also Last minute`);
  });

  it('leave in the order of what they say, each as soon as there is no room for it', async () => {
    await open(d('pool', 'hash'));
    const frame = table().closest('.overflow-hidden')!;
    const all = [
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
    ];
    const left = new Set([...all, 'Also', 'Last minute']);
    const leaving = [
      ['Also', 1_370],
      ['Done', 1_220],
      ['Active/idle/max', 1_148],
      ['Run p50 · p99', 1_040],
      ['Last minute', 936],
      ['Refused', 840],
      ['Wait p50 · p99', 768],
      ['Kind', 664],
      ['Daemon', 588],
    ] as const;
    for (const [title, needed] of leaving) {
      sizes.resize(frame, needed);
      expect(titles()).toEqual([...left]);
      sizes.resize(frame, needed - 1);
      left.delete(title);
      expect(titles()).toEqual([...left]);
    }
    sizes.resize(frame, 100);
    expect(titles()).toEqual(['Name', 'State', 'Depth']);
  });

  it('have figures at the right, and say what is not plain', async () => {
    await open(d('pool', 'hash'));
    const headers = screen.getAllByRole('columnheader');
    const right = (cells: readonly Element[]) =>
      headers.flatMap((header, i) =>
        cells[i]?.classList.contains('text-right') ? [header.textContent] : [],
      );
    const figured = ['Wait p50 · p99', 'Run p50 · p99', 'Active/idle/max', 'Done', 'Refused'];
    expect([right(headers), right([...row('hash').children])]).toEqual([figured, figured]);
    const hints = headers.flatMap((one) => (one.title === '' ? [] : [`${one.textContent}: ${one.title}`]));
    expect(hints).toEqual([
      'Depth: What it holds of what it may; ↑ is the most there has been at once',
      'Wait p50 · p99: Half of all are quicker than the first, 99 of 100 than the second',
      'Run p50 · p99: Half of all are quicker than the first, 99 of 100 than the second',
      'Refused: Refused and thrown away, since the process began',
    ]);
  });

  it('draw the last minute of the first hundred rows', async () => {
    const depthOf = (name: string) => d('queue', name).filter((one) => one.name.endsWith('_depth'));
    await open(Array.from({ length: 101 }, (_, i) => depthOf(`q${100 + i}`)).flat());
    // Rows come in steps.
    for (let step = 0; step < 5; step++) await pass(10);
    const curves = screen.getAllByRole('img').map((one) => one.getAttribute('aria-label'));
    expect([curves.length, curves[0], curves.at(-1)]).toEqual([
      100,
      'depth of q100 in the last minute',
      'depth of q199 in the last minute',
    ]);
  });
});

describe('the name', () => {
  const metricsOf = (name: string) => {
    const href = within(row(name)).getByRole('link', { name }).getAttribute('href');
    const query = new URLSearchParams(href?.split('?')[1]);
    return [
      href?.split('?')[0],
      query.get('source'),
      query.get('metrics')?.replaceAll(/signalbox_d_|\{.*?\}/g, ''),
    ];
  };

  it('leads to the history of what is waited for, worked at and refused', async () => {
    await open([...d('pool', 'hash'), ...d('queue', 'out'), ...d('cache', 'dns')]);
    expect([metricsOf('hash'), metricsOf('out'), metricsOf('dns')]).toEqual([
      ['#/h/a/history', 'd', 'pool_depth,pool_active,pool_wait_seconds,pool_run_seconds,pool_rejected_total'],
      ['#/h/a/history', 'd', 'queue_depth,queue_wait_seconds,queue_rejected_total,queue_dropped_total'],
      ['#/h/a/history', 'd', 'cache_depth,cache_hits_total'],
    ]);
  });

  it('leads nowhere where none of that is recorded, and can be read in full all the same', async () => {
    const own: MetricSpec = {
      ...{ name: 'signalbox_d_queue_benches', kind: 'gauge', unit: 'count', help: '' },
      ...{ labels: { queue: 'shop' }, instrument: 'queue' },
    };
    await open([own, ...d('queue', 'out')]);
    expect(within(row('shop')).queryByRole('link', { name: 'shop' })).toBeNull();
    expect(within(row('shop')).getByTitle('shop').textContent).toBe('shop');
    expect(within(row('shop')).getByTitle('They stand on the page of the daemon.')).toBeTruthy();
    expect(within(row('out')).queryByTitle('They stand on the page of the daemon.')).toBeNull();
  });
});

describe('the state', () => {
  const badge = (name: string) => {
    const word = row(name).children[3]!.querySelector('[title]')!;
    const look = ['bg-bad-soft', 'text-bad', 'bg-warn-soft', 'text-warn'].filter(
      (one) => word.querySelector(`.${one}`) !== null,
    );
    return { word: word.textContent, hint: word.getAttribute('title'), look: look.join(' ') };
  };
  const signOf = (name: string) => row(name).children[3]!.querySelector('path')?.getAttribute('d');

  it('says the trouble in a word of its colour and sign, and what that means', async () => {
    await open([
      ...['full', 'refusing', 'filling', 'waiting'].flatMap((name) => d('queue', name)),
      ...['open', 'half'].flatMap((name) => d('breaker', name)),
    ]);
    for (const total of [0, 1])
      await say({
        ...figures('queue', 'full', { depth: 9, capacity: 9 }),
        ...figures('queue', 'refusing', { rejected: total }),
        ...figures('queue', 'filling', { depth: 8, capacity: 10 }),
        ...figures('queue', 'waiting', { depth: 1, capacity: 10, 'wait/p99': 0.1 }),
        ...figures('breaker', 'open', { state: 2 }),
        ...figures('breaker', 'half', { state: 1 }),
      });
    const [bad, warn] = ['bg-bad-soft text-bad', 'bg-warn-soft text-warn'];
    expect(['open', 'full', 'refusing', 'half', 'filling', 'waiting'].map(badge)).toEqual([
      { word: 'open', hint: 'Calls are refused until one that is tried succeeds', look: bad },
      { word: 'full', hint: 'There is no room for another one', look: bad },
      { word: 'refusing', hint: 'Something was refused or thrown away within the last seconds', look: warn },
      { word: 'half open', hint: 'One call is tried; if it succeeds, calls pass again', look: warn },
      { word: 'filling', hint: 'More than 80 % is used', look: warn },
      { word: 'long waits', hint: 'One in a hundred waits longer than 100 ms', look: warn },
    ]);
    const [open_, full, refusing, half, filling, waiting] = [
      'open',
      'full',
      'refusing',
      'half',
      'filling',
      'waiting',
    ].map(signOf);
    expect([full, half, filling]).toEqual([open_, refusing, refusing]);
    expect(new Set([open_, refusing, waiting]).size).toBe(3);
  });

  it('says nothing before the first figures, not even that a breaker is closed', async () => {
    await open([...d('breaker', 'a'), ...d('cache', 'dns')]);
    const states = () => ['a', 'dns'].map((name) => row(name).children[3]!.textContent);
    expect(states()).toEqual(['', '']);
    await say({});
    expect(states()).toEqual(['closed', '']);
    await say(figures('cache', 'dns', { misses: 1 }));
    expect(states()).toEqual(['closed', 'hit rate 0 %']);
  });
});

describe('a span of time', () => {
  const spans = async (p50: number, p99: number, count = 1) => {
    await say(figures('queue', 'out', { 'wait/count': count, 'wait/p50': p50, 'wait/p99': p99 }));
    return row('out').children[titles().indexOf('Wait p50 · p99')]!.textContent;
  };

  it('names its unit once where both have the same, and is none where nothing waited', async () => {
    await open(d('queue', 'out'));
    expect(await spans(0.0012, 0.0034)).toBe('1.20 · 3.40 ms');
    expect(await spans(0.000_85, 0.0034)).toBe('850 µs · 3.40 ms');
    expect(await spans(1.5, 30)).toBe('1.50 · 30 s');
    expect(await spans(30, 184)).toBe('30 s · 3 min 4 s');
    expect(await spans(1, 2, 0)).toBe('–');
  });
});

describe('a bar', () => {
  const bars = () =>
    [...table().querySelectorAll<HTMLElement>('td [aria-hidden] > span:first-child')].map((fill) => {
      const mark = fill.nextElementSibling as HTMLElement;
      return [fill.style.width, mark.hidden ? null : mark.style.left, fill.parentElement?.hidden === true];
    });

  it('is as full as the figures say, to a thousandth and no fuller than it can be', async () => {
    await open(d('slab', 's'));
    await say(figures('slab', 's', { active: 1, max: 3, high_water: 2 }));
    expect(bars()).toEqual([['33.3%', '66.7%', false]]);
    await say(figures('slab', 's', { active: 7, max: 3, high_water: 8 }));
    expect(bars()).toEqual([['100.0%', '100.0%', false]]);
    await say(figures('slab', 's', { active: -1, max: 3 }));
    expect(bars()).toEqual([['0.0%', null, false]]);
    await say(figures('slab', 's', { active: 5, max: 0, high_water: 5 }));
    expect(bars()).toEqual([['0.0%', null, true]]);
  });
});
