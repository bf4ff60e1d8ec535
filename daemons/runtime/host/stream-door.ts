/**
 * Where streams come in that main has brokered: those of windows that watch go to the hub, channels for files to the daemon's
 * own code. Made by runDaemon around the link.
 */

import type { Role } from '../../../contract/access.ts';
import type { BytePipe } from '../../../contract/byte-stream.ts';
import { SignalboxError } from '../../../contract/errors.ts';
import type { FromDaemon } from '../../../contract/link/from-daemon.ts';
import type { ToDaemon } from '../../../contract/link/to-daemon.ts';
import { ByteChannel } from '../../../kit/byte-channel.ts';
import { linkChannel, portChannel, type StreamChannel, upgradeSocket } from '../telemetry/stream-channel.ts';
import { linkPipe, portPipe, socketPipe } from './byte-pipes.ts';
import type { Transferred } from './parent-link.ts';

type StreamOpen = Extract<ToDaemon, { type: 'stream-open' }>;

/** Who serves what comes in. */
export interface StreamServers {
  /** Serves a window that watches. */
  watch(channel: StreamChannel, role: Role): void;
  /** Serves a channel for files; null for a daemon that has none. */
  bytes(): ((channel: ByteChannel, role: Role) => void) | null;
}

/** Open streams of one process. */
export class StreamDoor {
  readonly #send: (message: FromDaemon) => void;
  readonly #servers: StreamServers;
  /** Those that main relays. */
  readonly #relayed = new Map<number, { deliver(data: unknown): void; closed(): void }>();
  /** Those whose port or socket this process has; main may end them. */
  readonly #direct = new Map<number, { close(): void }>();

  constructor(send: (message: FromDaemon) => void, servers: StreamServers) {
    this.#send = send;
    this.#servers = servers;
  }

  /** Takes a stream over; one whose port or socket was lost on the way is said to have closed. */
  open(message: StreamOpen, transferred: Transferred): void {
    const { streamId, transport, upgrade, role, purpose } = message;
    const closed = () => {
      this.#direct.delete(streamId);
      this.#send({ type: 'stream-close', streamId });
    };
    if (transport === 'link') {
      this.#relay(streamId, role, purpose);
    } else if (transport === 'port' && transferred !== null && 'port' in transferred) {
      if (purpose === 'bytes') {
        const pipe = portPipe(transferred.port);
        pipe.onClose(closed);
        this.#serveBytes(streamId, pipe, role);
      } else {
        const channel = portChannel(transferred.port);
        channel.onClose(closed);
        this.#serveWindow(streamId, channel, role);
      }
    } else if (transferred !== null && 'socket' in transferred && upgrade !== undefined) {
      const { socket } = transferred;
      socket.once('close', closed);
      if (purpose === 'bytes')
        socketPipe(socket, upgrade.headers, upgrade.head, (pipe) => this.#serveBytes(streamId, pipe, role));
      else
        upgradeSocket(socket, upgrade.headers, upgrade.head, (channel) =>
          this.#serveWindow(streamId, channel, role),
        );
    } else {
      closed();
    }
  }

  /** What came on a relayed stream. */
  data(streamId: number, data: unknown): void {
    this.#relayed.get(streamId)?.deliver(data);
  }

  /** Main says that a stream ends. */
  close(streamId: number): void {
    const relayed = this.#relayed.get(streamId);
    // Taken out first: main need not be told what it has said.
    this.#relayed.delete(streamId);
    relayed?.closed();
    this.#direct.get(streamId)?.close();
  }

  #relay(streamId: number, role: Role, purpose: StreamOpen['purpose']): void {
    const post = (data: unknown) => this.#send({ type: 'stream-data', streamId, data });
    const onLocalClose = () => {
      if (this.#relayed.delete(streamId)) this.#send({ type: 'stream-close', streamId });
    };
    if (purpose === 'bytes') {
      const pipe = linkPipe(post, onLocalClose);
      this.#relayed.set(streamId, pipe);
      this.#serve(pipe, role);
    } else {
      const channel = linkChannel(post, onLocalClose);
      this.#relayed.set(streamId, channel);
      this.#servers.watch(channel, role);
    }
  }

  #serveWindow(streamId: number, channel: StreamChannel, role: Role): void {
    this.#direct.set(streamId, channel);
    this.#servers.watch(channel, role);
  }

  #serveBytes(streamId: number, pipe: BytePipe, role: Role): void {
    this.#direct.set(streamId, pipe);
    this.#serve(pipe, role);
  }

  #serve(pipe: BytePipe, role: Role): void {
    const channel = new ByteChannel(pipe, false);
    const serve = this.#servers.bytes();
    if (serve === null) channel.cancel(new SignalboxError('unsupported', 'This daemon serves no files.'));
    else serve(channel, role);
  }
}
