/**
 * Reads the header of a proxy off a connection before anything else looks at it: who it is for is counted, banned and limited
 * by that address. Owned by `Acceptor`.
 */
import type { Socket } from 'node:net';
import { limits } from '../limits.ts';
import { type ProxyHeader, parseProxyHeader } from './proxy-header.ts';

/** Which connections come through a proxy. */
export interface ProxyRules<Entry> {
  /** Whether an address is one whose header is believed. */
  readonly trusted: (address: string) => boolean;
  /** Whether every connection to a listener has to begin with a header; one of a trusted address may, at any listener. */
  readonly required: (entry: Entry) => boolean;
  /** Told of a connection that is refused for its header, in words for the operator. */
  readonly onRefused?: ((address: string, problem: string) => void) | undefined;
}

/** Connections whose header is awaited. */
export class ProxyReader {
  readonly #waiting = new Set<Socket>();
  #closed = false;

  /**
   * Reads a header.
   * @param required whether there has to be one
   * @param done told once, with null where there is none and need not be one; what the client sent is still to be read
   * @param failed told once instead, with what is wrong; the socket is destroyed then
   */
  read(
    socket: Socket,
    required: boolean,
    done: (header: ProxyHeader | null) => void,
    failed: (problem: string) => void,
  ): void {
    let held: Buffer = Buffer.alloc(0);
    const finish = () => {
      clearTimeout(timer);
      this.#waiting.delete(socket);
      socket.off('readable', onReadable);
      socket.off('end', onEnd);
      socket.off('close', onClose);
    };
    const fail = (problem: string) => {
      finish();
      socket.destroy();
      failed(problem);
    };
    /** What is behind the header is put back, for whoever reads next. */
    const succeed = (header: ProxyHeader | null) => {
      finish();
      const rest = header === null ? held : held.subarray(header.length);
      if (rest.length > 0) socket.unshift(rest);
      done(header);
    };
    const onEnd = () => socket.destroy();
    const onClose = () => {
      finish();
      if (required && !this.#closed) failed('it was closed before its header');
    };
    const onReadable = () => {
      const bytes: Buffer | null = socket.read();
      if (bytes === null) return;
      held = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
      const verdict = parseProxyHeader(held);
      if (verdict === 'unfinished') return;
      if (verdict === 'none') {
        if (required) fail('it does not begin with a header');
        else succeed(null);
      } else if ('problem' in verdict) fail(verdict.problem);
      else succeed(verdict);
    };
    const timer = setTimeout(() => {
      // A client of the proxy's own that has not said anything yet.
      if (!required && held.length === 0) succeed(null);
      else fail('its header did not come in time');
    }, limits.proxyHeaderMs.default);
    this.#waiting.add(socket);
    socket.on('error', closesByItself);
    socket.on('end', onEnd);
    socket.on('close', onClose);
    socket.on('readable', onReadable);
  }

  /** Ends those that wait. Closing twice is fine. */
  close(): void {
    this.#closed = true;
    for (const socket of this.#waiting) socket.destroy();
  }
}

/** A socket that fails is closed by Node. */
function closesByItself(): void {}
