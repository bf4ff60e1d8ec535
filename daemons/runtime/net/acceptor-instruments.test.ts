import { expect, it } from 'vitest';
import { MetricRegistry } from '../telemetry/metric-registry.ts';
import { shownInstruments } from '../telemetry/test-fixtures/shown-instruments.ts';
import { instrumentAccepting } from './acceptor-instruments.ts';
import { AcceptCounts } from './admission.ts';
import { ConnectThrottle } from './connect-throttle.ts';

const RATE = { connectBurst: 1, connectsPerSecond: 1 };

it('shows places, the addresses that are remembered, and who was let in and refused', () => {
  const metrics = new MetricRegistry('t', []);
  const counts = new AcceptCounts();
  const throttle = new ConnectThrottle(
    () => 7,
    () => 0,
  );
  const places = { depth: 3, capacity: 9, completed: 12, rejected: 2 };
  const refusedClients = { depth: 1, capacity: 256, completed: 4, rejected: 0 };
  instrumentAccepting(metrics, { counts, throttle, places, refusedClients });
  for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.2']) {
    counts.accepted++;
    if (throttle.attempt(throttle.visitor(address), RATE) > 0) counts.refusedThrottled++;
  }
  expect(shownInstruments(metrics)).toEqual({
    'limiter client connections': places,
    'limiter connects': { depth: 2, capacity: 7, completed: 2, rejected: 1 },
    'limiter refused clients': refusedClients,
    'queue tls handshakes': expect.objectContaining({ depth: 0 }),
  });
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
