/**
 * The listening sockets. On a reload it opens what is new before it closes what is gone, so that a mistake in the
 * new configuration leaves everything as it was. Used by NetServer.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { SignalboxError } from '../../contract/errors.ts';
import type { ListenerInfo } from '../../contract/states.ts';
import type { ListenConfig } from './config.ts';

/** Connections that the kernel may hold until they are accepted; Linux caps it at net.core.somaxconn. */
const BACKLOG = 4096;

interface Listener {
  readonly config: ListenConfig;
  readonly server: Server;
  readonly info: ListenerInfo;
}

function listenError(config: ListenConfig, cause: NodeJS.ErrnoException): SignalboxError {
  const where = `${config.host}:${config.port}`;
  if (cause.code === 'EADDRINUSE') {
    return new SignalboxError('address_in_use', `cannot listen on ${where}: another process does`, { cause });
  }
  return new SignalboxError('init_failed', `cannot listen on ${where}: ${cause.message}`, { cause });
}

/** Two entries with the same key are the same listener across a reload; equal entries (port 0) are told apart by rank. */
function keysOf(configs: readonly ListenConfig[]): string[] {
  const seen = new Map<string, number>();
  return configs.map((config) => {
    const key = `${config.protocol} ${config.tls ? 'tls' : 'plain'} ${config.host} ${config.port}`;
    const rank = seen.get(key) ?? 0;
    seen.set(key, rank + 1);
    return `${key} ${rank}`;
  });
}

export class Listeners {
  private open = new Map<string, Listener>();
  private readonly onSocket: (socket: Socket, tls: boolean) => void;
  private readonly onFailure: () => void;

  /** @param onFailure called when a connection could not be accepted; it costs that client only. */
  constructor(onSocket: (socket: Socket, tls: boolean) => void, onFailure: () => void) {
    this.onSocket = onSocket;
    this.onFailure = onFailure;
  }

  /** Every open listener with its real port. */
  get infos(): ListenerInfo[] {
    return [...this.open.values()].map((listener) => listener.info);
  }

  /**
   * Makes the open listeners exactly those of the configuration.
   * @throws SignalboxError `address_in_use` or `init_failed`; nothing has changed then.
   */
  async apply(configs: readonly ListenConfig[]): Promise<void> {
    const keys = keysOf(configs);
    const next = new Map<string, Listener>();
    const added: Listener[] = [];
    try {
      for (const [index, config] of configs.entries()) {
        const key = keys[index] as string;
        let listener = this.open.get(key);
        if (listener === undefined) {
          listener = await this.listen(config);
          added.push(listener);
        }
        next.set(key, listener);
      }
    } catch (error) {
      for (const listener of added) listener.server.close();
      throw error;
    }
    for (const [key, listener] of this.open) if (!next.has(key)) listener.server.close();
    this.open = next;
  }

  /** Stops accepting. Connections that are open stay open. */
  close(): void {
    for (const listener of this.open.values()) listener.server.close();
    this.open.clear();
  }

  private listen(config: ListenConfig): Promise<Listener> {
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) =>
      this.onSocket(socket, config.tls),
    );
    return new Promise((resolve, reject) => {
      server.once('error', (error) => reject(listenError(config, error)));
      server.listen({ host: config.host, port: config.port, backlog: BACKLOG }, () => {
        server.removeAllListeners('error');
        server.on('error', this.onFailure);
        const address = server.address();
        const port = typeof address === 'object' && address !== null ? address.port : config.port;
        const info = { protocol: config.protocol, host: config.host, port, tls: config.tls };
        resolve({ config, server, info });
      });
    });
  }
}
