import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Connection } from './connection.ts';
import { classOf, FakeConnectionHost, type FakeSocket } from './fake-connection-host.ts';

const QUIET = classOf({ flood: false });
let host: FakeConnectionHost;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
  host = new FakeConnectionHost();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A client says something. */
function say(socket: FakeSocket, ...lines: string[]): void {
  socket.emit('data', Buffer.from(lines.map((line) => `${line}\r\n`).join('')));
}

/** Whose work waits, so that nothing else of that client is done at once. */
function busy(connection: Connection<string>): { end(): void } {
  let over = false;
  host.work.later(connection.work, { step: () => (over ? 'done' : 'more') });
  return {
    end: () => {
      over = true;
    },
  };
}

const usedNs = (connection: Connection<string>) => connection.work.usedNs(0);

describe('what a client sends', () => {
  test('is counted in lines and bytes, for the client and for the server', () => {
    const { connection, socket } = host.connect(QUIET);
    say(socket, 'ONE', 'TWO');
    socket.emit('data', Buffer.from('x'.repeat(511)));
    expect(host.lines).toEqual(['ONE', 'TWO', '(oversized)']);
    expect([connection.bytesIn, host.count('bytesIn')]).toEqual([521, 521]);
    expect([host.count('linesIn'), host.count('oversizedLines')]).toEqual([2, 1]);
    expect(host.told.filter((text) => text === 'between lines')).toHaveLength(3);
  });

  test('costs its sender the read, each line, and each byte of it', () => {
    const { connection, socket } = host.connect(QUIET);
    say(socket, 'ONE', 'THREE');
    // A read of 4,000 ns, two lines of 1,500, eight bytes of 1.
    expect(usedNs(connection)).toBe(7008);
    say(socket, 'x'.repeat(511));
    expect(usedNs(connection)).toBe(7008 + 4000 + 1500);
    host.onLine = () => connection.sendLine('12345');
    say(socket, 'ASK');
    // The row of an answer is 1,000 and 2 for each of its bytes.
    expect(usedNs(connection)).toBe(12_508 + 4000 + 1503 + 1010);
  });

  test('costs five nanoseconds a byte while it waits', () => {
    const { connection, socket } = host.connect(QUIET);
    busy(connection);
    say(socket, 'WAITS');
    expect(usedNs(connection)).toBe(4000 + 7 * 5);
    expect(host.lines).toEqual([]);
  });

  test('counts as held while a line is unfinished, while it waits, and while the protocol keeps it', () => {
    const { connection, socket } = host.connect(QUIET);
    socket.emit('data', Buffer.from('HALF'));
    expect([host.count('inputHeld'), connection.heldBytes]).toEqual([4, { in: 4, out: 0 }]);
    connection.deferInput(10);
    expect(host.count('inputHeld')).toBe(14);
    expect(host.told.filter((text) => text === 'input grew')).toHaveLength(2);
    connection.deferInput(10);
    connection.deferInput(3);
    expect(host.count('inputHeld')).toBe(7);
    expect(host.told.filter((text) => text === 'input grew')).toHaveLength(2);
    say(socket, '');
    expect([host.lines, host.count('inputHeld')]).toEqual([['HALF'], 3]);
    socket.emit('data', Buffer.from('AGAIN'));
    connection.close('over');
    expect([host.count('inputHeld'), connection.heldBytes.in]).toEqual([0, 0]);
  });

  test('is not read into lines any more once the connection is closed', () => {
    const { connection, socket } = host.connect(QUIET);
    host.onLine = () => connection.close('first');
    say(socket, 'ONE', 'TWO');
    say(socket, 'THREE');
    expect(host.lines).toEqual(['ONE']);
    expect(host.count('inputHeld')).toBe(0);
    // Reading costs time all the same. What was left of the first read is charged as if it had waited.
    expect(usedNs(connection)).toBe(4000 + 1503 + 5 * 5 + 4000);
  });
});

describe('flood control', () => {
  const burst = Array.from({ length: 40 }, (_, i) => `L${i}`);

  test('lets forty lines through, and one every quarter of a second after that, in order', () => {
    const { socket } = host.connect(classOf());
    say(socket, ...burst, 'A', 'B', 'C');
    expect(host.lines).toEqual(burst);
    expect(host.floodQueue.waiting).toBe(1);
    say(socket, 'D');
    vi.advanceTimersByTime(249);
    host.turn();
    expect(host.lines).toHaveLength(40);
    for (const line of ['A', 'B', 'C', 'D']) {
      vi.advanceTimersByTime(1);
      while (host.turn());
      expect(host.lines.at(-1)).toBe(line);
      vi.advanceTimersByTime(249);
    }
    expect([host.floodQueue.waiting, host.count('inputHeld')]).toEqual([0, 0]);
  });

  test('ends with "Excess Flood" past the receive queue, and not at it', () => {
    const { socket } = host.connect(classOf({ receiveQueueBytes: 600 }));
    say(socket, ...burst);
    socket.emit('data', Buffer.from(`${'x'.repeat(298)}\r\n`.repeat(2)));
    expect([host.closed, host.count('floodKills'), host.count('inputHeld')]).toEqual([[], 0, 600]);
    socket.emit('data', Buffer.from('y'));
    expect([host.closed, host.count('floodKills')]).toEqual([['Excess Flood'], 1]);
    expect([host.count('inputHeld'), host.floodQueue.waiting]).toEqual([0, 0]);
  });

  test('counts penalties as lines, and none in a class without it', () => {
    const { connection, socket } = host.connect(classOf());
    connection.penalize(38);
    say(socket, 'A', 'B', 'C');
    expect(host.lines).toEqual(['A', 'B']);
    const other = host.connect(QUIET);
    other.connection.penalize(1000);
    say(other.socket, ...burst, 'last');
    expect(host.lines).toHaveLength(43);
  });

  test('holds up whoever caused too much work, however few lines that took', () => {
    const { connection, socket } = host.connect(classOf());
    // Half a second of work may be done at once, and a tenth of a core for long: a millisecond too much, and the read.
    connection.work.charge(501e6, performance.now());
    say(socket, 'LATER');
    expect(host.lines).toEqual([]);
    vi.advanceTimersByTime(10);
    while (host.turn());
    expect(host.lines).toEqual([]);
    vi.advanceTimersByTime(1);
    while (host.turn());
    expect(host.lines).toEqual(['LATER']);
    const free = host.connect(QUIET, null, '198.51.100.7');
    free.connection.work.charge(600e6, performance.now());
    say(free.socket, 'AT ONCE');
    expect(host.lines).toEqual(['LATER', 'AT ONCE']);
  });

  test('drops whoever hangs up while lines wait for it', () => {
    const { socket } = host.connect(classOf());
    say(socket, ...burst, 'A');
    socket.emit('end');
    expect([host.closed, host.lines.length]).toEqual([['Connection closed'], 40]);
  });

  test('drops whoever hung up before it turns out that lines have to wait for it', () => {
    const { connection, socket } = host.connect(classOf());
    const work = busy(connection);
    say(socket, ...burst, 'A');
    socket.emit('end');
    expect(host.closed).toEqual([]);
    work.end();
    while (host.turn());
    expect([host.closed, host.lines.length]).toEqual([['Connection closed'], 40]);
  });
});

describe('input that waits for its turn', () => {
  test('is taken in order once the work before it is done, and a client that hung up is heard first', () => {
    const { connection, socket } = host.connect(QUIET);
    const work = busy(connection);
    say(socket, 'ONE');
    say(socket, 'TWO');
    socket.emit('end');
    host.turn();
    expect([host.lines, host.closed]).toEqual([[], []]);
    work.end();
    while (host.turn());
    expect([host.lines, host.closed]).toEqual([['ONE', 'TWO'], ['Connection closed']]);
    expect(host.count('inputHeld')).toBe(0);
  });

  test('is read no further where it is more than the receive queue, and on when all of it is done', () => {
    const { connection, socket } = host.connect(classOf({ flood: false, receiveQueueBytes: 600 }));
    const work = busy(connection);
    socket.emit('data', Buffer.from(`${'x'.repeat(298)}\r\n`.repeat(2)));
    expect(socket.done).toEqual([]);
    say(socket, 'ONE');
    expect([socket.done, host.closed]).toEqual([['pause'], []]);
    say(socket, 'TWO');
    expect(socket.done).toEqual(['pause']);
    work.end();
    while (host.turn());
    expect([host.lines.slice(2), socket.done]).toEqual([
      ['ONE', 'TWO'],
      ['pause', 'resume', 'read'],
    ]);
  });

  test('is given up when the connection is closed meanwhile', () => {
    const { connection, socket } = host.connect(QUIET);
    const work = busy(connection);
    say(socket, 'ONE', 'TWO');
    connection.close('over');
    work.end();
    while (host.turn());
    expect([host.lines, host.count('inputHeld')]).toEqual([[], 0]);
  });

  test('ends at the line that closes the connection', () => {
    const { connection, socket } = host.connect(QUIET);
    const work = busy(connection);
    say(socket, 'ONE', 'TWO');
    host.onLine = () => connection.close('first');
    work.end();
    while (host.turn());
    expect([host.lines, host.closed, host.count('inputHeld')]).toEqual([['ONE'], ['first'], 0]);
  });

  test('ends with the connection of whoever hangs up behind a line that still works', () => {
    const { connection, socket } = host.connect(QUIET);
    const work = busy(connection);
    socket.emit('end');
    expect(host.closed).toEqual([]);
    work.end();
    while (host.turn());
    expect(host.closed).toEqual(['Connection closed']);
  });
});

describe('a connection that turns out to come from somewhere else', () => {
  test('is counted and read on as one from there', () => {
    const tls = { version: 'TLSv1.3', cipher: 'x', fingerprint: null };
    const { connection, socket } = host.connect(QUIET, tls);
    const group = connection.work.group;
    const [reader] = host.readers;
    reader?.rest();
    const other = classOf({ name: 'other' });
    Object.assign(connection.seat, { connectionClass: other });
    expect(connection.readdress('198.51.100.7', true)).toBeNull();
    expect([host.readers.size, socket.done]).toEqual([1, ['pause', 'resume', 'read']]);
    expect(['192.0.2.1', '198.51.100.7'].map((one) => host.workGroups.membersOf(one))).toEqual([0, 1]);
    expect(connection.work.group).not.toBe(group);
    const place = { remoteAddress: '198.51.100.7', remotePort: 0, localPort: 0, connectionClass: other };
    expect(connection).toMatchObject({ ...place, tls });
    expect(connection.readdress('198.51.100.8', false)).toBeNull();
    expect(connection.tls).toBeNull();
    socket.emit('close');
    expect([host.readers.size, host.workGroups.membersOf('198.51.100.8')]).toEqual([0, 0]);
  });

  test('stays where it is when it may not come from there', () => {
    const { connection } = host.connect(QUIET);
    expect(connection.readdress('192.0.2.66', true)).toBe('not from there');
    expect(connection).toMatchObject({ remoteAddress: '192.0.2.1', remotePort: 40_001, localPort: 6667 });
    expect([host.readers.size, host.workGroups.membersOf('192.0.2.1')]).toEqual([1, 1]);
  });
});

describe('rounds of reading', () => {
  test('pause and resume the socket once each, also where the queue was full', () => {
    const { connection, socket } = host.connect(classOf({ flood: false, receiveQueueBytes: 1 }));
    const [reader] = host.readers;
    const work = busy(connection);
    reader?.rest();
    say(socket, 'ONE');
    reader?.rest();
    expect(socket.done).toEqual(['pause']);
    reader?.readOn();
    expect(socket.done).toEqual(['pause']);
    work.end();
    while (host.turn());
    reader?.readOn();
    expect(socket.done).toEqual(['pause', 'resume', 'read']);
  });

  test('hear of reads in a turn that is used up, by their bytes, and of farewells as more than that', () => {
    const { connection, socket } = host.connect(QUIET);
    say(socket, 'EARLY');
    host.onLine = () => void host.work.spend(30e6);
    say(socket, 'HEAVY');
    say(socket, 'LATE');
    socket.emit('end');
    expect(host.told.filter((text) => text.startsWith('late'))).toEqual([
      'late 7',
      'late 6',
      'late Infinity',
    ]);
    expect(connection.open).toBe(true);
  });

  test('know a connection until its socket is gone', () => {
    const { socket } = host.connect(QUIET);
    expect(host.readers.size).toBe(1);
    socket.emit('close');
    expect(host.readers.size).toBe(0);
  });
});
