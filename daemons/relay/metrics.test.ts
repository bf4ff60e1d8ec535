/** What is counted elsewhere is shown under its own name. */
import { expect, it } from 'vitest';
import { MetricRegistry } from '../runtime/telemetry/metric-registry.ts';
import { RelayMetrics, relayMetrics } from './metrics.ts';

it('says why a crowd was written to', () => {
  const registry = new MetricRegistry('relay', relayMetrics);
  const queue = { depth: 0, highWater: 0, submitted: 0 };
  const held = { depth: 0, high_water: 0, capacity: 1 };
  const flushes = { idle: 0, time: 0, bytes: 0, size: 0 };
  new RelayMetrics(registry).publishClients({
    turns: { stats: () => queue },
    readRounds: { tally: queue },
    paused: queue,
    flusher: { counts: queue, flushes },
    memoryWatch: { heldToSend: held, heldOfInput: held },
  } as unknown as Parameters<RelayMetrics['publishClients']>[0]);
  Object.assign(flushes, { idle: 1, time: 2, bytes: 3, size: 4 });
  registry.sample();
  const shown = relayMetrics
    .filter(({ name }) => name.includes('flushes'))
    .map(({ name }) => [name, registry.values[registry.layout.slot(name)]]);
  expect(shown).toEqual([
    ['signalbox_relay_flushes_idle_total', 1],
    ['signalbox_relay_flushes_time_total', 2],
    ['signalbox_relay_flushes_bytes_total', 3],
    ['signalbox_relay_flushes_size_total', 4],
  ]);
});
