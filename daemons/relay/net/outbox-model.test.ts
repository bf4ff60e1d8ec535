/** An outbox against a slow model: what is taken, dropped, written and counted under any order of events. */
import fc from 'fast-check';
import { it } from 'vitest';
import { same } from '../../runtime/test-fixtures/same.ts';
import type { SlowReaderPolicy } from '../config.ts';
import { frameOf, OutboxBench } from './test-outbox.ts';

type Step =
  | { readonly do: 'push'; readonly size: number; readonly control: boolean; readonly own: boolean }
  | { readonly do: 'tick' | 'drain' | 'stuck' | 'free' | 'drop' | 'discard' | 'answer' | 'crowd' }
  | { readonly do: 'end'; readonly size: number };

interface Waiting {
  readonly id: number;
  readonly size: number;
  readonly control: boolean;
}

const BYTES = 100;
const FRAMES = 6;

/** Lists that are searched from the front, and sums that are made anew each time. */
class Model {
  readonly #policy: SlowReaderPolicy;
  queue: Waiting[] = [];
  inFlight: Waiting[] = [];
  written: Waiting[] = [];
  dropped = 0;
  framesOut = 0;
  open = true;
  slow = 0;
  dueSlow = 0;
  kernelTakes = true;
  line: 'none' | 'crowd' | 'answer' = 'none';
  answering = false;
  /** Whether the batch in flight has been handed over. */
  scheduled: string[] = [];

  constructor(policy: SlowReaderPolicy) {
    this.#policy = policy;
  }

  bytesOf(list: readonly Waiting[]): number {
    return list.reduce((sum, { size }) => sum + size, 0);
  }

  get queuedBytes(): number {
    return this.bytesOf(this.queue) + this.bytesOf(this.inFlight);
  }

  push(frame: Waiting): boolean {
    if (!this.open) return false;
    const over = () => this.queuedBytes + frame.size > BYTES || this.queue.length >= FRAMES;
    if (this.inFlight.length === 0 && over()) this.flush();
    if (over() && this.#policy === 'drop-oldest') {
      while (over()) {
        const oldest = this.queue.findIndex(({ control }) => !control);
        if (oldest < 0) break;
        this.queue.splice(oldest, 1);
        this.dropped++;
      }
      if (over() && !frame.control) {
        this.dropped++;
        return false;
      }
    }
    if (over()) {
      this.open = false;
      this.dueSlow++;
      return false;
    }
    this.append(frame);
    return true;
  }

  append(frame: Waiting): void {
    this.queue.push(frame);
    if (this.inFlight.length > 0 || this.line === 'answer') return;
    if (this.line === 'crowd' && !this.answering) return;
    this.line = this.answering ? 'answer' : 'crowd';
    this.scheduled.push(this.line);
  }

  flush(): void {
    this.line = 'none';
    if (this.inFlight.length > 0 || this.queue.length === 0) return;
    this.written.push(...this.queue);
    this.framesOut += this.queue.length;
    if (!this.kernelTakes) this.inFlight = this.queue;
    this.queue = [];
  }
}

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant('push' as const),
      size: fc.oneof(fc.integer({ min: 4, max: 40 }), fc.constantFrom(50, 99, 100, 101)),
      control: fc.boolean(),
      own: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'tick' as const,
        'tick' as const,
        'drain' as const,
        'stuck' as const,
        'stuck' as const,
        'free' as const,
        'drop' as const,
        'answer' as const,
        'crowd' as const,
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('discard' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('end' as const), size: fc.integer({ min: 4, max: 200 }) }),
  },
);

function play(policy: SlowReaderPolicy, encrypted: boolean, steps: readonly Step[]): void {
  const bench = new OutboxBench({ bytes: BYTES, frames: FRAMES, policy, encrypted });
  const { outbox, metrics } = bench;
  const model = new Model(policy);
  let slow = 0;
  let scheduled: string[] = [];
  for (const [index, one] of steps.entries()) {
    const id = (index % 250) + 1;
    if (one.do === 'push') {
      const frame = frameOf(one.size, { control: one.control, fill: id });
      const expected = model.push({ id, size: one.size, control: one.control });
      same('taken', one.own ? outbox.pushOwn(frame) : outbox.push(frame), expected);
    } else if (one.do === 'end') {
      outbox.stop();
      model.open = false;
      outbox.pushLast(frameOf(one.size, { control: true, fill: id }));
      model.append({ id, size: one.size, control: true });
    } else if (one.do === 'tick') {
      if (model.line !== 'none') model.flush();
      model.slow += model.dueSlow;
      model.dueSlow = 0;
      bench.tick();
    } else if (one.do === 'drain') {
      if (model.inFlight.length > 0) {
        model.inFlight = [];
        model.flush();
      }
      bench.drain();
    } else if (one.do === 'drop') {
      const before = model.queue.length;
      model.queue = model.queue.filter(({ control }) => control);
      model.dropped += before - model.queue.length;
      same('dropped', outbox.dropData(), before - model.queue.length);
    } else if (one.do === 'discard') {
      model.dropped += model.queue.length;
      model.queue = [];
      outbox.discard();
    } else if (one.do === 'answer' || one.do === 'crowd') {
      outbox.answering = model.answering = one.do === 'answer';
    } else {
      bench.kernelTakes = model.kernelTakes = one.do === 'free';
    }
    const news = bench.news();
    slow += news.filter((text) => text === 'slow').length;
    scheduled = news.filter((text) => text.startsWith('schedule')).map((text) => text.slice(9));
    same('scheduled', scheduled, model.scheduled.splice(0));
    same('slow', slow, model.slow);
    compare(bench, model);
  }
  outbox.close();
  bench.tick();
  same('held at the end', bench.memory.sendBytes, 0);
  same('waiting at the end', [metrics.queueFrames.value, metrics.queueBytes.value], [0, 0]);
  same('left at the end', [outbox.queuedFrames, outbox.queuedBytes, outbox.heldBytes], [0, 0, 0]);
  same('takes nothing any more', outbox.push(frameOf(4)), false);
}

function compare({ outbox, metrics, written, memory }: OutboxBench, model: Model): void {
  same('queue', [outbox.queuedFrames, outbox.queuedBytes], [model.queue.length, model.queuedBytes]);
  same(
    'gauges',
    [metrics.queueFrames.value, metrics.queueBytes.value],
    [model.queue.length, model.queuedBytes],
  );
  same('dropped', [outbox.droppedFrames, metrics.dropped.value], [model.dropped, model.dropped]);
  const bytes = model.bytesOf(model.written);
  same('out', [outbox.framesOut, outbox.bytesOut], [model.framesOut, bytes]);
  same('out by metrics', [metrics.framesOut.value, metrics.bytesOut.value], [model.framesOut, bytes]);
  same('writes', metrics.writes.value, written.length);
  const stream = Buffer.concat(written);
  const expected = Buffer.concat(model.written.map(({ size, id }) => Buffer.alloc(size, id)));
  same('stream', stream.equals(expected), true);
  same(
    'holds no less than what waits',
    memory.sendBytes >= (model.inFlight.length > 0 ? model.queuedBytes : 0),
    true,
  );
}

it('takes, drops, writes and counts what a slow model says, whatever the kernel does', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('disconnect' as const, 'drop-oldest' as const),
      fc.boolean(),
      fc.array(step, { maxLength: 60, size: 'max' }),
      play,
    ),
    { numRuns: 600, seed: 20_260_102 },
  );
});
