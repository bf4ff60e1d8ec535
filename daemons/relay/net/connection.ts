/**
 * One client's socket: bytes in through the intake, frames out through the outbox, one orderly end. It knows nothing of
 * modes, peers or rooms; the relay (relay.ts) is its handler.
 */
import type { Socket } from 'node:net';
import { WorkAccount } from '../../runtime/async/work-account.ts';
import type { Seat } from '../../runtime/net/admission.ts';
import { networkKey } from '../../runtime/net/ip-address.ts';
import { CLOSE_CODE } from '../../runtime/net/websocket-frame.ts';
import type { Frame } from '../protocol/frame.ts';
import type { ProtocolErrorCode } from '../protocol/protocol-errors.ts';
import type { ServerHandshake, Session } from '../secure/session-door.ts';
import type { ConnectionClass } from './connection-classes.ts';
import type { ConnectionServices } from './connection-services.ts';
import { Intake } from './intake.ts';
import { Outbox, type OutboxOwner } from './outbox.ts';
import { WebSocketSide } from './websocket-side.ts';

/** What a connection tells. No method may throw. */
export interface ConnectionHandler {
  /** One frame: `source[start, start + 4)` is its length, the rest its payload. Not called after {@link Connection.end}. */
  onFrame(connection: Connection, source: Buffer, start: number, end: number): void;
  onOversized(connection: Connection, lengthBytes: number): void;
  /** Its first frame asks for a sealed session; null where there is none to be had, and the connection was ended. */
  onPreamble(connection: Connection): ServerHandshake | null;
  /** Sends a message of its handshake. */
  onAnswer(connection: Connection, message: Uint8Array): void;
  /** The client has proved its identity; what is sent from here on is sealed. */
  onSecured(connection: Connection): void;
  /** A handshake or a sealed session is broken. */
  onInsecure(connection: Connection, code: ProtocolErrorCode, message: string): void;
  /** The queue is over its limit under the policy `disconnect`, at the end of the tick in which that happened. */
  onSlowReader(connection: Connection): void;
  /** Exactly once, when it ends: nothing is received from here on, and only its last frames are still sent. */
  onEnd(connection: Connection, reason: string): void;
  /** Exactly once, when the socket is gone. */
  onGone(connection: Connection): void;
}

/** One client of the relay, whatever it speaks. */
export class Connection implements OutboxOwner {
  /** Its place, given back when its socket is closed. */
  readonly seat: Seat<ConnectionClass>;
  readonly address: string;
  /** The address, or /64 of IPv6, that answers for it. */
  readonly network: string;
  readonly port: number;
  /** Version of TLS, null without. */
  readonly tls: string | null;
  /** Unix time in milliseconds. */
  readonly connectedAt = Date.now();
  /** `performance.now()` when it was accepted. */
  readonly acceptedAt = performance.now();
  /** The sealed session; null for one that speaks plain frames. */
  session: Session | null = null;
  readonly intake: Intake;
  readonly outbox: Outbox;

  readonly #socket: Socket;
  readonly #services: ConnectionServices;
  readonly #handler: ConnectionHandler;
  readonly #webSocket: WebSocketSide | null;
  #reason = '';
  #ending = false;
  #socketEnded = false;
  #closed = false;
  #gone = false;
  #endTimer: NodeJS.Timeout | null = null;

  constructor(
    socket: Socket,
    seat: Seat<ConnectionClass>,
    tls: string | null,
    services: ConnectionServices,
    handler: ConnectionHandler,
    isWebSocket = false,
  ) {
    this.#socket = socket;
    this.seat = seat;
    this.address = seat.address;
    this.network = networkKey(seat.address);
    this.port = socket.remotePort ?? 0;
    this.tls = tls;
    this.#services = services;
    this.#handler = handler;
    const account = new WorkAccount(services.groups.enter(seat.address));
    this.#webSocket = isWebSocket ? new WebSocketSide((reason) => this.end(reason, null)) : null;
    this.outbox = new Outbox(socket, tls !== null, seat.connectionClass, services, this);
    this.outbox.sealer = this.#webSocket;
    this.intake = new Intake(socket, account, services, this, handler, this.outbox, this.#webSocket);
  }

  /** Seals what is sent from here on. */
  secure(session: Session): void {
    this.session = session;
    if (this.#webSocket === null) this.outbox.sealer = session.sealer;
    else this.#webSocket.sealer = session.sealer;
    this.#handler.onSecured(this);
  }

  /** Starts reading. */
  open(): void {
    const socket = this.#socket;
    socket.on('data', (chunk: Buffer) => this.intake.receive(chunk));
    // The client has said its last; what waits for it is still sent, then this side closes too.
    socket.on('end', () => this.intake.whenIdle(() => this.end('closed by the client', null)));
    let reason = 'connection lost';
    socket.on('error', (error) => {
      reason = `connection error: ${error.message}`;
      socket.destroy();
    });
    socket.on('close', () => {
      this.outbox.close();
      // What it had sent counts, although it is gone.
      this.intake.unchoke();
      this.intake.whenIdle(() => this.end(reason, null));
      this.#closed = true;
      if (this.#ending) this.#release();
    });
  }

  /** Whose limits are in force for it. */
  get connectionClass(): ConnectionClass {
    return this.outbox.connectionClass;
  }

  set connectionClass(connectionClass: ConnectionClass) {
    this.outbox.connectionClass = connectionClass;
  }

  /** Who pays for the work that this client causes. */
  get account(): WorkAccount {
    return this.intake.account;
  }

  /** `performance.now()` of the newest bytes. */
  get lastReceivedAt(): number {
    return this.intake.lastReceivedAt;
  }

  get ending(): boolean {
    return this.#ending;
  }

  /**
   * Puts a frame that nobody else is sent into the send queue; its memory is the queue's from here on. Returns whether it
   * was taken: false when the connection is ending or full.
   */
  push(frame: Frame): boolean {
    return this.outbox.pushOwn(frame);
  }

  /**
   * Ends the connection: what waits is sent, `last` after it, then the socket is closed, by force after
   * `close_flush_ms`. Calling it again does nothing.
   * @param queue `send` what waits; `discard` it; or `wait`: send it without a deadline, which the caller then has
   */
  end(reason: string, last: Frame | null, queue: 'send' | 'discard' | 'wait' = 'send'): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#reason = reason;
    this.#webSocket?.end(closeCode(last, queue));
    this.outbox.stop();
    this.intake.stop();
    this.#handler.onEnd(this, reason);
    if (this.#closed) this.#release();
    if (this.#socket.destroyed) return;
    if (queue === 'discard') this.outbox.discard();
    if (last !== null) this.outbox.pushLast(last);
    // Bytes that keep coming are read and thrown away: unread ones would make the kernel reset the connection,
    // and the client would lose the last frame.
    this.#socket.resume();
    if (queue !== 'wait') this.#destroyLater();
    this.outbox.markDirty();
  }

  /** Closes the socket without ceremony, and lets go of what was held for it at once. */
  destroy(): void {
    this.#socket.destroy();
    this.outbox.close();
  }

  onSlow(): void {
    if (!this.#ending) this.#handler.onSlowReader(this);
  }

  onSent(): void {
    this.intake.unchoke();
  }

  onEmpty(): void {
    if (this.#ending) this.#endSocket();
  }

  #endSocket(): void {
    if (this.#socketEnded) return;
    this.#socketEnded = true;
    if (this.#webSocket === null) this.#socket.end();
    else this.#socket.end(this.#webSocket.lastFrame(this.#reason));
    // A client may leave its own side open for ever.
    this.#destroyLater();
  }

  #destroyLater(): void {
    this.#endTimer ??= setTimeout(() => this.destroy(), this.#services.limits.close_flush_ms);
  }

  #release(): void {
    if (this.#gone) return;
    this.#gone = true;
    if (this.#endTimer !== null) clearTimeout(this.#endTimer);
    this.#services.groups.leave(this.address);
    this.session?.sealer.destroy();
    this.#handler.onGone(this);
  }
}

/** How a WebSocket is told that its connection ends: the relay goes, or the client was told why it has to. */
function closeCode(last: Frame | null, queue: 'send' | 'discard' | 'wait'): number {
  if (queue === 'wait') return CLOSE_CODE.goingAway;
  return last === null ? CLOSE_CODE.normal : CLOSE_CODE.policy;
}
