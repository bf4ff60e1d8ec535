/** What a client is refused by its listener and by the rules, and what it does not get to know. */
import { closeSync, existsSync, fstatSync, readFileSync, writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readListContent } from '../protocol/list-page.ts';
import { readMetadata } from '../protocol/metadata.ts';
import { HELLO, requestV1, requestV2 } from '../protocol/test-requests.ts';
import { answersV2, HELLO_ACK_BYTES, nextAnswer } from './test-answers.ts';
import { readAll, readBytes, receiveDescriptors, testEngine } from './test-engine.ts';

const NOT_WRITABLE = 'the listener is not writable; writable = true in objects.listen lets it be';
/** Nobody has this number. */
const NOBODY = 'uid:4294967294';
const CLOSE = Buffer.from([3, 0]);

async function statuses(socket: Socket, requests: readonly Buffer[]): Promise<number[]> {
  socket.write(Buffer.concat([HELLO, ...requests, CLOSE]));
  return answersV2((await readAll(socket)).subarray(HELLO_ACK_BYTES)).map(({ status }) => status);
}

it('put, delete, list and stat are refused on a listener that is not writable, each with a line of the log', async () => {
  const { put, connect, refused, registry } = await testEngine();
  put('a', 'hello');
  const requests = [
    requestV2(1, 1, 'p', 'a', Buffer.from('x')),
    ...['d', 'l', 's', '2'].map((mode, at) => requestV2(at + 2, 1, mode, 'a')),
  ];
  expect(await statuses(await connect(), requests)).toEqual([5, 5, 5, 5, 0]);
  expect(refused).toEqual(['put', 'delete', 'list', 'stat'].map((mode) => `${mode} of a: ${NOT_WRITABLE}`));
  expect(registry.counter('signalbox_objects_denied_requests_total').value).toBe(4);
});

it('a listener that a reload makes read-only is so for clients that are connected', async () => {
  const { put, connect, engine, settings } = await testEngine({ terms: { writable: true } });
  put('a', 'hello');
  const socket = await connect();
  socket.write(Buffer.concat([HELLO, requestV2(1, 1, 's', 'a')]));
  await readBytes(socket, HELLO_ACK_BYTES);
  expect(await nextAnswer(socket)).toMatchObject({ status: 0 });
  engine.configure({ ...settings, writable: [] });
  socket.write(requestV2(2, 1, 'd', 'a'));
  expect(await nextAnswer(socket)).toMatchObject({ status: 5 });
});

it('nothing is written to a prefix that one may not write, nor deleted there', async () => {
  const { connect, refused, root, put } = await testEngine({
    terms: { writable: true },
    settings: {
      access: [
        { prefix: 'in/', read: ['*'], write: [NOBODY] },
        { prefix: 'in/mine/', read: ['*'], write: ['*'] },
      ],
    },
  });
  put('in/a', 'hello');
  const body = Buffer.from('x');
  const requests = [
    requestV2(1, 1, 'p', 'in/b', body),
    requestV2(2, 1, 'p', '/in/b', body),
    requestV2(3, 1, 'd', '/in/a'),
    requestV2(4, 1, 'p', 'in/mine/b', body),
    requestV2(5, 1, 'p', 'in/mine/../b', body),
    requestV2(6, 1, 'p', '//in/b', body),
  ];
  expect(await statuses(await connect(), requests)).toEqual([5, 5, 5, 0, 2, 2]);
  expect(existsSync(join(root, 'in/b'))).toBe(false);
  expect(refused.slice(0, 3)).toEqual(['may not write in/b', 'may not write in/b', 'may not write in/a']);
});

it('a refused URI is one line of the log, whatever is in it, and not a long one', async () => {
  const { connect, refused } = await testEngine();
  const uri = `a\nfaked\u001b[2J${'x'.repeat(3_000)}`;
  expect(await statuses(await connect(), [requestV2(1, 1, 'd', uri)])).toEqual([5]);
  expect(refused[0]).toMatch(/^delete of a faked \[2Jx+…: the listener is not writable; /);
  expect(refused[0]!.length).toBeLessThan(300);
});

it('a mode that cannot be had is told to the log as well', async () => {
  const { connect, refused } = await testEngine({ tcp: true });
  expect(
    await statuses(await connect(), [
      requestV2(1, 1, '1', 'a'),
      requestV2(2, 1, 'a', '', Buffer.from('token')),
    ]),
  ).toEqual([5, 5]);
  expect(refused).toEqual([
    expect.stringMatching(/^fdpass: FDPASS hands out descriptors/),
    'authenticate: This listener wants no token: leave out mode a, or use one that has a token_file.',
  ]);
});

/** Pages of a list to its end: URIs, and everything that the answers say in any way. */
async function pages(socket: Socket, prefix: string) {
  const uris: string[][] = [];
  let all = '';
  for (let after: string | null = null, id = 1; ; id++) {
    socket.write(requestV2(id, 1, 'l', after === null ? prefix : `${prefix}\0${after}`));
    const head = await readBytes(socket, 16);
    expect(head[5]).toBe(0);
    const metadata = await readBytes(socket, head.readUInt16BE(14));
    const content = await readBytes(socket, Number(head.readBigUInt64BE(6)));
    all += content.toString() + metadata.toString();
    uris.push(readListContent(content)!.map(({ uri }) => uri));
    const next = readMetadata(metadata, 0, metadata.length)!.next;
    if (next === undefined) return { uris, all };
    after = next;
  }
}

it('a list names nothing that one may not read, neither as an entry nor as where it goes on', async () => {
  const { put, connect } = await testEngine({
    terms: { writable: true },
    store: { listEntries: 3 },
    settings: {
      access: [
        { prefix: 'b/', read: [NOBODY], write: [] },
        { prefix: 'b/m', read: ['*'], write: [] },
        { prefix: 'b/mm', read: [NOBODY], write: [] },
        { prefix: 'z', read: [NOBODY], write: [] },
      ],
    },
  });
  for (const name of ['a1', 'a2', 'c1', 'z1', 'z2', 'z3', 'z4']) put(name, 'x');
  for (const name of 'defghijklnopq') put(`b/secret-${name}`, 'x');
  for (const name of ['b/m', 'b/m1', 'b/mm1', 'b/mm2', 'b/mm3', 'b/mm4', 'b/mz']) put(name, 'x');
  const socket = await connect();
  socket.write(HELLO);
  await readBytes(socket, HELLO_ACK_BYTES);
  const { uris, all } = await pages(socket, '');
  expect(uris.flat()).toEqual(['a1', 'a2', 'b/m', 'b/m1', 'b/mz', 'c1']);
  expect(all).not.toMatch(/secret|mm|z\d/);
  expect((await pages(socket, 'b/secret-')).uris).toEqual([[]]);
  expect((await pages(socket, 'z')).all).toBe('');
});

it('a flood of lists is answered, and is made a few at a time', async () => {
  const { put, connect, store } = await testEngine({ terms: { writable: true } });
  put('a', 'x');
  let most = 0;
  let now = 0;
  const list = store.list.bind(store);
  store.list = async (query) => {
    most = Math.max(most, ++now);
    try {
      return await list(query);
    } finally {
      now--;
    }
  };
  const requests = Array.from({ length: 100 }, (_, id) => requestV2(id, 0, 'l', ''));
  expect(await statuses(await connect(), requests)).toEqual(requests.map(() => 0));
  expect(most).toBe(4);
});

it('faulty requests count towards the most that a connection may make', async () => {
  const { connect } = await testEngine({ limits: { max_requests: 3 } });
  const socket = await connect();
  socket.write(Buffer.concat([HELLO, ...[1, 2, 3, 4].map((id) => requestV2(id, 1, '7', 'a'))]));
  const answers = answersV2((await readAll(socket)).subarray(HELLO_ACK_BYTES));
  expect(answers.map(({ id, status }) => [id, status])).toEqual([1, 2, 3].map((id) => [id, 3]));
});

it('FDPASS of what is not there makes an object to write into, where that was asked for', async () => {
  const { connect, root, store, openObjects } = await testEngine({
    terms: { writable: true },
    settings: {
      createOnFdpass: true,
      access: [{ prefix: 'no/', read: ['*'], write: [NOBODY] }],
    },
  });
  const socket = await connect();
  socket.write(requestV1('1', 'new/a'));
  const { descriptors } = await receiveDescriptors(socket, 1);
  socket.write(Buffer.concat([requestV1('1', 'new/a'), requestV1('1', 'new/b')]));
  descriptors.push(...(await receiveDescriptors(socket, 2)).descriptors);
  writeSync(descriptors[0]!, 'hello');
  expect(readFileSync(join(root, 'new/a'), 'utf8')).toBe('hello');
  // Who was second got what was there; two names are two files.
  expect(() => writeSync(descriptors[1]!, 'x')).toThrow('EBADF');
  expect(fstatSync(descriptors[2]!).size).toBe(0);
  for (const fd of descriptors) closeSync(fd);
  expect(store.figures().objects).toBe(2);
  // Kept for the next request, once.
  expect(openObjects()).toEqual(['new/a']);
  socket.write(requestV1('1', 'no/a'));
  expect((await readBytes(socket, 1))[0]).toBe(1);
  expect(existsSync(join(root, 'no/a'))).toBe(false);
});

it.each([
  ['nobody has asked for it', { writable: true }, {}],
  ['the listener is not writable', { writable: false }, { createOnFdpass: true }],
  ['the dialect is that of the document', { writable: true, dialect: 'document' }, { createOnFdpass: true }],
] as const)('FDPASS of what is not there makes nothing where %s', async (_where, terms, settings) => {
  const { connect, root } = await testEngine({ terms, settings });
  const socket = await connect();
  socket.write(requestV1('1', 'a'));
  expect((await readBytes(socket, 1))[0]).toBe(1);
  expect(existsSync(join(root, 'a'))).toBe(false);
});
