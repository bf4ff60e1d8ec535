import { closeSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { HELLO, hex, requestV1, requestV2 } from '../protocol/test-requests.ts';
import { readAll, readBytes, receiveDescriptors, testEngine } from './test-engine.ts';

/** Numbers that are the same in each run. */
function* numbers(seed: number): Generator<number, never, void> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state >>> 8;
  }
}

it('clients that send anything, stop in the middle or leave at once cost nobody else anything, and no descriptor stays', async () => {
  const { put, connect, closed, defects, openObjects } = await testEngine();
  put('a', 'hello');
  put('large', Buffer.alloc(500_000, 'l'));
  const good = await connect();
  const before = readdirSync('/proc/self/fd').length;
  const random = numbers(7);
  const pieces = [
    HELLO,
    hex('4f 42 4a 4d 02 03 00 64 00'),
    requestV1('1', 'a'),
    requestV1('3', 'large'),
    requestV1('9', 'a'),
    requestV1('2', `${'../'.repeat(20)}etc/passwd`),
    requestV2(1, 0, '1', 'a'),
    requestV2(2, 1, '3', 'large'),
    requestV2(3, 2, '2', 'a\0b'),
    requestV2(4, 0, 'p', 'a', Buffer.alloc(1_000)),
    requestV2(5, 0, 'l', ''),
    requestV2(6, 0, '2', 'x'.repeat(65_000)),
    hex('03 00'),
    hex('ff ff ff ff'),
  ];
  for (let round = 0; round < 150; round++) {
    const socket = await connect();
    const bytes = Buffer.concat(
      Array.from(
        { length: 1 + (random.next().value % 6) },
        () => pieces[random.next().value % pieces.length]!,
      ),
    );
    socket.write(bytes.subarray(0, 1 + (random.next().value % bytes.length)));
    if (round % 3 === 0) {
      good.write(requestV1('2', 'a'));
      const head = await readBytes(good, 11);
      expect(head[0]).toBe(0);
      const rest = await readBytes(good, head.readUInt16BE(9) + 5);
      expect(rest.toString('latin1', rest.length - 5)).toBe('hello');
    }
    if (round % 2 === 0) socket.end();
    if (round % 4 === 0) await readAll(socket);
    else socket.destroy();
  }
  while (closed.length < 150) await new Promise((resolve) => setImmediate(resolve));
  expect(defects).toEqual([]);
  // Kept for the next request at most.
  expect(openObjects().filter((path) => path !== 'a' && path !== 'large')).toEqual([]);
  expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before + 2);
});

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
