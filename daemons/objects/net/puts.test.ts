/** Puts over a connection that go wrong, take long, or meet the end of the connection. */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { until } from '../../runtime/test-fixtures/until.ts';
import { FIXED_LIMITS } from '../limits.ts';
import { HELLO, requestV2 } from '../protocol/test-requests.ts';
import { OWN_PREFIX } from '../store/uri.ts';
import { answersV2, HELLO_ACK_BYTES, nextAnswer } from './test-answers.ts';
import { readAll, readBytes, testEngine } from './test-engine.ts';

const MIB = 1024 * 1024;
/** Of a put: what stands before its body. */
const headOf = (id: number, uri: string, bodyBytes: number): Buffer => {
  const head = requestV2(id, 1, 'p', uri, Buffer.alloc(0));
  head.writeBigUInt64BE(BigInt(bodyBytes), head.length - 8);
  return head;
};
const uploads = (root: string) => readdirSync(join(root, OWN_PREFIX));

it.each([
  ['a drain begins', {}, (engine: { drain(): void }) => engine.drain()],
  ['it is the last request of its connection', { max_requests: 1 }, () => {}],
  ['only one request may be without an answer', { max_queue_depth: 1 }, () => {}],
] as const)('a put that has begun is taken to its end when %s', async (_when, limits, meanwhile) => {
  const { connect, engine, store } = await testEngine({ terms: { writable: true }, limits });
  const socket = await connect();
  socket.write(Buffer.concat([HELLO, headOf(1, 'a', 6), Buffer.from('abc')]));
  await readBytes(socket, HELLO_ACK_BYTES);
  await until(() => store.figures().uploads === 1);
  meanwhile(engine);
  socket.write('def');
  expect(await nextAnswer(socket)).toMatchObject({ id: 1, status: 0 });
  expect(await store.reader.stat('a')).toMatchObject({ sizeBytes: 6 });
});

it('a put that a quota refuses is answered before its body has come, and the connection goes on behind it', async () => {
  const { connect, refused } = await testEngine({
    terms: { writable: true },
    store: { quotas: [{ prefix: '', bytes: 10 }] },
  });
  const socket = await connect();
  const body = Buffer.alloc(100_000, 'b');
  socket.write(Buffer.concat([HELLO, headOf(1, 'large', body.length), body.subarray(0, 10)]));
  await readBytes(socket, HELLO_ACK_BYTES);
  expect(await nextAnswer(socket)).toMatchObject({ id: 1, status: 0x11 });
  socket.write(Buffer.concat([body.subarray(10), requestV2(2, 1, 'p', 'small', Buffer.from('x'))]));
  expect(await nextAnswer(socket)).toMatchObject({ id: 2, status: 0 });
  expect(refused).toEqual([expect.stringContaining('put of large: all objects may take 10 bytes')]);
});

it.each([
  ['is larger than objects may be', { writable: true }, 0x11],
  ['is refused by its listener', { writable: false }, 0x05],
])(
  'a put that %s closes its connection when its body is too large to be passed over',
  async (_what, terms, status) => {
    const { connect, store } = await testEngine({ terms });
    for (const bytes of [16 * MIB + 10, Number.MAX_SAFE_INTEGER]) {
      const socket = await connect();
      socket.write(Buffer.concat([HELLO, headOf(1, 'a', bytes), Buffer.from('abc')]));
      const answers = answersV2((await readAll(socket)).subarray(HELLO_ACK_BYTES));
      expect(answers.map((answer) => answer.status)).toEqual([status]);
    }
    expect(store.figures()).toMatchObject({ objects: 0, uploads: 0 });
  },
);

it('a body of more bytes than can be counted closes the connection with a status', async () => {
  const { connect } = await testEngine({ terms: { writable: true } });
  const socket = await connect();
  const head = headOf(1, 'a', 0);
  head.fill(0xff, head.length - 8);
  socket.write(Buffer.concat([HELLO, head]));
  const answers = answersV2((await readAll(socket)).subarray(HELLO_ACK_BYTES));
  expect(answers.map(({ status }) => status)).toEqual([0x20]);
});

it('a body that comes a byte at a time is given up with a status, and gives back what it held', async () => {
  const clock = new FakeClock();
  const { connect, store, root, registry, refused } = await testEngine({
    clock,
    terms: { writable: true },
    store: { quotas: [{ prefix: '', bytes: 9_000_000 }] },
  });
  const socket = await connect();
  socket.write(Buffer.concat([HELLO, headOf(1, 'a', 9_000_000)]));
  await readBytes(socket, HELLO_ACK_BYTES);
  await until(() => store.figures().uploads === 1);
  const answer = nextAnswer(socket);
  for (let seconds = 0; seconds < 70; seconds++) {
    socket.write('x');
    await clock.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await answer).toMatchObject({ id: 1, status: 0x13 });
  expect(await readAll(socket)).toHaveLength(0);
  await until(() => store.figures().uploads === 0 && uploads(root).length === 0);
  expect(registry.counter('signalbox_objects_idle_disconnects_total').value).toBe(1);
  expect(refused).toEqual([expect.stringContaining('put of a: The body came too slowly')]);
  // Its place in the quota is free again.
  const other = await connect();
  other.write(Buffer.concat([HELLO, requestV2(1, 1, 'p', 'b', Buffer.alloc(9_000_000))]));
  await readBytes(other, HELLO_ACK_BYTES);
  expect(await nextAnswer(other)).toMatchObject({ status: 0 });
});

it('a body that is slow and within its pace is waited for', async () => {
  const clock = new FakeClock();
  const { connect, store } = await testEngine({
    clock,
    terms: { writable: true },
    limits: { put_bytes_per_second: 10 },
  });
  const socket = await connect();
  socket.write(Buffer.concat([HELLO, headOf(1, 'a', 2_000)]));
  await readBytes(socket, HELLO_ACK_BYTES);
  for (let seconds = 0; seconds < 100; seconds++) {
    socket.write('x'.repeat(20));
    await clock.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await nextAnswer(socket)).toMatchObject({ id: 1, status: 0 });
  expect(store.figures().bytes).toBe(2_000);
});

it('a token longer than any file holds is refused before it has come', async () => {
  const { connect, refused } = await testEngine({
    terms: { tokenDigest: createHash('sha256').update('x').digest() },
  });
  const socket = await connect();
  const head = requestV2(1, 1, 'a', '', Buffer.alloc(0));
  head.writeBigUInt64BE(BigInt(FIXED_LIMITS.token_file_bytes.default + 1), head.length - 8);
  socket.write(Buffer.concat([HELLO, head]));
  const answers = answersV2((await readAll(socket)).subarray(HELLO_ACK_BYTES));
  expect(answers.map(({ status }) => status)).toEqual([5]);
  expect(refused).toEqual(['sent a wrong token']);
});
