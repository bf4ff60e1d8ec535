import { expect, it } from 'vitest';
import { type Decision, type Load, PoolTuner } from './pool-tuner.ts';

const RANGE = { threads: 4, spliceThreads: 8, depth: 1_000 };
const CALM: Load = {
  threads: 1,
  connections: 10,
  busiest: 0.1,
  together: 0.1,
  spliceThreads: 1,
  reading: 0,
  readsWaiting: 0,
  queueWaitMs: 5,
  depth: 1_000,
};

/** What is decided in so many seconds that are alike. */
function decided(tuner: PoolTuner, seconds: number, load: Partial<Load>, range = RANGE): Decision[] {
  return Array.from({ length: seconds }, () => tuner.look({ ...CALM, ...load }, range)).flat();
}

it('decides nothing while there is nothing to decide', () => {
  expect(decided(new PoolTuner(), 600, {})).toEqual([]);
});

it('adds a thread when one is busy for three seconds and others could take connections, and says why', () => {
  const tuner = new PoolTuner();
  expect(decided(tuner, 2, { busiest: 0.9 })).toEqual([]);
  // One quiet second begins it anew.
  expect(decided(tuner, 1, {})).toEqual([]);
  expect(decided(tuner, 3, { busiest: 0.9 })).toEqual([
    {
      what: 'fdpass_threads',
      to: 2,
      why: 'the busiest of 1 worked 90 % of the time for 3 s, with 10 connections',
    },
  ]);
  // No thread helps a single connection, and none is added beyond what is allowed.
  expect(decided(tuner, 9, { busiest: 1, connections: 1 })).toEqual([]);
  expect(decided(tuner, 9, { busiest: 1, threads: 4, together: 3.5 })).toEqual([]);
});

it('takes a thread away when the others could do it easily for a minute', () => {
  const tuner = new PoolTuner();
  expect(decided(tuner, 59, { threads: 3, together: 0.5 })).toEqual([]);
  expect(decided(tuner, 1, { threads: 3, together: 0.5 })).toMatchObject([{ what: 'fdpass_threads', to: 2 }]);
  expect(decided(tuner, 600, { threads: 2, together: 0.9 })).toEqual([]);
  expect(decided(tuner, 1, { threads: 9, together: 9 })).toMatchObject([{ what: 'fdpass_threads', to: 4 }]);
});

it('has more threads read ahead while reads wait, and one when there are none', () => {
  const tuner = new PoolTuner();
  expect(decided(tuner, 3, { readsWaiting: 5, reading: 1 })).toMatchObject([
    { what: 'splice_threads', to: 2, why: 'reads waited for 3 s, 5 of them now' },
  ]);
  expect(decided(tuner, 3, { readsWaiting: 5, spliceThreads: 8 })).toEqual([]);
  expect(decided(tuner, 60, { spliceThreads: 8 })).toMatchObject([{ what: 'splice_threads', to: 1 }]);
});

it('offers new connections shorter queues while requests wait long, never less than 64, and longer ones later', () => {
  const tuner = new PoolTuner();
  expect(decided(tuner, 3, { queueWaitMs: 20 })).toMatchObject([{ what: 'max_queue_depth', to: 500 }]);
  expect(decided(tuner, 3, { queueWaitMs: 20, depth: 100 })).toMatchObject([{ to: 64 }]);
  expect(decided(tuner, 9, { queueWaitMs: 20, depth: 64 })).toEqual([]);
  expect(decided(tuner, 60, { queueWaitMs: 0.1, depth: 600 })).toMatchObject([{ to: 1_000 }]);
  expect(decided(tuner, 1, { depth: 1_000 }, { ...RANGE, depth: 10 })).toMatchObject([{ to: 10 }]);
});
