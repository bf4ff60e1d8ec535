/**
 * The headless host's HTTP server: the window's files, login, health, metrics, `POST /api/<name>` and the WebSockets.
 * Streams are handed over to their daemon here; their bytes never pass through main.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import { describeActor } from '../../contract/link/actor.ts';
import { loopTurn } from '../../daemons/runtime/async/loop-turn.ts';
import { limits as runtimeLimits } from '../../daemons/runtime/limits.ts';
import { plainAddress } from '../../daemons/runtime/net/ip-address.ts';
import type { QueueTally } from '../../kit/queue-tally.ts';
import { BacklogTotal } from '../core/backlog-total.ts';
import { createCaller, type OwnedCaller } from '../core/caller.ts';
import type { ControlPlane } from '../core/control-plane.ts';
import { CONTROL_LIMITS, type ControlLimits } from '../core/limits.ts';
import { WINDOW_HEADERS } from '../core/window-headers.ts';
import type { Auth, Visitor } from './auth.ts';
import { ConnectionRoom } from './connection-room.ts';
import { healthReport, isReady } from './health.ts';
import { finish, sendError, sendOutcome, sendStatus, sendText } from './http-answers.ts';
import { upgradeRequest } from './http-upgrade.ts';
import { KeptFiles } from './kept-files.ts';
import { PacedSocket } from './paced-socket.ts';
import { PROMETHEUS_CONTENT_TYPE, renderPrometheus } from './prometheus.ts';
import { readJson } from './read-json.ts';
import { refusalOf } from './request-guard.ts';
import { RequestRounds, type RoundsClock } from './request-rounds.ts';
import { serveStatic } from './static-files.ts';
import { VisitorSessions } from './visitor-sessions.ts';

/** What the server serves, and where. */
export interface HttpServerOptions {
  readonly plane: ControlPlane;
  readonly auth: Auth;
  /** Folder of the built window. */
  readonly windowDir: string;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly limits?: ControlLimits;
  /** What the rounds of requests go by; the loop's own where absent. */
  readonly clock?: RoundsClock;
}

/** The listening server. */
export interface HttpServer {
  readonly url: string;
  /** What is counted of its connections. */
  readonly connections: ConnectionRoom['counts'];
  /** Connections that wait for their turn to be read. */
  readonly rounds: QueueTally;
  /** Bytes that control WebSockets have not read. */
  readonly backlog: BacklogTotal['counts'];
  /** Files of the window in memory. */
  readonly files: KeptFiles['counts'];
  /** Stops accepting and closes every connection. */
  close(): Promise<void>;
}

/** Listens; rejects with the system's error when the address cannot be had. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { plane } = options;
  const limits = options.limits ?? plane.limits;
  const webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: limits.requestBytes,
    maxFragments: limits.requestFragments,
    maxBufferedChunks: limits.requestFragments,
  });
  const room = new ConnectionRoom(limits);
  const files = new KeptFiles(limits.httpFilesBytes);
  const sessions = new VisitorSessions(plane.sessions, options.auth);
  const backlogs = new BacklogTotal(limits.clientBacklogTotalBytes);
  const timeouts = {
    headersTimeout: limits.httpHeadersMs,
    requestTimeout: limits.httpRequestMs,
    connectionsCheckingInterval: limits.httpHeadersMs / 2,
  };
  const server = createServer(timeouts, (request, response) => {
    loopTurn.enter();
    if (!room.begin(request, response)) return;
    respond({ ...options, limits, room, files, sessions }, request, response)
      .catch((error: unknown) => {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        plane.log('error', 'http', 'request_defect', text);
        if (response.headersSent) response.destroy();
        else sendError(response, 'internal', 'The request could not be answered; the log says why.');
      })
      .finally(() => {
        // Only from here on: a command may rightly take minutes.
        if (!response.writableFinished) response.setTimeout(limits.httpWriteMs, () => response.destroy());
      });
  });
  const rounds = new RequestRounds(limits, options.clock);
  pace(server, room, rounds, limits);
  // Without a listener an accept that fails would end main, and with it every daemon.
  server.on('error', (error) => plane.log('warn', 'http', 'accept_failed', error.message));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const parts = { plane, auth: options.auth, sessions, limits, webSockets, room, backlogs };
    if (!(socket instanceof PacedSocket)) return void socket.destroy();
    upgradeRequest(parts, request, socket, head);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    const { port, host } = options;
    server.listen({ port, host, backlog: runtimeLimits.listenBacklog.default }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  const name = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `http://${name}:${port}/`,
    get connections() {
      return room.counts;
    },
    rounds: rounds.tally,
    get backlog() {
      return backlogs.counts;
    },
    get files() {
      return files.counts;
    },
    async close() {
      for (const client of webSockets.clients) client.close(1001, 'Signalbox is closing');
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      // Node's server never says "closed" after it has handed a socket to a process that is gone by now.
      await Promise.race([closed, delay(limits.httpCloseMs)]);
      for (const client of webSockets.clients) client.terminate();
      server.closeAllConnections();
    },
  };
}

/**
 * Has connections find a place, and hands them to Node's own listener in paces: it takes any stream.
 * https://nodejs.org/api/http.html#event-connection
 */
function pace(server: Server, room: ConnectionRoom, rounds: RequestRounds, limits: ControlLimits): void {
  const [serve] = server.listeners('connection');
  server.removeAllListeners('connection');
  // Only what comes in the same turn as the place that it takes is ever beyond the limit.
  server.maxConnections = limits.httpConnections + 8;
  server.on('connection', (accepted: Socket) => {
    const socket = new PacedSocket(accepted, rounds);
    room.enter(socket);
    if (!socket.destroyed) serve?.call(server, socket);
  });
}

interface RequestParts extends HttpServerOptions {
  readonly limits: ControlLimits;
  readonly room: ConnectionRoom;
  readonly files: KeptFiles;
  readonly sessions: VisitorSessions;
}

async function respond(
  options: RequestParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { plane, auth, limits, room, sessions } = options;
  const address = plainAddress(request.socket.remoteAddress ?? '');
  for (const [name, value] of Object.entries(WINDOW_HEADERS)) response.setHeader(name, value);
  const refusal = refusalOf(request.headers, plane.allowedHosts);
  if (refusal !== null) return sendError(response, 'forbidden', refusal);
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
  const isApi = path.startsWith('/api/');
  const allowed = isApi || path === '/login' || path === '/logout' ? ['POST'] : ['GET', 'HEAD'];
  if (!allowed.includes(request.method ?? '')) {
    response.setHeader('allow', allowed.join(', '));
    return sendError(response, 'bad_request', `${path} is asked with ${allowed.join(' or ')}.`, 405);
  }
  if (path === '/login') return await login(options, address, request, response);
  if (path === '/livez') return sendText(response, 200, 'ok\n');
  if (path === '/readyz') {
    const ready = isReady(plane);
    const verbose = new URLSearchParams(query).has('verbose');
    const text = verbose ? healthReport(plane) : ready ? 'ok\n' : 'not ready\n';
    return sendText(response, ready ? 200 : 503, text);
  }
  const visitor = auth.visitorOf(request.headers, address);
  if (visitor !== null) room.known(request.socket);
  (request.socket as Duplex as PacedSocket).known(visitor !== null);
  if (path === '/session') return sendSession(visitor, response);
  if (!isApi && path !== '/metrics' && path !== '/logout')
    return await serveStatic(options.windowDir, options.files, path, response);
  if (visitor === null) {
    response.setHeader('www-authenticate', 'Bearer');
    const message = 'Log in, or send the token as "Authorization: Bearer TOKEN".';
    return sendError(response, 'unauthorized', message);
  }
  if (isApi) {
    const session = sessions.of(visitor, address);
    // What is under way is answered, also when the session ends meanwhile.
    response.once(
      'close',
      session.hold('connection', () => {}),
    );
    const caller = createCaller(visitor.actor, () => {}, session.id);
    return await callApi(plane, limits, caller, path.slice('/api/'.length), request, response);
  }
  if (path === '/metrics') return sendMetrics(plane, response);
  const { session } = visitor;
  response.setHeader('set-cookie', await auth.logout(session));
  if (session !== null) plane.log('info', 'http', 'logout', `${describeActor(visitor.actor)} logged out.`);
  sendStatus(response, 204);
}

/** Who asks, as the audit trail calls them; 401 for nobody. */
function sendSession(visitor: Visitor | null, response: ServerResponse): void {
  if (visitor === null) {
    sendStatus(response, 401);
    return;
  }
  const { actor, session } = visitor;
  sendOutcome(response, { ok: true, result: { name: actor.name, session: session?.id ?? null } });
}

async function login(
  { plane, auth, sessions }: RequestParts,
  address: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readJson(request, CONTROL_LIMITS.loginBytes);
  if (!body.ok) return sendOutcome(response, { ok: false, error: body.error }, body.status);
  const { token, name } = (body.value ?? {}) as { token?: unknown; name?: unknown };
  const overTls = request.headers.origin?.startsWith('https://') ?? false;
  const verdict = auth.login(token, { address, name, overTls });
  if ('cookie' in verdict) {
    const { session } = verdict;
    sessions.begin(session);
    // A browser that logs in again leaves the session that it had.
    const earlier = auth.visitorOf(request.headers, address)?.session ?? null;
    await auth.logout(earlier);
    plane.log('info', 'http', 'login', `${session.name} logged in: session ${session.id} from ${address}.`);
    response.setHeader('set-cookie', verdict.cookie);
    return sendStatus(response, 204);
  }
  if (verdict.refused === 'name') {
    const message = `A name has at most ${CONTROL_LIMITS.sessionNameChars} letters, digits, spaces, dots, dashes and underscores, and begins with a letter or digit.`;
    return sendError(response, 'bad_request', message);
  }
  if (verdict.refused === 'wait') {
    response.setHeader('retry-after', String(verdict.seconds));
    const message = `Too many failed logins; try again in ${verdict.seconds} s.`;
    return sendError(response, 'limit_reached', message);
  }
  plane.log('warn', 'http', 'login_refused', `Somebody tried to log in with a wrong token from ${address}.`);
  const message = 'That is not the token. It was printed when Signalbox started, and stands in DATA/token.';
  sendError(response, 'unauthorized', message);
}

async function callApi(
  plane: ControlPlane,
  limits: ControlLimits,
  caller: OwnedCaller,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readJson(request, limits.requestBytes);
  if (!body.ok) return sendOutcome(response, { ok: false, error: body.error }, body.status);
  response.on('close', () => caller.close());
  sendOutcome(response, await plane.handle(name, body.value ?? {}, caller));
}

function sendMetrics(plane: ControlPlane, response: ServerResponse): void {
  const sources = plane.latestMetrics().map(({ layout, summary }) => ({ layout, values: summary.values }));
  const headers = { 'content-type': PROMETHEUS_CONTENT_TYPE, 'cache-control': 'no-store' };
  finish(response, 200, headers, renderPrometheus(sources, plane.snapshots()));
}
