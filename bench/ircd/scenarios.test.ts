// Server and generator are processes of their own (child_process).
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findErgo } from './ergo.ts';
import { startWithKeeper } from './history-on-disk.ts';
import { runScenario } from './run-scenario.ts';
import { kindsOf, scenarios } from './scenarios.ts';
import { HISTORY, IRCD_CONFIG, type IrcServerKind, ourServer, withHistory } from './servers.ts';

const SIZES = {
  measureMs: 1_000,
  warmupMs: 500,
  timedWarmupMs: 500,
  connections: 20,
  deliveriesPerSecond: 100,
  pacedConnections: 300,
};
const all = scenarios(SIZES);
const scenario = (id: string) => all.find((one) => one.id === id)!;

test.each(['one-sender', 'paced'])('%s is measured against our server, with lines a write', async (id) => {
  const figures = await runScenario(scenario(id), ourServer([]));
  expect(figures['deliveries/s']).toBeGreaterThan(0);
  // What is no message, such as a PING, is a write as well.
  expect(figures['lines/write']).toBeGreaterThan(0.9);
  expect(figures['lines/read']).toBeGreaterThan(0);
  if (id === 'paced') expect(figures['p99 ms']).toBeGreaterThan(0);
});

test('with --history our server is measured without history, with it and with it on disk, which keep what is said', async () => {
  const kinds = withHistory([]);
  expect(kinds.map(({ name }) => name)).toEqual([
    'signalbox',
    'signalbox +history',
    'signalbox +history on disk',
  ]);
  for (const [at, kind] of kinds.entries()) {
    const server = await kind.start();
    try {
      const socket = connect(server.port, '127.0.0.1');
      socket.write('NICK ann\r\nUSER ann 0 * :Ann\r\nJOIN #bench1\r\n');
      let heard = '';
      socket.on('data', (data) => {
        heard += data;
      });
      await expect.poll(() => heard).toContain(' 366 ann #bench1 ');
      expect(heard.includes(' is kept for 60 minutes')).toBe(at > 0);
      socket.destroy();
    } finally {
      await server.stop();
    }
  }
});

test('what is said while history is on disk gets there', async () => {
  const server = await startWithKeeper({ id: 'ircd', config: IRCD_CONFIG + HISTORY, nodeOptions: [] });
  try {
    const socket = connect(server.port, '127.0.0.1');
    socket.write('NICK ann\r\nUSER ann 0 * :Ann\r\nJOIN #bench1\r\nPRIVMSG #bench1 :kept\r\n');
    const written = async () => (await server.keeper.counters?.())?.signalbox_messages_written_total;
    await expect.poll(written).toBeGreaterThan(0);
    socket.destroy();
  } finally {
    await server.stop();
  }
});

test('paced sends 1,111 messages a second, whatever the number of connections', () => {
  expect(scenario('paced').job(1)).toMatchObject({ clients: 300, channels: 100, deliveriesPerSecond: 2_222 });
  const full = scenarios({ ...SIZES, pacedConnections: 9_000 }).find(({ id }) => id === 'paced');
  expect(full?.title).toContain('98,879 deliveries/s to 9,000 connections');
});

test('the C loop runs where it can: without WebSockets and without capabilities', () => {
  const kind = (name: string, more = {}): IrcServerKind => ({
    name,
    start: () => Promise.reject(new Error()),
    ...more,
  });
  const kinds = [
    kind('ours'),
    kind('rival'),
    kind('plain', { noWebSockets: true }),
    kind('loop', { onlyCLoop: true }),
  ];
  const names = (id: string) => kindsOf(scenario(id), kinds).map(({ name }) => name);
  expect(names('one-sender')).toEqual(['ours', 'rival', 'plain', 'loop']);
  expect(names('mixed')).toEqual(['ours', 'rival', 'plain']);
  expect(names('websocket')).toEqual(['ours', 'ours TCP', 'rival']);
});

test('a program that is called ergo and is no IRC server is passed over', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-ergo-'));
  const says = async (text: string) => {
    await writeFile(join(folder, 'ergo'), `#!/bin/sh\necho "${text}"\n`, { mode: 0o755 });
    return findErgo(folder);
  };
  try {
    expect((await says('Ergo linear scaling 3.8'))?.path).not.toBe(join(folder, 'ergo'));
    expect(await says('ergo-2.16.0')).toEqual({ path: join(folder, 'ergo'), version: '2.16.0' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
