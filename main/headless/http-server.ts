/**
 * The headless host's HTTP server: the window's files, login, health, metrics, `POST /api/<name>` and the WebSockets.
 * Streams are handed over to their daemon here; their bytes never pass through main.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import type { ErrorCode, Outcome } from '../../daemons/contract/errors.ts';
import { createCaller } from '../core/caller.ts';
import type { ControlPlane } from '../core/control-plane.ts';
import { CONTROL_LIMITS, type ControlLimits } from '../core/limits.ts';
import { WINDOW_HEADERS } from '../core/window-headers.ts';
import type { Auth } from './auth.ts';
import { healthReport, isReady } from './health.ts';
import { upgradeRequest } from './http-upgrade.ts';
import { PROMETHEUS_CONTENT_TYPE, renderPrometheus } from './prometheus.ts';
import { readJson } from './read-json.ts';
import { refusalOf } from './request-guard.ts';
import { serveStatic } from './static-files.ts';

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
}

/** The listening server. */
export interface HttpServer {
  readonly url: string;
  /** Stops accepting and closes every connection. */
  close(): Promise<void>;
}

/** What a request is answered with when its outcome is an error. */
const HTTP_STATUS: Partial<Record<ErrorCode, number>> = {
  bad_request: 400,
  confirmation_required: 409,
  unauthorized: 401,
  forbidden: 403,
  unknown_request: 404,
  unknown_daemon: 404,
  unknown_command: 404,
  not_found: 404,
  limit_reached: 429,
  timeout: 504,
  internal: 500,
};

/** Listens; rejects with the system's error when the address cannot be had. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const limits = options.limits ?? CONTROL_LIMITS;
  const { plane } = options;
  const webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: limits.requestBytes,
  });
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, (request, response) => {
    respond(options, limits, request, response).catch((error: unknown) => {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      plane.log('error', 'http', 'request_defect', text);
      if (response.headersSent) response.destroy();
      else
        sendJson(response, 500, failure('internal', 'The request could not be answered; the log says why.'));
    });
  });
  server.maxConnections = limits.httpConnections;
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    upgradeRequest({ plane, auth: options.auth, limits, webSockets }, request, socket as Socket, head);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  const name = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `http://${name}:${port}/`,
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

async function respond(
  options: HttpServerOptions,
  limits: ControlLimits,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { plane, auth } = options;
  for (const [name, value] of Object.entries(WINDOW_HEADERS)) response.setHeader(name, value);
  const refusal = refusalOf(request.headers, plane.allowedHosts);
  if (refusal !== null) return sendJson(response, 403, failure('forbidden', refusal));
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
  const method = request.method ?? 'GET';
  const reading = method === 'GET' || method === 'HEAD';
  if (path === '/login' && method === 'POST') return await login(auth, request, response);
  if (path === '/livez' && reading) return sendText(response, 200, 'ok\n');
  if (path === '/readyz' && reading) {
    const ready = isReady(plane);
    const verbose = new URLSearchParams(query).has('verbose');
    return sendText(
      response,
      ready ? 200 : 503,
      verbose ? healthReport(plane) : ready ? 'ok\n' : 'not ready\n',
    );
  }
  const authorized = auth.isAuthorized(request.headers);
  if (path === '/session' && reading) return end(response, authorized ? 204 : 401);
  if (path === '/metrics' || path === '/logout' || path.startsWith('/api/')) {
    if (!authorized) return unauthorized(response);
    if (path === '/metrics' && reading) return sendMetrics(plane, response);
    if (method !== 'POST') return methodNotAllowed(response, path === '/metrics' ? 'GET, HEAD' : 'POST');
    if (path === '/metrics') return methodNotAllowed(response, 'GET, HEAD');
    if (path === '/logout') {
      response.setHeader('set-cookie', auth.logout());
      return end(response, 204);
    }
    return await callApi(plane, limits, path.slice('/api/'.length), request, response);
  }
  if (!reading) return methodNotAllowed(response, 'GET, HEAD');
  await serveStatic(options.windowDir, path, response, method === 'HEAD');
}

async function login(auth: Auth, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readJson(request, 4_096);
  if (!body.ok) return sendJson(response, 400, body);
  const token = (body.result as { token?: unknown } | null)?.token;
  const verdict = auth.login(token);
  if ('cookie' in verdict) {
    response.setHeader('set-cookie', verdict.cookie);
    return end(response, 204);
  }
  if (verdict.refused === 'wait') {
    response.setHeader('retry-after', String(verdict.seconds));
    const message = `Too many failed logins; try again in ${verdict.seconds} s.`;
    return sendJson(response, 429, failure('limit_reached', message));
  }
  const message = 'That is not the token. It was printed when Signalbox started, and stands in DATA/token.';
  sendJson(response, 401, failure('unauthorized', message));
}

async function callApi(
  plane: ControlPlane,
  limits: ControlLimits,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readJson(request, limits.requestBytes);
  if (!body.ok) return sendJson(response, body.error.code === 'limit_reached' ? 413 : 400, body);
  const fromBrowser = request.headers.origin !== undefined;
  const caller = createCaller({ name: 'admin', from: fromBrowser ? 'browser' : 'cli' }, () => {});
  response.on('close', () => caller.close());
  const outcome = await plane.handle(name, body.result ?? {}, caller);
  sendJson(response, outcome.ok ? 200 : (HTTP_STATUS[outcome.error.code] ?? 409), outcome);
}

function sendMetrics(plane: ControlPlane, response: ServerResponse): void {
  const sources = plane.latestMetrics().map(({ layout, summary }) => ({ layout, values: summary.values }));
  response.writeHead(200, { 'content-type': PROMETHEUS_CONTENT_TYPE, 'cache-control': 'no-store' });
  response.end(renderPrometheus(sources, plane.snapshots()));
}

function failure(code: ErrorCode, message: string): Outcome<never> {
  return { ok: false, error: { code, message } };
}

function unauthorized(response: ServerResponse): void {
  response.setHeader('www-authenticate', 'Bearer');
  sendJson(
    response,
    401,
    failure('unauthorized', 'Log in, or send the token as "Authorization: Bearer TOKEN".'),
  );
}

function methodNotAllowed(response: ServerResponse, allow: string): void {
  response.setHeader('allow', allow);
  sendJson(response, 405, failure('bad_request', `This is asked with ${allow}.`));
}

function sendJson(response: ServerResponse, status: number, body: Outcome<unknown>): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.end(JSON.stringify(body));
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
  response.end(text);
}

function end(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'cache-control': 'no-store' });
  response.end();
}
