/**
 * The local socket in the data directory (a named pipe on Windows), mode 0600: the CLI speaks newline-delimited JSON on
 * it. It is also the claim on the data directory: whoever serves it is the one instance.
 */
import { chmod } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import type { ControlEvent, ControlReplyMessage } from '../../daemons/contract/control-api.ts';
import type { Outcome } from '../../daemons/contract/errors.ts';
import { createCaller, type OwnedCaller } from './caller.ts';
import { parseRequest, REQUEST_EXAMPLE } from './control-message.ts';
import { claimSocketPath } from './instance-claim.ts';
import type { ControlLimits } from './limits.ts';

/** What the socket serves; the control plane. */
export interface SocketBackend {
  handle(name: string, args: unknown, caller: OwnedCaller): Promise<Outcome<unknown>>;
  subscribe(listener: (event: ControlEvent) => void): () => void;
}

/** The open socket. */
export interface LocalSocket {
  readonly path: string;
  /** Starts answering; connections made before wait. */
  serve(backend: SocketBackend): void;
  close(): Promise<void>;
}

/**
 * Claims `dataDir` and listens. Waits for an instance that is ending; `say` is told so.
 * @throws SignalboxError `conflict` when another instance answers there.
 */
export async function openLocalSocket(
  dataDir: string,
  limits: ControlLimits,
  say?: (text: string) => void,
): Promise<LocalSocket> {
  const clients = new Set<Socket>();
  const waiting: Socket[] = [];
  let backend: SocketBackend | null = null;
  const server: Server = createServer((socket) => {
    if (clients.size >= limits.localClients) {
      socket.destroy();
      return;
    }
    clients.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => clients.delete(socket));
    if (backend === null) waiting.push(socket);
    else serveClient(socket, backend, limits);
  });
  const path = await claimSocketPath(dataDir, server, limits, say);
  if (process.platform !== 'win32') await chmod(path, 0o600);
  return {
    path,
    serve(newBackend) {
      backend = newBackend;
      for (const socket of waiting.splice(0)) serveClient(socket, newBackend, limits);
    },
    async close() {
      // What was written to clients still goes out; who does not read it is cut off.
      for (const socket of clients) {
        socket.end();
        socket.setTimeout(limits.probeMs, () => socket.destroy());
      }
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

function serveClient(socket: Socket, backend: SocketBackend, limits: ControlLimits): void {
  const send = (message: ControlReplyMessage) => {
    if (socket.destroyed) return;
    socket.write(`${JSON.stringify(message)}\n`);
    if (socket.writableLength > limits.clientBacklogBytes) socket.destroy();
  };
  const caller = createCaller({ name: userName(), from: 'cli' }, (event) => send({ event }));
  const unsubscribe = backend.subscribe((event) => send({ event }));
  let outstanding = 0;
  let unread = '';
  socket.setEncoding('utf8');
  socket.on('close', () => {
    unsubscribe();
    caller.close();
  });
  const answer = async (line: string) => {
    const request = parseRequest(line);
    if (request === null || outstanding >= limits.clientRequests) {
      const code = request === null ? 'bad_request' : 'limit_reached';
      const message =
        request === null
          ? REQUEST_EXAMPLE
          : `${limits.clientRequests} requests of this connection are in progress already.`;
      send({ id: request?.id ?? 0, outcome: { ok: false, error: { code, message } } });
      return;
    }
    outstanding++;
    const outcome = await backend.handle(request.name, request.args, caller);
    outstanding--;
    send({ id: request.id, outcome });
  };
  socket.on('data', (chunk: string) => {
    unread += chunk;
    if (unread.length > limits.requestBytes) {
      const message = `A request may have ${limits.requestBytes} bytes.`;
      send({ id: 0, outcome: { ok: false, error: { code: 'limit_reached', message } } });
      socket.destroySoon();
      return;
    }
    for (let end = unread.indexOf('\n'); end >= 0; end = unread.indexOf('\n')) {
      const line = unread.slice(0, end).trim();
      unread = unread.slice(end + 1);
      if (line !== '') void answer(line);
    }
  });
}

/** The account that owns the socket: nobody else can open it. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
