/** The relay as a process of its own: ready line, reload by SIGHUP, drain by SIGTERM, a configuration that is wrong. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TestClient } from './test-relay.ts';

let directory: string;
let child: ChildProcess | null = null;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'relay-daemon-'));
});
afterEach(async () => {
  if (child !== null && child.exitCode === null) child.kill('SIGKILL');
  child = null;
  await rm(directory, { recursive: true });
});

async function configure(toml: string): Promise<void> {
  await writeFile(join(directory, 'signalbox.toml'), toml);
}

function start(): { process: ChildProcess; stderr: () => string } {
  const main = join(import.meta.dirname, 'main.ts');
  const config = join(directory, 'signalbox.toml');
  const started = spawn(process.execPath, [main, '--standalone', '--config', config, '--data', directory]);
  child = started;
  let stderr = '';
  started.stderr.on('data', (text) => {
    stderr += text;
  });
  return { process: started, stderr: () => stderr };
}

it('reloads and drains without losing a client or a frame', async () => {
  const listen = 'listen = [{ port = 0 }]';
  await configure(`[relay]\n${listen}\nruntime = "node"\n`);
  const { process: relay, stderr } = start();
  const [line] = (await once(createInterface({ input: relay.stdout! }), 'line')) as [string];
  const port = (JSON.parse(line) as { listeners: { port: number }[] }).listeners[0]!.port;
  const open = async () => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new TestClient(socket);
  };
  const plain = await open();
  plain.send('before');
  expect(await plain.text()).toBe('before');
  await configure(`[relay]\n${listen}\nmax_frame_bytes = 1000\nmax_control_bytes = 1000\n`);
  relay.kill('SIGHUP');
  while (!stderr().includes('reloaded')) await once(relay.stderr!, 'data');
  plain.send('after');
  expect(await plain.text()).toBe('after');
  const greeted = await open();
  expect(await greeted.ask({ type: 'hello', mode: 'rooms' })).toMatchObject({
    type: 'welcome',
    limits: { max_frame_bytes: 1000 },
  });
  relay.kill('SIGTERM');
  const exit = once(relay, 'exit');
  expect(await greeted.message()).toMatchObject({ type: 'closing' });
  expect(await greeted.next()).toBeNull();
  expect(await plain.next()).toBeNull();
  expect(await exit).toEqual([0, null]);
});

it('refuses a configuration that cannot work, naming the key, with exit code 78', async () => {
  await configure('[relay]\nsend_queue_bytes = 2000\n');
  const { process: relay, stderr } = start();
  const [code] = (await once(relay, 'exit')) as [number];
  expect(code).toBe(78);
  expect(stderr()).toContain('send_queue_bytes');
});
