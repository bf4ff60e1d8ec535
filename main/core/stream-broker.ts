/**
 * Connects a window's stream to the process it wants to watch, then steps aside: the daemon gets the port or socket
 * itself. Only where a process cannot be given one (a forked daemon under Electron) main relays.
 */

import type { Duplex } from 'node:stream';
import type { Role } from '../../contract/access.ts';
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import type { Outcome } from '../../contract/errors.ts';
import type { StreamPurpose } from '../../contract/link/stream-messages.ts';
import { hearPort, type PortLike } from '../../daemons/runtime/telemetry/message-port.ts';
import { portChannel, upgradeSocket } from '../../daemons/runtime/telemetry/stream-channel.ts';
import type { StreamHub } from '../../daemons/runtime/telemetry/stream-hub.ts';
import type { PassedOn } from './supervision/daemon-session.ts';
import type { Supervisor } from './supervision/supervisor.ts';

/** One end of a stream that a host has ready for a process. */
export type StreamRequest =
  | { readonly transport: 'port'; readonly transfer: PortLike; readonly purpose: StreamPurpose }
  | {
      readonly transport: 'socket';
      readonly purpose: StreamPurpose;
      readonly transfer: Duplex;
      /** The HTTP request that asked for the WebSocket; the process answers it. */
      readonly upgrade: { readonly headers: Readonly<Record<string, string>>; readonly head: Uint8Array };
    };

/** A stream that was opened. */
export interface OpenedStream {
  /** Ends it, wherever it is served. */
  close(): void;
}

/** Opens streams, and relays those that need it. */
export class StreamBroker {
  readonly #supervisor: Supervisor;
  readonly #hub: StreamHub;
  /** Ports that main relays for, by stream id. */
  readonly #relayed = new Map<number, { daemon: string; port: PortLike; onClosed: () => void }>();
  /** Streams whose port or socket a daemon has, by stream id. */
  readonly #handedOver = new Map<number, { daemon: string; onClosed: () => void }>();
  #nextId = 1;

  constructor(supervisor: Supervisor, hub: StreamHub) {
    this.#supervisor = supervisor;
    this.#hub = hub;
  }

  /**
   * Hands `request` to the process behind `source`. On failure the caller still owns the port or socket. `onClosed` is
   * called once when the stream has ended. `role` tells the process which tables may be watched.
   */
  open(
    source: string,
    request: StreamRequest,
    role: Role,
    onClosed: () => void = () => {},
  ): Outcome<OpenedStream> {
    if (source === MAIN_SOURCE && request.purpose === 'bytes') {
      const message = 'Main has no files.';
      return { ok: false, error: { code: 'unsupported', message } };
    }
    if (source === MAIN_SOURCE) return { ok: true, result: this.#openOwn(request, role, onClosed) };
    const daemon = this.#supervisor.find(source);
    if (daemon === null) {
      const message = `No process is called "${source}".`;
      return { ok: false, error: { code: 'unknown_daemon', message } };
    }
    const session = daemon.session;
    if (session === null || !session.ready) {
      const message = `${source} is ${daemon.state}; there is nothing to watch.`;
      return { ok: false, error: { code: 'not_running', message } };
    }
    const streamId = this.#nextId++;
    const { process } = session;
    if (process.directTransport === request.transport) {
      const { transport, transfer, purpose } = request;
      const upgrade = request.transport === 'socket' ? { upgrade: request.upgrade } : {};
      this.#handedOver.set(streamId, { daemon: source, onClosed });
      process.send({ type: 'stream-open', streamId, transport, purpose, role, ...upgrade }, transfer);
      return { ok: true, result: { close: () => process.send({ type: 'stream-close', streamId }) } };
    }
    if (request.transport !== 'port') {
      const message = `${source} runs where it cannot be given a socket.`;
      return { ok: false, error: { code: 'unsupported', message } };
    }
    const { transfer: port, purpose } = request;
    this.#relayed.set(streamId, { daemon: source, port, onClosed });
    process.send({ type: 'stream-open', streamId, transport: 'link', purpose, role });
    port.on('close', () => {
      if (!this.#relayed.delete(streamId)) return;
      process.send({ type: 'stream-close', streamId });
      onClosed();
    });
    hearPort(port, (data) => process.send({ type: 'stream-data', streamId, data }));
    return { ok: true, result: { close: () => port.close() } };
  }

  /** Passes on what a daemon sends on a relayed stream. Of a stream of another daemon it has nothing to say. */
  fromDaemon(daemon: string, message: Extract<PassedOn, { type: 'stream-data' | 'stream-close' }>): void {
    const handedOver = this.#handedOver.get(message.streamId);
    if (handedOver?.daemon === daemon && message.type === 'stream-close') {
      this.#handedOver.delete(message.streamId);
      handedOver.onClosed();
      return;
    }
    const relayed = this.#relayed.get(message.streamId);
    if (relayed?.daemon !== daemon) return;
    if (message.type === 'stream-data') {
      relayed.port.postMessage(message.data);
      return;
    }
    this.#relayed.delete(message.streamId);
    relayed.port.close();
    relayed.onClosed();
  }

  /** The process behind a daemon has ended: its relayed streams close, so that windows ask again. */
  processEnded(daemon: string): void {
    for (const [streamId, relayed] of this.#relayed) {
      if (relayed.daemon !== daemon) continue;
      this.#relayed.delete(streamId);
      relayed.port.close();
      relayed.onClosed();
    }
    for (const [streamId, handedOver] of this.#handedOver) {
      if (handedOver.daemon !== daemon) continue;
      this.#handedOver.delete(streamId);
      handedOver.onClosed();
    }
  }

  #openOwn(request: StreamRequest, role: Role, onClosed: () => void): OpenedStream {
    if (request.transport === 'port') {
      const channel = portChannel(request.transfer);
      channel.onClose(onClosed);
      this.#hub.attach(channel, role);
      return channel;
    }
    const { headers, head } = request.upgrade;
    const { transfer } = request;
    transfer.once('close', onClosed);
    let opened: OpenedStream = { close: () => transfer.destroy() };
    upgradeSocket(transfer, headers, head, (channel) => {
      opened = channel;
      this.#hub.attach(channel, role);
    });
    return { close: () => opened.close() };
  }
}
