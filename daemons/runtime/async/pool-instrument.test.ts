import { expect, it, vi } from 'vitest';
import { MetricRegistry } from '../telemetry/metric-registry.ts';
import { instrumentPool } from './pool-instrument.ts';
import { poolTask } from './pool-task.ts';
import type * as tasks from './test-fixtures/any-tasks.ts';
import { ThreadPool } from './thread-pool.ts';

const MODULE = new URL('test-fixtures/any-tasks.ts', import.meta.url);
const echo = poolTask<typeof tasks.echo<unknown>>(MODULE, 'echo');
const throwing = poolTask<typeof tasks.throwing>(MODULE, 'throwing');
const exit = poolTask<typeof tasks.exit>(MODULE, 'exit');

it('shows every figure of a pool under its name until it is taken away', async () => {
  const metrics = new MetricRegistry('t', []);
  const pool = new ThreadPool({ name: 'hashing', max: 1, capacity: 4 });
  const takeAway = instrumentPool(metrics, pool, { throwing: 'thrown' });
  const shown = () => {
    metrics.sample();
    const names = ['depth', 'high_water', 'capacity', 'active', 'idle', 'max'];
    const totals = ['submitted', 'completed', 'failed', 'cancelled', 'rejected', 'lost'];
    const ids = [...names, ...totals.map((name) => `${name}_total`)];
    const slot = (id: string, of = 'hashing') => metrics.layout.slot(`signalbox_t_pool_${id}{pool="${of}"}`);
    const times = (of?: string) =>
      ['wait_seconds', 'run_seconds', 'back_seconds'].map((id) => metrics.values[slot(id, of)]);
    return { values: ids.map((id) => metrics.values[slot(id)]), times: times(), thrown: times('thrown') };
  };
  expect(shown()).toEqual({
    values: [0, 0, 4, 0, 0, 1, 0, 0, 0, 0, 0, 0],
    times: [0, 0, 0],
    thrown: [0, 0, 0],
  });
  await pool.run(echo, 1);
  await pool.run(throwing, 'error').catch(() => {});
  await pool.run(exit, 1).catch(() => {});
  const all = [1, 2, 3, 4].map((value) => pool.submit(echo, value));
  await expect(pool.run(echo, 5)).rejects.toMatchObject({ code: 'limit_reached' });
  all[0]?.cancel();
  expect(shown()).toEqual({
    values: [3, 4, 4, 0, 0, 1, 7, 1, 2, 1, 1, 1],
    times: [2, 2, 2],
    thrown: [1, 1, 1],
  });
  await Promise.allSettled(all.map(({ result }) => result));
  expect(shown()).toEqual({
    values: [0, 4, 4, 0, 1, 1, 7, 4, 2, 1, 1, 1],
    times: [5, 5, 5],
    thrown: [1, 1, 1],
  });
  const onTimes = vi.spyOn(pool, 'onTimes');
  takeAway();
  expect(onTimes).toHaveBeenCalledWith(null);
  await pool.run(echo, 6);
  expect(shown()).toMatchObject({
    values: new Array(12).fill(undefined),
    thrown: new Array(3).fill(undefined),
  });
  await pool.close(1_000);
});
