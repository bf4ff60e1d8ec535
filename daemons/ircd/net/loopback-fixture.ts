/**
 * What the tests of the network path share: a server on a free loopback port whose protocol is five words, and a
 * client that collects lines. Imported by tests only.
 */
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { loadCredentials } from '../../runtime/net/tls-credentials.ts';
import { inProcessThreads } from '../../runtime/test-fixtures/in-process-threads.ts';
import type { Connection, ConnectionHandler } from './connection.ts';
import { type NetConfig, netConfigSchema } from './net-config.ts';
import { NetServer, type NetServerOptions } from './net-server.ts';

/**
 * Records what the network path reports and obeys `ECHO text`, `ALL text`, `FILL bytes`, `WORK milliseconds` and `BYE reason`.
 */
export class RecordingHandler implements ConnectionHandler<string> {
  readonly open = new Set<Connection<string>>();
  readonly closed: string[] = [];
  readonly lines: string[] = [];
  readonly unwelcome = new Set<string>();
  oversized = 0;
  /** Work that it takes to see a client off, in milliseconds. */
  farewellMs = 0;
  server: NetServer<string> | null = null;

  refusal(address: string): string | null {
    return this.unwelcome.has(address) ? 'not welcome' : null;
  }

  onOpen(connection: Connection<string>): void {
    connection.client = `client ${connection.id}`;
    this.open.add(connection);
  }

  onLine(connection: Connection<string>, bytes: Uint8Array, start: number, end: number): void {
    const line = Buffer.from(bytes.subarray(start, end)).toString();
    this.lines.push(line);
    const space = line.indexOf(' ');
    const word = space < 0 ? line : line.slice(0, space);
    const rest = line.slice(word.length + 1);
    if (word === 'ECHO') connection.sendLine(rest);
    if (word === 'BYE') {
      connection.sendLine(`ERROR :${rest}`);
      connection.close(rest);
    }
    if (word === 'FILL') {
      const text = 'f'.repeat(498);
      for (let sent = 0; sent < Number(rest); sent += 500) connection.sendLine(text);
    }
    if (word === 'WORK') (this.server as NetServer<string>).work.spend(Number(rest) * 1e6);
    if (word === 'ALL') {
      const chunk = (this.server as NetServer<string>).outbox.encode(rest);
      for (const one of this.open) one.push(chunk);
    }
  }

  onOversizedLine(connection: Connection<string>): void {
    this.oversized++;
    connection.sendLine('417');
  }

  onClose(connection: Connection<string>, reason: string): void {
    this.open.delete(connection);
    this.server?.work.spend(this.farewellMs * 1e6);
    this.closed.push(reason);
    if (reason === 'Excess Flood' || reason === 'RecvQ total exceeded')
      connection.sendLine(`ERROR :${reason}`);
  }
}

/** A running server. Dispose of it with `close()`. */
export interface Loopback {
  readonly server: NetServer<string>;
  readonly handler: RecordingHandler;
  readonly port: number;
}

/** Of the servers of this file: how many threads own their sockets. A test file that sets it has all that it imports run so. */
export const front = { threads: 0 };

/** The configuration in the form an operator writes it, on a free port. */
export function loopbackConfig(input: Record<string, unknown> = {}): NetConfig {
  return netConfigSchema.parse({
    listen: [{ host: '127.0.0.1', port: 0 }],
    io_threads: front.threads,
    ...input,
  });
}

/** Limits off, for tests that are not about them. */
export const OPEN_CLASS = {
  class: [{ name: 'open', match: ['127.0.0.0/8'], throttle: false, flood: false }],
};

export async function startLoopback(
  input: Record<string, unknown> = OPEN_CLASS,
  options: Partial<NetServerOptions<string>> = {},
): Promise<Loopback> {
  const handler = new RecordingHandler();
  const config = loopbackConfig(input);
  const server = new NetServer<string>(config, {
    handler,
    dataDirectory: '/nonexistent',
    serverName: 'irc.example',
    threads: inProcessThreads,
    warn: () => {},
    onDefect: (error) => {
      throw error;
    },
    ...options,
  });
  handler.server = server;
  await applyTo(server, config);
  return { server, handler, port: server.listenerInfos[0]?.port ?? 0 };
}

/** Applies a configuration with the certificate that it names. */
export async function applyTo(server: NetServer<string>, config: NetConfig): Promise<void> {
  const wanted = config.listen.some(({ tls }) => tls);
  const files = config.tls;
  const named = files === undefined ? 'self-signed' : await loadCredentials('ircd.tls', files, () => {});
  await server.apply(config, wanted ? named : null);
}

/** A client that gathers what it is sent as lines. */
export class LineClient {
  readonly socket: Socket;
  readonly lines: string[] = [];
  received = 0;
  ended = false;
  closed = false;
  error: string | null = null;
  #rest = '';

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.received += bytes.length;
      const parts = (this.#rest + bytes.toString()).split('\r\n');
      this.#rest = parts.pop() ?? '';
      this.lines.push(...parts);
    });
    socket.on('end', () => {
      this.ended = true;
    });
    socket.on('close', () => {
      this.closed = true;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error.code ?? error.message;
    });
  }

  static async connect(port: number, localAddress?: string): Promise<LineClient> {
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    const client = new LineClient(socket);
    await new Promise((resolve) => socket.once('connect', resolve));
    return client;
  }

  static async connectTls(port: number): Promise<LineClient> {
    const socket: TLSSocket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
    const client = new LineClient(socket);
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    return client;
  }

  send(...lines: string[]): void {
    this.socket.write(lines.map((line) => `${line}\r\n`).join(''));
  }

  close(): void {
    this.socket.destroy();
  }
}
