/** For tests: a server whose clients are in memory and whose links are real sockets on free ports. */

import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';
import { fingerprintOf } from '../../runtime/net/dial.ts';
import { TlsAcceptor } from '../../runtime/net/tls-acceptor.ts';
import type { TlsCredentials } from '../../runtime/net/tls-credentials.ts';
import { until } from '../../runtime/test-fixtures/until.ts';
import { type MemoryClient, MemoryServer } from '../memory-server.ts';
import type { LinkBlock } from './link-block.ts';
import { blockFor } from './memory-links.ts';
import { SocketLinks } from './socket-links.ts';

export class SocketServer {
  readonly irc: MemoryServer;
  readonly links: SocketLinks;
  readonly #listener: Server;
  readonly #tls: TlsAcceptor<null> | null;

  private constructor(name: string, numeric: number, credentials: TlsCredentials | null) {
    this.irc = new MemoryServer({ server_name: name, numeric }, null, {
      turnMs: 20,
      sliceMs: 5,
    });
    const { server } = this.irc;
    this.links = new SocketLinks(server, { credentials: () => credentials });
    server.links = this.links.desk.network;
    server.linkControl = this.links.desk;
    this.#tls =
      credentials === null
        ? null
        : new TlsAcceptor<null>({
            credentials,
            requestCert: true,
            handshakeMs: () => 30_000,
            onSecure: (socket) => this.links.accept(socket, fingerprintOf(socket)),
            onFailure: () => {},
          });
    this.#listener = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      if (this.#tls === null) this.links.accept(socket, undefined);
      else this.#tls.accept(socket, null);
    });
  }

  /** Starts one. @param credentials its certificate, which makes its port one for TLS */
  static async start(
    name: string,
    numeric: number,
    credentials: TlsCredentials | null = null,
  ): Promise<SocketServer> {
    const server = new SocketServer(name, numeric, credentials);
    await new Promise<void>((resolve) => server.#listener.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get name(): string {
    return this.irc.server.name;
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port;
  }

  /** What `links` says of a server. */
  row(name: string) {
    return this.links.desk.rows().find((row) => row.name === name);
  }

  /** A block by which others may link to this one, or be called by it. */
  block(more: Partial<LinkBlock> = {}): LinkBlock {
    return blockFor(this.name, { address: { host: '127.0.0.1', port: this.port }, ...more });
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#listener.close(() => resolve()));
    await this.links.drain('test over', AbortSignal.timeout(5_000));
    this.#tls?.close();
    await closed;
    this.irc.close();
    this.irc.host.work.close();
  }
}

/** Waits until a client of ours has read a line with a text. */
export async function hears(client: MemoryClient, text: string): Promise<string> {
  const lines: string[] = [];
  await until(() => {
    lines.push(...client.received());
    return lines.some((line) => line.includes(text));
  });
  return lines.find((line) => line.includes(text))!;
}
