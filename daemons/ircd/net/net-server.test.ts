import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { strangerAt } from '../../../contract/listen-place.ts';
import { WorkAccount } from '../../runtime/async/work-account.ts';
import { WorkGate } from '../../runtime/async/work-gate.ts';
import { workPrices } from '../../runtime/async/work-prices.ts';
import { limits as runtimeLimits } from '../../runtime/limits.ts';
import { until } from '../../runtime/test-fixtures/until.ts';
import type { Connection } from './connection.ts';
import {
  applyTo,
  front,
  LineClient,
  type Loopback,
  loopbackConfig,
  OPEN_CLASS,
  startLoopback,
} from './loopback-fixture.ts';

let running: Loopback | null = null;

async function start(...args: Parameters<typeof startLoopback>): Promise<Loopback> {
  running = await startLoopback(...args);
  return running;
}

afterEach(() => {
  running?.server.close();
  running = null;
});

const flooded = (limits: Record<string, unknown> = {}) => ({
  class: [{ name: 'limited', match: ['127.0.0.0/8'], throttle: false, flood: true, ...limits }],
});

/**
 * Of turns of the loop in which sockets are read and written, which is another thread's loop where that owns them, and of times so short
 * that a busy machine takes as long for the way between threads.
 */
function testOfTurns(name: string, body: () => Promise<void>): void {
  if (front.threads === 0) test(name, body);
}

/** Many tests of that sort. */
function describeTurns(name: string, body: () => void): void {
  if (front.threads === 0) describe(name, body);
}

/** The garbage collector, which tests that look for leaks start themselves. */
function exposedGc(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

describe('NetServer', () => {
  test('lines come back to the client that sent them, in order', async () => {
    const { port } = await start();
    const client = await LineClient.connect(port);
    client.send('ECHO one', 'ECHO two', 'ECHO żółw');
    await until(() => client.lines.length === 3);
    expect(client.lines).toEqual(['one', 'two', 'żółw']);
    client.close();
  });

  test('closed at once lets nobody in, ends everybody, and leaves nothing to be done', async () => {
    const { port, server, handler } = await start(flooded());
    const client = await LineClient.connect(port);
    await until(() => handler.open.size === 1);
    client.send(...Array.from({ length: 60 }, (_, index) => `ECHO ${index}`));
    await until(() => server.floodQueue.waiting === 1);
    const [connection] = handler.open;
    const flood = vi.spyOn(server.floodQueue, 'close');
    let steps = 0;
    server.work.later(new WorkAccount(connection!.work.group), {
      step: () => (steps++ > 0 ? 'more' : 'later'),
    });
    server.close();
    await until(() => client.closed);
    expect([handler.closed, flood.mock.calls.length > 0, steps]).toEqual([['Server closed'], true, 0]);
    expect(server.work.mayBegin(new WorkAccount(connection!.work.group))).toBe(false);
    const late = new LineClient(connect({ port, host: '127.0.0.1' }));
    await until(() => late.closed);
    expect(late.error).toBe('ECONNREFUSED');
    server.close();
  });

  test('a line that arrives in halves is one line', async () => {
    const { port, handler } = await start();
    const client = await LineClient.connect(port);
    client.socket.write('ECHO ha');
    await until(() => [...handler.open][0]?.bytesIn === 7);
    expect(handler.lines).toEqual([]);
    client.socket.write('lf\r\n');
    await until(() => client.lines.length === 1);
    expect(client.lines).toEqual(['half']);
    client.close();
  });

  test('what one tick sends to many is one write for each, whatever the number of lines', async () => {
    const { port, server, handler } = await start();
    const clients = await Promise.all(Array.from({ length: 20 }, () => LineClient.connect(port)));
    await until(() => handler.open.size === 20);
    clients[0]?.send(...Array.from({ length: 50 }, (_, i) => `ALL line ${i}`));
    await until(() => clients.every((client) => client.lines.length === 50));
    for (const client of clients) expect(client.lines.at(-1)).toBe('line 49');
    expect(server.stats.get('deliveries')).toBe(1000);
    // 50 lines fit one segment, so they arrive in one read or, at worst, a few.
    expect(server.stats.get('writes')).toBeLessThan(200);
    for (const client of clients) client.close();
  });

  testOfTurns(
    'a crowd that is written to over several turns misses nothing, nor does one of it that asks meanwhile',
    async () => {
      const { port, server, handler } = await start(OPEN_CLASS, { flushMs: 0 });
      const clients: LineClient[] = [];
      for (let index = 0; index < 200; index++) clients.push(await LineClient.connect(port));
      const other = await LineClient.connect(port);
      await until(() => handler.open.size === 201);
      clients[0]?.send(...Array.from({ length: 20 }, (_, index) => `ALL ${index}`));
      await until(() => server.pendingWrites > 0);
      other.send('ECHO mine');
      await until(() => other.lines.includes('mine'));
      const all = Array.from({ length: 20 }, (_, index) => String(index));
      await until(() => clients.every(({ lines }) => lines.length === all.length));
      for (const client of clients) {
        expect(client.lines).toEqual(all);
        client.close();
      }
      expect(other.lines.filter((line) => line !== 'mine')).toEqual(all);
      other.close();
    },
  );

  testOfTurns(
    'an answer that is there does not wait for the work of others, nor for those whom others wrote to',
    async () => {
      const { port, server, handler } = await start();
      const clients: LineClient[] = [];
      for (let index = 0; index < 3; index++) clients.push(await LineClient.connect(port));
      await until(() => handler.open.size === 3);
      const [worker, asking] = [...handler.open];
      const waiting: number[] = [];
      let answered = false;
      server.work.later((worker as Connection<string>).work, {
        step() {
          waiting.push((asking as Connection<string>).sendQueueBytes);
          return answered ? 'done' : 'more';
        },
      });
      clients[1]?.send('ECHO mine');
      await until(() => clients[1]?.lines.length === 1);
      answered = true;
      await until(() => !server.work.busy);
      expect(waiting.filter((bytes) => bytes > 0)).toEqual([]);
      for (const client of clients) client.close();
    },
  );

  test('an answer does not wait for the last words of a crowd that leaves', async () => {
    const { port, server, handler } = await start(OPEN_CLASS, { flushMs: 0 });
    const clients: LineClient[] = [];
    for (let index = 0; index < 60; index++) clients.push(await LineClient.connect(port));
    await until(() => handler.open.size === 60);
    const [asking, ...leaving] = [...handler.open];
    for (const one of leaving) one.close('RecvQ total exceeded');
    (asking as Connection<string>).sendLine('the answer');
    await new Promise(setImmediate);
    expect((asking as Connection<string>).sendQueueBytes).toBe(0);
    expect(server.pendingWrites).toBeGreaterThan(0);
    for (const client of clients) client.close();
  });

  test('while work waits, a turn writes no longer than its time for writing', async () => {
    const { port, server, handler } = await start(OPEN_CLASS, { flushMs: 0 });
    const clients: LineClient[] = [];
    for (let index = 0; index < 200; index++) clients.push(await LineClient.connect(port));
    await until(() => handler.open.size === 200);
    const [worker] = handler.open;
    const left: number[] = [];
    server.work.later((worker as Connection<string>).work, {
      step: () => (server.pendingWrites > 0 ? 'more' : 'done'),
    });
    // The end of the turn's work writes first, and the end of the tick, which is due in the same turn, would write on.
    const chunk = server.outbox.encode('to all');
    for (const one of handler.open) one.push(chunk);
    while (server.pendingWrites > 0) {
      left.push(server.pendingWrites);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const written = left.map((count, index) => count - (left[index + 1] ?? 0));
    expect(Math.max(...written)).toBeLessThanOrEqual(16);
    await until(() => clients.every(({ lines }) => lines.length === 1));
    for (const client of clients) client.close();
  });

  test('lists that differ between receivers each arrive whole', async () => {
    const { port, handler } = await start();
    const clients = await Promise.all(Array.from({ length: 5 }, () => LineClient.connect(port)));
    await until(() => handler.open.size === 5);
    // ECHO lines lie between the shared ones, so that every receiver has its own list of ranges.
    for (const [index, client] of clients.entries()) {
      client.send(
        ...Array.from({ length: 300 }, (_, i) => [`ECHO own ${index}`, `ALL ${index}:${i}`]).flat(),
      );
    }
    await until(() => clients.every((client) => client.lines.length === 300 + 5 * 300));
    for (const [index, client] of clients.entries()) {
      expect(client.lines.filter((line) => line === `own ${index}`)).toHaveLength(300);
      for (const sender of clients.keys()) {
        const got = client.lines.filter((line) => line.startsWith(`${sender}:`));
        expect(got).toEqual(Array.from({ length: 300 }, (_, i) => `${sender}:${i}`));
      }
      client.close();
    }
  });

  test('a megabyte line is refused with 417 and the client can go on', async () => {
    const { port, handler } = await start();
    const client = await LineClient.connect(port);
    client.socket.write(Buffer.alloc(1 << 20, 0x78));
    client.send('', 'ECHO still here');
    await until(() => client.lines.length === 2);
    expect(client.lines).toEqual(['417', 'still here']);
    expect(handler.oversized).toBe(1);
    client.close();
  });

  test('a slow reader gets everything in order once it reads, and others do not wait for it', async () => {
    const { port, server, handler } = await start({
      class: [{ name: 'open', throttle: false, flood: false, send_queue_bytes: 64 << 20 }],
    });
    const slow = await LineClient.connect(port);
    const quick = await LineClient.connect(port);
    await until(() => handler.open.size === 2);
    slow.socket.pause();
    let sent = 0;
    while (server.sampleSendQueues().totalBytes < 1 << 20) {
      const batch = Array.from({ length: 100 }, () => `ALL ${sent++} ${'x'.repeat(480)}`);
      quick.send(...batch);
      await until(() => quick.lines.length === sent);
    }
    expect(slow.lines).toEqual([]);
    expect(server.sampleSendQueues().maxBytes).toBe(server.sampleSendQueues().totalBytes);
    slow.socket.resume();
    await until(() => slow.lines.length === sent);
    expect(slow.lines.map((line) => Number.parseInt(line, 10))).toEqual(
      Array.from({ length: sent }, (_, i) => i),
    );
    await until(() => server.sampleSendQueues().totalBytes === 0);
    slow.close();
    quick.close();
  });

  test('a client that never reads is closed with "SendQ exceeded" at its class limit', async () => {
    const { port, handler, server } = await start({
      class: [{ name: 'open', throttle: false, flood: false, send_queue_bytes: 100_000 }],
    });
    const slow = await LineClient.connect(port);
    slow.socket.pause();
    await until(() => {
      slow.send('FILL 500000');
      return handler.closed.length > 0;
    });
    expect(handler.closed).toEqual(['SendQ exceeded']);
    expect(server.stats.get('sendQueueKills')).toBe(1);
    await until(() => server.sampleSendQueues().totalBytes === 0);
    slow.close();
  });

  test.each([
    ['little by little', 20_000],
    ['all at once', 400_000],
  ])('a client that stops reading never holds more than its class allows, filled %s', async (_, fill) => {
    const most = 100_000;
    const { port, handler, server } = await start({
      class: [{ name: 'open', throttle: false, flood: false, send_queue_bytes: most }],
    });
    const slow = await LineClient.connect(port);
    slow.socket.pause();
    await until(() => handler.open.size === 1);
    const [connection] = handler.open;
    for (let filled = 1; handler.closed.length === 0; filled++) {
      slow.send(`FILL ${fill}`);
      await until(() => handler.lines.length === filled || handler.closed.length > 0);
      // What the tick left over is looked at when it ends.
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
      if (handler.closed.length > 0) break;
      expect(connection?.sendQueueBytes).toBeLessThanOrEqual(most);
    }
    expect(handler.closed).toEqual(['SendQ exceeded']);
    expect(server.stats.get('sendQueueKills')).toBe(1);
    slow.close();
  });

  test('when all slow readers together hold too much, the one that holds most goes, and only that one', async () => {
    const { port, handler, server } = await start({
      send_queue_total_bytes: 1_000_000,
      class: [{ name: 'open', throttle: false, flood: false, send_queue_bytes: 8 << 20 }],
    });
    const [small, big] = [await LineClient.connect(port), await LineClient.connect(port)];
    await until(() => handler.open.size === 2);
    const [first, second] = [...handler.open];
    small.socket.pause();
    big.socket.pause();
    // The kernel takes some megabytes before anything has to wait. One at a time, or more than is looked for piles up unread.
    const fill = async (client: LineClient, enough: () => boolean) => {
      while (!enough()) {
        const answered = handler.lines.length + 1;
        client.send('FILL 100000');
        await until(() => handler.lines.length === answered || enough());
      }
    };
    await fill(small, () => (first?.sendQueueBytes ?? 0) >= 100_000);
    await fill(big, () => handler.closed.length > 0);
    expect(handler.closed).toEqual(['SendQ total exceeded']);
    expect(server.stats.get('memoryKills')).toBe(1);
    expect(handler.open.has(first as never)).toBe(true);
    expect(handler.open.has(second as never)).toBe(false);
    small.close();
    big.close();
    await until(() => server.stats.get('sendHeld') === 0);
  });

  test('what waits for a slow reader is counted until it is read', async () => {
    const { port, handler, server } = await start({
      class: [{ name: 'open', throttle: false, flood: false, send_queue_bytes: 64 << 20 }],
    });
    const client = await LineClient.connect(port);
    await until(() => handler.open.size === 1);
    client.socket.pause();
    for (let i = 0; i < 8; i++) client.send('FILL 1000000');
    await until(() => server.stats.get('sendHeld') > 1_000_000);
    client.socket.resume();
    await until(() => server.stats.get('sendHeld') === 0);
    client.close();
  });

  test('when all that clients sent and that waits is too much, the one with most goes and is told', async () => {
    const { port, handler, server } = await start({ ...flooded(), receive_queue_total_bytes: 6000 });
    const [small, big] = [await LineClient.connect(port), await LineClient.connect(port)];
    await until(() => handler.open.size === 2);
    for (const connection of handler.open) connection.penalize(80);
    small.send('ECHO waits');
    await until(() => server.stats.get('inputHeld') > 0);
    big.send(...Array.from({ length: 700 }, () => 'ECHO too much'));
    await until(() => big.ended);
    expect(handler.closed).toEqual(['RecvQ total exceeded']);
    expect(big.lines.at(-1)).toBe('ERROR :RecvQ total exceeded');
    expect(server.stats.get('inputHeld')).toBeLessThan(100);
    small.close();
    big.close();
    await until(() => server.stats.get('inputHeld') === 0);
  });

  test('an unfinished line is counted, and no more once it is finished or its client has gone', async () => {
    const { port, server } = await start();
    const [one, two] = [await LineClient.connect(port), await LineClient.connect(port)];
    one.socket.write('ECHO unfinish');
    two.socket.write('ECHO unfinish');
    await until(() => server.stats.get('inputHeld') === 26);
    one.send('ed');
    await until(() => server.stats.get('inputHeld') === 13);
    two.close();
    await until(() => server.stats.get('inputHeld') === 0);
    one.close();
  });

  test('lines over the flood allowance wait and are let through later', async () => {
    const { port, server } = await start(flooded());
    const client = await LineClient.connect(port);
    client.send(...Array.from({ length: 43 }, (_, i) => `ECHO ${i}`));
    await until(() => server.floodQueue.waiting === 1);
    expect(server.stats.get('linesIn')).toBeLessThan(43);
    await until(() => client.lines.length === 43);
    expect(client.lines.at(-1)).toBe('42');
    expect(server.floodQueue.waiting).toBe(0);
    client.close();
  });

  test('a flood beyond the receive queue is closed with "Excess Flood" and told so', async () => {
    const { port, handler, server } = await start(flooded({ receive_queue_bytes: 2000 }));
    const client = await LineClient.connect(port);
    client.send(...Array.from({ length: 2000 }, () => 'ECHO flood'));
    await until(() => client.ended);
    expect(handler.closed).toEqual(['Excess Flood']);
    expect(client.lines.at(-1)).toBe('ERROR :Excess Flood');
    expect(server.stats.get('floodKills')).toBe(1);
    expect(server.floodQueue.waiting).toBe(0);
    client.close();
  });

  test('a penalty takes from the allowance of the client', async () => {
    const { port, handler, server } = await start(flooded());
    const client = await LineClient.connect(port);
    await until(() => handler.open.size === 1);
    for (const connection of handler.open) connection.penalize(78);
    client.send('ECHO 1', 'ECHO 2', 'ECHO 3');
    await until(() => server.floodQueue.waiting === 1);
    expect(server.stats.get('linesIn')).toBeLessThan(3);
    client.close();
    await until(() => handler.closed.length === 1);
    expect(server.floodQueue.waiting).toBe(0);
  });

  test('a client is charged for every line of an answer, whatever it asked for in one', async () => {
    const { port, handler } = await start();
    const client = await LineClient.connect(port);
    await until(() => handler.open.size === 1);
    const account = [...handler.open][0]?.work as WorkAccount;
    const charged = vi.spyOn(account, 'charge');
    client.send('FILL 500000');
    await until(() => client.received === 500_000);
    const ns = charged.mock.calls.reduce((sum, [each]) => sum + each, 0);
    expect(ns).toBeGreaterThan(1000 * workPrices.row.ns);
    client.close();
  });

  testOfTurns(
    'refused clients that linger are few, so that they take nobody the sockets of the process',
    async () => {
      const { port, handler } = await start();
      handler.unwelcome.add('127.0.0.1');
      const most = runtimeLimits.lingeringRefusals.default;
      const clients = Array.from(
        { length: most + 44 },
        () => new LineClient(connect({ port, host: '127.0.0.1', allowHalfOpen: true })),
      );
      await until(() => clients.every(({ ended, closed }) => ended || closed));
      const told = clients.filter(({ lines }) => lines.length === 1);
      expect(told).toHaveLength(most);
      for (const client of clients) client.close();
    },
  );

  testOfTurns(
    'a client that caused too much work waits, however few lines it sent, and so does its whole address',
    async () => {
      const { port, handler, server } = await start(flooded());
      const [one, two] = [await LineClient.connect(port), await LineClient.connect(port)];
      await until(() => handler.open.size === 2);
      const [connection] = handler.open;
      // Half a second of one core is allowed at once, a second for all of an address.
      connection?.work.charge(450e6, performance.now());
      one.send('ECHO within');
      await until(() => one.lines.length === 1);
      connection?.work.charge(650e6, performance.now());
      one.send('ECHO 1');
      two.send('ECHO 2');
      await until(() => server.floodQueue.waiting === 2);
      expect(handler.lines).toEqual(['ECHO within']);
      one.close();
      two.close();
    },
  );

  test('a client whose request is not finished is read no further, and loses nothing', async () => {
    const { port, handler, server } = await start({
      class: [{ name: 'open', throttle: false, flood: false, receive_queue_bytes: 1000 }],
    });
    const [client, other] = [await LineClient.connect(port), await LineClient.connect(port)];
    await until(() => handler.open.size === 2);
    const [connection] = handler.open;
    const account = connection?.work as WorkAccount;
    const gate = new WorkGate();
    gate.holder = new WorkAccount(account.group);
    server.work.runSteps(
      account,
      (function* () {
        while (server.work.mustWait(gate)) yield gate;
      })(),
    );
    client.send(...Array.from({ length: 20_000 }, (_, i) => `ECHO ${i}`));
    await until(() => server.stats.get('inputHeld') > 1000);
    other.send('ECHO served meanwhile');
    await until(() => other.lines.length === 1);
    expect(client.lines).toEqual([]);
    // Far less than what was sent: the rest stays with the kernel.
    expect(server.stats.get('inputHeld')).toBeLessThan(150_000);
    gate.holder = null;
    account.blocked = false;
    server.work.later(account, { step: () => 'done' });
    await until(() => client.lines.length === 20_000);
    expect(client.lines.at(-1)).toBe('19999');
    expect(handler.closed).toEqual([]);
    client.close();
    other.close();
  });

  describeTurns('where one line has used a turn up', () => {
    const turn = () => new Promise((resolve) => setImmediate(resolve));

    /** So many connected clients of each of these addresses, and what the server knows them as. */
    async function crowd(addresses: readonly string[], each: number) {
      const { port, handler } = await start(OPEN_CLASS, { readRounds: { lateMs: 0 } });
      const clients: LineClient[] = [];
      for (const address of addresses)
        for (let index = 0; index < each; index++) clients.push(await LineClient.connect(port, address));
      const other = await LineClient.connect(port, '127.0.0.9');
      await until(() => handler.open.size === clients.length + 1);
      const connections = [...handler.open];
      await turn();
      return { clients, other, connections };
    }

    const answered = (clients: readonly LineClient[]) =>
      until(() => clients.every(({ lines }) => lines.length === 1));

    test('the crowd of that address is read in rounds, and others at once', async () => {
      const { clients, other, connections } = await crowd(['127.0.0.1'], 300);
      for (const client of clients) client.send('WORK 30', 'ECHO heard');
      other.send('ECHO heard');
      await turn();
      const read = connections.filter(({ bytesIn }) => bytesIn > 0);
      expect(read.map(({ remoteAddress }) => remoteAddress).toSorted()).toEqual(['127.0.0.1', '127.0.0.9']);
      await answered([other]);
      expect(connections.filter(({ bytesIn }) => bytesIn > 0).length).toBeLessThan(clients.length);
      await answered(clients);
      for (const client of [...clients, other]) {
        expect(client.lines).toEqual(['heard']);
        client.close();
      }
    });

    test('so is a crowd of ten addresses that all send', async () => {
      const addresses = Array.from({ length: 10 }, (_, index) => `127.0.1.${index + 1}`);
      const { clients, connections } = await crowd(addresses, 30);
      for (const client of clients) client.send('WORK 30', 'ECHO heard');
      await turn();
      const read = connections.filter(({ bytesIn }) => bytesIn > 0).length;
      expect(read).toBeLessThan(1 + runtimeLimits.readRoundClients.default + addresses.length + 1);
      await answered(clients);
      for (const client of clients) client.close();
    });

    test('a crowd that hangs up at once leaves in rounds', async () => {
      const { clients, other, connections } = await crowd(['127.0.0.1'], 300);
      const { handler } = running as Loopback;
      handler.farewellMs = 30;
      for (const client of clients) client.close();
      await turn();
      const heard = connections.filter(({ work }) => work.jobs.length > 0).length + handler.closed.length;
      expect(heard).toBeLessThan(clients.length / 2);
      handler.farewellMs = 0;
      await until(() => handler.closed.length === clients.length);
      expect(new Set(handler.closed)).toEqual(new Set(['Connection closed']));
      other.close();
    });
  });

  test('an address that connects too fast is told so, and for how long', async () => {
    const connectRate = { connectBurst: 2, connectsPerSecond: 1 / 60 };
    const { port, handler, server } = await start({}, { connectRate });
    const clients = [
      await LineClient.connect(port),
      await LineClient.connect(port),
      await LineClient.connect(port),
    ];
    const last = clients[2]!;
    await until(() => last.ended);
    expect(last.lines).toEqual([
      'ERROR :Closing Link: 127.0.0.1 (Throttled: connecting too fast, try again in 60 seconds)',
    ]);
    expect(handler.open.size).toBe(2);
    expect(server.admission.counts.refusedThrottled).toBe(1);
    for (const client of clients) client.close();
  });

  test('a full class refuses with its name, and has room again when a member leaves', async () => {
    const { port, handler, server } = await start({
      class: [{ name: 'small', throttle: false, max_connections: 1 }],
    });
    const first = await LineClient.connect(port);
    await until(() => handler.open.size === 1);
    const second = await LineClient.connect(port);
    await until(() => second.ended);
    expect(second.lines[0]).toContain('Class small is full with 1 connections');
    first.close();
    await until(() => server.admission.classCount('small') === 0);
    const third = await LineClient.connect(port);
    third.send('ECHO in');
    await until(() => third.lines.length === 1);
    expect(third.lines).toEqual(['in']);
    second.close();
    third.close();
  });

  test('an address with as many connections as its class allows is told so, until one is closed', async () => {
    const settings = { name: 'home', max_per_address: 2 };
    const { port, handler, server } = await start({ class: [settings] });
    const clients = [await LineClient.connect(port), await LineClient.connect(port)];
    await until(() => handler.open.size === 2);
    const third = await LineClient.connect(port);
    await until(() => third.ended);
    expect(third.lines).toEqual([
      'ERROR :Closing Link: 127.0.0.1 (Too many connections from your address: class home allows 2 at once; close one first)',
    ]);
    expect([server.admission.counts.refusedAddress, handler.open.size]).toEqual([1, 2]);
    clients[0]?.close();
    await until(() => handler.open.size === 1);
    const fourth = await LineClient.connect(port);
    fourth.send('ECHO in');
    await until(() => fourth.lines.length === 1);
    expect(fourth.lines).toEqual(['in']);
    for (const client of [...clients, third, fourth]) client.close();
  });

  test('a class without throttle lets one address in as often as it likes, as a gateway needs', async () => {
    const { port, handler } = await start({
      class: [{ name: 'gateway', throttle: false, max_per_address: 1 }],
    });
    const clients = [await LineClient.connect(port), await LineClient.connect(port)];
    await until(() => handler.open.size === 2);
    for (const client of clients) client.close();
  });

  test('close() sends the last lines and then ends the connection', async () => {
    const { port, handler } = await start();
    const client = await LineClient.connect(port);
    client.send('BYE so long', 'ECHO never');
    await until(() => client.ended);
    expect(client.lines).toEqual(['ERROR :so long']);
    expect(handler.closed).toEqual(['so long']);
    expect(handler.lines).toEqual(['BYE so long']);
  });

  test('a client that sends its lines and hangs up at once is heard', async () => {
    const { port, handler } = await start();
    const client = await LineClient.connect(port);
    client.socket.end('ECHO last\r\n');
    await until(() => client.closed);
    expect(handler.lines).toEqual(['ECHO last']);
    expect(client.lines).toEqual(['last']);
    expect(handler.closed).toEqual(['Connection closed']);
  });

  test('a reset connection is reported as a read error', async () => {
    const { port, handler } = await start();
    const client = await LineClient.connect(port);
    await until(() => handler.open.size === 1);
    client.socket.resetAndDestroy();
    await until(() => handler.closed.length === 1);
    expect(handler.closed).toEqual(['Read error: ECONNRESET']);
  });

  test('a burst of 500 connects and disconnects leaves nothing behind', async () => {
    const { port, handler, server } = await start();
    for (let round = 0; round < 5; round++) {
      const clients = await Promise.all(Array.from({ length: 100 }, () => LineClient.connect(port)));
      for (const client of clients) client.send('ECHO hello');
      await until(() => clients.every((client) => client.lines.length === 1));
      for (const client of clients) client.close();
    }
    await until(() => handler.closed.length === 500);
    expect(server.stats.get('connections')).toBe(0);
    expect(server.admission.classCount('open')).toBe(0);
    expect(server.sampleSendQueues().totalBytes).toBe(0);
  });

  test('2,000 connects and disconnects in a burst give their memory back', async () => {
    const { port, handler, server } = await start();
    const collect = exposedGc();
    const seen: WeakRef<object>[] = [];
    const onOpen = handler.onOpen.bind(handler);
    handler.onOpen = (connection) => {
      seen.push(new WeakRef(connection));
      onOpen(connection);
    };
    for (let round = 0; round < 4; round++) {
      const clients = await Promise.all(Array.from({ length: 500 }, () => LineClient.connect(port)));
      clients[0]?.send('ALL hello', 'FILL 5000');
      for (const client of clients) client.close();
    }
    await until(() => handler.closed.length === 2000);
    // Closing sockets finish over a few turns of the loop; what is still referenced after that is a leak.
    await until(() => {
      collect();
      return seen.every((connection) => connection.deref() === undefined);
    });
    expect(seen).toHaveLength(2000);
    expect(server.stats.get('connections')).toBe(0);
  });

  test('draining refuses newcomers, gives everyone the reason and ends when all are gone', async () => {
    const { port, handler, server } = await start();
    const clients = await Promise.all(Array.from({ length: 10 }, () => LineClient.connect(port)));
    await until(() => handler.open.size === 10);
    await server.drain('Server restarting', AbortSignal.timeout(10_000));
    expect(handler.closed).toEqual(Array.from({ length: 10 }, () => 'Server restarting'));
    await until(() => clients.every((client) => client.closed));
    const late = new LineClient((await import('node:net')).connect(port, '127.0.0.1'));
    await until(() => late.closed);
    expect(late.error).toBe('ECONNREFUSED');
  });

  test('draining does not wait longer than its deadline for a client that does not hang up', async () => {
    const { port, handler, server } = await start();
    const client = await LineClient.connect(port);
    await until(() => handler.open.size === 1);
    client.socket.pause();
    client.socket.allowHalfOpen = true;
    await server.drain('bye', AbortSignal.timeout(20));
    expect(handler.closed).toEqual(['bye']);
    client.close();
  });

  test('a reload adds and removes listeners and moves open connections to their new class', async () => {
    const { port, handler, server } = await start();
    const client = await LineClient.connect(port);
    await until(() => handler.open.size === 1);
    const listen = [
      { host: '127.0.0.1', port: 0 },
      { host: '127.0.0.1', port: 0 },
    ];
    await applyTo(server, loopbackConfig({ listen, class: [{ name: 'strict', send_queue_bytes: 1024 }] }));
    expect(server.listenerInfos).toHaveLength(2);
    expect(server.listenerInfos[0]?.port).toBe(port);
    expect([...handler.open][0]?.connectionClass.name).toBe('strict');
    expect(server.admission.classCount('strict')).toBe(1);
    const added = server.listenerInfos[1]?.port ?? 0;
    await applyTo(server, loopbackConfig(OPEN_CLASS));
    const refused = new LineClient((await import('node:net')).connect(added, '127.0.0.1'));
    await until(() => refused.closed);
    expect(refused.error).toBe('ECONNREFUSED');
    client.send('ECHO still here');
    await until(() => client.lines.length === 1);
    client.close();
  });

  test('an address in use is named and leaves the open listeners alone', async () => {
    const { port, server } = await start();
    const other = await startLoopback();
    const config = loopbackConfig({ listen: [{ port: 0 }, { port: other.port }], ...OPEN_CLASS });
    await expect(applyTo(server, config)).rejects.toMatchObject({
      code: 'address_in_use',
      message: `cannot listen on 127.0.0.1:${other.port}: ${strangerAt({ host: '127.0.0.1', port: other.port })}`,
    });
    expect(server.listenerInfos).toEqual([{ protocol: 'irc', host: '127.0.0.1', port, tls: false }]);
    other.server.close();
  });
});
