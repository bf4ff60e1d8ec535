import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBroker, type DBusBroker, type MessageBus, sessionBus } from 'dbus-native';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hasTray, watchTray } from './tray-host.ts';

const WATCHER = 'org.kde.StatusNotifierWatcher';

let folder: string;
const ends: (() => Promise<unknown> | unknown)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-bus-'));
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await rm(folder, { recursive: true, force: true });
});

/** A session bus; returns its address. */
async function startBus(path = join(folder, 'socket')): Promise<string> {
  let broker: DBusBroker | undefined;
  await new Promise<void>((resolve, reject) => {
    broker = createBroker().listen({ socket: path }, (error) => (error === null ? resolve() : reject(error)));
  });
  ends.push(() => new Promise<void>((resolve) => broker?.close(resolve)));
  return `unix:path=${path}`;
}

/** A panel, or the service that panels register with. */
async function startWatcher(busAddress: string, registered: boolean): Promise<MessageBus> {
  const bus: MessageBus = sessionBus({ busAddress });
  ends.push(() => bus.close());
  bus.exportInterface({ IsStatusNotifierHostRegistered: registered }, '/StatusNotifierWatcher', {
    name: WATCHER,
    properties: { IsStatusNotifierHostRegistered: { type: 'b', access: 'read' } },
  });
  await bus.requestName(WATCHER, 0);
  return bus;
}

function ask(env: Record<string, string>, answerMs = 10_000, platform: NodeJS.Platform = 'linux') {
  return hasTray({ platform, env, answerMs });
}

describe('whether closing the window may hide it in a tray', () => {
  it('is so where a panel shows tray icons', async () => {
    const address = await startBus();
    await startWatcher(address, true);
    expect(await ask({ DBUS_SESSION_BUS_ADDRESS: address })).toBe(true);
  });

  it('is so where the bus is found in the runtime directory', async () => {
    await startWatcher(await startBus(join(folder, 'bus')), true);
    expect(await ask({ XDG_RUNTIME_DIR: folder })).toBe(true);
  });

  it('is not so where the desktop has the service but no panel shows icons', async () => {
    const address = await startBus();
    await startWatcher(address, false);
    expect(await ask({ DBUS_SESSION_BUS_ADDRESS: address })).toBe(false);
  });

  it('is not so where the desktop has no such service', async () => {
    expect(await ask({ DBUS_SESSION_BUS_ADDRESS: await startBus() })).toBe(false);
  });

  it.each([
    ['no bus is named', {}],
    ['the bus is switched off', { DBUS_SESSION_BUS_ADDRESS: 'disabled:' }],
    ['nobody listens there', { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' }],
    ['the address is nonsense', { DBUS_SESSION_BUS_ADDRESS: 'what is this' }],
  ])('is not so where %s', async (_name, env) => {
    expect(await ask(env as Record<string, string>)).toBe(false);
  });

  it.each([
    ['says nothing', ''],
    ['does not speak the protocol', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ])('is not so where the bus %s', async (_name, bytes) => {
    const path = join(folder, 'mute');
    const server: Server = createServer((socket) => {
      ends.push(() => socket.destroy());
      socket.on('error', () => {});
      socket.write(bytes);
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    ends.push(() => new Promise((resolve) => server.close(resolve)));
    expect(await ask({ DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` }, 50)).toBe(false);
  });

  it.each(['win32', 'darwin'] as const)('is always so on %s', async (platform) => {
    expect(await ask({}, 10_000, platform)).toBe(true);
  });
});

describe('a panel that comes or goes while the window is hidden', () => {
  /** Looks at a bus; resolves when it is looked at. */
  async function watch(busAddress: string) {
    const onChange = vi.fn();
    const end = await watchTray({ DBUS_SESSION_BUS_ADDRESS: busAddress }, onChange);
    ends.push(end);
    // A panel that went before the bus tells of it is not missed.
    await vi.waitFor(() => expect(onChange).toHaveBeenCalledTimes(1));
    return { onChange, end };
  }

  it('is noticed, until nobody wants to know', async () => {
    const address = await startBus();
    const first = await watch(address);
    const watcher = await startWatcher(address, true);
    await vi.waitFor(() => expect(first.onChange).toHaveBeenCalledTimes(2));
    first.end();
    const second = await watch(address);
    await watcher.close();
    await vi.waitFor(() => expect(second.onChange).toHaveBeenCalledTimes(2));
    expect(first.onChange).toHaveBeenCalledTimes(2);
  });

  it('is noticed where the whole bus ends', async () => {
    const path = join(folder, 'ending');
    const broker = createBroker();
    await new Promise<void>((resolve) => void broker.listen({ socket: path }, () => resolve()));
    const { onChange } = await watch(`unix:path=${path}`);
    await new Promise<void>((resolve) => void broker.close(resolve));
    await vi.waitFor(() => expect(onChange.mock.calls.length).toBeGreaterThan(1));
  });

  it.each([
    ['there is no bus', {}],
    ['the address is nonsense', { DBUS_SESSION_BUS_ADDRESS: 'disabled:' }],
  ])('is nothing to wait for where %s', async (_name, env) => {
    (await watchTray(env as Record<string, string>, () => {}))();
  });
});
