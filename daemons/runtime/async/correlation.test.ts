import { expect, it } from 'vitest';
import { FakeClock } from '../../../kit/fake-clock.ts';
import { ascendingIds, PendingRequests } from '../../../kit/pending-requests.ts';
import { MetricRegistry } from '../telemetry/metric-registry.ts';
import { instrumentCorrelation } from './correlation.ts';

it('shows requests that wait for answers, what became of the others, and how long answers took', async () => {
  const clock = new FakeClock();
  const metrics = new MetricRegistry('t', []);
  const requests = new PendingRequests<string>(clock, { limit: 6 }, ascendingIds());
  const instrument = instrumentCorrelation(metrics, 'link', requests.figures);
  const open = (timeoutMs = 1_000) => {
    const { requestId, answer } = requests.open('it', timeoutMs);
    answer.catch(() => {});
    return requestId;
  };
  const ids = [open(), open(), open(), open(), open(10), open(10)];
  open();
  await clock.advance(250);
  requests.resolve(ids[0]!, 'a');
  requests.resolve(ids[1]!, 'b');
  requests.reject(ids[2]!, { code: 'refused', message: 'no' });
  for (let n = 0; n < 5; n++) requests.resolve(ids[0]!, 'again');
  requests.cancel(ids[3]!);
  for (let n = 0; n < 3; n++) requests.cancel(open());
  open();
  metrics.sample();
  const value = (figure: string) =>
    metrics.values[metrics.layout.slot(`signalbox_t_correlation_${figure}{correlation="link"}`)];
  expect([value('depth'), value('high_water'), value('capacity')]).toEqual([1, 6, 6]);
  const totals = ['submitted', 'completed', 'failed', 'cancelled', 'rejected', 'stale'];
  expect(totals.map((name) => value(`${name}_total`))).toEqual([10, 3, 2, 4, 1, 5]);
  metrics.rotate();
  metrics.sample();
  const run = metrics.layout.slot('signalbox_t_correlation_run_seconds{correlation="link"}');
  expect(metrics.values[run]).toBe(3);
  expect(metrics.values[run + 1]).toBeCloseTo(0.75, 6);
  instrument.close();
  expect(requests.figures.onAnswer).toBeNull();
  requests.resolve(requests.open('it', 1_000).requestId, 'late');
  metrics.sample();
  expect(value('depth')).toBeUndefined();
});
