/**
 * WebSockets of the headless host: `/control` is served here, the socket of `/stream/<source>` is handed to the daemon
 * that it watches, which completes the handshake itself. Called by the HTTP server.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { WebSocketServer } from 'ws';
import type { ControlPlane } from '../core/control-plane.ts';
import type { ControlLimits } from '../core/limits.ts';
import type { Auth } from './auth.ts';
import { serveControlSocket } from './control-socket.ts';
import { refuseUpgrade } from './http-answers.ts';
import { refusalOf } from './request-guard.ts';

/** What upgrades are checked with and handed to. */
export interface UpgradeParts {
  readonly plane: ControlPlane;
  readonly auth: Auth;
  readonly limits: ControlLimits;
  readonly webSockets: WebSocketServer;
}

/** Answers one upgrade request: a control connection, a stream, or a refusal. */
export function upgradeRequest(
  parts: UpgradeParts,
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
): void {
  const { plane, auth, limits, webSockets } = parts;
  socket.on('error', () => socket.destroy());
  const refusal = refusalOf(request.headers, plane.allowedHosts);
  if (refusal !== null) {
    refuseUpgrade(socket, { code: 'forbidden', message: refusal });
    return;
  }
  if (request.method !== 'GET' || request.headers.upgrade?.toLowerCase() !== 'websocket') {
    const message = 'Only a GET can be upgraded, and only to "websocket".';
    refuseUpgrade(socket, { code: 'bad_request', message });
    return;
  }
  const actor = auth.actorOf(request.headers);
  if (actor === null) {
    refuseUpgrade(socket, { code: 'unauthorized', message: 'Log in first.' });
    return;
  }
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  if (path === '/control') {
    webSockets.handleUpgrade(request, socket, head, (webSocket) =>
      serveControlSocket(webSocket, actor, plane, limits),
    );
    return;
  }
  const source = /^\/stream\/([a-z0-9-]{1,64})$/.exec(path)?.[1];
  if (source === undefined) {
    refuseUpgrade(socket, { code: 'not_found', message: 'There are /control and /stream/<source>.' });
    return;
  }
  const opened = plane.openStream(source, {
    transport: 'socket',
    transfer: socket,
    upgrade: { headers: webSocketHeaders(request), head },
  });
  if (!opened.ok) refuseUpgrade(socket, opened.error);
}

/** The headers that the handshake needs. A daemon has no business with cookies and tokens. */
function webSocketHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    const wanted = name === 'upgrade' || name === 'connection' || name.startsWith('sec-websocket-');
    if (wanted && typeof value === 'string') headers[name] = value;
  }
  return headers;
}
