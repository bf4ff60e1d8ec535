import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { identityText } from '../noise/identity.ts';
import { KnownPeers } from './known-peers.ts';

const A = identityText(new Uint8Array(32).fill(1));
const B = identityText(new Uint8Array(32).fill(2));

let folder: string;
let limits: { known_peers: number; peer_ids_per_identity: number };
const errors: string[] = [];

const open = () => KnownPeers.open(folder, limits, { error: (event) => errors.push(event) });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'known-'));
  limits = { known_peers: 3, peer_ids_per_identity: 2 };
  errors.length = 0;
});
afterEach(async () => {
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true });
});

it('remembers who took a peer id first, also after a restart, until it is told to forget', async () => {
  const known = await open();
  expect(known.claim('ann', A)).toBe('new');
  known.learn('ann', A, 10);
  known.learn('ann', A, 20);
  expect([known.claim('ann', A), known.claim('ann', B)]).toEqual(['same', 'changed']);
  await known.close();
  const again = await open();
  expect(again.all()).toEqual([{ peer: 'ann', identity: A, firstSeen: 10, lastSeen: 20 }]);
  again.learn('ann', B, 30);
  expect(again.get('ann')).toEqual({ peer: 'ann', identity: B, firstSeen: 30, lastSeen: 30 });
  expect([again.mayHaveMore(A), again.mayHaveMore(B)]).toEqual([true, true]);
  expect(again.forget('ann')?.identity).toBe(B);
  expect(again.forget('ann')).toBe(null);
  await again.close();
  expect((await open()).size).toBe(0);
  expect(errors).toEqual([]);
});

it('has room for so many, and lets go of whom it saw longest ago', async () => {
  const known = await open();
  for (const [at, peer] of ['a', 'b', 'c'].entries()) known.learn(peer, at === 0 ? A : B, at);
  expect([known.mayHaveMore(A), known.mayHaveMore(B)]).toEqual([true, false]);
  known.learn('a', A, 4);
  known.learn('d', A, 5);
  expect(known.all().map(({ peer }) => peer)).toEqual(['d', 'a', 'c']);
  expect(known.instrument()).toEqual({ depth: 3, capacity: 3, evicted: 1 });
  expect([known.mayHaveMore(A), known.mayHaveMore(B)]).toEqual([false, true]);
  await known.close();
  expect((await open()).all().map(({ peer }) => peer)).toEqual(['d', 'a', 'c']);
});

it('sets a damaged file aside and says so', async () => {
  for (const text of [
    '{',
    '{"version":1,"peers":[{"peer":"x","identity":"no","firstSeen":1,"lastSeen":1}]}',
  ]) {
    await writeFile(join(folder, 'known-peers.json'), text);
    expect((await open()).size).toBe(0);
  }
  expect(errors).toEqual(['known_peers_damaged', 'known_peers_damaged']);
  const names = await readdir(folder);
  expect(names.every((name) => name.startsWith('known-peers.json.damaged-'))).toBe(true);
  const kept = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  expect(kept.some((text) => text.includes('no'))).toBe(true);
});
