/** The control connection of a browser or a program: requests, replies and events as JSON text on a WebSocket. Made by the HTTP server. */
import type { WebSocket } from 'ws';
import type { ControlReplyMessage } from '../../contract/control/messages.ts';
import type { WireError } from '../../contract/errors.ts';
import type { Actor } from '../../contract/link/actor.ts';
import { loopTurn } from '../../daemons/runtime/async/loop-turn.ts';
import { keepAlive } from '../../daemons/runtime/telemetry/keep-alive.ts';
import type { BacklogTotal } from '../core/backlog-total.ts';
import { createCaller } from '../core/caller.ts';
import { parseRequest, REQUEST_EXAMPLE } from '../core/control-message.ts';
import type { ControlPlane } from '../core/control-plane.ts';
import type { ControlLimits } from '../core/limits.ts';

/** What a control connection works with. */
export interface ControlSocketParts {
  readonly actor: Actor;
  /** Id of its session. */
  readonly session: string;
  readonly plane: ControlPlane;
  readonly limits: ControlLimits;
  /** Of all control connections. */
  readonly backlogs: BacklogTotal;
}

/** Serves one WebSocket until it closes; it is closed when it does not read or does not answer pings. */
export function serveControlSocket(
  webSocket: WebSocket,
  { actor, session, plane, limits, backlogs }: ControlSocketParts,
): void {
  const backlog = {
    get unsentBytes() {
      return webSocket.bufferedAmount;
    },
    end: () => webSocket.terminate(),
  };
  const leave = backlogs.add(backlog);
  const send = (message: ControlReplyMessage) => {
    if (webSocket.readyState !== webSocket.OPEN) return;
    webSocket.send(JSON.stringify(message));
    if (webSocket.bufferedAmount > limits.clientBacklogBytes) webSocket.terminate();
    else backlogs.sentTo(backlog);
  };
  const refuse = (id: number, code: WireError['code'], message: string) =>
    send({ id, outcome: { ok: false, error: { code, message } } });
  const caller = createCaller(actor, (event) => send({ event }), session);
  const unsubscribe = plane.subscribe(actor, (event) => send({ event }));
  let outstanding = 0;
  keepAlive(webSocket, limits.socketPingMs);
  webSocket.on('error', () => webSocket.terminate());
  webSocket.on('close', () => {
    leave();
    unsubscribe();
    caller.close();
  });
  webSocket.on('message', async (data, isBinary) => {
    loopTurn.enter();
    // Whoever was signed out may keep the connection open and send on; that is not even read.
    if (webSocket.readyState !== webSocket.OPEN) return;
    const request = isBinary ? null : parseRequest(data.toString());
    if (request === null) return refuse(0, 'bad_request', REQUEST_EXAMPLE);
    if (outstanding >= limits.clientRequests) {
      const message = `${limits.clientRequests} requests of this connection are in progress already.`;
      return refuse(request.id, 'limit_reached', message);
    }
    outstanding++;
    const outcome = await plane.handle(request.name, request.args, caller);
    outstanding--;
    send({ id: request.id, outcome });
  });
}
