/**
 * What the dashboard knows of its host: one way to ask, one way to hear, one way to open a stream. Two classes do it,
 * over Electron's bridge and over WebSockets; nothing outside this folder can tell which.
 */

import type { BytePipe } from '../../contract/byte-stream.ts';
import type { ControlEvent, ControlOutcome } from '../../contract/control/messages.ts';
import type { ControlApi, ControlRequestName } from '../../contract/control/requests.ts';
import type { FromWindow, ToWindow } from '../../contract/stream.ts';
import type { HostSession } from './host-session.ts';

/** Where the connection to the host stands. */
export type ConnectionState =
  | { readonly phase: 'connecting' }
  | { readonly phase: 'connected' }
  /** `since` and `retryAt` are Unix milliseconds of this machine. */
  | { readonly phase: 'lost'; readonly since: number; readonly retryAt: number }
  /** The host wants an access token. */
  | { readonly phase: 'signed-out' };

/** What the owner of a stream hears. `onClose` comes once, also when opening fails. */
export interface StreamHandlers {
  onMessage(message: ToWindow): void;
  onClose(reason: string): void;
}

/** The window's end of an open stream. Sending on a closed one does nothing. */
export interface StreamPipe {
  send(message: FromWindow): void;
  close(): void;
}

export interface ControlClient {
  /** Asks the host. Never rejects: what goes wrong is an outcome. */
  request<Name extends ControlRequestName>(
    name: Name,
    args: ControlApi[Name]['args'],
  ): Promise<ControlOutcome<ControlApi[Name]['result']>>;
  /** Calls back on every event of the host; returns the function that ends it. */
  onEvent(listener: (event: ControlEvent) => void): () => void;
  /** Calls back at once and on every change. */
  onConnection(listener: (state: ConnectionState) => void): () => void;
  openStream(source: string, handlers: StreamHandlers): StreamPipe;
  /** Opens a channel for one file of `source`. Rejects with a SignalboxError where there is none. */
  openBytes(source: string): Promise<BytePipe>;
  /** Tries again without waiting, such as after signing in. */
  retryNow(): void;
  close(): void;
}

/** A host that the window may show, and the way to it. */
export interface HostAccess {
  /** What the window calls it in addresses and keys: unique in the window, and the same each time. */
  readonly id: string;
  /** What people call it; shown where the window has several hosts. */
  readonly name: string;
  readonly client: ControlClient;
  /** The browser's session with it; null where there is none, as in the desktop app. */
  readonly session: HostSession | null;
}

/** Outcome of a request whose answer cannot arrive any more. */
export const LOST_BEFORE_ANSWER = {
  ok: false,
  error: {
    code: 'timeout',
    message:
      'The connection to the host was lost before it answered. The Audit page shows whether the action was carried out.',
  },
} as const;

/** Outcome of a request made while there is no connection. */
export const NOT_CONNECTED = {
  ok: false,
  error: { code: 'no_instance', message: 'There is no connection to the host. It is being tried again.' },
} as const;
