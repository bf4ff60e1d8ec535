// @vitest-environment happy-dom
/** Rows of live tables in the palette. */
import { afterEach, expect, it, vi } from 'vitest';
import type { HostInfo } from '../../contract/control/host.ts';
import { describeManifest, type TableColumn } from '../../contract/manifest.ts';
import type { TableCell } from '../../contract/stream.ts';
import type { HostModel } from '../model/host-model.ts';
import { createHostStore } from '../model/host-state.ts';
import type { HostNow } from '../model/hosts.ts';
import { daemon } from '../model/test-host.ts';
import { TableFeed } from '../tables/table-feed.ts';
import { FULL_MANIFEST } from '../ui/test-page.tsx';
import { looksForThings, thingEntries, thingTables, watchThings } from './thing-entries.ts';

const columns: readonly TableColumn[] = [
  { key: 'nick', title: 'Nick', type: 'text' },
  { key: 'open', title: 'Open', type: 'number' },
  { key: 'address', title: 'Address', type: 'text' },
  { key: 'account', title: 'Account', type: 'text' },
];
const table = { title: 'People', access: 'operate', rowKey: 'nick', columns } as const;
const manifest = (id: string) =>
  describeManifest({ ...FULL_MANIFEST, id, tables: { people: table, ids: { ...table, title: 'Ids' } } });

/** A host whose daemon `d` runs and `e` does not; `feeds` are the tables of `d`, `watched` those that are followed. */
function hostNow() {
  const feeds = new Map<string, TableFeed>();
  const feed = (name: string) => feeds.get(name) ?? feeds.set(name, new TableFeed()).get(name)!;
  const watched = new Set<string>();
  const source = (id: string) =>
    id === 'd'
      ? {
          table: feed,
          stream: {
            watch: (name: string) => {
              watched.add(name);
              return () => watched.delete(name);
            },
          },
        }
      : undefined;
  const store = createHostStore();
  store.setState({
    host: { manifests: [manifest('d'), manifest('e')] } as unknown as HostInfo,
    daemons: { d: daemon(), e: daemon({ id: 'e', state: 'stopped' }) },
  });
  const host = { id: 'a', name: 'host a', source } as unknown as HostModel;
  const now: HostNow = { host, state: store.getState() };
  const fill = (name: string, rows: readonly (readonly TableCell[])[]) =>
    feed(name).set({ time: 1, rows, total: rows.length });
  return { now, fill, watched };
}

const lines = (now: HostNow, line: string) =>
  thingEntries([now], line).map(({ text, hint, kind }) => `${text} | ${hint} | ${kind}`);

afterEach(() => {
  location.hash = '';
});

it('are found by any of their texts, those that are called so first', () => {
  const { now, fill } = hostNow();
  fill('people', [
    ['abob', 44, '192.0.2.9', null],
    ['cy', 3, '192.0.2.1', 'Bob'],
    ['bobby', 4, '192.0.2.1', ''],
    ['bob', 5, '198.51.100.7', 'mira'],
  ]);
  expect(lines(now, 'bob')).toEqual([
    'bob | 198.51.100.7 · mira | People · d',
    'bobby | 192.0.2.1 | People · d',
    'abob | 192.0.2.9 | People · d',
    'cy | 192.0.2.1 · Bob | People · d',
  ]);
  expect(lines(now, ' 192.0.2.1 BOB')).toEqual([
    'cy | 192.0.2.1 · Bob | People · d',
    'bobby | 192.0.2.1 | People · d',
  ]);
  // Figures are no names, and one character is none either.
  expect([lines(now, '44'), lines(now, 'b'), looksForThings(' b '), looksForThings('bo')]).toEqual([
    [],
    [],
    false,
    true,
  ]);
});

it('lead to their row, and are remembered as its table', () => {
  const { now, fill } = hostNow();
  fill('ids', [[74_120, 1, 'somewhere', null]]);
  const [entry] = thingEntries([now], 'somewhere');
  expect(entry).toMatchObject({ text: '74120', remembered: 'a page daemon/d/ids' });
  entry!.act();
  expect(location.hash).toBe('#/h/a/daemon/d/ids?find=74120');
});

it('lead to the page of their own where they have one', () => {
  const { now, fill } = hostNow();
  const { columns: _, ...paged } = FULL_MANIFEST.tables!.people!;
  const tables = { people: { ...paged, columns } };
  const manifests = [describeManifest({ ...FULL_MANIFEST, id: 'd', tables })];
  const state = { ...now.state, host: { manifests } as unknown as HostInfo };
  fill('people', [['a/b', 1, 'somewhere', null]]);
  thingEntries([{ ...now, state }], 'somewhere')[0]!.act();
  expect(location.hash).toBe('#/h/a/daemon/d/people/a%2Fb');
});

it('are of daemons that run and can be followed alone, and of tables that are about no other', () => {
  const { now, fill, watched } = hostNow();
  const inner = { ...table, title: 'Rooms', of: 'people' };
  const manifests = [
    describeManifest({ ...FULL_MANIFEST, id: 'd', tables: { people: table, rooms: inner } }),
    manifest('f'),
    manifest('g'),
  ];
  const daemons = { d: daemon(), g: daemon({ id: 'g' }) };
  const state = { ...now.state, daemons, host: { manifests } as unknown as HostInfo };
  fill('people', [['ann', 1, '', null]]);
  fill('rooms', [['anns', 1, '', null]]);
  expect(thingTables(state)).toBe('[["d","people"],["g","people"],["g","ids"]]');
  expect(thingEntries([{ ...now, state }], 'ann').map(({ text }) => text)).toEqual(['ann']);
  const end = watchThings(now.host, state, () => {});
  expect([...watched]).toEqual(['people']);
  end();
});

it('are a few of each table', () => {
  const { now, fill } = hostNow();
  const many = Array.from({ length: 20 }, (_, place) => [`guest${place}`, 0, '', null]);
  fill('people', many);
  fill('ids', many);
  expect(lines(now, 'guest')).toHaveLength(12);
});

it('are followed in the tables of what runs, as long as somebody looks for them', () => {
  const { now, fill, watched } = hostNow();
  expect(thingTables(now.state)).toBe('[["d","people"],["d","ids"]]');
  const told = vi.fn();
  const end = watchThings(now.host, now.state, told);
  expect([...watched]).toEqual(['people', 'ids']);
  fill('people', [['ann', 1, '', null]]);
  expect(told).toHaveBeenCalledTimes(1);
  end();
  expect([...watched]).toEqual([]);
  fill('people', []);
  expect(told).toHaveBeenCalledTimes(1);
});
