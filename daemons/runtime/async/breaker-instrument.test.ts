import { expect, it } from 'vitest';
import { SignalboxError } from '../../../contract/errors.ts';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { MetricRegistry } from '../telemetry/metric-registry.ts';
import { instrumentBreaker } from './breaker-instrument.ts';
import { Resilience } from './resilience.ts';

it('shows the figures of a breaker until it is taken away', async () => {
  const metrics = new MetricRegistry('t', []);
  const calls = new Resilience({
    ...{ what: 'The mail server', clock: new FakeClock(), random: () => 0 },
    ...{ failures: 1, openMs: 60_000, openMaxMs: 60_000, retryMs: [] },
    probe: async () => {},
    verdict: () => 'fault',
    passes: () => false,
    onState: () => {},
  });
  const { close, handles } = instrumentBreaker(metrics, 'mail', calls);
  const shown = (figure: string) =>
    metrics.values[metrics.layout.slot(`signalbox_t_breaker_${figure}{breaker="mail"}`)];
  const run = (work: () => Promise<unknown>) =>
    calls.run(work, { deadlineMs: 1_000, late: () => new SignalboxError('timeout', 'late'), repeats: false });
  await run(async () => {});
  metrics.sample();
  expect(shown('state')).toBe(0);
  const down = () => Promise.reject(new Error('connect ECONNREFUSED.'));
  await expect(run(down)).rejects.toThrow('ECONNREFUSED');
  await expect(run(down)).rejects.toMatchObject({ code: 'unavailable' });
  metrics.sample();
  expect(shown('state')).toBe(2);
  const totals = ['submitted', 'completed', 'failed', 'rejected'];
  expect(totals.map((figure) => shown(`${figure}_total`))).toEqual([3, 1, 1, 1]);
  handles.run.record(1e9);
  const [run_] = metrics.rotate().filter(({ metric }) => metric.includes('breaker_run_seconds'));
  expect(run_?.buckets.filter((_, at) => at % 2 === 1).reduce((sum, count) => sum + count, 0)).toBe(3);
  close();
  expect(calls.onRun).toBeNull();
  metrics.sample();
  expect(metrics.catalog.metrics.some(({ instrument }) => instrument === 'breaker')).toBe(false);
  calls.stop();
});
