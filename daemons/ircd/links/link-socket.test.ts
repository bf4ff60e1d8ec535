/** What goes over the socket of a link, and when. */
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { WorkTurns } from '../../runtime/async/work-turns.ts';
import { limits as shared } from '../../runtime/limits.ts';
import { FakeLineSocket } from '../../runtime/test-fixtures/fake-line-socket.ts';
import { limits } from '../limits.ts';
import type { Link } from './link.ts';
import { LinkSocket } from './link-socket.ts';

let socket: FakeLineSocket;
let clock: FakeClock;
let turns: (() => void)[];
let work: WorkTurns;
let carrier: LinkSocket;
let heard: string[];
let ended: string[];
/** What a line costs, in nanoseconds. */
let price: number;

beforeEach(() => {
  socket = new FakeLineSocket();
  clock = new FakeClock();
  turns = [];
  heard = [];
  ended = [];
  price = 0;
  work = new WorkTurns({ now: () => 0, schedule: (turn) => void turns.push(turn) });
  carrier = new LinkSocket(socket.asSocket, { work, clock, onClose: () => ended.push('closed') });
  carrier.start({
    take: (line: string) => {
      heard.push(line);
      work.spend(price);
    },
    fail: (reason: string) => {
      ended.push(`fail ${reason}`);
      carrier.close();
    },
    gone: (reason: string) => void ended.push(`gone ${reason}`),
  } as unknown as Link);
});

const arrives = (text: string) => socket.arrives(text);
const poll = () => new Promise((resolve) => setImmediate(resolve));
/** One, and the one behind it that brings nothing more. */
const turn = () => poll().then(poll);

it('lets lines wait as long as it is told, and says why they were written', async () => {
  const reasons: string[] = [];
  const told = new LinkSocket(socket.asSocket, {
    work,
    clock,
    onWritten: (reason) => reasons.push(reason),
    onClose: () => {},
  });
  expect(told.batchMs).toBe(shared.linkBatchMs.default);
  told.batchMs = 0;
  told.send('one');
  await poll();
  told.send('two');
  await poll();
  expect([told.batchMs, socket.written, reasons]).toEqual([0, ['one\r\n', 'two\r\n'], ['idle', 'time']]);
});

describe('what a peer sends', () => {
  it('is lines, wherever it is cut, with one character for each byte', () => {
    const text = 'AB P ACAAA :gr\xfc\xdf\r\n\r\nAB G one\nAB EB \r\n';
    for (let cut = 0; cut <= text.length; cut++) {
      arrives(text.slice(0, cut));
      arrives(text.slice(cut));
    }
    expect(new Set(heard)).toEqual(new Set(['AB P ACAAA :gr\xfc\xdf', 'AB G one', 'AB EB ']));
    expect(heard).toHaveLength(3 * (text.length + 1));
  });

  it('is not heard any more once this end has closed, also what waits already', async () => {
    price = 4e6;
    arrives('1\n2\n3\n');
    carrier.close();
    while (turns.length > 0) turns.shift()!();
    await turn();
    expect(heard).toEqual(['1']);
  });

  it('waits for its turn, and nothing more is read until all of it is worked off', () => {
    price = 4e6;
    arrives('1\n2\n3\n4\n');
    expect(heard).toEqual(['1']);
    expect(socket.done).toEqual(['pause']);
    while (turns.length > 0) turns.shift()!();
    expect(heard).toEqual(['1', '2', '3', '4']);
    expect(socket.done.at(-1)).toBe('resume');
  });

  it('is heard to its end when the connection closes behind it', () => {
    price = 4e6;
    arrives('1\n2\n3\n4\n');
    socket.emit('close');
    expect(ended).toEqual(['closed']);
    while (turns.length > 0) turns.shift()!();
    expect([heard, ended]).toEqual([
      ['1', '2', '3', '4'],
      ['closed', 'gone Connection closed'],
    ]);
  });

  it('is answered before the end of the connection is, where the peer says no more', async () => {
    price = 4e6;
    arrives('1\n2\n');
    carrier.send('AB SQ here.test 0 :why');
    socket.emit('end');
    expect(socket.done).toEqual(['pause']);
    while (turns.length > 0) turns.shift()!();
    expect([heard, ended]).toEqual([['1', '2'], ['gone Connection closed']]);
    expect(socket.written).toEqual(['AB SQ here.test 0 :why\r\n']);
    expect(socket.done.slice(-3)).toEqual(['write latin1', 'end', 'resume']);
  });

  it.each([
    ['whole', `${'x'.repeat(511)}\r\n`],
    ['without an end', 'x'.repeat(512)],
  ])('ends the link where a line is too long: %s', (_what, line) => {
    arrives(`${'y'.repeat(510)}\r\n${line}`);
    expect(heard).toEqual(['y'.repeat(510)]);
    expect(ended).toEqual(['fail a line is longer than 510 bytes']);
    arrives('AB G more\r\n');
    expect(heard).toHaveLength(1);
  });

  it('takes tags before a line beside its length', () => {
    const tagged = `@${'x'.repeat(4_222)} ${'y'.repeat(510)}`;
    arrives(`${tagged}\r\n`);
    expect([heard, ended]).toEqual([[tagged], []]);
    arrives(`@${'x'.repeat(4_800)}`);
    expect(ended).toEqual(['fail a line is longer than 4734 bytes']);
  });

  it('and that it was cut off is told with the reason', () => {
    socket.emit('error', Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    socket.emit('close');
    expect(ended).toEqual(['gone Read error: ECONNRESET', 'closed']);
  });
});

describe('what a peer is sent', () => {
  it('leaves in one write for each turn', async () => {
    for (const line of ['AB G 1', 'AB P ACAAA :gr\xfc\xdf']) carrier.send(line);
    expect(socket.written).toEqual([]);
    await turn();
    carrier.send('AB G 2');
    await turn();
    expect(socket.written).toEqual(['AB G 1\r\nAB P ACAAA :gr\xfc\xdf\r\n', 'AB G 2\r\n']);
    expect(socket.done).toEqual(['write latin1', 'write latin1']);
  });

  it('does not grow without end: the link ends, behind the turn in which it was told too much', async () => {
    socket.writableLength = limits.linkSendQueueBytes.default - 8;
    carrier.send('AB G 1');
    expect(ended).toEqual([]);
    carrier.send('AB G 2');
    expect(ended).toEqual([]);
    await turn();
    expect(ended).toEqual(['gone SendQ exceeded', 'gone Connection closed', 'closed']);
    expect(socket.written).toEqual([]);
  });

  it('ends with its last words, and the socket soon after, whatever the peer does', async () => {
    carrier.send('AB SQ here.test 0 :why');
    carrier.close();
    carrier.send('AB G later');
    expect(socket.written).toEqual(['AB SQ here.test 0 :why\r\n']);
    expect(socket.done).toEqual(['write latin1', 'end', 'resume']);
    await clock.advance(shared.closeFlushMs.default - 1);
    expect(socket.destroyed).toBe(false);
    await clock.advance(1);
    expect(socket.destroyed).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });
});
