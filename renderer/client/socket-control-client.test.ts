import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConnectionState } from './control-client.ts';
import type { SessionCheck } from './host-session.ts';
import { SocketControlClient } from './socket-control-client.ts';
import type { SocketLike } from './socket-like.ts';

class FakeSocket implements SocketLike {
  binaryType: BinaryType = 'blob';
  readyState: 0 | 1 | 2 | 3 = 0;
  onopen: SocketLike['onopen'] = null;
  onmessage: SocketLike['onmessage'] = null;
  onclose: SocketLike['onclose'] = null;
  readonly sent: string[] = [];
  readonly path: string;
  constructor(path: string) {
    this.path = path;
  }
  send(data: unknown): void {
    this.sent.push(String(data));
  }
  close(): void {
    this.drop();
  }
  open(): void {
    this.readyState = 1;
    this.onopen?.call(this as unknown as WebSocket, new Event('open'));
  }
  reply(message: unknown): void {
    const data = typeof message === 'string' ? message : JSON.stringify(message);
    this.onmessage?.call(this as unknown as WebSocket, new MessageEvent('message', { data }));
  }
  drop(code = 1006): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose?.call(this as unknown as WebSocket, { code, reason: '' } as CloseEvent);
  }
}

function make(first: SessionCheck = 'signed-in') {
  const sockets: FakeSocket[] = [];
  const host = { session: first };
  const tabs = { signedIn: () => {}, ended: false };
  const client = new SocketControlClient({
    openSocket: (path) => {
      const socket = new FakeSocket(path);
      sockets.push(socket);
      return socket;
    },
    checkSession: () => Promise.resolve(host.session),
    onSignedInElsewhere: (listener) => {
      tabs.signedIn = listener;
      return () => {
        tabs.ended = true;
      };
    },
  });
  const states: ConnectionState[] = [];
  client.onConnection((state) => states.push(state));
  return { client, sockets, host, states, tabs };
}

/** Lets promises settle and the timers of the next `ms` fire. */
const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

describe('the control client of a browser', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('answers each request with the outcome of its id', async () => {
    const { client, sockets } = make();
    await pass();
    sockets[0]!.open();
    const first = client.request('daemon.stopImpact', { id: 'a' });
    const second = client.request('daemon.stopImpact', { id: 'b' });
    expect(JSON.parse(sockets[0]!.sent[1]!)).toEqual({ id: 2, name: 'daemon.stopImpact', args: { id: 'b' } });
    sockets[0]!.reply({ id: 2, outcome: { ok: true, result: { text: 'two' } } });
    sockets[0]!.reply({ id: 1, outcome: { ok: false, error: { code: 'busy', message: 'later' } } });
    expect(await second).toEqual({ ok: true, result: { text: 'two' } });
    expect(await first).toEqual({ ok: false, error: { code: 'busy', message: 'later' } });
  });

  it('passes events on and ignores what it cannot read', async () => {
    const { client, sockets } = make();
    const events: unknown[] = [];
    client.onEvent((event) => events.push(event));
    await pass();
    sockets[0]!.open();
    sockets[0]!.reply('not json');
    sockets[0]!.reply('null');
    sockets[0]!.reply({ nothing: 1 });
    sockets[0]!.reply({ event: { type: 'closing', reason: 'bye' } });
    expect(events).toEqual([{ type: 'closing', reason: 'bye' }]);
  });

  it('asks for the token at once when its session was ended, in this window or another', async () => {
    const { sockets, host, states } = make();
    await pass();
    sockets[0]!.open();
    host.session = 'signed-out';
    sockets[0]!.drop(4401);
    await pass();
    expect(states.at(-1)).toEqual({ phase: 'signed-out' });
    expect(states.some(({ phase }) => phase === 'lost')).toBe(false);
  });

  it('settles what was outstanding when the connection is lost, and says since when', async () => {
    const { client, sockets, states } = make();
    await pass();
    sockets[0]!.open();
    const request = client.request('status', {});
    sockets[0]!.drop();
    expect(await request).toMatchObject({ ok: false, error: { code: 'timeout' } });
    expect(states.at(-1)).toMatchObject({ phase: 'lost', since: Date.now() });
    expect(await client.request('status', {})).toMatchObject({ ok: false, error: { code: 'no_instance' } });
  });

  it('comes back by itself, waits longer after each failure, and keeps the time of the loss', async () => {
    const { sockets, host, states } = make();
    await pass();
    sockets[0]!.open();
    const lostAt = Date.now();
    host.session = 'unreachable';
    sockets[0]!.drop();
    await pass(30_000);
    const waits = states.filter((state) => state.phase === 'lost');
    expect(waits.length).toBeGreaterThan(3);
    expect(waits.every((state) => state.since === lostAt)).toBe(true);
    host.session = 'signed-in';
    await pass(10_000);
    sockets.at(-1)!.open();
    expect(states.at(-1)).toEqual({ phase: 'connected' });
  });

  it('asks for the token where the session has ended, and connects once it is given', async () => {
    const { client, sockets, host, states } = make('signed-out');
    await pass(60_000);
    expect(states.at(-1)).toEqual({ phase: 'signed-out' });
    expect(sockets).toHaveLength(0);
    host.session = 'signed-in';
    client.retryNow();
    await pass();
    sockets[0]!.open();
    expect(states.at(-1)).toEqual({ phase: 'connected' });
  });

  it('connects once another tab has signed in, without being asked', async () => {
    const { client, sockets, host, states, tabs } = make('signed-out');
    await pass();
    host.session = 'signed-in';
    tabs.signedIn();
    await pass();
    sockets[0]!.open();
    expect(states.at(-1)).toEqual({ phase: 'connected' });
    tabs.signedIn();
    await pass();
    expect(sockets).toHaveLength(1);
    client.close();
    expect(tabs.ended).toBe(true);
  });

  it('gives a request up whose answer never comes', async () => {
    const { client, sockets } = make();
    await pass();
    sockets[0]!.open();
    const request = client.request('status', {});
    await pass(120_000);
    expect(await request).toMatchObject({ ok: false, error: { code: 'timeout' } });
  });

  it('stops trying once it is closed', async () => {
    const { client, sockets } = make();
    await pass();
    sockets[0]!.open();
    client.close();
    await pass(60_000);
    expect(sockets).toHaveLength(1);
  });

  it('opens streams on a path of their own', async () => {
    const { client, sockets } = make();
    await pass();
    client.openStream('a b', { onMessage: () => {}, onClose: () => {} });
    expect(sockets.at(-1)!.path).toBe('/stream/a%20b');
  });
});
