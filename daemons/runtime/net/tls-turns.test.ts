/** How many handshakes begin in one turn, where nobody says otherwise, and how long each may take. */

import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { Server as TlsServer } from 'node:tls';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { createSelfSigned } from './certificate-tasks.ts';
import { TlsAcceptor } from './tls-acceptor.ts';
import type { TlsCredentials } from './tls-credentials.ts';

let credentials: TlsCredentials;
beforeAll(async () => {
  credentials = await createSelfSigned('tls.test');
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A client that has sent the first bytes of its handshake. */
class FakeSocket extends Duplex {
  readonly remoteAddress = '192.0.2.1';
  readonly localAddress = '192.0.2.2';
  readonly localPort = 6697;
  readonly remotePort: number;

  constructor(remotePort: number) {
    super({ allowHalfOpen: true });
    this.remotePort = remotePort;
  }

  override _read(): void {}
}

function make(handshakeMs = 60_000) {
  const failures = vi.fn();
  const acceptor = new TlsAcceptor({
    credentials,
    requestCert: false,
    handshakeMs: () => handshakeMs,
    onSecure: () => {},
    onFailure: failures,
  });
  const sockets: FakeSocket[] = [];
  const accept = () => {
    const socket = new FakeSocket(10_000 + sockets.length);
    sockets.push(socket);
    acceptor.accept(socket as unknown as Socket);
    return socket;
  };
  return { acceptor, failures, accept };
}

it('begins four handshakes in one turn of the loop, the others in the next ones', async () => {
  const begun = vi.spyOn(TlsServer.prototype, 'emit').mockReturnValue(true);
  const { accept, acceptor } = make();
  const perTurn: number[] = [];
  for (let n = 0; n < 10; n++) {
    const socket = accept();
    vi.spyOn(socket, 'readableLength', 'get').mockReturnValue(1);
    socket.emit('readable');
  }
  for (let turn = 0; turn < 4; turn++) {
    perTurn.push(begun.mock.calls.filter(([event]) => String(event) === 'connection').length);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(perTurn).toEqual([4, 8, 10, 10]);
  acceptor.close();
});

it('closes a client that has not finished in time, and counts it once; one that is gone leaves no timer', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const made = vi.spyOn(globalThis, 'setTimeout');
  const cleared = vi.spyOn(globalThis, 'clearTimeout');
  const { accept, failures } = make(7_000);
  const [slow, gone] = [accept(), accept()];
  gone.destroy();
  await new Promise((resolve) => setImmediate(resolve));
  // Others of this process may have timers as well.
  const timers = made.mock.results.filter((_, at) => made.mock.calls[at]?.[1] === 7_000);
  const isCleared = timers.map(({ value }) => cleared.mock.calls.some(([timer]) => timer === value));
  expect([failures.mock.calls.length, isCleared]).toEqual([1, [false, true]]);
  vi.advanceTimersByTime(6_999);
  expect(slow.destroyed).toBe(false);
  vi.advanceTimersByTime(1);
  expect(slow.destroyed).toBe(true);
  await new Promise((resolve) => setImmediate(resolve));
  expect(failures).toHaveBeenCalledTimes(2);
});

it('says whether a certificate is another one, by certificate and by key', async () => {
  const { acceptor } = make();
  const context = vi.spyOn(TlsServer.prototype, 'setSecureContext');
  expect(acceptor.replace({ ...credentials })).toBe(false);
  expect(context).not.toHaveBeenCalled();
  const other = await createSelfSigned('tls.test');
  expect(acceptor.replace(other)).toBe(true);
  expect(context.mock.calls[0]?.[0]).toMatchObject({ ...other, minVersion: 'TLSv1.2' });
  expect(acceptor.replace({ ...other })).toBe(false);
  expect(acceptor.replace({ ...other, key: `${other.key}\n` })).toBe(true);
  expect(acceptor.replace({ cert: `${other.cert}\n`, key: `${other.key}\n` })).toBe(true);
});
