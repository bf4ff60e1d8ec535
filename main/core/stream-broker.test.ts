/** Channels for files are brokered like streams. The socket's way is tried with a real process in the runtime. */
import { PassThrough } from 'node:stream';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { defineManifest } from '../../contract/manifest.ts';
import { linkPipe, portPipe } from '../../daemons/runtime/host/byte-pipes.ts';
import type { PortLike } from '../../daemons/runtime/telemetry/message-port.ts';
import type { StreamHub } from '../../daemons/runtime/telemetry/stream-hub.ts';
import { ByteChannel } from '../../kit/byte-channel.ts';
import { FakeClock } from '../../kit/fake-clock.ts';
import { CONTROL_LIMITS } from './limits.ts';
import { StreamBroker } from './stream-broker.ts';
import type { PassedOn } from './supervision/daemon-session.ts';
import { FakeLauncher, type FakeProcess } from './supervision/fake-launcher.ts';
import { Supervisor } from './supervision/supervisor.ts';

const manifest = defineManifest({
  id: 'files',
  title: 'Files',
  summary: 'Has files',
  config: z.object({}),
  metrics: [],
  commands: {},
});
const ports: MessagePort[] = [];

afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

function make(): { broker: StreamBroker; process: FakeProcess } {
  const launcher = new FakeLauncher();
  const supervisor = new Supervisor({
    registry: [manifest],
    launcher,
    plan: () => ({ ok: true, result: { runtime: 'node', config: {}, dataDir: '/d', logDir: '/l' } }),
    clock: new FakeClock(),
    limits: CONTROL_LIMITS,
    random: () => 0,
    events: {
      onSnapshot() {},
      onOutput() {},
      onMalformed() {},
      onCrowded() {},
      onMessage: (id, _instance, message) => {
        if (isOfStream(message)) broker.fromDaemon(id, message);
      },
    },
  });
  const broker = new StreamBroker(supervisor, {} as StreamHub);
  void supervisor.start('files');
  const process = launcher.newest('files');
  process.comeUp();
  return { broker, process };
}

function isOfStream(
  message: PassedOn,
): message is Extract<PassedOn, { type: 'stream-data' | 'stream-close' }> {
  return message.type === 'stream-data' || message.type === 'stream-close';
}

function channelPorts(): [PortLike, PortLike] {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  return [port1 as unknown as PortLike, port2 as unknown as PortLike];
}

/** Serves as a daemon would: what comes is sent back. */
async function echo(channel: ByteChannel): Promise<void> {
  channel.open({ name: '', size: (await channel.opened).size });
  for await (const piece of channel) await channel.write(piece);
  await channel.end();
}

/** Asks as a window would; answers what came back. */
async function ask(channel: ByteChannel, bytes: Uint8Array): Promise<Uint8Array> {
  channel.open({ name: 'logo.png', size: bytes.length });
  const sending = channel.write(bytes).then(() => channel.end());
  // Why it fails is told to the reader.
  sending.catch(() => {});
  const pieces: Uint8Array[] = [];
  for await (const piece of channel) pieces.push(piece);
  await sending;
  return Buffer.concat(pieces);
}

const file = new Uint8Array(3_000_000).map((_, index) => (index * 7) % 251);

test('a file goes through main both ways where the process cannot be given the port, and the channel closes', async () => {
  const { broker, process } = make();
  const [outside, window] = channelPorts();
  const send = process.send.bind(process);
  const pipe = linkPipe(
    (data) => process.say({ type: 'stream-data', streamId: 1, data: structuredClone(data) }),
    () => process.say({ type: 'stream-close', streamId: 1 }),
  );
  process.send = (message) => {
    send(message);
    if (message.type === 'stream-open') {
      expect(message).toMatchObject({ transport: 'link', purpose: 'bytes', role: 'operator' });
      void echo(new ByteChannel(pipe, false));
    } else if (message.type === 'stream-data') pipe.deliver(message.data);
    else if (message.type === 'stream-close') pipe.closed();
  };
  const onClosed = vi.fn();
  const request = { transport: 'port', transfer: outside, purpose: 'bytes' } as const;
  expect(broker.open('files', request, 'operator', onClosed)).toMatchObject({ ok: true });
  const back = await ask(new ByteChannel(portPipe(window), true), file);
  expect(Buffer.compare(back, file)).toBe(0);
  await vi.waitFor(() => expect(onClosed).toHaveBeenCalledOnce());
});

test('a file goes straight to a process that can be given the port', async () => {
  const { broker, process } = make();
  Object.defineProperty(process, 'directTransport', { value: 'port' });
  const [outside, window] = channelPorts();
  const send = process.send.bind(process);
  process.send = (message, transfer?: unknown) => {
    send(message);
    if (message.type !== 'stream-open') return;
    expect(message).toMatchObject({ transport: 'port', purpose: 'bytes' });
    void echo(new ByteChannel(portPipe(transfer as PortLike), false));
  };
  broker.open('files', { transport: 'port', transfer: outside, purpose: 'bytes' }, 'admin');
  const back = await ask(new ByteChannel(portPipe(window), true), file);
  expect(Buffer.compare(back, file)).toBe(0);
  expect(process.inbox).not.toContain('stream-data');
});

test('when the process ends the reader is told, and has not half a file for a whole one', async () => {
  const { broker } = make();
  const [outside, window] = channelPorts();
  broker.open('files', { transport: 'port', transfer: outside, purpose: 'bytes' }, 'admin');
  const channel = new ByteChannel(portPipe(window), true);
  const reading = ask(channel, file);
  broker.processEnded('files');
  await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
});

test('a daemon can neither write to nor close a stream of another', async () => {
  const { broker } = make();
  const [relayed, window] = channelPorts();
  const [onRelayedClosed, onDirectClosed, got] = [vi.fn(), vi.fn(), vi.fn()];
  window.on('message', got);
  window.start();
  broker.open('files', { transport: 'port', transfer: relayed, purpose: 'watch' }, 'viewer', onRelayedClosed);
  const upgrade = { headers: {}, head: new Uint8Array() };
  const socket = { transport: 'socket', transfer: new PassThrough(), upgrade, purpose: 'watch' } as const;
  broker.open('files', socket, 'viewer', onDirectClosed);
  broker.fromDaemon('liar', { type: 'stream-data', streamId: 1, data: 'forged' });
  for (const streamId of [1, 2]) broker.fromDaemon('liar', { type: 'stream-close', streamId });
  expect(onRelayedClosed).not.toHaveBeenCalled();
  expect(onDirectClosed).not.toHaveBeenCalled();
  broker.fromDaemon('files', { type: 'stream-data', streamId: 1, data: 'true' });
  await vi.waitFor(() => expect(got.mock.calls).toEqual([['true']]));
  for (const streamId of [1, 2]) broker.fromDaemon('files', { type: 'stream-close', streamId });
  expect(onRelayedClosed).toHaveBeenCalledOnce();
  expect(onDirectClosed).toHaveBeenCalledOnce();
});

test('main itself has no files', () => {
  const { broker } = make();
  const [outside] = channelPorts();
  expect(
    broker.open('main', { transport: 'port', transfer: outside, purpose: 'bytes' }, 'admin'),
  ).toMatchObject({ ok: false, error: { code: 'unsupported' } });
});
