/** The headless host under a low descriptor limit, with more strangers at its doors than it can hold. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ControlResults } from '../../contract/control/requests.ts';
import { portOf } from '../../contract/listen-place.ts';
import { SocketClient } from '../cli/socket-client.ts';
import { serveFlags } from './test-fixtures/serve-flags.ts';

const ENTRY = join(import.meta.dirname, 'main.ts');
const LIMIT = 512;
let dir: string;
let child: ChildProcess;
let exited: Promise<unknown>;
let stderr = '';
let strangers: Socket[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-descriptors-'));
  await writeFile(
    join(dir, 'signalbox.toml'),
    `
[signalbox]
autostart = ["ircd", "relay"]
[ircd]
dns = false
ident = false
listen = [{ host = "127.0.0.1", port = 0 }]
[relay]
listen = [{ host = "127.0.0.1", port = 0 }]
`,
  );
  const flags = serveFlags(dir, join(dir, 'signalbox.toml'));
  const command = `ulimit -n ${LIMIT}; exec "$0" "$@"`;
  child = spawn('sh', ['-c', command, process.execPath, ENTRY, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  exited = once(child, 'exit');
  stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
});
afterEach(async () => {
  for (const socket of strangers) socket.destroy();
  strangers = [];
  child.kill('SIGKILL');
  await exited;
  await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
});

async function ready(): Promise<{ url: URL; token: string }> {
  const ended = exited.then(() => Promise.reject(new Error(stderr)));
  const [line] = await Promise.race([once(child.stdout!, 'data'), ended]);
  const { url, token } = JSON.parse(String(line)) as { url: string; token: string };
  return { url: new URL(url), token };
}

async function status(): Promise<ControlResults['status']['daemons']> {
  const client = await SocketClient.connect(dir);
  const outcome = await client.request('status', {});
  client.close();
  if (!outcome.ok) throw new Error(outcome.error.message);
  return outcome.result.daemons;
}

/** Connects `count` strangers from many addresses; resolves when each was accepted or refused. */
async function crowd(port: number, count: number, text: string): Promise<{ heard: () => string }> {
  let heard = '';
  const arrivals = Array.from({ length: count }, async (_, n) => {
    const localAddress = `127.1.${n >> 3}.${1 + (n % 8)}`;
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    strangers.push(socket);
    socket.setEncoding('latin1').on('data', (chunk) => {
      heard += chunk;
    });
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.write(text);
  });
  await Promise.allSettled(arrivals);
  return { heard: () => heard };
}

/** Waits for the timers of main that every second brings. */
async function seconds(count: number): Promise<void> {
  const client = await SocketClient.connect(dir);
  const latest = async () => {
    const outcome = await client.request('metrics.latest', { source: 'main' });
    if (!outcome.ok) throw new Error(outcome.error.message);
    return outcome.result.time;
  };
  const times = new Set<number>();
  await expect.poll(async () => times.add(await latest()).size).toBeGreaterThan(count);
  client.close();
}

test('more idle HTTP connections than descriptors end neither main nor a daemon, and the operator is told', async () => {
  const { url } = await ready();
  const pids = (await status()).map(({ pid }) => pid);
  await crowd(Number(url.port), LIMIT + 88, 'GET / HTTP/1.1\r\n');
  await seconds(2);
  expect(child.exitCode).toBeNull();
  expect((await status()).map(({ pid }) => pid)).toEqual(pids);
  expect(stderr).toContain(`lets Signalbox open ${LIMIT} files`);
  const client = await SocketClient.connect(dir);
  const records = await client.request('logs.query', { source: 'main', minLevel: 'warn' });
  client.close();
  expect(JSON.stringify(records)).toContain('descriptors_low');
});

test('more clients than descriptors are refused by ircd and relay in words, and nobody else is disturbed', async () => {
  await ready();
  const before = await status();
  for (const id of ['ircd', 'relay']) {
    const port = portOf(before.find((daemon) => daemon.id === id)?.listeners[0]);
    const { heard } = await crowd(port, LIMIT + 88, '');
    await expect.poll(heard).toMatch(/is full/);
  }
  await seconds(2);
  const after = await status();
  expect(after.map(({ pid, state }) => ({ pid, state }))).toEqual(
    before.map(({ pid, state }) => ({ pid, state })),
  );
  const client = await SocketClient.connect(dir);
  for (const source of ['ircd', 'relay']) {
    const records = await client.request('logs.query', { source, minLevel: 'warn' });
    expect(JSON.stringify(records)).toContain(`lets this process open ${LIMIT} files`);
  }
  client.close();
});

test('a terminal that is gone costs lines and not the host', async () => {
  await ready();
  child.stderr?.destroy();
  child.stdout?.destroy();
  // Each writes a line to stderr.
  child.kill('SIGHUP');
  child.kill('SIGHUP');
  await seconds(1);
  expect(child.exitCode).toBeNull();
});
