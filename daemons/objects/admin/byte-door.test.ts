/** Objects that a window fetches and stores, over a channel for files. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import type { Role } from '../../../contract/access.ts';
import type { BytePipe } from '../../../contract/byte-stream.ts';
import type { OperatorDeed } from '../../../contract/link/deeds.ts';
import { ByteChannel } from '../../../kit/byte-channel.ts';
import { until } from '../../runtime/test-fixtures/until.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { testRoot, testStore } from '../store/test-store.ts';
import { serveBytes } from './byte-door.ts';

let store: ObjectStore;
let root: string;
let deeds: string[];
/** Whether the audit trail can be written. */
let written: boolean;
beforeEach(async () => {
  ({ root } = testRoot());
  store = await testStore(root);
  deeds = [];
  written = true;
});

const beginDeed = ({ actor, command, args }: OperatorDeed) => {
  const told = `${actor} ${command} ${JSON.stringify(args)}`;
  if (!written) return { mayRun: false, refusal: { code: 'audit_unavailable', message: 'no room' } } as const;
  return {
    mayRun: true,
    deed: {
      unwritten: null,
      end: (ok: boolean, outcome: string) => void deeds.push(`${told} ${ok} ${outcome}`),
    },
  } as const;
};

/** Two ends that hear each other a turn later. */
function pipes(): [BytePipe, BytePipe] {
  const listeners: ((message: unknown) => void)[] = [];
  const closers: (() => void)[] = [];
  return [0, 1].map(
    (own): BytePipe => ({
      send: (message) => void setImmediate(() => listeners[1 - own]?.(structuredClone(message))),
      onMessage(listener) {
        listeners[own] = listener;
      },
      onClose(listener) {
        closers[own] = listener;
      },
      close: () => void setImmediate(() => closers[1 - own]?.()),
    }),
  ) as [BytePipe, BytePipe];
}

/** The window's end of a channel that is served. */
function opened(name: string, size: number | null, role: Role = 'admin'): ByteChannel {
  const [window, daemon] = pipes();
  const channel = new ByteChannel(window, true);
  void serveBytes(new ByteChannel(daemon, false), role, { store, beginDeed });
  channel.open({ name, size });
  return channel;
}

async function fetched(name: string, role?: Role): Promise<Buffer> {
  const channel = opened(name, 0, role);
  await channel.end();
  const pieces: Uint8Array[] = [];
  for await (const piece of channel) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function stored(uri: string, text: string, size: number | null = text.length, role?: Role) {
  const channel = opened(`put ${uri}`, size, role);
  await channel.write(Buffer.from(text));
  await channel.end();
  for await (const _ of channel) throw new Error('nothing comes back');
}

it.each([0, 5, 700_000])('fetches an object of %s bytes', async (bytes) => {
  writeFileSync(join(root, 'a b'), 'x'.repeat(bytes));
  const content = await fetched('get /a b', 'operator');
  expect([content.length, content.every((byte) => byte === 0x78)]).toEqual([bytes, true]);
});

it('fetches an object whose name is as long as a disk takes it', async () => {
  const folders = Array.from({ length: 10 }, (_, i) => `${i}`.padEnd(255, 'x'));
  const uri = [...folders, 'y'.repeat(255)].join('/');
  mkdirSync(join(root, ...folders), { recursive: true });
  writeFileSync(join(root, uri), 'deep');
  expect([uri.length, (await fetched(`get ${uri}`)).toString()]).toEqual([2_815, 'deep']);
});

it.each([0, 5, 700_000])('stores an object of %s bytes, and has it written down', async (bytes) => {
  await stored('b/c', 'x'.repeat(bytes));
  expect(readFileSync(join(root, 'b/c')).length).toBe(bytes);
  expect(deeds).toEqual([`a window as admin put {"uri":"b/c","bytes":${bytes}} true stored`]);
});

it('stores nothing for an operator, and nothing that is not written down', async () => {
  await expect(stored('a', 'x', 1, 'operator')).rejects.toMatchObject({ code: 'access_denied' });
  written = false;
  await expect(stored('a', 'x')).rejects.toMatchObject({ code: 'audit_unavailable' });
  expect([deeds, await store.list({})]).toMatchObject([[], { objects: [] }]);
});

it('leaves what was there where fewer or more bytes come than were said, or the window goes', async () => {
  writeFileSync(join(root, 'a'), 'before');
  await expect(stored('a', 'abc', 4)).rejects.toMatchObject({ code: 'conflict' });
  await expect(stored('a', 'abc', 2)).rejects.toMatchObject({ code: 'conflict' });
  await expect(stored('a', 'abc', null)).rejects.toMatchObject({ code: 'bad_request' });
  await expect(stored('../a', 'abc')).rejects.toMatchObject({ code: 'bad_request' });
  expect(readFileSync(join(root, 'a'), 'utf8')).toBe('before');
  await until(() => deeds.length === 3);
  expect(deeds.map((deed) => deed.split(' ').at(-1)).sort()).toEqual(['changed', 'changed', 'invalid_uri']);
  expect(store.figures().uploads).toBe(0);
});

it.each([
  ['get none', 'not_found'],
  ['get ../a', 'bad_request'],
  ['get ', 'bad_request'],
  ['take a', 'bad_request'],
  ['', 'bad_request'],
])('says what is wrong with "%s"', async (name, code) => {
  await expect(fetched(name)).rejects.toMatchObject({ code });
});
