/** The example of docs/architecture.md as a real process, and the page's listing of it. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { portOf } from '../../contract/listen-place.ts';
import { manifest } from './test-fixtures/echo/manifest.ts';
import { startTestHost, type TestHost } from './test-fixtures/test-host.ts';

let host: TestHost | null = null;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await host?.close();
  host = null;
});

const settings = (path: string, greeting: string) =>
  `[signalbox]\nautostart = ["echo"]\n[echo]\ngreeting = "${greeting}"\nlisten = [{ port = 0 }, { path = "${path}" }]\n`;

async function start() {
  host = await startTestHost('', {}, [manifest]);
  const path = join(host.dataDir, 'echo.sock');
  await writeFile(host.configFile, settings(path, 'hello'));
  await host.ask('config.reload');
  expect(await host.ask('daemon.start', { id: 'echo' })).toMatchObject({ ok: true });
  return { running: host, path, port: portOf(host.snapshot('echo').listeners[0]) };
}

/** A client that collects what it reads; `reads` resolves when it has read a text. */
function open(socket: Socket) {
  sockets.push(socket);
  let heard = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    heard += text;
  });
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  const reads = (text: string) => vi.waitFor(() => expect(heard).toBe(text));
  return { socket, closed, reads };
}

const run = (running: TestHost, command: string, args: object) =>
  running.ask('command.run', { daemon: 'echo', command, args, confirmed: true });

test('echoes over TCP and a Unix socket, has commands, and says goodbye in a drain', async () => {
  const { running, path, port } = await start();
  const clients: ReturnType<typeof open>[] = [];
  for (const dial of [() => connect(port, '127.0.0.1'), () => connect(path)]) {
    const client = open(dial());
    clients.push(client);
    await client.reads('hello\n');
    client.socket.write('there\n');
    await client.reads('hello\nthere\n');
  }
  expect(await run(running, 'broadcast', { text: 'all' })).toMatchObject({
    ok: true,
    result: { result: { clients: 2 } },
  });
  for (const { reads } of clients) await reads('hello\nthere\nall\n');
  const metrics = async () => JSON.stringify(await running.ask('metrics.latest', { source: 'echo' }));
  await expect.poll(metrics).toContain('"signalbox_echo_connections":2');
  expect(await run(running, 'kill', { client: 1 })).toMatchObject({ ok: true });
  await clients[0]!.closed;
  expect(await run(running, 'kill', { client: 1 })).toMatchObject({
    ok: false,
    error: { code: 'not_found' },
  });
  const stopped = running.ask('daemon.stop', { id: 'echo', confirmed: true });
  await clients[1]!.reads('hello\nthere\nall\nbye\n');
  expect(await stopped).toMatchObject({ ok: true });
  expect(existsSync(path)).toBe(false);
});

test('a reload moves a listener and the greeting, and drops nobody', async () => {
  const { running, path, port } = await start();
  const stays = open(connect(path));
  await stays.reads('hello\n');
  await writeFile(running.configFile, settings(`${path}2`, 'welcome'));
  expect(await running.ask('config.reload')).toMatchObject({
    ok: true,
    result: { daemons: [{ id: 'echo', applied: ['greeting', 'listen'], restartRequired: [] }] },
  });
  expect(running.snapshot('echo').listeners).toEqual([
    { protocol: 'echo', host: '127.0.0.1', port, tls: false },
    { protocol: 'echo', path: `${path}2` },
  ]);
  await open(connect(`${path}2`)).reads('welcome\n');
  stays.socket.write('still\n');
  await stays.reads('hello\nstill\n');
  const [gone] = await once(connect(path), 'error');
  expect(gone).toMatchObject({ code: 'ENOENT' });
});

test.each(['manifest.ts', 'daemon.ts', 'main.ts'])(
  'the page about adding a daemon shows %s as it is',
  async (name) => {
    const page = await readFile(join(import.meta.dirname, '../../docs/adding-a-daemon.md'), 'utf8');
    const file = await readFile(join(import.meta.dirname, 'test-fixtures/echo', name), 'utf8');
    const asDaemon = file.replaceAll('../../../../daemons/', '../').replaceAll('../../../../', '../../');
    // Where the lines of imports break depends on the folder.
    const body = (text: string) => text.slice(text.lastIndexOf('\nimport '));
    expect(page).toContain(body(asDaemon));
    for (const [line] of asDaemon.matchAll(/'\.\.?\/[^']+'/g)) expect(page).toContain(line);
  },
);
