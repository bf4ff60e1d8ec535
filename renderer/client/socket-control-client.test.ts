import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { limits } from '../../kit/limits.ts';
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

  it('waits as long as before where another tab has signed in while the host cannot be reached', async () => {
    const { states, tabs } = make('unreachable');
    await pass();
    const told = states.length;
    tabs.signedIn();
    await pass();
    expect([states.length, states.at(-1)?.phase]).toEqual([told, 'lost']);
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

  it('carries a file on a path of its own: bytes as bytes and words as words', async () => {
    const { client, sockets } = make();
    await pass();
    const asked = client.openBytes('d');
    const socket = sockets.at(-1)!;
    expect([socket.path, socket.binaryType]).toEqual(['/bytes/d', 'arraybuffer']);
    socket.open();
    const pipe = await asked;
    const heard: unknown[] = [];
    const closed = vi.fn();
    pipe.onMessage((message) => heard.push(message));
    pipe.onClose(closed);
    const sent = vi.spyOn(socket, 'send');
    pipe.send({ type: 'bytes', data: Uint8Array.of(1, 2) });
    pipe.send({ type: 'bytes-end', total: 2 });
    expect(sent.mock.calls).toEqual([[Uint8Array.of(1, 2)], ['{"type":"bytes-end","total":2}']]);
    socket.reply('{"type":"bytes-ack","credit":1}');
    socket.reply('{');
    const data = Uint8Array.of(3).buffer;
    socket.onmessage?.call(socket as unknown as WebSocket, new MessageEvent('message', { data }));
    expect(heard).toEqual([
      { type: 'bytes-ack', credit: 1 },
      null,
      { type: 'bytes', data: Uint8Array.of(3) },
    ]);
    pipe.close();
    pipe.send({ type: 'bytes-end', total: 3 });
    expect([closed.mock.calls.length, sent.mock.calls.length]).toEqual([1, 2]);
    await pass(limits.streamOpenMs.default);
    expect(socket.readyState).toBe(3);
  });

  it('says that there is no channel for a file where the host refuses it or does not answer in time', async () => {
    const { client, sockets } = make();
    await pass();
    const refused = client.openBytes('d');
    sockets.at(-1)!.drop();
    await expect(refused).rejects.toMatchObject({ code: 'unavailable' });
    const late = client.openBytes('d').catch((error: unknown) => error);
    await pass(limits.streamOpenMs.default);
    expect(await late).toMatchObject({ code: 'timeout' });
    expect(sockets.at(-1)!.readyState).toBe(3);
  });

  it('waits for 250 ms at first, doubles that, and says until when', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const { sockets, states } = make();
    await pass();
    sockets[0]!.open();
    for (const [attempt, ms] of [250, 500, 1_000].entries()) {
      sockets.at(-1)!.drop();
      expect(states.at(-1)).toMatchObject({ phase: 'lost', retryAt: Date.now() + ms });
      await pass(ms - 1);
      expect(sockets).toHaveLength(attempt + 1);
      await pass(1);
      expect(sockets).toHaveLength(attempt + 2);
    }
    sockets.at(-1)!.open();
    sockets.at(-1)!.drop();
    expect(states.at(-1)).toMatchObject({ retryAt: Date.now() + 250 });
    vi.restoreAllMocks();
  });

  it('tries at once and from the first wait on where that is asked for, and not while it is connected', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1);
    const { client, sockets, host, states } = make('unreachable');
    await pass(5_000);
    host.session = 'signed-in';
    client.retryNow();
    await pass();
    expect(sockets).toHaveLength(1);
    sockets[0]!.drop();
    expect(states.at(-1)).toMatchObject({ retryAt: Date.now() + 250 });
    await pass(250);
    sockets[1]!.open();
    client.retryNow();
    await pass(60_000);
    expect(sockets).toHaveLength(2);
    vi.restoreAllMocks();
  });

  it('tries once where it was asked to while it was waiting', async () => {
    const { client, sockets } = make();
    await pass();
    sockets[0]!.drop();
    client.retryNow();
    await pass(60_000);
    expect(sockets).toHaveLength(2);
  });

  it('hears nothing of a socket that it has given up', async () => {
    const { client, sockets, states } = make();
    const events: unknown[] = [];
    client.onEvent((event) => events.push(event));
    await pass();
    const [old] = sockets;
    client.retryNow();
    await pass();
    expect(old!.readyState).toBe(3);
    old!.open();
    old!.reply({ event: { type: 'closing', reason: 'old' } });
    expect(states.map(({ phase }) => phase)).toEqual(['connecting']);
    old!.readyState = 1;
    old!.drop();
    expect([states.length, events]).toEqual([1, []]);
    sockets[1]!.open();
    sockets[1]!.reply({ event: { type: 'closing', reason: 'new' } });
    expect(events).toHaveLength(1);
  });

  it('ignores what is neither an event nor an answer', async () => {
    const { client, sockets } = make();
    const events: unknown[] = [];
    client.onEvent((event) => events.push(event));
    await pass();
    sockets[0]!.open();
    const answer = client.request('status', {});
    for (const message of ['5', '[]', '{"event":null}', '{"event":5}', '{"id":"1","outcome":{}}', '{"id":1}'])
      sockets[0]!.reply(message);
    sockets[0]!.onmessage?.call(sockets[0] as unknown as WebSocket, { data: 5 } as MessageEvent);
    expect(events).toEqual([]);
    sockets[0]!.reply({ id: 1, outcome: { ok: true, result: 'ok' } });
    expect(await answer).toEqual({ ok: true, result: 'ok' });
  });

  it('sends nothing before it is connected, and no more than 256 requests at once', async () => {
    const { client, sockets } = make();
    await pass();
    expect(await client.request('status', {})).toMatchObject({ ok: false, error: { code: 'no_instance' } });
    sockets[0]!.open();
    for (let i = 0; i < 256; i++) void client.request('status', {});
    expect(await client.request('status', {})).toMatchObject({ ok: false, error: { code: 'limit_reached' } });
    expect(sockets[0]!.sent).toHaveLength(256);
  });

  it('tells those that listen, at once and until they have had enough', async () => {
    const { client, sockets } = make();
    const [states, events]: [string[], unknown[]] = [[], []];
    const endStates = client.onConnection(({ phase }) => states.push(phase));
    const endEvents = client.onEvent((event) => events.push(event));
    await pass();
    sockets[0]!.open();
    sockets[0]!.reply({ event: { type: 'closing', reason: 'one' } });
    endStates();
    endEvents();
    sockets[0]!.reply({ event: { type: 'closing', reason: 'two' } });
    sockets[0]!.drop();
    expect(states).toEqual(['connecting', 'connected']);
    expect(events).toHaveLength(1);
  });

  it('answers what waits once it is closed, and is not opened any more', async () => {
    const { client, sockets, states, tabs } = make();
    await pass();
    sockets[0]!.open();
    const answer = client.request('status', {});
    client.close();
    expect(await answer).toMatchObject({ ok: false, error: { code: 'timeout' } });
    expect(sockets[0]!.readyState).toBe(3);
    expect(await client.request('status', {})).toMatchObject({ error: { code: 'no_instance' } });
    client.retryNow();
    tabs.signedIn();
    await pass(60_000);
    expect(sockets).toHaveLength(1);
    expect(states.at(-1)).toEqual({ phase: 'connected' });
  });

  it('does not connect where it was closed while it asked for the session or waited', async () => {
    const early = make();
    early.client.close();
    await pass(60_000);
    expect(early.sockets).toHaveLength(0);
    const waiting = make('unreachable');
    await pass();
    waiting.client.close();
    waiting.host.session = 'signed-in';
    await pass(60_000);
    expect(waiting.sockets).toHaveLength(0);
  });

  it('asks over the path of the control connection', async () => {
    const { sockets } = make();
    await pass();
    expect(sockets.map(({ path }) => path)).toEqual(['/control']);
  });
});
