/** What a server does around its clients: what it logs, what every second brings, and what those are told who are not let in. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MetricRegistry } from '../runtime/telemetry/metric-registry.ts';
import { until } from '../runtime/test-fixtures/until.ts';
import { relayConfig } from './config.ts';
import { prepareRelay } from './daemon.ts';
import { RelayMetrics, relayMetrics } from './metrics.ts';
import { BanList } from './net/ban-list.ts';
import { RelayServer, type RelayServerOptions } from './relay-server.ts';
import { KnownPeers } from './secure/known-peers.ts';
import { TEST_SUITE, TestRelay } from './test-relay.ts';

let folder: string;
let logged: string[];
let changes: number;
let relay: TestRelay | null;
const servers: RelayServer[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'relay-server-'));
  [logged, changes, relay] = [[], 0, null];
});
afterEach(async () => {
  vi.useRealTimers();
  await relay?.close();
  for (const server of servers.splice(0)) await server.drain('over', AbortSignal.timeout(1_000));
  await rm(folder, { recursive: true, force: true });
});

async function start(config: Record<string, unknown> = {}) {
  const registry = new MetricRegistry('relay', relayMetrics);
  const metrics = new RelayMetrics(registry);
  const bans = await BanList.open(folder, { info() {}, error() {} });
  const parsed = relayConfig.parse({
    listen: [{ host: '127.0.0.1', port: 0 }],
    close_flush_ms: 500,
    ...config,
  });
  const known = await KnownPeers.open(folder, parsed, { error() {} });
  const say = (level: string) => (event: string, message: string) =>
    logged.push(`${level} ${event}: ${message}`);
  const server = await RelayServer.start({
    config: parsed,
    ...(await prepareRelay(parsed, { warn: () => {} })),
    metrics,
    bans,
    known,
    suite: TEST_SUITE,
    identity: TEST_SUITE.signingKey(new Uint8Array(32)),
    log: { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') },
    onChanged: () => {
      changes++;
    },
  } as unknown as RelayServerOptions);
  servers.push(server);
  relay = new TestRelay(server, registry, metrics, bans, folder, parsed, known);
  return { server, metrics, bans, relay };
}

describe('the log', () => {
  it('warns of more clients than the system lets in, at the start and when the limit changes', async () => {
    const { server } = await start({ max_clients: 10 });
    expect(logged).toEqual([]);
    server.setLimits({ max_clients: 1_000_000 });
    expect(logged.map((text) => text.split(':')[0])).toEqual(
      server.admission.room < 1_000_000 ? ['warn descriptors_low'] : [],
    );
    logged.splice(0);
    await start({ max_clients: 1_000_000 });
    expect(logged).toHaveLength(server.admission.room < 1_000_000 ? 1 : 0);
  });

  it('says who ended and why, and who was not let in', async () => {
    const { relay } = await start({ connections_per_ip: 1 });
    const ann = await relay.greet('rooms', 'ann');
    await (await relay.connect()).ended();
    ann.socket.end();
    await until(() => logged.length === 2);
    expect(logged).toEqual([
      'debug client_refused: 127.0.0.1: address_full',
      'debug client_ended: ann from 127.0.0.1: closed by the client',
    ]);
  });
});

describe('every second', () => {
  it('the memory that is held is measured, silence is looked at, and windows are told where there are clients', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const { server, metrics, relay } = await start();
    vi.advanceTimersByTime(3_000);
    expect(changes).toBe(0);
    const ann = await relay.greet('rooms', 'ann');
    await ann.ask({ type: 'join', room: 'den' });
    const half = await relay.connect();
    half.socket.write(Buffer.concat([Buffer.from([0, 0, 0x10, 0]), Buffer.alloc(100)]));
    await until(() => metrics.bytesIn.value > 150);
    changes = 0;
    vi.advanceTimersByTime(1_000);
    expect(changes).toBe(1);
    await until(() => metrics.peersGreeted.value === 1);
    expect([metrics.rooms.value, metrics.roomMemberships.value]).toEqual([1, 1]);
    expect(metrics.heldReceiveBytes.value).toBeGreaterThanOrEqual(104);
    await server.drain('over', AbortSignal.timeout(1_000));
    changes = 0;
    vi.advanceTimersByTime(5_000);
    expect(changes).toBe(0);
  });
});

describe('who is not let in', () => {
  it.each<[string, string, Record<string, unknown>]>([
    ['too_many_clients', 'The relay is full; try again later.', { max_clients: 1 }],
    [
      'too_many_clients',
      'The relay is full; try again later.',
      { class: [{ name: 'local', match: ['127.0.0.0/8'], max_connections: 1 }] },
    ],
    [
      'too_many_connections',
      'Your address has too many connections; try again later.',
      { connections_per_ip: 1 },
    ],
    [
      'connect_throttled',
      'Your address connects too fast; try again later.',
      { connect_burst: 1, connects_per_second: 1 },
    ],
  ])('hears %s: %s', async (code, message, config) => {
    const { relay } = await start(config);
    await relay.greet('rooms', 'ann');
    const payload = await (await relay.connect()).next();
    // Without a kind byte, because nothing is known of it.
    expect(JSON.parse(String(payload))).toEqual({ type: 'error', id: null, code, message });
  });

  it('hears why its address is banned', async () => {
    const { bans, relay } = await start();
    await bans.add({
      kind: 'cidr',
      value: '127.0.0.0/8',
      reason: 'spam',
      by: 'x',
      createdAt: 0,
      expiresAt: null,
    });
    expect(await (await relay.connect()).message()).toEqual({
      type: 'error',
      id: null,
      code: 'banned',
      message: 'Your address is banned: spam',
    });
  });
});

it('takes the mode of its listener, else its own, and a reload changes that for those who come', async () => {
  const { server, relay } = await start({ mode: 'broadcast' });
  await relay.connect();
  await until(() => server.relay.size === 1);
  expect([...server.relay.peers()].map(({ mode }) => mode)).toEqual(['broadcast']);
  await relay.reload({ mode: 'echo', modes: ['rooms'], max_rooms: 7 });
  await relay.connect();
  await until(() => server.relay.size === 2);
  expect([...server.relay.peers()].map(({ mode }) => mode)).toEqual(['broadcast', 'echo']);
  expect([server.relay.modes, server.limits.max_rooms, server.openSockets]).toEqual([['rooms'], 7, 2]);
});
