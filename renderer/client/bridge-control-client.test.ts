import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Outcome } from '../../contract/errors.ts';
import { STREAM_PORT_MESSAGE, type WindowBridge } from '../../contract/window-bridge.ts';
import { limits } from '../../kit/limits.ts';
import { BridgeControlClient, type PortInbox } from './bridge-control-client.ts';

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

function make(
  openOutcome: Outcome<null> = { ok: true, result: null },
  request: WindowBridge['request'] = (name, args) => Promise.resolve({ ok: true, result: { name, args } }),
) {
  const opened: { source: string; nonce: string; purpose: string | undefined }[] = [];
  const listeners = new Set<(event: MessageEvent) => void>();
  const bridge: WindowBridge = {
    request,
    onEvent: () => () => {},
    openStream: (source, nonce, purpose) => {
      opened.push({ source, nonce, purpose });
      return Promise.resolve(openOutcome);
    },
  };
  const inbox: PortInbox = {
    addEventListener: (_type, listener) => void listeners.add(listener),
    removeEventListener: (_type, listener) => void listeners.delete(listener),
  };
  const deliver = (data: unknown, port: MessagePort) => {
    for (const listener of listeners) listener({ data, ports: [port] } as unknown as MessageEvent);
  };
  return { client: new BridgeControlClient(bridge, inbox), opened, deliver, listeners };
}

/** A channel whose ends are closed after the test. */
function channel(): MessageChannel {
  const made = new MessageChannel();
  ports.push(made.port1, made.port2);
  return made;
}

const hello = { type: 'hello', source: 'd', instance: 1, pid: 1, startedAt: 0 };

describe('the control client of the desktop app', () => {
  it('passes requests to the bridge', async () => {
    const { client } = make();
    expect(await client.request('status', {})).toEqual({ ok: true, result: { name: 'status', args: {} } });
  });

  it('takes the port that arrives under its nonce, and talks over it both ways', async () => {
    const { client, opened, deliver } = make();
    const onMessage = vi.fn();
    const stream = client.openStream('d', { onMessage, onClose: () => {} });
    const { port1, port2 } = channel();
    deliver({ type: STREAM_PORT_MESSAGE, nonce: opened[0]?.nonce }, port1);
    port2.postMessage(hello);
    await vi.waitFor(() => expect(onMessage).toHaveBeenCalledWith(hello));
    const received = new Promise((resolve) => {
      port2.onmessage = (event) => resolve(event.data);
    });
    stream.send({ type: 'rate', hz: 10 });
    expect(await received).toEqual({ type: 'rate', hz: 10 });
  });

  it('carries a file over a port that it asks for as such, without the memory around a piece', async () => {
    const { client, opened, deliver } = make();
    const asked = client.openBytes('d');
    expect(opened.map(({ source, purpose }) => [source, purpose])).toEqual([['d', 'bytes']]);
    const { port1, port2 } = channel();
    deliver({ type: STREAM_PORT_MESSAGE, nonce: opened[0]?.nonce }, port1);
    const pipe = await asked;
    const heard: unknown[] = [];
    const closed = vi.fn();
    pipe.onMessage((message) => heard.push(message));
    pipe.onClose(closed);
    const arrived = new Promise<{ readonly data: Uint8Array }>((resolve) => {
      port2.onmessage = (event) => resolve(event.data);
    });
    pipe.send({ type: 'bytes', data: new Uint8Array(1_000).fill(7).subarray(10, 13) });
    const { data } = await arrived;
    expect([[...data], data.buffer.byteLength]).toEqual([[7, 7, 7], 3]);
    port2.postMessage({ type: 'bytes-end', total: 0 });
    await vi.waitFor(() => expect(heard).toEqual([{ type: 'bytes-end', total: 0 }]));
    port2.close();
    await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce());
  });

  it('says why there is no channel for a file', async () => {
    const { client } = make({ ok: false, error: { code: 'access_denied', message: 'not for you' } });
    await expect(client.openBytes('d')).rejects.toMatchObject({ code: 'access_denied' });
  });

  it('takes no port under another nonce or of another kind', async () => {
    const { client, opened, deliver } = make();
    const onMessage = vi.fn();
    const stream = client.openStream('d', { onMessage, onClose: () => {} });
    const { port1, port2 } = channel();
    const sent = vi.spyOn(port1, 'postMessage');
    deliver({ type: STREAM_PORT_MESSAGE, nonce: 'other' }, port1);
    deliver({ type: 'something', nonce: opened[0]?.nonce }, port1);
    deliver(null, port1);
    stream.send({ type: 'ack', seq: 1 });
    port2.postMessage(hello);
    expect(sent).not.toHaveBeenCalled();
    expect(onMessage).not.toHaveBeenCalled();
  });

  it('tells once that a stream could not be opened', async () => {
    const { client } = make({ ok: false, error: { code: 'not_running', message: 'd is stopped' } });
    const onClose = vi.fn();
    client.openStream('d', { onMessage: () => {}, onClose });
    await vi.waitFor(() => expect(onClose).toHaveBeenCalledExactlyOnceWith('d is stopped'));
  });

  it('tells that the daemon closed its end', async () => {
    const { client, opened, deliver } = make();
    const onClose = vi.fn();
    client.openStream('d', { onMessage: () => {}, onClose });
    const { port1, port2 } = channel();
    deliver({ type: STREAM_PORT_MESSAGE, nonce: opened[0]?.nonce }, port1);
    port2.close();
    await vi.waitFor(() => expect(onClose).toHaveBeenCalledOnce());
  });

  it('closes a port that arrives after the stream was given up', () => {
    const { client, opened, deliver } = make();
    client.openStream('d', { onMessage: () => {}, onClose: () => {} }).close();
    const { port1 } = channel();
    const close = vi.spyOn(port1, 'close');
    deliver({ type: STREAM_PORT_MESSAGE, nonce: opened[0]?.nonce }, port1);
    expect(close).toHaveBeenCalledOnce();
  });

  describe('when main does not answer', () => {
    beforeEach(() => {
      vi.useFakeTimers();
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    it('tells that a stream did not come, so that it is asked for again, and closes one that comes too late', async () => {
      const { client, opened, deliver } = make();
      const onClose = vi.fn();
      client.openStream('d', { onMessage: () => {}, onClose });
      await vi.advanceTimersByTimeAsync(limits.streamOpenMs.default);
      expect(onClose).toHaveBeenCalledExactlyOnceWith('A stream of d was not answered within 10 s.');
      const { port1 } = channel();
      const close = vi.spyOn(port1, 'close');
      deliver({ type: STREAM_PORT_MESSAGE, nonce: opened[0]?.nonce }, port1);
      expect(close).toHaveBeenCalledOnce();
    });

    it('gives a request up after its deadline', async () => {
      const { client } = make({ ok: true, result: null }, () => new Promise(() => {}));
      const answer = client.request('status', {});
      await vi.advanceTimersByTimeAsync(limits.controlAnswerMs.default);
      expect(await answer).toMatchObject({ ok: false, error: { code: 'timeout' } });
    });
  });

  it('is connected from the beginning, since main outlives its windows', () => {
    const { client } = make();
    const states: unknown[] = [];
    const end = client.onConnection((state) => states.push(state));
    expect(states).toEqual([{ phase: 'connected' }]);
    expect(end()).toBeUndefined();
  });

  it('answers with the error of main where its bridge fails, and sends no more than 256 requests at once', async () => {
    const failing = make(undefined, () => Promise.reject(new Error('no handler')));
    expect(await failing.client.request('status', {})).toMatchObject({ ok: false });
    const sent = vi.fn(() => new Promise<never>(() => {}));
    const { client } = make(undefined, sent);
    for (let i = 0; i < 256; i++) void client.request('status', {});
    expect(await client.request('status', {})).toMatchObject({ ok: false, error: { code: 'limit_reached' } });
    expect(sent).toHaveBeenCalledTimes(256);
    client.close();
  });

  it('asks for each stream under another nonce, and for no more than 256 at once', async () => {
    const { client, opened } = make();
    const onClose = vi.fn();
    for (let i = 0; i < 257; i++) client.openStream('d', { onMessage: () => {}, onClose });
    expect(new Set(opened.map(({ nonce }) => nonce)).size).toBe(256);
    await vi.waitFor(() => expect(onClose).toHaveBeenCalledOnce());
    client.close();
  });

  it('closes its end of a stream, and tells nothing of it then', async () => {
    const { client, opened, deliver } = make();
    const onClose = vi.fn();
    const onMessage = vi.fn();
    const stream = client.openStream('d', { onMessage, onClose });
    const { port1, port2 } = channel();
    deliver({ type: STREAM_PORT_MESSAGE, nonce: opened[0]?.nonce }, port1);
    port2.postMessage(hello);
    await vi.waitFor(() => expect(onMessage).toHaveBeenCalledOnce());
    const ended = new Promise((resolve) => port2.addEventListener('close', resolve));
    stream.close();
    await ended;
    stream.send({ type: 'ack', seq: 1 });
    expect(onClose).not.toHaveBeenCalled();
  });

  it('tells a stream that was on its way that the window has closed', async () => {
    const { client } = make();
    const onClose = vi.fn();
    client.openStream('d', { onMessage: () => {}, onClose });
    client.close();
    await vi.waitFor(() =>
      expect(onClose).toHaveBeenCalledExactlyOnceWith('The window has closed its connection to the host.'),
    );
  });

  it('closes a port that it did not ask for, and lets other messages alone', () => {
    const { client, opened, deliver } = make();
    client.openStream('d', { onMessage: () => {}, onClose: () => {} });
    const [wanted] = opened;
    const closes = (data: unknown) => {
      const { port1 } = channel();
      const close = vi.spyOn(port1, 'close');
      deliver(data, port1);
      return close.mock.calls.length;
    };
    expect(closes({ type: STREAM_PORT_MESSAGE, nonce: 'other' })).toBe(1);
    for (const data of [null, 'text', {}, { nonce: wanted?.nonce }, { type: STREAM_PORT_MESSAGE }])
      expect(closes(data)).toBe(0);
    expect(closes({ type: STREAM_PORT_MESSAGE, nonce: 5 })).toBe(0);
    expect(closes({ type: 'other', nonce: wanted?.nonce })).toBe(0);
  });

  it('answers what waits when it is closed', async () => {
    const { client } = make({ ok: true, result: null }, () => new Promise(() => {}));
    const answer = client.request('status', {});
    client.close();
    expect(await answer).toMatchObject({ ok: false, error: { code: 'cancelled' } });
  });

  it('listens to nothing once it is closed', () => {
    const { client, listeners } = make();
    client.close();
    expect(listeners.size).toBe(0);
  });
});
