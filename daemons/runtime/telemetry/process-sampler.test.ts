import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { readMetrics } from '../../../contract/metric-frame.ts';
import { MetricRegistry } from './metric-registry.ts';
import { ProcessSampler } from './process-sampler.ts';

/** Long enough that another thread is surely given a core meanwhile, in milliseconds. */
const MEANWHILE_MS = 300;

it('does not count as monitoring what another thread does at the same time', async () => {
  const busy = new Worker('for (;;);', { eval: true });
  await once(busy, 'online');
  const registry = new MetricRegistry('t', []);
  const sampler = new ProcessSampler('t', registry);
  sampler.measure(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, MEANWHILE_MS));
  sampler.summarise();
  sampler.close();
  await busy.terminate();
  const { signalbox_t_cpu_ratio: all, signalbox_t_monitoring_cpu_ratio: monitoring } = readMetrics(
    registry.layout,
    registry.values,
  );
  expect(all).toBeGreaterThan(0);
  expect(monitoring).toBeLessThan(Number(all) / 2);
});
