import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { classOf, FakeConnectionHost } from './fake-connection-host.ts';

const TLS = { version: 'TLSv1.3', cipher: 'x', fingerprint: null };
const QUIET = classOf({ flood: false });
let host: FakeConnectionHost;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
  host = new FakeConnectionHost();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('what a client is sent', () => {
  test('leaves at the end of the tick, in one write, and is counted', () => {
    const { connection, socket } = host.connect(QUIET);
    socket.kernelTakes(true);
    connection.sendLine('one');
    connection.sendLine('two');
    expect([connection.sendQueueBytes, connection.bytesOut]).toEqual([10, 0]);
    expect(host.flush()).toEqual([]);
    expect([connection.sendQueueBytes, connection.bytesOut, host.count('bytesOut')]).toEqual([0, 10, 10]);
    expect([host.count('writes'), host.count('sendHeld')]).toEqual([1, 0]);
    expect(host.told).not.toContain('slow');
    socket.release();
  });

  test('is kept where the kernel takes none of it, counted as held, and let go when it is written', () => {
    const { connection, socket } = host.connect(QUIET);
    connection.sendLine('one');
    host.flush();
    expect(socket.written).toBe('one\r\n');
    expect([host.count('sendHeld'), connection.heldBytes.out, host.told.at(-1)]).toEqual([5, 5, 'slow']);
    // Behind a write that is not done everything waits for it.
    connection.sendLine('two');
    host.flush();
    connection.sendLine('three');
    host.flush();
    expect([socket.written, host.count('sendHeld'), connection.sendQueueBytes]).toEqual(['one\r\n', 17, 12]);
    expect(host.count('bytesDeferred')).toBe(12);
    const [{ bytes } = { bytes: Buffer.alloc(0) }] = socket.pending;
    socket.take();
    // Its memory is given back at once.
    expect(bytes.buffer.byteLength).toBe(0);
    expect([socket.written, host.count('sendHeld')]).toEqual(['one\r\ntwo\r\nthree\r\n', 12]);
    expect(host.told.at(-1)).toBe('slow');
    socket.take();
    expect([host.count('sendHeld'), connection.heldBytes.out, host.told.at(-1)]).toEqual([0, 0, 'not slow']);
    socket.kernelTakes(true);
    connection.sendLine('four');
    host.flush();
    expect(socket.written).toBe('one\r\ntwo\r\nthree\r\n');
    socket.release();
  });

  test('is copied for TLS, and where the socket has something to write already', () => {
    const encrypted = host.connect(QUIET, TLS);
    const full = host.connect(QUIET);
    for (const { connection, socket } of [encrypted, full]) {
      socket.kernelTakes(true);
      expect(connection.ready()).toBe(connection.tls === null);
    }
    full.socket.writableLength = 1;
    expect(full.connection.ready()).toBe(false);
    for (const { connection, socket } of [encrypted, full]) {
      connection.sendLine('one');
      host.flush();
      expect([socket.written, host.count('sendHeld')]).toEqual(['one\r\n', 5]);
      socket.take();
      socket.release();
    }
  });

  test('of many blocks goes to the socket together', () => {
    const { connection, socket } = host.connect(classOf({ flood: false, sendQueueBytes: 100_000 }));
    for (let i = 0; i < 30; i++) connection.sendLine('x'.repeat(498));
    host.flush();
    // A first block of four kilobytes, and the rest in one of a hundred and twenty-eight.
    expect(socket.pending.map(({ bytes }) => bytes.length)).toEqual([4096, 10_904]);
    expect(socket.done).toEqual(['cork', 'uncork']);
    expect(host.count('writes')).toBe(2);
    const blocks = socket.pending.map(({ bytes }) => bytes);
    socket.take();
    expect(blocks.map(({ buffer }) => buffer.byteLength)).toEqual([0, 0]);
    expect(host.count('sendHeld')).toBe(0);
  });

  test('is too much past the send queue of the class, and not at it', () => {
    const { connection, socket } = host.connect(classOf({ flood: false, sendQueueBytes: 20 }));
    connection.sendLine('12345678');
    host.flush();
    connection.sendLine('x'.repeat(18));
    expect(host.flush()).toEqual([]);
    connection.sendLine('');
    expect(host.flush()).toEqual([connection]);
    expect(socket.written).toBe('12345678\r\n');
    socket.take();
    socket.writableLength = 21;
    connection.sendLine('');
    expect(host.flush()).toEqual([connection]);
  });

  test('comes before what a crowd is sent, as an answer, and as the last words of nobody', () => {
    const crowd = [1, 2].map(() => host.connect(QUIET).connection);
    const order: number[] = [];
    for (const one of [...crowd, host.connect(QUIET).connection]) {
      const taken = one.takeRanges.bind(one);
      one.takeRanges = () => {
        const ranges = taken();
        if (ranges !== null) order.push(one.id);
        return ranges;
      };
      if (one.id < 3) one.push(host.arena.encode('to all'));
      else one.sendLine('yours');
    }
    expect([host.writer.hurried, host.writer.pending]).toEqual([true, 3]);
    crowd[1]?.sendLine('yours too');
    expect(host.writer.pending).toBe(4);
    crowd[1]?.sendLine('and more');
    expect(host.writer.pending).toBe(4);
    host.flush();
    expect(order).toEqual([3, 2, 1]);
    const leaving = host.connect(QUIET).connection;
    host.onClose = (connection) => connection.sendLine('ERROR');
    leaving.close('bye');
    expect([host.writer.hurried, host.writer.pending]).toEqual([false, 1]);
  });

  test('waits for more of it as long as its class says, or goes with the answers', () => {
    const { connection } = host.connect({ ...QUIET, batchMs: 7 });
    connection.push(host.arena.encode('to all'));
    expect([host.patienceMs, host.writer.hurried]).toEqual([7, false]);
    const { connection: hasty } = host.connect({ ...QUIET, batchMs: 0 });
    hasty.push(host.arena.encode('to all'));
    // It lets the others wait.
    expect([host.patienceMs, host.writer.hurried]).toEqual([7, true]);
  });

  test('cannot be a line of an earlier tick', () => {
    const { connection } = host.connect(QUIET);
    const chunk = host.arena.encode('late');
    host.arena.reset();
    expect(() => connection.push(chunk)).toThrow('the chunk belongs to an earlier tick');
  });
});

describe('the end of a connection', () => {
  test('sends the last words and FIN, and destroys the socket two seconds later', () => {
    const { connection, socket } = host.connect(QUIET);
    host.onClose = (closing) => closing.sendLine('ERROR :bye');
    connection.close('bye');
    connection.close('twice');
    expect([host.closed, connection.open, socket.done]).toEqual([['bye'], false, []]);
    expect([...new Set(host.told)]).toEqual(['open', 'left', 'flush wanted']);
    expect(host.flush()).toEqual([]);
    expect([socket.written, socket.done]).toEqual(['ERROR :bye\r\n', ['end']]);
    connection.sendLine('too late');
    connection.push(host.arena.encode('too late'));
    host.flush();
    expect(socket.written).toBe('ERROR :bye\r\n');
    vi.advanceTimersByTime(1999);
    expect(socket.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(socket.destroyed).toBe(true);
  });

  test('sends what waits behind a write that is not done, too', () => {
    const { connection, socket } = host.connect(QUIET);
    connection.sendLine('one');
    host.flush();
    connection.sendLine('two');
    connection.close('bye');
    host.flush();
    expect([socket.written, socket.done]).toEqual(['one\r\ntwo\r\n', ['end']]);
    const blocks = socket.pending.map(({ bytes }) => bytes);
    socket.emit('close');
    expect([host.count('sendHeld'), connection.heldBytes.out]).toEqual([0, 0]);
    expect(blocks.map(({ buffer }) => buffer.byteLength)).toEqual([0, 0]);
    // The write that was under way fails afterwards: what it held is not given back twice.
    socket.take();
    expect([host.count('sendHeld'), connection.heldBytes.out]).toEqual([0, 0]);
  });

  test('needs no last words, and no timer once the client has gone as well', () => {
    const { connection, socket } = host.connect(QUIET);
    connection.close('bye');
    host.flush();
    expect(socket.done).toEqual(['end']);
    expect(vi.getTimerCount()).toBe(1);
    socket.emit('close');
    expect(vi.getTimerCount()).toBe(0);
    expect(host.told.slice(-2)).toEqual(['not slow', 'gone']);
  });

  test('starts no timer for a socket that is destroyed by its end', () => {
    const { connection, socket } = host.connect(QUIET);
    socket.end = () => socket.destroy();
    connection.close('bye');
    host.flush();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is told once, with the error of the socket where there was one', () => {
    const [first, second, third] = [1, 2, 3].map(() => host.connect(QUIET));
    first?.socket.emit('close');
    second?.socket.emit('error', Object.assign(new Error('reset by peer'), { code: 'ECONNRESET' }));
    second?.socket.emit('close');
    third?.socket.emit('error', new Error('odd'));
    third?.socket.emit('close');
    third?.socket.emit('close');
    expect(host.closed).toEqual(['Connection closed', 'Read error: ECONNRESET', 'Read error: odd']);
  });

  test('can come at once, without last words', () => {
    const { connection, socket } = host.connect(QUIET);
    connection.sendLine('never sent');
    connection.destroy();
    expect([host.closed, socket.done]).toEqual([['Server closed'], ['destroy']]);
    host.flush();
    expect([socket.written, connection.bytesOut]).toEqual(['', 0]);
    connection.destroy('again');
    expect(host.closed).toEqual(['Server closed']);
    const other = host.connect(QUIET);
    other.connection.destroy('SendQ exceeded');
    expect(host.closed).toEqual(['Server closed', 'SendQ exceeded']);
  });

  test('gives back at once what was held for the client', () => {
    const { connection, socket } = host.connect(QUIET);
    connection.sendLine('one');
    host.flush();
    connection.sendLine('two');
    host.flush();
    expect(host.count('sendHeld')).toBe(10);
    connection.destroy('SendQ exceeded');
    const [{ bytes } = { bytes: Buffer.alloc(0) }] = socket.pending;
    socket.emit('close');
    expect([host.count('sendHeld'), bytes.buffer.byteLength]).toEqual([0, 0]);
    // The write that was under way fails or ends afterwards.
    socket.take();
    expect([host.count('sendHeld'), socket.written]).toEqual([0, 'one\r\n']);
  });

  test('reads on behind a full queue, so that the client can close its side', () => {
    const { connection, socket } = host.connect(classOf({ flood: false, receiveQueueBytes: 1 }));
    host.work.later(connection.work, { step: () => 'done' });
    socket.emit('data', Buffer.from('ONE\r\n'));
    expect(socket.done).toEqual(['pause']);
    connection.close('bye');
    expect(socket.done).toEqual(['pause', 'resume', 'read']);
  });

  test('counts the client out of its network', () => {
    const { connection, socket } = host.connect(QUIET);
    expect(host.workGroups.membersOf('192.0.2.1')).toBe(1);
    connection.close('bye');
    host.flush();
    socket.emit('close');
    expect(host.workGroups.membersOf('192.0.2.1')).toBe(0);
  });
});

test('a connection knows where it comes from, and its class', () => {
  vi.setSystemTime(1_000_000);
  const { connection } = host.connect(QUIET, TLS);
  expect(connection).toMatchObject({
    id: 1,
    remoteAddress: '192.0.2.1',
    remotePort: 40_001,
    localPort: 6667,
    tls: TLS,
    connectedAtMs: 1_000_000,
    connectionClass: { name: 'small' },
    open: true,
  });
});

test('a connection that a gateway has brought has the address of its client, and nothing that tells of the gateway', () => {
  for (const [secure, tls] of [
    [false, null],
    [true, { ...TLS, fingerprint: null }],
  ] as const) {
    const { connection } = host.connect(QUIET, TLS);
    expect(connection.readdress('192.0.2.66', secure)).toBe('not from there');
    expect(connection).toMatchObject({ remoteAddress: '192.0.2.1', remotePort: 40_001, tls: TLS });
    expect(connection.readdress('198.51.100.7', secure)).toBeNull();
    expect(connection).toMatchObject({ remoteAddress: '198.51.100.7', remotePort: 0, localPort: 0, tls });
  }
});
