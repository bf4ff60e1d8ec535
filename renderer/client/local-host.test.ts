/** The way to the host of the page: over the bridge in the desktop app, over sockets of its own origin in a browser. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { localHost } from './local-host.ts';

const opened: string[] = [];
const channels: string[] = [];
const ask = vi.fn(async () => Response.json({}, { status: 200 }));
beforeEach(() => {
  opened.length = 0;
  channels.length = 0;
  class FakeSocket {
    constructor(address: string) {
      opened.push(address);
    }
    close(): void {}
  }
  class FakeChannel {
    constructor(name: string) {
      channels.push(name);
    }
    close(): void {}
  }
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('BroadcastChannel', FakeChannel);
  vi.stubGlobal('fetch', ask);
  vi.stubGlobal('window', { addEventListener: () => {}, removeEventListener: () => {} });
});
afterEach(() => void vi.unstubAllGlobals());

it.each([
  ['http:', 'ws://box:7800/control'],
  ['https:', 'wss://box:7800/control'],
])('opens sockets of its own origin on a page of %s, once it is signed in', async (protocol, address) => {
  vi.stubGlobal('location', { protocol, host: 'box:7800' });
  const { id, name, client, session } = localHost();
  expect([id, name]).toEqual(['local', 'box:7800']);
  expect(session).not.toBeNull();
  await vi.waitFor(() => expect(opened).toEqual([address]));
  expect(ask).toHaveBeenLastCalledWith('/session', { cache: 'no-store' });
  expect(channels).toEqual(['signalbox-signed-in']);
  client.close();
});

it('asks over the bridge in the desktop app, where nobody signs in', async () => {
  const request = vi.fn(async () => ({ ok: true, result: {} }) as const);
  vi.stubGlobal('window', {
    addEventListener: () => {},
    removeEventListener: () => {},
    signalbox: { request, onEvent: () => () => {}, openStream: async () => ({ ok: true, result: null }) },
  });
  const { id, name, client, session } = localHost();
  expect([id, name, session]).toEqual(['local', 'this computer', null]);
  await client.request('status', {});
  expect(request).toHaveBeenCalledWith('status', {});
  expect(opened).toEqual([]);
  client.close();
});
