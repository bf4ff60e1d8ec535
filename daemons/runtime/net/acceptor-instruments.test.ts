import { expect, it } from 'vitest';
import { MetricRegistry } from '../telemetry/metric-registry.ts';
import { instrumentAccepting } from './acceptor-instruments.ts';
import { AcceptCounts } from './admission.ts';
import { ConnectThrottle } from './connect-throttle.ts';

const RATE = { connectBurst: 1, connectsPerSecond: 1 };

it('shows the addresses that are remembered, and who was let in and refused', () => {
  const metrics = new MetricRegistry('t', []);
  const counts = new AcceptCounts();
  const throttle = new ConnectThrottle(
    () => 7,
    () => 0,
  );
  instrumentAccepting(metrics, { counts, throttle });
  for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.2']) {
    counts.accepted++;
    if (throttle.attempt(throttle.visitor(address), RATE) > 0) counts.refusedThrottled++;
  }
  metrics.sample();
  const of = (name: string) => metrics.values[metrics.layout.slot(`signalbox_t_${name}`)];
  expect(
    ['depth', 'capacity', 'completed_total', 'rejected_total'].map((figure) =>
      of(`limiter_${figure}{limiter="connects"}`),
    ),
  ).toEqual([2, 7, 2, 1]);
  expect(of('queue_depth{queue="tls handshakes"}')).toBe(0);
});

it('does not count who is connected among those that are remembered: they are not what the room is for', () => {
  const throttle = new ConnectThrottle(
    () => 7,
    () => 0,
  );
  const visitor = throttle.visitor('192.0.2.1');
  throttle.attempt(visitor, RATE);
  throttle.enter(visitor);
  expect(throttle.absent).toEqual({ remembered: 0, most: 7 });
  throttle.leave(visitor);
  expect(throttle.absent).toEqual({ remembered: 1, most: 7 });
});
