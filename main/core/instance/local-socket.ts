/**
 * The local socket in the data directory (a named pipe on Windows), mode 0600: the CLI speaks newline-delimited JSON on
 * it. It is also the claim on the data directory: whoever serves it is the one instance, as is, where its file was deleted,
 * whoever `control.json` names.
 */
import { chmod } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import type { ControlEvent, ControlReplyMessage } from '../../../contract/control/messages.ts';
import type { ErrorCode, Outcome } from '../../../contract/errors.ts';
import type { Actor } from '../../../contract/link/actor.ts';
import { firstProblem } from '../../../contract/plain-words.ts';
import { loopTurn } from '../../../daemons/runtime/async/loop-turn.ts';
import { LineSplitter } from '../../../kit/line-splitter.ts';
import { BacklogTotal } from '../backlog-total.ts';
import { createCaller, type OwnedCaller } from '../caller.ts';
import { type ClientActivity, dispensable, newActivity } from '../client-places.ts';
import { parseRequest, REQUEST_EXAMPLE } from '../control-message.ts';
import type { ControlLimits } from '../limits.ts';
import { localActor, localCallerSchema } from '../local-caller.ts';
import type { SessionRegistry } from '../sessions/session-registry.ts';
import { ClaimGuard, type ClaimNotice } from './claim-guard.ts';
import { claimSocketPath, releaseRecord, renewSocketPath } from './instance-claim.ts';
import { ownRecord } from './instance-record.ts';

/** What the socket serves; the control plane. */
export interface SocketBackend {
  readonly sessions: SessionRegistry;
  handle(name: string, args: unknown, caller: OwnedCaller): Promise<Outcome<unknown>>;
  subscribe(actor: Actor, listener: (event: ControlEvent) => void): () => void;
}

/** The open socket. */
export interface LocalSocket {
  readonly path: string;
  /** Clients that are connected, and how many have come and were refused or had to go for others so far. */
  readonly counts: { readonly open: number; readonly entered: number; readonly refused: number };
  /** What waits to be read by them, in bytes. */
  readonly backlog: BacklogTotal['counts'];
  /** Starts answering; connections made before wait. */
  serve(backend: SocketBackend): void;
  /** Tells what the log should say about the claim, from the beginning. Without a listener it waits. */
  onNotice(listener: (notice: ClaimNotice) => void): void;
  close(): Promise<void>;
}

/** How a data folder is claimed. */
export interface ClaimOptions {
  /** What others are told this process is: `headless`, `desktop`, or the command. */
  readonly host: string;
  /** Told when an instance that is ending is waited for. */
  readonly say?: ((text: string) => void) | undefined;
}

/**
 * Claims `dataDir` and listens. Waits for an instance that is ending.
 * @throws SignalboxError `conflict` when another instance answers there.
 */
export async function openLocalSocket(
  dataDir: string,
  limits: ControlLimits,
  { host, say = () => {} }: ClaimOptions,
): Promise<LocalSocket> {
  const clients = new Map<Socket, ClientActivity>();
  const backlogs = new BacklogTotal(limits.clientBacklogTotalBytes);
  const waiting: Socket[] = [];
  let entered = 0;
  let refused = 0;
  let backend: SocketBackend | null = null;
  const accept = (socket: Socket) => {
    socket.on('error', () => socket.destroy());
    entered++;
    if (clients.size >= limits.localClients) {
      refused++;
      const idle = dispensable(clients, limits.silentGraceMs);
      if (idle === null) {
        refuseClient(socket, limits);
        return;
      }
      clients.delete(idle);
      idle.destroy();
    }
    const activity = newActivity();
    clients.set(socket, activity);
    socket.on('close', () => clients.delete(socket));
    if (backend === null) waiting.push(socket);
    else serveClient({ socket, activity, backend, limits, backlogs });
  };
  let server = createServer(accept);
  const record = process.platform === 'win32' ? null : await ownRecord(host);
  const claimant = () => ({ dataDir, server, record, limits, say });
  const { path, lock } = await claimSocketPath(claimant());
  if (process.platform !== 'win32') await chmod(path, 0o600);
  const notices: ClaimNotice[] = [];
  let notice = (text: ClaimNotice): void => void notices.push(text);
  const listenAgain = async () => {
    // Its end takes away whatever is at the path: before the new one is there. Clients that are connected stay.
    server.close();
    server = createServer(accept);
    await renewSocketPath(claimant());
    await chmod(path, 0o600);
  };
  const guard =
    process.platform === 'win32'
      ? null
      : new ClaimGuard({ dataDir, path, record, listenAgain, notice: (text) => notice(text) });
  return {
    path,
    get counts() {
      return { open: clients.size, entered, refused };
    },
    get backlog() {
      return backlogs.counts;
    },
    serve(newBackend) {
      backend = newBackend;
      for (const socket of waiting.splice(0)) {
        const activity = clients.get(socket);
        if (activity !== undefined) serveClient({ socket, activity, backend: newBackend, limits, backlogs });
      }
    },
    onNotice(listener) {
      notice = listener;
      for (const waited of notices.splice(0)) listener(waited);
    },
    async close() {
      await guard?.close();
      // First: who waits for the socket to end looks at the record and the lock next.
      if (guard !== null) await releaseRecord(dataDir);
      lock.close();
      // What was written to clients still goes out; who does not read it is cut off.
      for (const socket of clients.keys()) {
        socket.end();
        socket.setTimeout(limits.probeMs, () => socket.destroy());
      }
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

/** Says why to a client for whom there is no place. */
function refuseClient(socket: Socket, limits: ControlLimits): void {
  const message = `${limits.localClients} clients of this socket wait for answers already; try again later.`;
  const reply: ControlReplyMessage = {
    id: 0,
    outcome: { ok: false, error: { code: 'limit_reached', message } },
  };
  socket.end(`${JSON.stringify(reply)}\n`);
  socket.resume();
  socket.setTimeout(limits.probeMs, () => socket.destroy());
}

interface ServedClient {
  readonly socket: Socket;
  readonly activity: ClientActivity;
  readonly backend: SocketBackend;
  readonly limits: ControlLimits;
  readonly backlogs: BacklogTotal;
}

function serveClient({ socket, activity, backend, limits, backlogs }: ServedClient): void {
  const backlog = {
    get unsentBytes() {
      return socket.writableLength;
    },
    end: () => void socket.destroy(),
  };
  const leave = backlogs.add(backlog);
  const send = (message: ControlReplyMessage) => {
    if (socket.destroyed) return;
    socket.write(`${JSON.stringify(message)}\n`);
    if (socket.writableLength > limits.clientBacklogBytes) socket.destroy();
    else backlogs.sentTo(backlog);
  };
  let caller: OwnedCaller | null = null;
  const refuse = (id: number, code: ErrorCode, message: string) =>
    send({ id, outcome: { ok: false, error: { code, message } } });
  const actor = localActor({});
  const session = backend.sessions.open({ actor, address: null, since: Date.now(), expiresAt: null });
  const release = session.hold('connection', () => void socket.destroy());
  const unsubscribe = backend.subscribe(actor, (event) => send({ event }));
  socket.on('close', () => {
    leave();
    unsubscribe();
    caller?.close();
    release();
  });
  const answer = async (line: string) => {
    const request = parseRequest(line);
    activity.asked = true;
    activity.at = performance.now();
    if (request === null) {
      refuse(0, 'bad_request', REQUEST_EXAMPLE);
      return;
    }
    const { id } = request;
    if (activity.outstanding >= limits.clientRequests) {
      const message = `${limits.clientRequests} requests of this connection are in progress already.`;
      refuse(id, 'limit_reached', message);
      return;
    }
    if (caller === null) {
      const said = localCallerSchema.safeParse(request.caller ?? {});
      if (!said.success) {
        refuse(id, 'bad_request', `caller: ${firstProblem(said.error)}`);
        return;
      }
      const known = localActor(said.data);
      session.isOf(known, said.data.remote ?? null);
      caller = createCaller(known, (event) => send({ event }), session.id);
    }
    activity.outstanding++;
    const outcome = await backend.handle(request.name, request.args, caller);
    activity.outstanding--;
    activity.at = performance.now();
    send({ id, outcome });
  };
  const lines = new LineSplitter(limits.requestBytes, {
    line: (text) => {
      const line = text.trim();
      if (line !== '') void answer(line);
    },
    overlong: () => {
      lines.close();
      refuse(0, 'limit_reached', `A request may have ${limits.requestBytes} bytes.`);
      socket.destroySoon();
    },
  });
  socket.on('data', (bytes: Buffer) => {
    loopTurn.enter();
    lines.push(bytes);
  });
}
