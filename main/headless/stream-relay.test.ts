/** Streams of a forked daemon to a window that has only a MessagePort: main relays, as the desktop host needs it. */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ToWindow } from '../../contract/stream.ts';
import { startTestHost, type TestHost } from './test-fixtures/test-host.ts';

let host: TestHost;
let ours: MessagePort;
let got: ToWindow[];
let closed: boolean;

beforeEach(async () => {
  host = await startTestHost('[signalbox]\nautostart = ["tiny"]\n');
  await host.reached('running');
  got = [];
  closed = false;
});
afterEach(async () => {
  ours.close();
  await host.close();
});

function open(source = 'tiny'): void {
  const { port1, port2 } = new MessageChannel();
  ours = port1;
  ours.on('message', (message) => got.push(message));
  ours.on('close', () => {
    closed = true;
  });
  expect(
    host.plane.openStream(source, { transport: 'port', purpose: 'watch', transfer: port2 }, host.caller),
  ).toMatchObject({
    ok: true,
  });
}

test.each(['tiny', 'main'])(
  'frames of %s arrive with credits, logs when they are followed',
  async (source) => {
    open(source);
    await expect.poll(() => got[0]).toMatchObject({ type: 'hello', source });
    ours.postMessage({ type: 'rate', hz: 10 });
    const frames = () => got.flatMap((message) => (message.type === 'frame' ? [message.frame] : []));
    await expect.poll(() => frames().length).toBe(2);
    expect(frames()[0]?.values).toBeInstanceOf(Float64Array);
    ours.postMessage({ type: 'ack', seq: 2 });
    await expect.poll(() => frames().length).toBeGreaterThan(2);
  },
);

test('the port closes with the process, so that the window asks again', async () => {
  open();
  await expect.poll(() => got.length).toBe(1);
  process.kill(host.snapshot().pid ?? 0, 'SIGKILL');
  await expect.poll(() => closed).toBe(true);
});

test('a window that closes its port is forgotten by the daemon', async () => {
  open();
  await expect.poll(() => got.length).toBe(1);
  const subscribers = async () => JSON.stringify(await host.ask('metrics.latest', { source: 'tiny' }));
  await expect.poll(subscribers).toContain('"signalbox_tiny_monitoring_subscribers":1');
  ours.close();
  await expect.poll(subscribers).toContain('"signalbox_tiny_monitoring_subscribers":0');
});

test('a session that has ended opens no stream any more', async () => {
  const { port1, port2 } = new MessageChannel();
  ours = port1;
  const { actor } = host.caller;
  const session = host.plane.sessions.open({ actor, address: null, since: 1, expiresAt: null });
  await host.plane.sessions.end(session.id);
  const stream = { transport: 'port', purpose: 'watch', transfer: port2 } as const;
  expect(host.plane.openStream('tiny', stream, { actor, session: session.id })).toMatchObject({
    ok: false,
    error: { code: 'unauthorized' },
  });
});

test('what nobody can stream is refused', async () => {
  const { port1, port2 } = new MessageChannel();
  ours = port1;
  expect(
    host.plane.openStream('nope', { transport: 'port', purpose: 'watch', transfer: port2 }, host.caller),
  ).toMatchObject({
    ok: false,
    error: { code: 'unknown_daemon' },
  });
  await host.ask('daemon.stop', { id: 'tiny', confirmed: true });
  expect(
    host.plane.openStream('tiny', { transport: 'port', purpose: 'watch', transfer: port2 }, host.caller),
  ).toMatchObject({
    ok: false,
    error: { code: 'not_running', message: 'tiny is stopped; there is nothing to watch.' },
  });
});
