/**
 * WebSockets of the headless host: `/control` is served here, the socket of `/stream/<source>` or, for a file,
 * `/bytes/<source>` is handed to the daemon, which completes the handshake itself. Called by the HTTP server.
 */
import type { IncomingMessage } from 'node:http';
import type { WebSocketServer } from 'ws';
import { MAIN_SOURCE } from '../../contract/control/host.ts';
import { SIGNED_OUT_CLOSE } from '../../contract/control/messages.ts';
import { plainAddress } from '../../daemons/runtime/net/ip-address.ts';
import { startReading } from '../../daemons/runtime/net/read-stop.ts';
import type { BacklogTotal } from '../core/backlog-total.ts';
import type { ControlPlane } from '../core/control-plane.ts';
import type { ControlLimits } from '../core/limits.ts';
import type { Auth } from './auth.ts';
import type { ConnectionRoom } from './connection-room.ts';
import { serveControlSocket } from './control-socket.ts';
import { refuseUpgrade } from './http-answers.ts';
import type { PacedSocket } from './paced-socket.ts';
import { refusalOf } from './request-guard.ts';
import type { VisitorSessions } from './visitor-sessions.ts';

/** What upgrades are checked with and handed to. */
export interface UpgradeParts {
  readonly plane: ControlPlane;
  readonly auth: Auth;
  readonly sessions: VisitorSessions;
  readonly limits: ControlLimits;
  readonly webSockets: WebSocketServer;
  readonly room: ConnectionRoom;
  readonly backlogs: BacklogTotal;
}

/** Answers one upgrade request: a control connection, a stream, or a refusal. */
export function upgradeRequest(
  parts: UpgradeParts,
  request: IncomingMessage,
  paced: PacedSocket,
  firstBytes: Buffer,
): void {
  const { plane, auth, sessions, limits, webSockets, room, backlogs } = parts;
  room.asking(paced);
  const { socket, rest } = paced.release();
  const head = Buffer.concat([firstBytes, rest]);
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
  const address = plainAddress(socket.remoteAddress ?? '');
  const visitor = auth.visitorOf(request.headers, address);
  if (visitor === null) {
    refuseUpgrade(socket, { code: 'unauthorized', message: 'Log in first.' });
    return;
  }
  room.known(paced);
  const { actor } = visitor;
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  if (path === '/control') {
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      startReading(socket);
      const session = sessions.of(visitor, address);
      const release = session.hold('connection', () => webSocket.close(SIGNED_OUT_CLOSE, 'signed out'));
      webSocket.once('close', release);
      serveControlSocket(webSocket, { actor, session: session.id, plane, limits, backlogs });
    });
    return;
  }
  const [, way, source] = /^\/(stream|bytes)\/([a-z0-9-]{1,64})$/.exec(path) ?? [];
  if (source === undefined) {
    const message = 'There are /control, /stream/<source> and /bytes/<source>.';
    refuseUpgrade(socket, { code: 'not_found', message });
    return;
  }
  const upgrade = { headers: webSocketHeaders(request), head };
  const session = sessions.of(visitor, address);
  // Until it holds the stream, or has nothing to hold.
  const release = session.hold('connection', () => {});
  const purpose = way === 'bytes' ? 'bytes' : 'watch';
  const stream = { transport: 'socket', purpose, transfer: socket, upgrade } as const;
  const opened = plane.openStream(source, stream, { actor, session: session.id });
  release();
  if (!opened.ok) {
    refuseUpgrade(socket, opened.error);
    return;
  }
  // Main's own streams stay here and count on.
  if (source === MAIN_SOURCE) startReading(socket);
  else room.left(paced);
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
