/** What main shows of its own queues, on the page of queues, in /metrics and by `signalbox pools`. */
import { afterEach, expect, test } from 'vitest';
import { MetricRegistry } from '../../daemons/runtime/telemetry/metric-registry.ts';
import { shownInstruments } from '../../daemons/runtime/telemetry/test-fixtures/shown-instruments.ts';
import { QueueTally } from '../../kit/queue-tally.ts';
import {
  instrumentFollowing,
  instrumentLinks,
  instrumentLocalSocket,
  instrumentRecords,
} from './main-instruments.ts';
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

test('command lines that are connected are counted against their places, and what they have not read', () => {
  const metrics = new MetricRegistry('main', []);
  const backlog = { depth: 5, high_water: 70, capacity: 100 };
  const counts = { open: 3, entered: 9, refused: 2 };
  instrumentLocalSocket(metrics, { localClients: 64 }, { counts, backlog });
  expect(shownInstruments(metrics)).toEqual({
    'limiter local clients': { depth: 3, capacity: 64, completed: 7, rejected: 2 },
    'queue bytes to local clients': { depth: 5, highWater: 70, capacity: 100 },
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

test('what is on its way to a daemon is shown from the first message on of which that is known', () => {
  const [told, silent] = [new QueueTally(), new QueueTally()];
  const metrics = new MetricRegistry('main', []);
  instrumentLinks(metrics, [
    { id: 'ircd', outbox: told },
    { id: 'relay', outbox: silent },
  ]);
  expect(shownInstruments(metrics)).toEqual({});
  told.enter(3);
  told.leave();
  const shown = { depth: 2, highWater: 3, submitted: 3, completed: 1 };
  expect(shownInstruments(metrics)).toEqual({ 'queue link to ircd': shown });
  expect(shownInstruments(metrics)).toEqual({ 'queue link to ircd': shown });
  silent.enter();
  expect(Object.keys(shownInstruments(metrics))).toEqual(['queue link to ircd', 'queue link to relay']);
});

test('log records for followers and deeds without an end are shown', () => {
  const metrics = new MetricRegistry('main', []);
  const counts = { depth: 1, submitted: 9, completed: 8, batches: 2 };
  const deeds = { depth: 1, high_water: 2, submitted: 5, completed: 3, cancelled: 1, rejected: 0 };
  instrumentFollowing(metrics, { logs: { counts }, audit: { deeds } });
  const { high_water: highWater, ...others } = deeds;
  expect(shownInstruments(metrics)).toEqual({
    'batcher log followers': counts,
    'correlation deeds': { ...others, highWater },
  });
});
