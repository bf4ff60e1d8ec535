/** Reloads and checks with the daemons that ship, as real processes, under clients that stay connected. */

import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { portOf, strangerAt } from '../../contract/listen-place.ts';
import { registry } from '../../daemons/registry.ts';
import { createSelfSigned } from '../../daemons/runtime/net/certificate-tasks.ts';
import type { ControlLimits } from '../core/limits.ts';
import { startTestHost, type TestHost } from './test-fixtures/test-host.ts';

const DAEMONS = resolve(import.meta.dirname, '../../daemons');
const shipped = registry.filter(({ id }) => id === 'ircd' || id === 'relay');

/** The one of the tests that leave its limits as they are. */
let shared: TestHost | null = null;
let own: TestHost | null = null;
let other: Server | null = null;
let sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  other?.close();
  other = null;
  await own?.close();
  own = null;
});
afterAll(() => shared?.close());

const startHost = (toml: string, limits: Partial<ControlLimits>) =>
  startTestHost(toml, limits, shipped, (id) => join(DAEMONS, id, 'main.ts'));

/** A host with this configuration in force: one for all tests, or one of its own where it has other limits. */
async function start(toml: string, limits?: Partial<ControlLimits>): Promise<TestHost> {
  if (limits !== undefined) own = await startHost(toml, limits);
  // The first certificate takes a thread its time on a busy machine.
  else if (shared === null) shared = await startHost(toml, { reloadMs: 300_000 });
  else {
    await writeFile(shared.configFile, toml);
    expect(await shared.ask('config.reload')).toMatchObject({ ok: true });
  }
  const host = own ?? shared!;
  await host.plane.started;
  return host;
}

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const probes = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  const ports = await Promise.all(
    probes.map(async (probe) => {
      await once(probe, 'listening');
      return (probe.address() as AddressInfo).port;
    }),
  );
  for (const probe of probes) probe.close();
  return ports;
}

/** An IRC client that is registered, and says whether it still is. */
async function irc(port: number): Promise<{ alive(): Promise<boolean> }> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes.toString();
  });
  socket.on('error', () => {});
  socket.write(`NICK n${sockets.length}\r\nUSER x 0 * :x\r\n`);
  await vi.waitFor(() => expect(text).toContain(' 001 '));
  let pings = 0;
  return {
    async alive() {
      const token = `t${++pings}`;
      socket.write(`PING ${token}\r\n`);
      await vi.waitFor(() => expect(text).toContain(`PONG irc.test :${token}`));
      return !socket.destroyed;
    },
  };
}

/** A relay client that gets its own frames back. */
async function echo(port: number): Promise<{ alive(): Promise<boolean> }> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  return {
    async alive() {
      socket.write(Buffer.from([0, 0, 0, 2, 0x68, 0x69]));
      const [bytes] = (await once(socket, 'data')) as [Buffer];
      return bytes.toString('latin1').endsWith('hi');
    },
  };
}

const settings = (ircd: string, relay: string, more = '') =>
  `[signalbox]\nautostart = ["ircd", "relay"]\n[ircd]\nserver_name = "irc.test"\ndns = false\nlisten = [${ircd}]\n${more}\n[relay]\nlisten = [${relay}]\n`;

test('two daemons exchange their ports on a reload, and nobody is dropped', async () => {
  const [a, b] = (await freePorts(2)) as [number, number];
  const { ask, configFile, snapshot } = await start(settings(`{ port = ${a} }`, `{ port = ${b} }`));
  const clients = [await irc(a), await echo(b)];
  await writeFile(configFile, settings(`{ port = ${b} }`, `{ port = ${a} }`));
  expect(await ask('config.reload')).toMatchObject({
    ok: true,
    result: {
      daemons: [
        { id: 'ircd', applied: ['listen'] },
        { id: 'relay', applied: ['listen'] },
      ],
    },
  });
  expect([snapshot('ircd'), snapshot('relay')].map(({ listeners }) => portOf(listeners[0]))).toEqual([b, a]);
  for (const client of [...clients, await irc(b), await echo(a)]) expect(await client.alive()).toBe(true);
});

test('a listener moves to all addresses and takes TLS on its own port, under its clients', async () => {
  const [a, b] = (await freePorts(2)) as [number, number];
  const { ask, configFile, snapshot } = await start(settings(`{ port = ${a} }`, `{ port = ${b} }`));
  const [first, relayed] = [await irc(a), await echo(b)];
  await writeFile(
    configFile,
    settings(`{ host = "0.0.0.0", port = ${a} }`, `{ host = "0.0.0.0", port = ${b} }`),
  );
  expect(await ask('config.reload')).toMatchObject({ ok: true });
  expect(snapshot('ircd').listeners).toMatchObject([{ host: '0.0.0.0', port: a, tls: false }]);
  const second = await irc(a);
  await writeFile(configFile, settings(`{ host = "0.0.0.0", port = ${a}, tls = true }`, `{ port = ${b} }`));
  expect(await ask('config.reload')).toMatchObject({ ok: true });
  expect(snapshot('ircd').listeners).toMatchObject([{ host: '0.0.0.0', port: a, tls: true }]);
  const secure = connectTls({ port: a, host: '127.0.0.1', rejectUnauthorized: false });
  sockets.push(secure);
  await once(secure, 'secureConnect');
  for (const client of [first, second, relayed, await echo(b)]) expect(await client.alive()).toBe(true);
});

test('what one daemon refuses changes nothing in any, and a restart says that it runs with the last good one', async () => {
  const [a, b, c] = (await freePorts(3)) as [number, number, number];
  const { ask, configFile, snapshot, events, plane } = await start(
    settings(`{ port = ${a} }`, `{ port = ${b} }`),
  );
  const client = await echo(b);
  const bad = settings(
    `{ port = ${c}, tls = true }`,
    `{ port = ${a} }`,
    'tls = { certificate = "/nowhere/missing.pem", key = "/nowhere/missing.key" }',
  );
  await writeFile(configFile, bad);
  const message = `${configFile}:7: ircd.tls.certificate: /nowhere/missing.pem does not exist, expected a PEM file (and one more mistake)`;
  expect(await ask('config.reload')).toMatchObject({ ok: false, error: { code: 'config_invalid', message } });
  expect(plane.configError?.message).toBe(message);
  expect(plane.configError?.detail?.mistakes).toHaveLength(2);
  expect([snapshot('ircd'), snapshot('relay')].map(({ listeners }) => portOf(listeners[0]))).toEqual([a, b]);
  expect(await client.alive()).toBe(true);
  for (const port of [a, b]) await (await (port === a ? irc(port) : echo(port))).alive();
  expect(await ask('daemon.restart', { id: 'ircd', confirmed: true })).toMatchObject({
    ok: true,
    result: { state: 'running', listeners: [{ port: a, tls: false }] },
  });
  const logs = await ask('logs.query', { source: 'main' });
  expect(JSON.stringify(logs)).toContain('ircd starts with the last good configuration');
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'config', error: expect.objectContaining({ message }) }),
  );
});

test('an address that another process holds, and one that another daemon holds, are told apart', async () => {
  const [a, b] = (await freePorts(2)) as [number, number];
  other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port: taken } = other.address() as AddressInfo;
  const { ask, configFile, snapshot } = await start(settings(`{ port = ${a} }`, `{ port = 0 }`));
  await writeFile(configFile, settings(`{ port = ${taken} }`, `{ port = 0 }`));
  expect(await ask('config.reload')).toMatchObject({
    error: {
      code: 'address_in_use',
      message: `${configFile}:6: cannot listen on 127.0.0.1:${taken}: ${strangerAt({ host: '127.0.0.1', port: taken })}`,
    },
  });
  const relays = portOf(snapshot('relay').listeners[0]);
  await writeFile(configFile, settings(`{ port = ${relays} }`, `{ port = 0 }`));
  expect(await ask('config.reload')).toMatchObject({
    error: {
      message: `${configFile}:6: cannot listen on 127.0.0.1:${relays}: relay of this Signalbox does`,
    },
  });
  expect(portOf(snapshot('ircd').listeners[0])).toBe(a);
  await writeFile(configFile, settings(`{ port = ${b} }`, `{ port = 0 }`));
  expect(await ask('config.reload')).toMatchObject({ ok: true });
});

test('an address that the dashboard has is not said to be another process’s', async () => {
  const [a] = (await freePorts(1)) as [number];
  other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const { ask, configFile, plane } = await start(settings(`{ port = ${a} }`, `{ port = 0 }`));
  plane.serves({ host: '127.0.0.1', port });
  await writeFile(configFile, settings(`{ port = ${port} }`, `{ port = 0 }`));
  const message = `${configFile}:6: cannot listen on 127.0.0.1:${port}: the dashboard of this Signalbox does`;
  expect(await ask('config.reload')).toMatchObject({ error: { code: 'address_in_use', message } });
  expect(await ask('config.check')).toMatchObject({ result: { error: { message } } });
});

test('a daemon that does not answer keeps the old configuration in force everywhere, and is not waited for twice', async () => {
  const [a, b, c] = (await freePorts(3)) as [number, number, number];
  const { ask, configFile, snapshot } = await start(settings(`{ port = ${a} }`, `{ port = ${b} }`), {
    // What the others answer in all the same.
    reloadMs: 3_000,
    requestSlackMs: 200,
  });
  const client = await irc(a);
  const { pid } = snapshot('relay');
  process.kill(pid as number, 'SIGSTOP');
  await writeFile(configFile, settings(`{ port = ${c} }`, `{ port = ${b} }`));
  expect(await ask('config.reload')).toMatchObject({
    error: { code: 'timeout', message: 'the reload of relay (begin) was not answered within 3.2 s.' },
  });
  expect(portOf(snapshot('ircd').listeners[0])).toBe(a);
  expect(await client.alive()).toBe(true);
  process.kill(pid as number, 'SIGCONT');
  await vi.waitFor(async () => expect(await ask('config.reload')).toMatchObject({ ok: true }));
  expect(portOf(snapshot('ircd').listeners[0])).toBe(c);
  expect(await client.alive()).toBe(true);
});

test('a check asks the daemons themselves, and knows what is held by this Signalbox', async () => {
  const [a, b] = (await freePorts(2)) as [number, number];
  const { ask, dataDir } = await start(settings(`{ port = ${a} }`, `{ port = ${b} }`));
  expect(await ask('config.check')).toMatchObject({
    ok: true,
    result: {
      error: null,
      warnings: [
        expect.stringMatching(/^ircd\.listen\[0\]: .*held by ircd/),
        expect.stringMatching(/^relay\.listen\[0\]: .*held by relay/),
      ],
    },
  });
  const certificate = join(dataDir, 'tls.crt');
  const key = join(dataDir, 'tls.key');
  const [one, two] = [await createSelfSigned('irc.test'), await createSelfSigned('irc.test')];
  await writeFile(certificate, one.cert);
  await writeFile(key, two.key);
  const tls = `tls = { certificate = "${certificate}", key = "${key}" }`;
  const text = settings(`{ port = ${a}, tls = true }`, `{ port = ${b} }`, tls);
  expect(await ask('config.check', { text })).toMatchObject({
    result: { error: { code: 'config_invalid', message: expect.stringContaining('ircd.tls.key:') } },
  });
  await writeFile(key, one.key);
  await writeFile(join(dataDir, 'motd.txt'), 'x\n'.repeat(614));
  const good = settings(
    `{ port = 0, tls = true }`,
    `{ port = 0 }`,
    `${tls}\nmotd_file = "${join(dataDir, 'motd.txt')}"`,
  );
  expect(await ask('config.check', { text: good })).toMatchObject({
    result: { error: null, warnings: [expect.stringContaining('lines 301 to 614: left out')] },
  });
  other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port: taken } = other.address() as AddressInfo;
  expect(await ask('config.check', { text: settings(`{ port = ${taken} }`, `{ port = 0 }`) })).toMatchObject({
    result: { error: { code: 'address_in_use', detail: { line: 6, key: 'ircd.listen[0]' } } },
  });
  await rm(certificate);
});

test('a reload says what is odd about the message of the day, with its lines, and keeps the old one', async () => {
  const { ask, configFile, dataDir } = await start(settings(`{ port = 0 }`, `{ port = 0 }`));
  const motd = join(dataDir, 'motd.txt');
  await writeFile(configFile, settings(`{ port = 0 }`, `{ port = 0 }`, `motd_file = "${motd}"`));
  const reload = async (bytes: Buffer | string) => {
    await writeFile(motd, bytes);
    const outcome = await ask('config.reload');
    const { daemons } = (outcome.ok ? outcome.result : outcome.error) as {
      daemons: { id: string; applied: string[]; warnings: string[] }[];
    };
    return daemons.filter(({ id }) => id === 'ircd');
  };
  expect(await reload('Good news\n')).toMatchObject([{ applied: ['motd_file'], warnings: [] }]);
  expect(await reload(Buffer.from('a\ngr\xfc\xdfe\n', 'latin1'))).toMatchObject([
    {
      applied: [],
      warnings: [
        `ircd.motd_file: ${motd}:2 is not UTF-8 in line 2; convert it, such as with iconv; the message of the day stays as it was`,
      ],
    },
  ]);
  expect(await reload(`\ufeffa\n${'x'.repeat(500)}\n`)).toMatchObject([
    {
      applied: ['motd_file'],
      warnings: [
        `ircd.motd_file: clients do not see ${motd} as it is written: line 1: a byte order mark in front, which is left out; line 2: more than 400 bytes, cut there`,
      ],
    },
  ]);
});
