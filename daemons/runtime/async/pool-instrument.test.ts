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
  const takeAway = instrumentPool(metrics, pool);
  const shown = () => {
    metrics.sample();
    const names = ['depth', 'high_water', 'capacity', 'active', 'idle', 'max'];
    const totals = ['submitted', 'completed', 'failed', 'cancelled', 'rejected', 'lost'];
    const ids = [...names, ...totals.map((name) => `${name}_total`)];
    const slot = (id: string) => metrics.layout.slot(`signalbox_t_pool_${id}{pool="hashing"}`);
    const [wait, run] = ['wait_seconds', 'run_seconds'].map((id) => metrics.values[slot(id)]);
    return { values: ids.map((id) => metrics.values[slot(id)]), wait, run };
  };
  expect(shown()).toEqual({ values: [0, 0, 4, 0, 0, 1, 0, 0, 0, 0, 0, 0], wait: 0, run: 0 });
  await pool.run(echo, 1);
  await pool.run(throwing, 'error').catch(() => {});
  await pool.run(exit, 1).catch(() => {});
  const all = [1, 2, 3, 4].map((value) => pool.submit(echo, value));
  await expect(pool.run(echo, 5)).rejects.toMatchObject({ code: 'limit_reached' });
  all[0]?.cancel();
  expect(shown()).toEqual({ values: [3, 4, 4, 0, 0, 1, 7, 1, 2, 1, 1, 1], wait: 2, run: 2 });
  await Promise.allSettled(all.map(({ result }) => result));
  expect(shown()).toEqual({ values: [0, 4, 4, 0, 1, 1, 7, 4, 2, 1, 1, 1], wait: 5, run: 5 });
  const onTimes = vi.spyOn(pool, 'onTimes');
  takeAway();
  expect(onTimes).toHaveBeenCalledWith(null);
  await pool.run(echo, 6);
  expect(shown().values).toEqual(new Array(12).fill(undefined));
  await pool.close(1_000);
});
