import { closeSync } from 'node:fs';
import { expect, it } from 'vitest';
import { textOf } from '../native/test-fixtures/native.ts';
import { HELLO, hex, requestV1, requestV2 } from '../protocol/test-requests.ts';
import { readAll, readBytes, receiveDescriptors, testEngine } from './test-engine.ts';

/** Status, length of the content and the content of an answer of version 1 in `programs`; the metadata are passed over. */
async function answerV1(socket: Parameters<typeof readBytes>[0]) {
  const head = await readBytes(socket, 11);
  const metadata = await readBytes(socket, head.readUInt16BE(9));
  const content = await readBytes(socket, Number(head.readBigUInt64BE(1)));
  return { status: head[0], metadata, content: content.toString('latin1') };
}

/** The same for version 2, with the id. */
function answersV2(bytes: Buffer) {
  const answers: { id: number; status: number; content: string }[] = [];
  for (let at = 0; at < bytes.length && bytes[at] === 2; ) {
    const contentAt = at + 16 + bytes.readUInt16BE(at + 14);
    const end = contentAt + Number(bytes.readBigUInt64BE(at + 6));
    answers.push({
      id: bytes.readUInt32BE(at + 1),
      status: bytes[at + 5]!,
      content: bytes.toString('latin1', contentAt, end),
    });
    at = end;
  }
  return answers;
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
  expect((await engine.connections())[0]).toMatchObject({
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
  while ((await engine.connections())[0]!.requests < 50)
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
  const { put, connect, openObjects } = await testEngine();
  const large = Buffer.alloc(3_000_000, 'abcdefg');
  put('large', large);
  const socket = await connect();
  socket.write(requestV1('3', 'large'));
  expect((await answerV1(socket)).content).toBe(large.toString('latin1'));
  socket.write(requestV1('2', 'large'));
  expect((await answerV1(socket)).content).toBe(large.toString('latin1'));
  socket.destroy();
  // Kept for the next request, once.
  expect(openObjects()).toEqual(['large']);
});

it('version 2: says hello, answers with ids, acknowledges CLOSE when all is answered', async () => {
  const { put, putSparse, connect } = await testEngine();
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
  expect(await engine.connections()).toEqual([]);
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
  expect(refused).toEqual(['may not read /private/key', 'may not read private/key']);
});
