/** What a crew does by rules alone, with threads that are none. */
import { beforeEach, expect, it, vi } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { PoolCrew } from './pool-crew.ts';
import { PoolJob } from './pool-job.ts';
import { PriorityLanes } from './priority-lanes.ts';
import { PricedTask } from './task-price.ts';
import { FakeAsyncWorker } from './test-fixtures/fake-async-worker.ts';

vi.mock('./async-worker.ts', async () => {
  const { FakeAsyncWorker: AsyncWorker } = await import('./test-fixtures/fake-async-worker.ts');
  return { AsyncWorker };
});

beforeEach(() => {
  FakeAsyncWorker.made.length = 0;
});

/** A crew of so many threads, and tasks of a function that takes `ms`. */
function crewOf(ms: number | null, max = 1) {
  const clock = new FakeClock();
  const lanes = new PriorityLanes<PoolJob>();
  const task = new PricedTask(0, 'somewhere-tasks.ts', 'work');
  task.ms = ms;
  const drained = vi.fn();
  const crew = new PoolCrew(
    { name: 'test', min: 0, max, idleMs: 1_000, nice: 0, clock, onLost: () => {} },
    lanes,
    [task],
    { ended: (job, result) => job.complete(result), unfit: (job, error) => job.fail(error), drained },
  );
  const submit = (count = 1) => {
    const jobs = Array.from(
      { length: count },
      (_, id) => new PoolJob({ cancel: () => {} }, id, task, id, 'normal', undefined, null, 60_000, 0),
    );
    for (const job of jobs) lanes.push(job);
    crew.handOut();
    return jobs;
  };
  const thread = (at = 0) => FakeAsyncWorker.made[at]!;
  /** The arguments that the thread was handed, message by message. */
  const handed = () =>
    thread()
      .posts.filter((post) => Array.isArray(post))
      .map((post) => post.filter((_: unknown, at: number) => at % 2 === 1));
  return { crew, clock, submit, drained, thread, handed };
}

it('is not through while something waits, though no thread is there yet to have it', () => {
  const { crew, submit, drained, thread } = crewOf(null);
  const [job] = submit();
  expect([crew.drained, crew.active, drained.mock.calls.length]).toEqual([false, 0, 0]);
  thread().ready();
  expect([crew.drained, crew.active, drained.mock.calls.length]).toEqual([false, 1, 0]);
  thread().answers(1);
  expect(job!.state).toBe('completed');
  expect([crew.drained, crew.active, drained.mock.calls.length]).toEqual([true, 0, 1]);
});

it('hands a thread more as soon as it has answered for some of what it was handed', () => {
  const { submit, thread, handed } = crewOf(0.5);
  submit(7);
  thread().ready();
  expect(handed()).toEqual([[0, 1, 2, 3]]);
  thread().answers(0.5);
  expect(handed()).toEqual([[0, 1, 2, 3], [4]]);
  thread().answers(0.5, 0.5);
  expect(handed()).toEqual([[0, 1, 2, 3], [4], [5, 6]]);
});

it('says once what a function is called by, before the first task of it', () => {
  const { submit, thread } = crewOf(null);
  submit();
  thread().ready();
  thread().answers(1);
  submit();
  const definition = { index: 0, module: 'somewhere-tasks.ts', name: 'work' };
  expect(thread().posts).toEqual([definition, [0, 0], [0, 0]]);
});

it('replaces the thread that has ended and no other', async () => {
  const { crew, clock, submit, thread } = crewOf(null, 3);
  const jobs = submit(3);
  for (const at of [0, 1, 2]) {
    thread(at).ready();
    await clock.advance(25);
  }
  expect([crew.size, crew.active]).toEqual([3, 3]);
  thread(1).exits();
  // Another is started in its place, for what it had not begun.
  expect([crew.size, crew.active, crew.lost, FakeAsyncWorker.made.length]).toEqual([3, 2, 1, 4]);
  thread(3).ready();
  for (const at of [0, 2, 3]) thread(at).answers(1);
  expect(jobs.map(({ state }) => state)).toEqual(['completed', 'completed', 'completed']);
});

it('asks its threads to stop before it waits for them, and ends them at last', async () => {
  const { crew, submit, thread } = crewOf(null);
  submit();
  thread().ready();
  thread().answers(1);
  expect(await crew.end(7)).toEqual([]);
  expect(thread().ended).toEqual(['asked', 'waited for 7 ms', 'ended']);
});
