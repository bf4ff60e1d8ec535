// @vitest-environment happy-dom
/** Which rows have pages of their own. */
import { expect, it } from 'vitest';
import { describeManifest, type TableSpec } from '../../contract/manifest.ts';
import { FULL_MANIFEST } from '../ui/test-page.tsx';
import {
  answersOf,
  detailsOf,
  hasRowPage,
  innerTables,
  pagesOf,
  rowLinks,
  rowPageHash,
} from './row-pages.ts';

const { people } = FULL_MANIFEST.tables!;
const { rowActions: _, ...bare } = people!;
const room = { key: 'room', title: 'Room', type: 'text' } as const;
const tables: Record<string, TableSpec> = {
  bare,
  people: people!,
  rooms: { ...bare, rowKey: 'room', columns: [room] },
  members: { ...people!, title: 'Members', of: 'rooms' },
  links: { ...bare, columns: [{ ...room, key: 'link' }], logged: 'link' },
};
const manifest = describeManifest({ ...FULL_MANIFEST, tables });
const host = { id: 'a' };

it('are those of tables whose actions read, that other tables are about, or that the log names', () => {
  expect(Object.keys(tables).filter((name) => hasRowPage(manifest, name))).toEqual([
    'people',
    'rooms',
    'links',
  ]);
  expect(hasRowPage(manifest, 'none')).toBe(false);
  expect(innerTables(manifest, 'rooms').map(([name]) => name)).toEqual(['members']);
});

it('have what actions answer that whoever looks may run, but for what a table of its own tells', () => {
  expect(answersOf(manifest, 'people').map(({ title }) => title)).toEqual(['Who']);
  expect(detailsOf(manifest, 'people')?.command).toBe('who');
  expect(answersOf({ ...manifest, commands: [] }, 'people')).toEqual([]);
  const rowActions = people!.rowActions!.map((action) => ({ ...action, immediate: true }));
  const all = { ...manifest, tables: { ...tables, people: { ...people!, rowActions } } };
  // What changes something is done when somebody wants it, and not when a page is looked at.
  expect(answersOf(all, 'people').map(({ title }) => title)).toEqual(['Who']);
  const who = { ...people!, title: 'Who', of: 'people' };
  expect(answersOf({ ...manifest, tables: { ...tables, who } }, 'people')).toEqual([]);
});

it('are led to by what a row is called, wherever it stands first', () => {
  expect([pagesOf(manifest, 'nick'), pagesOf(manifest, 'since'), pagesOf(manifest, undefined)]).toEqual([
    'people',
    undefined,
    undefined,
  ]);
  expect(rowLinks(host, manifest, people!.columns)?.(['a/b', 1])).toBe('#/h/a/daemon/d/people/a%2Fb');
  expect(rowLinks(host, manifest, people!.columns)?.([null])).toBeNull();
  expect(rowLinks(host, manifest, [{ ...room, key: 'other' }])).toBeNull();
  expect([rowPageHash(host, 'd', 'rooms', ''), rowPageHash(host, 'd', 'rooms', 7)]).toEqual([
    null,
    '#/h/a/daemon/d/rooms/7',
  ]);
});
