/** What a WebSocket client sends, as lines. */
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { limits } from '../limits.ts';
import { clientFrame } from '../test-fixtures/client-frame.ts';
import { CLOSE_CODE } from './websocket-frame.ts';
import { WebSocketInput } from './websocket-input.ts';

const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

const inputs: WebSocketInput[] = [];

function reader() {
  const broken: [number, string][] = [];
  const input = new WebSocketInput((code, reason) => broken.push([code, reason]));
  inputs.push(input);
  return { input, broken };
}

afterEach(() => {
  for (const input of inputs.splice(0)) input.clear();
});

/** The library tells of a mistake when the write is over. */
const told = () => new Promise((resolve) => setImmediate(resolve));

test('each message is a line, whether text or binary', () => {
  const { input } = reader();
  const bytes = Buffer.concat([clientFrame(TEXT, 'NICK ann'), clientFrame(BINARY, 'USER a 0 * :żółw')]);
  expect(input.feed(bytes).toString()).toBe('NICK ann\nUSER a 0 * :żółw\n');
  expect(input.feed(Buffer.alloc(0)).toString()).toBe('');
});

test('however a stream of messages is split and fragmented, the same lines come of it', () => {
  const message = fc.record({
    text: fc
      .string({ unit: 'grapheme', maxLength: 160 })
      .filter((text) => !/[\r\n]/.test(text) && text !== ''),
    binary: fc.boolean(),
    at: fc.nat(200),
    pingInside: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      (messages, cuts) => {
        const { input, broken } = reader();
        const frames = messages.flatMap(({ text, binary, at, pingInside }) => {
          const body = Buffer.from(text);
          const opcode = binary ? BINARY : TEXT;
          if (at >= body.length) return [clientFrame(opcode, body)];
          const first = clientFrame(opcode, body.subarray(0, at), { fin: false });
          const last = clientFrame(0, body.subarray(at));
          return pingInside ? [first, clientFrame(PING, 'still there?'), last] : [first, last];
        });
        const stream = Buffer.concat(frames);
        let lines = '';
        for (let start = 0, turn = 0; start < stream.length; turn++) {
          const end = start + cuts[turn % cuts.length]!;
          // A buffer of its own, as from a socket: the library takes the masks off in place.
          lines += input.feed(Buffer.from(stream.subarray(start, end))).toString();
          start = end;
        }
        expect(lines).toBe(messages.map(({ text }) => `${text}\n`).join(''));
        expect(broken).toEqual([]);
      },
    ),
    { numRuns: 150 },
  );
});

test('what is kept of an unfinished message counts, and nothing of a finished one', () => {
  const { input } = reader();
  const frame = clientFrame(TEXT, 'x'.repeat(1000));
  input.feed(frame.subarray(0, 600));
  expect(input.heldBytes).toBe(600);
  input.feed(Buffer.concat([frame.subarray(600), frame.subarray(0, 10)]));
  expect(input.heldBytes).toBe(10);
  input.feed(frame.subarray(10));
  expect(input.heldBytes).toBe(0);
  input.feed(Buffer.concat([clientFrame(PING, 'x'), clientFrame(PONG, ''), frame.subarray(0, 3)]));
  expect(input.heldBytes).toBe(3);
  input.clear();
  expect(input.heldBytes).toBe(0);
});

test('pings, pongs and empty messages are no lines and are counted apart; the last ping is to be answered', () => {
  const { input } = reader();
  const parts = [
    clientFrame(PING, 'one'),
    clientFrame(TEXT, ''),
    clientFrame(PONG, 'unasked'),
    clientFrame(TEXT, 'PING x'),
    clientFrame(PING, 'two'),
  ];
  expect(input.feed(Buffer.concat(parts)).toString()).toBe('PING x\n');
  expect(input).toMatchObject({ frames: 5, idleFrames: 4 });
  expect(input.ping?.toString()).toBe('two');
  input.feed(clientFrame(TEXT, 'x'));
  expect(input).toMatchObject({ frames: 1, idleFrames: 0, ping: null });
});

test('after goodbye nothing is read any more, and its code is known', () => {
  const { input, broken } = reader();
  const bye = clientFrame(CLOSE, Buffer.from([0x03, 0xe9]));
  const bytes = Buffer.concat([clientFrame(TEXT, 'QUIT'), bye, clientFrame(TEXT, 'NICK late')]);
  expect(input.feed(bytes).toString()).toBe('QUIT\n');
  expect(input.closeCode).toBe(CLOSE_CODE.goingAway);
  expect(input.feed(clientFrame(TEXT, 'NICK later')).toString()).toBe('');
  expect(broken).toEqual([]);
});

test.each([
  ['text that is not UTF-8', clientFrame(TEXT, Buffer.from([0x63, 0xe9])), CLOSE_CODE.badText],
  ['a message beyond the limit', Buffer.from([0x81, 0xfe, 0x40, 0x01, 0, 0, 0, 0]), CLOSE_CODE.tooBig],
  ['a length of 2^63', Buffer.from([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), CLOSE_CODE.tooBig],
  ['a frame without mask', Buffer.from([0x81, 1, 0x41]), CLOSE_CODE.protocolError],
  ['an unknown opcode', clientFrame(3, 'x'), CLOSE_CODE.protocolError],
  ['a compressed frame', Buffer.from([0xc1, 0x80, 0, 0, 0, 0]), CLOSE_CODE.protocolError],
])('%s ends the connection, after the lines before it', async (_what, frame, code) => {
  const { input, broken } = reader();
  expect(input.feed(Buffer.concat([clientFrame(TEXT, 'NICK ann'), frame])).toString()).toBe('NICK ann\n');
  await told();
  expect(broken).toEqual([[code, expect.any(String)]]);
  expect(input.feed(clientFrame(TEXT, 'NICK late')).toString()).toBe('');
  expect(input.heldBytes).toBe(0);
});

test('the longest message that is allowed comes through, in pieces as large as reads are', () => {
  const { input, broken } = reader();
  const most = limits.webSocketMessageBytes.default;
  const frame = clientFrame(TEXT, 'x'.repeat(most));
  expect(input.feed(frame.subarray(0, 5000))).toHaveLength(0);
  expect(input.feed(frame.subarray(5000))).toHaveLength(most + 1);
  expect(broken).toEqual([]);
});

test.each([
  ['pieces', limits.webSocketFragments.default, () => clientFrame(0, 'x', { fin: false })],
  ['reads', limits.webSocketChunks.default, () => Buffer.from('x')],
])('a message in too many %s ends the connection', async (what, most, piece) => {
  const { input, broken } = reader();
  input.feed(
    what === 'pieces'
      ? clientFrame(TEXT, 'x', { fin: false })
      : clientFrame(TEXT, 'x'.repeat(most + 10)).subarray(0, 8),
  );
  for (let i = 1; i < most; i++) input.feed(piece());
  await told();
  expect(broken).toEqual([]);
  input.feed(piece());
  input.feed(piece());
  await told();
  expect(broken).toEqual([[CLOSE_CODE.policy, expect.any(String)]]);
});
