/** Answers that go ahead of the ticks that a thread has still to write: what they may overtake, and that no client's lines change their order. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { until } from '../../../runtime/test-fixtures/until.ts';
import { Arena } from '../arena.ts';
import { front, LineClient, type Loopback, OPEN_CLASS, startLoopback } from '../loopback-fixture.ts';
import { RangeList } from '../tick-writer.ts';
import { AnswerLane, AnswerReader } from './answer-lane.ts';
import { IoShard } from './io-shard.ts';
import { ANSWER_BYTES, ANSWERS } from './records.ts';
import { ShardedFront } from './sharded-front.ts';
import { TicksAhead } from './ticks-ahead.ts';

describe('the lane', () => {
  const arena = new Arena();

  /** Ranges of some lines, with another line between each two. */
  function rangesOf(...lines: string[]): RangeList {
    const ranges = new RangeList();
    for (const line of lines) {
      const { start, end } = arena.encode(line);
      ranges.add(start, end);
      arena.encode('of somebody else');
    }
    return ranges;
  }

  test('carries the ranges of an answer, as one piece, in order', () => {
    const lane = new AnswerLane();
    const reader = new AnswerReader(lane.shared);
    expect(lane.send(7, arena, rangesOf('one', 'two'))).toBe(true);
    expect(lane.send(3, arena, rangesOf('three'))).toBe(true);
    const read: [number, string][] = [];
    reader.read((slot, bytes) => read.push([slot, bytes.toString()]));
    reader.read((slot, bytes) => read.push([slot, bytes.toString()]));
    expect(read).toEqual([
      [7, 'one\r\ntwo\r\n'],
      [3, 'three\r\n'],
    ]);
  });

  test('takes none that is too long, and none beyond its room', () => {
    const lane = new AnswerLane();
    const exact = rangesOf('x'.repeat(ANSWER_BYTES - 2));
    expect(lane.send(1, arena, rangesOf('x'.repeat(ANSWER_BYTES - 1)))).toBe(false);
    for (let sent = 0; sent < ANSWERS; sent++) {
      expect(lane.hasRoom).toBe(true);
      expect(lane.send(1, arena, exact)).toBe(true);
    }
    expect(lane.hasRoom).toBe(false);
    expect(lane.send(1, arena, exact)).toBe(false);
    const read = vi.fn<(slot: number, bytes: Buffer) => void>();
    new AnswerReader(lane.shared).read((slot, bytes) => read(slot, Buffer.from(bytes)));
    expect(read).toHaveBeenCalledTimes(ANSWERS);
    expect(read.mock.lastCall?.[1].length).toBe(ANSWER_BYTES);
  });
});

describe('a server with a thread', () => {
  let directory: string;
  let running: Loopback;

  beforeEach(async () => {
    front.threads = 1;
    directory = await mkdtemp(join(tmpdir(), 'signalbox-answers-'));
    running = await startLoopback(OPEN_CLASS, { dataDirectory: directory });
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    running.server.close();
    front.threads = 0;
    await rm(directory, { recursive: true });
  });

  /** As if something waited to be written to somebody, always. */
  const busy = () => vi.spyOn(TicksAhead.prototype, 'count', 'get').mockReturnValue(1);

  /** A client that was answered once, so that nothing of its own waits. */
  async function answered(): Promise<LineClient> {
    const client = await LineClient.connect(running.port);
    client.send('ECHO hello');
    await until(() => client.lines.length === 1);
    return client;
  }

  test('answers by the lane when others are written to, and only then', async () => {
    const lane = vi.spyOn(AnswerLane.prototype, 'send');
    const client = await answered();
    client.send('ECHO in line');
    await until(() => client.lines.length === 2);
    expect(lane).not.toHaveBeenCalled();
    busy();
    client.send('ECHO ahead');
    await until(() => client.lines.length === 3);
    expect(lane.mock.results.map(({ value }) => value)).toEqual([true]);
    client.send('FILL 5000');
    await until(() => client.lines.length === 13);
    expect(lane.mock.results.map(({ value }) => value)).toEqual([true, false]);
    expect(client.lines.slice(0, 3)).toEqual(['hello', 'in line', 'ahead']);
    client.close();
  });

  test('answers also while the tick waits for the thread', async () => {
    const client = await answered();
    busy();
    vi.spyOn(ShardedFront.prototype, 'behind', 'get').mockReturnValue(true);
    const waits = vi.spyOn(ShardedFront.prototype, 'whenReady').mockImplementation(() => {});
    client.send('ECHO now');
    await until(() => client.lines.length === 2);
    expect(client.lines[1]).toBe('now');
    expect(waits).toHaveBeenCalled();
    client.close();
  });

  test('lets nothing overtake what waits for the same connection', async () => {
    const opened = vi.spyOn(IoShard.prototype, 'open');
    const client = await answered();
    const shard = opened.mock.contexts[0] as IoShard;
    await until(() => shard.ticksAhead === 0);
    expect(shard.mayOvertake(0)).toBe(false);
    busy();
    expect(shard.mayOvertake(0)).toBe(true);
    const room = vi.spyOn(AnswerLane.prototype, 'hasRoom', 'get').mockReturnValue(false);
    expect(shard.mayOvertake(0)).toBe(false);
    room.mockRestore();
    // One of the two that are no ticks, and are in line all the same.
    shard.sendBytes(0, Buffer.from('first\r\n'));
    expect(shard.mayOvertake(0)).toBe(false);
    client.send('ECHO second');
    await until(() => client.lines.length === 3);
    expect(client.lines).toEqual(['hello', 'first', 'second']);
    client.close();
  });

  test('keeps the order of everybody, whoever is answered and whoever is spoken to', async () => {
    busy();
    const lane = vi.spyOn(AnswerLane.prototype, 'send');
    const clients = await Promise.all(Array.from({ length: 8 }, () => answered()));
    const ROUNDS = 150;
    for (let round = 0; round < ROUNDS; round++) {
      for (const [number, client] of clients.entries()) {
        client.send(`ECHO ${number} before ${round}`);
        if ((round + number) % 3 === 0) client.send(`ALL ${number} to all ${round}`);
        client.send(`ECHO ${number} behind ${round}`);
      }
      await new Promise(setImmediate);
    }
    for (const [number, client] of clients.entries()) client.send(`ECHO ${number} done`);
    for (const [number, client] of clients.entries()) {
      await until(() => client.lines.includes(`${number} done`));
      const mine = client.lines.filter((line) => line.startsWith(`${number} `));
      const expected = Array.from({ length: ROUNDS }, (_, round) => [
        `${number} before ${round}`,
        ...((round + number) % 3 === 0 ? [`${number} to all ${round}`] : []),
        `${number} behind ${round}`,
      ]).flat();
      expect(mine).toEqual([...expected, `${number} done`]);
      for (const other of clients.keys()) {
        const said = client.lines.filter((line) => line.startsWith(`${other} to all `));
        expect(said).toEqual(said.toSorted((a, b) => Number(a.split(' ')[3]) - Number(b.split(' ')[3])));
      }
    }
    expect(lane.mock.results.some(({ value }) => value === true)).toBe(true);
    for (const client of clients) client.close();
  });
});
