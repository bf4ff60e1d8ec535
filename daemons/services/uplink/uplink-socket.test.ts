/** What goes over the socket of an uplink, and when. */
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { FakeLineSocket } from '../../runtime/test-fixtures/fake-line-socket.ts';
import { limits } from '../limits.ts';
import type { Uplink } from './uplink.ts';
import { UplinkSocket } from './uplink-socket.ts';

/** What is taken between two looks at the clock, at most. */
const SOME = 32;

/** A clock that goes on while a line is taken. */
class GoingClock extends FakeClock {
  goneMs = 0;

  override monotonic(): number {
    return super.monotonic() + this.goneMs;
  }
}

let socket: FakeLineSocket;
let clock: GoingClock;
let carrier: UplinkSocket;
let heard: string[];
let ended: string[];
/** How long a line takes, in milliseconds. */
let takesMs: number;
/** Turns for which something is told yet. */
let tellingTurns: number;

beforeEach(() => {
  socket = new FakeLineSocket();
  clock = new GoingClock();
  heard = [];
  ended = [];
  takesMs = 0;
  tellingTurns = 0;
  carrier = new UplinkSocket(socket.asSocket, 'test', clock);
  carrier.start({
    get telling() {
      return tellingTurns > 0;
    },
    tell: () => {
      if (tellingTurns > 0) tellingTurns--;
    },
    take: (line: string) => {
      heard.push(line);
      clock.goneMs += takesMs;
    },
    fail: (reason: string) => {
      ended.push(`fail ${reason}`);
      carrier.close();
    },
    gone: (reason: string) => void ended.push(`gone ${reason}`),
  } as unknown as Uplink);
});

const poll = () => new Promise((resolve) => setImmediate(resolve));
/** One, and the one behind it that brings nothing more. */
const turn = () => poll().then(poll);
const numbers = (count: number) => Array.from({ length: count }, (_, i) => String(i));

describe('what the network says', () => {
  it('is lines, wherever it is cut, with one character for each byte', () => {
    const text = 'AB P AFAAA :gr\xfc\xdf\r\n\r\nAB G one\nAB EB \r\n';
    for (let cut = 0; cut <= text.length; cut++) {
      socket.arrives(text.slice(0, cut));
      socket.arrives(text.slice(cut));
    }
    expect(new Set(heard)).toEqual(new Set(['AB P AFAAA :gr\xfc\xdf', 'AB G one', 'AB EB ']));
    expect(heard).toHaveLength(3 * (text.length + 1));
  });

  it('is worked off for some time in a turn, in order, and nothing more is read before the end of it', async () => {
    takesMs = limits.turnMs.default;
    socket.arrives(numbers(3 * SOME).join('\n'));
    expect(heard).toEqual(numbers(SOME));
    expect(socket.done.at(-1)).toBe('pause');
    // What the socket had read already.
    socket.arrives('+\nlast\n');
    expect(heard).toEqual(numbers(SOME));
    while (socket.done.at(-1) === 'pause') await turn();
    expect(heard).toEqual([...numbers(3 * SOME - 1), `${3 * SOME - 1}+`, 'last']);
    expect(socket.done.at(-1)).toBe('resume');
  });

  it('waits until all is told that is told in the burst, turn by turn', async () => {
    tellingTurns = 3;
    socket.arrives('one\ntwo\n');
    expect(heard).toEqual([]);
    expect([tellingTurns, socket.done.at(-1)]).toEqual([2, 'pause']);
    await poll();
    expect([tellingTurns, heard]).toEqual([1, []]);
    await poll();
    expect([tellingTurns, heard]).toEqual([0, ['one', 'two']]);
    expect(socket.done.at(-1)).toBe('resume');
  });

  it('is heard to its end when the connection closes behind it', async () => {
    takesMs = limits.turnMs.default;
    socket.arrives(`${numbers(2 * SOME).join('\n')}\n`);
    socket.emit('error', Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    socket.emit('close');
    expect([heard, ended]).toEqual([numbers(2 * SOME), ['gone the connection broke: ECONNRESET']]);
    await turn();
    expect(heard).toHaveLength(2 * SOME);
  });

  it('ends the uplink where a line is too long, and then nothing more is heard', async () => {
    socket.arrives(`${'y'.repeat(510)}\r\n${'x'.repeat(512)}`);
    expect([heard, ended]).toEqual([['y'.repeat(510)], ['fail a line is too long']]);
    socket.arrives('AB G more\r\n');
    await turn();
    expect(heard).toHaveLength(1);
    expect(socket.done.at(-1)).toBe('resume');
  });
});

describe('what services say', () => {
  it('leaves in one write for each turn', async () => {
    for (const line of ['AF G 1', 'AF O ABAAA :gr\xfc\xdf']) carrier.send(line);
    await turn();
    expect(socket.written).toEqual(['AF G 1\r\nAF O ABAAA :gr\xfc\xdf\r\n']);
  });

  it('does not grow without end', async () => {
    socket.writableLength = limits.sendQueueBytes.default;
    carrier.send('AF G 1');
    await turn();
    expect(ended).toEqual(['gone the peer does not read', 'gone the connection was closed']);
    expect([socket.written, socket.destroyed]).toEqual([[], true]);
  });

  it('ends with their last words', () => {
    carrier.send('AF SQ services.test 0 :why');
    carrier.close();
    carrier.close();
    expect(socket.written).toEqual(['AF SQ services.test 0 :why\r\n']);
    socket.emit('close');
    expect(clock.pendingTimers).toBe(0);
  });
});
