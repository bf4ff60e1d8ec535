/** The list of bans and its file: who is covered, until when, and what a start finds. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { canonicalRange } from '../../runtime/net/canonical-address.ts';
import { type Ban, BanList } from './ban-list.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-bans-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const open = () => BanList.open(folder, { info: () => {}, error: () => {} });
const ban = (kind: Ban['kind'], value: string, more: Partial<Ban> = {}): Ban => ({
  kind,
  value,
  reason: 'spam',
  by: 'ann',
  createdAt: 5_000,
  expiresAt: null,
  ...more,
});

it('covers a peer by its id and a client by its address, and never one by the other', async () => {
  const list = await open();
  await list.add(ban('peer', 'eve'));
  await list.add(ban('cidr', '192.0.2.0/24'));
  expect(list.ofPeer('eve', 9)?.reason).toBe('spam');
  expect([list.ofPeer('ann', 9), list.ofPeer('192.0.2.0/24', 9)]).toEqual([null, null]);
  expect(list.ofAddress('192.0.2.255', 9)?.value).toBe('192.0.2.0/24');
  expect([list.ofAddress('192.0.3.0', 9), list.ofAddress('eve', 9)]).toEqual([null, null]);
  await list.close();
});

it('is over in the moment that it says', async () => {
  const list = await open();
  await list.add(ban('peer', 'eve', { expiresAt: 9_000 }));
  await list.add(ban('peer', 'mal'));
  expect([list.ofPeer('eve', 8_999)?.value, list.ofPeer('eve', 9_000)]).toEqual(['eve', null]);
  expect(list.all(8_999).map(({ value }) => value)).toEqual(['eve', 'mal']);
  expect(list.all(9_000).map(({ value }) => value)).toEqual(['mal']);
  expect(list.ofPeer('mal', 9e15)?.value).toBe('mal');
  await list.close();
});

it('counts against the limit what is in force, and forgets what is over when another comes', async () => {
  const list = await open();
  await list.add(ban('peer', 'a', { expiresAt: 6_000 }));
  await list.add(ban('peer', 'b'));
  expect([
    list.isFull(3, 5_500),
    list.isFull(2, 5_500),
    list.isFull(2, 6_000),
    list.isFull(1, 6_000),
  ]).toEqual([false, true, false, true]);
  await list.add(ban('peer', 'c', { createdAt: 7_000 }));
  expect(list.all(5_500).map(({ value }) => value)).toEqual(['b', 'c']);
  await list.close();
});

it('stands last where it is set anew, with what is said then', async () => {
  const list = await open();
  for (const value of ['a', 'b', 'a']) await list.add(ban('peer', value, { reason: `${value} again` }));
  expect(list.all(0).map(({ value }) => value)).toEqual(['b', 'a']);
  await list.close();
});

it('is lifted by its kind and value, once', async () => {
  const list = await open();
  await list.add(ban('peer', 'eve'));
  expect(list.remove('cidr', 'eve')).toBeNull();
  expect(list.remove('peer', 'mal')).toBeNull();
  expect(await list.remove('peer', 'eve')).toEqual({ saved: true });
  expect(list.remove('peer', 'eve')).toBeNull();
  expect(list.ofPeer('eve', 0)).toBeNull();
  await list.close();
});

it('is there after a start, in one spelling, with its texts on one line', async () => {
  const list = await open();
  await list.add(ban('peer', 'eve', { expiresAt: 9_000 }));
  await list.close();
  const file = join(folder, 'bans.json');
  const kept = JSON.parse(await readFile(file, 'utf8')) as { bans: object[] };
  expect(kept.bans).toEqual([ban('peer', 'eve', { expiresAt: 9_000 })]);
  kept.bans.push(ban('cidr', '2001:DB8::7/32', { reason: 'two\nlines', by: 'a\tb' }));
  await writeFile(file, JSON.stringify(kept));
  await rm(join(folder, 'bans.last-good.json'), { force: true });
  const again = await open();
  expect(again.all(0).map(({ value }) => value)).toEqual(['eve', '2001:db8::/32']);
  const [, range] = again.all(0);
  expect([range?.reason, range?.by].join().includes('\n')).toBe(false);
  expect(again.ofAddress('2001:db8:ffff::1', 0)).toBe(range);
  expect(again.unsaved).toEqual({ lost: 0, returning: 0 });
  await again.close();
});

it.each([
  ['192.0.2.9', '192.0.2.9/32'],
  ['192.0.2.9/24', '192.0.2.0/24'],
  ['2001:DB8::5', '2001:db8::5/128'],
  ['::/0', '::/0'],
  ['no range', 'no range'],
])('%s is written as %s', (text, canonical) => {
  expect(canonicalRange(text)).toBe(canonical);
});
