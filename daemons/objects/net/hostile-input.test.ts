import { closeSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { until } from '../../runtime/test-fixtures/until.ts';
import { STATUSES } from '../protocol/status.ts';
import { FUZZ_OBJECTS, fuzzed, randomOf, statusesOf } from '../protocol/test-fuzz.ts';
import { hex, requestV1, requestV2 } from '../protocol/test-requests.ts';
import { readAll, readBytes, receiveDescriptors, testEngine } from './test-engine.ts';

const CODES: ReadonlySet<number> = new Set(Object.values(STATUSES).map(({ code }) => code));
const CLIENTS = 300;

it.each([
  ['TCP', true],
  ['a Unix socket', false],
])(
  'clients of %s that send anything, stop in the middle or leave at once get statuses of the table, cost nobody else anything, and leave no descriptor',
  async (_over, tcp) => {
    const { put, connect, closed, defects, openObjects, store, engine } = await testEngine({
      tcp,
      terms: { writable: true },
    });
    put(FUZZ_OBJECTS.small, 'hello');
    put(FUZZ_OBJECTS.large, Buffer.alloc(500_000, 'l'));
    put('good', 'hello');
    const good = await connect();
    const before = readdirSync('/proc/self/fd').length;
    const random = randomOf(tcp ? 7 : 8);
    const seen = new Set<number>();
    for (let client = 0; client < CLIENTS; client++) {
      const socket = await connect();
      const bytes = fuzzed(random);
      const ends = random(3);
      // The rest of a request that never comes would be waited for.
      if (ends > 0) socket.end(bytes);
      else socket.write(bytes, () => socket.destroy());
      if (ends === 2 && tcp) for (const status of statusesOf(bytes, await readAll(socket))) seen.add(status);
      else if (ends === 2) await readAll(socket);
      else setImmediate(() => socket.destroy());
      if (client % 5 !== 0) continue;
      good.write(requestV1('2', 'good'));
      const head = await readBytes(good, 11);
      expect(head[0]).toBe(0);
      const rest = await readBytes(good, head.readUInt16BE(9) + 5);
      expect(rest.toString('latin1', rest.length - 5)).toBe('hello');
    }
    await until(() => closed.length === CLIENTS);
    expect(defects).toEqual([]);
    expect([...seen].filter((status) => !CODES.has(status))).toEqual([]);
    // Enough of them came as far as to be understood.
    if (tcp) for (const status of [0, 1, 2, 3, 4, 5, 0x20]) expect(seen).toContain(status);
    await until(() => store.figures().uploads === 0);
    engine.clearCache();
    // What is being read is closed when that has ended.
    await until(() => openObjects().length === 0);
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before + 2);
  },
);

it('dialect of the document: the first byte carries the descriptor, and a thousand answers to a late reader arrive in order', async () => {
  const { put, connect, openObjects } = await testEngine({ terms: { dialect: 'document' } });
  put('a', 'hello');
  const socket = await connect();
  const requests = Array.from({ length: 1_000 }, (_, id) => requestV2(id, 1, '1', 'a'));
  socket.write(Buffer.concat([hex('4f 42 4a 4d 02 03 00 64 00'), ...requests]));
  const pieces: Buffer[] = [];
  for (let left = 1_000; left > 0; ) {
    const { bytes, descriptors } = await receiveDescriptors(socket, Math.min(left, 50));
    pieces.push(bytes);
    left -= descriptors.length;
    for (const fd of descriptors) closeSync(fd);
  }
  const bytes = Buffer.concat(pieces).subarray(6);
  const ids: number[] = [];
  for (let at = 0; at + 8 <= bytes.length; at += 8 + bytes.readUInt16BE(at + 6)) {
    expect([bytes[at], bytes[at + 5]]).toEqual([2, 0]);
    ids.push(bytes.readUInt32BE(at + 1));
  }
  expect(ids).toEqual(Array.from({ length: 1_000 }, (_, id) => id));
  expect(openObjects()).toEqual([]);
});
