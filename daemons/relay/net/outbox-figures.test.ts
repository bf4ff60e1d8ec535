/** What an outbox says of itself: ages, what is held, when somebody is choked, stalled or told. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HeldMemory } from './held-memory.ts';
import { frameOf, OutboxBench } from './test-outbox.ts';

let nowMs: number;
beforeEach(() => {
  nowMs = 5_000;
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Bytes beside its content that a frame and a place of a queue are counted with. */
const FRAME = 200;
const PLACES = 16 * 8;

describe('the age of frames', () => {
  it('is from their receipt to the kernel, one entry for those that came together', () => {
    const { outbox, ages, tick } = bench();
    for (const receivedAt of [4_990, 4_990, 4_960]) outbox.push(frameOf(10, { receivedAt }));
    tick();
    expect(ages).toEqual({
      frame: [
        [10, 2],
        [40, 1],
      ],
      backlog: [],
    });
  });

  it('counts among those who lag what waited for the kernel, from the oldest, and what came meanwhile', () => {
    const one = new OutboxBench();
    one.kernelTakes = false;
    one.outbox.push(frameOf(10, { receivedAt: 4_950 }));
    one.outbox.push(frameOf(10, { receivedAt: 4_990 }));
    one.tick();
    one.outbox.push(frameOf(10, { receivedAt: 4_999 }));
    nowMs = 5_100;
    one.kernelTakes = true;
    one.drain();
    expect(one.ages).toEqual({
      frame: [],
      backlog: [
        [150, 2],
        [101, 1],
      ],
    });
    one.finishWrites();
    // It has caught up.
    one.outbox.push(frameOf(10, { receivedAt: 5_099 }));
    one.tick();
    expect(one.ages.frame).toEqual([[1, 1]]);
  });

  it('counts a client of TLS among those who lag only when its queue has built up', () => {
    const one = new OutboxBench({ encrypted: true });
    one.kernelTakes = false;
    one.outbox.push(frameOf(10, { receivedAt: 4_999 }));
    one.tick();
    one.drain();
    one.outbox.push(frameOf(10, { receivedAt: 4_998 }));
    one.tick();
    one.outbox.push(frameOf(10, { receivedAt: 4_990 }));
    one.drain();
    one.drain();
    expect(one.ages).toEqual({
      frame: [
        [1, 1],
        [2, 1],
        [10, 1],
      ],
      backlog: [],
    });
  });

  it('is recorded once for a write, however often Node calls back', () => {
    const one = new OutboxBench();
    one.kernelTakes = false;
    one.outbox.push(frameOf(10));
    one.tick();
    // Not taken yet.
    one.finishWrites();
    expect(one.ages.backlog).toEqual([]);
    expect(one.outbox.queuedBytes).toBe(10);
  });
});

function bench(...given: ConstructorParameters<typeof OutboxBench>) {
  const one = new OutboxBench(...given);
  return { outbox: one.outbox, ages: one.ages, tick: () => one.tick(), one };
}

describe('a client that does not take a write', () => {
  it('is stalled from then on, until it takes it', () => {
    const { one, outbox, tick } = bench();
    expect(outbox.stalledMs(9_000)).toBe(0);
    one.kernelTakes = false;
    outbox.push(frameOf(10));
    nowMs = 5_200;
    tick();
    expect([outbox.lastWrittenAt, outbox.stalledMs(5_900)]).toEqual([5_200, 700]);
    nowMs = 6_000;
    one.drain();
    expect([outbox.lastWrittenAt, outbox.stalledMs(9_000)]).toEqual([6_000, 0]);
  });

  it('is not written to again before, nor when its socket is gone', () => {
    const { one, outbox, tick } = bench();
    one.kernelTakes = false;
    outbox.push(frameOf(10));
    tick();
    outbox.push(frameOf(10));
    tick();
    outbox.markDirty();
    tick();
    expect(one.written).toHaveLength(1);
    one.socket.destroyed = true;
    one.drain();
    expect(one.written).toHaveLength(1);
    const gone = new OutboxBench();
    gone.socket.destroyed = true;
    gone.outbox.push(frameOf(10));
    gone.tick();
    expect(gone.written).toEqual([]);
  });

  it('makes the relay hold its frames, their bookkeeping and the write, each once for all who lag', () => {
    const memory = new HeldMemory();
    const [a, b] = [new OutboxBench({ memory }), new OutboxBench({ memory })];
    for (const one of [a, b]) {
      one.kernelTakes = false;
      one.outbox.push(frameOf(100));
    }
    // What leaves with the tick that brought it is not held; the rings are.
    expect(memory.sendBytes).toBe(2 * PLACES);
    for (const one of [a, b]) one.tick();
    expect(memory.sendBytes).toBe(2 * (PLACES + 100));
    const shared = frameOf(50);
    for (const one of [a, b]) one.outbox.push(shared);
    expect(memory.sendBytes).toBe(2 * (PLACES + 100) + 50 + FRAME);
    expect([a.outbox.heldBytes, b.outbox.heldBytes]).toEqual([
      100 + 50 + FRAME + PLACES,
      100 + 50 + FRAME + PLACES,
    ]);
    a.kernelTakes = true;
    a.drain();
    expect(memory.sendBytes).toBe(PLACES + PLACES + 100 + 50 + FRAME);
    expect(a.news()).toContain('empty');
    b.outbox.close();
    expect(memory.sendBytes).toBe(PLACES);
  });

  it('shares one write with others who have not taken it, and one of TLS does not', () => {
    for (const encrypted of [false, true]) {
      const memory = new HeldMemory();
      const source = frameOf(100);
      const benches = [0, 1].map(() => new OutboxBench({ memory, encrypted }));
      const flushes: (() => void)[] = [];
      for (const one of benches) {
        one.kernelTakes = false;
        one.outbox.push(source);
        flushes.push(() => one.outbox.flush(benches[0]!.batcher, performance.now()));
      }
      for (const flush of flushes) flush();
      expect(memory.sendBytes - 2 * PLACES).toBe(encrypted ? 200 : 100);
      benches[0]!.drain();
      expect(memory.sendBytes - 2 * PLACES).toBe(100);
      benches[1]!.drain();
      expect(memory.sendBytes - 2 * PLACES).toBe(0);
    }
  });
});

describe('who asks for more than it reads', () => {
  it.each([
    ['half of the queue', 1_000_000, 100, 500_000],
    ['what leaves room for one largest frame and its read', 400_000, 200_000, 400_000 - 200_000 - 131_072],
    ['nothing where that is all there is', 200_000, 100_000, 0],
  ])('is read no more beyond %s', (_, bytes, maxFrameBytes, chokeBytes) => {
    expect(new OutboxBench({ bytes, maxFrameBytes }).outbox.chokeBytes).toBe(chokeBytes);
  });
});

describe('what is told', () => {
  it('is that something was sent, and that all was, when the tick ends', () => {
    const { one, outbox, tick } = bench();
    outbox.push(frameOf(10));
    outbox.push(frameOf(10));
    expect(one.news()).toEqual(['schedule crowd']);
    tick();
    expect(one.news()).toEqual(['sent', 'empty']);
  });

  it('is that more is held, where the kernel does not take it', () => {
    const { one, outbox, tick } = bench();
    one.kernelTakes = false;
    outbox.push(frameOf(10));
    tick();
    expect(one.news()).toEqual(['schedule crowd', 'sent', 'grew']);
    outbox.push(frameOf(10));
    expect(one.news()).toEqual(['grew']);
  });

  it('is that all was sent also where nothing waited, so that an ending connection ends', () => {
    const { one, outbox, tick } = bench();
    outbox.markDirty();
    tick();
    expect(one.news()).toEqual(['schedule crowd', 'sent', 'empty']);
    outbox.close();
    outbox.markDirty();
    tick();
    expect(one.news()).toEqual([]);
  });

  it('puts an answer among the answers, also where a crowd was written to before', () => {
    const { one, outbox, tick } = bench();
    outbox.push(frameOf(10));
    outbox.answering = true;
    outbox.push(frameOf(10));
    outbox.push(frameOf(10));
    outbox.answering = false;
    outbox.push(frameOf(10));
    expect(one.news()).toEqual(['schedule crowd', 'schedule answer']);
    tick();
    expect(one.written).toHaveLength(1);
  });
});

describe('a queue that is thrown away', () => {
  it('counts as dropped where the client was too slow, and not where it is gone', () => {
    const { one, outbox, tick } = bench();
    one.kernelTakes = false;
    outbox.push(frameOf(100));
    tick();
    outbox.push(frameOf(30));
    outbox.push(frameOf(40));
    outbox.discard();
    expect([outbox.droppedFrames, outbox.queuedFrames, outbox.queuedBytes]).toEqual([2, 0, 100]);
    outbox.push(frameOf(20));
    expect(outbox.releasedBytes).toBe(70 + 2 * FRAME + PLACES);
    outbox.close();
    outbox.close();
    expect([outbox.droppedFrames, one.metrics.dropped.value]).toEqual([2, 2]);
    expect(outbox.releasedBytes).toBe(70 + 2 * FRAME + PLACES + 20 + FRAME + PLACES + 100);
    outbox.pushLast(frameOf(10));
    expect([outbox.queuedFrames, one.metrics.queueFrames.value]).toEqual([0, 0]);
  });

  it('is cleared at once where it is short, and when the tick ends where it is long', () => {
    for (const frames of [1_023, 1_024]) {
      const { one, outbox, tick } = bench({ bytes: 1e6, frames: 1e6 });
      one.kernelTakes = false;
      outbox.push(frameOf(4));
      tick();
      for (let i = 0; i < frames; i++) outbox.push(frameOf(4));
      one.news();
      outbox.discard();
      expect(one.news()).toEqual(frames === 1_023 ? [] : ['later']);
      expect(outbox.queuedFrames).toBe(0);
      // Of the write, of the ring, and of what waits to be cleared.
      expect(one.memory.sendBytes > 4 + PLACES).toBe(frames === 1_024);
      tick();
      expect(one.memory.sendBytes).toBe(4);
    }
  });
});

it('gives the memory of a large frame back that only this client was sent, once the kernel has it', () => {
  const sent = (size: number, own: boolean, encrypted = false, others = 0) => {
    const { outbox, tick } = bench({ bytes: 1e6, encrypted });
    const source = Buffer.allocUnsafeSlow(size);
    const frame = Object.assign(frameOf(4), { source, end: size });
    if (own) outbox.pushOwn(frame);
    else outbox.push(frame);
    for (let i = 0; i < others; i++) outbox.push(frameOf(4));
    tick();
    return source.length;
  };
  expect(sent(30_000, true)).toBe(0);
  // Others are sent it too; it is not worth it; a TLS engine still has it; more went with the same write.
  expect(sent(30_000, false)).toBe(30_000);
  expect(sent(10_000, true)).toBe(10_000);
  expect(sent(30_000, true, true)).toBe(30_000);
  expect(sent(30_000, true, false, 1)).toBe(30_000);
});

describe('whom it waits with', () => {
  it('is the crowd, to which it adds what it brings, or those who are answered', () => {
    const one = new OutboxBench();
    one.outbox.push(frameOf(10));
    one.outbox.push(frameOf(30));
    expect([one.news(), one.flusher.crowdBytes]).toEqual([['schedule crowd'], 40]);
    one.outbox.answering = true;
    one.outbox.push(frameOf(5));
    one.outbox.push(frameOf(5));
    expect([one.news(), one.flusher.crowdBytes]).toEqual([['schedule answer'], 40]);
  });

  it('is those who are answered for a class that waits for nothing', () => {
    const one = new OutboxBench({ batchMs: 0 });
    one.outbox.push(frameOf(10));
    expect([one.news(), one.flusher.crowdBytes]).toEqual([['schedule answer'], 0]);
  });

  it('waits as long as its class allows', () => {
    const one = new OutboxBench({ batchMs: 7 });
    one.outbox.push(frameOf(10));
    expect(one.patienceMs).toEqual([7]);
  });
});
