import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { WorkTiming } from '../../../contract/work-timing.ts';
import { loopTurn } from '../../runtime/async/loop-turn.ts';
import { limits } from '../limits.ts';
import { QueryQueue, type SlicedQuery } from './query-queue.ts';

let nowMs: number;
beforeEach(() => {
  nowMs = 1_000;
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** A query of so many steps, each of which takes `stepMs`. */
function* steps(count: number, stepMs: number, onStep: () => void = () => {}): SlicedQuery<string> {
  for (let n = 0; n < count; n++) {
    nowMs += stepMs;
    onStep();
    yield;
  }
  return 'done';
}

it('lets the loop have its turn whenever a slice is over', async () => {
  const queue = new QueryQueue();
  let done = 0;
  const query = queue.run(() => steps(100, 1, () => done++));
  const seen: number[] = [];
  while (done < 100) {
    await new Promise((resolve) => setImmediate(resolve));
    seen.push(done);
  }
  const slices = seen.map((count, i) => count - (seen[i - 1] ?? 0)).filter((size) => size > 0);
  expect(Math.max(...slices)).toBeLessThanOrEqual(limits.querySliceMs.default);
  expect(slices.length).toBeGreaterThanOrEqual(100 / limits.querySliceMs.default);
  expect(await query).toBe('done');
});

it('says how many milliseconds a query waited for those before it', async () => {
  const waited: number[] = [];
  const queue = new QueryQueue((ms) => waited.push(ms));
  const first = queue.run(() => steps(10, 3));
  const second = queue.run(() => steps(1, 1));
  await Promise.all([first, second]);
  expect(waited).toEqual([0, 30]);
  expect([queue.stats().begun, queue.unfinished]).toEqual([2, 0]);
});

it('takes as many queries as the table says, and counts those that it refused', async () => {
  const queue = new QueryQueue();
  const most = limits.queuedQueries.default;
  const taken = Array.from({ length: most }, () => queue.run(() => steps(1, 1)));
  const refused = queue.run(() => steps(1, 1));
  expect(queue.stats()).toEqual({
    depth: most,
    highWater: most,
    capacity: most,
    submitted: most,
    begun: 0,
    rejected: 1,
  });
  await expect(refused).rejects.toMatchObject({ code: 'limit_reached' });
  await Promise.all(taken);
  expect(await queue.run(() => steps(1, 1))).toBe('done');
});

it('tells a command how long its query waited, and for which commands', async () => {
  const queue = new QueryQueue();
  const timings: WorkTiming[] = [];
  const ask = (name: string, count: number) =>
    loopTurn.trace(
      name,
      'anna',
      () => queue.run(() => steps(count, 3)),
      (traced) => timings.push(traced.timing()),
    );
  await Promise.all([ask('history', 10), ask('history', 10), ask('audit', 1)]);
  expect(timings.map(({ queueMs, workMs }) => [queueMs, workMs])).toEqual([
    [0, 30],
    [30, 30],
    [60, 3],
  ]);
  expect(timings[2]?.ahead).toEqual([{ name: 'history', count: 2 }]);
  await ask('stats', 1);
  expect(timings[3]).toMatchObject({ queueMs: 0, ahead: [] });
});

it('does not count the query that runs among those that wait', async () => {
  const queue = new QueryQueue();
  const all = [queue.run(() => steps(1, 1)), queue.run(() => steps(1, 1))];
  expect(queue.stats()).toMatchObject({ depth: 2, begun: 0 });
  await Promise.resolve();
  expect(queue.stats()).toMatchObject({ depth: 1, begun: 1, highWater: 2 });
  expect(queue.unfinished).toBe(2);
  await Promise.all(all);
  expect(queue.stats()).toMatchObject({ depth: 0, begun: 2, submitted: 2, highWater: 2 });
});
