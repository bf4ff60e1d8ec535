/** What a daemon registers while it runs is found everywhere without code for it, and is gone when it is closed. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { HistoryResult } from '../../contract/control/history.ts';
import type { ControlResults } from '../../contract/control/requests.ts';
import { INSTRUMENT_KINDS } from '../../contract/link/catalog.ts';
import { registry as shipped } from '../../daemons/registry.ts';
import { showMetrics } from '../cli/show.ts';
import { renderPrometheus } from './prometheus.ts';
import { startTestHost, type TestHost } from './test-fixtures/test-host.ts';
import { manifest as workshop } from './test-fixtures/workshop/manifest.ts';

const ROOT = join(import.meta.dirname, '../..');
const recorder = shipped.filter(({ role }) => role === 'recorder');
let host: TestHost;

beforeEach(async () => {
  host = await startTestHost('', {}, [...recorder, workshop], (id) =>
    id === 'workshop'
      ? join(import.meta.dirname, 'test-fixtures', id, 'main.ts')
      : join(ROOT, 'daemons', id, 'main.ts'),
  );
  await host.ask('daemon.start', { id: 'recorder' });
  await host.ask('daemon.start', { id: 'workshop' });
  await host.reached('running', 'workshop');
});
afterEach(() => host.close());

async function run(command: 'open' | 'close' | 'flap', kind: string, name: string): Promise<void> {
  const outcome = await host.ask('command.run', { daemon: 'workshop', command, args: { kind, name } });
  expect(outcome).toMatchObject({ ok: true });
}

async function latest(): Promise<ControlResults['metrics.latest']> {
  const outcome = await host.ask('metrics.latest', { source: 'workshop' });
  expect(outcome).toMatchObject({ ok: true });
  return (outcome as { result: ControlResults['metrics.latest'] }).result;
}

function prometheus(): string {
  const sources = host.plane
    .latestMetrics()
    .map(({ layout, summary }) => ({ layout, values: summary.values }));
  return renderPrometheus(sources, host.plane.snapshots());
}

test('one of each kind is in the newest figures, the command line, /metrics and history, until it is closed', async () => {
  const from = Date.now() / 1_000 - 5;
  for (const kind of INSTRUMENT_KINDS) await run('open', kind, 'a "b"');
  const ids = INSTRUMENT_KINDS.flatMap((kind) =>
    ['held', 'uses_total', 'delay_seconds'].map(
      (metric) => `signalbox_workshop_${kind}_${metric}{${kind}="a \\"b\\""}`,
    ),
  );
  await vi.waitFor(async () =>
    expect(Object.keys((await latest()).metrics)).toEqual(expect.arrayContaining(ids)),
  );
  const { catalog, metrics } = await latest();
  expect(metrics[ids[0]!]).toBe(4_096);
  expect(metrics[ids[1]!]).toBe(7);
  expect(metrics[ids[2]!]).toMatchObject({ count: 1 });
  const table = showMetrics(catalog.metrics, metrics);
  expect(table).toMatch(/signalbox_workshop_queue_held\{queue="a \\"b\\""\} +4(\.0)? k/i);
  const text = prometheus();
  for (const kind of INSTRUMENT_KINDS) {
    expect(text).toContain(`signalbox_workshop_${kind}_held{${kind}="a \\"b\\""} 4096\n`);
    expect(text).toContain(`signalbox_workshop_${kind}_delay_seconds_count{${kind}="a \\"b\\""} 1\n`);
  }
  const history = async () => {
    const to = Date.now() / 1_000;
    const outcome = await host.ask('history.query', {
      source: 'workshop',
      metrics: ids,
      from,
      to,
      points: 60,
    });
    expect(outcome).toMatchObject({ ok: true });
    return (outcome as { result: HistoryResult }).result.series;
  };
  await vi.waitFor(async () => {
    const series = await history();
    for (const id of ids)
      expect(series.find(({ metric }) => metric === id)?.values.some(Boolean), id).toBe(true);
  });

  await run('close', 'queue', 'a "b"');
  await vi.waitFor(async () => expect((await latest()).metrics).not.toHaveProperty([ids[0]!]));
  expect(prometheus()).not.toContain('signalbox_workshop_queue_held');
  expect(prometheus()).toContain('signalbox_workshop_cache_held');
  // What it did stays on record. Its last second may have a sample from after its end as well, so the mean says less.
  const most = (await history()).find(({ metric, stat }) => metric === ids[0] && stat === 'max');
  expect(most?.values).toContain(4_096);
});

test('a link that flaps leaves the catalog that it found', async () => {
  await run('open', 'queue', 'a');
  await run('open', 'queue', 'b');
  const last = 'signalbox_workshop_queue_held{queue="b"}';
  await vi.waitFor(async () => expect((await latest()).metrics).toHaveProperty([last]));
  const { catalog, time } = await latest();
  await run('flap', 'queue', 'a');
  await vi.waitFor(async () => expect((await latest()).time).toBeGreaterThan(time + 1_500));
  expect((await latest()).catalog).toEqual(catalog);
});
