/** The relay as the runtime starts it, in this process: what it tells the runtime, and what it answers it. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { carryOut } from '../runtime/net/listener-change.ts';
import { MetricRegistry } from '../runtime/telemetry/metric-registry.ts';
import { until } from '../runtime/test-fixtures/until.ts';
import { relayConfig } from './config.ts';
import { prepareRelay, relayDaemon } from './daemon.ts';
import { relayMetrics } from './metrics.ts';
import { TestClient } from './test-relay.ts';

let folder: string;
let touched: Set<string>;
let registry: MetricRegistry;
let running: Awaited<ReturnType<typeof relayDaemon.start>>;
const config = (more: object = {}) =>
  relayConfig.parse({ listen: [{ host: '127.0.0.1', port: 0 }], close_flush_ms: 500, ...more });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-parts-'));
  touched = new Set();
  registry = new MetricRegistry('relay', relayMetrics);
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  running = await relayDaemon.start({
    config: config(),
    prepared: { credentials: null },
    dataDir: folder,
    metrics: registry,
    log: () => log,
    touchTable: (name: string) => touched.add(name),
  } as unknown as Parameters<typeof relayDaemon.start>[0]);
});
afterEach(async () => {
  await running.drain(AbortSignal.timeout(1_000));
  await rm(folder, { recursive: true });
});

async function client(): Promise<TestClient> {
  const [listener] = running.listeners();
  const { port } = listener as { port: number };
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return new TestClient(socket);
}

it('says that all tables of clients and rooms changed when somebody comes, and what a stop would do', async () => {
  expect([running.stopImpact?.(), touched.size]).toEqual([null, 0]);
  const ann = await client();
  await until(() => touched.size === 3);
  expect([...touched].sort()).toEqual(['connections', 'members', 'rooms']);
  await until(() => running.stopImpact?.() === 'disconnects 1 client');
  expect(running.tables?.connections?.total?.()).toBe(1);
  ann.close();
  await until(() => running.stopImpact?.() === null);
});

it('shows bans in a live table, which is told of once one was set', async () => {
  const args = { kind: 'cidr', mask: '198.51.100.0/24', reason: 'spam', minutes: 0 } as const;
  const actor = { name: 'tester', from: 'cli', role: 'admin' } as const;
  registry.sample();
  expect(touched.has('bans')).toBe(false);
  await running.commands['add-ban'].run(args, { actor } as never);
  registry.sample();
  expect(touched.has('bans')).toBe(true);
  const [row] = running.tables!.bans!.rows();
  expect([row?.slice(0, 3), running.tables!.bans!.total()]).toEqual([['198.51.100.0/24', 'cidr', 'spam'], 1]);
});

it('takes a new configuration over, and tells clients when it stops', async () => {
  const ann = await client();
  await ann.ask({ type: 'hello', mode: 'rooms', peer: 'ann' });
  const next = config({ max_rooms: 3 });
  const pending = await running.reload!(next, await prepareRelay(next, { warn: () => {} }));
  await carryOut(pending.listeners!, pending.commit as () => { renewed: string[] });
  expect(await ann.ask({ type: 'ping' })).toMatchObject({ type: 'pong' });
  const bans = running.commands.bans.run({}, {} as never);
  expect(bans).toEqual({ rows: [] });
  const drained = running.drain(AbortSignal.timeout(5_000));
  expect(await ann.message()).toEqual({ type: 'closing', reason: 'The relay is shutting down.' });
  expect(await ann.next()).toBeNull();
  await drained;
});

it('needs no files without TLS, and names the one that it cannot read', async () => {
  expect(await prepareRelay(config(), { warn: () => {} })).toEqual({ credentials: null });
  const tls = { certificate: join(folder, 'absent.crt'), key: join(folder, 'absent.key') };
  await expect(prepareRelay(config({ tls }), { warn: () => {} })).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringContaining('relay.tls'),
  });
});
