/** What main shows of its own queues, on the page of queues, in /metrics and by `signalbox pools`. */
import { afterEach, expect, test } from 'vitest';
import { MetricRegistry } from '../../daemons/runtime/telemetry/metric-registry.ts';
import { shownInstruments } from '../../daemons/runtime/telemetry/test-fixtures/shown-instruments.ts';
import { instrumentLocalSocket, instrumentRecords } from './main-instruments.ts';
import { closeHosts, startHost } from './test-hosts.ts';

afterEach(closeHosts);

test('queues to the recorder are shown with what waits, what went and what was lost', () => {
  const metrics = new MetricRegistry('main', []);
  const queue = { depth: 3, highWater: 7, submitted: 20, dropped: 2 };
  instrumentRecords(
    metrics,
    { queue: { ...queue, capacity: 100 } },
    { queue, heldQueue: { ...queue, depth: 1 } },
  );
  const common = { highWater: 7, submitted: 20, dropped: 2 };
  expect(shownInstruments(metrics)).toEqual({
    'queue history': { ...common, depth: 3, capacity: 100, completed: 15 },
    'queue audit journal': { ...common, depth: 3, completed: 15 },
    'queue audit in memory': { ...common, depth: 1, completed: 17 },
  });
});

test('a host without a recorder has no queues to one', () => {
  const metrics = new MetricRegistry('main', []);
  instrumentRecords(metrics, { queue: { depth: 0, highWater: 0, submitted: 0 } }, null);
  expect(shownInstruments(metrics)).toEqual({});
});

test('command lines that are connected are counted against their places', () => {
  const metrics = new MetricRegistry('main', []);
  instrumentLocalSocket(metrics, { localClients: 64 }, { counts: { open: 3, entered: 9, refused: 2 } });
  expect(shownInstruments(metrics)).toEqual({
    'limiter local clients': { depth: 3, capacity: 64, completed: 7, rejected: 2 },
  });
});

test('requests without an answer are counted, and how long answers take is measured', async () => {
  const host = await startHost();
  const before = shownInstruments(host.plane.metrics)['correlation control requests'];
  await host.ask('status');
  await host.ask('nope');
  const after = shownInstruments(host.plane.metrics)['correlation control requests'];
  expect(after).toMatchObject({ depth: 0, highWater: expect.any(Number) });
  expect(after!.highWater).toBeGreaterThan(0);
  expect([after!.submitted! - before!.submitted!, after!.completed! - before!.completed!]).toEqual([2, 2]);
  expect(after!.runSeconds!.count - before!.runSeconds!.count).toBe(2);
});
