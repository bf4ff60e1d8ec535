/** Whatever one client asks for, others are served meanwhile, and every order that the protocol promises is kept. */
import { afterEach, expect, it, vi } from 'vitest';
import { WorkAccount, WorkGroup } from '../runtime/async/work-account.ts';
import { workPrices } from '../runtime/async/work-prices.ts';
import { WorkTurns } from '../runtime/async/work-turns.ts';
import { until } from '../runtime/test-fixtures/until.ts';
import { Outbox } from './net/outbox.ts';
import { dataPayload, framed, type TestClient, TestRelay } from './test-relay.ts';

let relay: TestRelay;
afterEach(() => relay.close());

/** Turns that are over after a few dozen microseconds of work. */
const TINY_TURNS = { turnMs: 0, sliceMs: 0 };

const control = (message: object) => framed(`\0${JSON.stringify(message)}`);

async function member(peer: string, features: readonly string[] = []): Promise<TestClient> {
  const client = await relay.greet('rooms', peer, features);
  await client.ask({ type: 'join', room: 'den' });
  return client;
}

/** Asks for a sign of life; gives how many frames the relay had worked off when it came. */
async function framesUntilPong(client: TestClient): Promise<number> {
  expect(await client.ask({ type: 'ping', id: 1 })).toEqual({ type: 'pong', id: 1 });
  return relay.metrics.framesIn.value;
}

/** Sends everything in one write, and resolves once some of it has been read. */
async function flood(client: TestClient, frames: readonly Buffer[]): Promise<void> {
  const before = relay.metrics.framesIn.value;
  client.socket.write(Buffer.concat(frames));
  await until(() => relay.metrics.framesIn.value > before);
}

it('answers others while thousands of frames of one client are on their way to a room', async () => {
  relay = await TestRelay.start({}, TINY_TURNS);
  const innocent = await relay.greet('rooms', 'innocent');
  const members = await Promise.all(Array.from({ length: 8 }, (_, index) => member(`m${index}`)));
  const sender = await member('sender');
  const total = 3_000;
  const frame = framed(dataPayload(2, ['den'], '0123456789'));
  await flood(
    sender,
    Array.from({ length: total }, () => frame),
  );
  expect(await framesUntilPong(innocent)).toBeLessThan(total);
  for (const one of members)
    for (let i = 0; i < total; i++) expect((await one.text())?.slice(12)).toBe('0123456789');
});

it('answers others while one client asks for lists without a pause, and reads no more than it takes', async () => {
  relay = await TestRelay.start({}, TINY_TURNS);
  const innocent = await relay.greet('rooms', 'innocent');
  const hosts = await Promise.all(Array.from({ length: 8 }, (_, index) => relay.greet('rooms', `h${index}`)));
  for (const [index, host] of hosts.entries())
    for (let room = 0; room < 64; room++) await host.ask({ type: 'join', room: `room-${index}-${room}` });
  const asker = await relay.greet('rooms', 'asker');
  asker.socket.pause();
  // Some 20 MB of answers, five times what may wait for a client.
  const total = 1_500;
  await flood(
    asker,
    Array.from({ length: total }, (_, id) => control({ type: 'list', id })),
  );
  await framesUntilPong(innocent);
  const connection = relay.server.relay.peer('asker')?.connection;
  await until(() => connection?.intake.choked === true);
  expect(connection?.outbox.queuedBytes).toBeLessThan(4 << 20);
  asker.socket.resume();
  for (let id = 0; id < total; id++) {
    const answer = await asker.message();
    expect(answer).toMatchObject({ type: 'rooms', id, total: 512 });
  }
  expect(relay.metrics.slowReaders.value).toBe(0);
});

it('charges an answer by its size, so that a list costs its asker what it costs the relay', async () => {
  relay = await TestRelay.start();
  const client = await relay.greet('rooms', 'alice');
  for (let room = 0; room < 60; room++) await client.ask({ type: 'join', room: `room-${room}` });
  const spend = vi.spyOn(WorkTurns.prototype, 'spend');
  const bytesAndCost = async (limit: number) => {
    spend.mockClear();
    const bytes = JSON.stringify(await client.ask({ type: 'list', limit })).length;
    return { bytes, ns: spend.mock.calls.reduce((sum, [ns]) => sum + ns, 0) };
  };
  const [less, more] = [await bytesAndCost(1), await bytesAndCost(60)];
  spend.mockRestore();
  expect(more.bytes - less.bytes).toBeGreaterThan(1_000);
  expect(more.ns - less.ns).toBeGreaterThan((more.bytes - less.bytes) * workPrices.rowByte.ns * 0.9);
});

it('charges a control frame that is no JSON for the error that it makes', async () => {
  relay = await TestRelay.start();
  const client = await relay.greet('rooms', 'alice');
  const spend = vi.spyOn(WorkTurns.prototype, 'spend');
  client.send('\0{"type":"join","room":');
  expect(await client.message()).toMatchObject({ type: 'error', code: 'bad_control' });
  expect(spend).toHaveBeenCalledWith(workPrices.malformed.ns);
  spend.mockRestore();
});

it('works off nothing in the middle of a flush, however much a client may ask for again', async () => {
  relay = await TestRelay.start();
  const hosts = await Promise.all(Array.from({ length: 4 }, (_, index) => relay.greet('rooms', `h${index}`)));
  for (const [index, host] of hosts.entries())
    for (let room = 0; room < 64; room++) await host.ask({ type: 'join', room: `room-${index}-${room}` });
  const asker = await relay.greet('rooms', 'asker');
  asker.socket.pause();
  const total = 2_000;
  await flood(
    asker,
    Array.from({ length: total }, (_, id) => control({ type: 'list', id })),
  );
  const connection = relay.server.relay.peer('asker')?.connection;
  await until(() => connection?.intake.choked === true);
  const flush = Outbox.prototype.flush;
  let flushes = 0;
  let worked = 0;
  vi.spyOn(Outbox.prototype, 'flush').mockImplementation(function (this: Outbox, batcher, nowMs) {
    const before = relay.metrics.framesIn.value;
    flush.call(this, batcher, nowMs);
    worked += relay.metrics.framesIn.value - before;
    flushes++;
  });
  asker.socket.resume();
  for (let id = 0; id < total; id++) expect(await asker.message()).toMatchObject({ type: 'rooms', id });
  vi.restoreAllMocks();
  expect(flushes).toBeGreaterThan(1);
  expect(worked).toBe(0);
});

it('gives a page far beyond the last room without walking through the rooms before it', async () => {
  relay = await TestRelay.start({ page_entries: 10 });
  const client = await relay.greet('rooms', 'alice');
  const names = Array.from({ length: 25 }, (_, index) => `room-${index}`);
  for (const room of names) await client.ask({ type: 'join', room });
  await client.ask({ type: 'leave', room: 'room-3' });
  const seen: string[] = [];
  for (let offset: number | null = 0; offset !== null; ) {
    const page = (await client.ask({ type: 'list', offset })) as {
      rooms: { room: string }[];
      next: number | null;
    };
    seen.push(...page.rooms.map(({ room }) => room));
    offset = page.next;
  }
  expect(seen.toSorted()).toEqual(names.filter((name) => name !== 'room-3').toSorted());
  expect(await client.ask({ type: 'list', offset: 1_000_000 })).toMatchObject({
    total: 24,
    rooms: [],
    next: null,
  });
});

it('answers others while a client joins and leaves without a pause, and tells members of every step in order', async () => {
  relay = await TestRelay.start({}, TINY_TURNS);
  const innocent = await relay.greet('rooms', 'innocent');
  const members = await Promise.all(
    Array.from({ length: 30 }, async (_, index) => {
      const client = await relay.greet('rooms', `m${index}`, ['presence']);
      await client.ask({ type: 'join', room: 'den' });
      return client;
    }),
  );
  for (const one of members) while (one.buffered > 0) await one.next();
  const guest = await relay.greet('rooms', 'guest');
  const total = 1_000;
  const steps = Array.from({ length: total }, (_, index) =>
    control({ type: index % 2 === 0 ? 'join' : 'leave', room: 'den' }),
  );
  const before = relay.metrics.framesIn.value;
  await flood(guest, steps);
  expect((await framesUntilPong(innocent)) - before).toBeLessThan(total);
  const last = members.at(-1)!;
  for (let index = 0; index < total; ) {
    const notice = await last.message();
    if (notice?.peer !== 'guest') continue;
    expect(notice.event).toBe(index % 2 === 0 ? 'joined' : 'left');
    index++;
  }
});

it('gives all members of a room one order, and the frames of each sender in theirs', async () => {
  relay = await TestRelay.start({}, TINY_TURNS);
  const readers = await Promise.all(Array.from({ length: 200 }, (_, index) => member(`r${index}`)));
  const senders = await Promise.all(Array.from({ length: 3 }, (_, index) => member(`s${index}`)));
  const each = 60;
  for (const sender of senders)
    sender.socket.write(
      Buffer.concat(
        Array.from({ length: each }, (_, number) => framed(dataPayload(2, ['den'], String(number)))),
      ),
    );
  const orders = await Promise.all(
    readers.map(async (reader) => {
      const seen: string[] = [];
      while (seen.length < each * senders.length) seen.push((await reader.text())!.slice(5));
      return seen;
    }),
  );
  for (const order of orders) expect(order).toEqual(orders[0]);
  for (const name of ['s0', 's1', 's2']) {
    const numbers = orders[0]!.filter((text) => text.includes(name)).map((text) => Number(text.slice(3)));
    expect(numbers).toEqual(Array.from({ length: each }, (_, number) => number));
  }
});

it('holds a frame to a room of few members back while another one is on its way to it', async () => {
  relay = await TestRelay.start();
  const reader = await member('reader');
  const sender = await member('sender');
  const { rooms, turns } = relay.server.relay;
  const { gate } = rooms.get('den')!.audience;
  // Such a message began when the room was large.
  const another = new WorkAccount(new WorkGroup());
  gate.holder = another;
  sender.send(dataPayload(2, ['den'], 'later'));
  await until(() => gate.waiting.length === 1);
  expect(await reader.ask({ type: 'ping', id: 1 })).toEqual({ type: 'pong', id: 1 });
  turns.run(another, {
    step: () => {
      turns.leave(gate);
      return 'done';
    },
  });
  expect(await reader.text()).toContain('later');
});

it('hands large frames on unharmed to clients with and without hello while their memory is given back', async () => {
  relay = await TestRelay.start({ mode: 'broadcast' }, TINY_TURNS);
  const plain = await Promise.all(Array.from({ length: 40 }, () => relay.connect()));
  const greeted = await relay.greet('broadcast', 'greeted');
  const sender = await relay.greet('broadcast', 'sender');
  const mirror = await relay.greet('echo', 'mirror');
  const contents = Array.from({ length: 30 }, (_, index) => String(index).repeat(25_000));
  sender.socket.write(Buffer.concat(contents.map((content) => framed(`\x04${content}`))));
  mirror.socket.write(Buffer.concat(contents.map((content) => framed(`\x01${content}`))));
  for (const content of contents) {
    for (const one of plain) expect((await one.text()) === content).toBe(true);
    expect((await greeted.text()) === `\x04\x06sender${content}`).toBe(true);
    expect((await mirror.text()) === `\x01${content}`).toBe(true);
  }
});

it('delivers everything of a client that hangs up at once, before others hear that it left, and its acks', async () => {
  relay = await TestRelay.start({}, TINY_TURNS);
  const reader = await member('reader', ['presence']);
  const others = await Promise.all(Array.from({ length: 40 }, (_, index) => member(`m${index}`)));
  const sender = await member('sender');
  for (let joined = 0; joined < others.length + 1; joined++)
    expect(await reader.message()).toMatchObject({ type: 'presence', event: 'joined' });
  const total = 500;
  sender.socket.end(
    Buffer.concat(
      Array.from({ length: total }, (_, number) => framed(dataPayload(2, ['den'], String(number), number))),
    ),
  );
  for (let number = 0; number < total; number++) {
    const text = await reader.text();
    expect(text?.slice('..den.sender'.length)).toBe(String(number));
  }
  expect(await reader.message()).toMatchObject({ type: 'presence', peer: 'sender', event: 'left' });
  for (let id = 0; id < total; id++)
    expect(await sender.message()).toEqual({ type: 'ack', id, delivered: others.length + 1 });
  expect(await sender.next()).toBeNull();
});

it('ends the slow readers of a room one by one, and serves the others meanwhile', async () => {
  relay = await TestRelay.start(
    { max_frame_bytes: 100_000, send_queue_bytes: 300_000, close_flush_ms: 100 },
    TINY_TURNS,
  );
  const innocent = await relay.greet('rooms', 'innocent');
  const readers = await Promise.all(
    Array.from({ length: 3 }, (_, index) => member(`r${index}`, ['presence'])),
  );
  const slow = await Promise.all(Array.from({ length: 30 }, (_, index) => member(`slow${index}`)));
  for (const one of slow) one.socket.pause();
  const sender = await member('sender');
  const content = 'x'.repeat(60_000);
  let received = 0;
  for (let i = 0; i < 150 && relay.metrics.slowReaders.value < slow.length; i++) {
    sender.send(dataPayload(2, ['den'], content));
    await framesUntilPong(innocent);
    for (const reader of readers) {
      let payload: Buffer | null;
      do payload = await reader.next();
      while (payload !== null && payload[0] === 0);
      if (payload !== null) received++;
    }
  }
  await until(() => relay.metrics.slowReaders.value === slow.length);
  expect(received % readers.length).toBe(0);
  for (const reader of readers) expect(relay.server.relay.peer(`r${readers.indexOf(reader)}`)).toBeDefined();
});

it('reads everything that a crowd of one address sends at once, over as many turns as that takes', async () => {
  relay = await TestRelay.start({}, { turnMs: 0.2, sliceMs: 0.1 });
  const clients = await Promise.all(Array.from({ length: 150 }, () => relay.greet('echo')));
  const frames = 20;
  const payload = `\x01${'x'.repeat(2_000)}`;
  for (const client of clients) for (let i = 0; i < frames; i++) client.send(`${payload}${i}`);
  for (const client of clients)
    for (let i = 0; i < frames; i++) expect(await client.text()).toBe(`${payload}${i}`);
});
