import { createHash } from 'node:crypto';
import { closeSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { textOf } from '../native/test-fixtures/native.ts';
import { readListContent } from '../protocol/list-page.ts';
import { HELLO, hex, requestV1, requestV2 } from '../protocol/test-requests.ts';
import { answersV2 } from './test-answers.ts';
import { readAll, readBytes, receiveDescriptors, testEngine } from './test-engine.ts';

/** Status, length of the content and the content of an answer of version 1 in `programs`; the metadata are passed over. */
async function answerV1(socket: Parameters<typeof readBytes>[0]) {
  const head = await readBytes(socket, 11);
  const metadata = await readBytes(socket, head.readUInt16BE(9));
  const content = await readBytes(socket, Number(head.readBigUInt64BE(1)));
  return { status: head[0], metadata, content: content.toString('latin1') };
}

it('version 1, COPY: sends objects one after another on one connection', async () => {
  const { put, connect, engine } = await testEngine();
  put('a.txt', 'hello objects');
  put('deep/down/b.bin', Buffer.alloc(300_000, 'b'));
  const socket = await connect();
  socket.write(requestV1('2', '/a.txt'));
  expect(await answerV1(socket)).toMatchObject({ status: 0, content: 'hello objects' });
  socket.write(Buffer.concat([requestV1('2', 'deep/down/b.bin'), requestV1('2', 'a.txt')]));
  expect(await answerV1(socket)).toMatchObject({ status: 0, content: 'b'.repeat(300_000) });
  expect(await answerV1(socket)).toMatchObject({ status: 0, content: 'hello objects' });
  expect([...(await engine.connections())][0]).toMatchObject({
    version: 1,
    requests: 3,
    waiting: 0,
    queuedBytes: 0,
  });
});

it('answers what cannot be had with a status, and goes on', async () => {
  const { put, connect } = await testEngine();
  put('a.txt', 'hello objects');
  const socket = await connect();
  for (const [uri, status] of [
    ['nothing', 1],
    ['../../etc/passwd', 2],
    ['a\0.txt', 2],
    ['', 2],
    ['x'.repeat(5_000), 4],
  ] as const) {
    socket.write(requestV1('2', uri));
    expect([uri.slice(0, 20), (await answerV1(socket)).status]).toEqual([uri.slice(0, 20), status]);
  }
  socket.write(requestV1('2', 'a.txt'));
  expect(await answerV1(socket)).toMatchObject({ status: 0, content: 'hello objects' });
});

it('sends an empty object as one of size 0', async () => {
  const { put, connect } = await testEngine();
  put('empty', '');
  const socket = await connect();
  socket.write(Buffer.concat([requestV1('2', 'empty'), requestV1('3', 'empty')]));
  for (let i = 0; i < 2; i++) {
    const { status, metadata, content } = await answerV1(socket);
    expect([status, content]).toEqual([0, '']);
    expect(metadata.subarray(0, 11)).toEqual(hex('01 00 08 00 00 00 00 00 00 00 00'));
  }
});

it('FDPASS: hands out a descriptor of its own for each request, whatever the size', async () => {
  const { put, putSparse, connect, openObjects } = await testEngine();
  put('a.txt', 'hello objects');
  putSparse('large', 2 ** 30);
  const socket = await connect();
  socket.write(Buffer.concat([requestV1('1', 'a.txt'), requestV1('1', 'large'), requestV1('1', 'a.txt')]));
  const { descriptors } = await receiveDescriptors(socket, 3);
  expect(descriptors.map(textOf).map((text) => text.slice(0, 5))).toEqual(['hello', '\0\0\0\0\0', 'hello']);
  expect(openObjects()).toEqual(['a.txt', 'a.txt', 'large']);
  for (const fd of descriptors) closeSync(fd);
  expect(openObjects()).toEqual([]);
});

it('FDPASS: a thousand pipelined requests of a client that reads late, and no file stays open', async () => {
  const { put, connect, openObjects, engine } = await testEngine();
  put('a.txt', 'hello objects');
  const socket = await connect();
  const requests = Array.from({ length: 1_000 }, (_, id) =>
    requestV2(id, id % 2, '1', id % 10 === 9 ? 'nothing' : 'a.txt'),
  );
  socket.write(Buffer.concat([HELLO, ...requests]));
  // The engine stops where the client does not read.
  while ([...(await engine.connections())][0]!.requests < 50)
    await new Promise((resolve) => setImmediate(resolve));
  expect(openObjects().length).toBeLessThanOrEqual(1);
  const ids: number[] = [];
  let all = 0;
  for (let left = 900; left > 0; ) {
    const { bytes, descriptors } = await receiveDescriptors(socket, Math.min(left, 100));
    for (const fd of descriptors) {
      if (all++ % 97 === 0) expect(textOf(fd)).toBe('hello objects');
      closeSync(fd);
    }
    left -= descriptors.length;
    ids.push(...answerIds(ids.length === 0 ? bytes.subarray(10) : bytes));
  }
  expect(ids.slice(0, 990)).toEqual(Array.from({ length: 990 }, (_, id) => id));
  expect(openObjects()).toEqual([]);
});

/** Ids of answers of version 2 to FDPASS in `programs`: those that are ok have X behind them. */
function answerIds(bytes: Buffer): number[] {
  const ids: number[] = [];
  for (let at = 0; at + 16 <= bytes.length; ) {
    expect(bytes[at]).toBe(2);
    ids.push(bytes.readUInt32BE(at + 1));
    const status = bytes[at + 5];
    at += 16 + bytes.readUInt16BE(at + 14);
    if (status !== 0) continue;
    expect(bytes[at]).toBe(0x58);
    at++;
  }
  return ids;
}

it('SPLICE: sends what COPY sends, also a large one to a client that reads slowly', async () => {
  const { put, connect, openObjects, registry } = await testEngine();
  const large = Buffer.alloc(3_000_000, 'abcdefg');
  put('large', large);
  const socket = await connect();
  socket.write(requestV1('3', 'large'));
  expect((await answerV1(socket)).content).toBe(large.toString('latin1'));
  socket.write(requestV1('2', 'large'));
  expect((await answerV1(socket)).content).toBe(large.toString('latin1'));
  // What went out is counted, by whatever call it went, and nothing is said to wait.
  expect(registry.counter('signalbox_objects_bytes_out_total').value).toBeGreaterThanOrEqual(6_000_000);
  expect(registry.gauge('signalbox_objects_send_queue_bytes').value).toBe(0);
  socket.destroy();
  // Kept for the next request, once.
  expect(openObjects()).toEqual(['large']);
});

it('version 2: says hello, answers with ids, acknowledges CLOSE when all is answered', async () => {
  const { put, putSparse, connect } = await testEngine({ terms: { writable: true } });
  put('a.txt', 'hello');
  putSparse('large', 1_000_000);
  const socket = await connect();
  socket.write(
    Buffer.concat([
      HELLO,
      requestV2(1, 0, '2', 'large'),
      requestV2(2, 1, '2', 'a.txt'),
      requestV2(3, 0, 's', 'a.txt'),
      requestV2(4, 0, '3', 'nothing'),
      hex('03 00'),
    ]),
  );
  const bytes = await readAll(socket);
  expect(bytes.subarray(0, 10)).toEqual(hex('4f 42 4a 4d 02 00 03 00 40 01'));
  expect(bytes.subarray(-6)).toEqual(hex('04 00 00 00 00 00'));
  const answers = answersV2(bytes.subarray(10, -6));
  expect(answers.map(({ id, status, content }) => [id, status, content.length]).sort()).toEqual([
    [1, 0, 1_000_000],
    [2, 0, 5],
    [3, 0, 0],
    [4, 1, 0],
  ]);
  expect(answers.findIndex(({ id }) => id === 2)).toBeGreaterThan(answers.findIndex(({ id }) => id === 1));
});

it('without native calls COPY works, and FDPASS and SPLICE say why they do not', async () => {
  const { put, connect } = await testEngine({ native: null });
  put('a.txt', 'hello objects');
  put('large', Buffer.alloc(200_000, 'l'));
  const socket = await connect();
  for (const mode of ['1', '3']) {
    socket.write(requestV1(mode, 'a.txt'));
    const { status, metadata } = await answerV1(socket);
    expect(status).toBe(5);
    expect(metadata.toString()).toContain('a test has none');
  }
  socket.write(Buffer.concat([requestV1('2', 'a.txt'), requestV1('2', 'large')]));
  expect(await answerV1(socket)).toMatchObject({ status: 0, content: 'hello objects' });
  expect((await answerV1(socket)).content.length).toBe(200_000);
});

it('FDPASS over TCP is refused, COPY and SPLICE are not', async () => {
  const { put, connect } = await testEngine({ tcp: true });
  put('a.txt', 'hello objects');
  const socket = await connect();
  socket.write(Buffer.concat([requestV1('1', 'a.txt'), requestV1('2', 'a.txt'), requestV1('3', 'a.txt')]));
  expect((await answerV1(socket)).status).toBe(5);
  expect(await answerV1(socket)).toMatchObject({ status: 0, content: 'hello objects' });
  expect(await answerV1(socket)).toMatchObject({ status: 0, content: 'hello objects' });
});

it('a client that has sent all and closed its half is answered first', async () => {
  const { put, connect } = await testEngine();
  put('a.txt', 'hello');
  const socket = await connect();
  socket.end(
    Buffer.concat([HELLO, ...Array.from({ length: 300 }, (_, id) => requestV2(id, 0, '2', 'a.txt'))]),
  );
  expect(answersV2((await readAll(socket)).subarray(10)).length).toBe(300);
});

it('what is no request is answered once, and the connection closes', async () => {
  const { connect, registry } = await testEngine();
  const socket = await connect();
  socket.write(Buffer.concat([HELLO, hex('07 07 07')]));
  const [answer] = answersV2((await readAll(socket)).subarray(10));
  expect(answer).toMatchObject({ id: 0, status: 0x20 });
  expect(registry.counter('signalbox_objects_protocol_errors_total').value).toBe(1);
});

it('a drain answers what is there and closes; a kill closes', async () => {
  const { put, connect, engine, closed } = await testEngine();
  put('a.txt', 'hello');
  const [first, second] = [await connect(), await connect()];
  first.write(requestV1('2', 'a.txt'));
  await answerV1(first);
  engine.kill(2);
  await readAll(second);
  engine.drain();
  await readAll(first);
  while (closed.length < 2) await new Promise((resolve) => setImmediate(resolve));
  expect(closed.sort()).toEqual([1, 2]);
  expect([...engine.connections()]).toEqual([]);
});

it('rules say who may read what: others are told that it is not there, and the log why', async () => {
  const { put, connect, refused } = await testEngine({
    settings: { access: [{ prefix: 'private/', read: ['uid:4294967294'], write: [] }] },
  });
  put('private/key', 'secret');
  put('public', 'hello');
  const socket = await connect();
  socket.write(
    Buffer.concat([requestV1('2', '/private/key'), requestV1('1', 'private/key'), requestV1('2', 'public')]),
  );
  for (const status of [1, 1, 0]) expect((await answerV1(socket)).status).toBe(status);
  expect(refused).toEqual(['may not read private/key', 'may not read private/key']);
});

const EMPTY = Buffer.alloc(0);

it('put, get, list and delete on a writable listener', async () => {
  const { connect, openObjects, root } = await testEngine({ terms: { writable: true } });
  const large = Buffer.alloc(3_000_000, 'xyz');
  const socket = await connect();
  socket.write(
    Buffer.concat([
      HELLO,
      requestV2(1, 1, 'p', 'dir/large', large),
      requestV2(2, 1, 'p', 'dir/empty', EMPTY),
      requestV2(3, 1, 'p', 'b', Buffer.from('hello')),
      requestV2(4, 1, '2', 'dir/large'),
      requestV2(5, 1, 'd', 'b'),
      requestV2(6, 1, 'l', 'dir/'),
      requestV2(7, 1, 'd', 'b'),
      hex('03 00'),
    ]),
  );
  const bytes = await readAll(socket);
  const answers = answersV2(bytes.subarray(10, -6));
  expect(answers.map(({ id, status, content }) => [id, status, content.length])).toEqual([
    [1, 0, 0],
    [2, 0, 0],
    [3, 0, 0],
    // Requests are worked on together: who wants to read what was put waits for the answer to the put.
    [4, expect.any(Number), expect.any(Number)],
    [5, expect.any(Number), 0],
    [6, 0, expect.any(Number)],
    [7, expect.any(Number), 0],
  ]);
  const other = await connect();
  other.write(
    Buffer.concat([HELLO, requestV2(1, 1, '2', 'dir/large'), requestV2(2, 1, 'l', ''), hex('03 00')]),
  );
  const [content, list] = answersV2((await readAll(other)).subarray(10, -6));
  expect(content!.content === large.toString('latin1')).toBe(true);
  const listed = readListContent(Buffer.from(list!.content, 'latin1'));
  expect(listed?.map(({ uri }) => uri)).toEqual(expect.arrayContaining(['dir/empty', 'dir/large']));
  expect(openObjects().filter((path) => path.startsWith('.signalbox-tmp/'))).toEqual([]);
  expect(root).not.toBe('');
});

it('put and delete are refused on a listener that is not writable, whose clients may go on', async () => {
  const { put, connect, refused } = await testEngine();
  put('a', 'hello');
  const socket = await connect();
  const body = Buffer.alloc(200_000, 'b');
  socket.write(
    Buffer.concat([
      HELLO,
      requestV2(1, 1, 'p', 'a', body),
      requestV2(2, 1, 'd', 'a'),
      requestV2(3, 1, '2', 'a'),
      hex('03 00'),
    ]),
  );
  const answers = answersV2((await readAll(socket)).subarray(10, -6));
  expect(answers.map(({ status, content }) => [status, content])).toEqual([
    [5, ''],
    [5, ''],
    [0, 'hello'],
  ]);
  expect(refused).toEqual([
    expect.stringMatching(/^put of a: the listener is not writable; /),
    expect.stringMatching(/^delete of a: the listener is not writable; /),
  ]);
});

it('a put whose client leaves in the middle leaves nothing', async () => {
  const { connect, closed, engine, root } = await testEngine({ terms: { writable: true } });
  const socket = await connect();
  const whole = requestV2(1, 1, 'p', 'a', Buffer.alloc(100_000, 'b'));
  socket.end(Buffer.concat([HELLO, whole.subarray(0, 50_000)]));
  await readAll(socket);
  while (closed.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await engine.close();
  expect(readdirSync(root).filter((name) => !name.startsWith('.signalbox-tmp'))).toEqual([]);
});

it('a listener with a token answers nothing else before it was proved, and closes on a wrong one', async () => {
  const token = Buffer.from('open sesame');
  const { put, connect, refused } = await testEngine({
    terms: { tokenDigest: createHash('sha256').update(token).digest() },
  });
  put('a', 'hello');
  const [right, wrong] = [await connect(), await connect()];
  right.write(
    Buffer.concat([
      HELLO,
      requestV2(1, 1, '2', 'a'),
      requestV2(2, 1, 'a', '', token),
      requestV2(3, 1, '2', 'a'),
      hex('03 00'),
    ]),
  );
  expect(
    answersV2((await readAll(right)).subarray(10, -6)).map(({ status, content }) => [status, content]),
  ).toEqual([
    [5, ''],
    [0, ''],
    [0, 'hello'],
  ]);
  wrong.write(
    Buffer.concat([HELLO, requestV2(2, 1, 'a', '', Buffer.from('open says me')), requestV2(3, 1, '2', 'a')]),
  );
  expect(answersV2((await readAll(wrong)).subarray(10)).map(({ status }) => status)).toEqual([5]);
  expect(refused).toEqual(['copy without the token', 'sent a wrong token']);
});

it('closes connections that ask for nothing, stay in a request or do not read, and counts them', async () => {
  const clock = new FakeClock();
  const { put, putSparse, connect, registry, engine, closed } = await testEngine({ clock });
  put('a', 'hello');
  putSparse('large', 10_000_000);
  const [silent, half, stalled] = [await connect(), await connect(), await connect()];
  silent.write(requestV1('2', 'a'));
  await answerV1(silent);
  half.write(requestV1('2', 'a').subarray(0, 2));
  stalled.write(requestV1('2', 'large'));
  const facts = (client: number) => [...engine.connections()].find(({ terms }) => terms.client === client);
  while (facts(2)?.bytesIn !== 2 || facts(3)?.queuedBytes === 0)
    await new Promise((resolve) => setImmediate(resolve));
  for (let seconds = 0; seconds < 130; seconds++) await clock.advance(1_000);
  await readAll(half);
  await readAll(silent);
  while (closed.length < 3) await new Promise((resolve) => setImmediate(resolve));
  expect(registry.counter('signalbox_objects_idle_disconnects_total').value).toBe(2);
  expect(registry.counter('signalbox_objects_slow_reader_disconnects_total').value).toBe(1);
});

it('closes a connection after its last request, where there is a maximum', async () => {
  const { put, connect } = await testEngine({ limits: { max_requests: 2 } });
  put('a', 'hello');
  const socket = await connect();
  socket.write(Buffer.concat([HELLO, ...[1, 2, 3].map((id) => requestV2(id, 1, '2', 'a'))]));
  expect(answersV2((await readAll(socket)).subarray(10)).map(({ id }) => id)).toEqual([1, 2]);
});
