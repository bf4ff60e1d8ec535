/** Two whole servers that link by their configuration. */

import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { portOf } from '../../../contract/listen-place.ts';
import type { DaemonContext } from '../../runtime/host/daemon-definition.ts';
import { PeerDirectory } from '../../runtime/host/peer-directory.ts';
import { TaskBoard } from '../../runtime/host/task-board.ts';
import { createSelfSigned } from '../../runtime/net/certificate-tasks.ts';
import { carryOut } from '../../runtime/net/listener-change.ts';
import { MetricRegistry } from '../../runtime/telemetry/metric-registry.ts';
import { until } from '../../runtime/test-fixtures/until.ts';
import { type IrcdConfig, ircdConfigSchema } from '../config.ts';
import { startIrcd } from '../daemon.ts';
import { limits } from '../limits.ts';
import { manifest } from '../manifest.ts';
import { type IrcdPrepared, prepareIrcd } from '../prepare.ts';

let dataDir: string;
let started: Awaited<ReturnType<typeof startIrcd>>[];
const call = {
  signal: new AbortController().signal,
  actor: { name: 'tester', from: 'cli', role: 'admin' },
} as const;
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'signalbox-links-'));
  started = [];
});
afterEach(async () => {
  await Promise.all(started.map((daemon) => daemon.drain(AbortSignal.timeout(5_000))));
  await rm(dataDir, { recursive: true });
});

const place = () => ({ dataDir, warn: () => {} });
const parse = (config: object): IrcdConfig =>
  ircdConfigSchema.parse({ dns: false, restore_minutes: 0, accounts: { authority: 'none' }, ...config });

async function start(config: IrcdConfig) {
  const metrics = new MetricRegistry('ircd', manifest.metrics);
  const touched = new Set<string>();
  const context: DaemonContext<IrcdConfig, IrcdPrepared> = {
    config,
    prepared: await prepareIrcd(config, place()),
    dataDir,
    metrics,
    peers: new PeerDirectory(),
    tasks: new TaskBoard(),
    log: () => silent,
    touchTable: (name) => void touched.add(name),
    requestLifecycle: () => Promise.resolve({ ok: true, result: null }),
    beginDeed: () => ({ mayRun: true, deed: { unwritten: null, end: () => {} } }),
  };
  const daemon = await startIrcd(context);
  started.push(daemon);
  const links = () => (daemon.commands.links.run({}, call) as { rows: Record<string, unknown>[] }).rows;
  const metric = (name: string) => {
    metrics.sample();
    return metrics.values[metrics.layout.slot(`signalbox_ircd_${name}`)];
  };
  const reload = async (next: IrcdConfig) => {
    const pending = await daemon.reload!(next, await prepareIrcd(next, place()));
    await carryOut(pending.listeners!, () => pending.commit());
  };
  return { daemon, links, metric, reload, touched, port: portOf(daemon.listeners()[0]) };
}

it('link over TLS by password and certificate, show it, split, and forget who is not configured', async () => {
  const { cert, key } = await createSelfSigned('hub.test');
  await writeFile(join(dataDir, 'cert.pem'), cert);
  await writeFile(join(dataDir, 'key.pem'), key);
  await writeFile(join(dataDir, 'leaf.password'), 'sesam\n');
  const tls = { certificate: join(dataDir, 'cert.pem'), key: join(dataDir, 'key.pem') };
  const hub = await start(
    parse({
      server_name: 'hub.test',
      listen: [{ host: '127.0.0.1', port: 0, tls: true, protocol: 'p10' }],
      tls,
      link: [{ name: 'leaf.test', password_file: 'leaf.password', tls: true }],
    }),
  );
  const block = {
    name: 'hub.test',
    host: '127.0.0.1',
    port: hub.port,
    password: 'sesam',
    autoconnect: true,
    hub: ['*.test'],
    tls: true,
    fingerprint: new X509Certificate(cert).fingerprint256,
  };
  const settings = { server_name: 'leaf.test', numeric: 2, listen: [{ host: '127.0.0.1', port: 0 }] };
  const leaf = await start(parse({ ...settings, link: [block] }));
  await until(() => leaf.links()[0]?.state === 'linked' && hub.links()[0]?.state === 'linked');
  expect(hub.links()).toMatchObject([{ name: 'leaf.test', numeric: 2, kind: 'signalbox', direction: 'in' }]);
  expect(leaf.links()).toMatchObject([{ name: 'hub.test', numeric: 1, direction: 'out', users: 0 }]);
  expect([hub.metric('links'), hub.metric('connections')]).toEqual([1, 0]);
  expect(hub.metric('link_lines_in_total')).toBeGreaterThan(3);
  expect(leaf.metric('link_lines_out_total')).toBeGreaterThan(3);
  const cells = [...(leaf.daemon.tables?.network?.rows() ?? [])].map((row) => row.slice(0, 4));
  expect(cells).toEqual([
    ['leaf.test', 'here', null, 0],
    ['hub.test', 'linked', 'leaf.test', 0],
  ]);
  expect([leaf.daemon.tables?.network?.total(), leaf.touched.has('network')]).toEqual([2, true]);

  // Each link is a queue of its own, with its lag, for as long as it stands.
  const figure = (name: string) => hub.metric(`queue_${name}{queue="bytes to leaf.test"}`);
  await until(() => (figure('lag_seconds') ?? 0) > 0);
  expect([figure('depth'), figure('capacity')]).toEqual([0, limits.linkSendQueueBytes.default]);

  await leaf.reload(parse({ ...settings, link: [] }));
  expect(leaf.links()).toMatchObject([{ name: 'hub.test', state: 'linked' }]);
  const squit = { server: 'leaf.test', reason: 'enough' };
  expect(hub.daemon.commands.squit.impact?.(squit)).toBe('splits 0 users');
  await hub.daemon.commands.squit.run(squit, call);
  await until(() => leaf.links().length === 0);
  expect(hub.links()).toMatchObject([{ name: 'leaf.test', state: 'failed', reason: 'enough' }]);
  expect([leaf.metric('netsplits_total'), figure('depth')]).toEqual([1, undefined]);
});
