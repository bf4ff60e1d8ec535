/**
 * The control client of a browser: requests and events as JSON on the WebSocket `/control`, streams on
 * `/stream/<source>`, files on `/bytes/<source>`. Reconnects with backoff for as long as the page lives.
 */

import type { BytePipe } from '../../contract/byte-stream.ts';
import {
  type ControlEvent,
  type ControlOutcome,
  type ControlReplyMessage,
  SIGNED_OUT_CLOSE,
} from '../../contract/control/messages.ts';
import type { ControlApi, ControlRequestName } from '../../contract/control/requests.ts';
import type { Outcome } from '../../contract/errors.ts';
import { systemClock } from '../../kit/clock.ts';
import { controlDeadlineMs } from '../../kit/control-deadline.ts';
import { limits } from '../../kit/limits.ts';
import { ascendingIds, outcomeOf, PendingRequests } from '../../kit/pending-requests.ts';
import { backoffMs } from './backoff.ts';
import { openSocketBytes } from './byte-pipes.ts';
import {
  type ConnectionState,
  type ControlClient,
  LOST_BEFORE_ANSWER,
  NOT_CONNECTED,
  type StreamHandlers,
  type StreamPipe,
} from './control-client.ts';
import type { SessionCheck } from './host-session.ts';
import type { SocketLike } from './socket-like.ts';
import { openSocketStream } from './socket-stream.ts';

export interface SocketControlOptions {
  /** Opens a WebSocket to a path of the host. */
  openSocket(path: string): SocketLike;
  checkSession(): Promise<SessionCheck>;
  /** Calls back whenever another tab of this browser has signed in, until the returned function is called. */
  onSignedInElsewhere(listener: () => void): () => void;
}

export class SocketControlClient implements ControlClient {
  readonly #options: SocketControlOptions;
  readonly #events = new Set<(event: ControlEvent) => void>();
  readonly #watchers = new Set<(state: ConnectionState) => void>();
  #state: ConnectionState = { phase: 'connecting' };
  #socket: SocketLike | null = null;
  /** Ids go on from one socket to the next: the answers to what was asked on one never come on another. */
  readonly #requests = new PendingRequests<Outcome<unknown>>(
    systemClock,
    { limit: limits.controlOutstanding.default },
    ascendingIds(),
  );
  #attempts = 0;
  #retryTimer: ReturnType<typeof setTimeout> | null = null;
  /** Rises with every attempt, so that a late answer of an earlier one is ignored. */
  #generation = 0;
  #closed = false;
  readonly #endSignIns: () => void;

  constructor(options: SocketControlOptions) {
    this.#options = options;
    // The session is the browser's: whoever signs in at one tab has signed in at all.
    this.#endSignIns = options.onSignedInElsewhere(() => {
      if (this.#state.phase === 'signed-out') this.retryNow();
    });
    void this.#attempt();
  }

  request<Name extends ControlRequestName>(
    name: Name,
    args: ControlApi[Name]['args'],
  ): Promise<ControlOutcome<ControlApi[Name]['result']>> {
    const socket = this.#socket;
    if (socket === null || this.#state.phase !== 'connected') return Promise.resolve(NOT_CONNECTED);
    const { requestId: id, answer } = this.#requests.open(name, controlDeadlineMs(name));
    if (this.#requests.has(id)) socket.send(JSON.stringify({ id, name, args }));
    // The host answers a request with the result type of its name: the one place where that is taken on trust.
    return outcomeOf(answer) as Promise<ControlOutcome<ControlApi[Name]['result']>>;
  }

  onEvent(listener: (event: ControlEvent) => void): () => void {
    this.#events.add(listener);
    return () => this.#events.delete(listener);
  }

  onConnection(listener: (state: ConnectionState) => void): () => void {
    this.#watchers.add(listener);
    listener(this.#state);
    return () => this.#watchers.delete(listener);
  }

  openStream(source: string, handlers: StreamHandlers): StreamPipe {
    return openSocketStream(this.#options.openSocket(`/stream/${encodeURIComponent(source)}`), handlers);
  }

  openBytes(source: string): Promise<BytePipe> {
    return openSocketBytes(this.#options.openSocket(`/bytes/${encodeURIComponent(source)}`), source);
  }

  retryNow(): void {
    if (this.#closed || this.#state.phase === 'connected') return;
    this.#attempts = 0;
    void this.#attempt();
  }

  close(): void {
    this.#closed = true;
    this.#endSignIns();
    this.#generation++;
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer);
    this.#socket?.close();
    this.#socket = null;
    this.#requests.close(LOST_BEFORE_ANSWER.error);
  }

  async #attempt(): Promise<void> {
    const generation = ++this.#generation;
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer);
    this.#retryTimer = null;
    this.#socket?.close();
    this.#socket = null;
    this.#requests.cancelAll(LOST_BEFORE_ANSWER.error);
    const session = await this.#options.checkSession();
    if (generation !== this.#generation) return;
    if (session === 'signed-out') this.#change({ phase: 'signed-out' });
    else if (session === 'unreachable') this.#lost();
    else this.#connect(generation);
  }

  #connect(generation: number): void {
    const socket = this.#options.openSocket('/control');
    this.#socket = socket;
    socket.onopen = () => {
      if (generation !== this.#generation) return;
      this.#attempts = 0;
      this.#change({ phase: 'connected' });
    };
    socket.onmessage = (message) => {
      if (generation === this.#generation) this.#receive(message.data);
    };
    socket.onclose = ({ code }) => {
      if (generation !== this.#generation) return;
      this.#socket = null;
      this.#requests.cancelAll(LOST_BEFORE_ANSWER.error);
      // No use in waiting: the session check that comes first says so.
      if (code === SIGNED_OUT_CLOSE) void this.#attempt();
      else this.#lost();
    };
  }

  #receive(data: unknown): void {
    const message = parseReply(data);
    if (message === null) return;
    if ('event' in message) for (const listener of this.#events) listener(message.event);
    else this.#requests.resolve(message.id, message.outcome);
  }

  #lost(): void {
    const delay = backoffMs(this.#attempts++, Math.random());
    const now = Date.now();
    const since = this.#state.phase === 'lost' ? this.#state.since : now;
    this.#change({ phase: 'lost', since, retryAt: now + delay });
    this.#retryTimer = setTimeout(() => void this.#attempt(), delay);
  }

  #change(state: ConnectionState): void {
    this.#state = state;
    for (const watcher of this.#watchers) watcher(state);
  }
}

/** A reply or an event; null for anything else. */
function parseReply(data: unknown): ControlReplyMessage | null {
  if (typeof data !== 'string') return null;
  let message: unknown;
  try {
    message = JSON.parse(data);
  } catch {
    return null;
  }
  if (typeof message !== 'object' || message === null) return null;
  const isEvent = 'event' in message && typeof message.event === 'object' && message.event !== null;
  const isReply = 'id' in message && typeof message.id === 'number' && 'outcome' in message;
  return isEvent || isReply ? (message as ControlReplyMessage) : null;
}
