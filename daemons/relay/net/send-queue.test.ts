import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Frame, FrameWriter, KIND } from '../protocol/frame.ts';
import { HeldMemory } from './held-memory.ts';
import { SendQueue } from './send-queue.ts';

const frame = (id: number, control: boolean) => new Frame(Buffer.alloc(12), 1, 5 + (id % 7), control, id);

function contents(queue: SendQueue): number[] {
  return Array.from({ length: queue.size }, (_, index) => queue.at(index).receivedAt);
}

it('behaves like a list under any sequence of pushes, takes and drops', () => {
  const step = fc.oneof(
    fc.boolean().map((control) => ({ do: 'push' as const, control })),
    fc.nat(5).map((count) => ({ do: 'take' as const, count })),
    fc.constant({ do: 'drop' as const }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const queue = new SendQueue(new HeldMemory());
      const model: Frame[] = [];
      let id = 0;
      for (const one of steps) {
        if (one.do === 'push') {
          const next = frame(id++, one.control);
          queue.push(next);
          model.push(next);
        } else if (one.do === 'take') {
          const count = Math.min(one.count, model.length);
          queue.take(count);
          model.splice(0, count);
        } else {
          const oldest = model.findIndex((entry) => !entry.control);
          expect(queue.dropOldest()).toBe(oldest < 0 ? undefined : model[oldest]);
          if (oldest >= 0) model.splice(oldest, 1);
        }
        expect(contents(queue)).toEqual(model.map((entry) => entry.receivedAt));
        expect(queue.bytes).toBe(model.reduce((sum, entry) => sum + entry.size, 0));
      }
    }),
  );
});

it('keeps a lagging frame in memory of its own size, copied once for all who lag', () => {
  const shared = new FrameWriter().control({ type: 'x' }, true, 0);
  expect(shared.source.buffer.byteLength).toBeGreaterThan(shared.size);
  const durable = shared.durable();
  expect(durable.bytes().equals(shared.bytes())).toBe(true);
  expect(durable.source.buffer.byteLength).toBe(shared.size);
  expect(shared.durable()).toBe(durable);
  expect(durable.durable()).toBe(durable);
});

it('writes names behind their lengths and the payload last', () => {
  const payload = Buffer.from('..hello');
  const written = new FrameWriter().data(
    KIND.room,
    [Buffer.from('den'), Buffer.from('al')],
    payload,
    2,
    7,
    0,
  );
  expect(written.bytes().toString('latin1')).toBe('\0\0\0\x0d\x02\x03den\x02alhello');
});

it('counts what waits for clients that lag, each frame once, and nothing once the queues are empty', () => {
  const step = fc.record({
    queue: fc.nat(2),
    frame: fc.nat(20),
    do: fc.constantFrom('push', 'push', 'take', 'drop', 'clear', 'lag'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
      const memory = new HeldMemory();
      const queues = [0, 1, 2].map(() => new SendQueue(memory));
      const frames = Array.from({ length: 21 }, (_, id) => frame(id, id % 5 === 0));
      for (const one of steps) {
        const queue = queues[one.queue]!;
        if (one.do === 'push') queue.push(frames[one.frame]!);
        else if (one.do === 'take') queue.take(Math.min(2, queue.size));
        else if (one.do === 'drop') queue.dropOldest();
        else if (one.do === 'clear') queue.clear();
        else queue.lag();
      }
      for (const queue of queues) queue.lag();
      const waiting = new Set(queues.flatMap((queue) => contents(queue)));
      const bytes = [...waiting].reduce((sum, id) => sum + frames[id]!.size + 200, 0);
      const places = queues.reduce((sum, queue) => sum + queue.heldBytes - queue.bytes - queue.size * 200, 0);
      expect(memory.sendBytes).toBe(bytes + places);
      for (const queue of queues) queue.clear();
      expect(memory.sendBytes).toBe(0);
    }),
  );
});

it('answers for its frames, two hundred bytes of bookkeeping each, and eight for every place of its ring', () => {
  const memory = new HeldMemory();
  const queue = new SendQueue(memory);
  expect(queue.heldBytes).toBe(0);
  for (let id = 0; id < 17; id++) queue.push(frame(0, false));
  expect(queue.heldBytes).toBe(17 * (4 + 200) + 32 * 8);
  expect(memory.sendBytes).toBe(32 * 8);
  queue.lag();
  queue.lag();
  expect(memory.sendBytes).toBe(17 * (4 + 200) + 32 * 8);
  queue.take(17);
  // Kept for what comes next.
  expect([queue.heldBytes, memory.sendBytes]).toEqual([32 * 8, 32 * 8]);
  queue.push(frame(0, false));
  expect(memory.sendBytes).toBe(32 * 8);
  queue.clear();
  expect([queue.heldBytes, queue.size, memory.sendBytes]).toEqual([0, 0, 0]);
});

it('keeps a ring of 256 places when it is empty, and lets go of a larger one', () => {
  for (const [frames, places] of [
    [256, 256],
    [257, 0],
  ] as const) {
    const queue = new SendQueue(new HeldMemory());
    for (let id = 0; id < frames; id++) queue.push(frame(id, false));
    queue.take(frames - 1);
    expect(queue.heldBytes).toBeGreaterThan(places * 8);
    queue.take(1);
    expect(queue.heldBytes).toBe(places * 8);
  }
});

it('drops data from between control frames, and leaves these in their order', () => {
  const queue = new SendQueue(new HeldMemory());
  for (const [id, control] of [true, true, false, true, false].entries()) queue.push(frame(id, control));
  expect(queue.dropOldest()?.receivedAt).toBe(2);
  expect(contents(queue)).toEqual([0, 1, 3, 4]);
  expect(queue.dropOldest()?.receivedAt).toBe(4);
  expect(queue.dropOldest()).toBeUndefined();
  expect(contents(queue)).toEqual([0, 1, 3]);
  queue.push(frame(9, false));
  expect(queue.dropOldest()?.receivedAt).toBe(9);
});
