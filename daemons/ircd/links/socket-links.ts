/** The links of a process: servers are called and taken over sockets of TCP and TLS. Made by daemon.ts. */
import type { Socket } from 'node:net';
import { type Clock, systemClock } from '../../../kit/clock.ts';
import { limits as runtimeLimits } from '../../runtime/limits.ts';
import { dialSocket, fingerprintOf } from '../../runtime/net/dial.ts';
import { OpenConnections } from '../../runtime/net/open-connections.ts';
import type { TlsCredentials } from '../../runtime/net/tls-credentials.ts';
import type { CommandServer } from '../command-server.ts';
import { limits } from '../limits.ts';
import type { LinkBlock } from './link-block.ts';
import { LinkDesk } from './link-desk.ts';
import type { LinkWatcher } from './link-network.ts';
import { LinkSocket } from './link-socket.ts';

/** What they are made of beside the server. */
export interface SocketLinksOptions {
  /** The certificate that is shown to whoever is called over TLS; null for none. */
  readonly credentials: () => TlsCredentials | null;
  readonly clock?: Clock;
  /** Told of each link as it gets further and ends. */
  readonly watcher?: LinkWatcher;
}

export class SocketLinks {
  readonly desk: LinkDesk;
  readonly #server: CommandServer;
  readonly #options: SocketLinksOptions;
  readonly #clock: Clock;
  readonly #open = new OpenConnections<LinkSocket>();

  constructor(server: CommandServer, options: SocketLinksOptions) {
    this.#server = server;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.desk = new LinkDesk(server, {
      clock: this.#clock,
      ...(options.watcher === undefined ? {} : { watcher: options.watcher }),
      dial: (block, signal) => this.#dial(block, signal),
    });
  }

  /** A server has connected. @param fingerprint of its certificate, null for none; undefined without TLS */
  accept(socket: Socket, fingerprint: string | null | undefined): void {
    this.desk.accept(this.#carry(socket, fingerprint));
  }

  /** Services of the instance, which have proved that they are, are linked to without a block. */
  acceptServices(socket: Socket, password: string): void {
    const blockFor = (name: string): LinkBlock => ({
      name,
      address: null,
      password,
      autoconnect: false,
      hub: null,
      tls: false,
      fingerprint: null,
      batchMs: runtimeLimits.linkBatchMs.default,
      kind: 'auto',
      halfops: false,
    });
    this.desk.accept(this.#carry(socket, undefined, blockFor));
  }

  /** Tells every server that this one goes, and resolves when all connections are gone, at the latest at the deadline. */
  async drain(reason: string, deadline: AbortSignal): Promise<void> {
    this.desk.close(reason);
    await this.#open.allGone(deadline);
    for (const socket of [...this.#open]) socket.destroy();
    this.#open.close();
  }

  async #dial({ address, tls, fingerprint }: LinkBlock, signal: AbortSignal): Promise<LinkSocket> {
    const { host, port } = address!;
    const credentials = this.#options.credentials();
    const asked = {
      name: host,
      ...(fingerprint === null ? {} : { fingerprint }),
      ...(credentials === null ? {} : { credentials }),
    };
    const dialled = await dialSocket(
      { host, port, tls: tls ? asked : null },
      { handshakeMs: () => limits.linkHandshakeMs.default, sockets: {} },
      undefined,
      signal,
    );
    return this.#carry(dialled.socket, dialled.tls === null ? undefined : fingerprintOf(dialled.tls));
  }

  #carry(
    socket: Socket,
    fingerprint: string | null | undefined,
    blockFor?: LinkSocket['blockFor'],
  ): LinkSocket {
    const carrier = new LinkSocket(socket, {
      work: this.#server.host.work,
      clock: this.#clock,
      fingerprint,
      blockFor,
      onWritten: (reason) => {
        this.#server.counters.linkFlushes[reason]++;
      },
      onClose: (closed) => this.#open.delete(closed),
    });
    this.#open.add(carrier);
    return carrier;
  }
}
