import { expect, it } from 'vitest';
import { concurrencyPlan } from './concurrency-plan.ts';

const pools = { model: 'thread-pool', fdpassThreads: 0, spliceThreads: 0 } as const;

it('has one thread a core for connections and two to read ahead, unless the settings say otherwise', () => {
  expect(concurrencyPlan(pools, 4)).toMatchObject({
    placing: 'shared',
    serving: { threads: 4, why: 'fdpass_threads is 0: one for each of 4 cores' },
    splice: { threads: 8, why: 'splice_threads is 0: 2 for each of 4 cores' },
    mostConnections: null,
  });
  expect(concurrencyPlan({ ...pools, fdpassThreads: 3, spliceThreads: 1 }, 4)).toMatchObject({
    serving: { threads: 3, why: 'fdpass_threads is 3' },
    splice: { threads: 1 },
  });
  expect(concurrencyPlan(pools, 128)).toMatchObject({ serving: { threads: 32 }, splice: { threads: 32 } });
});

it('serves at most 32 connections where each has a thread', () => {
  expect(concurrencyPlan({ ...pools, model: 'thread-per-connection' }, 2)).toMatchObject({
    placing: 'own',
    mostConnections: 32,
  });
});

it('opens objects by a thread for each request, or by whoever has nothing to do, where the model says so', () => {
  expect(concurrencyPlan({ ...pools, model: 'thread-per-request' }, 2)).toMatchObject({
    placing: 'here',
    opening: 'thread',
    mostConnections: 32,
  });
  expect(concurrencyPlan({ ...pools, model: 'work-stealing' }, 2)).toMatchObject({
    placing: 'shared',
    opening: 'stolen',
    serving: { threads: 2 },
  });
});

it('follows the load where the model is auto, on more than one core', () => {
  expect(concurrencyPlan({ ...pools, model: 'auto', fdpassThreads: 3 }, 2)).toMatchObject({
    placing: 'shared',
    tuned: true,
    serving: { threads: 3 },
  });
  expect(concurrencyPlan({ ...pools, model: 'auto' }, 1)).toMatchObject({ placing: 'here', tuned: false });
});

it('has no threads where the model is async', () => {
  expect(concurrencyPlan({ ...pools, model: 'async', fdpassThreads: 5 }, 2)).toMatchObject({
    placing: 'here',
    splice: { threads: 0 },
    mostConnections: null,
  });
});
